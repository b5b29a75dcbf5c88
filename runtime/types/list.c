// SPDX-License-Identifier: Apache-2.0
//
// List: mutable sequences. Invariant: items[length .. capacity] are NULL, so that the collector
// sees no stale values. Whoever reads a list's items while Starlark code may run locks it: a list that grows gives back
// what it had.
#include "runtime/types/sequence.h"
#include "runtime/types/table.h"

static struct sl_list *as_list(sl_value value) { return (struct sl_list *)(void *)value; }

// ---------------------------------------------------------------- layout

// The list and its items are one object up to so many; one item fits into what it is rounded up to.
enum { OWN_MINIMUM = 1, OWN_LIMIT = 8 };

// Whether the heap has room for so many items. False with an error pending.
static bool admit(struct sl_thread *thread, size_t count) {
  return sl_heap_admit(thread, count * sizeof(sl_value));
}

static inline struct sl_list *list_new(struct sl_mutability *owner, size_t capacity) {
  bool own = capacity <= OWN_LIMIT;
  if (capacity < OWN_MINIMUM) capacity = OWN_MINIMUM;
  struct sl_list *list = sl_allocate(sizeof *list + (own ? capacity * sizeof *list->own : 0));
  list->type = &sl_list_type;
  list->owner = owner;
  list->capacity = (uint32_t)capacity;
  list->items = own ? list->own : sl_allocate(capacity * sizeof *list->items);
  return list;
}

static sl_value list_copy(struct sl_mutability *owner, const sl_value *items, size_t count) {
  struct sl_list *list = list_new(owner, count);
  list->length = (uint32_t)count;
  sl_copy_values(list->items, items, count);
  return (sl_value)(void *)list;
}

// sl_check_mutable, with the usual case at hand.
static inline bool check_mutable(struct sl_thread *thread, struct sl_list *list) {
  bool usable = !list->owner->frozen && list->iterators == 0;
  return SL_LIKELY(usable) || sl_check_mutable(thread, (sl_value)(void *)list);
}

enum { FIRST_CAPACITY = 4 };

// Makes room for `extra` more items. Grows by half once lists are long: doubling would waste more
// than it saves.
static bool reserve(struct sl_thread *thread, struct sl_list *list, size_t extra) {
  if (!sl_sequence_check_sum(thread, list->length, extra)) return false;
  size_t needed = list->length + extra;
  if (needed <= list->capacity) return true;
  size_t capacity = list->capacity < 1024 ? (size_t)list->capacity * 2
                                          : (size_t)list->capacity + list->capacity / 2;
  if (capacity < needed) capacity = needed;
  if (capacity < FIRST_CAPACITY) capacity = FIRST_CAPACITY;
  if (!admit(thread, capacity)) return false;
  sl_value *items = sl_allocate(capacity * sizeof *items);
  if (list->length) memcpy(items, list->items, list->length * sizeof *items);
  if (list->items && list->items != list->own)
    sl_release(list->items, list->capacity * sizeof *items);
  list->items = items;
  list->capacity = (uint32_t)capacity;
  return true;
}

// ---------------------------------------------------------------- slots

static bool list_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  return sl_sequence_write(thread, as_list(x)->items, as_list(x)->length, "[", "]", out);
}

static bool list_truth(sl_value x) { return as_list(x)->length != 0; }

static bool list_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  const struct sl_list *a = as_list(x), *b = as_list(y);
  return sl_sequence_compare(thread, a->items, a->length, b->items, b->length, order);
}

static int64_t list_length(sl_value x) { return as_list(x)->length; }

static sl_value list_next(struct sl_iterator *iterator) {
  const struct sl_list *list = as_list(iterator->sequence);
  return iterator->position < list->length ? list->items[iterator->position++] : NULL;
}

// A frozen list may be shared by threads, and needs no lock.
static bool list_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread;
  if (!as_list(x)->owner->frozen) as_list(x)->iterators++;
  iterator->next = list_next;
  return true;
}

static void list_iterate_end(struct sl_iterator *iterator) {
  struct sl_list *list = as_list(iterator->sequence);
  if (!list->owner->frozen) list->iterators--;
}

