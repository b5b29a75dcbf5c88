// SPDX-License-Identifier: Apache-2.0
//
// Int: integers of any size. Those of 63 bits are immediate and handled here; bigint.c does the
// rest.
#include "runtime/types/bigint.h"

// ---------------------------------------------------------------- steps

// Work on long ints counts as a step a byte.
enum { LONG = 1 << 9 };

static bool count_one(struct sl_thread *thread, sl_value a) {
  size_t size = sl_is_small_int(a) ? 0 : sl_bigint_size(a);
  return SL_LIKELY(size < LONG) || sl_thread_take_steps(thread, size);
}

// ---------------------------------------------------------------- slots

bool sl_int_write(struct sl_thread *thread, sl_value x, unsigned base, struct sl_text *out) {
  if (!count_one(thread, x)) return false;
  sl_int_format(x, base, out);
  return true;
}

static bool int_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  return sl_int_write(thread, x, 10, out);
}

static bool int_truth(sl_value x) { return x != sl_small_int_value(0); }

static bool int_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  (void)thread;
  *hash = sl_int_hash(x);
  return true;
}

static int int_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  (void)thread;
  return sl_int_compare(x, y) == 0;
}

static bool int_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  (void)thread;
  *order = sl_int_compare(x, y);
  return true;
}

// ---------------------------------------------------------------- operations

static sl_value divide(struct sl_thread *thread, sl_value a, sl_value b) {
  double x, y;
  if (!sl_to_double(thread, a, &x) || !sl_to_double(thread, b, &y)) return NULL;
  return sl_float_binary(thread, SL_OP_SLASH, x, y);
}

static sl_value floor_divide(struct sl_thread *thread, sl_value a, sl_value b) {
  if (b == sl_small_int_value(0)) return sl_fail(thread, "integer division by zero");
  if (sl_both_small_ints(a, b)) {
    int64_t x = sl_small_int(a), y = sl_small_int(b);
    int64_t quotient = x / y;
    return sl_int(quotient - (x % y != 0 && (x < 0) != (y < 0)));
  }
  sl_value quotient;
  sl_bigint_divide(a, b, &quotient, NULL);
  return quotient;
}

static sl_value modulo(struct sl_thread *thread, sl_value a, sl_value b) {
  if (b == sl_small_int_value(0)) return sl_fail(thread, "integer modulo by zero");
  if (sl_both_small_ints(a, b)) {
    int64_t y = sl_small_int(b);
    int64_t rest = sl_small_int(a) % y;
    return sl_small_int_value(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest);
  }
  sl_value rest;
  sl_bigint_divide(a, b, NULL, &rest);
  return rest;
}

// Bazel holds left shifts below 512 bits, so that no program eats all memory by one operator.
enum { SHIFT_LIMIT = 512 };

// Whether a result of so many bytes may be computed. False with an error pending.
static bool admit(struct sl_thread *thread, size_t size) {
  if (size > SL_INT_BYTES_LIMIT)
    return sl_fail_false(thread, "excessive capacity requested (int of %zu bytes)", size);
  return sl_heap_admit(thread, size);
}

static sl_value shift(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b) {
  int32_t count;
  if (!sl_to_int32(thread, b, "shift count", &count)) return NULL;
  if (count < 0) return sl_fail(thread, "negative shift count: %d", count);
  if (op == SL_OP_GREATER_GREATER) {
    if (!sl_is_small_int(a)) return sl_bigint_shift_right(a, (unsigned)count);
    return sl_small_int_value(sl_small_int(a) >> (count < 63 ? count : 63));
  }
  if (count >= SHIFT_LIMIT) return sl_fail(thread, "shift count too large: %d", count);
  if (sl_is_small_int(a) && count < 63) {
    int64_t n = sl_small_int(a);
    int64_t shifted = (int64_t)((uint64_t)n << count);
    if (shifted >> count == n) return sl_int(shifted);
  }
  if (!admit(thread, sl_bigint_size(a) + SHIFT_LIMIT / 8)) return NULL;
  return sl_bigint_shift_left(a, (unsigned)count);
}

static sl_value multiply(struct sl_thread *thread, sl_value a, sl_value b) {
  int64_t product;
  if (sl_both_small_ints(a, b) &&
      !__builtin_mul_overflow(sl_small_int(a), sl_small_int(b), &product)) {
    return sl_int(product);
  }
  if (!admit(thread, sl_bigint_size(a) + sl_bigint_size(b))) return NULL;
  return sl_bigint_multiply(a, b);
}

