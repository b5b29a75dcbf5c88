// SPDX-License-Identifier: Apache-2.0
//
// Checks: the targets that are checked, with what the check's aspect tells of each, and the place
// where their actions run. Shared by check and explain. All of it is of the collector: keep the
// structs on the stack.
#ifndef CLI_CHECKS_H_
#define CLI_CHECKS_H_

#include "cli/context.h"

// One target that the aspect visited.
struct check_item {
  struct bz_label *label;
  const struct bz_aspect_result *result;
  sl_value info;               // what the aspect tells: a struct with the fields of its provider
  const char *reason;          // why there is no action; NULL: there is one
  struct bz_artifact *report;  // NULL: no action
  // What is made only if the report has no errors; NULL: the report itself.
  struct bz_artifact *verdict;
  struct bz_artifact *exit_code;  // "1\n" and so on; NULL: it is that of the report's action
  bool asked;                     // it was asked for; else it stands below one that was
};

struct checks {
  // Set before the first use: see struct bz_graph.
  bool keeps_links;
  const struct bz_run *run;
  struct check_item *items;  // in label order
  size_t count;
  size_t capacity;
  struct bz_graph *graph;    // the actions that make the reports or the verdicts
  struct bz_graph *closure;  // and all that make their inputs, producers first
  const char *execution_root;
  bool is_new;  // build.ninja is another one than before
};

// The action that fails if a target has errors.
struct bz_action *checks_judge(const struct check_item *item);

// The targets that patterns name, sorted by label, each once: `*targets` gets `*count` of them.
// Patterns with wildcards leave out targets with the tag "manual", as a build does. False with an
// error told; *status is the exit status.
bool checks_targets(struct context *context, sl_value patterns, struct bz_target ***targets,
                    size_t *count, int *status);
// Analyses the targets, applies the aspects that the options or .bazelrc name, else the built-in
// one, and collects what they tell.
bool checks_collect(struct context *context, struct bz_target **targets, size_t count,
                    struct checks *checks, int *status);
// Makes the graph. `python` and `toolchain` as in struct bz_graph.
void checks_lower(struct context *context, struct checks *checks, const char *python,
                  const char *toolchain);
// Makes the execution root of the graph and its build.ninja. False with an error told.
bool checks_prepare(struct context *context, struct checks *checks, int *status);

// Where actions run.
const char *checks_execution_root(const struct context *context);

#endif  // CLI_CHECKS_H_
