// SPDX-License-Identifier: Apache-2.0
//
// Runs a program that nobody trusts: within limits, without load(), and with what print() writes cut
// off. Tells how it ended and what it took.
//
//   sandbox [--steps=N] [--bytes=N] [--value=N] [--depth=N] [--milliseconds=N] FILE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtins/builtins.h"
#include "runtime/starlark.h"

// What a program may take unless the command line says otherwise.
static struct sl_limits limits = {10000000, 256 << 20, 16 << 20, 200, 2000};

// Whether an argument is a limit, which is taken over.
static bool read_option(const char *argument) {
  return sscanf(argument, "--steps=%" SCNu64, &limits.steps) == 1 ||
         sscanf(argument, "--bytes=%" SCNu64, &limits.bytes) == 1 ||
         sscanf(argument, "--value=%zu", &limits.value_bytes) == 1 ||
         sscanf(argument, "--depth=%" SCNu32, &limits.depth) == 1 ||
         sscanf(argument, "--milliseconds=%" SCNu32, &limits.milliseconds) == 1;
}

// The whole file; NULL: it cannot be read.
static char *read_file(const char *path, size_t *length) {
  FILE *stream = fopen(path, "rb");
  if (!stream) return NULL;
  struct sl_text text = {0};
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, stream)) > 0;)
    sl_text_append(&text, buffer, n);
  fclose(stream);
  *length = text.length;
  return text.bytes ? text.bytes : (char *)calloc(1, 1);
}

// print() is output that the program decides on: it gets one line of a screen at a time.
static void print(struct sl_thread *thread, const char *position, const char *text, size_t length) {
  (void)thread;
  printf("%s: %.*s\n", position, (int)(length < 100 ? length : 100), text);
}

int main(int argc, char **argv) {
  int i = 1;
  while (i < argc && read_option(argv[i])) i++;
  if (i + 1 != argc) {
    fprintf(stderr, "usage: %s [--LIMIT=N]... FILE\n", argv[0]);
    return 2;
  }
  size_t length = 0;
  char *text = read_file(argv[i], &length);
  if (!text) {
    fprintf(stderr, "cannot read %s\n", argv[i]);
    return 1;
  }
  sl_initialize(NULL);
  struct sl_thread *thread = sl_thread_new();
  sl_thread_set_print(thread, print);
  sl_thread_set_limits(thread, &limits);

  bool ran = sl_execute_text(thread, argv[i], text, length, sl_universe()) != NULL;
  // The message alone: what is in a report, the program decides.
  if (!ran) printf("%.200s\n", sl_error_message(thread));
  printf("%s after %" PRIu64 " steps, %" PRIu64 " bytes\n", ran ? "done" : "stopped",
         sl_thread_steps(thread), sl_thread_allocated(thread));
  sl_thread_free(thread);
  free(text);
  return ran ? 0 : 1;
}
