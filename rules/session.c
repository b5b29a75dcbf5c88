// SPDX-License-Identifier: Apache-2.0
//
// Session: puts the layers of rules/ together.
#include "rules/bazel.h"

struct bz_session *bz_session_open(struct sl_thread *thread,
                                   const struct bz_session_options *options) {
  struct bz_session *session = sl_allocate(sizeof *session);
  struct bz_workspace_options workspace = {
      .root = options->root,
      .output_base = options->output_base,
      .vendor_dir = options->vendor_dir,
      .on_event = options->on_event,
      .event_data = options->event_data,
  };
  session->thread = thread;
  session->workspace = bz_workspace_open(thread, &workspace);
  if (!session->workspace) return NULL;
  struct bz_loader_options loader = {
      .workspace = session->workspace,
      .bzl_environment = bz_analysis_environment(),
      .on_export = bz_analysis_export,
      .keep_going = options->keep_going,
      .quiet_missing = options->quiet_missing,
  };
  session->loader = bz_loader_new(thread, &loader);
  if (!session->loader) return NULL;
  struct bz_analysis_options analysis = {
      .loader = session->loader,
      .cpu = options->cpu,
      .compilation_mode = options->compilation_mode,
      .platforms = options->platforms,
      .defines = options->defines,
      .flags = options->flags,
      .rc_flags = options->rc_flags,
      .aspect_parameters = options->aspect_parameters,
      .python_path = options->python_path,
      .keep_going = options->keep_going,
  };
  session->analysis = bz_analysis_new(thread, &analysis);
  return session->analysis ? session : NULL;
}
