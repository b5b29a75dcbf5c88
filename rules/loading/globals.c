// SPDX-License-Identifier: Apache-2.0
//
// Globals: the names of .bzl files that need no file of their own: struct, Label, visibility, transition, config and the like.
// Invariant: what only later phases understand is kept as it was given.
#include <string.h>

#include "rules/loading/state.h"

// ---------------------------------------------------------------- struct and Label

static sl_value make_struct(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return sl_struct_from_dict(NULL, arguments[0]);
}

static sl_value make_label(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (bz_is_label(arguments[0])) return arguments[0];
  const struct bz_source *source = bz_running_source(thread);
  if (!source)
    return sl_fail(thread, "Label() can only be used while a .bzl file is being evaluated");
  struct bz_label *label =
      bz_label_parse(thread, source->label->repository, source->label->package,
                     sl_string_bytes(arguments[0]), sl_string_length(arguments[0]));
  return label ? bz_label_value(label) : NULL;
}

// ---------------------------------------------------------------- visibility()

static sl_value specification_list(struct sl_thread *thread, sl_value given) {
  if (sl_is_string(given)) return sl_list_frozen(&given, 1);
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(given, &items, &count))
    return sl_fail(thread, "Invalid visibility: got '%s', want string or list of strings",
                   sl_type_name(given));
  for (size_t i = 0; i < count; i++)
    if (!sl_is_string(items[i]))
      return sl_fail(thread, "at index %zu of visibility list, got element of type %s, want string",
                     i, sl_type_name(items[i]));
  return sl_list_frozen(items, count);
}

static bool check_specification(struct sl_thread *thread, const char *text) {
  if (*text == '-') return sl_fail_false(thread, "Cannot use negative package patterns here");
  const char *error = bz_specification_error(text);
  return !error || sl_fail_false(thread, "invalid package name '%s': %s", text, error);
}

static sl_value set_visibility(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_source *source = bz_running_source(thread);
  if (!source || source->is_build || source->state != BZ_SOURCE_BUSY)
    return sl_fail(
        thread,
        ".bzl visibility can only be set during .bzl initialization (top-level evaluation)");
  if (source->visibility) return sl_fail(thread, ".bzl visibility may not be set more than once");
  sl_value list = specification_list(thread, arguments[0]);
  if (!list) return NULL;
  for (size_t i = 0; i < sl_list_length(list); i++)
    if (!check_specification(thread, sl_string_bytes(sl_list_get(list, i)))) return NULL;
  source->visibility = list;
  return SL_NONE;
}

// ---------------------------------------------------------------- values that later phases read

// A record of the arguments that made it.
struct record {
  const struct sl_type *type;
  sl_value implementation;
  sl_value arguments;  // dict
};

static const struct sl_type transition_type = {.name = "transition",
                                               .flags = SL_TYPE_HASH_IDENTITY};
static const struct sl_type exec_group_type = {.name = "exec_group",
                                               .flags = SL_TYPE_HASH_IDENTITY};
static const struct sl_type late_bound_type = {.name = "LateBoundDefault",
                                               .flags = SL_TYPE_HASH_IDENTITY};

static sl_value make_record(const struct sl_type *type, sl_value implementation,
                            sl_value arguments) {
  struct record *record = sl_allocate(sizeof *record);
  *record = (struct record){type, implementation, arguments};
  return (sl_value)(void *)record;
}

static const struct sl_object exec_transition = {&transition_type},
                              identity_transition = {&transition_type};

bool bz_is_late_bound(sl_value value) { return sl_has_type(value, &late_bound_type); }
bool bz_transition_is_exec(sl_value value) {
  return value == (sl_value)(uintptr_t)&exec_transition;
}
bool bz_transition_is_identity(sl_value value) {
  return value == (sl_value)(uintptr_t)&identity_transition;
}

static sl_value make_transition(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_record(&transition_type, arguments[0], sl_tuple(arguments + 1, 2));
}

static sl_value make_exec_transition(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  return (sl_value)(uintptr_t)&exec_transition;
}

static sl_value make_identity_transition(struct sl_thread *thread, sl_value self,
                                         sl_value *arguments) {
  (void)thread;
  (void)self;
  (void)arguments;
  return (sl_value)(uintptr_t)&identity_transition;
}

