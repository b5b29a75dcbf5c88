// SPDX-License-Identifier: Apache-2.0
//
// State: what the files of workspace/ share behind the door. Everything lives in the workspace's
// arena, outside of the collected heap, so that labels and repositories are immortal and cost the
// collector nothing; Starlark values are kept alive by handles.
#ifndef RULES_WORKSPACE_STATE_H_
#define RULES_WORKSPACE_STATE_H_

#include "common/arena.h"
#include "common/hash.h"
#include "rules/workspace/workspace.h"
#include "runtime/object.h"

// An apparent name and the canonical one it stands for.
struct bz_mapping {
  const char *apparent;
  const char *canonical;
  UT_hash_handle hh;
};

// A listed directory; `listing` is NULL where there is none.
struct bz_cached_directory {
  const char *path;
  struct bz_directory *listing;
  const char *build_file;                                      // "BUILD.bazel", "BUILD" or NULL
  bool is_ignored;                                             // see bz_directory_is_ignored
  enum { BZ_LOOP_UNKNOWN, BZ_LOOP_NONE, BZ_LOOP_FOUND } loop;  // see bz_directory_is_loop
  UT_hash_handle hh;
};

struct bz_repository_state {
  struct bz_repository *repository;
  struct bz_mapping *mappings;  // what this repository sees
  struct bz_cached_directory *directories;
  struct bz_registration *toolchains;  // in order of register_toolchains()
  struct sl_handle *files;             // GENERATED: dict path -> text
  const char *embedded_prefix;         // EMBEDDED: "rules_python/"
  struct bz_extension *extension;      // generates it, or NULL
  bool defined;                        // an extension names it, even if it could not be made
  bool explained;                      // its extension has ended without defining it
  bool configured;                     // its REPO.bazel and .bazelignore were read
  bool mapped;                         // its MODULE.bazel was read
  const char **ignored;                // directories without packages, from .bazelignore
  size_t ignored_count;
  struct sl_handle *ignored_globs;  // list of patterns from ignore_directories(), or NULL
  UT_hash_handle hh;
};

struct bz_extension_usage {
  struct bz_extension extension;
  size_t tag_capacity;
  bool ran;  // or runs now
  bool ended;
  const char *failure;  // why it failed, or NULL
  struct bz_extension_usage *next;
};

struct bz_workspace {
  struct sl_arena arena;
  const char *root;
  const char *output_base;
  const char *vendor_dir;
  bz_event_handler on_event;
  void *event_data;
  struct bz_repository *main;
  struct bz_repository_state *repositories;  // by canonical name
  struct bz_extension_usage *extensions;     // in order of use_extension
  struct bz_override *overrides;             // local_path_override
  bz_extension_runner run_extension;
  void *run_data;
  struct sl_thread *run_thread;
  // Interned labels, open addressing.
  struct bz_label **labels;
  struct bz_label *newest_label;
  uint32_t label_mask;
  uint32_t label_count;
};

// A word of register_toolchains(), as it stands there.
struct bz_registration {
  const char *pattern;
  struct bz_registration *next;
};

// local_path_override(module_name, path).
struct bz_override {
  const char *canonical;
  const char *path;  // absolute
  struct bz_override *next;
};

// Checks the repository at the beginning of a label or pattern: `name` in it, and that "//" or
// nothing follows. False with an error pending.
bool bz_label_check_repository(struct sl_thread *thread, const char *text, size_t length,
                               const char *name, size_t name_length) SL_MUST_CHECK;

// What the binary knows of a rule set that it carries: see rule_sets.c.
const struct bz_rule_set *bz_rule_set_of(const char *canonical_name);

// Reads MODULE.bazel (and what it includes) of a repository on disk into its mapping; for main also
// extensions and overrides.
bool bz_module_read(struct sl_thread *thread, struct bz_repository *repository) SL_MUST_CHECK;
// Reads REPO.bazel and .bazelignore. Those of other repositories than main are read when a
// directory is first needed, and tell the user what is wrong with them.
bool bz_repo_file_read(struct sl_thread *thread, struct bz_repository *repository) SL_MUST_CHECK;
void bz_repository_map(struct bz_repository *repository, const char *apparent,
                       const char *canonical);
// Reads the MODULE.bazel of a repository that has one, unless it was read. One that cannot be read
// maps nothing, and the user is told.
void bz_repository_ensure_mapped(struct bz_repository *repository);
// Whether a repository that `from` sees may be there: not if a module extension would make it whose
// module is not there itself. Runs no extension.
bool bz_repository_is_within_reach(struct bz_repository *from, const char *apparent, size_t length);

// Whether a directory is, or lies in, one that .bazelignore or ignore_directories() names.
bool bz_directory_is_ignored(struct bz_repository *repository, const char *path);
// Whether a directory is a link back to one that it lies in, so that a walk would never end. The
// user is told when it is first found.
bool bz_directory_is_loop(struct bz_repository *repository, const char *path);

// Whether `text` matches a glob pattern of segments; both relative, without trailing slash.
bool bz_glob_match(const char *pattern, const char *path);

#endif  // RULES_WORKSPACE_STATE_H_
