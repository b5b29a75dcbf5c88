// SPDX-License-Identifier: Apache-2.0
//
// Builtin: functions in C as values. A table row is its own value; a bound method is a row with its
// receiver. Calls are sl_call's business.
#include "runtime/value.h"

static bool builtin_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_format(out, "<built-in function %s>",
                 sl_builtin_name((const struct sl_builtin *)(const void *)x));
  return true;
}

static bool bound_method_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct sl_bound_method *method = (const struct sl_bound_method *)(const void *)x;
  sl_text_format(out, "<built-in method %s of %s value>", sl_builtin_name(method->row),
                 sl_type_name(method->receiver));
  return true;
}

static const char *builtin_callable_name(sl_value x) {
  return sl_builtin_name((const struct sl_builtin *)(const void *)x);
}

static const char *bound_method_callable_name(sl_value x) {
  return sl_builtin_name(((const struct sl_bound_method *)(const void *)x)->row);
}

// Neither is hashable, as in Bazel.
const struct sl_type sl_builtin_type = {
    .name = "builtin_function_or_method",
    .repr = builtin_repr,
    .callable_name = builtin_callable_name,
};

const struct sl_type sl_bound_method_type = {
    .name = "builtin_function_or_method",
    .repr = bound_method_repr,
    .callable_name = bound_method_callable_name,
};
