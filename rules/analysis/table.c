// SPDX-License-Identifier: Apache-2.0
//
// Table: the collector's objects found by hash, and the small helpers on text and sequences that every file here needs.
// A table is never listed, so that no order of addresses can reach an output.

#include <stdarg.h>
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

// ---------------------------------------------------------------- text and sequences

const char *bz_text_keep(const struct sl_text *text) {
  char *copy = sl_allocate_atomic(text->length + 1);
  memcpy(copy, sl_text_string(text), text->length + 1);
  return copy;
}

const char *bz_format(const char *format, ...) {
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  const char *copy = bz_text_keep(&text);
  sl_text_free(&text);
  return copy;
}

bool bz_sequence(struct sl_thread *thread, sl_value value, sl_value **items, size_t *count) {
  *items = NULL;
  *count = 0;
  if (!value || value == SL_NONE || sl_sequence_items(value, items, count)) return true;
  sl_value tuple = sl_to_tuple(thread, value);
  return tuple && sl_sequence_items(tuple, items, count);
}

void *bz_grow(void *items, size_t count) {
  // Full at each power of two.
  if ((count & (count - 1)) != 0) return items;
  void **grown = sl_allocate((count ? count * 2 : 1) * sizeof *grown);
  if (count) memcpy(grown, items, count * sizeof *grown);
  return grown;
}

bool bz_strings_contain(sl_value strings, const char *text) {
  sl_value *items;
  size_t count;
  if (!strings || !sl_sequence_items(strings, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (sl_string_is(items[i], text)) return true;
  }
  return false;
}

const char *bz_repr(struct sl_thread *thread, sl_value value) {
  struct sl_text text = {0};
  const char *shown = "?";
  if (sl_repr(thread, value, &text)) shown = bz_text_keep(&text);
  sl_error_clear(thread);
  sl_text_free(&text);
  return shown;
}
