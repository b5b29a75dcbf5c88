// SPDX-License-Identifier: Apache-2.0
//
// Table: the collector's objects found by hash. A table is never listed, so that no order of addresses can reach an output.

#include <string.h>

#include "rules/analysis/state.h"

void *bz_table_find(const struct bz_table *table, uint32_t hash,
                    bool (*same)(const void *entry, const void *key), const void *key) {
  if (table->capacity == 0) return NULL;
  for (size_t at = hash & (table->capacity - 1); table->entries[at];
       at = (at + 1) & (table->capacity - 1)) {
    if (table->hashes[at] == hash && same(table->entries[at], key)) return table->entries[at];
  }
  return NULL;
}

static void table_place(struct bz_table *table, uint32_t hash, void *entry) {
  size_t at = hash & (table->capacity - 1);
  while (table->entries[at]) at = (at + 1) & (table->capacity - 1);
  table->entries[at] = entry;
  table->hashes[at] = hash;
}

void bz_table_add(struct bz_table *table, uint32_t hash, void *entry) {
  if (table->count * 2 >= table->capacity) {
    struct bz_table old = *table;
    table->capacity = old.capacity ? old.capacity * 2 : 64;
    table->entries = sl_allocate(table->capacity * sizeof *table->entries);
    table->hashes = sl_allocate_atomic(table->capacity * sizeof *table->hashes);
    for (size_t i = 0; i < old.capacity; i++) {
      if (old.entries[i]) table_place(table, old.hashes[i], old.entries[i]);
    }
  }
  table_place(table, hash, entry);
  table->count++;
}

uint32_t bz_table_hash(const void *a, const void *b, const void *c) {
  uint64_t hash = (uint64_t)(uintptr_t)a * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (uint64_t)(uintptr_t)b) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (uint64_t)(uintptr_t)c) * 0x9e3779b97f4a7c15u;
  return (uint32_t)(hash >> 32);
}

void *bz_table_grow(void *items, size_t count) {
  // Full at each power of two.
  if ((count & (count - 1)) != 0) return items;
  void **grown = sl_allocate((count ? count * 2 : 1) * sizeof *grown);
  if (count) memcpy(grown, items, count * sizeof *grown);
  return grown;
}
