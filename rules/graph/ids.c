// SPDX-License-Identifier: Apache-2.0
//
// Ids: an open-addressed table. A graph has millions of edges, each looked up once.
#include "rules/graph/ids.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

struct ids_entry {
  const void *key;
  size_t length;  // of a text; 0 with a pointer
  uint32_t hash;
  uint32_t id;  // 0: free
};

static void grow(struct ids *ids) {
  uint32_t old_size = ids->entries ? ids->mask + 1 : 0, size = old_size ? old_size * 2 : 256;
  struct ids_entry *entries = calloc(size, sizeof *entries);
  if (!entries) abort();
  for (uint32_t i = 0; i < old_size; i++) {
    if (ids->entries[i].id == 0) continue;
    uint32_t slot = ids->entries[i].hash & (size - 1);
    while (entries[slot].id) slot = (slot + 1) & (size - 1);
    entries[slot] = ids->entries[i];
  }
  free(ids->entries);
  ids->entries = entries;
  ids->mask = size - 1;
}

static uint32_t find(struct ids *ids, const void *key, size_t length, uint32_t hash, bool *is_new) {
  if (ids->count * 2 >= ids->mask) grow(ids);
  uint32_t slot = hash & ids->mask;
  for (; ids->entries[slot].id; slot = (slot + 1) & ids->mask) {
    const struct ids_entry *entry = &ids->entries[slot];
    if (entry->hash != hash || entry->length != length) continue;
    if (length ? memcmp(entry->key, key, length) == 0 : entry->key == key) {
      *is_new = false;
      return entry->id;
    }
  }
  ids->entries[slot] = (struct ids_entry){key, length, hash, ++ids->count};
  *is_new = true;
  return ids->count;
}

uint32_t ids_of_pointer(struct ids *ids, const void *pointer, bool *is_new) {
  uint64_t mixed = (uint64_t)(uintptr_t)pointer * 0x9e3779b97f4a7c15u;
  return find(ids, pointer, 0, (uint32_t)(mixed >> 32), is_new);
}

uint32_t ids_of_text(struct ids *ids, const char *bytes, size_t length, bool *is_new) {
  return find(ids, bytes, length, sl_hash_text(bytes, length), is_new);
}

void ids_free(struct ids *ids) {
  free(ids->entries);
  *ids = (struct ids){0};
}
