// SPDX-License-Identifier: Apache-2.0
//
// Copy: memcpy in line, for the few bytes that most strings have. Invariant: it reads and writes `length` bytes, as
// memcpy does, and no others.
#ifndef COMMON_COPY_H_
#define COMMON_COPY_H_

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

#endif  // COMMON_COPY_H_
