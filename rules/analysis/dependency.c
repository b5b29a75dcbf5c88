// SPDX-License-Identifier: Apache-2.0
//
// Dependency: from the labels of an attribute to configured targets, and what an attribute may depend on: targets that are
// visible, of the right kind of file, with the providers it asks for.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- wanting

struct want {
  struct sl_thread *thread;
  struct bz_analysis *analysis;
  struct bz_node *node;
  const struct bz_configuration *configuration;
  bool failed;
};

// A label that leads nowhere: whoever wrote it is told.
static void fail_reference(const struct want *want) {
  struct bz_node *node = want->node;
  const char *message = bz_text_copy(sl_error_message(want->thread));
  sl_error_clear(want->thread);
  node->explained = true;
  sl_fail_false(want->thread, "%s: %s and referenced by '%s'", bz_target_location(node->target),
                message, bz_label_text(node->target->label));
}

static void want_label(struct bz_label *label, void *data) {
  struct want *want = data;
  if (want->failed) return;
  struct bz_target *target = bz_target_load(want->thread, want->analysis->loader, label);
  if (target) {
    bz_node_want(want->node, bz_node_find(want->analysis, target, want->configuration, NULL));
  } else {
    want->failed = true;
    fail_reference(want);
  }
}

bool bz_dependency_want(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node, const struct bz_attribute *attribute,
                        sl_value stored) {
  const struct bz_configuration *configuration =
      attribute->flags & BZ_ATTRIBUTE_EXEC ? &analysis->exec_configuration : node->configuration;
  struct want want = {thread, analysis, node, configuration, false};
  bz_attribute_each_label(stored, attribute->type, want_label, &want);
  return !want.failed;
}

// ---------------------------------------------------------------- visibility

// A private attribute's default is visible to whoever may use it where the rule or aspect was defined.
static int is_visible_to_definition(struct sl_thread *thread, struct bz_analysis *analysis,
                                    const struct bz_target *target,
                                    const struct bz_label *defined_in) {
  struct bz_package *package =
      bz_package_load(thread, analysis->loader, defined_in->repository, defined_in->package);
  return package ? bz_target_is_visible(thread, analysis->loader, target, package) : -1;
}

static bool check_visibility(struct sl_thread *thread, struct bz_analysis *analysis,
                             struct bz_node *node, const struct bz_attribute *attribute,
                             const struct bz_target *target, const struct bz_label *defined_in) {
  int visible = bz_target_is_visible(thread, analysis->loader, target, node->target->package);
  bool implicit =
      attribute->name[0] == '_' || attribute->name[0] == '$' || attribute->name[0] == ':';
  // What is built in may use everything.
  if (visible == 0 && implicit && !defined_in) return true;
  if (visible == 0 && implicit)
    visible = is_visible_to_definition(thread, analysis, target, defined_in);
  if (visible > 0) return true;
  if (visible == 0) {
    sl_fail_false(thread,
                  "target '%s' is not visible from target '%s'. Check the visibility declaration "
                  "of the former target "
                  "if you think the dependency is legitimate",
                  bz_label_text(target->label), bz_label_text(node->target->label));
  }
  return bz_node_explain(thread, node, NULL);
}

// ---------------------------------------------------------------- kinds of files

static bool type_allows(const struct bz_attribute *attribute, const char *name) {
  if (attribute->flags & BZ_ATTRIBUTE_ANY_FILE) return true;
  sl_value *endings;
  size_t count;
  if (!attribute->file_types || !sl_sequence_items(attribute->file_types, &endings, &count))
    return false;
  for (size_t i = 0; i < count; i++) {
    if (sl_ends_with(name, sl_string_bytes(endings[i]))) return true;
  }
  return false;
}

// ".py or .py3", "no files".
static const char *expected_types(const struct bz_attribute *attribute) {
  sl_value *endings;
  size_t count = 0;
  if (!attribute->file_types || !sl_sequence_items(attribute->file_types, &endings, &count) ||
      count == 0)
    return "no files";
  struct sl_text text = {0};
  for (size_t i = 0; i < count; i++) {
    sl_text_append_string(&text, i == 0 ? "" : i + 1 == count ? " or " : ", ");
    sl_text_append_string(&text, sl_string_bytes(endings[i]));
  }
  const char *types = bz_text_copy(sl_text_string(&text));
  sl_text_free(&text);
  return types;
}

static bool check_file(struct sl_thread *thread, struct bz_node *node,
                       const struct bz_attribute *attribute, const struct bz_target *target) {
  if (type_allows(attribute, target->label->name)) return true;
  sl_fail_false(thread, "%s '%s' is misplaced here (expected %s)", bz_target_kind_text(target),
                bz_label_text(target->label), expected_types(attribute));
  return bz_node_explain(thread, node, attribute->name);
}

// What a rule's target must produce for an attribute that is choosy about files.
static bool check_products(struct sl_thread *thread, struct bz_node *node,
                           const struct bz_attribute *attribute,
                           const struct bz_configured_target *dependency) {
  bool single = (attribute->flags & BZ_ATTRIBUTE_SINGLE_FILE) != 0;
  bool typed = !(attribute->flags & BZ_ATTRIBUTE_ANY_FILE) && attribute->file_types &&
               sl_list_length(attribute->file_types) > 0;
  if (!single && !typed) return true;
  sl_value files = bz_depset_to_list(thread, bz_configured_target_default(dependency, "files"));
  if (!files) return false;
  const char *label = bz_label_text(dependency->target->label);
  if (single && sl_list_length(files) != 1) {
    sl_fail_false(thread, "'%s' must produce a single file", label);
    return bz_node_explain(thread, node, attribute->name);
  }
  for (size_t i = 0; typed && i < sl_list_length(files); i++) {
    const struct bz_artifact *file = bz_artifact_of(sl_list_get(files, i));
    if (file->is_directory || type_allows(attribute, bz_artifact_basename(file))) return true;
  }
  if (!typed) return true;
  sl_fail_false(thread, "'%s' does not produce any %s %s files (expected %s)", label,
                node->step ? node->step->aspect->name : node->target->rule_class->name,
                attribute->name, expected_types(attribute));
  return bz_node_explain(thread, node, attribute->name);
}

