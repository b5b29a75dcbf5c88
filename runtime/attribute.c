// SPDX-License-Identifier: Apache-2.0
//
// Attribute: x.name. Methods come first, from the table of the type; then fields, from its slot.
// Invariant: an index of methods is complete when it is published, and never changes.
#include <stdatomic.h>
#include <stdlib.h>

#include "common/spell.h"
#include "runtime/value.h"

// ---------------------------------------------------------------- types

// A method, with what tells it from others at once.
struct method {
  uint32_t hash;    // of the name
  uint32_t length;  // of the name; 0: a free slot
  struct sl_builtin *row;
};

// What is computed once for a type: its name as a value, which is interned and so never collected, and its methods in an
// open-addressed table by name, at most a quarter full. Rows are static data, so the collector need not see any of it.
struct type_index {
  const struct sl_type *type;
  sl_value name;
  size_t mask;
  struct method methods[];
};

// Indexes by address of their type. There are few types; one that finds no place is looked at anew each time.
enum { INDEX_SLOTS = 256 };
static struct type_index *_Atomic indexes[INDEX_SLOTS];

static uint32_t name_length(const struct sl_builtin *row) {
  return (uint32_t)strcspn(row->signature, "(");
}

static size_t count_rows(const struct sl_builtin *rows) {
  size_t count = 0;
  while (rows && rows[count].signature) count++;
  return count;
}

static struct type_index *index_new(const struct sl_type *type) {
  size_t count = count_rows(type->methods), slot_count = 8;
  while (slot_count < 4 * count) slot_count *= 2;
  struct type_index *index = calloc(1, sizeof *index + slot_count * sizeof *index->methods);
  if (!index) return NULL;
  index->type = type;
  index->name = sl_string_intern(type->name, strlen(type->name));
  index->mask = slot_count - 1;
  for (size_t row = 0; row < count; row++) {
    struct method method = {.length = name_length(&type->methods[row]), .row = &type->methods[row]};
    method.hash = sl_hash_bytes(method.row->signature, method.length);
    size_t i = method.hash & index->mask;
    while (index->methods[i].length) i = (i + 1) & index->mask;
    index->methods[i] = method;
  }
  return index;
}

// The index of a type that is not where it is looked for first.
__attribute__((noinline)) static const struct type_index *index_slowly(const struct sl_type *type,
                                                                       size_t start) {
  for (size_t i = 0; i < 8; i++) {
    struct type_index *_Atomic *slot = &indexes[(start + i) % INDEX_SLOTS];
    struct type_index *found = atomic_load_explicit(slot, memory_order_acquire);
    if (found && found->type == type) return found;
    if (found) continue;
    struct type_index *built = index_new(type);
    if (!built) return NULL;
    if (atomic_compare_exchange_strong(slot, &found, built)) return built;
    free(built);
    if (found->type == type) return found;
  }
  return NULL;
}

// The index of a type, built if need be. NULL: there is no place for one. Threads that build the
// same one agree on who published first.
static inline const struct type_index *index_of(const struct sl_type *type) {
  size_t start = ((uintptr_t)type * 0x9e3779b97f4a7c15u) >> 56;
  const struct type_index *found = atomic_load_explicit(&indexes[start], memory_order_acquire);
  return SL_LIKELY(found && found->type == type) ? found : index_slowly(type, start);
}

sl_value sl_type_name_value(sl_value value) {
  const struct sl_type *type = sl_type_of(value);
  const struct type_index *index = index_of(type);
  return index ? index->name : sl_string_intern(type->name, strlen(type->name));
}

static struct sl_builtin *search_rows(struct sl_builtin *rows, const char *name, size_t length) {
  for (struct sl_builtin *row = rows; row->signature; row++) {
    if (name_length(row) == length && memcmp(row->signature, name, length) == 0) return row;
  }
  return NULL;
}

static struct sl_builtin *find_method(const struct sl_type *type, const char *name, size_t length,
                                      uint32_t hash) {
  if (!type->methods) return NULL;
  const struct type_index *index = index_of(type);
  if (SL_UNLIKELY(!index)) return search_rows(type->methods, name, length);
  for (size_t i = hash & index->mask; index->methods[i].length; i = (i + 1) & index->mask) {
    const struct method *method = &index->methods[i];
    if (method->hash == hash && method->length == length &&
        sl_same_bytes(method->row->signature, name, length))
      return method->row;
  }
  return NULL;
}

