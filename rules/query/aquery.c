// SPDX-License-Identifier: Apache-2.0
//
// Aquery: the actions behind a query over configured targets. Invariant: actions come target by target in label order, a
// target's own before those of the aspects on it, each once.
#include <stdlib.h>
#include <string.h>

#include "rules/query/state.h"

enum { STATUS_SUCCESS = 0, STATUS_FAILED = 1, STATUS_PARTIAL = 3 };

// ---------------------------------------------------------------- filters

enum filter_kind { FILTER_MNEMONIC, FILTER_INPUTS, FILTER_OUTPUTS, FILTER_NONE };
static const char *const filter_names[] = {"mnemonic(", "inputs(", "outputs("};

// The patterns of an expression, wherever they stand in it.
struct filters {
  struct bz_regex **patterns[FILTER_NONE];
  size_t counts[FILTER_NONE];
};

static enum filter_kind filter_of(const struct bz_expression *expression) {
  size_t kind = expression->kind == BZ_EXPRESSION_CALL ? 0 : FILTER_NONE;
  while (kind < FILTER_NONE && strncmp(expression->function->synopsis, filter_names[kind],
                                       strlen(filter_names[kind])) != 0)
    kind++;
  return (enum filter_kind)kind;
}

static bool add_filter(struct bz_evaluation *evaluation, const struct bz_expression *call,
                       enum filter_kind kind, struct filters *filters) {
  struct sl_text error = {0};
  struct bz_regex *regex = bz_regex_new(call->arguments[0].word, true, &error);
  if (regex) {
    size_t count = ++filters->counts[kind];
    filters->patterns[kind] = realloc(filters->patterns[kind], count * sizeof(struct bz_regex *));
    if (!filters->patterns[kind]) abort();
    filters->patterns[kind][count - 1] = regex;
  } else {
    bz_evaluate_fail(evaluation, call, "Wrong query syntax: %s", sl_text_string(&error));
  }
  sl_text_free(&error);
  return regex != NULL;
}

// Takes the filters of an expression; `function` is the nearest call around it that is no filter.
static bool collect_filters(struct bz_evaluation *evaluation,
                            const struct bz_expression *expression,
                            const struct bz_expression *function, struct filters *filters) {
  enum filter_kind kind = filter_of(expression);
  if (kind != FILTER_NONE) {
    if (function)
      return sl_fail_false(evaluation->nodes.thread,
                           "aquery filter functions (inputs, outputs, mnemonic) produce actions, "
                           "and therefore can't be the input "
                           "of other function types: %.*s\n%s",
                           (int)strcspn(function->function->synopsis, "("),
                           function->function->synopsis, function->text);
    if (!add_filter(evaluation, expression, kind, filters)) return false;
  } else if (expression->kind == BZ_EXPRESSION_CALL) {
    function = expression;
  }
  for (size_t i = 0; i < expression->operand_count; i++)
    if (!collect_filters(evaluation, expression->operands[i], function, filters)) return false;
  for (size_t i = 0; i < expression->argument_count; i++) {
    const struct bz_expression *argument = expression->arguments[i].expression;
    if (argument && !collect_filters(evaluation, argument, function, filters)) return false;
  }
  return true;
}

static void free_filters(struct filters *filters) {
  for (size_t kind = 0; kind < FILTER_NONE; kind++) {
    for (size_t i = 0; i < filters->counts[kind]; i++) bz_regex_free(filters->patterns[kind][i]);
    free(filters->patterns[kind]);
  }
}

static bool matches_all(const struct filters *filters, enum filter_kind kind, const char *text) {
  for (size_t i = 0; i < filters->counts[kind]; i++)
    if (!bz_regex_matches(filters->patterns[kind][i], text, strlen(text))) return false;
  return true;
}

