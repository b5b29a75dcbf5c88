// SPDX-License-Identifier: Apache-2.0
//
// Aspect: aspect() and its application. What is applied is a step: an aspect with its parameters and the aspects that it
// sees. Steps are interned, so that one step on one target is one node however many paths lead to it.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- aspect()

static bool is_parameter(const struct bz_attribute *attribute) { return attribute->name[0] != '_'; }

static bool check_attribute(struct sl_thread *thread, const struct bz_attribute *attribute) {
  enum bz_attribute_type type = attribute->type;
  if (!is_parameter(attribute) || type == BZ_TYPE_STRING || type == BZ_TYPE_INT ||
      type == BZ_TYPE_BOOL)
    return true;
  return sl_fail_false(thread,
                       "Aspect attribute '%s' must have type 'bool', 'int' or 'string': it is a "
                       "parameter, as its name "
                       "does not begin with '_'",
                       attribute->name);
}

static bool set_attributes(struct sl_thread *thread, struct bz_aspect *aspect, sl_value attrs) {
  size_t count = sl_dict_length(attrs), cursor = 0;
  sl_value name, given;
  aspect->attributes = sl_allocate((count + 1) * sizeof *aspect->attributes);
  aspect->attribute_index = sl_dict(thread, count);
  while (sl_dict_next(attrs, &cursor, &name, &given)) {
    if (!sl_is_string(name) || !sl_has_type(given, &bz_attribute_value_type)) {
      return sl_fail_false(thread, "got dict<%s, %s> for 'attrs', want dict<string, Attribute>",
                           sl_type_name(name), sl_type_name(given));
    }
    struct bz_attribute *attribute = &aspect->attributes[aspect->attribute_count];
    *attribute = ((const struct bz_attribute_value *)(void *)given)->attribute;
    attribute->name = bz_format("%s", sl_string_bytes(name));
    if (!check_attribute(thread, attribute)) return false;
    sl_value position = sl_int((int64_t)aspect->attribute_count++);
    if (!sl_dict_set(thread, aspect->attribute_index, name, position)) return false;
  }
  return true;
}

sl_value bz_aspect_list(struct sl_thread *thread, sl_value given, const char *what) {
  sl_value *items;
  size_t count, kept = 0;
  if (!bz_sequence(thread, given, &items, &count)) return NULL;
  sl_value *aspects = sl_allocate((count + 1) * sizeof *aspects);
  for (size_t i = 0; i < count; i++) {
    if (bz_is_aspect(items[i])) {
      aspects[kept++] = items[i];
    } else if (!bz_is_unknown(items[i])) {
      return sl_fail(thread, "at index %zu of %s, got element of type %s, want Aspect", i, what,
                     sl_type_name(items[i]));
    }
  }
  return sl_tuple(aspects, kept);
}

static bool set_requirements(struct sl_thread *thread, struct bz_aspect *aspect, sl_value required,
                             sl_value of_aspects, sl_value provides, sl_value needs) {
  aspect->required_providers = bz_provider_alternatives(thread, required, "required_providers");
  if (!aspect->required_providers) return false;
  aspect->required_aspect_providers =
      bz_provider_alternatives(thread, of_aspects, "required_aspect_providers");
  if (!aspect->required_aspect_providers) return false;
  aspect->provides = sl_to_tuple(thread, provides);
  aspect->needs = aspect->provides ? bz_aspect_list(thread, needs, "requires") : NULL;
  return aspect->needs != NULL;
}

enum {
  IMPLEMENTATION,
  ATTR_ASPECTS,
  ATTRS,
  REQUIRED_PROVIDERS,
  REQUIRED_ASPECT_PROVIDERS,
  PROVIDES,
  REQUIRES,
  TOOLCHAINS,
  TO_GENERATING_RULES
};

sl_value bz_aspect_make(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_aspect *aspect = sl_new(thread, &bz_aspect_type, sizeof *aspect);
  aspect->implementation = arguments[IMPLEMENTATION];
  aspect->defined_in = bz_running_bzl(thread);
  aspect->attr_aspects = sl_to_tuple(thread, arguments[ATTR_ASPECTS]);
  if (!aspect->attr_aspects) return NULL;
  aspect->every_attribute = bz_strings_contain(aspect->attr_aspects, "*");
  aspect->to_generating_rules = sl_truth(arguments[TO_GENERATING_RULES]);
  aspect->toolchains = arguments[TOOLCHAINS];
  if (!set_attributes(thread, aspect, arguments[ATTRS]) ||
      !set_requirements(thread, aspect, arguments[REQUIRED_PROVIDERS],
                        arguments[REQUIRED_ASPECT_PROVIDERS], arguments[PROVIDES],
                        arguments[REQUIRES])) {
    return NULL;
  }
  return (sl_value)(void *)aspect;
}

