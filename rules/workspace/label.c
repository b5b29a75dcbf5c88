// SPDX-License-Identifier: Apache-2.0
//
// Label: names of targets. A label is interned, so that equality is identity; its parts live in the
// workspace's arena.
#include "rules/workspace/state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- interning

static uint32_t hash_parts(const struct bz_repository *repository, const char *package,
                           const char *name) {
  uint32_t hash = sl_hash_text(package, strlen(package)) * 31 + sl_hash_text(name, strlen(name));
  return hash * 31 + sl_hash_text(repository->name, strlen(repository->name));
}

static void grow_labels(struct bz_workspace *workspace) {
  uint32_t old_size = workspace->labels ? workspace->label_mask + 1 : 0;
  uint32_t size = old_size ? old_size * 2 : 1024;
  struct bz_label **labels = calloc(size, sizeof *labels);
  if (!labels) abort();
  for (uint32_t i = 0; i < old_size; i++) {
    struct bz_label *label = workspace->labels[i];
    if (!label) continue;
    uint32_t slot = label->hash & (size - 1);
    while (labels[slot]) slot = (slot + 1) & (size - 1);
    labels[slot] = label;
  }
  free(workspace->labels);
  workspace->labels = labels;
  workspace->label_mask = size - 1;
}

struct bz_label *bz_label_make(struct bz_repository *repository, const char *package,
                               const char *name) {
  struct bz_workspace *workspace = repository->workspace;
  if (workspace->label_count * 2 >= workspace->label_mask) grow_labels(workspace);
  uint32_t hash = hash_parts(repository, package, name);
  uint32_t slot = hash & workspace->label_mask;
  for (; workspace->labels[slot]; slot = (slot + 1) & workspace->label_mask) {
    struct bz_label *label = workspace->labels[slot];
    if (label->hash == hash && label->repository == repository && strcmp(label->name, name) == 0 &&
        strcmp(label->package, package) == 0)
      return label;
  }
  // Labels of one package mostly come one after another: share its name with the one before.
  struct bz_label *before = workspace->newest_label;
  const char *shared_package = before && strcmp(before->package, package) == 0
                                   ? before->package
                                   : sl_arena_copy(&workspace->arena, package, strlen(package));
  struct bz_label *label = sl_arena_allocate(&workspace->arena, sizeof *label);
  *label = (struct bz_label){&bz_label_type, repository, shared_package,
                             sl_arena_copy(&workspace->arena, name, strlen(name)), hash};
  workspace->labels[slot] = workspace->newest_label = label;
  workspace->label_count++;
  return label;
}

// ---------------------------------------------------------------- checking names

static char *describe(const char *format, int c) {
  struct sl_text text = {0};
  sl_text_format(&text, format, c);
  return text.bytes;
}

// Why one segment of a target name is illegal, or NULL.
static const char *segment_error(const char *segment, size_t length, bool last) {
  if (length == 2 && segment[0] == '.' && segment[1] == '.')
    return "target names may not contain up-level references '..'";
  if (length == 1 && segment[0] == '.' && !last)
    return "target names may not contain '.' as a path segment";
  return NULL;
}

char *bz_target_name_error(const char *name, size_t length) {
  if (length == 0) return strdup("empty target name");
  if (name[0] == '/') return strdup("target names may not start with '/'");
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)name[i];
    if (c < 0x20 || c == 0x7f)
      return describe("target names may not contain non-printable characters: '\\x%02x'", c);
    if (c == ':' || c == '\\') return describe("target names may not contain '%c'", c);
    if (c == '/' && i + 1 < length && name[i + 1] == '/')
      return strdup("target names may not contain '//' path separators");
  }
  if (name[length - 1] == '/') return strdup("target names may not end with '/'");
  for (size_t start = 0; start <= length;) {
    const char *slash = memchr(name + start, '/', length - start);
    size_t end = slash ? (size_t)(slash - name) : length;
    // A name that is just "." is legal, and "a/." means "a".
    const char *error = segment_error(name + start, end - start, !slash);
    if (error) return strdup(error);
    start = end + 1;
  }
  return NULL;
}

