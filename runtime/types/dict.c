// SPDX-License-Identifier: Apache-2.0
//
// Dict: hash tables in order of insertion; sets are the same tables without values. Invariants:
// entries [0, used) hold every live entry in order, and holes have a NULL key; one that is the very
// first has as its value the number of the first live entry. Up to SMALL entries there is no index,
// and look-ups scan. Each slot of the index that is not free was taken by one entry put since the
// last rebuild, so the index, of twice the capacity, is never more than half full.
#include "runtime/types/table.h"

static struct sl_dict *as_dict(sl_value value) { return (struct sl_dict *)(void *)value; }

// Larger tables than these are refused: most look-ups in them miss all caches, and take forever.
enum { FIRST_CAPACITY = 2, SMALL = 8, MOST = 1 << 24 };
// What a slot of the index may hold besides the number of an entry + ENTRY. Its upper bits, for which
// no number has a use, are those of the entry's hash: most other entries are passed over unseen.
enum { FREE, DELETED, ENTRY, NUMBER_BITS = 25 };

_Static_assert(MOST + ENTRY <= 1 << NUMBER_BITS, "a slot has room for every number");

static inline uint32_t slot_content(uint32_t hash, uint32_t i) {
  return hash >> NUMBER_BITS << NUMBER_BITS | (i + ENTRY);
}

// Whether a slot that is not free may be that of an entry with this hash.
static inline bool may_match(uint32_t content, uint32_t hash) {
  return (content ^ hash) >> NUMBER_BITS == 0 && content != DELETED;
}

static inline uint32_t number_in(uint32_t content) {
  return (content & (((uint32_t)1 << NUMBER_BITS) - 1)) - ENTRY;
}

// ---------------------------------------------------------------- the table

struct sl_dict *sl_table_new(const struct sl_type *type, struct sl_mutability *owner,
                             size_t expected_count) {
  struct sl_dict *table = sl_allocate(sizeof *table);
  table->type = type;
  table->owner = owner;
  if (expected_count) sl_table_reserve(table, expected_count);
  return table;
}

// The slots of an index - 1: there are twice as many as entries.
static inline uint32_t mask_of(const struct sl_dict *table) { return 2 * table->capacity - 1; }

// No live entry is before it, so that removing from the front takes constant time.
static inline uint32_t first_of(const struct sl_dict *table) {
  if (!table->used || table->entries[0].key) return 0;
  return (uint32_t)(uintptr_t)table->entries[0].value;
}

// Puts entry `i` into the index, which has room.
static void index_entry(struct sl_dict *table, uint32_t hash, uint32_t i) {
  uint32_t mask = mask_of(table), slot = hash & mask;
  while (table->index[slot] >= ENTRY) slot = (slot + 1) & mask;
  table->index[slot] = slot_content(hash, i);
}

// Whether a table may have so many entries, and the heap room for it. False with an error pending.
static bool admit(struct sl_thread *thread, size_t capacity) {
  if (capacity > MOST) {
    return sl_fail_false(thread, "excessive capacity requested (table of %zu entries)", capacity);
  }
  return sl_heap_admit(thread, capacity * (sizeof(struct sl_dict_entry) + 2 * sizeof(uint32_t)));
}

// Moves the live entries to a new array without holes, and indexes them anew.
static void rebuild(struct sl_dict *table, size_t capacity) {
  struct sl_dict_entry *entries = sl_allocate(capacity * sizeof *entries);
  uint32_t count = 0;
  for (uint32_t i = first_of(table); i < table->used; i++) {
    if (table->entries[i].key) entries[count++] = table->entries[i];
  }
  table->entries = entries;
  table->capacity = (uint32_t)capacity;
  table->used = count;
  table->index = NULL;
  if (capacity <= SMALL) return;
  table->index = sl_allocate_atomic(2 * capacity * sizeof *table->index);
  for (uint32_t i = 0; i < count; i++) index_entry(table, entries[i].hash, i);
}

// A table of which more than a quarter is holes is packed, another one grows: either way many puts
// pay for the next rebuild.
static bool make_room(struct sl_thread *thread, struct sl_dict *table) {
  size_t capacity = table->capacity;
  if (capacity == 0) {
    capacity = FIRST_CAPACITY;
  } else if (table->count >= capacity - capacity / 4) {
    capacity *= 2;
  }
  if (!admit(thread, capacity)) return false;
  rebuild(table, capacity);
  return true;
}

