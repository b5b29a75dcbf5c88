// SPDX-License-Identifier: Apache-2.0
//
// Attribute: what queries read of attributes: labels in them, and their values as attr() sees them. Invariant: a select counts
// with all of its branches, as no configuration is chosen.
#include <string.h>

#include "rules/query/state.h"

int32_t bz_query_attribute(const struct bz_target *target, const char *name) {
  if (target->kind != BZ_TARGET_RULE || *name == '_') return -1;
  int32_t index = bz_rule_class_attribute(target->rule_class, name);
  if (index >= 0 || (*name != '$' && *name != ':')) return index;
  // Private attributes of Starlark rules are "$x", late bound ones ":x".
  return bz_rule_class_attribute(target->rule_class, bz_text_format("_%s", name + 1));
}

// ---------------------------------------------------------------- choices of branches

// The branches that a choice takes of each part; the last part changes fastest.
struct choice {
  struct sl_thread *thread;
  const struct bz_select *select;
  sl_value fallback;  // what a branch None stands for
  size_t *taken;
};

enum { MAXIMAL_CHOICES = 4096 };

static sl_value part_value(const struct choice *choice, size_t i) {
  const struct bz_selector *part = &choice->select->parts[i];
  if (part->plain) return part->plain;
  sl_value value = part->values[choice->taken[i]];
  return value == SL_NONE ? choice->fallback : value;
}

// The value that a choice makes: its parts joined. NULL: none, or an error, which is dropped: what can't be joined is no value.
static sl_value join(const struct choice *choice) {
  sl_value joined = NULL;
  for (size_t i = 0; i < choice->select->part_count; i++) {
    sl_value part = part_value(choice, i);
    if (!part || part == SL_NONE) continue;
    enum sl_operator operator= sl_is_dict(part) ? SL_OP_PIPE : SL_OP_PLUS;
    joined = joined ? sl_binary(choice->thread, operator, joined, part) : part;
    if (joined) continue;
    sl_error_clear(choice->thread);
    return NULL;
  }
  return joined;
}

// Goes on to the next choice; false: that was the last.
static bool advance(struct choice *choice) {
  for (size_t i = choice->select->part_count; i-- > 0;) {
    const struct bz_selector *part = &choice->select->parts[i];
    if (!part->plain && ++choice->taken[i] < part->count) return true;
    choice->taken[i] = 0;
  }
  return false;
}

static bool take_value(sl_value value, bool (*take)(const char *text, size_t length, void *data),
                       void *data) {
  if (!value || value == SL_NONE) return false;
  struct sl_text text = {0};
  bz_value_text(value, BZ_FORM_JAVA, &text);
  bool taken = take(sl_text_string(&text), text.length, data);
  sl_text_free(&text);
  return taken;
}

bool bz_query_attribute_texts(struct sl_thread *thread, const struct bz_target *target,
                              size_t attribute,
                              bool (*take)(const char *text, size_t length, void *data),
                              void *data) {
  const struct bz_attribute *declared = &target->rule_class->attributes[attribute];
  sl_value value = strcmp(declared->name, "visibility") == 0 ? bz_target_visibility(thread, target)
                                                             : bz_target_value(target, attribute);
  if (!value || !sl_has_type(value, &bz_select_type)) return take_value(value, take, data);
  struct choice choice = {.thread = thread,
                          .select = (struct bz_select *)(void *)value,
                          .fallback = declared->default_value};
  choice.taken = sl_allocate_atomic((choice.select->part_count + 1) * sizeof *choice.taken);
  for (int i = 0; i < MAXIMAL_CHOICES; i++) {
    if (take_value(join(&choice), take, data)) return true;
    if (!advance(&choice)) break;
  }
  return false;
}

// ---------------------------------------------------------------- selects as one value

struct flat {
  struct sl_thread *thread;
  sl_value elements;  // a set of the lists' elements; NULL: there was no list
  sl_value entries;   // a dict of the dicts' entries
  sl_value other;     // the only other value
  bool is_ambiguous;  // there were several
};

// Values are hashable and the collections new: adding cannot fail.
static void add_flat(struct flat *flat, sl_value value) {
  bool added = true;
  if (sl_is_list(value)) {
    if (!flat->elements) flat->elements = sl_set(flat->thread, 0);
    for (size_t i = 0; i < sl_list_length(value); i++)
      added &= sl_set_add(flat->thread, flat->elements, sl_list_get(value, i));
  } else if (sl_is_dict(value)) {
    if (!flat->entries) flat->entries = sl_dict(flat->thread, 0);
    added = sl_dict_update(flat->thread, flat->entries, value);
  } else if (value && value != SL_NONE) {
    flat->is_ambiguous |= flat->other && sl_equal(flat->thread, flat->other, value) != 1;
    flat->other = value;
  }
  if (!added) sl_error_clear(flat->thread);
}

sl_value bz_query_attribute_flatten(struct sl_thread *thread, const struct bz_select *select) {
  struct flat flat = {.thread = thread};
  for (size_t i = 0; i < select->part_count; i++) {
    const struct bz_selector *part = &select->parts[i];
    if (part->plain) add_flat(&flat, part->plain);
    for (size_t j = 0; !part->plain && j < part->count; j++) add_flat(&flat, part->values[j]);
  }
  if (flat.elements) return sl_to_list(thread, flat.elements);
  return flat.entries ? flat.entries : flat.is_ambiguous ? NULL : flat.other;
}

// ---------------------------------------------------------------- labels

struct label_walk {
  const struct bz_attribute *attribute;
  void (*visit)(struct bz_label *label, void *data);
  void *data;
};

static void visit_edge(const struct bz_edge *edge, void *data) {
  const struct label_walk *walk = data;
  if (edge->attribute == walk->attribute && !edge->is_condition) walk->visit(edge->to, walk->data);
}

// Outputs are no edges, and never come from a select.
static void visit_outputs(sl_value value, const struct label_walk *walk) {
  if (!value) return;
  if (bz_is_label(value)) walk->visit(bz_label_of(value), walk->data);
  for (size_t i = 0; sl_is_list(value) && i < sl_list_length(value); i++)
    walk->visit(bz_label_of(sl_list_get(value, i)), walk->data);
}

void bz_query_attribute_labels(struct bz_target *target, size_t attribute,
                               void (*visit)(struct bz_label *label, void *data), void *data) {
  const struct bz_attribute *declared = &target->rule_class->attributes[attribute];
  struct label_walk walk = {declared, visit, data};
  if (declared->type == BZ_TYPE_OUTPUT || declared->type == BZ_TYPE_OUTPUT_LIST) {
    visit_outputs(bz_target_value(target, attribute), &walk);
  } else {
    bz_target_edges(target, visit_edge, &walk);
  }
}
