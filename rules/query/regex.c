// SPDX-License-Identifier: Apache-2.0
//
// Regex: the one file that knows PCRE2, whose syntax is Java's but for corners. Texts are bytes, as Bazel's strings are.
// Invariant: a pattern is compiled once and never changes.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "rules/query/state.h"

struct bz_regex {
  pcre2_code *code;
  pcre2_match_data *match;
};

struct bz_regex *bz_regex_new(const char *pattern, bool whole, struct sl_text *error) {
  int number;
  PCRE2_SIZE offset;
  uint32_t flags = whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
  pcre2_code *code =
      pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &number, &offset, NULL);
  if (!code) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(number, message, sizeof message);
    sl_text_format(error, "%s at index %zu", (const char *)message, (size_t)offset);
    return NULL;
  }
  // Without a compiler for this machine the pattern is interpreted.
  (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  struct bz_regex *regex = malloc(sizeof *regex);
  if (!regex) abort();
  *regex = (struct bz_regex){code, pcre2_match_data_create(1, NULL)};
  if (!regex->match) abort();
  return regex;
}

bool bz_regex_matches(const struct bz_regex *regex, const char *text, size_t length) {
  PCRE2_SPTR bytes = (PCRE2_SPTR)text;
  int found = pcre2_match(regex->code, bytes, length, 0, 0, regex->match, NULL);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT)
    found = pcre2_match(regex->code, bytes, length, 0, PCRE2_NO_JIT, regex->match, NULL);
  return found >= 0;
}

void bz_regex_free(struct bz_regex *regex) {
  if (!regex) return;
  pcre2_match_data_free(regex->match);
  pcre2_code_free(regex->code);
  free(regex);
}
