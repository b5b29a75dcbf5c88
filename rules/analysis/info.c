// SPDX-License-Identifier: Apache-2.0
//
// Info: the providers that Bazel itself defines, and the modules of .bzl files that hold more of them. All but
// OutputGroupInfo are plain: their instances are structs, and nothing here acts on them.

#include <string.h>

#include "rules/analysis/state.h"
#include "runtime/program.h"

#define BUILT_IN(name, native) \
  { &bz_provider_type, (name), (name), NULL, NULL, (native) }

// ---------------------------------------------------------------- DefaultInfo

sl_value bz_info_default(struct sl_thread *thread, sl_value files, sl_value default_runfiles,
                         sl_value data_runfiles, sl_value files_to_run) {
  (void)thread;
  static const char *const names[] = {"files", "default_runfiles", "data_runfiles", "files_to_run"};
  sl_value values[] = {files, default_runfiles, data_runfiles, files_to_run};
  return sl_struct(bz_provider_value(&bz_default_info), names, values, 4);
}

// What is not given is None until the rule has returned; the executable waits in files_to_run.
static sl_value default_info(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  enum { FILES, RUNFILES, DATA_RUNFILES, DEFAULT_RUNFILES, EXECUTABLE };
  sl_value default_runfiles = arguments[DEFAULT_RUNFILES];
  sl_value data_runfiles = arguments[DATA_RUNFILES];
  if (arguments[RUNFILES] != SL_NONE) {
    if (default_runfiles != SL_NONE || data_runfiles != SL_NONE) {
      return sl_fail(thread,
                     "Cannot specify the provider 'runfiles' together with 'data_runfiles' or "
                     "'default_runfiles'");
    }
    default_runfiles = data_runfiles = arguments[RUNFILES];
  }
  sl_value run = SL_NONE;
  if (arguments[EXECUTABLE] != SL_NONE) {
    run = bz_files_to_run_make(thread, bz_artifact_of(arguments[EXECUTABLE]), NULL, NULL,
                               bz_depset_value(bz_depset_empty(BZ_ORDER_DEFAULT)));
    if (!run) return NULL;
  }
  return bz_info_default(thread, arguments[FILES], default_runfiles, data_runfiles, run);
}

static struct sl_builtin default_info_row[] = {
    SL_BUILTIN("DefaultInfo(*, files: depset | None = None, runfiles: runfiles | None = None, "
               "data_runfiles: runfiles | None = None, default_runfiles: runfiles | None = None, "
               "executable: File | None = None)",
               default_info, "What every target has: its files, its runfiles, its executable."),
};
struct bz_provider bz_default_info = BUILT_IN("DefaultInfo", default_info_row);

// ---------------------------------------------------------------- OutputGroupInfo

struct output_groups {
  const struct sl_type *type;
  sl_value groups;  // dict name -> depset
};

static struct output_groups *groups_of(sl_value v) { return (struct output_groups *)(void *)v; }

static sl_value groups_new(struct sl_thread *thread, sl_value groups) {
  struct output_groups *info = sl_new(thread, &bz_output_group_type, sizeof *info);
  info->groups = groups;
  return (sl_value)(void *)info;
}

static sl_value output_group_info(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value groups = sl_dict(thread, sl_dict_length(arguments[0]));
  size_t cursor = 0;
  sl_value name, files;
  while (sl_dict_next(arguments[0], &cursor, &name, &files)) {
    sl_value *items;
    size_t count;
    if (!bz_is_depset(files)) {
      if (!sl_sequence_items(files, &items, &count)) {
        return sl_fail(thread, "Expected depset of Files for output group '%s', but got %s instead",
                       sl_string_bytes(name), sl_type_name(files));
      }
      files = bz_depset_new(thread, BZ_ORDER_DEFAULT, items, count, NULL, 0);
    }
    if (!files || !sl_dict_set(thread, groups, name, files)) return NULL;
  }
  return groups_new(thread, groups);
}

static struct sl_builtin output_group_row[] = {
    SL_BUILTIN("OutputGroupInfo(**kwargs)", output_group_info,
               "Named sets of files that may be asked for."),
};
struct bz_provider bz_output_group_info = BUILT_IN("OutputGroupInfo", output_group_row);

