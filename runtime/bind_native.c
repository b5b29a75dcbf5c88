// SPDX-License-Identifier: Apache-2.0
//
// Bind/native: arguments meet the parameters of a native, whose types are checked. Invariant: slots are in the order of
// the signature's text, and below the thread's `top` before anything is allocated.
#include "common/spell.h"
#include "runtime/bind.h"

static const char *native_name(const struct sl_signature *signature) {
  return sl_string_bytes(signature->name);
}

int32_t sl_signature_find(const struct sl_signature *signature, sl_value name) {
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (parameter->kind > SL_SIGNATURE_KEYWORD_ONLY) continue;
    if (sl_string_equal((const struct sl_string *)(const void *)parameter->name,
                        (const struct sl_string *)(const void *)name)) {
      return (int32_t)i;
    }
  }
  return -1;
}

static bool refuse_native_keyword(struct sl_thread *thread, const struct sl_signature *signature,
                                  sl_value name) {
  struct sl_spell spell;
  sl_spell_begin(&spell, sl_string_bytes(name), sl_string_length(name));
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    sl_value known = signature->parameters[i].name;
    if (signature->parameters[i].kind > SL_SIGNATURE_KEYWORD_ONLY) continue;
    sl_spell_offer(&spell, sl_string_bytes(known), sl_string_length(known));
  }
  if (!spell.best) {
    return sl_fail_false(thread, "%s() got unexpected keyword argument '%s'",
                         native_name(signature), sl_string_bytes(name));
  }
  return sl_fail_false(thread, "%s() got unexpected keyword argument '%s' (did you mean '%s'?)",
                       native_name(signature), sl_string_bytes(name), spell.best);
}

// One keyword that is no parameter's: it goes to **kwargs, if there is one.
static bool bind_native_extra(struct sl_thread *thread, const struct sl_signature *signature,
                              sl_value extra, sl_value name, sl_value value, bool positional_only) {
  if (!extra && positional_only) {
    return sl_fail_false(thread, "%s() got named argument for positional-only parameter '%s'",
                         native_name(signature), sl_string_bytes(name));
  }
  if (!extra) return refuse_native_keyword(thread, signature, name);
  struct sl_dict *dict = (struct sl_dict *)(void *)extra;
  uint32_t before = dict->count;
  struct sl_string *key = (struct sl_string *)(void *)name;
  if (!sl_dict_put(thread, dict, name, sl_string_hash(key), value)) return false;
  return dict->count != before ||
         sl_fail_false(thread, "%s() got multiple values for keyword argument '%s'",
                       native_name(signature), sl_string_bytes(name));
}

static bool bind_native_keyword(struct sl_thread *thread, const struct sl_signature *signature,
                                sl_value *slots, sl_value extra, sl_value name, sl_value value) {
  int32_t i = sl_signature_find(signature, name);
  const struct sl_signature_parameter *parameter = &signature->parameters[i < 0 ? 0 : i];
  if (i < 0 || parameter->kind == SL_SIGNATURE_POSITIONAL_ONLY) {
    return bind_native_extra(thread, signature, extra, name, value, i >= 0);
  }
  if (!sl_parameter_accepts(parameter, value))
    return sl_parameter_refuse(thread, signature, parameter, value);
  if (slots[i]) {
    return sl_fail_false(thread, "%s() got multiple values for argument '%s'",
                         native_name(signature), sl_string_bytes(name));
  }
  slots[i] = value;
  return true;
}

static bool bind_native_positional(struct sl_thread *thread, const struct sl_signature *signature,
                                   const struct sl_arguments *arguments, sl_value *slots) {
  size_t count = arguments->positional_count;
  size_t given = count < signature->positional_count ? count : signature->positional_count;
  for (size_t i = 0; i < given; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (!sl_parameter_accepts(parameter, arguments->positional[i])) {
      return sl_parameter_refuse(thread, signature, parameter, arguments->positional[i]);
    }
    slots[i] = arguments->positional[i];
  }
  if (given < count && !signature->star) {
    if (given == 0)
      return sl_fail_false(thread, "%s() got unexpected positional argument",
                           native_name(signature));
    return sl_fail_false(thread, "%s() accepts no more than %zu positional argument%s but got %zu",
                         native_name(signature), given, sl_plural(given), count);
  }
  return true;
}

