// SPDX-License-Identifier: Apache-2.0
//
// Ninja run: executes a lowered graph with ninja and tells what happened to each edge.
#ifndef CLI_NINJA_RUN_H_
#define CLI_NINJA_RUN_H_

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"

// An edge that failed.
struct ninja_failure {
  char *outputs;  // its outputs as ninja names them, separated by blanks
  char *text;     // what it printed
};

struct ninja_run {
  const char *directory;  // where build.ninja is
  int jobs;               // 0: ninja decides
  bool progress;          // a line that is written over and over, to stderr
  // Results, owned by the run.
  size_t finished;  // edges that ran
  struct ninja_failure *failures;
  size_t failure_count;
  struct sl_text messages;  // ninja's own errors
  int status;               // 0: everything is up to date now
};

// Runs ninja, keeping on after failures. False: it could not be started; `run->messages` says what
// to do.
bool ninja_run_start(struct ninja_run *run);
// The failure of the edge with this output, or NULL.
const struct ninja_failure *ninja_run_failure(const struct ninja_run *run, const char *output);
void ninja_run_free(struct ninja_run *run);

#endif  // CLI_NINJA_RUN_H_
