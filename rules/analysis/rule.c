// SPDX-License-Identifier: Apache-2.0
//
// Rule: a target becomes a configured target. First its selects are resolved and its dependencies wanted, then they are
// linked and checked and the aspects on them wanted, last the implementation is called. Files, aliases and targets without
// an implementation end earlier.

#include <string.h>

#include "rules/analysis/state.h"
#include "runtime/program.h"

// ---------------------------------------------------------------- providers of targets without an implementation

static sl_value new_providers(struct sl_thread *thread, struct bz_analysis *analysis) {
  struct sl_mutability *before = sl_thread_set_mutability(thread, analysis->mutability);
  sl_value providers = sl_dict(thread, 2);
  sl_thread_set_mutability(thread, before);
  return providers;
}

static bool set_default_info(struct sl_thread *thread, struct bz_configured_target *configured,
                             sl_value files, sl_value default_runfiles, sl_value data_runfiles,
                             sl_value files_to_run) {
  sl_value info = bz_info_default(thread, files, default_runfiles, data_runfiles, files_to_run);
  return sl_dict_set(thread, configured->providers, bz_provider_value(&bz_default_info), info);
}

// A target with these files and nothing else.
static bool set_plain(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_configured_target *configured, sl_value files) {
  configured->providers = new_providers(thread, analysis);
  sl_value runfiles = bz_runfiles_empty(thread);
  sl_value run = bz_files_to_run_make(thread, NULL, NULL, NULL, files);
  return run && set_default_info(thread, configured, files, runfiles, runfiles, run);
}

// A file target: the file itself, also when it is data, and when it is run.
static bool set_file(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                     struct bz_artifact *file) {
  node->configured = bz_configured_target_new(thread, node->target, node->configuration);
  node->configured->file = file;
  node->configured->providers = new_providers(thread, analysis);
  sl_value value = bz_artifact_value(file);
  sl_value files = bz_depset_new(thread, BZ_ORDER_DEFAULT, &value, 1, NULL, 0);
  sl_value data = files ? bz_runfiles_make(thread, files) : NULL;
  sl_value run = data ? bz_files_to_run_make(thread, file, NULL, NULL, files) : NULL;
  node->state = BZ_NODE_DONE;
  return run &&
         set_default_info(thread, node->configured, files, bz_runfiles_empty(thread), data, run);
}

static bool set_nothing(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node) {
  node->configured = bz_configured_target_new(thread, node->target, node->configuration);
  node->state = BZ_NODE_DONE;
  return set_plain(thread, analysis, node->configured,
                   bz_depset_value(bz_depset_empty(BZ_ORDER_DEFAULT)));
}

// What is missing is remembered, for commands that need the files.
static bool note_missing(struct sl_thread *thread, struct bz_analysis *analysis,
                         const struct bz_repository *repository) {
  if (repository->kind != BZ_REPOSITORY_MISSING) return true;
  sl_value reason = sl_string_from(repository->reason ? repository->reason : "");
  return sl_dict_set_string(thread, analysis->missing, repository->name, reason);
}

// ---------------------------------------------------------------- begin

// The attribute that an alias, or a label_flag, stands for; -1: the target is none.
static int32_t alias_attribute(const struct bz_rule_class *rule_class) {
  if (rule_class->behaviour == BZ_BEHAVIOUR_ALIAS)
    return bz_rule_class_attribute(rule_class, "actual");
  if (rule_class->behaviour != BZ_BEHAVIOUR_BUILD_SETTING) return -1;
  int32_t i = bz_rule_class_attribute(rule_class, "build_setting_default");
  return i >= 0 && rule_class->attributes[i].type == BZ_TYPE_LABEL ? i : -1;
}

// The call failed: its whole traceback becomes the message.
static sl_value fail_with_traceback(struct sl_thread *thread) {
  const char *report = bz_text_format("\n%s", sl_error_text(thread));
  sl_error_clear(thread);
  return sl_fail(thread, "%s", report);
}

