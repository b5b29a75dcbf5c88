// SPDX-License-Identifier: Apache-2.0
//
// Operations: what works on any value, by way of its type's slots. The most frequent types are
// tried first. Invariant: a slot is only ever called with values of its own type in the place of
// `x`.
#include <math.h>

#include "common/text_inline.h"
#include "runtime/value.h"

const struct sl_type *sl_type_of(sl_value value) {
  if (sl_is_object(value)) return value->type;
  if (sl_is_small_int(value)) return &sl_int_type;
  if (sl_is_small_float(value)) return &sl_float_type;
  return value == SL_NONE ? &sl_none_type : &sl_bool_type;
}

const char *sl_type_name(sl_value value) { return sl_type_of(value)->name; }

bool sl_truth(sl_value value) {
  if (sl_is_bool(value)) return value == SL_TRUE;
  const struct sl_type *type = sl_type_of(value);
  return !type->truth || type->truth(value);
}

int64_t sl_length(sl_value value) {
  const struct sl_type *type = sl_type_of(value);
  return type->length ? type->length(value) : -1;
}

bool sl_is_iterable(sl_value value) { return sl_type_of(value)->iterate != NULL; }

bool sl_is_mapping(sl_value value) { return (sl_type_of(value)->flags & SL_TYPE_MAPPING) != 0; }

bool sl_is_callable(sl_value value) {
  const struct sl_type *type = sl_type_of(value);
  return type->call || type == &sl_function_type || type == &sl_builtin_type ||
         type == &sl_bound_method_type;
}

// ---------------------------------------------------------------- text

// Atomic values cannot contain themselves.
static bool may_be_cyclic(sl_value value) {
  return sl_is_object(value) && value->type->freeze != NULL;
}

static bool write_repr(struct sl_thread *thread, sl_value value, struct sl_text *out) {
  if (sl_is_small_int(value)) {
    sl_text_append_integer(out, sl_small_int(value));
    return true;
  }
  const struct sl_type *type = sl_type_of(value);
  if (type->repr) return type->repr(thread, value, out);
  sl_text_format(out, "<%s>", type->name);
  return true;
}

bool sl_repr(struct sl_thread *thread, sl_value value, struct sl_text *out) {
  if (!sl_text_admit(thread, out, 0)) return false;
  if (!may_be_cyclic(value)) return write_repr(thread, value, out);
  int known = sl_visit_write(thread, value);
  if (known < 0) return false;
  if (known) {
    sl_text_append(out, "...", 3);
    return true;
  }
  bool done = write_repr(thread, value, out);
  sl_visit_written(thread, value);
  return done;
}

// Not being "in the midst of writing" the outermost value is Bazel's way: str([x]) of a cycle shows
// one level more than repr().
bool sl_str(struct sl_thread *thread, sl_value value, struct sl_text *out) {
  if (sl_is_string(value)) {
    const struct sl_string *string = (const struct sl_string *)(const void *)value;
    if (!sl_text_admit(thread, out, string->length)) return false;
    sl_text_put(out, string->bytes, string->length);
    return true;
  }
  const struct sl_type *type = sl_type_of(value);
  return type->str ? type->str(thread, value, out) : write_repr(thread, value, out);
}

bool sl_print_text(struct sl_thread *thread, sl_value value, struct sl_text *out) {
  const struct sl_type *type = sl_type_of(value);
  return type->print ? type->print(thread, value, out) : sl_str(thread, value, out);
}

// ---------------------------------------------------------------- equality, order, hash

static int numbers_equal(sl_value a, sl_value b) {
  double d = sl_float_value(sl_is_float(a) ? a : b);
  return !isnan(d) && sl_int_compare_double(sl_is_float(a) ? b : a, d) == 0;
}

int sl_equal(struct sl_thread *thread, sl_value a, sl_value b) {
  if (a == b) return 1;
  if (sl_both_small_ints(a, b)) return 0;
  const struct sl_type *type = sl_type_of(a), *other = sl_type_of(b);
  if (SL_LIKELY(type == other)) return type->equal ? type->equal(thread, a, b) : 0;
  bool mixed = (type == &sl_int_type && other == &sl_float_type) ||
               (type == &sl_float_type && other == &sl_int_type);
  return mixed ? numbers_equal(a, b) : 0;
}

