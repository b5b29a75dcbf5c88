// SPDX-License-Identifier: Apache-2.0
//
// Reach: freezing, and asking whether something is frozen through and through. Walks are loops over
// a list of pending values, so that depth costs no stack, and each object is visited once, so that
// neither cycles nor shared parts cost time. Invariant: whatever is in a walk's malloc'ed lists is
// reachable from its root, which the caller holds.
#include "runtime/reach.h"

#include <stdio.h>
#include <stdlib.h>

const struct sl_mutability sl_mutability_of_frozen = {.frozen = true};

// ---------------------------------------------------------------- walks

struct walk {
  sl_value *pending;  // seen, but its parts are not
  size_t count, capacity;
  sl_value *seen;  // open-addressed set, at most half full; slots are a power of two
  size_t seen_count, seen_slots;
};

static void *grown(void *memory, size_t size) {
  void *larger = realloc(memory, size);
  if (larger) return larger;
  fputs("starmypy: out of memory\n", stderr);
  abort();
}

static sl_value *seen_slot(sl_value *slots, size_t slot_count, sl_value value) {
  size_t i = sl_hash_word((uintptr_t)value) & (slot_count - 1);
  while (slots[i] && slots[i] != value) i = (i + 1) & (slot_count - 1);
  return &slots[i];
}

static void grow_seen(struct walk *walk) {
  size_t slot_count = walk->seen_slots ? walk->seen_slots * 2 : 64;
  sl_value *slots = grown(NULL, slot_count * sizeof *slots);
  memset(slots, 0, slot_count * sizeof *slots);
  for (size_t i = 0; i < walk->seen_slots; i++) {
    if (walk->seen[i]) *seen_slot(slots, slot_count, walk->seen[i]) = walk->seen[i];
  }
  free(walk->seen);
  walk->seen = slots;
  walk->seen_slots = slot_count;
}

// Visits a part: objects that have parts themselves are put off.
static void put_off(void *data, sl_value value) {
  struct walk *walk = data;
  if (!value || !sl_is_object(value) ||
      !(value->type->freeze || (value->type->flags & SL_TYPE_MUTABLE)))
    return;
  if (walk->seen_count * 2 >= walk->seen_slots) grow_seen(walk);
  sl_value *slot = seen_slot(walk->seen, walk->seen_slots, value);
  if (*slot) return;
  *slot = value;
  walk->seen_count++;
  if (walk->count == walk->capacity) {
    walk->capacity = walk->capacity ? walk->capacity * 2 : 32;
    walk->pending = grown(walk->pending, walk->capacity * sizeof *walk->pending);
  }
  walk->pending[walk->count++] = value;
}

static void walk_end(struct walk *walk) {
  free(walk->pending);
  free(walk->seen);
}

// ---------------------------------------------------------------- freezing

void sl_freeze(sl_value value) {
  struct walk walk = {0};
  put_off(&walk, value);
  while (walk.count > 0) {
    sl_value object = walk.pending[--walk.count];
    const struct sl_type *type = object->type;
    if (type->flags & SL_TYPE_MUTABLE) {
      ((struct sl_mutable *)object)->owner =
          (struct sl_mutability *)(uintptr_t)&sl_mutability_of_frozen;
    }
    if (type->freeze) type->freeze(object, put_off, &walk);
  }
  walk_end(&walk);
}

bool sl_is_frozen(sl_value value) {
  if (!sl_is_object(value) || !(value->type->flags & SL_TYPE_MUTABLE)) return true;
  return ((const struct sl_mutable *)value)->owner->frozen;
}

// ---------------------------------------------------------------- immutability

// Of a value whose parts need not be asked. Only what can be a key is immutable: what has no hash
// counts as mutable, as in Bazel.
static bool is_immutable_leaf(sl_value value) {
  if (!sl_is_object(value)) return true;
  const struct sl_type *type = value->type;
  if (type->flags & SL_TYPE_MUTABLE) return sl_is_frozen(value);
  if (type->immutable && type->immutable != sl_parts_are_immutable) return type->immutable(value);
  return type->hash || (type->flags & SL_TYPE_HASH_IDENTITY);
}

static bool asks_parts(sl_value value) {
  return sl_is_object(value) && value->type->immutable == sl_parts_are_immutable;
}

struct immutability_walk {
  struct walk walk;
  bool immutable;
};

static void ask_part(void *data, sl_value part) {
  struct immutability_walk *asked = data;
  if (asks_parts(part))
    put_off(&asked->walk, part);
  else if (asked->immutable)
    asked->immutable = is_immutable_leaf(part);
}

bool sl_parts_are_immutable(sl_value value) {
  struct immutability_walk asked = {.immutable = true};
  value->type->freeze(value, ask_part, &asked);
  while (asked.immutable && asked.walk.count > 0) {
    sl_value part = asked.walk.pending[--asked.walk.count];
    part->type->freeze(part, ask_part, &asked);
  }
  walk_end(&asked.walk);
  return asked.immutable;
}

bool sl_is_immutable(sl_value value) {
  return asks_parts(value) ? sl_parts_are_immutable(value) : is_immutable_leaf(value);
}
