// SPDX-License-Identifier: Apache-2.0
//
// File: sources and what actions make. Two Files of equal path, owner and kind are one object, so that identity is
// equality and a walk may mark them.

#include <string.h>

#include "common/hash.h"
#include "rules/analysis/state.h"

// ---------------------------------------------------------------- roots

static const struct sl_type root_type;

struct root {
  const struct sl_type *type;
  const char *path;
};

// The root of every source file.
static struct root source_root = {&root_type, ""};

sl_value bz_root_make(struct sl_thread *thread, const char *path) {
  struct root *root = sl_new(thread, &root_type, sizeof *root);
  root->path = path;
  return (sl_value)(void *)root;
}

static bool root_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct root *root = (const struct root *)(void *)x;
  sl_text_append_string(out, root->path[0] ? "<derived root>" : "<source root>");
  return true;
}

static int root_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  (void)thread;
  return strcmp(((struct root *)(void *)x)->path, ((struct root *)(void *)y)->path) == 0;
}

static sl_value root_attribute(struct sl_thread *thread, sl_value x, const char *name,
                               size_t length) {
  (void)thread;
  (void)length;
  if (strcmp(name, "path") != 0) return NULL;
  return sl_string_from(((const struct root *)(void *)x)->path);
}

static void root_attribute_names(sl_value x,
                                 void (*offer)(void *data, const char *name, size_t length),
                                 void *data) {
  (void)x;
  offer(data, "path", 4);
}

static const struct sl_type root_type = {
    .name = "root",
    .repr = root_repr,
    .equal = root_equal,
    .attribute = root_attribute,
    .attribute_names = root_attribute_names,
};

// ---------------------------------------------------------------- making

struct file_key {
  const char *path;
  const struct bz_label *owner;
  enum bz_artifact_kind kind;
};

static enum bz_artifact_kind kind_of(const struct bz_artifact *artifact) {
  if (artifact->is_runfiles_tree) return BZ_ARTIFACT_RUNFILES;
  return artifact->is_directory ? BZ_ARTIFACT_DIRECTORY : BZ_ARTIFACT_FILE;
}

static bool same_file(const void *entry, const void *key) {
  const struct bz_artifact *artifact = entry;
  const struct file_key *wanted = key;
  return artifact->owner == wanted->owner && kind_of(artifact) == wanted->kind &&
         strcmp(artifact->path, wanted->path) == 0;
}

// The File of that key, found or new; a new one has neither short path nor root.
static struct bz_artifact *intern(struct sl_thread *thread, struct bz_analysis *analysis,
                                  const struct file_key *key) {
  uint32_t hash = sl_hash_text(key->path, strlen(key->path));
  struct bz_artifact *artifact = bz_table_find(&analysis->artifacts, hash, same_file, key);
  if (artifact) return artifact;
  artifact = sl_new(thread, &bz_file_type, sizeof *artifact);
  artifact->path = key->path;
  artifact->owner = (struct bz_label *)key->owner;
  artifact->is_directory = key->kind != BZ_ARTIFACT_FILE;
  artifact->is_runfiles_tree = key->kind == BZ_ARTIFACT_RUNFILES;
  bz_table_add(&analysis->artifacts, hash, artifact);
  return artifact;
}

static const char *path_below(const char *directory, const char *package, const char *name) {
  return bz_text_format("%s%s%s%s", directory, package, package[0] ? "/" : "", name);
}

struct bz_artifact *bz_artifact_source(struct sl_thread *thread, struct bz_analysis *analysis,
                                       struct bz_label *label) {
  const char *path = path_below(label->repository->exec_prefix, label->package, label->name);
  struct bz_artifact *artifact =
      intern(thread, analysis, &(struct file_key){path, label, BZ_ARTIFACT_FILE});
  if (artifact->short_path) return artifact;
  bool main = label->repository->exec_prefix[0] == '\0';
  artifact->short_path =
      main ? path : path_below(label->repository->short_prefix, label->package, label->name);
  artifact->root_path = "";
  artifact->is_source = true;
  return artifact;
}

struct bz_artifact *bz_artifact_derived(struct sl_thread *thread, struct bz_analysis *analysis,
                                        const struct bz_configuration *configuration,
                                        struct bz_label *owner, const char *path,
                                        enum bz_artifact_kind kind) {
  const char *exec_path =
      bz_text_format("%s/%s%s", configuration->bin_path, owner->repository->exec_prefix, path);
  struct bz_artifact *artifact =
      intern(thread, analysis, &(struct file_key){exec_path, owner, kind});
  if (artifact->short_path) return artifact;
  artifact->short_path = bz_text_format("%s%s", owner->repository->short_prefix, path);
  artifact->root_path = configuration->bin_path;
  return artifact;
}

