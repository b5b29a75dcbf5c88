// SPDX-License-Identifier: Apache-2.0
//
// Format: the % operator on strings. Invariant: each conversion takes one argument, and none is
// left over. There are no widths and flags in Starlark.
#include "runtime/types/format.h"

#include <ctype.h>
#include <math.h>

#include "common/text_inline.h"

// One formatting in progress.
struct formatter {
  struct sl_thread *thread;
  sl_value pattern;
  const sl_value *items;  // the arguments
  size_t count;
  size_t used;  // arguments converted so far
  struct sl_text out;
};

// ---------------------------------------------------------------- messages

// "BEFORE REPR AFTER" as the pending error.
static bool fail_showing(struct sl_thread *thread, const char *before, sl_value value,
                         const char *after) {
  struct sl_text shown = {0};
  if (sl_repr(thread, value, &shown))
    sl_fail(thread, "%s%s%s", before, sl_text_string(&shown), after);
  sl_text_free(&shown);
  return false;
}

static bool fail_missing_argument(struct formatter *f) {
  struct sl_text shown = {0};
  sl_value arguments = sl_tuple(f->items, f->count);
  sl_text_append_string(&shown, ": ");
  if (sl_repr(f->thread, arguments, &shown)) {
    fail_showing(f->thread, "not enough arguments for format pattern ", f->pattern,
                 sl_text_string(&shown));
  }
  sl_text_free(&shown);
  return false;
}

static bool fail_character(struct formatter *f, size_t position) {
  struct sl_text before = {0};
  char character = sl_string_bytes(f->pattern)[position];
  sl_text_format(&before, "unsupported format character \"%c\" at index %zu in ", character,
                 position);
  fail_showing(f->thread, sl_text_string(&before), f->pattern, "");
  sl_text_free(&before);
  return false;
}

static bool fail_type(struct formatter *f, sl_value argument, char conversion) {
  return sl_fail_false(f->thread, "got %s for '%%%c' format, want int or float",
                       sl_type_name(argument), conversion);
}

// ---------------------------------------------------------------- conversions

static bool write_integer(struct formatter *f, sl_value argument, char conversion) {
  if (sl_is_float(argument)) {
    double d = sl_float_value(argument);
    if (!isfinite(d)) return fail_showing(f->thread, "got ", argument, ", want a finite number");
    argument = sl_int_from_double(f->thread, d);
  }
  if (!sl_is_int(argument)) return fail_type(f, argument, conversion);
  if (sl_is_small_int(argument) && conversion == 'd') {
    sl_text_append_integer(&f->out, sl_small_int(argument));
    return true;
  }
  size_t start = f->out.length;
  unsigned base = conversion == 'd' ? 10 : conversion == 'o' ? 8 : 16;
  if (!sl_int_write(f->thread, argument, base, &f->out)) return false;
  for (size_t i = start; conversion == 'X' && i < f->out.length; i++) {
    f->out.bytes[i] = (char)toupper((unsigned char)f->out.bytes[i]);
  }
  return true;
}

static bool write_float(struct formatter *f, sl_value argument, char conversion) {
  bool is_int = sl_is_int(argument);
  if (!is_int && !sl_is_float(argument)) return fail_type(f, argument, conversion);
  double d = is_int ? sl_int_to_double(argument) : sl_float_value(argument);
  size_t start = f->out.length;
  if (!isfinite(d) || conversion == 'g' || conversion == 'G') {
    sl_float_format(d, &f->out);
  } else {
    sl_float_format_places(d, conversion == 'e' || conversion == 'E', &f->out);
  }
  for (size_t i = start; isfinite(d) && isupper((unsigned char)conversion) && i < f->out.length;
       i++) {
    f->out.bytes[i] = (char)toupper((unsigned char)f->out.bytes[i]);
  }
  return true;
}

