// SPDX-License-Identifier: Apache-2.0
//
// Repository context: see the header. Invariant: files are read from repositories of the workspace and written to memory; whatever
// would need the network or another process fails with a message that says so.
#include "rules/loading/repository_context.h"

#include <stdlib.h>
#include <string.h>

struct context {
  const struct sl_type *type;
  struct bz_loader *loader;
  sl_value modules;       // module_ctx: a list
  const char *canonical;  // repository_ctx: the names of the repository
  const char *apparent;
  sl_value attributes;  // a struct
  sl_value files;       // dict path -> text
};

static struct context *context_of(sl_value x) { return (struct context *)(void *)x; }

// ---------------------------------------------------------------- paths

// A path: of a label's file, of a file that the repository rule wrote, or any other as text.
struct path {
  const struct sl_type *type;
  struct bz_label *label;  // or NULL
  const char *text;
};

static struct path *path_of(sl_value x) { return (struct path *)(void *)x; }

static bool path_str(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_append_string(out, path_of(x)->text);
  return true;
}

static sl_value path_exists(const struct path *path) {
  if (!path->label) return SL_FALSE;
  return sl_bool(bz_file_stat(path->label->repository, bz_label_path(path->label)) !=
                 BZ_FILE_MISSING);
}

static sl_value path_attribute(struct sl_thread *thread, sl_value x, const char *name,
                               size_t length) {
  (void)thread;
  (void)length;
  const char *text = path_of(x)->text, *slash = strrchr(text, '/');
  if (strcmp(name, "basename") == 0) return sl_string_from(slash ? slash + 1 : text);
  return strcmp(name, "exists") == 0 ? path_exists(path_of(x)) : NULL;
}

static void path_names(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                       void *data) {
  (void)x;
  offer(data, "basename", 8);
  offer(data, "exists", 6);
}

static const struct sl_type path_type = {
    .name = "path",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = path_str,
    .attribute = path_attribute,
    .attribute_names = path_names,
};

static sl_value make_path(sl_value given) {
  if (sl_has_type(given, &path_type)) return given;
  struct path *path = sl_allocate(sizeof *path);
  path->type = &path_type;
  if (bz_is_label(given)) {
    path->label = bz_label_of(given);
    char *absolute = bz_file_absolute(path->label->repository, bz_label_path(path->label));
    path->text = bz_text_copy(absolute ? absolute : bz_label_exec_path(path->label));
    free(absolute);
  } else {
    path->text = bz_text_copy(sl_string_bytes(given));
  }
  return (sl_value)(void *)path;
}

static bool is_path(sl_value value) {
  return sl_is_string(value) || bz_is_label(value) || sl_has_type(value, &path_type);
}

// A label of the main repository for an absolute path below it; else what the context itself wrote.
static sl_value read_text(struct sl_thread *thread, struct context *context, sl_value given) {
  if (!is_path(given))
    return sl_fail(thread, "got value of type '%s', want 'string, Label, or path'",
                   sl_type_name(given));
  const struct path *path = path_of(make_path(given));
  struct bz_repository *repository =
      path->label ? path->label->repository : bz_workspace_main(context->loader->workspace);
  const char *relative = path->label ? bz_label_path(path->label) : path->text;
  if (!path->label && context->files) {
    sl_value written = sl_dict_get_string(context->files, path->text);
    if (written) return written;
  }
  const char *root = bz_workspace_root(context->loader->workspace);
  size_t length = strlen(root);
  if (!path->label && strncmp(relative, root, length) == 0 && relative[length] == '/')
    relative += length + 1;
  if (!path->label && *relative == '/')
    return sl_fail(thread, "%s: only files of the workspace can be read", relative);
  struct sl_text text = {0};
  sl_value result = NULL;
  if (bz_file_read(thread, repository, relative, &text)) {
    result = sl_string_from_text(&text);
  } else {
    const char *reason = bz_text_copy(sl_error_message(thread));
    sl_error_clear(thread);
    sl_fail(thread, "%s: %s", path->text, reason);
  }
  sl_text_free(&text);
  return result;
}

// ---------------------------------------------------------------- methods of both

static sl_value context_read(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return read_text(thread, context_of(self), arguments[0]);
}

static sl_value context_path(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (!is_path(arguments[0]))
    return sl_fail(thread, "got value of type '%s', want 'string, Label, or path'",
                   sl_type_name(arguments[0]));
  return make_path(arguments[0]);
}

// What a repository holds must not depend on the machine: no variable is set.
static sl_value context_getenv(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return arguments[1];
}

static sl_value do_nothing(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  return SL_NONE;
}

static sl_value refuse(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  return sl_fail(thread,
                 "repositories that run programs or download files cannot be made here: put the "
                 "repository into the "
                 "vendor directory");
}

