// SPDX-License-Identifier: Apache-2.0
//
// Workspace: finding and opening a workspace, and telling its user things. A workspace lives as
// long as the process.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/workspace/state.h"

static const char *const boundary_files[] = {"MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel",
                                             "WORKSPACE"};

static bool is_root(const char *directory) {
  for (size_t i = 0; i < sizeof boundary_files / sizeof *boundary_files; i++) {
    char *path = bz_path_join(directory, boundary_files[i]);
    struct stat status;
    bool found = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    free(path);
    if (found) return true;
  }
  return false;
}

char *bz_workspace_find_root(const char *start) {
  char *directory = realpath(start, NULL);
  while (directory && !is_root(directory)) {
    char *slash = strrchr(directory, '/');
    if (!slash || slash == directory) {
      free(directory);
      return NULL;
    }
    *slash = '\0';
  }
  return directory;
}

char *bz_output_base_default(const char *root) {
  const char *cache = getenv("XDG_CACHE_HOME");
  const char *home = getenv("HOME");
  struct sl_text path = {0};
  if (cache && *cache == '/') {
    sl_text_append_string(&path, cache);
  } else if (home && *home == '/') {
    sl_text_format(&path, "%s/.cache", home);
  } else {
    sl_text_format(&path, "/tmp/starmypy-cache-%ld", (long)getuid());
  }
  // The hash tells workspaces apart, the last directory's name is for people.
  const char *slash = strrchr(root, '/');
  sl_text_format(&path, "/starmypy/%s-%016llx", slash ? slash + 1 : root,
                 (unsigned long long)sl_hash_text_wide(root, strlen(root)));
  return path.bytes;
}

static void print_event(void *data, enum bz_event_kind kind, const char *position,
                        const char *text) {
  (void)data;
  static const char *const words[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
  fprintf(stderr, "%s: %s%s%s\n", words[kind], position ? position : "", position ? ": " : "",
          text);
}

void bz_event(const struct bz_workspace *workspace, enum bz_event_kind kind, const char *position,
              const char *format, ...) {
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  workspace->on_event(workspace->event_data, kind, position, sl_text_string(&text));
  sl_text_free(&text);
}

static const char *keep(struct bz_workspace *workspace, const char *text) {
  return sl_arena_copy(&workspace->arena, text, strlen(text));
}

static void set_directories(struct bz_workspace *workspace,
                            const struct bz_workspace_options *options) {
  workspace->root = keep(workspace, options->root);
  char *base =
      options->output_base ? strdup(options->output_base) : bz_output_base_default(options->root);
  workspace->output_base = keep(workspace, base);
  workspace->vendor_dir = options->vendor_dir
                              ? keep(workspace, options->vendor_dir)
                              : sl_arena_format(&workspace->arena, "%s/external", base);
  free(base);
}

struct bz_workspace *bz_workspace_open(struct sl_thread *thread,
                                       const struct bz_workspace_options *options) {
  struct bz_workspace *workspace = calloc(1, sizeof *workspace);
  if (!workspace) abort();
  workspace->on_event = options->on_event ? options->on_event : print_event;
  workspace->event_data = options->event_data;
  set_directories(workspace, options);
  workspace->main = bz_repository_find(workspace, "", 0);
  if (!bz_repo_file_read(thread, workspace->main) || !bz_module_read(thread, workspace->main))
    return NULL;
  return workspace;
}

const char *bz_workspace_root(const struct bz_workspace *workspace) { return workspace->root; }
const char *bz_workspace_output_base(const struct bz_workspace *workspace) {
  return workspace->output_base;
}
const char *bz_workspace_vendor_dir(const struct bz_workspace *workspace) {
  return workspace->vendor_dir;
}
struct bz_repository *bz_workspace_main(const struct bz_workspace *workspace) {
  return workspace->main;
}
