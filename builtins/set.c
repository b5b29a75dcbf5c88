// SPDX-License-Identifier: Apache-2.0
//
// Set: set() and the methods of sets. Invariant: another collection is made a set before this one changes, so
// that an element that is not hashable leaves it as it was, and a set may be combined with itself.
#include "builtins/arguments.h"
#include "builtins/builtins.h"

// ---------------------------------------------------------------- collections

// The elements of an argument of `method` as a set.
static sl_value collection(struct sl_thread *thread, const char *method, sl_value argument) {
  if (sl_is_set(argument)) return argument;
  if (sl_is_iterable(argument)) return sl_set_from(thread, argument);
  return sl_fail(thread,
                 "for %s argument got value of type '%s', want a collection of hashable elements",
                 method, sl_type_name(argument));
}

// self OP other for each of the others in turn, as a new set.
static sl_value make(struct sl_thread *thread, const char *method, enum sl_operator op,
                     sl_value self, const sl_value *others, size_t count) {
  if (count == 0) return sl_set_from(thread, self);
  sl_value set = self;
  for (size_t i = 0; set && i < count; i++) {
    sl_value other = collection(thread, method, others[i]);
    set = other ? sl_set_combine(thread, op, set, other) : NULL;
  }
  return set;
}

// The same in place.
static sl_value change(struct sl_thread *thread, const char *method, enum sl_operator op,
                       sl_value self, const sl_value *others, size_t count) {
  if (!sl_check_mutable(thread, self)) return NULL;
  for (size_t i = 0; i < count; i++) {
    sl_value other = collection(thread, method, others[i]);
    if (!other || !sl_set_change(thread, op, self, other)) return NULL;
  }
  return SL_NONE;
}

// ---------------------------------------------------------------- set() and the methods

static sl_value set_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return sl_set_from(thread, arguments[0]);
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
  return make(thread, "difference", SL_OP_MINUS, self, sl_tuple_items(others),
              sl_tuple_length(others));
}

static sl_value set_difference_update(struct sl_thread *thread, sl_value self,
                                      sl_value *arguments) {
  sl_value others = arguments[0];
  return change(thread, "difference_update", SL_OP_MINUS, self, sl_tuple_items(others),
                sl_tuple_length(others));
}

static sl_value set_discard(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  if (!sl_check_mutable(thread, self)) return NULL;
  return sl_set_remove(thread, self, arguments[0]) < 0 ? NULL : SL_NONE;
}

static sl_value set_intersection(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return make(thread, "intersection", SL_OP_AMPERSAND, self, sl_tuple_items(others),
              sl_tuple_length(others));
}

static sl_value set_intersection_update(struct sl_thread *thread, sl_value self,
                                        sl_value *arguments) {
  sl_value others = arguments[0];
  return change(thread, "intersection_update", SL_OP_AMPERSAND, self, sl_tuple_items(others),
                sl_tuple_length(others));
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
  int found = other ? sl_set_contains_all(thread, other, self) : -1;
  return found < 0 ? NULL : sl_bool(found);
}

static sl_value set_issuperset(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value other = collection(thread, "issuperset", arguments[0]);
  int found = other ? sl_set_contains_all(thread, self, other) : -1;
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
  return make(thread, "symmetric_difference", SL_OP_CARET, self, arguments, 1);
}

static sl_value set_symmetric_difference_update(struct sl_thread *thread, sl_value self,
                                                sl_value *arguments) {
  return change(thread, "symmetric_difference_update", SL_OP_CARET, self, arguments, 1);
}

static sl_value set_union(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return make(thread, "union", SL_OP_PIPE, self, sl_tuple_items(others), sl_tuple_length(others));
}

static sl_value set_update(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value others = arguments[0];
  return change(thread, "update", SL_OP_PIPE, self, sl_tuple_items(others),
                sl_tuple_length(others));
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
