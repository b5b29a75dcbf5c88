// SPDX-License-Identifier: Apache-2.0
//
// Select: the value of select(...), its concatenations with + and |, and the choice of branches. Invariant: a select is
// immutable; concatenating makes a new one that shares the parts.
#include <string.h>

#include "rules/loading/state.h"

#define DEFAULT_CONDITION "//conditions:default"

static sl_value value_of(struct bz_select *select) { return (sl_value)(void *)select; }

struct bz_select *bz_select_new(size_t count) {
  struct bz_select *select = sl_allocate(sizeof *select);
  select->type = &bz_select_type;
  select->part_count = count;
  select->parts = sl_allocate((count ? count : 1) * sizeof *select->parts);
  for (size_t i = 0; i < count; i++) select->parts[i].no_match_error = "";
  return select;
}

bool bz_label_is_default_condition(const struct bz_label *label) {
  return strcmp(label->package, "conditions") == 0 && strcmp(label->name, "default") == 0;
}

sl_value bz_select_trivial(struct bz_workspace *workspace, sl_value value) {
  struct bz_select *select = bz_select_new(1);
  struct bz_selector *part = &select->parts[0];
  part->keys = sl_allocate(sizeof *part->keys);
  part->values = sl_allocate(sizeof *part->values);
  part->keys[0] =
      bz_label_value(bz_label_make(bz_workspace_main(workspace), "conditions", "default"));
  part->values[0] = value;
  part->count = 1;
  return value_of(select);
}

static bool is_default_key(sl_value key) {
  return bz_is_label(key) ? bz_label_is_default_condition(bz_label_of(key))
                          : sl_string_is(key, DEFAULT_CONDITION);
}

sl_value bz_select_unwrap(sl_value value) {
  if (!bz_is_select(value)) return value;
  const struct bz_select *select = bz_select_of(value);
  if (select->part_count != 1 || select->parts[0].plain || select->parts[0].count != 1)
    return value;
  return is_default_key(select->parts[0].keys[0]) ? select->parts[0].values[0] : value;
}

// ---------------------------------------------------------------- select()

static sl_value select_call(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value branches = arguments[0];
  if (bz_is_opaque(branches)) return branches;
  if (!sl_is_dict(branches)) {
    return sl_fail(thread, "select() is used with a dict that maps conditions to values, not a %s",
                   sl_type_name(branches));
  }
  if (sl_dict_length(branches) == 0) {
    return sl_fail(
        thread,
        "select({}) with an empty dictionary can never resolve because it includes no conditions "
        "to match");
  }
  struct bz_select *select = bz_select_new(1);
  struct bz_selector *part = &select->parts[0];
  part->keys = sl_allocate(sl_dict_length(branches) * sizeof *part->keys);
  part->values = sl_allocate(sl_dict_length(branches) * sizeof *part->values);
  part->no_match_error = bz_text_copy(sl_string_bytes(arguments[1]));
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(branches, &cursor, &key, &value)) {
    if (!sl_is_string(key) && !bz_is_label(key) && !bz_is_opaque(key)) {
      return sl_fail(thread, "select: got %s for dict key, want a Label or label string",
                     sl_type_name(key));
    }
    part->keys[part->count] = key;
    part->values[part->count++] = value;
  }
  return value_of(select);
}

