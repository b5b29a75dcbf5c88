// SPDX-License-Identifier: Apache-2.0
//
// Order: sorted(), min(), max(). Invariant: each key is computed exactly once, in order of the elements, before
// anything is compared by sorted().
#include <string.h>

#include "builtins/builtins.h"
#include "common/copy.h"
#include "runtime/object.h"
#include "runtime/program.h"

// A key in the order that is being made.
struct entry {
  uint64_t rank;   // keys of different rank are in order of their ranks; see give_ranks
  uint32_t index;  // of the key
};

struct sorter {
  struct sl_thread *thread;
  const sl_value *keys;
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

// The eight bytes of a string behind so many that it has.
static uint64_t string_rank(sl_value string, size_t skipped) {
  const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  size_t length = sl_string_length(string) - skipped;
  uint64_t word = 0;
  if (length > sizeof word) length = sizeof word;
  sl_copy_bytes((char *)&word, sl_string_bytes(string) + skipped, length);
  return little ? __builtin_bswap64(word) : word;
}

// Ints in order as unsigned numbers; of strings eight bytes behind those that all have in common.
static uint64_t rank_of(sl_value lead, enum rank_kind kind, size_t common) {
  if (kind == INT_RANK) return (uint64_t)sl_small_int(lead) ^ ((uint64_t)1 << 63);
  return string_rank(lead, common);
}

// With how many bytes all leaders begin, as far as they are strings.
static size_t common_prefix(const sl_value *keys, size_t count) {
  sl_value first = leader(keys[0]);
  size_t common = sl_string_length(first);
  for (size_t i = 1; i < count && common > 0; i++) {
    sl_value lead = leader(keys[i]);
    if (!sl_is_string(lead)) return 0;
    size_t length = sl_string_length(lead), same = 0;
    while (same < common && same < length &&
           sl_string_bytes(lead)[same] == sl_string_bytes(first)[same])
      same++;
    common = same;
  }
  return common;
}

// What the ints at one place of all keys need as differences from the least one.
struct interval {
  int64_t least, greatest;
};

static void widen(struct interval *interval, int64_t n) {
  if (n < interval->least) interval->least = n;
  if (n > interval->greatest) interval->greatest = n;
}

static int bits_of(const struct interval *interval) {
  uint64_t range = (uint64_t)interval->greatest - (uint64_t)interval->least;
  return range ? 64 - __builtin_clzll(range) : 0;
}

// Ranks sequences that begin with an int by their second elements, too: ints, or strings, as far as there are bits left.
static void refine_ranks(struct sorter *sorter, struct entry *entries, size_t count) {
  struct interval first = {INT64_MAX, INT64_MIN}, second = first;
  sl_value *items;
  size_t length;
  enum rank_kind kind = NO_RANK;
  bool pairs = true;
  for (size_t i = 0; i < count; i++) {
    if (!sl_sequence_items(sorter->keys[i], &items, &length) || length < 2) return;
    if (i == 0) kind = rank_kind(items[1]);
    if (kind == NO_RANK || rank_kind(items[1]) != kind) return;
    widen(&first, sl_small_int(items[0]));
    if (kind == INT_RANK) widen(&second, sl_small_int(items[1]));
    pairs = pairs && length == 2;
  }
  if (kind == STRING_RANK && sl_thread_orders_utf16(sorter->thread)) return;
  int high = bits_of(&first), low = kind == INT_RANK ? bits_of(&second) : 64 - high;
  if (high == 0 || high + low > 64 || low == 0) return;
  for (size_t i = 0; i < count; i++) {
    sl_sequence_items(sorter->keys[i], &items, &length);
    uint64_t rank = ((uint64_t)sl_small_int(items[0]) - (uint64_t)first.least) << low;
    rank |= kind == INT_RANK ? (uint64_t)sl_small_int(items[1]) - (uint64_t)second.least
                             : string_rank(items[1], 0) >> high;
    entries[i].rank = sorter->reverse ? ~rank : rank;
  }
  sorter->exact = pairs && kind == INT_RANK;
}

// Ranks all keys, of which there is at least one, or none: then every pair is compared.
static void give_ranks(struct sorter *sorter, struct entry *entries, size_t count) {
  const struct sl_type *type = sl_type_of(sorter->keys[0]);
  enum rank_kind kind = rank_kind(leader(sorter->keys[0]));
  // The bytes of a string are its order but in one dialect.
  if (kind == STRING_RANK && sl_thread_orders_utf16(sorter->thread)) kind = NO_RANK;
  size_t common = kind == STRING_RANK ? common_prefix(sorter->keys, count) : 0;
  for (size_t i = 0; i < count; i++) {
    sl_value key = sorter->keys[i], lead = leader(key);
    if (kind == NO_RANK || rank_kind(lead) != kind || sl_type_of(key) != type) {
      for (size_t j = 0; j < i; j++) entries[j].rank = 0;
      return;
    }
    uint64_t rank = rank_of(lead, kind, common);
    entries[i].rank = sorter->reverse ? ~rank : rank;
  }
  sorter->exact = sl_is_small_int(sorter->keys[0]);
  if (kind == INT_RANK && !sorter->exact) refine_ranks(sorter, entries, count);
}

// ---------------------------------------------------------------- sorting

enum {
  SHORT_RUN = 8,  // runs this short are sorted by insertion
  FEW = 16,       // so many elements are sorted on the stack
};

// Compares two keys in full, the later one with the earlier one, as Bazel does: messages tell.
static bool must_swap_keys(struct sorter *sorter, sl_value later, sl_value earlier) {
  int order;
  bool compared = sorter->reverse ? sl_compare(sorter->thread, earlier, later, &order)
                                  : sl_compare(sorter->thread, later, earlier, &order);
  compared = compared && sl_thread_take_steps(sorter->thread, 1);
  sorter->failed |= !compared;
  return compared && order < 0;
}

// Whether `later` must come before `earlier`, which stands in front of it. Equal keys never move, so the sort is
// stable in both directions.
static inline bool must_swap(struct sorter *sorter, const struct entry *later,
                             const struct entry *earlier) {
  if (later->rank == earlier->rank && !sorter->exact) {
    return must_swap_keys(sorter, sorter->keys[later->index], sorter->keys[earlier->index]);
  }
  return later->rank < earlier->rank;
}

static void sort_short(struct sorter *sorter, struct entry *entries, size_t count) {
  for (size_t i = 1; i < count && !sorter->failed; i++) {
    struct entry moved = entries[i];
    size_t j = i;
    for (; j > 0 && must_swap(sorter, &moved, &entries[j - 1]); j--) entries[j] = entries[j - 1];
    entries[j] = moved;
  }
}

// Merges the sorted halves of `entries` by way of `scratch`, which has room for the first half.
static void merge(struct sorter *sorter, struct entry *entries, size_t half, size_t count,
                  struct entry *scratch) {
  memcpy(scratch, entries, half * sizeof *entries);
  const struct entry *left = scratch, *left_end = scratch + half;
  const struct entry *right = entries + half, *right_end = entries + count;
  struct entry *out = entries;
  while (left < left_end && right < right_end) {
    // Which half it is cannot be predicted: a mask chooses, not a branch.
    bool from_right = must_swap(sorter, right, left);
    uint64_t mask = -(uint64_t)from_right;
    out->rank = left->rank ^ ((left->rank ^ right->rank) & mask);
    out->index = left->index ^ ((left->index ^ right->index) & (uint32_t)mask);
    out++;
    right += from_right;
    left += !from_right;
  }
  memcpy(out, left, (size_t)(left_end - left) * sizeof *out);
}

static void sort(struct sorter *sorter, struct entry *entries, size_t count,
                 struct entry *scratch) {
  if (count <= SHORT_RUN) {
    sort_short(sorter, entries, count);
    return;
  }
  size_t half = count / 2;
  sort(sorter, entries, half, scratch);
  if (sorter->failed) return;
  sort(sorter, entries + half, count - half, scratch);
  if (sorter->failed) return;
  // Halves that are in order already are left alone: sorted input costs one comparison per element.
  if (must_swap(sorter, &entries[half], &entries[half - 1])) {
    merge(sorter, entries, half, count, scratch);
  }
}

// A new list of `values`, of which there is at least one, in the order of the sorter's keys. NULL: an error is pending.
static sl_value sort_values(struct sorter *sorter, const sl_value *values, size_t count) {
  // The second part is the scratch of merges.
  struct entry few[FEW + FEW / 2], *entries = few;
  if (count > FEW) {
    if (!sl_heap_admit(sorter->thread, count * (2 * sizeof *entries + sizeof *values))) return NULL;
    entries = sl_allocate_atomic((count + count / 2) * sizeof *entries);
  }
  for (size_t i = 0; i < count; i++) entries[i] = (struct entry){.index = (uint32_t)i};
  give_ranks(sorter, entries, count);
  sort(sorter, entries, count, entries + count);
  if (sorter->failed) return NULL;
  sl_value *sorted, list = sl_list_new(sorter->thread, count, &sorted);
  for (size_t i = 0; i < count; i++) sorted[i] = values[entries[i].index];
  return list;
}

// ---------------------------------------------------------------- the functions

static sl_value key_of(struct sl_thread *thread, sl_value function, sl_value element) {
  if (function == SL_NONE) return element;
  return sl_call(thread, function, &element, 1, NULL, 0);
}

// What the elements are compared by: in `few`, if they are. NULL: an error is pending.
static const sl_value *keys_of(struct sl_thread *thread, sl_value function, const sl_value *values,
                               size_t count, sl_value *few) {
  sl_value *keys = few;
  if (count > FEW) {
    if (!sl_heap_admit(thread, count * sizeof *keys)) return NULL;
    keys = sl_allocate(count * sizeof *keys);
  }
  for (size_t i = 0; i < count; i++) {
    if (!(keys[i] = key_of(thread, function, values[i]))) return NULL;
  }
  return keys;
}

static sl_value sorted_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct sorter sorter = {.thread = thread, .reverse = arguments[2] == SL_TRUE};
  sl_value *values, few[FEW], few_keys[FEW];
  size_t count;
  bool has_key = arguments[1] != SL_NONE;
  // Without keys to be computed nothing can change a sequence until it is sorted.
  bool is_sequence = sl_sequence_items(arguments[0], &values, &count);
  if (is_sequence && has_key && count <= FEW) {
    values = memcpy(few, values, count * sizeof *few);
  } else if (!is_sequence || has_key) {
    sl_value list = sl_to_list(thread, arguments[0]);
    if (!list) return NULL;
    values = sl_list_items(list);
    count = sl_list_length(list);
  }
  if (count == 0) return sl_list(thread, NULL, 0);
  sorter.keys = has_key ? keys_of(thread, arguments[1], values, count, few_keys) : values;
  return sorter.keys ? sort_values(&sorter, values, count) : NULL;
}

