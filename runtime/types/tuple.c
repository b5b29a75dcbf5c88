// SPDX-License-Identifier: Apache-2.0
//
// Tuple: immutable sequences, items inline. Their items may be mutable: such a tuple has no hash.
#include "runtime/reach.h"
#include "runtime/types/sequence.h"
#include "runtime/types/table.h"

static struct sl_tuple *as_tuple(sl_value value) { return (struct sl_tuple *)(void *)value; }

// ---------------------------------------------------------------- layout

static const struct sl_tuple empty_tuple = {.type = &sl_tuple_type};

// Whether the heap has room for so many items. False with an error pending.
static bool admit(struct sl_thread *thread, size_t count) {
  return sl_heap_admit(thread, count * sizeof(sl_value));
}

static struct sl_tuple *tuple_new(size_t count) {
  if (count == 0) return (struct sl_tuple *)(uintptr_t)&empty_tuple;
  struct sl_tuple *tuple = sl_allocate(sizeof *tuple + count * sizeof(sl_value));
  tuple->type = &sl_tuple_type;
  tuple->length = (uint32_t)count;
  return tuple;
}

// ---------------------------------------------------------------- slots

static bool tuple_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  const struct sl_tuple *tuple = as_tuple(x);
  return sl_sequence_write(thread, tuple->items, tuple->length, "(",
                           tuple->length == 1 ? ",)" : ")", out);
}

static bool tuple_truth(sl_value x) { return as_tuple(x)->length != 0; }

static bool hash_items(struct sl_thread *thread, const struct sl_tuple *tuple, uint32_t *hash) {
  uint32_t sum = tuple->length;
  for (uint32_t i = 0; i < tuple->length; i++) {
    uint32_t part;
    if (!sl_table_hash(thread, tuple->items[i], &part)) return false;
    sum = sl_hash_word(((uint64_t)sum << 32) ^ part);
  }
  *hash = sum ? sum : 1;
  return true;
}

// Cached: no part of a tuple that has a hash can change it.
static bool tuple_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  struct sl_tuple *tuple = as_tuple(x);
  *hash = __atomic_load_n(&tuple->hash, __ATOMIC_RELAXED);
  if (*hash != 0) return true;
  if (!sl_thread_enter(thread)) return false;
  bool done = hash_items(thread, tuple, hash);
  sl_thread_leave(thread);
  if (done && tuple->length) __atomic_store_n(&tuple->hash, *hash, __ATOMIC_RELAXED);
  return done;
}

static bool tuple_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  const struct sl_tuple *a = as_tuple(x), *b = as_tuple(y);
  return sl_sequence_compare(thread, a->items, a->length, b->items, b->length, order);
}

static int64_t tuple_length(sl_value x) { return as_tuple(x)->length; }

static sl_value tuple_next(struct sl_iterator *iterator) {
  const struct sl_tuple *tuple = as_tuple(iterator->sequence);
  return iterator->position < tuple->length ? tuple->items[iterator->position++] : NULL;
}

static bool tuple_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread, (void)x;
  iterator->next = tuple_next;
  return true;
}

static int tuple_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  return sl_sequence_contains(thread, as_tuple(x)->items, as_tuple(x)->length, item);
}

static sl_value tuple_index(struct sl_thread *thread, sl_value x, sl_value key) {
  size_t i;
  if (!sl_sequence_position(thread, key, "sequence index", as_tuple(x)->length, &i)) return NULL;
  return as_tuple(x)->items[i];
}

static sl_value tuple_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                            sl_value step) {
  struct sl_slice slice;
  if (!sl_sequence_slice(thread, as_tuple(x)->length, start, stop, step, &slice)) return NULL;
  if (!admit(thread, slice.count)) return NULL;
  struct sl_tuple *result = tuple_new(slice.count);
  sl_sequence_copy_slice(as_tuple(x)->items, &slice, result->items);
  return (sl_value)(void *)result;
}

static void tuple_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  for (uint32_t i = 0; i < as_tuple(x)->length; i++) visit(data, as_tuple(x)->items[i]);
}

// ---------------------------------------------------------------- operations

static sl_value concatenate(struct sl_thread *thread, const struct sl_tuple *a,
                            const struct sl_tuple *b) {
  if (a->length == 0) return (sl_value)(uintptr_t)b;
  if (b->length == 0) return (sl_value)(uintptr_t)a;
  if (!sl_sequence_check_sum(thread, a->length, b->length)) return NULL;
  if (!admit(thread, (size_t)a->length + b->length)) return NULL;
  struct sl_tuple *result = tuple_new((size_t)a->length + b->length);
  sl_copy_values(result->items, a->items, a->length);
  sl_copy_values(result->items + a->length, b->items, b->length);
  return (sl_value)(void *)result;
}

static sl_value repeat(struct sl_thread *thread, const struct sl_tuple *tuple, sl_value n) {
  size_t times = 0;
  if (tuple->length > 0 &&
      !sl_sequence_repetitions(thread, tuple->length, n, SL_SEQUENCE_LIMIT, "elements", &times))
    return NULL;
  if (!admit(thread, times * tuple->length)) return NULL;
  struct sl_tuple *result = tuple_new(times * tuple->length);
  sl_sequence_repeat(tuple->items, tuple->length * sizeof *tuple->items, times, result->items);
  return (sl_value)(void *)result;
}

static sl_value tuple_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                             bool reversed) {
  if (op == SL_OP_STAR && sl_is_int(y)) return repeat(thread, as_tuple(x), y);
  if (op == SL_OP_PLUS && !reversed && sl_is_tuple(y))
    return concatenate(thread, as_tuple(x), as_tuple(y));
  return NULL;
}

// ---------------------------------------------------------------- externals

sl_value sl_tuple_new(size_t count, sl_value **items) {
  struct sl_tuple *tuple = tuple_new(count);
  *items = tuple->items;
  return (sl_value)(void *)tuple;
}

sl_value sl_tuple(const sl_value *items, size_t count) {
  struct sl_tuple *tuple = tuple_new(count);
  sl_copy_values(tuple->items, items, count);
  return (sl_value)(void *)tuple;
}

size_t sl_tuple_length(sl_value tuple) { return as_tuple(tuple)->length; }

sl_value sl_tuple_get(sl_value tuple, size_t i) { return as_tuple(tuple)->items[i]; }

sl_value *sl_tuple_items(sl_value tuple) { return as_tuple(tuple)->items; }

const struct sl_type sl_tuple_type = {
    .name = "tuple",
    .flags = SL_TYPE_HAS_MUTABLE_PARTS,
    .repr = tuple_repr,
    .truth = tuple_truth,
    .hash = tuple_hash,
    .equal = sl_sequence_equal,
    .compare = tuple_compare,
    .immutable = sl_parts_are_immutable,
    .length = tuple_length,
    .iterate = tuple_iterate,
    .contains = tuple_contains,
    .index = tuple_index,
    .slice = tuple_slice,
    .binary = tuple_binary,
    .freeze = tuple_freeze,
};
