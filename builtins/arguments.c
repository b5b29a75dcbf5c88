// SPDX-License-Identifier: Apache-2.0
//
// Arguments: readings of arguments that several builtins share. Invariant: each either gives a usable result
// or leaves exactly one error pending.
#include "builtins/arguments.h"

size_t sl_arguments_clamp(int32_t index, size_t length) {
  int64_t position = index < 0 ? index + (int64_t)length : index;
  if (position < 0) return 0;
  return (uint64_t)position > length ? length : (size_t)position;
}

bool sl_arguments_bounds_slowly(struct sl_thread *thread, sl_value start, sl_value end,
                                size_t length, size_t *from, size_t *to) {
  int32_t index;
  if (start != SL_NONE) {
    if (!sl_to_int32(thread, start, "start", &index)) return false;
    *from = sl_arguments_clamp(index, length);
  }
  if (end != SL_NONE) {
    if (!sl_to_int32(thread, end, "end", &index)) return false;
    *to = sl_arguments_clamp(index, length);
  }
  if (*to < *from) *to = *from;
  return true;
}

bool sl_arguments_items(struct sl_thread *thread, sl_value iterable, sl_value **items,
                        size_t *count) {
  if (sl_sequence_items(iterable, items, count)) return true;
  sl_value tuple = sl_to_tuple(thread, iterable);
  return tuple && sl_sequence_items(tuple, items, count);
}

void sl_arguments_reverse(sl_value list) {
  sl_value *items = sl_list_items(list);
  for (size_t i = 0, j = sl_list_length(list); i + 1 < j; i++) {
    sl_value item = items[i];
    items[i] = items[--j];
    items[j] = item;
  }
}

sl_value sl_arguments_new_string(struct sl_thread *thread, size_t length, char **bytes) {
  if (length > INT32_MAX)
    return sl_fail(thread, "excessive capacity requested (%zu characters)", length);
  return sl_heap_admit(thread, length) ? sl_string_new(length, bytes) : NULL;
}

sl_value sl_arguments_hash(sl_value string) {
  const char *bytes = sl_string_bytes(string);
  size_t length = sl_string_length(string);
  uint32_t hash = 0;
  for (size_t i = 0; i < length; i++) hash = hash * 31 + (unsigned char)bytes[i];
  return sl_int((int32_t)hash);
}
