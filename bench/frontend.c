// SPDX-License-Identifier: Apache-2.0
//
// Frontend: `frontend STAGE LIST` takes every file that LIST names, one a line, through the stages up to STAGE: parse,
// resolve or compile; for bench/frontend.py. Invariant: every name that a file does not bind is taken to be predeclared,
// so that files of all rule sets go all the way.
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "parser/syntax.h"
#include "runtime/program.h"

enum stage { PARSE, RESOLVE, COMPILE, NO_STAGE };

struct frontend {
  enum stage stage;
  struct sl_dialect dialect;
  struct sl_thread *thread;
  struct sl_environment *environment;  // all names that were wanted so far
  size_t files, refused;
};

static bool contains_all(void *data, const char *name, size_t length) {
  (void)data, (void)name, (void)length;
  return true;
}

static void provide_names(struct frontend *frontend, const struct sl_file *file) {
  for (uint32_t i = 0; i < file->predeclared_count; i++) {
    const char *name = file->predeclared[i]->bytes;
    if (!sl_environment_get(frontend->environment, name))
      sl_environment_set(frontend->environment, name, SL_NONE);
  }
}

static void take(struct frontend *frontend, const char *path, const struct sl_text *text) {
  const struct sl_names names = {.contains = contains_all};
  struct sl_file *file =
      sl_file_parse(path, sl_text_string(text), text->length, &frontend->dialect);
  if (frontend->stage >= RESOLVE) sl_file_resolve(file, &names);
  bool taken = file->error_count == 0;
  if (taken && frontend->stage == COMPILE) {
    provide_names(frontend, file);
    taken = sl_program_new(frontend->thread, file, frontend->environment) != NULL;
    sl_error_clear(frontend->thread);
  }
  frontend->files++;
  frontend->refused += !taken;
  sl_file_free(file);
}

static bool read_file(const char *path, struct sl_text *text) {
  char buffer[1 << 16];
  FILE *file = fopen(path, "rb");
  sl_text_reset(text);
  if (!file) return false;
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) sl_text_append(text, buffer, n);
  fclose(file);
  return true;
}

static bool take_all(struct frontend *frontend, FILE *list) {
  struct sl_text text = {0};
  char path[4096];
  bool read = true;
  while (read && fgets(path, sizeof path, list)) {
    path[strcspn(path, "\n")] = '\0';
    read = read_file(path, &text);
    if (read) take(frontend, path, &text);
  }
  if (!read) perror(path);
  sl_text_free(&text);
  return read;
}

static enum stage find_stage(const char *name) {
  static const char *const names[] = {"parse", "resolve", "compile"};
  enum stage stage = PARSE;
  while (stage < NO_STAGE && strcmp(names[stage], name) != 0) stage++;
  return stage;
}

int main(int argc, char **argv) {
  struct frontend frontend = {.stage = argc == 3 ? find_stage(argv[1]) : NO_STAGE};
  FILE *list = argc == 3 ? fopen(argv[2], "r") : NULL;
  if (frontend.stage == NO_STAGE || !list) {
    fputs("usage: frontend parse|resolve|compile LIST\n", stderr);
    return 2;
  }
  sl_initialize(NULL);
  frontend.dialect = sl_dialect_bzl;
  // As --testing: BUILD files and all others by the same rules.
  frontend.dialect.loads_first = false;
  sl_dialect_set(&frontend.dialect, "toplevelcontrol,globalreassign,loadbindsglobally,");
  frontend.thread = sl_thread_new();
  frontend.environment = sl_environment_new(sl_universe_of(&frontend.dialect));
  bool read = take_all(&frontend, list);
  printf("%zu files, %zu refused\n", frontend.files, frontend.refused);
  sl_thread_free(frontend.thread);
  fclose(list);
  return read ? 0 : 1;
}
