// SPDX-License-Identifier: Apache-2.0
//
// Dict: hash tables in order of insertion; sets are the same tables without values. Invariants:
// entries [0, used) hold every live entry in order, and holes have a NULL key; one that is the very
// first has as its value the number of the first live entry. Up to SMALL entries there is no index,
// and look-ups scan. A table that is made small carries its entries. An index has groups of slots,
// which are filled from their first slot on; each slot that is not free was taken by one entry put
// since the last rebuild, so the index, of twice the capacity, is never more than half full. The
// slot of a removed entry stays: it leads to a hole.
#include "runtime/types/table.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static struct sl_dict *as_dict(sl_value value) { return (struct sl_dict *)(void *)value; }

// Larger tables than these are refused: most look-ups in them miss all caches, and take forever.
enum { FIRST_CAPACITY = 4, SMALL = 8, MOST_JOINT = 1 << 10, MOST = 1 << 24 };
// What a slot of the index holds: FREE, or the number of an entry + ENTRY. Its upper bits, for which
// no number has a use, are those of the entry's hash: most other entries are passed over unseen.
enum { FREE, ENTRY, NUMBER_BITS = 25 };
// Slots of a group: enough for nearly all look-ups to end in the first one, so that processors can
// foresee it.
enum { GROUP = 8, COUNTED_GROUPS = 256 };

_Static_assert(MOST + ENTRY <= 1 << NUMBER_BITS, "a slot has room for every number");
_Static_assert((int)SMALL >= GROUP, "every index has whole groups");

static inline uint32_t slot_content(uint32_t hash, uint32_t i) {
  return hash >> NUMBER_BITS << NUMBER_BITS | (i + ENTRY);
}

static inline uint32_t number_in(uint32_t content) {
  return (content & (((uint32_t)1 << NUMBER_BITS) - 1)) - ENTRY;
}

// The slots of a group that hold the upper bits of this hash, a bit for each. If these are 0, so do
// free slots.
static inline uint32_t slots_like(const uint32_t *group, uint32_t hash) {
#ifdef __SSE2__
  const __m128i *halves = (const __m128i *)(const void *)group;
  __m128i wanted = _mm_set1_epi32((int)hash), zero = _mm_setzero_si128();
  __m128i low = _mm_xor_si128(_mm_loadu_si128(halves), wanted);
  __m128i high = _mm_xor_si128(_mm_loadu_si128(halves + 1), wanted);
  low = _mm_cmpeq_epi32(_mm_srli_epi32(low, NUMBER_BITS), zero);
  high = _mm_cmpeq_epi32(_mm_srli_epi32(high, NUMBER_BITS), zero);
  return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(low, high), zero));
#else
  uint32_t found = 0;
  for (int i = 0; i < GROUP; i++) found |= (uint32_t)((group[i] ^ hash) >> NUMBER_BITS == 0) << i;
  return found;
#endif
}

// Whether a look-up that has not found its key in a group ends there.
static inline bool has_free_slot(const uint32_t *group) { return group[GROUP - 1] == FREE; }

// The first free slot of a group that has one. Each is read by itself: processors would wait for what
// was just written to slots that they read together.
static inline uint32_t free_slot(const uint32_t *group) {
  uint32_t slot = group[3] == FREE ? 0 : 4;
  slot += group[slot + 1] == FREE ? 0 : 2;
  return slot + (group[slot] != FREE);
}

// ---------------------------------------------------------------- the table

// The groups of an index - 1: there are twice as many slots as entries.
static inline uint32_t mask_of(const struct sl_dict *table) {
  return 2 * table->capacity / GROUP - 1;
}

// Puts entry `i` into the index, which has room.
static void index_entry(struct sl_dict *table, uint32_t hash, uint32_t i) {
  uint32_t mask = mask_of(table), number = hash & mask;
  while (!has_free_slot(table->index + number * GROUP)) number = (number + 1) & mask;
  uint32_t *group = table->index + number * GROUP;
  group[free_slot(group)] = slot_content(hash, i);
}

// The same for all entries, and an index of few groups that is empty. How far these are filled is
// counted apart from them: a count is at hand for the next entry at once, what was written to a slot
// is not.
static void index_counting(struct sl_dict *table) {
  uint32_t mask = mask_of(table);
  uint8_t filled[COUNTED_GROUPS];
  memset(filled, 0, mask + 1);
  for (uint32_t i = 0; i < table->used; i++) {
    uint32_t hash = table->entries[i].hash, number = hash & mask;
    while (filled[number] == GROUP) number = (number + 1) & mask;
    table->index[number * GROUP + filled[number]++] = slot_content(hash, i);
  }
}

