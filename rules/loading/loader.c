// SPDX-License-Identifier: Apache-2.0
//
// Loader: what all packages and .bzl files of a workspace share: the names that files see, the built-in rule sets, and the
// tables of what is loaded. Invariant: the rule sets are loaded before any file that may use them.
#include <string.h>

#include "rules/loading/state.h"

// The rule sets' door: two dicts, `exported_rules` and `exported_toplevels`, and a list, `opaque_rules`.
#define BUILTINS_REPOSITORY "_builtins"
#define BUILTINS_FILE "exports.bzl"

sl_value bz_table_new(struct sl_thread *thread, struct bz_loader *loader) {
  struct sl_mutability *before = sl_thread_set_mutability(thread, loader->mutability);
  sl_value table = sl_dict(thread, 0);
  sl_thread_set_mutability(thread, before);
  return table;
}

struct bz_workspace *bz_loader_workspace(const struct bz_loader *loader) {
  return loader->workspace;
}

void bz_warn_missing(struct sl_thread *thread, struct bz_loader *loader,
                     struct bz_repository *repository) {
  if (sl_dict_get_string(loader->warned, repository->name)) return;
  if (!sl_dict_set_string(thread, loader->warned, repository->name, SL_TRUE))
    sl_error_clear(thread);
  bz_event(loader->workspace, BZ_WARNING, NULL,
           "repository '@@%s' is not available (%s): what is loaded from it is opaque",
           repository->name, repository->reason ? repository->reason : "nothing defines it");
}

void bz_warn_not_embedded(struct sl_thread *thread, struct bz_loader *loader,
                          const struct bz_label *label) {
  const char *text = bz_label_text(label);
  if (sl_dict_get_string(loader->warned, text)) return;
  if (!sl_dict_set_string(thread, loader->warned, text, SL_TRUE)) sl_error_clear(thread);
  bz_event(loader->workspace, BZ_WARNING, NULL,
           "'%s' is not part of the built-in rule set: what is loaded from it is opaque", text);
}

// ---------------------------------------------------------------- environments

struct sl_environment *bz_loading_environment(void) {
  struct sl_environment *environment = sl_environment_new(sl_universe());
  sl_environment_set_builtins(environment, bz_global_builtins);
  sl_environment_set_builtins(environment, bz_rule_builtins);
  sl_environment_set_builtins(environment, bz_macro_builtin);
  sl_environment_set_builtins(environment, bz_extension_builtins);
  sl_environment_set_builtins(environment, bz_select_builtin);
  sl_environment_set(environment, "attr", bz_attr_module());
  sl_environment_set(environment, "config", bz_config_module());
  return environment;
}

// Bazel's names that only the rules of other languages use, or that nothing here needs: they stay opaque unless somebody
// provides them, so that a .bzl file which mentions them can be loaded.
static const char *const opaque_names[] = {
    "CcInfo",
    "CcToolchainConfigInfo",
    "DebugPackageInfo",
    "JavaInfo",
    "JavaPluginInfo",
    "PackageSpecificationInfo",
    "ProtoInfo",
    "apple_common",
    "cc_common",
    "java_common",
    "materializer_rule",
    "proto",
    "proto_common",
    "subrule",
};

static void set_opaque_names(struct sl_environment *environment) {
  for (size_t i = 0; i < sizeof opaque_names / sizeof *opaque_names; i++)
    if (!sl_environment_get(environment, opaque_names[i]))
      sl_environment_set(environment, opaque_names[i], bz_opaque(opaque_names[i]));
}

static void set_each(struct sl_environment *environment, sl_value names) {
  size_t cursor = 0;
  sl_value key, value;
  while (names && sl_dict_next(names, &cursor, &key, &value))
    sl_environment_set(environment, sl_string_bytes(key), value);
}

static const struct sl_environment *build_environment(struct bz_loader *loader, sl_value rules) {
  struct sl_environment *environment = sl_environment_new(sl_universe());
  for (struct sl_builtin *row = bz_native_methods; row->signature; row++)
    sl_environment_set(environment, sl_builtin_name(row), sl_builtin_bind(row, loader->native));
  sl_environment_set_builtins(environment, bz_select_builtin);
  sl_value depset = sl_environment_get(loader->bzl_environment, "depset");
  if (depset) sl_environment_set(environment, "depset", depset);
  set_each(environment, rules);
  return environment;
}

