// SPDX-License-Identifier: Apache-2.0
//
// Instantiate: one call of a rule becomes a target with its outputs. Invariant: errors in names and conflicts end the
// evaluation; errors in attributes are reported, mark the package, and leave the attribute unset.
#include <stdlib.h>
#include <string.h>

#include "common/spell.h"
#include "rules/loading/state.h"

// A rule being made.
struct instance {
  struct sl_thread *thread;
  struct bz_package *package;
  struct bz_rule_class *rule_class;
  struct bz_target *target;
  struct bz_conversion conversion;
};

// ---------------------------------------------------------------- the call stack

// Calls between the BUILD file and the running native, the file's own included.
static size_t call_count(struct sl_thread *thread, const struct bz_package *package) {
  size_t depth = sl_thread_depth(thread);
  return depth > package->state->base_depth ? depth - package->state->base_depth : 0;
}

bool bz_package_position(struct sl_thread *thread, const struct bz_package *package,
                         struct sl_position *position) {
  struct sl_frame frame;
  size_t count = call_count(thread, package);
  *position = (struct sl_position){1, 1};
  if (package->state->finalizer) {
    *position = package->state->finalizer->stack[0].position;
    return true;
  }
  if (count == 0 || !sl_thread_frame(thread, count - 1, &frame)) return false;
  *position = frame.position;
  return true;
}

// The calls on the way to the running native, outermost first, after those of a finalizer's own call.
struct bz_call_site *bz_package_stack(struct sl_thread *thread, const struct bz_package *package,
                                      uint32_t *stack_count) {
  const struct bz_macro_instance *finalizer = package->state->finalizer;
  size_t before = finalizer ? finalizer->stack_count : 0;
  size_t count = call_count(thread, package);
  struct bz_call_site *stack = sl_allocate((before + count + 1) * sizeof *stack);
  if (before) memcpy(stack, finalizer->stack, before * sizeof *stack);
  *stack_count = (uint32_t)before;
  for (size_t i = count; i-- > 0;) {
    struct sl_frame frame;
    if (!sl_thread_frame(thread, i, &frame) || !frame.module) continue;
    stack[(*stack_count)++] = (struct bz_call_site){frame.file, frame.position, frame.function};
  }
  return stack;
}

// ---------------------------------------------------------------- errors

static void report(struct instance *instance, const char *message) {
  bz_package_error(instance->thread, instance->package, "%s: %s",
                   bz_label_text(instance->target->label), message);
}

static void report_pending(struct instance *instance) {
  report(instance, sl_error_message(instance->thread));
  sl_error_clear(instance->thread);
}

// ---------------------------------------------------------------- attributes

static void suggest_attribute(const struct bz_rule_class *rule_class, const char *name,
                              struct sl_text *text) {
  struct sl_spell spell;
  sl_spell_begin(&spell, name, strlen(name));
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    const char *known = rule_class->attributes[i].name;
    if (*known != '_' && *known != '$') sl_spell_offer(&spell, known, strlen(known));
  }
  if (spell.best) sl_text_format(text, " (did you mean '%s'?)", spell.best);
}

static void report_unknown(struct instance *instance, const char *name) {
  struct sl_text text = {0};
  sl_text_format(&text, "no such attribute '%s' in '%s' rule", name, instance->rule_class->name);
  suggest_attribute(instance->rule_class, name, &text);
  report(instance, sl_text_string(&text));
  sl_text_free(&text);
}

// Other names of an attribute, and names that are accepted without effect.
static const char *canonical_attribute(const char *name) {
  if (strcmp(name, "applicable_licenses") == 0) return "package_metadata";
  return strcmp(name, "distribs") == 0 ? "licenses" : name;
}

static sl_value convert_attribute(struct instance *instance, const struct bz_attribute *attribute,
                                  sl_value given) {
  struct bz_conversion *conversion = &instance->conversion;
  conversion->attribute = attribute->name;
  if (bz_is_select(given) && (attribute->flags & BZ_ATTRIBUTE_NOT_CONFIGURABLE))
    return sl_fail(instance->thread, "attribute \"%s\" is not configurable", attribute->name);
  given = bz_select_unwrap(given);
  sl_value stored = strcmp(attribute->name, "visibility") == 0
                        ? bz_visibility_convert(conversion, given)
                        : bz_convert(conversion, attribute->type, given);
  if (stored && (attribute->flags & BZ_ATTRIBUTE_ORDER_INDEPENDENT) && sl_is_list(stored))
    return bz_value_sorted(stored);
  return stored;
}

