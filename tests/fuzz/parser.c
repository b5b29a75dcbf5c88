// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes parser and resolver: any bytes make a tree, whose spans lie in each other and in the text, and messages with a
// place. What has no errors is resolved; what the grammar refuses has an error that Bazel has words for.
#include "tests/fuzz/harness.h"

static bool knows(void *data, const char *name, size_t length) {
  (void)data, (void)name;
  return length % 2;
}

// What recover.c says when Bazel would find nothing wrong.
static bool is_last_resort(const char *message) {
  static const char words[] = "': not allowed here";
  size_t length = strlen(message);
  return length >= sizeof words - 1 && !strcmp(message + length - (sizeof words - 1), words);
}

static void check_diagnostics(const struct sl_file *file) {
  struct sl_text text = {0};
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    const struct sl_diagnostic *diagnostic = &file->diagnostics[i];
    harness_check(diagnostic->start <= diagnostic->end && diagnostic->end <= file->length + 1);
    harness_check(!is_last_resort(diagnostic->message));
    sl_file_describe(file, diagnostic, true, &text);
  }
  sl_text_free(&text);
}

static void check_block(const struct sl_node *block) {
  uint32_t reached = block->start;
  for (uint32_t i = 0; i < block->list.count; i++) {
    const struct sl_node *statement = block->list.items[i];
    harness_check(reached <= statement->start && statement->start <= statement->end);
    reached = statement->end;
  }
  harness_check(!block->list.count || reached <= block->end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sl_dialect dialect = harness_dialect(size);
  bool expression = size % 7 == 0;
  const char *text = (const char *)data;
  struct sl_file *file = expression ? sl_file_parse_expression("fuzz", text, size, &dialect)
                                    : sl_file_parse("fuzz", text, size, &dialect);
  harness_check(file->top_level && file->top_level->body);
  check_diagnostics(file);
  struct sl_names names = {.contains = knows};
  harness_check(sl_file_resolve(file, &names) == (file->error_count == 0));
  check_diagnostics(file);
  if (!file->error_count) check_block(file->top_level->body);
  sl_file_free(file);
  return 0;
}
