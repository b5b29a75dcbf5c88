// SPDX-License-Identifier: Apache-2.0
//
// State: what the files of query/ share behind the door. A query is walked over nodes: targets, or configured targets for
// aquery; both look alike to the functions. Everything here is collected memory that lives as long as one evaluation.
#ifndef RULES_QUERY_STATE_H_
#define RULES_QUERY_STATE_H_

#include "rules/query/query.h"
#include "runtime/object.h"

// ---------------------------------------------------------------- expressions (parse.c)

enum bz_expression_kind {
  BZ_EXPRESSION_PATTERN,   // a target pattern
  BZ_EXPRESSION_VARIABLE,  // $x
  BZ_EXPRESSION_CALL,
  BZ_EXPRESSION_OPERATION,  // a + b - c ...: one list, so that long ones need no deep stack
  BZ_EXPRESSION_LET,
  BZ_EXPRESSION_SET,
};

enum bz_set_operator { BZ_SET_UNION, BZ_SET_EXCEPT, BZ_SET_INTERSECT };

struct bz_expression {
  enum bz_expression_kind kind;
  const char *text;  // as written
  const char *word;  // PATTERN: the pattern; VARIABLE, LET: the name without "$"
  const struct bz_query_function *function;  // CALL
  struct bz_argument *arguments;             // CALL
  size_t argument_count;
  struct bz_expression **operands;  // OPERATION; LET: value and body; SET: patterns and variables
  enum bz_set_operator *operators;  // OPERATION: the one before each operand; the first is a union
  size_t operand_count;
};

struct bz_argument {
  struct bz_expression *expression;  // or NULL
  const char *word;                  // or NULL
  int integer;
};

struct bz_query {
  const char *text;
  struct bz_expression *root;
};

// ---------------------------------------------------------------- sets of nodes (set.c)

// A set that remembers the order in which its members came.
struct bz_query_set {
  uint32_t *items;
  uint32_t count;
  uint32_t capacity;
  uint64_t *bits;  // one per node
  uint32_t words;
};

// Adds a node; false: it was there.
bool bz_query_set_add(struct bz_query_set *set, uint32_t node);
bool bz_query_set_has(const struct bz_query_set *set, uint32_t node);
void bz_query_set_add_all(struct bz_query_set *set, const struct bz_query_set *other);

// ---------------------------------------------------------------- graphs over numbers (numbers.c)

struct bz_number_graph {
  uint32_t count;    // the numbers are those below it
  uint32_t *starts;  // of each number's successors in `items`; one more than there are numbers
  uint32_t *items;
};
// Room for `count` numbers, zeroed.
uint32_t *bz_numbers_new(size_t count);
void bz_numbers_sort(uint32_t *numbers, size_t count);
struct bz_number_graph bz_number_graph_turn_around(const struct bz_number_graph *graph);
// The numbers of a graph, those that lead to others first: depth first in ascending order, turned around.
uint32_t *bz_number_graph_topological(const struct bz_number_graph *graph);
// The rank of each number: the least or greatest distance from one without predecessors; those of a cycle share theirs.
uint32_t *bz_number_graph_ranks(const struct bz_number_graph *graph, bool greatest);

// ---------------------------------------------------------------- the graph (nodes.c)

struct bz_query_node {
  struct bz_label *label;
  struct bz_target *target;                 // NULL: not loaded yet, or there is none
  struct bz_configured_target *configured;  // aquery: what stands for it
  uint32_t *successors;  // nodes that it depends on, each once, in attribute order
  uint32_t successor_count;
  bool expanded;   // the successors are known
  bool connected;  // a walk came through: its edges count in orders and graphs
  bool missing;    // loading it failed, and was reported
};

struct bz_query_nodes {
  struct sl_thread *thread;
  struct bz_loader *loader;
  struct bz_analysis *analysis;  // NULL: the nodes are targets
  bool implicit_deps;
  bool tool_deps;
  bool nodep_deps;
  bool has_errors;  // something was reported that makes the results incomplete
  struct bz_query_node *items;
  uint32_t count;
  uint32_t capacity;
  sl_value index[2];  // dict Label -> node; the second of those in the exec configuration
};

