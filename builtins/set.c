// SPDX-License-Identifier: Apache-2.0
//
// Set: set() and the methods of sets. Invariant: another collection is made a set before this one changes, so
// that an element that is not hashable leaves it as it was, and a set may be combined with itself.
#include "builtins/arguments.h"
#include "builtins/builtins.h"

// ---------------------------------------------------------------- collections

static bool add_items(struct sl_thread *thread, sl_value set, sl_value iterable) {
  sl_value *items;
  size_t count;
  if (!sl_arguments_items(thread, iterable, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (!sl_set_add(thread, set, items[i]) || !sl_thread_take_steps(thread, 1)) return false;
  }
  return true;
}

// A new set of the elements of any iterable.
static sl_value copy(struct sl_thread *thread, sl_value iterable) {
  sl_value set = sl_set(thread, 0);
  return add_items(thread, set, iterable) ? set : NULL;
}

// The elements of an argument of `method` as a set.
static sl_value collection(struct sl_thread *thread, const char *method, sl_value argument) {
  if (sl_is_set(argument)) return argument;
  if (sl_is_iterable(argument)) return copy(thread, argument);
  return sl_fail(thread,
                 "for %s argument got value of type '%s', want a collection of hashable elements",
                 method, sl_type_name(argument));
}

// Whether every element of one set is in another: 1, 0, or -1 with an error pending.
static int contains_all(struct sl_thread *thread, sl_value set, sl_value elements) {
  size_t cursor = 0;
  for (sl_value item; sl_set_next(elements, &cursor, &item);) {
    int found = sl_set_contains(thread, set, item);
    if (found <= 0) return found;
  }
  return 1;
}

// Removes the elements whose presence in `other` is `present`.
static bool remove_where(struct sl_thread *thread, sl_value set, sl_value other, bool present) {
  sl_value *items;
  size_t count;
  // A copy: the set changes on the way.
  if (!sl_arguments_items(thread, set, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    int found = sl_set_contains(thread, other, items[i]);
    if (found < 0) return false;
    if (found == present && sl_set_remove(thread, set, items[i]) < 0) return false;
  }
  return true;
}

// ---------------------------------------------------------------- operations

// Changes `set` by one other collection. Each operation serves a method that makes a new set and one that changes
// the receiver.
typedef bool (*set_operation)(struct sl_thread *thread, sl_value set, sl_value other);

static bool unite(struct sl_thread *thread, sl_value set, sl_value other) {
  return add_items(thread, set, other);
}

static bool intersect(struct sl_thread *thread, sl_value set, sl_value other) {
  return remove_where(thread, set, other, false);
}

static bool subtract(struct sl_thread *thread, sl_value set, sl_value other) {
  return set == other ? sl_set_clear(thread, set) : remove_where(thread, set, other, true);
}

static bool exclude(struct sl_thread *thread, sl_value set, sl_value other) {
  if (set == other) return sl_set_clear(thread, set);
  size_t cursor = 0;
  for (sl_value item; sl_set_next(other, &cursor, &item);) {
    int removed = sl_set_remove(thread, set, item);
    if (removed < 0 || (removed == 0 && !sl_set_add(thread, set, item))) return false;
  }
  return true;
}

static bool apply(struct sl_thread *thread, const char *method, sl_value set,
                  const sl_value *others, size_t count, set_operation change_by) {
  for (size_t i = 0; i < count; i++) {
    sl_value other = collection(thread, method, others[i]);
    if (!other || !change_by(thread, set, other)) return false;
  }
  return true;
}

static sl_value make(struct sl_thread *thread, const char *method, sl_value self,
                     const sl_value *others, size_t count, set_operation change_by) {
  sl_value set = copy(thread, self);
  return set && apply(thread, method, set, others, count, change_by) ? set : NULL;
}

static sl_value change(struct sl_thread *thread, const char *method, sl_value self,
                       const sl_value *others, size_t count, set_operation change_by) {
  if (!sl_check_mutable(thread, self)) return NULL;
  return apply(thread, method, self, others, count, change_by) ? SL_NONE : NULL;
}

// ---------------------------------------------------------------- set() and the methods

static sl_value set_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return copy(thread, arguments[0]);
}

static sl_value set_add(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return sl_set_add(thread, self, arguments[0]) ? SL_NONE : NULL;
}

static sl_value set_clear(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return sl_set_clear(thread, self) ? SL_NONE : NULL;
}

static sl_value set_difference(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return make(thread, "difference", self, sl_tuple_items(others), sl_tuple_length(others),
              subtract);
}

static sl_value set_difference_update(struct sl_thread *thread, sl_value self,
                                      sl_value *arguments) {
  sl_value others = arguments[0];
  return change(thread, "difference_update", self, sl_tuple_items(others), sl_tuple_length(others),
                subtract);
}

static sl_value set_discard(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  if (!sl_check_mutable(thread, self)) return NULL;
  return sl_set_remove(thread, self, arguments[0]) < 0 ? NULL : SL_NONE;
}

static sl_value set_intersection(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return make(thread, "intersection", self, sl_tuple_items(others), sl_tuple_length(others),
              intersect);
}

static sl_value set_intersection_update(struct sl_thread *thread, sl_value self,
                                        sl_value *arguments) {
  sl_value others = arguments[0];
  return change(thread, "intersection_update", self, sl_tuple_items(others),
                sl_tuple_length(others), intersect);
}

static sl_value set_isdisjoint(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value other = collection(thread, "isdisjoint", arguments[0]);
  if (!other) return NULL;
  size_t cursor = 0;
  for (sl_value item; sl_set_next(other, &cursor, &item);) {
    int found = sl_set_contains(thread, self, item);
    if (found != 0) return found < 0 ? NULL : SL_FALSE;
  }
  return SL_TRUE;
}

static sl_value set_issubset(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value other = collection(thread, "issubset", arguments[0]);
  int found = other ? contains_all(thread, other, self) : -1;
  return found < 0 ? NULL : sl_bool(found);
}

static sl_value set_issuperset(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value other = collection(thread, "issuperset", arguments[0]);
  int found = other ? contains_all(thread, self, other) : -1;
  return found < 0 ? NULL : sl_bool(found);
}

static sl_value set_pop(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (!sl_check_mutable(thread, self)) return NULL;
  size_t cursor = 0;
  sl_value first;
  if (!sl_set_next(self, &cursor, &first)) return sl_fail(thread, "set is empty");
  return sl_set_remove(thread, self, first) < 0 ? NULL : first;
}

static sl_value set_remove(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  if (!sl_check_mutable(thread, self)) return NULL;
  int removed = sl_set_remove(thread, self, arguments[0]);
  if (removed != 0) return removed < 0 ? NULL : SL_NONE;
  struct sl_text text = {0};
  if (sl_repr(thread, arguments[0], &text)) {
    sl_fail(thread, "element %s not found in set", sl_text_string(&text));
  }
  sl_text_free(&text);
  return NULL;
}

static sl_value set_symmetric_difference(struct sl_thread *thread, sl_value self,
                                         sl_value *arguments) {
  return make(thread, "symmetric_difference", self, arguments, 1, exclude);
}

static sl_value set_symmetric_difference_update(struct sl_thread *thread, sl_value self,
                                                sl_value *arguments) {
  return change(thread, "symmetric_difference_update", self, arguments, 1, exclude);
}

static sl_value set_union(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return make(thread, "union", self, sl_tuple_items(others), sl_tuple_length(others), unite);
}

static sl_value set_update(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return change(thread, "update", self, sl_tuple_items(others), sl_tuple_length(others), unite);
}

struct sl_builtin sl_set_functions[] = {
    SL_BUILTIN("set(elements = [], /)", set_function,
               "A new set of the elements of an iterable, in their order."),
    SL_BUILTIN_END,
};

struct sl_builtin sl_set_methods[] = {
    SL_BUILTIN("add(element, /)", set_add, "Adds an element, if it is not there."),
    SL_BUILTIN("clear()", set_clear, "Removes all elements."),
    SL_BUILTIN("difference(*others)", set_difference,
               "A new set of the elements that are in none of the others."),
    SL_BUILTIN("difference_update(*others)", set_difference_update,
               "Removes the elements that are in one of the others."),
    SL_BUILTIN("discard(element, /)", set_discard, "Removes an element, if it is there."),
    SL_BUILTIN("intersection(*others)", set_intersection,
               "A new set of the elements that are in all of the others."),
    SL_BUILTIN("intersection_update(*others)", set_intersection_update,
               "Removes the elements that are not in all of the others."),
    SL_BUILTIN("isdisjoint(other, /)", set_isdisjoint, "Whether the two have no common element."),
    SL_BUILTIN("issubset(other, /)", set_issubset,
               "Whether every element of this set is in the other."),
    SL_BUILTIN("issuperset(other, /)", set_issuperset,
               "Whether every element of the other is in this set."),
    SL_BUILTIN("pop()", set_pop, "Removes the first element and returns it."),
    SL_BUILTIN("remove(element, /)", set_remove, "Removes an element, which must be there."),
    SL_BUILTIN("symmetric_difference(other, /)", set_symmetric_difference,
               "A new set of the elements that are in one of the two only."),
    SL_BUILTIN("symmetric_difference_update(other, /)", set_symmetric_difference_update,
               "Keeps what is only here, and adds what is only in the other."),
    SL_BUILTIN("union(*others)", set_union,
               "A new set of the elements of this set and of all others."),
    SL_BUILTIN("update(*others)", set_update, "Adds the elements of all others."),
    SL_BUILTIN_END,
};