// An attribute of an opaque rule is dropped when it is not what its name suggests.
static void set_attribute(struct instance *instance, const char *name, sl_value given) {
  const struct bz_rule_class *rule_class = instance->rule_class;
  bool lenient = instance->conversion.lenient;
  int32_t index = *name == '_' || *name == '$' ? -1 : bz_rule_class_attribute(rule_class, name);
  if (index < 0) index = bz_rule_class_attribute(rule_class, canonical_attribute(name));
  if (index < 0 || *name == '_' || *name == '$') {
    if (!lenient) report_unknown(instance, name);
    return;
  }
  if (rule_class->attributes[index].type == BZ_TYPE_LICENSE) return;  // without effect
  sl_value stored = convert_attribute(instance, &rule_class->attributes[index], given);
  if (stored) {
    instance->target->values[index] = stored;
  } else if (lenient) {
    sl_error_clear(instance->thread);
  } else {
    report_pending(instance);
  }
}

static void set_attributes(struct instance *instance, sl_value keywords) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(keywords, &cursor, &key, &value)) {
    const char *name = sl_string_bytes(key);
    if (value == SL_NONE || bz_is_opaque(value) || strcmp(name, "name") == 0) continue;
    set_attribute(instance, name, value);
  }
}

// What a macro, legacy or symbolic, says about the rules it makes.
static void set_generator(struct instance *instance) {
  const struct bz_target *target = instance->target;
  const struct bz_macro_instance *macro = instance->package->state->macro;
  if (target->stack_count < 2) return;
  const struct bz_call_site *call = &target->stack[0];
  sl_value name = NULL;
  if (macro) {
    while (macro->outer) macro = macro->outer;
    name = sl_string_from(macro->name);
  } else {
    name = bz_package_literal_name(instance->package, call->position);
  }
  const struct bz_rule_class *rule_class = instance->rule_class;
  sl_value *values = target->values;
  values[bz_rule_class_attribute(rule_class, "generator_name")] = name ? name : values[0];
  values[bz_rule_class_attribute(rule_class, "generator_function")] =
      sl_string_from(target->stack[1].function);
  values[bz_rule_class_attribute(rule_class, "generator_location")] =
      sl_string_from(bz_position_text(instance->package->state->source.relative, call->position));
}

// ---------------------------------------------------------------- computed defaults

// Calls the function with the values of the attributes that its parameters name. SL_NONE when one of them depends on the
// configuration: then the default is computed by analysis.
static sl_value call_computed(struct instance *instance, const struct bz_attribute *attribute) {
  sl_value values[32];
  const char *names[32], *name;
  size_t count = 0;
  for (; (name = sl_function_parameter(attribute->default_value, count)); count++) {
    int32_t index = bz_rule_class_attribute(instance->rule_class, name);
    if (index < 0 || count == sizeof names / sizeof *names) {
      return sl_fail(instance->thread,
                     "the default of '%s' is computed from '%s', which is no attribute of '%s'",
                     attribute->name, name, instance->rule_class->name);
    }
    sl_value value = bz_target_value(instance->target, (size_t)index);
    if (value && bz_is_select(value)) return SL_NONE;
    names[count] = name;
    values[count] = value ? value : SL_NONE;
  }
  return sl_call(instance->thread, attribute->default_value, values, 0, names, count);
}

static void compute_defaults(struct instance *instance) {
  const struct bz_rule_class *rule_class = instance->rule_class;
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    const struct bz_attribute *attribute = &rule_class->attributes[i];
    if (!(attribute->flags & BZ_ATTRIBUTE_COMPUTED) || *attribute->name != '_') continue;
    instance->conversion.attribute = attribute->name;
    sl_value value = call_computed(instance, attribute);
    if (value && value != SL_NONE)
      value = bz_convert(&instance->conversion, attribute->type, value);
    if (value && value != SL_NONE) instance->target->values[i] = value;
    if (!value) report_pending(instance);
  }
}

// ---------------------------------------------------------------- checks

