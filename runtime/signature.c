// SPDX-License-Identifier: Apache-2.0
//
// Signature: reads the signatures of natives, which are Starlark text in their rows:
//     name(a, b: int = 0, c: string | None = None, /, d = unbound, *args, e: bool = False, **kwargs)
// Invariant: rows are written by programmers, so a mistake in one is an assertion, not an error to users.
#include "runtime/signature.h"

#include <assert.h>
#include <stdlib.h>

#include "runtime/types/table.h"

// ---------------------------------------------------------------- annotations

static bool is_none(sl_value value) { return value == SL_NONE; }
static bool is_bool(sl_value value) { return sl_is_bool(value); }
static bool is_string(sl_value value) { return sl_is_string(value); }
static bool is_function(sl_value value) {
  return sl_has_type(value, &sl_function_type) || sl_has_type(value, &sl_builtin_type) ||
         sl_has_type(value, &sl_bound_method_type);
}
static bool is_sequence(sl_value value) {
  return sl_is_list(value) || sl_is_tuple(value) || sl_has_type(value, &sl_range_type);
}
static bool is_any(sl_value value) { return value != NULL; }

struct annotation_word {
  const char *word;   // in a signature
  const char *shown;  // in messages; NULL: the word
  bool (*accepts)(sl_value value);
  const struct sl_type *type;  // the type of most such values, or NULL
};

// Words that are not here are names of types.
static const struct annotation_word words[] = {
    {"None", "NoneType", is_none, NULL},
    {"NoneType", NULL, is_none, NULL},
    {"bool", NULL, is_bool, NULL},
    {"int", NULL, sl_is_int, &sl_int_type},
    {"float", NULL, sl_is_float, &sl_float_type},
    {"string", NULL, is_string, &sl_string_type},
    {"list", NULL, NULL, &sl_list_type},
    {"tuple", NULL, NULL, &sl_tuple_type},
    {"dict", NULL, NULL, &sl_dict_type},
    {"set", NULL, NULL, &sl_set_type},
    {"struct", NULL, NULL, &sl_struct_type},
    {"function", NULL, is_function, &sl_function_type},
    {"callable", NULL, sl_is_callable, &sl_function_type},
    {"iterable", NULL, sl_is_iterable, &sl_list_type},
    {"sequence", NULL, is_sequence, &sl_list_type},
    {"mapping", "dict", sl_is_mapping, &sl_dict_type},
    {"any", NULL, is_any, NULL},
};

static const struct annotation_word *find_word(const char *text, size_t length) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i].word) == length && memcmp(words[i].word, text, length) == 0)
      return &words[i];
  }
  return NULL;
}

bool sl_parameter_accepts_slowly(const struct sl_signature_parameter *parameter, sl_value value) {
  for (uint32_t i = 0; i < parameter->annotation_count; i++) {
    const struct sl_annotation *annotation = &parameter->annotations[i];
    if (annotation->accepts ? annotation->accepts(value)
                            : sl_string_is(annotation->name, sl_type_name(value))) {
      return true;
    }
  }
  return false;
}

bool sl_parameter_refuse(struct sl_thread *thread, const struct sl_signature *signature,
                         const struct sl_signature_parameter *parameter, sl_value value) {
  struct sl_text wanted = {0};
  uint32_t count = parameter->annotation_count;
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) sl_text_append_string(&wanted, count == 2 ? " or " : i + 1 < count ? ", " : ", or ");
    sl_text_append_string(&wanted, sl_string_bytes(parameter->annotations[i].name));
  }
  sl_fail(thread, "in call to %s(), parameter '%s' got value of type '%s', want '%s'",
          sl_string_bytes(signature->name), sl_string_bytes(parameter->name), sl_type_name(value),
          sl_text_string(&wanted));
  sl_text_free(&wanted);
  return false;
}

// ---------------------------------------------------------------- reading

static void skip_blanks(const char **cursor) {
  while (**cursor == ' ') ++*cursor;
}

static bool take(const char **cursor, char c) {
  skip_blanks(cursor);
  if (**cursor != c) return false;
  ++*cursor;
  return true;
}

static bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

static size_t word_length(const char **cursor) {
  skip_blanks(cursor);
  size_t length = 0;
  while (is_word_byte((*cursor)[length])) length++;
  return length;
}

static sl_value take_word(const char **cursor) {
  size_t length = word_length(cursor);
  assert(length > 0);
  sl_value word = sl_string_intern(*cursor, length);
  *cursor += length;
  return word;
}

static void add_annotation(struct sl_signature_parameter *parameter, const char *text,
                           size_t length) {
  const struct annotation_word *word = find_word(text, length);
  struct sl_annotation *annotation = &parameter->annotations[parameter->annotation_count++];
  annotation->name = word && word->shown ? sl_string_intern(word->shown, strlen(word->shown))
                                         : sl_string_intern(text, length);
  if (!word) return;
  annotation->accepts = word->accepts;
  *(parameter->type ? &parameter->other_type : &parameter->type) = word->type;
  parameter->small_int |= word->type == &sl_int_type;
  parameter->any |= word->accepts == is_any;
}

// Reads "int | None"; None goes last, where Bazel has it.
static void read_annotation(const char **cursor, struct sl_signature_parameter *parameter) {
  size_t count = 1;
  for (const char *c = *cursor; *c && *c != ',' && *c != '=' && *c != ')'; c++) count += *c == '|';
  parameter->any = false;
  parameter->annotations = sl_allocate_root(count * sizeof *parameter->annotations);
  bool none = false;
  do {
    size_t length = word_length(cursor);
    if (length == 4 && memcmp(*cursor, "None", 4) == 0) {
      none = true;
    } else {
      add_annotation(parameter, *cursor, length);
    }
    *cursor += length;
  } while (take(cursor, '|'));
  if (none) add_annotation(parameter, "None", 4);
}

static sl_value read_number(const char **cursor) {
  char *end;
  long long integer = strtoll(*cursor, &end, 10);
  if (*end != '.') {
    *cursor = end;
    return sl_int(integer);
  }
  double real = strtod(*cursor, &end);
  *cursor = end;
  return sl_float(real);
}

// A literal. The escapes \t and \n are known; any other stands for its letter.
static sl_value read_string(const char **cursor) {
  char quote = *(*cursor)++;
  struct sl_text text = {0};
  for (char c; (c = *(*cursor)++) != quote;) {
    assert(c);
    if (c == '\\') {
      c = *(*cursor)++;
      c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
    }
    sl_text_append_char(&text, c);
  }
  sl_value string = sl_string_intern(sl_text_string(&text), text.length);
  sl_text_free(&text);
  return string;
}

static sl_value empty_frozen_dict(void) {
  struct sl_mutability *frozen = (struct sl_mutability *)(uintptr_t)&sl_mutability_of_frozen;
  return (sl_value)(void *)sl_table_new(&sl_dict_type, frozen, 0);
}

// Reads "[]", "()" and "{}".
static sl_value read_empty(const char **cursor) {
  char open = *(*cursor)++;
  bool closed = take(cursor, open == '[' ? ']' : open == '(' ? ')' : '}');
  assert(closed);
  (void)closed;
  return open == '['   ? sl_list_frozen(NULL, 0)
         : open == '(' ? sl_tuple(NULL, 0)
                       : empty_frozen_dict();
}

// NULL: unbound.
static sl_value read_default(const char **cursor) {
  skip_blanks(cursor);
  char c = **cursor;
  if (c == '"' || c == '\'') return read_string(cursor);
  if (c == '-' || (c >= '0' && c <= '9')) return read_number(cursor);
  if (c == '[' || c == '(' || c == '{') return read_empty(cursor);
  sl_value word = take_word(cursor);
  if (sl_string_is(word, "None")) return SL_NONE;
  if (sl_string_is(word, "True")) return SL_TRUE;
  if (sl_string_is(word, "False")) return SL_FALSE;
  assert(sl_string_is(word, "unbound"));
  return NULL;
}

