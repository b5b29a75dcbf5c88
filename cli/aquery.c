// SPDX-License-Identifier: Apache-2.0
//
// Aquery: `starmypy aquery`: prints the actions of targets, and of aspects on them, as `bazel aquery` does.
#include <stdio.h>

#include "cli/checks.h"
#include "cli/cli.h"
#include "cli/lock.h"
#include "cli/query_text.h"

static const char synopsis[] = "QUERY";
static const char doc[] = "Prints the actions that would build targets, and check them.";
static const char default_output[] = "jsonproto";

static int print_help(void) {
  printf("\nFunctions:\n");
  for (const struct bz_query_function *row = bz_query_functions; row->synopsis; row++)
    if (row->scopes & BZ_QUERY_ACTIONS) printf("  %-32s %s\n", row->synopsis, row->doc);
  printf("\nFormats (default: %s):\n", default_output);
  for (const struct bz_graph_writer *row = bz_graph_writers; row->name; row++)
    printf("  %-12s %s\n", row->name, row->doc);
  return BZ_EXIT_SUCCESS;
}

static const struct bz_graph_writer *find_writer(struct context *context) {
  const char *name = context->options.output ? context->options.output : default_output;
  const struct bz_graph_writer *writer = bz_graph_writer_find(name);
  if (writer) return writer;
  struct sl_text names = {0};
  for (const struct bz_graph_writer *row = bz_graph_writers; row->name; row++)
    sl_text_format(&names, "%s%s", row == bz_graph_writers ? "" : ", ", row->name);
  context_tell(context, BZ_ERROR, "Invalid output format '%s'. Valid values are: %s", name,
               sl_text_string(&names));
  sl_text_free(&names);
  return NULL;
}

// Makes the place where the actions can be run.
static bool prepare(struct context *context, struct bz_graph *graph) {
  graph->execution_root = checks_execution_root(context);
  const struct bz_graph *closure = bz_lowered_closure(graph);
  bool prepared = lock_take(context) && bz_directory_make(context->thread, graph->execution_root) &&
                  bz_execution_root_prepare(context->thread, closure);
  if (prepared) {
    context_tell(context, BZ_INFO, "the actions run in %s", graph->execution_root);
  } else {
    context_tell_error(context);
  }
  return prepared;
}

static int write_actions(struct context *context, const struct bz_graph_writer *writer,
                         const struct bz_action_list *actions) {
  const struct options *options = &context->options;
  struct bz_graph graph = {
      .analysis = context->session->analysis,
      .actions = actions->items,
      .count = actions->count,
      .include_commandline = options->include_commandline || options->include_param_files,
      .include_artifacts = options->include_artifacts,
      .include_param_files = options->include_param_files,
      .include_file_write_contents = options->include_file_write_contents,
      .python = options->python_path ? options->python_path : "python3",
  };
  if (writer->is_executable && !prepare(context, &graph)) return BZ_EXIT_FAILURE;
  struct sl_text out = {0};
  int status = BZ_EXIT_FAILURE;
  if (writer->write(context->thread, &graph, &out)) {
    status = context_write(context, &out);
  } else {
    context_tell_error(context);
  }
  sl_text_free(&out);
  return status;
}

static int answer(struct context *context, struct bz_query *query,
                  const struct bz_graph_writer *writer) {
  const struct options *options = &context->options;
  struct bz_aquery_options aquery = {
      .analysis = context->session->analysis,
      .directory = context->directory,
      .aspects = options->aspects,
      .include_aspects = options->include_aspects,
      .implicit_deps = options->implicit_deps,
      .tool_deps = options->tool_deps,
      .keep_going = options->keep_going,
  };
  struct bz_action_list actions;
  int status;
  if (!bz_aquery_run(context->thread, query, &aquery, &actions, NULL, &status)) {
    context_tell_error(context);
    return status;
  }
  if (context_tell_missing(context, context->options.keep_going ? BZ_WARNING : BZ_ERROR) > 0) {
    if (!options->keep_going) return BZ_EXIT_FAILURE;
    status = BZ_EXIT_PARTIAL;
  }
  int written = write_actions(context, writer, &actions);
  return written == BZ_EXIT_SUCCESS ? status : written;
}

static int aquery_run(int argc, char **argv) {
  struct context context;
  unsigned commands = OPTIONS_WORKSPACE | OPTIONS_AQUERY | OPTIONS_ANALYSIS;
  int status = context_begin(&context, argv[0], synopsis, doc, commands, argc, argv);
  if (status >= 0) return context.options.help ? print_help() : status;
  const char *text = query_text_read(&context);
  const struct bz_graph_writer *writer = text ? find_writer(&context) : NULL;
  if (!writer) return BZ_EXIT_COMMAND_LINE;
  struct bz_query *query = bz_query_parse(context.thread, text, BZ_QUERY_ACTIONS);
  if (!query) {
    context_tell_error(&context);
    return BZ_EXIT_COMMAND_LINE;
  }
  status = context_open(&context);
  return status >= 0 ? status : answer(&context, query, writer);
}

const struct bz_command bz_aquery_command = {synopsis, doc, aquery_run};