struct sl_builtin *sl_type_method(const struct sl_type *type, sl_value name) {
  struct sl_string *string = (struct sl_string *)(void *)name;
  return find_method(type, string->bytes, string->length, sl_string_hash(string));
}

// ---------------------------------------------------------------- names

// A list in the making. `failed`: an error is pending.
struct name_list {
  struct sl_thread *thread;
  sl_value list;
  bool failed;
};

static void push_name(void *data, const char *name, size_t length) {
  struct name_list *names = data;
  names->failed =
      names->failed || !sl_list_push(names->thread, names->list, sl_string_intern(name, length));
}

static int compare_names(const void *a, const void *b) {
  sl_value left = *(const sl_value *)a, right = *(const sl_value *)b;
  return strcmp(sl_string_bytes(left), sl_string_bytes(right));
}

// Names are interned: equal ones are the same.
static size_t drop_repeated(sl_value *items, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || items[kept - 1] != items[i]) items[kept++] = items[i];
  }
  return kept;
}

sl_value sl_attribute_names(struct sl_thread *thread, sl_value x) {
  const struct sl_type *type = sl_type_of(x);
  struct name_list names = {.thread = thread, .list = sl_list(thread, NULL, 0)};
  if (type->attribute_names) type->attribute_names(x, push_name, &names);
  for (const struct sl_builtin *row = type->methods; row && row->signature; row++) {
    push_name(&names, row->signature, name_length(row));
  }
  if (names.failed) return NULL;
  sl_value *items = sl_list_items(names.list);
  size_t count = sl_list_length(names.list);
  if (count) qsort(items, count, sizeof *items, compare_names);
  return sl_list(thread, items, drop_repeated(items, count));
}

// ---------------------------------------------------------------- look-up

static int find(struct sl_thread *thread, sl_value x, const char *name, size_t length,
                uint32_t hash, sl_value *out) {
  const struct sl_type *type = sl_type_of(x);
  struct sl_builtin *row = find_method(type, name, length, hash);
  if (row) {
    if (out) *out = sl_builtin_bind(row, x);
    return 1;
  }
  // Hosts take names for C strings: one with a NUL in it is nobody's.
  bool possible = type->attribute && strlen(name) == length;
  sl_value field = possible ? type->attribute(thread, x, name, length) : NULL;
  if (out) *out = field;
  if (field) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

int sl_attribute_find(struct sl_thread *thread, sl_value x, const char *name, sl_value *out) {
  size_t length = strlen(name);
  return find(thread, x, name, length, sl_hash_bytes(name, length), out);
}

int sl_attribute_named(struct sl_thread *thread, sl_value x, sl_value name, sl_value *out) {
  struct sl_string *string = (struct sl_string *)(void *)name;
  return find(thread, x, string->bytes, string->length, sl_string_hash(string), out);
}

// Of equally close names the first in sorted order wins.
static void fail_with_suggestion(struct sl_thread *thread, sl_value x, const char *name) {
  struct sl_spell spell;
  sl_value names = sl_attribute_names(thread, x);
  if (!names) return;
  sl_spell_begin(&spell, name, strlen(name));
  for (size_t i = 0; i < sl_list_length(names); i++) {
    sl_value candidate = sl_list_get(names, i);
    sl_spell_offer(&spell, sl_string_bytes(candidate), sl_string_length(candidate));
  }
  if (spell.best) {
    sl_fail(thread, "'%s' value has no field or method '%s' (did you mean '%.*s'?)",
            sl_type_name(x), name, (int)spell.best_length, spell.best);
  } else {
    sl_fail(thread, "'%s' value has no field or method '%s'", sl_type_name(x), name);
  }
}

sl_value sl_attribute(struct sl_thread *thread, sl_value x, const char *name) {
  sl_value found;
  int answer = sl_attribute_find(thread, x, name, &found);
  if (answer != 0) return answer > 0 ? found : NULL;
  const struct sl_type *type = sl_type_of(x);
  if (!type->no_attribute) {
    fail_with_suggestion(thread, x, name);
    return NULL;
  }
  struct sl_text message = {0};
  type->no_attribute(x, name, &message);
  sl_fail(thread, "%s", sl_text_string(&message));
  sl_text_free(&message);
  return NULL;
}
