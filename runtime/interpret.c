// SPDX-License-Identifier: Apache-2.0
//
// Interpret: the loop that runs code. Each opcode has one body, which is a label of a computed goto or, with
// SL_SWITCH_DISPATCH, a case of a portable switch. Invariants: the fast paths here do what the slow ones in
// interpret_slow.c do, for the commonest types only; `frame->pc` is stored before anything that may fail or call.
#if defined(__GNUC__) && !defined(__clang__)
// Merging the bodies' ends would send all of them through a few indirect jumps, which processors then cannot tell apart.
#pragma GCC optimize("no-crossjumping")
#endif

#include "runtime/interpret.h"
#include "runtime/wanted.h"

#ifndef SL_SWITCH_DISPATCH
// Labels as values are GNU C.
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

// ---------------------------------------------------------------- fast paths

static inline bool both_small_floats(sl_value a, sl_value b) {
  return sl_is_small_float(a) && sl_is_small_float(b);
}

static inline struct sl_list *as_list(sl_value value) { return (struct sl_list *)(void *)value; }
static inline struct sl_string *as_string(sl_value value) {
  return (struct sl_string *)(void *)value;
}
static inline struct sl_dict *as_dict(sl_value value) { return (struct sl_dict *)(void *)value; }

// The tagged words of small ints: 2n + 1. False: the result has no immediate form.
static inline bool add_ints(sl_value a, sl_value b, sl_value *sum) {
  intptr_t word;
  if (__builtin_add_overflow((intptr_t)a, (intptr_t)b - 1, &word)) return false;
  *sum = (sl_value)word;
  return true;
}

static inline bool subtract_ints(sl_value a, sl_value b, sl_value *difference) {
  intptr_t word;
  if (__builtin_sub_overflow((intptr_t)a, (intptr_t)b - 1, &word)) return false;
  *difference = (sl_value)word;
  return true;
}

static inline bool multiply_ints(sl_value a, sl_value b, sl_value *product) {
  intptr_t word;
  if (__builtin_mul_overflow((intptr_t)a - 1, sl_small_int(b), &word)) return false;
  *product = (sl_value)(word | 1);
  return true;
}

// Floored division. Narrow operands are common, and a narrow division is much faster on many processors.
static inline bool divide_ints(sl_value a, sl_value b, int64_t *quotient, int64_t *remainder) {
  int64_t x = sl_small_int(a), y = sl_small_int(b);
  if (SL_LIKELY(((uint64_t)x | (uint64_t)y) <= UINT32_MAX && y != 0)) {
    *quotient = (uint32_t)x / (uint32_t)y;
    *remainder = (uint32_t)x % (uint32_t)y;
    return true;
  }
  if (y == 0 || y == -1) return false;
  *quotient = x / y;
  *remainder = x % y;
  if (*remainder != 0 && (*remainder ^ y) < 0) {
    --*quotient;
    *remainder += y;
  }
  return true;
}

static inline bool shift_left_ints(sl_value a, sl_value b, sl_value *result) {
  int64_t x = sl_small_int(a), y = sl_small_int(b);
  if (y < 0 || y > 31 || x < INT32_MIN / 2 || x > INT32_MAX / 2) return false;
  *result = sl_small_int_value((int64_t)((uint64_t)x << y));
  return true;
}

static inline bool shift_right_ints(sl_value a, sl_value b, sl_value *result) {
  int64_t y = sl_small_int(b);
  if (y < 0 || y > 62) return false;
  *result = sl_small_int_value(sl_small_int(a) >> y);
  return true;
}

// The rest of a comparison of strings that begin alike.
__attribute__((noinline)) static bool equal_strings(const struct sl_string *a,
                                                    const struct sl_string *b) {
  return sl_same_bytes(a->bytes, b->bytes, a->length);
}

// 1 equal, 0 not, -1 unknown.
__attribute__((always_inline)) static inline int equal_fast(sl_value a, sl_value b) {
  if (a == b) return 1;
  if (sl_both_small_ints(a, b)) return 0;
  if (sl_is_string(a) && sl_is_string(b)) {
    const struct sl_string *x = as_string(a), *y = as_string(b);
    return x->length == y->length && x->bytes[0] == y->bytes[0] && equal_strings(x, y);
  }
  return both_small_floats(a, b) || sl_is_constant(a) || sl_is_constant(b) ? 0 : -1;
}

// The place of the value under a key; NULL: none, or another kind of key than the commonest.
static inline sl_value *find_fast(struct sl_thread *thread, struct sl_dict *dict, sl_value key) {
  if (sl_is_string(key)) return sl_dict_find_string(dict, as_string(key));
  if (!sl_is_small_int(key)) return NULL;
  return sl_dict_find(thread, dict, key, sl_hash_word((uint64_t)sl_small_int(key)));
}

