// SPDX-License-Identifier: Apache-2.0
//
// Wanted: values against the types of annotations. Only code of a dialect with `dynamic_checking` has instructions that
// come here.
#ifndef RUNTIME_WANTED_H_
#define RUNTIME_WANTED_H_

#include "runtime/value.h"

// The constant of a CHECK_TYPE: what to say before the type of a value that does not fit and after it, and the type in the
// notation of sl_function_wants.
sl_value sl_wanted_new(const struct sl_text *before, const struct sl_text *after,
                       const struct sl_text *code);

// Whether the value is of the type; false with an error pending.
bool sl_wanted_check(struct sl_thread *thread, sl_value value, sl_value wanted);

#endif  // RUNTIME_WANTED_H_
