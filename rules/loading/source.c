// SPDX-License-Identifier: Apache-2.0
//
// Source: BUILD and .bzl files, and what they load. Invariant: a .bzl file is executed once, after everything that it
// loads; files wait on a list of their own, so that no chain of loads is as deep on the C stack.
#include <stdlib.h>
#include <string.h>

#include "rules/loading/state.h"

struct bz_source *bz_running_source(struct sl_thread *thread) {
  struct sl_frame frame;
  for (size_t depth = 0; sl_thread_frame(thread, depth, &frame); depth++)
    if (frame.module) return sl_module_data(frame.module);
  return NULL;
}

struct bz_label *bz_running_bzl(struct sl_thread *thread) {
  struct bz_source *source = bz_running_source(thread);
  return source && !source->is_build ? source->label : NULL;
}

struct bz_loader *bz_running_loader(struct sl_thread *thread) {
  struct bz_source *source = bz_running_source(thread);
  return source ? source->loader : NULL;
}

const char *bz_position_text(const char *file, struct sl_position position) {
  return bz_text_format("%s:%u:%u", file, (unsigned)position.line, (unsigned)position.column);
}

static void report(struct bz_source *source, struct sl_position position, const char *message) {
  bz_event(source->loader->workspace, BZ_ERROR, bz_position_text(source->path, position), "%s",
           message);
}

// ---------------------------------------------------------------- reading

void bz_source_init(struct bz_source *source, struct bz_loader *loader, struct bz_label *label) {
  source->loader = loader;
  source->label = label;
  source->relative = bz_label_path(label);
  char *absolute = bz_file_absolute(label->repository, source->relative);
  source->path = bz_text_copy(absolute ? absolute : bz_label_exec_path(label));
  free(absolute);
}

static void report_diagnostics(struct bz_source *source) {
  const struct sl_file *file = source->syntax;
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    const struct sl_diagnostic *diagnostic = &file->diagnostics[i];
    // The description begins with the position, which is the event's own, and ends with a newline.
    struct sl_text text = {0};
    sl_file_describe(file, diagnostic, true, &text);
    const char *excerpt = strchr(sl_text_string(&text), '\n');
    bz_event(source->loader->workspace, diagnostic->severity == SL_ERROR ? BZ_ERROR : BZ_WARNING,
             bz_position_text(source->path, sl_file_position(file, diagnostic->start)), "%s%.*s",
             diagnostic->message, (int)strlen(excerpt) - 1, excerpt);
    sl_text_free(&text);
  }
}

static bool has_extension(const char *name) {
  size_t length = strlen(name);
  return length > 4 &&
         (strcmp(name + length - 4, ".bzl") == 0 || strcmp(name + length - 4, ".scl") == 0);
}

// The label of a load statement. False: an error was reported.
static bool resolve_load(struct sl_thread *thread, struct bz_source *source, struct bz_load *load) {
  const struct bz_label *home = source->label;
  load->label =
      bz_label_parse(thread, home->repository, home->package, load->text, strlen(load->text));
  if (!load->label) {
    struct sl_text text = {0};
    sl_text_format(&text, "in load statement: %s", sl_error_message(thread));
    sl_error_clear(thread);
    report(source, load->position, sl_text_string(&text));
    sl_text_free(&text);
    return false;
  }
  if (has_extension(load->label->name)) return true;
  report(source, load->position,
         "in load statement: The label must reference a file with extension '.bzl' or '.scl'");
  return false;
}

static bool resolve_loads(struct sl_thread *thread, struct bz_source *source) {
  source->load_count = sl_program_load_count(source->program);
  source->loads = sl_allocate((source->load_count + 1) * sizeof *source->loads);
  bool good = true;
  for (size_t i = 0; i < source->load_count; i++) {
    struct bz_load *load = &source->loads[i];
    load->text = bz_text_copy(sl_program_load(source->program, i, &load->position));
    good &= resolve_load(thread, source, load);
  }
  return good || sl_fail_false(thread, "malformed load statements");
}

bool bz_source_prepare(struct sl_thread *thread, struct bz_source *source,
                       const struct sl_environment *environment, bool *broken) {
  struct sl_text text = {0};
  const struct bz_label *label = source->label;
  *broken = false;
  bool good = bz_file_read(thread, label->repository, source->relative, &text);
  if (good) {
    source->syntax = sl_file_parse(source->path, sl_text_string(&text), text.length,
                                   sl_dialect_for_file(source->path));
    // A file with errors of syntax is resolved as well: all of its static errors are told at once.
    source->program = sl_program_new(thread, source->syntax, environment);
    if (!source->program) {
      report_diagnostics(source);
      sl_error_clear(thread);
      *broken = true;
      good = sl_fail_false(thread, "compilation of module '%s' failed", source->relative);
    } else {
      good = resolve_loads(thread, source);
    }
  }
  sl_text_free(&text);
  return good;
}

