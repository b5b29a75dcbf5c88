// SPDX-License-Identifier: Apache-2.0
//
// Condition: which keys of a select() hold: config_settings against the options of a configuration, constraint values
// against its platform, build settings against the command line or their defaults.

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

// Which values of @platforms a cpu means, where no platform is named.
static const struct platform_row {
  const char *cpu;
  const char *cpu_value;
  const char *os_value;
} platform_rows[] = {
    {"k8", "x86_64", "linux"},          {"aarch64", "aarch64", "linux"},
    {"arm64", "aarch64", "linux"},      {"darwin_x86_64", "x86_64", "osx"},
    {"darwin_arm64", "aarch64", "osx"}, {"x64_windows", "x86_64", "windows"},
};

static bool is_in_platforms(const struct bz_label *label, const char *package) {
  return strcmp(label->repository->name, "platforms") == 0 && strcmp(label->package, package) == 0;
}

static bool cpu_means(const char *cpu, const struct bz_label *constraint) {
  const struct platform_row *row = platform_rows;
  for (size_t i = 0; i < sizeof platform_rows / sizeof *platform_rows; i++) {
    if (strcmp(platform_rows[i].cpu, cpu) == 0) row = &platform_rows[i];
  }
  if (is_in_platforms(constraint, "cpu")) return strcmp(constraint->name, row->cpu_value) == 0;
  return is_in_platforms(constraint, "os") && strcmp(constraint->name, row->os_value) == 0;
}

// The label that an attribute of a rule holds, or NULL.
static struct bz_label *label_in(const struct bz_target *target, const char *attribute) {
  sl_value value = target->kind == BZ_TARGET_RULE ? value_of(target, attribute) : NULL;
  return value && bz_is_label(value) ? bz_label_of(value) : NULL;
}

// What decides: a platform has one value of each setting.
struct constraint_query {
  struct bz_analysis *analysis;
  const struct bz_configuration *configuration;
  const struct bz_label *constraint;  // the value asked for
  const struct bz_label *setting;     // its setting
};

enum { UNDECIDED = 2 };

// Whether the value is the one that a platform itself has of the setting; UNDECIDED: it has none. -1: an error is pending.
static int platform_says(struct sl_thread *thread, const struct constraint_query *query,
                         const struct bz_target *platform) {
  sl_value *values;
  size_t count;
  sl_value list = value_of(platform, "constraint_values");
  if (!list || !sl_sequence_items(list, &values, &count)) return UNDECIDED;
  for (size_t i = 0; i < count; i++) {
    const struct bz_target *value =
        bz_target_actual(thread, query->analysis, query->configuration, bz_label_of(values[i]));
    if (!value) return -1;
    if (label_in(value, "constraint_setting") == query->setting)
      return value->label == query->constraint;
  }
  return UNDECIDED;
}

static struct bz_label *parent_of(const struct bz_target *platform) {
  sl_value *parents;
  size_t count;
  sl_value list = value_of(platform, "parents");
  bool has = list && sl_sequence_items(list, &parents, &count) && count > 0;
  return has ? bz_label_of(parents[0]) : NULL;
}

struct bz_target *bz_platform_load(struct sl_thread *thread, struct bz_analysis *analysis,
                                   const struct bz_configuration *configuration,
                                   struct bz_label *label) {
  struct bz_target *target = bz_target_actual(thread, analysis, configuration, label);
  if (!target) return NULL;
  enum bz_behaviour behaviour =
      target->kind == BZ_TARGET_RULE ? target->rule_class->behaviour : BZ_BEHAVIOUR_RULE;
  if (behaviour == BZ_BEHAVIOUR_OPAQUE ||
      (behaviour == BZ_BEHAVIOUR_CONSTRAINT &&
       bz_rule_class_attribute(target->rule_class, "constraint_values") >= 0))
    return target;
  sl_fail(thread, "Target %s was referenced as a platform, but does not provide PlatformInfo",
          bz_label_text(target->label));
  return NULL;
}

// The same of the platform of a configuration, which has what its parents have and it has not. One of a repository that is not
// there passes for the machine's.
static int target_platform_says(struct sl_thread *thread, const struct constraint_query *query) {
  enum { LONGEST_CHAIN = 100 };
  struct bz_label *label = query->configuration->platform;
  for (size_t hops = 0; label && hops < LONGEST_CHAIN; hops++) {
    const struct bz_target *platform =
        bz_platform_load(thread, query->analysis, query->configuration, label);
    if (!platform) return -1;
    bool is_opaque = platform->rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE;
    if (is_opaque || is_in_platforms(platform->label, "host")) break;
    int answer = platform_says(thread, query, platform);
    if (answer != UNDECIDED) return answer;
    label = parent_of(platform);
    if (!label) return UNDECIDED;
  }
  bool is_standard =
      is_in_platforms(query->constraint, "cpu") || is_in_platforms(query->constraint, "os");
  return is_standard ? cpu_means(query->configuration->cpu, query->constraint) : UNDECIDED;
}

// Where the platform has no value of the setting, it has the setting's default.
int bz_condition_constraint_holds(struct sl_thread *thread, struct bz_analysis *analysis,
                                  const struct bz_configuration *configuration,
                                  struct bz_label *constraint) {
  const struct bz_target *value = bz_target_actual(thread, analysis, configuration, constraint);
  if (!value) return -1;
  struct bz_label *setting = label_in(value, "constraint_setting");
  if (!setting) return 0;
  struct constraint_query query = {analysis, configuration, value->label, setting};
  int answer = target_platform_says(thread, &query);
  if (answer != UNDECIDED) return answer;
  const struct bz_target *target = bz_target_load(thread, analysis->loader, setting);
  if (!target) return -1;
  return label_in(target, "default_constraint_value") == value->label;
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
    return bz_condition_constraint_holds(check->thread, check->query->analysis,
                                         check->query->configuration, bz_label_of(key));
  }
  if (strcmp(attribute, "flag_values") == 0)
    return setting_is(check->thread, check->query, check->setting, bz_label_of(key), value);
  if (strcmp(attribute, "define_values") == 0)
    return define_is(check->query->analysis, sl_string_bytes(key), value);
  return option_is(check->query, sl_string_bytes(key), value);
}

static int match_condition(struct sl_thread *thread, struct bz_label *condition, void *data) {
  const struct condition_query *query = data;
  const struct bz_target *target = load_actual(thread, query, condition);
  if (!target) return -1;
  enum bz_behaviour behaviour =
      target->kind == BZ_TARGET_RULE ? target->rule_class->behaviour : BZ_BEHAVIOUR_RULE;
  if (behaviour == BZ_BEHAVIOUR_OPAQUE) return 0;
  if (behaviour == BZ_BEHAVIOUR_CONSTRAINT &&
      bz_rule_class_attribute(target->rule_class, "constraint_setting") >= 0) {
    return bz_condition_constraint_holds(thread, query->analysis, query->configuration,
                                         target->label);
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
