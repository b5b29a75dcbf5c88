// SPDX-License-Identifier: Apache-2.0
//
// Table: what dict.c lends to set.c: the insertion-ordered hash table itself, without checks of
// mutability.
#ifndef RUNTIME_TYPES_TABLE_H_
#define RUNTIME_TYPES_TABLE_H_

#include "runtime/value.h"

struct sl_dict *sl_table_new(const struct sl_type *type, struct sl_mutability *owner,
                             size_t expected_count);
// Whether a table may have so many entries, and the heap room for it. False with an error pending.
bool sl_table_admit(struct sl_thread *thread, size_t capacity) SL_MUST_CHECK;
// Makes room for `count` entries in all.
void sl_table_reserve(struct sl_dict *table, size_t count);
// For how many to make room if so many may come: if it is little. To be fitted when they are there.
static inline size_t sl_table_ahead(size_t most) { return most < 1024 ? most : 1024; }
// Gives back the room that is more than the entries take.
void sl_table_fit(struct sl_dict *table);
// A new table with the entries of another one, and room for `count` in all.
struct sl_dict *sl_table_copy(const struct sl_dict *from, struct sl_mutability *owner,
                              size_t count);
// The value under the key of an entry of another table, NULL as with sl_dict_find. `i`, the entry's
// number, is where it is looked for first: tables to be compared are often in the same order.
const sl_value *sl_table_find_like(struct sl_thread *thread, struct sl_dict *table,
                                   const struct sl_dict_entry *entry, size_t i);
// The removed value; NULL: no such key, or an error is pending.
sl_value sl_table_remove(struct sl_thread *thread, struct sl_dict *table, sl_value key,
                         uint32_t hash);
void sl_table_clear(struct sl_dict *table);
// Puts the entries of a new table in the place of those that are there.
void sl_table_replace(struct sl_dict *table, struct sl_dict *entries);
// Puts the keys in order where there is room for them.
void sl_table_keys(const struct sl_dict *table, sl_value *keys);

// No live entry is before it, so that removing from the front takes constant time.
static inline uint32_t sl_table_first(const struct sl_dict *table) {
  if (!table->used || table->entries[0].key) return 0;
  return (uint32_t)(uintptr_t)table->entries[0].value;
}

// The next live entry at or after *cursor, NULL at the end.
static inline const struct sl_dict_entry *sl_table_next(const struct sl_dict *table,
                                                        size_t *cursor) {
  size_t i = *cursor ? *cursor : sl_table_first(table);
  while (i < table->used && !table->entries[i].key) i++;
  *cursor = i + 1;
  return i < table->used ? &table->entries[i] : NULL;
}

// Some entries of a table, by their numbers.
struct sl_table_selection {
  const struct sl_dict *from;
  uint32_t count;
  uint32_t *numbers;  // atomic
};
// Selects the entries of a table whose key is in another one, or those whose key is not.
bool sl_table_select(struct sl_thread *thread, const struct sl_dict *from, struct sl_dict *other,
                     bool present, struct sl_table_selection *selection) SL_MUST_CHECK;
// Adds them; none is there yet, and there is room.
void sl_table_append_selected(struct sl_dict *table, const struct sl_table_selection *selection);

// sl_check_mutable, with the usual case at hand.
static inline bool sl_table_check_mutable(struct sl_thread *thread, struct sl_dict *table) {
  bool usable = !table->owner->frozen && table->iterators == 0;
  return SL_LIKELY(usable) || sl_check_mutable(thread, (sl_value)(void *)table);
}

// Most keys have been hashed before.
static inline uint32_t sl_table_string_hash(struct sl_string *key) {
  return SL_LIKELY(key->hash != 0) ? key->hash : sl_string_hash(key);
}

// sl_hash, with the usual keys at hand.
static inline bool sl_table_hash(struct sl_thread *thread, sl_value key, uint32_t *hash) {
  if (sl_is_small_int(key)) {
    *hash = sl_hash_word((uint64_t)sl_small_int(key));
    return true;
  }
  if (!sl_is_string(key)) return sl_hash(thread, key, hash);
  *hash = sl_table_string_hash((struct sl_string *)(void *)key);
  return true;
}

// Iteration over the keys: slots of both types.
bool sl_table_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator);
void sl_table_iterate_end(struct sl_iterator *iterator);

#endif  // RUNTIME_TYPES_TABLE_H_
