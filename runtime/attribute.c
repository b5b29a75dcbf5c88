// SPDX-License-Identifier: Apache-2.0
//
// Attribute: x.name. Methods come first, from the table of the type; then fields, from its slot.
// Invariant: an index of methods is complete when it is published, and never changes.
#include <stdatomic.h>
#include <stdlib.h>

#include "common/spell.h"
#include "runtime/value.h"

// ---------------------------------------------------------------- methods

// The rows of one type in an open-addressed table by name; at most half full. Rows are static data,
// so the collector need not see it.
struct method_index {
  const struct sl_type *type;
  size_t mask;
  struct sl_builtin *slots[];
};

// Indexes by address of their type. There are few types with methods; one that finds no place is
// searched row by row.
enum { INDEX_SLOTS = 256 };
static struct method_index *_Atomic indexes[INDEX_SLOTS];

static size_t name_length(const struct sl_builtin *row) { return strcspn(row->signature, "("); }

static bool has_name(const struct sl_builtin *row, const char *name, size_t length) {
  return strncmp(row->signature, name, length) == 0 && row->signature[length] == '(';
}

static size_t count_rows(const struct sl_builtin *rows) {
  size_t count = 0;
  while (rows[count].signature) count++;
  return count;
}

static struct method_index *index_new(const struct sl_type *type) {
  size_t count = count_rows(type->methods), slot_count = 8;
  while (slot_count < 2 * count) slot_count *= 2;
  struct method_index *index = calloc(1, sizeof *index + slot_count * sizeof(struct sl_builtin *));
  if (!index) return NULL;
  index->type = type;
  index->mask = slot_count - 1;
  for (struct sl_builtin *row = type->methods; row->signature; row++) {
    size_t i = sl_hash_bytes(row->signature, name_length(row)) & index->mask;
    while (index->slots[i]) i = (i + 1) & index->mask;
    index->slots[i] = row;
  }
  return index;
}

// The index of a type, built if need be. NULL: there is no place for one. Threads that build the
// same one agree on who published first.
static const struct method_index *index_of(const struct sl_type *type) {
  size_t start = sl_hash_word((uintptr_t)type);
  for (size_t i = 0; i < 8; i++) {
    struct method_index *_Atomic *slot = &indexes[(start + i) % INDEX_SLOTS];
    struct method_index *found = atomic_load_explicit(slot, memory_order_acquire);
    if (!found) {
      struct method_index *built = index_new(type);
      if (!built) return NULL;
      if (atomic_compare_exchange_strong(slot, &found, built)) return built;
      free(built);
    }
    if (found->type == type) return found;
  }
  return NULL;
}

static struct sl_builtin *search_rows(struct sl_builtin *rows, const char *name, size_t length) {
  for (struct sl_builtin *row = rows; row->signature; row++) {
    if (has_name(row, name, length)) return row;
  }
  return NULL;
}

struct sl_builtin *sl_type_method(const struct sl_type *type, const char *name, size_t length) {
  if (!type->methods) return NULL;
  const struct method_index *index = index_of(type);
  if (!index) return search_rows(type->methods, name, length);
  for (size_t i = sl_hash_bytes(name, length) & index->mask; index->slots[i];
       i = (i + 1) & index->mask) {
    if (has_name(index->slots[i], name, length)) return index->slots[i];
  }
  return NULL;
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

int sl_attribute_find(struct sl_thread *thread, sl_value x, const char *name, sl_value *out) {
  const struct sl_type *type = sl_type_of(x);
  size_t length = strlen(name);
  struct sl_builtin *row = sl_type_method(type, name, length);
  *out = row               ? sl_builtin_bind(row, x)
         : type->attribute ? type->attribute(thread, x, name, length)
                           : NULL;
  if (*out) return 1;
  return sl_error_pending(thread) ? -1 : 0;
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
