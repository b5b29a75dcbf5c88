// SPDX-License-Identifier: Apache-2.0
//
// Order: sorted(), min(), max(). Invariant: each key is computed exactly once, in order of the elements, before
// anything is compared by sorted().
#include <string.h>

#include "builtins/builtins.h"

// An element with what it is compared by.
struct keyed {
  uint64_t rank;  // keys of different rank are in order of their ranks; see give_ranks
  sl_value key;
  sl_value value;
};

struct sorter {
  struct sl_thread *thread;
  bool reverse;
  bool exact;   // keys of the same rank are equal
  bool failed;  // a comparison left an error pending
};

// ---------------------------------------------------------------- ranks

// Most sorts are of keys of one kind: small ints, strings, or sequences that begin with one of these. Then most
// comparisons are decided by a number, without looking at the keys at all.
enum rank_kind { NO_RANK, INT_RANK, STRING_RANK };

// What decides first about a key: its own value, or a sequence's first element.
static sl_value leader(sl_value key) {
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(key, &items, &count)) return key;
  return count > 0 ? items[0] : SL_NONE;
}

static enum rank_kind rank_kind(sl_value lead) {
  return sl_is_small_int(lead) ? INT_RANK : sl_is_string(lead) ? STRING_RANK : NO_RANK;
}

// Ints in order as unsigned numbers; of strings the first eight bytes.
static uint64_t rank_of(sl_value lead, enum rank_kind kind) {
  if (kind == INT_RANK) return (uint64_t)sl_small_int(lead) ^ ((uint64_t)1 << 63);
  const unsigned char *bytes = (const unsigned char *)sl_string_bytes(lead);
  size_t length = sl_string_length(lead);
  uint64_t rank = 0;
  for (size_t i = 0; i < 8; i++) rank = rank << 8 | (i < length ? bytes[i] : 0);
  return rank;
}

// Ranks all keys, or none: then every pair is compared.
static void give_ranks(struct sorter *sorter, struct keyed *items, size_t count) {
  if (count == 0) return;
  const struct sl_type *type = sl_type_of(items[0].key);
  enum rank_kind kind = rank_kind(leader(items[0].key));
  for (size_t i = 0; i < count; i++) {
    sl_value lead = leader(items[i].key);
    if (kind == NO_RANK || rank_kind(lead) != kind || sl_type_of(items[i].key) != type) {
      for (size_t j = 0; j < i; j++) items[j].rank = 0;
      return;
    }
    items[i].rank = rank_of(lead, kind);
  }
  sorter->exact = sl_is_small_int(items[0].key);
}

// ---------------------------------------------------------------- sorting

// Runs this short are sorted by insertion.
enum { SHORT_RUN = 8 };

// Whether `later` must come before `earlier`, which stands in front of it. Equal elements never move, so the
// sort is stable in both directions.
static inline bool must_swap(struct sorter *sorter, const struct keyed *later,
                             const struct keyed *earlier) {
  if (sorter->reverse) {
    const struct keyed *swapped = later;
    later = earlier;
    earlier = swapped;
  }
  if (later->rank != earlier->rank) return later->rank < earlier->rank;
  int order = 0;
  if (!sorter->exact && !sl_compare(sorter->thread, later->key, earlier->key, &order)) {
    sorter->failed = true;
  }
  return order < 0;
}

static void sort_short(struct sorter *sorter, struct keyed *items, size_t count) {
  for (size_t i = 1; i < count && !sorter->failed; i++) {
    struct keyed moved = items[i];
    size_t j = i;
    for (; j > 0 && must_swap(sorter, &moved, &items[j - 1]); j--) items[j] = items[j - 1];
    items[j] = moved;
  }
}

// Merges the sorted halves of `items` by way of `scratch`, which has room for the first half.
static void merge(struct sorter *sorter, struct keyed *items, size_t half, size_t count,
                  struct keyed *scratch) {
  memcpy(scratch, items, half * sizeof *items);
  size_t left = 0, right = half, out = 0;
  while (left < half && right < count) {
    bool from_right = must_swap(sorter, &items[right], &scratch[left]);
    items[out++] = from_right ? items[right++] : scratch[left++];
  }
  memcpy(items + out, scratch + left, (half - left) * sizeof *items);
}