// Calls the function that gives a private attribute its default: its parameters name other attributes.
static sl_value compute_default(struct sl_thread *thread, const struct bz_node *node,
                                const struct bz_attribute *attribute, sl_value function) {
  const struct bz_label *label = node->target->label;
  sl_value *arguments = sl_allocate((node->attributes->count + 1) * sizeof *arguments);
  size_t count = 0;
  for (const char *name; (name = sl_function_parameter(function, count)) != NULL; count++) {
    int32_t i =
        count < node->attributes->count ? bz_attribute_values_find(node->attributes, name) : -1;
    if (i < 0) return sl_fail(thread, "Attribute '%s' doesn't exist", name);
    arguments[count] = node->attributes->stored[i] ? node->attributes->stored[i] : SL_NONE;
  }
  sl_value given = sl_call(thread, function, arguments, count, NULL, 0);
  if (!given) return fail_with_traceback(thread);
  if (given == SL_NONE) return given;
  return bz_value_convert(thread, attribute->type, given, label->repository, label->package,
                          bz_text_format("attribute '%s' in '%s' rule", attribute->name,
                                         node->target->rule_class->name));
}

// The value of an attribute in the target's configuration; computed ones are asked for after all others.
static bool resolve_value(struct sl_thread *thread, struct bz_analysis *analysis,
                          struct bz_node *node, size_t i, bool computed) {
  const struct bz_attribute *attribute = &node->target->rule_class->attributes[i];
  sl_value stored = bz_target_value(node->target, i);
  if (!stored) return computed || !sl_error_pending(thread);
  if (sl_has_type(stored, &sl_function_type) != computed) return true;
  if (computed) {
    stored = compute_default(thread, node, attribute, stored);
  } else if (sl_has_type(stored, &bz_select_type)) {
    stored = bz_condition_resolve(thread, analysis, node->target, attribute, stored,
                                  node->configuration);
  }
  node->attributes->stored[i] = stored == SL_NONE ? NULL : stored;
  return stored != NULL;
}

static bool resolve_values(struct sl_thread *thread, struct bz_analysis *analysis,
                           struct bz_node *node) {
  for (int computed = 0; computed < 2; computed++) {
    for (size_t i = 0; i < node->attributes->count; i++) {
      if (!resolve_value(thread, analysis, node, i, computed)) return false;
    }
  }
  return true;
}

// Transitions between configurations are not carried out: there is one target configuration. Said once for a rule class.
static bool warn_of_transitions(struct sl_thread *thread, struct bz_analysis *analysis,
                                const struct bz_node *node) {
  const struct bz_rule_class *rule_class = node->target->rule_class;
  bool has_transition = rule_class->transition != NULL;
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    has_transition = has_transition || rule_class->attributes[i].transition;
  }
  if (!has_transition || sl_dict_get_string(analysis->warned, rule_class->name)) return true;
  bz_event(analysis->workspace, BZ_WARNING, bz_target_location(node->target),
           "%s has a configuration transition, which is not supported: it is analysed without",
           bz_node_subject(node));
  return sl_dict_set_string(thread, analysis->warned, rule_class->name, SL_NONE);
}

static bool want_value(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                       size_t i) {
  const struct bz_attribute *attribute = &node->attributes->attributes[i];
  sl_value stored = node->attributes->stored[i];
  if (attribute->flags & BZ_ATTRIBUTE_NON_EMPTY && (!stored || sl_length(stored) == 0)) {
    sl_fail_false(thread, "attribute must be non empty");
    return bz_node_explain(thread, node, attribute->name);
  }
  return !bz_type_is_label(attribute->type) ||
         bz_dependency_want(thread, analysis, node, attribute, stored);
}

