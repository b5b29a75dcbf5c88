// SPDX-License-Identifier: Apache-2.0
//
// Find: parts of byte strings. The library's functions for it have costs at each call that are more than all the work on texts
// as short as those of most programs.
#ifndef COMMON_FIND_H_
#define COMMON_FIND_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SL_NOT_FOUND SIZE_MAX

// Parts up to this length are found in a time that depends on the text's length alone.
enum { SL_FIND_SHORT = 64 };

// Where a part begins for the first or the last time, or SL_NOT_FOUND. The empty part is at each position. The last time of
// a longer part may take as much time as the lengths' product.
size_t sl_find_part(const char *text, size_t length, const char *part, size_t part_length);
static inline size_t sl_find_first(const char *text, size_t length, const char *part,
                                   size_t part_length) {
  if (part_length != 1) return sl_find_part(text, length, part, part_length);
  const char *found = (const char *)memchr(text, part[0], length);
  return found ? (size_t)(found - text) : SL_NOT_FOUND;
}
size_t sl_find_last(const char *text, size_t length, const char *part, size_t part_length);

// How often a byte occurs.
size_t sl_count_byte(const char *text, size_t length, char byte);

#endif  // COMMON_FIND_H_