// ---------------------------------------------------------------- executing

void bz_source_release(struct bz_source *source) {
  if (source->syntax) sl_file_free(source->syntax);
  source->syntax = NULL;
  source->program = NULL;
}

// The handler of load statements: everything was loaded before.
static struct sl_module *find_loaded(struct sl_thread *thread, struct sl_module *from,
                                     const char *name) {
  struct bz_source *source = sl_module_data(from);
  for (size_t i = 0; source && i < source->load_count; i++)
    if (strcmp(source->loads[i].text, name) == 0) return source->loads[i].module;
  sl_fail(thread, "cannot load '%s': no such file", name);
  return NULL;
}

bool bz_source_execute(struct sl_thread *thread, struct bz_source *source) {
  sl_thread_set_load(thread, find_loaded);
  // Calls of a failed file stand in the stacks of its targets: they hold the names that the module owns.
  struct sl_module *failed = NULL;
  struct sl_module *module =
      sl_module_execute(thread, source->program, source->path, source, &failed);
  source->module = module ? module : failed;
  return module != NULL;
}

// ---------------------------------------------------------------- finding files

static struct bz_source *find_source(struct sl_thread *thread, struct bz_loader *loader,
                                     struct bz_label *label) {
  sl_value found = sl_dict_get(thread, loader->source_index, bz_label_value(label));
  if (found) return loader->sources[sl_small_int(found)];
  struct bz_source *source = sl_allocate(sizeof *source);
  bz_source_init(source, loader, label);
  if (loader->source_count == loader->source_capacity) {
    loader->source_capacity = 2 * loader->source_capacity + 16;
    loader->sources =
        sl_reallocate(loader->sources, loader->source_capacity * sizeof *loader->sources);
  }
  loader->sources[loader->source_count] = source;
  if (!sl_dict_set(thread, loader->source_index, bz_label_value(label),
                   sl_int((int64_t)loader->source_count++)))
    return NULL;
  return source;
}

// The package that holds a directory, that directory included; NULL: none.
static const char *enclosing_package(struct bz_repository *repository, const char *package) {
  char *path = strdup(package);
  if (!path) abort();
  const char *found = NULL;
  while (!found) {
    if (bz_package_build_file(repository, path)) found = bz_text_copy(path);
    char *slash = strrchr(path, '/');
    if (slash) {
      *slash = '\0';
    } else if (*path) {
      *path = '\0';
    } else {
      break;
    }
  }
  free(path);
  return found;
}

// Whether a .bzl file belongs to the package that its label says. The built-in files need no packages.
static bool check_package(struct sl_thread *thread, const struct bz_source *source) {
  const struct bz_label *label = source->label;
  if (source->loader->loading_builtins) return true;
  const char *text = bz_label_text(label);
  char *crossed = bz_package_crossed(label->repository, label->package, label->name);
  if (crossed) {
    struct sl_text message = {0};
    bz_crossing_message(label, crossed, &message);
    sl_fail(thread, "%s", sl_text_string(&message));
    sl_text_free(&message);
    free(crossed);
    return false;
  }
  if (bz_package_build_file(label->repository, label->package)) return true;
  const char *package = enclosing_package(label->repository, label->package);
  if (!package) {
    return sl_fail_false(
        thread,
        "Every .bzl file must have a corresponding package, but '%s' does not have one. You may "
        "create one in the same or any parent directory. Note that this BUILD file does not need "
        "to do anything except exist.",
        text);
  }
  const char *rest = label->package + strlen(package) + (*package != '\0');
  return sl_fail_false(thread,
                       "Label '%s' is invalid because '%s' is not a package; perhaps you meant to "
                       "put the colon here: '%.*s//%s:%s/%s'?",
                       text, label->package, (int)(strstr(text, "//") - text), text, package, rest,
                       label->name);
}

static bool prepare_bzl(struct sl_thread *thread, struct bz_source *source) {
  const struct bz_label *label = source->label;
  if (!check_package(thread, source)) return false;
  if (bz_file_stat(label->repository, source->relative) != BZ_FILE_REGULAR)
    return sl_fail_false(thread, "cannot load '%s': no such file", bz_label_text(label));
  const struct bz_loader *loader = source->loader;
  bool broken;
  return bz_source_prepare(thread, source, loader->bzl_environment, &broken);
}