static void read_parameter(const char **cursor, struct sl_signature *signature) {
  uint32_t i = signature->parameter_count++;
  struct sl_signature_parameter *parameter = &signature->parameters[i];
  parameter->name = take_word(cursor);
  parameter->any = true;
  parameter->required = parameter->kind <= SL_SIGNATURE_KEYWORD_ONLY;
  if (take(cursor, ':')) read_annotation(cursor, parameter);
  if (take(cursor, '=')) {
    signature->defaults[i] = read_default(cursor);
    parameter->required = false;
  }
}

// "/": what stands before it cannot be named.
static void end_positional_only(struct sl_signature *signature) {
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    signature->parameters[i].kind = SL_SIGNATURE_POSITIONAL_ONLY;
  }
}

static void read_parameters(const char **cursor, struct sl_signature *signature) {
  enum sl_signature_kind kind = SL_SIGNATURE_ORDINARY;
  while (!take(cursor, ')')) {
    struct sl_signature_parameter *parameter = &signature->parameters[signature->parameter_count];
    parameter->kind = kind;
    if (take(cursor, '/')) {
      end_positional_only(signature);
    } else if (!take(cursor, '*')) {
      read_parameter(cursor, signature);
    } else if (take(cursor, '*')) {
      parameter->kind = SL_SIGNATURE_STAR_STAR;
      read_parameter(cursor, signature);
    } else {
      kind = SL_SIGNATURE_KEYWORD_ONLY;
      if (word_length(cursor) > 0) {
        parameter->kind = SL_SIGNATURE_STAR;
        read_parameter(cursor, signature);
      }
    }
    take(cursor, ',');
    assert(**cursor);
  }
}

static void summarize(struct sl_signature *signature) {
  bool required_keyword = false;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    signature->star |= parameter->kind == SL_SIGNATURE_STAR;
    signature->star_star |= parameter->kind == SL_SIGNATURE_STAR_STAR;
    required_keyword |= parameter->kind == SL_SIGNATURE_KEYWORD_ONLY && parameter->required;
    if (parameter->kind > SL_SIGNATURE_ORDINARY) continue;
    signature->positional_count++;
    if (parameter->required) signature->required_count = signature->positional_count;
  }
  bool direct = !signature->star && !signature->star_star && !required_keyword &&
                signature->parameter_count <= 32;
  signature->direct_least = direct ? signature->required_count : UINT32_MAX;
  signature->direct_more = direct ? signature->positional_count - signature->required_count : 0;
  for (uint32_t i = 0; direct && i < signature->parameter_count; i++) {
    if (!signature->parameters[i].any) signature->annotated |= (uint32_t)1 << i;
  }
}

const struct sl_signature *sl_signature_read(struct sl_builtin *row) {
  size_t limit = 1;
  for (const char *c = row->signature; *c; c++) limit += *c == ',';
  struct sl_signature *signature =
      sl_allocate_root(sizeof *signature + limit * sizeof signature->parameters[0]);
  signature->defaults = sl_allocate_root(limit * sizeof *signature->defaults);
  const char *cursor = row->signature;
  signature->name = take_word(&cursor);
  bool opened = take(&cursor, '(');
  assert(opened);
  (void)opened;
  read_parameters(&cursor, signature);
  summarize(signature);
  // Threads that come second use what the first has published.
  struct sl_signature *published = NULL;
  if (__atomic_compare_exchange_n(&row->parsed, &published, signature, false, __ATOMIC_ACQ_REL,
                                  __ATOMIC_ACQUIRE)) {
    return signature;
  }
  return published;
}

const char *sl_builtin_name(const struct sl_builtin *row) {
  // Reading is not const, but it changes nothing that anyone sees.
  return sl_string_bytes(sl_signature_of((struct sl_builtin *)(uintptr_t)row)->name);
}

sl_value sl_builtin_bind(struct sl_builtin *row, sl_value self) {
  struct sl_bound_method *bound = sl_allocate(sizeof *bound);
  bound->type = &sl_bound_method_type;
  bound->receiver = self;
  bound->row = row;
  return (sl_value)(void *)bound;
}
