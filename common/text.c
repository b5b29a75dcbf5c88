// SPDX-License-Identifier: Apache-2.0
//
// Text: a byte string in malloc memory whose capacity doubles. Invariant: once `bytes` is not NULL,
// bytes[length] is NUL and length < capacity.
#include "common/text.h"

#include "common/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// sl_text_reserve, with the usual case at hand.
static inline void make_room(struct sl_text *text, size_t extra) {
  if (__builtin_expect(extra >= text->capacity - text->length, 0)) sl_text_reserve(text, extra);
}

void sl_text_append(struct sl_text *text, const char *bytes, size_t length) {
  make_room(text, length);
  sl_copy_bytes(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void sl_text_append_string(struct sl_text *text, const char *string) {
  sl_text_append(text, string, strlen(string));
}

void sl_text_append_char(struct sl_text *text, char c) {
  make_room(text, 1);
  text->bytes[text->length++] = c;
  text->bytes[text->length] = '\0';
}

void sl_text_append_integer(struct sl_text *text, int64_t value) {
  // By hand, two digits at a time: most of what programs format is ints, and printf takes several
  // times as long.
  static const char pairs[] =
      "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
      "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
      "8081828384858687888990919293949596979899";
  char digits[24];
  char *end = digits + sizeof digits, *start = end;
  uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
  for (; magnitude >= 10; magnitude /= 100) {
    start -= 2;
    memcpy(start, pairs + 2 * (magnitude % 100), 2);
  }
  // What is left is the first digit of an odd number of them; 0 itself has one.
  if (magnitude > 0 || start == end) *--start = (char)('0' + magnitude);
  if (value < 0) *--start = '-';
  sl_text_append(text, start, (size_t)(end - start));
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
