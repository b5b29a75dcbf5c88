// SPDX-License-Identifier: Apache-2.0
//
// Dict: dict() and the methods of dicts. Invariant: a method that changes the dict checks first that it may,
// before it looks at its arguments, as Bazel does.
#include "builtins/builtins.h"
#include "runtime/object.h"

static sl_value dict_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value pairs = arguments[0], named = arguments[1];
  bool no_pairs = sl_is_list(pairs) && sl_list_length(pairs) == 0;
  if (no_pairs && sl_dict_length(named) > 0) return named;
  sl_value dict = sl_is_dict(pairs) ? sl_dict_copy(thread, pairs) : sl_dict(thread, 0);
  if (!dict || (!sl_is_dict(pairs) && !sl_dict_update(thread, dict, pairs))) return NULL;
  return sl_dict_update(thread, dict, named) ? dict : NULL;
}

static sl_value dict_clear(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return sl_dict_clear(thread, self) ? SL_NONE : NULL;
}

static sl_value dict_get(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value found = sl_dict_get(thread, self, arguments[0]);
  if (found) return found;
  return sl_error_pending(thread) ? NULL : arguments[1];
}

// A new list with an item for each entry, to be filled in. NULL with an error pending.
static sl_value new_list(struct sl_thread *thread, sl_value dict, sl_value **items) {
  size_t count = sl_dict_length(dict);
  return sl_heap_admit(thread, count * sizeof **items) ? sl_list_new(thread, count, items) : NULL;
}

static sl_value dict_items(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  sl_value *items, list = new_list(thread, self, &items);
  size_t cursor = 0;
  sl_value pair[2];
  while (list && sl_dict_next(self, &cursor, &pair[0], &pair[1])) {
    *items++ = sl_tuple(pair, 2);
    if (!sl_thread_take_steps(thread, 1)) return NULL;
  }
  return list;
}

static sl_value dict_keys(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return sl_to_list(thread, self);
}

static sl_value dict_pop(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value key = arguments[0], otherwise = arguments[1];
  if (!sl_check_mutable(thread, self)) return NULL;
  sl_value removed = sl_dict_remove(thread, self, key);
  if (removed) return removed;
  if (sl_error_pending(thread)) return NULL;
  if (otherwise) return otherwise;
  struct sl_text text = {0};
  if (sl_repr(thread, key, &text)) sl_fail(thread, "KeyError: %s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static sl_value dict_popitem(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  size_t cursor = 0;
  sl_value pair[2];
  if (!sl_dict_next(self, &cursor, &pair[0], &pair[1])) {
    return sl_fail(thread, "popitem: empty dictionary");
  }
  if (!sl_check_mutable(thread, self) || !sl_dict_remove(thread, self, pair[0])) return NULL;
  return sl_tuple(pair, 2);
}

static sl_value dict_setdefault(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return sl_dict_set_absent(thread, self, arguments[0], arguments[1]);
}

static sl_value dict_update(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value pairs = arguments[0], named = arguments[1];
  if (!sl_check_mutable(thread, self) || !sl_dict_update(thread, self, pairs)) return NULL;
  return sl_dict_update(thread, self, named) ? SL_NONE : NULL;
}

static sl_value dict_values(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  sl_value *items, list = new_list(thread, self, &items);
  size_t cursor = 0;
  sl_value key, value;
  while (list && sl_dict_next(self, &cursor, &key, &value)) *items++ = value;
  return list;
}

struct sl_builtin sl_dict_functions[] = {
    SL_BUILTIN("dict(pairs = [], /, **kwargs = {})", dict_function,
               "A new dict with the entries of a dict, or of an iterable of pairs, and of the "
               "keyword arguments."),
    SL_BUILTIN_END,
};

struct sl_builtin sl_dict_methods[] = {
    SL_BUILTIN("clear()", dict_clear, "Removes all entries."),
    SL_BUILTIN("get(key, /, default = None)", dict_get,
               "The value of a key; if there is none, `default`."),
    SL_BUILTIN("items()", dict_items, "A new list of the pairs (key, value)."),
    SL_BUILTIN("keys()", dict_keys, "A new list of the keys."),
    SL_BUILTIN(
        "pop(key, /, default = unbound)", dict_pop,
        "Removes a key and returns its value; if there is none, `default`, or else an error."),
    SL_BUILTIN("popitem()", dict_popitem,
               "Removes the first entry and returns it as a pair (key, value)."),
    SL_BUILTIN("setdefault(key, /, default = None)", dict_setdefault,
               "The value of a key, which gets the value `default` if there is none."),
    SL_BUILTIN("update(pairs = [], /, **kwargs = {})", dict_update,
               "Adds the entries of a dict, or of an iterable of pairs, and of the keyword "
               "arguments."),
    SL_BUILTIN("values()", dict_values, "A new list of the values."),
    SL_BUILTIN_END,
};
