// SPDX-License-Identifier: Apache-2.0
//
// Bigint: arithmetic on ints of any size, for int.c. Operands may be immediate or big; results are
// in their shortest form.
#ifndef RUNTIME_TYPES_BIGINT_H_
#define RUNTIME_TYPES_BIGINT_H_

#include "runtime/value.h"

sl_value sl_bigint_from(int sign, uint64_t magnitude);
sl_value sl_bigint_add(sl_value a, sl_value b, bool subtract);
size_t sl_bigint_size(sl_value x);
sl_value sl_bigint_multiply(sl_value a, sl_value b);
// Floored division; the divisor is not zero. Either result may be NULL.
void sl_bigint_divide(sl_value a, sl_value b, sl_value *quotient, sl_value *remainder);
sl_value sl_bigint_shift_left(sl_value a, unsigned count);
sl_value sl_bigint_shift_right(sl_value a, unsigned count);
// &, | and ^ on two's complement of infinite width.
sl_value sl_bigint_bitwise(enum sl_operator op, sl_value a, sl_value b);

#endif  // RUNTIME_TYPES_BIGINT_H_
