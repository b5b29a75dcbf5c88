// SPDX-License-Identifier: Apache-2.0
//
// Unicode: what characters are, for dialects that know more letters than ASCII's. Invariant: the only user of
// utf8proc.
#include <utf8proc.h>

#include "common/utf8.h"
#include "parser/parser.h"

unsigned sl_unicode_character(uint32_t code_point) {
  switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_LU:
      return SL_CHARACTER_LETTER | SL_CHARACTER_UPPER;
    case UTF8PROC_CATEGORY_LL:
      return SL_CHARACTER_LETTER | SL_CHARACTER_LOWER;
    case UTF8PROC_CATEGORY_LT:
      return SL_CHARACTER_LETTER | SL_CHARACTER_TITLE;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return SL_CHARACTER_LETTER;
    case UTF8PROC_CATEGORY_ND:
      return SL_CHARACTER_DIGIT;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return SL_CHARACTER_SPACE;
    default:
      return (code_point >= '\t' && code_point <= '\r') || code_point == 0x85 ? SL_CHARACTER_SPACE
                                                                              : 0;
  }
}

uint32_t sl_unicode_upper(uint32_t code_point) {
  return (uint32_t)utf8proc_toupper((utf8proc_int32_t)code_point);
}

uint32_t sl_unicode_lower(uint32_t code_point) {
  return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

uint32_t sl_unicode_title(uint32_t code_point) {
  return (uint32_t)utf8proc_totitle((utf8proc_int32_t)code_point);
}

// Letters may stand anywhere in an identifier, digits not at its beginning.
size_t sl_unicode_identifier(const char *text, const char *limit, bool first) {
  uint32_t code_point;
  size_t length = sl_utf8_decode(text, (size_t)(limit - text), &code_point);
  if (!length) return 0;
  if (code_point == '_') return length;
  unsigned allowed = SL_CHARACTER_LETTER | (first ? 0 : SL_CHARACTER_DIGIT);
  return sl_unicode_character(code_point) & allowed ? length : 0;
}
