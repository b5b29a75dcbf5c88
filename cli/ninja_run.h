// SPDX-License-Identifier: Apache-2.0
//
// Ninja run: executes a lowered graph with ninja and tells what happened to each edge.
#ifndef CLI_NINJA_RUN_H_
#define CLI_NINJA_RUN_H_

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"

// What a run tells while it goes on. Edges are named by their action's number in the graph.
struct ninja_listener {
  // An edge has failed just now; what it printed is not there yet.
  void (*on_failure)(void *data, size_t number);
  // What an edge printed, good or failed; a failed one may have printed nothing.
  void (*on_output)(void *data, size_t number, bool failed, const char *text);
  void *data;
};

struct ninja_run {
  const char *directory;  // where build.ninja is: one of a graph with struct bz_run
  int jobs;               // how many actions at once
  int processes;          // how many of them may be processes when no worker answers
  bool progress;          // a line that is written over and over, to stderr
  struct ninja_listener listener;
  // Results, owned by the run.
  size_t finished;          // edges that ran
  size_t failure_count;     // those of them that failed
  struct sl_text messages;  // ninja's own errors
  int status;               // 0: everything is up to date now
};

// Whether there is a ninja in PATH; if not, `message` says what to do.
bool ninja_run_find(struct sl_text *message);
// Runs ninja, keeping on after failures. False: it could not be started; `run->messages` says why.
bool ninja_run_start(struct ninja_run *run);
void ninja_run_free(struct ninja_run *run);

#endif  // CLI_NINJA_RUN_H_
