// SPDX-License-Identifier: Apache-2.0
//
// Existing: the values of native.existing_rule() and native.existing_rules(): views of targets and packages that copy nothing.
// Invariant: a rules view is a package and two counts, so that it shows the rules made before it and no later one.
#include <string.h>

#include "rules/loading/state.h"

struct rule_view {
  const struct sl_type *type;
  struct bz_target *target;
};

struct rules_view {
  const struct sl_type *type;
  struct bz_package *package;
  size_t target_count;  // only targets before it are shown
  size_t rule_count;
};

static const struct sl_type rule_view_type, rules_view_type;

static struct rule_view *rule_view_of(sl_value x) { return (struct rule_view *)(void *)x; }
static struct rules_view *rules_view_of(sl_value x) { return (struct rules_view *)(void *)x; }

sl_value bz_rule_view(struct bz_target *target) {
  struct rule_view *view = sl_allocate(sizeof *view);
  view->type = &rule_view_type;
  view->target = target;
  return (sl_value)(void *)view;
}

sl_value bz_rules_view(struct bz_package *package, size_t target_count, size_t rule_count) {
  struct rules_view *view = sl_allocate(sizeof *view);
  *view = (struct rules_view){&rules_view_type, package, target_count, rule_count};
  return (sl_value)(void *)view;
}

static sl_value fail_key(struct sl_thread *thread, sl_value key) {
  struct sl_text text = {0};
  if (sl_repr(thread, key, &text))
    sl_fail(thread, "key %s not found in view", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

// ---------------------------------------------------------------- one rule

// The keys of a rule view are numbered: 0 is the name, 1 "kind", then the other attributes.
static size_t key_count(const struct bz_target *target) {
  return target->rule_class->attribute_count + 1;
}

static const char *key_name(const struct bz_target *target, size_t i) {
  if (i == 1) return "kind";
  return target->rule_class->attributes[i == 0 ? 0 : i - 1].name;
}

static bool is_shown(const struct bz_target *target, size_t index) {
  const struct bz_attribute *attribute = &target->rule_class->attributes[index];
  char first = attribute->name[0];
  if (!((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))) return false;
  if (target->values[index]) return true;
  return !(attribute->flags & (BZ_ATTRIBUTE_COMPUTED | BZ_ATTRIBUTE_LATE_BOUND));
}

// The value of a numbered key; NULL: not shown, or an error is pending.
static sl_value key_value(struct sl_thread *thread, const struct bz_target *target, size_t i) {
  if (i == 1) return sl_string_from(target->rule_class->name);
  size_t index = i == 0 ? 0 : i - 1;
  if (!is_shown(target, index)) return NULL;
  return bz_value_represent(thread, target, bz_target_value(target, index));
}

static sl_value rule_find(struct sl_thread *thread, sl_value x, sl_value key) {
  if (!sl_is_string(key)) return NULL;
  const struct bz_target *target = rule_view_of(x)->target;
  if (sl_string_is(key, "kind")) return key_value(thread, target, 1);
  int32_t index = bz_rule_class_attribute(target->rule_class, sl_string_bytes(key));
  if (index < 0) return NULL;
  return key_value(thread, target, index == 0 ? 0 : (size_t)index + 1);
}

static bool rule_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_format(out, "<native.ExistingRuleView for target '%s'>",
                 rule_view_of(x)->target->label->name);
  return true;
}

static bool rule_has_key(struct sl_thread *thread, const struct bz_target *target, size_t i) {
  return key_value(thread, target, i) != NULL;
}

static int64_t rule_length(sl_value x) {
  const struct bz_target *target = rule_view_of(x)->target;
  int64_t length = 2;  // name and kind
  for (size_t i = 1; i < target->rule_class->attribute_count; i++)
    length += is_shown(target, i) && bz_target_value(target, i);
  return length;
}

static sl_value rule_next(struct sl_iterator *iterator) {
  const struct bz_target *target = rule_view_of(iterator->sequence)->target;
  while (iterator->position < key_count(target)) {
    size_t i = iterator->position++;
    if (rule_has_key(iterator->state, target, i)) return sl_string_from(key_name(target, i));
  }
  return NULL;
}

static bool rule_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)x;
  iterator->state = thread;
  iterator->next = rule_next;
  return true;
}