char *bz_package_name_error(const char *name, size_t length) {
  if (length == 0) return NULL;
  if (name[0] == '/') return strdup("package names may not start with '/'");
  if (name[length - 1] == '/') return strdup("package names may not end with '/'");
  bool only_dots = true;
  for (size_t i = 0; i <= length; i++) {
    if (i == length || name[i] == '/') {
      if (only_dots) {
        return strdup(i > 0 && name[i - 1] == '/'
                          ? "package names may not contain '//' path separators"
                          : "package name component contains only '.' characters");
      }
      only_dots = true;
      continue;
    }
    unsigned char c = (unsigned char)name[i];
    if (c < 0x20 || c >= 0x7f || c == ':' || c == '\\') {
      return strdup(
          "package names may contain A-Z, a-z, 0-9, or any of ' !\"#$%&'()*+,-./;<=>?[]^_`{|}~'");
    }
    if (c != '.') only_dots = false;
  }
  return NULL;
}

// ---------------------------------------------------------------- parsing

// The pieces of a label string; pointers into it.
struct parts {
  const char *repository;
  size_t repository_length;
  bool has_repository;
  bool canonical;
  bool absolute;  // has "//" or a repository
  const char *package;
  size_t package_length;
  const char *name;
  size_t name_length;
};

static void split_repository(const char **text, size_t *length, struct parts *parts) {
  if (*length == 0 || (*text)[0] != '@') return;
  parts->has_repository = parts->absolute = true;
  size_t at = 1;
  if (*length > 1 && (*text)[1] == '@') {
    parts->canonical = true;
    at = 2;
  }
  size_t end = at;
  while (end < *length && (*text)[end] != '/' && (*text)[end] != ':') end++;
  parts->repository = *text + at;
  parts->repository_length = end - at;
  *text += end;
  *length -= end;
}

static void split_target(const char *text, size_t length, struct parts *parts) {
  const char *colon = memchr(text, ':', length);
  parts->package = text;
  parts->package_length = colon ? (size_t)(colon - text) : length;
  if (colon) {
    parts->name = colon + 1;
    parts->name_length = length - parts->package_length - 1;
    return;
  }
  const char *slash = memrchr(text, '/', length);
  parts->name = slash ? slash + 1 : text;
  parts->name_length = length - (size_t)(parts->name - text);
}

// "a/." means "a".
static size_t without_trailing_dot(const char *name, size_t length) {
  return length > 2 && name[length - 1] == '.' && name[length - 2] == '/' ? length - 2 : length;
}

static bool is_repository_name(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)name[i];
    // Bazel 7 still has "~" where later ones have "+".
    if (!isalnum(c) && (c == '\0' || !strchr("-_.+~", c))) return false;
  }
  return true;
}

bool bz_label_check_repository(struct sl_thread *thread, const char *text, size_t length,
                               const char *name, size_t name_length) {
  size_t rest = (size_t)(text + length - name) - name_length;
  const char *end = name + name_length;
  bool ends_well = rest == 0 || (rest >= 2 && end[0] == '/' && end[1] == '/');
  if (ends_well && is_repository_name(name, name_length)) return true;
  return sl_fail_false(thread,
                       "invalid repository name '%.*s': repo names may contain only A-Z, a-z, 0-9, "
                       "'-', '_', '.' and '+'",
                       (int)(length - 1), text + 1);
}

