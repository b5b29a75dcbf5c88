// SPDX-License-Identifier: Apache-2.0
//
// Ninja run: ninja's output is read line by line. A mark of our own in its status tells its lines
// from those of the programs it runs.
#include "cli/ninja_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/process.h"

// A record separator, which programs do not print: "\x1e12/64\x1e" and then the description.
#define MARK '\x1e'
static const char status_format[] = "NINJA_STATUS=\x1e%f/%t\x1e";

static void show_progress(const char *counts, size_t length, const char *description) {
  fprintf(stderr, "\r\033[K[%.*s] %.100s", (int)length, counts, description);
  fflush(stderr);
}

// A line with our mark: one more edge has ended.
static void take_status(struct ninja_run *run, const char *line) {
  const char *end = strchr(line + 1, MARK);
  if (!end) return;
  run->finished = strtoul(line + 1, NULL, 10);
  if (run->progress) show_progress(line + 1, (size_t)(end - line - 1), end + 1);
}

// "FAILED: [code=1] a b " or, from older ninjas, "FAILED: a b ".
static void take_failure(struct ninja_run *run, const char *line) {
  const char *outputs = line + strlen("FAILED: ");
  if (strncmp(outputs, "[code=", 6) == 0 && strchr(outputs, ']'))
    outputs = strchr(outputs, ']') + 2;
  run->failures = realloc(run->failures, (run->failure_count + 1) * sizeof *run->failures);
  if (!run->failures) abort();
  run->failures[run->failure_count++] = (struct ninja_failure){strdup(outputs), NULL};
}

static void append_failure_text(struct ninja_run *run, struct sl_text *text) {
  if (run->failure_count && !run->failures[run->failure_count - 1].text)
    run->failures[run->failure_count - 1].text = strdup(sl_text_string(text));
  sl_text_reset(text);
}

// Reads to the end. A failed edge is a status line, a FAILED line, its command, and what it
// printed.
static void read_output(struct ninja_run *run, struct process *process) {
  struct sl_text line = {0}, text = {0};
  bool in_failure = false, command_next = false, after_status = false;
  while (process_line(process, &line)) {
    const char *start = sl_text_string(&line);
    bool is_status = *start == MARK;
    if (is_status || strncmp(start, "ninja: ", 7) == 0) {
      if (in_failure) append_failure_text(run, &text);
      in_failure = false;
      if (is_status) take_status(run, start);
      if (strncmp(start, "ninja: error: ", 14) == 0 || strncmp(start, "ninja: fatal: ", 14) == 0)
        sl_text_format(&run->messages, "%s%s", run->messages.length ? "\n" : "", start);
    } else if (after_status && strncmp(start, "FAILED: ", 8) == 0) {
      take_failure(run, start);
      in_failure = command_next = true;
    } else if (command_next) {
      command_next = false;
    } else if (in_failure) {
      sl_text_format(&text, "%s\n", start);
    }
    after_status = is_status;
  }
  if (in_failure) append_failure_text(run, &text);
  sl_text_free(&line);
  sl_text_free(&text);
}

bool ninja_run_start(struct ninja_run *run) {
  char jobs[32];
  snprintf(jobs, sizeof jobs, "-j%d", run->jobs);
  const char *argv[] = {"ninja", "-k", "0", "-f", "build.ninja", run->jobs > 0 ? jobs : NULL, NULL};
  struct process process;
  if (!process_start(&process, argv, run->directory, status_format)) {
    if (errno == ENOENT) {
      sl_text_append_string(
          &run->messages,
          "ninja was not found in PATH. Install it (Debian: `apt-get install ninja-build`)");
    } else {
      sl_text_format(&run->messages, "cannot start ninja: %s", strerror(errno));
    }
    return false;
  }
  read_output(run, &process);
  run->status = process_finish(&process);
  if (run->progress) fputs("\r\033[K", stderr);
  return true;
}

const struct ninja_failure *ninja_run_failure(const struct ninja_run *run, const char *output) {
  size_t length = strlen(output);
  for (size_t i = 0; i < run->failure_count; i++) {
    const char *hit = run->failures[i].outputs;
    while ((hit = strstr(hit, output))) {
      bool begins = hit == run->failures[i].outputs || hit[-1] == ' ';
      if (begins && (hit[length] == ' ' || hit[length] == '\0')) return &run->failures[i];
      hit += length;
    }
  }
  return NULL;
}

void ninja_run_free(struct ninja_run *run) {
  for (size_t i = 0; i < run->failure_count; i++) {
    free(run->failures[i].outputs);
    free(run->failures[i].text);
  }
  free(run->failures);
  sl_text_free(&run->messages);
}
