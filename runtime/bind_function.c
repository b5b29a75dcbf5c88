// SPDX-License-Identifier: Apache-2.0
//
// Bind/function: arguments meet the parameters of a function written in Starlark, in Bazel's words when they do not fit.
// Invariant: slots [0, parameter_count) are below the thread's `top` before anything is allocated.
#include "common/spell.h"
#include "runtime/bind.h"

static const char *function_name(const struct sl_function *function) {
  return sl_string_bytes(function->code->name);
}

// Bazel counts a call whose arguments do not bind as begun: the traceback ends at the callee's name.
SL_PRINTF(3, 4)
static bool refuse(struct sl_thread *thread, struct sl_function *function, const char *format,
                   ...) {
  struct sl_text message = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&message, format, arguments);
  va_end(arguments);
  *++thread->frame = (struct sl_call_frame){.function = function, .base = thread->top};
  sl_fail(thread, "%s", sl_text_string(&message));
  thread->frame--;
  sl_text_free(&message);
  return false;
}

static bool refuse_positional(struct sl_thread *thread, struct sl_function *function,
                              size_t count) {
  size_t limit = function->code->positional_count;
  if (limit == 0) {
    return refuse(thread, function, "%s() does not accept positional arguments, but got %zu",
                  function_name(function), count);
  }
  return refuse(thread, function, "%s() accepts no more than %zu positional argument%s but got %zu",
                function_name(function), limit, sl_plural(limit), count);
}

static bool refuse_duplicate(struct sl_thread *thread, struct sl_function *function,
                             const char *what, sl_value name) {
  return refuse(thread, function, "%s() got multiple values for %s '%s'", function_name(function),
                what, sl_string_bytes(name));
}

// Says which of the parameters in [from, to) have no value.
static bool refuse_missing(struct sl_thread *thread, struct sl_function *function,
                           const sl_value *slots, uint32_t from, uint32_t to, const char *kind) {
  struct sl_text names = {0};
  size_t count = 0;
  for (uint32_t i = from; i < to; i++) {
    if (slots[i]) continue;
    if (count++) sl_text_append_string(&names, ", ");
    sl_text_append_string(&names, sl_string_bytes(function->code->parameter_names[i]));
  }
  if (count) {
    refuse(thread, function, "%s() missing %zu required %s argument%s: %s", function_name(function),
           count, kind, sl_plural(count), sl_text_string(&names));
  }
  sl_text_free(&names);
  return count == 0;
}

// Index of the parameter with an interned name, or -1.
static int32_t find_interned(const struct sl_code *code, sl_value name) {
  for (uint32_t i = 0; i < code->named_count; i++) {
    if (code->parameter_names[i] == name) return (int32_t)i;
  }
  return -1;
}

// The same for any string. Most are interned, though nobody knows: a second look is for the rest.
int32_t sl_code_find_parameter(const struct sl_code *code, sl_value name) {
  int32_t found = find_interned(code, name);
  const struct sl_string *string = (const struct sl_string *)(const void *)name;
  for (uint32_t i = 0; found < 0 && i < code->named_count; i++) {
    const struct sl_string *known =
        (const struct sl_string *)(const void *)code->parameter_names[i];
    if (sl_string_equal(known, string)) found = (int32_t)i;
  }
  return found;
}

static bool refuse_unexpected(struct sl_thread *thread, struct sl_function *function,
                              const struct sl_arguments *arguments) {
  const struct sl_code *code = function->code;
  struct sl_text names = {0};
  struct sl_spell spell;
  size_t count = 0;
  for (size_t i = 0; i < arguments->named_count; i++) {
    sl_value name = arguments->names[i];
    if (sl_code_find_parameter(code, name) >= 0) continue;
    if (count++) sl_text_append_string(&names, ", ");
    sl_text_append_string(&names, sl_string_bytes(name));
    sl_spell_begin(&spell, sl_string_bytes(name), sl_string_length(name));
  }
  for (uint32_t i = 0; count == 1 && i < code->named_count; i++) {
    sl_spell_offer(&spell, sl_string_bytes(code->parameter_names[i]),
                   sl_string_length(code->parameter_names[i]));
  }
  if (count == 1 && spell.best) sl_text_format(&names, " (did you mean '%s'?)", spell.best);
  refuse(thread, function, "%s() got unexpected keyword argument%s: %s", function_name(function),
         sl_plural(count), sl_text_string(&names));
  sl_text_free(&names);
  return false;
}

