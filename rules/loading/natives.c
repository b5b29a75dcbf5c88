// SPDX-License-Identifier: Apache-2.0
//
// Natives: the functions of BUILD files, which .bzl files find in `native`. Invariant: each asks for the package under
// construction and refuses to run anywhere else.
#include <stdlib.h>
#include <string.h>

#include "rules/loading/state.h"

enum { ANYWHERE = BZ_IN_BUILD | BZ_IN_MACRO | BZ_IN_FINALIZER };

// ---------------------------------------------------------------- existing rules

static bool in_extension(struct sl_thread *thread) {
  const struct bz_loader *loader = bz_running_loader(thread);
  return loader && loader->extension;
}

static struct bz_package *package_with_rules(struct sl_thread *thread, const char *what) {
  return bz_package_running(thread, what, BZ_IN_BUILD | BZ_IN_FINALIZER);
}

static size_t shown_targets(const struct bz_package *package) {
  return package->state->finalizer ? package->state->snapshot_targets : package->target_count;
}

static sl_value existing_rule(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (in_extension(thread)) return SL_NONE;
  struct bz_package *package = package_with_rules(thread, "existing_rule()");
  if (!package) return NULL;
  struct bz_target *target = bz_package_lookup_value(thread, package, arguments[0]);
  bool shown = target && target->kind == BZ_TARGET_RULE && target->index < shown_targets(package);
  return shown ? bz_rule_view(target) : SL_NONE;
}

static sl_value existing_rules(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  if (in_extension(thread)) return sl_dict(thread, 0);
  struct bz_package *package = package_with_rules(thread, "existing_rules()");
  if (!package) return NULL;
  size_t rules = package->state->finalizer ? package->state->snapshot_rules : package->rule_count;
  return bz_rules_view(package, shown_targets(package), rules);
}

// ---------------------------------------------------------------- files

static bool is_string_sequence(struct sl_thread *thread, sl_value list, const char *what) {
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(list, &items, &count))
    return sl_fail_false(thread, "got %s for '%s', want sequence of strings", sl_type_name(list),
                         what);
  for (size_t i = 0; i < count; i++)
    if (!sl_is_string(items[i]))
      return sl_fail_false(thread, "at index %zu of %s, got element of type %s, want string", i,
                           what, sl_type_name(items[i]));
  return true;
}

// allow_empty is unbound where Bazel has the flag's default, which is False.
static bool read_allow_empty(struct sl_thread *thread, sl_value given, bool *out) {
  *out = false;
  if (!given) return true;
  if (!sl_is_bool(given))
    return sl_fail_false(thread, "expected boolean for argument `allow_empty`, got `%s`",
                         sl_type_name(given));
  *out = given == SL_TRUE;
  return true;
}

static sl_value run_glob(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_package *package = bz_package_running(thread, "glob()", BZ_IN_BUILD);
  if (!package) return NULL;
  if (!is_string_sequence(thread, arguments[0], "include") ||
      !is_string_sequence(thread, arguments[1], "exclude"))
    return NULL;
  struct bz_glob glob = {.include = arguments[0],
                         .exclude = arguments[1],
                         .exclude_directories = sl_int_sign(arguments[2]) != 0};
  if (!read_allow_empty(thread, arguments[3], &glob.allow_empty)) return NULL;
  return bz_glob_run(thread, package->repository, package->name, &glob);
}

static sl_value subpackages(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_package *package = bz_package_running(thread, "subpackages()", BZ_IN_BUILD);
  if (!package) return NULL;
  if (!is_string_sequence(thread, arguments[0], "include") ||
      !is_string_sequence(thread, arguments[1], "exclude"))
    return NULL;
  struct bz_glob glob = {
      .include = arguments[0], .exclude = arguments[1], .allow_empty = arguments[2] == SL_TRUE};
  return bz_glob_subpackages(thread, package->repository, package->name, &glob);
}

static bool export_file(struct sl_thread *thread, struct bz_package *package, const char *name,
                        sl_value visibility) {
  char *error = bz_target_name_error(name, strlen(name));
  if (error) {
    sl_fail(thread, "invalid target name '%s': %s", name, error);
    free(error);
    return false;
  }
  struct sl_position position;
  bz_package_position(thread, package, &position);
  struct bz_target *target = bz_package_lookup(package, name);
  if (target && target->kind != BZ_TARGET_SOURCE_FILE)
    return sl_fail_false(
        thread, "source file '%s' in package '%s' conflicts with existing %s, defined at %s", name,
        package->name, bz_target_kind_text(target), bz_target_location(target));
  if (target && target->exported)
    return sl_fail_false(thread, "visibility for exported file '%s' declared twice", name);
  target = bz_package_source_file(thread, package, name, position);
  if (!target) return false;
  target->exported = true;
  target->visibility = visibility;
  return true;
}

