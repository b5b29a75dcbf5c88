// SPDX-License-Identifier: Apache-2.0
//
// Sequence: what strings, lists, tuples and ranges have in common: positions, slices, element-wise
// operations. Lengths and positions are held to 32 bits, as in Bazel.
#ifndef RUNTIME_TYPES_SEQUENCE_H_
#define RUNTIME_TYPES_SEQUENCE_H_

#include "runtime/value.h"

// Bazel's StarlarkList.MAX_ALLOC: no sequence gets longer by one operation.
#define SL_SEQUENCE_LIMIT ((int64_t)1 << 30)

// x[key]: the position of an index, which may count from the end. `what` names the key in messages.
bool sl_sequence_position(struct sl_thread *thread, sl_value key, const char *what, size_t length,
                          size_t *position) SL_MUST_CHECK;

// The positions that x[start:stop:step] selects.
struct sl_slice {
  int32_t start, stop, step;  // normalised
  uint32_t count;             // number of positions
};
bool sl_sequence_slice(struct sl_thread *thread, size_t length, sl_value start, sl_value stop,
                       sl_value step, struct sl_slice *out) SL_MUST_CHECK;
void sl_sequence_copy_slice(const sl_value *items, const struct sl_slice *slice, sl_value *to);

// How often x * n repeats its `length` elements; 0 for n <= 0. False: no 32-bit int, or a result
// beyond `limit`.
bool sl_sequence_repetitions(struct sl_thread *thread, size_t length, sl_value n, int64_t limit,
                             const char *unit, size_t *times) SL_MUST_CHECK;
// Fills `out` with `times` copies of the `size` bytes of a unit.
void sl_sequence_repeat(const void *unit, size_t size, size_t times, void *out);
// False: the sum of two lengths is beyond the limit.
bool sl_sequence_check_sum(struct sl_thread *thread, size_t a, size_t b) SL_MUST_CHECK;

// Element-wise, with sl_equal's and sl_compare's results. The first is for lists and tuples.
int sl_sequence_equal(struct sl_thread *thread, sl_value x, sl_value y);
bool sl_sequence_compare(struct sl_thread *thread, const sl_value *a, size_t a_count,
                         const sl_value *b, size_t b_count, int *order) SL_MUST_CHECK;
// Where the first item equal to another is, or `count`. False with an error pending. No steps are counted.
bool sl_sequence_find(struct sl_thread *thread, const sl_value *items, size_t count, sl_value item,
                      size_t *position) SL_MUST_CHECK;
int sl_sequence_contains(struct sl_thread *thread, const sl_value *items, size_t count,
                         sl_value item);
// Writes repr of each item between `before` and `after`.
bool sl_sequence_write(struct sl_thread *thread, const sl_value *items, size_t count,
                       const char *before, const char *after, struct sl_text *out) SL_MUST_CHECK;

// Writes all ints of a range.
void sl_range_write(sl_value range, sl_value *to);

#endif  // RUNTIME_TYPES_SEQUENCE_H_
