// SPDX-License-Identifier: Apache-2.0
//
// Condition: which keys of a select() hold: config_settings against the options of a configuration, constraint values
// against the one platform there is, build settings against the command line or their defaults.

#include <stdlib.h>
#include <string.h>

#include "rules/analysis/state.h"

// What a matcher works for.
struct condition_query {
  struct bz_analysis *analysis;
  const struct bz_configuration *configuration;
  const struct bz_target *target;  // whose select it is
};

// The stored value of an attribute, NULL when it has none or is not there.
static sl_value value_of(const struct bz_target *target, const char *attribute) {
  int32_t i = bz_rule_class_attribute(target->rule_class, attribute);
  sl_value value = i < 0 ? NULL : bz_target_value(target, (size_t)i);
  return value == SL_NONE ? NULL : value;
}

struct bz_target *bz_target_actual(struct sl_thread *thread, struct bz_analysis *analysis,
                                   const struct bz_configuration *configuration,
                                   struct bz_label *label) {
  enum { LONGEST_CHAIN = 100 };
  for (size_t hops = 0; hops < LONGEST_CHAIN; hops++) {
    struct bz_target *target = bz_target_load(thread, analysis->loader, label);
    if (!target || target->kind != BZ_TARGET_RULE ||
        target->rule_class->behaviour != BZ_BEHAVIOUR_ALIAS)
      return target;
    int32_t i = bz_rule_class_attribute(target->rule_class, "actual");
    sl_value actual = bz_target_value(target, (size_t)i);
    if (actual && sl_has_type(actual, &bz_select_type)) {
      actual = bz_condition_resolve(thread, analysis, target, &target->rule_class->attributes[i],
                                    actual, configuration);
    }
    if (!actual || !bz_is_label(actual)) return NULL;
    label = bz_label_of(actual);
  }
  sl_fail(thread, "%s: too many aliases in a chain", bz_label_text(label));
  return NULL;
}

static struct bz_target *load_actual(struct sl_thread *thread, const struct condition_query *query,
                                     struct bz_label *label) {
  return bz_target_actual(thread, query->analysis, query->configuration, label);
}

// ---------------------------------------------------------------- constraints

static bool is_platforms(const struct bz_repository *repository) {
  size_t length = strlen("platforms");
  return strncmp(repository->name, "platforms", length) == 0 &&
         (repository->name[length] == '\0' || strchr("+~", repository->name[length]));
}

// Which values of @platforms a cpu means. Others of the same settings do not hold.
static const struct platform_row {
  const char *cpu;
  const char *cpu_names[3];
  const char *os_names[3];
} platform_rows[] = {
    {"k8", {"x86_64"}, {"linux"}},
    {"aarch64", {"aarch64", "arm64"}, {"linux"}},
    {"arm64", {"aarch64", "arm64"}, {"linux"}},
    {"darwin_x86_64", {"x86_64"}, {"macos", "osx"}},
    {"darwin_arm64", {"aarch64", "arm64"}, {"macos", "osx"}},
    {"x64_windows", {"x86_64"}, {"windows"}},
};

static bool names_have(const char *const names[3], const char *name) {
  for (size_t i = 0; i < 3 && names[i]; i++) {
    if (strcmp(names[i], name) == 0) return true;
  }
  return false;
}

static bool platform_has(const char *cpu, const struct bz_label *constraint) {
  const struct platform_row *row = platform_rows;
  for (size_t i = 0; i < sizeof platform_rows / sizeof *platform_rows; i++) {
    if (strcmp(platform_rows[i].cpu, cpu) == 0) row = &platform_rows[i];
  }
  if (strcmp(constraint->package, "cpu") == 0) return names_have(row->cpu_names, constraint->name);
  return strcmp(constraint->package, "os") == 0 && names_have(row->os_names, constraint->name);
}

// A platform has a value of each setting: its own, else the setting's default.
int bz_condition_constraint_holds(struct sl_thread *thread, const struct bz_analysis *analysis,
                                  struct bz_label *constraint) {
  if (is_platforms(constraint->repository))
    return platform_has(analysis->target_configuration.cpu, constraint);
  const struct bz_target *value = bz_target_load(thread, analysis->loader, constraint);
  if (!value) return -1;
  sl_value setting = value->kind == BZ_TARGET_RULE ? value_of(value, "constraint_setting") : NULL;
  if (!setting || !bz_is_label(setting)) return 0;
  const struct bz_target *target = bz_target_load(thread, analysis->loader, bz_label_of(setting));
  if (!target) return -1;
  sl_value standard =
      target->kind == BZ_TARGET_RULE ? value_of(target, "default_constraint_value") : NULL;
  return standard && bz_is_label(standard) && bz_label_of(standard) == constraint;
}