void bz_query_nodes_initialize(struct bz_query_nodes *nodes, struct sl_thread *thread,
                               struct bz_loader *loader);
// The node of a label, loaded or not; of a loaded target; of a configured target.
uint32_t bz_query_nodes_of_label(struct bz_query_nodes *nodes, struct bz_label *label);
uint32_t bz_query_nodes_of_target(struct bz_query_nodes *nodes, struct bz_target *target);
uint32_t bz_query_nodes_of_configured(struct bz_query_nodes *nodes, struct bz_target *target,
                                      struct bz_configured_target *configured);
// The same; NULL with an error pending.
struct bz_target *bz_query_nodes_find(struct bz_query_nodes *nodes, uint32_t node);
// The node of a BUILD or .bzl file that the BUILD file of a package loads.
uint32_t bz_query_nodes_of_file(struct bz_query_nodes *nodes, struct bz_label *label,
                                struct bz_package *loaded_by);
// Finds out a loaded node's successors; none of them is loaded.
void bz_query_nodes_expand(struct bz_query_nodes *nodes, uint32_t node);
// Adds what is reachable from a set along at most `depth` edges (-1: any number). Missing targets are reported and left out.
void bz_query_nodes_closure(struct bz_query_nodes *nodes, const struct bz_query_set *from,
                            int64_t depth, struct bz_query_set *out);

// Whether the options let an edge through an attribute (NULL: through none) count. As in Bazel an edge is implicit if nobody
// wrote the attribute.
bool bz_query_edge_is_wanted(const struct bz_query_nodes *nodes, const struct bz_target *target,
                             const struct bz_attribute *attribute);
// Whether it is no dependency: visibility.
bool bz_query_edge_is_nodep(const struct bz_attribute *attribute);

// The edges among a set's members, turned around: who depends on whom.
struct bz_number_graph bz_query_nodes_predecessors(const struct bz_query_nodes *nodes,
                                                   const struct bz_query_set *among);

// ---------------------------------------------------------------- evaluation (evaluate.c)

// A `let` that holds.
struct bz_binding {
  const char *name;
  const struct bz_query_set *value;
  const struct bz_binding *outer;
};

struct bz_evaluation {
  struct bz_query_nodes nodes;
  const struct bz_query *query;
  const char *directory;
  bool keep_going;
  bool strict_test_suite;
  const struct bz_binding *bindings;
  struct bz_query_set universe;  // what allrdeps() and rbuildfiles() range over
  // What each pattern matched, by its text. As in Bazel orders and graphs see the edges inside of one pattern.
  sl_value pattern_index;
  struct bz_query_set *patterns;
  size_t pattern_count;
  size_t pattern_capacity;
};

// Adds what an expression stands for. False with an error pending, in Bazel's words.
bool bz_evaluate(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                 struct bz_query_set *out) SL_MUST_CHECK;
// Adds what a pattern matches.
bool bz_evaluate_pattern(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                         const char *text, struct bz_query_set *out) SL_MUST_CHECK;
// Adds what every pattern in an expression matches.
bool bz_evaluate_patterns(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                          struct bz_query_set *out) SL_MUST_CHECK;
// Fails if errors were reported on the way, unless they are to be survived.
bool bz_evaluate_complete(const struct bz_evaluation *evaluation) SL_MUST_CHECK;
// Fails because of an expression: "Evaluation of query "Q" failed: REASON".
bool bz_evaluate_fail(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                      const char *format, ...) SL_PRINTF(3, 4);
// The same unless errors are to be survived; then it is only reported.
bool bz_evaluate_fail_softly(struct bz_evaluation *evaluation,
                             const struct bz_expression *expression, const char *format, ...)
    SL_PRINTF(3, 4);
// The closure of a set; fails if something in it is missing, unless errors are to be survived.
bool bz_evaluate_closure(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                         const struct bz_query_set *from, int64_t depth,
                         struct bz_query_set *out) SL_MUST_CHECK;

// ---------------------------------------------------------------- functions (functions.c has the table)

typedef bool bz_query_evaluator(struct bz_evaluation *evaluation, const struct bz_expression *call,
                                struct bz_query_set *out);
// Along edges: paths.c.
bz_query_evaluator bz_query_deps, bz_query_rdeps, bz_query_allrdeps, bz_query_somepath,
    bz_query_allpaths;
