// SPDX-License-Identifier: Apache-2.0
//
// Table: what dict.c lends to set.c: the insertion-ordered hash table itself, without checks of
// mutability.
#ifndef RUNTIME_TYPES_TABLE_H_
#define RUNTIME_TYPES_TABLE_H_

#include "runtime/value.h"

struct sl_dict *sl_table_new(const struct sl_type *type, struct sl_mutability *owner,
                             size_t expected_count);
// Makes room for `count` entries in all.
void sl_table_reserve(struct sl_dict *table, size_t count);
// The removed value; NULL: no such key, or an error is pending.
sl_value sl_table_remove(struct sl_thread *thread, struct sl_dict *table, sl_value key,
                         uint32_t hash);
void sl_table_clear(struct sl_dict *table);
// The next live entry at or after *cursor, NULL at the end.
const struct sl_dict_entry *sl_table_next(const struct sl_dict *table, size_t *cursor);

// sl_check_mutable, with the usual case at hand.
static inline bool sl_table_check_mutable(struct sl_thread *thread, struct sl_dict *table) {
  bool usable = !table->owner->frozen && table->iterators == 0;
  return SL_LIKELY(usable) || sl_check_mutable(thread, (sl_value)(void *)table);
}

// Iteration over the keys: slots of both types.
bool sl_table_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator);
void sl_table_iterate_end(struct sl_iterator *iterator);

#endif  // RUNTIME_TYPES_TABLE_H_