// ---------------------------------------------------------------- build settings

static bool text_is_true(const char *text) {
  bool truth;
  return bz_text_parse_bool(text, &truth) && truth;
}

// Whether a build setting has the value that flag_values of `setting` writes. -1: an error is pending.
static int setting_is(struct sl_thread *thread, const struct condition_query *query,
                      const struct bz_target *setting, struct bz_label *label, const char *wanted) {
  const struct bz_target *target = load_actual(thread, query, label);
  if (!target) return -1;
  if (target->kind == BZ_TARGET_RULE && target->rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE)
    return 0;
  if (!bz_is_build_setting(target)) {
    sl_fail(thread, "flag_values keys must be build settings or feature flags and %s is not",
            bz_label_text(label));
    return -1;
  }
  sl_value value = bz_build_setting_value(thread, query->analysis, target);
  if (sl_is_bool(value)) return (value == SL_TRUE) == text_is_true(wanted);
  if (bz_is_label(value)) {
    const struct bz_label *own = setting->label;
    return bz_label_parse(thread, own->repository, own->package, wanted, strlen(wanted)) ==
           bz_label_of(value);
  }
  if (sl_is_string(value)) return sl_string_is(value, wanted);
  sl_value *items;
  size_t count;
  if (sl_sequence_items(value, &items, &count)) return bz_value_contains_text(value, wanted);
  return strcmp(bz_value_shown(thread, value), wanted) == 0;
}

// ---------------------------------------------------------------- config_setting

// What an option has in a configuration; NULL: starmypy does not model it, so nothing is known to match.
static const char *option_value(const struct condition_query *query, const char *option) {
  const struct bz_configuration *configuration = query->configuration;
  if (strcmp(option, "cpu") == 0) return configuration->cpu;
  if (strcmp(option, "host_cpu") == 0) return query->analysis->exec_configuration.cpu;
  if (strcmp(option, "compilation_mode") == 0) return configuration->compilation_mode;
  if (strcmp(option, "host_compilation_mode") == 0)
    return query->analysis->exec_configuration.compilation_mode;
  if (strcmp(option, "stamp") == 0 || strcmp(option, "collect_code_coverage") == 0) return "false";
  return NULL;
}

static bool define_is(const struct bz_analysis *analysis, const char *name, const char *value) {
  sl_value defined = analysis->defines ? sl_dict_get_string(analysis->defines, name) : NULL;
  return defined && sl_string_is(defined, value);
}

static bool option_is(const struct condition_query *query, const char *option, const char *wanted) {
  if (strcmp(option, "define") == 0) {
    const char *equals = strchr(wanted, '=');
    return equals && define_is(query->analysis,
                               bz_text_format("%.*s", (int)(equals - wanted), wanted), equals + 1);
  }
  const char *value = option_value(query, option);
  if (!value) return false;
  if (strcmp(value, "false") == 0) return !text_is_true(wanted);
  return strcmp(value, wanted) == 0;
}

// Calls back for each requirement of a config_setting: the attribute it stands in, its key and the value wanted. Stops when
// `visit` returns other than 1, and returns that.
static int each_requirement(const struct bz_target *setting,
                            int (*visit)(void *data, const char *attribute, sl_value key,
                                         const char *value),
                            void *data) {
  static const char *const dicts[] = {"values", "define_values", "flag_values"};
  for (size_t i = 0; i < sizeof dicts / sizeof *dicts; i++) {
    sl_value dict = value_of(setting, dicts[i]);
    size_t cursor = 0;
    sl_value key, value;
    while (dict && sl_dict_next(dict, &cursor, &key, &value)) {
      int goes_on = visit(data, dicts[i], key, sl_string_bytes(value));
      if (goes_on != 1) return goes_on;
    }
  }
  sl_value *constraints;
  size_t count;
  sl_value list = value_of(setting, "constraint_values");
  if (!list || !sl_sequence_items(list, &constraints, &count)) return 1;
  for (size_t i = 0; i < count; i++) {
    int goes_on = visit(data, "constraint_values", constraints[i], "");
    if (goes_on != 1) return goes_on;
  }
  return 1;
}

struct requirement_check {
  struct sl_thread *thread;
  const struct condition_query *query;
  const struct bz_target *setting;
};

static int check_requirement(void *data, const char *attribute, sl_value key, const char *value) {
  const struct requirement_check *check = data;
  if (strcmp(attribute, "constraint_values") == 0) {
    return bz_condition_constraint_holds(check->thread, check->query->analysis, bz_label_of(key));
  }
  if (strcmp(attribute, "flag_values") == 0)
    return setting_is(check->thread, check->query, check->setting, bz_label_of(key), value);
  if (strcmp(attribute, "define_values") == 0)
    return define_is(check->query->analysis, sl_string_bytes(key), value);
  return option_is(check->query, sl_string_bytes(key), value);
}