// ---------------------------------------------------------------- all rules

static sl_value rules_find(struct sl_thread *thread, sl_value x, sl_value key) {
  const struct rules_view *view = rules_view_of(x);
  struct bz_target *target = bz_package_lookup_value(thread, view->package, key);
  if (!target || target->kind != BZ_TARGET_RULE || target->index >= view->target_count) return NULL;
  return bz_rule_view(target);
}

static bool rules_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  (void)x;
  sl_text_append_string(out, "<native.ExistingRulesView object>");
  return true;
}

static int64_t rules_length(sl_value x) { return (int64_t)rules_view_of(x)->rule_count; }

static sl_value rules_next(struct sl_iterator *iterator) {
  const struct rules_view *view = rules_view_of(iterator->sequence);
  if (iterator->position >= view->rule_count) return NULL;
  return view->package->rules[iterator->position++]->values[0];
}

static bool rules_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread;
  (void)x;
  iterator->next = rules_next;
  return true;
}

// ---------------------------------------------------------------- both

static sl_value find(struct sl_thread *thread, sl_value x, sl_value key) {
  return x->type == &rule_view_type ? rule_find(thread, x, key) : rules_find(thread, x, key);
}

static sl_value view_index(struct sl_thread *thread, sl_value x, sl_value key) {
  sl_value value = find(thread, x, key);
  return value || sl_error_pending(thread) ? value : fail_key(thread, key);
}

static int view_contains(struct sl_thread *thread, sl_value x, sl_value key) {
  if (find(thread, x, key)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

static sl_value view_get(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value value = find(thread, self, arguments[0]);
  return value || sl_error_pending(thread) ? value : arguments[1];
}

// What keys(), values() and items() list of an entry.
enum part { KEYS, VALUES, ITEMS };

static sl_value entry_part(struct sl_thread *thread, sl_value view, sl_value key, enum part part) {
  if (part == KEYS) return key;
  sl_value value = find(thread, view, key);
  if (!value || part == VALUES) return value;
  return sl_tuple((sl_value[]){key, value}, 2);
}

static sl_value list_entries(struct sl_thread *thread, sl_value view, enum part part) {
  sl_value keys = sl_to_tuple(thread, view);
  if (!keys) return NULL;
  size_t count = sl_tuple_length(keys);
  sl_value *items = sl_allocate((count + 1) * sizeof *items);
  for (size_t i = 0; i < count; i++)
    if (!(items[i] = entry_part(thread, view, sl_tuple_get(keys, i), part))) return NULL;
  return sl_list_frozen(items, count);
}

static sl_value view_keys(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return list_entries(thread, self, KEYS);
}

static sl_value view_values(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return list_entries(thread, self, VALUES);
}

static sl_value view_items(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return list_entries(thread, self, ITEMS);
}

static struct sl_builtin view_methods[] = {
    SL_BUILTIN("get(key, /, default = None)", view_get,
               "The value of a key, or the default if it is not there."),
    SL_BUILTIN("keys()", view_keys, "An immutable list of the keys."),
    SL_BUILTIN("values()", view_values, "An immutable list of the values."),
    SL_BUILTIN("items()", view_items, "An immutable list of (key, value) tuples."),
    SL_BUILTIN_END,
};

static const struct sl_type rule_view_type = {
    .name = "Map",
    .flags = SL_TYPE_MAPPING | SL_TYPE_HASH_IDENTITY,
    .methods = view_methods,
    .repr = rule_repr,
    .length = rule_length,
    .iterate = rule_iterate,
    .contains = view_contains,
    .index = view_index,
};

static const struct sl_type rules_view_type = {
    .name = "Map",
    .flags = SL_TYPE_MAPPING | SL_TYPE_HASH_IDENTITY,
    .methods = view_methods,
    .repr = rules_repr,
    .length = rules_length,
    .iterate = rules_iterate,
    .contains = view_contains,
    .index = view_index,
};