static int list_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  return sl_sequence_contains(thread, as_list(x)->items, as_list(x)->length, item);
}

static sl_value list_index(struct sl_thread *thread, sl_value x, sl_value key) {
  size_t i;
  if (!sl_sequence_position(thread, key, "sequence index", as_list(x)->length, &i)) return NULL;
  return as_list(x)->items[i];
}

static bool list_set_index(struct sl_thread *thread, sl_value x, sl_value key, sl_value value) {
  size_t i;
  if (!sl_sequence_position(thread, key, "list index", as_list(x)->length, &i)) return false;
  return sl_list_set(thread, x, i, value);
}

static sl_value list_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                           sl_value step) {
  struct sl_slice slice;
  if (!sl_sequence_slice(thread, as_list(x)->length, start, stop, step, &slice)) return NULL;
  if (!admit(thread, slice.count)) return NULL;
  struct sl_list *result = list_new(sl_thread_head(thread)->mutability, slice.count);
  result->length = slice.count;
  sl_sequence_copy_slice(as_list(x)->items, &slice, result->items);
  return (sl_value)(void *)result;
}

static void list_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  for (uint32_t i = 0; i < as_list(x)->length; i++) visit(data, as_list(x)->items[i]);
}

// ---------------------------------------------------------------- operations

static sl_value concatenate(struct sl_thread *thread, const struct sl_list *a,
                            const struct sl_list *b) {
  if (!sl_sequence_check_sum(thread, a->length, b->length)) return NULL;
  if (!admit(thread, (size_t)a->length + b->length)) return NULL;
  struct sl_list *result =
      list_new(sl_thread_head(thread)->mutability, (size_t)a->length + b->length);
  result->length = a->length + b->length;
  sl_copy_values(result->items, a->items, a->length);
  sl_copy_values(result->items + a->length, b->items, b->length);
  return (sl_value)(void *)result;
}

static sl_value repeat(struct sl_thread *thread, const struct sl_list *list, sl_value n) {
  size_t times;
  if (!sl_sequence_repetitions(thread, list->length, n, SL_SEQUENCE_LIMIT, "elements", &times) ||
      !admit(thread, times * list->length))
    return NULL;
  struct sl_list *result = list_new(sl_thread_head(thread)->mutability, times * list->length);
  result->length = (uint32_t)(times * list->length);
  sl_sequence_repeat(list->items, list->length * sizeof *list->items, times, result->items);
  return (sl_value)(void *)result;
}

static sl_value list_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                            bool reversed) {
  if (op == SL_OP_STAR && sl_is_int(y)) return repeat(thread, as_list(x), y);
  if (op == SL_OP_PLUS && !reversed && sl_is_list(y))
    return concatenate(thread, as_list(x), as_list(y));
  return NULL;
}

// Whether all that a value yields can be written at once: the keys of a dict or set, the ints of a range.
static bool writes_items(sl_value iterable) {
  return sl_is_table(iterable) || sl_has_type(iterable, &sl_range_type);
}

static void write_items(sl_value iterable, sl_value *to) {
  if (sl_is_table(iterable)) {
    sl_table_keys((const struct sl_dict *)(const void *)iterable, to);
  } else {
    sl_range_write(iterable, to);
  }
}

// Appends what an iteration yields. `list` is locked if it is its own iterable.
static bool extend_by_iteration(struct sl_thread *thread, sl_value list, sl_value iterable) {
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, iterable, &iterator)) return false;
  bool done = true;
  sl_value item;
  while (done && (item = sl_iterate_next(&iterator)) != NULL)
    done = sl_list_push(thread, list, item) && sl_thread_take_steps(thread, 1);
  sl_iterate_end(&iterator);
  return done;
}

// ---------------------------------------------------------------- externals

sl_value sl_list(struct sl_thread *thread, const sl_value *items, size_t count) {
  return list_copy(sl_thread_head(thread)->mutability, items, count);
}

sl_value sl_list_new(struct sl_thread *thread, size_t count, sl_value **items) {
  struct sl_list *list = list_new(sl_thread_head(thread)->mutability, count);
  list->length = (uint32_t)count;
  *items = list->items;
  return (sl_value)(void *)list;
}

