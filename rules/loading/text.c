// SPDX-License-Identifier: Apache-2.0
//
// Text: C strings that structs of the collected heap hold. Invariant: each begins its own block, so that its address keeps it
// alive; the bytes of a Starlark string lie inside of one, and do not.
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "rules/loading/state.h"

const char *bz_text_copy(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(sl_allocate_atomic(size), text, size);
}

const char *bz_text_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct sl_text text = {0};
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  const char *copy = bz_text_copy(sl_text_string(&text));
  sl_text_free(&text);
  return copy;
}

bool bz_text_parse_bool(const char *text, bool *value) {
  static const char *const words[][2] = {
      {"1", "0"}, {"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    *value = strcasecmp(text, words[i][0]) == 0;
    if (*value || strcasecmp(text, words[i][1]) == 0) return true;
  }
  return false;
}
