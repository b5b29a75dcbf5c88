// SPDX-License-Identifier: Apache-2.0
//
// Function: a def or lambda as a value. Equal and hashed by identity; calling it is the
// interpreter's business.
#include "runtime/code.h"

// ---------------------------------------------------------------- layout

struct sl_function *sl_function_new(struct sl_code *code, struct sl_module *module) {
  struct sl_function *function =
      sl_allocate(sizeof *function + code->capture_count * sizeof function->cells[0]);
  function->type = &sl_function_type;
  function->code = code;
  function->module = module;
  return function;
}

// ---------------------------------------------------------------- slots

static const struct sl_function *as_function(sl_value value) {
  return (const struct sl_function *)(const void *)value;
}

static bool function_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_format(out, "<function %s>", sl_string_bytes(as_function(x)->code->name));
  return true;
}

static void function_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  const struct sl_function *function = as_function(x);
  for (uint32_t i = 0; i < function->code->default_count; i++) visit(data, function->defaults[i]);
  for (uint32_t i = 0; i < function->code->capture_count; i++) {
    if (function->cells[i]->value) visit(data, function->cells[i]->value);
  }
}

static const char *function_callable_name(sl_value x) {
  return sl_string_bytes(as_function(x)->code->name);
}

const char *sl_function_parameter(sl_value function, size_t i) {
  if (!sl_has_type(function, &sl_function_type)) return NULL;
  const struct sl_code *code = as_function(function)->code;
  return i < code->parameter_count ? sl_string_bytes(code->parameter_names[i]) : NULL;
}

const struct sl_type sl_function_type = {
    .name = "function",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = function_repr,
    .freeze = function_freeze,
    .callable_name = function_callable_name,
};
