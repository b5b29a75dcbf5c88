// SPDX-License-Identifier: Apache-2.0
//
// Set: dict's table without values. Elements are in order of insertion; the order does not matter
// for equality.
#include "runtime/types/table.h"

static struct sl_dict *as_set(sl_value value) { return (struct sl_dict *)(void *)value; }

static struct sl_dict *set_new(struct sl_thread *thread, size_t expected_count) {
  return sl_table_new(&sl_set_type, sl_thread_head(thread)->mutability, expected_count);
}

// ---------------------------------------------------------------- slots

static bool write_elements(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  for (bool first = true; (entry = sl_table_next(as_set(x), &cursor)) != NULL; first = false) {
    if (!first) sl_text_append(out, ", ", 2);
    if (!sl_thread_take_steps(thread, 1) || !sl_repr(thread, entry->key, out)) return false;
  }
  return true;
}

static bool set_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  if (as_set(x)->count == 0) {
    sl_text_append_string(out, "set()");
    return true;
  }
  sl_text_append_string(out, "set([");
  if (!write_elements(thread, x, out)) return false;
  sl_text_append_string(out, "])");
  return true;
}

static bool set_truth(sl_value x) { return as_set(x)->count != 0; }

// Whether each element of one set is in another: 1, 0, or -1 with an error pending.
static int contains_all(struct sl_thread *thread, struct sl_dict *set,
                        const struct sl_dict *elements) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while ((entry = sl_table_next(elements, &cursor)) != NULL) {
    if (sl_table_find_like(thread, set, entry, cursor - 1)) continue;
    return sl_error_pending(thread) ? -1 : 0;
  }
  return 1;
}

static int set_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  if (as_set(x)->count != as_set(y)->count) return 0;
  if (!sl_thread_take_steps(thread, as_set(x)->count)) return -1;
  return contains_all(thread, as_set(y), as_set(x));
}

static int64_t set_length(sl_value x) { return as_set(x)->count; }

static void set_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while ((entry = sl_table_next(as_set(x), &cursor)) != NULL) visit(data, entry->key);
}

// ---------------------------------------------------------------- operations

static struct sl_dict *combine(struct sl_thread *thread, enum sl_operator op,
                               const struct sl_dict *a, struct sl_dict *b) {
  struct sl_mutability *owner = sl_thread_head(thread)->mutability;
  struct sl_dict *left = (struct sl_dict *)(uintptr_t)a;
  struct sl_table_selection of_left = {0}, of_right = {0};
  bool whole = op == SL_OP_PIPE, both = whole || op == SL_OP_CARET;
  if (!whole && !sl_table_select(thread, a, b, op == SL_OP_AMPERSAND, &of_left)) return NULL;
  if (both && !sl_table_select(thread, b, left, false, &of_right)) return NULL;
  size_t count = (whole ? (size_t)a->count : of_left.count) + of_right.count;
  if (!sl_table_admit(thread, count)) return NULL;
  struct sl_dict *result = whole ? sl_table_copy(a, owner, count) : set_new(thread, count);
  sl_table_append_selected(result, &of_left);
  sl_table_append_selected(result, &of_right);
  return result;
}

// Only sets combine with sets; the order is that of the left one first.
static sl_value set_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                           bool reversed) {
  if (reversed || !sl_is_set(y)) return NULL;
  switch (op) {
    case SL_OP_PIPE:
    case SL_OP_AMPERSAND:
    case SL_OP_MINUS:
    case SL_OP_CARET:
      return (sl_value)(void *)combine(thread, op, as_set(x), as_set(y));
    default:
      return NULL;
  }
}

// Adds the elements of another set; those that are in both are removed instead, if so wanted.
static bool add_all(struct sl_thread *thread, struct sl_dict *set, const struct sl_dict *other,
                    bool remove_common) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  if (!remove_common && other->count > set->count) sl_table_reserve(set, other->count);
  while ((entry = sl_table_next(other, &cursor)) != NULL) {
    if (remove_common && sl_table_remove(thread, set, entry->key, entry->hash)) continue;
    if (sl_error_pending(thread) || !sl_dict_put(thread, set, entry->key, entry->hash, SL_NONE))
      return false;
  }
  return true;
}

