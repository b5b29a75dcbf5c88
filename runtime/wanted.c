// SPDX-License-Identifier: Apache-2.0
//
// Wanted: looks at a value whether it is of the type that an annotation wants, its elements included. Invariant: nothing is
// changed, and no code of a program or a host is run.
#include "runtime/wanted.h"

#include "runtime/types/table.h"

// ---------------------------------------------------------------- parts of values

// One look at a value. Parts of values may be shared, so that there are many more of them than memory could hold.
struct look {
  struct sl_thread *thread;  // takes a step for each part; NULL: there are so many more
  uint32_t left;
  bool stopped;  // before the end
};

static bool go_on(struct look *look) {
  bool allowed = look->thread ? sl_thread_take_steps(look->thread, 1) : look->left-- > 0;
  if (!allowed) look->stopped = true;
  return allowed && !look->stopped;
}

// Goes through the elements of a collection, or the keys of a dict, whose entry is then at hand.
struct parts {
  struct look *look;
  sl_value value;
  size_t place;
  const struct sl_dict_entry *entry;
};

static bool is_sequence(sl_value value) {
  return sl_has_type(value, &sl_list_type) || sl_has_type(value, &sl_tuple_type) ||
         sl_has_type(value, &sl_range_type);
}

// NULL: that was all. Of a range one number stands for all.
static sl_value next_part(struct parts *parts) {
  const void *object = parts->value;
  if (parts->look->stopped || !go_on(parts->look)) return NULL;
  if (sl_is_table(parts->value)) {
    parts->entry = sl_table_next(object, &parts->place);
    return parts->entry ? parts->entry->key : NULL;
  }
  size_t place = parts->place++;
  if (sl_has_type(parts->value, &sl_list_type)) {
    const struct sl_list *list = object;
    return place < list->length ? list->items[place] : NULL;
  }
  if (sl_has_type(parts->value, &sl_tuple_type)) {
    const struct sl_tuple *tuple = object;
    return place < tuple->length ? tuple->items[place] : NULL;
  }
  const struct sl_range *range = object;
  return place == 0 && range->length > 0 ? sl_int(0) : NULL;
}

// ---------------------------------------------------------------- matching

static bool matches(struct look *look, const char *code, sl_value value);

// The number behind a letter, and what follows it.
static const char *read_count(const char *code, unsigned *count) {
  for (*count = 0; *code != '.'; code++) *count = *count * 10 + (unsigned)(*code - '0');
  return code + 1;
}

// Behind the type that begins here.
static const char *skip(const char *code) {
  unsigned count = 0;
  switch (*code++) {
    case 'l':
    case 'S':
    case 't':
    case 'C':
    case 'q':
      count = 1;
      break;
    case 'd':
    case 'm':
      count = 2;
      break;
    case 'T':
    case 'U':
      code = read_count(code, &count);
      break;
    default:
      break;
  }
  while (count--) code = skip(code);
  return code;
}

static bool all_match(struct look *look, const char *code, sl_value value) {
  struct parts parts = {.look = look, .value = value};
  if (*code == 'A') return true;
  for (sl_value part; (part = next_part(&parts));) {
    if (!matches(look, code, part)) return false;
  }
  return true;
}

static bool entries_match(struct look *look, const char *key, sl_value value) {
  const char *code = skip(key);
  struct parts parts = {.look = look, .value = value};
  for (sl_value part; (part = next_part(&parts));) {
    if (!matches(look, key, part) || !matches(look, code, parts.entry->value)) return false;
  }
  return true;
}

static bool tuple_matches(struct look *look, const char *code, sl_value value) {
  unsigned count;
  code = read_count(code, &count);
  const struct sl_tuple *tuple = (const void *)value;
  if (!sl_has_type(value, &sl_tuple_type) || tuple->length != count) return false;
  for (unsigned i = 0; i < count; i++, code = skip(code)) {
    if (!matches(look, code, tuple->items[i])) return false;
  }
  return true;
}

static bool any_matches(struct look *look, const char *code, sl_value value) {
  unsigned count;
  code = read_count(code, &count);
  for (unsigned i = 0; i < count; i++, code = skip(code)) {
    if (matches(look, code, value)) return true;
  }
  return false;
}

