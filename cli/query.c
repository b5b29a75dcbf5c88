// SPDX-License-Identifier: Apache-2.0
//
// Query: `starmypy query`: answers a question about the targets of the workspace, as `bazel query` does.
#include <stdio.h>

#include "cli/cli.h"
#include "cli/context.h"
#include "cli/query_text.h"

static const char synopsis[] = "QUERY";
static const char doc[] = "Answers a query about targets, packages and what depends on what.";

static int print_help(void) {
  printf("\nFunctions:\n");
  for (const struct bz_query_function *row = bz_query_functions; row->synopsis; row++)
    if (row->scopes != BZ_QUERY_ACTIONS) printf("  %-32s %s\n", row->synopsis, row->doc);
  printf("\nOperators: x + y (union), x - y (except), x ^ y (intersect), set(a b c),\n");
  printf("           let name = x in deps($name)\n\nFormats:\n");
  for (const struct bz_query_output *row = bz_query_outputs; row->name; row++)
    printf("  %-20s %s\n", row->name, row->doc);
  return BZ_EXIT_SUCCESS;
}

static void read_options(const struct context *context, struct bz_query_options *query) {
  const struct options *options = &context->options;
  bz_query_options_initialize(query, context->session->loader);
  query->directory = context->directory;
  query->keep_going = options->keep_going;
  query->implicit_deps = options->implicit_deps;
  query->tool_deps = options->tool_deps;
  query->nodep_deps = options->nodep_deps;
  query->strict_test_suite = options->strict_test_suite;
  query->universe_scope = options->universe_scope;
  query->infer_universe_scope = options->infer_universe_scope;
  query->order_output = options->order_output;
  if (options->output) query->output = options->output;
  query->consistent_labels = options->consistent_labels;
  query->relative_locations = options->relative_locations;
  query->line_terminator_null = options->line_terminator_null;
  query->graph_factored = options->graph_factored;
  query->graph_node_limit = options->graph_node_limit;
  query->graph_conditional_edges_limit = options->graph_conditional_edges_limit;
  query->proto_flatten_selects = options->proto_flatten_selects;
  query->proto_default_values = options->proto_default_values;
  query->xml_default_values = options->xml_default_values;
}

static int answer(struct context *context, const char *text) {
  struct bz_query_options options;
  read_options(context, &options);
  struct bz_query *query = bz_query_parse(context->thread, text, bz_query_options_scope(&options));
  if (!query) {
    context_tell_error(context);
    return BZ_EXIT_COMMAND_LINE;
  }
  struct sl_text out = {0};
  int status;
  if (!bz_query_run(context->thread, query, &options, &out, &status)) context_tell_error(context);
  int written = context_write(context, &out);
  sl_text_free(&out);
  return written == BZ_EXIT_SUCCESS ? status : written;
}

static int query_run(int argc, char **argv) {
  struct context context;
  int status = context_begin(&context, argv[0], synopsis, doc, OPTIONS_WORKSPACE | OPTIONS_QUERY,
                             argc, argv);
  if (status >= 0) return context.options.help ? print_help() : status;
  const char *text = query_text_read(&context);
  if (!text) return BZ_EXIT_COMMAND_LINE;
  status = context_open(&context);
  return status >= 0 ? status : answer(&context, text);
}

const struct bz_command bz_query_command = {synopsis, doc, query_run};
