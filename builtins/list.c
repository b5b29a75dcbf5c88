// SPDX-License-Identifier: Apache-2.0
//
// List: the methods of lists. Invariant: a method that changes the list checks first that it may.
#include "builtins/arguments.h"
#include "builtins/builtins.h"

// Where an element equal to `x` first occurs between two positions. False with an error pending: nowhere.
static bool find(struct sl_thread *thread, sl_value list, sl_value x, size_t from, size_t to,
                 size_t *position) {
  if (!sl_list_find(thread, list, x, from, to, position)) return false;
  if (*position < to) return true;
  struct sl_text text = {0};
  if (sl_repr(thread, x, &text)) {
    sl_fail(thread, "item %s not found in list", sl_text_string(&text));
  }
  sl_text_free(&text);
  return false;
}

static sl_value list_append(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return sl_list_push(thread, self, arguments[0]) ? SL_NONE : NULL;
}

static sl_value list_clear(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return sl_list_clear(thread, self) ? SL_NONE : NULL;
}

static sl_value list_extend(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return sl_list_extend(thread, self, arguments[0]) ? SL_NONE : NULL;
}

static sl_value list_index(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  size_t from, to, position;
  if (!sl_arguments_bounds(thread, arguments[1], arguments[2], sl_list_length(self), &from, &to)) {
    return NULL;
  }
  if (!find(thread, self, arguments[0], from, to, &position)) return NULL;
  return sl_int((int64_t)position);
}

static sl_value list_insert(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  int32_t index;
  if (!sl_to_int32(thread, arguments[0], "index", &index)) return NULL;
  size_t position = sl_arguments_clamp(index, sl_list_length(self));
  return sl_list_insert(thread, self, position, arguments[1]) ? SL_NONE : NULL;
}

static sl_value list_pop(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  int32_t index = -1;
  if (arguments[0] != SL_NONE && !sl_to_int32(thread, arguments[0], "i", &index)) return NULL;
  size_t length = sl_list_length(self);
  int64_t position = index < 0 ? index + (int64_t)length : index;
  if (position < 0 || (uint64_t)position >= length) {
    return sl_fail(thread, "index out of range (index is %d, but sequence has %zu elements)",
                   (int)index, length);
  }
  return sl_list_remove_at(thread, self, (size_t)position);
}

static sl_value list_remove(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  size_t position;
  if (!find(thread, self, arguments[0], 0, sl_list_length(self), &position)) return NULL;
  return sl_list_remove_at(thread, self, position) ? SL_NONE : NULL;
}

struct sl_builtin sl_list_methods[] = {
    SL_BUILTIN("append(item, /)", list_append, "Adds an element at the end."),
    SL_BUILTIN("clear()", list_clear, "Removes all elements."),
    SL_BUILTIN("extend(items, /)", list_extend, "Adds the elements of an iterable at the end."),
    SL_BUILTIN("index(x, /, start: int | None = None, end: int | None = None)", list_index,
               "Where the first element equal to `x` is, between `start` and `end`."),
    SL_BUILTIN("insert(index: int, item, /)", list_insert,
               "Puts an element before the one at a position."),
    SL_BUILTIN("pop(i: int | None = -1, /)", list_pop,
               "Removes the element at a position, the last one by default, and returns it."),
    SL_BUILTIN("remove(x, /)", list_remove, "Removes the first element that is equal to `x`."),
    SL_BUILTIN_END,
};
