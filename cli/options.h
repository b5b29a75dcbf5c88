// SPDX-License-Identifier: Apache-2.0
//
// Options: what the commands take, one table row each, from the command line and from .bazelrc. Names and forms are Bazel's.
#ifndef CLI_OPTIONS_H_
#define CLI_OPTIONS_H_

#include "rules/bazel.h"

// Which commands know an option.
enum option_commands {
  OPTIONS_WORKSPACE = 1,  // every command that opens a workspace
  OPTIONS_QUERY = 2,
  OPTIONS_AQUERY = 4,
  OPTIONS_ANALYSIS = 8,  // aquery, check, explain
  OPTIONS_CHECK = 16,    // check, explain, vendor: what needs a Python
  OPTIONS_EXPLAIN = 32,
  OPTIONS_CLEAN = 64,
  OPTIONS_RUN = 128,  // check: what executes actions
};

// The values, each with its default. Lists and dicts are of the collector: keep the struct on the stack.
struct options {
  bool help;
  const char *output_base;
  const char *vendor_dir;
  const char *color;  // "yes", "no", "auto"
  bool keep_going;
  const char *output;  // NULL: the command's default
  // Analysis.
  sl_value aspects;            // list of "LABEL%name"
  sl_value aspect_parameters;  // dict
  sl_value defines;            // dict
  sl_value flags;              // list of words: "--//pkg:flag=value"
  sl_value rc_flags;           // the same of .bazelrc
  const char *cpu;
  const char *compilation_mode;
  const char *platforms;
  const char *python_path;
  // Query and aquery.
  bool implicit_deps, tool_deps, nodep_deps, strict_test_suite, infer_universe_scope,
      consistent_labels;
  bool relative_locations, line_terminator_null, graph_factored, proto_flatten_selects,
      proto_default_values;
  bool xml_default_values;
  int graph_node_limit;
  int graph_conditional_edges_limit;
  const char *universe_scope;
  const char *order_output;
  bool include_aspects, include_commandline, include_artifacts, include_param_files,
      include_file_write_contents;
  const char *query_file;
  // Check, explain, vendor, clean.
  const char *mypy;
  int jobs;
  sl_value strategies;  // dict mnemonic ("": any) -> strategies, the best first
  bool worker_quit_after_build;
  int worker_max_idle_secs, total_worker_memory_limit_mb;  // 0: as the worker has it
  bool strict_cache;
  bool expunge;
  // What is no option, in order: a list of strings.
  sl_value words;
};

// Parses the words of a command line on top of what .bazelrc files of the workspace say (root NULL: none are read).
// `commands` says which rows hold. False with an error pending, in Bazel's words: the exit status is 2.
bool options_parse(struct sl_thread *thread, const char *command, unsigned commands,
                   const char *root, int argc, char **argv, struct options *options) SL_MUST_CHECK;
// How many words of a command line, from the first on, are options that stand before the command, with their values.
int options_count_leading(int argc, char **argv);
// Prints the rows of a command, for --help.
void options_describe(unsigned commands);

#endif  // CLI_OPTIONS_H_
