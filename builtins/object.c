// SPDX-License-Identifier: Apache-2.0
//
// Object: the functions that take any value: its text, type, truth and attributes; print() and fail().
#include <string.h>

#include "builtins/arguments.h"
#include "builtins/builtins.h"
#include "common/text_inline.h"
#include "runtime/program.h"

static sl_value bool_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread, (void)self;
  return sl_bool(sl_truth(arguments[0]));
}

static sl_value dir_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return sl_attribute_names(thread, arguments[0]);
}

// The name of an attribute; "", which none has, for one with a NUL in it.
static const char *attribute_name(sl_value name) {
  const char *bytes = sl_string_bytes(name);
  return strlen(bytes) == sl_string_length(name) ? bytes : "";
}

static sl_value getattr_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value otherwise = arguments[2], found;
  int answer = sl_attribute_named(thread, arguments[0], arguments[1], &found);
  if (answer != 0) return answer > 0 ? found : NULL;
  return otherwise ? otherwise : sl_attribute(thread, arguments[0], attribute_name(arguments[1]));
}

static sl_value hasattr_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  int found = sl_attribute_named(thread, arguments[0], arguments[1], NULL);
  return found < 0 ? NULL : sl_bool(found);
}

// Java's String.hashCode over the bytes, which Bazel promises.
static sl_value hash_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread, (void)self;
  return sl_arguments_hash(arguments[0]);
}

static sl_value repr_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct sl_text text = sl_text_begin(thread);
  bool written = sl_repr(thread, arguments[0], &text);
  return sl_text_finish(thread, &text, written);
}

static sl_value string_of_int(int64_t number) {
  char digits[SL_TEXT_DIGITS];
  return sl_string(digits, (size_t)(sl_text_signed_digits(number, digits) - digits));
}

static sl_value str_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (sl_is_string(arguments[0])) return arguments[0];
  if (sl_is_small_int(arguments[0])) return string_of_int(sl_small_int(arguments[0]));
  struct sl_text text = sl_text_begin(thread);
  bool written = sl_str(thread, arguments[0], &text);
  return sl_text_finish(thread, &text, written);
}

static sl_value type_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread, (void)self;
  return sl_type_name_value(arguments[0]);
}

// Writes values as print() shows them, each after a separator unless it is the first thing in `out`.
static bool write_values(struct sl_thread *thread, const sl_value *values, size_t count,
                         sl_value separator, bool first, struct sl_text *out) {
  for (size_t i = 0; i < count; i++) {
    if (!first) {
      if (!sl_text_admit(thread, out, sl_string_length(separator))) return false;
      sl_text_append(out, sl_string_bytes(separator), sl_string_length(separator));
    }
    first = false;
    if (!sl_print_text(thread, values[i], out)) return false;
  }
  return true;
}

static sl_value print_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value values = arguments[0], separator = arguments[1];
  struct sl_text text = {0};
  bool written =
      write_values(thread, sl_tuple_items(values), sl_tuple_length(values), separator, true, &text);
  if (written) sl_thread_print(thread, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return written ? SL_NONE : NULL;
}

// `attr` is a prefix, and `msg` a value before all others: both are older ways to call fail().
static sl_value fail_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value values = arguments[0], message = arguments[1], attribute = arguments[2];
  sl_value separator = arguments[3];
  struct sl_text text = {0};
  bool first = attribute == SL_NONE;
  if (!first) sl_text_format(&text, "attribute %s:", sl_string_bytes(attribute));
  bool written = true;
  if (message != SL_NONE) {
    written = write_values(thread, &message, 1, separator, first, &text);
    first = false;
  }
  written = written && write_values(thread, sl_tuple_items(values), sl_tuple_length(values),
                                    separator, first, &text);
  if (written) sl_fail_in(thread, "fail", "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

struct sl_builtin sl_object_functions[] = {
    SL_BUILTIN("bool(x = False, /)", bool_function,
               "The truth of a value: False for None, False, zero, and whatever is empty."),
    SL_BUILTIN("dir(x, /)", dir_function,
               "The names of a value's fields and methods, sorted: a new list."),
    SL_BUILTIN("fail(*args, msg = None, attr: string | None = None, sep: string = \" \")",
               fail_function, "Ends the evaluation with an error that shows the arguments."),
    SL_BUILTIN("getattr(x, name: string, default = unbound, /)", getattr_function,
               "The field or method of that name; if there is none, `default`, or else an error."),
    SL_BUILTIN("hasattr(x, name: string, /)", hasattr_function,
               "Whether a value has a field or method of that name."),
    SL_BUILTIN("hash(value: string, /)", hash_function,
               "A number computed from a string, the same in every run."),
    SL_BUILTIN("print(*args, sep: string = \" \")", print_function,
               "Shows the arguments, joined by `sep`, to whoever runs the program."),
    SL_BUILTIN("repr(x, /)", repr_function,
               "A value as text, with strings quoted as in a program."),
    SL_BUILTIN("str(x, /)", str_function, "A value as text; a string is returned as it is."),
    SL_BUILTIN("type(x, /)", type_function, "The name of a value's type."),
    SL_BUILTIN_END,
};
