// SPDX-License-Identifier: Apache-2.0
//
// Depset: Bazel's NestedSet. A depset's layout follows from its order alone when it is made, and to_list() is one walk
// over that layout; neither ever changes. Reference: com.google.devtools.build.lib.collect.nestedset.

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/analysis/state.h"

static const char *const order_names[] = {
    [BZ_ORDER_DEFAULT] = "default",
    [BZ_ORDER_POSTORDER] = "postorder",
    [BZ_ORDER_PREORDER] = "preorder",
    [BZ_ORDER_TOPOLOGICAL] = "topological",
};

// All empty depsets of one order are one object, as `==` is identity.
static struct bz_depset empty_default = {.type = &bz_depset_type, .order = BZ_ORDER_DEFAULT};
static struct bz_depset empty_postorder = {.type = &bz_depset_type, .order = BZ_ORDER_POSTORDER};
static struct bz_depset empty_preorder = {.type = &bz_depset_type, .order = BZ_ORDER_PREORDER};
static struct bz_depset empty_topological = {.type = &bz_depset_type,
                                             .order = BZ_ORDER_TOPOLOGICAL};
static struct bz_depset *const empty_depsets[] = {
    [BZ_ORDER_DEFAULT] = &empty_default,
    [BZ_ORDER_POSTORDER] = &empty_postorder,
    [BZ_ORDER_PREORDER] = &empty_preorder,
    [BZ_ORDER_TOPOLOGICAL] = &empty_topological,
};

// The number of the next walk. A walk marks what it meets with its number, so that no table of visited nodes is needed.
static _Atomic uint64_t next_epoch = 1;

uint64_t bz_depset_epoch(void) { return atomic_fetch_add(&next_epoch, 1); }

struct bz_depset *bz_depset_empty(enum bz_order order) {
  return empty_depsets[order];
}

// Scratch memory of one call; exhausted memory ends the process, as sl_allocate does.
static void *scratch(void *memory, size_t size) {
  memory = realloc(memory, size ? size : 1);
  if (memory) return memory;
  fputs("starmypy: out of memory\n", stderr);
  abort();
}

static void *scratch_zeroed(size_t size) { return memset(scratch(NULL, size), 0, size); }

// ---------------------------------------------------------------- sets of elements

// The elements met so far: Files by their mark, others in an open-addressed table. It lives as long as one call, and the
// depset at hand keeps its elements alive: malloc'ed memory will do.
struct element_set {
  uint64_t epoch;
  sl_value *slots;
  uint32_t *hashes;
  size_t capacity;  // a power of two, or 0
  size_t count;
};

static void element_set_grow(struct element_set *set) {
  struct element_set old = *set;
  set->capacity = old.capacity ? old.capacity * 2 : 16;
  set->slots = scratch_zeroed(set->capacity * sizeof *set->slots);
  set->hashes = scratch_zeroed(set->capacity * sizeof *set->hashes);
  for (size_t i = 0; i < old.capacity; i++) {
    if (!old.slots[i]) continue;
    size_t at = old.hashes[i] & (set->capacity - 1);
    while (set->slots[at]) at = (at + 1) & (set->capacity - 1);
    set->slots[at] = old.slots[i];
    set->hashes[at] = old.hashes[i];
  }
  free(old.slots);
  free(old.hashes);
}

// 1: added, 0: was there, -1: an error is pending (unhashable).
static int element_set_add(struct sl_thread *thread, struct element_set *set, sl_value element) {
  if (bz_is_artifact(element)) {
    struct bz_artifact *artifact = bz_artifact_of(element);
    if (artifact->epoch == set->epoch) return 0;
    artifact->epoch = set->epoch;
    return 1;
  }
  uint32_t hash;
  if (!sl_hash(thread, element, &hash)) return -1;
  if (set->count * 2 >= set->capacity) element_set_grow(set);
  size_t at = hash & (set->capacity - 1);
  for (; set->slots[at]; at = (at + 1) & (set->capacity - 1)) {
    if (set->hashes[at] != hash) continue;
    int equal = set->slots[at] == element ? 1 : sl_equal(thread, set->slots[at], element);
    if (equal) return equal < 0 ? -1 : 0;
  }
  set->slots[at] = element;
  set->hashes[at] = hash;
  set->count++;
  return 1;
}

