// SPDX-License-Identifier: Apache-2.0
//
// Context: ctx, what the implementation of a rule or aspect works with. A field is one row of a table; it is made when it is
// first read, and never changes.

#include <string.h>

#include "rules/analysis/state.h"

static const struct sl_type context_type;

struct bz_context *bz_context_new(struct sl_thread *thread, struct bz_analysis *analysis,
                                  struct bz_configured_target *target,
                                  struct bz_attribute_values *attributes) {
  struct bz_context *context = sl_new(thread, &context_type, sizeof *context);
  context->analysis = analysis;
  context->target = target;
  context->configuration = target->configuration;
  context->attributes = attributes;
  return context;
}

void bz_context_declare(struct bz_context *context, struct bz_artifact *artifact) {
  context->declared = bz_table_grow(context->declared, context->declared_count);
  context->declared[context->declared_count++] = artifact;
}

static const struct bz_label *label_of(const struct bz_context *context) {
  return context->target->target->label;
}

static const struct bz_rule_class *rule_class_of(const struct bz_context *context) {
  return context->target->target->rule_class;
}

// ---------------------------------------------------------------- outputs

struct outputs {
  const struct sl_type *type;
  struct bz_context *context;
};

struct bz_artifact *bz_context_output(struct sl_thread *thread, const struct bz_context *context,
                                      struct bz_label *output) {
  const char *path =
      bz_text_format("%s%s%s", output->package, output->package[0] ? "/" : "", output->name);
  return bz_artifact_derived(thread, context->analysis, context->configuration,
                             context->target->target->label, path, BZ_ARTIFACT_FILE);
}

static sl_value output_list(struct sl_thread *thread, const struct bz_context *context,
                            sl_value labels) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, labels, &items, &count)) return NULL;
  sl_value *files = sl_allocate((count + 1) * sizeof *files);
  for (size_t i = 0; i < count; i++) {
    files[i] = bz_artifact_value(bz_context_output(thread, context, bz_label_of(items[i])));
  }
  return sl_list_frozen(files, count);
}

// The name that a template of rule(outputs = ...) stands for: %{name} and other string attributes.
static const char *expand_output(const struct bz_context *context, const char *pattern) {
  struct sl_text out = {0};
  while (*pattern) {
    const char *close = strncmp(pattern, "%{", 2) == 0 ? strchr(pattern, '}') : NULL;
    if (!close) {
      sl_text_append_char(&out, *pattern++);
      continue;
    }
    const char *attribute = bz_text_format("%.*s", (int)(close - pattern - 2), pattern + 2);
    int32_t i = bz_attribute_values_find(context->attributes, attribute);
    sl_value value = i < 0 ? NULL : context->attributes->stored[i];
    if (value && sl_is_string(value)) sl_text_append_string(&out, sl_string_bytes(value));
    pattern = close + 1;
  }
  const char *name = bz_text_copy(sl_text_string(&out));
  sl_text_free(&out);
  return name;
}

static sl_value implicit_output(struct sl_thread *thread, const struct bz_context *context,
                                const char *name) {
  sl_value templates = rule_class_of(context)->outputs;
  sl_value template =
      templates && sl_is_dict(templates) ? sl_dict_get_string(templates, name) : NULL;
  if (!template) return NULL;
  const struct bz_label *label = label_of(context);
  return bz_artifact_value(
      bz_context_output(thread, context,
                        bz_label_make(label->repository, label->package,
                                      expand_output(context, sl_string_bytes(template)))));
}

// The executable named like the target; it counts as declared once it was asked for.
static sl_value default_executable(struct sl_thread *thread, struct bz_context *context) {
  if (!context->default_executable) {
    context->default_executable =
        bz_context_output(thread, context, context->target->target->label);
    bz_context_declare(context, context->default_executable);
  }
  return bz_artifact_value(context->default_executable);
}

static sl_value outputs_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                  size_t length) {
  (void)length;
  struct bz_context *context = ((struct outputs *)(void *)x)->context;
  int32_t i = bz_attribute_values_find(context->attributes, name);
  enum bz_attribute_type type = i < 0 ? BZ_TYPE_STRING : context->attributes->attributes[i].type;
  if (type == BZ_TYPE_OUTPUT) {
    sl_value label = context->attributes->stored[i];
    return !label || label == SL_NONE
               ? SL_NONE
               : bz_artifact_value(bz_context_output(thread, context, bz_label_of(label)));
  }
  if (type == BZ_TYPE_OUTPUT_LIST)
    return output_list(thread, context, context->attributes->stored[i]);
  if (strcmp(name, "executable") == 0 && rule_class_of(context)->executable)
    return default_executable(thread, context);
  return implicit_output(thread, context, name);
}