sl_value sl_int_binary(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b) {
  bool small = sl_both_small_ints(a, b);
  if (!small && !(count_one(thread, a) && count_one(thread, b))) return NULL;
  switch (op) {
    case SL_OP_PLUS:
      return small ? sl_int(sl_small_int(a) + sl_small_int(b)) : sl_bigint_add(a, b, false);
    case SL_OP_MINUS:
      return small ? sl_int(sl_small_int(a) - sl_small_int(b)) : sl_bigint_add(a, b, true);
    case SL_OP_STAR:
      return multiply(thread, a, b);
    case SL_OP_SLASH:
      return divide(thread, a, b);
    case SL_OP_SLASH_SLASH:
      return floor_divide(thread, a, b);
    case SL_OP_PERCENT:
      return modulo(thread, a, b);
    case SL_OP_AMPERSAND:
      return small ? sl_small_int_value(sl_small_int(a) & sl_small_int(b))
                   : sl_bigint_bitwise(op, a, b);
    case SL_OP_PIPE:
      return small ? sl_small_int_value(sl_small_int(a) | sl_small_int(b))
                   : sl_bigint_bitwise(op, a, b);
    case SL_OP_CARET:
      return small ? sl_small_int_value(sl_small_int(a) ^ sl_small_int(b))
                   : sl_bigint_bitwise(op, a, b);
    case SL_OP_LESS_LESS:
    case SL_OP_GREATER_GREATER:
      return shift(thread, op, a, b);
    default:
      return NULL;
  }
}

// A float on the right makes both sides floats.
static sl_value int_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                           bool reversed) {
  double d;
  if (reversed) return NULL;
  if (sl_is_int(y)) return sl_int_binary(thread, op, x, y);
  if (!sl_is_float(y) || !sl_to_double(thread, x, &d)) return NULL;
  return sl_float_binary(thread, op, d, sl_float_value(y));
}

static sl_value int_unary(struct sl_thread *thread, enum sl_operator op, sl_value x) {
  (void)thread;
  if (op == SL_OP_PLUS) return x;
  if (op == SL_OP_MINUS) return sl_int_negate(x);
  // ~x is -1 - x.
  return op == SL_OP_TILDE ? sl_int_binary(thread, SL_OP_MINUS, sl_small_int_value(-1), x) : NULL;
}

// ---------------------------------------------------------------- externals

sl_value sl_int(int64_t value) {
  if (SL_LIKELY(sl_fits_small_int(value))) return sl_small_int_value(value);
  return sl_bigint_from(value < 0 ? -1 : 1, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

sl_value sl_int_unsigned(uint64_t value) { return sl_bigint_from(1, value); }

bool sl_is_int(sl_value value) {
  return sl_is_small_int(value) || sl_has_type(value, &sl_int_type);
}

bool sl_int_to_int64(sl_value value, int64_t *out) {
  if (sl_is_small_int(value)) {
    *out = sl_small_int(value);
    return true;
  }
  if (!sl_has_type(value, &sl_int_type)) return false;
  const struct sl_big_int *big = (const struct sl_big_int *)(const void *)value;
  uint64_t limit = (uint64_t)INT64_MAX + (big->sign < 0);
  if (big->limb_count != 1 || big->limbs[0] > limit) return false;
  *out = (int64_t)(big->sign < 0 ? -big->limbs[0] : big->limbs[0]);
  return true;
}

bool sl_int_to_int32(sl_value value, int32_t *out) {
  if (!sl_is_small_int(value)) return false;
  int64_t n = sl_small_int(value);
  *out = (int32_t)n;
  return n == *out;
}

bool sl_to_int32(struct sl_thread *thread, sl_value value, const char *what, int32_t *out) {
  if (SL_LIKELY(sl_int_to_int32(value, out))) return true;
  if (!sl_is_int(value))
    return sl_fail_false(thread, "got %s for %s, want int", sl_type_name(value), what);
  struct sl_text shown = {0};
  sl_int_format(value, 10, &shown);
  sl_fail_false(thread, "got %s for %s, want value in signed 32-bit range", sl_text_string(&shown),
                what);
  sl_text_free(&shown);
  return false;
}

int sl_int_sign(sl_value value) {
  if (!sl_is_small_int(value)) return ((const struct sl_big_int *)(const void *)value)->sign;
  int64_t n = sl_small_int(value);
  return (n > 0) - (n < 0);
}

const struct sl_type sl_int_type = {
    .name = "int",
    .repr = int_repr,
    .truth = int_truth,
    .hash = int_hash,
    .equal = int_equal,
    .compare = int_compare,
    .binary = int_binary,
    .unary = int_unary,
};
