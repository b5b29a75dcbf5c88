// SPDX-License-Identifier: Apache-2.0
//
// Execution root: the directory in which a lowered graph runs. It holds links to the declared
// sources and nothing else of the workspace, so that an action which reads an undeclared file fails
// here as it would elsewhere. What is there already is left alone, so that times do not change. A
// list of the links lets the next call remove those that nobody wants any more. Files stay, as the
// outputs of processes do: one that is written again would look new to whoever read it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hash.h"
#include "rules/graph/describe.h"
#include "rules/graph/lower.h"
#include "runtime/object.h"

#define LIST_FILE ".links-of-starmypy"

enum entry_kind { ENTRY_LINK, ENTRY_FILE, ENTRY_PROGRAM };

// One path to be made.
struct entry {
  char *path;  // relative to the execution root
  enum entry_kind kind;
  char *text;  // a link's target, a file's content
  size_t length;
  UT_hash_handle hh;
};

struct root {
  struct sl_thread *thread;
  const struct bz_graph *graph;
  const struct bz_action *action;  // whose inputs are being added
  struct entry *entries;
  struct sl_text missing;  // messages about sources that do not exist
  size_t missing_count;
  bool failed;
};

static void add(struct root *root, const char *path, enum entry_kind kind, const char *text,
                size_t length) {
  struct entry *entry;
  HASH_FIND_STR(root->entries, path, entry);
  if (entry) return;
  entry = calloc(1, sizeof *entry);
  if (!entry) abort();
  entry->path = strdup(path);
  entry->kind = kind;
  entry->text = malloc(length + 1);
  if (!entry->path || !entry->text) abort();
  memcpy(entry->text, text, length);
  entry->text[length] = '\0';
  entry->length = length;
  HASH_ADD_KEYPTR(hh, root->entries, entry->path, strlen(entry->path), entry);
}

static void free_entry(struct entry *entry) {
  free(entry->path);
  free(entry->text);
  free(entry);
}

static void free_entries(struct root *root) {
  struct entry *entry, *next;
  HASH_ITER(hh, root->entries, entry, next) {
    HASH_DEL(root->entries, entry);
    free_entry(entry);
  }
}

// ---------------------------------------------------------------- what is wanted

// Told once, of the first action that reads the file: it counts as known from now on.
static void add_missing(struct root *root, const struct bz_artifact *input) {
  add(root, input->path, ENTRY_FILE, "", 0);
  if (root->missing_count++ >= 20) return;
  if (root->missing.length) sl_text_append_char(&root->missing, '\n');
  sl_text_format(&root->missing, "%s: ", bz_target_location(root->action->target));
  describe_action(root->action, &root->missing);
  sl_text_format(&root->missing, " failed: missing input file '%s'", bz_label_text(input->owner));
}

// A repository on disk is one link; its files are declared, but a big package has thousands.
static void add_repository(struct root *root, const struct bz_repository *repository) {
  char *path = strndup(repository->exec_prefix, strlen(repository->exec_prefix) - 1);
  add(root, path, ENTRY_LINK, repository->directory, strlen(repository->directory));
  free(path);
}

static void add_stored_file(struct root *root, struct bz_repository *repository, const char *path,
                            const char *exec_path) {
  struct sl_text content = {0};
  if (bz_file_read(root->thread, repository, path, &content)) {
    add(root, exec_path, ENTRY_FILE, sl_text_string(&content), content.length);
  } else {
    root->failed = true;
  }
  sl_text_free(&content);
}

static void add_source(const struct bz_artifact *input, void *data) {
  struct root *root = data;
  if (!input->is_source || root->failed) return;
  struct entry *known;
  HASH_FIND_STR(root->entries, input->path, known);
  if (known) return;
  struct bz_repository *repository = input->owner->repository;
  const char *path = input->path + strlen(repository->exec_prefix);
  if (bz_file_stat(repository, path) == BZ_FILE_MISSING) {
    add_missing(root, input);
  } else if (repository->kind != BZ_REPOSITORY_DISK) {
    add_stored_file(root, repository, path, input->path);
  } else if (*repository->name) {
    add_repository(root, repository);
  } else {
    char *absolute = bz_file_absolute(repository, path);
    add(root, input->path, ENTRY_LINK, absolute, strlen(absolute));
    free(absolute);
  }
}