// Takes a label string apart. False with an error pending.
static bool split(struct sl_thread *thread, const char *text, size_t length, struct parts *parts) {
  const char *rest = text;
  size_t left = length;
  split_repository(&rest, &left, parts);
  if (parts->has_repository &&
      !bz_label_check_repository(thread, text, length, parts->repository, parts->repository_length))
    return false;
  bool absolute = left >= 2 && rest[0] == '/' && rest[1] == '/';
  if (left > 2 && absolute) {
    parts->absolute = true;
    split_target(rest + 2, left - 2, parts);
  } else if (parts->has_repository) {
    parts->package = "";  // "@r" and "@r//" are "@r//:r"
    parts->name = parts->repository;
    parts->name_length = parts->repository_length;
  } else {
    size_t skipped = absolute ? 2 : left > 0 && rest[0] == ':';
    parts->name = rest + skipped;
    parts->name_length = left - skipped;
  }
  return true;
}

static struct bz_label *fail_name(struct sl_thread *thread, const struct parts *parts,
                                  char *error) {
  sl_fail(thread, "invalid target name '%.*s': %s", (int)parts->name_length, parts->name, error);
  free(error);
  return NULL;
}

static struct bz_repository *repository_of(struct bz_repository *from, const struct parts *parts) {
  if (!parts->has_repository) return from;
  if (parts->canonical || parts->repository_length == 0)
    return bz_repository_find(from->workspace, parts->repository, parts->repository_length);
  return bz_repository_resolve(from, parts->repository, parts->repository_length);
}

// The label of parts that were found legal.
static struct bz_label *make(struct bz_repository *from, const char *package,
                             const struct parts *parts) {
  char stack[512];
  size_t name_length = without_trailing_dot(parts->name, parts->name_length);
  size_t needed = parts->package_length + name_length + 2;
  char *copy = needed <= sizeof stack ? stack : malloc(needed);
  if (!copy) abort();
  if (parts->package_length) memcpy(copy, parts->package, parts->package_length);
  copy[parts->package_length] = '\0';
  char *name = copy + parts->package_length + 1;
  memcpy(name, parts->name, name_length);
  name[name_length] = '\0';
  struct bz_label *label =
      bz_label_make(repository_of(from, parts), parts->absolute ? copy : package, name);
  if (copy != stack) free(copy);
  return label;
}

struct bz_label *bz_label_parse(struct sl_thread *thread, struct bz_repository *repository,
                                const char *package, const char *text, size_t length) {
  struct parts parts = {0};
  if (!split(thread, text, length, &parts)) return NULL;
  char *error = bz_target_name_error(parts.name, parts.name_length);
  if (error) return fail_name(thread, &parts, error);
  if (parts.absolute && (error = bz_package_name_error(parts.package, parts.package_length))) {
    sl_fail(thread, "invalid package name '%.*s': %s", (int)parts.package_length, parts.package,
            error);
    free(error);
    return NULL;
  }
  return make(repository, package, &parts);
}

// ---------------------------------------------------------------- text and order

int bz_label_compare(const struct bz_label *a, const struct bz_label *b) {
  if (a == b) return 0;
  int order = a->repository == b->repository ? 0 : strcmp(a->repository->name, b->repository->name);
  if (order == 0) order = strcmp(a->package, b->package);
  return order ? order : strcmp(a->name, b->name);
}

void bz_label_canonical(const struct bz_label *label, struct sl_text *out) {
  sl_text_format(out, "@@%s//%s:%s", label->repository->name, label->package, label->name);
}

void bz_label_display(const struct bz_label *label, struct sl_text *out) {
  const struct bz_repository *repository = label->repository;
  if (repository != repository->workspace->main) {
    const char *apparent = bz_repository_apparent_name(repository);
    sl_text_append_string(out, apparent ? "@" : "@@");
    sl_text_append_string(out, apparent ? apparent : repository->name);
  }
  sl_text_format(out, "//%s:%s", label->package, label->name);
}

const char *bz_label_text(const struct bz_label *label) {
  struct sl_text text = {0};
  bz_label_display(label, &text);
  char *copy = sl_allocate_atomic(text.length + 1);
  memcpy(copy, sl_text_string(&text), text.length + 1);
  sl_text_free(&text);
  return copy;
}

