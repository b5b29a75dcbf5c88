// SPDX-License-Identifier: Apache-2.0
//
// Args: a command line under construction. It only records what was asked for; depsets are flattened and map_each is
// called when someone wants to see the arguments, so that analysis never pays for command lines that nobody prints.

#include <string.h>

#include "rules/analysis/state.h"
#include "runtime/program.h"

enum part_kind { PART_VALUE, PART_ALL, PART_JOINED };

// One add(), add_all() or add_joined(). What was not given is NULL.
struct part {
  enum part_kind kind;
  sl_value name;    // stands before; strings only
  sl_value values;  // VALUE: the value; else a tuple or depset
  sl_value map_each;
  const char *format_each;  // VALUE: its format
  const char *before_each;
  const char *join_with;
  const char *format_joined;
  const char *terminate_with;
  bool omit_if_empty;
  bool uniquify;
};

struct args {
  struct sl_mutable head;
  struct part *parts;  // appended to only: snapshots share it
  size_t count;
  size_t capacity;
  const char *file_format;  // "shell", "multiline" or "flag_per_line"
};

static struct args *args_of(sl_value v) { return (struct args *)(void *)v; }

sl_value bz_args_make(struct sl_thread *thread) {
  struct args *args = sl_new(thread, &bz_args_type, sizeof *args);
  args->file_format = "shell";
  return (sl_value)(void *)args;
}

sl_value bz_args_snapshot(struct sl_thread *thread, sl_value value) {
  struct args *copy = sl_new(thread, &bz_args_type, sizeof *copy);
  struct sl_mutability *owner = copy->head.owner;
  *copy = *args_of(value);
  copy->head.owner = owner;
  copy->capacity = copy->count;  // an add() to the copy would move it away
  return (sl_value)(void *)copy;
}

// A new part at the end. NULL with an error pending: frozen.
static struct part *append(struct sl_thread *thread, sl_value self, enum part_kind kind) {
  if (!sl_check_mutable(thread, self)) return NULL;
  struct args *args = args_of(self);
  if (args->count == args->capacity) {
    size_t capacity = args->capacity ? args->capacity * 2 : 8;
    struct part *parts = sl_allocate(capacity * sizeof *parts);
    if (args->count) memcpy(parts, args->parts, args->count * sizeof *parts);
    args->parts = parts;
    args->capacity = capacity;
  }
  struct part *part = &args->parts[args->count++];
  *part = (struct part){.kind = kind};
  return part;
}

// ---------------------------------------------------------------- formats

// Whether a format has exactly one %s and nothing else behind a percent sign but another one.
static bool format_is_valid(const char *format) {
  size_t places = 0;
  for (const char *at = strchr(format, '%'); at; at = strchr(at + 2, '%')) {
    if (at[1] == 's') {
      places++;
    } else if (at[1] != '%') {
      return false;
    }
  }
  return places == 1;
}

// A percent sign that is doubled stays so: Bazel looks for the place only.
static sl_value format_apply(const char *format, sl_value string) {
  const char *place = format;
  while (place[0] != '%' || place[1] != 's') place += place[0] == '%' ? 2 : 1;
  size_t before = (size_t)(place - format), after = strlen(place + 2),
         length = sl_string_length(string);
  char *bytes;
  sl_value result = sl_string_new(before + length + after, &bytes);
  memcpy(bytes, format, before);
  memcpy(bytes + before, sl_string_bytes(string), length);
  memcpy(bytes + before + length, place + 2, after);
  return result;
}

// Reads an optional string argument; a format is checked.
static bool take_string(struct sl_thread *thread, sl_value given, const char *what, bool is_format,
                        const char **out) {
  *out = NULL;
  if (given == SL_NONE) return true;
  *out = bz_text_copy(sl_string_bytes(given));
  if (!is_format || format_is_valid(*out)) return true;
  return sl_fail_false(
      thread,
      "Invalid value for parameter \"%s\": Expected string with a single \"%%s\", got \"%s\"", what,
      *out);
}

// ---------------------------------------------------------------- recording

static bool check_name(struct sl_thread *thread, sl_value name) {
  if (sl_is_string(name)) return true;
  return sl_fail_false(thread, "expected value of type 'string' for arg name, got '%s'",
                       sl_type_name(name));
}

static bool check_single(struct sl_thread *thread, sl_value value) {
  sl_value *items;
  size_t count;
  if (bz_is_depset(value) || sl_sequence_items(value, &items, &count)) {
    return sl_fail_false(
        thread,
        "Args.add() doesn't accept vectorized arguments. Please use Args.add_all() or "
        "Args.add_joined() instead.");
  }
  if (bz_is_artifact(value) && bz_artifact_of(value)->is_directory) {
    return sl_fail_false(
        thread,
        "Cannot add directories to Args#add since they may expand to multiple values. Either use "
        "Args#add_all (if you want expansion) or args.add(directory.path) (if you do not).");
  }
  return true;
}

