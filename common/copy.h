// SPDX-License-Identifier: Apache-2.0
//
// Copy: memcpy and memcmp in line, for the few bytes that most strings have. Invariant: they read and write `length`
// bytes, as those do, and no others.
#ifndef COMMON_COPY_H_
#define COMMON_COPY_H_

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// The first and the last so many bytes, which may overlap; the compiler makes four instructions of it.
#define SL_COPY_ENDS(type)                                   \
  do {                                                       \
    type first, last;                                        \
    memcpy(&first, from, sizeof first);                      \
    memcpy(&last, from + length - sizeof last, sizeof last); \
    memcpy(to, &first, sizeof first);                        \
    memcpy(to + length - sizeof last, &last, sizeof last);   \
  } while (0)

static inline void sl_copy_bytes(char *to, const char *from, size_t length) {
  if (length > 16) {
    memcpy(to, from, length);
  } else if (length >= 8) {
    SL_COPY_ENDS(uint64_t);
  } else if (length >= 4) {
    SL_COPY_ENDS(uint32_t);
  } else if (length >= 2) {
    SL_COPY_ENDS(uint16_t);
  } else if (length == 1) {
    *to = *from;
  }
}

// Whether the first and the last so many bytes of two are the same.
#define SL_SAME_ENDS(type)                                      \
  do {                                                          \
    type a_first, b_first, a_last, b_last;                      \
    memcpy(&a_first, a, sizeof a_first);                        \
    memcpy(&b_first, b, sizeof b_first);                        \
    memcpy(&a_last, a + length - sizeof a_last, sizeof a_last); \
    memcpy(&b_last, b + length - sizeof b_last, sizeof b_last); \
    return ((a_first ^ b_first) | (a_last ^ b_last)) == 0;      \
  } while (0)

static inline bool sl_same_bytes(const char *a, const char *b, size_t length) {
  if (length > 16) return memcmp(a, b, length) == 0;
  if (length >= 8) SL_SAME_ENDS(uint64_t);
  if (length >= 4) SL_SAME_ENDS(uint32_t);
  if (length >= 2) SL_SAME_ENDS(uint16_t);
  return length == 0 || *a == *b;
}

#endif  // COMMON_COPY_H_
