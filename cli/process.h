// SPDX-License-Identifier: Apache-2.0
//
// Process: starting other programs. Arguments are lists, never shell text.
#ifndef CLI_PROCESS_H_
#define CLI_PROCESS_H_

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/text.h"

// Runs a program to its end. `argv` ends with NULL; its first word is looked up in PATH. Standard
// output goes to `out` (NULL: it is inherited), standard error is dropped when `quiet`. Returns the
// exit status, 128 + signal, or -1: it could not be started (errno is set).
int process_run(const char *const *argv, struct sl_text *out, bool quiet);

// Calls a function on DIRECTORY/NAME for each directory of PATH until it returns true. False: it
// never did.
bool process_search_path(const char *name, bool (*visit)(void *data, const char *program),
                         void *data);
// Whether PATH has a program of this name, so that process_run and process_start find it.
bool process_is_in_path(const char *name);

// A program whose standard output and standard error are read line by line.
struct process {
  pid_t pid;
  int output;                  // file descriptor
  struct sl_text rest;         // read, but not handed out yet
  struct sigaction interrupt;  // what SIGINT did before
};
// Starts it in a directory, with `environment` ("NAME=VALUE" ..., NULL) alone; NULL: with all that
// this program has. `argv` as in process_run. False: errno is set.
// While it runs SIGINT, which a terminal sends to both, is left to it: it ends in order, as does
// what it started.
bool process_start(struct process *process, const char *const *argv, const char *directory,
                   const char *const *environment);
// The next line without its newline, in `line`. False at the end.
bool process_line(struct process *process, struct sl_text *line);
// Waits for its end. Returns as process_run.
int process_finish(struct process *process);

#endif  // CLI_PROCESS_H_