// One that was given, but could not be converted, has its error already.
static void check_mandatory(struct instance *instance, sl_value keywords) {
  const struct bz_rule_class *rule_class = instance->rule_class;
  if (rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE) return;
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    const struct bz_attribute *attribute = &rule_class->attributes[i];
    if (!(attribute->flags & BZ_ATTRIBUTE_MANDATORY) || instance->target->values[i]) continue;
    sl_value given = sl_dict_get_string(keywords, attribute->name);
    if (given && given != SL_NONE) continue;
    struct sl_text text = {0};
    sl_text_format(&text, "missing value for mandatory attribute '%s' in '%s' rule",
                   attribute->name, rule_class->name);
    report(instance, sl_text_string(&text));
    sl_text_free(&text);
  }
}

static void show_plainly(struct sl_thread *thread, sl_value value, struct sl_text *text) {
  if (!sl_str(thread, value, text)) sl_error_clear(thread);
}

static void check_value(struct instance *instance, const struct bz_attribute *attribute,
                        sl_value value) {
  if (value == SL_NONE) return;
  size_t count = sl_list_length(attribute->values);
  for (size_t i = 0; i < count; i++)
    if (sl_equal(instance->thread, sl_list_get(attribute->values, i), value) > 0) return;
  struct sl_text text = {0};
  sl_text_format(&text, "invalid value in '%s' attribute: has to be one of ", attribute->name);
  for (size_t i = 0; i < count; i++) {
    if (i) sl_text_append_string(&text, i + 1 == count ? " or " : ", ");
    sl_text_append_char(&text, '\'');
    show_plainly(instance->thread, sl_list_get(attribute->values, i), &text);
    sl_text_append_char(&text, '\'');
  }
  sl_text_append_string(&text, " instead of '");
  show_plainly(instance->thread, value, &text);
  sl_text_append_char(&text, '\'');
  report(instance, sl_text_string(&text));
  sl_text_free(&text);
}

static void check_allowed(struct instance *instance, const struct bz_attribute *attribute,
                          sl_value stored) {
  if (!bz_is_select(stored)) {
    check_value(instance, attribute, stored);
    return;
  }
  const struct bz_select *select = bz_select_of(stored);
  for (size_t i = 0; i < select->part_count; i++)
    for (size_t j = 0; j < select->parts[i].count; j++)
      check_value(instance, attribute, select->parts[i].values[j]);
}

// A label that is twice in a list, or NULL.
static struct bz_label *find_duplicate(struct sl_thread *thread, sl_value list) {
  size_t count = sl_list_length(list);
  sl_value *items = sl_list_items(list);
  if (count <= 16) {
    for (size_t i = 1; i < count; i++)
      for (size_t j = 0; j < i; j++)
        if (items[i] == items[j]) return bz_label_of(items[i]);
    return NULL;
  }
  sl_value seen = sl_set(thread, count);
  for (size_t i = 0; i < count; i++) {
    if (sl_set_contains(thread, seen, items[i]) > 0) return bz_label_of(items[i]);
    if (!sl_set_add(thread, seen, items[i])) return NULL;
  }
  return NULL;
}

static void check_duplicates(struct instance *instance, const struct bz_attribute *attribute,
                             sl_value list) {
  if (!sl_is_list(list)) return;
  struct bz_label *label = find_duplicate(instance->thread, list);
  if (!label) return;
  bz_package_error(instance->thread, instance->package,
                   "Label '%s' is duplicated in the '%s' attribute of rule '%s'",
                   bz_label_text(label), attribute->name, instance->target->label->name);
}

static void check_labels(struct instance *instance, const struct bz_attribute *attribute,
                         sl_value stored) {
  if (!bz_is_select(stored)) {
    check_duplicates(instance, attribute, stored);
    return;
  }
  const struct bz_select *select = bz_select_of(stored);
  for (size_t i = 0; i < select->part_count; i++) {
    const struct bz_selector *part = &select->parts[i];
    if (part->plain) check_duplicates(instance, attribute, part->plain);
    for (size_t j = 0; j < part->count; j++) check_duplicates(instance, attribute, part->values[j]);
  }
}

