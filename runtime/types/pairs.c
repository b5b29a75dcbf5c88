// SPDX-License-Identifier: Apache-2.0
//
// Pairs: what a loop over dict.items(), enumerate() or zip() goes through when it takes each pair apart at once: their parts in
// a row, and one tuple for all of them. Invariant: Starlark code never sees it, nor the tuple.
#include "runtime/types/table.h"

struct pairs {
  const struct sl_type *type;
  uint32_t count;
  struct sl_tuple *pair;  // the present one
  sl_value parts[];
};

static struct pairs *as_pairs(sl_value value) { return (struct pairs *)(void *)value; }

static int64_t pairs_length(sl_value x) { return as_pairs(x)->count; }

static sl_value pairs_next(struct sl_iterator *iterator) {
  const struct pairs *pairs = as_pairs(iterator->sequence);
  if (iterator->position == pairs->count) return NULL;
  const sl_value *parts = &pairs->parts[2 * iterator->position++];
  pairs->pair->items[0] = parts[0];
  pairs->pair->items[1] = parts[1];
  return (sl_value)(void *)pairs->pair;
}

static bool pairs_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread, (void)x;
  iterator->next = pairs_next;
  return true;
}

static const struct sl_type pairs_type = {
    .name = "list",
    .length = pairs_length,
    .iterate = pairs_iterate,
};

sl_value sl_pairs(struct sl_thread *thread, size_t count, sl_value **parts) {
  struct pairs *pairs;
  size_t size = sizeof *pairs + 2 * count * sizeof *pairs->parts;
  if (!sl_heap_admit(thread, size)) return NULL;
  pairs = sl_allocate(size);
  pairs->type = &pairs_type;
  pairs->count = (uint32_t)count;
  sl_value *items;
  pairs->pair = (struct sl_tuple *)(void *)sl_tuple_new(2, &items);
  *parts = pairs->parts;
  return (sl_value)(void *)pairs;
}

sl_value sl_dict_pairs(struct sl_thread *thread, sl_value dict) {
  size_t count = sl_dict_length(dict), cursor = 0;
  sl_value *part, pairs = sl_pairs(thread, count, &part);
  if (!pairs || !sl_thread_take_steps(thread, count)) return NULL;
  for (; sl_dict_next(dict, &cursor, &part[0], &part[1]); part += 2) continue;
  return pairs;
}