static bool write_conversion(struct formatter *f, size_t position) {
  char conversion = sl_string_bytes(f->pattern)[position];
  if (conversion == '%') {
    sl_text_append_char(&f->out, '%');
    return true;
  }
  if (f->used == f->count) return fail_missing_argument(f);
  if (!sl_thread_take_steps(f->thread, 1) || !sl_text_admit(f->thread, &f->out, 0)) return false;
  sl_value argument = f->items[f->used++];
  switch (conversion) {
    case 's':
      return sl_str(f->thread, argument, &f->out);
    case 'r':
      return sl_repr(f->thread, argument, &f->out);
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      return write_integer(f, argument, conversion);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return write_float(f, argument, conversion);
    default:
      return fail_character(f, position);
  }
}

static inline const char *find_percent(const char *p, const char *end) {
  return p < end ? memchr(p, '%', (size_t)(end - p)) : NULL;
}

// What is left of the pattern, whose first % is known.
static bool write_rest(struct formatter *f, const char *p, const char *percent) {
  const char *pattern = sl_string_bytes(f->pattern);
  const char *end = pattern + sl_string_length(f->pattern);
  for (; percent; p = percent + 2, percent = find_percent(p, end)) {
    if (percent > p) sl_text_put(&f->out, p, (size_t)(percent - p));
    if (percent + 1 == end)
      return fail_showing(f->thread, "incomplete format pattern ends with %: ", f->pattern, "");
    if (!write_conversion(f, (size_t)(percent + 1 - pattern))) return false;
  }
  if (end > p) sl_text_put(&f->out, p, (size_t)(end - p));
  return f->used == f->count ||
         sl_fail_false(f->thread, "not all arguments converted during string formatting");
}

// ---------------------------------------------------------------- pieces

// Most patterns have few conversions, of strings and small ints. What these write is copied from where it lies: from a text it
// would be copied again, and a processor waits for bytes that were just stored in parts.
enum { FEW = 4 };

struct piece {
  const char *bytes;
  size_t length;
};

static inline bool is_simple(sl_value value) {
  return sl_is_small_int(value) || sl_is_string(value);
}

// What a conversion of such a value writes. NULL as bytes: that takes a text.
static inline struct piece convert(sl_value value, char conversion, char *digits) {
  bool is_int = sl_is_small_int(value);
  if (conversion != 's' && (conversion != 'd' || !is_int)) return (struct piece){NULL, 0};
  if (!is_int) return (struct piece){sl_string_bytes(value), sl_string_length(value)};
  char *end = sl_text_signed_digits(sl_small_int(value), digits);
  return (struct piece){digits, (size_t)(end - digits)};
}

static sl_value join(const struct piece *pieces, const struct piece *end, size_t length) {
  char *bytes;
  sl_value result = sl_string_new(length, &bytes);
  for (char *to = bytes; pieces < end; to += pieces++->length) {
    sl_copy_bytes(to, pieces->bytes, pieces->length);
  }
  return result;
}

sl_value sl_format_percent(struct sl_thread *thread, sl_value pattern, const sl_value *arguments,
                           size_t count) {
  struct piece pieces[2 * FEW + 1], *piece = pieces;
  char digits[FEW][SL_TEXT_DIGITS];
  size_t used = 0, length = sl_string_length(pattern);
  const char *p = sl_string_bytes(pattern), *end = p + length, *percent = find_percent(p, end);
  for (; percent && used < count && used < FEW && is_simple(arguments[used]); used++) {
    struct piece converted = convert(arguments[used], percent[1], digits[used]);
    if (!converted.bytes || length + converted.length >= SL_LARGE_BLOCK) break;
    *piece++ = (struct piece){p, (size_t)(percent - p)};
    *piece++ = converted;
    length += converted.length - 2;
    p = percent + 2;
    percent = find_percent(p, end);
  }
  if (!sl_thread_take_steps(thread, used)) return NULL;
  if (used == count && !percent && length > 1) {
    *piece++ = (struct piece){p, (size_t)(end - p)};
    return join(pieces, piece, length);
  }
  struct formatter f = {thread, pattern, arguments, count, used, sl_text_begin(thread)};
  for (const struct piece *put = pieces; put < piece; put++) {
    sl_text_put(&f.out, put->bytes, put->length);
  }
  bool written = write_rest(&f, p, percent);
  return sl_text_finish(thread, &f.out, written);
}
