// SPDX-License-Identifier: Apache-2.0
//
// Utf8: the table of Unicode's section 3.9. Invariant: what encode writes, decode reads back as it was.
#include "common/utf8.h"

#include <stdbool.h>

static bool is_scalar(uint32_t code_point) {
  return code_point < 0xd800 || (code_point > 0xdfff && code_point <= 0x10ffff);
}

size_t sl_utf8_decode(const char *bytes, size_t length, uint32_t *code_point) {
  // By the first byte: how long the sequence is, and the least code point that may be so long.
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (length == 0) return 0;
  unsigned char first = (unsigned char)bytes[0];
  size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (size == 0 || first > 0xf4 || size > length) return 0;
  uint32_t value = size == 1 ? first : first & (0x7fu >> size);
  for (size_t i = 1; i < size; i++) {
    unsigned char next = (unsigned char)bytes[i];
    if ((next & 0xc0) != 0x80) return 0;
    value = value << 6 | (next & 0x3f);
  }
  if (value < least[size] || !is_scalar(value)) return 0;
  *code_point = value;
  return size;
}

size_t sl_utf8_encode(uint32_t code_point, char out[4]) {
  if (!is_scalar(code_point)) code_point = SL_UTF8_REPLACEMENT;
  if (code_point < 0x80) {
    out[0] = (char)code_point;
    return 1;
  }
  size_t size = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (code_point & 0x3f));
    code_point >>= 6;
  }
  out[0] = (char)((0xf0 << (4 - size)) | code_point);
  return size;
}
