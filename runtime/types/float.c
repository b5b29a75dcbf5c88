// SPDX-License-Identifier: Apache-2.0
//
// Float: IEEE doubles, immediate but for the two zeros and extreme magnitudes. Unlike IEEE, NaN
// equals itself and is greater than any other number, so that equality and order are total.
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/text_inline.h"
#include "runtime/value.h"

// ---------------------------------------------------------------- layout

static const struct sl_boxed_float positive_zero = {&sl_float_type, 0.0};
static const struct sl_boxed_float negative_zero = {&sl_float_type, -0.0};

sl_value sl_float_box(double value) {
  if (value == 0.0) return (sl_value)(uintptr_t)(signbit(value) ? &negative_zero : &positive_zero);
  struct sl_boxed_float *boxed = sl_allocate_raw(sizeof *boxed);
  *boxed = (struct sl_boxed_float){&sl_float_type, value};
  return (sl_value)(void *)boxed;
}

// A positive number's bits are its exponent, then its mantissa without the first bit, which counts 1 in the exponent.
#define LOWEST_MANTISSA ((uint64_t)1 << (DBL_MANT_DIG - 1))
static uint64_t bits_of(double positive) {
  uint64_t bits;
  memcpy(&bits, &positive, sizeof bits);
  return bits;
}
static uint64_t mantissa_of(uint64_t bits) { return bits % LOWEST_MANTISSA + LOWEST_MANTISSA; }

// ---------------------------------------------------------------- text

// The significant digits of a finite number, without trailing zeros, and the power of ten of the
// first one. Independent of the locale's decimal point.
struct decimal {
  char digits[SL_TEXT_DIGITS];
  int count;
  int exponent;
};

// Takes so many zeros away from the end, once.
static inline void strip_zeros(uint64_t *integer, int *places, uint64_t power, int count) {
  if (*integer % power != 0) return;
  *integer /= power;
  *places -= count;
}

// Writes the digits of a positive integer of up to 17, the last of which counts 10^-places.
static void set_decimal(uint64_t integer, int places, struct decimal *decimal) {
  strip_zeros(&integer, &places, 100000000, 8);
  strip_zeros(&integer, &places, 100000000, 8);
  strip_zeros(&integer, &places, 10000, 4);
  strip_zeros(&integer, &places, 100, 2);
  strip_zeros(&integer, &places, 10, 1);
  char backwards[20];
  int count = 0;
  do backwards[count++] = (char)('0' + integer % 10);
  while ((integer /= 10) != 0);
  for (int i = 0; i < count; i++) decimal->digits[i] = backwards[count - 1 - i];
  decimal->count = count;
  decimal->exponent = count - 1 - places;
}

__extension__ typedef unsigned __int128 wide;

// Up to the 38th.
static wide power_of_ten(int exponent) {
  static const uint64_t powers[] = {
      1,
      10,
      100,
      1000,
      10000,
      100000,
      1000000,
      10000000,
      100000000,
      1000000000,
      10000000000,
      100000000000,
      1000000000000,
      10000000000000,
      100000000000000,
      1000000000000000,
      10000000000000000,
      100000000000000000,
      1000000000000000000,
      10000000000000000000u,
  };
  return exponent < 20 ? powers[exponent] : (wide)powers[19] * powers[exponent - 19];
}

// A text of 15 digits always survives the way through a double, so that trying fewer is of no use; but for subnormal
// numbers, which have fewer bits. 17 digits always suffice.
enum { SURE_DIGITS = DBL_DIG, ALL_DIGITS = DBL_DECIMAL_DIG };

// Numbers of usual size, mantissa / 2^shift, are exact in 128 bits when they are multiplied by the power of ten that makes an
// integer of their digits.
static void usual_decimal(double magnitude, struct decimal *decimal) {
  static const double starts[] = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0,  1e1,  1e2,  1e3,  1e4,
                                  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14};
  int first = -6;  // the power of ten of the first digit
  while (first < 14 && magnitude >= starts[first + 6]) first++;
  uint64_t bits = bits_of(magnitude), mantissa = mantissa_of(bits);
  unsigned shift = DBL_MAX_EXP + DBL_MANT_DIG - 2 - (unsigned)(bits / LOWEST_MANTISSA);
  for (int digits = SURE_DIGITS;; digits++) {
    int places = digits - 1 - first;
    wide power = power_of_ten(places), exact = mantissa * power;
    wide half = (wide)1 << (shift - 1);
    uint64_t integer = (uint64_t)(exact >> shift);
    wide rest = exact - ((wide)integer << shift);
    bool up = rest > half || (rest == half && integer % 2 != 0);
    // What reads back lies no further than halfway to the next double, which is closer below a power of two.
    wide away = up ? (half << 1) - rest : rest;
    bool closer = !up && mantissa == LOWEST_MANTISSA;
    wide room = closer ? power / 2 : power;
    if (digits == ALL_DIGITS || 2 * away < room || (2 * away == room && mantissa % 2 == 0)) {
      set_decimal(integer + up, places, decimal);
      return;
    }
  }
}

