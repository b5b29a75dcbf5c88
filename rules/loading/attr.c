// SPDX-License-Identifier: Apache-2.0
//
// Attr: the `attr` module. Each function checks its arguments and returns an Attribute, whose name comes from the dict that
// it is put in. Invariant: labels in defaults are resolved where attr.*() was called, in the .bzl file.
#include <string.h>

#include "rules/loading/state.h"

// The parameters that every function has, in this order before its own.
enum { DEFAULT, DOC, MANDATORY, CONFIGURABLE, OWN };
#define COMMON "*, doc = None, mandatory: bool = False, configurable = unbound"

static struct bz_attribute_value *attribute_of(sl_value x) {
  return (struct bz_attribute_value *)(void *)x;
}

static sl_value frozen_copy(sl_value list) {
  sl_value *items;
  size_t count;
  return sl_sequence_items(list, &items, &count) ? sl_list_frozen(items, count) : NULL;
}

// ---------------------------------------------------------------- what all have

static bool set_default(struct sl_thread *thread, struct bz_attribute *attribute, sl_value given) {
  if (!given || given == SL_NONE || bz_is_opaque(given)) return true;
  if (bz_is_late_bound(given)) {
    attribute->flags |= BZ_ATTRIBUTE_LATE_BOUND;
    return true;
  }
  if (sl_is_callable(given)) {
    attribute->flags |= BZ_ATTRIBUTE_COMPUTED;
    attribute->default_value = given;
    return true;
  }
  struct bz_source *source = bz_running_source(thread);
  if (!source) return sl_fail_false(thread, "attr functions may only be called by a .bzl file");
  attribute->default_value =
      bz_value_convert(thread, attribute->type, given, source->label->repository,
                       source->label->package, "parameter 'default'");
  return attribute->default_value != NULL;
}

static struct bz_attribute_value *new_attribute(struct sl_thread *thread,
                                                enum bz_attribute_type type, sl_value *arguments) {
  struct bz_attribute_value *value = sl_allocate(sizeof *value);
  value->type = &bz_attribute_value_type;
  value->attribute.type = type;
  if (sl_is_string(arguments[DOC]))
    value->attribute.doc = bz_text_copy(sl_string_bytes(arguments[DOC]));
  if (arguments[MANDATORY] == SL_TRUE) value->attribute.flags |= BZ_ATTRIBUTE_MANDATORY;
  if (arguments[CONFIGURABLE] == SL_FALSE) value->attribute.flags |= BZ_ATTRIBUTE_NOT_CONFIGURABLE;
  return set_default(thread, &value->attribute, arguments[DEFAULT]) ? value : NULL;
}

static sl_value make_plain(struct sl_thread *thread, enum bz_attribute_type type,
                           sl_value *arguments) {
  return (sl_value)(void *)new_attribute(thread, type, arguments);
}

// string and int: `values` comes first of their own parameters.
static sl_value make_with_values(struct sl_thread *thread, enum bz_attribute_type type,
                                 sl_value *arguments) {
  struct bz_attribute_value *value = new_attribute(thread, type, arguments);
  if (!value) return NULL;
  sl_value values = frozen_copy(arguments[OWN]);
  if (values && sl_list_length(values) > 0) value->attribute.values = values;
  return (sl_value)(void *)value;
}

// Lists and dicts: `allow_empty` does.
static sl_value make_collection(struct sl_thread *thread, enum bz_attribute_type type,
                                sl_value *arguments) {
  struct bz_attribute_value *value = new_attribute(thread, type, arguments);
  if (value && arguments[OWN] == SL_FALSE) value->attribute.flags |= BZ_ATTRIBUTE_NON_EMPTY;
  return (sl_value)(void *)value;
}

// ---------------------------------------------------------------- labels

// Own parameters of every function of labels.
enum {
  ALLOW_EMPTY = OWN,
  ALLOW_FILES,
  PROVIDERS,
  CFG,
  ASPECTS,
  ALLOW_RULES,
  FLAGS,
  SKIP_VALIDATIONS,
  FOR_RESOLUTION,
  LABEL_OWN
};
#define LABEL_COMMON                                                                          \
  COMMON                                                                                      \
  ", allow_empty: bool = True, allow_files = None, providers: sequence = [], cfg = None, "    \
  "aspects: sequence = [], allow_rules = None, flags: sequence = [], skip_validations: bool " \
  "= False, "                                                                                 \
  "for_dependency_resolution = unbound"