void sl_table_reserve(struct sl_dict *table, size_t count) {
  size_t capacity = 1;
  while (capacity < count) capacity *= 2;
  if (capacity > table->capacity) rebuild(table, capacity);
}

// Whether an entry is that of a key. -1: an error is pending. Holes have hash 0, which no key has.
static inline int matches(struct sl_thread *thread, const struct sl_dict_entry *entry, sl_value key,
                          uint32_t hash) {
  if (SL_LIKELY(entry->hash != hash)) return 0;
  return entry->key == key ? 1 : sl_equal(thread, entry->key, key);
}

// What find says instead of an entry's number.
enum { ABSENT = -1, FAILED = -2 };

// The number of the key's entry; FAILED: an error is pending. *slot: its place in the index, if
// there is one; if the key is absent, the free place where its probing ended.
static int64_t find(struct sl_thread *thread, const struct sl_dict *table, sl_value key,
                    uint32_t hash, uint32_t *slot) {
  if (!table->index) {
    for (uint32_t i = 0; i < table->used; i++) {
      int match = matches(thread, &table->entries[i], key, hash);
      if (SL_UNLIKELY(match)) return match > 0 ? (int64_t)i : FAILED;
    }
    return ABSENT;
  }
  uint32_t mask = mask_of(table);
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    uint32_t content = table->index[i];
    *slot = i;
    if (content == FREE) return ABSENT;
    if (!may_match(content, hash)) continue;
    int match = matches(thread, &table->entries[number_in(content)], key, hash);
    if (match) return match > 0 ? (int64_t)number_in(content) : FAILED;
  }
}

sl_value *sl_dict_find(struct sl_thread *thread, struct sl_dict *table, sl_value key,
                       uint32_t hash) {
  uint32_t slot;
  int64_t i = find(thread, table, key, hash, &slot);
  return i < 0 ? NULL : &table->entries[i].value;
}

static inline bool matches_string(const struct sl_dict_entry *entry, const struct sl_string *key,
                                  uint32_t hash) {
  if (SL_LIKELY(entry->hash != hash)) return false;
  if (entry->key == (sl_value)(uintptr_t)key) return true;
  return sl_is_string(entry->key) &&
         sl_string_equal((const struct sl_string *)(const void *)entry->key, key);
}

// Most keys have been hashed before.
static inline uint32_t known_hash(struct sl_string *key) {
  return SL_LIKELY(key->hash != 0) ? key->hash : sl_string_hash(key);
}

// The place of a string's value; NULL: it is absent. *slot as in find.
__attribute__((always_inline)) static inline sl_value *find_string(const struct sl_dict *table,
                                                                   const struct sl_string *key,
                                                                   uint32_t hash, uint32_t *slot) {
  if (!table->index) {
    for (uint32_t i = 0; i < table->used; i++) {
      if (matches_string(&table->entries[i], key, hash)) return &table->entries[i].value;
    }
    return NULL;
  }
  uint32_t mask = mask_of(table);
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    uint32_t content = table->index[i];
    *slot = i;
    if (content == FREE) return NULL;
    if (!may_match(content, hash)) continue;
    struct sl_dict_entry *entry = &table->entries[number_in(content)];
    if (matches_string(entry, key, hash)) return &entry->value;
  }
}

sl_value *sl_dict_find_string(struct sl_dict *table, struct sl_string *key) {
  uint32_t slot;
  return find_string(table, key, known_hash(key), &slot);
}

// Appends an entry whose key is not there yet; there is room.
static uint32_t append(struct sl_dict *table, sl_value key, uint32_t hash, sl_value value) {
  uint32_t i = table->used++;
  table->entries[i] = (struct sl_dict_entry){key, value, hash};
  table->count++;
  return i;
}

// The same for a table that has an index in which no place is known.
static void append_indexed(struct sl_dict *table, sl_value key, uint32_t hash, sl_value value) {
  uint32_t i = append(table, key, hash, value);
  if (table->index) index_entry(table, hash, i);
}

