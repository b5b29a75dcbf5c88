// SPDX-License-Identifier: Apache-2.0
//
// Ints against the identities that hold for all integers, at every width around the edges of the
// immediate form and of limbs; floats against their text.
#include <math.h>
#include <stdlib.h>

#include "runtime/value.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

static sl_value binary(enum sl_operator op, sl_value a, sl_value b) {
  return sl_binary(thread, op, a, b);
}

static bool same(sl_value a, sl_value b) { return a && b && sl_equal(thread, a, b) == 1; }

// The shortest form is the only one.
static bool is_canonical(sl_value a) {
  if (sl_is_small_int(a)) return true;
  const struct sl_big_int *big = (const struct sl_big_int *)(const void *)a;
  bool has_immediate_form =
      big->limb_count == 1 && big->limbs[0] <= (uint64_t)SL_SMALL_INT_MAX + (big->sign < 0);
  return big->limb_count > 0 && big->limbs[big->limb_count - 1] != 0 && !has_immediate_form;
}

// Around a random power of two, or of random digits; up to about 320 bits.
static sl_value random_int(void) {
  sl_value n = sl_int((int64_t)check_random() >> (check_random() % 64));
  unsigned bits = (unsigned)(check_random() % 260);
  sl_value power = binary(SL_OP_LESS_LESS, sl_int(check_random() % 2 ? 1 : -1), sl_int(bits));
  switch (check_random() % 4) {
    case 0:
      return n;
    case 1:
      return binary(SL_OP_STAR, n, power);
    case 2:
      return binary(SL_OP_PLUS, power, sl_int((int64_t)(check_random() % 5) - 2));
    default:
      return binary(SL_OP_PLUS, binary(SL_OP_STAR, n, power), random_int());
  }
}

static void check_arithmetic(sl_value a, sl_value b) {
  sl_value sum = binary(SL_OP_PLUS, a, b), difference = binary(SL_OP_MINUS, a, b);
  sl_value product = binary(SL_OP_STAR, a, b);
  check(is_canonical(sum) && is_canonical(difference) && is_canonical(product));
  check(same(binary(SL_OP_MINUS, sum, b), a));
  check(same(binary(SL_OP_PLUS, difference, b), a));
  check(same(binary(SL_OP_MINUS, product, binary(SL_OP_STAR, a, binary(SL_OP_MINUS, b, sl_int(1)))),
             a));
  int order;
  check(sl_compare(thread, a, b, &order) && order == sl_int_sign(difference));
  check(same(sl_unary(thread, SL_OP_MINUS, difference), binary(SL_OP_MINUS, b, a)));
  if (sl_int_sign(b) == 0) return;
  sl_value quotient = binary(SL_OP_SLASH_SLASH, a, b), rest = binary(SL_OP_PERCENT, a, b);
  check(is_canonical(quotient) && is_canonical(rest));
  check(same(binary(SL_OP_PLUS, binary(SL_OP_STAR, quotient, b), rest), a));
  check(sl_int_sign(rest) == 0 || sl_int_sign(rest) == sl_int_sign(b));
  sl_value beyond = binary(SL_OP_MINUS, b, rest);
  check(sl_int_sign(beyond) == sl_int_sign(b));
}

static void check_bits(sl_value a, sl_value b) {
  sl_value both = binary(SL_OP_AMPERSAND, a, b), any = binary(SL_OP_PIPE, a, b),
           one = binary(SL_OP_CARET, a, b);
  check(is_canonical(both) && is_canonical(any) && is_canonical(one));
  check(same(binary(SL_OP_PLUS, both, any), binary(SL_OP_PLUS, a, b)));
  check(same(binary(SL_OP_MINUS, any, both), one));
  check(same(binary(SL_OP_CARET, one, b), a));
  sl_value inverted = sl_unary(thread, SL_OP_TILDE, a);
  check(same(binary(SL_OP_PLUS, inverted, a), sl_int(-1)));
  sl_value count = sl_int((int64_t)(check_random() % 200));
  sl_value power = binary(SL_OP_LESS_LESS, sl_int(1), count);
  sl_value shifted = binary(SL_OP_LESS_LESS, a, count);
  check(is_canonical(shifted) && same(shifted, binary(SL_OP_STAR, a, power)));
  check(same(binary(SL_OP_GREATER_GREATER, a, count), binary(SL_OP_SLASH_SLASH, a, power)));
}

static void check_texts(sl_value a) {
  struct sl_text text = {0};
  for (unsigned base = 2; base <= 36; base++) {
    sl_text_reset(&text);
    sl_int_format(a, base, &text);
    bool negative = text.bytes[0] == '-';
    check(same(sl_int_parse(text.bytes + negative, text.length - negative, base, negative), a));
  }
  // strtod rounds correctly.
  sl_text_reset(&text);
  sl_int_format(a, 10, &text);
  double d = strtod(text.bytes, NULL);
  check(sl_int_to_double(a) == d);
  sl_value back = sl_int_from_double(thread, d);
  check(sl_int_compare_double(a, d) == sl_int_compare(a, back));
  uint32_t hash, float_hash;
  check(sl_hash(thread, back, &hash) && sl_hash(thread, sl_float(d), &float_hash) &&
        hash == float_hash);
  sl_text_free(&text);
}

