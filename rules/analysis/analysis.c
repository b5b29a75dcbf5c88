// SPDX-License-Identifier: Apache-2.0
//
// Analysis: the object that holds what was analysed, its two configurations, and the names that .bzl files see of it.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- the names of .bzl files

static struct sl_builtin bzl_functions[] = {
    SL_BUILTIN("depset(direct: sequence | None = None, order: string = \"default\", *, transitive: "
               "sequence | None = None)",
               bz_depset_make, "A set of values that is cheap to unite with others."),
    SL_BUILTIN("provider(doc: string | None = None, *, fields: sequence | dict | None = None, "
               "init: callable | None = None)",
               bz_provider_make, "Defines a kind of information that targets give each other."),
    SL_BUILTIN(
        "aspect(implementation: function, attr_aspects: sequence = [], attrs: dict = {}, "
        "required_providers: sequence = [], required_aspect_providers: sequence = [], provides: "
        "sequence = [], "
        "requires: sequence = [], toolchains: sequence = [], apply_to_generating_rules: bool = "
        "False, "
        "fragments: sequence = [], host_fragments: sequence = [], doc: string | None = None, "
        "toolchains_aspects: sequence = [], propagation_predicate: callable | None = None, "
        "exec_compatible_with: sequence = [], exec_groups: dict | None = None, subrules: sequence "
        "= [])",
        bz_aspect_make, "Defines what to do for a target and, before it, for what it depends on."),
    SL_BUILTIN_END,
};

const struct sl_environment *bz_analysis_environment(void) {
  struct sl_environment *environment = sl_environment_new(bz_loading_environment());
  sl_environment_set_builtins(environment, bzl_functions);
  bz_info_install(environment);
  return environment;
}

// ---------------------------------------------------------------- configurations

static struct bz_configuration make_configuration(const char *cpu, const char *mode, bool is_tool) {
  struct bz_configuration configuration = {
      .cpu = cpu, .compilation_mode = mode, .is_tool = is_tool};
  configuration.mnemonic = bz_text_format("%s-%s%s", cpu, mode, is_tool ? "-exec" : "");
  configuration.output_path = bz_text_format("bazel-out/%s", configuration.mnemonic);
  configuration.bin_path = bz_text_format("%s/bin", configuration.output_path);
  return configuration;
}

// Defines or build settings as text.
static const char *options_text(struct sl_thread *thread, sl_value dict) {
  return dict ? bz_value_shown(thread, dict) : "";
}

static void set_checksum(struct sl_thread *thread, const struct bz_analysis *analysis,
                         struct bz_configuration *configuration) {
  const struct bz_label *platform = configuration->platform;
  const char *const options[] = {configuration->mnemonic, options_text(thread, analysis->defines),
                                 options_text(thread, analysis->settings),
                                 platform ? bz_label_text(platform) : NULL};
  configuration->checksum = bz_key_of_options(options, platform ? 4 : 3);
}

// Tools run on this machine, whatever is built for.
static bool read_platform(struct sl_thread *thread, struct bz_analysis *analysis,
                          const char *platforms) {
  size_t length = platforms ? strcspn(platforms, ",") : 0;
  if (length == 0) return true;
  struct bz_configuration *configuration = &analysis->target_configuration;
  struct bz_label *label =
      bz_label_parse(thread, bz_workspace_main(analysis->workspace), "", platforms, length);
  const struct bz_target *platform =
      label ? bz_platform_load(thread, analysis, configuration, label) : NULL;
  if (!platform) return false;
  configuration->platform = platform->label;
  if (platform->rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE)
    bz_event(analysis->workspace, BZ_WARNING, NULL,
             "platform %s is not available, building for this machine: %s", bz_label_text(label),
             label->repository->reason);
  return true;
}

struct bz_analysis *bz_analysis_new(struct sl_thread *thread,
                                    const struct bz_analysis_options *options) {
  struct bz_analysis *analysis = sl_allocate(sizeof *analysis);
  analysis->loader = options->loader;
  analysis->workspace = bz_loader_workspace(options->loader);
  analysis->defines = options->defines;
  analysis->aspect_parameters = options->aspect_parameters;
  analysis->python_path = options->python_path ? bz_text_copy(options->python_path) : "python3";
  analysis->mutability = sl_mutability_new();
  const char *cpu = options->cpu ? bz_text_copy(options->cpu) : "k8";
  const char *mode =
      options->compilation_mode ? bz_text_copy(options->compilation_mode) : "fastbuild";
  analysis->target_configuration = make_configuration(cpu, mode, false);
  analysis->exec_configuration = make_configuration(cpu, "opt", true);
  if (!bz_build_settings_read(thread, analysis, options->rc_flags, options->flags) ||
      !read_platform(thread, analysis, options->platforms))
    return NULL;
  set_checksum(thread, analysis, &analysis->target_configuration);
  set_checksum(thread, analysis, &analysis->exec_configuration);
  struct sl_mutability *before = sl_thread_set_mutability(thread, analysis->mutability);
  analysis->missing = sl_dict(thread, 0);
  analysis->warned = sl_dict(thread, 0);
  sl_thread_set_mutability(thread, before);
  return analysis;
}

struct bz_loader *bz_analysis_loader(const struct bz_analysis *analysis) {
  return analysis->loader;
}

sl_value bz_analysis_missing(const struct bz_analysis *analysis) { return analysis->missing; }

const struct bz_configuration *bz_configuration_target(const struct bz_analysis *analysis) {
  return &analysis->target_configuration;
}

struct bz_configured_target *bz_target_analyze(struct sl_thread *thread,
                                               struct bz_analysis *analysis,
                                               struct bz_target *target,
                                               const struct bz_configuration *configuration) {
  struct bz_node *node = bz_node_find(analysis, target, configuration, NULL);
  return bz_node_run(thread, analysis, node) ? node->configured : NULL;
}
