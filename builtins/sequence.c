// SPDX-License-Identifier: Apache-2.0
//
// Sequence: the functions that make, measure and walk through sequences.
#include "builtins/arguments.h"
#include "builtins/builtins.h"

static int has_truth_among(struct sl_thread *thread, const sl_value *items, size_t count,
                           bool wanted) {
  size_t i = 0;
  while (i < count && (sl_is_bool(items[i]) ? items[i] == SL_TRUE : sl_truth(items[i])) != wanted)
    i++;
  return sl_thread_take_steps(thread, i) ? i < count : -1;
}

// Whether some element's truth is `wanted`: 1, 0, or -1 with an error pending.
static int has_truth(struct sl_thread *thread, sl_value elements, bool wanted) {
  sl_value *items;
  size_t count;
  if (sl_sequence_items(elements, &items, &count))
    return has_truth_among(thread, items, count, wanted);
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, elements, &iterator)) return -1;
  int found = 0;
  for (sl_value x; !found && (x = sl_iterate_next(&iterator));) {
    found = sl_thread_take_steps(thread, 1) ? sl_truth(x) == wanted : -1;
  }
  sl_iterate_end(&iterator);
  return found;
}

static sl_value all_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  int found = has_truth(thread, arguments[0], false);
  return found < 0 ? NULL : sl_bool(!found);
}

static sl_value any_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  int found = has_truth(thread, arguments[0], true);
  return found < 0 ? NULL : sl_bool(found);
}

static sl_value enumerate_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  int32_t start;
  if (!sl_to_int32(thread, arguments[1], "start", &start)) return NULL;
  sl_value list = sl_to_list(thread, arguments[0]);
  if (!list) return NULL;
  sl_value *items = sl_list_items(list);
  for (size_t i = 0, n = sl_list_length(list); i < n; i++) {
    if (!sl_thread_take_steps(thread, 1)) return NULL;
    items[i] = sl_tuple((sl_value[]){sl_int(start + (int64_t)i), items[i]}, 2);
  }
  return list;
}

static sl_value enumerate_pairs(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  int32_t start;
  size_t count;
  sl_value *items, *parts;
  if (!sl_sequence_items(arguments[0], &items, &count))
    return enumerate_function(thread, self, arguments);
  if (!sl_to_int32(thread, arguments[1], "start", &start) || !sl_thread_take_steps(thread, count))
    return NULL;
  sl_value pairs = sl_pairs(thread, count, &parts);
  for (size_t i = 0; pairs && i < count; i++) {
    parts[2 * i] = sl_int(start + (int64_t)i);
    parts[2 * i + 1] = items[i];
  }
  return pairs;
}

// A host's iterable may have no length of its own: then it is counted.
static sl_value len_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value x = arguments[0];
  int64_t length = sl_length(x);
  if (length >= 0) return sl_int(length);
  if (!sl_is_iterable(x)) return sl_fail(thread, "%s is not iterable", sl_type_name(x));
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, x, &iterator)) return NULL;
  length = 0;
  while (sl_iterate_next(&iterator)) length++;
  sl_iterate_end(&iterator);
  return sl_int(length);
}

static sl_value list_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return sl_to_list(thread, arguments[0]);
}

static sl_value range_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  int32_t start = 0, stop, step;
  if (arguments[1] == SL_NONE) {
    if (!sl_to_int32(thread, arguments[0], "stop", &stop)) return NULL;
  } else {
    if (!sl_to_int32(thread, arguments[0], "start", &start)) return NULL;
    if (!sl_to_int32(thread, arguments[1], "stop", &stop)) return NULL;
  }
  if (!sl_to_int32(thread, arguments[2], "step", &step)) return NULL;
  return sl_range(thread, start, stop, step);
}

static sl_value reversed_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value list = sl_to_list(thread, arguments[0]);
  if (list) sl_arguments_reverse(list);
  return list;
}

static sl_value tuple_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return sl_to_tuple(thread, arguments[0]);
}

// Pushes one tuple after another until an iterator has come to its end.
static bool zip_rows(struct sl_thread *thread, struct sl_iterator *iterators, size_t columns,
                     sl_value rows) {
  for (;;) {
    sl_value *items;
    if (!sl_heap_admit(thread, columns * sizeof *items)) return false;
    sl_value row = sl_tuple_new(columns, &items);
    for (size_t i = 0; i < columns; i++) {
      items[i] = sl_iterate_next(&iterators[i]);
      if (!items[i]) return true;
    }
    if (!sl_list_push(thread, rows, row) || !sl_thread_take_steps(thread, columns)) return false;
  }
}

static sl_value zip_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  size_t columns = sl_tuple_length(arguments[0]);
  sl_value rows = sl_list(thread, NULL, 0);
  if (columns == 0) return rows;
  if (!sl_heap_admit(thread, columns * sizeof(struct sl_iterator))) return NULL;
  struct sl_iterator *iterators = sl_allocate(columns * sizeof *iterators);
  size_t begun = 0;
  while (begun < columns &&
         sl_iterate_begin(thread, sl_tuple_get(arguments[0], begun), &iterators[begun])) {
    begun++;
  }
  bool done = begun == columns && zip_rows(thread, iterators, columns, rows);
  for (size_t i = 0; i < begun; i++) sl_iterate_end(&iterators[i]);
  return done ? rows : NULL;
}

static sl_value zip_pairs(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value *first, *second, *parts;
  size_t count, other_count;
  if (!sl_sequence_items(arguments[0], &first, &count) ||
      !sl_sequence_items(arguments[1], &second, &other_count)) {
    sl_value both = sl_tuple(arguments, 2);
    return zip_function(thread, self, &both);
  }
  if (other_count < count) count = other_count;
  if (!sl_thread_take_steps(thread, 2 * count)) return NULL;
  sl_value pairs = sl_pairs(thread, count, &parts);
  for (size_t i = 0; pairs && i < count; i++) {
    parts[2 * i] = first[i];
    parts[2 * i + 1] = second[i];
  }
  return pairs;
}

struct sl_builtin sl_pair_functions[] = {
    SL_BUILTIN("enumerate(list, start: int = 0)", enumerate_pairs, ""),
    SL_BUILTIN("zip(first, second, /)", zip_pairs, ""),
    SL_BUILTIN_END,
};

struct sl_builtin sl_sequence_functions[] = {
    SL_BUILTIN("all(elements, /)", all_function, "Whether every element is true."),
    SL_BUILTIN("any(elements, /)", any_function, "Whether some element is true."),
    SL_BUILTIN("enumerate(list, start: int = 0)", enumerate_function,
               "A new list of the pairs (index, element), counting from `start`."),
    SL_BUILTIN("len(x, /)", len_function,
               "The number of bytes of a string, or of elements of anything iterable."),
    SL_BUILTIN("list(x: iterable = [], /)", list_function,
               "A new list of the elements of an iterable."),
    SL_BUILTIN("range(start_or_stop: int, stop_or_none: int | None = None, step: int = 1, /)",
               range_function,
               "The ints from start (0 if only a stop is given) to before stop, step by step."),
    SL_BUILTIN("reversed(sequence: iterable, /)", reversed_function,
               "A new list of the elements of an iterable, the last one first."),
    SL_BUILTIN("tuple(x: iterable = (), /)", tuple_function,
               "A tuple of the elements of an iterable."),
    SL_BUILTIN("zip(*args)", zip_function,
               "A new list of tuples: the first elements of all arguments, the second ones, and "
               "so on up to the end of the shortest."),
    SL_BUILTIN_END,
};
