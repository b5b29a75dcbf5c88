// SPDX-License-Identifier: Apache-2.0
//
// Module: MODULE.bazel, REPO.bazel and .bazelignore. A MODULE.bazel is executed as Starlark with
// the functions below; what it says becomes the repository's mapping and, for the main module,
// overrides and the tags of module extensions. Versions are not resolved: every module exists once,
// where the binary, an override or the vendor directory has it.
#include <stdlib.h>
#include <string.h>

#include "rules/workspace/state.h"
#include "runtime/program.h"

// The file being executed: data of the thread.
struct reading {
  struct bz_repository *repository;
  const char *path;            // below the repository
  const struct reading *from;  // the file that includes it, or NULL
};

static struct reading *reading_of(struct sl_thread *thread) { return sl_thread_data(thread); }

static const char *keep(struct bz_workspace *workspace, sl_value string) {
  return sl_arena_copy(&workspace->arena, sl_string_bytes(string), sl_string_length(string));
}

static const char *canonical_of_module(struct bz_workspace *workspace, const char *module_name) {
  for (const struct bz_rule_set *set = bz_rule_sets; set->canonical_name; set++)
    if (set->module_name && strcmp(set->module_name, module_name) == 0) return set->canonical_name;
  return sl_arena_format(&workspace->arena, "%s+", module_name);
}

// ---------------------------------------------------------------- module() and dependencies

static sl_value module(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  repository->module_name = keep(workspace, arguments[0]);
  repository->module_version = keep(workspace, arguments[1]);
  sl_value own = sl_string_length(arguments[3]) ? arguments[3] : arguments[0];
  if (sl_string_length(own)) bz_repository_map(repository, keep(workspace, own), repository->name);
  return SL_NONE;
}

static sl_value bazel_dep(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  if (arguments[3] == SL_NONE) return SL_NONE;  // repo_name = None: a dependency without a name
  sl_value apparent = sl_string_length(arguments[3]) ? arguments[3] : arguments[0];
  bz_repository_map(repository, keep(workspace, apparent),
                    canonical_of_module(workspace, sl_string_bytes(arguments[0])));
  return SL_NONE;
}

static void add_override(struct bz_workspace *workspace, const char *canonical, const char *path) {
  struct bz_override *override = sl_arena_allocate(&workspace->arena, sizeof *override);
  override->canonical = canonical;
  override->path =
      *path == '/' ? path : sl_arena_format(&workspace->arena, "%s/%s", workspace->root, path);
  override->next = workspace->overrides;
  workspace->overrides = override;
}

static sl_value local_path_override(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  if (repository == workspace->main)  // overrides of other modules have no effect
    add_override(workspace, canonical_of_module(workspace, sl_string_bytes(arguments[0])),
                 keep(workspace, arguments[1]));
  return SL_NONE;
}

// ---------------------------------------------------------------- toolchains

static sl_value register_toolchains(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  // dev_dependency: what only the developers of a module need is not for those who use it.
  if (arguments[1] == SL_TRUE && repository != workspace->main) return SL_NONE;
  struct bz_registration **last = &repository->state->toolchains;
  while (*last) last = &(*last)->next;
  for (size_t i = 0; i < sl_tuple_length(arguments[0]); i++) {
    sl_value pattern = sl_tuple_get(arguments[0], i);
    if (!sl_is_string(pattern))
      return sl_fail(thread, "register_toolchains() takes target patterns, got %s",
                     sl_type_name(pattern));
    *last = sl_arena_allocate(&workspace->arena, sizeof **last);
    (*last)->pattern = keep(workspace, pattern);
    last = &(*last)->next;
  }
  return SL_NONE;
}

