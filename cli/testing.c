// SPDX-License-Identifier: Apache-2.0
//
// Testing: the fixtures of test suites, written against starlark.h as any host's natives would be. Invariant: no
// other command knows them.
#include "cli/testing.h"

#include <string.h>

// ---------------------------------------------------------------- objects with fields

// hasfields and mutablestruct: their fields are in a dict, and frozen with it.
struct fields {
  struct sl_mutable head;
  sl_value dict;
};

static const struct sl_type hasfields_type, mutablestruct_type;

static sl_value dict_of(sl_value x) { return ((struct fields *)(void *)x)->dict; }

static sl_value new_fields(struct sl_thread *thread, const struct sl_type *type, sl_value dict) {
  struct fields *fields = sl_new(thread, type, sizeof *fields);
  fields->dict = dict;
  return (sl_value)(void *)fields;
}

static sl_value fields_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)thread, (void)length;
  return sl_dict_get_string(dict_of(x), name);
}

static void fields_names(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                         void *data) {
  size_t cursor = 0;
  for (sl_value name, value; sl_dict_next(dict_of(x), &cursor, &name, &value);) {
    offer(data, sl_string_bytes(name), sl_string_length(name));
  }
}

static void fields_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  visit(data, dict_of(x));
}

static bool hasfields_set(struct sl_thread *thread, sl_value x, const char *name, sl_value value) {
  if (strncmp(name, "no", 2) == 0) return sl_fail_false(thread, "no .%s field", name);
  return sl_dict_set_string(thread, dict_of(x), name, value);
}

static bool hasfields_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread, (void)x;
  sl_text_append_string(out, "hasfields");
  return true;
}

// So that a test can see that `list += x` is not an extension for every x.
static sl_value hasfields_binary(struct sl_thread *thread, enum sl_operator op, sl_value x,
                                 sl_value y, bool reversed) {
  (void)thread, (void)x, (void)reversed;
  return op == SL_OP_PLUS && sl_is_list(y) ? sl_int(42) : NULL;
}

static bool mutablestruct_set(struct sl_thread *thread, sl_value x, const char *name,
                              sl_value value) {
  if (sl_string_is(value, "bad")) return sl_fail_false(thread, "bad field value");
  return sl_dict_set_string(thread, dict_of(x), name, value);
}

static bool mutablestruct_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  const char *separator = "";
  size_t cursor = 0;
  sl_text_append_string(out, "mutablestruct(");
  for (sl_value name, value; sl_dict_next(dict_of(x), &cursor, &name, &value);) {
    sl_text_format(out, "%s%s = ", separator, sl_string_bytes(name));
    if (!sl_repr(thread, value, out)) return false;
    separator = ", ";
  }
  sl_text_append_char(out, ')');
  return true;
}

static const struct sl_type hasfields_type = {
    .name = "hasfields",
    .flags = SL_TYPE_MUTABLE | SL_TYPE_HASH_IDENTITY,
    .repr = hasfields_repr,
    .attribute = fields_attribute,
    .set_attribute = hasfields_set,
    .attribute_names = fields_names,
    .binary = hasfields_binary,
    .freeze = fields_freeze,
};

static const struct sl_type mutablestruct_type = {
    .name = "mutablestruct",
    .flags = SL_TYPE_MUTABLE,
    .repr = mutablestruct_repr,
    .attribute = fields_attribute,
    .set_attribute = mutablestruct_set,
    .attribute_names = fields_names,
    .freeze = fields_freeze,
};

// ---------------------------------------------------------------- fibonacci

struct fibonacci_state {
  int64_t next, after;
};

static sl_value fibonacci_next(struct sl_iterator *iterator) {
  struct fibonacci_state *state = iterator->state;
  int64_t next = state->next;
  state->next = state->after;
  state->after = (int64_t)((uint64_t)state->after + (uint64_t)next);
  return sl_int(next);
}

static bool fibonacci_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread, (void)x;
  struct fibonacci_state *state = sl_allocate_atomic(sizeof *state);
  state->after = 1;
  iterator->state = state;
  iterator->next = fibonacci_next;
  return true;
}

static const struct sl_type fibonacci_type = {.name = "fibonacci", .iterate = fibonacci_iterate};

static struct sl_object fibonacci = {&fibonacci_type};

// ---------------------------------------------------------------- functions

static sl_value catch_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (sl_call(thread, arguments[0], NULL, 0, NULL, 0)) return SL_NONE;
  sl_value message = sl_string_from(sl_error_message(thread));
  sl_error_clear(thread);
  return message;
}

// The module of the innermost Starlark call.
static struct sl_module *calling_module(struct sl_thread *thread) {
  struct sl_frame frame;
  for (size_t depth = 0; sl_thread_frame(thread, depth, &frame); depth++) {
    if (frame.module) return frame.module;
  }
  return NULL;
}

static sl_value freeze_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (arguments[0]) {
    sl_freeze(arguments[0]);
    return arguments[0];
  }
  struct sl_module *module = calling_module(thread);
  sl_value value;
  for (size_t i = 0; module && sl_module_global(module, i, NULL, &value, NULL); i++) {
    if (value) sl_freeze(value);
  }
  return SL_NONE;
}

static sl_value struct_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread, (void)self;
  return sl_struct_from_dict(NULL, arguments[0]);
}

static sl_value hasfields_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self, (void)arguments;
  return new_fields(thread, &hasfields_type, sl_dict(thread, 0));
}

static sl_value mutablestruct_function(struct sl_thread *thread, sl_value self,
                                       sl_value *arguments) {
  (void)self;
  return new_fields(thread, &mutablestruct_type, arguments[0]);
}

static struct sl_builtin functions[] = {
    SL_BUILTIN("catch(f, /)", catch_function, "Calls f(): None, or the message of its error."),
    SL_BUILTIN("freeze(x = unbound, /)", freeze_function,
               "Freezes a value, or all globals of the calling module."),
    SL_BUILTIN("hasfields()", hasfields_function, "An object whose fields can be set."),
    SL_BUILTIN("mutablestruct(**kwargs)", mutablestruct_function,
               "A record whose fields can be set."),
    SL_BUILTIN("struct(**kwargs)", struct_function, "An immutable record."),
    SL_BUILTIN_END,
};

struct sl_environment *bz_testing_environment(const struct sl_dialect *dialect) {
  struct sl_environment *environment = sl_environment_new(sl_universe_of(dialect));
  sl_environment_set_builtins(environment, functions);
  sl_environment_set(environment, "fibonacci", &fibonacci);
  return environment;
}
