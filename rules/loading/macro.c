// SPDX-License-Identifier: Apache-2.0
//
// Macro: symbolic macros. Invariant: a macro's implementation sees converted, immutable values only, and while it runs the
// package knows the innermost instance, which rules take their visibility and generator from.
#include <stdlib.h>
#include <string.h>

#include "common/spell.h"
#include "rules/loading/state.h"

struct bz_macro {
  const struct sl_type *type;
  const char *name;       // NULL until exported
  struct bz_label *file;  // the .bzl file that defines it
  sl_value implementation;
  bool finalizer;
  struct bz_attribute *attributes;  // name and visibility are not among them
  size_t attribute_count;
};

static const struct sl_type macro_type;

static struct bz_macro *macro_of(sl_value x) { return (struct bz_macro *)(void *)x; }

struct bz_label *bz_macro_location(const struct bz_macro_instance *instance) {
  return instance->macro->file;
}

bool bz_macro_is_finalizer(const struct bz_macro_instance *instance) {
  return instance->macro->finalizer;
}

bool bz_macro_export(sl_value value, struct bz_label *file, const char *name) {
  if (!sl_has_type(value, &macro_type)) return false;
  if (!macro_of(value)->name) {
    macro_of(value)->name = bz_text_copy(name);
    macro_of(value)->file = file;
  }
  return true;
}

// ---------------------------------------------------------------- macro()

static struct bz_attribute *find_attribute(const struct bz_macro *macro, const char *name) {
  for (size_t i = 0; i < macro->attribute_count; i++)
    if (strcmp(macro->attributes[i].name, name) == 0) return &macro->attributes[i];
  return NULL;
}

static void add_attribute(struct bz_macro *macro, const struct bz_attribute *attribute) {
  struct bz_attribute *same = find_attribute(macro, attribute->name);
  if (!same) {
    macro->attributes =
        sl_reallocate(macro->attributes, (macro->attribute_count + 1) * sizeof *macro->attributes);
    same = &macro->attributes[macro->attribute_count++];
  }
  *same = *attribute;
}

static void remove_attribute(struct bz_macro *macro, const char *name) {
  struct bz_attribute *attribute = find_attribute(macro, name);
  if (attribute) *attribute = macro->attributes[--macro->attribute_count];
}

// An inherited attribute that need not be given is None when it is not.
static void inherit(struct bz_macro *macro, const struct bz_attribute *attributes, size_t count) {
  static const char *const hidden[] = {"name",           "visibility",         "transitive_configs",
                                       "generator_name", "generator_function", "generator_location",
                                       "licenses"};
  for (size_t i = 0; i < count; i++) {
    struct bz_attribute attribute = attributes[i];
    bool skip = *attribute.name == '_' || *attribute.name == '$';
    for (size_t j = 0; !skip && j < sizeof hidden / sizeof *hidden; j++)
      skip = strcmp(attribute.name, hidden[j]) == 0;
    if (skip) continue;
    attribute.default_value = NULL;
    add_attribute(macro, &attribute);
  }
}

static bool inherit_from(struct sl_thread *thread, struct bz_macro *macro, sl_value from) {
  if (from == SL_NONE || bz_is_opaque(from)) return true;
  if (bz_is_rule_class(from)) {
    inherit(macro, bz_rule_class_of(from)->attributes, bz_rule_class_of(from)->attribute_count);
  } else if (sl_has_type(from, &macro_type)) {
    inherit(macro, macro_of(from)->attributes, macro_of(from)->attribute_count);
  } else if (sl_string_is(from, "common")) {
    const struct bz_rule_class *common = bz_rule_class_new(BZ_BASE_STARLARK, 0);
    inherit(macro, common->attributes, common->attribute_count);
  } else {
    return sl_fail_false(thread,
                         "Invalid 'inherit_attrs' value; expected a rule, a macro, or \"common\"");
  }
  return true;
}

static bool add_own(struct sl_thread *thread, struct bz_macro *macro, sl_value attributes) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(attributes, &cursor, &key, &value)) {
    const char *name = sl_string_bytes(key);
    if (strcmp(name, "name") == 0 || strcmp(name, "visibility") == 0)
      return sl_fail_false(thread, "Cannot declare a macro attribute named \"%s\"", name);
    if (value == SL_NONE) {
      remove_attribute(macro, name);
      continue;
    }
    struct bz_attribute attribute = ((struct bz_attribute_value *)(void *)value)->attribute;
    attribute.name = bz_text_copy(name);
    if (attribute.flags & (BZ_ATTRIBUTE_COMPUTED | BZ_ATTRIBUTE_LATE_BOUND))
      attribute.default_value = NULL;
    else if (!attribute.default_value)
      attribute.default_value = bz_type_empty(thread, attribute.type);
    add_attribute(macro, &attribute);
  }
  return true;
}

enum { IMPLEMENTATION, ATTRS, INHERIT_ATTRS, FINALIZER };

