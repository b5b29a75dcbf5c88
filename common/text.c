// SPDX-License-Identifier: Apache-2.0
//
// Text: a byte string in malloc memory whose capacity doubles. Invariant: once `bytes` is not NULL,
// bytes[length] is NUL and length < capacity.
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text_inline.h"

// Enough for most texts, which then are never moved.
enum { FIRST_CAPACITY = 240 };

static _Noreturn void exhausted(void) {
  fputs("out of memory\n", stderr);
  abort();
}

void sl_text_reserve(struct sl_text *text, size_t extra) {
  if (extra >= SIZE_MAX / 2 - text->length) exhausted();
  size_t needed = text->length + extra + 1;
  if (needed <= text->capacity) return;
  size_t capacity = text->capacity ? text->capacity * 2 : FIRST_CAPACITY;
  if (capacity < needed) capacity = needed;
  char *bytes = realloc(text->bytes, capacity);
  if (!bytes) exhausted();
  text->bytes = bytes;
  text->capacity = capacity;
  text->bytes[text->length] = '\0';
}

__attribute__((noinline)) void sl_text_append(struct sl_text *text, const char *bytes,
                                              size_t length) {
  sl_text_put(text, bytes, length);
}

void sl_text_append_string(struct sl_text *text, const char *string) {
  sl_text_append(text, string, strlen(string));
}

void sl_text_append_char(struct sl_text *text, char c) {
  if (__builtin_expect(text->capacity - text->length <= 1, 0)) sl_text_reserve(text, 1);
  text->bytes[text->length++] = c;
  text->bytes[text->length] = '\0';
}

// The eight digits of a number below 10^8, a byte each, the first one lowest. Halves of four digits, then of two and of one, are
// divided side by side: n * 10486 >> 20 is n / 100 for n < 10^4, n * 103 >> 10 is n / 10 for n < 100.
static uint64_t eight_digits(uint64_t number) {
  uint64_t fours = number / 10000 | number % 10000 << 32;
  uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007f0000007f;
  uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
  uint64_t tens = (twos * 103 >> 10) & 0x000f000f000f000f;
  return tens | (twos - 10 * tens) << 8;
}

// Of a number from 100 to below 10^8. By comparisons, which processors guess: what is written next need not wait for the digits.
static size_t digit_count(uint64_t number) {
  if (number < 10000) return number < 1000 ? 3 : 4;
  if (number < 1000000) return number < 100000 ? 5 : 6;
  return number < 10000000 ? 7 : 8;
}

static char *one_or_two_digits(uint64_t number, char *to) {
  uint64_t tens = number * 103 >> 10;
  if (tens) *to++ = (char)('0' + tens);
  *to++ = (char)('0' + number - 10 * tens);
  return to;
}

// By hand, in registers: most of what programs format is ints, and printf takes many times as long.
char *sl_text_digits(uint64_t number, char *to) {
  enum { EIGHT = 100000000 };
  if (number < 100) return one_or_two_digits(number, to);
  size_t zeros = 0;  // of the first eight digits
  uint64_t word;
  if (number < EIGHT) {
    word = eight_digits(number);
    zeros = sizeof word - digit_count(number);
  } else {
    to = sl_text_digits(number / EIGHT, to);
    word = eight_digits(number % EIGHT);
  }
  word = (word | UINT64_MAX / 255 * '0') >> 8 * zeros;
  if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
  memcpy(to, &word, sizeof word);
  return to + sizeof word - zeros;
}

void sl_text_append_integer(struct sl_text *text, int64_t value) {
  if (__builtin_expect(text->capacity - text->length <= SL_TEXT_DIGITS, 0))
    sl_text_reserve(text, SL_TEXT_DIGITS);
  char *to = sl_text_signed_digits(value, text->bytes + text->length);
  text->length = (size_t)(to - text->bytes);
  *to = '\0';
}

void sl_text_format_list(struct sl_text *text, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  if (length < 0) exhausted();
  sl_text_reserve(text, (size_t)length);
  vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
  text->length += (size_t)length;
  va_end(again);
}

void sl_text_format(struct sl_text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(text, format, arguments);
  va_end(arguments);
}

const char *sl_text_string(const struct sl_text *text) { return text->bytes ? text->bytes : ""; }

bool sl_ends_with(const char *string, const char *ending) {
  size_t length = strlen(string), tail = strlen(ending);
  return length >= tail && memcmp(string + length - tail, ending, tail) == 0;
}

void sl_text_reset(struct sl_text *text) {
  text->length = 0;
  if (text->bytes) text->bytes[0] = '\0';
}

void sl_text_free(struct sl_text *text) {
  free(text->bytes);
  *text = (struct sl_text){0};
}
