// SPDX-License-Identifier: Apache-2.0
//
// Rule: the function rule() and the exporting of what a .bzl file made. Invariant: a class has no name until the file that
// made it has ended and binds it to a global; the first such global names it.
#include <string.h>

#include "rules/loading/state.h"

enum {
  IMPLEMENTATION,
  TEST,
  ATTRS,
  OUTPUTS,
  EXECUTABLE,
  OUTPUT_TO_GENFILES,
  FRAGMENTS,
  HOST_FRAGMENTS,
  TESTABLE,
  TOOLCHAINS,
  DOC,
  PROVIDES,
  RESOLUTION_RULE,
  EXEC_COMPATIBLE_WITH,
  ANALYSIS_TEST,
  BUILD_SETTING,
  CFG,
  EXEC_GROUPS,
  INITIALIZER,
  PARENT,
  EXTENDABLE,
  SUBRULES,
};

// Of the running call, as in struct bz_rule_class.
static const char *definition_stack(struct sl_thread *thread) {
  struct sl_frame frame;
  const char *lines = "";
  for (size_t depth = 0; sl_thread_frame(thread, depth, &frame); depth++) {
    if (!frame.module) continue;
    lines = bz_text_format("%s in %s%s%s", bz_position_text(frame.file, frame.position),
                           frame.function, *lines ? "\n" : "", lines);
    if (strcmp(frame.function, "<toplevel>") == 0) break;
  }
  return lines;
}

static sl_value list_or_null(sl_value given) {
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(given, &items, &count) || count == 0) return NULL;
  return sl_list_frozen(items, count);
}

static bool append_attributes(struct sl_thread *thread, struct bz_rule_class *rule_class,
                              sl_value attributes) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(attributes, &cursor, &key, &value)) {
    if (value == SL_NONE) continue;
    const char *name = sl_string_bytes(key);
    if (bz_attribute_is_reserved(name))
      return sl_fail_false(
          thread, "There is already a built-in attribute '%s' which cannot be overridden.", name);
    struct bz_attribute attribute = ((struct bz_attribute_value *)(void *)value)->attribute;
    attribute.name = bz_text_copy(name);
    bz_rule_class_append(rule_class, &attribute);
  }
  return true;
}

// A build setting's default value is an attribute of its own.
static bool set_build_setting(struct sl_thread *thread, struct bz_rule_class *rule_class,
                              sl_value given) {
  if (given == SL_NONE || bz_is_opaque(given)) return true;
  if (!sl_has_type(given, &bz_build_setting_type))
    return sl_fail_false(thread, "got %s for 'build_setting', want BuildSetting or NoneType",
                         sl_type_name(given));
  rule_class->build_setting = given;
  const struct bz_build_setting *setting = (const struct bz_build_setting *)(const void *)given;
  struct bz_attribute attribute = {.name = "build_setting_default",
                                   .type = setting->value_type,
                                   .flags = BZ_ATTRIBUTE_MANDATORY | BZ_ATTRIBUTE_NOT_CONFIGURABLE};
  bz_rule_class_append(rule_class, &attribute);
  return true;
}

static bool set_outputs(struct sl_thread *thread, struct bz_rule_class *rule_class,
                        sl_value given) {
  if (given == SL_NONE || bz_is_opaque(given)) return true;
  if (!sl_is_dict(given))
    return sl_fail_false(thread, "outputs of rule(): a function is not supported, want a dict");
  sl_value outputs =
      bz_value_convert(thread, BZ_TYPE_STRING_DICT, given,
                       bz_running_source(thread)->label->repository, "", "parameter 'outputs'");
  rule_class->outputs = outputs;
  return outputs != NULL;
}

static sl_value none_to_null(sl_value value) {
  return value == SL_NONE || bz_is_opaque(value) ? NULL : value;
}

