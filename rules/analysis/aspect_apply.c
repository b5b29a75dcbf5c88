// SPDX-License-Identifier: Apache-2.0
//
// Aspect_apply: an aspect's node. It waits for the target and for the aspects that it sees there; then for itself on what the
// attributes lead to, and for the targets of its own attributes; then its implementation is called.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- phases

bool bz_aspect_begin(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  (void)thread;
  bz_node_want(node, bz_node_find(analysis, node->target, node->configuration, NULL));
  for (size_t i = 0; i < node->step->below_count; i++) {
    bz_node_want(node,
                 bz_node_find(analysis, node->target, node->configuration, node->step->below[i]));
  }
  return true;
}

static bool redirect(struct bz_analysis *analysis, struct bz_node *node,
                     struct bz_configured_target *to) {
  node->redirected = true;
  bz_node_want(node, bz_node_find(analysis, to->target, to->configuration, node->step));
  return true;
}

// Whether the target is a rule that says something about itself: not a condition, and not of a repository that is missing.
static bool is_plain_rule(const struct bz_configured_target *target) {
  if (!target->attributes) return false;
  enum bz_behaviour behaviour = target->target->rule_class->behaviour;
  return behaviour == BZ_BEHAVIOUR_RULE || behaviour == BZ_BEHAVIOUR_TEST_SUITE;
}

// Whether a rule declares what the aspect asks for.
static bool is_wanted_by(struct sl_thread *thread, const struct bz_aspect *aspect,
                         const struct bz_rule_class *rule_class) {
  if (sl_list_length(aspect->required_providers) == 0) return true;
  return rule_class->provides &&
         bz_provider_satisfies(thread, aspect->required_providers, rule_class->provides);
}

// Calls back for each dependency that the aspect goes on to, in order, with the steps that run on it.
static bool each_way(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                     bool (*visit)(struct sl_thread *thread, struct bz_analysis *analysis,
                                   struct bz_node *node, size_t i, size_t j,
                                   const struct bz_aspect_steps *steps, void *data),
                     void *data) {
  const struct bz_attribute_values *values = node->configured->attributes;
  for (size_t i = 0; i < values->count; i++) {
    if (values->targets[i].count == 0) continue;
    struct bz_aspect_steps steps =
        bz_aspect_steps_along(thread, analysis, node->step, values->attributes[i].name);
    for (size_t j = 0; steps.count > 0 && j < values->targets[i].count; j++) {
      enum bz_target_kind kind = values->targets[i].items[j]->target->kind;
      if (kind != BZ_TARGET_RULE && kind != BZ_TARGET_GENERATED_FILE) continue;
      if (!visit(thread, analysis, node, i, j, &steps, data)) return false;
    }
  }
  return true;
}

static bool want_way(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                     size_t i, size_t j, const struct bz_aspect_steps *steps, void *data) {
  (void)thread;
  (void)data;
  const struct bz_configured_target *dependency = node->configured->attributes->targets[i].items[j];
  for (size_t k = 0; k < steps->count; k++) {
    bz_node_want(node, bz_node_find(analysis, dependency->target, dependency->configuration,
                                    steps->items[k]));
  }
  return true;
}

// Calls back for each toolchain of the rule that the aspect goes on to, with the steps that run on it.
static bool each_toolchain(struct sl_thread *thread, struct bz_analysis *analysis,
                           struct bz_node *node,
                           bool (*visit)(struct sl_thread *thread, struct bz_analysis *analysis,
                                         struct bz_node *node, size_t i,
                                         const struct bz_aspect_steps *steps, void *data),
                           void *data) {
  const struct bz_toolchain_uses *uses = node->configured->toolchains;
  for (size_t i = 0; uses && i < uses->count; i++) {
    struct bz_aspect_steps steps;
    if (!uses->items[i].target) continue;
    if (!bz_aspect_steps_to_toolchain(thread, analysis, node->step, uses->items[i].type, &steps))
      return false;
    if (steps.count > 0 && !visit(thread, analysis, node, i, &steps, data)) return false;
  }
  return true;
}

static struct bz_node *node_on_toolchain(struct bz_analysis *analysis, const struct bz_node *node,
                                         size_t i, struct bz_aspect_step *step) {
  const struct bz_configured_target *target = node->configured->toolchains->items[i].target;
  return bz_node_find(analysis, target->target, target->configuration, step);
}

static bool want_toolchain(struct sl_thread *thread, struct bz_analysis *analysis,
                           struct bz_node *node, size_t i, const struct bz_aspect_steps *steps,
                           void *data) {
  (void)thread;
  (void)data;
  for (size_t k = 0; k < steps->count; k++)
    bz_node_want(node, node_on_toolchain(analysis, node, i, steps->items[k]));
  return true;
}

