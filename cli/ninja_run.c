// SPDX-License-Identifier: Apache-2.0
//
// Ninja run: ninja's output is read line by line, and told on as it comes. Marks of our own in its
// status and in descriptions tell its lines from those of the programs it runs.
#include "cli/ninja_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/process.h"
#include "cli/worker_client.h"
#include "rules/bazel.h"

static const char program[] = "ninja";

// A status line: "\x1e12/64\x1e", "40\x1e" for the action's number, and then the description.
#define MARK (BZ_RUN_MARK[0])
#define STATUS_FORMAT "NINJA_STATUS=" BZ_RUN_MARK "%f/%t" BZ_RUN_MARK

// The edge whose lines are being read.
struct reader {
  struct ninja_run *run;
  bool in_edge;
  bool failed;
  bool after_status;    // the line before was its status
  bool command_next;    // the line after FAILED
  size_t number;        // of its action
  struct sl_text text;  // what it printed
};

static void clear_progress(const struct ninja_run *run) {
  if (run->progress) fputs("\r\033[K", stderr);
}

static void show_progress(const char *counts, size_t length, const char *description) {
  fprintf(stderr, "\r\033[K[%.*s] %.100s", (int)length, counts, description);
  fflush(stderr);
}

static void end_edge(struct reader *reader) {
  const struct ninja_listener *listener = &reader->run->listener;
  if (reader->in_edge && (reader->failed || reader->text.length)) {
    clear_progress(reader->run);
    listener->on_output(listener->data, reader->number, reader->failed,
                        sl_text_string(&reader->text));
  }
  reader->in_edge = reader->failed = reader->command_next = false;
  sl_text_reset(&reader->text);
}

// A line with our marks: one more edge has ended.
static void take_status(struct reader *reader, const char *line) {
  struct ninja_run *run = reader->run;
  const char *counts = line + 1, *end = strchr(counts, MARK);
  const char *description = end ? strchr(end + 1, MARK) : NULL;
  end_edge(reader);
  if (!description) return;
  reader->in_edge = true;
  reader->number = strtoul(end + 1, NULL, 10);
  run->finished = strtoul(counts, NULL, 10);
  if (run->progress) show_progress(counts, (size_t)(end - counts), description + 1);
}

static void take_failure(struct reader *reader) {
  const struct ninja_listener *listener = &reader->run->listener;
  reader->failed = reader->command_next = true;
  reader->run->failure_count++;
  clear_progress(reader->run);
  listener->on_failure(listener->data, reader->number);
}

// What ninja says for itself. Only errors are told: that it stops after failures is known.
static void take_message(struct reader *reader, const char *line) {
  struct sl_text *messages = &reader->run->messages;
  end_edge(reader);
  if (strncmp(line, "ninja: error: ", 14) == 0 || strncmp(line, "ninja: fatal: ", 14) == 0)
    sl_text_format(messages, "%s%s", messages->length ? "\n" : "", line);
}

static void take_line(struct reader *reader, const char *line) {
  bool after_status = reader->after_status;
  reader->after_status = *line == MARK;
  if (*line == MARK) {
    take_status(reader, line);
  } else if (strncmp(line, "ninja: ", 7) == 0) {
    take_message(reader, line);
  } else if (after_status && strncmp(line, "FAILED: ", 8) == 0) {
    take_failure(reader);
  } else if (reader->command_next) {
    reader->command_next = false;
  } else if (reader->in_edge) {
    sl_text_format(&reader->text, "%s\n", line);
  }
}

// Reads to the end. A failed edge is a status line, a FAILED line, its command, and what it
// printed.
static void read_output(struct ninja_run *run, struct process *process) {
  struct reader reader = {.run = run};
  struct sl_text line = {0};
  while (process_line(process, &line)) take_line(&reader, sl_text_string(&line));
  end_edge(&reader);
  clear_progress(run);
  sl_text_free(&line);
  sl_text_free(&reader.text);
}

bool ninja_run_find(struct sl_text *message) {
  if (process_is_in_path(program)) return true;
  sl_text_format(message,
                 "%s was not found in PATH. Install it (Debian: `apt-get install ninja-build`)",
                 program);
  return false;
}

bool ninja_run_start(struct ninja_run *run) {
  char jobs[32], processes[64];
  snprintf(jobs, sizeof jobs, "-j%d", run->jobs);
  snprintf(processes, sizeof processes, WORKER_CLIENT_PROCESSES "=%d", run->processes);
  const char *argv[] = {program, "-k", "0", "-f", "build.ninja", jobs, NULL};
  // Not that of the user: what the graph does not say reaches no action.
  const char *environment[] = {STATUS_FORMAT, processes, NULL};
  struct process process;
  if (!process_start(&process, argv, run->directory, environment)) {
    sl_text_format(&run->messages, "cannot start %s: %s", argv[0], strerror(errno));
    return false;
  }
  read_output(run, &process);
  run->status = process_finish(&process);
  return true;
}

void ninja_run_free(struct ninja_run *run) { sl_text_free(&run->messages); }