static bool remove_all(struct sl_thread *thread, struct sl_dict *set, const struct sl_dict *other) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while ((entry = sl_table_next(other, &cursor)) != NULL) {
    if (!sl_table_remove(thread, set, entry->key, entry->hash) && sl_error_pending(thread))
      return false;
  }
  return true;
}

static bool replace(struct sl_dict *set, struct sl_dict *elements) {
  if (elements) sl_table_replace(set, elements);
  return elements != NULL;
}

// ---------------------------------------------------------------- externals

sl_value sl_set(struct sl_thread *thread, size_t expected_count) {
  return (sl_value)(void *)set_new(thread, expected_count);
}

sl_value sl_set_from(struct sl_thread *thread, sl_value iterable) {
  if (sl_is_set(iterable)) return sl_dict_copy(thread, iterable);
  sl_value *items, tuple;
  size_t count;
  if (!sl_sequence_items(iterable, &items, &count)) {
    if (!(tuple = sl_to_tuple(thread, iterable))) return NULL;
    sl_sequence_items(tuple, &items, &count);
  }
  if (!sl_thread_take_steps(thread, count)) return NULL;
  sl_value set = (sl_value)(void *)set_new(thread, sl_table_ahead(count));
  for (size_t i = 0; i < count; i++) {
    if (!sl_set_add(thread, set, items[i])) return NULL;
  }
  sl_table_fit(as_set(set));
  return set;
}

sl_value sl_set_combine(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b) {
  return (sl_value)(void *)combine(thread, op, as_set(a), as_set(b));
}

bool sl_set_change(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y) {
  struct sl_dict *set = as_set(x), *other = as_set(y);
  if (!sl_table_check_mutable(thread, set)) return false;
  if (!sl_thread_take_steps(thread, other->count)) return false;
  bool same = set == other;
  switch (op) {
    case SL_OP_PIPE:
      return same || add_all(thread, set, other, false);
    case SL_OP_CARET:
      return same ? sl_set_clear(thread, x) : add_all(thread, set, other, true);
    case SL_OP_MINUS:
      if (same) return sl_set_clear(thread, x);
      if (other->count < set->count) return remove_all(thread, set, other);
      return replace(set, combine(thread, op, set, other));
    default:
      return same || replace(set, combine(thread, op, set, other));
  }
}

int sl_set_contains_all(struct sl_thread *thread, sl_value set, sl_value elements) {
  return contains_all(thread, as_set(set), as_set(elements));
}

size_t sl_set_length(sl_value set) { return as_set(set)->count; }

bool sl_set_next(sl_value set, size_t *cursor, sl_value *item) {
  const struct sl_dict_entry *entry = sl_table_next(as_set(set), cursor);
  if (!entry) return false;
  *item = entry->key;
  return true;
}

int sl_set_contains(struct sl_thread *thread, sl_value set, sl_value item) {
  uint32_t hash;
  if (!sl_table_hash(thread, item, &hash)) return -1;
  if (sl_dict_find(thread, as_set(set), item, hash)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

// An element that is there stays the one that it is.
bool sl_set_add(struct sl_thread *thread, sl_value set, sl_value item) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_set(set)) || !sl_table_hash(thread, item, &hash))
    return false;
  return sl_dict_put(thread, as_set(set), item, hash, SL_NONE);
}

int sl_set_remove(struct sl_thread *thread, sl_value set, sl_value item) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_set(set)) || !sl_table_hash(thread, item, &hash))
    return -1;
  if (sl_table_remove(thread, as_set(set), item, hash)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

bool sl_set_clear(struct sl_thread *thread, sl_value set) {
  if (!sl_table_check_mutable(thread, as_set(set))) return false;
  sl_table_clear(as_set(set));
  return true;
}

const struct sl_type sl_set_type = {
    .name = "set",
    .flags = SL_TYPE_MUTABLE,
    .methods = sl_set_methods,
    .repr = set_repr,
    .truth = set_truth,
    .equal = set_equal,
    .length = set_length,
    .iterate = sl_table_iterate,
    .iterate_end = sl_table_iterate_end,
    .contains = sl_set_contains,
    .binary = set_binary,
    .freeze = set_freeze,
};
