// SPDX-License-Identifier: Apache-2.0
//
// Bigint: ints beyond 63 bits, on GMP's mpn functions: limbs live in atomic objects of the
// collected heap, so that neither allocator hooks nor finalizers are needed. Invariant: a big int
// has no leading zero limb, and no immediate form.
#include "runtime/types/bigint.h"

#include <float.h>
#include <gmp.h>
#include <math.h>

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t) && GMP_NAIL_BITS == 0, "limbs are words");

// ---------------------------------------------------------------- operands and results

// An int of either form as limbs.
struct number {
  int sign;      // -1, 0 or 1
  size_t count;  // of limbs; 0 for zero
  const uint64_t *limbs;
  uint64_t own;  // where an immediate one has its limb
};

static void load(struct number *number, sl_value value) {
  if (sl_is_small_int(value)) {
    int64_t n = sl_small_int(value);
    number->sign = (n > 0) - (n < 0);
    number->own = n < 0 ? -(uint64_t)n : (uint64_t)n;
    number->limbs = &number->own;
    number->count = n != 0;
    return;
  }
  const struct sl_big_int *big = (const struct sl_big_int *)(const void *)value;
  *number = (struct number){.sign = big->sign, .count = big->limb_count, .limbs = big->limbs};
}

// Room for intermediate limbs: the caller's array, or the heap when that is too short.
enum { LOCAL_LIMBS = 256 };
static uint64_t *room(uint64_t local[LOCAL_LIMBS], size_t count) {
  return count <= LOCAL_LIMBS ? local : sl_allocate_raw(count * sizeof(uint64_t));
}

static size_t significant(const uint64_t *limbs, size_t count) {
  while (count > 0 && limbs[count - 1] == 0) count--;
  return count;
}

// The value of limbs that may have leading zeros.
static sl_value make(int sign, const uint64_t *limbs, size_t count) {
  count = significant(limbs, count);
  if (count == 0) return sl_small_int_value(0);
  uint64_t limit = (uint64_t)SL_SMALL_INT_MAX + (sign < 0);
  if (count == 1 && limbs[0] <= limit) {
    return sl_small_int_value(sign < 0 ? (int64_t)-limbs[0] : (int64_t)limbs[0]);
  }
  struct sl_big_int *big = sl_allocate_raw(sizeof *big + count * sizeof(uint64_t));
  big->type = &sl_int_type;
  big->sign = sign;
  big->limb_count = (uint32_t)count;
  big->limbs[0] = limbs[0];
  if (count > 1) memcpy(big->limbs + 1, limbs + 1, (count - 1) * sizeof(uint64_t));
  return (sl_value)(void *)big;
}

sl_value sl_bigint_from(int sign, uint64_t magnitude) { return make(sign, &magnitude, 1); }

// ---------------------------------------------------------------- arithmetic

static int compare_magnitudes(const struct number *a, const struct number *b) {
  if (a->count != b->count) return a->count > b->count ? 1 : -1;
  return a->count == 0 ? 0 : mpn_cmp(a->limbs, b->limbs, (mp_size_t)a->count);
}

sl_value sl_bigint_add(sl_value x, sl_value y, bool subtract) {
  struct number a, b;
  load(&a, x);
  load(&b, y);
  if (subtract) b.sign = -b.sign;
  bool swap = compare_magnitudes(&a, &b) < 0;
  const struct number *greater = swap ? &b : &a;
  const struct number *lesser = swap ? &a : &b;
  if (lesser->count == 0) return make(greater->sign, greater->limbs, greater->count);
  uint64_t local[LOCAL_LIMBS];
  uint64_t *sum = room(local, greater->count + 1);
  mp_size_t greater_count = (mp_size_t)greater->count;
  mp_size_t lesser_count = (mp_size_t)lesser->count;
  if (a.sign == b.sign) {
    sum[greater->count] = mpn_add(sum, greater->limbs, greater_count, lesser->limbs, lesser_count);
  } else {
    mpn_sub(sum, greater->limbs, greater_count, lesser->limbs, lesser_count);
    sum[greater->count] = 0;
  }
  return make(greater->sign, sum, greater->count + 1);
}

size_t sl_bigint_size(sl_value x) {
  struct number a;
  load(&a, x);
  return a.count * sizeof(uint64_t);
}