bool sl_compare(struct sl_thread *thread, sl_value a, sl_value b, int *order) {
  if (sl_both_small_ints(a, b)) {
    *order = ((intptr_t)a > (intptr_t)b) - ((intptr_t)a < (intptr_t)b);
    return true;
  }
  const struct sl_type *type = sl_type_of(a), *other = sl_type_of(b);
  if (SL_LIKELY(type == other && type->compare)) return type->compare(thread, a, b, order);
  if (type == &sl_int_type && other == &sl_float_type) {
    *order = sl_int_compare_double(a, sl_float_value(b));
    return true;
  }
  if (type == &sl_float_type && other == &sl_int_type) {
    *order = -sl_int_compare_double(b, sl_float_value(a));
    return true;
  }
  return sl_fail_false(thread, "unsupported comparison: %s <=> %s", type->name, other->name);
}

bool sl_hash(struct sl_thread *thread, sl_value value, uint32_t *hash) {
  if (sl_is_string(value)) {
    *hash = sl_string_hash((struct sl_string *)(void *)value);
    return true;
  }
  if (sl_is_small_int(value)) {
    *hash = sl_hash_word((uint64_t)sl_small_int(value));
    return true;
  }
  const struct sl_type *type = sl_type_of(value);
  if (type->hash) {
    if (!type->hash(thread, value, hash)) return false;
    *hash += *hash == 0;  // 0 marks holes of tables
    return true;
  }
  if (!(type->flags & SL_TYPE_HASH_IDENTITY))
    return sl_fail_false(thread, "unhashable type: '%s'", type->name);
  *hash = sl_hash_word((uintptr_t)value);
  return true;
}

// ---------------------------------------------------------------- operators

static sl_value compare_by(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b) {
  int order;
  if (!sl_compare(thread, a, b, &order)) return NULL;
  switch (op) {
    case SL_OP_LESS:
      return sl_bool(order < 0);
    case SL_OP_LESS_EQUAL:
      return sl_bool(order <= 0);
    case SL_OP_GREATER:
      return sl_bool(order > 0);
    default:
      return sl_bool(order >= 0);
  }
}

static sl_value from_answer(int answer, bool negated) {
  return answer < 0 ? NULL : sl_bool((answer != 0) != negated);
}

// Asks the left operand's type, then the right one's. NULL without an error: neither knows.
static sl_value ask_types(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b) {
  const struct sl_type *left = sl_type_of(a), *right = sl_type_of(b);
  sl_value result = left->binary ? left->binary(thread, op, a, b, false) : NULL;
  if (result || !right->binary || sl_error_pending(thread)) return result;
  return right->binary(thread, op, b, a, true);
}

sl_value sl_binary(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b) {
  const struct sl_type *right = sl_type_of(b);
  switch (op) {
    case SL_OP_EQUAL:
    case SL_OP_NOT_EQUAL:
      return from_answer(sl_equal(thread, a, b), op == SL_OP_NOT_EQUAL);
    case SL_OP_LESS:
    case SL_OP_LESS_EQUAL:
    case SL_OP_GREATER:
    case SL_OP_GREATER_EQUAL:
      return compare_by(thread, op, a, b);
    case SL_OP_IN:
    case SL_OP_NOT_IN:
      if (right->contains) return from_answer(right->contains(thread, b, a), op == SL_OP_NOT_IN);
      break;
    default:
      break;
  }
  sl_value result = ask_types(thread, op, a, b);
  if (SL_LIKELY(result != NULL) || sl_error_pending(thread)) return result;
  // "not in" is the negation of "in", in errors too.
  return sl_fail(thread, "unsupported binary operation: %s %s %s", sl_type_name(a),
                 sl_operator_text(op == SL_OP_NOT_IN ? SL_OP_IN : op), right->name);
}