static void outputs_attribute_names(sl_value x,
                                    void (*offer)(void *data, const char *name, size_t length),
                                    void *data) {
  const struct bz_context *context = ((struct outputs *)(void *)x)->context;
  for (size_t i = 0; i < context->attributes->count; i++) {
    const struct bz_attribute *attribute = &context->attributes->attributes[i];
    if (attribute->type == BZ_TYPE_OUTPUT || attribute->type == BZ_TYPE_OUTPUT_LIST) {
      offer(data, attribute->name, strlen(attribute->name));
    }
  }
  sl_value templates = rule_class_of(context)->outputs;
  size_t cursor = 0;
  sl_value name, template;
  while (templates && sl_is_dict(templates) && sl_dict_next(templates, &cursor, &name, &template)) {
    offer(data, sl_string_bytes(name), sl_string_length(name));
  }
  if (rule_class_of(context)->executable) offer(data, "executable", 10);
}

static const struct sl_type outputs_type = {
    .name = "struct",
    .attribute = outputs_attribute,
    .attribute_names = outputs_attribute_names,
};

// ---------------------------------------------------------------- fields

static sl_value get_attr(struct sl_thread *thread, struct bz_context *context) {
  return bz_collection_new(thread, BZ_COLLECTION_ATTR, context->attributes);
}

static sl_value get_files(struct sl_thread *thread, struct bz_context *context) {
  return bz_collection_new(thread, BZ_COLLECTION_FILES, context->attributes);
}

static sl_value get_file(struct sl_thread *thread, struct bz_context *context) {
  return bz_collection_new(thread, BZ_COLLECTION_FILE, context->attributes);
}

static sl_value get_executable(struct sl_thread *thread, struct bz_context *context) {
  return bz_collection_new(thread, BZ_COLLECTION_EXECUTABLE, context->attributes);
}

static sl_value get_split_attr(struct sl_thread *thread, struct bz_context *context) {
  return bz_collection_new(thread, BZ_COLLECTION_SPLIT, context->attributes);
}

static sl_value get_outputs(struct sl_thread *thread, struct bz_context *context) {
  struct outputs *outputs = sl_new(thread, &outputs_type, sizeof *outputs);
  outputs->context = context;
  return (sl_value)(void *)outputs;
}

static sl_value get_label(struct sl_thread *thread, struct bz_context *context) {
  (void)thread;
  return bz_label_value(context->target->target->label);
}

static sl_value get_actions(struct sl_thread *thread, struct bz_context *context) {
  return bz_actions_make(thread, context);
}

static sl_value get_bin_dir(struct sl_thread *thread, struct bz_context *context) {
  return bz_root_make(thread, context->configuration->bin_path);
}

static sl_value get_workspace_name(struct sl_thread *thread, struct bz_context *context) {
  (void)thread;
  (void)context;
  return sl_string_from("_main");
}

static sl_value get_build_file_path(struct sl_thread *thread, struct bz_context *context) {
  (void)thread;
  const struct bz_package *package = context->target->target->package;
  return sl_string_format("%s%s%s", package->name, package->name[0] ? "/" : "",
                          package->build_file);
}

static sl_value get_var(struct sl_thread *thread, struct bz_context *context) {
  return bz_context_variables(thread, context);
}

// The features of a package or target: with a "-" before them, the disabled ones.
static sl_value features(struct sl_thread *thread, const struct bz_context *context,
                         bool disabled) {
  int32_t i = bz_attribute_values_find(context->attributes, "features");
  sl_value *items;
  size_t count = 0, kept = 0;
  if (i >= 0 && !bz_value_items(thread, context->attributes->stored[i], &items, &count))
    return NULL;
  sl_value *found = sl_allocate((count + 1) * sizeof *found);
  for (size_t j = 0; j < count; j++) {
    const char *feature = sl_string_bytes(items[j]);
    if ((feature[0] == '-') == disabled)
      found[kept++] = disabled ? sl_string_from(feature + 1) : items[j];
  }
  return sl_list_frozen(found, kept);
}

static sl_value get_features(struct sl_thread *thread, struct bz_context *context) {
  return features(thread, context, false);
}