static sl_value os_record(struct sl_thread *thread) {
  static const char *const names[] = {"arch", "environ", "name"};
  sl_value values[] = {sl_string_from("amd64"), sl_dict(thread, 0), sl_string_from("linux")};
  return sl_struct(NULL, names, values, sizeof values / sizeof *values);
}

#define EXECUTE \
  "execute(arguments, timeout = 600, environment = {}, quiet = True, working_directory = \"\")"
#define DOWNLOAD                                                                         \
  "download(url, output = \"\", sha256 = \"\", executable = False, allow_fail = False, " \
  "canonical_id = \"\", auth = {}, "                                                     \
  "headers = {}, *, integrity = \"\", block = True)"
#define DOWNLOAD_AND_EXTRACT                                                                   \
  "download_and_extract(url, output = \"\", sha256 = \"\", type = \"\", strip_prefix = \"\", " \
  "allow_fail = False, "                                                                       \
  "canonical_id = \"\", auth = {}, headers = {}, *, integrity = \"\", rename_files = {})"
#define EXTRACT                                                                                 \
  "extract(archive, output = \"\", strip_prefix = \"\", *, rename_files = {}, watch_archive = " \
  "\"auto\")"
#define READ_ROW \
  SL_BUILTIN("read(path, *, watch = \"auto\")", context_read, "The content of a file.")
#define PATH_ROW SL_BUILTIN("path(path, /)", context_path, "A path from a string or a Label.")
#define GETENV_ROW                                                   \
  SL_BUILTIN("getenv(name: string, default = None)", context_getenv, \
             "The default: no variable is set.")
#define WHICH_ROW \
  SL_BUILTIN("which(program: string, /)", do_nothing, "None: no program can be run.")
#define WATCH_ROW SL_BUILTIN("watch(path, /)", do_nothing, "Accepted without effect.")
#define PROGRESS_ROW \
  SL_BUILTIN("report_progress(status: string = \"\")", do_nothing, "Accepted without effect.")

// ---------------------------------------------------------------- module_ctx

static sl_value answer_false(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  return SL_FALSE;
}

static struct sl_builtin module_methods[] = {
    SL_BUILTIN(DOWNLOAD, refuse, "Not possible."),
    SL_BUILTIN(DOWNLOAD_AND_EXTRACT, refuse, "Not possible."),
    SL_BUILTIN(EXECUTE, refuse, "Not possible."),
    SL_BUILTIN(
        "extension_metadata(*, root_module_direct_deps = None, root_module_direct_dev_deps = None, "
        "reproducible: bool = False, facts = None)",
        do_nothing, "Accepted without effect."),
    SL_BUILTIN(EXTRACT, refuse, "Not possible."),
    GETENV_ROW,
    SL_BUILTIN("is_dev_dependency(tag)", answer_false,
               "Whether a tag is one of a dev dependency: never."),
    PATH_ROW,
    READ_ROW,
    PROGRESS_ROW,
    WATCH_ROW,
    WHICH_ROW,
    SL_BUILTIN_END,
};

static sl_value module_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)length;
  if (strcmp(name, "modules") == 0) return context_of(x)->modules;
  if (strcmp(name, "os") == 0) return os_record(thread);
  if (strcmp(name, "facts") == 0) return sl_dict(thread, 0);
  return strcmp(name, "root_module_has_non_dev_dependency") == 0 ? SL_TRUE : NULL;
}

static void module_names(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                         void *data) {
  (void)x;
  static const char *const names[] = {"facts", "modules", "os",
                                      "root_module_has_non_dev_dependency"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) offer(data, names[i], strlen(names[i]));
}

static const struct sl_type module_context_type = {
    .name = "module_ctx",
    .flags = SL_TYPE_HASH_IDENTITY,
    .methods = module_methods,
    .attribute = module_attribute,
    .attribute_names = module_names,
};

sl_value bz_module_context(struct bz_loader *loader, sl_value module) {
  struct context *context = sl_allocate(sizeof *context);
  *context = (struct context){
      .type = &module_context_type, .loader = loader, .modules = sl_list_frozen(&module, 1)};
  return (sl_value)(void *)context;
}

// ---------------------------------------------------------------- repository_ctx

static const char *written_path(struct sl_thread *thread, sl_value given) {
  if (!is_path(given)) {
    sl_fail(thread, "got value of type '%s', want 'string, Label, or path'", sl_type_name(given));
    return NULL;
  }
  const char *text = path_of(make_path(given))->text;
  if (strncmp(text, "./", 2) == 0) text += 2;
  char *error = bz_target_name_error(text, strlen(text));
  if (!error) return text;
  free(error);
  sl_fail(thread, "cannot write '%s': the path is not below the repository", text);
  return NULL;
}

