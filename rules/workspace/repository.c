// SPDX-License-Identifier: Apache-2.0
//
// Repository: where files come from, and which repository sees which under what name. A repository
// never changes once somebody asked for it, but for one: a repository that a module extension
// generates is filled when the extension ran.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/workspace/state.h"

static bool is_directory(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

// ---------------------------------------------------------------- kinds

static void make_disk(struct bz_repository *repository, const char *directory) {
  repository->kind = BZ_REPOSITORY_DISK;
  repository->directory = directory;
}

static const char *vendored_directory(struct bz_repository *repository) {
  struct bz_workspace *workspace = repository->workspace;
  return sl_arena_format(&workspace->arena, "%s/%s", workspace->vendor_dir, repository->name);
}

static struct bz_extension_usage *extension_of(const struct bz_workspace *workspace,
                                               const char *canonical_name) {
  for (struct bz_extension_usage *usage = workspace->extensions; usage; usage = usage->next) {
    size_t length = strlen(usage->extension.repository_prefix);
    if (strncmp(canonical_name, usage->extension.repository_prefix, length) == 0) return usage;
  }
  return NULL;
}

// Decides where a repository other than main comes from: the binary, an override, the vendor
// directory, or nowhere.
static void set_kind(struct bz_repository *repository) {
  struct bz_workspace *workspace = repository->workspace;
  const struct bz_rule_set *rule_set = bz_rule_set_of(repository->name);
  if (rule_set) {
    repository->kind = BZ_REPOSITORY_EMBEDDED;
    repository->module_name = rule_set->module_name;
    repository->state->embedded_prefix = rule_set->embedded_prefix;
    return;
  }
  for (const struct bz_override *override = workspace->overrides; override;
       override = override->next)
    if (strcmp(override->canonical, repository->name) == 0) {
      make_disk(repository, override->path);
      return;
    }
  const char *directory = vendored_directory(repository);
  if (is_directory(directory)) {
    make_disk(repository, directory);
    return;
  }
  repository->kind = BZ_REPOSITORY_MISSING;
  repository->directory = directory;
  repository->reason = sl_arena_format(&workspace->arena, "%s does not exist", directory);
}

static struct bz_repository *make_repository(struct bz_workspace *workspace, const char *name) {
  struct bz_repository_state *state = sl_arena_allocate(&workspace->arena, sizeof *state);
  struct bz_repository *repository = sl_arena_allocate(&workspace->arena, sizeof *repository);
  state->repository = repository;
  *repository = (struct bz_repository){.workspace = workspace, .name = name, .state = state};
  repository->exec_prefix = *name ? sl_arena_format(&workspace->arena, "external/%s/", name) : "";
  repository->short_prefix = *name ? sl_arena_format(&workspace->arena, "../%s/", name) : "";
  HASH_ADD_KEYPTR(hh, workspace->repositories, repository->name, strlen(repository->name), state);
  if (*name) {
    set_kind(repository);
  } else {
    make_disk(repository, workspace->root);
  }
  return repository;
}

static struct bz_repository *known_repository(struct bz_workspace *workspace, const char *name,
                                              size_t length) {
  struct bz_repository_state *state;
  HASH_FIND(hh, workspace->repositories, name, length, state);
  return state ? state->repository : NULL;
}

static struct bz_repository *known_or_made(struct bz_workspace *workspace, const char *name,
                                           size_t length) {
  struct bz_repository *repository = known_repository(workspace, name, length);
  return repository ? repository
                    : make_repository(workspace, sl_arena_copy(&workspace->arena, name, length));
}

// ---------------------------------------------------------------- extensions

static void run_extension(struct bz_workspace *workspace, struct bz_extension_usage *usage) {
  struct sl_thread *thread = workspace->run_thread;
  usage->ran = true;
  bool done = workspace->run_extension(thread, &usage->extension, workspace->run_data);
  usage->ended = true;
  if (done) return;
  const char *message = sl_error_message(thread);
  usage->failure = sl_arena_copy(&workspace->arena, message, strlen(message));
  bz_event(workspace, BZ_WARNING, NULL,
           "module extension %s of %s failed: what it defines is not available: %s",
           usage->extension.name, usage->extension.bzl_file, usage->failure);
  sl_error_clear(thread);
}

// Says why a repository is missing whose extension has run.
static void explain(struct bz_workspace *workspace, struct bz_repository *repository,
                    const struct bz_extension_usage *usage) {
  repository->state->explained = true;
  const struct bz_extension *extension = &usage->extension;
  repository->reason =
      usage->failure
          ? usage->failure
          : sl_arena_format(&workspace->arena,
                            "module extension %s of %s does not generate repository '%s'",
                            extension->name, extension->bzl_file,
                            repository->name + strlen(extension->repository_prefix));
}

struct bz_repository *bz_repository_find(struct bz_workspace *workspace, const char *canonical_name,
                                         size_t length) {
  struct bz_repository *repository = known_or_made(workspace, canonical_name, length);
  if (repository->kind != BZ_REPOSITORY_MISSING || !workspace->run_extension) return repository;
  struct bz_extension_usage *usage = extension_of(workspace, repository->name);
  if (usage && !usage->ran) run_extension(workspace, usage);
  const struct bz_repository_state *state = repository->state;
  if (usage && usage->ended && repository->kind == BZ_REPOSITORY_MISSING && !state->defined &&
      !state->explained)
    explain(workspace, repository, usage);
  return repository;
}

struct bz_repository *bz_repository_define(struct bz_workspace *workspace,
                                           const char *canonical_name, sl_value files) {
  struct bz_repository *repository =
      known_or_made(workspace, canonical_name, strlen(canonical_name));
  if (repository->kind != BZ_REPOSITORY_MISSING) return repository;
  repository->kind = BZ_REPOSITORY_GENERATED;
  repository->directory = NULL;
  repository->state->files = sl_handle_new(files);
  // What was listed while it was missing does not hold any more.
  HASH_CLEAR(hh, repository->state->directories);
  return repository;
}

struct bz_repository *bz_repository_define_missing(struct bz_workspace *workspace,
                                                   const char *canonical_name, const char *reason) {
  struct bz_repository *repository =
      known_or_made(workspace, canonical_name, strlen(canonical_name));
  repository->state->defined = true;
  if (repository->kind == BZ_REPOSITORY_MISSING)
    repository->reason = sl_arena_copy(&workspace->arena, reason, strlen(reason));
  return repository;
}

void bz_workspace_set_extension_runner(struct bz_workspace *workspace, struct sl_thread *thread,
                                       bz_extension_runner run, void *data) {
  workspace->run_thread = thread;
  workspace->run_extension = run;
  workspace->run_data = data;
}

bool bz_workspace_lacks_extensions(const struct bz_workspace *workspace) {
  for (const struct bz_extension_usage *usage = workspace->extensions; usage; usage = usage->next)
    if (usage->failure) return true;
  return false;
}

// ---------------------------------------------------------------- mappings

void bz_repository_map(struct bz_repository *repository, const char *apparent,
                       const char *canonical) {
  struct bz_repository_state *state = repository->state;
  struct bz_mapping *mapping;
  HASH_FIND_STR(state->mappings, apparent, mapping);
  if (mapping) {
    mapping->canonical = canonical;
    return;
  }
  mapping = sl_arena_allocate(&repository->workspace->arena, sizeof *mapping);
  mapping->apparent = apparent;
  mapping->canonical = canonical;
  HASH_ADD_KEYPTR(hh, state->mappings, mapping->apparent, strlen(mapping->apparent), mapping);
}

static const char *mapped_name(const struct bz_repository *repository, const char *apparent,
                               size_t length) {
  struct bz_mapping *mapping;
  HASH_FIND(hh, repository->state->mappings, apparent, length, mapping);
  return mapping ? mapping->canonical : NULL;
}

bool bz_repository_is_within_reach(struct bz_repository *from, const char *apparent,
                                   size_t length) {
  struct bz_workspace *workspace = from->workspace;
  bz_repository_ensure_mapped(from);
  const char *canonical = mapped_name(from, apparent, length);
  struct bz_extension_usage *usage = canonical ? extension_of(workspace, canonical) : NULL;
  if (!usage) return true;
  if (known_or_made(workspace, canonical, strlen(canonical))->kind != BZ_REPOSITORY_MISSING)
    return true;
  // The prefix is the extension's repository and name, each with a "+" behind it.
  const struct bz_extension *extension = &usage->extension;
  size_t home = strlen(extension->repository_prefix) - strlen(extension->name) - 2;
  return bz_repository_find(workspace, extension->repository_prefix, home)->kind !=
         BZ_REPOSITORY_MISSING;
}

// What every repository sees without saying so: the binary's own repositories by the names of their
// modules.
static const char *embedded_name(const char *apparent, size_t length) {
  for (const struct bz_rule_set *set = bz_rule_sets; set->canonical_name; set++) {
    const char *name = set->module_name;
    if (name && strlen(name) == length && memcmp(name, apparent, length) == 0)
      return set->canonical_name;
  }
  return NULL;
}

// A repository that an extension generates sees its siblings by their own names, and what the user
// of the extension sees.
static const char *sibling_name(struct bz_repository *from, const char *apparent, size_t length) {
  struct bz_workspace *workspace = from->workspace;
  struct bz_extension_usage *usage = *from->name ? extension_of(workspace, from->name) : NULL;
  if (!usage) return NULL;
  const char *name = sl_arena_format(&workspace->arena, "%s%.*s",
                                     usage->extension.repository_prefix, (int)length, apparent);
  struct bz_repository *sibling = bz_repository_find(workspace, name, strlen(name));
  if (sibling->kind != BZ_REPOSITORY_MISSING || sibling->state->defined) return name;
  return mapped_name(usage->extension.defined_in, apparent, length);
}

void bz_repository_ensure_mapped(struct bz_repository *repository) {
  enum bz_repository_kind kind = repository->kind;
  if (repository->state->mapped || (kind != BZ_REPOSITORY_DISK && kind != BZ_REPOSITORY_EMBEDDED))
    return;
  struct sl_thread *thread = sl_thread_new();
  if (!bz_module_read(thread, repository))
    bz_event(repository->workspace, BZ_WARNING, NULL, "%s", sl_error_message(thread));
  sl_thread_free(thread);
}

struct bz_repository *bz_repository_resolve(struct bz_repository *from, const char *apparent_name,
                                            size_t length) {
  struct bz_workspace *workspace = from->workspace;
  bz_repository_ensure_mapped(from);
  const char *canonical = mapped_name(from, apparent_name, length);
  if (!canonical) canonical = sibling_name(from, apparent_name, length);
  if (!canonical) canonical = embedded_name(apparent_name, length);
  if (canonical) return bz_repository_find(workspace, canonical, strlen(canonical));
  bool known = known_repository(workspace, apparent_name, length) != NULL;
  struct bz_repository *repository = bz_repository_find(workspace, apparent_name, length);
  if (!known && repository->kind == BZ_REPOSITORY_MISSING) {
    repository->reason = sl_arena_format(
        &workspace->arena, "No repository visible as '@%s' from %s%s", repository->name,
        *from->name ? "repository @@" : "main repository", from->name);
    if (from == workspace->main) bz_repository_map(from, repository->name, repository->name);
  }
  return repository;
}

const char *bz_repository_apparent_name(const struct bz_repository *repository) {
  const struct bz_repository_state *state = repository->workspace->main->state;
  for (const struct bz_mapping *mapping = state->mappings; mapping; mapping = mapping->hh.next)
    if (strcmp(mapping->canonical, repository->name) == 0) return mapping->apparent;
  const struct bz_rule_set *set = bz_rule_set_of(repository->name);
  return set ? set->module_name : NULL;
}

void bz_workspace_resolve_all(struct bz_workspace *workspace) {
  for (const struct bz_mapping *mapping = workspace->main->state->mappings; mapping;
       mapping = mapping->hh.next)
    bz_repository_find(workspace, mapping->canonical, strlen(mapping->canonical));
}

static int compare_states(const struct bz_repository_state *a,
                          const struct bz_repository_state *b) {
  return strcmp(a->repository->name, b->repository->name);
}

void bz_repository_each(struct bz_workspace *workspace,
                        void (*visit)(struct bz_repository *repository, void *data), void *data) {
  HASH_SORT(workspace->repositories, compare_states);
  for (struct bz_repository_state *state = workspace->repositories; state; state = state->hh.next)
    visit(state->repository, data);
}
