// SPDX-License-Identifier: Apache-2.0
//
// bazel.h: the public header of libstarmypy, Bazel's loading and analysis as a library.
//
//   sl_initialize(NULL);
//   struct sl_thread *thread = sl_thread_new();
//   struct bz_session_options options = {.root = "/path/to/workspace"};
//   struct bz_session *session = bz_session_open(thread, &options);
//   struct bz_query *query = bz_query_parse(thread, "deps(//app:all)", BZ_QUERY_TARGETS);
//
// The parts are documented in the headers that this one includes; the conventions are those of
// starlark.h.
#ifndef RULES_BAZEL_H_
#define RULES_BAZEL_H_

#include "rules/analysis/analysis.h"
#include "rules/graph/graph.h"
#include "rules/loading/loading.h"
#include "rules/query/query.h"
#include "rules/workspace/workspace.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a session is opened with. Only `root` is needed.
struct bz_session_options {
  const char *root;           // the workspace's directory, absolute
  const char *output_base;    // NULL: bz_output_base_default
  const char *vendor_dir;     // NULL: OUTPUT_BASE/external
  bz_event_handler on_event;  // NULL: to stderr
  void *event_data;
  bool keep_going;
  bool quiet_missing;            // as bz_loader_options has it
  const char *cpu;               // NULL: "k8"
  const char *compilation_mode;  // NULL: "fastbuild"
  const char *platforms;         // --platforms, or NULL: the machine's
  sl_value defines;              // dict of --define, or NULL
  sl_value flags;                // list of words "--//pkg:flag=value", or NULL
  sl_value rc_flags;             // the same of .bazelrc, where what is unknown is passed over
  sl_value aspect_parameters;    // dict of --aspects_parameters, or NULL
  const char *python_path;       // NULL: "python3"
};

// A workspace with what was loaded and analysed of it so far.
struct bz_session {
  struct sl_thread *thread;
  struct bz_workspace *workspace;
  struct bz_loader *loader;
  struct bz_analysis *analysis;
};

// Opens a workspace. The session lives as long as the process. NULL with an error pending.
struct bz_session *bz_session_open(struct sl_thread *thread,
                                   const struct bz_session_options *options);

#ifdef __cplusplus
}
#endif

#endif  // RULES_BAZEL_H_