static bool aspect_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const char *name = bz_aspect_of(x)->name;
  sl_text_format(out, "<aspect%s%s>", name ? " " : "", name ? name : "");
  return true;
}

static void aspect_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  const struct bz_aspect *aspect = bz_aspect_of(x);
  visit(data, aspect->implementation);
  visit(data, aspect->attribute_index);
  visit(data, aspect->toolchains);
  for (size_t i = 0; i < aspect->attribute_count; i++) {
    if (aspect->attributes[i].default_value) visit(data, aspect->attributes[i].default_value);
  }
}

const struct sl_type bz_aspect_type = {
    .name = "Aspect",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = aspect_repr,
    .freeze = aspect_freeze,
};

// ---------------------------------------------------------------- parameters

// A value as --aspects_parameters and aquery write it.
static sl_value parameter_text(sl_value value) {
  if (sl_is_string(value)) return value;
  if (sl_is_bool(value)) return sl_string_from(value == SL_TRUE ? "true" : "false");
  return sl_string_format("%lld", (long long)sl_small_int(value));
}

// The value that an attribute of the rule, or the command line, gives a parameter; else its default.
static sl_value parameter_of(struct bz_analysis *analysis, const struct bz_attribute *attribute,
                             const struct bz_attribute_values *rule) {
  int32_t i = rule ? bz_attribute_values_find(rule, attribute->name) : -1;
  if (i >= 0 && rule->attributes[i].type == attribute->type && rule->stored[i])
    return parameter_text(rule->stored[i]);
  sl_value option = !rule && analysis->aspect_parameters
                        ? sl_dict_get_string(analysis->aspect_parameters, attribute->name)
                        : NULL;
  if (option) return option;
  if (attribute->default_value) return parameter_text(attribute->default_value);
  return attribute->type == BZ_TYPE_STRING
             ? sl_string("", 0)
             : sl_string_from(attribute->type == BZ_TYPE_BOOL ? "false" : "0");
}

static bool check_parameter(struct sl_thread *thread, const struct bz_aspect *aspect,
                            const struct bz_attribute *attribute, sl_value text) {
  sl_value *allowed;
  size_t count;
  if (!attribute->values || !sl_sequence_items(attribute->values, &allowed, &count) || count == 0)
    return true;
  struct sl_text shown = {0};
  for (size_t i = 0; i < count; i++) {
    sl_value option = parameter_text(allowed[i]);
    if (sl_string_is(option, sl_string_bytes(text))) {
      sl_text_free(&shown);
      return true;
    }
    sl_text_format(&shown, "%s'%s'",
                   i == 0           ? ""
                   : i + 1 == count ? " or "
                                    : ", ",
                   sl_string_bytes(option));
  }
  sl_fail_false(thread, "%s: invalid value in '%s' attribute: has to be one of %s instead of '%s'",
                aspect->name, attribute->name, sl_text_string(&shown), sl_string_bytes(text));
  sl_text_free(&shown);
  return false;
}

static sl_value make_parameters(struct sl_thread *thread, struct bz_analysis *analysis,
                                const struct bz_aspect *aspect,
                                const struct bz_attribute_values *rule) {
  struct sl_mutability *before = sl_thread_set_mutability(thread, analysis->mutability);
  sl_value parameters = sl_dict(thread, 0);
  bool good = true;
  for (size_t i = 0; good && i < aspect->attribute_count; i++) {
    const struct bz_attribute *attribute = &aspect->attributes[i];
    if (!is_parameter(attribute)) continue;
    sl_value text = parameter_of(analysis, attribute, rule);
    good = check_parameter(thread, aspect, attribute, text) &&
           sl_dict_set_string(thread, parameters, attribute->name, text);
  }
  sl_thread_set_mutability(thread, before);
  return good ? parameters : NULL;
}

// What ctx.attr gives for a parameter.
static sl_value parameter_value(const struct bz_attribute *attribute, sl_value text) {
  const char *bytes = sl_string_bytes(text);
  if (attribute->type == BZ_TYPE_STRING) return text;
  if (attribute->type == BZ_TYPE_BOOL)
    return sl_bool(strcmp(bytes, "true") == 0 || strcmp(bytes, "1") == 0 ||
                   strcmp(bytes, "True") == 0);
  bool negative = bytes[0] == '-';
  sl_value number = sl_int_parse(bytes + negative, strlen(bytes + negative), 10, negative);
  return number ? number : sl_int(0);
}

