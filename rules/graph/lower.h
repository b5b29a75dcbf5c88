// SPDX-License-Identifier: Apache-2.0
//
// Lower: what the ninja writer and the execution root share of lowering.
#ifndef RULES_GRAPH_LOWER_H_
#define RULES_GRAPH_LOWER_H_

#include "rules/graph/graph.h"
#include "rules/graph/order.h"

// A file at the execution root whose content names the tools in use; every process depends on it.
#define LOWER_TOOLCHAIN_FILE ".tools-of-starmypy"

// Whether an action is left to the engine; the others are done when the execution root is made.
bool lower_needs_process(const struct bz_action *action);

// The program that packs and unpacks trees; its execution path is where it stands.
struct bz_label *lower_tree_tool(const struct bz_graph *graph);

// Visits the inputs of an action, a runfiles tree as the files in it, but for those in depsets that
// `known` holds already: an order of depsets (order_takes_depsets).
typedef void (*lower_visit)(const struct bz_artifact *input, void *data);
void lower_new_inputs(struct order *known, const struct bz_action *action, lower_visit visit,
                      void *data);

// Visits the files of a depset itself, not of those in it; a runfiles tree as the files in it.
void lower_files(const struct bz_depset *depset, lower_visit visit, void *data);

// Which depsets hold trees: most do not, and need not be looked through for each action that has
// them.
struct lower_trees {
  const char *tool;  // path of the tree tool
  struct order depsets;
  bool *holds;  // by id of the order
  size_t capacity;
};
struct lower_trees lower_trees_begin(const struct bz_graph *graph);
void lower_trees_end(struct lower_trees *trees);
// The directory that a lowered path may be the archive of, or NULL; malloc'ed.
char *lower_tree_of(const char *path);
// Whether an action reads or makes trees.
bool lower_has_trees(struct lower_trees *trees, const struct bz_action *action);
// The name of the worker that can do an action, or NULL: see bz_lowered_workers.
const char *lower_worker(const struct bz_graph *graph, struct lower_trees *trees,
                         const struct bz_action *action);
// bz_lowered_arguments for many actions of one graph.
sl_value lower_arguments(struct sl_thread *thread, const struct bz_graph *graph,
                         struct lower_trees *trees, const struct bz_action *action);

#endif  // RULES_GRAPH_LOWER_H_
