// SPDX-License-Identifier: Apache-2.0
//
// Number: abs(), float(), int(). Invariant: text becomes a number only if all of it is one; no white space, no
// underscores, no hexadecimal floats.
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "builtins/arguments.h"
#include "builtins/builtins.h"

static bool is_sign(char c) { return c == '+' || c == '-'; }

// Appends the digits at a position to a number, of which 19 fit. Returns how many there are.
static size_t read_digits(const char *bytes, size_t length, size_t position, uint64_t *number) {
  size_t i = position;
  for (; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
    *number = *number * 10 + (uint64_t)(bytes[i] - '0');
  }
  return i - position;
}

// mantissa * 10^power. False: it is not the one operation on two exact numbers that rounds correctly.
static bool scale_exactly(uint64_t mantissa, int64_t power, double *out) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (mantissa > (uint64_t)1 << DBL_MANT_DIG || power < -22 || power > 22) return false;
  *out = power < 0 ? (double)mantissa / powers[-power] : (double)mantissa * powers[power];
  return true;
}

// The bytes need not end where the number does, so strtod gets a copy that does.
static double convert_copy(const char *bytes, size_t length) {
  struct sl_text copy = {0};
  sl_text_append(&copy, bytes, length);
  double number = strtod(sl_text_string(&copy), NULL);
  sl_text_free(&copy);
  return number;
}

// strtod takes more than Starlark does, so the shape is checked first.
bool sl_number_read_float(const char *bytes, size_t length, double *out) {
  uint64_t mantissa = 0, exponent = 0;
  size_t i = length > 0 && is_sign(bytes[0]);
  size_t whole = read_digits(bytes, length, i, &mantissa);
  i += whole;
  size_t fraction = 0;
  if (i < length && bytes[i] == '.') {
    fraction = read_digits(bytes, length, i + 1, &mantissa);
    i += 1 + fraction;
  }
  if (whole + fraction == 0) return false;
  bool small = false;
  size_t exponent_digits = 0;
  if (i < length && (bytes[i] == 'e' || bytes[i] == 'E')) {
    i++;
    small = i < length && bytes[i] == '-';
    i += i < length && is_sign(bytes[i]);
    exponent_digits = read_digits(bytes, length, i, &exponent);
    if (exponent_digits == 0) return false;
    i += exponent_digits;
  }
  if (i != length) return false;
  bool fits = whole + fraction <= 19 && exponent_digits <= 9;
  int64_t power = !fits ? 0 : (small ? -(int64_t)exponent : (int64_t)exponent) - (int64_t)fraction;
  if (!fits || !scale_exactly(mantissa, power, out)) {
    *out = convert_copy(bytes, length);
  } else if (bytes[0] == '-') {
    *out = -*out;
  }
  return true;
}

static bool equals_any(const char *bytes, size_t length, const char *const *names) {
  for (; *names; names++) {
    if (strlen(*names) == length && strncasecmp(bytes, *names, length) == 0) return true;
  }
  return false;
}

static bool read_not_finite(const char *bytes, size_t length, double *out) {
  static const char *const nan_names[] = {"nan", "+nan", "-nan", NULL};
  static const char *const plus_names[] = {"inf", "+inf", "+infinity", NULL};
  static const char *const minus_names[] = {"-inf", "-infinity", NULL};
  if (equals_any(bytes, length, nan_names)) {
    *out = NAN;
  } else if (equals_any(bytes, length, plus_names)) {
    *out = INFINITY;
  } else if (equals_any(bytes, length, minus_names)) {
    *out = -INFINITY;
  } else {
    return false;
  }
  return true;
}

static sl_value float_from_string(struct sl_thread *thread, sl_value string) {
  const char *bytes = sl_string_bytes(string);
  size_t length = sl_string_length(string);
  double number;
  if (length == 0) return sl_fail(thread, "empty string");
  if (read_not_finite(bytes, length, &number)) return sl_float(number);
  if (!sl_number_read_float(bytes, length, &number)) {
    return sl_fail(thread, "invalid float literal: %s", bytes);
  }
  if (isinf(number)) return sl_fail(thread, "floating-point number too large");
  return sl_float(number);
}