// A pattern of a module as any repository reads it: with a canonical repository name. NULL: it is of a
// repository that cannot be there.
static const char *canonical_pattern(struct bz_repository *repository, const char *pattern) {
  struct sl_arena *arena = &repository->workspace->arena;
  const struct bz_repository *named = repository;
  const char *rest = pattern;
  if (strncmp(pattern, "@@", 2) == 0) return pattern;
  if (*pattern == '@') {
    size_t length = strcspn(pattern + 1, "/");
    rest = pattern + 1 + length;
    if (!bz_repository_is_within_reach(repository, pattern + 1, length)) return NULL;
    if (length) named = bz_repository_resolve(repository, pattern + 1, length);
    if (!*rest) rest = sl_arena_format(arena, "//:%s", pattern + 1);
  }
  const char *slashes = *rest == '/' ? "" : "//";
  return *named->name ? sl_arena_format(arena, "@@%s%s%s", named->name, slashes, rest)
                      : sl_arena_format(arena, "%s%s", slashes, rest);
}

static void visit_registered(struct bz_repository *repository,
                             void (*visit)(const char *pattern, void *data), void *data) {
  bz_repository_ensure_mapped(repository);
  for (const struct bz_registration *registration = repository->state->toolchains; registration;
       registration = registration->next) {
    const char *pattern = canonical_pattern(repository, registration->pattern);
    if (pattern) visit(pattern, data);
  }
}

void bz_workspace_each_toolchain(struct bz_workspace *workspace,
                                 void (*visit)(const char *pattern, void *data), void *data) {
  visit_registered(workspace->main, visit, data);
  for (const struct bz_rule_set *set = bz_rule_sets; set->canonical_name; set++)
    visit_registered(
        bz_repository_find(workspace, set->canonical_name, strlen(set->canonical_name)), visit,
        data);
}

// What needs no effect offline: other overrides, platforms.
static sl_value ignore(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  return SL_NONE;
}

// ---------------------------------------------------------------- extensions

// What use_extension() returns, and, with a tag name, one of its tag classes.
struct extension_proxy {
  const struct sl_type *type;
  struct bz_extension_usage *usage;
  const char *tag;  // NULL: the extension itself
};

static struct bz_extension_usage *find_usage(struct bz_workspace *workspace, const char *prefix) {
  struct bz_extension_usage **last = &workspace->extensions;
  for (; *last; last = &(*last)->next)
    if (strcmp((*last)->extension.repository_prefix, prefix) == 0) return *last;
  *last = sl_arena_allocate(&workspace->arena, sizeof **last);
  (*last)->extension.repository_prefix = prefix;
  return *last;
}

// The canonical name of the repository that a .bzl label names.
static const char *repository_of_bzl(struct bz_repository *from, const char *label) {
  if (label[0] != '@') return from->name;
  const char *name = label + 1 + (label[1] == '@');
  size_t length = strcspn(name, "/");
  return label[1] == '@' ? bz_repository_find(from->workspace, name, length)->name
                         : bz_repository_resolve(from, name, length)->name;
}

static void add_tag(struct sl_thread *thread, struct bz_extension_usage *usage, const char *name,
                    sl_value arguments) {
  struct bz_extension *extension = &usage->extension;
  struct bz_workspace *workspace = reading_of(thread)->repository->workspace;
  if (extension->tag_count == usage->tag_capacity) {
    usage->tag_capacity = usage->tag_capacity ? usage->tag_capacity * 2 : 4;
    extension->tags = realloc(extension->tags, usage->tag_capacity * sizeof *extension->tags);
    if (!extension->tags) abort();
  }
  struct sl_frame frame;
  const char *position = "";
  if (sl_thread_frame(thread, 1, &frame) && frame.file)
    position = sl_arena_format(&workspace->arena, "%s:%u:%u", frame.file, frame.position.line,
                               frame.position.column);
  extension->tags[extension->tag_count++] = (struct bz_tag){name, arguments, position};
  sl_handle_new(arguments);  // lives as long as the workspace
}

static sl_value call_tag(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct extension_proxy *proxy = (struct extension_proxy *)(void *)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  // Tags of modules other than the main one would need their files at hand: not supported.
  if (repository == repository->workspace->main)
    add_tag(thread, proxy->usage, proxy->tag, arguments[0]);
  return SL_NONE;
}