// The same for the entries from `first` on; those before are there.
static void index_entries(struct sl_dict *table, uint32_t first) {
  if (!table->index) return;
  if (first == 0 && mask_of(table) < COUNTED_GROUPS) {
    index_counting(table);
    return;
  }
  const struct sl_dict_entry *entries = table->entries;
  for (uint32_t i = first, mask = mask_of(table); i < table->used; i++) {
    // Groups of large tables are in no cache.
    if (i + 16 < table->used) {
      __builtin_prefetch(table->index + (entries[i + 16].hash & mask) * GROUP, 1);
    }
    index_entry(table, entries[i].hash, i);
  }
}

bool sl_table_admit(struct sl_thread *thread, size_t capacity) {
  if (capacity > MOST) {
    return sl_fail_false(thread, "excessive capacity requested (table of %zu entries)", capacity);
  }
  return sl_heap_admit(thread, capacity * (sizeof(struct sl_dict_entry) + 2 * sizeof(uint32_t)));
}

static size_t entries_size(size_t capacity) { return capacity * sizeof(struct sl_dict_entry); }

static size_t index_size(size_t capacity) {
  return capacity > SMALL ? 2 * capacity * sizeof(uint32_t) : 0;
}

// Whether the index is in the same block, behind the entries: together they fill it, and one is faster
// made than two. The collector looks at it in vain: what has small numbers resembles no address.
static bool is_joint(size_t capacity) { return capacity <= MOST_JOINT; }

// What a table had before it was rebuilt: no other one has it, and nobody is reading it. What it was
// made with is part of itself, and too small to be given back.
static void release(const struct sl_dict *table) {
  size_t size = entries_size(table->capacity), more = index_size(table->capacity);
  bool joint = is_joint(table->capacity);
  sl_release(table->entries, joint ? size + more : size);
  if (!joint) sl_release(table->index, more);
}

// Moves the live entries to a new array without holes, and indexes them anew.
static void rebuild(struct sl_dict *table, size_t capacity) {
  struct sl_dict old = *table;
  size_t size = entries_size(capacity), more = index_size(capacity);
  bool joint = is_joint(capacity);
  struct sl_dict_entry *entries = sl_allocate(joint ? size + more : size);
  uint32_t count = 0;
  for (uint32_t i = sl_table_first(&old); i < old.used; i++) {
    if (old.entries[i].key) entries[count++] = old.entries[i];
  }
  table->entries = entries;
  table->capacity = (uint32_t)capacity;
  table->used = count;
  table->index = NULL;
  release(&old);
  if (more) table->index = joint ? (uint32_t *)(entries + capacity) : sl_allocate_atomic(more);
  index_entries(table, 0);
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
  if (!sl_table_admit(thread, capacity)) return false;
  rebuild(table, capacity);
  return true;
}

static size_t capacity_for(size_t count) {
  size_t capacity = 1;
  while (capacity < count) capacity *= 2;
  return capacity;
}

struct sl_dict *sl_table_new(const struct sl_type *type, struct sl_mutability *owner,
                             size_t expected_count) {
  size_t capacity = expected_count ? capacity_for(expected_count) : 0;
  bool own = capacity <= SMALL;
  struct sl_dict *table = sl_allocate(sizeof *table + (own ? capacity * sizeof *table->own : 0));
  table->type = type;
  table->owner = owner;
  if (own) {
    table->entries = table->own;
    table->capacity = (uint32_t)capacity;
  } else {
    rebuild(table, capacity);
  }
  return table;
}

void sl_table_reserve(struct sl_dict *table, size_t count) {
  size_t capacity = capacity_for(count);
  if (capacity > table->capacity) rebuild(table, capacity);
}

void sl_table_fit(struct sl_dict *table) {
  size_t capacity = capacity_for(table->count);
  if (capacity < table->capacity && table->entries != table->own) rebuild(table, capacity);
}

static inline bool matches_string(const struct sl_dict_entry *entry, const struct sl_string *key) {
  return sl_is_string(entry->key) &&
         sl_string_equal((const struct sl_string *)(const void *)entry->key, key);
}

