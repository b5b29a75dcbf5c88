// SPDX-License-Identifier: Apache-2.0
//
// Text: a growing byte string. Every writer of output, every message and every repr() goes through it.
// `bytes` always ends in a NUL that `length` does not count, once anything was appended.
#ifndef COMMON_TEXT_H_
#define COMMON_TEXT_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// An empty text is all zeros: `struct sl_text text = {0};`. The owner calls sl_text_free.
struct sl_text {
  char *bytes;      // malloc'ed; NULL while nothing was appended
  size_t length;    // bytes in use
  size_t capacity;  // bytes allocated
};

void sl_text_append(struct sl_text *text, const char *bytes, size_t length);
void sl_text_append_string(struct sl_text *text, const char *string);
void sl_text_append_char(struct sl_text *text, char c);
void sl_text_append_integer(struct sl_text *text, int64_t value);
void sl_text_format(struct sl_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sl_text_format_list(struct sl_text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

// Makes room for `extra` more bytes.
void sl_text_reserve(struct sl_text *text, size_t extra);

// The text as a C string, "" when empty. Valid until the next change.
const char *sl_text_string(const struct sl_text *text);

// Whether a C string ends with another.
bool sl_ends_with(const char *string, const char *ending);

// Forgets the content, keeps the memory.
void sl_text_reset(struct sl_text *text);

// Releases the memory; the text is empty and usable again.
void sl_text_free(struct sl_text *text);

#ifdef __cplusplus
}
#endif

#endif  // COMMON_TEXT_H_