static sl_value args_add(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value name = arguments[1] ? arguments[0] : NULL;
  sl_value value = arguments[1] ? arguments[1] : arguments[0];
  const char *format;
  if ((name && !check_name(thread, name)) || !check_single(thread, value) ||
      !take_string(thread, arguments[2], "format", true, &format)) {
    return NULL;
  }
  struct part *part = append(thread, self, PART_VALUE);
  if (!part) return NULL;
  part->name = name;
  part->values = value;
  part->format_each = format;
  return self;
}

// Takes name and values; a list is copied, as it may change.
static bool take_values(struct sl_thread *thread, sl_value *arguments, sl_value *name,
                        sl_value *values) {
  *name = arguments[1] ? arguments[0] : NULL;
  *values = arguments[1] ? arguments[1] : arguments[0];
  if (*name && !check_name(thread, *name)) return false;
  if (bz_is_depset(*values) || sl_is_tuple(*values)) return true;
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(*values, &items, &count) && !sl_has_type(*values, &sl_range_type)) {
    return sl_fail_false(thread, "expected value of type 'sequence or depset' for values, got '%s'",
                         sl_type_name(*values));
  }
  *values = sl_to_tuple(thread, *values);
  return *values != NULL;
}

static sl_value args_add_all(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  enum {
    MAP_EACH = 2,
    FORMAT_EACH,
    BEFORE_EACH,
    OMIT_IF_EMPTY,
    UNIQUIFY,
    EXPAND_DIRECTORIES,
    TERMINATE_WITH
  };
  struct part new = {.kind = PART_ALL};
  if (!take_values(thread, arguments, &new.name, &new.values) ||
      !take_string(thread, arguments[FORMAT_EACH], "format_each", true, &new.format_each) ||
      !take_string(thread, arguments[BEFORE_EACH], "before_each", false, &new.before_each) ||
      !take_string(thread, arguments[TERMINATE_WITH], "terminate_with", false,
                   &new.terminate_with)) {
    return NULL;
  }
  new.map_each = arguments[MAP_EACH] == SL_NONE ? NULL : arguments[MAP_EACH];
  new.omit_if_empty = arguments[OMIT_IF_EMPTY] == SL_TRUE;
  new.uniquify = arguments[UNIQUIFY] == SL_TRUE;
  struct part *part = append(thread, self, PART_ALL);
  if (!part) return NULL;
  *part = new;
  return self;
}

static sl_value args_add_joined(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  enum { JOIN_WITH = 2, MAP_EACH, FORMAT_EACH, FORMAT_JOINED, OMIT_IF_EMPTY, UNIQUIFY };
  struct part new = {.kind = PART_JOINED};
  if (!take_values(thread, arguments, &new.name, &new.values) ||
      !take_string(thread, arguments[JOIN_WITH], "join_with", false, &new.join_with) ||
      !take_string(thread, arguments[FORMAT_EACH], "format_each", true, &new.format_each) ||
      !take_string(thread, arguments[FORMAT_JOINED], "format_joined", true, &new.format_joined)) {
    return NULL;
  }
  new.map_each = arguments[MAP_EACH] == SL_NONE ? NULL : arguments[MAP_EACH];
  new.omit_if_empty = arguments[OMIT_IF_EMPTY] == SL_TRUE;
  new.uniquify = arguments[UNIQUIFY] == SL_TRUE;
  struct part *part = append(thread, self, PART_JOINED);
  if (!part) return NULL;
  *part = new;
  return self;
}

// Where a parameter file stands in for a long command line is the executor's business: the arguments stay in place.
static sl_value args_use_param_file(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  const char *format;
  if (!sl_check_mutable(thread, self) ||
      !take_string(thread, arguments[0], "param_file_arg", true, &format))
    return NULL;
  return self;
}

static sl_value args_set_param_file_format(struct sl_thread *thread, sl_value self,
                                           sl_value *arguments) {
  static const char *const formats[] = {"shell", "multiline", "flag_per_line"};
  if (!sl_check_mutable(thread, self)) return NULL;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    if (!sl_string_is(arguments[0], formats[i])) continue;
    args_of(self)->file_format = formats[i];
    return self;
  }
  return sl_fail(thread,
                 "Invalid value for parameter \"format\": Expected one of \"shell\", "
                 "\"multiline\", \"flag_per_line\"");
}

// ---------------------------------------------------------------- expanding

struct strings {
  sl_value *items;
  size_t count;
};

static void push(struct strings *strings, sl_value string) {
  strings->items = bz_table_grow(strings->items, strings->count);
  strings->items[strings->count++] = string;
}