static void replace_all(struct sl_text *text, const char *from, const char *to) {
  struct sl_text result = {0};
  size_t length = strlen(from);
  const char *rest = sl_text_string(text);
  for (const char *hit; length && (hit = strstr(rest, from)); rest = hit + length) {
    sl_text_append(&result, rest, (size_t)(hit - rest));
    sl_text_append_string(&result, to);
  }
  sl_text_append_string(&result, rest);
  sl_text_free(text);
  *text = result;
}

// Reads the template of an action and puts its substitutions in. False with an error pending.
static bool read_template(struct root *root, const struct bz_action *action,
                          struct sl_text *content) {
  const struct bz_artifact *source = action->source;
  if (!source->is_source)
    return sl_fail_false(root->thread,
                         "%s: a template that is itself generated (%s) cannot be expanded here",
                         bz_target_location(action->target), source->path);
  struct bz_repository *repository = source->owner->repository;
  const char *path = source->path + strlen(repository->exec_prefix);
  if (!bz_file_read(root->thread, repository, path, content)) return false;
  sl_value key, value;
  for (size_t cursor = 0; sl_dict_next(action->content, &cursor, &key, &value);)
    replace_all(content, sl_string_bytes(key), sl_string_bytes(value));
  return true;
}

// The absolute path that a generated or source file has in the execution root.
static void add_runfiles_link(struct root *root, const char *tree, const char *path,
                              const struct bz_artifact *file) {
  struct sl_text link = {0}, target = {0};
  sl_text_format(&link, "%s/%s", tree, path);
  sl_text_format(&target, "%s/%s", root->graph->execution_root, file->path);
  add(root, sl_text_string(&link), ENTRY_LINK, sl_text_string(&target), target.length);
  sl_text_free(&link);
  sl_text_free(&target);
}

static void add_runfiles(struct root *root, const struct bz_action *action) {
  sl_value path, file;
  struct sl_text manifest = {0};
  for (size_t cursor = 0; sl_dict_next(action->runfiles, &cursor, &path, &file);) {
    const struct bz_artifact *artifact = (const struct bz_artifact *)(const void *)file;
    if (action->kind == BZ_ACTION_RUNFILES_MANIFEST) {
      sl_text_format(&manifest, "%s %s/%s\n", sl_string_bytes(path), root->graph->execution_root,
                     artifact->path);
    } else if (action->outputs[0]->is_runfiles_tree) {
      add_runfiles_link(root, action->outputs[0]->path, sl_string_bytes(path), artifact);
    }
  }
  if (action->kind == BZ_ACTION_RUNFILES_MANIFEST)
    add(root, action->outputs[0]->path, ENTRY_FILE, sl_text_string(&manifest), manifest.length);
  sl_text_free(&manifest);
}

static void add_content(struct root *root, const struct bz_action *action) {
  struct sl_text content = {0};
  bool done = action->kind == BZ_ACTION_WRITE ? bz_action_content(root->thread, action, &content)
                                              : read_template(root, action, &content);
  if (done)
    add(root, action->outputs[0]->path, action->is_executable ? ENTRY_PROGRAM : ENTRY_FILE,
        sl_text_string(&content), content.length);
  root->failed |= !done;
  sl_text_free(&content);
}

static void add_link(struct root *root, const struct bz_action *action) {
  struct sl_text target = {0};
  if (action->link_target) {
    sl_text_append_string(&target, action->link_target);
  } else {
    sl_text_format(&target, "%s/%s", root->graph->execution_root, action->source->path);
  }
  add(root, action->outputs[0]->path, ENTRY_LINK, sl_text_string(&target), target.length);
  sl_text_free(&target);
}

// What an action without a process makes.
static void add_result(struct root *root, const struct bz_action *action) {
  switch (action->kind) {
    case BZ_ACTION_WRITE:
    case BZ_ACTION_EXPAND_TEMPLATE:
      add_content(root, action);
      break;
    case BZ_ACTION_SYMLINK:
      add_link(root, action);
      break;
    case BZ_ACTION_RUNFILES_MANIFEST:
    case BZ_ACTION_RUNFILES_TREE:
      add_runfiles(root, action);
      break;
    default:
      break;
  }
}