static void read_decimal(const char *printed, struct decimal *decimal) {
  decimal->count = 0;
  const char *p = printed;
  for (; *p && *p != 'e'; p++) {
    if (*p >= '0' && *p <= '9') decimal->digits[decimal->count++] = *p;
  }
  decimal->exponent = atoi(p + 1);
  while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') decimal->count--;
}

// The shortest digits that read back as the same number.
static void shortest_decimal(double magnitude, struct decimal *decimal) {
  if (magnitude >= 1e-6 && magnitude < 1e15) {
    usual_decimal(magnitude, decimal);
    return;
  }
  char printed[40];
  for (int digits = magnitude < DBL_MIN ? 1 : SURE_DIGITS; digits <= ALL_DIGITS; digits++) {
    snprintf(printed, sizeof printed, "%.*e", digits - 1, magnitude);
    if (strtod(printed, NULL) == magnitude) break;
  }
  read_decimal(printed, decimal);
}

static void write_zeros(struct sl_text *out, int count) {
  for (int i = 0; i < count; i++) sl_text_append_char(out, '0');
}

static void write_exponential(const struct decimal *decimal, struct sl_text *out) {
  sl_text_append_char(out, decimal->digits[0]);
  if (decimal->count > 1) {
    sl_text_append_char(out, '.');
    sl_text_append(out, decimal->digits + 1, (size_t)decimal->count - 1);
  }
  sl_text_format(out, "e%+03d", decimal->exponent);
}

// Always with a point, so that it reads as a float.
static void write_positional(const struct decimal *decimal, struct sl_text *out) {
  int whole = decimal->exponent + 1;  // digits before the point
  if (whole <= 0) {
    sl_text_append(out, "0.", 2);
    write_zeros(out, -whole);
    sl_text_append(out, decimal->digits, (size_t)decimal->count);
    return;
  }
  int shown = whole < decimal->count ? whole : decimal->count;
  sl_text_append(out, decimal->digits, (size_t)shown);
  write_zeros(out, whole - shown);
  sl_text_append_char(out, '.');
  if (shown == decimal->count) {
    sl_text_append_char(out, '0');
  } else {
    sl_text_append(out, decimal->digits + shown, (size_t)(decimal->count - shown));
  }
}

// Keeps that many digits, or fewer; a half is rounded up.
static void round_decimal(struct decimal *decimal, int kept) {
  if (kept >= decimal->count) return;
  bool up = kept >= 0 && decimal->digits[kept] >= '5';
  decimal->count = kept > 0 ? kept : 0;
  for (; up && decimal->count > 0; decimal->count--) {
    if (++decimal->digits[decimal->count - 1] <= '9') return;
  }
  if (decimal->count > 0) return;
  // All nines, or nothing left.
  decimal->digits[0] = up ? '1' : '0';
  decimal->exponent = up ? decimal->exponent + 1 : 0;
  decimal->count = 1;
}

static void write_digits(const struct decimal *decimal, int start, int end, struct sl_text *out) {
  for (int i = start; i < end; i++) {
    bool known = i >= 0 && i < decimal->count;
    sl_text_append_char(out, known ? decimal->digits[i] : '0');
  }
}

void sl_float_format_places(double d, bool exponential, struct sl_text *out) {
  enum { PLACES = 6 };
  struct decimal decimal;
  shortest_decimal(fabs(d), &decimal);
  round_decimal(&decimal, PLACES + 1 + (exponential ? 0 : decimal.exponent));
  if (signbit(d)) sl_text_append_char(out, '-');
  int point = exponential ? 1 : decimal.exponent + 1;
  write_digits(&decimal, point > 0 ? 0 : point - 1, point, out);
  sl_text_append_char(out, '.');
  write_digits(&decimal, point, point + PLACES, out);
  if (exponential) sl_text_format(out, "e%+03d", decimal.exponent);
}

void sl_float_format(double d, struct sl_text *out) {
  if (isnan(d)) {
    sl_text_append_string(out, "nan");
    return;
  }
  if (isinf(d)) {
    sl_text_append_string(out, d > 0 ? "+inf" : "-inf");
    return;
  }
  if (signbit(d)) sl_text_append_char(out, '-');
  struct decimal decimal;
  shortest_decimal(fabs(d), &decimal);
  if (decimal.exponent < -4 || decimal.exponent >= 17) {
    write_exponential(&decimal, out);
  } else {
    write_positional(&decimal, out);
  }
}

// ---------------------------------------------------------------- slots

static bool float_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_float_format(sl_float_value(x), out);
  return true;
}

static bool float_truth(sl_value x) { return sl_float_value(x) != 0.0; }