// The element x[key]; NULL: a matter for the slow path.
static inline sl_value index_fast(struct sl_thread *thread, sl_value x, sl_value key) {
  if (!sl_is_object(x)) return NULL;
  if (x->type == &sl_dict_type) {
    const sl_value *found = find_fast(thread, as_dict(x), key);
    return found ? *found : NULL;
  }
  if (sl_is_small_int(key)) {
    uint64_t i = (uint64_t)sl_small_int(key);
    if (x->type == &sl_list_type) {
      const struct sl_list *list = as_list(x);
      return i < list->length ? list->items[i] : NULL;
    }
    if (x->type == &sl_tuple_type) {
      const struct sl_tuple *tuple = (const struct sl_tuple *)(const void *)x;
      return i < tuple->length ? tuple->items[i] : NULL;
    }
    if (x->type == &sl_string_type) {
      return i < as_string(x)->length ? sl_string_of_byte((unsigned char)as_string(x)->bytes[i])
                                      : NULL;
    }
  }
  return NULL;
}

static inline bool is_unlocked(const struct sl_list *list) {
  return !list->owner->frozen && list->iterators == 0;
}

// x[key] = value, where nothing has to grow.
static inline bool set_index_fast(struct sl_thread *thread, sl_value x, sl_value key,
                                  sl_value value) {
  if (sl_is_dict(x)) {
    struct sl_dict *dict = as_dict(x);
    if (dict->owner->frozen || dict->iterators) return false;
    if (sl_is_string(key)) return sl_dict_put_string(dict, as_string(key), value);
    return sl_is_small_int(key) && dict->used < dict->capacity &&
           sl_dict_put(thread, dict, key, sl_hash_word((uint64_t)sl_small_int(key)), value);
  }
  if (!sl_is_list(x) || !sl_is_small_int(key)) return false;
  struct sl_list *list = as_list(x);
  uint64_t i = (uint64_t)sl_small_int(key);
  if (i >= list->length || !is_unlocked(list)) return false;
  list->items[i] = value;
  return true;
}

// The same for a new dict, which must not have the key.
static inline bool insert_fast(struct sl_dict *dict, const sl_value *entry) {
  uint32_t before = dict->count;
  return sl_is_string(entry[0]) && sl_dict_put_string(dict, as_string(entry[0]), entry[1]) &&
         dict->count > before;
}

static inline bool push_fast(struct sl_list *list, sl_value item) {
  if (list->length == list->capacity) return false;
  list->items[list->length++] = item;
  return true;
}

static inline sl_value pop_fast(sl_value x) {
  if (!sl_is_list(x)) return NULL;
  struct sl_list *list = as_list(x);
  if (list->length == 0 || !is_unlocked(list)) return NULL;
  sl_value item = list->items[--list->length];
  list->items[list->length] = NULL;  // the collector must not see it any more
  return item;
}

static inline int64_t length_fast(sl_value x) {
  if (!sl_is_object(x)) return -1;
  if (x->type == &sl_string_type) return as_string(x)->length;
  if (x->type == &sl_list_type) return as_list(x)->length;
  if (sl_is_table(x)) return as_dict(x)->count;
  if (x->type == &sl_tuple_type) return ((const struct sl_tuple *)(const void *)x)->length;
  return -1;
}

// Whether the value is true; only a call can tell for objects that have no length.
static inline bool truth_fast(sl_value value) {
  if (sl_is_bool(value)) return value == SL_TRUE;
  if (value == SL_NONE) return false;
  if (sl_is_small_int(value)) return sl_small_int(value) != 0;
  int64_t length = length_fast(value);
  return length >= 0 ? length != 0 : sl_truth(value);
}

// The items of a tuple or list of exactly this length.
static inline const sl_value *items_fast(sl_value value, uint32_t count) {
  if (!sl_is_object(value)) return NULL;
  if (value->type == &sl_tuple_type) {
    const struct sl_tuple *tuple = (const struct sl_tuple *)(const void *)value;
    return tuple->length == count ? tuple->items : NULL;
  }
  if (value->type == &sl_list_type)
    return as_list(value)->length == count ? as_list(value)->items : NULL;
  return NULL;
}

// The next item of an iteration; NULL at its end.
static inline sl_value next_fast(struct sl_iterator *iterator) {
  if (!sl_is_list(iterator->sequence)) return iterator->next(iterator);
  const struct sl_list *list = as_list(iterator->sequence);
  return iterator->position < list->length ? list->items[iterator->position++] : NULL;
}

// The field of a struct by the site's cache.
static inline sl_value field_fast(const struct sl_site *site, sl_value x) {
  if (!sl_is_struct(x)) return NULL;
  const struct sl_attribute_cache *cache =
      atomic_load_explicit(&site->attribute, memory_order_acquire);
  const struct sl_record *record = (const struct sl_record *)(const void *)x;
  return cache && cache->shape == record->shape ? record->fields[cache->index] : NULL;
}

// The site's cache, if it is of a method of the object's type.
static inline const struct sl_attribute_cache *method_fast(const struct sl_site *site, sl_value x) {
  if (!sl_is_object(x)) return NULL;
  const struct sl_attribute_cache *cache =
      atomic_load_explicit(&site->attribute, memory_order_acquire);
  return cache && cache->type == x->type && cache->row ? cache : NULL;
}