// Whether an entry is that of a key, which may be known to be a string. -1: an error is pending.
// Holes have hash 0, which no key has.
static inline int matches(struct sl_thread *thread, const struct sl_dict_entry *entry, sl_value key,
                          uint32_t hash, bool is_string) {
  if (SL_LIKELY(entry->hash != hash)) return 0;
  if (entry->key == key) return 1;
  if (is_string || sl_is_string(key))
    return matches_string(entry, (const struct sl_string *)(const void *)key);
  return sl_equal(thread, entry->key, key);
}

// What find says instead of an entry's number.
enum { ABSENT = -1, FAILED = -2 };

// The number of the key's entry; FAILED: an error is pending. *slot, unless NULL: if the key is absent
// and there is an index, where its entry belongs.
__attribute__((always_inline)) static inline int64_t find(struct sl_thread *thread,
                                                          const struct sl_dict *table, sl_value key,
                                                          uint32_t hash, bool is_string,
                                                          uint32_t *slot) {
  // The keys of many dicts count up from 0: then each is the number of its entry. To guess so is worth it where the index
  // is not in the cache any more.
  enum { FAR = 1 << 12 };
  if (!is_string && SL_UNLIKELY(table->used > FAR) && sl_is_small_int(key)) {
    uint64_t number = (uint64_t)sl_small_int(key);
    if (number < table->used && table->entries[number].key == key) return (int64_t)number;
  }
  if (!table->index) {
    for (uint32_t i = 0; i < table->used; i++) {
      int match = matches(thread, &table->entries[i], key, hash, is_string);
      if (SL_UNLIKELY(match)) return match > 0 ? (int64_t)i : FAILED;
    }
    return ABSENT;
  }
  uint32_t mask = mask_of(table);
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    const uint32_t *group = table->index + i * GROUP;
    for (uint32_t some = slots_like(group, hash); some; some &= some - 1) {
      uint32_t content = group[__builtin_ctz(some)];
      if (content == FREE) break;
      int match = matches(thread, &table->entries[number_in(content)], key, hash, is_string);
      if (SL_LIKELY(match)) return match > 0 ? (int64_t)number_in(content) : FAILED;
    }
    if (SL_LIKELY(has_free_slot(group))) {
      if (slot) *slot = i * GROUP + free_slot(group);
      return ABSENT;
    }
  }
}

sl_value *sl_dict_find(struct sl_thread *thread, struct sl_dict *table, sl_value key,
                       uint32_t hash) {
  int64_t i = find(thread, table, key, hash, false, NULL);
  return i < 0 ? NULL : &table->entries[i].value;
}

const sl_value *sl_table_find_like(struct sl_thread *thread, struct sl_dict *table,
                                   const struct sl_dict_entry *entry, size_t i) {
  int match =
      i < table->used ? matches(thread, &table->entries[i], entry->key, entry->hash, false) : 0;
  if (SL_UNLIKELY(!match)) return sl_dict_find(thread, table, entry->key, entry->hash);
  return match > 0 ? &table->entries[i].value : NULL;
}