static sl_value get_disabled_features(struct sl_thread *thread, struct bz_context *context) {
  return features(thread, context, true);
}

// A frozen dict of strings.
static sl_value constants(struct sl_thread *thread, const char *const *pairs) {
  struct sl_mutability *own = sl_mutability_new();
  struct sl_mutability *before = sl_thread_set_mutability(thread, own);
  sl_value dict = sl_dict(thread, 1);
  bool good = true;
  for (; good && *pairs; pairs += 2)
    good = sl_dict_set_string(thread, dict, pairs[0], sl_string_from(pairs[1]));
  sl_thread_set_mutability(thread, before);
  sl_mutability_freeze(own);
  return good ? dict : NULL;
}

static sl_value get_configuration(struct sl_thread *thread, struct bz_context *context) {
  (void)context;
  static const char *const names[] = {"default_shell_env", "host_path_separator", "test_env",
                                      "coverage_enabled"};
  static const char *const shell[] = {"PATH", BZ_STATIC_PATH, NULL};
  static const char *const nothing[] = {NULL};
  sl_value values[] = {constants(thread, shell), sl_string_from(":"), constants(thread, nothing),
                       SL_FALSE};
  return values[0] && values[2] ? sl_struct(NULL, names, values, 4) : NULL;
}

// What rule sets read of the options: constants, but for --python_path and --platforms.
static sl_value get_fragments(struct sl_thread *thread, struct bz_context *context) {
  (void)thread;
  static const char *const py_names[] = {"default_python_version", "python_version",
                                         "build_python_zip", "use_toolchains"};
  sl_value py[] = {sl_string_from("PY3"), sl_string_from("PY3"), SL_FALSE, SL_TRUE};
  static const char *const bazel_py_names[] = {"python_path", "python_import_all_repositories"};
  sl_value bazel_py[] = {sl_string_from(context->analysis->python_path), SL_FALSE};
  static const char *const platform_names[] = {"platform", "host_platform"};
  struct bz_workspace *workspace = context->analysis->workspace;
  struct bz_repository *platforms = bz_repository_find(workspace, "platforms", strlen("platforms"));
  sl_value host = bz_label_value(bz_label_make(platforms, "host", "host"));
  struct bz_label *named = context->configuration->platform;
  sl_value platform[] = {named ? bz_label_value(named) : host, host};
  static const char *const names[] = {"py", "bazel_py", "platform"};
  sl_value values[] = {sl_struct(NULL, py_names, py, 4),
                       sl_struct(NULL, bazel_py_names, bazel_py, 2),
                       sl_struct(NULL, platform_names, platform, 2)};
  return sl_struct(NULL, names, values, 3);
}

static sl_value get_toolchains(struct sl_thread *thread, struct bz_context *context) {
  const char *subject = bz_label_text(label_of(context));
  struct bz_label *defined_in =
      context->step ? context->step->aspect->defined_in : rule_class_of(context)->defined_in;
  return bz_toolchains_make(thread, context->toolchains, defined_in, subject, false);
}

static sl_value get_exec_groups(struct sl_thread *thread, struct bz_context *context) {
  (void)context;
  static const char *const nothing[] = {NULL};
  return constants(thread, nothing);
}

// The status files of stamping.
static sl_value status_file(struct sl_thread *thread, const struct bz_context *context,
                            const char *name) {
  struct bz_artifact *file =
      bz_artifact_derived(thread, context->analysis, context->configuration,
                          context->target->target->label, name, BZ_ARTIFACT_FILE);
  return bz_artifact_value(file);
}

static sl_value get_info_file(struct sl_thread *thread, struct bz_context *context) {
  return status_file(thread, context, "stable-status.txt");
}

static sl_value get_version_file(struct sl_thread *thread, struct bz_context *context) {
  return status_file(thread, context, "volatile-status.txt");
}

static sl_value get_aspect_ids(struct sl_thread *thread, struct bz_context *context) {
  (void)thread;
  if (!context->step) return sl_list_frozen(NULL, 0);
  sl_value id = sl_string_from(context->step->aspect->name);
  return sl_list_frozen(&id, 1);
}

static sl_value get_build_setting_value(struct sl_thread *thread, struct bz_context *context) {
  if (context->step || !rule_class_of(context)->build_setting) {
    return sl_fail(thread, "attempting to access 'build_setting_value' of non-build setting %s",
                   bz_label_text(label_of(context)));
  }
  return bz_build_setting_value(thread, context->analysis, context->target->target);
}