sl_value sl_list_for(struct sl_thread *thread, size_t expected_count) {
  return (sl_value)(void *)list_new(sl_thread_head(thread)->mutability, expected_count);
}

sl_value sl_list_frozen(const sl_value *items, size_t count) {
  return list_copy((struct sl_mutability *)&sl_mutability_of_frozen, items, count);
}

size_t sl_list_length(sl_value list) { return as_list(list)->length; }

sl_value sl_list_get(sl_value list, size_t i) { return as_list(list)->items[i]; }

sl_value *sl_list_items(sl_value list) { return as_list(list)->items; }

bool sl_list_find(struct sl_thread *thread, sl_value list, sl_value x, size_t from, size_t to,
                  size_t *position) {
  if (!sl_sequence_find(thread, as_list(list)->items + from, to - from, x, position)) return false;
  *position += from;
  return true;
}

bool sl_list_push(struct sl_thread *thread, sl_value value, sl_value item) {
  struct sl_list *list = as_list(value);
  if (!check_mutable(thread, as_list(value))) return false;
  if (SL_UNLIKELY(list->length == list->capacity) && !reserve(thread, list, 1)) return false;
  list->items[list->length++] = item;
  return true;
}

bool sl_list_insert(struct sl_thread *thread, sl_value value, size_t i, sl_value item) {
  struct sl_list *list = as_list(value);
  if (!check_mutable(thread, as_list(value)) || !reserve(thread, list, 1)) return false;
  if (!sl_thread_take_bytes(thread, (list->length - i) * sizeof *list->items)) return false;
  memmove(list->items + i + 1, list->items + i, (list->length - i) * sizeof *list->items);
  list->items[i] = item;
  list->length++;
  return true;
}

bool sl_list_set(struct sl_thread *thread, sl_value list, size_t i, sl_value item) {
  if (!check_mutable(thread, as_list(list))) return false;
  as_list(list)->items[i] = item;
  return true;
}

sl_value sl_list_remove_at(struct sl_thread *thread, sl_value value, size_t i) {
  struct sl_list *list = as_list(value);
  if (!check_mutable(thread, as_list(value)) ||
      !sl_thread_take_bytes(thread, (list->length - i) * sizeof *list->items))
    return NULL;
  sl_value removed = list->items[i];
  list->length--;
  memmove(list->items + i, list->items + i + 1, (list->length - i) * sizeof *list->items);
  list->items[list->length] = NULL;
  return removed;
}

bool sl_list_clear(struct sl_thread *thread, sl_value value) {
  if (!check_mutable(thread, as_list(value))) return false;
  as_list(value)->length = as_list(value)->capacity = 0;
  as_list(value)->items = NULL;
  return true;
}

bool sl_list_extend(struct sl_thread *thread, sl_value value, sl_value iterable) {
  struct sl_list *list = as_list(value);
  if (!sl_is_iterable(iterable)) {
    return sl_fail_false(thread, "type '%s' is not iterable", sl_type_name(iterable));
  }
  if (!check_mutable(thread, as_list(value))) return false;
  // A known length is refused before any work is done for it.
  int64_t extra = sl_length(iterable);
  if (extra > 0 && !reserve(thread, list, (size_t)extra)) return false;
  sl_value *items;
  size_t count;
  if (sl_sequence_items(iterable, &items, &count)) {
    sl_copy_values(list->items + list->length, items, count);
  } else if (!writes_items(iterable)) {
    return extend_by_iteration(thread, value, iterable);
  } else if (!sl_thread_take_steps(thread, (uint64_t)extra)) {
    return false;
  } else {
    write_items(iterable, list->items + list->length);
  }
  list->length += (uint32_t)extra;
  return true;
}

const struct sl_type sl_list_type = {
    .name = "list",
    .flags = SL_TYPE_MUTABLE,
    .methods = sl_list_methods,
    .repr = list_repr,
    .truth = list_truth,
    .equal = sl_sequence_equal,
    .compare = list_compare,
    .length = list_length,
    .iterate = list_iterate,
    .iterate_end = list_iterate_end,
    .contains = list_contains,
    .index = list_index,
    .set_index = list_set_index,
    .slice = list_slice,
    .binary = list_binary,
    .freeze = list_freeze,
};