static struct bz_conversion conversion_of(struct sl_thread *thread,
                                          const struct bz_package *package, const char *what) {
  return (struct bz_conversion){
      .thread = thread, .repository = package->repository, .package = package->name, .what = what};
}

static sl_value exports_files(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_package *package = bz_package_running(thread, "exports_files()", ANYWHERE);
  if (!package || !is_string_sequence(thread, arguments[0], "srcs")) return NULL;
  sl_value everyone = bz_label_value(bz_visibility_public(package->repository->workspace));
  sl_value visibility = sl_list_frozen(&everyone, 1);
  if (arguments[1] != SL_NONE) {
    struct bz_conversion conversion = conversion_of(thread, package, "'exports_files' operand");
    visibility = bz_visibility_convert(&conversion, arguments[1]);
    if (!visibility) return NULL;
  }
  sl_value *names;
  size_t count;
  sl_sequence_items(arguments[0], &names, &count);
  for (size_t i = 0; i < count; i++)
    if (!export_file(thread, package, sl_string_bytes(names[i]), visibility)) return NULL;
  return SL_NONE;
}

// ---------------------------------------------------------------- package()

enum package_argument_kind { DEFAULT_VISIBILITY, VALUE, IGNORED };

// What package() and repo() take.
static const struct {
  const char *name;
  enum package_argument_kind kind;
  enum bz_attribute_type type;
  enum bz_package_default slot;
} package_arguments[] = {
    {"default_visibility", DEFAULT_VISIBILITY, 0, 0},
    {"default_testonly", VALUE, BZ_TYPE_BOOL, BZ_DEFAULT_TESTONLY},
    {"default_deprecation", VALUE, BZ_TYPE_STRING, BZ_DEFAULT_DEPRECATION},
    {"default_package_metadata", VALUE, BZ_TYPE_LABEL_LIST, BZ_DEFAULT_METADATA},
    {"default_applicable_licenses", VALUE, BZ_TYPE_LABEL_LIST, BZ_DEFAULT_METADATA},
    {"features", VALUE, BZ_TYPE_STRING_LIST, BZ_DEFAULT_FEATURES},
    {"default_compatible_with", IGNORED, BZ_TYPE_LABEL_LIST, 0},
    {"default_restricted_to", IGNORED, BZ_TYPE_LABEL_LIST, 0},
    {"default_copts", IGNORED, BZ_TYPE_STRING_LIST, 0},
    {"licenses", IGNORED, BZ_TYPE_LICENSE, 0},
    {"distribs", IGNORED, BZ_TYPE_LICENSE, 0},
    {"transitive_visibility", IGNORED, BZ_TYPE_NODEP_LABEL, 0},
};

static bool set_default(struct sl_thread *thread, struct bz_package *package, const char *name,
                        sl_value value) {
  struct sl_text what = {0};
  sl_text_format(&what, "'package' argument '%s'", name);
  struct bz_conversion conversion = conversion_of(thread, package, sl_text_string(&what));
  bool good = false, known = false;
  for (size_t i = 0; !known && i < sizeof package_arguments / sizeof *package_arguments; i++) {
    if (strcmp(package_arguments[i].name, name) != 0) continue;
    known = true;
    sl_value stored = package_arguments[i].kind == DEFAULT_VISIBILITY
                          ? bz_visibility_convert(&conversion, value)
                          : bz_convert(&conversion, package_arguments[i].type, value);
    good = stored != NULL;
    if (package_arguments[i].kind == DEFAULT_VISIBILITY) package->default_visibility = stored;
    if (package_arguments[i].kind == VALUE)
      package->state->defaults[package_arguments[i].slot] = stored;
  }
  sl_text_free(&what);
  return known ? good : sl_fail_false(thread, "unexpected keyword argument: %s", name);
}

bool bz_package_set_defaults(struct sl_thread *thread, struct bz_package *package,
                             sl_value arguments) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(arguments, &cursor, &key, &value))
    if (value != SL_NONE && !set_default(thread, package, sl_string_bytes(key), value))
      return false;
  return true;
}

static sl_value set_package(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_package *package = bz_package_running(thread, "package()", BZ_IN_BUILD);
  if (!package) return NULL;
  if (package->state->package_called)
    return sl_fail(thread, "'package' can only be used once per BUILD file");
  package->state->package_called = true;
  if (sl_dict_length(arguments[0]) == 0)
    return sl_fail(thread, "at least one argument must be given to the 'package' function");
  return bz_package_set_defaults(thread, package, arguments[0]) ? SL_NONE : NULL;
}