struct sl_builtin bz_select_builtin[] = {
    SL_BUILTIN("select(x, no_match_error: string = \"\")", select_call,
               "The helper that makes a rule attribute configurable: its value depends on the "
               "configuration."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- concatenation

// The value that tells the type of a part; NULL: it has none.
static sl_value sample_of(const struct bz_selector *part) {
  if (part->plain) return part->plain;
  for (size_t i = 0; i < part->count; i++)
    if (part->values[i] != SL_NONE) return part->values[i];
  return NULL;
}

static sl_value sample_of_operand(sl_value x) {
  if (!bz_is_select(x)) return x;
  const struct bz_select *select = bz_select_of(x);
  for (size_t i = 0; i < select->part_count; i++) {
    sl_value sample = sample_of(&select->parts[i]);
    if (sample) return sample;
  }
  return NULL;
}

static bool is_sequence(sl_value x) { return sl_is_list(x) || sl_is_tuple(x); }

static bool can_join(sl_value a, sl_value b) {
  if (!a || !b || bz_is_opaque(a) || bz_is_opaque(b)) return true;
  if (is_sequence(a) && is_sequence(b)) return true;
  return sl_type_of(a) == sl_type_of(b);
}

static void describe_operand(sl_value x, struct sl_text *out) {
  sl_value sample = sample_of_operand(x);
  if (bz_is_select(x)) sl_text_append_string(out, "select of ");
  sl_text_append_string(out, sample ? sl_type_name(sample) : "NoneType");
}

static sl_value fail_join(struct sl_thread *thread, enum sl_operator op, sl_value left,
                          sl_value right) {
  struct sl_text text = {0};
  sl_text_format(&text, "'%s' operator applied to incompatible types (", sl_operator_text(op));
  describe_operand(left, &text);
  sl_text_append_string(&text, ", ");
  describe_operand(right, &text);
  sl_text_append_char(&text, ')');
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static size_t part_count_of(sl_value x) {
  return bz_is_select(x) ? bz_select_of(x)->part_count : 1;
}

static void append_parts(struct bz_select *select, size_t *at, sl_value x) {
  if (!bz_is_select(x)) {
    select->parts[*at].plain = x;
    ++*at;
    return;
  }
  const struct bz_select *from = bz_select_of(x);
  memcpy(&select->parts[*at], from->parts, from->part_count * sizeof *from->parts);
  *at += from->part_count;
}

static sl_value select_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                              bool reversed) {
  if (op != SL_OP_PLUS && op != SL_OP_PIPE) return NULL;
  if (bz_is_opaque(y)) return x;
  sl_value left = reversed ? y : x, right = reversed ? x : y;
  sl_value a = sample_of_operand(left), b = sample_of_operand(right);
  if (op == SL_OP_PIPE && ((a && !sl_is_dict(a)) || (b && !sl_is_dict(b)))) return NULL;
  if (!can_join(a, b)) return fail_join(thread, op, left, right);
  struct bz_select *select = bz_select_new(part_count_of(left) + part_count_of(right));
  size_t at = 0;
  append_parts(select, &at, left);
  append_parts(select, &at, right);
  return value_of(select);
}

// ---------------------------------------------------------------- the type

static bool repr_selector(struct sl_thread *thread, const struct bz_selector *part,
                          struct sl_text *out) {
  if (part->plain) return sl_repr(thread, part->plain, out);
  sl_text_append_string(out, "select({");
  for (size_t i = 0; i < part->count; i++) {
    if (i) sl_text_append_string(out, ", ");
    if (!sl_repr(thread, part->keys[i], out)) return false;
    sl_text_append_string(out, ": ");
    if (!sl_repr(thread, part->values[i], out)) return false;
  }
  sl_text_append_string(out, "})");
  return true;
}

static bool select_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  const struct bz_select *select = bz_select_of(x);
  for (size_t i = 0; i < select->part_count; i++) {
    if (i) sl_text_append_string(out, " + ");
    if (!repr_selector(thread, &select->parts[i], out)) return false;
  }
  return true;
}

static void select_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  const struct bz_select *select = bz_select_of(x);
  for (size_t i = 0; i < select->part_count; i++) {
    if (select->parts[i].plain) visit(data, select->parts[i].plain);
    for (size_t j = 0; j < select->parts[i].count; j++) visit(data, select->parts[i].values[j]);
  }
}

const struct sl_type bz_select_type = {
    .name = "select",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = select_repr,
    .binary = select_binary,
    .freeze = select_freeze,
};

// ---------------------------------------------------------------- resolution

// What a part of a select has chosen so far.
struct choice {
  size_t matches[64];  // indexes of matching branches, the default one excluded
  size_t match_count;
  int default_branch;  // or -1
};

static bool match_branches(struct sl_thread *thread, const struct bz_selector *part,
                           const struct bz_condition_matcher *matcher, struct choice *choice) {
  choice->match_count = 0;
  choice->default_branch = -1;
  for (size_t i = 0; i < part->count; i++) {
    struct bz_label *key = bz_label_of(part->keys[i]);
    if (bz_label_is_default_condition(key)) {
      choice->default_branch = (int)i;
      continue;
    }
    int matched = matcher->match(thread, key, matcher->data);
    if (matched < 0) return false;
    if (matched && choice->match_count < sizeof choice->matches / sizeof *choice->matches)
      choice->matches[choice->match_count++] = i;
  }
  return true;
}