// ---------------------------------------------------------------- parts of a path

const char *bz_artifact_basename(const struct bz_artifact *artifact) {
  const char *slash = strrchr(artifact->path, '/');
  return slash ? slash + 1 : artifact->path;
}

// What stands after the last dot of the basename; "" without one.
static const char *extension_of(const struct bz_artifact *artifact) {
  const char *dot = strrchr(bz_artifact_basename(artifact), '.');
  return dot ? dot + 1 : "";
}

static sl_value dirname_of(const struct bz_artifact *artifact) {
  const char *slash = strrchr(artifact->path, '/');
  return sl_string(artifact->path, slash ? (size_t)(slash - artifact->path) : 0);
}

bool bz_artifact_check_all(struct sl_thread *thread, const sl_value *items, size_t count,
                           const char *what) {
  for (size_t i = 0; i < count; i++) {
    if (bz_is_artifact(items[i])) continue;
    return sl_fail_false(thread, "at index %zu of %s, got element of type %s, want File", i, what,
                         sl_type_name(items[i]));
  }
  return true;
}

// ---------------------------------------------------------------- the type

static bool file_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct bz_artifact *artifact = bz_artifact_of(x);
  if (artifact->is_source) {
    sl_text_append_string(out, "<source file ");
    if (artifact->owner) {
      sl_text_append_string(out, bz_label_path(artifact->owner));
    } else {
      sl_text_append_string(out, artifact->path);
    }
  } else {
    sl_text_format(out, "<generated file %s", artifact->path + strlen(artifact->root_path) + 1);
  }
  sl_text_append_char(out, '>');
  return true;
}

enum file_field {
  PATH,
  SHORT_PATH,
  ROOT,
  OWNER,
  BASENAME,
  DIRNAME,
  EXTENSION,
  IS_SOURCE,
  IS_DIRECTORY,
  IS_SYMLINK,
  TREE_RELATIVE_PATH
};

static const char *const file_fields[] = {
    [PATH] = "path",
    [SHORT_PATH] = "short_path",
    [ROOT] = "root",
    [OWNER] = "owner",
    [BASENAME] = "basename",
    [DIRNAME] = "dirname",
    [EXTENSION] = "extension",
    [IS_SOURCE] = "is_source",
    [IS_DIRECTORY] = "is_directory",
    [IS_SYMLINK] = "is_symlink",
    [TREE_RELATIVE_PATH] = "tree_relative_path",
};
enum { FILE_FIELD_COUNT = sizeof file_fields / sizeof *file_fields };

static sl_value file_attribute(struct sl_thread *thread, sl_value x, const char *name,
                               size_t length) {
  (void)length;
  const struct bz_artifact *artifact = bz_artifact_of(x);
  int field = 0;
  while (field < FILE_FIELD_COUNT && strcmp(name, file_fields[field]) != 0) field++;
  switch (field) {
    case PATH:
      return sl_string_from(artifact->path);
    case SHORT_PATH:
      return sl_string_from(artifact->short_path);
    case ROOT:
      return artifact->is_source ? (sl_value)(void *)&source_root
                                 : bz_root_make(thread, artifact->root_path);
    case OWNER:
      return artifact->owner ? bz_label_value(artifact->owner) : SL_NONE;
    case BASENAME:
      return sl_string_from(bz_artifact_basename(artifact));
    case DIRNAME:
      return dirname_of(artifact);
    case EXTENSION:
      return sl_string_from(extension_of(artifact));
    case IS_SOURCE:
      return sl_bool(artifact->is_source);
    case IS_DIRECTORY:
      return sl_bool(artifact->is_directory);
    case IS_SYMLINK:
      return SL_FALSE;
    case TREE_RELATIVE_PATH:
      return sl_fail(thread,
                     "tree_relative_path not allowed for files that are not tree artifact files.");
    default:
      return NULL;
  }
}

static void file_attribute_names(sl_value x,
                                 void (*offer)(void *data, const char *name, size_t length),
                                 void *data) {
  (void)x;
  for (size_t i = 0; i < FILE_FIELD_COUNT; i++) offer(data, file_fields[i], strlen(file_fields[i]));
}

const struct sl_type bz_file_type = {
    .name = "File",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = file_repr,
    .attribute = file_attribute,
    .attribute_names = file_attribute_names,
};