static bool set_file_types(struct sl_thread *thread, struct bz_attribute *attribute, sl_value given,
                           const char *what) {
  if (given == SL_NONE || given == SL_FALSE || bz_is_opaque(given)) return true;
  if (given == SL_TRUE) {
    attribute->flags |= BZ_ATTRIBUTE_ANY_FILE;
    return true;
  }
  attribute->file_types = frozen_copy(given);
  if (!attribute->file_types)
    return sl_fail_false(thread, "%s should be a boolean or a string list", what);
  for (size_t i = 0; i < sl_list_length(attribute->file_types); i++)
    if (!sl_is_string(sl_list_get(attribute->file_types, i)))
      return sl_fail_false(thread, "%s should be a boolean or a string list", what);
  return true;
}

// The elements of a sequence that are not opaque.
static sl_value without_opaque(sl_value list) {
  sl_value *items;
  size_t count, kept = 0;
  if (!sl_sequence_items(list, &items, &count)) return NULL;
  sl_value *copy = sl_allocate((count + 1) * sizeof *copy);
  for (size_t i = 0; i < count; i++)
    if (!bz_is_opaque(items[i])) copy[kept++] = items[i];
  return sl_list_frozen(copy, kept);
}

// A list of providers means one alternative; a list of lists several.
static sl_value normal_providers(sl_value given) {
  sl_value list = without_opaque(given);
  size_t count = list ? sl_list_length(list) : 0;
  if (count == 0) return NULL;
  sl_value first = sl_list_get(list, 0);
  if (!sl_is_list(first) && !sl_is_tuple(first)) return sl_list_frozen(&list, 1);
  sl_value *alternatives = sl_allocate(count * sizeof *alternatives);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    sl_value alternative = without_opaque(sl_list_get(list, i));
    if (alternative) alternatives[kept++] = alternative;
  }
  return sl_list_frozen(alternatives, kept);
}

static bool set_configuration(struct sl_thread *thread, struct bz_attribute *attribute,
                              sl_value given) {
  if (given == SL_NONE || bz_is_opaque(given)) return true;
  if (sl_is_string(given)) {
    if (sl_string_is(given, "target")) return true;
    if (!sl_string_is(given, "exec") && !sl_string_is(given, "host")) {
      return sl_fail_false(thread,
                           "cfg must be either 'target', 'exec' or a transition, but got '%s'",
                           sl_string_bytes(given));
    }
    attribute->flags |= BZ_ATTRIBUTE_EXEC;
    return true;
  }
  if (bz_transition_is_exec(given)) {
    attribute->flags |= BZ_ATTRIBUTE_EXEC;
  } else if (!bz_transition_is_identity(given)) {
    attribute->transition = given;
  }
  return true;
}

static struct bz_attribute_value *new_label(struct sl_thread *thread, enum bz_attribute_type type,
                                            sl_value *arguments) {
  struct bz_attribute_value *value = new_attribute(thread, type, arguments);
  if (!value) return NULL;
  struct bz_attribute *attribute = &value->attribute;
  if (arguments[ALLOW_EMPTY] == SL_FALSE) attribute->flags |= BZ_ATTRIBUTE_NON_EMPTY;
  if (!set_file_types(thread, attribute, arguments[ALLOW_FILES], "allow_files")) return NULL;
  if (!set_configuration(thread, attribute, arguments[CFG])) return NULL;
  attribute->providers = normal_providers(arguments[PROVIDERS]);
  attribute->aspects = without_opaque(arguments[ASPECTS]);
  if (attribute->aspects && sl_list_length(attribute->aspects) == 0) attribute->aspects = NULL;
  return value;
}

