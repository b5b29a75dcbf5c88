// SPDX-License-Identifier: Apache-2.0
//
// Target: a configured target as Starlark sees it: indexed by provider, with the fields of its DefaultInfo. A merged target
// is a second object over the same base, with the providers of aspects beside the rule's own.

#include <string.h>

#include "rules/analysis/state.h"

struct bz_configured_target *bz_configured_target_new(
    struct sl_thread *thread, struct bz_target *target,
    const struct bz_configuration *configuration) {
  struct bz_configured_target *configured =
      sl_new(thread, &bz_configured_target_type, sizeof *configured);
  configured->target = target;
  configured->configuration = configuration;
  return configured;
}

sl_value bz_configured_target_get(struct sl_thread *thread,
                                  const struct bz_configured_target *target,
                                  const struct bz_provider *provider) {
  return sl_dict_get(thread, target->providers, (sl_value)(void *)provider);
}

sl_value bz_configured_target_default(const struct bz_configured_target *target,
                                      const char *field) {
  // DefaultInfo is there before anything else.
  size_t cursor = 0;
  sl_value key, info;
  if (!target->providers || !sl_dict_next(target->providers, &cursor, &key, &info)) return NULL;
  return sl_struct_get(info, field);
}

sl_value bz_aspect_result_provider(const struct bz_aspect_result *result, const char *name) {
  return bz_provider_find(result->providers, name);
}

// ---------------------------------------------------------------- walks

static void visit_targets(const struct bz_attribute_values *values, size_t i,
                          void (*visit)(struct bz_configured_target *dependency,
                                        const struct bz_attribute *attribute, void *data),
                          void *data) {
  const struct bz_attribute_targets *targets = &values->targets[i];
  uint64_t epoch = bz_depset_epoch();
  for (size_t j = 0; j < targets->count; j++) {
    struct bz_configured_target *dependency = targets->items[j];
    if (dependency->base) dependency = dependency->base;
    if (dependency->epoch == epoch) continue;
    dependency->epoch = epoch;
    visit(dependency, &values->attributes[i], data);
  }
}

void bz_configured_target_each_dependency(const struct bz_configured_target *target,
                                          void (*visit)(struct bz_configured_target *dependency,
                                                        const struct bz_attribute *attribute,
                                                        void *data),
                                          void *data) {
  if (target->generator) visit(target->generator, NULL, data);
  if (!target->attributes) return;
  for (size_t i = 0; i < target->attributes->count; i++) {
    visit_targets(target->attributes, i, visit, data);
  }
  for (size_t i = 0; target->toolchains && i < target->toolchains->count; i++) {
    struct bz_configured_target *toolchain = target->toolchains->items[i].target;
    if (toolchain) visit(toolchain, NULL, data);
  }
}

// ---------------------------------------------------------------- merging

static bool add_providers(struct sl_thread *thread, sl_value merged, sl_value providers) {
  size_t cursor = 0;
  sl_value provider, instance;
  while (sl_dict_next(providers, &cursor, &provider, &instance)) {
    sl_value present = sl_dict_get(thread, merged, provider);
    if (present && bz_provider_of(provider) != &bz_output_group_info) {
      return sl_fail_false(thread, "Provider %s provided twice",
                           bz_provider_name(bz_provider_of(provider)));
    }
    if (present) instance = bz_info_merge_groups(thread, present, instance);
    if (!instance || !sl_dict_set(thread, merged, provider, instance)) return false;
  }
  return true;
}

static struct bz_configured_target *merge(struct sl_thread *thread,
                                          struct bz_configured_target *base,
                                          struct bz_aspect_result **results, size_t count) {
  struct bz_configured_target *merged = sl_new(thread, &bz_configured_target_type, sizeof *merged);
  *merged = *base;
  merged->base = base;
  merged->aspects = results;
  merged->aspect_count = count;
  struct sl_mutability *own = sl_mutability_new();
  struct sl_mutability *before = sl_thread_set_mutability(thread, own);
  merged->providers = sl_dict(thread, sl_dict_length(base->providers) + count);
  bool good = sl_dict_update(thread, merged->providers, base->providers);
  for (size_t i = 0; good && i < count; i++) {
    good = add_providers(thread, merged->providers, results[i]->providers);
  }
  sl_thread_set_mutability(thread, before);
  sl_mutability_freeze(own);
  return good ? merged : NULL;
}