// The same after a look-up that ended at `slot`. False: there is no room.
static inline bool append_at(struct sl_dict *table, uint32_t slot, sl_value key, uint32_t hash,
                             sl_value value) {
  if (SL_UNLIKELY(table->used == table->capacity)) return false;
  uint32_t i = append(table, key, hash, value);
  if (table->index) table->index[slot] = slot_content(hash, i);
  return true;
}

bool sl_dict_put(struct sl_thread *thread, struct sl_dict *table, sl_value key, uint32_t hash,
                 sl_value value) {
  uint32_t slot = 0;
  int64_t found = find(thread, table, key, hash, &slot);
  if (found >= 0) {
    table->entries[found].value = value;
    return true;
  }
  if (SL_UNLIKELY(found == FAILED)) return false;
  if (append_at(table, slot, key, hash, value)) return true;
  if (!make_room(thread, table)) return false;
  append_indexed(table, key, hash, value);
  return true;
}

bool sl_dict_put_string(struct sl_dict *table, struct sl_string *key, sl_value value) {
  uint32_t hash = known_hash(key), slot = 0;
  sl_value *found = find_string(table, key, hash, &slot);
  if (!found) return append_at(table, slot, (sl_value)(void *)key, hash, value);
  *found = value;
  return true;
}

sl_value sl_table_remove(struct sl_thread *thread, struct sl_dict *table, sl_value key,
                         uint32_t hash) {
  uint32_t slot;
  int64_t i = find(thread, table, key, hash, &slot);
  if (i < 0) return NULL;
  sl_value removed = table->entries[i].value;
  table->entries[i] = (struct sl_dict_entry){0};
  table->count--;
  if (table->index) table->index[slot] = DELETED;
  uint32_t first = first_of(table);
  while (first < table->used && !table->entries[first].key) first++;
  if (first) table->entries[0].value = (sl_value)(uintptr_t)first;
  return removed;
}

void sl_table_clear(struct sl_dict *table) {
  table->count = table->used = table->capacity = 0;
  table->entries = NULL;
  table->index = NULL;
}

struct sl_dict *sl_dict_copy(struct sl_thread *thread, const struct sl_dict *from) {
  if (!admit(thread, from->count) || !sl_thread_take_steps(thread, from->count)) return NULL;
  struct sl_dict *copy = sl_table_new(from->type, sl_thread_head(thread)->mutability, from->count);
  for (uint32_t i = first_of(from); i < from->used; i++) {
    const struct sl_dict_entry *entry = &from->entries[i];
    if (entry->key) append_indexed(copy, entry->key, entry->hash, entry->value);
  }
  return copy;
}

sl_value sl_dict_of_names(struct sl_thread *thread, const struct sl_shape *names,
                          const sl_value *values) {
  struct sl_dict *dict =
      sl_table_new(&sl_dict_type, sl_thread_head(thread)->mutability, names->count);
  for (uint32_t i = 0; i < names->count; i++) {
    struct sl_string *name = (struct sl_string *)(void *)names->names[i];
    append_indexed(dict, names->names[i], sl_string_hash(name), values[i]);
  }
  return (sl_value)(void *)dict;
}

const struct sl_dict_entry *sl_table_next(const struct sl_dict *table, size_t *cursor) {
  size_t i = *cursor ? *cursor : first_of(table);
  while (i < table->used && !table->entries[i].key) i++;
  *cursor = i + 1;
  return i < table->used ? &table->entries[i] : NULL;
}

static sl_value table_next_key(struct sl_iterator *iterator) {
  const struct sl_dict_entry *entry =
      sl_table_next(as_dict(iterator->sequence), &iterator->position);
  return entry ? entry->key : NULL;
}

bool sl_table_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread;
  if (!as_dict(x)->owner->frozen) as_dict(x)->iterators++;
  iterator->next = table_next_key;
  return true;
}

void sl_table_iterate_end(struct sl_iterator *iterator) {
  struct sl_dict *table = as_dict(iterator->sequence);
  if (!table->owner->frozen) table->iterators--;
}

// ---------------------------------------------------------------- slots

static bool write_entries(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  for (bool first = true; (entry = sl_table_next(as_dict(x), &cursor)) != NULL; first = false) {
    if (!first) sl_text_append(out, ", ", 2);
    if (!sl_thread_take_steps(thread, 1) || !sl_repr(thread, entry->key, out)) return false;
    sl_text_append(out, ": ", 2);
    if (!sl_repr(thread, entry->value, out)) return false;
  }
  return true;
}