static struct sl_builtin tag_row =
    SL_BUILTIN("tag(**kwargs)", call_tag, "Adds a tag to a module extension.");

static sl_value proxy_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                size_t length);

static const struct sl_type extension_proxy_type = {
    .name = "module_extension_proxy",
    .flags = SL_TYPE_HASH_IDENTITY,
    .attribute = proxy_attribute,
};

static sl_value proxy_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                size_t length) {
  struct extension_proxy *proxy = (struct extension_proxy *)(void *)x;
  struct extension_proxy *tag = sl_new(thread, &extension_proxy_type, sizeof *tag);
  tag->usage = proxy->usage;
  tag->tag = sl_arena_copy(&reading_of(thread)->repository->workspace->arena, name, length);
  return sl_builtin_bind(&tag_row, (sl_value)(void *)tag);
}

static sl_value use_extension(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  const char *bzl_file = keep(workspace, arguments[0]), *name = keep(workspace, arguments[1]);
  const char *prefix =
      sl_arena_format(&workspace->arena, "%s+%s+", repository_of_bzl(repository, bzl_file), name);
  struct extension_proxy *proxy = sl_new(thread, &extension_proxy_type, sizeof *proxy);
  proxy->usage = find_usage(workspace, prefix);
  struct bz_extension *extension = &proxy->usage->extension;
  if (!extension->name) {
    extension->bzl_file = bzl_file;
    extension->name = name;
    extension->defined_in = repository;
  }
  return (sl_value)(void *)proxy;
}

static sl_value use_repo(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  if (!sl_has_type(arguments[0], &extension_proxy_type))
    return sl_fail(
        thread,
        "in call to use_repo(), parameter 'extension_proxy' got value of type '%s', want "
        "'module_extension_proxy'",
        sl_type_name(arguments[0]));
  const char *prefix =
      ((struct extension_proxy *)(void *)arguments[0])->usage->extension.repository_prefix;
  for (size_t i = 0; i < sl_tuple_length(arguments[1]); i++) {
    sl_value name = sl_tuple_get(arguments[1], i);
    if (!sl_is_string(name))
      return sl_fail(thread, "use_repo() takes names of repositories, got %s", sl_type_name(name));
    const char *apparent = keep(workspace, name);
    bz_repository_map(repository, apparent,
                      sl_arena_format(&workspace->arena, "%s%s", prefix, apparent));
  }
  sl_value apparent, name;
  for (size_t cursor = 0; sl_dict_next(arguments[2], &cursor, &apparent, &name);) {
    if (!sl_is_string(name))
      return sl_fail(thread, "use_repo() takes names of repositories, got %s", sl_type_name(name));
    bz_repository_map(repository, keep(workspace, apparent),
                      sl_arena_format(&workspace->arena, "%s%s", prefix, sl_string_bytes(name)));
  }
  return SL_NONE;
}

// What use_repo_rule() returns: calling it names one repository.
struct repo_rule_proxy {
  const struct sl_type *type;
  const char *rule_name;
};

static const struct sl_type repo_rule_proxy_type = {.name = "repo_rule_proxy",
                                                    .flags = SL_TYPE_HASH_IDENTITY};

static sl_value call_repo_rule(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct repo_rule_proxy *proxy = (struct repo_rule_proxy *)(void *)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_workspace *workspace = repository->workspace;
  const char *apparent = keep(workspace, arguments[0]);
  const char *canonical =
      sl_arena_format(&workspace->arena, "%s+_repo_rules+%s", repository->name, apparent);
  bz_repository_map(repository, apparent, canonical);
  sl_value path = sl_dict_get_string(arguments[1], "path");
  if (strcmp(proxy->rule_name, "local_repository") == 0 && path && sl_is_string(path))
    add_override(workspace, canonical, keep(workspace, path));
  return SL_NONE;
}