// Whether one match refines every other one; then it alone counts.
static bool find_most_special(const struct bz_selector *part, const struct choice *choice,
                              const struct bz_condition_matcher *matcher, size_t *best) {
  for (size_t i = 0; i < choice->match_count; i++) {
    bool special = true;
    for (size_t j = 0; special && j < choice->match_count; j++) {
      if (i == j) continue;
      special = matcher->refines(bz_label_of(part->keys[choice->matches[i]]),
                                 bz_label_of(part->keys[choice->matches[j]]), matcher->data);
    }
    if (special) {
      *best = choice->matches[i];
      return true;
    }
  }
  return false;
}

// Matches of equal values are no conflict.
static int all_equal(struct sl_thread *thread, const struct bz_selector *part,
                     const struct choice *choice) {
  for (size_t i = 1; i < choice->match_count; i++) {
    int equal =
        sl_equal(thread, part->values[choice->matches[0]], part->values[choice->matches[i]]);
    if (equal <= 0) return equal;
  }
  return 1;
}

static void *fail_ambiguous(struct sl_thread *thread, const struct bz_target *target,
                            const struct bz_attribute *attribute, const struct bz_selector *part,
                            const struct choice *choice) {
  struct sl_text text = {0};
  sl_text_format(&text,
                 "Illegal ambiguous match on configurable attribute \"%s\" in %s:", attribute->name,
                 bz_label_text(target->label));
  for (size_t i = 0; i < choice->match_count; i++) {
    sl_text_append_char(&text, '\n');
    bz_label_display(bz_label_of(part->keys[choice->matches[i]]), &text);
  }
  sl_text_append_string(
      &text, "\nMultiple matches are not allowed unless one is unambiguously more specialized.");
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static void *fail_no_match(struct sl_thread *thread, const struct bz_attribute *attribute,
                           const struct bz_selector *part) {
  struct sl_text text = {0};
  sl_text_format(&text, "Configurable attribute \"%s\" doesn't match this configuration",
                 attribute->name);
  if (*part->no_match_error) {
    sl_text_format(&text, ": %s", part->no_match_error);
  } else {
    sl_text_append_string(&text, " (would a default condition help?).\nConditions checked:");
    for (size_t i = 0; i < part->count; i++) {
      sl_text_append_string(&text, "\n ");
      bz_label_display(bz_label_of(part->keys[i]), &text);
    }
  }
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static sl_value resolve_part(struct sl_thread *thread, const struct bz_target *target,
                             const struct bz_attribute *attribute, const struct bz_selector *part,
                             const struct bz_condition_matcher *matcher) {
  if (part->plain) return part->plain;
  struct choice choice;
  if (!match_branches(thread, part, matcher, &choice)) return NULL;
  if (choice.match_count == 1) return part->values[choice.matches[0]];
  if (choice.match_count == 0) {
    return choice.default_branch >= 0 ? part->values[choice.default_branch]
                                      : fail_no_match(thread, attribute, part);
  }
  size_t best = choice.matches[0];
  if (find_most_special(part, &choice, matcher, &best)) return part->values[best];
  int equal = all_equal(thread, part, &choice);
  if (equal < 0) return NULL;
  return equal ? part->values[best] : fail_ambiguous(thread, target, attribute, part, &choice);
}

static sl_value join_lists(sl_value a, sl_value b) {
  size_t a_count = sl_list_length(a), b_count = sl_list_length(b);
  sl_value *items = sl_allocate((a_count + b_count + 1) * sizeof *items);
  if (a_count) memcpy(items, sl_list_items(a), a_count * sizeof *items);
  if (b_count) memcpy(items + a_count, sl_list_items(b), b_count * sizeof *items);
  return sl_list_frozen(items, a_count + b_count);
}

static sl_value join(struct sl_thread *thread, sl_value a, sl_value b) {
  if (sl_is_list(a)) return join_lists(a, b);
  sl_value joined = sl_binary(thread, sl_is_dict(a) ? SL_OP_PIPE : SL_OP_PLUS, a, b);
  if (joined) sl_freeze(joined);
  return joined;
}

sl_value bz_select_resolve(struct sl_thread *thread, const struct bz_target *target,
                           const struct bz_attribute *attribute, struct bz_select *select,
                           const struct bz_condition_matcher *matcher) {
  sl_value result = NULL;
  for (size_t i = 0; i < select->part_count; i++) {
    sl_value value = resolve_part(thread, target, attribute, &select->parts[i], matcher);
    if (!value) return NULL;
    // None stands for the attribute's default; a label attribute's own default may be None too.
    if (value == SL_NONE) value = attribute->default_value;
    if (!value) continue;
    result = result ? join(thread, result, value) : value;
    if (!result) return NULL;
  }
  return result ? result : SL_NONE;
}