// Apart from the loop of the interpreter, whose registers a call in there would cost.
__attribute__((noinline)) bool sl_bind_known_slowly(const struct sl_signature *signature,
                                                    sl_value *arguments, uint32_t count,
                                                    uint32_t annotated) {
  for (; annotated; annotated &= annotated - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(annotated);
    if (!sl_parameter_accepts(&signature->parameters[i], arguments[i])) return false;
  }
  sl_complete_arguments(signature, arguments, count);
  return true;
}

// Whether there may be so many positional arguments, of these types, and nothing else.
static bool fits_positional(const struct sl_signature *signature, const sl_value *slots,
                            uint32_t given, uint32_t count) {
  if (given < count && !signature->star) return false;
  for (uint32_t i = 0; i < given; i++) {
    if (!sl_parameter_accepts(&signature->parameters[i], slots[i])) return false;
  }
  for (uint32_t i = given; i < signature->parameter_count; i++) {
    if (signature->parameters[i].required) return false;
  }
  return true;
}

bool sl_bind_native_positional(struct sl_thread *thread, const struct sl_signature *signature,
                               sl_value *slots, uint32_t count) {
  uint32_t given = count < signature->positional_count ? count : signature->positional_count;
  sl_value *end = slots + signature->parameter_count;
  if (end > thread->stack_limit || !fits_positional(signature, slots, given, count)) return false;
  if (end > thread->top) thread->top = end;
  sl_value surplus = signature->star ? sl_tuple(slots + given, count - given) : NULL;
  for (uint32_t i = given; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    bool fresh = parameter->kind == SL_SIGNATURE_STAR_STAR && !signature->defaults[i];
    slots[i] = parameter->kind == SL_SIGNATURE_STAR ? surplus
               : fresh                              ? sl_dict(thread, 0)
                                                    : signature->defaults[i];
  }
  return true;
}

static bool refuse_missing_native(struct sl_thread *thread, const struct sl_signature *signature,
                                  const sl_value *slots, bool positional) {
  struct sl_text names = {0};
  size_t count = 0;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (slots[i] || !parameter->required ||
        (parameter->kind <= SL_SIGNATURE_ORDINARY) != positional)
      continue;
    if (count++) sl_text_append_string(&names, ", ");
    sl_text_append_string(&names, sl_string_bytes(parameter->name));
  }
  if (count) {
    sl_fail(thread, "%s() missing %zu required %s argument%s: %s", native_name(signature), count,
            positional ? "positional" : "named", sl_plural(count), sl_text_string(&names));
  }
  sl_text_free(&names);
  return count == 0;
}

static bool fill_defaults(struct sl_thread *thread, const struct sl_signature *signature,
                          sl_value *slots) {
  bool missing = false;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    if (slots[i]) continue;
    slots[i] = signature->defaults[i];
    missing |= signature->parameters[i].required;
  }
  return !missing || (refuse_missing_native(thread, signature, slots, true) &&
                      refuse_missing_native(thread, signature, slots, false));
}

// The general case.
bool sl_bind_native(struct sl_thread *thread, const struct sl_signature *signature,
                    const struct sl_arguments *arguments, sl_value *slots) {
  if (!sl_stack_raise(thread, slots + signature->parameter_count)) return false;
  memset(slots, 0, signature->parameter_count * sizeof *slots);
  if (!bind_native_positional(thread, signature, arguments, slots)) return false;
  sl_value extra = NULL;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    if (signature->parameters[i].kind == SL_SIGNATURE_STAR) {
      size_t given = signature->positional_count < arguments->positional_count
                         ? signature->positional_count
                         : arguments->positional_count;
      slots[i] = sl_tuple(arguments->positional + given, arguments->positional_count - given);
    } else if (signature->parameters[i].kind == SL_SIGNATURE_STAR_STAR) {
      extra = slots[i] = sl_dict(thread, 0);
    }
  }
  for (size_t i = 0; i < arguments->named_count; i++) {
    if (!bind_native_keyword(thread, signature, slots, extra, arguments->names[i],
                             arguments->values[i]))
      return false;
  }
  return fill_defaults(thread, signature, slots);
}

// There is no plan for a call that lacks what is required.
bool sl_bind_native_planned(struct sl_thread *thread, const struct sl_signature *signature,
                            sl_value *slots) {
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (!slots[i]) {
      slots[i] = signature->defaults[i];
    } else if (!sl_parameter_accepts(parameter, slots[i])) {
      return sl_parameter_refuse(thread, signature, parameter, slots[i]);
    }
  }
  return true;
}
