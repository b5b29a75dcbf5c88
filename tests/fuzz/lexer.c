// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes lexer and layout: any bytes are tokens, in order, within the text; blocks end as often as they begin.
#include "parser/grammar.h"
#include "parser/parser.h"
#include "tests/fuzz/harness.h"

enum { PADDING = 8 };  // what file.c puts behind a text

static void check_tokens(struct sl_parse *parse) {
  uint32_t length = (uint32_t)parse->file->length;
  uint32_t reached = 0;
  int depth = 0;
  struct sl_token token = {0};
  for (int kind; (kind = sl_layout_next(parse, &token)) != 0;) {
    harness_check(token.start <= token.end && token.end <= length);
    bool dent = kind == SL_TOKEN_INDENT || kind == SL_TOKEN_OUTDENT;
    // In a block, the line that the text's end closes ends with the last byte.
    bool at_end = kind == SL_TOKEN_NEWLINE && token.start + 1 >= length;
    harness_check(dent || at_end || token.start >= reached);
    if (!dent) reached = token.end;
    depth += (kind == SL_TOKEN_INDENT) - (kind == SL_TOKEN_OUTDENT);
    harness_check(depth >= 0);
  }
  harness_check(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sl_dialect dialect = harness_dialect(size);
  struct sl_file *file = sl_file_parse("fuzz", "", 0, &dialect);
  char *source = calloc(size + PADDING, 1);
  if (size) memcpy(source, data, size);
  file->source = source;
  file->length = size;
  struct sl_parse parse = {
      .parsed = (struct sl_parsed *)file,
      .file = file,
      .dialect = &dialect,
      .cursor = source,
      .limit = source + size,
      .line_start = true,
  };
  check_tokens(&parse);
  sl_file_free(file);
  free(source);
  return 0;
}
