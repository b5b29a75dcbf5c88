// SPDX-License-Identifier: Apache-2.0
//
// Sequence: positions, slices and element-wise operations. Nothing here allocates values, so
// callers' item arrays stay as they are; elements' own slots run, but never Starlark code.
#include "runtime/types/sequence.h"

#include "common/copy.h"
#include "common/text_inline.h"
#include "runtime/types/format.h"

bool sl_sequence_position(struct sl_thread *thread, sl_value key, const char *what, size_t length,
                          size_t *position) {
  int32_t index;
  if (!sl_to_int32(thread, key, what, &index)) return false;
  int64_t actual = index < 0 ? (int64_t)index + (int64_t)length : index;
  if (actual < 0 || actual >= (int64_t)length) {
    return sl_fail_false(thread, "index out of range (index is %d, but sequence has %zu elements)",
                         index, length);
  }
  *position = (size_t)actual;
  return true;
}

// A bound of a slice: None and an absent one leave `*bound` as it is.
static bool read_bound(struct sl_thread *thread, sl_value value, const char *what, int64_t *bound) {
  int32_t number;
  if (!value || value == SL_NONE) return true;
  if (!sl_to_int32(thread, value, what, &number)) return false;
  *bound = number;
  return true;
}

static int64_t clamp(int64_t n, int64_t least, int64_t greatest) {
  return n < least ? least : n > greatest ? greatest : n;
}

// A bound of a slice without a step, clamped. False: it is neither absent nor a small int.
static inline bool clamp_bound(sl_value value, int64_t length, int64_t *bound) {
  if (!value || value == SL_NONE) return true;
  int32_t number;
  if (!sl_int_to_int32(value, &number)) return false;
  *bound = clamp(number < 0 ? number + length : number, 0, length);
  return true;
}

// The usual slices, those without a step. False: it is another one, or wrong.
static inline bool slice_by_one(int64_t length, sl_value start, sl_value stop, sl_value step,
                                struct sl_slice *out) {
  int64_t first = 0, last = length;
  if ((step && step != SL_NONE) || !clamp_bound(start, length, &first) ||
      !clamp_bound(stop, length, &last))
    return false;
  if (last < first) last = first;
  *out = (struct sl_slice){(int32_t)first, (int32_t)last, 1, (uint32_t)(last - first)};
  return true;
}

bool sl_sequence_slice(struct sl_thread *thread, size_t length, sl_value start, sl_value stop,
                       sl_value step, struct sl_slice *out) {
  if (SL_LIKELY(slice_by_one((int64_t)length, start, stop, step, out))) return true;
  int64_t n = (int64_t)length;
  int64_t stride = 1;
  if (!read_bound(thread, step, "slice step", &stride)) return false;
  if (stride == 0) return sl_fail_false(thread, "slice step cannot be zero");
  // Going down, the positions lie in -1 .. n - 1; an absent bound is beyond any given one.
  int64_t least = stride > 0 ? 0 : -1;
  int64_t greatest = stride > 0 ? n : n - 1;
  int64_t first = stride > 0 ? least : greatest;
  int64_t last = stride > 0 ? greatest : least - n;
  if (!read_bound(thread, start, "start index", &first)) return false;
  if (!read_bound(thread, stop, "stop index", &last)) return false;
  first = clamp(first < 0 && start && start != SL_NONE ? first + n : first, least, greatest);
  last = clamp(last < 0 ? last + n : last, least, greatest);
  int64_t span = stride > 0 ? last - first : first - last;
  int64_t count = span <= 0 ? 0 : (span - 1) / (stride > 0 ? stride : -stride) + 1;
  *out = (struct sl_slice){(int32_t)first, (int32_t)(span <= 0 ? first : last), (int32_t)stride,
                           (uint32_t)count};
  return true;
}

void sl_sequence_copy_slice(const sl_value *items, const struct sl_slice *slice, sl_value *to) {
  const sl_value *from = items + slice->start;
  if (slice->step == 1) {
    sl_copy_values(to, from, slice->count);
    return;
  }
  for (uint32_t i = 0; i < slice->count; i++) to[i] = from[(int64_t)i * slice->step];
}

