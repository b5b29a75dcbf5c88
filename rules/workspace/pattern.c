// SPDX-License-Identifier: Apache-2.0
//
// Pattern: target patterns as the command line and queries write them. Parsing needs the
// directories (which prefix of a/b/c is a package?) but no BUILD file.
#include <stdlib.h>
#include <string.h>

#include "rules/workspace/state.h"

static const char *keep(struct bz_workspace *workspace, const char *text, size_t length) {
  return sl_arena_copy(&workspace->arena, text, length);
}

static bool is_below(const char *package, size_t length) {
  return length >= 3 && memcmp(package + length - 3, "...", 3) == 0 &&
         (length == 3 || package[length - 4] == '/');
}

// "all", "*" and "all-targets" after the colon.
static bool wildcard_kind(const char *name, enum bz_pattern_kind *rules_or_targets) {
  if (strcmp(name, "all") == 0) {
    *rules_or_targets = BZ_PATTERN_PACKAGE_RULES;
    return true;
  }
  if (strcmp(name, "*") == 0 || strcmp(name, "all-targets") == 0) {
    *rules_or_targets = BZ_PATTERN_PACKAGE_TARGETS;
    return true;
  }
  return false;
}

static bool parse_below(struct sl_thread *thread, struct bz_pattern *pattern, const char *package,
                        size_t length, const char *name) {
  enum bz_pattern_kind kind = BZ_PATTERN_PACKAGE_RULES;
  if (name && !wildcard_kind(name, &kind))
    return sl_fail_false(
        thread, "invalid target name '%s': a pattern with '...' takes ':all' or ':*'", name);
  pattern->kind =
      kind == BZ_PATTERN_PACKAGE_RULES ? BZ_PATTERN_BELOW_RULES : BZ_PATTERN_BELOW_TARGETS;
  length -= length > 3 ? 4 : 3;
  pattern->package = keep(pattern->repository->workspace, package, length);
  pattern->name = "";
  return true;
}

static bool check_package(struct sl_thread *thread, const char *package, size_t length) {
  char *error = bz_package_name_error(package, length);
  if (error) sl_fail_false(thread, "invalid package name '%.*s': %s", (int)length, package, error);
  free(error);
  return !error;
}

// What follows "//".
static bool parse_absolute(struct sl_thread *thread, struct bz_pattern *pattern, const char *text,
                           const char *whole) {
  struct bz_workspace *workspace = pattern->repository->workspace;
  const char *colon = strchr(text, ':');
  size_t length = colon ? (size_t)(colon - text) : strlen(text);
  const char *name = colon ? colon + 1 : NULL;
  if (is_below(text, length)) return parse_below(thread, pattern, text, length, name);
  if (length && text[length - 1] == '/')
    return sl_fail_false(thread, "The package part of '%s' should not end in a slash", whole);
  if (!check_package(thread, text, length)) return false;
  pattern->package = keep(workspace, text, length);
  if (!name) {
    const char *slash = strrchr(pattern->package, '/');
    name = slash ? slash + 1 : pattern->package;
  }
  pattern->name = keep(workspace, name, strlen(name));
  if (colon && wildcard_kind(name, &pattern->kind)) return true;
  char *error = bz_target_name_error(name, strlen(name));
  if (!error) return true;
  sl_fail_false(thread, "invalid target format '%s': invalid target name '%s': %s", whole, name,
                error);
  free(error);
  return false;
}

// "DIRECTORY/TEXT" with runs of slashes collapsed; malloc'ed.
static char *relative_path(const char *directory, const char *text) {
  char *path = bz_path_join(directory, text);
  char *out = path;
  for (const char *in = path; *in; in++)
    if (*in != '/' || (out > path && out[-1] != '/')) *out++ = *in;
  *out = '\0';
  return path;
}

// A path without a colon: the longest prefix that is a package, the rest is the target.
static bool parse_path(struct sl_thread *thread, struct bz_pattern *pattern, char *path,
                       const char *whole) {
  struct bz_repository *repository = pattern->repository;
  struct bz_workspace *workspace = repository->workspace;
  size_t length = strlen(path);
  if (length && path[length - 1] == '/')
    return sl_fail_false(thread, "The package part of '%s' should not end in a slash", whole);
  for (size_t end = length;;) {
    char saved = path[end];
    path[end] = '\0';
    bool package = bz_package_build_file(repository, path) != NULL;
    path[end] = saved;
    if (package) {
      if (!check_package(thread, path, end)) return false;
      pattern->package = keep(workspace, path, end);
      const char *slash = strrchr(pattern->package, '/');
      const char *own = slash ? slash + 1 : pattern->package;
      const char *name = end == length ? own : path + end + (end > 0);
      pattern->name = keep(workspace, name, strlen(name));
      return true;
    }
    if (end == 0) break;
    while (end > 0 && path[end - 1] != '/') end--;
    if (end > 0) end--;
  }
  return sl_fail_false(thread, "couldn't determine target from filename '%s'", whole);
}

static bool parse_relative(struct sl_thread *thread, struct bz_pattern *pattern,
                           const char *directory, const char *text) {
  char *path = relative_path(directory, text);
  bool done;
  char *colon = strchr(path, ':');
  if (colon || is_below(path, strlen(path))) {
    // "b:c" is "DIRECTORY/b:c", and ":c" "DIRECTORY:c".
    if (colon && colon > path && colon[-1] == '/') memmove(colon - 1, colon, strlen(colon) + 1);
    done = parse_absolute(thread, pattern, path, text);
  } else {
    done = parse_path(thread, pattern, path, text);
  }
  free(path);
  return done;
}

bool bz_pattern_parse(struct sl_thread *thread, struct bz_workspace *workspace,
                      const char *directory, const char *text, struct bz_pattern *pattern) {
  *pattern = (struct bz_pattern){.repository = bz_workspace_main(workspace)};
  const char *rest = text;
  if (*rest == '-') {
    pattern->negative = true;
    rest++;
  }
  if (*rest == '@') {
    bool canonical = rest[1] == '@';
    const char *name = rest + 1 + canonical;
    size_t length = strcspn(name, "/:");
    if (!bz_label_check_repository(thread, rest, strlen(rest), name, length)) return false;
    pattern->repository = canonical || length == 0
                              ? bz_repository_find(workspace, name, length)
                              : bz_repository_resolve(bz_workspace_main(workspace), name, length);
    rest = name + length;
    if (!*rest) {  // "@r" is "@r//:r"
      pattern->package = "";
      pattern->name = keep(workspace, name, length);
      return true;
    }
  }
  if (rest[0] == '/' && rest[1] == '/') return parse_absolute(thread, pattern, rest + 2, text);
  if (*rest == '/')
    return sl_fail_false(
        thread,
        "not a valid absolute pattern (absolute target patterns must start with exactly two "
        "slashes): '%s'",
        text);
  return parse_relative(thread, pattern, directory, rest);
}
