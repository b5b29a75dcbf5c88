// SPDX-License-Identifier: Apache-2.0
//
// Format: texts of strings, for string.c and bytes.c.
#ifndef RUNTIME_TYPES_FORMAT_H_
#define RUNTIME_TYPES_FORMAT_H_

#include "runtime/value.h"

// Writes bytes as a string literal: what repr() shows.
void sl_string_quote(const char *bytes, size_t length, struct sl_text *out);

// The order of the bytes; and that of two strings in the running dialect.
int sl_string_compare(const struct sl_string *a, const struct sl_string *b);
int sl_string_order(struct sl_thread *thread, sl_value x, sl_value y);

#endif  // RUNTIME_TYPES_FORMAT_H_
