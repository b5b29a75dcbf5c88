// SPDX-License-Identifier: Apache-2.0
//
// The door of rules/graph/: writers of the action graph. The same actions in the same order give
// the same bytes, on any machine and from any directory.
#ifndef RULES_GRAPH_GRAPH_H_
#define RULES_GRAPH_GRAPH_H_

#include "rules/analysis/analysis.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bz_graph {
  struct bz_analysis *analysis;
  struct bz_action *const *actions;
  size_t count;
  // What aquery's options say.
  bool include_commandline;  // true by default
  bool include_artifacts;    // true by default
  bool include_param_files;
  bool include_file_write_contents;
  // For what is to be executed.
  const char *execution_root;  // absolute
  const char *python;        // the interpreter that runs the tree tool: absolute, or found in PATH
  bool keeps_links;          // those that earlier calls made stay in the execution root
  const char *toolchain;     // names the tools in use, which every process depends on; or NULL
  const struct bz_run *run;  // how this program runs the graph itself; NULL: it is for others
};

// Between the parts of a description that this program reads from ninja: programs do not print it.
#define BZ_RUN_MARK "\x1e"

// What a graph has that this program runs itself, by a ninja without environment variables. All of it is the same from run to run, as another
// command line would run its action again.
struct bz_run {
  const char *program;  // this program's path in the execution root
  const char *sockets;  // where workers listen, relative to the execution root
  int processes;        // how many actions run at once, but for those that workers do
};

// One format: adding one is adding a row. `write` appends to `out`; false with an error pending.
struct bz_graph_writer {
  const char *name;  // --output=NAME
  const char *doc;
  bool (*write)(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
  bool is_executable;  // to be run in an execution root: see bz_execution_root_prepare
};
// Ended by a row without name: text, jsonproto, textproto, proto?, streamed_proto?, summary,
// commands, ninja.
extern const struct bz_graph_writer bz_graph_writers[];
const struct bz_graph_writer *bz_graph_writer_find(const char *name);

// ---------------------------------------------------------------- lowering

// A lowered graph is what an engine that knows only files and processes can execute: each tree
// artifact is one archive (PATH.zip), a runfiles tree is the files in it, and actions without a
// process (FileWrite, Symlink of a source ...) are done when the execution root is made. Paths are
// relative to the execution root.

// The path of the file that stands for an artifact: a tree's archive, else the artifact's own path.
// malloc'ed.
char *bz_lowered_path(const struct bz_artifact *artifact);
// Adds the words that start a program in an action's environment and no other: "/usr/bin/env", "-i",
// "NAME=VALUE" ...
bool bz_lowered_environment(struct sl_thread *thread, sl_value words,
                            const struct bz_action *action) SL_MUST_CHECK;
// The command line of a SPAWN action: the environment set, trees unpacked before and packed after.
// A list of strings.
sl_value bz_lowered_arguments(struct sl_thread *thread, const struct bz_graph *graph,
                              const struct bz_action *action);
// The same as a line that a shell takes.
bool bz_lowered_command(struct sl_thread *thread, const struct bz_graph *graph,
                        const struct bz_action *action, struct sl_text *out) SL_MUST_CHECK;
// A server that can do actions, in Bazel's sense of a persistent worker.
struct bz_worker {
  const char *name;  // of its socket: other programs, environments and tools have others
  const struct bz_action *action;  // one that it can do: its program, started so, is the worker
};
// The workers for the actions of a graph, each once. The table is of the collector.
size_t bz_lowered_workers(const struct bz_graph *graph, struct bz_worker **workers);
// The actions of the graph and all that make their inputs, producers first, each once. A new graph
// of the collector.
struct bz_graph *bz_lowered_closure(const struct bz_graph *graph);
// Whom the failure of some actions of a closure keeps from running: blockers[i] becomes the first
// failed action that action i needs, itself if it failed, or NULL.
void bz_lowered_blockers(const struct bz_graph *closure, const bool *failed,
                         const struct bz_action **blockers);

// What the file system says of the sources that each action of a closure reads, in its execution
// root: stamps[i] of an action is another number once one of them was written or replaced, whatever
// its times say. 0: the action needs no process; BZ_STAMP_UNSETTLED: a source was written just now,
// so that the next write might not show.
enum { BZ_STAMP_UNSETTLED = 1 };
void bz_lowered_stamps(const struct bz_graph *closure, uint64_t *stamps);
// Removes the file that stands for an output, by its lowered path, with what stands beside it and
// the directories that it leaves empty.
bool bz_lowered_remove(struct sl_thread *thread, const char *execution_root,
                       const char *path) SL_MUST_CHECK;

// Makes the execution root of a closure: links to every source file that its actions read, embedded
// and generated files, and the outputs of actions without a process. Touches only what changed, and
// removes links that earlier calls made and this one does not want. False with an error pending:
// "...: mypy //lib:x failed: missing input file '//lib:x.py'" ...
bool bz_execution_root_prepare(struct sl_thread *thread,
                               const struct bz_graph *closure) SL_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif  // RULES_GRAPH_GRAPH_H_
