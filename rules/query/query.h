// SPDX-License-Identifier: Apache-2.0
//
// The door of rules/query/: Bazel's query language over the loaded graph, and over configured targets for aquery.
#ifndef RULES_QUERY_QUERY_H_
#define RULES_QUERY_QUERY_H_

#include "rules/analysis/analysis.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bz_query;  // a parsed expression

// Which functions there are, as bits.
enum bz_query_scope {
  BZ_QUERY_TARGETS = 1,   // query
  BZ_QUERY_UNIVERSE = 2,  // query with a universe: allrdeps(), rbuildfiles() as well
  BZ_QUERY_ACTIONS = 4,   // aquery
};

// Parses an expression. NULL with an error pending: "Error while parsing 'QUERY': ..." (exit status 2).
struct bz_query *bz_query_parse(struct sl_thread *thread, const char *text,
                                enum bz_query_scope scope);

struct bz_query_options {
  struct bz_loader *loader;
  const char *directory;  // working directory relative to the workspace root, for relative patterns
  bool keep_going;
  bool implicit_deps;  // true by default, as the next two
  bool tool_deps;
  bool nodep_deps;
  bool strict_test_suite;
  const char *universe_scope;  // --universe_scope, comma-separated; or NULL
  bool infer_universe_scope;   // the universe is what the patterns in the expression match
  const char *order_output;    // "auto", "no", "deps", "full"
  const char *output;          // a name in bz_query_outputs
  bool consistent_labels;
  bool relative_locations;
  bool line_terminator_null;
  bool graph_factored;                // true by default
  int graph_node_limit;               // 512 by default; -1: none
  int graph_conditional_edges_limit;  // 4 by default; -1: none
  bool proto_flatten_selects;         // true by default
  bool proto_default_values;          // true by default
  bool xml_default_values;
};

// Sets every option but the loader to its default.
void bz_query_options_initialize(struct bz_query_options *options, struct bz_loader *loader);
// What a query with these options may use.
enum bz_query_scope bz_query_options_scope(const struct bz_query_options *options);

// Evaluates a query and writes its result. False with an error pending; *exit_status is what Bazel would end with
// (0, 3 with keep_going after errors, 7, 2 for the command line). Causes of errors are reported as events before.
bool bz_query_run(struct sl_thread *thread, struct bz_query *query,
                  const struct bz_query_options *options, struct sl_text *out,
                  int *exit_status) SL_MUST_CHECK;

// One output format: adding one is adding a row.
struct bz_query_result;
struct bz_query_output {
  const char *name;  // "label_kind"
  const char *doc;
  bool (*write)(struct sl_thread *thread, const struct bz_query_result *result,
                struct sl_text *out);
};
// Ended by a row without name.
extern const struct bz_query_output bz_query_outputs[];
const struct bz_query_output *bz_query_output_find(const char *name);

// One query function: the same.
struct bz_evaluation;
struct bz_expression;
struct bz_query_set;
struct bz_query_function {
  const char *synopsis;  // "deps(expr[, depth])"
  const char *doc;
  // The kinds of its arguments: e an expression, w a word, i an integer; those behind "?" may be missing, those behind "*" come
  // any number of times.
  const char *arguments;
  unsigned scopes;  // enum bz_query_scope
  bool (*evaluate)(struct bz_evaluation *evaluation, const struct bz_expression *call,
                   struct bz_query_set *out);
};
// Ended by a row without synopsis.
extern const struct bz_query_function bz_query_functions[];

// aquery: the actions of the configured targets of a query, then of the aspects on its top-level targets, narrowed by
// mnemonic(), inputs() and outputs() in the expression.
struct bz_aquery_options {
  struct bz_analysis *analysis;
  const char *directory;
  sl_value aspects;      // list of "LABEL%name" strings
  bool include_aspects;  // true by default
  bool implicit_deps;
  bool tool_deps;
  bool keep_going;
};
struct bz_action_list {
  struct bz_action **items;  // of the collector
  size_t count;
};
// The top-level targets are those that the patterns in the expression name. `results`, when not NULL, gets the aspect results on them
// (a list in label order; NULL entries where an aspect does not run).
struct bz_aspect_results {
  struct bz_aspect_result **items;
  size_t count;
};
bool bz_aquery_run(struct sl_thread *thread, struct bz_query *query,
                   const struct bz_aquery_options *options, struct bz_action_list *actions,
                   struct bz_aspect_results *results, int *exit_status) SL_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif  // RULES_QUERY_QUERY_H_