// ---------------------------------------------------------------- steps

static bool same_parameters(struct sl_thread *thread, sl_value a, sl_value b) {
  return a == b || sl_equal(thread, a, b) == 1;
}

// The one step of an aspect over `below`.
static struct bz_aspect_step *intern(struct sl_thread *thread, struct bz_analysis *analysis,
                                     struct bz_aspect *aspect, sl_value parameters,
                                     struct bz_aspect_step **below, size_t below_count) {
  for (struct bz_aspect_step *step = analysis->steps; step; step = step->next) {
    if (step->aspect == aspect && step->below_count == below_count &&
        memcmp(step->below, below, below_count * sizeof(struct bz_aspect_step *)) == 0 &&
        same_parameters(thread, step->parameters, parameters)) {
      return step;
    }
  }
  struct bz_aspect_step *step = sl_allocate(sizeof *step);
  step->aspect = aspect;
  step->parameters = parameters;
  step->below = sl_allocate((below_count + 1) * sizeof(struct bz_aspect_step *));
  memcpy(step->below, below, below_count * sizeof(struct bz_aspect_step *));
  step->below_count = below_count;
  step->next = analysis->steps;
  analysis->steps = step;
  return step;
}

// Aspects with those that they require before them, each once.
static void add_with_needs(struct bz_aspect **list, size_t *count, struct bz_aspect *aspect) {
  for (size_t i = 0; i < *count; i++) {
    if (list[i] == aspect) return;
  }
  for (size_t i = 0; i < sl_tuple_length(aspect->needs); i++) {
    add_with_needs(list, count, bz_aspect_of(sl_tuple_get(aspect->needs, i)));
  }
  list[(*count)++] = aspect;
}

static size_t count_with_needs(const struct bz_aspect *aspect) {
  size_t count = 1;
  for (size_t i = 0; i < sl_tuple_length(aspect->needs); i++) {
    count += count_with_needs(bz_aspect_of(sl_tuple_get(aspect->needs, i)));
  }
  return count;
}

static bool sees(struct sl_thread *thread, const struct bz_aspect *aspect,
                 const struct bz_aspect *other) {
  for (size_t i = 0; i < sl_tuple_length(aspect->needs); i++) {
    if (bz_aspect_of(sl_tuple_get(aspect->needs, i)) == other) return true;
  }
  return sl_list_length(aspect->required_aspect_providers) > 0 &&
         bz_provider_satisfies(thread, aspect->required_aspect_providers, other->provides);
}

// The step of an aspect, over those of the steps before it that it sees; the nearest is the outermost.
static struct bz_aspect_step *step_over(struct sl_thread *thread, struct bz_analysis *analysis,
                                        struct bz_aspect *aspect, sl_value parameters,
                                        struct bz_aspect_step **before, size_t count) {
  struct bz_aspect_step **below = sl_allocate((count + 1) * sizeof(struct bz_aspect_step *));
  size_t below_count = 0;
  for (size_t i = count; i-- > 0;) {
    if (sees(thread, aspect, before[i]->aspect)) below[below_count++] = before[i];
  }
  return intern(thread, analysis, aspect, parameters, below, below_count);
}

bool bz_aspect_steps_make(struct sl_thread *thread, struct bz_analysis *analysis,
                          const sl_value *aspects, size_t count,
                          const struct bz_attribute_values *rule, struct bz_aspect_steps *steps) {
  size_t room = 0, all_count = 0;
  for (size_t i = 0; i < count; i++) room += count_with_needs(bz_aspect_of(aspects[i]));
  struct bz_aspect **all = sl_allocate((room + 1) * sizeof(struct bz_aspect *));
  for (size_t i = 0; i < count; i++) add_with_needs(all, &all_count, bz_aspect_of(aspects[i]));
  *steps =
      (struct bz_aspect_steps){sl_allocate((all_count + 1) * sizeof(struct bz_aspect_step *)), 0};
  for (size_t i = 0; i < all_count; i++) {
    sl_value parameters = make_parameters(thread, analysis, all[i], rule);
    if (!parameters) return false;
    steps->items[i] = step_over(thread, analysis, all[i], parameters, steps->items, i);
    steps->count++;
  }
  return true;
}

static bool goes_along(const struct bz_aspect *aspect, const char *attribute) {
  return aspect->every_attribute || bz_strings_contain(aspect->attr_aspects, attribute);
}

