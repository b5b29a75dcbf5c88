// SPDX-License-Identifier: Apache-2.0
//
// Utf8: code points to bytes and back, strictly: no surrogates, no overlong forms, nothing above U+10FFFF.
#ifndef COMMON_UTF8_H_
#define COMMON_UTF8_H_

#include <stddef.h>
#include <stdint.h>

// What stands for a byte or a code point that is not valid.
#define SL_UTF8_REPLACEMENT 0xfffdu

// Reads the code point at the start of `bytes` and returns how many bytes it takes; 0: what stands there is
// not valid UTF-8, or `length` is 0.
size_t sl_utf8_decode(const char *bytes, size_t length, uint32_t *code_point);

// Writes a code point as 1 to 4 bytes and returns how many. An invalid one becomes SL_UTF8_REPLACEMENT.
size_t sl_utf8_encode(uint32_t code_point, char out[4]);

#endif  // COMMON_UTF8_H_