static sl_value make_analysis_test_transition(struct sl_thread *thread, sl_value self,
                                              sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_record(&transition_type, NULL, arguments[0]);
}

static sl_value make_exec_group(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_record(&exec_group_type, NULL, sl_tuple(arguments, 2));
}

static sl_value make_late_bound(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_record(&late_bound_type, NULL, sl_tuple(arguments, 2));
}

struct sl_builtin bz_global_builtins[] = {
    SL_BUILTIN("struct(**kwargs)", make_struct,
               "An immutable struct with the keyword arguments as its fields."),
    SL_BUILTIN("Label(input: string | Label, /)", make_label,
               "A label; a string is relative to the .bzl file that calls."),
    SL_BUILTIN("visibility(value, /)", set_visibility,
               "Sets which packages may load this .bzl file."),
    SL_BUILTIN("transition(*, implementation, inputs: sequence, outputs: sequence)",
               make_transition, "A configuration transition."),
    SL_BUILTIN("analysis_test_transition(*, settings: dict)", make_analysis_test_transition,
               "A configuration transition for analysis tests."),
    SL_BUILTIN("exec_transition(*, implementation, inputs: sequence, outputs: sequence)",
               make_exec_transition, "The transition to the execution configuration."),
    SL_BUILTIN("exec_group(*, toolchains: sequence = [], exec_compatible_with: sequence = [])",
               make_exec_group, "An execution group of a rule."),
    SL_BUILTIN("configuration_field(fragment: string, name: string)", make_late_bound,
               "A default value that comes from the configuration."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- config

static bool setting_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  (void)x;
  sl_text_append_string(out, "<build_setting>");
  return true;
}

const struct sl_type bz_build_setting_type = {
    .name = "BuildSetting", .flags = SL_TYPE_HASH_IDENTITY, .repr = setting_repr};

// `arguments`: whether it is a flag, and whether the flag may be given several times.
static sl_value make_setting(enum bz_attribute_type type, const sl_value *arguments) {
  struct bz_build_setting *setting = sl_allocate(sizeof *setting);
  bool is_plain = type == BZ_TYPE_BOOL || type == BZ_TYPE_INT;
  bool many = !is_plain && arguments[1] == SL_TRUE;
  *setting = (struct bz_build_setting){.type = &bz_build_setting_type,
                                       .value_type = type,
                                       .flag = arguments[0] == SL_TRUE,
                                       .allow_multiple = many && type == BZ_TYPE_STRING,
                                       .repeatable = many && type == BZ_TYPE_STRING_LIST};
  return (sl_value)(void *)setting;
}

static sl_value config_bool(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_setting(BZ_TYPE_BOOL, arguments);
}

static sl_value config_int(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_setting(BZ_TYPE_INT, arguments);
}

static sl_value config_string(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_setting(BZ_TYPE_STRING, arguments);
}

static sl_value config_string_list(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return make_setting(BZ_TYPE_STRING_LIST, arguments);
}

static struct sl_builtin config_methods[] = {
    SL_BUILTIN("bool(*, flag: bool = False)", config_bool, "A build setting that is a bool."),
    SL_BUILTIN("exec(exec_group = None)", make_exec_transition,
               "The transition to the execution configuration."),
    SL_BUILTIN("int(*, flag: bool = False)", config_int, "A build setting that is an int."),
    SL_BUILTIN("none()", make_identity_transition, "No configuration at all."),
    SL_BUILTIN("string(*, flag: bool = False, allow_multiple: bool = False)", config_string,
               "A build setting that is a string."),
    SL_BUILTIN("string_list(*, flag: bool = False, repeatable: bool = False)", config_string_list,
               "A build setting that is a list of strings."),
    SL_BUILTIN("string_set(*, flag: bool = False, repeatable: bool = False)", config_string_list,
               "A build setting that is a set of strings."),
    SL_BUILTIN("target()", make_identity_transition, "The configuration of the target itself."),
    SL_BUILTIN_END,
};

static const struct sl_type config_type = {.name = "config", .methods = config_methods};
static const struct sl_object config_module = {&config_type};

sl_value bz_config_module(void) { return (sl_value)(uintptr_t)&config_module; }