// The steps that go on along an attribute: this one and those it sees, as far as they do.
static struct bz_aspect_steps steps_along(struct sl_thread *thread, struct bz_analysis *analysis,
                                          struct bz_aspect_step *step, const char *attribute) {
  struct bz_aspect_steps along = {
      sl_allocate((step->below_count + 1) * sizeof(struct bz_aspect_step *)), 0};
  bool complete = true;
  for (size_t i = step->below_count; i-- > 0;) {
    if (goes_along(step->below[i]->aspect, attribute)) {
      along.items[along.count++] = step->below[i];
    } else {
      complete = false;
    }
  }
  if (!goes_along(step->aspect, attribute)) return along;
  along.items[along.count] = complete ? step
                                      : step_over(thread, analysis, step->aspect, step->parameters,
                                                  along.items, along.count);
  along.count++;
  return along;
}

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
        steps_along(thread, analysis, node->step, values->attributes[i].name);
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

// The aspect's own attributes: parameters by their values, others by their defaults.
static bool begin_attributes(struct sl_thread *thread, struct bz_analysis *analysis,
                             struct bz_node *node) {
  const struct bz_aspect *aspect = node->step->aspect;
  node->attributes =
      bz_attribute_values_new(aspect->attributes, aspect->attribute_count, aspect->attribute_index);
  for (size_t i = 0; i < aspect->attribute_count; i++) {
    const struct bz_attribute *attribute = &aspect->attributes[i];
    sl_value stored = attribute->default_value;
    if (is_parameter(attribute)) {
      stored =
          parameter_value(attribute, sl_dict_get_string(node->step->parameters, attribute->name));
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
  return each_way(thread, analysis, node, want_way, NULL) &&
         begin_attributes(thread, analysis, node);
}

// What the last phase works on.
struct finishing {
  struct bz_attribute_values *rule;  // the rule's attributes with merged targets
  size_t next;                       // of node->done
  size_t copied;                     // attributes below it have targets of their own
  uint64_t epoch;
};

static void add_dependency(struct bz_aspect_result *result, struct bz_aspect_result *dependency) {
  for (size_t i = 0; i < result->dependency_count; i++) {
    if (result->dependencies[i] == dependency) return;
  }
  size_t count = result->dependency_count;
  if ((count & (count - 1)) == 0) {
    struct bz_aspect_result **grown =
        sl_allocate((count ? count * 2 : 1) * sizeof(struct bz_aspect_result *));
    if (count) memcpy(grown, result->dependencies, count * sizeof(struct bz_aspect_result *));
    result->dependencies = grown;
  }
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

static void add_result(struct bz_configured_target *target, struct bz_aspect_result *result) {
  size_t count = target->aspect_count;
  if ((count & (count - 1)) == 0) {
    struct bz_aspect_result **grown =
        sl_allocate((count ? count * 2 : 1) * sizeof(struct bz_aspect_result *));
    if (count) memcpy(grown, target->aspects, count * sizeof(struct bz_aspect_result *));
    target->aspects = grown;
  }
  target->aspects[target->aspect_count++] = result;
}

static bool call(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                 struct bz_attribute_values *rule) {
  const struct bz_aspect *aspect = node->step->aspect;
  struct bz_aspect_result *result = node->result;
  if (!bz_toolchains_check(thread, aspect->toolchains, aspect->defined_in, node->target->label))
    return false;
  struct bz_configured_target *seen =
      bz_configured_target_merge(thread, node->configured, result->below, result->below_count);
  if (!seen) return false;
  struct bz_context *context = bz_context_new(thread, analysis, node->configured, node->attributes);
  context->step = node->step;
  context->result = result;
  context->rule_attributes = rule;
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

static sl_value load_named(struct sl_thread *thread, struct bz_analysis *analysis, const char *name,
                           const char *percent) {
  struct bz_repository *main = bz_workspace_main(analysis->workspace);
  struct bz_label *file = bz_label_parse(thread, main, "", name, (size_t)(percent - name));
  struct sl_module *module = file ? bz_bzl_load(thread, analysis->loader, file) : NULL;
  if (!module) return NULL;
  sl_value value = sl_module_get(module, percent + 1);
  if (!value)
    return sl_fail(thread, "%s is not exported from %s", percent + 1, bz_label_text(file));
  if (!bz_is_aspect(value))
    return sl_fail(thread, "%s from %s is not an aspect", percent + 1, bz_label_text(file));
  return value;
}

sl_value bz_aspect_load(struct sl_thread *thread, struct bz_analysis *analysis, const char *name) {
  const char *percent = strrchr(name, '%');
  if (!percent) return sl_fail(thread, "Aspect '%s' is unknown", name);
  return load_named(thread, analysis, name, percent);
}

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