// ---------------------------------------------------------------- groups

static struct bz_target *new_group(struct sl_thread *thread, struct bz_package *package,
                                   enum bz_target_kind kind, sl_value name) {
  char *error = bz_target_name_error(sl_string_bytes(name), sl_string_length(name));
  if (error) {
    sl_fail(thread, "%s has invalid name: %s: invalid target name '%s': %s",
            kind == BZ_TARGET_PACKAGE_GROUP ? "package group's name" : "environment group",
            sl_string_bytes(name), sl_string_bytes(name), error);
    free(error);
    return NULL;
  }
  struct bz_target *target = sl_allocate(sizeof *target);
  target->kind = kind;
  target->label = bz_label_make(package->repository, package->name, sl_string_bytes(name));
  target->package = package;
  target->file = package->state->source.path;
  bz_package_position(thread, package, &target->position);
  target->specifications = target->includes = sl_list_frozen(NULL, 0);
  return target;
}

static void check_specifications(struct sl_thread *thread, struct bz_package *package,
                                 const struct bz_target *group) {
  for (size_t i = 0; i < sl_list_length(group->specifications); i++) {
    const char *text = sl_string_bytes(sl_list_get(group->specifications, i));
    const char *error = bz_specification_error(text);
    if (error)
      bz_package_error(thread, package, "invalid package name '%s': %s", text + (*text == '-'),
                       error);
  }
}

static sl_value package_group(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_package *package = bz_package_running(thread, "package_group()", ANYWHERE);
  if (!package) return NULL;
  struct bz_target *group = new_group(thread, package, BZ_TARGET_PACKAGE_GROUP, arguments[0]);
  if (!group) return NULL;
  struct bz_conversion conversion =
      conversion_of(thread, package, "'package_group.packages argument'");
  group->specifications = bz_convert(&conversion, BZ_TYPE_STRING_LIST, arguments[1]);
  if (!group->specifications) return NULL;
  conversion.what = "'package_group.includes argument'";
  group->includes = bz_convert(&conversion, BZ_TYPE_LABEL_LIST, arguments[2]);
  if (!group->includes) return NULL;
  check_specifications(thread, package, group);
  return bz_package_add(thread, package, group) ? SL_NONE : NULL;
}

static sl_value environment_group(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_package *package = bz_package_running(thread, "environment_group()", BZ_IN_BUILD);
  if (!package) return NULL;
  struct bz_target *group = new_group(thread, package, BZ_TARGET_ENVIRONMENT_GROUP, arguments[0]);
  if (!group) return NULL;
  struct bz_conversion conversion = conversion_of(thread, package, "'environment_group argument'");
  group->includes = bz_convert(&conversion, BZ_TYPE_LABEL_LIST, arguments[1]);
  if (!group->includes || !bz_convert(&conversion, BZ_TYPE_LABEL_LIST, arguments[2])) return NULL;
  return bz_package_add(thread, package, group) ? SL_NONE : NULL;
}

static sl_value licenses(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  return bz_package_running(thread, "licenses()", BZ_IN_BUILD) ? SL_NONE : NULL;
}

// ---------------------------------------------------------------- where the package is

static sl_value package_name(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  const struct bz_package *package = bz_package_running(thread, "package_name()", ANYWHERE);
  return package ? sl_string_from(package->name) : NULL;
}

static sl_value repo_name(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  const struct bz_package *package = bz_package_running(thread, "repo_name()", ANYWHERE);
  return package ? sl_string_from(package->repository->name) : NULL;
}

static sl_value repository_name(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  const struct bz_package *package = bz_package_running(thread, "repository_name()", ANYWHERE);
  return package ? sl_string_format("@%s", package->repository->name) : NULL;
}

static sl_value text_or_none(const char *text) { return text ? sl_string_from(text) : SL_NONE; }

static sl_value module_name(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  const struct bz_package *package = bz_package_running(thread, "module_name()", ANYWHERE);
  return package ? text_or_none(package->repository->module_name) : NULL;
}

static sl_value module_version(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  const struct bz_package *package = bz_package_running(thread, "module_version()", ANYWHERE);
  return package ? text_or_none(package->repository->module_version) : NULL;
}

static sl_value package_relative_label(struct sl_thread *thread, sl_value self,
                                       sl_value *arguments) {
  (void)self;
  const struct bz_package *package =
      bz_package_running(thread, "package_relative_label()", ANYWHERE);
  if (!package) return NULL;
  if (bz_is_label(arguments[0])) return arguments[0];
  struct bz_label *label =
      bz_label_parse(thread, package->repository, package->name, sl_string_bytes(arguments[0]),
                     sl_string_length(arguments[0]));
  return label ? bz_label_value(label) : NULL;
}

