// SPDX-License-Identifier: Apache-2.0
//
// Text, in line: what the writers of values call for every piece. Not for hosts, to whom text.h is all there is.
#ifndef COMMON_TEXT_INLINE_H_
#define COMMON_TEXT_INLINE_H_

#include "common/copy.h"
#include "common/text.h"

// sl_text_append.
static inline void sl_text_put(struct sl_text *text, const char *bytes, size_t length) {
  if (__builtin_expect(length >= text->capacity - text->length, 0)) sl_text_reserve(text, length);
  sl_copy_bytes(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

// Writes a number's decimal digits, at most 20, and returns where they end. There must be room for SL_TEXT_DIGITS bytes, a sign
// included.
enum { SL_TEXT_DIGITS = 28 };
char *sl_text_digits(uint64_t number, char *to);

// The same of a number that may be negative.
static inline char *sl_text_signed_digits(int64_t number, char *to) {
  if (number < 0) *to++ = '-';
  return sl_text_digits(number < 0 ? -(uint64_t)number : (uint64_t)number, to);
}

#endif  // COMMON_TEXT_INLINE_H_