static bool collect(struct root *root) {
  struct order known = {.takes = order_takes_depsets};
  for (size_t i = 0; i < root->graph->count && !root->failed; i++) {
    root->action = root->graph->actions[i];
    lower_new_inputs(&known, root->action, add_source, root);
    if (!lower_needs_process(root->action)) add_result(root, root->action);
  }
  order_free(&known);
  const struct bz_label *tool = lower_tree_tool(root->graph);
  add_stored_file(root, tool->repository, bz_label_path(tool), bz_label_exec_path(tool));
  const char *toolchain = root->graph->toolchain;
  if (toolchain) add(root, LOWER_TOOLCHAIN_FILE, ENTRY_FILE, toolchain, strlen(toolchain));
  return !root->failed;
}

static bool is_below_link(const struct root *root, const char *path) {
  for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
    const struct entry *above;
    HASH_FIND(hh, root->entries, path, (size_t)(slash - path), above);
    if (above && above->kind == ENTRY_LINK) return true;
  }
  return false;
}

// Forgets what lies in a directory that is a link. It is there by itself, and what would be made in
// its place would be made in the user's own directory.
static void forget_linked(struct root *root) {
  struct entry *entry, *next;
  HASH_ITER(hh, root->entries, entry, next) {
    if (!is_below_link(root, entry->path)) continue;
    HASH_DEL(root->entries, entry);
    free_entry(entry);
  }
}

// ---------------------------------------------------------------- making it so

static bool is_link_to(const char *path, const char *target, size_t length) {
  char buffer[4096];
  ssize_t got = readlink(path, buffer, sizeof buffer);
  return got >= 0 && (size_t)got == length && memcmp(buffer, target, length) == 0;
}

static bool holds(struct sl_thread *thread, const char *path, const struct entry *entry) {
  struct stat status;
  if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  bool program = (status.st_mode & S_IXUSR) != 0;
  if ((size_t)status.st_size != entry->length || program != (entry->kind == ENTRY_PROGRAM))
    return false;
  struct sl_text content = {0};
  bool same = bz_file_read_absolute(thread, path, &content) &&
              memcmp(sl_text_string(&content), entry->text, entry->length) == 0;
  sl_error_clear(thread);  // one that cannot be read is written again
  sl_text_free(&content);
  return same;
}

static bool make_link(struct sl_thread *thread, const char *path, const struct entry *entry) {
  char *temporary = NULL;
  if (asprintf(&temporary, "%s.tmp-%ld", path, (long)getpid()) < 0) abort();
  char *parent = strndup(path, (size_t)(strrchr(path, '/') - path));
  bool done = bz_directory_make(thread, parent);
  if (done && (symlink(entry->text, temporary) != 0 || rename(temporary, path) != 0)) {
    done = sl_fail_false(thread, "cannot make link %s: %s", path, strerror(errno));
    unlink(temporary);
  }
  free(parent);
  free(temporary);
  return done;
}

// Removes what is in the way of a path: above it whatever is no directory, as a link there would
// lead into the user's own directories, and in its place a directory.
static bool clear_way(const struct root *root, char *path) {
  struct stat status;
  bool done = true;
  for (char *slash = path + strlen(root->graph->execution_root); done && *slash;) {
    slash += 1 + strcspn(slash + 1, "/");
    char saved = *slash;
    *slash = '\0';
    bool there = lstat(path, &status) == 0;
    if (there && S_ISDIR(status.st_mode) == (saved == '\0'))
      done = bz_directory_remove(root->thread, path);
    *slash = saved;
  }
  return done;
}

static bool make_entry(struct root *root, const struct entry *entry) {
  char *path = bz_path_join(root->graph->execution_root, entry->path);
  struct sl_thread *thread = root->thread;
  bool done = true;
  if (entry->kind == ENTRY_LINK) {
    if (!is_link_to(path, entry->text, entry->length))
      done = clear_way(root, path) && make_link(thread, path, entry);
  } else if (!holds(thread, path, entry)) {
    done = clear_way(root, path) && bz_file_write(thread, path, entry->text, entry->length);
    if (done && entry->kind == ENTRY_PROGRAM && chmod(path, 0755) != 0)
      done = sl_fail_false(thread, "cannot make %s executable: %s", path, strerror(errno));
  }
  free(path);
  return done;
}

