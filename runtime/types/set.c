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

// Whether an element of one set is in another: 1, 0, or -1 with an error pending.
static int has_element(struct sl_thread *thread, struct sl_dict *set,
                       const struct sl_dict_entry *entry) {
  if (sl_dict_find(thread, set, entry->key, entry->hash)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

static int set_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  if (as_set(x)->count != as_set(y)->count) return 0;
  if (!sl_thread_take_steps(thread, as_set(x)->count)) return -1;
  while ((entry = sl_table_next(as_set(x), &cursor)) != NULL) {
    int has = has_element(thread, as_set(y), entry);
    if (has != 1) return has;
  }
  return 1;
}

static int64_t set_length(sl_value x) { return as_set(x)->count; }

static void set_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while ((entry = sl_table_next(as_set(x), &cursor)) != NULL) visit(data, entry->key);
}

// ---------------------------------------------------------------- operations

// Adds to `result` the elements of `from` that are in `other`, or those that are not.
static bool add_selected(struct sl_thread *thread, struct sl_dict *result,
                         const struct sl_dict *from, struct sl_dict *other, bool wanted) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  if (!sl_thread_take_steps(thread, from->count)) return false;
  while ((entry = sl_table_next(from, &cursor)) != NULL) {
    int has = has_element(thread, other, entry);
    if (has < 0) return false;
    if (has == wanted && !sl_dict_put(thread, result, entry->key, entry->hash, SL_NONE))
      return false;
  }
  return true;
}

// Only sets combine with sets; the order is that of the left one first.
static sl_value set_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                           bool reversed) {
  if (reversed || !sl_is_set(y)) return NULL;
  struct sl_dict *a = as_set(x), *b = as_set(y);
  struct sl_dict *result;
  bool done;
  switch (op) {
    case SL_OP_PIPE:
      result = sl_dict_copy(thread, a);
      done = result && add_selected(thread, result, b, a, false);
      break;
    case SL_OP_AMPERSAND:
      result = set_new(thread, 0);
      done = add_selected(thread, result, a, b, true);
      break;
    case SL_OP_MINUS:
      result = set_new(thread, 0);
      done = add_selected(thread, result, a, b, false);
      break;
    case SL_OP_CARET:
      result = set_new(thread, 0);
      done = add_selected(thread, result, a, b, false) && add_selected(thread, result, b, a, false);
      break;
    default:
      return NULL;
  }
  return done ? (sl_value)(void *)result : NULL;
}

// ---------------------------------------------------------------- externals

sl_value sl_set(struct sl_thread *thread, size_t expected_count) {
  return (sl_value)(void *)set_new(thread, expected_count);
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
  if (!sl_hash(thread, item, &hash)) return -1;
  if (sl_dict_find(thread, as_set(set), item, hash)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

// An element that is there stays the one that it is.
bool sl_set_add(struct sl_thread *thread, sl_value set, sl_value item) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_set(set)) || !sl_hash(thread, item, &hash)) return false;
  return sl_dict_put(thread, as_set(set), item, hash, SL_NONE);
}

int sl_set_remove(struct sl_thread *thread, sl_value set, sl_value item) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_set(set)) || !sl_hash(thread, item, &hash)) return -1;
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
