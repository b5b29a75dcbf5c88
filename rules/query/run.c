// SPDX-License-Identifier: Apache-2.0
//
// Run: a query from its options to its output and exit status. Invariant: nothing is written unless all of it is.
#include <string.h>

#include "rules/query/state.h"

enum { STATUS_SUCCESS = 0, STATUS_COMMAND_LINE = 2, STATUS_PARTIAL = 3, STATUS_FAILED = 7 };

void bz_query_options_initialize(struct bz_query_options *options, struct bz_loader *loader) {
  *options = (struct bz_query_options){
      .loader = loader,
      .directory = "",
      .implicit_deps = true,
      .tool_deps = true,
      .nodep_deps = true,
      .order_output = "auto",
      .output = "label",
      .graph_factored = true,
      .graph_node_limit = 512,
      .graph_conditional_edges_limit = 4,
      .proto_flatten_selects = true,
      .proto_default_values = true,
  };
}

static bool has_universe(const struct bz_query_options *options) {
  return (options->universe_scope && *options->universe_scope) || options->infer_universe_scope;
}

enum bz_query_scope bz_query_options_scope(const struct bz_query_options *options) {
  bool is_unordered = strcmp(options->order_output, "no") == 0;
  return is_unordered && has_universe(options) ? BZ_QUERY_UNIVERSE : BZ_QUERY_TARGETS;
}

// ---------------------------------------------------------------- the universe

// One pattern of --universe_scope; "-//a/..." takes away.
static bool evaluate_scope_pattern(struct bz_evaluation *evaluation, const char *pattern) {
  struct bz_query_set set = {0}, left = {0};
  if (!bz_evaluate_pattern(evaluation, evaluation->query->root, pattern, &set)) return false;
  if (*pattern != '-') {
    bz_query_set_add_all(&evaluation->universe, &set);
    return true;
  }
  for (uint32_t i = 0; i < evaluation->universe.count; i++)
    if (!bz_query_set_has(&set, evaluation->universe.items[i]))
      bz_query_set_add(&left, evaluation->universe.items[i]);
  evaluation->universe = left;
  return true;
}

static bool evaluate_universe(struct bz_evaluation *evaluation,
                              const struct bz_query_options *options) {
  if (bz_query_options_scope(options) != BZ_QUERY_UNIVERSE) return true;
  if (!options->universe_scope || !*options->universe_scope)
    return bz_evaluate_patterns(evaluation, evaluation->query->root, &evaluation->universe);
  for (const char *scope = options->universe_scope; *scope;) {
    size_t length = strcspn(scope, ",");
    if (length && !evaluate_scope_pattern(evaluation, bz_text_format("%.*s", (int)length, scope)))
      return false;
    scope += length + (scope[length] == ',');
  }
  return true;
}

// ---------------------------------------------------------------- the result

// A path reads from its beginning.
static bool is_path(const struct bz_expression *root) {
  return root->kind == BZ_EXPRESSION_CALL && root->function->evaluate == bz_query_somepath;
}

static const uint32_t *order_result(struct bz_evaluation *evaluation,
                                    const struct bz_query_set *set, const char *order) {
  bool is_auto = strcmp(order, "auto") == 0;
  if (strcmp(order, "no") == 0 || (is_auto && is_path(evaluation->query->root))) return set->items;
  uint32_t *sorted = bz_order_by_label(&evaluation->nodes, set);
  if (is_auto) return sorted;
  struct bz_number_graph graph = bz_order_graph(evaluation, set, sorted);
  uint32_t *ordered = bz_number_graph_topological(&graph);
  for (uint32_t i = 0; i < set->count; i++) ordered[i] = sorted[ordered[i]];
  return ordered;
}

static bool check_options(struct sl_thread *thread, const struct bz_query_options *options) {
  static const char *const orders[] = {"auto", "no", "deps", "full"};
  bool is_order = false;
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    is_order |= strcmp(options->order_output, orders[i]) == 0;
  if (!is_order)
    return sl_fail_false(thread,
                         "While parsing option --order_output=%s: Not a valid order output: '%s' "
                         "(should be no, deps, "
                         "auto or full)",
                         options->order_output, options->order_output);
  if (bz_query_output_find(options->output)) return true;
  struct sl_text names = {0};
  for (const struct bz_query_output *row = bz_query_outputs; row->name; row++)
    sl_text_format(&names, "%s%s", row == bz_query_outputs ? "" : ", ", row->name);
  sl_fail_false(thread, "Invalid output format '%s'. Valid values are: %s", options->output,
                sl_text_string(&names));
  sl_text_free(&names);
  return false;
}

static bool evaluate(struct bz_evaluation *evaluation, const struct bz_query_options *options,
                     struct bz_query_set *set) {
  if (!evaluate_universe(evaluation, options) ||
      !bz_evaluate(evaluation, evaluation->query->root, set))
    return false;
  return bz_evaluate_complete(evaluation);
}

static void tell_outcome(const struct bz_evaluation *evaluation, const struct bz_query_set *set) {
  const struct bz_workspace *workspace = bz_loader_workspace(evaluation->nodes.loader);
  if (evaluation->nodes.has_errors)
    bz_event(workspace, BZ_WARNING, NULL,
             "--keep_going specified, ignoring errors. Results may be inaccurate");
  if (set->count == 0) bz_event(workspace, BZ_INFO, NULL, "Empty results");
}

bool bz_query_run(struct sl_thread *thread, struct bz_query *query,
                  const struct bz_query_options *options, struct sl_text *out, int *exit_status) {
  *exit_status = STATUS_COMMAND_LINE;
  if (!check_options(thread, options)) return false;
  *exit_status = STATUS_FAILED;
  struct bz_evaluation evaluation = {.query = query,
                                     .directory = options->directory,
                                     .keep_going = options->keep_going,
                                     .strict_test_suite = options->strict_test_suite};
  bz_query_nodes_initialize(&evaluation.nodes, thread, options->loader);
  evaluation.nodes.implicit_deps = options->implicit_deps;
  evaluation.nodes.tool_deps = options->tool_deps;
  evaluation.nodes.nodep_deps = options->nodep_deps;
  struct bz_query_set set = {0};
  if (!evaluate(&evaluation, options, &set)) return false;
  struct bz_query_result result = {&evaluation, options, &set,
                                   order_result(&evaluation, &set, options->order_output)};
  if (!bz_query_output_find(options->output)->write(thread, &result, out)) return false;
  tell_outcome(&evaluation, &set);
  *exit_status = evaluation.nodes.has_errors ? STATUS_PARTIAL : STATUS_SUCCESS;
  return true;
}