static void check_values(struct instance *instance) {
  const struct bz_rule_class *rule_class = instance->rule_class;
  for (size_t i = 1; i < rule_class->attribute_count; i++) {
    const struct bz_attribute *attribute = &rule_class->attributes[i];
    sl_value stored = instance->target->values[i];
    if (!stored) continue;
    if (attribute->values) check_allowed(instance, attribute, stored);
    if (attribute->type == BZ_TYPE_LABEL_LIST) check_labels(instance, attribute, stored);
  }
}

// ---------------------------------------------------------------- outputs

static void add_output(struct instance *instance, struct bz_label *label) {
  struct bz_target *rule = instance->target;
  struct bz_target *output = sl_allocate(sizeof *output);
  output->kind = BZ_TARGET_GENERATED_FILE;
  output->label = label;
  output->package = rule->package;
  output->file = rule->file;
  output->position = rule->position;
  output->generating_rule = rule;
  rule->outputs = sl_reallocate(rule->outputs, (rule->output_count + 1) * sizeof *rule->outputs);
  rule->outputs[rule->output_count++] = output;
}

// Expands "%{name}.imp": the name, its last segment, or an attribute's string.
static void expand_template(const struct instance *instance, const char *template,
                            struct sl_text *out) {
  const char *name = instance->target->label->name;
  for (const char *s = template; *s;) {
    const char *end = s[0] == '%' && s[1] == '{' ? strchr(s, '}') : NULL;
    if (!end) {
      sl_text_append_char(out, *s++);
      continue;
    }
    sl_value key = sl_string(s + 2, (size_t)(end - s - 2));
    const char *slash = strrchr(name, '/');
    int32_t index = bz_rule_class_attribute(instance->rule_class, sl_string_bytes(key));
    sl_value value = index < 0 ? NULL : bz_target_value(instance->target, (size_t)index);
    if (sl_string_is(key, "basename")) {
      sl_text_append_string(out, slash ? slash + 1 : name);
    } else if (sl_string_is(key, "dirname")) {
      sl_text_append(out, name, slash ? (size_t)(slash + 1 - name) : 0);
    } else if (value && sl_is_string(value)) {
      sl_text_append_string(out, sl_string_bytes(value));
    }
    s = end + 1;
  }
}

static void add_implicit_outputs(struct instance *instance) {
  sl_value templates = instance->rule_class->outputs;
  if (!templates) return;
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(templates, &cursor, &key, &value)) {
    struct sl_text name = {0};
    expand_template(instance, sl_string_bytes(value), &name);
    sl_value given = sl_string_from_text(&name);
    sl_text_free(&name);
    sl_value label = bz_convert(&instance->conversion, BZ_TYPE_OUTPUT, given);
    if (label) {
      add_output(instance, bz_label_of(label));
    } else {
      report_pending(instance);
    }
  }
}

static void add_outputs(struct instance *instance) {
  add_implicit_outputs(instance);
  const struct bz_rule_class *rule_class = instance->rule_class;
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    sl_value stored = instance->target->values[i];
    if (!stored) continue;
    if (rule_class->attributes[i].type == BZ_TYPE_OUTPUT) {
      add_output(instance, bz_label_of(stored));
    } else if (rule_class->attributes[i].type == BZ_TYPE_OUTPUT_LIST) {
      for (size_t j = 0; j < sl_list_length(stored); j++)
        add_output(instance, bz_label_of(sl_list_get(stored, j)));
    }
  }
}

static bool register_targets(struct instance *instance) {
  struct bz_target *rule = instance->target;
  if (!bz_package_add(instance->thread, instance->package, rule)) return false;
  for (uint32_t i = 0; i < rule->output_count; i++) {
    if (rule->outputs[i]->label == rule->label) {
      bz_event(instance->package->repository->workspace, BZ_WARNING, bz_target_location(rule),
               "target '%s' is both a rule and a file; please choose another name for the rule",
               rule->label->name);
      continue;
    }
    if (!bz_package_add(instance->thread, instance->package, rule->outputs[i])) return false;
  }
  return true;
}

// ---------------------------------------------------------------- the whole