static bool execute_bzl(struct sl_thread *thread, struct bz_source *source) {
  if (bz_source_execute(thread, source) && bz_source_export(thread, source)) return true;
  bz_event(source->loader->workspace, BZ_ERROR, NULL, "%s", sl_error_text(thread));
  sl_error_clear(thread);
  return sl_fail_false(thread, "initialization of module '%s' failed", source->relative);
}

// ---------------------------------------------------------------- loads of loads

// The files that are being loaded: each waits for the one after it.
struct chain {
  struct bz_source **sources;
  size_t count, capacity;
  bool cyclic;  // the last one loads one of them
};

static void push(struct chain *chain, struct bz_source *source) {
  if (chain->count == chain->capacity) {
    chain->capacity = 2 * chain->capacity + 16;
    chain->sources = sl_reallocate(chain->sources, chain->capacity * sizeof *chain->sources);
  }
  chain->sources[chain->count++] = source;
  source->state = BZ_SOURCE_BUSY;
}

// How a file is called in a drawing of a cycle.
static const char *node_text(const struct bz_source *source) {
  return source->is_build ? source->relative : bz_label_text(source->label);
}

static bool fail_cycle(struct sl_thread *thread, struct chain *chain,
                       const struct bz_source *first) {
  chain->cyclic = true;
  struct sl_text text = {0};
  sl_text_append_string(&text, "cycle detected in extension files:");
  size_t start = 0;
  while (chain->sources[start] != first) start++;
  for (size_t i = 0; i < start; i++)
    sl_text_format(&text, "\n    %s", node_text(chain->sources[i]));
  bool self = start + 1 == chain->count;
  for (size_t i = start; i < chain->count; i++) {
    sl_text_format(&text, "\n%s%s%s", i == start ? ".-> " : "|   ", node_text(chain->sources[i]),
                   self ? " [self-edge]" : "");
  }
  if (self) {
    sl_text_append_string(&text, "\n`--");
  } else {
    sl_text_format(&text, "\n`-- %s", node_text(first));
  }
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return false;
}

static const char *keep_message(struct sl_thread *thread) {
  return bz_text_copy(sl_error_message(thread));
}

// Every file of the chain fails, each for what the file after it failed for. A cycle is drawn once, for all of them.
static bool fail_chain(struct sl_thread *thread, struct chain *chain) {
  while (chain->count > 0) {
    struct bz_source *source = chain->sources[--chain->count];
    source->state = BZ_SOURCE_FAILED;
    source->error = keep_message(thread);
    bz_source_release(source);
    if (chain->count == 0 || chain->cyclic) continue;
    const struct bz_source *parent = chain->sources[chain->count - 1];
    const struct bz_load *load = &parent->loads[parent->next_load];
    sl_error_clear(thread);
    sl_fail(thread, "at %s: %s", bz_position_text(parent->path, load->position), source->error);
  }
  return false;
}

static bool is_load_visible(const struct bz_source *loaded, const struct bz_source *by) {
  const struct bz_label *home = loaded->label, *user = by->label;
  if (!loaded->visibility) return true;
  if (home->repository == user->repository && strcmp(home->package, user->package) == 0)
    return true;
  for (size_t i = 0; i < sl_list_length(loaded->visibility); i++) {
    const char *text = sl_string_bytes(sl_list_get(loaded->visibility, i));
    if (bz_specification_matches(text, home->repository, user->repository, user->package) > 0)
      return true;
  }
  return false;
}

static bool finish_load(struct sl_thread *thread, struct bz_source *source,
                        struct bz_source *loaded) {
  struct bz_load *load = &source->loads[source->next_load];
  if (!is_load_visible(loaded, source)) {
    struct sl_text text = {0};
    sl_text_format(&text,
                   "Starlark file %s is not visible for loading from package //%s. Check the "
                   "file's `visibility()` declaration.",
                   bz_label_text(loaded->label), source->label->package);
    report(source, load->position, sl_text_string(&text));
    sl_text_free(&text);
    return sl_fail_false(thread, "module %s contains .bzl load visibility violations",
                         node_text(source));
  }
  load->module = loaded->module;
  source->next_load++;
  return true;
}