sl_value bz_info_merge_groups(struct sl_thread *thread, sl_value a, sl_value b) {
  sl_value groups = sl_dict(thread, 8);
  if (!sl_dict_update(thread, groups, groups_of(a)->groups)) return NULL;
  size_t cursor = 0;
  sl_value name, files;
  while (sl_dict_next(groups_of(b)->groups, &cursor, &name, &files)) {
    sl_value parts[] = {sl_dict_get(thread, groups, name), files};
    if (parts[0]) files = bz_depset_new(thread, BZ_ORDER_DEFAULT, NULL, 0, parts, 2);
    if (!files || !sl_dict_set(thread, groups, name, files)) return NULL;
  }
  return groups_new(thread, groups);
}

static sl_value groups_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)thread;
  (void)length;
  return sl_dict_get_string(groups_of(x)->groups, name);
}

static void groups_attribute_names(sl_value x,
                                   void (*offer)(void *data, const char *name, size_t length),
                                   void *data) {
  size_t cursor = 0;
  sl_value name, files;
  while (sl_dict_next(groups_of(x)->groups, &cursor, &name, &files)) {
    offer(data, sl_string_bytes(name), sl_string_length(name));
  }
}

static int groups_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  sl_value files = sl_dict_get(thread, groups_of(x)->groups, item);
  return files ? 1 : sl_error_pending(thread) ? -1 : 0;
}

static sl_value groups_index(struct sl_thread *thread, sl_value x, sl_value key) {
  sl_value files = sl_dict_get(thread, groups_of(x)->groups, key);
  if (files || sl_error_pending(thread)) return files;
  return sl_fail(thread, "Output group %s not present", bz_value_shown(thread, key));
}

static bool groups_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  return sl_type_of(groups_of(x)->groups)->iterate(thread, groups_of(x)->groups, iterator);
}

static void groups_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  visit(data, groups_of(x)->groups);
}

const struct sl_type bz_output_group_type = {
    .name = "OutputGroupInfo",
    .contains = groups_contains,
    .index = groups_index,
    .iterate = groups_iterate,
    .attribute = groups_attribute,
    .attribute_names = groups_attribute_names,
    .freeze = groups_freeze,
};

// ---------------------------------------------------------------- plain ones

static struct bz_provider instrumented_files_info;

static sl_value instrumented_files(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  static const char *const names[] = {"instrumented_files", "metadata_files"};
  sl_value empty = bz_depset_value(bz_depset_empty(BZ_ORDER_DEFAULT));
  sl_value values[] = {empty, empty};
  return sl_struct(bz_provider_value(&instrumented_files_info), names, values, 2);
}

static struct sl_builtin coverage_rows[] = {
    SL_BUILTIN(
        "instrumented_files_info(ctx, *, source_attributes = [], dependency_attributes = [], "
        "extensions = None, metadata_files = [], baseline_coverage_files = None, "
        "reported_to_actual_sources = None, "
        "coverage_environment = {})",
        instrumented_files, "Coverage is off: no file is instrumented."),
    SL_BUILTIN_END,
};
static struct bz_provider instrumented_files_info = BUILT_IN("InstrumentedFilesInfo", NULL);

static struct bz_provider run_environment_info;

static sl_value environment_struct(const struct bz_provider *provider, sl_value *arguments) {
  static const char *const names[] = {"environment", "inherited_environment"};
  sl_value values[] = {arguments[0], arguments[1] ? arguments[1] : sl_list_frozen(NULL, 0)};
  return sl_struct((sl_value)(void *)provider, names, values, 2);
}

static sl_value run_environment(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return environment_struct(&run_environment_info, arguments);
}

static struct sl_builtin run_environment_row[] = {
    SL_BUILTIN("RunEnvironmentInfo(environment: dict = {}, inherited_environment: sequence = [])",
               run_environment, "The environment that `run` and `test` give an executable."),
    SL_BUILTIN_END,
};
static struct bz_provider run_environment_info =
    BUILT_IN("RunEnvironmentInfo", run_environment_row);

static struct bz_provider execution_info;

static sl_value make_execution_info(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  static const char *const names[] = {"requirements", "exec_group"};
  return sl_struct(bz_provider_value(&execution_info), names, arguments, 2);
}

static struct sl_builtin execution_info_row[] = {
    SL_BUILTIN("ExecutionInfo(requirements: dict = {}, exec_group: string = \"test\")",
               make_execution_info, "How a test wants to be executed."),
    SL_BUILTIN_END,
};
static struct bz_provider execution_info = BUILT_IN("ExecutionInfo", execution_info_row);

static sl_value template_variables(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  static const char *const names[] = {"variables"};
  return sl_struct(bz_provider_value(&bz_template_variable_info), names, arguments, 1);
}