static sl_value make_macro(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  if (!bz_running_bzl(thread))
    return sl_fail(thread, "macro() can only be used while evaluating a .bzl file");
  sl_value attributes = bz_attributes_check(thread, arguments[ATTRS]);
  if (!attributes) return NULL;
  struct bz_macro *macro = sl_allocate(sizeof *macro);
  macro->type = &macro_type;
  macro->implementation = arguments[IMPLEMENTATION];
  macro->finalizer = arguments[FINALIZER] == SL_TRUE;
  if (!inherit_from(thread, macro, arguments[INHERIT_ATTRS]) || !add_own(thread, macro, attributes))
    return NULL;
  return (sl_value)(void *)macro;
}

struct sl_builtin bz_macro_builtin[] = {
    SL_BUILTIN("macro(*, implementation: callable, attrs = {}, inherit_attrs = None, finalizer: "
               "bool = False, doc = None)",
               make_macro,
               "Defines a symbolic macro, which can be called from a BUILD file or a macro to make "
               "targets."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- arguments

// The call of a macro while its arguments are made.
struct call {
  struct sl_thread *thread;
  struct bz_package *package;
  const struct bz_macro *macro;
  sl_value given;     // dict of the keyword arguments
  sl_value keywords;  // dict of what the implementation gets
  struct bz_conversion conversion;
};

static bool check_known(struct call *call, const char *name) {
  const struct bz_macro *macro = call->macro;
  if (strcmp(name, "name") == 0 || strcmp(name, "visibility") == 0) return true;
  if (*name == '_')
    return sl_fail_false(call->thread, "cannot set value of implicit attribute '%s'", name);
  if (find_attribute(macro, name)) return true;
  struct sl_spell spell;
  sl_spell_begin(&spell, name, strlen(name));
  for (size_t i = 0; i < macro->attribute_count; i++)
    sl_spell_offer(&spell, macro->attributes[i].name, strlen(macro->attributes[i].name));
  if (spell.best)
    return sl_fail_false(call->thread, "no such attribute '%s' in '%s' macro (did you mean '%s'?)",
                         name, macro->name, spell.best);
  return sl_fail_false(call->thread, "no such attribute '%s' in '%s' macro", name, macro->name);
}

static bool is_given(sl_value value) { return value && value != SL_NONE && !bz_is_opaque(value); }

// A configurable value is always a select to the implementation.
static sl_value argument_of(struct call *call, const struct bz_attribute *attribute) {
  sl_value given =
      *attribute->name == '_' ? NULL : sl_dict_get_string(call->given, attribute->name);
  sl_value value = attribute->default_value;
  if (is_given(given)) {
    call->conversion.attribute = attribute->name;
    if (bz_is_select(given) && (attribute->flags & BZ_ATTRIBUTE_NOT_CONFIGURABLE))
      return sl_fail(call->thread, "attribute \"%s\" is not configurable", attribute->name);
    value = bz_convert(&call->conversion, attribute->type, given);
    if (!value) return NULL;
  } else if (attribute->flags & BZ_ATTRIBUTE_MANDATORY) {
    return sl_fail(call->thread, "missing value for mandatory attribute '%s' in '%s' macro",
                   attribute->name, call->macro->name);
  }
  if (!value) return SL_NONE;
  bool wrapped = !(attribute->flags & BZ_ATTRIBUTE_NOT_CONFIGURABLE) &&
                 attribute->type != BZ_TYPE_OUTPUT && attribute->type != BZ_TYPE_OUTPUT_LIST &&
                 !bz_is_select(value);
  return wrapped ? bz_select_trivial(call->package->repository->workspace, value) : value;
}

// What the caller said, or may do anyway; its own place always may.
static sl_value visibility_of(struct call *call) {
  const struct bz_macro_instance *outer = call->package->state->macro;
  sl_value given = sl_dict_get_string(call->given, "visibility");
  sl_value visibility = NULL;
  if (is_given(given)) {
    call->conversion.attribute = "visibility";
    visibility = bz_visibility_convert(&call->conversion, given);
    if (!visibility) return NULL;
  } else if (!outer) {
    visibility = call->package->default_visibility;
  }
  if (!visibility) visibility = sl_list_frozen(NULL, 0);
  return bz_visibility_with(visibility,
                            outer ? bz_macro_location(outer) : call->package->state->source.label);
}

static bool bind(struct call *call, struct bz_macro_instance *instance) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(call->given, &cursor, &key, &value))
    if (!check_known(call, sl_string_bytes(key))) return false;
  sl_value name = sl_dict_get_string(call->given, "name");
  if (!is_given(name))
    return sl_fail_false(call->thread, "missing value for mandatory attribute 'name' in '%s' macro",
                         call->macro->name);
  if (!sl_is_string(name))
    return sl_fail_false(call->thread, "%s 'name' attribute must be a string", call->macro->name);
  instance->name = bz_text_copy(sl_string_bytes(name));
  instance->visibility = visibility_of(call);
  call->keywords = sl_dict(call->thread, call->macro->attribute_count + 2);
  if (!instance->visibility || !sl_dict_set_string(call->thread, call->keywords, "name", name) ||
      !sl_dict_set_string(call->thread, call->keywords, "visibility", instance->visibility))
    return false;
  for (size_t i = 0; i < call->macro->attribute_count; i++) {
    const struct bz_attribute *attribute = &call->macro->attributes[i];
    sl_value argument = argument_of(call, attribute);
    if (!argument || !sl_dict_set_string(call->thread, call->keywords, attribute->name, argument))
      return false;
  }
  sl_freeze(call->keywords);
  instance->keywords = call->keywords;
  return true;
}