static const char *join_path(struct bz_workspace *workspace, const char *prefix,
                             const struct bz_label *label) {
  return sl_arena_format(&workspace->arena, "%s%s%s%s", prefix, label->package,
                         *label->package ? "/" : "", label->name);
}

const char *bz_label_path(const struct bz_label *label) {
  return join_path(label->repository->workspace, "", label);
}

const char *bz_label_exec_path(const struct bz_label *label) {
  return join_path(label->repository->workspace, label->repository->exec_prefix, label);
}

// ---------------------------------------------------------------- the Starlark type

static struct bz_label *label_of(sl_value x) { return (struct bz_label *)(void *)x; }

static bool label_str(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  bz_label_canonical(label_of(x), out);
  return true;
}

static bool label_print(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  bz_label_display(label_of(x), out);
  return true;
}

static bool label_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_append_string(out, "Label(\"");
  const struct bz_label *label = label_of(x);
  if (label->repository != label->repository->workspace->main) {
    bz_label_canonical(label, out);
  } else {
    sl_text_format(out, "//%s:%s", label->package, label->name);
  }
  sl_text_append_string(out, "\")");
  return true;
}

static bool label_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  (void)thread;
  *hash = label_of(x)->hash;
  return true;
}

static bool label_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  (void)thread;
  *order = bz_label_compare(label_of(x), label_of(y));
  return true;
}

static sl_value workspace_root(const struct bz_label *label) {
  const char *name = label->repository->name;
  return *name ? sl_string_format("external/%s", name) : sl_string("", 0);
}

static sl_value label_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                size_t length) {
  (void)thread;
  (void)length;
  const struct bz_label *label = label_of(x);
  if (strcmp(name, "name") == 0) return sl_string_from(label->name);
  if (strcmp(name, "package") == 0) return sl_string_from(label->package);
  if (strcmp(name, "repo_name") == 0 || strcmp(name, "workspace_name") == 0)
    return sl_string_from(label->repository->name);
  if (strcmp(name, "workspace_root") == 0) return workspace_root(label);
  return NULL;
}

static void label_attribute_names(sl_value x,
                                  void (*offer)(void *data, const char *name, size_t length),
                                  void *data) {
  (void)x;
  static const char *const names[] = {"name", "package", "repo_name", "workspace_name",
                                      "workspace_root"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) offer(data, names[i], strlen(names[i]));
}

static sl_value same_package_label(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  const struct bz_label *label = label_of(self);
  char *error = bz_target_name_error(sl_string_bytes(arguments[0]), sl_string_length(arguments[0]));
  if (error) {
    sl_fail(thread, "invalid target name '%s': %s", sl_string_bytes(arguments[0]), error);
    free(error);
    return NULL;
  }
  return bz_label_value(
      bz_label_make(label->repository, label->package, sl_string_bytes(arguments[0])));
}

static sl_value relative(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  const struct bz_label *label = label_of(self);
  struct bz_label *result =
      bz_label_parse(thread, label->repository, label->package, sl_string_bytes(arguments[0]),
                     sl_string_length(arguments[0]));
  return result ? bz_label_value(result) : NULL;
}

static struct sl_builtin label_methods[] = {
    SL_BUILTIN("same_package_label(target_name: string, /)", same_package_label,
               "Creates a label in the same package with the given target name."),
    SL_BUILTIN("relative(relName: string, /)", relative,
               "Resolves a label that is relative to this label's package."),
    SL_BUILTIN_END,
};

const struct sl_type bz_label_type = {
    .name = "Label",
    .methods = label_methods,
    .repr = label_repr,
    .str = label_str,
    .print = label_print,
    .hash = label_hash,
    .compare = label_compare,
    .attribute = label_attribute,
    .attribute_names = label_attribute_names,
};
