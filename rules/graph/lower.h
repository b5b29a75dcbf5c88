// SPDX-License-Identifier: Apache-2.0
//
// Lower: what the ninja writer and the execution root share of lowering.
#ifndef RULES_GRAPH_LOWER_H_
#define RULES_GRAPH_LOWER_H_

#include "rules/graph/graph.h"

// A file at the execution root whose content names the tools in use; every process depends on it.
#define LOWER_TOOLCHAIN_FILE "toolchain.txt"

// Whether an action is left to the engine; the others are done when the execution root is made.
bool lower_needs_process(const struct bz_action *action);

// The tree tool's path in the execution root.
const char *lower_tree_tool(const struct bz_graph *graph);

// Visits every input of an action, a runfiles tree as the files in it. False with an error pending.
typedef void (*lower_visit)(struct bz_artifact *input, void *data);
bool lower_inputs(struct sl_thread *thread, const struct bz_action *action, lower_visit visit,
                  void *data) SL_MUST_CHECK;

#endif  // RULES_GRAPH_LOWER_H_
