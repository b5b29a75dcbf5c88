// SPDX-License-Identifier: Apache-2.0
//
// The door of rules/graph/: writers of the action graph. The same actions in the same order give the same bytes, on any machine
// and from any directory.
#ifndef RULES_GRAPH_GRAPH_H_
#define RULES_GRAPH_GRAPH_H_

#include "rules/analysis/analysis.h"

struct bz_graph {
  struct bz_analysis *analysis;
  struct bz_action *const *actions;
  size_t count;
  // What aquery's options say.
  bool include_commandline;         // true by default
  bool include_artifacts;           // true by default
  bool include_param_files;
  bool include_file_write_contents;
  // For writers of something to execute.
  const char *execution_root;       // absolute
  const char *python;               // the interpreter that runs the tree tool
};

// One format: adding one is adding a row. `write` appends to `out`; false with an error pending.
struct bz_graph_writer {
  const char *name;                 // --output=NAME
  const char *doc;
  bool (*write)(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
};
// Ended by a row without name: text, jsonproto, textproto, proto?, streamed_proto?, summary, commands, ninja.
extern const struct bz_graph_writer bz_graph_writers[];
const struct bz_graph_writer *bz_graph_writer_find(const char *name);

// The path of the file that stands for an artifact in lowered graphs: a tree artifact's archive, else the artifact's path.
// malloc'ed.
char *bz_lowered_path(const struct bz_artifact *artifact);
// The command line of a SPAWN action as the lowered graph runs it (tree artifacts unpacked before and packed after): list of strings.
sl_value bz_lowered_arguments(struct sl_thread *thread, const struct bz_graph *graph, const struct bz_action *action);

// Makes the execution root: links to every source file that the actions read, embedded and generated files written, links of other
// actions that need no process (FileWrite, Symlink ...) are left to the runner. Only what changed is touched.
// False with an error pending: "missing input file 'lib/x.py', owner: '//lib:x.py'" ...
bool bz_execution_root_prepare(struct sl_thread *thread, const struct bz_graph *graph) SL_MUST_CHECK;

#endif  // RULES_GRAPH_GRAPH_H_