// Whether all above a path are directories, and none is a link, which leads into the user's own
// directories.
static bool is_own(const char *execution_root, char *path) {
  struct stat status;
  for (char *slash = path + strlen(execution_root); (slash = strchr(slash + 1, '/'));) {
    *slash = '\0';
    bool directory = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    *slash = '/';
    if (!directory) return false;
  }
  return true;
}

static bool is_link(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

// Removes the directories above a path that are empty; shortens the path.
static void remove_empty(const char *execution_root, char *path) {
  char *slash;
  do {
    slash = strrchr(path, '/');
    *slash = '\0';
  } while (slash > path + strlen(execution_root) && rmdir(path) == 0);
}

static void remove_link(const char *execution_root, const char *relative, size_t length) {
  char *path = NULL;
  if (asprintf(&path, "%s/%.*s", execution_root, (int)length, relative) < 0) abort();
  if (is_own(execution_root, path) && is_link(path) && unlink(path) == 0)
    remove_empty(execution_root, path);
  free(path);
}

// Removes the links that earlier calls made and this one does not want, or appends them to the new
// list.
static void settle_unwanted(struct root *root, const char *list, struct sl_text *kept) {
  for (const char *line = list; *line;) {
    size_t length = strcspn(line, "\n");
    struct entry *wanted;
    HASH_FIND(hh, root->entries, line, length, wanted);
    if (!wanted && root->graph->keeps_links) {
      sl_text_format(kept, "%.*s\n", (int)length, line);
    } else if (!wanted) {
      remove_link(root->graph->execution_root, line, length);
    }
    line += length + (line[length] == '\n');
  }
}

static int compare_entries(const struct entry *a, const struct entry *b) {
  return strcmp(a->path, b->path);
}

static bool make(struct root *root) {
  char *list_path = bz_path_join(root->graph->execution_root, LIST_FILE);
  struct sl_text before = {0}, after = {0};
  bool done =
      access(list_path, F_OK) != 0 || bz_file_read_absolute(root->thread, list_path, &before);
  HASH_SORT(root->entries, compare_entries);
  for (const struct entry *entry = root->entries; entry; entry = entry->hh.next)
    if (entry->kind == ENTRY_LINK) sl_text_format(&after, "%s\n", entry->path);
  if (done) settle_unwanted(root, sl_text_string(&before), &after);
  // The list first: whatever happens next, every link is on it.
  if (done && strcmp(sl_text_string(&before), sl_text_string(&after)) != 0)
    done = bz_file_write(root->thread, list_path, sl_text_string(&after), after.length);
  for (const struct entry *entry = root->entries; done && entry; entry = entry->hh.next)
    done = make_entry(root, entry);
  sl_text_free(&before);
  sl_text_free(&after);
  free(list_path);
  return done;
}

bool bz_execution_root_prepare(struct sl_thread *thread, const struct bz_graph *closure) {
  struct root root = {.thread = thread, .graph = closure};
  bool done = collect(&root);
  if (done && root.missing_count) {
    if (root.missing_count > 20)
      sl_text_format(&root.missing, "\nand %zu more", root.missing_count - 20);
    done = sl_fail_false(thread, "%s", sl_text_string(&root.missing));
  }
  forget_linked(&root);
  done = done && make(&root);
  sl_text_free(&root.missing);
  free_entries(&root);
  return done;
}

// ---------------------------------------------------------------- outputs of processes

bool bz_lowered_remove(struct sl_thread *thread, const char *execution_root, const char *path) {
  char *output = bz_path_join(execution_root, path), *stamp = NULL, *tree = lower_tree_of(output);
  if (asprintf(&stamp, "%s.stamp", output) < 0) abort();
  bool done = true;
  if (is_own(execution_root, output)) {
    // What stands beside an archive is the tree, if the tree tool says so.
    if (tree && access(stamp, F_OK) == 0)
      done = bz_directory_remove(thread, tree) && bz_directory_remove(thread, stamp);
    // Where there is a directory now, what is in it is of others.
    if (unlink(output) == 0) {
      remove_empty(execution_root, output);
    } else if (done && errno != ENOENT && errno != EISDIR) {
      done = sl_fail_false(thread, "cannot remove %s: %s", output, strerror(errno));
    }
  }
  free(output);
  free(stamp);
  free(tree);
  return done;
}
