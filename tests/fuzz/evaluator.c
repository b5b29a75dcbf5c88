// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the evaluator: whatever a program is, it ends, with values that can be shown and are equal to themselves, or with an
// error that has a text.
#include "runtime/program.h"
#include "tests/fuzz/harness.h"

#include "builtins/builtins.h"

enum { STEPS = 20000, HEAP = 256 << 20 };

static void swallow(struct sl_thread *thread, const char *position, const char *text,
                    size_t length) {
  (void)thread, (void)position, (void)text, (void)length;
}

static struct sl_module *refuse(struct sl_thread *thread, struct sl_module *from,
                                const char *name) {
  (void)from;
  sl_fail(thread, "cannot load %s", name);
  return NULL;
}

static void check_value(struct sl_thread *thread, sl_value value) {
  struct sl_text text = {0};
  uint32_t hash;
  if (!sl_repr(thread, value, &text)) sl_error_clear(thread);
  int equal = sl_equal(thread, value, value);
  harness_check(equal != 0);
  if (equal < 0) sl_error_clear(thread);
  if (!sl_hash(thread, value, &hash)) sl_error_clear(thread);
  sl_text_free(&text);
}

static void run(struct sl_thread *thread, const char *text, size_t size) {
  struct sl_dialect dialect = harness_dialect(size);
  struct sl_file *file = sl_file_parse("fuzz", text, size, &dialect);
  struct sl_program *program = sl_program_new(thread, file, sl_universe_of(&dialect));
  struct sl_module *failed = NULL;
  struct sl_module *module =
      program ? sl_module_execute(thread, program, "fuzz", NULL, &failed) : NULL;
  harness_check(module || sl_error_pending(thread));
  if (!module) {
    harness_check(*sl_error_message(thread) && *sl_error_text(thread));
    sl_error_clear(thread);
  }
  sl_value value;
  for (size_t i = 0; module && sl_module_global(module, i, NULL, &value, NULL); i++) {
    if (value) check_value(thread, value);
  }
  sl_file_free(file);
}

// Made once: what one program leaves behind must not disturb the next.
static struct sl_thread *new_thread(void) {
  sl_initialize(&(struct sl_options){.exact_pointers = true, .heap_limit = HEAP});
  struct sl_thread *thread = sl_thread_new();
  sl_thread_set_print(thread, swallow);
  sl_thread_set_load(thread, refuse);
  return thread;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sl_thread *thread;
  if (!thread) thread = new_thread();
  sl_thread_set_limits(thread, &(struct sl_limits){.steps = STEPS});
  run(thread, (const char *)data, size);
  return 0;
}