static struct sl_builtin repo_rule_row =
    SL_BUILTIN("repo_rule(*, name: string, **kwargs)", call_repo_rule, "Defines one repository.");

static sl_value use_repo_rule(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct repo_rule_proxy *proxy = sl_new(thread, &repo_rule_proxy_type, sizeof *proxy);
  proxy->rule_name = keep(reading_of(thread)->repository->workspace, arguments[1]);
  return sl_builtin_bind(&repo_rule_row, (sl_value)(void *)proxy);
}

// ---------------------------------------------------------------- executing

static bool execute(struct sl_thread *thread, struct reading *reading, struct sl_builtin *rows) {
  struct bz_repository *repository = reading->repository;
  const char *path = reading->path;
  struct sl_text text = {0};
  if (!bz_file_read(thread, repository, path, &text)) {
    sl_text_free(&text);
    return false;
  }
  struct sl_environment *environment = sl_environment_new(sl_universe());
  sl_environment_set_builtins(environment, rows);
  void *data_before = sl_thread_data(thread);
  sl_thread_set_data(thread, reading);
  char *name = bz_file_absolute(repository, path);
  bool done = sl_execute_text(thread, name ? name : path, sl_text_string(&text), text.length,
                              environment) != NULL;
  free(name);
  sl_thread_set_data(thread, data_before);
  sl_text_free(&text);
  return done;
}

static sl_value include(struct sl_thread *thread, sl_value self, sl_value *arguments);

static struct sl_builtin module_rows[] = {
    SL_BUILTIN("module(name: string = \"\", version: string = \"\", compatibility_level: int = 0, "
               "repo_name: string = \"\", bazel_compatibility: iterable = [])",
               module, "Declares properties of this module."),
    SL_BUILTIN("bazel_dep(name: string, version: string = \"\", max_compatibility_level: int = -1, "
               "repo_name: string | None = \"\", dev_dependency: bool = False)",
               bazel_dep, "Declares a direct dependency on another module."),
    SL_BUILTIN("use_extension(extension_bzl_file: string, extension_name: string, *, "
               "dev_dependency: bool = False, "
               "isolate: bool = False)",
               use_extension, "Returns a proxy of a module extension."),
    SL_BUILTIN("use_repo(extension_proxy, *args, **kwargs)", use_repo,
               "Brings repositories that an extension generates into scope."),
    SL_BUILTIN("use_repo_rule(repo_rule_bzl_file: string, repo_rule_name: string)", use_repo_rule,
               "Returns a proxy that instantiates a repository rule."),
    SL_BUILTIN("local_path_override(module_name: string, path: string)", local_path_override,
               "Takes a module from a directory."),
    SL_BUILTIN("include(label: string, /)", include,
               "Includes another file into this MODULE.bazel."),
    SL_BUILTIN("archive_override(module_name: string, **kwargs)", ignore,
               "Accepted without effect."),
    SL_BUILTIN("git_override(module_name: string, **kwargs)", ignore, "Accepted without effect."),
    SL_BUILTIN("single_version_override(module_name: string, **kwargs)", ignore,
               "Accepted without effect."),
    SL_BUILTIN("multiple_version_override(module_name: string, **kwargs)", ignore,
               "Accepted without effect."),
    SL_BUILTIN("register_toolchains(*toolchain_labels, dev_dependency: bool = False)",
               register_toolchains, "Registers toolchains, to be looked at in this order."),
    SL_BUILTIN("register_execution_platforms(*platform_labels, dev_dependency: bool = False)",
               ignore, "Accepted without effect."),
    SL_BUILTIN("inject_repo(extension_proxy, *args, **kwargs)", ignore, "Accepted without effect."),
    SL_BUILTIN("override_repo(extension_proxy, *args, **kwargs)", ignore,
               "Accepted without effect."),
    SL_BUILTIN("flag_alias(name: string, starlark_flag: string)", ignore,
               "Accepted without effect."),
    SL_BUILTIN_END,
};