static sl_value attr_label(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_attribute_value *value = new_label(thread, BZ_TYPE_LABEL, arguments);
  if (!value) return NULL;
  sl_value single = arguments[LABEL_OWN], executable = arguments[LABEL_OWN + 1];
  if (single != SL_NONE) {
    if (arguments[ALLOW_FILES] != SL_NONE)
      return sl_fail(thread, "Cannot specify both allow_files and allow_single_file");
    if (!set_file_types(thread, &value->attribute, single, "allow_single_file")) return NULL;
    value->attribute.flags |= BZ_ATTRIBUTE_SINGLE_FILE;
  }
  if (executable == SL_TRUE) {
    if (arguments[CFG] == SL_NONE) {
      return sl_fail(thread,
                     "cfg parameter is mandatory when executable=True is provided. Please see "
                     "https://bazel.build/extending/rules#configurations for more details.");
    }
    value->attribute.flags |= BZ_ATTRIBUTE_EXECUTABLE;
  }
  return (sl_value)(void *)value;
}

static sl_value attr_label_list(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return (sl_value)(void *)new_label(thread, BZ_TYPE_LABEL_LIST, arguments);
}

static sl_value attr_label_keyed_string_dict(struct sl_thread *thread, sl_value self,
                                             sl_value *arguments) {
  (void)self;
  return (sl_value)(void *)new_label(thread, BZ_TYPE_LABEL_KEYED_STRING_DICT, arguments);
}

static sl_value attr_string_keyed_label_dict(struct sl_thread *thread, sl_value self,
                                             sl_value *arguments) {
  (void)self;
  return (sl_value)(void *)new_label(thread, BZ_TYPE_STRING_KEYED_LABEL_DICT, arguments);
}

static sl_value attr_label_list_dict(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return (sl_value)(void *)new_label(thread, BZ_TYPE_LABEL_LIST_DICT, arguments);
}

// ---------------------------------------------------------------- others

static sl_value attr_bool(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_plain(thread, BZ_TYPE_BOOL, arguments);
}

static sl_value attr_int(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_with_values(thread, BZ_TYPE_INT, arguments);
}

static sl_value attr_string(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_with_values(thread, BZ_TYPE_STRING, arguments);
}

static sl_value attr_int_list(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_collection(thread, BZ_TYPE_INT_LIST, arguments);
}

static sl_value attr_string_list(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_collection(thread, BZ_TYPE_STRING_LIST, arguments);
}

static sl_value attr_string_dict(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_collection(thread, BZ_TYPE_STRING_DICT, arguments);
}

static sl_value attr_string_list_dict(struct sl_thread *thread, sl_value self,
                                      sl_value *arguments) {
  (void)self;
  return make_collection(thread, BZ_TYPE_STRING_LIST_DICT, arguments);
}

// Outputs have no default and are never configurable.
static sl_value make_output(struct sl_thread *thread, enum bz_attribute_type type, sl_value doc,
                            sl_value mandatory) {
  sl_value arguments[OWN] = {
      [DEFAULT] = NULL, [DOC] = doc, [MANDATORY] = mandatory, [CONFIGURABLE] = SL_FALSE};
  return make_plain(thread, type, arguments);
}

static sl_value attr_output(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return make_output(thread, BZ_TYPE_OUTPUT, arguments[0], arguments[1]);
}

static sl_value attr_output_list(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value value = make_output(thread, BZ_TYPE_OUTPUT_LIST, arguments[0], arguments[1]);
  if (value && arguments[2] == SL_FALSE)
    attribute_of(value)->attribute.flags |= BZ_ATTRIBUTE_NON_EMPTY;
  return value;
}

