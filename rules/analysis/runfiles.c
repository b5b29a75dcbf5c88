// SPDX-License-Identifier: Apache-2.0
//
// Runfiles: what a target needs when it runs. A runfiles object holds depsets only, so that merging costs the same however
// many files there are; the tree beside an executable is laid out once, at the end.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- SymlinkEntry

struct symlink_entry {
  const struct sl_type *type;
  sl_value path;
  sl_value target;
};

static bool entry_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  const struct symlink_entry *entry = (const struct symlink_entry *)(void *)x;
  sl_text_append_string(out, "SymlinkEntry(path = ");
  if (!sl_repr(thread, entry->path, out)) return false;
  sl_text_append_string(out, ", target_file = ");
  if (!sl_repr(thread, entry->target, out)) return false;
  sl_text_append_char(out, ')');
  return true;
}

static sl_value entry_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                size_t length) {
  (void)thread;
  (void)length;
  const struct symlink_entry *entry = (const struct symlink_entry *)(void *)x;
  if (strcmp(name, "path") == 0) return entry->path;
  if (strcmp(name, "target_file") == 0) return entry->target;
  return NULL;
}

static void entry_attribute_names(sl_value x,
                                  void (*offer)(void *data, const char *name, size_t length),
                                  void *data) {
  (void)x;
  offer(data, "path", 4);
  offer(data, "target_file", 11);
}

static const struct sl_type symlink_entry_type = {
    .name = "SymlinkEntry",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = entry_repr,
    .attribute = entry_attribute,
    .attribute_names = entry_attribute_names,
};

// A depset of entries from what `symlinks` takes: a dict of path -> File, or such a depset.
static sl_value entries_of(struct sl_thread *thread, sl_value given, const char *what) {
  if (bz_is_depset(given)) return given;
  sl_value *entries = sl_allocate((sl_dict_length(given) + 1) * sizeof *entries);
  size_t cursor = 0, count = 0;
  sl_value path, target;
  while (sl_dict_next(given, &cursor, &path, &target)) {
    if (!sl_is_string(path) || !bz_is_artifact(target)) {
      return sl_fail(thread, "got dict<%s, %s> for '%s', want dict<string, File>",
                     sl_type_name(path), sl_type_name(target), what);
    }
    struct symlink_entry *entry = sl_new(thread, &symlink_entry_type, sizeof *entry);
    entry->path = path;
    entry->target = target;
    entries[count++] = (sl_value)(void *)entry;
  }
  return bz_depset_new(thread, BZ_ORDER_DEFAULT, entries, count, NULL, 0);
}

// ---------------------------------------------------------------- making

static struct bz_runfiles *runfiles_new(struct sl_thread *thread, sl_value files) {
  struct bz_runfiles *runfiles = sl_new(thread, &bz_runfiles_type, sizeof *runfiles);
  runfiles->files = files;
  runfiles->symlinks = bz_depset_value(bz_depset_empty(BZ_ORDER_DEFAULT));
  runfiles->root_symlinks = runfiles->symlinks;
  return runfiles;
}

sl_value bz_runfiles_empty(struct sl_thread *thread) {
  return (sl_value)(void *)runfiles_new(thread,
                                        bz_depset_value(bz_depset_empty(BZ_ORDER_POSTORDER)));
}

sl_value bz_runfiles_make(struct sl_thread *thread, sl_value files) {
  sl_value set = bz_depset_new(thread, BZ_ORDER_POSTORDER, NULL, 0, &files, 1);
  return set ? (sl_value)(void *)runfiles_new(thread, set) : NULL;
}

static bool is_empty(const struct bz_runfiles *runfiles) {
  return !sl_truth(runfiles->files) && !sl_truth(runfiles->symlinks) &&
         !sl_truth(runfiles->root_symlinks);
}

// The union of one member of all parts.
static sl_value join(struct sl_thread *thread, enum bz_order order, const sl_value *parts,
                     size_t count, size_t member) {
  sl_value *sets = sl_allocate((count + 1) * sizeof *sets);
  for (size_t i = 0; i < count; i++) {
    memcpy(&sets[i], (const char *)bz_runfiles_of(parts[i]) + member, sizeof *sets);
  }
  return bz_depset_new(thread, order, NULL, 0, sets, count);
}

sl_value bz_runfiles_merge(struct sl_thread *thread, const sl_value *parts, size_t count) {
  sl_value *kept = sl_allocate((count + 1) * sizeof *kept);
  size_t kept_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_empty(bz_runfiles_of(parts[i]))) kept[kept_count++] = parts[i];
  }
  if (kept_count == 0) return count ? parts[0] : bz_runfiles_empty(thread);
  if (kept_count == 1) return kept[0];
  struct bz_runfiles *merged = runfiles_new(thread, NULL);
  merged->files =
      join(thread, BZ_ORDER_POSTORDER, kept, kept_count, offsetof(struct bz_runfiles, files));
  merged->symlinks =
      join(thread, BZ_ORDER_DEFAULT, kept, kept_count, offsetof(struct bz_runfiles, symlinks));
  merged->root_symlinks =
      join(thread, BZ_ORDER_DEFAULT, kept, kept_count, offsetof(struct bz_runfiles, root_symlinks));
  if (!merged->files || !merged->symlinks || !merged->root_symlinks) return NULL;
  return (sl_value)(void *)merged;
}

