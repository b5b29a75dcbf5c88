// SPDX-License-Identifier: Apache-2.0
//
// Files: what a repository's directories hold, wherever they come from (disk, the binary, a module
// extension). Listings are cached for the life of the workspace, so that all answers of one run
// agree with each other.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/workspace/state.h"

static int compare_entries(const void *a, const void *b) {
  return strcmp(((const struct bz_directory_entry *)a)->name,
                ((const struct bz_directory_entry *)b)->name);
}

char *bz_path_join(const char *directory, const char *name) {
  char *path = NULL;
  if (asprintf(&path, "%s%s%s", directory, *directory && *name ? "/" : "", name) < 0) abort();
  return path;
}

// ---------------------------------------------------------------- listings

// A listing while it is made.
struct draft {
  struct sl_arena *arena;
  struct bz_directory_entry *entries;
  size_t count;
  size_t capacity;
};

static void add_entry(struct draft *draft, const char *name, size_t length, enum bz_file_kind kind,
                      bool link) {
  if (draft->count == draft->capacity) {
    draft->capacity = draft->capacity ? draft->capacity * 2 : 16;
    draft->entries = realloc(draft->entries, draft->capacity * sizeof *draft->entries);
    if (!draft->entries) abort();
  }
  draft->entries[draft->count++] =
      (struct bz_directory_entry){sl_arena_copy(draft->arena, name, length), kind, link};
}

static struct bz_directory *finish(struct draft *draft) {
  if (draft->count > 1)
    qsort(draft->entries, draft->count, sizeof *draft->entries, compare_entries);
  struct bz_directory *directory = sl_arena_allocate(draft->arena, sizeof *directory);
  directory->entries = sl_arena_allocate(draft->arena, draft->count * sizeof *draft->entries + 1);
  if (draft->count)
    memcpy(directory->entries, draft->entries, draft->count * sizeof *draft->entries);
  directory->count = draft->count;
  free(draft->entries);
  return directory;
}