static void sort(struct sorter *sorter, struct keyed *items, size_t count, struct keyed *scratch) {
  if (count <= SHORT_RUN) {
    sort_short(sorter, items, count);
    return;
  }
  size_t half = count / 2;
  sort(sorter, items, half, scratch);
  if (sorter->failed) return;
  sort(sorter, items + half, count - half, scratch);
  if (sorter->failed) return;
  // Halves that are in order already are left alone: sorted input costs one comparison per element.
  if (must_swap(sorter, &items[half], &items[half - 1])) {
    merge(sorter, items, half, count, scratch);
  }
}

// ---------------------------------------------------------------- the functions

static sl_value key_of(struct sl_thread *thread, sl_value function, sl_value element) {
  if (function == SL_NONE) return element;
  return sl_call(thread, function, &element, 1, NULL, 0);
}

static sl_value sorted_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value function = arguments[1];
  sl_value list = sl_to_list(thread, arguments[0]);
  if (!list) return NULL;
  size_t count = sl_list_length(list);
  // The second half of the array is the scratch of merges.
  struct keyed *items = sl_allocate((count + count / 2) * sizeof *items);
  for (size_t i = 0; i < count; i++) {
    sl_value value = sl_list_get(list, i);
    items[i] = (struct keyed){0, key_of(thread, function, value), value};
    if (!items[i].key) return NULL;
  }
  struct sorter sorter = {.thread = thread, .reverse = arguments[2] == SL_TRUE};
  give_ranks(&sorter, items, count);
  sort(&sorter, items, count, items + count);
  if (sorter.failed) return NULL;
  sl_value *sorted = sl_list_items(list);
  for (size_t i = 0; i < count; i++) sorted[i] = items[i].value;
  return list;
}

// The first of the elements whose key is least (direction -1) or greatest (1).
static sl_value extreme_of(struct sl_thread *thread, struct sl_iterator *iterator,
                           sl_value function, int direction) {
  struct keyed best = {0};
  for (sl_value value; (value = sl_iterate_next(iterator));) {
    sl_value key = key_of(thread, function, value);
    if (!key) return NULL;
    int order = -direction;
    if (best.key && !sl_compare(thread, best.key, key, &order)) return NULL;
    if (order * direction < 0) best = (struct keyed){0, key, value};
  }
  return best.value ? best.value : sl_fail(thread, "expected at least one item");
}

// One argument is an iterable of the elements; several are the elements.
static sl_value extreme(struct sl_thread *thread, sl_value *arguments, int direction) {
  sl_value elements = arguments[0];
  if (sl_tuple_length(elements) == 1) elements = sl_tuple_get(elements, 0);
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, elements, &iterator)) return NULL;
  sl_value found = extreme_of(thread, &iterator, arguments[1], direction);
  sl_iterate_end(&iterator);
  return found;
}

static sl_value max_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return extreme(thread, arguments, 1);
}

static sl_value min_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return extreme(thread, arguments, -1);
}

struct sl_builtin sl_order_functions[] = {
    SL_BUILTIN("max(*args, key: callable | None = None)", max_function,
               "The greatest argument, or the greatest element of a single iterable argument; of "
               "equal ones the first. `key` makes of an element what is compared."),
    SL_BUILTIN("min(*args, key: callable | None = None)", min_function,
               "The least argument, or the least element of a single iterable argument; of equal "
               "ones the first. `key` makes of an element what is compared."),
    SL_BUILTIN(
        "sorted(iterable: iterable, /, key: callable | None = None, *, reverse: bool = False)",
        sorted_function,
        "A new list of the elements of an iterable, in ascending order unless `reverse`; equal "
        "ones keep their order. `key` makes of an element what is compared."),
    SL_BUILTIN_END,
};