// Fills in the parameters that were not given. Parameters before `from` have their values.
static bool bind_defaults(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                          uint32_t from) {
  const struct sl_code *code = function->code;
  bool missing = false;
  for (uint32_t i = from; i < code->named_count; i++) {
    if (slots[i]) continue;
    if (code->default_index[i] >= 0) {
      slots[i] = function->defaults[code->default_index[i]];
    } else {
      missing = true;
    }
  }
  return !missing ||
         (refuse_missing(thread, function, slots, from, code->positional_count, "positional") &&
          refuse_missing(thread, function, slots, code->positional_count, code->named_count,
                         "keyword-only"));
}

// Binds *args to the surplus arguments.
static bool bind_star(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                      const sl_value *positional, size_t count) {
  const struct sl_code *code = function->code;
  size_t surplus = count > code->positional_count ? count - code->positional_count : 0;
  if (!code->star) return surplus == 0 || refuse_positional(thread, function, count);
  slots[code->named_count] = sl_tuple(positional + count - surplus, surplus);
  return true;
}

bool sl_bind_positional(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                        uint32_t count) {
  const struct sl_code *code = function->code;
  sl_value *end = slots + (count > code->register_count ? count : code->register_count);
  if (!sl_stack_raise(thread, end) || !bind_star(thread, function, slots, slots, count))
    return false;
  if (code->star_star) slots[code->parameter_count - 1] = sl_keywords_none(thread, code);
  uint32_t given = count < code->positional_count ? count : code->positional_count;
  for (uint32_t i = given; i < code->named_count; i++) slots[i] = NULL;
  return bind_defaults(thread, function, slots, given);
}

// Puts one keyword into **kwargs.
static bool bind_extra(struct sl_thread *thread, struct sl_function *function, sl_value extra,
                       sl_value name, sl_value value) {
  struct sl_dict *dict = (struct sl_dict *)(void *)extra;
  uint32_t before = dict->count;
  struct sl_string *key = (struct sl_string *)(void *)name;
  if (!sl_dict_put(thread, dict, name, sl_string_hash(key), value)) return false;
  return dict->count != before || refuse_duplicate(thread, function, "keyword argument", name);
}

static bool bind_keywords(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                          const struct sl_arguments *arguments) {
  const struct sl_code *code = function->code;
  sl_value extra = NULL;
  if (code->star_star)
    extra = slots[code->parameter_count - 1] = sl_dict(thread, arguments->named_count);
  bool unexpected = false;
  for (size_t i = 0; i < arguments->named_count; i++) {
    sl_value name = arguments->names[i], value = arguments->values[i];
    int32_t place = i < arguments->interned_count ? find_interned(code, name)
                                                  : sl_code_find_parameter(code, name);
    if (place >= 0) {
      if (slots[place]) return refuse_duplicate(thread, function, "parameter", name);
      slots[place] = value;
    } else if (extra) {
      if (!bind_extra(thread, function, extra, name, value)) return false;
    } else {
      unexpected = true;
    }
  }
  return !unexpected || refuse_unexpected(thread, function, arguments);
}

// The general case.
bool sl_bind_function(struct sl_thread *thread, struct sl_function *function,
                      const struct sl_arguments *arguments, sl_value *slots) {
  const struct sl_code *code = function->code;
  if (!sl_stack_raise(thread, slots + code->register_count)) return false;
  memset(slots, 0, code->parameter_count * sizeof *slots);
  size_t given = arguments->positional_count;
  if (given > code->positional_count) given = code->positional_count;
  if (given) memcpy(slots, arguments->positional, given * sizeof *slots);
  return bind_star(thread, function, slots, arguments->positional, arguments->positional_count) &&
         bind_keywords(thread, function, slots, arguments) &&
         bind_defaults(thread, function, slots, (uint32_t)given);
}