static void element_set_free(struct element_set *set) {
  free(set->slots);
  free(set->hashes);
}

// ---------------------------------------------------------------- making

static bool orders_agree(enum bz_order a, enum bz_order b) {
  return a == b || a == BZ_ORDER_DEFAULT || b == BZ_ORDER_DEFAULT;
}

static bool is_singleton(const struct bz_depset *depset) {
  return depset->count == 1 && !bz_is_depset(depset->children[0]);
}

// Checks that `element` may stand beside `example` (NULL: the first one).
static bool check_type(struct sl_thread *thread, sl_value element, sl_value *example) {
  if (!*example) {
    *example = element;
    return true;
  }
  const char *have = sl_type_name(*example);
  const char *added = sl_type_name(element);
  if (have == added || strcmp(have, added) == 0) return true;
  return sl_fail_false(thread, "cannot add an item of type '%s' to a depset of '%s'", added, have);
}

static bool check_parts(struct sl_thread *thread, enum bz_order order, const sl_value *direct,
                        size_t direct_count, const sl_value *transitive, size_t transitive_count,
                        sl_value *example) {
  for (size_t i = 0; i < direct_count; i++) {
    if (!bz_is_artifact(direct[i]) && !sl_is_immutable(direct[i])) {
      return sl_fail_false(thread, "depset elements must not be mutable values");
    }
    if (!check_type(thread, direct[i], example)) return false;
  }
  for (size_t i = 0; i < transitive_count; i++) {
    const struct bz_depset *part = bz_depset_of(transitive[i]);
    if (part->count == 0) continue;
    if (!orders_agree(order, part->order)) {
      return sl_fail_false(thread, "Order '%s' is incompatible with order '%s'", order_names[order],
                           order_names[part->order]);
    }
    if (!check_type(thread, part->example, example)) return false;
  }
  return true;
}

// What a new depset is laid out from.
struct layout {
  enum bz_order order;
  struct element_set placed;
  sl_value *direct;  // without duplicates, in the order of placing
  size_t direct_count;
  sl_value *transitive;  // without empty and repeated ones, in the order of placing
  size_t transitive_count;
  sl_value *children;  // the result
  size_t count;
};

static void reverse(sl_value *items, size_t count) {
  for (size_t i = 0; i < count / 2; i++) {
    sl_value item = items[i];
    items[i] = items[count - 1 - i];
    items[count - 1 - i] = item;
  }
}

static bool collect_direct(struct sl_thread *thread, struct layout *layout, const sl_value *direct,
                           size_t count) {
  if (count == 1) {
    layout->direct[layout->direct_count++] = direct[0];
    return true;
  }
  struct element_set seen = {.epoch = bz_depset_epoch()};
  int added = 1;
  for (size_t i = 0; i < count && added >= 0; i++) {
    added = element_set_add(thread, &seen, direct[i]);
    if (added == 1) layout->direct[layout->direct_count++] = direct[i];
  }
  element_set_free(&seen);
  return added >= 0;
}

static void collect_transitive(struct layout *layout, const sl_value *transitive, size_t count) {
  uint64_t epoch = bz_depset_epoch();
  for (size_t i = 0; i < count; i++) {
    struct bz_depset *part = bz_depset_of(transitive[i]);
    if (part->count == 0 || part->epoch == epoch) continue;
    part->epoch = epoch;
    layout->transitive[layout->transitive_count++] = transitive[i];
  }
}

// Places an element unless an equal one is there. Where only one group holds elements nothing can be equal, and
// nothing is hashed.
static bool place(struct sl_thread *thread, struct layout *layout, sl_value element,
                  bool may_repeat) {
  int added = may_repeat ? element_set_add(thread, &layout->placed, element) : 1;
  if (added == 1) layout->children[layout->count++] = element;
  return added >= 0;
}

static bool place_direct(struct sl_thread *thread, struct layout *layout, bool may_repeat) {
  for (size_t i = 0; i < layout->direct_count; i++) {
    if (!place(thread, layout, layout->direct[i], may_repeat)) return false;
  }
  return true;
}