static int match_condition(struct sl_thread *thread, struct bz_label *condition, void *data) {
  const struct condition_query *query = data;
  // Constraints of @platforms are known without that repository.
  if (is_platforms(condition->repository))
    return bz_condition_constraint_holds(thread, query->analysis, condition);
  const struct bz_target *target = load_actual(thread, query, condition);
  if (!target) return -1;
  enum bz_behaviour behaviour =
      target->kind == BZ_TARGET_RULE ? target->rule_class->behaviour : BZ_BEHAVIOUR_RULE;
  if (behaviour == BZ_BEHAVIOUR_OPAQUE) return 0;
  if (behaviour == BZ_BEHAVIOUR_CONSTRAINT &&
      bz_rule_class_attribute(target->rule_class, "constraint_setting") >= 0) {
    return bz_condition_constraint_holds(thread, query->analysis, target->label);
  }
  if (behaviour == BZ_BEHAVIOUR_CONFIG_SETTING) {
    struct requirement_check check = {thread, query, target};
    return each_requirement(target, check_requirement, &check);
  }
  const char *subject = bz_label_text(query->target->label);
  sl_fail(thread,
          "%s is not a valid select() condition for %s.\nTo inspect the select(), run: starmypy "
          "query --output=build "
          "%s.\nFor more help, see https://bazel.build/reference/be/functions#select.",
          bz_label_text(condition), subject, subject);
  return -1;
}

// ---------------------------------------------------------------- which of two is more specialised

struct requirement_search {
  const char *attribute;
  sl_value key;
  const char *value;
  bool found;
  const struct bz_target *in;  // where to look for what each_requirement offers
  size_t count;
};

static int find_requirement(void *data, const char *attribute, sl_value key, const char *value) {
  struct requirement_search *search = data;
  bool same_key = sl_is_string(key)
                      ? sl_is_string(search->key) && sl_string_is(search->key, sl_string_bytes(key))
                      : key == search->key;
  search->found =
      same_key && strcmp(attribute, search->attribute) == 0 && strcmp(value, search->value) == 0;
  return !search->found;
}

static int require_present(void *data, const char *attribute, sl_value key, const char *value) {
  struct requirement_search *outer = data;
  struct requirement_search inner = {.attribute = attribute, .key = key, .value = value};
  outer->count++;
  each_requirement(outer->in, find_requirement, &inner);
  return inner.found;
}

static int count_requirement(void *data, const char *attribute, sl_value key, const char *value) {
  (void)attribute;
  (void)key;
  (void)value;
  ++*(size_t *)data;
  return 1;
}

// The label's config_setting, which matching has loaded before; NULL: something else.
static const struct bz_target *setting_of(struct bz_label *label,
                                          const struct condition_query *query,
                                          struct sl_thread *thread) {
  const struct bz_target *target = load_actual(thread, query, label);
  bool is_setting = target && target->kind == BZ_TARGET_RULE &&
                    target->rule_class->behaviour == BZ_BEHAVIOUR_CONFIG_SETTING;
  return is_setting ? target : NULL;
}

struct refinement {
  struct condition_query query;
  struct sl_thread *thread;
};

// Whether the requirements of `a` are those of `b` and more.
static bool refines(struct bz_label *a, struct bz_label *b, void *data) {
  const struct refinement *refinement = data;
  const struct bz_target *special = setting_of(a, &refinement->query, refinement->thread);
  const struct bz_target *general = setting_of(b, &refinement->query, refinement->thread);
  if (!special || !general) return false;
  struct requirement_search search = {.in = special};
  size_t count = 0;
  each_requirement(special, count_requirement, &count);
  return each_requirement(general, require_present, &search) == 1 && count > search.count;
}

int bz_condition_holds(struct sl_thread *thread, struct bz_analysis *analysis,
                       const struct bz_target *target, const struct bz_configuration *configuration,
                       struct bz_label *condition) {
  struct condition_query query = {analysis, configuration, target};
  return match_condition(thread, condition, &query);
}

sl_value bz_condition_resolve(struct sl_thread *thread, struct bz_analysis *analysis,
                              const struct bz_target *target, const struct bz_attribute *attribute,
                              sl_value stored, const struct bz_configuration *configuration) {
  // The query comes first, so that both callbacks read what they need.
  struct refinement data = {{analysis, configuration, target}, thread};
  struct bz_condition_matcher matcher = {
      .data = &data, .match = match_condition, .refines = refines};
  return bz_select_resolve(thread, target, attribute, (struct bz_select *)(void *)stored, &matcher);
}
