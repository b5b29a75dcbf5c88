// SPDX-License-Identifier: Apache-2.0
//
// Bind: how arguments meet parameters. Private to runtime/. Binding leaves one value per parameter in the slots that
// follow the callee in its call's window. Functions return false with an error pending unless they say otherwise.
#ifndef RUNTIME_BIND_H_
#define RUNTIME_BIND_H_

#include "runtime/signature.h"
#include "runtime/thread.h"

// The arguments of a call, taken apart. They overlap nothing that is written while they are read.
struct sl_arguments {
  const sl_value *positional;
  size_t positional_count;
  const sl_value *names;
  const sl_value *values;
  size_t named_count;
  size_t interned_count;  // so many of the names, the first ones, are interned
};

static inline const char *sl_plural(size_t count) { return count == 1 ? "" : "s"; }

// ---------------------------------------------------------------- functions written in Starlark

// Index of the parameter that a keyword may name, or -1.
int32_t sl_code_find_parameter(const struct sl_code *code, sl_value name);
// Fills in the parameters from `from` on that have no value. False: one has no default; nothing is pending.
static inline bool sl_fill_defaults(const struct sl_function *function, sl_value *slots,
                                    uint32_t from) {
  const struct sl_code *code = function->code;
  for (uint32_t i = from; i < code->named_count; i++) {
    if (slots[i]) continue;
    int16_t index = code->default_index[i];
    if (index < 0) return false;
    slots[i] = function->defaults[index];
  }
  return true;
}
// Completes positional arguments, which are in the slots already, by default values. False: it takes more than that;
// nothing is pending.
static inline bool sl_bind_defaults(const struct sl_thread *thread,
                                    const struct sl_function *function, sl_value *slots,
                                    uint32_t count) {
  const struct sl_code *code = function->code;
  if (code->star || code->star_star || count > code->positional_count ||
      slots + code->register_count > thread->stack_limit)
    return false;
  for (uint32_t i = count; i < code->named_count; i++) {
    int16_t index = code->default_index[i];
    if (index < 0) return false;
    slots[i] = function->defaults[index];
  }
  return true;
}
// Binds positional arguments, which are in the slots already.
bool sl_bind_positional(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                        uint32_t count) SL_MUST_CHECK;
// Binds any arguments.
bool sl_bind_function(struct sl_thread *thread, struct sl_function *function,
                      const struct sl_arguments *arguments, sl_value *slots) SL_MUST_CHECK;

// ---------------------------------------------------------------- natives

// Index of the parameter with a name, or -1.
int32_t sl_signature_find(const struct sl_signature *signature, sl_value name);
// Binds positional arguments, which are in the slots already. False: they do not fit, perhaps; nothing is changed and
// nothing pending.
bool sl_bind_native_positional(struct sl_thread *thread, const struct sl_signature *signature,
                               sl_value *slots, uint32_t count) SL_MUST_CHECK;
// Binds any arguments.
bool sl_bind_native(struct sl_thread *thread, const struct sl_signature *signature,
                    const struct sl_arguments *arguments, sl_value *slots) SL_MUST_CHECK;
// Checks and fills in what a plan has left in the slots.
bool sl_bind_native_planned(struct sl_thread *thread, const struct sl_signature *signature,
                            sl_value *slots) SL_MUST_CHECK;

// Whether so many positional arguments can be bound without looking at anything but types.
static inline bool sl_binds_directly(const struct sl_signature *signature, uint32_t count) {
  return count - signature->direct_least <= signature->direct_more;
}

// Which of the arguments of such a call must be of certain types: bit i of argument i.
static inline uint32_t sl_annotated_arguments(const struct sl_signature *signature,
                                              uint32_t count) {
  return signature->annotated & (uint32_t)(((uint64_t)1 << count) - 1);
}

static inline void sl_complete_arguments(const struct sl_signature *signature, sl_value *arguments,
                                         uint32_t count) {
  for (uint32_t i = count; i < signature->parameter_count; i++)
    arguments[i] = signature->defaults[i];
}

// Checks and completes the arguments of such a call in place. False: one is wrong; nothing is pending.
bool sl_bind_known_slowly(const struct sl_signature *signature, sl_value *arguments, uint32_t count,
                          uint32_t annotated);
static inline bool sl_bind_known(const struct sl_signature *signature, sl_value *arguments,
                                 uint32_t count, uint32_t annotated) {
  for (; annotated; annotated &= annotated - 1) {
    uint32_t i = (uint32_t)__builtin_ctz(annotated);
    if (SL_UNLIKELY(!sl_parameter_expects(&signature->parameters[i], arguments[i])))
      return sl_bind_known_slowly(signature, arguments, count, annotated);
  }
  sl_complete_arguments(signature, arguments, count);
  return true;
}

// Checks and completes positional arguments in place. False: it takes more than that; nothing is pending.
static inline bool sl_bind_direct(const struct sl_thread *thread,
                                  const struct sl_signature *signature, sl_value *arguments,
                                  uint32_t count) {
  return SL_LIKELY(sl_binds_directly(signature, count) &&
                   arguments + signature->parameter_count <= thread->top) &&
         sl_bind_known(signature, arguments, count, sl_annotated_arguments(signature, count));
}

// ---------------------------------------------------------------- plans

// The **kwargs of a function that only passes them on need not be a dict: plans bind them to struct sl_keywords.
extern const struct sl_type sl_keywords_type;

// A call's operand of ** as such; NULL: it is something else.
static inline const struct sl_keywords *sl_keywords_of(sl_value operand) {
  bool packed = sl_has_type(operand, &sl_keywords_type);
  return packed ? (const struct sl_keywords *)(const void *)operand : NULL;
}

// The **kwargs of a call that has none.
sl_value sl_keywords_none(struct sl_thread *thread, const struct sl_code *code);

// The site's plan for a callee and the arguments at `slots`, made if need be; NULL without an error: bind in the
// general way.
const struct sl_call_plan *sl_plan_for_code(struct sl_site *site, const struct sl_code *code,
                                            const sl_value *slots);
const struct sl_call_plan *sl_plan_for_signature(struct sl_site *site,
                                                 const struct sl_signature *signature,
                                                 const sl_value *slots);
// Moves the keywords' values, which follow the positional arguments, to their parameters. `defaults`: the function's;
// a native's parameters without argument become NULL.
void sl_plan_follow(struct sl_thread *thread, const struct sl_site *site,
                    const struct sl_call_plan *plan, const sl_value *defaults, sl_value *slots);

#endif  // RUNTIME_BIND_H_