static sl_value include(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  struct bz_label *label = bz_label_parse(thread, repository, "", sl_string_bytes(arguments[0]),
                                          sl_string_length(arguments[0]));
  if (!label) return NULL;
  struct reading reading = {repository, bz_label_path(label), reading_of(thread)};
  for (const struct reading *above = reading.from; above; above = above->from)
    if (strcmp(above->path, reading.path) == 0)
      return sl_fail(thread, "%s includes itself", bz_label_text(label));
  return execute(thread, &reading, module_rows) ? SL_NONE : NULL;
}

bool bz_module_read(struct sl_thread *thread, struct bz_repository *repository) {
  repository->state->mapped = true;
  if (bz_file_stat(repository, "MODULE.bazel") != BZ_FILE_REGULAR) return true;
  struct reading reading = {.repository = repository, .path = "MODULE.bazel"};
  return execute(thread, &reading, module_rows);
}

// ---------------------------------------------------------------- REPO.bazel and .bazelignore

static sl_value repo(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  if (repository->package_arguments)
    return sl_fail(thread, "'repo' can only be called once in the REPO.bazel file");
  repository->package_arguments = arguments[0];
  sl_handle_new(arguments[0]);  // lives as long as the repository
  return SL_NONE;
}

static sl_value ignore_directories(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_repository *repository = reading_of(thread)->repository;
  if (repository->state->ignored_globs)
    return sl_fail(thread, "'ignore_directories()' can only be called once in the REPO.bazel file");
  sl_value patterns = sl_to_list(thread, arguments[0]);
  if (!patterns) return NULL;
  for (size_t i = 0; i < sl_list_length(patterns); i++)
    if (!sl_is_string(sl_list_get(patterns, i)))
      return sl_fail(thread, "ignore_directories() takes strings");
  repository->state->ignored_globs = sl_handle_new(patterns);
  return SL_NONE;
}

static struct sl_builtin repo_rows[] = {
    SL_BUILTIN("repo(**kwargs)", repo, "Sets defaults for all packages of the repository."),
    SL_BUILTIN("ignore_directories(directories: iterable, /)", ignore_directories,
               "Names directories that hold no packages."),
    SL_BUILTIN_END,
};

static void add_ignored(struct bz_repository *repository, const char *line, size_t length) {
  struct bz_repository_state *state = repository->state;
  while (length && (line[length - 1] == '/' || line[length - 1] == ' ' || line[length - 1] == '\r'))
    length--;
  if (length == 0 || *line == '#') return;
  state->ignored = realloc(state->ignored, (state->ignored_count + 1) * sizeof *state->ignored);
  if (!state->ignored) abort();
  state->ignored[state->ignored_count++] =
      sl_arena_copy(&repository->workspace->arena, line, length);
}

static bool read_bazelignore(struct sl_thread *thread, struct bz_repository *repository) {
  struct sl_text text = {0};
  bool done = bz_file_read(thread, repository, ".bazelignore", &text);
  for (const char *line = sl_text_string(&text); done && *line;) {
    size_t length = strcspn(line, "\n");
    add_ignored(repository, line, length);
    line += length + (line[length] == '\n');
  }
  sl_text_free(&text);
  return done;
}

bool bz_repo_file_read(struct sl_thread *thread, struct bz_repository *repository) {
  repository->state->configured = true;
  struct reading reading = {.repository = repository, .path = "REPO.bazel"};
  if (bz_file_stat(repository, "REPO.bazel") == BZ_FILE_REGULAR &&
      !execute(thread, &reading, repo_rows))
    return false;
  if (bz_file_stat(repository, ".bazelignore") == BZ_FILE_REGULAR &&
      !read_bazelignore(thread, repository))
    return false;
  // Listings made so far did not know what is ignored.
  HASH_CLEAR(hh, repository->state->directories);
  return true;
}