// The aspect's own attributes: parameters by their values, others by their defaults.
static bool begin_attributes(struct sl_thread *thread, struct bz_analysis *analysis,
                             struct bz_node *node) {
  const struct bz_aspect *aspect = node->step->aspect;
  node->attributes =
      bz_attribute_values_new(aspect->attributes, aspect->attribute_count, aspect->attribute_index);
  for (size_t i = 0; i < aspect->attribute_count; i++) {
    const struct bz_attribute *attribute = &aspect->attributes[i];
    sl_value stored = attribute->default_value;
    if (bz_aspect_is_parameter(attribute)) {
      stored = bz_aspect_parameter_value(
          attribute, sl_dict_get_string(node->step->parameters, attribute->name));
    }
    if (stored && sl_is_callable(stored)) stored = NULL;
    node->attributes->stored[i] = stored == SL_NONE ? NULL : stored;
    if (bz_type_is_label(attribute->type) &&
        !bz_dependency_want(thread, analysis, node, attribute, node->attributes->stored[i])) {
      return false;
    }
  }
  return true;
}

bool bz_aspect_spread(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_node *node) {
  struct bz_configured_target *base = node->done.items[0]->configured;
  node->configured = base;
  if (base->target != node->target) return redirect(analysis, node, base);  // an alias
  if (base->generator && node->step->aspect->to_generating_rules)
    return redirect(analysis, node, base->generator);
  if (!is_plain_rule(base) || !is_wanted_by(thread, node->step->aspect, base->target->rule_class)) {
    node->state = BZ_NODE_DONE;
    return true;
  }
  // What it sees on this target is taken now: the nodes are waited for only until here.
  node->result = sl_allocate(sizeof *node->result);
  node->result->base = base;
  size_t seen = node->step->below_count;
  node->result->below = sl_allocate((seen + 1) * sizeof(struct bz_aspect_result *));
  for (size_t i = 0; i < seen; i++) {
    struct bz_aspect_result *below = node->done.items[i + 1]->result;
    if (below) node->result->below[node->result->below_count++] = below;
  }
  const struct bz_aspect *aspect = node->step->aspect;
  if (!each_way(thread, analysis, node, want_way, NULL) ||
      !begin_attributes(thread, analysis, node))
    return false;
  return (bz_toolchains_want(thread, analysis, node, aspect->toolchains, aspect->defined_in) &&
          each_toolchain(thread, analysis, node, want_toolchain, NULL)) ||
         bz_node_explain(thread, node, NULL);
}

// What the last phase works on.
struct finishing {
  struct bz_attribute_values *rule;  // the rule's attributes with merged targets
  size_t next;                       // of node->done
  size_t copied;                     // attributes below it have targets of their own
};

static void add_dependency(struct bz_aspect_result *result, struct bz_aspect_result *dependency) {
  for (size_t i = 0; i < result->dependency_count; i++) {
    if (result->dependencies[i] == dependency) return;
  }
  result->dependencies = bz_table_grow(result->dependencies, result->dependency_count);
  result->dependencies[result->dependency_count++] = dependency;
}

static bool take_way(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                     size_t i, size_t j, const struct bz_aspect_steps *steps, void *data) {
  (void)analysis;
  struct finishing *finishing = data;
  struct bz_attribute_targets *targets = &finishing->rule->targets[i];
  if (finishing->copied <= i) {
    struct bz_configured_target **items =
        sl_allocate(targets->count * sizeof(struct bz_configured_target *));
    memcpy(items, targets->items, targets->count * sizeof(struct bz_configured_target *));
    targets->items = items;
    finishing->copied = i + 1;
  }
  struct bz_aspect_result **results =
      sl_allocate((steps->count + 1) * sizeof(struct bz_aspect_result *));
  for (size_t k = 0; k < steps->count; k++) {
    results[k] = node->done.items[finishing->next++]->result;
    if (results[k] && steps->items[k]->aspect == node->step->aspect)
      add_dependency(node->result, results[k]);
  }
  targets->items[j] = bz_configured_target_merge(thread, targets->items[j], results, steps->count);
  return targets->items[j] != NULL;
}