// ---------------------------------------------------------------- ctx.runfiles()

struct collection {
  sl_value *parts;
  size_t count;
};

static void collect(struct collection *collection, sl_value part) {
  collection->parts = bz_table_grow(collection->parts, collection->count);
  collection->parts[collection->count++] = part;
}

// Adds a field of the DefaultInfo of every target that an attribute names; a file stands for itself.
static bool collect_attribute(struct sl_thread *thread, struct collection *collection,
                              struct bz_attribute_values *attributes, const char *attribute,
                              const char *field) {
  int32_t i = bz_attribute_values_find(attributes, attribute);
  if (i < 0 || !bz_type_is_label(attributes->attributes[i].type)) return true;
  for (size_t j = 0; j < attributes->targets[i].count; j++) {
    const struct bz_configured_target *target = attributes->targets[i].items[j];
    sl_value runfiles = bz_configured_target_default(target, field);
    if (!runfiles) continue;
    collect(collection, runfiles);
  }
  return !sl_error_pending(thread);
}

enum { FILES, TRANSITIVE_FILES, COLLECT_DATA, COLLECT_DEFAULT, SYMLINKS, ROOT_SYMLINKS };

sl_value bz_runfiles_build(struct sl_thread *thread, struct bz_context *context,
                           sl_value *arguments) {
  struct bz_attribute_values *attributes = context->attributes;
  struct collection collection = {0};
  bool by_default = sl_truth(arguments[COLLECT_DEFAULT]);
  if (by_default || sl_truth(arguments[COLLECT_DATA])) {
    if (!collect_attribute(thread, &collection, attributes, "data", "data_runfiles")) return NULL;
  }
  if (by_default) {
    if (!collect_attribute(thread, &collection, attributes, "srcs", "default_runfiles") ||
        !collect_attribute(thread, &collection, attributes, "deps", "default_runfiles")) {
      return NULL;
    }
  }
  sl_value *files;
  size_t count;
  if (!bz_value_items(thread, arguments[FILES], &files, &count) ||
      !bz_artifact_check_all(thread, files, count, "files")) {
    return NULL;
  }
  size_t part_count = collection.count;
  sl_value *sets = sl_allocate((part_count + 1) * sizeof *sets);
  for (size_t i = 0; i < part_count; i++) sets[i] = bz_runfiles_of(collection.parts[i])->files;
  if (arguments[TRANSITIVE_FILES] != SL_NONE) sets[part_count++] = arguments[TRANSITIVE_FILES];
  sl_value all = bz_depset_new(thread, BZ_ORDER_POSTORDER, files, count, sets, part_count);
  if (!all) return NULL;
  struct bz_runfiles *own = runfiles_new(thread, all);
  own->symlinks = entries_of(thread, arguments[SYMLINKS], "symlinks");
  own->root_symlinks =
      own->symlinks ? entries_of(thread, arguments[ROOT_SYMLINKS], "root_symlinks") : NULL;
  if (!own->root_symlinks) return NULL;
  if (collection.count == 0) return (sl_value)(void *)own;
  // The files are complete; what the collected parts have beside them joins here.
  collect(&collection, (sl_value)(void *)own);
  sl_value merged = bz_runfiles_merge(thread, collection.parts, collection.count);
  if (!merged || merged == (sl_value)(void *)own) return merged;
  struct bz_runfiles *result = runfiles_new(thread, all);
  result->symlinks = bz_runfiles_of(merged)->symlinks;
  result->root_symlinks = bz_runfiles_of(merged)->root_symlinks;
  return (sl_value)(void *)result;
}

// ---------------------------------------------------------------- the tree

// Below a tree, files of the main repository stand under its name.
#define MAIN_DIRECTORY "_main/"

static bool put(struct sl_thread *thread, sl_value map, const char *path, sl_value file) {
  if (sl_dict_get_string(map, path)) return true;  // the first wins
  return sl_dict_set_string(thread, map, path, file);
}

static bool put_entries(struct sl_thread *thread, sl_value map, sl_value entries,
                        const char *prefix) {
  sl_value list = bz_depset_to_list(thread, entries);
  if (!list) return false;
  for (size_t i = 0; i < sl_list_length(list); i++) {
    const struct symlink_entry *entry = (const struct symlink_entry *)(void *)sl_list_get(list, i);
    const char *path = bz_text_format("%s%s", prefix, sl_string_bytes(entry->path));
    if (!put(thread, map, path, entry->target)) return false;
  }
  return true;
}