static bool has_matching_output(const struct filters *filters, const struct bz_action *action) {
  for (size_t i = 0; i < action->output_count; i++)
    if (matches_all(filters, FILTER_OUTPUTS, action->outputs[i]->path)) return true;
  return filters->counts[FILTER_OUTPUTS] == 0;
}

// 1, 0, or -1 with an error pending.
static int has_matching_input(struct sl_thread *thread, const struct filters *filters,
                              const struct bz_action *action) {
  if (filters->counts[FILTER_INPUTS] == 0) return 1;
  sl_value inputs =
      action->inputs ? bz_depset_to_list(thread, action->inputs) : sl_list_frozen(NULL, 0);
  if (!inputs) return -1;
  for (size_t i = 0; i < sl_list_length(inputs); i++) {
    const struct bz_artifact *input = (const struct bz_artifact *)(void *)sl_list_get(inputs, i);
    if (matches_all(filters, FILTER_INPUTS, input->path)) return 1;
  }
  return 0;
}

// ---------------------------------------------------------------- actions

struct collection {
  struct sl_thread *thread;
  const struct filters *filters;
  struct bz_action_list *actions;
  size_t capacity;
};

static bool add_actions(struct collection *collection, struct bz_action *const *actions,
                        size_t count) {
  struct bz_action_list *list = collection->actions;
  for (size_t i = 0; i < count; i++) {
    if (!matches_all(collection->filters, FILTER_MNEMONIC, actions[i]->mnemonic)) continue;
    if (!has_matching_output(collection->filters, actions[i])) continue;
    int matches = has_matching_input(collection->thread, collection->filters, actions[i]);
    if (matches < 0) return false;
    if (matches == 0) continue;
    if (list->count == collection->capacity) {
      collection->capacity = collection->capacity ? collection->capacity * 2 : 64;
      size_t size = collection->capacity * sizeof(struct bz_action *);
      list->items = list->items ? sl_reallocate(list->items, size) : sl_allocate(size);
    }
    list->items[list->count++] = actions[i];
  }
  return true;
}

// An alias and its target are one configured target: the node of that itself stands for both.
static bool is_shown(struct bz_query_nodes *nodes, const struct bz_query_set *set,
                     uint32_t number) {
  const struct bz_query_node *node = &nodes->items[number];
  struct bz_configured_target *configured = node->configured;
  if (configured->target == node->target) return true;
  return !bz_query_set_has(set,
                           bz_query_nodes_of_configured(nodes, configured->target, configured));
}

static bool collect_actions(struct collection *collection, struct bz_evaluation *evaluation,
                            const struct bz_query_set *set, bool include_aspects) {
  const uint32_t *sorted = bz_order_by_label(&evaluation->nodes, set);
  struct bz_query_set shown = {0};
  for (uint32_t i = 0; i < set->count; i++) {
    if (!is_shown(&evaluation->nodes, set, sorted[i])) continue;
    struct bz_configured_target *configured = evaluation->nodes.items[sorted[i]].configured;
    // Two aliases of one target.
    if (!bz_query_set_add(&shown, bz_query_nodes_of_configured(&evaluation->nodes,
                                                               configured->target, configured)))
      continue;
    if (!add_actions(collection, configured->actions, configured->action_count)) return false;
    for (size_t j = 0; include_aspects && j < configured->aspect_count; j++) {
      const struct bz_aspect_result *result = configured->aspects[j];
      if (!add_actions(collection, result->actions, result->action_count)) return false;
    }
  }
  return true;
}

// ---------------------------------------------------------------- aspects

struct aspects {
  sl_value *items;
  size_t count;
};

static bool load_aspects(struct sl_thread *thread, const struct bz_aquery_options *options,
                         struct aspects *aspects) {
  aspects->count = options->aspects ? sl_list_length(options->aspects) : 0;
  aspects->items = sl_allocate((aspects->count + 1) * sizeof(sl_value));
  for (size_t i = 0; i < aspects->count; i++) {
    aspects->items[i] = bz_aspect_load(thread, options->analysis,
                                       sl_string_bytes(sl_list_get(options->aspects, i)));
    if (!aspects->items[i]) return false;
  }
  return true;
}