// The rule's toolchains, with the providers of aspects where they went on to.
static bool take_toolchain(struct sl_thread *thread, struct bz_analysis *analysis,
                           struct bz_node *node, size_t i, const struct bz_aspect_steps *steps,
                           void *data) {
  struct bz_toolchain_uses *uses = data;
  struct bz_aspect_result **results =
      sl_allocate((steps->count + 1) * sizeof(struct bz_aspect_result *));
  for (size_t k = 0; k < steps->count; k++) {
    results[k] = node_on_toolchain(analysis, node, i, steps->items[k])->result;
    if (results[k] && steps->items[k]->aspect == node->step->aspect)
      add_dependency(node->result, results[k]);
  }
  uses->items[i].target =
      bz_configured_target_merge(thread, uses->items[i].target, results, steps->count);
  return uses->items[i].target != NULL;
}

static bool take_toolchains(struct sl_thread *thread, struct bz_analysis *analysis,
                            struct bz_node *node, struct bz_toolchain_uses **uses) {
  const struct bz_toolchain_uses *of_rule = node->configured->toolchains;
  if (!of_rule) return true;
  *uses = bz_toolchains_new(of_rule->count);
  memcpy((*uses)->items, of_rule->items, of_rule->count * sizeof(struct bz_toolchain_use));
  return each_toolchain(thread, analysis, node, take_toolchain, *uses);
}

static void add_result(struct bz_configured_target *target, struct bz_aspect_result *result) {
  target->aspects = bz_table_grow(target->aspects, target->aspect_count);
  target->aspects[target->aspect_count++] = result;
}

static bool call(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                 struct bz_attribute_values *rule) {
  const struct bz_aspect *aspect = node->step->aspect;
  struct bz_aspect_result *result = node->result;
  struct bz_configured_target *seen =
      bz_configured_target_merge(thread, node->configured, result->below, result->below_count);
  if (!seen) return false;
  struct bz_context *context = bz_context_new(thread, analysis, node->configured, node->attributes);
  context->step = node->step;
  context->result = result;
  context->rule_attributes = rule;
  bz_toolchains_take(node->toolchains);
  context->toolchains = node->toolchains;
  if (!take_toolchains(thread, analysis, node, &context->rule_toolchains)) return false;
  sl_value arguments[] = {bz_configured_target_value(seen), (sl_value)(void *)context};
  result->providers = bz_rule_call(thread, context, aspect->implementation, arguments, 2);
  if (!result->providers || !bz_rule_check_declared(thread, context)) return false;
  result->actions = context->actions;
  result->action_count = context->action_count;
  add_result(node->configured, result);
  return true;
}

static bool finish(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  node->result->aspect = node->step->aspect->name;
  node->result->parameters = node->step->parameters;
  struct finishing finishing = {.rule = bz_attribute_values_copy(node->configured->attributes)};
  if (!each_way(thread, analysis, node, take_way, &finishing)) return false;
  for (size_t i = 0; i < node->attributes->count; i++) {
    if (!bz_type_is_label(node->attributes->attributes[i].type)) continue;
    if (!bz_dependency_take(thread, analysis, node, i, node->step->aspect->defined_in,
                            &finishing.next))
      return false;
  }
  return call(thread, analysis, node, finishing.rule);
}

bool bz_aspect_finish(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_node *node) {
  if (node->redirected) {
    node->result = node->done.items[0]->result;
    return true;
  }
  return finish(thread, analysis, node) || bz_node_explain(thread, node, NULL);
}

// ---------------------------------------------------------------- the door

bool bz_aspect_apply_all(struct sl_thread *thread, struct bz_analysis *analysis,
                         const sl_value *aspects, size_t count, struct bz_configured_target *target,
                         struct bz_aspect_result **results) {
  struct bz_aspect_steps steps;
  if (!bz_aspect_steps_make(thread, analysis, aspects, count, NULL, &steps)) return false;
  for (size_t i = 0; i < steps.count; i++) {
    struct bz_node *node =
        bz_node_find(analysis, target->target, target->configuration, steps.items[i]);
    if (!bz_node_run(thread, analysis, node)) return false;
    for (size_t j = 0; results && j < count; j++)
      if (bz_aspect_of(aspects[j]) == steps.items[i]->aspect) results[j] = node->result;
  }
  return true;
}

struct bz_aspect_result *bz_aspect_apply(struct sl_thread *thread, struct bz_analysis *analysis,
                                         sl_value aspect, struct bz_configured_target *target) {
  struct bz_aspect_steps steps;
  if (!bz_aspect_steps_make(thread, analysis, &aspect, 1, NULL, &steps)) return NULL;
  struct bz_node *node =
      bz_node_find(analysis, target->target, target->configuration, steps.items[steps.count - 1]);
  return bz_node_run(thread, analysis, node) ? node->result : NULL;
}