static const char *check_name(struct sl_thread *thread, const struct bz_rule_class *rule_class,
                              sl_value name) {
  if (!name || name == SL_NONE) {
    sl_fail(thread, "%s rule has no 'name' attribute", rule_class->name);
    return NULL;
  }
  if (!sl_is_string(name)) {
    sl_fail(thread, "%s 'name' attribute must be a string", rule_class->name);
    return NULL;
  }
  char *error = bz_target_name_error(sl_string_bytes(name), sl_string_length(name));
  if (!error) return sl_string_bytes(name);
  sl_fail(thread, "illegal rule name: %s: invalid target name '%s': %s", sl_string_bytes(name),
          sl_string_bytes(name), error);
  free(error);
  return NULL;
}

// Target and values in one block: a package has many.
static struct bz_target *new_rule(const struct bz_rule_class *rule_class) {
  struct block {
    struct bz_target target;
    sl_value values[];
  } *block = sl_allocate(sizeof *block + rule_class->attribute_count * sizeof(sl_value));
  block->target.kind = BZ_TARGET_RULE;
  block->target.values = block->values;
  return &block->target;
}

static void place_target(struct instance *instance, struct bz_target *target) {
  target->package = instance->package;
  target->stack = bz_package_stack(instance->thread, instance->package, &target->stack_count);
  target->file = instance->package->state->source.path;
  target->position = (struct sl_position){1, 1};
  if (target->stack_count > 0) target->position = target->stack[0].position;
}

// A rule of a symbolic macro may be used where the macro is defined, and where it says.
static void set_visibility(struct instance *instance) {
  struct bz_target *target = instance->target;
  const struct bz_macro_instance *macro = instance->package->state->macro;
  size_t index = (size_t)bz_rule_class_attribute(instance->rule_class, "visibility");
  target->visibility = target->values[index];
  if (!macro) return;
  sl_value base = target->visibility ? target->visibility : sl_list_frozen(NULL, 0);
  target->visibility = bz_visibility_with(base, bz_macro_location(macro));
}

bool bz_rule_instantiate(struct sl_thread *thread, struct bz_package *package,
                         struct bz_rule_class *rule_class, sl_value keywords) {
  sl_value name = sl_dict_get_string(keywords, "name");
  const char *text = check_name(thread, rule_class, name);
  if (!text) return false;
  struct bz_target *target = new_rule(rule_class);
  size_t length = strlen(text);
  // "a/." means "a".
  if (length > 2 && strcmp(text + length - 2, "/.") == 0) {
    name = sl_string(text, length - 2);
    text = sl_string_bytes(name);
  }
  target->label = bz_label_make(package->repository, package->name, text);
  target->rule_class = rule_class;
  target->values[0] = name;
  struct instance instance = {
      .thread = thread,
      .package = package,
      .rule_class = rule_class,
      .target = target,
      .conversion = {.thread = thread,
                     .repository = package->repository,
                     .package = package->name,
                     .rule_class = rule_class->name,
                     .rule = target->label,
                     .lenient = rule_class->behaviour == BZ_BEHAVIOUR_OPAQUE},
  };
  place_target(&instance, target);
  set_attributes(&instance, keywords);
  set_generator(&instance);
  set_visibility(&instance);
  compute_defaults(&instance);
  check_mandatory(&instance, keywords);
  check_values(&instance);
  add_outputs(&instance);
  return register_targets(&instance);
}

sl_value bz_rule_initialize(struct sl_thread *thread, struct bz_package *package,
                            struct bz_rule_class *rule_class, sl_value keywords) {
  (void)package;
  size_t count = sl_dict_length(keywords);
  const char **names = sl_allocate((count + 1) * sizeof *names);
  sl_value *values = sl_allocate((count + 1) * sizeof *values);
  size_t cursor = 0, n = 0;
  sl_value key, value;
  while (sl_dict_next(keywords, &cursor, &key, &value)) {
    if (value == SL_NONE) continue;
    names[n] = sl_string_bytes(key);
    values[n++] = value;
  }
  sl_value changed = sl_call(thread, rule_class->initializer, values, 0, names, n);
  if (!changed) return NULL;
  if (!sl_is_dict(changed)) {
    return sl_fail(thread, "Expected dict from the initializer of rule '%s', got %s",
                   rule_class->name, sl_type_name(changed));
  }
  sl_value merged = sl_dict(thread, count);
  if (!sl_dict_update(thread, merged, keywords) || !sl_dict_update(thread, merged, changed))
    return NULL;
  return merged;
}