// Appends a result unless it is NULL or there.
static void add_result(struct bz_aspect_result **results, size_t *count,
                       struct bz_aspect_result *result) {
  for (size_t i = 0; i < *count; i++) {
    if (results[i] == result) return;
  }
  if (result) results[(*count)++] = result;
}

struct bz_configured_target *bz_configured_target_merge(struct sl_thread *thread,
                                                        struct bz_configured_target *target,
                                                        struct bz_aspect_result **results,
                                                        size_t count) {
  // A merged target brings what is merged already: one aspect may come by the rule's attribute and by propagation.
  size_t present = target->base ? target->aspect_count : 0, all_count = 0;
  struct bz_aspect_result **all =
      sl_allocate((present + count + 1) * sizeof(struct bz_aspect_result *));
  for (size_t i = 0; i < present; i++) add_result(all, &all_count, target->aspects[i]);
  for (size_t i = 0; i < count; i++) add_result(all, &all_count, results[i]);
  if (all_count == present) return target;
  struct bz_configured_target *base = target->base ? target->base : target;
  // Dependents of one target mostly see the same merge.
  if (all_count == 1 && all[0]->merged) return all[0]->merged;
  struct bz_configured_target *merged = merge(thread, base, all, all_count);
  if (all_count == 1) all[0]->merged = merged;
  return merged;
}

// ---------------------------------------------------------------- the type

static bool target_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct bz_configured_target *target = bz_configured_target_of(x);
  const char *kind = "target";
  if (target->base) {
    kind = "merged target";
  } else if (target->target->kind == BZ_TARGET_SOURCE_FILE) {
    kind = "input file target";
  } else if (target->target->kind == BZ_TARGET_GENERATED_FILE) {
    kind = "output file target";
  }
  sl_text_format(out, "<%s %s>", kind, bz_label_text(target->target->label));
  return true;
}

static sl_value target_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)thread;
  (void)length;
  static const char *const shown[] = {"files", "default_runfiles", "data_runfiles", "files_to_run"};
  const struct bz_configured_target *target = bz_configured_target_of(x);
  if (strcmp(name, "label") == 0) return bz_label_value(target->target->label);
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    if (strcmp(name, shown[i]) == 0) return bz_configured_target_default(target, name);
  }
  return NULL;
}

static void target_attribute_names(sl_value x,
                                   void (*offer)(void *data, const char *name, size_t length),
                                   void *data) {
  static const char *const names[] = {"data_runfiles", "default_runfiles", "files", "files_to_run",
                                      "label"};
  (void)x;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) offer(data, names[i], strlen(names[i]));
}

static int target_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  if (bz_value_is_unknown(item)) return 0;
  if (!bz_is_provider(item)) {
    sl_fail(thread, "Type Target only supports querying by object constructors, got %s instead",
            sl_type_name(item));
    return -1;
  }
  return bz_configured_target_get(thread, bz_configured_target_of(x), bz_provider_of(item)) != NULL;
}

static sl_value target_index(struct sl_thread *thread, sl_value x, sl_value key) {
  const struct bz_configured_target *target = bz_configured_target_of(x);
  if (!bz_is_provider(key)) {
    return sl_fail(thread,
                   "Type Target only supports indexing by object constructors, got %s instead",
                   sl_type_name(key));
  }
  sl_value instance = bz_configured_target_get(thread, target, bz_provider_of(key));
  if (instance || sl_error_pending(thread)) return instance;
  const struct bz_rule_class *rule_class =
      target->target->kind == BZ_TARGET_RULE ? target->target->rule_class : NULL;
  return sl_fail(thread, "%s%s%s%s doesn't contain declared provider '%s'",
                 bz_value_shown(thread, x), rule_class ? " (rule '" : "",
                 rule_class ? rule_class->name : "", rule_class ? "')" : "",
                 bz_provider_name(bz_provider_of(key)));
}

const struct sl_type bz_configured_target_type = {
    .name = "Target",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = target_repr,
    .contains = target_contains,
    .index = target_index,
    .attribute = target_attribute,
    .attribute_names = target_attribute_names,
};