// ctx.rule of an aspect.
static sl_value get_rule(struct sl_thread *thread, struct bz_context *context) {
  struct bz_attribute_values *rule = context->rule_attributes;
  if (!rule) return NULL;
  static const char *const names[] = {"attr", "files", "file",       "executable",
                                      "kind", "var",   "toolchains", "exec_groups"};
  const struct bz_rule_class *rule_class = rule_class_of(context);
  sl_value values[] = {
      bz_collection_new(thread, BZ_COLLECTION_ATTR, rule),
      bz_collection_new(thread, BZ_COLLECTION_FILES, rule),
      bz_collection_new(thread, BZ_COLLECTION_FILE, rule),
      bz_collection_new(thread, BZ_COLLECTION_EXECUTABLE, rule),
      sl_string_from(rule_class->name),
      bz_context_variables(thread, context),
      bz_toolchains_make(thread, context->rule_toolchains, rule_class->defined_in,
                         bz_label_text(label_of(context)), true),
      get_exec_groups(thread, context),
  };
  return values[5] && values[7] ? sl_struct(NULL, names, values, sizeof values / sizeof *values)
                                : NULL;
}

// A field that gives NULL without an error is not there.
static const struct context_field {
  const char *name;
  sl_value (*get)(struct sl_thread *thread, struct bz_context *context);
} context_fields[] = {
    {"attr", get_attr},
    {"files", get_files},
    {"file", get_file},
    {"executable", get_executable},
    {"outputs", get_outputs},
    {"split_attr", get_split_attr},
    {"label", get_label},
    {"actions", get_actions},
    {"bin_dir", get_bin_dir},
    {"genfiles_dir", get_bin_dir},
    {"workspace_name", get_workspace_name},
    {"build_file_path", get_build_file_path},
    {"var", get_var},
    {"features", get_features},
    {"disabled_features", get_disabled_features},
    {"configuration", get_configuration},
    {"fragments", get_fragments},
    {"toolchains", get_toolchains},
    {"exec_groups", get_exec_groups},
    {"info_file", get_info_file},
    {"version_file", get_version_file},
    {"aspect_ids", get_aspect_ids},
    {"build_setting_value", get_build_setting_value},
    {"rule", get_rule},
};
enum { FIELD_COUNT = sizeof context_fields / sizeof *context_fields };
_Static_assert((int)FIELD_COUNT <= (int)BZ_CONTEXT_FIELDS, "a context has room for each field");

static sl_value context_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                  size_t length) {
  (void)length;
  struct bz_context *context = bz_context_of(x);
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (strcmp(name, context_fields[i].name) != 0) continue;
    if (!context->fields[i]) context->fields[i] = context_fields[i].get(thread, context);
    return context->fields[i];
  }
  return NULL;
}

static void context_attribute_names(sl_value x,
                                    void (*offer)(void *data, const char *name, size_t length),
                                    void *data) {
  const struct bz_context *context = bz_context_of(x);
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    bool of_aspects = context_fields[i].get == get_rule;
    if (!of_aspects || context->rule_attributes)
      offer(data, context_fields[i].name, strlen(context_fields[i].name));
  }
}

// ---------------------------------------------------------------- make variables

// What the targets of the `toolchains` attribute say with TemplateVariableInfo.
static bool add_template_variables(struct sl_thread *thread, const struct bz_context *context,
                                   sl_value variables) {
  const struct bz_attribute_values *values =
      context->rule_attributes ? context->rule_attributes : context->attributes;
  int32_t i = bz_attribute_values_find(values, "toolchains");
  for (size_t j = 0; i >= 0 && j < values->targets[i].count; j++) {
    sl_value info =
        bz_configured_target_get(thread, values->targets[i].items[j], &bz_template_variable_info);
    if (info && !sl_dict_update(thread, variables, sl_struct_get(info, "variables"))) return false;
  }
  return true;
}

static bool add_defines(struct sl_thread *thread, const struct bz_context *context,
                        sl_value variables) {
  sl_value defines = context->analysis->defines;
  return !defines || sl_dict_update(thread, variables, defines);
}

