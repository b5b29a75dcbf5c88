// SPDX-License-Identifier: Apache-2.0
//
// Call: how arguments meet parameters. Private to runtime/. A call's window is a row of values on the value stack: the
// callee, the positional arguments, the values of the keywords, then the operands of * and **. Binding turns what
// follows the callee into one value per parameter, in place.
#ifndef RUNTIME_CALL_H_
#define RUNTIME_CALL_H_

#include "runtime/signature.h"
#include "runtime/thread.h"

enum sl_call_outcome {
  SL_CALL_FAILED,  // an error is pending
  SL_CALL_DONE,    // *result is set
  SL_CALL_ENTER,  // window[0] is a Starlark function whose arguments are bound: its frame is to be pushed
};

// Makes a call up to the point where Starlark code would run. `site` may be NULL: `count` positional arguments.
enum sl_call_outcome sl_call_window(struct sl_thread *thread, sl_value *window,
                                    struct sl_site *site, uint32_t count,
                                    sl_value *result) SL_MUST_CHECK;

// The same for a method of the type of window[0], which is its `self`.
enum sl_call_outcome sl_call_row(struct sl_thread *thread, struct sl_builtin *row, sl_value *window,
                                 struct sl_site *site, uint32_t count,
                                 sl_value *result) SL_MUST_CHECK;

// Binds positional arguments to a function's parameters, in place.
bool sl_bind_positional(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                        uint32_t count) SL_MUST_CHECK;

// Checks and completes positional arguments of a native in place. False: it takes more than that; nothing is pending.
static inline bool sl_bind_direct(const struct sl_thread *thread,
                                  const struct sl_signature *signature, sl_value *arguments,
                                  uint32_t count) {
  uint32_t all = signature->parameter_count;
  if (SL_UNLIKELY(!signature->direct || count > signature->positional_count ||
                  count < signature->required_count || arguments + all > thread->top)) {
    return false;
  }
  const struct sl_signature_parameter *parameters = signature->parameters;
  for (uint32_t i = 0; i < count; i++) {
    if (SL_UNLIKELY(!sl_parameter_accepts(&parameters[i], arguments[i]))) return false;
  }
  for (uint32_t i = count; i < all; i++) arguments[i] = parameters[i].default_value;
  return true;
}

#endif  // RUNTIME_CALL_H_