// A value as an argument.
static sl_value to_argument(struct sl_thread *thread, sl_value value) {
  if (sl_is_string(value)) return value;
  if (bz_is_artifact(value)) return sl_string_from(bz_artifact_of(value)->path);
  if (bz_is_label(value)) return sl_string_from(bz_label_text(bz_label_of(value)));
  if (sl_is_bool(value)) return sl_string_from(value == SL_TRUE ? "true" : "false");
  struct sl_text text = {0};
  sl_value string = sl_str(thread, value, &text) ? sl_string_from_text(&text) : NULL;
  sl_text_free(&text);
  return string;
}

static bool push_mapped(struct sl_thread *thread, sl_value mapped, struct strings *out) {
  if (mapped == SL_NONE) return true;
  if (sl_is_string(mapped)) {
    push(out, mapped);
    return true;
  }
  if (!sl_is_list(mapped)) {
    return sl_fail_false(thread,
                         "Expected map_each to return string, None, or list of strings, found %s",
                         sl_type_name(mapped));
  }
  for (size_t i = 0; i < sl_list_length(mapped); i++) {
    sl_value item = sl_list_get(mapped, i);
    if (!sl_is_string(item)) {
      return sl_fail_false(
          thread,
          "Expected map_each to return string, None, or list of strings, found list containing %s",
          sl_type_name(item));
    }
    push(out, item);
  }
  return true;
}

static sl_value directory_expand(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return sl_list_frozen(arguments, 1);
}

static struct sl_builtin directory_rows[] = {
    SL_BUILTIN("expand(file: File)", directory_expand,
               "The files of a directory; here the directory itself."),
};

// A map_each with a second parameter gets what expands directories, which analysis cannot: their content is not known.
static sl_value call_map(struct sl_thread *thread, sl_value map_each, sl_value value) {
  static const char *const names[] = {"expand"};
  sl_value expand = sl_builtin_value(directory_rows);
  bool wants_expander = sl_function_parameter(map_each, 1) != NULL;
  sl_value arguments[] = {value, wants_expander ? sl_struct(NULL, names, &expand, 1) : NULL};
  return sl_call(thread, map_each, arguments, wants_expander ? 2 : 1, NULL, 0);
}

static bool map_values(struct sl_thread *thread, const struct part *part, struct strings *out) {
  sl_value list =
      bz_is_depset(part->values) ? bz_depset_to_list(thread, part->values) : part->values;
  sl_value *items;
  size_t count;
  if (!list || !sl_sequence_items(list, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (part->map_each) {
      sl_value mapped = call_map(thread, part->map_each, items[i]);
      if (!mapped || !push_mapped(thread, mapped, out)) return false;
    } else {
      sl_value string = to_argument(thread, items[i]);
      if (!string) return false;
      push(out, string);
    }
  }
  return true;
}

static bool keep_first(struct sl_thread *thread, struct strings *strings) {
  sl_value seen = sl_dict(thread, strings->count);
  size_t kept = 0;
  for (size_t i = 0; i < strings->count; i++) {
    if (sl_dict_get(thread, seen, strings->items[i])) continue;
    if (!sl_dict_set(thread, seen, strings->items[i], SL_NONE)) return false;
    strings->items[kept++] = strings->items[i];
  }
  strings->count = kept;
  return true;
}

// What a part's values come to, up to the point where all and joined differ.
static bool expand_values(struct sl_thread *thread, const struct part *part,
                          struct strings *values) {
  if (!map_values(thread, part, values)) return false;
  for (size_t i = 0; part->format_each && i < values->count; i++) {
    values->items[i] = format_apply(part->format_each, values->items[i]);
  }
  return !part->uniquify || keep_first(thread, values);
}

static bool expand_single(struct sl_thread *thread, const struct part *part, struct strings *out) {
  sl_value string = to_argument(thread, part->values);
  if (!string) return false;
  if (part->name) push(out, part->name);
  push(out, part->format_each ? format_apply(part->format_each, string) : string);
  return true;
}

static bool expand_all(struct sl_thread *thread, const struct part *part, struct strings *out) {
  struct strings values = {0};
  if (!expand_values(thread, part, &values)) return false;
  if (values.count == 0 && part->omit_if_empty) return true;
  if (part->name) push(out, part->name);
  for (size_t i = 0; i < values.count; i++) {
    if (part->before_each) push(out, sl_string_from(part->before_each));
    push(out, values.items[i]);
  }
  if (part->terminate_with) push(out, sl_string_from(part->terminate_with));
  return true;
}

static bool expand_joined(struct sl_thread *thread, const struct part *part, struct strings *out) {
  struct strings values = {0};
  if (!expand_values(thread, part, &values)) return false;
  if (values.count == 0 && part->omit_if_empty) return true;
  if (part->name) push(out, part->name);
  struct sl_text joined = {0};
  for (size_t i = 0; i < values.count; i++) {
    if (i > 0 && part->join_with) sl_text_append_string(&joined, part->join_with);
    sl_text_append(&joined, sl_string_bytes(values.items[i]), sl_string_length(values.items[i]));
  }
  sl_value string = sl_string_from_text(&joined);
  sl_text_free(&joined);
  push(out, part->format_joined ? format_apply(part->format_joined, string) : string);
  return true;
}

static bool expand(struct sl_thread *thread, sl_value value, struct strings *out) {
  static bool (*const expanders[])(struct sl_thread *, const struct part *, struct strings *) = {
      [PART_VALUE] = expand_single, [PART_ALL] = expand_all, [PART_JOINED] = expand_joined};
  const struct args *args = args_of(value);
  for (size_t i = 0; i < args->count; i++) {
    if (!expanders[args->parts[i].kind](thread, &args->parts[i], out)) return false;
  }
  return true;
}

bool bz_args_expand(struct sl_thread *thread, sl_value args, sl_value list) {
  struct strings strings = {0};
  if (!expand(thread, args, &strings)) return false;
  for (size_t i = 0; i < strings.count; i++) {
    if (!sl_list_push(thread, list, strings.items[i])) return false;
  }
  return true;
}

// ---------------------------------------------------------------- parameter files

void bz_args_quote(struct sl_text *out, const char *bytes, size_t length) {
  static const char safe[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%-_+:,./";
  if (length > 0 && strspn(bytes, safe) == length) {
    sl_text_append(out, bytes, length);
    return;
  }
  sl_text_append_char(out, '\'');
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '\'') {
      sl_text_append_string(out, "'\\''");
    } else {
      sl_text_append_char(out, bytes[i]);
    }
  }
  sl_text_append_char(out, '\'');
}