static bool begin_rule(struct sl_thread *thread, struct bz_analysis *analysis,
                       struct bz_node *node) {
  const struct bz_rule_class *rule_class = node->target->rule_class;
  node->attributes = bz_attribute_values_new(rule_class->attributes, rule_class->attribute_count,
                                             rule_class->attribute_index);
  if (!warn_of_transitions(thread, analysis, node) || !resolve_values(thread, analysis, node)) {
    return bz_node_explain(thread, node, NULL);
  }
  int32_t alias = alias_attribute(rule_class);
  if (alias >= 0) {
    if (rule_class->behaviour == BZ_BEHAVIOUR_BUILD_SETTING)
      node->attributes->stored[alias] = bz_build_setting_value(thread, analysis, node->target);
    return want_value(thread, analysis, node, (size_t)alias);
  }
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    if (!want_value(thread, analysis, node, i)) return false;
  }
  return bz_toolchains_want(thread, analysis, node, rule_class->toolchains,
                            rule_class->defined_in) ||
         bz_node_explain(thread, node, NULL);
}

bool bz_rule_begin(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  struct bz_target *target = node->target;
  switch (target->kind) {
    case BZ_TARGET_SOURCE_FILE:
      if (!note_missing(thread, analysis, target->label->repository)) return false;
      return set_file(thread, analysis, node, bz_artifact_source(thread, analysis, target->label));
    case BZ_TARGET_GENERATED_FILE:
      bz_node_want(node,
                   bz_node_find(analysis, target->generating_rule, node->configuration, NULL));
      return true;
    case BZ_TARGET_RULE:
      break;
    default:
      return set_nothing(thread, analysis, node);
  }
  if (target->rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE) {
    return note_missing(thread, analysis, target->label->repository) &&
           set_nothing(thread, analysis, node);
  }
  if (target->package->contains_errors) {
    node->explained = true;
    return sl_fail_false(thread, "%s: Target '%s' contains an error and its package is in error",
                         bz_target_location(target), bz_label_text(target->label));
  }
  return begin_rule(thread, analysis, node);
}

// ---------------------------------------------------------------- link

static bool link_generated(struct sl_thread *thread, struct bz_analysis *analysis,
                           struct bz_node *node) {
  struct bz_configured_target *generator = node->done.items[0]->configured;
  const struct bz_label *label = node->target->label;
  const char *path =
      bz_text_format("%s%s%s", label->package, label->package[0] ? "/" : "", label->name);
  struct bz_artifact *file = bz_artifact_derived(thread, analysis, node->configuration,
                                                 generator->target->label, path, BZ_ARTIFACT_FILE);
  if (!set_file(thread, analysis, node, file)) return false;
  node->configured->generator = generator;
  return true;
}

static bool has_aspects(const struct bz_attribute *attribute) {
  return attribute->aspects && sl_length(attribute->aspects) > 0;
}

// The steps that an attribute's own aspects make on its targets.
static bool attached_steps(struct sl_thread *thread, struct bz_analysis *analysis,
                           const struct bz_node *node, size_t i, struct bz_aspect_steps *steps) {
  sl_value aspects = bz_aspect_list(thread, node->attributes->attributes[i].aspects, "aspects");
  return aspects && bz_aspect_steps_make(thread, analysis, sl_tuple_items(aspects),
                                         sl_tuple_length(aspects), node->attributes, steps);
}

static bool want_attached(struct sl_thread *thread, struct bz_analysis *analysis,
                          struct bz_node *node, size_t i) {
  struct bz_aspect_steps steps;
  if (!attached_steps(thread, analysis, node, i, &steps))
    return bz_node_explain(thread, node, NULL);
  const struct bz_attribute_targets *targets = &node->attributes->targets[i];
  for (size_t j = 0; j < targets->count; j++) {
    const struct bz_configured_target *target = targets->items[j];
    for (size_t k = 0; k < steps.count; k++) {
      bz_node_want(node,
                   bz_node_find(analysis, target->target, target->configuration, steps.items[k]));
    }
  }
  return true;
}