static bool dict_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  sl_text_append_char(out, '{');
  if (!write_entries(thread, x, out)) return false;
  sl_text_append_char(out, '}');
  return true;
}

static bool dict_truth(sl_value x) { return as_dict(x)->count != 0; }

static int entries_equal(struct sl_thread *thread, const struct sl_dict *a, struct sl_dict *b) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while ((entry = sl_table_next(a, &cursor)) != NULL) {
    const sl_value *other = sl_dict_find(thread, b, entry->key, entry->hash);
    if (!other) return sl_error_pending(thread) ? -1 : 0;
    int equal = sl_equal(thread, entry->value, *other);
    if (equal != 1) return equal;
  }
  return 1;
}

// The order of entries does not matter.
static int dict_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  if (as_dict(x)->count != as_dict(y)->count) return 0;
  int known = sl_visit_pair(thread, x, y, as_dict(x)->count);
  if (known != 0) return known;
  return sl_visit_compared(thread, x, y, entries_equal(thread, as_dict(x), as_dict(y)));
}

static int64_t dict_length(sl_value x) { return as_dict(x)->count; }

static int dict_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  uint32_t hash;
  if (!sl_hash(thread, item, &hash)) return -1;
  if (sl_dict_find(thread, as_dict(x), item, hash)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

static sl_value dict_index(struct sl_thread *thread, sl_value x, sl_value key) {
  uint32_t hash;
  sl_value found = sl_dict_get(thread, x, key);
  if (found) return found;
  if (sl_error_pending(thread)) {
    sl_error_clear(thread);
    // In Bazel, what has no hash is just not there.
    if (sl_hash(thread, key, &hash)) return sl_dict_get(thread, x, key);
    sl_error_clear(thread);
  }
  struct sl_text shown = {0};
  if (sl_repr(thread, key, &shown))
    sl_fail(thread, "key %s not found in dictionary", sl_text_string(&shown));
  sl_text_free(&shown);
  return NULL;
}

static sl_value dict_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                            bool reversed) {
  if (op != SL_OP_PIPE || !sl_is_mapping(y)) return NULL;
  sl_value left = reversed ? y : x;
  sl_value result = (sl_value)(void *)(sl_is_dict(left) ? sl_dict_copy(thread, as_dict(left))
                                                        : as_dict(sl_dict(thread, 0)));
  if (!result || (!sl_is_dict(left) && !sl_dict_update(thread, result, left))) return NULL;
  return sl_dict_update(thread, result, reversed ? x : y) ? result : NULL;
}

static void dict_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while ((entry = sl_table_next(as_dict(x), &cursor)) != NULL) {
    visit(data, entry->key);
    visit(data, entry->value);
  }
}

// ---------------------------------------------------------------- update

// "update" or "dict": whichever is running.
static const char *running_function(struct sl_thread *thread) {
  struct sl_frame frame;
  return sl_thread_frame(thread, 0, &frame) && frame.function ? frame.function : "update";
}

static bool put_pair(struct sl_thread *thread, sl_value dict, sl_value pair, size_t position) {
  if (!sl_is_iterable(pair)) {
    return sl_fail_false(thread,
                         "in %s, dictionary update sequence element #%zu is not iterable (%s)",
                         running_function(thread), position, sl_type_name(pair));
  }
  sl_value tuple = sl_to_tuple(thread, pair);
  if (!tuple) return false;
  if (sl_tuple_length(tuple) != 2) {
    return sl_fail_false(thread,
                         "in %s, item #%zu has length %zu, but exactly two elements are required",
                         running_function(thread), position, sl_tuple_length(tuple));
  }
  return sl_dict_set(thread, dict, sl_tuple_get(tuple, 0), sl_tuple_get(tuple, 1));
}

static bool put_pairs(struct sl_thread *thread, sl_value dict, struct sl_iterator *pairs) {
  sl_value pair;
  for (size_t i = 0; (pair = sl_iterate_next(pairs)) != NULL; i++) {
    if (!put_pair(thread, dict, pair, i) || !sl_thread_take_steps(thread, 1)) return false;
  }
  return true;
}

