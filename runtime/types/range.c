// SPDX-License-Identifier: Apache-2.0
//
// Range: arithmetic progressions of 32-bit ints, never stored. Invariant: `length` and all elements
// fit 32 bits; the work is done in 64, where nothing overflows.
#include "runtime/types/sequence.h"

static struct sl_range *as_range(sl_value value) { return (struct sl_range *)(void *)value; }

// ---------------------------------------------------------------- layout

static int64_t element(const struct sl_range *range, int64_t i) {
  return range->start + i * range->step;
}

static int64_t count_elements(int64_t start, int64_t stop, int64_t step) {
  int64_t span = step > 0 ? stop - start : start - stop;
  return span <= 0 ? 0 : (span - 1) / (step > 0 ? step : -step) + 1;
}

static sl_value range_new(int64_t start, int64_t stop, int64_t step) {
  struct sl_range *range = sl_allocate_raw(sizeof *range);
  *range = (struct sl_range){&sl_range_type, start, stop, step, count_elements(start, stop, step)};
  return (sl_value)(void *)range;
}

// ---------------------------------------------------------------- slots

static bool range_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct sl_range *range = as_range(x);
  sl_text_append_string(out, "range(");
  sl_text_append_integer(out, range->start);
  sl_text_append_string(out, ", ");
  sl_text_append_integer(out, range->stop);
  if (range->step != 1) {
    sl_text_append_string(out, ", ");
    sl_text_append_integer(out, range->step);
  }
  sl_text_append_char(out, ')');
  return true;
}

static bool range_truth(sl_value x) { return as_range(x)->length != 0; }

// Equal if they denote the same sequence.
static int range_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  (void)thread;
  const struct sl_range *a = as_range(x), *b = as_range(y);
  if (a->length != b->length || a->length == 0) return a->length == b->length;
  return a->start == b->start && (a->length == 1 || a->step == b->step);
}

static int64_t range_length(sl_value x) { return as_range(x)->length; }

static sl_value range_next(struct sl_iterator *iterator) {
  const struct sl_range *range = as_range(iterator->sequence);
  if ((int64_t)iterator->position >= range->length) return NULL;
  return sl_small_int_value(element(range, (int64_t)iterator->position++));
}

static bool range_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread, (void)x;
  iterator->next = range_next;
  return true;
}

// Only ints are elements: 3.0 is none, as in Bazel.
static int range_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  (void)thread;
  const struct sl_range *range = as_range(x);
  int32_t n;
  if (!sl_int_to_int32(item, &n) || range->length == 0) return 0;
  int64_t distance = n - range->start;
  return distance % range->step == 0 && distance / range->step >= 0 &&
         distance / range->step < range->length;
}

static sl_value range_index(struct sl_thread *thread, sl_value x, sl_value key) {
  size_t i;
  if (!sl_sequence_position(thread, key, "sequence index", (size_t)as_range(x)->length, &i))
    return NULL;
  return sl_small_int_value(element(as_range(x), (int64_t)i));
}

// A stride beyond 32 bits can select one element at most.
static sl_value range_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                            sl_value step) {
  struct sl_slice slice;
  const struct sl_range *range = as_range(x);
  if (!sl_sequence_slice(thread, (size_t)range->length, start, stop, step, &slice)) return NULL;
  // Bazel lets an empty slice that goes down begin where it ends, even beyond the range.
  int32_t bound;
  if (slice.step < 0 && slice.count == 0 && stop && sl_int_to_int32(stop, &bound)) {
    int64_t end = bound < 0 ? bound + range->length : bound;
    slice.start = slice.stop = end < -1 ? -1 : (int32_t)end;
  }
  int64_t stride = (int64_t)slice.step * range->step;
  int64_t last = slice.stop;
  if (stride != (int32_t)stride) {
    stride = stride > 0 ? INT32_MAX : INT32_MIN;
    last = slice.start + (slice.stop > slice.start) - (slice.stop < slice.start);
  }
  return range_new(element(range, slice.start), element(range, last), stride);
}

// ---------------------------------------------------------------- externals

sl_value sl_range(struct sl_thread *thread, int64_t start, int64_t stop, int64_t step) {
  int32_t checked;
  if (!sl_to_int32(thread, sl_int(start), "start", &checked)) return NULL;
  if (!sl_to_int32(thread, sl_int(stop), "stop", &checked)) return NULL;
  if (!sl_to_int32(thread, sl_int(step), "step", &checked)) return NULL;
  if (step == 0) return sl_fail(thread, "step cannot be 0");
  sl_value range = range_new(start, stop, step);
  if (as_range(range)->length <= INT32_MAX) return range;
  struct sl_text shown = {0};
  range_repr(thread, range, &shown);
  sl_fail(thread, "len(%s) exceeds signed 32-bit range", sl_text_string(&shown));
  sl_text_free(&shown);
  return NULL;
}

void sl_range_write(sl_value value, sl_value *to) {
  const struct sl_range *range = as_range(value);
  for (int64_t i = 0; i < range->length; i++) to[i] = sl_small_int_value(element(range, i));
}

void sl_range_parts(sl_value range, int64_t *start, int64_t *stop, int64_t *step, int64_t *length) {
  *start = as_range(range)->start;
  *stop = as_range(range)->stop;
  *step = as_range(range)->step;
  *length = as_range(range)->length;
}

const struct sl_type sl_range_type = {
    .name = "range",
    .repr = range_repr,
    .truth = range_truth,
    .equal = range_equal,
    .length = range_length,
    .iterate = range_iterate,
    .contains = range_contains,
    .index = range_index,
    .slice = range_slice,
};
