// SPDX-License-Identifier: Apache-2.0
//
// Glob: files by pattern. A pattern is a row of segments; `*` stays inside one, `**` is a segment
// of its own. Nothing inside another package is ever found, and the result is sorted and without
// duplicates.
#include <stdlib.h>
#include <string.h>

#include "rules/workspace/state.h"

#define EMPTY_DEFAULT \
  "(the default value of allow_empty can be set with --incompatible_disallow_empty_glob)."

// ---------------------------------------------------------------- matching

static bool match_run(const char *pattern, const char *pattern_end, const char *name,
                      const char *name_end) {
  // The usual walk with one point of return: the last star.
  const char *star = NULL, *resume = NULL;
  while (name < name_end) {
    if (pattern < pattern_end && *pattern == '*') {
      star = pattern++;
      resume = name;
    } else if (pattern < pattern_end && *pattern == *name) {
      pattern++;
      name++;
    } else if (star) {
      pattern = star + 1;
      name = ++resume;
    } else {
      return false;
    }
  }
  while (pattern < pattern_end && *pattern == '*') pattern++;
  return pattern == pattern_end;
}

// One segment: a leading dot must be matched by a dot, but for a lone star.
static bool match_segment(const char *pattern, size_t pattern_length, const char *name,
                          size_t name_length) {
  if (pattern_length == 1 && *pattern == '*') return true;
  if (name_length && *name == '.' && *pattern != '.') return false;
  return match_run(pattern, pattern + pattern_length, name, name + name_length);
}

static size_t segment_length(const char *text) { return strcspn(text, "/"); }

static bool is_double_star(const char *pattern) {
  return pattern[0] == '*' && pattern[1] == '*' && (pattern[2] == '/' || pattern[2] == '\0');
}

static const char *next_segment(const char *text) {
  size_t length = segment_length(text);
  return text + length + (text[length] == '/');
}

bool bz_glob_match(const char *pattern, const char *path) {
  // As in match_run: what follows the last double star is tried further and further on.
  const char *star = NULL, *resume = NULL;
  while (*pattern || *path) {
    if (is_double_star(pattern)) {
      star = pattern = next_segment(pattern);
      resume = path;
      if (!*pattern) return true;
    } else if (*pattern && *path &&
               match_segment(pattern, segment_length(pattern), path, segment_length(path))) {
      pattern = next_segment(pattern);
      path = next_segment(path);
    } else if (star && *resume) {
      pattern = star;
      path = resume = next_segment(resume);
    } else {
      return false;
    }
  }
  return true;
}

// ---------------------------------------------------------------- checking patterns

static const char *pattern_error(const char *pattern) {
  if (!*pattern) return "pattern cannot be empty";
  if (*pattern == '/') return "pattern cannot be absolute";
  if (strchr(pattern, '?')) return "wildcard ? forbidden";
  for (const char *at = pattern;; at++) {
    size_t length = segment_length(at);
    if (length == 0) return "empty segment not permitted";
    if (length == 1 && *at == '.') return "segment '.' not permitted";
    if (length == 2 && memcmp(at, "..", 2) == 0) return "segment '..' not permitted";
    if (length > 2 && memmem(at, length, "**", 2))
      return "recursive wildcard must be its own segment";
    at += length;
    if (!*at) return NULL;
  }
}

// Bazel words it one way for patterns to include and another for those to exclude.
static bool fail_pattern(struct sl_thread *thread, const char *pattern, const char *error,
                         bool excluded) {
  return excluded ? sl_fail_false(thread, "%s (in glob pattern '%s')", error, pattern)
                  : sl_fail_false(thread, "invalid glob pattern '%s': %s", pattern, error);
}

static bool check_patterns(struct sl_thread *thread, sl_value patterns, bool excluded) {
  const char *what = excluded ? "exclude" : "include";
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(patterns, &items, &count))
    return sl_fail_false(thread, "expected value of type 'list(string)' for parameter '%s'", what);
  for (size_t i = 0; i < count; i++) {
    if (!sl_is_string(items[i]))
      return sl_fail_false(
          thread, "expected value of type 'string' for element %zu of '%s' argument, but got %s", i,
          what, sl_type_name(items[i]));
    const char *error = pattern_error(sl_string_bytes(items[i]));
    if (error) return fail_pattern(thread, sl_string_bytes(items[i]), error, excluded);
  }
  return true;
}