static bool put_keys(struct sl_thread *thread, sl_value dict, sl_value mapping,
                     struct sl_iterator *keys) {
  sl_value key;
  while ((key = sl_iterate_next(keys)) != NULL) {
    sl_value value = sl_index(thread, mapping, key);
    if (!value || !sl_dict_set(thread, dict, key, value)) return false;
  }
  return true;
}

static bool put_entries(struct sl_thread *thread, struct sl_dict *dict,
                        const struct sl_dict *from) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  if (!admit(thread, from->count) || !sl_thread_take_steps(thread, from->count)) return false;
  if (dict->count == 0) sl_table_reserve(dict, from->count);
  while (dict != from && (entry = sl_table_next(from, &cursor)) != NULL) {
    if (!sl_dict_put(thread, dict, entry->key, entry->hash, entry->value)) return false;
  }
  return true;
}

bool sl_dict_update(struct sl_thread *thread, sl_value dict, sl_value source) {
  if (!sl_table_check_mutable(thread, as_dict(dict))) return false;
  if (sl_is_dict(source)) return put_entries(thread, as_dict(dict), as_dict(source));
  if (!sl_is_iterable(source)) {
    return sl_fail_false(thread, "in %s, got %s, want iterable", running_function(thread),
                         sl_type_name(source));
  }
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, source, &iterator)) return false;
  bool done = sl_is_mapping(source) ? put_keys(thread, dict, source, &iterator)
                                    : put_pairs(thread, dict, &iterator);
  sl_iterate_end(&iterator);
  return done;
}

// ---------------------------------------------------------------- externals

sl_value sl_dict(struct sl_thread *thread, size_t expected_count) {
  return (sl_value)(void *)sl_table_new(&sl_dict_type, sl_thread_head(thread)->mutability,
                                        expected_count);
}

size_t sl_dict_length(sl_value dict) { return as_dict(dict)->count; }

sl_value sl_dict_get(struct sl_thread *thread, sl_value dict, sl_value key) {
  uint32_t hash;
  if (!sl_hash(thread, key, &hash)) return NULL;
  const sl_value *found = sl_dict_find(thread, as_dict(dict), key, hash);
  return found ? *found : NULL;
}

sl_value sl_dict_get_string(sl_value dict, const char *key) {
  sl_value name = sl_string_intern(key, strlen(key));
  const sl_value *found = sl_dict_find_string(as_dict(dict), (struct sl_string *)(void *)name);
  return found ? *found : NULL;
}

bool sl_dict_next(sl_value dict, size_t *cursor, sl_value *key, sl_value *value) {
  const struct sl_dict_entry *entry = sl_table_next(as_dict(dict), cursor);
  if (!entry) return false;
  *key = entry->key;
  *value = entry->value;
  return true;
}

bool sl_dict_set(struct sl_thread *thread, sl_value dict, sl_value key, sl_value value) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_dict(dict)) || !sl_hash(thread, key, &hash)) return false;
  return sl_dict_put(thread, as_dict(dict), key, hash, value);
}

bool sl_dict_set_string(struct sl_thread *thread, sl_value dict, const char *key, sl_value value) {
  return sl_dict_set(thread, dict, sl_string_intern(key, strlen(key)), value);
}

sl_value sl_dict_remove(struct sl_thread *thread, sl_value dict, sl_value key) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_dict(dict)) || !sl_hash(thread, key, &hash)) return NULL;
  return sl_table_remove(thread, as_dict(dict), key, hash);
}

bool sl_dict_clear(struct sl_thread *thread, sl_value dict) {
  if (!sl_table_check_mutable(thread, as_dict(dict))) return false;
  sl_table_clear(as_dict(dict));
  return true;
}

const struct sl_type sl_dict_type = {
    .name = "dict",
    .flags = SL_TYPE_MUTABLE | SL_TYPE_MAPPING,
    .methods = sl_dict_methods,
    .repr = dict_repr,
    .truth = dict_truth,
    .equal = dict_equal,
    .length = dict_length,
    .iterate = sl_table_iterate,
    .iterate_end = sl_table_iterate_end,
    .contains = dict_contains,
    .index = dict_index,
    .set_index = sl_dict_set,
    .binary = dict_binary,
    .freeze = dict_freeze,
};
