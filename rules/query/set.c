// SPDX-License-Identifier: Apache-2.0
//
// Set: sets of nodes as a bitmap and a list. Invariant: a node is in the list once if its bit is set, else not at all.
#include "rules/query/state.h"

enum { BITS = 64 };

static void grow_bits(struct bz_query_set *set, uint32_t node) {
  uint32_t words = node / BITS + 1 + set->words;
  uint64_t *bits = sl_allocate_atomic(words * sizeof *bits);
  for (uint32_t i = 0; i < set->words; i++) bits[i] = set->bits[i];
  set->bits = bits;
  set->words = words;
}

bool bz_query_set_has(const struct bz_query_set *set, uint32_t node) {
  return node / BITS < set->words && (set->bits[node / BITS] >> node % BITS & 1);
}

bool bz_query_set_add(struct bz_query_set *set, uint32_t node) {
  if (node / BITS >= set->words) grow_bits(set, node);
  uint64_t bit = (uint64_t)1 << node % BITS;
  if (set->bits[node / BITS] & bit) return false;
  set->bits[node / BITS] |= bit;
  if (set->count == set->capacity) {
    set->capacity = set->capacity ? set->capacity * 2 : 16;
    size_t size = set->capacity * sizeof *set->items;
    set->items = set->items ? sl_reallocate(set->items, size) : sl_allocate_atomic(size);
  }
  set->items[set->count++] = node;
  return true;
}

void bz_query_set_add_all(struct bz_query_set *set, const struct bz_query_set *other) {
  for (uint32_t i = 0; i < other->count; i++) bz_query_set_add(set, other->items[i]);
}