static bool matches(struct look *look, const char *code, sl_value value) {
  switch (*code) {
    case 'n':
      return value == SL_NONE;
    case 'b':
      return value == SL_TRUE || value == SL_FALSE;
    case 'i':
      return sl_has_type(value, &sl_int_type);
    case 'f':
      return sl_has_type(value, &sl_float_type);
    case 's':
      return sl_has_type(value, &sl_string_type);
    case 'l':
      return sl_has_type(value, &sl_list_type) && all_match(look, code + 1, value);
    case 'S':
      return sl_has_type(value, &sl_set_type) && all_match(look, code + 1, value);
    case 't':
      return sl_has_type(value, &sl_tuple_type) && all_match(look, code + 1, value);
    case 'q':
      return is_sequence(value) && all_match(look, code + 1, value);
    case 'C':
      return (is_sequence(value) || sl_is_table(value)) && all_match(look, code + 1, value);
    case 'd':
    case 'm':
      return sl_has_type(value, &sl_dict_type) && entries_match(look, code + 1, value);
    case 'T':
      return tuple_matches(look, code + 1, value);
    case 'U':
      return any_matches(look, code + 1, value);
    default:
      return *code == 'A';
  }
}

// ---------------------------------------------------------------- telling

enum { DEEPEST = 4, MOST_MEMBERS = 8, MOST_PARTS = 1000 };

static void describe(struct look *look, struct sl_text *out, sl_value value, int depth);

// The types of the elements, or with `values` of a dict's values, each once.
static void describe_parts(struct look *look, struct sl_text *out, sl_value value, bool values,
                           int depth) {
  struct sl_text members[MOST_MEMBERS] = {0};
  size_t count = 0;
  struct parts parts = {.look = look, .value = value};
  for (sl_value part; count < MOST_MEMBERS && (part = next_part(&parts));) {
    struct sl_text *text = &members[count];
    size_t known = 0;
    describe(look, text, values ? parts.entry->value : part, depth);
    while (known < count && strcmp(sl_text_string(&members[known]), sl_text_string(text)) != 0)
      known++;
    if (known == count) {
      sl_text_format(out, "%s%s", count ? "|" : "", sl_text_string(text));
      count++;
    } else {
      sl_text_reset(text);
    }
  }
  if (!count) sl_text_append_string(out, "Never");
  for (size_t i = 0; i < MOST_MEMBERS; i++) sl_text_free(&members[i]);
}

static void describe_tuple(struct look *look, struct sl_text *out, sl_value value, int depth) {
  struct parts parts = {.look = look, .value = value};
  size_t count = 0;
  for (sl_value part; (part = next_part(&parts)); count++) {
    if (count) sl_text_append_string(out, ", ");
    describe(look, out, part, depth);
  }
  if (!count) sl_text_append_string(out, "()");
}

static void describe(struct look *look, struct sl_text *out, sl_value value, int depth) {
  static const struct {
    const struct sl_type *type;
    const char *name;
  } names[] = {
      {&sl_none_type, "None"},      {&sl_string_type, "str"}, {&sl_list_type, "list"},
      {&sl_set_type, "set"},        {&sl_dict_type, "dict"},  {&sl_tuple_type, "tuple"},
      {&sl_range_type, "Sequence"},
  };
  const struct sl_type *type = sl_type_of(value);
  const char *name = type->name;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].type == type) name = names[i].name;
  }
  if (depth > DEEPEST) name = "Any";
  sl_text_append_string(out, name);
  if (depth > DEEPEST || (!sl_is_table(value) && !is_sequence(value))) return;
  sl_text_append_char(out, '[');
  if (type == &sl_tuple_type) {
    describe_tuple(look, out, value, depth + 1);
  } else {
    describe_parts(look, out, value, false, depth + 1);
  }
  if (type == &sl_dict_type) {
    sl_text_append_string(out, ", ");
    describe_parts(look, out, value, true, depth + 1);
  }
  sl_text_append_char(out, ']');
}

// ---------------------------------------------------------------- constants

sl_value sl_wanted_new(const struct sl_text *before, const struct sl_text *after,
                       const struct sl_text *code) {
  const sl_value parts[] = {
      sl_string(sl_text_string(before), before->length),
      sl_string(sl_text_string(after), after->length),
      sl_string(sl_text_string(code), code->length),
  };
  return sl_tuple(parts, sizeof parts / sizeof *parts);
}

bool sl_wanted_check(struct sl_thread *thread, sl_value value, sl_value wanted) {
  const struct sl_tuple *parts = (const void *)wanted;
  struct look look = {.thread = thread};
  bool good = matches(&look, sl_string_bytes(parts->items[2]), value);
  if (SL_LIKELY(good || look.stopped)) return !look.stopped;
  struct sl_text type = {0};
  look = (struct look){.left = MOST_PARTS};
  describe(&look, &type, value, 0);
  sl_fail(thread, "%s%s%s", sl_string_bytes(parts->items[0]), sl_text_string(&type),
          sl_string_bytes(parts->items[1]));
  sl_text_free(&type);
  return false;
}