static enum bz_file_kind kind_of_entry(int directory, const char *name, unsigned char type,
                                       bool *is_link) {
  struct stat status;
  *is_link = type == DT_LNK;
  // Not every file system says what its entries are.
  if (type == DT_UNKNOWN && fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    *is_link = S_ISLNK(status.st_mode);
  if (type == DT_REG) return BZ_FILE_REGULAR;
  if (type == DT_DIR) return BZ_FILE_DIRECTORY;
  if (fstatat(directory, name, &status, 0) != 0) return BZ_FILE_MISSING;
  return S_ISDIR(status.st_mode) ? BZ_FILE_DIRECTORY : BZ_FILE_REGULAR;
}

static struct bz_directory *list_disk(struct bz_repository *repository, const char *path) {
  char *absolute = bz_file_absolute(repository, path);
  DIR *stream = opendir(absolute);
  if (!stream && errno != ENOENT && errno != ENOTDIR)
    bz_event(repository->workspace, BZ_WARNING, NULL,
             "Failed to list directory contents, for %s, skipping: %s (%s)", *path ? path : ".",
             absolute, strerror(errno));
  free(absolute);
  if (!stream) return NULL;
  struct draft draft = {.arena = &repository->workspace->arena};
  for (struct dirent *entry; (entry = readdir(stream));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    bool is_link;
    enum bz_file_kind kind = kind_of_entry(dirfd(stream), entry->d_name, entry->d_type, &is_link);
    if (kind != BZ_FILE_MISSING)
      add_entry(&draft, entry->d_name, strlen(entry->d_name), kind, is_link);
  }
  closedir(stream);
  return finish(&draft);
}

// Adds the first segment of `rest` unless it is the entry added last: paths come sorted, so equal
// segments are neighbours but for names such as "a.b" between "a" and "a/c"; `finish` sorts and
// duplicates are dropped here by a search.
static void add_segment(struct draft *draft, const char *rest) {
  const char *slash = strchr(rest, '/');
  size_t length = slash ? (size_t)(slash - rest) : strlen(rest);
  for (size_t i = draft->count; i-- > 0;)
    if (strncmp(draft->entries[i].name, rest, length) == 0 &&
        draft->entries[i].name[length] == '\0')
      return;
  add_entry(draft, rest, length, slash ? BZ_FILE_DIRECTORY : BZ_FILE_REGULAR, false);
}

// The part of `path` below directory `below` ("" is the root), or NULL.
static const char *path_below(const char *path, const char *below) {
  size_t length = strlen(below);
  if (length == 0) return path;
  return strncmp(path, below, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static struct bz_directory *list_embedded(struct bz_repository *repository, const char *path) {
  const char *prefix = repository->state->embedded_prefix;
  struct draft draft = {.arena = &repository->workspace->arena};
  for (const struct bz_embedded_file *file = bz_embedded_files; file->path; file++) {
    if (strncmp(file->path, prefix, strlen(prefix)) != 0) continue;
    const char *rest = path_below(file->path + strlen(prefix), path);
    if (rest) add_segment(&draft, rest);
  }
  return draft.count || !*path ? finish(&draft) : NULL;
}

static struct bz_directory *list_generated(struct bz_repository *repository, const char *path) {
  struct draft draft = {.arena = &repository->workspace->arena};
  sl_value files = sl_handle_get(repository->state->files), name, text;
  for (size_t cursor = 0; sl_dict_next(files, &cursor, &name, &text);) {
    const char *rest = path_below(sl_string_bytes(name), path);
    if (rest) add_segment(&draft, rest);
  }
  return draft.count || !*path ? finish(&draft) : NULL;
}

static struct bz_directory *list_uncached(struct bz_repository *repository, const char *path) {
  switch (repository->kind) {
    case BZ_REPOSITORY_DISK:
      return list_disk(repository, path);
    case BZ_REPOSITORY_EMBEDDED:
      return list_embedded(repository, path);
    case BZ_REPOSITORY_GENERATED:
      return list_generated(repository, path);
    case BZ_REPOSITORY_MISSING:
      break;
  }
  return NULL;
}

static const struct bz_directory_entry *find_entry(const struct bz_directory *directory,
                                                   const char *name) {
  struct bz_directory_entry key = {.name = name};
  if (!directory || directory->count == 0) return NULL;
  return bsearch(&key, directory->entries, directory->count, sizeof key, compare_entries);
}

static bool holds_file(const struct bz_directory *directory, const char *name) {
  const struct bz_directory_entry *entry = find_entry(directory, name);
  return entry && entry->kind == BZ_FILE_REGULAR;
}

// A directory is ignored with everything below it, so each of its ancestors is tried as well.
static bool matches_with_ancestors(const char *pattern, const char *path) {
  char *prefix = strdup(path);
  bool hit = false;
  for (char *end = prefix + strlen(prefix); !hit && end && *prefix; end = strrchr(prefix, '/')) {
    *end = '\0';
    hit = bz_glob_match(pattern, prefix);
  }
  free(prefix);
  return hit;
}

static bool matches_ignored(const struct bz_repository *repository, const char *path) {
  const struct bz_repository_state *state = repository->state;
  for (size_t i = 0; i < state->ignored_count; i++) {
    size_t length = strlen(state->ignored[i]);
    if (strncmp(path, state->ignored[i], length) == 0 &&
        (path[length] == '/' || path[length] == '\0'))
      return true;
  }
  sl_value globs = state->ignored_globs ? sl_handle_get(state->ignored_globs) : NULL;
  for (size_t i = 0; globs && i < sl_list_length(globs); i++)
    if (matches_with_ancestors(sl_string_bytes(sl_list_get(globs, i)), path)) return true;
  return false;
}

// Reads what says how a repository's directories are to be taken, before the first is.
static void configure(struct bz_repository *repository) {
  if (repository->state->configured || repository->kind == BZ_REPOSITORY_MISSING) return;
  struct sl_thread *thread = sl_thread_new();
  if (!bz_repo_file_read(thread, repository))
    bz_event(repository->workspace, BZ_WARNING, NULL, "%s", sl_error_message(thread));
  sl_thread_free(thread);
}

static struct bz_cached_directory *directory_of(struct bz_repository *repository,
                                                const char *path) {
  configure(repository);
  struct bz_repository_state *state = repository->state;
  struct bz_cached_directory *cached;
  HASH_FIND_STR(state->directories, path, cached);
  if (cached) return cached;
  struct sl_arena *arena = &repository->workspace->arena;
  cached = sl_arena_allocate(arena, sizeof *cached);
  cached->path = sl_arena_copy(arena, path, strlen(path));
  cached->listing = list_uncached(repository, path);
  cached->is_ignored = matches_ignored(repository, path);
  if (!cached->is_ignored) {
    cached->build_file = holds_file(cached->listing, "BUILD.bazel") ? "BUILD.bazel"
                         : holds_file(cached->listing, "BUILD")     ? "BUILD"
                                                                    : NULL;
  }
  HASH_ADD_KEYPTR(hh, state->directories, cached->path, strlen(cached->path), cached);
  return cached;
}

bool bz_directory_is_ignored(struct bz_repository *repository, const char *path) {
  return directory_of(repository, path)->is_ignored;
}

const struct bz_directory *bz_directory_list(struct bz_repository *repository, const char *path) {
  return directory_of(repository, path)->listing;
}

enum bz_file_kind bz_file_stat(struct bz_repository *repository, const char *path) {
  if (!*path) return bz_directory_list(repository, "") ? BZ_FILE_DIRECTORY : BZ_FILE_MISSING;
  const char *slash = strrchr(path, '/');
  char *parent = slash ? strndup(path, (size_t)(slash - path)) : strdup("");
  const struct bz_directory_entry *entry =
      find_entry(bz_directory_list(repository, parent), slash ? slash + 1 : path);
  free(parent);
  return entry ? entry->kind : BZ_FILE_MISSING;
}

// ---------------------------------------------------------------- reading and writing

char *bz_file_absolute(const struct bz_repository *repository, const char *path) {
  return repository->kind == BZ_REPOSITORY_DISK ? bz_path_join(repository->directory, path) : NULL;
}

static bool read_descriptor(int descriptor, struct sl_text *out) {
  for (;;) {
    sl_text_reserve(out, 1 << 16);
    ssize_t got = read(descriptor, out->bytes + out->length, out->capacity - out->length - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      out->bytes[out->length] = '\0';
      return got == 0;
    }
    out->length += (size_t)got;
  }
}

// Whether reading comes to an end: not with a pipe or a device, but /dev/null stands for no file.
static bool is_finite(int descriptor) {
  struct stat status, null;
  if (fstat(descriptor, &status) != 0) return false;
  if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) return true;
  return S_ISCHR(status.st_mode) && stat("/dev/null", &null) == 0 && status.st_rdev == null.st_rdev;
}

bool bz_file_read_absolute(struct sl_thread *thread, const char *path, struct sl_text *out) {
  // Opening a pipe would wait for who writes into it.
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool finite = descriptor < 0 || is_finite(descriptor);
  bool done = descriptor >= 0 && finite && read_descriptor(descriptor, out);
  if (!done)
    sl_fail_false(thread, "%s (%s)", path, finite ? strerror(errno) : "Not a regular file");
  if (descriptor >= 0) close(descriptor);
  return done;
}

static bool read_disk(struct sl_thread *thread, struct bz_repository *repository, const char *path,
                      struct sl_text *out) {
  char *absolute = bz_file_absolute(repository, path);
  bool done = bz_file_read_absolute(thread, absolute, out);
  free(absolute);
  return done;
}

static const struct bz_embedded_file *find_embedded(const char *prefix, const char *path) {
  size_t length = strlen(prefix);
  for (const struct bz_embedded_file *file = bz_embedded_files; file->path; file++)
    if (strncmp(file->path, prefix, length) == 0 && strcmp(file->path + length, path) == 0)
      return file;
  return NULL;
}

bool bz_file_read(struct sl_thread *thread, struct bz_repository *repository, const char *path,
                  struct sl_text *out) {
  switch (repository->kind) {
    case BZ_REPOSITORY_DISK:
      return read_disk(thread, repository, path, out);
    case BZ_REPOSITORY_EMBEDDED: {
      const struct bz_embedded_file *file = find_embedded(repository->state->embedded_prefix, path);
      if (!file) break;
      sl_text_append(out, file->bytes, file->length);
      return true;
    }
    case BZ_REPOSITORY_GENERATED: {
      sl_value text = sl_dict_get_string(sl_handle_get(repository->state->files), path);
      if (!text) break;
      sl_text_append(out, sl_string_bytes(text), sl_string_length(text));
      return true;
    }
    case BZ_REPOSITORY_MISSING:
      return sl_fail_false(thread, "%s", repository->reason);
  }
  return sl_fail_false(thread, "%s%s (No such file or directory)", repository->exec_prefix, path);
}

bool bz_directory_make(struct sl_thread *thread, const char *absolute_path) {
  if (mkdir(absolute_path, 0777) == 0 || errno == EEXIST) return true;
  if (errno != ENOENT)
    return sl_fail_false(thread, "cannot make %s: %s", absolute_path, strerror(errno));
  char *parent = strdup(absolute_path);
  char *slash = strrchr(parent, '/');
  bool made = false;
  if (slash && slash != parent) {
    *slash = '\0';
    made = bz_directory_make(thread, parent);
  }
  free(parent);
  if (!made) return false;
  if (mkdir(absolute_path, 0777) == 0 || errno == EEXIST) return true;
  return sl_fail_false(thread, "cannot make %s: %s", absolute_path, strerror(errno));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)type, (void)walk;
  return remove(path);
}

bool bz_directory_remove(struct sl_thread *thread, const char *absolute_path) {
  struct stat status;
  if (lstat(absolute_path, &status) != 0 && errno == ENOENT) return true;
  if (nftw(absolute_path, remove_entry, 32, FTW_DEPTH | FTW_PHYS) == 0) return true;
  return sl_fail_false(thread, "cannot remove %s: %s", absolute_path, strerror(errno));
}

static bool write_all(int descriptor, const char *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t written = write(descriptor, bytes + done, length - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    done += (size_t)written;
  }
  return true;
}

bool bz_file_write(struct sl_thread *thread, const char *absolute_path, const char *bytes,
                   size_t length) {
  char *parent = strndup(absolute_path, (size_t)(strrchr(absolute_path, '/') - absolute_path));
  char *temporary = NULL;
  if (asprintf(&temporary, "%s.tmp-%ld", absolute_path, (long)getpid()) < 0) abort();
  bool done = bz_directory_make(thread, parent);
  if (done) {
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    done = descriptor >= 0 && write_all(descriptor, bytes, length);
    if (descriptor >= 0) done = close(descriptor) == 0 && done;
    done = done && rename(temporary, absolute_path) == 0;
    if (!done) {
      sl_fail_false(thread, "cannot write %s: %s", absolute_path, strerror(errno));
      unlink(temporary);
    }
  }
  free(temporary);
  free(parent);
  return done;
}

// ---------------------------------------------------------------- packages

const char *bz_package_build_file(struct bz_repository *repository, const char *package) {
  return directory_of(repository, package)->build_file;
}

// A repository whose packages all come from one list says in this file what to do about one that it
// lacks.
static const char missing_package_file[] = "MISSING_PACKAGE";

// Why a package is missing whose directory could have had a build file.
static void append_no_build_file(struct bz_repository *repository, const char *package,
                                 struct sl_text *out) {
  sl_value hint =
      repository->kind == BZ_REPOSITORY_GENERATED
          ? sl_dict_get_string(sl_handle_get(repository->state->files), missing_package_file)
          : NULL;
  static const char advice[] = "Add a BUILD file to a directory to mark it as a package.";
  if (repository == repository->workspace->main) {
    sl_text_format(out, "BUILD file not found in any of the following directories. %s\n - %s%s%s",
                   advice, repository->directory, *package ? "/" : "", package);
  } else if (hint) {
    sl_text_append(out, sl_string_bytes(hint), sl_string_length(hint));
  } else {
    sl_text_format(out, "BUILD file not found in directory '%s' of external repository @@%s. %s",
                   package, repository->name, advice);
  }
}

void bz_package_missing_message(struct bz_repository *repository, const char *package,
                                struct sl_text *out) {
  const char *repository_text = repository == repository->workspace->main ? "" : repository->name;
  sl_text_format(out, "no such package '%s%s%s%s': ", *repository_text ? "@@" : "", repository_text,
                 *repository_text ? "//" : "", package);
  if (repository->kind == BZ_REPOSITORY_MISSING) {
    sl_text_append_string(out, repository->reason);
  } else if (bz_directory_is_ignored(repository, package)) {
    sl_text_append_string(out, "Package is considered deleted due to --deleted_packages");
  } else {
    append_no_build_file(repository, package, out);
  }
}

char *bz_package_crossed(struct bz_repository *repository, const char *package, const char *name) {
  size_t base = strlen(package) + (*package ? 1 : 0);
  if (!strchr(name, '/')) return NULL;
  char *path = bz_path_join(package, name);
  for (size_t end = strlen(path); end > base; end--) {
    if (path[end] != '/') continue;
    path[end] = '\0';
    if (bz_package_build_file(repository, path)) return path;
  }
  free(path);
  return NULL;
}

// Whether the directory at `absolute`, whose repository begins at `root`, is one of its ancestors.
static bool leads_back(char *absolute, size_t root_length) {
  struct stat own, above;
  if (stat(absolute, &own) != 0) return false;
  for (char *slash;
       (slash = strrchr(absolute, '/')) && (size_t)(slash - absolute) >= root_length;) {
    *slash = '\0';
    if (stat(absolute, &above) == 0 && above.st_ino == own.st_ino && above.st_dev == own.st_dev)
      return true;
  }
  return false;
}

bool bz_directory_is_loop(struct bz_repository *repository, const char *path) {
  if (repository->kind != BZ_REPOSITORY_DISK) return false;
  struct bz_cached_directory *directory = directory_of(repository, path);
  if (directory->loop != BZ_LOOP_UNKNOWN) return directory->loop == BZ_LOOP_FOUND;
  char *absolute = bz_file_absolute(repository, path);
  bool loop = leads_back(absolute, strlen(repository->directory));
  free(absolute);
  directory->loop = loop ? BZ_LOOP_FOUND : BZ_LOOP_NONE;
  if (loop)
    bz_event(repository->workspace, BZ_WARNING, NULL,
             "Failed to get information about path, for %s, skipping: Infinite symlink expansion",
             path);
  return loop;
}

// Directories that `...` does not enter: ignored ones, the links that Bazel itself leaves at the
// root, and links back.
static bool is_skipped(struct bz_repository *repository, const char *path,
                       const struct bz_directory_entry *entry) {
  if (bz_directory_is_ignored(repository, path)) return true;
  if (!entry->is_link) return false;
  return strncmp(path, "bazel-", strlen("bazel-")) == 0 || bz_directory_is_loop(repository, path);
}

static bool collect_packages(struct sl_thread *thread, struct bz_repository *repository,
                             const char *path, sl_value found) {
  const struct bz_cached_directory *directory = directory_of(repository, path);
  if (directory->build_file && !sl_list_push(thread, found, sl_string_from(path))) return false;
  for (size_t i = 0; directory->listing && i < directory->listing->count; i++) {
    const struct bz_directory_entry *entry = &directory->listing->entries[i];
    if (entry->kind != BZ_FILE_DIRECTORY) continue;
    char *child = bz_path_join(path, entry->name);
    bool done =
        is_skipped(repository, child, entry) || collect_packages(thread, repository, child, found);
    free(child);
    if (!done) return false;
  }
  return true;
}

static int compare_strings(const void *a, const void *b) {
  return strcmp(sl_string_bytes(*(const sl_value *)a), sl_string_bytes(*(const sl_value *)b));
}

sl_value bz_packages_below(struct sl_thread *thread, struct bz_repository *repository,
                           const char *directory) {
  sl_value found = sl_list(thread, NULL, 0);
  if (!bz_directory_is_ignored(repository, directory) &&
      !collect_packages(thread, repository, directory, found))
    return NULL;
  if (sl_list_length(found) > 1)
    qsort(sl_list_items(found), sl_list_length(found), sizeof(sl_value), compare_strings);
  return found;
}