sl_value *sl_dict_find_string(struct sl_dict *table, struct sl_string *key) {
  int64_t i = find(NULL, table, (sl_value)(void *)key, sl_table_string_hash(key), true, NULL);
  return i < 0 ? NULL : &table->entries[i].value;
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

// Adds an entry after a look-up that ended at `slot`. False with an error pending.
static inline bool add(struct sl_thread *thread, struct sl_dict *table, uint32_t slot, sl_value key,
                       uint32_t hash, sl_value value) {
  if (append_at(table, slot, key, hash, value)) return true;
  if (!make_room(thread, table)) return false;
  append_indexed(table, key, hash, value);
  return true;
}

bool sl_dict_put(struct sl_thread *thread, struct sl_dict *table, sl_value key, uint32_t hash,
                 sl_value value) {
  uint32_t slot = 0;
  int64_t found = find(thread, table, key, hash, false, &slot);
  if (found == ABSENT) return add(thread, table, slot, key, hash, value);
  if (SL_UNLIKELY(found == FAILED)) return false;
  table->entries[found].value = value;
  return true;
}

bool sl_dict_put_string(struct sl_dict *table, struct sl_string *key, sl_value value) {
  uint32_t hash = sl_table_string_hash(key), slot = 0;
  int64_t found = find(NULL, table, (sl_value)(void *)key, hash, true, &slot);
  if (found < 0) return append_at(table, slot, (sl_value)(void *)key, hash, value);
  table->entries[found].value = value;
  return true;
}

sl_value sl_table_remove(struct sl_thread *thread, struct sl_dict *table, sl_value key,
                         uint32_t hash) {
  int64_t i = find(thread, table, key, hash, false, NULL);
  if (i < 0) return NULL;
  sl_value removed = table->entries[i].value;
  table->entries[i] = (struct sl_dict_entry){0};
  table->count--;
  uint32_t first = sl_table_first(table);
  while (first < table->used && !table->entries[first].key) first++;
  if (first) table->entries[0].value = (sl_value)(uintptr_t)first;
  return removed;
}

void sl_table_clear(struct sl_dict *table) {
  table->count = table->used = table->capacity = 0;
  table->entries = NULL;
  table->index = NULL;
}

void sl_table_replace(struct sl_dict *table, struct sl_dict *entries) {
  if (entries->entries == entries->own) rebuild(entries, entries->capacity);
  table->count = entries->count;
  table->used = entries->used;
  table->capacity = entries->capacity;
  table->entries = entries->entries;
  table->index = entries->index;
}

// The same for a table of the same capacity without holes.
static void copy_whole(struct sl_dict *table, const struct sl_dict *from) {
  table->count = table->used = from->used;
  memcpy(table->entries, from->entries, from->used * sizeof *from->entries);
  if (from->index) memcpy(table->index, from->index, index_size(from->capacity));
}

static void append_all(struct sl_dict *table, const struct sl_dict *from) {
  for (uint32_t i = sl_table_first(from); i < from->used; i++) {
    if (from->entries[i].key) table->entries[table->used++] = from->entries[i];
  }
  table->count = table->used;
  index_entries(table, 0);
}

// Puts all entries of another table into one in which none has been put yet, and which has room.
static void fill(struct sl_dict *table, const struct sl_dict *from) {
  if (from->count == 0) return;
  if (table->capacity == from->capacity && from->used == from->count) {
    copy_whole(table, from);
  } else {
    append_all(table, from);
  }
}

struct sl_dict *sl_table_copy(const struct sl_dict *from, struct sl_mutability *owner,
                              size_t count) {
  struct sl_dict *copy = sl_table_new(from->type, owner, count);
  fill(copy, from);
  return copy;
}

sl_value sl_dict_copy(struct sl_thread *thread, sl_value from) {
  size_t count = as_dict(from)->count;
  if (!sl_table_admit(thread, count) || !sl_thread_take_steps(thread, count)) return NULL;
  return (sl_value)(void *)sl_table_copy(as_dict(from), sl_thread_head(thread)->mutability, count);
}

bool sl_table_select(struct sl_thread *thread, const struct sl_dict *from, struct sl_dict *other,
                     bool present, struct sl_table_selection *selection) {
  if (!sl_thread_take_steps(thread, from->count)) return false;
  size_t size = from->count * sizeof *selection->numbers;
  if (!sl_heap_admit(thread, size)) return false;
  *selection = (struct sl_table_selection){from, 0, size ? sl_allocate_raw(size) : NULL};
  for (uint32_t i = sl_table_first(from); i < from->used; i++) {
    const struct sl_dict_entry *entry = &from->entries[i];
    if (!entry->key) continue;
    int64_t found = find(thread, other, entry->key, entry->hash, false, NULL);
    if (SL_UNLIKELY(found == FAILED)) return false;
    selection->numbers[selection->count] = i;
    selection->count += (found >= 0) == present;
  }
  return true;
}

void sl_table_append_selected(struct sl_dict *table, const struct sl_table_selection *selection) {
  uint32_t first = table->used;
  for (uint32_t i = 0; i < selection->count; i++) {
    table->entries[table->used++] = selection->from->entries[selection->numbers[i]];
  }
  table->count += selection->count;
  index_entries(table, first);
}

sl_value sl_dict_of_names(struct sl_thread *thread, const sl_value *names, const sl_value *values,
                          uint32_t count) {
  struct sl_dict *dict = sl_table_new(&sl_dict_type, sl_thread_head(thread)->mutability, count);
  for (uint32_t i = 0; i < count; i++) {
    struct sl_string *name = (struct sl_string *)(void *)names[i];
    dict->entries[i] = (struct sl_dict_entry){names[i], values[i], sl_table_string_hash(name)};
  }
  dict->count = dict->used = count;
  index_entries(dict, 0);
  return (sl_value)(void *)dict;
}

void sl_table_keys(const struct sl_dict *table, sl_value *keys) {
  for (uint32_t i = sl_table_first(table); i < table->used; i++) {
    if (table->entries[i].key) *keys++ = table->entries[i].key;
  }
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
    const sl_value *other = sl_table_find_like(thread, b, entry, cursor - 1);
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
  if (!sl_table_hash(thread, item, &hash)) return -1;
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

static bool put_all(struct sl_thread *thread, struct sl_dict *dict, const struct sl_dict *from) {
  size_t cursor = 0;
  const struct sl_dict_entry *entry;
  while (dict != from && (entry = sl_table_next(from, &cursor)) != NULL) {
    if (!sl_dict_put(thread, dict, entry->key, entry->hash, entry->value)) return false;
  }
  return true;
}

// The entries of both, those of the right one first in what they have in common.
static sl_value unite(struct sl_thread *thread, const struct sl_dict *left, struct sl_dict *right) {
  struct sl_table_selection added;
  if (!sl_table_select(thread, right, (struct sl_dict *)(uintptr_t)left, false, &added))
    return NULL;
  size_t count = (size_t)left->count + added.count;
  if (!sl_table_admit(thread, count) || !sl_thread_take_steps(thread, left->count)) return NULL;
  struct sl_dict *result = sl_table_copy(left, sl_thread_head(thread)->mutability, count);
  if (added.count == right->count) {
    sl_table_append_selected(result, &added);
    return (sl_value)(void *)result;
  }
  return put_all(thread, result, right) ? (sl_value)(void *)result : NULL;
}

static sl_value dict_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                            bool reversed) {
  if (op != SL_OP_PIPE || !sl_is_mapping(y)) return NULL;
  if (sl_is_dict(y) && !reversed) return unite(thread, as_dict(x), as_dict(y));
  sl_value result = sl_dict(thread, 0);
  if (!sl_dict_update(thread, result, reversed ? y : x)) return NULL;
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
  sl_value *items;
  size_t count;
  if (SL_LIKELY(sl_sequence_items(pair, &items, &count) && count == 2))
    return sl_dict_set(thread, dict, items[0], items[1]);
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
  bool empty = as_dict(dict)->used == 0;
  int64_t expected = sl_length(pairs->sequence);
  if (empty && expected > 0) sl_table_reserve(as_dict(dict), sl_table_ahead((size_t)expected));
  for (size_t i = 0; (pair = sl_iterate_next(pairs)) != NULL; i++) {
    if (!put_pair(thread, dict, pair, i) || !sl_thread_take_steps(thread, 1)) return false;
  }
  if (empty) sl_table_fit(as_dict(dict));
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
  if (!sl_table_admit(thread, from->count) || !sl_thread_take_steps(thread, from->count))
    return false;
  if (from->count > dict->count) sl_table_reserve(dict, from->count);
  if (dict->used > 0) return put_all(thread, dict, from);
  fill(dict, from);
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
  if (!sl_table_hash(thread, key, &hash)) return NULL;
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
  if (!sl_table_check_mutable(thread, as_dict(dict)) || !sl_table_hash(thread, key, &hash))
    return false;
  return sl_dict_put(thread, as_dict(dict), key, hash, value);
}

sl_value sl_dict_set_absent(struct sl_thread *thread, sl_value dict, sl_value key, sl_value value) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_dict(dict)) || !sl_table_hash(thread, key, &hash))
    return NULL;
  uint32_t slot = 0;
  int64_t found = find(thread, as_dict(dict), key, hash, false, &slot);
  if (found == ABSENT) return add(thread, as_dict(dict), slot, key, hash, value) ? value : NULL;
  return found == FAILED ? NULL : as_dict(dict)->entries[found].value;
}

bool sl_dict_set_string(struct sl_thread *thread, sl_value dict, const char *key, sl_value value) {
  return sl_dict_set(thread, dict, sl_string_intern(key, strlen(key)), value);
}

sl_value sl_dict_remove(struct sl_thread *thread, sl_value dict, sl_value key) {
  uint32_t hash;
  if (!sl_table_check_mutable(thread, as_dict(dict)) || !sl_table_hash(thread, key, &hash))
    return NULL;
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