// ---------------------------------------------------------------- running

static bool run(struct sl_thread *thread, struct bz_package *package,
                struct bz_macro_instance *instance) {
  size_t count = sl_dict_length(instance->keywords), n = 0, cursor = 0;
  const char **names = sl_allocate((count + 1) * sizeof *names);
  sl_value *values = sl_allocate((count + 1) * sizeof *values);
  sl_value key, value;
  while (sl_dict_next(instance->keywords, &cursor, &key, &value)) {
    names[n] = sl_string_bytes(key);
    values[n++] = value;
  }
  struct bz_macro_instance *before = package->state->macro;
  package->state->macro = instance;
  sl_value result = sl_call(thread, instance->macro->implementation, values, 0, names, n);
  package->state->macro = before;
  if (!result) return false;
  if (result == SL_NONE) return true;
  struct sl_text text = {0};
  if (sl_repr(thread, result, &text))
    sl_fail(thread, "macro '%s' may not return a non-None value (got %s)", instance->name,
            sl_text_string(&text));
  sl_text_free(&text);
  return false;
}

static void enqueue(struct bz_package_state *state, struct bz_macro_instance *instance) {
  if (state->finalizer_count == state->finalizer_capacity) {
    state->finalizer_capacity = 2 * state->finalizer_capacity + 4;
    state->finalizers = sl_reallocate(
        state->finalizers, state->finalizer_capacity * sizeof(struct bz_macro_instance *));
  }
  state->finalizers[state->finalizer_count++] = instance;
}

bool bz_macros_finalize(struct sl_thread *thread, struct bz_package *package) {
  struct bz_package_state *state = package->state;
  state->snapshot_targets = package->target_count;
  state->snapshot_rules = package->rule_count;
  bool good = true;
  // The queue grows while it is run.
  for (size_t i = 0; good && i < state->finalizer_count; i++) {
    state->finalizer = state->finalizers[i];
    good = run(thread, package, state->finalizers[i]);
  }
  state->finalizer = NULL;
  return good;
}

static bool check_call(struct sl_thread *thread, const struct bz_package *package,
                       const struct bz_macro *macro) {
  const struct bz_macro_instance *outer = package->state->macro;
  for (; outer; outer = outer->outer) {
    if (macro->finalizer && !outer->macro->finalizer) {
      return sl_fail_false(thread,
                           "Cannot instantiate a rule finalizer within a non-finalizer symbolic "
                           "macro. Rule finalizers may only "
                           "be instantiated while evaluating a BUILD file, a legacy macro called "
                           "from a BUILD file, or another "
                           "rule finalizer.");
    }
    if (outer->macro == macro)
      return sl_fail_false(thread, "macro '%s' is a direct or indirect recursive call of '%s'",
                           macro->name, outer->name);
  }
  return true;
}

static sl_value macro_call(struct sl_thread *thread, sl_value x, sl_value *arguments, size_t count,
                           sl_value keywords) {
  (void)arguments;
  struct bz_macro *macro = macro_of(x);
  if (!macro->name) {
    return sl_fail(thread,
                   "Cannot instantiate a macro that has not been exported (assign it to a global "
                   "variable in the .bzl where it's "
                   "defined)");
  }
  if (count > 0) return sl_fail(thread, "unexpected positional arguments");
  struct bz_package *package =
      bz_package_running(thread, macro->name, BZ_IN_BUILD | BZ_IN_MACRO | BZ_IN_FINALIZER);
  if (!package || !check_call(thread, package, macro)) return NULL;
  struct bz_macro_instance *instance = sl_allocate(sizeof *instance);
  instance->macro = macro;
  instance->outer = package->state->macro;
  instance->stack = bz_package_stack(thread, package, &instance->stack_count);
  struct call call = {.thread = thread,
                      .package = package,
                      .macro = macro,
                      .given = keywords ? keywords : sl_dict(thread, 0)};
  call.conversion = (struct bz_conversion){.thread = thread,
                                           .repository = package->repository,
                                           .package = package->name,
                                           .rule_class = macro->name,
                                           .kind = "macro"};
  if (!bind(&call, instance)) return NULL;
  if (!macro->finalizer) return run(thread, package, instance) ? SL_NONE : NULL;
  enqueue(package->state, instance);
  return SL_NONE;
}

static bool macro_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct bz_macro *macro = macro_of(x);
  sl_text_append_string(out, "<macro");
  if (macro->name) sl_text_format(out, " %s", macro->name);
  sl_text_append_char(out, '>');
  return true;
}

static const char *macro_name(sl_value x) {
  return macro_of(x)->name ? macro_of(x)->name : "macro";
}

static const struct sl_type macro_type = {
    .name = "macro",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = macro_repr,
    .call = macro_call,
    .callable_name = macro_name,
};