static struct sl_builtin attr_methods[] = {
    SL_BUILTIN("bool(default = False, " COMMON ")", attr_bool,
               "An attribute that is True or False."),
    SL_BUILTIN("int(default = 0, " COMMON ", values: sequence = [])", attr_int,
               "An attribute that is a 32-bit int."),
    SL_BUILTIN("int_list(default = [], " COMMON ", allow_empty: bool = True)", attr_int_list,
               "A list of 32-bit ints."),
    SL_BUILTIN("label(default = None, " LABEL_COMMON
               ", allow_single_file = None, executable: bool = False)",
               attr_label, "A label: a dependency."),
    SL_BUILTIN("label_keyed_string_dict(default = {}, " LABEL_COMMON ")",
               attr_label_keyed_string_dict,
               "A dict from labels to strings; the labels are dependencies."),
    SL_BUILTIN("label_list(default = [], " LABEL_COMMON ")", attr_label_list,
               "A list of labels: dependencies."),
    SL_BUILTIN("label_list_dict(default = {}, " LABEL_COMMON ")", attr_label_list_dict,
               "A dict from strings to lists of labels; the labels are dependencies."),
    SL_BUILTIN("output(*, doc = None, mandatory: bool = False)", attr_output,
               "The label of a predeclared output."),
    SL_BUILTIN("output_list(*, doc = None, mandatory: bool = False, allow_empty: bool = True)",
               attr_output_list, "The labels of predeclared outputs."),
    SL_BUILTIN("string(default = \"\", " COMMON ", values: sequence = [])", attr_string,
               "A string."),
    SL_BUILTIN("string_dict(default = {}, " COMMON ", allow_empty: bool = True)", attr_string_dict,
               "A dict from strings to strings."),
    SL_BUILTIN("string_keyed_label_dict(default = {}, " LABEL_COMMON ")",
               attr_string_keyed_label_dict,
               "A dict from strings to labels; the labels are dependencies."),
    SL_BUILTIN("string_list(default = [], " COMMON ", allow_empty: bool = True)", attr_string_list,
               "A list of strings."),
    SL_BUILTIN("string_list_dict(default = {}, " COMMON ", allow_empty: bool = True)",
               attr_string_list_dict, "A dict from strings to lists of strings."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- types

// The name of attr's function that makes a type.
static const char *const function_names[] = {
    [BZ_TYPE_BOOL] = "bool",
    [BZ_TYPE_INT] = "int",
    [BZ_TYPE_INT_LIST] = "int_list",
    [BZ_TYPE_STRING] = "string",
    [BZ_TYPE_STRING_LIST] = "string_list",
    [BZ_TYPE_STRING_DICT] = "string_dict",
    [BZ_TYPE_STRING_LIST_DICT] = "string_list_dict",
    [BZ_TYPE_LABEL] = "label",
    [BZ_TYPE_LABEL_LIST] = "label_list",
    [BZ_TYPE_LABEL_KEYED_STRING_DICT] = "label_keyed_string_dict",
    [BZ_TYPE_STRING_KEYED_LABEL_DICT] = "string_keyed_label_dict",
    [BZ_TYPE_LABEL_LIST_DICT] = "label_list_dict",
    [BZ_TYPE_OUTPUT] = "output",
    [BZ_TYPE_OUTPUT_LIST] = "output_list",
};

static bool attribute_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_format(out, "<attr.%s>", function_names[attribute_of(x)->attribute.type]);
  return true;
}

const struct sl_type bz_attribute_value_type = {
    .name = "Attribute", .flags = SL_TYPE_HASH_IDENTITY, .repr = attribute_repr};

static const struct sl_type attr_type = {.name = "attr", .methods = attr_methods};
static const struct sl_object attr_module = {&attr_type};

sl_value bz_attr_module(void) { return (sl_value)(uintptr_t)&attr_module; }

// ---------------------------------------------------------------- dicts of attributes

sl_value bz_attributes_check(struct sl_thread *thread, sl_value given) {
  sl_value checked = sl_dict(thread, 0);
  if (bz_is_opaque(given)) return checked;
  if (!sl_is_dict(given))
    return sl_fail(thread, "got %s for 'attrs', want dict", sl_type_name(given));
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(given, &cursor, &key, &value)) {
    if (!sl_is_string(key))
      return sl_fail(thread, "got dict<%s, Attribute> for 'attrs', want dict<string, Attribute>",
                     sl_type_name(key));
    const char *name = sl_string_bytes(key);
    if (!bz_name_is_identifier(name))
      return sl_fail(thread, "attribute name `%s` is not a valid identifier.", name);
    if (bz_is_opaque(value)) continue;
    if (value != SL_NONE && !sl_has_type(value, &bz_attribute_value_type))
      return sl_fail(thread, "got dict<string, %s> for 'attrs', want dict<string, Attribute>",
                     sl_type_name(value));
    if (value != SL_NONE && (attribute_of(value)->attribute.flags & BZ_ATTRIBUTE_COMPUTED) &&
        *name != '_')
      return sl_fail(thread,
                     "When an attribute value is a function, the attribute must be private (i.e. "
                     "start with '_'). Found '%s'",
                     name);
    if (!sl_dict_set(thread, checked, key, value)) return NULL;
  }
  return checked;
}
