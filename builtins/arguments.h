// SPDX-License-Identifier: Apache-2.0
//
// Arguments: readings of arguments that several builtins share. Private to builtins/.
#ifndef BUILTINS_ARGUMENTS_H_
#define BUILTINS_ARGUMENTS_H_

#include "runtime/object.h"

// A position in a sequence as slices understand it: negative counts from the end, and what is out of range
// is moved to the nearest end.
size_t sl_arguments_clamp(int32_t index, size_t length);

// The part of a sequence between two optional bounds (an int or None): *from <= *to <= length.
// False with an error pending: a bound is beyond 32 bits.
bool sl_arguments_bounds_slowly(struct sl_thread *thread, sl_value start, sl_value end,
                                size_t length, size_t *from, size_t *to) SL_MUST_CHECK;
static inline bool sl_arguments_bounds(struct sl_thread *thread, sl_value start, sl_value end,
                                       size_t length, size_t *from, size_t *to) {
  *from = 0;
  *to = length;
  bool from_start = sl_is_small_int(start) ? sl_small_int(start) == 0 : start == SL_NONE;
  return (from_start && end == SL_NONE) ||
         sl_arguments_bounds_slowly(thread, start, end, length, from, to);
}

// The elements of an iterable as an array, valid until the iterable changes. False: it is not iterable.
bool sl_arguments_items(struct sl_thread *thread, sl_value iterable, sl_value **items,
                        size_t *count) SL_MUST_CHECK;

// Turns a list around in place. The list is new: nobody else has seen it.
void sl_arguments_reverse(sl_value list);

// A new string of `length` bytes, to be filled in at once. NULL with an error pending: no string may be so long, or there
// is no memory for it.
sl_value sl_arguments_new_string(struct sl_thread *thread, size_t length, char **bytes);

// Reads digits with an optional sign, fraction and exponent, and nothing else. False: malformed. A number
// that is too large becomes infinite.
bool sl_number_read_float(const char *bytes, size_t length, double *out);

// What hash() tells of a string: Java's String.hashCode() of its bytes.
sl_value sl_arguments_hash(sl_value string);

// string.format().
sl_value sl_format(struct sl_thread *thread, sl_value self, sl_value *arguments);

// json.encode() and json.decode().
sl_value sl_json_encode(struct sl_thread *thread, sl_value self, sl_value *arguments);
sl_value sl_json_decode(struct sl_thread *thread, sl_value self, sl_value *arguments);

#endif  // BUILTINS_ARGUMENTS_H_
