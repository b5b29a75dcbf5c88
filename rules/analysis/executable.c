// SPDX-License-Identifier: Apache-2.0
//
// Executable: what an executable has beside it: the manifest of its runfiles and the tree that the manifest describes, made by
// the three actions that Bazel 8 and later have. Whoever runs the executable takes the tree as one input.

#include <string.h>

#include "rules/analysis/state.h"

// A File beside the executable.
static struct bz_artifact *beside(struct sl_thread *thread, struct bz_context *context,
                                  const struct bz_artifact *executable, const char *suffix,
                                  enum bz_artifact_kind kind) {
  const struct bz_label *owner = context->target->target->label;
  size_t root = strlen(executable->root_path) + 1 + strlen(owner->repository->exec_prefix);
  const char *path = bz_text_format("%s%s", executable->path + root, suffix);
  return bz_artifact_derived(thread, context->analysis, context->configuration,
                             context->target->target->label, path, kind);
}

static struct bz_action *step(struct bz_context *context, enum bz_action_kind kind,
                              const char *mnemonic, const char *progress,
                              struct bz_artifact *output, sl_value runfiles) {
  struct bz_action *action = bz_action_new(context, kind, mnemonic);
  action->progress_message = progress;
  action->outputs = sl_allocate(sizeof(struct bz_artifact *));
  action->outputs[0] = output;
  action->output_count = 1;
  action->runfiles = runfiles;
  return action;
}

bool bz_executable_finish(struct sl_thread *thread, struct bz_context *context,
                          struct bz_artifact *executable, sl_value runfiles, sl_value files,
                          sl_value *files_to_run) {
  // A source file, or one of another target, that a rule names as its executable has nothing beside it.
  if (executable->owner != context->target->target->label) {
    *files_to_run = bz_files_to_run_make(thread, executable, NULL, NULL, files);
    return *files_to_run != NULL;
  }
  sl_value map = bz_runfiles_map(thread, context->analysis, runfiles);
  if (!map) return false;
  struct bz_artifact *manifest =
      beside(thread, context, executable, ".runfiles_manifest", BZ_ARTIFACT_FILE);
  struct bz_artifact *copy =
      beside(thread, context, executable, ".runfiles/MANIFEST", BZ_ARTIFACT_FILE);
  struct bz_artifact *tree = beside(thread, context, executable, ".runfiles", BZ_ARTIFACT_RUNFILES);
  const char *label = bz_label_text(context->target->target->label);

  struct bz_action *source =
      step(context, BZ_ACTION_RUNFILES_MANIFEST, "SourceSymlinkManifest",
           bz_text_format("Creating source manifest for %s", label), manifest, map);
  const char *laying = bz_text_format("Creating runfiles tree %s", tree->path);
  struct bz_action *links =
      step(context, BZ_ACTION_RUNFILES_TREE, "SymlinkTree", laying, copy, map);
  sl_value manifest_value = bz_artifact_value(manifest), copy_value = bz_artifact_value(copy);
  links->inputs = bz_depset_new(thread, BZ_ORDER_DEFAULT, &manifest_value, 1, NULL, 0);
  struct bz_action *whole = step(context, BZ_ACTION_RUNFILES_TREE, "RunfilesTree",
                                 bz_text_format("runfiles for %s", label), tree, map);
  whole->inputs =
      bz_depset_new(thread, BZ_ORDER_DEFAULT, &copy_value, 1, &bz_runfiles_of(runfiles)->files, 1);
  *files_to_run = bz_files_to_run_make(thread, executable, tree, manifest, files);
  return *files_to_run && links->inputs && whole->inputs &&
         bz_action_register(thread, context, source) &&
         bz_action_register(thread, context, links) && bz_action_register(thread, context, whole);
}