static sl_value package_default_visibility(struct sl_thread *thread, sl_value self,
                                           sl_value *arguments) {
  (void)self;
  (void)arguments;
  const struct bz_package *package =
      bz_package_running(thread, "package_default_visibility()", ANYWHERE);
  if (!package) return NULL;
  sl_value declared =
      package->default_visibility ? package->default_visibility : sl_list_frozen(NULL, 0);
  return bz_visibility_with(declared, package->state->source.label);
}

struct sl_builtin bz_native_methods[] = {
    SL_BUILTIN("existing_rule(name: string, /)", existing_rule,
               "An immutable view of the rule of that name made so far in this package, or None."),
    SL_BUILTIN("existing_rules()", existing_rules,
               "An immutable view of all rules made so far in this package."),
    SL_BUILTIN("exports_files(srcs: sequence, visibility: sequence | None = None, licenses = None)",
               exports_files, "Declares files of this package that others may use."),
    SL_BUILTIN("environment_group(*, name: string, environments: sequence, defaults: sequence)",
               environment_group, "Defines a set of related environments."),
    SL_BUILTIN("glob(include: sequence = [], exclude: sequence = [], exclude_directories: int = 1, "
               "allow_empty = unbound)",
               run_glob, "The files of this package that match patterns, sorted."),
    SL_BUILTIN("licenses(license_strings: sequence, /)", licenses, "Accepted, without effect."),
    SL_BUILTIN("module_name()", module_name,
               "The name of the Bazel module of this package's repository, or None."),
    SL_BUILTIN("module_version()", module_version,
               "The version of the Bazel module of this package's repository, or None."),
    SL_BUILTIN("package(**kwargs)", set_package,
               "Declares defaults for every rule of this package."),
    SL_BUILTIN("package_default_visibility()", package_default_visibility,
               "The default visibility of this package, as Labels."),
    SL_BUILTIN("package_group(*, name: string, packages: sequence = [], includes: sequence = [])",
               package_group, "Defines a set of packages, for use in visibilities."),
    SL_BUILTIN("package_name()", package_name, "The name of the package being evaluated."),
    SL_BUILTIN("package_relative_label(input: string | Label, /)", package_relative_label,
               "Converts a string to a Label as an attribute of a rule of this package would."),
    SL_BUILTIN("repo_name()", repo_name, "The canonical name of this package's repository."),
    SL_BUILTIN("repository_name()", repository_name,
               "The same, with an at-sign before it. Deprecated."),
    SL_BUILTIN(
        "subpackages(*, include: sequence, exclude: sequence = [], allow_empty: bool = False)",
        subpackages, "The packages directly below this one that match patterns."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- native

// The rules come when the built-in rule sets are loaded.
struct native {
  const struct sl_type *type;
  sl_value rules;  // dict name -> rule, or NULL
};

static struct native *native_of(sl_value x) { return (struct native *)(void *)x; }

static sl_value native_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)thread;
  (void)length;
  return native_of(x)->rules ? sl_dict_get_string(native_of(x)->rules, name) : NULL;
}

static void native_names(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                         void *data) {
  size_t cursor = 0;
  sl_value key, value;
  while (native_of(x)->rules && sl_dict_next(native_of(x)->rules, &cursor, &key, &value))
    offer(data, sl_string_bytes(key), sl_string_length(key));
}

static void native_missing(sl_value x, const char *name, struct sl_text *message) {
  sl_text_format(message, "no native function or rule '%s'\nAvailable attributes: ", name);
  const char *comma = "";
  for (const struct sl_builtin *row = bz_native_methods; row->signature; row++, comma = ", ")
    sl_text_format(message, "%s%s", comma, sl_builtin_name(row));
  size_t cursor = 0;
  sl_value key, value;
  while (native_of(x)->rules && sl_dict_next(native_of(x)->rules, &cursor, &key, &value))
    sl_text_format(message, ", %s", sl_string_bytes(key));
}

static const struct sl_type native_type = {
    .name = "native",
    .methods = bz_native_methods,
    .attribute = native_attribute,
    .attribute_names = native_names,
    .no_attribute = native_missing,
};

sl_value bz_native_new(void) {
  struct native *native = sl_allocate(sizeof *native);
  native->type = &native_type;
  return (sl_value)(void *)native;
}

void bz_native_set_rules(sl_value native, sl_value rules) { native_of(native)->rules = rules; }