sl_value sl_bigint_multiply(sl_value x, sl_value y) {
  struct number a, b;
  load(&a, x);
  load(&b, y);
  if (a.count == 0 || b.count == 0) return sl_small_int_value(0);
  if (a.count == 1 && b.count == 1) {
    uint64_t both[2];
    __extension__ unsigned __int128 product = (unsigned __int128)a.limbs[0] * b.limbs[0];
    memcpy(both, &product, sizeof both);
    return make(a.sign * b.sign, both, 2);
  }
  const struct number *longer = a.count < b.count ? &b : &a;
  const struct number *shorter = a.count < b.count ? &a : &b;
  uint64_t local[LOCAL_LIMBS];
  uint64_t *product = room(local, a.count + b.count);
  mpn_mul(product, longer->limbs, (mp_size_t)longer->count, shorter->limbs,
          (mp_size_t)shorter->count);
  return make(a.sign * b.sign, product, a.count + b.count);
}

// Truncated division first; when the signs differ and something remains, the floor is one below.
void sl_bigint_divide(sl_value x, sl_value y, sl_value *quotient, sl_value *remainder) {
  struct number a, b;
  load(&a, x);
  load(&b, y);
  if (a.count < b.count) {
    bool adjust = a.sign * b.sign < 0;
    if (quotient) *quotient = sl_small_int_value(adjust ? -1 : 0);
    if (remainder) *remainder = adjust ? sl_bigint_add(x, y, false) : x;
    return;
  }
  uint64_t local_quotient[LOCAL_LIMBS], local_rest[LOCAL_LIMBS];
  size_t quotient_count = a.count - b.count + 1;
  uint64_t *q = room(local_quotient, quotient_count);
  uint64_t *r = room(local_rest, b.count);
  mpn_tdiv_qr(q, r, 0, a.limbs, (mp_size_t)a.count, b.limbs, (mp_size_t)b.count);
  bool adjust = a.sign * b.sign < 0 && significant(r, b.count) != 0;
  if (quotient) {
    sl_value truncated = make(a.sign * b.sign, q, quotient_count);
    *quotient = adjust ? sl_bigint_add(truncated, sl_small_int_value(1), true) : truncated;
  }
  if (remainder) {
    sl_value rest = make(a.sign, r, b.count);
    *remainder = adjust ? sl_bigint_add(rest, y, false) : rest;
  }
}

sl_value sl_int_negate(sl_value x) {
  struct number a;
  load(&a, x);
  return make(-a.sign, a.limbs, a.count);
}

// ---------------------------------------------------------------- bits

enum { LIMB_BITS = 64 };

sl_value sl_bigint_shift_left(sl_value x, unsigned count) {
  struct number a;
  load(&a, x);
  if (a.count == 0) return x;
  size_t words = count / LIMB_BITS;
  unsigned bits = count % LIMB_BITS;
  uint64_t local[LOCAL_LIMBS];
  size_t total = a.count + words + 1;
  uint64_t *shifted = room(local, total);
  memset(shifted, 0, words * sizeof *shifted);
  memcpy(shifted + words, a.limbs, a.count * sizeof *shifted);
  shifted[total - 1] =
      bits ? mpn_lshift(shifted + words, shifted + words, (mp_size_t)a.count, bits) : 0;
  return make(a.sign, shifted, total);
}

// Rounds towards minus infinity, as a shift of two's complement does.
sl_value sl_bigint_shift_right(sl_value x, unsigned count) {
  struct number a;
  load(&a, x);
  size_t words = count / LIMB_BITS;
  unsigned bits = count % LIMB_BITS;
  if (words >= a.count) return sl_small_int_value(a.sign < 0 ? -1 : 0);
  uint64_t local[LOCAL_LIMBS];
  size_t total = a.count - words;
  uint64_t *shifted = room(local, total);
  bool lost = significant(a.limbs, words) != 0;
  memcpy(shifted, a.limbs + words, total * sizeof *shifted);
  if (bits) lost |= mpn_rshift(shifted, shifted, (mp_size_t)total, bits) != 0;
  sl_value truncated = make(a.sign, shifted, total);
  return a.sign < 0 && lost ? sl_bigint_add(truncated, sl_small_int_value(1), true) : truncated;
}

// Writes two's complement of `count` limbs, more than the number has.
static void to_complement(const struct number *number, uint64_t *limbs, size_t count) {
  memcpy(limbs, number->limbs, number->count * sizeof *limbs);
  memset(limbs + number->count, 0, (count - number->count) * sizeof *limbs);
  if (number->sign < 0) mpn_neg(limbs, limbs, (mp_size_t)count);
}

static uint64_t bitwise_limb(enum sl_operator op, uint64_t a, uint64_t b) {
  return op == SL_OP_AMPERSAND ? a & b : op == SL_OP_PIPE ? a | b : a ^ b;
}