bool sl_sequence_repetitions(struct sl_thread *thread, size_t length, sl_value n, int64_t limit,
                             const char *unit, size_t *times) {
  int32_t count;
  *times = 0;
  if (sl_int_sign(n) <= 0) return true;
  if (!sl_to_int32(thread, n, "repeat", &count)) return false;
  if ((int64_t)length * count > limit) {
    return sl_fail_false(thread, "excessive repeat (%zu * %d %s)", length, count, unit);
  }
  *times = (size_t)count;
  return true;
}

// Units of up to eight bytes by the word, which their pattern fills.
static void repeat_word(const char *unit, size_t size, size_t all, char *out) {
  const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  uint64_t word = 0;
  sl_copy_bytes((char *)&word, unit, size);
  for (size_t filled = size; filled < sizeof word; filled *= 2) {
    word |= little ? word << 8 * filled : word >> 8 * filled;
  }
  const size_t step = sizeof word / size * size;
  for (; all >= sizeof word; all -= step, out += step) memcpy(out, &word, sizeof word);
  sl_copy_bytes(out, (const char *)&word, all);
}

// What is there of longer units is doubled until it is all: few copies.
void sl_sequence_repeat(const void *unit, size_t size, size_t times, void *out) {
  size_t all = size * times;
  if (!all) return;
  if (size <= sizeof(uint64_t)) {
    repeat_word(unit, size, all, out);
    return;
  }
  memcpy(out, unit, size);
  for (size_t done = size; done < all;) {
    size_t more = done < all - done ? done : all - done;
    memcpy((char *)out + done, out, more);
    done += more;
  }
}

bool sl_sequence_check_sum(struct sl_thread *thread, size_t a, size_t b) {
  if ((int64_t)(a + b) <= SL_SEQUENCE_LIMIT) return true;
  return sl_fail_false(thread, "excessive capacity requested (%zu + %zu elements)", a, b);
}

// Whether two values that are not the same are equal, as far as that can be told at once: 1, 0, or -1 for most others than ints and strings.
static inline int equal_at_once(sl_value a, sl_value b) {
  if (sl_both_small_ints(a, b)) return 0;
  if (!sl_is_string(a) || !sl_is_string(b)) return -1;
  return sl_string_equal((const struct sl_string *)(const void *)a,
                         (const struct sl_string *)(const void *)b);
}

// How many of the first elements are the same ints and strings. *equal: 0 if the next ones are others, else -1.
static inline size_t equal_prefix(const sl_value *a, const sl_value *b, size_t count, int *equal) {
  enum { LONG = 8 };
  *equal = -1;
  if (count >= LONG && memcmp(a, b, count * sizeof *a) == 0) return count;
  for (size_t i = 0; i < count; i++) {
    if (a[i] == b[i]) continue;
    int answer = equal_at_once(a[i], b[i]);
    if (answer == 1) continue;
    *equal = answer;
    return i;
  }
  return count;
}

int sl_sequence_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  sl_value *a, *b;
  size_t a_count, b_count;
  sl_sequence_items(x, &a, &a_count);
  sl_sequence_items(y, &b, &b_count);
  if (a_count != b_count) return 0;
  // Most sequences have no parts to be visited.
  int equal;
  size_t i = equal_prefix(a, b, a_count, &equal);
  if (i == a_count || equal == 0) return sl_thread_take_steps(thread, i) ? i == a_count : -1;
  int known = sl_visit_pair(thread, x, y, a_count);
  if (known != 0) return known;
  for (equal = 1; i < a_count && equal == 1; i++) {
    equal = a[i] == b[i] ? 1 : sl_equal(thread, a[i], b[i]);
  }
  return sl_visit_compared(thread, x, y, equal);
}

