// SPDX-License-Identifier: Apache-2.0
//
// Format: string.format(). Fields are {}, {0} or {name}, without conversions, attributes or nesting. Invariant:
// the cursor stands on the first byte that has not been copied or replaced.
#include "builtins/arguments.h"
#include "common/copy.h"
#include "common/text_inline.h"

// {} and {0} must not be mixed.
enum numbering { NOT_NUMBERED, MANUAL, AUTOMATIC };

struct formatter {
  struct sl_thread *thread;
  sl_value positional;  // tuple
  sl_value named;       // dict
  const char *cursor;
  const char *end;
  enum numbering numbering;
  size_t next;  // the argument of the next {}
  struct sl_text out;
};

// Finds the end of the field that begins at the cursor, just after its "{".
static const char *field_end(struct formatter *formatter) {
  for (const char *p = formatter->cursor; p < formatter->end; p++) {
    switch (*p) {
      case '}':
        return p;
      case '{':
        sl_fail(formatter->thread, "Nested replacement fields are not supported");
        return NULL;
      case '.':
      case ',':
      case '[':
      case ']':
        sl_fail(formatter->thread, "Invalid character '%c' inside replacement field", *p);
        return NULL;
      default:
        break;
    }
  }
  sl_fail(formatter->thread, "Found '{' without matching '}'");
  return NULL;
}

// Reads a decimal number, possibly negative, that fits 32 bits.
static bool read_number(const char *bytes, size_t length, int32_t *out) {
  bool negative = length > 0 && bytes[0] == '-';
  if (length == negative) return false;
  int64_t number = 0;
  for (size_t i = negative; i < length; i++) {
    if (bytes[i] < '0' || bytes[i] > '9') return false;
    number = number * 10 + (bytes[i] - '0');
    if (number > INT32_MAX) return false;
  }
  *out = (int32_t)(negative ? -number : number);
  return true;
}

static sl_value positional_argument(struct formatter *formatter, enum numbering numbering,
                                    int64_t index) {
  if (formatter->numbering != NOT_NUMBERED && formatter->numbering != numbering) {
    return sl_fail(formatter->thread,
                   "Cannot mix manual and automatic numbering of positional fields");
  }
  formatter->numbering = numbering;
  if (index < 0 || (uint64_t)index >= sl_tuple_length(formatter->positional)) {
    return sl_fail(formatter->thread, "No replacement found for index %lld", (long long)index);
  }
  return sl_tuple_get(formatter->positional, (size_t)index);
}

// The keyword argument of a name; NULL: there is none. Few are compared one after the other, which takes no string.
static sl_value named_argument(struct formatter *formatter, const char *key, size_t length) {
  enum { FEW = 8 };
  if (sl_dict_length(formatter->named) > FEW) {
    return sl_dict_get(formatter->thread, formatter->named, sl_string(key, length));
  }
  sl_value name, value;
  for (size_t cursor = 0; sl_dict_next(formatter->named, &cursor, &name, &value);) {
    if (sl_string_length(name) == length && sl_same_bytes(sl_string_bytes(name), key, length))
      return value;
  }
  return NULL;
}

static sl_value argument_for(struct formatter *formatter, const char *key, size_t length) {
  if (length == 0) return positional_argument(formatter, AUTOMATIC, (int64_t)formatter->next++);
  int32_t number;
  if (read_number(key, length, &number)) return positional_argument(formatter, MANUAL, number);
  sl_value found = named_argument(formatter, key, length);
  if (found) return found;
  return sl_fail(formatter->thread, "Missing argument '%s'",
                 sl_string_bytes(sl_string(key, length)));
}

// Replaces the field that begins at the cursor, just after its "{".
static bool replace_field(struct formatter *formatter) {
  const char *end = field_end(formatter);
  if (!end) return false;
  size_t length = (size_t)(end - formatter->cursor);
  sl_value value = argument_for(formatter, formatter->cursor, length);
  if (!value) return false;
  formatter->cursor = end + 1;
  return sl_str(formatter->thread, value, &formatter->out);
}

static bool is_brace(char c) { return c == '{' || c == '}'; }

static bool format(struct formatter *formatter) {
  while (formatter->cursor < formatter->end) {
    const char *start = formatter->cursor;
    size_t plain = 0;
    while (start + plain < formatter->end && !is_brace(start[plain])) plain++;
    sl_text_put(&formatter->out, start, plain);
    const char *brace = start + plain;
    formatter->cursor = brace + 1;
    if (brace == formatter->end) return true;
    if (brace + 1 < formatter->end && brace[1] == *brace) {
      sl_text_append_char(&formatter->out, *brace);
      formatter->cursor++;
    } else if (*brace == '}') {
      return sl_fail_false(formatter->thread, "Found '}' without matching '{'");
    } else if (!replace_field(formatter)) {
      return false;
    }
  }
  return true;
}

sl_value sl_format(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  const char *bytes = sl_string_bytes(self);
  struct formatter formatter = {
      .thread = thread,
      .positional = arguments[0],
      .named = arguments[1],
      .cursor = bytes,
      .end = bytes + sl_string_length(self),
      .out = sl_text_begin(thread),
  };
  bool written = format(&formatter);
  return sl_text_finish(thread, &formatter.out, written);
}