// Of magnitudes as they are, where neither number is negative.
static sl_value bitwise_magnitudes(enum sl_operator op, const struct number *a,
                                   const struct number *b) {
  const struct number *longer = a->count < b->count ? b : a;
  const struct number *shorter = a->count < b->count ? a : b;
  size_t count = op == SL_OP_AMPERSAND ? shorter->count : longer->count;
  uint64_t local[LOCAL_LIMBS];
  uint64_t *limbs = room(local, count);
  for (size_t i = 0; i < shorter->count; i++)
    limbs[i] = bitwise_limb(op, shorter->limbs[i], longer->limbs[i]);
  for (size_t i = shorter->count; i < count; i++) limbs[i] = longer->limbs[i];
  return make(1, limbs, count);
}

sl_value sl_bigint_bitwise(enum sl_operator op, sl_value x, sl_value y) {
  struct number a, b;
  load(&a, x);
  load(&b, y);
  if (a.sign >= 0 && b.sign >= 0) return bitwise_magnitudes(op, &a, &b);
  size_t count = (a.count > b.count ? a.count : b.count) + 1;
  uint64_t local_a[LOCAL_LIMBS], local_b[LOCAL_LIMBS];
  uint64_t *left = room(local_a, count);
  uint64_t *right = room(local_b, count);
  to_complement(&a, left, count);
  to_complement(&b, right, count);
  for (size_t i = 0; i < count; i++) left[i] = bitwise_limb(op, left[i], right[i]);
  bool negative = left[count - 1] >> (LIMB_BITS - 1) != 0;
  if (negative) mpn_neg(left, left, (mp_size_t)count);
  return make(negative ? -1 : 1, left, count);
}

// ---------------------------------------------------------------- order and hash

int sl_int_compare(sl_value x, sl_value y) {
  struct number a, b;
  load(&a, x);
  load(&b, y);
  if (a.sign != b.sign) return a.sign > b.sign ? 1 : -1;
  int order = compare_magnitudes(&a, &b);
  return a.sign < 0 ? -order : order;
}

uint32_t sl_int_hash(sl_value x) {
  if (sl_is_small_int(x)) return sl_hash_word((uint64_t)sl_small_int(x));
  struct number a;
  load(&a, x);
  uint32_t hash = (uint32_t)a.sign;
  for (size_t i = 0; i < a.count; i++) {
    hash = sl_hash_word(a.limbs[i] ^ ((uint64_t)hash << 32));
  }
  return hash;
}

// ---------------------------------------------------------------- text

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 36;
}

// Digits that fit one limb in every base take no detour by way of GMP.
static bool parse_short(const char *digits, size_t length, unsigned base, uint64_t *out) {
  uint64_t sum = 0;
  for (size_t i = 0; i < length; i++) {
    if (__builtin_mul_overflow(sum, base, &sum) ||
        __builtin_add_overflow(sum, (unsigned)digit_value(digits[i]), &sum)) {
      return false;
    }
  }
  *out = sum;
  return true;
}

sl_value sl_int_parse(const char *digits, size_t length, unsigned base, bool negative) {
  if (length == 0) return NULL;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned)digit_value(digits[i]) >= base) return NULL;
  }
  while (length > 1 && *digits == '0') {
    digits++;
    length--;
  }
  int sign = negative ? -1 : 1;
  uint64_t magnitude;
  if (parse_short(digits, length, base, &magnitude)) return make(sign, &magnitude, 1);
  // Base 36 has less than 6 bits a digit.
  unsigned char *values = sl_allocate_raw(length);
  uint64_t *limbs = sl_allocate_raw((length * 6 / LIMB_BITS + 2) * sizeof *limbs);
  for (size_t i = 0; i < length; i++) values[i] = (unsigned char)digit_value(digits[i]);
  mp_size_t count = mpn_set_str(limbs, values, length, (int)base);
  return make(sign, limbs, (size_t)count);
}

// Makes characters of decimal digits, eight at a time.
static void digits_to_text(unsigned char *digits, size_t length) {
  for (; length >= 8; length -= 8, digits += 8) {
    uint64_t eight;
    memcpy(&eight, digits, sizeof eight);
    eight += 0x3030303030303030;
    memcpy(digits, &eight, sizeof eight);
  }
  for (size_t i = 0; i < length; i++) digits[i] = (unsigned char)(digits[i] + '0');
}