// ---------------------------------------------------------------- the loop

#define A R[pc->a]
#define B R[pc->b]
#define C R[pc->c]
#define KC K[pc->c]
#define KB K[pc->b]
#define SITE (&code->sites[pc->c])

#ifdef SL_SWITCH_DISPATCH
#define OPCODE(name) case SL_OPCODE_##name:
#define DISPATCH() goto dispatch
#else
#define OPCODE(name) opcode_##name:
#define DISPATCH() goto *labels[pc->op]
#endif
#define NEXT()  \
  do {          \
    pc++;       \
    DISPATCH(); \
  } while (0)

// Runs a slow path, which gets its operands from the instruction and may fail.
#define SLOW(call)            \
  do {                        \
    frame->pc = pc;           \
    if (!(call)) goto failed; \
  } while (0)

// A backward jump: a step.
#define STEP()                               \
  do {                                       \
    if (SL_UNLIKELY(--thread->budget < 0)) { \
      SLOW(sl_thread_next_slice(thread));    \
    }                                        \
  } while (0)

// R[a] = x op y: for ints `ints`, for floats `floats`; else, or if these do not hold, the slow path.
#define ARITHMETIC(operation, right, ints, floats)     \
  {                                                    \
    sl_value x = B, y = (right);                       \
    double m, n;                                       \
    if (SL_LIKELY(sl_both_small_ints(x, y))) {         \
      if (ints) NEXT();                                \
    } else if (sl_small_doubles(x, y, &m, &n)) {       \
      if (floats) NEXT();                              \
    }                                                  \
    SLOW(sl_slow_binary(thread, pc, operation, x, y)); \
    NEXT();                                            \
  }
#define FLOATS(sign) (A = sl_float_value_of(m sign n), true)
#define QUOTIENT (n != 0 && FLOATS(/))
#define QUOTIENT_OF_INTS (m = (double)sl_small_int(x), n = (double)sl_small_int(y), QUOTIENT)
#define NO_FLOATS false

#define DIVISION(right)                                                                            \
  ARITHMETIC(SL_OP_SLASH_SLASH, right,                                                             \
             divide_ints(x, y, &quotient, &remainder) && (A = sl_small_int_value(quotient), true), \
             NO_FLOATS)
#define REMAINDER(right)                                                                     \
  ARITHMETIC(                                                                                \
      SL_OP_PERCENT, right,                                                                  \
      divide_ints(x, y, &quotient, &remainder) && (A = sl_small_int_value(remainder), true), \
      NO_FLOATS)
// The tags are equal, so that these work on whole words.
#define BITS(operation, right, expression) \
  ARITHMETIC(operation, right, (A = (sl_value)(expression), true), NO_FLOATS)
#define WORD(value) ((uintptr_t)(value))

#define JUMP_WHEN(condition)    \
  {                             \
    if (condition) pc += pc->c; \
    NEXT();                     \
  }

// Jumps if x op y, for the four orders.
#define JUMP_ORDER(relation, right)                           \
  {                                                           \
    sl_value x = A, y = (right);                              \
    if (SL_LIKELY(sl_both_small_ints(x, y))) {                \
      intptr_t m = (intptr_t)x, n = (intptr_t)y;              \
      JUMP_WHEN(m relation n)                                 \
    } else if (both_small_floats(x, y)) {                     \
      JUMP_WHEN(sl_small_float(x) relation sl_small_float(y)) \
    }                                                         \
    int order, same = 0;                                      \
    SLOW(sl_compare(thread, x, y, &order));                   \
    JUMP_WHEN(order relation same)                            \
  }

// Whether two values are equal: `equal` is 1 or 0.
#define COMPARE(equal, left, right)   \
  do {                                \
    sl_value x = (left), y = (right); \
    equal = equal_fast(x, y);         \
    if (SL_UNLIKELY(equal < 0)) {     \
      frame->pc = pc;                 \
      equal = sl_equal(thread, x, y); \
      if (equal < 0) goto failed;     \
    }                                 \
  } while (0)

// Whether an item is in a value: `found` is 1 or 0.
#define FIND(found, item, value)                                     \
  do {                                                               \
    sl_value x = (item), y = (value);                                \
    if (sl_is_table(y) && (sl_is_string(x) || sl_is_small_int(x))) { \
      found = find_fast(thread, as_dict(y), x) != NULL;              \
    } else {                                                         \
      frame->pc = pc;                                                \
      found = sl_slow_contains(thread, y, x);                        \
      if (found < 0) goto failed;                                    \
    }                                                                \
  } while (0)

// With COMPARE or FIND: jumps when the outcome is the wanted one, or R[a] = whether it is.
#define JUMP_ON(test, x, y, wanted) \
  {                                 \
    int outcome;                    \
    test(outcome, x, y);            \
    JUMP_WHEN(outcome == (wanted))  \
  }