sl_value sl_unary(struct sl_thread *thread, enum sl_operator op, sl_value a) {
  if (op == SL_OP_NOT) return sl_bool(!sl_truth(a));
  const struct sl_type *type = sl_type_of(a);
  sl_value result = type->unary ? type->unary(thread, op, a) : NULL;
  if (result || sl_error_pending(thread)) return result;
  return sl_fail(thread, "unsupported unary operation: %s%s", sl_operator_text(op), type->name);
}

// ---------------------------------------------------------------- elements

sl_value sl_index(struct sl_thread *thread, sl_value x, sl_value key) {
  const struct sl_type *type = sl_type_of(x);
  if (type->index) return type->index(thread, x, key);
  return sl_fail(thread, "type '%s' has no operator [](%s)", type->name, sl_type_name(key));
}

bool sl_set_index(struct sl_thread *thread, sl_value x, sl_value key, sl_value value) {
  const struct sl_type *type = sl_type_of(x);
  if (type->set_index) return type->set_index(thread, x, key, value);
  return sl_fail_false(
      thread, "can only assign an element in a dictionary or a list, not in a '%s'", type->name);
}

sl_value sl_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                  sl_value step) {
  const struct sl_type *type = sl_type_of(x);
  if (type->slice) return type->slice(thread, x, start, stop, step);
  return sl_fail(thread, "invalid slice operand: %s", type->name);
}

bool sl_sequence_items(sl_value value, sl_value **items, size_t *count) {
  if (sl_is_list(value)) {
    *items = sl_list_items(value);
    *count = sl_list_length(value);
    return true;
  }
  if (!sl_is_tuple(value)) return false;
  *items = sl_tuple_items(value);
  *count = sl_tuple_length(value);
  return true;
}

// ---------------------------------------------------------------- mutability

static uint32_t active_iterations(sl_value value) {
  if (sl_is_list(value)) return ((const struct sl_list *)(const void *)value)->iterators;
  return sl_is_table(value) ? ((const struct sl_dict *)(const void *)value)->iterators : 0;
}

bool sl_check_mutable(struct sl_thread *thread, sl_value value) {
  if (SL_UNLIKELY(sl_is_frozen(value))) {
    return sl_fail_false(thread, "trying to mutate a frozen %s value", sl_type_name(value));
  }
  if (SL_UNLIKELY(active_iterations(value) != 0)) {
    return sl_fail_false(thread,
                         "%s value is temporarily immutable due to active for-loop iteration",
                         sl_type_name(value));
  }
  return true;
}

// ---------------------------------------------------------------- iteration

bool sl_iterate_begin(struct sl_thread *thread, sl_value iterable, struct sl_iterator *iterator) {
  const struct sl_type *type = sl_type_of(iterable);
  if (!type->iterate) return sl_fail_false(thread, "type '%s' is not iterable", type->name);
  *iterator = (struct sl_iterator){.sequence = iterable};
  return type->iterate(thread, iterable, iterator);
}

void sl_iterate_end(struct sl_iterator *iterator) {
  const struct sl_type *type = sl_type_of(iterator->sequence);
  if (type->iterate_end) type->iterate_end(iterator);
}

sl_value sl_to_list(struct sl_thread *thread, sl_value iterable) {
  sl_value *items;
  size_t count;
  if (sl_sequence_items(iterable, &items, &count))
    return sl_heap_admit(thread, count * sizeof *items) ? sl_list(thread, items, count) : NULL;
  // Room for a few is part of the list; for more the limits are to be asked.
  enum { FEW = 8 };
  int64_t expected = sl_length(iterable);
  sl_value list = sl_list_for(thread, expected > 0 && expected <= FEW ? (size_t)expected : 0);
  return sl_list_extend(thread, list, iterable) ? list : NULL;
}

sl_value sl_to_tuple(struct sl_thread *thread, sl_value iterable) {
  sl_value *items;
  size_t count;
  if (sl_is_tuple(iterable)) return iterable;
  sl_value sequence = sl_is_list(iterable) ? iterable : sl_to_list(thread, iterable);
  if (!sequence) return NULL;
  sl_sequence_items(sequence, &items, &count);
  return sl_heap_admit(thread, count * sizeof *items) ? sl_tuple(items, count) : NULL;
}