// A part with one element is put in as that element.
static bool place_transitive(struct sl_thread *thread, struct layout *layout, bool may_repeat) {
  for (size_t i = 0; i < layout->transitive_count; i++) {
    struct bz_depset *part = bz_depset_of(layout->transitive[i]);
    if (!is_singleton(part)) {
      layout->children[layout->count++] = layout->transitive[i];
    } else if (!place(thread, layout, part->children[0], may_repeat)) {
      return false;
    }
  }
  return true;
}

static bool arrange(struct sl_thread *thread, struct layout *layout) {
  if (layout->order == BZ_ORDER_TOPOLOGICAL) {
    reverse(layout->direct, layout->direct_count);
    reverse(layout->transitive, layout->transitive_count);
  }
  size_t singletons = 0;
  for (size_t i = 0; i < layout->transitive_count; i++) {
    singletons += is_singleton(bz_depset_of(layout->transitive[i]));
  }
  bool may_repeat = singletons > 1 || (singletons == 1 && layout->direct_count > 0);
  layout->placed.epoch = bz_depset_epoch();
  if (layout->order == BZ_ORDER_PREORDER) {
    return place_direct(thread, layout, may_repeat) && place_transitive(thread, layout, may_repeat);
  }
  return place_transitive(thread, layout, may_repeat) && place_direct(thread, layout, may_repeat);
}

static sl_value finish(struct sl_thread *thread, const struct layout *layout, sl_value example) {
  struct bz_depset *depset =
      sl_new(thread, &bz_depset_type, sizeof *depset + layout->count * sizeof(sl_value));
  depset->order = layout->order;
  depset->example = example;
  depset->count = (uint32_t)layout->count;
  memcpy(depset->children, layout->children, layout->count * sizeof(sl_value));
  return bz_depset_value(depset);
}

sl_value bz_depset_new(struct sl_thread *thread, enum bz_order order, const sl_value *direct,
                       size_t direct_count, const sl_value *transitive, size_t transitive_count) {
  sl_value example = NULL;
  if (!check_parts(thread, order, direct, direct_count, transitive, transitive_count, &example)) {
    return NULL;
  }
  if (!example) return bz_depset_value(empty_depsets[order]);
  size_t room = direct_count + transitive_count;
  sl_value *memory = scratch(NULL, room * 3 * sizeof *memory);
  struct layout layout = {
      .order = order, .direct = memory, .transitive = memory + room, .children = memory + 2 * room};
  sl_value result = NULL;
  if (collect_direct(thread, &layout, direct, direct_count)) {
    collect_transitive(&layout, transitive, transitive_count);
    if (layout.direct_count == 0 && layout.transitive_count == 1 &&
        bz_depset_of(layout.transitive[0])->order == order) {
      result = layout.transitive[0];
    } else if (arrange(thread, &layout)) {
      result = finish(thread, &layout, example);
    }
  }
  element_set_free(&layout.placed);
  free(memory);
  return result;
}

// ---------------------------------------------------------------- walking

// A walk over the layout, with a stack of its own: depsets may be as deep as a graph.
struct walk {
  struct element_set seen;
  struct walk_frame {
    struct bz_depset *depset;
    uint32_t next;
  } * frames;
  size_t depth;
  size_t frame_capacity;
  sl_value *items;
  size_t count;
  size_t item_capacity;
};

static void enter(struct walk *walk, struct bz_depset *depset) {
  depset->epoch = walk->seen.epoch;
  if (walk->depth == walk->frame_capacity) {
    walk->frame_capacity = walk->frame_capacity ? walk->frame_capacity * 2 : 32;
    walk->frames = scratch(walk->frames, walk->frame_capacity * sizeof *walk->frames);
  }
  walk->frames[walk->depth++] = (struct walk_frame){depset, 0};
}

static bool emit(struct sl_thread *thread, struct walk *walk, sl_value element) {
  int added = element_set_add(thread, &walk->seen, element);
  if (added < 1) return added == 0;
  if (walk->count == walk->item_capacity) {
    walk->item_capacity = walk->item_capacity ? walk->item_capacity * 2 : 64;
    walk->items = scratch(walk->items, walk->item_capacity * sizeof *walk->items);
  }
  walk->items[walk->count++] = element;
  return true;
}