// Of packages and of what is in them: packages.c.
bz_query_evaluator bz_query_siblings, bz_query_buildfiles, bz_query_loadfiles, bz_query_rbuildfiles,
    bz_query_visible, bz_query_same_pkg_direct_rdeps;
// tests.c
bz_query_evaluator bz_query_tests;

// ---------------------------------------------------------------- attributes (attribute.c)

// The attribute that query calls `name` ("$tool" is private); -1: none.
int32_t bz_query_attribute(const struct bz_target *target, const char *name);
// Calls back with each text that the attribute may have, one for each choice of select branches, until one is taken.
bool bz_query_attribute_texts(struct sl_thread *thread, const struct bz_target *target,
                              size_t attribute,
                              bool (*take)(const char *text, size_t length, void *data),
                              void *data);
// What any branch of a select may give: lists and dicts united, each element once; another value if it is the only one.
// NULL: there are several, or none.
sl_value bz_query_attribute_flatten(struct sl_thread *thread, const struct bz_select *select);
// Calls back with each label in the attribute's value, select keys left out.
void bz_query_attribute_labels(struct bz_target *target, size_t attribute,
                               void (*visit)(struct bz_label *label, void *data), void *data);

// ---------------------------------------------------------------- regular expressions (regex.c)

struct bz_regex;
// Compiles; `whole`: a match must be the whole text. NULL: `error` says why.
struct bz_regex *bz_regex_new(const char *pattern, bool whole, struct sl_text *error);
// A search that takes absurdly many steps is given up, and counts as no match.
bool bz_regex_matches(const struct bz_regex *regex, const char *text, size_t length);
void bz_regex_free(struct bz_regex *regex);

// ---------------------------------------------------------------- results (order.c, output*.c)

struct bz_query_result {
  struct bz_evaluation *evaluation;
  const struct bz_query_options *options;
  const struct bz_query_set *set;
  const uint32_t *order;  // the members as they are to be shown
};

// The members sorted by label.
uint32_t *bz_order_by_label(const struct bz_query_nodes *nodes, const struct bz_query_set *set);
// The edges that Bazel knows among the members; numbers are places in `sorted` (by label).
struct bz_number_graph bz_order_graph(struct bz_evaluation *evaluation,
                                      const struct bz_query_set *set, const uint32_t *sorted);
// A label, and where a target is, as the options want them.
void bz_output_label(const struct bz_query_result *result, const struct bz_label *label,
                     struct sl_text *out);
const char *bz_output_label_text(const struct bz_query_result *result,
                                 const struct bz_label *label);
// What a rule depends on, sorted, each once; visibility left out.
struct bz_label_list {
  const struct bz_label **items;
  size_t count;
};
struct bz_label_list bz_output_inputs(const struct bz_query_result *result, struct bz_target *rule);
// The name of an attribute: private ones of Starlark rules are "$x".
const char *bz_output_attribute(const struct bz_attribute *attribute);
void bz_output_location(const struct bz_query_result *result, const struct bz_target *target,
                        struct sl_text *out);
bool bz_output_build(struct sl_thread *thread, const struct bz_query_result *result,
                     struct sl_text *out) SL_MUST_CHECK;
bool bz_output_graph(struct sl_thread *thread, const struct bz_query_result *result,
                     struct sl_text *out) SL_MUST_CHECK;
bool bz_output_xml(struct sl_thread *thread, const struct bz_query_result *result,
                   struct sl_text *out) SL_MUST_CHECK;
bool bz_output_proto(struct sl_thread *thread, const struct bz_query_result *result,
                     struct sl_text *out) SL_MUST_CHECK;
bool bz_output_textproto(struct sl_thread *thread, const struct bz_query_result *result,
                         struct sl_text *out) SL_MUST_CHECK;
bool bz_output_streamed_proto(struct sl_thread *thread, const struct bz_query_result *result,
                              struct sl_text *out) SL_MUST_CHECK;
bool bz_output_streamed_jsonproto(struct sl_thread *thread, const struct bz_query_result *result,
                                  struct sl_text *out) SL_MUST_CHECK;

#endif  // RULES_QUERY_STATE_H_
