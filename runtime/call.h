// SPDX-License-Identifier: Apache-2.0
//
// Call: calls of any callable. Private to runtime/. A call's window is a row of values on the value stack: the callee,
// the positional arguments, the values of the keywords, then the operands of * and **.
#ifndef RUNTIME_CALL_H_
#define RUNTIME_CALL_H_

#include "runtime/bind.h"

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

#endif  // RUNTIME_CALL_H_