// ---------------------------------------------------------------- walking

// A walk below one package for one pattern. Paths are relative to the package.
struct walk {
  struct bz_repository *repository;
  const char *package;
  bool files;  // false: looks for subpackages
  bool directories;
  char **found;
  size_t count;
  size_t capacity;
  struct visited *visited;
};

// A directory that was looked through for the rest of a pattern which begins with `**`. Several of
// these in one pattern lead to a directory in as many ways as there are to split its path; once is
// enough.
struct visited {
  char *key;  // the path, a newline, the length of the rest
  UT_hash_handle hh;
};

static void add_found(struct walk *walk, const char *path) {
  if (walk->count == walk->capacity) {
    walk->capacity = walk->capacity ? walk->capacity * 2 : 32;
    walk->found = realloc(walk->found, walk->capacity * sizeof *walk->found);
    if (!walk->found) abort();
  }
  walk->found[walk->count++] = strdup(path);
}

static bool is_package(const struct walk *walk, const char *path) {
  char *full = bz_path_join(walk->package, path);
  bool package = bz_package_build_file(walk->repository, full) != NULL;
  free(full);
  return package;
}

// A link back, which `**` would follow for ever.
static bool is_loop(const struct walk *walk, const char *path,
                    const struct bz_directory_entry *entry) {
  if (!entry->is_link) return false;
  char *full = bz_path_join(walk->package, path);
  bool loop = bz_directory_is_loop(walk->repository, full);
  free(full);
  return loop;
}

// A directory's entries; nothing is seen of one that the workspace ignores.
static const struct bz_directory *list(const struct walk *walk, const char *path) {
  char *full = bz_path_join(walk->package, path);
  const struct bz_directory *directory = bz_directory_is_ignored(walk->repository, full)
                                             ? NULL
                                             : bz_directory_list(walk->repository, full);
  free(full);
  return directory;
}

static void visit_directory(struct walk *walk, const char *path, const char *pattern);

static void visit_entry(struct walk *walk, const char *path, const struct bz_directory_entry *entry,
                        const char *pattern) {
  bool directory = entry->kind == BZ_FILE_DIRECTORY;
  if (directory && is_package(walk, path)) {
    if (!walk->files && (!*pattern || is_double_star(pattern))) add_found(walk, path);
    return;
  }
  if (*pattern) {
    if (directory) visit_directory(walk, path, pattern);
  } else if (directory ? walk->files && walk->directories : walk->files) {
    add_found(walk, path);
  }
}

// Everything below a directory, for a pattern that ends in `**`.
static void visit_all(struct walk *walk, const char *path) {
  if (*path && walk->files && walk->directories) add_found(walk, path);
  const struct bz_directory *directory = list(walk, path);
  for (size_t i = 0; directory && i < directory->count; i++) {
    const struct bz_directory_entry *entry = &directory->entries[i];
    char *child = bz_path_join(path, entry->name);
    if (entry->kind != BZ_FILE_DIRECTORY) {
      if (walk->files) add_found(walk, child);
    } else if (is_package(walk, child)) {
      if (!walk->files) add_found(walk, child);
    } else if (!is_loop(walk, child, entry)) {
      visit_all(walk, child);
    }
    free(child);
  }
}

// Remembers the visit. False: it is not the first.
static bool visit_first(struct walk *walk, const char *path, const char *pattern) {
  struct sl_text key = {0};
  struct visited *visited;
  sl_text_format(&key, "%s\n%zu", path, strlen(pattern));
  HASH_FIND(hh, walk->visited, key.bytes, key.length, visited);
  if (visited) {
    sl_text_free(&key);
    return false;
  }
  visited = calloc(1, sizeof *visited);
  if (!visited) abort();
  visited->key = key.bytes;
  HASH_ADD_KEYPTR(hh, walk->visited, visited->key, key.length, visited);
  return true;
}

static void forget_visits(struct walk *walk) {
  struct visited *visited, *next;
  HASH_ITER(hh, walk->visited, visited, next) {
    HASH_DEL(walk->visited, visited);
    free(visited->key);
    free(visited);
  }
}