bool bz_rule_link(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  if (node->target->kind == BZ_TARGET_GENERATED_FILE) return link_generated(thread, analysis, node);
  const struct bz_rule_class *rule_class = node->target->rule_class;
  int32_t alias = alias_attribute(rule_class);
  size_t next = 0;
  for (size_t i = 0; i < node->attributes->count; i++) {
    bool wanted =
        alias < 0 ? bz_type_is_label(node->attributes->attributes[i].type) : (size_t)alias == i;
    if (wanted && !bz_dependency_take(thread, analysis, node, i, rule_class->defined_in, &next))
      return false;
  }
  if (alias >= 0) {
    if (node->attributes->targets[alias].count == 0) return set_nothing(thread, analysis, node);
    node->configured = node->attributes->targets[alias].items[0];
    node->state = BZ_NODE_DONE;
    return true;
  }
  for (size_t i = 0; i < node->attributes->count; i++) {
    if (has_aspects(&node->attributes->attributes[i]) && !want_attached(thread, analysis, node, i))
      return false;
  }
  return true;
}

// ---------------------------------------------------------------- calling an implementation

static bool add_instance(struct sl_thread *thread, const struct bz_context *context,
                         sl_value providers, sl_value instance) {
  struct bz_provider *provider = bz_provider_of_instance(instance);
  if (bz_value_is_unknown(instance)) return true;
  if (!provider) {
    return sl_fail_false(thread, "%s should return providers, but got an element of type %s",
                         context->step ? "Aspect implementation" : "Rule", sl_type_name(instance));
  }
  if (sl_dict_get(thread, providers, bz_provider_value(provider))) {
    return sl_fail_false(thread, "Multiple conflicting returned providers with key %s",
                         bz_provider_name(provider));
  }
  return sl_dict_set(thread, providers, bz_provider_value(provider), instance);
}

static bool gather(struct sl_thread *thread, const struct bz_context *context, sl_value returned,
                   sl_value providers) {
  sl_value *items;
  size_t count;
  if (returned == SL_NONE) return true;
  if (bz_provider_of_instance(returned)) return add_instance(thread, context, providers, returned);
  if (!sl_sequence_items(returned, &items, &count)) {
    return sl_fail_false(thread,
                         context->step ? "Aspect implementation should return a struct, a list, or "
                                         "a provider instance, but got %s"
                                       : "Rule should return a struct or a list, but got %s",
                         sl_type_name(returned));
  }
  for (size_t i = 0; i < count; i++) {
    if (!add_instance(thread, context, providers, items[i])) return false;
  }
  return true;
}

// What was declared with `provides` must have been returned.
static bool check_provided(struct sl_thread *thread, const struct bz_context *context,
                           sl_value providers) {
  const struct bz_rule_class *rule_class = context->target->target->rule_class;
  sl_value *declared;
  size_t count;
  if (!bz_value_items(thread,
                      context->step ? context->step->aspect->provides : rule_class->provides,
                      &declared, &count)) {
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    if (declared[i] == bz_provider_value(&bz_default_info) || !bz_is_provider(declared[i]))
      continue;
    if (sl_dict_get(thread, providers, declared[i])) continue;
    return sl_fail_false(
        thread, "%s advertised the '%s' provider, but this provider was not among those returned",
        context->step ? "aspect" : "rule", bz_provider_name(bz_provider_of(declared[i])));
  }
  return true;
}

