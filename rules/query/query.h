// SPDX-License-Identifier: Apache-2.0
//
// The door of rules/query/: Bazel's query language over the loaded graph, and over configured targets for aquery.
#ifndef RULES_QUERY_QUERY_H_
#define RULES_QUERY_QUERY_H_

#include "rules/analysis/analysis.h"

struct bz_query;  // a parsed expression

// Parses an expression. NULL with an error pending: "Error while parsing 'QUERY': ..." (exit status 2).
struct bz_query *bz_query_parse(struct sl_thread *thread, const char *text);

struct bz_query_options {
  struct bz_loader *loader;
  const char *directory;            // working directory relative to the workspace root, for relative patterns
  bool keep_going;
  bool implicit_deps;               // true by default, as the next two
  bool tool_deps;
  bool nodep_deps;                  // default false here only where Bazel says so
  bool strict_test_suite;
  const char *universe_scope;       // --universe_scope, comma-separated; or NULL
  bool infer_universe_scope;
  const char *order_output;         // "auto", "no", "deps", "full"
  const char *output;               // a name in bz_query_outputs
  bool consistent_labels;
  bool relative_locations;
  bool line_terminator_null;
  bool graph_factored;              // true by default
  int graph_node_limit;             // 512 by default
  bool proto_flatten_selects;       // true by default
  bool proto_default_values;        // true by default
  bool xml_default_values;
};

// Evaluates a query and writes its result. False with an error pending; *exit_status is what Bazel would end with
// (0, 3 with keep_going after errors, 7, 2 for the command line).
bool bz_query_run(struct sl_thread *thread, struct bz_query *query, const struct bz_query_options *options,
                  struct sl_text *out, int *exit_status) SL_MUST_CHECK;

// One output format: adding one is adding a row.
struct bz_query_output {
  const char *name;                 // "label_kind"
  const char *doc;
};
// Ended by a row without name.
extern const struct bz_query_output bz_query_outputs[];
// One query function: the same.
struct bz_query_function_row {
  const char *synopsis;             // "deps(expr, depth)"
  const char *doc;
};
extern const struct bz_query_function_row bz_query_functions[];

// aquery: the actions of the configured targets of a query, then of the aspects on its top-level targets, narrowed by
// mnemonic(), inputs() and outputs() in the expression.
struct bz_aquery_options {
  struct bz_analysis *analysis;
  const char *directory;
  sl_value aspects;                 // list of "LABEL%name" strings
  bool include_aspects;             // true by default
  bool implicit_deps;
  bool tool_deps;
  bool keep_going;
};
struct bz_action_list {
  struct bz_action **items;         // of the collector
  size_t count;
};
// The top-level targets are those that the patterns in the expression name. `results`, when not NULL, gets the aspect results on them
// (a list in label order; NULL entries where an aspect does not run).
struct bz_aspect_results {
  struct bz_aspect_result **items;
  size_t count;
};
bool bz_aquery_run(struct sl_thread *thread, struct bz_query *query, const struct bz_aquery_options *options,
                   struct bz_action_list *actions, struct bz_aspect_results *results, int *exit_status) SL_MUST_CHECK;

#endif  // RULES_QUERY_QUERY_H_