// The first of the elements whose key is least (direction -1) or greatest (1).
static sl_value extreme_of(struct sl_thread *thread, struct sl_iterator *iterator,
                           sl_value function, int direction) {
  sl_value best = NULL, best_key = NULL;
  for (sl_value value; (value = sl_iterate_next(iterator));) {
    sl_value key = key_of(thread, function, value);
    if (!key || !sl_thread_take_steps(thread, 1)) return NULL;
    int order = -direction;
    if (best && !sl_compare(thread, best_key, key, &order)) return NULL;
    if (order * direction < 0) best = value, best_key = key;
  }
  return best ? best : sl_fail(thread, "expected at least one item");
}

// The same of an array, where the elements are their own keys: most are small ints, whose order is that of their words.
static sl_value extreme_item(struct sl_thread *thread, const sl_value *items, size_t count,
                             int direction) {
  if (!sl_thread_take_steps(thread, count)) return NULL;
  if (count == 0) return sl_fail(thread, "expected at least one item");
  sl_value best = items[0];
  for (size_t i = 1; i < count; i++) {
    int order;
    if (sl_is_small_int(best) && sl_is_small_int(items[i])) {
      bool better =
          direction > 0 ? (intptr_t)items[i] > (intptr_t)best : (intptr_t)items[i] < (intptr_t)best;
      if (better) best = items[i];
    } else if (!sl_compare(thread, best, items[i], &order)) {
      return NULL;
    } else if (order * direction < 0) {
      best = items[i];
    }
  }
  return best;
}

// One argument is an iterable of the elements; several are the elements.
static sl_value extreme(struct sl_thread *thread, sl_value *arguments, int direction) {
  sl_value elements = arguments[0], *items;
  size_t count;
  if (sl_tuple_length(elements) == 1) elements = sl_tuple_get(elements, 0);
  if (arguments[1] == SL_NONE && sl_sequence_items(elements, &items, &count))
    return extreme_item(thread, items, count, direction);
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
