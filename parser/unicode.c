// SPDX-License-Identifier: Apache-2.0
//
// Unicode: which characters an identifier may have in the spec's dialect. Invariant: the only user of utf8proc.
#include <utf8proc.h>

#include "common/utf8.h"
#include "parser/parser.h"

// Letters may stand anywhere in an identifier, digits not at its beginning.
static bool is_letter(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return true;
    default:
      return false;
  }
}

size_t sl_unicode_identifier(const char *text, const char *limit, bool first) {
  uint32_t code_point;
  size_t length = sl_utf8_decode(text, (size_t)(limit - text), &code_point);
  if (!length) return 0;
  if (code_point == '_') return length;
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
  if (is_letter(category)) return length;
  return !first && category == UTF8PROC_CATEGORY_ND ? length : 0;
}