#define OUTCOME(test, right, wanted)  \
  {                                   \
    int outcome;                      \
    test(outcome, B, right);          \
    A = sl_bool(outcome == (wanted)); \
    NEXT();                           \
  }
// R[a] = x op y.
#define ORDER(relation, right)                                   \
  {                                                              \
    sl_value x = B, y = (right);                                 \
    if (SL_LIKELY(sl_both_small_ints(x, y))) {                   \
      A = sl_bool((intptr_t)x relation(intptr_t) y);             \
      NEXT();                                                    \
    } else if (both_small_floats(x, y)) {                        \
      A = sl_bool(sl_small_float(x) relation sl_small_float(y)); \
      NEXT();                                                    \
    }                                                            \
    int order, same = 0;                                         \
    SLOW(sl_compare(thread, x, y, &order));                      \
    A = sl_bool(order relation same);                            \
    NEXT();                                                      \
  }

#define INDEX_BODY(key)                          \
  {                                              \
    sl_value found = index_fast(thread, B, key); \
    if (SL_LIKELY(found != NULL)) {              \
      A = found;                                 \
      NEXT();                                    \
    }                                            \
    SLOW(sl_slow_index(thread, pc, B, key));     \
    NEXT();                                      \
  }

#define SET_INDEX_BODY(key)                                                        \
  {                                                                                \
    if (!set_index_fast(thread, A, key, B)) SLOW(sl_set_index(thread, A, key, B)); \
    NEXT();                                                                        \
  }

// Calls a row whose arguments are bound.
#define CALL_ROW(row, self)                                     \
  do {                                                          \
    frame->native = sl_builtin_value(row);                      \
    sl_value value = (row)->function(thread, self, window + 1); \
    frame->native = NULL;                                       \
    if (SL_UNLIKELY(!value)) goto failed;                       \
    *result = value;                                            \
    NEXT();                                                     \
  } while (0)

// Loads what belongs to the newest frame.
#define ENTER()                                 \
  do {                                          \
    frame = thread->frame;                      \
    code = frame->function->code;               \
    R = frame->base;                            \
    K = code->constants;                        \
    globals = frame->function->module->globals; \
    pc = frame->pc;                             \
  } while (0)