// Whether nothing real can be loaded under a label, which is told.
static bool is_opaque(struct sl_thread *thread, struct bz_loader *loader, struct bz_label *label) {
  struct bz_repository *repository = label->repository;
  if (repository->kind == BZ_REPOSITORY_MISSING) {
    bz_warn_missing(thread, loader, repository);
    return true;
  }
  if (repository->kind != BZ_REPOSITORY_EMBEDDED || loader->loading_builtins) return false;
  if (bz_file_stat(repository, bz_label_path(label)) == BZ_FILE_REGULAR) return false;
  bz_warn_not_embedded(thread, loader, label);
  return true;
}

static bool load_opaque(struct sl_thread *thread, struct bz_source *source) {
  struct bz_load *load = &source->loads[source->next_load];
  load->module = bz_opaque_module(thread, source, load->text);
  source->next_load += load->module != NULL;
  return load->module != NULL;
}

// Goes one step on in the newest file of the chain.
static bool step(struct sl_thread *thread, struct chain *chain) {
  struct bz_source *source = chain->sources[chain->count - 1];
  struct bz_label *label = source->loads[source->next_load].label;
  if (is_opaque(thread, source->loader, label)) return load_opaque(thread, source);
  struct bz_source *loaded = find_source(thread, source->loader, label);
  if (!loaded) return false;
  switch (loaded->state) {
    case BZ_SOURCE_NEW:
      push(chain, loaded);
      return prepare_bzl(thread, loaded);
    case BZ_SOURCE_BUSY:
      return fail_cycle(thread, chain, loaded);
    case BZ_SOURCE_FAILED:
      return sl_fail_false(
          thread, "at %s: %s",
          bz_position_text(source->path, source->loads[source->next_load].position), loaded->error);
    default:
      return finish_load(thread, source, loaded);
  }
}

// Brings the newest file of the chain to its end, and with it all that it needs.
static bool run_chain(struct sl_thread *thread, struct chain *chain) {
  struct bz_source *first = chain->sources[0];
  while (chain->count > 0) {
    struct bz_source *source = chain->sources[chain->count - 1];
    if (source->next_load < source->load_count) {
      if (!step(thread, chain)) return fail_chain(thread, chain);
      continue;
    }
    if (source->is_build) return true;
    if (!execute_bzl(thread, source)) return fail_chain(thread, chain);
    source->state = BZ_SOURCE_DONE;
    bz_source_release(source);
    chain->count--;
  }
  return first->state == BZ_SOURCE_DONE;
}

bool bz_source_load_all(struct sl_thread *thread, struct bz_source *source) {
  struct chain chain = {0};
  push(&chain, source);
  return run_chain(thread, &chain);
}

struct sl_module *bz_bzl_load(struct sl_thread *thread, struct bz_loader *loader,
                              struct bz_label *label) {
  if (!bz_builtins_load(thread, loader)) return NULL;
  struct bz_source *source = find_source(thread, loader, label);
  if (!source) return NULL;
  if (source->state == BZ_SOURCE_FAILED) {
    sl_fail(thread, "%s", source->error);
    return NULL;
  }
  if (label->repository->kind == BZ_REPOSITORY_MISSING) {
    sl_fail(thread, "repository '@@%s' is not available (%s)", label->repository->name,
            label->repository->reason ? label->repository->reason : "it is not defined");
    return NULL;
  }
  if (source->state == BZ_SOURCE_NEW) {
    struct chain chain = {0};
    push(&chain, source);
    if (!(prepare_bzl(thread, source) ? run_chain(thread, &chain) : fail_chain(thread, &chain)))
      return NULL;
  }
  return source->module;
}

// ---------------------------------------------------------------- what was loaded

sl_value bz_source_closure(struct sl_thread *thread, struct bz_source *source) {
  struct bz_loader *loader = source->loader;
  sl_value seen = bz_table_new(thread, loader);
  sl_value *labels = NULL;
  size_t count = 0, capacity = 0;
  const struct bz_source *current = source;
  for (size_t next = 0; current; next++) {
    for (size_t i = 0; i < current->load_count; i++) {
      sl_value label = bz_label_value(current->loads[i].label);
      if (sl_dict_get(thread, seen, label)) continue;
      if (!sl_dict_set(thread, seen, label, SL_TRUE)) return NULL;
      if (count == capacity) {
        capacity = 2 * capacity + 16;
        labels = sl_reallocate(labels, capacity * sizeof *labels);
      }
      labels[count++] = label;
    }
    current = next < count ? find_source(thread, loader, bz_label_of(labels[next])) : NULL;
  }
  return bz_value_sorted(sl_list_frozen(labels, count));
}
