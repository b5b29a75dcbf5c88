// SPDX-License-Identifier: Apache-2.0
//
// Functions: the table of query functions, and those that choose members of a set by what they are. Adding a function is
// adding a row; what follows edges is in paths.c, what is about packages in packages.c.
#include <string.h>

#include "rules/query/state.h"

// ---------------------------------------------------------------- members that match a pattern

struct search {
  struct sl_thread *thread;
  const struct bz_regex *regex;
  const char *attribute;
};

static bool match_text(const char *text, size_t length, void *data) {
  const struct search *search = data;
  return bz_regex_matches(search->regex, text, length);
}

static bool match_kind(const struct search *search, const struct bz_query_node *node) {
  const char *kind = bz_target_kind_text(node->target);
  return bz_regex_matches(search->regex, kind, strlen(kind));
}

static bool match_label(const struct search *search, const struct bz_query_node *node) {
  struct sl_text text = {0};
  bz_label_display(node->label, &text);
  bool matches = bz_regex_matches(search->regex, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return matches;
}

static bool match_attribute(const struct search *search, const struct bz_query_node *node) {
  int32_t index = bz_query_attribute(node->target, search->attribute);
  return index >= 0 && bz_query_attribute_texts(search->thread, node->target, (size_t)index,
                                                match_text, (void *)search);
}

typedef bool matcher(const struct search *search, const struct bz_query_node *node);

// The last two arguments are the pattern and the set.
static bool evaluate_search(struct bz_evaluation *evaluation, const struct bz_expression *call,
                            const char *name, matcher *match, struct bz_query_set *out) {
  const struct bz_argument *last = &call->arguments[call->argument_count - 1];
  struct sl_text error = {0};
  struct bz_regex *regex = bz_regex_new(last[-1].word, false, &error);
  struct bz_query_set set = {0};
  bool evaluated = regex
                       ? bz_evaluate(evaluation, last->expression, &set)
                       : bz_evaluate_fail(evaluation, call, "illegal '%s' pattern regexp '%s': %s",
                                          name, last[-1].word, sl_text_string(&error));
  struct search search = {evaluation->nodes.thread, regex, call->arguments[0].word};
  for (uint32_t i = 0; evaluated && i < set.count; i++)
    if (match(&search, &evaluation->nodes.items[set.items[i]])) bz_query_set_add(out, set.items[i]);
  bz_regex_free(regex);
  sl_text_free(&error);
  return evaluated;
}

static bool evaluate_kind(struct bz_evaluation *evaluation, const struct bz_expression *call,
                          struct bz_query_set *out) {
  return evaluate_search(evaluation, call, "kind", match_kind, out);
}

static bool evaluate_filter(struct bz_evaluation *evaluation, const struct bz_expression *call,
                            struct bz_query_set *out) {
  return evaluate_search(evaluation, call, "filter", match_label, out);
}

static bool evaluate_attr(struct bz_evaluation *evaluation, const struct bz_expression *call,
                          struct bz_query_set *out) {
  return evaluate_search(evaluation, call, "attr", match_attribute, out);
}

// ---------------------------------------------------------------- others

struct label_list {
  struct bz_query_nodes *nodes;
  const struct bz_attribute *attribute;
  struct bz_query_set found;
};

static void collect_label(struct bz_label *label, void *data) {
  struct label_list *list = data;
  bz_query_set_add(&list->found, bz_query_nodes_of_label(list->nodes, label));
}

static void collect_dependency(struct bz_configured_target *dependency,
                               const struct bz_attribute *attribute, void *data) {
  struct label_list *list = data;
  if (attribute == list->attribute)
    bz_query_set_add(&list->found,
                     bz_query_nodes_of_configured(list->nodes, dependency->target, dependency));
}

// labels(name, x) of one node.
static bool add_labels(struct bz_evaluation *evaluation, const struct bz_expression *call,
                       uint32_t number, struct bz_query_set *out) {
  struct bz_query_node node = evaluation->nodes.items[number];
  int32_t index = bz_query_attribute(node.target, call->arguments[0].word);
  if (index < 0) return true;
  struct label_list list = {&evaluation->nodes, &node.target->rule_class->attributes[index], {0}};
  if (node.configured) {
    bz_configured_target_each_dependency(node.configured, collect_dependency, &list);
  } else {
    bz_query_attribute_labels(node.target, (size_t)index, collect_label, &list);
  }
  for (uint32_t i = 0; i < list.found.count; i++) {
    if (bz_query_nodes_find(list.nodes, list.found.items[i])) {
      bz_query_set_add(out, list.found.items[i]);
    } else if (!bz_evaluate_fail_softly(evaluation, call, "%s",
                                        sl_error_message(list.nodes->thread))) {
      return false;
    }
  }
  return true;
}

static bool evaluate_labels(struct bz_evaluation *evaluation, const struct bz_expression *call,
                            struct bz_query_set *out) {
  struct bz_query_set set = {0};
  if (!bz_evaluate(evaluation, call->arguments[1].expression, &set)) return false;
  for (uint32_t i = 0; i < set.count; i++)
    if (!add_labels(evaluation, call, set.items[i], out)) return false;
  return true;
}

static bool evaluate_some(struct bz_evaluation *evaluation, const struct bz_expression *call,
                          struct bz_query_set *out) {
  struct bz_query_set set = {0};
  int64_t wanted = call->argument_count > 1 ? call->arguments[1].integer : 1;
  if (!bz_evaluate(evaluation, call->arguments[0].expression, &set)) return false;
  if (set.count == 0) return bz_evaluate_fail(evaluation, call, "argument set is empty");
  for (uint32_t i = 0; i < set.count && i < wanted; i++) bz_query_set_add(out, set.items[i]);
  return true;
}

static bool evaluate_executables(struct bz_evaluation *evaluation, const struct bz_expression *call,
                                 struct bz_query_set *out) {
  struct bz_query_set set = {0};
  if (!bz_evaluate(evaluation, call->arguments[0].expression, &set)) return false;
  for (uint32_t i = 0; i < set.count; i++) {
    const struct bz_target *target = evaluation->nodes.items[set.items[i]].target;
    bool is_program = target->kind == BZ_TARGET_RULE && target->rule_class->executable &&
                      !target->rule_class->test;
    if (is_program) bz_query_set_add(out, set.items[i]);
  }
  return true;
}

// mnemonic(), inputs() and outputs() choose actions, once all is evaluated: see aquery.c.
static bool evaluate_action_filter(struct bz_evaluation *evaluation,
                                   const struct bz_expression *call, struct bz_query_set *out) {
  return bz_evaluate(evaluation, call->arguments[1].expression, out);
}

enum {
  QUERY = BZ_QUERY_TARGETS | BZ_QUERY_UNIVERSE,
  BOTH = QUERY | BZ_QUERY_ACTIONS,
};

const struct bz_query_function bz_query_functions[] = {
    {"allpaths(expr, expr)", "All nodes on any path from the first set to the second.", "ee", BOTH,
     bz_query_allpaths},
    {"allrdeps(expr[, depth])",
     "What depends on a set, in the universe of --universe_scope, along at most `depth` edges.",
     "e?i", BZ_QUERY_UNIVERSE, bz_query_allrdeps},
    {"attr(name, pattern, expr)",
     "Rules whose attribute `name` has a value in which the pattern is found.", "wwe", BOTH,
     evaluate_attr},
    {"buildfiles(expr)", "The BUILD files of a set's packages, and all that they load.", "e", QUERY,
     bz_query_buildfiles},
    {"deps(expr[, depth])", "All that a set depends on, along at most `depth` edges.", "e?i", BOTH,
     bz_query_deps},
    {"executables(expr)", "Executable rules that are no tests.", "e", BOTH, evaluate_executables},
    {"filter(pattern, expr)", "Targets in whose label the pattern is found.", "we", BOTH,
     evaluate_filter},
    {"inputs(pattern, expr)", "Actions with an input whose whole path matches.", "we",
     BZ_QUERY_ACTIONS, evaluate_action_filter},
    {"kind(pattern, expr)", "Targets in whose kind (\"py_library rule\") the pattern is found.",
     "we", BOTH, evaluate_kind},
    {"labels(name, expr)", "Targets that attribute `name` of rules names.", "we", BOTH,
     evaluate_labels},
    {"loadfiles(expr)", "The .bzl files that a set's packages load.", "e", QUERY,
     bz_query_loadfiles},
    {"mnemonic(pattern, expr)", "Actions whose whole mnemonic matches.", "we", BZ_QUERY_ACTIONS,
     evaluate_action_filter},
    {"outputs(pattern, expr)", "Actions with an output whose whole path matches.", "we",
     BZ_QUERY_ACTIONS, evaluate_action_filter},
    {"rbuildfiles(path, ...)",
     "BUILD files of the universe that are made from, or load, these files.", "w*w",
     BZ_QUERY_UNIVERSE, bz_query_rbuildfiles},
    {"rdeps(universe, expr[, depth])", "What depends on a set, within the closure of `universe`.",
     "ee?i", BOTH, bz_query_rdeps},
    {"same_pkg_direct_rdeps(expr)",
     "Targets that depend directly on one of a set in their own package.", "e", QUERY,
     bz_query_same_pkg_direct_rdeps},
    {"siblings(expr)", "All targets of a set's packages.", "e", QUERY, bz_query_siblings},
    {"some(expr[, count])", "One member of a set, or `count`.", "e?i", BOTH, evaluate_some},
    {"somepath(expr, expr)", "One path from the first set to the second.", "ee", BOTH,
     bz_query_somepath},
    {"tests(expr)", "Tests, those that suites stand for included.", "e", QUERY, bz_query_tests},
    {"visible(predicate, expr)", "Members that every member of `predicate` may see.", "ee", QUERY,
     bz_query_visible},
    {NULL, NULL, NULL, 0, NULL},
};