// Equal ints and floats have equal hashes.
static bool float_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  double d = sl_float_value(x);
  if (isfinite(d) && d == floor(d)) {
    *hash = sl_int_hash(sl_int_from_double(thread, d));
    return true;
  }
  uint64_t bits = 0;  // any NaN
  if (!isnan(d)) memcpy(&bits, &d, sizeof bits);
  *hash = sl_hash_word(~bits);
  return true;
}

static bool float_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  (void)thread;
  double a = sl_float_value(x), b = sl_float_value(y);
  *order = isnan(a) || isnan(b) ? isnan(a) - isnan(b) : (a > b) - (a < b);
  return true;
}

static int float_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  (void)thread;
  double a = sl_float_value(x), b = sl_float_value(y);
  return a == b || (isnan(a) && isnan(b));
}

// ---------------------------------------------------------------- operations

// As libm's, but in the usual case without a call.
static double floor_of(double d) {
  if (!(fabs(d) < 0x1p52)) return floor(d);
  double truncated = (double)(int64_t)d;
  return copysign(truncated - (truncated > d), d);
}

// As fmod, which finds the quotient bit by bit: with exponents close to each other it takes one division of integers.
static double remainder_of(double a, double b) {
  enum { SPARE_BITS = 64 - DBL_MANT_DIG, INFINITE = 2 * DBL_MAX_EXP - 1 };
  uint64_t x = bits_of(fabs(a)), y = bits_of(fabs(b));
  unsigned x_exponent = (unsigned)(x / LOWEST_MANTISSA),
           y_exponent = (unsigned)(y / LOWEST_MANTISSA);
  if (x_exponent == INFINITE || x_exponent - y_exponent > SPARE_BITS || y_exponent < DBL_MANT_DIG)
    return fmod(a, b);
  uint64_t rest = (mantissa_of(x) << (x_exponent - y_exponent)) % mantissa_of(y);
  uint64_t unit_bits = (y_exponent - (DBL_MANT_DIG - 1)) * LOWEST_MANTISSA;
  double unit;
  memcpy(&unit, &unit_bits, sizeof unit);
  return copysign((double)rest * unit, a);
}

static double modulo(double a, double b) {
  double rest = remainder_of(a, b);
  return rest != 0 && (a < 0) != (b < 0) ? rest + b : rest;
}

sl_value sl_float_binary(struct sl_thread *thread, enum sl_operator op, double a, double b) {
  switch (op) {
    case SL_OP_PLUS:
      return sl_float_value_of(a + b);
    case SL_OP_MINUS:
      return sl_float_value_of(a - b);
    case SL_OP_STAR:
      return sl_float_value_of(a * b);
    case SL_OP_SLASH:
      return b == 0 ? sl_fail(thread, "floating-point division by zero") : sl_float_value_of(a / b);
    case SL_OP_SLASH_SLASH:
      return b == 0 ? sl_fail(thread, "integer division by zero")
                    : sl_float_value_of(floor_of(a / b));
    case SL_OP_PERCENT:
      return b == 0 ? sl_fail(thread, "floating-point modulo by zero")
                    : sl_float_value_of(modulo(a, b));
    default:
      return NULL;
  }
}

static sl_value float_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                             bool reversed) {
  double d;
  if (reversed || !(sl_is_int(y) || sl_is_float(y))) return NULL;
  return sl_to_double(thread, y, &d) ? sl_float_binary(thread, op, sl_float_value(x), d) : NULL;
}

static sl_value float_unary(struct sl_thread *thread, enum sl_operator op, sl_value x) {
  (void)thread;
  if (op == SL_OP_PLUS) return x;
  return op == SL_OP_MINUS ? sl_float(-sl_float_value(x)) : NULL;
}

// ---------------------------------------------------------------- externals

sl_value sl_float(double value) { return sl_float_value_of(value); }

bool sl_is_float(sl_value value) {
  return sl_is_small_float(value) || sl_has_type(value, &sl_float_type);
}

double sl_float_value(sl_value value) {
  if (sl_is_small_float(value)) return sl_small_float(value);
  return ((const struct sl_boxed_float *)(const void *)value)->value;
}

bool sl_to_double(struct sl_thread *thread, sl_value value, double *out) {
  if (sl_is_float(value)) {
    *out = sl_float_value(value);
    return true;
  }
  if (!sl_is_int(value))
    return sl_fail_false(thread, "got %s, want int or float", sl_type_name(value));
  *out = sl_int_to_double(value);
  return isfinite(*out) || sl_fail_false(thread, "int too large to convert to float");
}

const struct sl_type sl_float_type = {
    .name = "float",
    .repr = float_repr,
    .truth = float_truth,
    .hash = float_hash,
    .equal = float_equal,
    .compare = float_compare,
    .binary = float_binary,
    .unary = float_unary,
};