static bool check_rule(struct sl_thread *thread, sl_value *arguments) {
  if (!sl_is_callable(arguments[IMPLEMENTATION])) {
    return sl_fail_false(
        thread,
        "in call to rule(), parameter 'implementation' got value of type '%s', want 'function'",
        sl_type_name(arguments[IMPLEMENTATION]));
  }
  if (none_to_null(arguments[PARENT]))
    return sl_fail_false(thread, "rule(parent = ...) is not supported yet");
  return bz_running_bzl(thread) ||
         sl_fail_false(thread, "rule() can only be used while evaluating a .bzl file");
}

static sl_value make_rule(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (!check_rule(thread, arguments)) return NULL;
  bool test = arguments[TEST] == SL_TRUE || arguments[ANALYSIS_TEST] == SL_TRUE;
  sl_value attributes = bz_attributes_check(thread, arguments[ATTRS]);
  if (!attributes) return NULL;
  enum bz_class_base base = test                               ? BZ_BASE_TEST
                            : arguments[EXECUTABLE] == SL_TRUE ? BZ_BASE_EXECUTABLE
                                                               : BZ_BASE_STARLARK;
  struct bz_rule_class *rule_class = bz_rule_class_new(base, sl_dict_length(attributes) + 1);
  rule_class->starlark = true;
  rule_class->implementation = arguments[IMPLEMENTATION];
  rule_class->initializer = none_to_null(arguments[INITIALIZER]);
  rule_class->provides = list_or_null(arguments[PROVIDES]);
  rule_class->toolchains = list_or_null(arguments[TOOLCHAINS]);
  rule_class->transition = none_to_null(arguments[CFG]);
  rule_class->definition_stack = definition_stack(thread);
  rule_class->defined_in = bz_running_bzl(thread);
  if (!append_attributes(thread, rule_class, attributes)) return NULL;
  if (!set_outputs(thread, rule_class, arguments[OUTPUTS])) return NULL;
  if (!set_build_setting(thread, rule_class, arguments[BUILD_SETTING])) return NULL;
  return bz_rule_class_seal(thread, rule_class) ? (sl_value)(void *)rule_class : NULL;
}

struct sl_builtin bz_rule_builtins[] = {
    SL_BUILTIN(
        "rule(implementation, *, test = unbound, attrs = {}, outputs = None, executable = unbound, "
        "output_to_genfiles: bool = False, fragments: sequence = [], host_fragments: sequence = "
        "[], "
        "_skylark_testable: bool = False, toolchains: sequence = [], doc = None, provides: "
        "sequence = [], "
        "dependency_resolution_rule: bool = False, exec_compatible_with: sequence = [], "
        "analysis_test = unbound, "
        "build_setting = None, cfg = None, exec_groups = None, initializer = None, parent = None, "
        "extendable = None, "
        "subrules: sequence = [])",
        make_rule,
        "Creates a new rule, which can be called from a BUILD file or a macro to create targets."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- exporting

static bool ends_with_test(const char *name) {
  size_t length = strlen(name);
  return length >= 5 && strcmp(name + length - 5, "_test") == 0;
}

static bool export_rule(struct sl_thread *thread, struct bz_rule_class *rule_class,
                        const struct bz_source *source, const char *name) {
  if (rule_class->name) return true;
  if (rule_class->test != ends_with_test(name)) {
    return sl_fail_false(thread,
                         "Invalid rule class name '%s', test rule class names must end with "
                         "'_test' and other rule classes "
                         "must not",
                         name);
  }
  rule_class->name = bz_text_copy(name);
  rule_class->defined_in = source->label;
  return true;
}

bool bz_source_export(struct sl_thread *thread, struct bz_source *source) {
  const struct bz_loader *loader = source->loader;
  const char *name;
  sl_value value;
  for (size_t i = 0; sl_module_global(source->module, i, &name, &value, NULL); i++) {
    if (!value || !sl_is_object(value)) continue;
    if (bz_is_rule_class(value) && !export_rule(thread, bz_rule_class_of(value), source, name))
      return false;
    if (bz_macro_export(value, source->label, name) ||
        bz_extension_export(value, source->label, name))
      continue;
    if (loader->options.on_export) loader->options.on_export(thread, value, source->label, name);
  }
  return true;
}