// One argument a line; flag_per_line keeps values behind their flag.
bool bz_args_write(struct sl_thread *thread, sl_value args, struct sl_text *out) {
  struct strings strings = {0};
  if (!expand(thread, args, &strings)) return false;
  bool quoted = strcmp(args_of(args)->file_format, "shell") == 0;
  bool by_flag = strcmp(args_of(args)->file_format, "flag_per_line") == 0;
  for (size_t i = 0; i < strings.count; i++) {
    const char *bytes = sl_string_bytes(strings.items[i]);
    size_t length = sl_string_length(strings.items[i]);
    if (i > 0) sl_text_append_char(out, by_flag && strncmp(bytes, "--", 2) != 0 ? ' ' : '\n');
    if (quoted) {
      bz_args_quote(out, bytes, length);
    } else {
      sl_text_append(out, bytes, length);
    }
  }
  if (strings.count > 0) sl_text_append_char(out, '\n');
  return true;
}

// ---------------------------------------------------------------- the type

static struct sl_builtin args_methods[] = {
    SL_BUILTIN("add(arg_name_or_value, value = unbound, *, format: string | None = None)", args_add,
               "Appends one argument."),
    SL_BUILTIN("add_all(arg_name_or_values, values = unbound, *, map_each: callable | None = None, "
               "format_each: string | None = None, before_each: string | None = None, "
               "omit_if_empty: bool = True, "
               "uniquify: bool = False, expand_directories: bool = True, terminate_with: string | "
               "None = None, "
               "allow_closure: bool = False)",
               args_add_all, "Appends the values of a list or depset, one argument each."),
    SL_BUILTIN(
        "add_joined(arg_name_or_values, values = unbound, *, join_with: string, map_each: callable "
        "| None = None, "
        "format_each: string | None = None, format_joined: string | None = None, omit_if_empty: "
        "bool = True, "
        "uniquify: bool = False, expand_directories: bool = True, allow_closure: bool = False)",
        args_add_joined, "Appends the values of a list or depset, joined to one argument."),
    SL_BUILTIN("use_param_file(param_file_arg: string, *, use_always: bool = False)",
               args_use_param_file, "Lets the executor spill the arguments into a file."),
    SL_BUILTIN("set_param_file_format(format: string)", args_set_param_file_format,
               "How that file is written."),
    SL_BUILTIN_END,
};

static bool args_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  (void)x;
  sl_text_append_string(out, "context.args() object");
  return true;
}

static void args_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  for (size_t i = 0; i < args_of(x)->count; i++) visit(data, args_of(x)->parts[i].values);
}

const struct sl_type bz_args_type = {
    .name = "Args",
    .flags = SL_TYPE_MUTABLE | SL_TYPE_HASH_IDENTITY,
    .methods = args_methods,
    .repr = args_repr,
    .freeze = args_freeze,
};
