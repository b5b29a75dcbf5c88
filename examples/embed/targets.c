// SPDX-License-Identifier: Apache-2.0
//
// A host of the Bazel layer: lists the targets of a workspace with their kinds, as `starmypy query
// --output=label_kind` does.
//
//   targets WORKSPACE [PATTERN]
#include <stdio.h>
#include <stdlib.h>

#include "rules/bazel.h"

static void print_target(struct bz_target *target, void *data) {
  size_t *count = (size_t *)data;
  printf("%s %s\n", bz_target_kind_text(target), bz_label_text(target->label));
  (*count)++;
}

// Prints what a pattern matches. False with an error pending.
static bool list_targets(struct sl_thread *thread, const char *root, const char *text) {
  struct bz_session_options options = {0};
  options.root = root;
  struct bz_session *session = bz_session_open(thread, &options);
  if (!session) return false;

  // Patterns are relative to the workspace's root here: "" is the working directory below it.
  struct bz_pattern pattern;
  if (!bz_pattern_parse(thread, session->workspace, "", text, &pattern)) return false;

  bool incomplete = false;
  size_t count = 0;
  if (!bz_pattern_expand(thread, session->loader, &pattern, &incomplete, print_target, &count)) {
    return false;
  }
  printf("targets: %zu%s\n", count, incomplete ? ", and BUILD files with errors" : "");
  return true;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s WORKSPACE [PATTERN]\n", argv[0]);
    return 2;
  }
  // The root has to be absolute, and the folder that holds MODULE.bazel.
  char *root = bz_workspace_find_root(argv[1]);
  if (!root) {
    fprintf(stderr, "%s is in no workspace\n", argv[1]);
    return 1;
  }
  sl_initialize(NULL);
  struct sl_thread *thread = sl_thread_new();
  bool done = list_targets(thread, root, argc > 2 ? argv[2] : "//...");
  if (!done) fprintf(stderr, "%s\n", sl_error_text(thread));
  sl_thread_free(thread);
  free(root);
  return done ? 0 : 1;
}