static struct sl_builtin template_variable_row[] = {
    SL_BUILTIN("TemplateVariableInfo(variables: dict)", template_variables,
               "Make variables for dependents."),
    SL_BUILTIN_END,
};
struct bz_provider bz_template_variable_info =
    BUILT_IN("TemplateVariableInfo", template_variable_row);

static struct bz_provider analysis_test_result_info = BUILT_IN("AnalysisTestResultInfo", NULL);
static struct bz_provider package_specification_info = BUILT_IN("PackageSpecificationInfo", NULL);
struct bz_provider bz_toolchain_info = BUILT_IN("ToolchainInfo", NULL);
static struct bz_provider constraint_setting_info = BUILT_IN("ConstraintSettingInfo", NULL);
static struct bz_provider constraint_value_info = BUILT_IN("ConstraintValueInfo", NULL);
static struct bz_provider platform_info = BUILT_IN("PlatformInfo", NULL);
static struct bz_provider feature_flag_info = BUILT_IN("FeatureFlagInfo", NULL);

struct bz_provider *bz_info_constraint(const struct bz_rule_class *rule_class) {
  if (bz_rule_class_attribute(rule_class, "constraint_setting") >= 0) return &constraint_value_info;
  if (bz_rule_class_attribute(rule_class, "constraint_values") >= 0) return &platform_info;
  return &constraint_setting_info;
}

static sl_value toolchain_type(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value label = arguments[0];
  struct bz_label *file = bz_running_bzl(thread);
  if (sl_is_string(label) && file) {
    struct bz_label *parsed = bz_label_parse(thread, file->repository, file->package,
                                             sl_string_bytes(label), sl_string_length(label));
    if (!parsed) return NULL;
    label = bz_label_value(parsed);
  }
  static const char *const names[] = {"toolchain_type", "mandatory"};
  sl_value values[] = {label, arguments[1]};
  return sl_struct(NULL, names, values, 2);
}

static struct sl_builtin config_rows[] = {
    SL_BUILTIN("toolchain_type(name, *, mandatory: bool = True)", toolchain_type,
               "A toolchain type that may be missing."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- names

struct info_name {
  const char *name;
  struct bz_provider *provider;
};

static const struct info_name globals[] = {
    {"DefaultInfo", &bz_default_info},
    {"OutputGroupInfo", &bz_output_group_info},
    {"InstrumentedFilesInfo", &instrumented_files_info},
    {"RunEnvironmentInfo", &run_environment_info},
    {"AnalysisTestResultInfo", &analysis_test_result_info},
    {"PackageSpecificationInfo", &package_specification_info},
};
static const struct info_name platform_names[] = {
    {"TemplateVariableInfo", &bz_template_variable_info},
    {"ToolchainInfo", &bz_toolchain_info},
    {"ConstraintSettingInfo", &constraint_setting_info},
    {"ConstraintValueInfo", &constraint_value_info},
    {"PlatformInfo", &platform_info},
};
static const struct info_name testing_names[] = {
    {"ExecutionInfo", &execution_info},
    {"TestEnvironment", &run_environment_info},
};
static const struct info_name config_names[] = {
    {"FeatureFlagInfo", &feature_flag_info},
};

enum { MODULE_ROOM = 8 };

// A module: a struct of providers and functions.
static sl_value module_of(const struct info_name *providers, size_t count,
                          struct sl_builtin *rows) {
  const char *names[MODULE_ROOM];
  sl_value values[MODULE_ROOM];
  size_t filled = 0;
  for (; filled < count; filled++) {
    names[filled] = providers[filled].name;
    values[filled] = bz_provider_value(providers[filled].provider);
  }
  for (; rows && rows->signature; rows++) {
    names[filled] = sl_builtin_name(rows);
    values[filled++] = sl_builtin_value(rows);
  }
  return sl_struct(NULL, names, values, filled);
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

void bz_info_install(struct sl_environment *environment) {
  for (size_t i = 0; i < COUNT(globals); i++) {
    sl_environment_set(environment, globals[i].name, bz_provider_value(globals[i].provider));
  }
  sl_environment_set(environment, "platform_common",
                     module_of(platform_names, COUNT(platform_names), NULL));
  sl_environment_set(environment, "testing", module_of(testing_names, COUNT(testing_names), NULL));
  sl_environment_set(environment, "config_common",
                     module_of(config_names, COUNT(config_names), config_rows));
  sl_environment_set(environment, "coverage_common", module_of(NULL, 0, coverage_rows));
}