sl_value bz_runfiles_map(struct sl_thread *thread, struct bz_analysis *analysis, sl_value value) {
  const struct bz_runfiles *runfiles = bz_runfiles_of(value);
  struct sl_mutability *before = sl_thread_set_mutability(thread, analysis->mutability);
  sl_value map = sl_dict(thread, 16);
  sl_value list = bz_depset_to_list(thread, runfiles->files);
  bool good = list && put_entries(thread, map, runfiles->root_symlinks, "") &&
              put_entries(thread, map, runfiles->symlinks, MAIN_DIRECTORY);
  for (size_t i = 0; good && i < sl_list_length(list); i++) {
    const char *path = bz_artifact_of(sl_list_get(list, i))->short_path;
    bool external = strncmp(path, "../", 3) == 0;
    good = put(thread, map, external ? path + 3 : bz_text_format(MAIN_DIRECTORY "%s", path),
               sl_list_get(list, i));
  }
  sl_thread_set_mutability(thread, before);
  return good ? map : NULL;
}

// ---------------------------------------------------------------- the types

static sl_value runfiles_merge(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value parts[] = {self, arguments[0]};
  return bz_runfiles_merge(thread, parts, 2);
}

static sl_value runfiles_merge_all(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, arguments[0], &items, &count)) return NULL;
  sl_value *parts = sl_allocate((count + 1) * sizeof *parts);
  parts[0] = self;
  for (size_t i = 0; i < count; i++) {
    if (!bz_is_runfiles(items[i])) {
      return sl_fail(thread, "at index %zu of other, got element of type %s, want runfiles", i,
                     sl_type_name(items[i]));
    }
    parts[i + 1] = items[i];
  }
  return bz_runfiles_merge(thread, parts, count + 1);
}

static struct sl_builtin runfiles_methods[] = {
    SL_BUILTIN("merge(other: runfiles)", runfiles_merge, "The union of two runfiles objects."),
    SL_BUILTIN("merge_all(other: sequence)", runfiles_merge_all,
               "The union with a list of runfiles objects."),
    SL_BUILTIN_END,
};

static sl_value runfiles_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                   size_t length) {
  (void)thread;
  (void)length;
  const struct bz_runfiles *runfiles = bz_runfiles_of(x);
  if (strcmp(name, "files") == 0) return runfiles->files;
  if (strcmp(name, "symlinks") == 0) return runfiles->symlinks;
  if (strcmp(name, "root_symlinks") == 0) return runfiles->root_symlinks;
  if (strcmp(name, "empty_filenames") == 0)
    return bz_depset_value(bz_depset_empty(BZ_ORDER_DEFAULT));
  return NULL;
}

static void runfiles_attribute_names(sl_value x,
                                     void (*offer)(void *data, const char *name, size_t length),
                                     void *data) {
  static const char *const names[] = {"empty_filenames", "files", "root_symlinks", "symlinks"};
  (void)x;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) offer(data, names[i], strlen(names[i]));
}

const struct sl_type bz_runfiles_type = {
    .name = "runfiles",
    .flags = SL_TYPE_HASH_IDENTITY,
    .methods = runfiles_methods,
    .attribute = runfiles_attribute,
    .attribute_names = runfiles_attribute_names,
};

sl_value bz_files_to_run_make(struct sl_thread *thread, struct bz_artifact *executable,
                              struct bz_artifact *runfiles_tree, struct bz_artifact *manifest,
                              sl_value files) {
  sl_value direct[2];
  size_t count = 0;
  if (executable) direct[count++] = bz_artifact_value(executable);
  if (runfiles_tree) direct[count++] = bz_artifact_value(runfiles_tree);
  sl_value all = bz_depset_new(thread, BZ_ORDER_DEFAULT, direct, count, &files, 1);
  if (!all) return NULL;
  struct bz_files_to_run *run = sl_new(thread, &bz_files_to_run_type, sizeof *run);
  run->executable = executable;
  run->runfiles_tree = runfiles_tree;
  run->manifest = manifest;
  run->files = all;
  return (sl_value)(void *)run;
}

static sl_value run_attribute(struct sl_thread *thread, sl_value x, const char *name,
                              size_t length) {
  (void)thread;
  (void)length;
  const struct bz_files_to_run *run = bz_files_to_run_of(x);
  if (strcmp(name, "executable") == 0)
    return run->executable ? bz_artifact_value(run->executable) : SL_NONE;
  if (strcmp(name, "runfiles_manifest") == 0)
    return run->manifest ? bz_artifact_value(run->manifest) : SL_NONE;
  if (strcmp(name, "repo_mapping_manifest") == 0) return SL_NONE;
  return NULL;
}

static void run_attribute_names(sl_value x,
                                void (*offer)(void *data, const char *name, size_t length),
                                void *data) {
  static const char *const names[] = {"executable", "repo_mapping_manifest", "runfiles_manifest"};
  (void)x;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) offer(data, names[i], strlen(names[i]));
}

const struct sl_type bz_files_to_run_type = {
    .name = "FilesToRunProvider",
    .flags = SL_TYPE_HASH_IDENTITY,
    .attribute = run_attribute,
    .attribute_names = run_attribute_names,
};