// Products and quotients that fit 128 bits.
static void check_against_machine(void) {
  __extension__ typedef __int128 wide;
  int64_t x = (int64_t)check_random() >> (check_random() % 64),
          y = (int64_t)check_random() >> (check_random() % 64);
  wide product = (wide)x * y;
  sl_value high = sl_int((int64_t)(product >> 64)), low = sl_int_unsigned((uint64_t)product);
  sl_value want = binary(SL_OP_PLUS, binary(SL_OP_LESS_LESS, high, sl_int(64)), low);
  check(same(binary(SL_OP_STAR, sl_int(x), sl_int(y)), want));
  int64_t read;
  check(sl_int_to_int64(sl_int(x), &read) && read == x);
  wide sum = (wide)x + y;
  bool fits = sum == (int64_t)sum;
  check(sl_int_to_int64(binary(SL_OP_PLUS, sl_int(x), sl_int(y)), &read) == fits &&
        (!fits || read == (int64_t)sum));
}

static void check_float_text(double d, const char *want) {
  struct sl_text text = {0};
  sl_float_format(d, &text);
  check_text(sl_text_string(&text), want);
  sl_text_free(&text);
}

static void check_float_texts(void) {
  static const struct {
    double value;
    const char *text;
  } rows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1, "1.0"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {1e16, "10000000000000000.0"},
      {1e17, "1e+17"},
      {1.5e17, "1.5e+17"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e-4, "0.0001"},
      {1e-5, "1e-05"},
      {1.25e-7, "1.25e-07"},
      {1e100, "1e+100"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {0x1p53, "9007199254740992.0"},
      {0.30000000000000004, "0.30000000000000004"},
      {1e6, "1000000.0"},
      {INFINITY, "+inf"},
      {-INFINITY, "-inf"},
      {NAN, "nan"},
      {-1.5557538194652854e-61, "-1.5557538194652854e-61"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_float_text(rows[i].value, rows[i].text);
}

// Every bit pattern survives the immediate form, or the box.
static void check_float_forms(void) {
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = check_random();
    double d;
    memcpy(&d, &bits, sizeof d);
    double read = sl_float_value(sl_float(d));
    check(memcmp(&read, &d, sizeof d) == 0 || (isnan(read) && isnan(d)));
    struct sl_text text = {0};
    sl_float_format(d, &text);
    check(!isfinite(d) || strtod(text.bytes, NULL) == d);
    sl_text_free(&text);
  }
}

static void check_error(sl_value result, const char *message) {
  check(result == NULL);
  check_text(sl_error_message(thread), message);
  sl_error_clear(thread);
}

static void check_errors(void) {
  sl_value one = sl_int(1), zero = sl_int(0), big = binary(SL_OP_LESS_LESS, one, sl_int(511));
  check_error(binary(SL_OP_SLASH_SLASH, one, zero), "integer division by zero");
  check_error(binary(SL_OP_PERCENT, big, zero), "integer modulo by zero");
  check_error(binary(SL_OP_SLASH, one, zero), "floating-point division by zero");
  check_error(binary(SL_OP_SLASH_SLASH, sl_float(1), sl_float(0)), "integer division by zero");
  check_error(binary(SL_OP_PERCENT, sl_float(1), zero), "floating-point modulo by zero");
  check_error(binary(SL_OP_LESS_LESS, one, sl_int(512)), "shift count too large: 512");
  check_error(binary(SL_OP_GREATER_GREATER, one, sl_int(-1)), "negative shift count: -1");
  check_error(binary(SL_OP_LESS_LESS, one, sl_int(1LL << 31)),
              "got 2147483648 for shift count, want value in signed 32-bit range");
  check_error(binary(SL_OP_PLUS, one, SL_TRUE), "unsupported binary operation: int + bool");
  check_error(binary(SL_OP_LESS, one, sl_string_from("a")),
              "unsupported comparison: int <=> string");
  sl_value huge = binary(SL_OP_STAR, big, binary(SL_OP_STAR, big, big));
  check_error(binary(SL_OP_PLUS, huge, sl_float(1)), "int too large to convert to float");
  check_error(sl_unary(thread, SL_OP_MINUS, sl_string_from("a")),
              "unsupported unary operation: -string");
  check_error(sl_int_from_double(thread, INFINITY), "can't convert float +inf to int");
}

static void check_mixed(void) {
  sl_value odd = sl_int((1LL << 53) + 1);
  check(sl_equal(thread, odd, sl_float(0x1p53)) == 0);
  check(sl_equal(thread, sl_int(1LL << 53), sl_float(0x1p53)) == 1);
  check(sl_equal(thread, sl_float(NAN), sl_float(-NAN)) == 1);
  check(sl_equal(thread, sl_int(1), SL_TRUE) == 0);
  check(sl_equal(thread, sl_float(0.0), sl_float(-0.0)) == 1);
  int order;
  check(sl_compare(thread, sl_float(NAN), sl_float(INFINITY), &order) && order > 0);
  check(sl_compare(thread, odd, sl_float(NAN), &order) && order < 0);
  check(sl_compare(thread, sl_float(0x1p53), odd, &order) && order < 0);
  check(sl_compare(thread, SL_FALSE, SL_TRUE, &order) && order < 0);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  for (int i = 0; i < 20000; i++) {
    sl_value a = random_int(), b = random_int();
    check_arithmetic(a, b);
    check_bits(a, b);
    check_against_machine();
    if (i % 20 == 0) check_texts(a);
  }
  check_float_texts();
  check_float_forms();
  check_errors();
  check_mixed();
  sl_thread_free(thread);
  return check_failures != 0;
}