static bool walk_all(struct sl_thread *thread, struct walk *walk, struct bz_depset *root) {
  enter(walk, root);
  while (walk->depth > 0) {
    struct walk_frame *frame = &walk->frames[walk->depth - 1];
    if (frame->next == frame->depset->count) {
      walk->depth--;
      continue;
    }
    sl_value child = frame->depset->children[frame->next++];
    if (!bz_is_depset(child)) {
      if (!emit(thread, walk, child)) return false;
    } else if (bz_depset_of(child)->epoch != walk->seen.epoch) {
      enter(walk, bz_depset_of(child));
    }
  }
  return true;
}

sl_value bz_depset_to_list(struct sl_thread *thread, sl_value value) {
  struct bz_depset *depset = bz_depset_of(value);
  if (depset->flat) return depset->flat;
  if (depset->count == 0) return sl_list_frozen(NULL, 0);
  struct walk walk = {.seen = {.epoch = bz_depset_epoch()}};
  sl_value list = NULL;
  if (walk_all(thread, &walk, depset)) {
    if (depset->order == BZ_ORDER_TOPOLOGICAL) reverse(walk.items, walk.count);
    list = sl_list_frozen(walk.items, walk.count);
    // Kept only when asked for twice: along a chain of targets all of the lists together grow with its square.
    if (depset->was_flattened) depset->flat = list;
    depset->was_flattened = true;
  }
  element_set_free(&walk.seen);
  free(walk.frames);
  free(walk.items);
  return list;
}

// ---------------------------------------------------------------- the type

static bool depset_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  sl_value list = bz_depset_to_list(thread, x);
  if (!list) return false;
  sl_text_append_string(out, "depset(");
  if (!sl_repr(thread, list, out)) return false;
  if (bz_depset_of(x)->order != BZ_ORDER_DEFAULT) {
    sl_text_format(out, ", order = \"%s\"", order_names[bz_depset_of(x)->order]);
  }
  sl_text_append_char(out, ')');
  return true;
}

static bool depset_truth(sl_value x) { return bz_depset_of(x)->count > 0; }

static bool depset_immutable(sl_value x) {
  (void)x;
  return true;
}

static sl_value depset_to_list(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return bz_depset_to_list(thread, self);
}

static struct sl_builtin depset_methods[] = {
    SL_BUILTIN("to_list()", depset_to_list, "The elements, each once, in the depset's order."),
    SL_BUILTIN_END,
};

const struct sl_type bz_depset_type = {
    .name = "depset",
    .flags = SL_TYPE_HASH_IDENTITY | SL_TYPE_HAS_MUTABLE_PARTS,
    .methods = depset_methods,
    .repr = depset_repr,
    .truth = depset_truth,
    .immutable = depset_immutable,
};

// ---------------------------------------------------------------- depset()

static bool order_parse(struct sl_thread *thread, sl_value name, enum bz_order *order) {
  for (size_t i = 0; i < sizeof order_names / sizeof *order_names; i++) {
    if (sl_string_is(name, order_names[i])) {
      *order = (enum bz_order)i;
      return true;
    }
  }
  return sl_fail_false(thread, "Invalid order: %s", sl_string_bytes(name));
}

sl_value bz_depset_make(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  enum bz_order order = BZ_ORDER_DEFAULT;
  if (!order_parse(thread, arguments[1], &order)) return NULL;
  sl_value *direct, *transitive;
  size_t direct_count, transitive_count;
  if (!bz_value_items(thread, arguments[0], &direct, &direct_count) ||
      !bz_value_items(thread, arguments[2], &transitive, &transitive_count)) {
    return NULL;
  }
  for (size_t i = 0; i < transitive_count; i++) {
    if (bz_is_depset(transitive[i])) continue;
    return sl_fail(thread, "at index %zu of transitive, got element of type %s, want depset", i,
                   sl_type_name(transitive[i]));
  }
  return bz_depset_new(thread, order, direct, direct_count, transitive, transitive_count);
}