sl_value bz_context_variables(struct sl_thread *thread, const struct bz_context *context) {
  const struct bz_configuration *configuration = context->configuration;
  const char *const pairs[][2] = {
      {"BINDIR", configuration->bin_path},
      {"COMPILATION_MODE", configuration->compilation_mode},
      {"GENDIR", configuration->bin_path},
      {"TARGET_CPU", configuration->cpu},
  };
  struct sl_mutability *own = sl_mutability_new();
  struct sl_mutability *before = sl_thread_set_mutability(thread, own);
  sl_value variables = sl_dict(thread, 4);
  bool good = true;
  for (size_t i = 0; good && i < sizeof pairs / sizeof *pairs; i++) {
    good = sl_dict_set_string(thread, variables, pairs[i][0], sl_string_from(pairs[i][1]));
  }
  good = good && add_defines(thread, context, variables) &&
         add_template_variables(thread, context, variables);
  sl_thread_set_mutability(thread, before);
  sl_mutability_freeze(own);
  return good ? variables : NULL;
}

// ---------------------------------------------------------------- methods

static sl_value runfiles(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return bz_runfiles_build(thread, bz_context_of(self), arguments);
}

static sl_value expand_location(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value *targets;
  size_t count;
  if (!bz_value_items(thread, arguments[1], &targets, &count)) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (bz_is_configured_target(targets[i])) continue;
    return sl_fail(thread, "at index %zu of targets, got element of type %s, want Target", i,
                   sl_type_name(targets[i]));
  }
  return bz_expand_locations(thread, bz_context_of(self), sl_string_bytes(arguments[0]),
                             sl_string_length(arguments[0]), targets, count);
}

static sl_value expand_make_variables(struct sl_thread *thread, sl_value self,
                                      sl_value *arguments) {
  return bz_expand_variables(thread, bz_context_of(self), sl_string_bytes(arguments[0]),
                             sl_string_bytes(arguments[1]), sl_string_length(arguments[1]),
                             arguments[2]);
}

// `constraint` is a ConstraintValueInfo: it holds the label of its target.
static sl_value target_platform_has_constraint(struct sl_thread *thread, sl_value self,
                                               sl_value *arguments) {
  sl_value label = sl_is_struct(arguments[0]) ? sl_struct_get(arguments[0], "label") : NULL;
  if (!label || !bz_is_label(label)) {
    return sl_fail(thread, "got %s for constraint_value, want ConstraintValueInfo",
                   sl_type_name(arguments[0]));
  }
  const struct bz_context *context = bz_context_of(self);
  int holds = bz_condition_constraint_holds(thread, context->analysis, context->configuration,
                                            bz_label_of(label));
  return holds < 0 ? NULL : sl_bool(holds);
}

static sl_value coverage_instrumented(struct sl_thread *thread, sl_value self,
                                      sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  return SL_FALSE;
}

static sl_value package_relative_label(struct sl_thread *thread, sl_value self,
                                       sl_value *arguments) {
  if (bz_is_label(arguments[0])) return arguments[0];
  const struct bz_label *own = label_of(bz_context_of(self));
  struct bz_label *label =
      bz_label_parse(thread, own->repository, own->package, sl_string_bytes(arguments[0]),
                     sl_string_length(arguments[0]));
  return label ? bz_label_value(label) : NULL;
}

static struct sl_builtin context_methods[] = {
    SL_BUILTIN("runfiles(files: sequence = [], transitive_files: depset | None = None, "
               "collect_data: bool = False, "
               "collect_default: bool = False, symlinks: dict | depset = {}, root_symlinks: dict | "
               "depset = {})",
               runfiles, "Makes a runfiles object."),
    SL_BUILTIN("expand_location(input: string, targets: sequence = [])", expand_location,
               "Replaces $(location x) by the path of x."),
    SL_BUILTIN("expand_make_variables(attribute_name: string, command: string, "
               "additional_substitutions: dict)",
               expand_make_variables, "Replaces $(VARIABLE) by its value."),
    SL_BUILTIN("target_platform_has_constraint(constraint_value)", target_platform_has_constraint,
               "Whether the target platform has a constraint value."),
    SL_BUILTIN("coverage_instrumented(target = None)", coverage_instrumented,
               "Whether coverage is collected."),
    SL_BUILTIN("package_relative_label(input: string | Label)", package_relative_label,
               "A label as the target's package reads it."),
    SL_BUILTIN_END,
};

static bool context_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct bz_context *context = bz_context_of(x);
  sl_text_format(out, "<%s context for %s>", context->step ? "aspect" : "rule",
                 bz_label_text(label_of(context)));
  return true;
}

static const struct sl_type context_type = {
    .name = "ctx",
    .methods = context_methods,
    .repr = context_repr,
    .attribute = context_attribute,
    .attribute_names = context_attribute_names,
};