static sl_value float_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value x = arguments[0];
  if (!x) return sl_float(0.0);
  if (sl_is_float(x)) return x;
  if (sl_is_bool(x)) return sl_float(x == SL_TRUE);
  if (sl_is_string(x)) return float_from_string(thread, x);
  if (!sl_is_int(x)) {
    return sl_fail(thread, "got %s, want string, int, float, or bool", sl_type_name(x));
  }
  double number;
  return sl_to_double(thread, x, &number) ? sl_float(number) : NULL;
}

// The base that "0b", "0o" or "0x" stands for, or 0.
static int32_t prefix_base(const char *digits, size_t length) {
  if (length < 2 || digits[0] != '0') return 0;
  switch (digits[1] | 0x20) {
    case 'b':
      return 2;
    case 'o':
      return 8;
    case 'x':
      return 16;
    default:
      return 0;
  }
}

static sl_value int_fail(struct sl_thread *thread, const char *what, sl_value string) {
  struct sl_text text = {0};
  if (sl_repr(thread, string, &text)) sl_fail(thread, "%s: %s", what, sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static sl_value int_from_string(struct sl_thread *thread, sl_value string, int32_t base) {
  const char *digits = sl_string_bytes(string);
  size_t length = sl_string_length(string);
  if (length == 0) return sl_fail(thread, "empty string");
  bool negative = digits[0] == '-';
  if (is_sign(digits[0])) digits++, length--;
  int32_t prefix = prefix_base(digits, length);
  if (prefix != 0 && (base == 0 || base == prefix)) {
    base = prefix;
    digits += 2, length -= 2;
  } else if (base == 0) {
    // It might be meant as octal.
    if (length > 1 && digits[0] == '0') {
      return int_fail(thread, "cannot infer base when string begins with a 0", string);
    }
    base = 10;
  }
  if (base < 2 || base > 36) {
    return sl_fail(thread, "invalid base %d (want 2 <= base <= 36)", (int)base);
  }
  if (length > SL_INT_DIGITS_LIMIT)
    return sl_fail(thread, "excessive capacity requested (int of %zu digits)", length);
  sl_value number = sl_int_parse(digits, length, (unsigned)base, negative);
  if (number) return number;
  char what[32];
  snprintf(what, sizeof what, "invalid base-%d literal", (int)base);
  return int_fail(thread, what, string);
}

static sl_value int_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value x = arguments[0], base = arguments[1];
  if (sl_is_string(x)) {
    int32_t number = 10;
    if (base && !sl_to_int32(thread, base, "base", &number)) return NULL;
    return int_from_string(thread, x, number);
  }
  if (base) return sl_fail(thread, "can't convert non-string with explicit base");
  if (sl_is_int(x)) return x;
  if (sl_is_bool(x)) return sl_int(x == SL_TRUE);
  if (!sl_is_float(x)) {
    return sl_fail(thread, "got %s, want string, int, float, or bool", sl_type_name(x));
  }
  double number = sl_float_value(x);
  if (isfinite(number)) return sl_int_from_double(thread, number);
  const char *shown = isnan(number) ? "nan" : number > 0 ? "+inf" : "-inf";
  return sl_fail(thread, "can't convert float %s to int", shown);
}

static sl_value abs_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value x = arguments[0];
  if (sl_is_float(x)) return sl_float(fabs(sl_float_value(x)));
  return sl_int_sign(x) < 0 ? sl_unary(thread, SL_OP_MINUS, x) : x;
}

struct sl_builtin sl_number_functions[] = {
    SL_BUILTIN("abs(x: int | float, /)", abs_function, "The magnitude of a number."),
    SL_BUILTIN("float(x = unbound, /)", float_function,
               "A number, bool or string as a float; 0.0 without an argument."),
    SL_BUILTIN("int(x, /, base = unbound)", int_function,
               "A number, bool or string as an int; floats are cut towards zero. `base` is that "
               "of a string, 2 to 36, or 0 to take it from the string's prefix."),
    SL_BUILTIN_END,
};
