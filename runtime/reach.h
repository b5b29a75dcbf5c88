// SPDX-License-Identifier: Apache-2.0
//
// Reach: walks over everything that a value reaches. Private to runtime/.
#ifndef RUNTIME_REACH_H_
#define RUNTIME_REACH_H_

#include "runtime/value.h"

// Whether all parts of a value are immutable, by the parts that its `freeze` slot tells. A slot for
// types whose parts may be mutable.
bool sl_parts_are_immutable(sl_value value);

#endif  // RUNTIME_REACH_H_
