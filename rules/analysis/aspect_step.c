// SPDX-License-Identifier: Apache-2.0
//
// Aspect_step: what is applied to a target: an aspect with its parameters and the aspects that it sees. Steps are interned, so
// that one step on one target is one node however many paths lead to it.

#include <string.h>

#include "rules/analysis/state.h"

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
    if (!bz_aspect_is_parameter(attribute)) continue;
    sl_value text = parameter_of(analysis, attribute, rule);
    good = check_parameter(thread, aspect, attribute, text) &&
           sl_dict_set_string(thread, parameters, attribute->name, text);
  }
  sl_thread_set_mutability(thread, before);
  return good ? parameters : NULL;
}

// What ctx.attr gives for a parameter.
sl_value bz_aspect_parameter_value(const struct bz_attribute *attribute, sl_value text) {
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

// The steps that go on: those that this one sees, then itself, as far as `goes` says.
static struct bz_aspect_steps steps_on(
    struct sl_thread *thread, struct bz_analysis *analysis, struct bz_aspect_step *step,
    bool (*goes)(const struct bz_aspect *aspect, const void *way), const void *way) {
  struct bz_aspect_steps along = {
      sl_allocate((step->below_count + 1) * sizeof(struct bz_aspect_step *)), 0};
  bool complete = true;
  for (size_t i = step->below_count; i-- > 0;) {
    if (goes(step->below[i]->aspect, way)) {
      along.items[along.count++] = step->below[i];
    } else {
      complete = false;
    }
  }
  if (!goes(step->aspect, way)) return along;
  along.items[along.count] = complete ? step
                                      : step_over(thread, analysis, step->aspect, step->parameters,
                                                  along.items, along.count);
  along.count++;
  return along;
}

static bool goes_along(const struct bz_aspect *aspect, const void *attribute) {
  return aspect->every_attribute || bz_value_contains_text(aspect->attr_aspects, attribute);
}

struct bz_aspect_steps bz_aspect_steps_along(struct sl_thread *thread, struct bz_analysis *analysis,
                                             struct bz_aspect_step *step, const char *attribute) {
  return steps_on(thread, analysis, step, goes_along, attribute);
}

// Types are compared by the label that aliases lead to, which an aspect's list gets when it is first looked at.
static bool resolve_types(struct sl_thread *thread, struct bz_analysis *analysis,
                          struct bz_aspect *aspect) {
  if (aspect->types_resolved) return true;
  size_t count = sl_tuple_length(aspect->toolchains_aspects);
  sl_value *types = sl_allocate((count + 1) * sizeof *types);
  for (size_t i = 0; i < count; i++) {
    struct bz_label *type = bz_toolchain_type_actual(
        thread, analysis, sl_tuple_get(aspect->toolchains_aspects, i), aspect->defined_in);
    if (!type) return false;
    types[i] = bz_label_value(type);
  }
  aspect->toolchains_aspects = sl_tuple(types, count);
  aspect->types_resolved = true;
  return true;
}

static bool goes_to_toolchain(const struct bz_aspect *aspect, const void *type) {
  for (size_t i = 0; i < sl_tuple_length(aspect->toolchains_aspects); i++)
    if (bz_label_of(sl_tuple_get(aspect->toolchains_aspects, i)) == type) return true;
  return false;
}

bool bz_aspect_steps_to_toolchain(struct sl_thread *thread, struct bz_analysis *analysis,
                                  struct bz_aspect_step *step, const struct bz_label *type,
                                  struct bz_aspect_steps *steps) {
  if (!resolve_types(thread, analysis, step->aspect)) return false;
  for (size_t i = 0; i < step->below_count; i++)
    if (!resolve_types(thread, analysis, step->below[i]->aspect)) return false;
  *steps = steps_on(thread, analysis, step, goes_to_toolchain, type);
  return true;
}