static sl_value put_file(struct sl_thread *thread, sl_value self, sl_value where, sl_value text) {
  const char *path = text ? written_path(thread, where) : NULL;
  if (!path) return NULL;
  return sl_dict_set_string(thread, context_of(self)->files, path, text) ? SL_NONE : NULL;
}

static sl_value repository_file(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return put_file(thread, self, arguments[0], arguments[1]);
}

static sl_value repository_symlink(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return put_file(thread, self, arguments[1], read_text(thread, context_of(self), arguments[0]));
}

static sl_value repository_delete(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  const char *path = written_path(thread, arguments[0]);
  if (!path) return NULL;
  sl_value removed = sl_dict_remove(thread, context_of(self)->files, sl_string_from(path));
  if (!removed && sl_error_pending(thread)) return NULL;
  return sl_bool(removed != NULL);
}

// Replaces every occurrence of each key, one key after the other.
static void substitute(struct sl_text *text, const char *key, const char *value) {
  struct sl_text result = {0};
  size_t length = strlen(key);
  const char *s = sl_text_string(text);
  for (const char *hit; length > 0 && (hit = strstr(s, key)); s = hit + length) {
    sl_text_append(&result, s, (size_t)(hit - s));
    sl_text_append_string(&result, value);
  }
  sl_text_append_string(&result, s);
  sl_text_free(text);
  *text = result;
}

static sl_value repository_template(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value template = read_text(thread, context_of(self), arguments[1]);
  if (!template) return NULL;
  struct sl_text text = {0};
  sl_text_append_string(&text, sl_string_bytes(template));
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(arguments[2], &cursor, &key, &value))
    if (sl_is_string(key) && sl_is_string(value))
      substitute(&text, sl_string_bytes(key), sl_string_bytes(value));
  sl_value filled = sl_string_from_text(&text);
  sl_text_free(&text);
  return put_file(thread, self, arguments[0], filled);
}

static struct sl_builtin repository_methods[] = {
    SL_BUILTIN("delete(path, /)", repository_delete, "Removes a file that was written."),
    SL_BUILTIN(DOWNLOAD, refuse, "Not possible."),
    SL_BUILTIN(DOWNLOAD_AND_EXTRACT, refuse, "Not possible."),
    SL_BUILTIN(EXECUTE, refuse, "Not possible."),
    SL_BUILTIN(EXTRACT, refuse, "Not possible."),
    SL_BUILTIN(
        "file(path, content: string = \"\", executable: bool = True, legacy_utf8: bool = False)",
        repository_file, "Writes a file of the repository."),
    GETENV_ROW,
    SL_BUILTIN("patch(patch_file, strip: int = 0, *, watch_patch = \"auto\")", refuse,
               "Not possible."),
    PATH_ROW,
    READ_ROW,
    PROGRESS_ROW,
    SL_BUILTIN("symlink(target, link_name, /)", repository_symlink,
               "Makes a file that equals another one."),
    SL_BUILTIN("template(path, template, substitutions: dict = {}, executable: bool = True, *, "
               "watch_template = \"auto\")",
               repository_template, "Writes a file from a template."),
    WATCH_ROW,
    SL_BUILTIN("watch_tree(path, /)", do_nothing, "Accepted without effect."),
    WHICH_ROW,
    SL_BUILTIN_END,
};

static sl_value repository_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                     size_t length) {
  (void)length;
  const struct context *context = context_of(x);
  if (strcmp(name, "attr") == 0) return context->attributes;
  if (strcmp(name, "name") == 0) return sl_string_from(context->canonical);
  if (strcmp(name, "original_name") == 0) return sl_string_from(context->apparent);
  if (strcmp(name, "os") == 0) return os_record(thread);
  if (strcmp(name, "workspace_root") != 0) return NULL;
  return make_path(sl_string_from(bz_workspace_root(context->loader->workspace)));
}

static void repository_names(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                             void *data) {
  (void)x;
  static const char *const names[] = {"attr", "name", "original_name", "os", "workspace_root"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) offer(data, names[i], strlen(names[i]));
}

static const struct sl_type repository_context_type = {
    .name = "repository_ctx",
    .flags = SL_TYPE_HASH_IDENTITY,
    .methods = repository_methods,
    .attribute = repository_attribute,
    .attribute_names = repository_names,
};

sl_value bz_repository_context(struct bz_loader *loader, const char *canonical,
                               const char *apparent, sl_value attributes, sl_value files) {
  struct context *context = sl_allocate(sizeof *context);
  *context = (struct context){.type = &repository_context_type,
                              .loader = loader,
                              .canonical = canonical,
                              .apparent = apparent,
                              .attributes = attributes,
                              .files = files};
  return (sl_value)(void *)context;
}