// ---------------------------------------------------------------- providers

// The names of an alternative's providers that a target lacks, "'P', 'Q'"; or of all, when `providers` is NULL.
static void append_names(struct sl_thread *thread, sl_value alternative, sl_value providers,
                         struct sl_text *out) {
  sl_value *items;
  size_t count, shown = 0;
  sl_sequence_items(alternative, &items, &count);
  for (size_t i = 0; i < count; i++) {
    if (bz_value_is_unknown(items[i]) || (providers && sl_dict_get(thread, providers, items[i])))
      continue;
    sl_text_format(out, "%s'%s'", shown++ ? ", " : "", bz_provider_name(bz_provider_of(items[i])));
  }
}

static bool check_providers(struct sl_thread *thread, struct bz_node *node,
                            const struct bz_attribute *attribute,
                            const struct bz_configured_target *dependency) {
  sl_value alternatives = attribute->providers;
  if (bz_provider_satisfies(thread, alternatives, dependency->providers)) return true;
  struct sl_text text = {0};
  size_t count = sl_list_length(alternatives);
  for (size_t i = 0; i < count; i++) {
    sl_value alternative = sl_list_get(alternatives, i);
    bool bracketed = count > 1 && sl_length(alternative) > 1;
    sl_text_append_string(&text, i > 0 ? " or " : "");
    if (bracketed) sl_text_append_char(&text, '[');
    append_names(thread, alternative, count > 1 ? NULL : dependency->providers, &text);
    if (bracketed) sl_text_append_char(&text, ']');
  }
  sl_fail_false(thread, "'%s' does not have mandatory providers: %s",
                bz_label_text(dependency->target->label), sl_text_string(&text));
  sl_text_free(&text);
  return bz_node_explain(thread, node, attribute->name);
}

// Only tests, and what is declared so, may use what is for tests.
static bool check_testonly(struct sl_thread *thread, struct bz_node *node,
                           const struct bz_configured_target *dependency) {
  int32_t other = bz_rule_class_attribute(dependency->target->rule_class, "testonly");
  sl_value for_tests = other < 0 ? NULL : bz_target_value(dependency->target, (size_t)other);
  if (node->step || !for_tests || !sl_truth(for_tests)) return true;
  int32_t own = bz_attribute_values_find(node->attributes, "testonly");
  if (own < 0 || (node->attributes->stored[own] && sl_truth(node->attributes->stored[own])))
    return true;
  sl_fail_false(thread,
                "non-test target '%s' depends on testonly target '%s' and doesn't have testonly "
                "attribute set",
                bz_label_text(node->target->label), bz_label_text(dependency->target->label));
  return bz_node_explain(thread, node, NULL);
}

static bool check_executable(struct sl_thread *thread, struct bz_node *node,
                             const struct bz_attribute *attribute,
                             const struct bz_configured_target *dependency) {
  if (!(attribute->flags & BZ_ATTRIBUTE_EXECUTABLE)) return true;
  sl_value run = bz_configured_target_default(dependency, "files_to_run");
  if (run && bz_is_files_to_run(run) && bz_files_to_run_of(run)->executable) return true;
  sl_fail_false(thread, "'%s' does not refer to a valid executable target",
                bz_label_text(dependency->target->label));
  return bz_node_explain(thread, node, attribute->name);
}

// ---------------------------------------------------------------- taking

static bool is_opaque(const struct bz_target *target) {
  return target->kind == BZ_TARGET_RULE && target->rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE;
}

static bool check(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                  const struct bz_attribute *attribute, const struct bz_node *taken,
                  const struct bz_label *defined_in) {
  const struct bz_configured_target *dependency = taken->configured;
  if (!check_visibility(thread, analysis, node, attribute, taken->target, defined_in)) return false;
  // Of a repository that is not there nothing is known, so that nothing can be wrong.
  if (is_opaque(dependency->target)) return true;
  switch (dependency->target->kind) {
    case BZ_TARGET_SOURCE_FILE:
    case BZ_TARGET_GENERATED_FILE:
      return check_file(thread, node, attribute, dependency->target);
    case BZ_TARGET_RULE:
      return check_products(thread, node, attribute, dependency) &&
             check_providers(thread, node, attribute, dependency) &&
             check_executable(thread, node, attribute, dependency) &&
             check_testonly(thread, node, dependency);
    default:
      return true;
  }
}

static void count_label(struct bz_label *label, void *data) {
  (void)label;
  ++*(size_t *)data;
}

bool bz_dependency_take(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node, size_t i, const struct bz_label *defined_in,
                        size_t *next) {
  struct bz_attribute_values *values = node->attributes;
  const struct bz_attribute *attribute = &values->attributes[i];
  size_t count = 0;
  bz_attribute_each_label(values->stored[i], attribute->type, count_label, &count);
  if (count == 0) return true;
  struct bz_attribute_targets targets = {sl_allocate(count * sizeof(struct bz_configured_target *)),
                                         count};
  for (size_t j = 0; j < count; j++) {
    const struct bz_node *taken = node->done.items[(*next)++];
    targets.items[j] = taken->configured;
    if (!check(thread, analysis, node, attribute, taken, defined_in)) return false;
  }
  values->targets[i] = targets;
  return true;
}