static void visit_directory(struct walk *walk, const char *path, const char *pattern) {
  size_t length = segment_length(pattern);
  const char *rest = next_segment(pattern);
  bool recursive = is_double_star(pattern);
  while (recursive && is_double_star(rest)) rest += segment_length(rest) + (rest[2] == '/');
  if (recursive && !*rest) {
    visit_all(walk, path);
    return;
  }
  if (recursive && !visit_first(walk, path, pattern)) return;
  if (recursive) visit_directory(walk, path, rest);
  const struct bz_directory *directory = list(walk, path);
  for (size_t i = 0; directory && i < directory->count; i++) {
    const struct bz_directory_entry *entry = &directory->entries[i];
    char *child = bz_path_join(path, entry->name);
    if (recursive) {
      if (entry->kind == BZ_FILE_DIRECTORY && !is_package(walk, child) &&
          !is_loop(walk, child, entry))
        visit_directory(walk, child, pattern);
    } else if (match_segment(pattern, length, entry->name, strlen(entry->name))) {
      visit_entry(walk, child, entry, rest);
    }
    free(child);
  }
}

// ---------------------------------------------------------------- results

static int compare_found(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_excluded(const char *path, sl_value *patterns, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (bz_glob_match(sl_string_bytes(patterns[i]), path)) return true;
  return false;
}

// Sorts what was found and moves it to a list, without duplicates and what is excluded.
static sl_value make_result(struct sl_thread *thread, struct walk *walk, sl_value exclude) {
  sl_value *patterns;
  size_t count;
  sl_sequence_items(exclude, &patterns, &count);
  for (size_t i = 0; i < walk->count; i++) {
    if (walk->found[i][0] != '@' || !walk->files) continue;
    char *marked = malloc(strlen(walk->found[i]) + 2);
    if (!marked) abort();
    marked[0] = ':';
    strcpy(marked + 1, walk->found[i]);
    free(walk->found[i]);
    walk->found[i] = marked;
  }
  if (walk->count > 1) qsort(walk->found, walk->count, sizeof *walk->found, compare_found);
  sl_value result = sl_list(thread, NULL, 0);
  for (size_t i = 0; result && i < walk->count; i++) {
    const char *path = walk->found[i];
    if (i > 0 && strcmp(path, walk->found[i - 1]) == 0) continue;
    if (is_excluded(*path == ':' ? path + 1 : path, patterns, count)) continue;
    if (!sl_list_push(thread, result, sl_string_from(path))) result = NULL;
  }
  return result;
}

static void end_walk(struct walk *walk) {
  for (size_t i = 0; i < walk->count; i++) free(walk->found[i]);
  free(walk->found);
}

static sl_value run(struct sl_thread *thread, struct walk *walk, const struct bz_glob *glob) {
  if (!check_patterns(thread, glob->include, false) || !check_patterns(thread, glob->exclude, true))
    return NULL;
  sl_value *patterns;
  size_t count;
  sl_sequence_items(glob->include, &patterns, &count);
  for (size_t i = 0; i < count; i++) {
    size_t before = walk->count;
    visit_directory(walk, "", sl_string_bytes(patterns[i]));
    forget_visits(walk);
    if (walk->count == before && !glob->allow_empty)
      return sl_fail(
          thread, "%s pattern '%s' didn't match anything, but allow_empty is set to False %s",
          walk->files ? "glob" : "subpackages", sl_string_bytes(patterns[i]), EMPTY_DEFAULT);
  }
  sl_value result = make_result(thread, walk, glob->exclude);
  if (result && sl_list_length(result) == 0 && !glob->allow_empty)
    return sl_fail(thread,
                   "all files in the glob have been excluded, but allow_empty is set to False %s",
                   EMPTY_DEFAULT);
  return result;
}

sl_value bz_glob_run(struct sl_thread *thread, struct bz_repository *repository,
                     const char *package, const struct bz_glob *glob) {
  struct walk walk = {.repository = repository,
                      .package = package,
                      .files = true,
                      .directories = !glob->exclude_directories};
  sl_value result = run(thread, &walk, glob);
  end_walk(&walk);
  return result;
}

sl_value bz_glob_subpackages(struct sl_thread *thread, struct bz_repository *repository,
                             const char *package, const struct bz_glob *glob) {
  struct walk walk = {.repository = repository, .package = package};
  sl_value result = run(thread, &walk, glob);
  end_walk(&walk);
  return result;
}