sl_value sl_interpret(struct sl_thread *thread) {
#ifndef SL_SWITCH_DISPATCH
  static const void *const labels[] = {
#define SL_OPCODE_LABEL(name) &&opcode_##name,
      SL_OPCODES(SL_OPCODE_LABEL)
#undef SL_OPCODE_LABEL
  };
#endif
  struct sl_call_frame *frame;
  const struct sl_code *code;
  const struct sl_instruction *pc;
  sl_value *R, *K, *globals;
  // Of the call being made.
  sl_value *window, *result;
  struct sl_site *site;
  uint32_t count;
  // Of the division being made.
  int64_t quotient, remainder;

  ENTER();
  DISPATCH();

#ifdef SL_SWITCH_DISPATCH
dispatch:
  switch ((enum sl_opcode)pc->op) {
#endif

    // -------------------------------------------------------------- moving

    OPCODE(MOVE) {
      A = B;
      NEXT();
    }
    OPCODE(CONSTANT) {
      A = KC;
      NEXT();
    }
    OPCODE(CLEAR) {
      A = NULL;
      if (pc->b > 1) memset(&A, 0, pc->b * sizeof(sl_value));
      NEXT();
    }
    OPCODE(CHECK_LOCAL) {
      if (SL_UNLIKELY(!A)) SLOW(sl_slow_unbound(thread, "local", KC));
      NEXT();
    }
    OPCODE(GLOBAL) {
      sl_value value = globals[pc->c];
      if (SL_UNLIKELY(!value)) SLOW(sl_slow_unbound_global(thread, code, pc));
      A = value;
      NEXT();
    }
    OPCODE(SET_GLOBAL) {
      globals[pc->c] = A;
      NEXT();
    }
    OPCODE(CELL) {
      struct sl_cell *cell = sl_allocate(sizeof *cell);
      cell->value = A;
      A = (sl_value)(void *)cell;
      NEXT();
    }
    OPCODE(EMPTY_CELL) {
      A = sl_allocate(sizeof(struct sl_cell));
      NEXT();
    }
    OPCODE(GET_CELL) {
      sl_value value = ((const struct sl_cell *)(const void *)B)->value;
      if (SL_UNLIKELY(!value)) SLOW(sl_slow_unbound(thread, "cell", KC));
      A = value;
      NEXT();
    }
    OPCODE(SET_CELL) {
      ((struct sl_cell *)(void *)A)->value = B;
      NEXT();
    }
    OPCODE(FREE) {
      sl_value value = frame->function->cells[pc->b]->value;
      if (SL_UNLIKELY(!value)) SLOW(sl_slow_unbound(thread, "free", KC));
      A = value;
      NEXT();
    }

    // -------------------------------------------------------------- operators

    // clang-format off
    OPCODE(ADD) ARITHMETIC(SL_OP_PLUS, C, add_ints(x, y, &A), FLOATS(+))
    OPCODE(ADD_K) ARITHMETIC(SL_OP_PLUS, KC, add_ints(x, y, &A), FLOATS(+))
    OPCODE(SUBTRACT) ARITHMETIC(SL_OP_MINUS, C, subtract_ints(x, y, &A), FLOATS(-))
    OPCODE(SUBTRACT_K) ARITHMETIC(SL_OP_MINUS, KC, subtract_ints(x, y, &A), FLOATS(-))
    OPCODE(MULTIPLY) ARITHMETIC(SL_OP_STAR, C, multiply_ints(x, y, &A), FLOATS(*))
    OPCODE(MULTIPLY_K) ARITHMETIC(SL_OP_STAR, KC, multiply_ints(x, y, &A), FLOATS(*))
    OPCODE(DIVIDE) ARITHMETIC(SL_OP_SLASH, C, QUOTIENT_OF_INTS, QUOTIENT)
    OPCODE(DIVIDE_K) ARITHMETIC(SL_OP_SLASH, KC, QUOTIENT_OF_INTS, QUOTIENT)
    OPCODE(FLOOR_DIVIDE) DIVISION(C)
    OPCODE(FLOOR_DIVIDE_K) DIVISION(KC)
    OPCODE(MODULO) REMAINDER(C)
    OPCODE(MODULO_K) REMAINDER(KC)
    OPCODE(AND) BITS(SL_OP_AMPERSAND, C, WORD(x) & WORD(y))
    OPCODE(AND_K) BITS(SL_OP_AMPERSAND, KC, WORD(x) & WORD(y))
    OPCODE(OR) BITS(SL_OP_PIPE, C, WORD(x) | WORD(y))
    OPCODE(OR_K) BITS(SL_OP_PIPE, KC, WORD(x) | WORD(y))
    OPCODE(XOR) BITS(SL_OP_CARET, C, (WORD(x) ^ WORD(y)) | 1)
    OPCODE(XOR_K) BITS(SL_OP_CARET, KC, (WORD(x) ^ WORD(y)) | 1)
    OPCODE(SHIFT_LEFT) ARITHMETIC(SL_OP_LESS_LESS, C, shift_left_ints(x, y, &A), NO_FLOATS)
    OPCODE(SHIFT_LEFT_K) ARITHMETIC(SL_OP_LESS_LESS, KC, shift_left_ints(x, y, &A), NO_FLOATS)
    OPCODE(SHIFT_RIGHT) ARITHMETIC(SL_OP_GREATER_GREATER, C, shift_right_ints(x, y, &A), NO_FLOATS)
    OPCODE(SHIFT_RIGHT_K) ARITHMETIC(SL_OP_GREATER_GREATER, KC, shift_right_ints(x, y, &A), NO_FLOATS)
    OPCODE(EQUAL) OUTCOME(COMPARE, C, true)
    OPCODE(EQUAL_K) OUTCOME(COMPARE, KC, true)
    OPCODE(NOT_EQUAL) OUTCOME(COMPARE, C, false)
    OPCODE(NOT_EQUAL_K) OUTCOME(COMPARE, KC, false)
    OPCODE(LESS) ORDER(<, C)
    OPCODE(LESS_K) ORDER(<, KC)
    OPCODE(LESS_EQUAL) ORDER(<=, C)
    OPCODE(LESS_EQUAL_K) ORDER(<=, KC)
    OPCODE(GREATER) ORDER(>, C)
    OPCODE(GREATER_K) ORDER(>, KC)
    OPCODE(GREATER_EQUAL) ORDER(>=, C)
    OPCODE(GREATER_EQUAL_K) ORDER(>=, KC)
    OPCODE(IN) OUTCOME(FIND, C, true)
    OPCODE(NOT_IN) OUTCOME(FIND, C, false)
        // clang-format on
        OPCODE(ADD_IN_PLACE) {
      sl_value x = B, y = C;
      if (SL_LIKELY(sl_both_small_ints(x, y)) && add_ints(x, y, &A)) NEXT();
      double m, n;
      if (sl_small_doubles(x, y, &m, &n) && FLOATS(+)) NEXT();
      SLOW(sl_slow_in_place(thread, pc, SL_OP_PLUS, x, y));
      NEXT();
    }
    OPCODE(SUBTRACT_IN_PLACE) {
      sl_value x = B, y = C;
      if (SL_LIKELY(sl_both_small_ints(x, y)) && subtract_ints(x, y, &A)) NEXT();
      double m, n;
      if (sl_small_doubles(x, y, &m, &n) && FLOATS(-)) NEXT();
      SLOW(sl_slow_in_place(thread, pc, SL_OP_MINUS, x, y));
      NEXT();
    }
    OPCODE(OR_IN_PLACE) {
      SLOW(sl_slow_in_place(thread, pc, SL_OP_PIPE, B, C));
      NEXT();
    }
    OPCODE(AND_IN_PLACE) {
      SLOW(sl_slow_in_place(thread, pc, SL_OP_AMPERSAND, B, C));
      NEXT();
    }
    OPCODE(XOR_IN_PLACE) {
      SLOW(sl_slow_in_place(thread, pc, SL_OP_CARET, B, C));
      NEXT();
    }
    OPCODE(JOIN) {
      sl_value joined = sl_string_join(&B, (uint32_t)pc->c);
      if (SL_LIKELY(joined != NULL)) {
        A = joined;
        pc += pc->c - 1;
      }
      NEXT();
    }
    OPCODE(FORMAT) {
      if (SL_LIKELY(sl_is_string(B))) {
        SLOW(sl_slow_format(thread, pc, &B));
        pc += 2;
      }
      NEXT();
    }
    OPCODE(NEGATE) {
      sl_value x = B;
      if (SL_LIKELY(sl_is_small_int(x)) && subtract_ints(sl_small_int_value(0), x, &A)) NEXT();
      SLOW(sl_slow_unary(thread, pc, SL_OP_MINUS, x));
      NEXT();
    }
    OPCODE(PLUS) {
      SLOW(sl_slow_unary(thread, pc, SL_OP_PLUS, B));
      NEXT();
    }
    OPCODE(INVERT) {
      SLOW(sl_slow_unary(thread, pc, SL_OP_TILDE, B));
      NEXT();
    }
    OPCODE(NOT) {
      A = sl_bool(!truth_fast(B));
      NEXT();
    }

    // -------------------------------------------------------------- jumps

    OPCODE(JUMP) {
      pc += pc->c;
      NEXT();
    }
    OPCODE(LOOP) {
      STEP();
      pc += pc->c;
      NEXT();
    }
    // clang-format off
    OPCODE(JUMP_IF) JUMP_WHEN(truth_fast(A))
    OPCODE(JUMP_IF_NOT) JUMP_WHEN(!truth_fast(A))
    OPCODE(JUMP_EQUAL) JUMP_ON(COMPARE, A, B, true)
    OPCODE(JUMP_EQUAL_K) JUMP_ON(COMPARE, A, KB, true)
    OPCODE(JUMP_NOT_EQUAL) JUMP_ON(COMPARE, A, B, false)
    OPCODE(JUMP_NOT_EQUAL_K) JUMP_ON(COMPARE, A, KB, false)
    OPCODE(JUMP_LESS) JUMP_ORDER(<, B)
    OPCODE(JUMP_LESS_K) JUMP_ORDER(<, KB)
    OPCODE(JUMP_LESS_EQUAL) JUMP_ORDER(<=, B)
    OPCODE(JUMP_LESS_EQUAL_K) JUMP_ORDER(<=, KB)
    OPCODE(JUMP_GREATER) JUMP_ORDER(>, B)
    OPCODE(JUMP_GREATER_K) JUMP_ORDER(>, KB)
    OPCODE(JUMP_GREATER_EQUAL) JUMP_ORDER(>=, B)
    OPCODE(JUMP_GREATER_EQUAL_K) JUMP_ORDER(>=, KB)
    OPCODE(JUMP_IN) JUMP_ON(FIND, A, B, true)
    OPCODE(JUMP_NOT_IN) JUMP_ON(FIND, A, B, false)
        // clang-format on

        // -------------------------------------------------------------- values with parts

        // clang-format off
    OPCODE(INDEX) INDEX_BODY(C)
    OPCODE(INDEX_K) INDEX_BODY(KC)
    OPCODE(SET_INDEX) SET_INDEX_BODY(C)
    OPCODE(SET_INDEX_K) SET_INDEX_BODY(KC)
        // clang-format on
        OPCODE(SLICE) {
      SLOW(sl_slow_slice(thread, pc, &B));
      NEXT();
    }
    OPCODE(ATTRIBUTE) {
      sl_value field = field_fast(SITE, B);
      if (SL_LIKELY(field != NULL)) {
        A = field;
        NEXT();
      }
      SLOW(sl_slow_attribute(thread, pc, SITE, B));
      NEXT();
    }
    OPCODE(SET_ATTRIBUTE) {
      SLOW(sl_slow_set_attribute(thread, A, KC, B));
      NEXT();
    }
    OPCODE(LIST) {
      A = sl_list(thread, &B, (uint32_t)pc->c);
      NEXT();
    }
    OPCODE(LIST_MORE) {
      SLOW(sl_slow_list_more(thread, A, &B, (uint32_t)pc->c));
      NEXT();
    }
    OPCODE(LIST_PUSH) {
      if (SL_UNLIKELY(!push_fast(as_list(A), B))) SLOW(sl_list_push(thread, A, B));
      NEXT();
    }
    OPCODE(TUPLE) {
      A = sl_tuple(&B, (uint32_t)pc->c);
      NEXT();
    }
    OPCODE(TUPLE_OF_LIST) {
      A = sl_tuple(as_list(B)->items, as_list(B)->length);
      NEXT();
    }
    OPCODE(DICT) {
      A = sl_dict(thread, (uint32_t)pc->c);
      NEXT();
    }
    OPCODE(DICT_OF_NAMES) {
      A = sl_dict_of_names(thread, SITE->names, &B, SITE->named_count);
      NEXT();
    }
    OPCODE(DICT_INSERT) {
      if (!insert_fast(as_dict(A), &B)) SLOW(sl_slow_dict_insert(thread, A, &B));
      NEXT();
    }
    OPCODE(CHECK_KEY) {
      uint32_t hash;
      if (SL_LIKELY(sl_is_string(A) || sl_is_small_int(A))) NEXT();
      SLOW(sl_hash(thread, A, &hash));
      NEXT();
    }
    OPCODE(DICT_PUT) {
      if (!set_index_fast(thread, A, (&B)[0], (&B)[1])) {
        SLOW(sl_dict_set(thread, A, (&B)[0], (&B)[1]));
      }
      NEXT();
    }
    OPCODE(UNPACK) {
      const sl_value *items = items_fast(B, (uint32_t)pc->c);
      if (SL_LIKELY(items != NULL)) {
        memcpy(&A, items, (uint32_t)pc->c * sizeof *items);
        NEXT();
      }
      SLOW(sl_slow_unpack(thread, B, &A, (uint32_t)pc->c));
      NEXT();
    }
    OPCODE(UNPACK_PAIR) {
      const sl_value *items = items_fast(B, 2);
      sl_value pair[2];
      if (SL_UNLIKELY(!items)) {
        SLOW(sl_slow_unpack(thread, B, pair, 2));
        items = pair;
      }
      sl_value second = items[1];
      A = items[0];
      C = second;
      NEXT();
    }
    OPCODE(FUNCTION) {
      A = sl_slow_function(frame, code->children[pc->c], &B);
      NEXT();
    }

    // -------------------------------------------------------------- loops

    OPCODE(ITERATE) {
      SLOW(sl_iterate_begin(thread, B, (struct sl_iterator *)(void *)&A));
      pc += pc->c;
      NEXT();
    }
    OPCODE(LIST_FOR_ALL) {
      A = sl_slow_list_for(thread, &B, true);
      pc += pc->c;
      NEXT();
    }
    OPCODE(LIST_FOR_SOME) {
      A = sl_slow_list_for(thread, &B, false);
      pc += pc->c;
      NEXT();
    }
    OPCODE(DICT_FOR_ALL) {
      A = sl_slow_dict_for(thread, &B, true);
      pc += pc->c;
      NEXT();
    }
    OPCODE(DICT_FOR_SOME) {
      A = sl_slow_dict_for(thread, &B, false);
      pc += pc->c;
      NEXT();
    }
    OPCODE(NEXT) {
      struct sl_iterator *iterator = (struct sl_iterator *)(void *)&A;
      sl_value item = next_fast(iterator);
      if (SL_UNLIKELY(!item)) NEXT();
      B = item;
      STEP();
      pc += pc->c;
      NEXT();
    }
    OPCODE(END) {
      sl_iterate_end((struct sl_iterator *)(void *)&A);
      NEXT();
    }
    OPCODE(RANGE) {
      SLOW(sl_slow_range(thread, &A, pc->b));
      pc += pc->c;
      NEXT();
    }
    OPCODE(NEXT_IN_RANGE) {
      // Next value and step are ints; what is left is a bare count.
      sl_value *counter = &A;
      uintptr_t left = (uintptr_t)counter[1];
      if (SL_UNLIKELY(left == 0)) NEXT();
      sl_value item = counter[0];
      counter[1] = (sl_value)(left - 1);
      counter[0] = (sl_value)((uintptr_t)item + (uintptr_t)counter[2] - 1);
      B = item;
      STEP();
      pc += pc->c;
      NEXT();
    }

    // -------------------------------------------------------------- calls

    OPCODE(CALL) {
      window = &A;
      count = pc->b;
      result = &C;
      site = NULL;
      goto call_positional;
    }
    OPCODE(CALL_SITE) {
      site = SITE;
      window = &A;
      count = site->positional_count;
      result = &R[site->result];
      goto call_any;
    }
    OPCODE(CALL_BUILTIN) {
      site = SITE;
      window = &A;
      count = site->positional_count;
      result = &R[site->result];
      frame->pc = pc;
      struct sl_builtin *row = site->builtin;
      if (SL_LIKELY(sl_bind_known(row->parsed, window + 1, count, site->annotated)))
        CALL_ROW(row, NULL);
      window[0] = sl_builtin_value(row);
      goto call_any;
    }
    OPCODE(CHECK_METHOD) {
      if (SL_LIKELY(method_fast(SITE, A) || field_fast(SITE, A))) NEXT();
      SLOW(sl_slow_check_method(thread, SITE, A));
      NEXT();
    }
    OPCODE(CALL_METHOD) {
      site = SITE;
      window = &A;
      sl_value receiver = B;
      const struct sl_attribute_cache *cache = method_fast(site, receiver);
      if (SL_LIKELY(cache && cache->direct)) {
        struct sl_builtin *row = cache->row;
        frame->pc = pc;
        if (SL_LIKELY(
                sl_bind_known(row->parsed, window + 1, site->positional_count, cache->annotated))) {
          result = &R[site->result];
          CALL_ROW(row, receiver);
        }
      }
      window[0] = receiver;
      goto call_method;
    }
    OPCODE(APPEND) {
      sl_value x = A;
      if (SL_LIKELY(sl_is_list(x)) && is_unlocked(as_list(x))) {
        if (SL_UNLIKELY(!push_fast(as_list(x), B))) SLOW(sl_list_push(thread, x, B));
        NEXT();
      }
      site = SITE;
      window = &R[site->window];
      window[0] = x;
      window[1] = B;
      goto call_method;
    }
    OPCODE(POP) {
      sl_value item = pop_fast(B);
      if (SL_LIKELY(item != NULL)) {
        A = item;
        NEXT();
      }
      site = SITE;
      window = &R[site->window];
      window[0] = B;
      goto call_method;
    }
    OPCODE(ITEMS) {
      if (SL_LIKELY(sl_is_dict(B))) {
        SLOW(sl_slow_items(thread, pc, B));
        NEXT();
      }
      site = SITE;
      window = &R[site->window];
      window[0] = B;
      goto call_method;
    }
    OPCODE(LENGTH) {
      int64_t length = length_fast(B);
      if (SL_LIKELY(length >= 0)) {
        A = sl_small_int_value(length);
        NEXT();
      }
      SLOW(sl_slow_length(thread, pc, KC, B));
      NEXT();
    }
    OPCODE(CHECK_TYPE) {
      SLOW(sl_wanted_check(thread, A, KC));
      NEXT();
    }
    OPCODE(RETURN) {
      sl_value value = A;
      result = frame->result;
      sl_frame_pop(thread);
      if (!result) return value;
      *result = value;
      goto returned;
    }
    OPCODE(RETURN_CONSTANT) {
      sl_value value = KC;
      result = frame->result;
      sl_frame_pop(thread);
      if (!result) return value;
      *result = value;
      goto returned;
    }

    // -------------------------------------------------------------- files

    OPCODE(LOAD) {
      SLOW(sl_slow_load(thread, pc, frame->function->module));
      NEXT();
    }
    OPCODE(LOAD_SYMBOL) {
      SLOW(sl_slow_load_symbol(thread, pc, (struct sl_module *)(void *)B, KC));
      NEXT();
    }
    OPCODE(RESULT) {
      frame->function->module->result = A;
      NEXT();
    }

#ifdef SL_SWITCH_DISPATCH
  }
#endif
  __builtin_unreachable();

call_method : {
  sl_value receiver = window[0];
  count = site->positional_count;
  result = &R[site->result];
  const struct sl_attribute_cache *cache = method_fast(site, receiver);
  struct sl_builtin *row = cache ? cache->row : NULL;
  frame->pc = pc;
  if (!row) {
    sl_value field = field_fast(site, receiver);
    if (field) {
      window[0] = field;
      goto call_any;
    }
    if (!sl_slow_method(thread, site, window, &row)) goto failed;
    if (!row) goto call_any;
  }
  if (sl_call_row(thread, row, window, site, count, result) == SL_CALL_FAILED) goto failed;
  NEXT();
}

call_positional:
  frame->pc = pc;
  if (SL_LIKELY(sl_has_type(window[0], &sl_function_type))) {
    struct sl_function *function = (struct sl_function *)(void *)window[0];
    if (SL_LIKELY(function->code->simple && function->code->positional_count == count)) goto enter;
    if (sl_bind_defaults(thread, function, window + 1, count)) goto enter;
    if (!sl_bind_positional(thread, function, window + 1, count)) goto failed;
    goto enter;
  } else if (sl_is_object(window[0])) {
    sl_value self = NULL;
    struct sl_builtin *row = (struct sl_builtin *)(void *)window[0];
    if (row->type == &sl_bound_method_type) {
      const struct sl_bound_method *method = (const struct sl_bound_method *)(void *)window[0];
      row = method->row;
      self = method->receiver;
    }
    if (SL_LIKELY(row->type == &sl_builtin_type) &&
        SL_LIKELY(sl_bind_direct(thread, sl_signature_of(row), window + 1, count)))
      CALL_ROW(row, self);
  }
call_any:
  frame->pc = pc;
  switch (sl_call_window(thread, window, site, count, result)) {
    case SL_CALL_FAILED:
      goto failed;
    case SL_CALL_DONE:
      NEXT();
    case SL_CALL_ENTER:
      break;
  }
enter : {
  struct sl_function *function = (struct sl_function *)(void *)window[0];
  if (SL_UNLIKELY(!sl_frame_push(thread, function, window + 1, result))) goto failed;
  ENTER();
  DISPATCH();
}

returned:
  ENTER();
  thread->top = R + code->register_count;
  NEXT();

failed:
  // No Starlark code handles errors: all frames up to the host's call end.
  do {
    result = sl_slow_unwind(thread);
  } while (result);
  return NULL;
}