// How many of the first elements are the same ints and strings. *order: that of the next ones, 0 if it takes more.
static inline size_t ordered_prefix(struct sl_thread *thread, const sl_value *a, const sl_value *b,
                                    size_t count, int *order) {
  *order = 0;
  for (size_t i = 0; i < count; i++) {
    if (a[i] == b[i]) continue;
    if (sl_both_small_ints(a[i], b[i])) {
      *order = (intptr_t)a[i] > (intptr_t)b[i] ? 1 : -1;
    } else if (sl_is_string(a[i]) && sl_is_string(b[i])) {
      *order = sl_string_order(thread, a[i], b[i]);
      if (!*order) continue;
    }
    return i;
  }
  return count;
}

// Whether ints and strings decide the order of two elements that are sequences: then one pass tells it.
static bool order_by_prefix(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  sl_value *a, *b;
  size_t a_count, b_count;
  if (!sl_sequence_items(x, &a, &a_count) || !sl_sequence_items(y, &b, &b_count)) return false;
  if (sl_is_list(x) != sl_is_list(y)) return false;
  size_t shorter = a_count < b_count ? a_count : b_count;
  size_t i = ordered_prefix(thread, a, b, shorter, order);
  if (i == shorter) *order = (a_count > b_count) - (a_count < b_count);
  return i == shorter || *order;
}

// The first elements that are not equal decide: equal ones need not be ordered.
static bool compare_items(struct sl_thread *thread, const sl_value *a, size_t a_count,
                          const sl_value *b, size_t b_count, int *order) {
  size_t shorter = a_count < b_count ? a_count : b_count;
  if (!sl_thread_take_steps(thread, shorter)) return false;
  for (size_t i = 0;; i++) {
    i += ordered_prefix(thread, a + i, b + i, shorter - i, order);
    if (*order || i == shorter) break;
    bool told = order_by_prefix(thread, a[i], b[i], order);
    if (told && *order) break;
    int equal = told ? 1 : sl_equal(thread, a[i], b[i]);
    if (equal < 0) return false;
    if (!equal) return sl_compare(thread, a[i], b[i], order);
  }
  if (!*order) *order = (a_count > b_count) - (a_count < b_count);
  return true;
}

bool sl_sequence_compare(struct sl_thread *thread, const sl_value *a, size_t a_count,
                         const sl_value *b, size_t b_count, int *order) {
  if (!sl_thread_enter(thread)) return false;
  bool done = compare_items(thread, a, a_count, b, b_count, order);
  sl_thread_leave(thread);
  return done;
}

static size_t find_string(const sl_value *items, size_t count, const struct sl_string *item) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] == (sl_value)(uintptr_t)item) return i;
    if (sl_is_string(items[i]) &&
        sl_string_equal((const struct sl_string *)(const void *)items[i], item))
      return i;
  }
  return count;
}

bool sl_sequence_find(struct sl_thread *thread, const sl_value *items, size_t count, sl_value item,
                      size_t *position) {
  *position = count;
  if (sl_is_string(item)) {
    *position = find_string(items, count, (const struct sl_string *)(const void *)item);
    return true;
  }
  for (size_t i = 0; i < count; i++) {
    if (sl_both_small_ints(items[i], item) && items[i] != item) continue;
    int equal = items[i] == item ? 1 : sl_equal(thread, items[i], item);
    if (equal == 0) continue;
    *position = i;
    return equal > 0;
  }
  return true;
}

int sl_sequence_contains(struct sl_thread *thread, const sl_value *items, size_t count,
                         sl_value item) {
  size_t position;
  if (!sl_thread_take_steps(thread, count)) return -1;
  if (!sl_sequence_find(thread, items, count, item, &position)) return -1;
  return position < count;
}

bool sl_sequence_write(struct sl_thread *thread, const sl_value *items, size_t count,
                       const char *before, const char *after, struct sl_text *out) {
  sl_text_append_string(out, before);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) sl_text_put(out, ", ", 2);
    if (!sl_thread_take_steps(thread, 1) || !sl_repr(thread, items[i], out)) return false;
  }
  sl_text_append_string(out, after);
  return true;
}