// ---------------------------------------------------------------- built-in rule sets

// The built-in rules are shown and printed like those that are written in C.
static bool take_rules(struct sl_thread *thread, sl_value rules, sl_value exported) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(exported, &cursor, &key, &value)) {
    if (bz_is_rule_class(value)) {
      struct bz_rule_class *rule_class = bz_rule_class_of(value);
      rule_class->name = bz_text_copy(sl_string_bytes(key));
      rule_class->starlark = false;
      rule_class->definition_stack = NULL;
    }
    if (!sl_dict_set(thread, rules, key, value)) return false;
  }
  return true;
}

static sl_value exported_dict(struct sl_thread *thread, struct sl_module *module,
                              const char *name) {
  sl_value value = sl_module_get(module, name);
  if (value && sl_is_dict(value)) return value;
  return sl_fail(thread, "%s of the built-in rule sets must be a dict", name);
}

// Rules that the built-in rule sets only name: `opaque_rules`, a list.
static bool take_opaque_rules(struct sl_thread *thread, sl_value rules, struct sl_module *module) {
  sl_value names = sl_module_get(module, "opaque_rules"), *items;
  size_t count = 0;
  if (names && !sl_sequence_items(names, &items, &count)) return true;
  for (size_t i = 0; i < count; i++) {
    const char *name = bz_text_copy(sl_string_bytes(items[i]));
    if (!sl_dict_set(thread, rules, items[i], bz_opaque(name))) return false;
  }
  return true;
}

static bool load_exports(struct sl_thread *thread, struct bz_loader *loader, sl_value rules) {
  struct bz_repository *repository =
      bz_repository_find(loader->workspace, BUILTINS_REPOSITORY, strlen(BUILTINS_REPOSITORY));
  if (repository->kind == BZ_REPOSITORY_MISSING ||
      bz_file_stat(repository, BUILTINS_FILE) != BZ_FILE_REGULAR)
    return true;
  loader->loading_builtins = true;
  struct sl_module *module =
      bz_bzl_load(thread, loader, bz_label_make(repository, "", BUILTINS_FILE));
  loader->loading_builtins = false;
  if (!module) return false;
  sl_value exported = exported_dict(thread, module, "exported_rules");
  sl_value toplevels = exported_dict(thread, module, "exported_toplevels");
  if (!exported || !toplevels || !take_opaque_rules(thread, rules, module) ||
      !take_rules(thread, rules, exported))
    return false;
  struct sl_environment *environment = sl_environment_new(loader->bzl_environment);
  set_each(environment, toplevels);
  loader->bzl_environment = environment;
  return true;
}

static bool load_builtins(struct sl_thread *thread, struct bz_loader *loader) {
  sl_value rules = bz_table_new(thread, loader);
  if (!bz_native_rules(thread, rules) || !load_exports(thread, loader, rules)) return false;
  bz_native_set_rules(loader->native, rules);
  loader->build_environment = build_environment(loader, rules);
  return true;
}

bool bz_builtins_load(struct sl_thread *thread, struct bz_loader *loader) {
  if (loader->builtins_error) return sl_fail_false(thread, "%s", loader->builtins_error);
  // While they are being loaded, their own files come here too.
  if (loader->builtins_loaded) return true;
  loader->builtins_loaded = true;
  if (load_builtins(thread, loader)) return true;
  loader->builtins_error = bz_text_copy(sl_error_message(thread));
  return false;
}

// ---------------------------------------------------------------- loaders

struct bz_loader *bz_loader_new(struct sl_thread *thread, const struct bz_loader_options *options) {
  struct bz_loader *loader = sl_allocate(sizeof *loader);
  loader->workspace = options->workspace;
  loader->options = *options;
  loader->mutability = sl_mutability_new();
  // Every loader has rules of its own in `native`; the environment that it is given may be shared.
  struct sl_environment *environment = sl_environment_new(
      options->bzl_environment ? options->bzl_environment : bz_loading_environment());
  loader->native = bz_native_new();
  sl_environment_set(environment, "native", loader->native);
  set_opaque_names(environment);
  loader->bzl_environment = environment;
  loader->source_index = bz_table_new(thread, loader);
  loader->package_index = bz_table_new(thread, loader);
  loader->warned = bz_table_new(thread, loader);
  bz_workspace_set_extension_runner(loader->workspace, thread, bz_extension_run, loader);
  return loader;
}
