// SPDX-License-Identifier: Apache-2.0
//
// Aspect: aspect(), what it returns, and the aspects that the command line names. An aspect has its name from the global that
// it is first exported as, in the file where that is.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- aspect()

static bool check_attribute(struct sl_thread *thread, const struct bz_attribute *attribute) {
  enum bz_attribute_type type = attribute->type;
  if (!bz_aspect_is_parameter(attribute) || type == BZ_TYPE_STRING || type == BZ_TYPE_INT ||
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
    attribute->name = bz_text_copy(sl_string_bytes(name));
    if (!check_attribute(thread, attribute)) return false;
    sl_value position = sl_int((int64_t)aspect->attribute_count++);
    if (!sl_dict_set(thread, aspect->attribute_index, name, position)) return false;
  }
  return true;
}

sl_value bz_aspect_list(struct sl_thread *thread, sl_value given, const char *what) {
  sl_value *items;
  size_t count, kept = 0;
  if (!bz_value_items(thread, given, &items, &count)) return NULL;
  sl_value *aspects = sl_allocate((count + 1) * sizeof *aspects);
  for (size_t i = 0; i < count; i++) {
    if (bz_is_aspect(items[i])) {
      aspects[kept++] = items[i];
    } else if (!bz_value_is_unknown(items[i])) {
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

// The types of toolchains_aspects, as the file that calls aspect() reads them.
static sl_value toolchain_labels(struct sl_thread *thread, sl_value given) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, given, &items, &count)) return NULL;
  sl_value *labels = sl_allocate((count + 1) * sizeof *labels);
  for (size_t i = 0; i < count; i++) {
    struct bz_label *label = bz_toolchain_type_label(thread, items[i], bz_running_bzl(thread));
    if (!label) return NULL;
    labels[i] = bz_label_value(label);
  }
  return sl_tuple(labels, count);
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
  TO_GENERATING_RULES,
  FRAGMENTS,
  HOST_FRAGMENTS,
  DOC,
  TOOLCHAINS_ASPECTS
};

sl_value bz_aspect_make(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct bz_aspect *aspect = sl_new(thread, &bz_aspect_type, sizeof *aspect);
  aspect->implementation = arguments[IMPLEMENTATION];
  aspect->defined_in = bz_running_bzl(thread);
  aspect->attr_aspects = sl_to_tuple(thread, arguments[ATTR_ASPECTS]);
  if (!aspect->attr_aspects) return NULL;
  aspect->every_attribute = bz_value_contains_text(aspect->attr_aspects, "*");
  aspect->to_generating_rules = sl_truth(arguments[TO_GENERATING_RULES]);
  aspect->toolchains = arguments[TOOLCHAINS];
  aspect->toolchains_aspects = toolchain_labels(thread, arguments[TOOLCHAINS_ASPECTS]);
  if (!aspect->toolchains_aspects) return NULL;
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
// ---------------------------------------------------------------- names

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

const struct bz_attribute *bz_aspect_attributes(sl_value aspect, size_t *count) {
  if (!bz_is_aspect(aspect)) return NULL;
  *count = bz_aspect_of(aspect)->attribute_count;
  return bz_aspect_of(aspect)->attributes;
}

sl_value bz_aspect_load(struct sl_thread *thread, struct bz_analysis *analysis, const char *name) {
  const char *percent = strrchr(name, '%');
  if (!percent) return sl_fail(thread, "Aspect '%s' is unknown", name);
  return load_named(thread, analysis, name, percent);
}
