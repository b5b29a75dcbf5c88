// SPDX-License-Identifier: Apache-2.0
//
// Runs many programs in one process: this project's side of differ.py, whose top describes the protocol.
//
//   programs [--dialect=NAME] [--options=LIST]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtins/builtins.h"
#include "runtime/program.h"

enum { STEPS = 3000000 };

static struct sl_text result;

static void print(struct sl_thread *thread, const char *position, const char *text, size_t length) {
  (void)thread, (void)position;
  sl_text_append(&result, text, length);
  sl_text_append_char(&result, '\n');
}

static struct sl_module *refuse(struct sl_thread *thread, struct sl_module *from,
                                const char *name) {
  (void)from;
  sl_fail(thread, "cannot load %s", name);
  return NULL;
}

// The report's frames, "  File "F", line L, column C, in NAME", become "at L:C NAME", or of a builtin "at 0:0 NAME"; its other lines but the last are excerpts.
static void append_error(const char *report) {
  for (const char *line = report; *line;) {
    size_t length = strcspn(line, "\n");
    unsigned row, column;
    char name[64];
    if (sscanf(line, " File \"%*[^\"]\", line %u, column %u, in %63[^\n]", &row, &column, name) ==
        3)
      sl_text_format(&result, "at %u:%u %s\n", row, column, name);
    else if (sscanf(line, " File \"<builtin>\", in %63[^\n]", name) == 1)
      sl_text_format(&result, "at 0:0 %s\n", name);
    if (strncmp(line, "Error", 5) == 0) {
      sl_text_append_string(&result, line);
      break;
    }
    line += length + (line[length] == '\n');
  }
}

static void append_static_errors(const struct sl_file *file) {
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    struct sl_position position = sl_file_position(file, file->diagnostics[i].start);
    sl_text_format(&result, "%u:%u: %s\n", position.line, position.column,
                   file->diagnostics[i].message);
  }
}

static void run(const char *text, size_t length, const struct sl_dialect *dialect) {
  struct sl_thread *thread = sl_thread_new();
  sl_thread_set_print(thread, print);
  sl_thread_set_load(thread, refuse);
  sl_thread_set_limits(thread, &(struct sl_limits){.steps = STEPS});
  struct sl_file *file = sl_file_parse("p.star", text, length, dialect);
  struct sl_program *program = sl_program_new(thread, file, sl_universe_of(dialect));
  if (!program) {
    sl_text_append_string(&result, "@static\n");
    append_static_errors(file);
  } else if (sl_module_execute(thread, program, "p.star", NULL, NULL)) {
    sl_text_append_string(&result, "@ok\n");
  } else {
    sl_text_append_string(&result, "@error\n");
    append_error(sl_error_text(thread));
  }
  sl_file_free(file);
  sl_thread_free(thread);
}

// Reads "program LENGTH" and the text. NULL: there is no other.
static char *read_program(size_t *length) {
  if (scanf("program %zu", length) != 1 || getchar() != '\n') return NULL;
  char *text = malloc(*length + 1);
  if (text && fread(text, 1, *length, stdin) == *length) return text;
  free(text);
  return NULL;
}

int main(int argc, char **argv) {
  struct sl_dialect dialect = sl_dialect_bzl;
  for (int i = 1; i < argc; i++) {
    if (strncmp(argv[i], "--dialect=", 10) == 0 && sl_dialect_named(argv[i] + 10)) {
      dialect = *sl_dialect_named(argv[i] + 10);
    } else if (strncmp(argv[i], "--options=", 10) != 0 || sl_dialect_set(&dialect, argv[i] + 10)) {
      fprintf(stderr, "programs: what is %s?\n", argv[i]);
      return 2;
    }
  }
  sl_initialize(NULL);
  size_t length;
  for (char *text; (text = read_program(&length)) != NULL; free(text)) {
    sl_text_reset(&result);
    run(text, length, &dialect);
    printf("result %zu\n", result.length);
    fwrite(result.bytes, 1, result.length, stdout);
    fflush(stdout);
  }
  return 0;
}
