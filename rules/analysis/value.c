// SPDX-License-Identifier: Apache-2.0
//
// Value: what every file here asks of values that users hand in. None of it changes them.

#include "rules/analysis/state.h"

bool bz_value_items(struct sl_thread *thread, sl_value value, sl_value **items, size_t *count) {
  *items = NULL;
  *count = 0;
  if (!value || value == SL_NONE || sl_sequence_items(value, items, count)) return true;
  sl_value tuple = sl_to_tuple(thread, value);
  return tuple && sl_sequence_items(tuple, items, count);
}

bool bz_value_contains_text(sl_value strings, const char *text) {
  sl_value *items;
  size_t count;
  if (!strings || !sl_sequence_items(strings, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (sl_string_is(items[i], text)) return true;
  }
  return false;
}

const char *bz_value_shown(struct sl_thread *thread, sl_value value) {
  struct sl_text text = {0};
  const char *shown = "?";
  if (sl_repr(thread, value, &text)) shown = bz_text_copy(sl_text_string(&text));
  sl_error_clear(thread);
  sl_text_free(&text);
  return shown;
}