void sl_int_format(sl_value x, unsigned base, struct sl_text *out) {
  if (sl_is_small_int(x) && base == 10) {
    sl_text_append_integer(out, sl_small_int(x));
    return;
  }
  struct number a;
  load(&a, x);
  if (a.sign < 0) sl_text_append_char(out, '-');
  if (a.count == 0) {
    sl_text_append_char(out, '0');
    return;
  }
  // mpn_get_str spoils its operand, and wants a limb more when the base is no power of two.
  uint64_t local[LOCAL_LIMBS];
  uint64_t *limbs = room(local, a.count + 1);
  memcpy(limbs, a.limbs, a.count * sizeof *limbs);
  // In the smallest base there are as many digits as bits; in base 10 less than 20 a limb.
  sl_text_reserve(out, base < 10 ? a.count * LIMB_BITS + 1 : a.count * 20 + 1);
  unsigned char *digits = (unsigned char *)out->bytes + out->length;
  size_t length = mpn_get_str(digits, (int)base, limbs, (mp_size_t)a.count);
  size_t zeros = 0;
  while (zeros + 1 < length && digits[zeros] == 0) zeros++;
  length -= zeros;
  if (zeros) memmove(digits, digits + zeros, length);
  if (base <= 10) {
    digits_to_text(digits, length);
  } else {
    for (size_t i = 0; i < length; i++)
      digits[i] = (unsigned char)"0123456789abcdefghijklmnopqrstuvwxyz"[digits[i]];
  }
  out->length += length;
  out->bytes[out->length] = '\0';
}

// ---------------------------------------------------------------- floats

// The 64 most significant bits of a big int, the last one set if any bit below is: rounding it to a
// double once rounds the whole number to nearest, ties to even.
static uint64_t leading_bits(const struct number *a, int *exponent) {
  uint64_t top = a->limbs[a->count - 1];
  unsigned zeros = (unsigned)__builtin_clzll(top);
  uint64_t below = a->count > 1 ? a->limbs[a->count - 2] : 0;
  uint64_t bits = zeros ? top << zeros | below >> (LIMB_BITS - zeros) : top;
  uint64_t rest = zeros ? below << zeros : below;
  if (rest || (a->count > 2 && significant(a->limbs, a->count - 2))) bits |= 1;
  *exponent = (int)(a->count - 1) * LIMB_BITS - (int)zeros;
  return bits;
}

double sl_int_to_double(sl_value x) {
  if (sl_is_small_int(x)) return (double)sl_small_int(x);
  struct number a;
  load(&a, x);
  if (a.count > 16) return a.sign < 0 ? -INFINITY : INFINITY;
  int exponent;
  uint64_t bits = leading_bits(&a, &exponent);
  double magnitude = ldexp((double)bits, exponent);
  return a.sign < 0 ? -magnitude : magnitude;
}

// Of a finite number with magnitude 2^62 or more, which is an integer.
static sl_value from_large_double(double d) {
  int exponent;
  uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(d), &exponent), 53);
  return sl_bigint_shift_left(sl_bigint_from(d < 0 ? -1 : 1, mantissa), (unsigned)(exponent - 53));
}

static bool has_immediate_floor(double d) { return d >= -0x1p62 && d < 0x1p62; }

sl_value sl_int_from_double(struct sl_thread *thread, double d) {
  if (has_immediate_floor(d)) return sl_small_int_value((int64_t)d);
  if (isfinite(d)) return from_large_double(d);
  return sl_fail(thread, "can't convert float %s to int",
                 isnan(d) ? "nan"
                 : d > 0  ? "+inf"
                          : "-inf");
}

// Whether the int is exact as a double.
static inline bool is_exact(sl_value a) {
  return sl_is_small_int(a) && sl_small_int(a) >= -((int64_t)1 << DBL_MANT_DIG) &&
         sl_small_int(a) <= (int64_t)1 << DBL_MANT_DIG;
}

int sl_int_compare_double(sl_value a, double d) {
  if (isnan(d) || d == INFINITY) return -1;
  if (SL_LIKELY(is_exact(a))) {
    double exact = (double)sl_small_int(a);
    return (exact > d) - (exact < d);
  }
  if (d == -INFINITY) return 1;
  if (!has_immediate_floor(d)) return sl_int_compare(a, from_large_double(d));
  if (!sl_is_small_int(a)) return ((const struct sl_big_int *)(const void *)a)->sign;
  int64_t n = sl_small_int(a);
  int64_t truncated = (int64_t)d;
  if (n != truncated) return n > truncated ? 1 : -1;
  double fraction = d - (double)truncated;
  return (fraction < 0) - (fraction > 0);
}