sl_value bz_rule_call(struct sl_thread *thread, struct bz_context *context, sl_value implementation,
                      const sl_value *arguments, size_t count) {
  struct sl_mutability *own = sl_mutability_new();
  struct sl_mutability *before = sl_thread_set_mutability(thread, own);
  sl_value returned = sl_call(thread, implementation, arguments, count, NULL, 0);
  sl_thread_set_mutability(thread, before);
  sl_mutability_freeze(own);
  context->closed = true;
  if (!returned) return fail_with_traceback(thread);
  sl_value providers = new_providers(thread, context->analysis);
  // DefaultInfo comes first: target.files and its like find it there.
  if (!context->step &&
      !sl_dict_set(thread, providers, bz_provider_value(&bz_default_info), SL_NONE))
    return NULL;
  sl_value result = new_providers(thread, context->analysis);
  if (!gather(thread, context, returned, result) || !check_provided(thread, context, result) ||
      !sl_dict_update(thread, providers, result)) {
    return NULL;
  }
  return providers;
}

bool bz_rule_check_declared(struct sl_thread *thread, const struct bz_context *context) {
  struct sl_text missing = {0};
  for (size_t i = 0; i < context->declared_count; i++) {
    if (!context->declared[i]->action)
      sl_text_format(&missing, "\n%s", context->declared[i]->short_path);
  }
  bool good = missing.length == 0;
  if (!good)
    sl_fail_false(thread, "\nThe following files have no generating action:%s",
                  sl_text_string(&missing));
  sl_text_free(&missing);
  return good;
}

// ---------------------------------------------------------------- finish

static bool merge_attached(struct sl_thread *thread, struct bz_analysis *analysis,
                           struct bz_node *node, size_t i, size_t *next) {
  struct bz_aspect_steps steps;
  if (!attached_steps(thread, analysis, node, i, &steps)) return false;
  struct bz_attribute_targets *targets = &node->attributes->targets[i];
  struct bz_aspect_result **results =
      sl_allocate((steps.count + 1) * sizeof(struct bz_aspect_result *));
  for (size_t j = 0; j < targets->count; j++) {
    for (size_t k = 0; k < steps.count; k++) results[k] = node->done.items[(*next)++]->result;
    targets->items[j] = bz_configured_target_merge(thread, targets->items[j], results, steps.count);
    if (!targets->items[j]) return false;
  }
  return true;
}

// The predeclared outputs, and the executable that was asked for by ctx.outputs.
static sl_value predeclared_files(struct sl_thread *thread, const struct bz_context *context,
                                  struct bz_artifact *executable) {
  const struct bz_target *target = context->target->target;
  sl_value *files = sl_allocate((target->output_count + 1) * sizeof *files);
  for (size_t i = 0; i < target->output_count; i++) {
    files[i] = bz_artifact_value(bz_context_output(thread, context, target->outputs[i]->label));
  }
  size_t count = target->output_count;
  if (executable) files[count++] = bz_artifact_value(executable);
  return bz_depset_new(thread, BZ_ORDER_DEFAULT, files, count, NULL, 0);
}

static void declare_outputs(struct sl_thread *thread, struct bz_context *context) {
  const struct bz_target *target = context->target->target;
  for (size_t i = 0; i < target->output_count; i++) {
    bz_context_declare(context, bz_context_output(thread, context, target->outputs[i]->label));
  }
}

static sl_value given(sl_value info, const char *field) {
  sl_value value = info == SL_NONE ? NULL : sl_struct_get(info, field);
  return value == SL_NONE ? NULL : value;
}

static bool find_executable(struct sl_thread *thread, const struct bz_context *context,
                            sl_value info, struct bz_artifact **executable) {
  sl_value run = given(info, "files_to_run");
  *executable = run ? bz_files_to_run_of(run)->executable : context->default_executable;
  const struct bz_rule_class *rule_class = context->target->target->rule_class;
  if (*executable || !rule_class->executable) return true;
  return sl_fail_false(
      thread,
      "The rule '%s' is executable. It needs to create an executable File and pass it as the "
      "'executable' parameter to the DefaultInfo it returns.",
      rule_class->name);
}

