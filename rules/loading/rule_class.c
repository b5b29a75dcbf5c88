// SPDX-License-Identifier: Apache-2.0
//
// Rule class: the attributes that every rule has, in Bazel's order, the classes written in C, and the value that a BUILD
// file calls. Invariant: a sealed class never changes but for its name, which it gets when it is exported.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rules/loading/state.h"

enum {
  FIXED = BZ_ATTRIBUTE_NOT_CONFIGURABLE,
  SORTED = BZ_ATTRIBUTE_ORDER_INDEPENDENT,
  FILES = BZ_ATTRIBUTE_ANY_FILE,
  COMPUTED = BZ_ATTRIBUTE_COMPUTED,
  MANDATORY = BZ_ATTRIBUTE_MANDATORY,
};

// ---------------------------------------------------------------- attributes of every class

static const struct bz_attribute_row native_base[] = {
    {"name", BZ_TYPE_STRING, FIXED | MANDATORY, NULL},
    {"visibility", BZ_TYPE_NODEP_LABEL_LIST, FIXED | SORTED, NULL},
    {"transitive_configs", BZ_TYPE_NODEP_LABEL_LIST, FIXED | SORTED, NULL},
    {"deprecation", BZ_TYPE_STRING, FIXED | COMPUTED, NULL},
    {"tags", BZ_TYPE_STRING_LIST, FIXED | SORTED, NULL},
    {"generator_name", BZ_TYPE_STRING, FIXED, NULL},
    {"generator_function", BZ_TYPE_STRING, FIXED, NULL},
    {"generator_location", BZ_TYPE_STRING, FIXED, NULL},
    {"testonly", BZ_TYPE_BOOL, FIXED | COMPUTED, NULL},
    {"features", BZ_TYPE_STRING_LIST, SORTED, NULL},
    {"compatible_with", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"restricted_to", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"package_metadata", BZ_TYPE_LABEL_LIST, FIXED | COMPUTED, NULL},
    {"licenses", BZ_TYPE_LICENSE, FIXED, NULL},
    {"aspect_hints", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row starlark_base[] = {
    {"toolchains", BZ_TYPE_LABEL_LIST, 0, NULL},
    {"exec_properties", BZ_TYPE_STRING_DICT, 0, NULL},
    {"exec_compatible_with", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"exec_group_compatible_with", BZ_TYPE_LABEL_LIST_DICT, FIXED, NULL},
    {"target_compatible_with", BZ_TYPE_LABEL_LIST, 0, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row executable_base[] = {
    {"args", BZ_TYPE_STRING_LIST, 0, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row test_base[] = {
    {"size", BZ_TYPE_STRING, FIXED, "medium"},
    {"timeout", BZ_TYPE_STRING, FIXED | COMPUTED, NULL},
    {"flaky", BZ_TYPE_BOOL, FIXED, NULL},
    {"shard_count", BZ_TYPE_INT, 0, "-1"},
    {"local", BZ_TYPE_BOOL, FIXED, NULL},
    {"args", BZ_TYPE_STRING_LIST, 0, NULL},
    {NULL, 0, 0, NULL},
};

bool bz_attribute_is_reserved(const char *name) {
  for (const struct bz_attribute_row *row = native_base; row->name; row++)
    if (strcmp(row->name, name) == 0) return true;
  return false;
}

bool bz_name_is_identifier(const char *name) {
  if (!isalpha((unsigned char)*name) && *name != '_') return false;
  for (const char *s = name; *s; s++)
    if (!isalnum((unsigned char)*s) && *s != '_') return false;
  return true;
}

// ---------------------------------------------------------------- making classes

static size_t row_count(const struct bz_attribute_row *rows) {
  size_t count = 0;
  while (rows[count].name) count++;
  return count;
}

int32_t bz_rule_class_attribute(const struct bz_rule_class *rule_class, const char *name) {
  if (rule_class->attribute_index) {
    sl_value index = sl_dict_get_string(rule_class->attribute_index, name);
    return index ? (int32_t)sl_small_int(index) : -1;
  }
  for (size_t i = 0; i < rule_class->attribute_count; i++)
    if (strcmp(rule_class->attributes[i].name, name) == 0) return (int32_t)i;
  return -1;
}

// One of the same name takes the place of the one before.
void bz_rule_class_append(struct bz_rule_class *rule_class, const struct bz_attribute *attribute) {
  int32_t same = bz_rule_class_attribute(rule_class, attribute->name);
  size_t at = same < 0 ? rule_class->attribute_count++ : (size_t)same;
  rule_class->attributes[at] = *attribute;
}

static sl_value parse_default(const struct bz_attribute_row *row) {
  const char *text = row->default_text;
  if (!text) return NULL;
  sl_value string = sl_string_from(text);
  switch (row->type) {
    case BZ_TYPE_BOOL:
      return SL_TRUE;
    case BZ_TYPE_INT:
      return sl_int(strtol(text, NULL, 10));
    case BZ_TYPE_STRING_LIST:
      return sl_list_frozen(&string, 1);
    default:
      return string;
  }
}

static void append_rows(struct bz_rule_class *rule_class, const struct bz_attribute_row *rows) {
  for (; rows->name; rows++) {
    struct bz_attribute attribute = {.name = rows->name,
                                     .type = rows->type,
                                     .flags = rows->flags,
                                     .default_value = parse_default(rows)};
    bz_rule_class_append(rule_class, &attribute);
  }
}

struct bz_rule_class *bz_rule_class_new(enum bz_class_base base, size_t own_count) {
  size_t capacity =
      row_count(native_base) + row_count(starlark_base) + row_count(test_base) + own_count;
  struct bz_rule_class *rule_class = sl_allocate(sizeof *rule_class);
  rule_class->type = &bz_rule_class_type;
  rule_class->attributes = sl_allocate(capacity * sizeof *rule_class->attributes);
  rule_class->test = base == BZ_BASE_TEST;
  rule_class->executable = base == BZ_BASE_TEST || base == BZ_BASE_EXECUTABLE;
  append_rows(rule_class, native_base);
  if (base != BZ_BASE_NATIVE) append_rows(rule_class, starlark_base);
  if (base == BZ_BASE_EXECUTABLE) append_rows(rule_class, executable_base);
  if (base == BZ_BASE_TEST) append_rows(rule_class, test_base);
  return rule_class;
}

bool bz_rule_class_seal(struct sl_thread *thread, struct bz_rule_class *rule_class) {
  int32_t testonly = bz_rule_class_attribute(rule_class, "testonly");
  if (rule_class->test || rule_class->behaviour == BZ_BEHAVIOUR_TEST_SUITE) {
    rule_class->attributes[testonly].flags &= ~(uint32_t)BZ_ATTRIBUTE_COMPUTED;
    rule_class->attributes[testonly].default_value = SL_TRUE;
  }
  sl_value index = sl_dict(thread, rule_class->attribute_count);
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    struct bz_attribute *attribute = &rule_class->attributes[i];
    if (!attribute->default_value)
      attribute->default_value = bz_type_empty(thread, attribute->type);
    if (!sl_dict_set_string(thread, index, attribute->name, sl_int((int64_t)i))) return false;
  }
  sl_freeze(index);
  rule_class->attribute_index = index;
  return true;
}

// ---------------------------------------------------------------- the type

static bool rule_class_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct bz_rule_class *rule_class = bz_rule_class_of(x);
  if (rule_class->starlark && !rule_class->name) {
    sl_text_append_string(out, "<rule>");
  } else {
    sl_text_format(out, "<%s %s>", rule_class->starlark ? "rule" : "built-in rule",
                   rule_class->name);
  }
  return true;
}

static const char *rule_class_name(sl_value x) {
  const struct bz_rule_class *rule_class = bz_rule_class_of(x);
  return rule_class->name ? rule_class->name : "rule";
}

static sl_value rule_class_call(struct sl_thread *thread, sl_value x, sl_value *arguments,
                                size_t count, sl_value keywords) {
  (void)arguments;
  struct bz_rule_class *rule_class = bz_rule_class_of(x);
  if (count > 0) return sl_fail(thread, "unexpected positional arguments");
  if (!rule_class->name)
    return sl_fail(thread, "Invalid rule class hasn't been exported by a bzl file");
  struct bz_package *package =
      bz_package_running(thread, rule_class->name, BZ_IN_BUILD | BZ_IN_MACRO | BZ_IN_FINALIZER);
  if (!package) return NULL;
  if (!keywords) keywords = sl_dict(thread, 0);
  if (rule_class->initializer) {
    keywords = bz_rule_initialize(thread, package, rule_class, keywords);
    if (!keywords) return NULL;
  }
  return bz_rule_instantiate(thread, package, rule_class, keywords) ? SL_NONE : NULL;
}

const struct sl_type bz_rule_class_type = {
    .name = "rule",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = rule_class_repr,
    .call = rule_class_call,
    .callable_name = rule_class_name,
};

// ---------------------------------------------------------------- classes written in C

static const struct bz_attribute_row alias_rows[] = {
    {"actual", BZ_TYPE_LABEL, FILES | MANDATORY, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row config_setting_rows[] = {
    {"values", BZ_TYPE_STRING_DICT, FIXED, NULL},
    {"define_values", BZ_TYPE_STRING_DICT, FIXED, NULL},
    {"flag_values", BZ_TYPE_LABEL_KEYED_STRING_DICT, FIXED, NULL},
    {"constraint_values", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row test_suite_rows[] = {
    {"tests", BZ_TYPE_LABEL_LIST, FIXED | SORTED | FILES, NULL},
    {"$implicit_tests", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row constraint_setting_rows[] = {
    {"default_constraint_value", BZ_TYPE_NODEP_LABEL, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row constraint_value_rows[] = {
    {"constraint_setting", BZ_TYPE_LABEL, FIXED | MANDATORY, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row platform_rows[] = {
    {"constraint_values", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"parents", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"remote_execution_properties", BZ_TYPE_STRING, FIXED, NULL},
    {"exec_properties", BZ_TYPE_STRING_DICT, FIXED, NULL},
    {"flags", BZ_TYPE_STRING_LIST, FIXED, NULL},
    {"required_settings", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"check_toolchain_types", BZ_TYPE_BOOL, FIXED, NULL},
    {"allowed_toolchain_types", BZ_TYPE_NODEP_LABEL_LIST, FIXED, NULL},
    {"missing_toolchain_error", BZ_TYPE_STRING, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row toolchain_rows[] = {
    {"toolchain_type", BZ_TYPE_LABEL, FIXED | MANDATORY, NULL},
    {"exec_compatible_with", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"target_compatible_with", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"target_settings", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {"use_target_platform_constraints", BZ_TYPE_BOOL, FIXED, NULL},
    {"toolchain", BZ_TYPE_NODEP_LABEL, MANDATORY, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row toolchain_type_rows[] = {
    {"no_match_error", BZ_TYPE_STRING, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row label_setting_rows[] = {
    {"build_setting_default", BZ_TYPE_LABEL, FIXED | MANDATORY | FILES, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row environment_rows[] = {
    {"fulfills", BZ_TYPE_LABEL_LIST, FIXED, NULL},
    {NULL, 0, 0, NULL},
};

static const struct bz_attribute_row genquery_rows[] = {
    {"scope", BZ_TYPE_LABEL_LIST, MANDATORY | FILES, NULL},
    {"expression", BZ_TYPE_STRING, MANDATORY, NULL},
    {"opts", BZ_TYPE_STRING_LIST, 0, NULL},
    {"strict", BZ_TYPE_BOOL, 0, "True"},
    {"compressed_output", BZ_TYPE_BOOL, 0, NULL},
    {NULL, 0, 0, NULL},
};

static const struct {
  const char *name;
  enum bz_behaviour behaviour;
  const struct bz_attribute_row *rows;
} native_classes[] = {
    {"alias", BZ_BEHAVIOUR_ALIAS, alias_rows},
    {"config_setting", BZ_BEHAVIOUR_CONFIG_SETTING, config_setting_rows},
    {"constraint_setting", BZ_BEHAVIOUR_CONSTRAINT, constraint_setting_rows},
    {"constraint_value", BZ_BEHAVIOUR_CONSTRAINT, constraint_value_rows},
    {"environment", BZ_BEHAVIOUR_CONSTRAINT, environment_rows},
    {"genquery", BZ_BEHAVIOUR_OPAQUE, genquery_rows},
    {"label_flag", BZ_BEHAVIOUR_BUILD_SETTING, label_setting_rows},
    {"label_setting", BZ_BEHAVIOUR_BUILD_SETTING, label_setting_rows},
    {"platform", BZ_BEHAVIOUR_CONSTRAINT, platform_rows},
    {"test_suite", BZ_BEHAVIOUR_TEST_SUITE, test_suite_rows},
    {"toolchain", BZ_BEHAVIOUR_TOOLCHAIN, toolchain_rows},
    {"toolchain_type", BZ_BEHAVIOUR_TOOLCHAIN_TYPE, toolchain_type_rows},
};

// Settings are for select(), not for `build //...`.
static void tag_manual(struct bz_rule_class *rule_class) {
  sl_value manual = sl_string_from("manual");
  rule_class->attributes[bz_rule_class_attribute(rule_class, "tags")].default_value =
      sl_list_frozen(&manual, 1);
}

static struct bz_rule_class *make_class(struct sl_thread *thread, const char *name,
                                        enum bz_behaviour behaviour,
                                        const struct bz_attribute_row *rows) {
  struct bz_rule_class *rule_class = bz_rule_class_new(BZ_BASE_NATIVE, row_count(rows));
  rule_class->name = name;
  rule_class->behaviour = behaviour;
  append_rows(rule_class, rows);
  if (behaviour == BZ_BEHAVIOUR_CONFIG_SETTING) tag_manual(rule_class);
  return bz_rule_class_seal(thread, rule_class) ? rule_class : NULL;
}

bool bz_native_rules(struct sl_thread *thread, sl_value rules) {
  for (size_t i = 0; i < sizeof native_classes / sizeof *native_classes; i++) {
    struct bz_rule_class *rule_class = make_class(
        thread, native_classes[i].name, native_classes[i].behaviour, native_classes[i].rows);
    if (!rule_class ||
        !sl_dict_set_string(thread, rules, rule_class->name, (sl_value)(void *)rule_class))
      return false;
  }
  return true;
}

// The keyword arguments of an opaque call that are taken for labels, as far as they are.
static const struct bz_attribute_row opaque_rows[] = {
    {"srcs", BZ_TYPE_LABEL_LIST, FILES, NULL},  {"deps", BZ_TYPE_LABEL_LIST, FILES, NULL},
    {"data", BZ_TYPE_LABEL_LIST, FILES, NULL},  {"actual", BZ_TYPE_LABEL, FILES, NULL},
    {"embed", BZ_TYPE_LABEL_LIST, FILES, NULL}, {"exports", BZ_TYPE_LABEL_LIST, FILES, NULL},
    {"hdrs", BZ_TYPE_LABEL_LIST, FILES, NULL},  {"runtime_deps", BZ_TYPE_LABEL_LIST, FILES, NULL},
    {"tools", BZ_TYPE_LABEL_LIST, FILES, NULL}, {NULL, 0, 0, NULL},
};

struct bz_rule_class *bz_rule_class_opaque(struct sl_thread *thread, const char *name) {
  return make_class(thread, name, BZ_BEHAVIOUR_OPAQUE, opaque_rows);
}