// The error of a target that an aspect failed on, in Bazel's words.
static bool fail_aspects(struct bz_evaluation *evaluation, const struct bz_target *target) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  const struct bz_workspace *workspace = bz_loader_workspace(nodes->loader);
  bz_event(workspace, BZ_ERROR, NULL, "%s", sl_error_message(nodes->thread));
  sl_error_clear(nodes->thread);
  const char *label = bz_label_text(target->label);
  if (!evaluation->keep_going)
    return sl_fail_false(nodes->thread, "Analysis of aspects on target '%s' failed; build aborted",
                         label);
  bz_event(workspace, BZ_WARNING, NULL, "errors encountered while analyzing aspects on target '%s'",
           label);
  nodes->has_errors = true;
  return true;
}

static bool apply_aspects(struct bz_evaluation *evaluation, const struct aspects *aspects,
                          const struct bz_query_set *top, struct bz_aspect_results *results) {
  const uint32_t *sorted = bz_order_by_label(&evaluation->nodes, top);
  struct bz_aspect_results found = {
      sl_allocate((top->count * aspects->count + 1) * sizeof(struct bz_aspect_result *)), 0};
  for (uint32_t i = 0; i < top->count; i++) {
    const struct bz_query_node *node = &evaluation->nodes.items[sorted[i]];
    struct bz_aspect_result **place = found.items + found.count;
    bool applied = bz_aspect_apply_all(evaluation->nodes.thread, evaluation->nodes.analysis,
                                       aspects->items, aspects->count, node->configured, place);
    found.count += aspects->count;
    if (!applied && !fail_aspects(evaluation, node->target)) return false;
  }
  if (results) *results = found;
  return true;
}

// ---------------------------------------------------------------- the whole

static bool run(struct bz_evaluation *evaluation, const struct bz_aquery_options *options,
                struct filters *filters, struct bz_action_list *actions,
                struct bz_aspect_results *results) {
  struct sl_thread *thread = evaluation->nodes.thread;
  const struct bz_expression *root = evaluation->query->root;
  struct aspects aspects;
  struct bz_query_set top = {0}, set = {0};
  if (!collect_filters(evaluation, root, NULL, filters)) return false;
  if (!load_aspects(thread, options, &aspects)) return false;
  if (!bz_evaluate_patterns(evaluation, root, &top)) return false;
  if (!apply_aspects(evaluation, &aspects, &top, results)) return false;
  if (!bz_evaluate(evaluation, root, &set) || !bz_evaluate_complete(evaluation)) return false;
  struct collection collection = {.thread = thread, .filters = filters, .actions = actions};
  return collect_actions(&collection, evaluation, &set, options->include_aspects);
}

bool bz_aquery_run(struct sl_thread *thread, struct bz_query *query,
                   const struct bz_aquery_options *options, struct bz_action_list *actions,
                   struct bz_aspect_results *results, int *exit_status) {
  *actions = (struct bz_action_list){0};
  if (results) *results = (struct bz_aspect_results){0};
  struct bz_evaluation evaluation = {
      .query = query, .directory = options->directory, .keep_going = options->keep_going};
  bz_query_nodes_initialize(&evaluation.nodes, thread, bz_analysis_loader(options->analysis));
  evaluation.nodes.analysis = options->analysis;
  evaluation.nodes.implicit_deps = options->implicit_deps;
  evaluation.nodes.tool_deps = options->tool_deps;
  evaluation.nodes.nodep_deps = true;
  struct filters filters = {0};
  bool succeeded = run(&evaluation, options, &filters, actions, results);
  free_filters(&filters);
  *exit_status = !succeeded                    ? STATUS_FAILED
                 : evaluation.nodes.has_errors ? STATUS_PARTIAL
                                               : STATUS_SUCCESS;
  return succeeded;
}