// Runfiles with the executable in them.
static sl_value with_executable(struct sl_thread *thread, sl_value runfiles,
                                struct bz_artifact *executable) {
  sl_value file = bz_artifact_value(executable);
  sl_value files = bz_depset_new(thread, BZ_ORDER_POSTORDER, &file, 1, NULL, 0);
  sl_value parts[] = {runfiles, files ? bz_runfiles_make(thread, files) : NULL};
  return parts[1] ? bz_runfiles_merge(thread, parts, 2) : NULL;
}

// Turns the DefaultInfo that was returned, if any, into what every target has.
static bool complete_default_info(struct sl_thread *thread, struct bz_context *context) {
  struct bz_configured_target *configured = context->target;
  sl_value info = sl_dict_get(thread, configured->providers, bz_provider_value(&bz_default_info));
  struct bz_artifact *executable;
  if (!find_executable(thread, context, info, &executable)) return false;
  sl_value files = given(info, "files");
  if (!files) files = predeclared_files(thread, context, executable);
  sl_value default_runfiles = given(info, "default_runfiles");
  sl_value data_runfiles = given(info, "data_runfiles");
  // `runfiles`, or none at all: both are the same, and hold the executable. Those given singly are left as they are.
  bool same = default_runfiles == data_runfiles;
  if (!default_runfiles) default_runfiles = bz_runfiles_empty(thread);
  if (!data_runfiles) data_runfiles = bz_runfiles_empty(thread);
  sl_value run = files ? bz_files_to_run_make(thread, NULL, NULL, NULL, files) : NULL;
  if (!run) return false;
  if (executable) {
    sl_value complete = with_executable(thread, default_runfiles, executable);
    if (!complete || !bz_executable_finish(thread, context, executable, complete, files, &run))
      return false;
    if (same) default_runfiles = data_runfiles = complete;
  }
  return set_default_info(thread, configured, files, default_runfiles, data_runfiles, run);
}

// constraint_value, and others that only carry a label for ctx.target_platform_has_constraint and its like.
static bool finish_without_implementation(struct sl_thread *thread, struct bz_analysis *analysis,
                                          struct bz_node *node) {
  if (!set_plain(thread, analysis, node->configured,
                 bz_depset_value(bz_depset_empty(BZ_ORDER_DEFAULT))))
    return false;
  if (node->target->rule_class->behaviour != BZ_BEHAVIOUR_CONSTRAINT) return true;
  struct bz_provider *provider = bz_info_constraint(node->target->rule_class);
  static const char *const names[] = {"label"};
  sl_value label = bz_label_value(node->target->label);
  return sl_dict_set(thread, node->configured->providers, bz_provider_value(provider),
                     sl_struct(bz_provider_value(provider), names, &label, 1));
}

static bool finish(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  const struct bz_rule_class *rule_class = node->target->rule_class;
  size_t next = 0;
  for (size_t i = 0; i < node->attributes->count; i++) {
    if (!has_aspects(&node->attributes->attributes[i])) continue;
    if (!merge_attached(thread, analysis, node, i, &next)) return false;
  }
  node->configured = bz_configured_target_new(thread, node->target, node->configuration);
  node->configured->attributes = node->attributes;
  if (!rule_class->implementation) return finish_without_implementation(thread, analysis, node);
  struct bz_context *context = bz_context_new(thread, analysis, node->configured, node->attributes);
  bz_toolchains_take(node->toolchains);
  node->configured->toolchains = node->toolchains;
  context->toolchains = node->toolchains;
  sl_value argument = (sl_value)(void *)context;
  declare_outputs(thread, context);
  node->configured->providers =
      bz_rule_call(thread, context, rule_class->implementation, &argument, 1);
  if (!node->configured->providers || !complete_default_info(thread, context)) return false;
  node->configured->actions = context->actions;
  node->configured->action_count = context->action_count;
  return bz_rule_check_declared(thread, context);
}

bool bz_rule_finish(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  return finish(thread, analysis, node) || bz_node_explain(thread, node, NULL);
}
