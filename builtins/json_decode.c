// SPDX-License-Identifier: Apache-2.0
//
// Json_decode: json.decode(). Arrays become lists, objects dicts. Invariant: `cursor` stands where an error would
// be reported.
#include <string.h>

#include "builtins/arguments.h"
#include "common/utf8.h"

// Values nested deeper are refused, long before the C stack ends.
enum { DEEPEST = 2000 };

struct decoder {
  struct sl_thread *thread;
  const char *start;
  const char *cursor;
  const char *end;
  int depth;               // how deep we are
  struct sl_text literal;  // the string that is being read
};

static sl_value parse(struct decoder *decoder);

// ---------------------------------------------------------------- errors

static sl_value fail(struct decoder *decoder, const char *format, ...) SL_PRINTF(2, 3);
static sl_value fail(struct decoder *decoder, const char *format, ...) {
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  sl_fail(decoder->thread, "at offset %zu, %s", (size_t)(decoder->cursor - decoder->start),
          sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

// An error about the character at `p`, which is shown quoted between two texts.
static sl_value fail_at(struct decoder *decoder, const char *p, const char *before,
                        const char *after) {
  uint32_t ignored;
  size_t size = sl_utf8_decode(p, (size_t)(decoder->end - p), &ignored);
  struct sl_text shown = {0};
  if (sl_repr(decoder->thread, sl_string(p, size ? size : 1), &shown)) {
    fail(decoder, "%s%s%s", before, sl_text_string(&shown), after);
  }
  sl_text_free(&shown);
  return NULL;
}

// ---------------------------------------------------------------- tokens

// Moves to the next character that is no white space. False: there is none.
static bool skip_space(struct decoder *decoder) {
  for (; decoder->cursor < decoder->end; decoder->cursor++) {
    char c = *decoder->cursor;
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return true;
  }
  return false;
}

// The same, but an error when there is none. The character is not consumed.
static bool next(struct decoder *decoder, char *c) {
  if (!skip_space(decoder)) {
    fail(decoder, "unexpected end of file");
    return false;
  }
  *c = *decoder->cursor;
  return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// ---------------------------------------------------------------- strings

// Reads the four digits of an escape. Returns the first that is none, or NULL.
static const char *read_hex(const char *digits, uint32_t *unit) {
  *unit = 0;
  for (const char *p = digits; p < digits + 4; p++) {
    int digit = hex_digit(*p);
    if (digit < 0) return p;
    *unit = *unit << 4 | (uint32_t)digit;
  }
  return NULL;
}

// Whether the second half of a surrogate pair begins at the cursor.
static bool low_surrogate_follows(const struct decoder *decoder, uint32_t *unit) {
  const char *p = decoder->cursor;
  if (decoder->end - p < 6 || p[0] != '\\' || p[1] != 'u') return false;
  return !read_hex(p + 2, unit) && *unit >= 0xdc00 && *unit <= 0xdfff;
}

// The cursor stands after "\u". Two escapes may stand for one character; half of a pair becomes U+FFFD.
static bool read_unicode_escape(struct decoder *decoder) {
  uint32_t code_point, low;
  // The closing quote must follow as well.
  if (decoder->end - decoder->cursor <= 4) {
    fail(decoder, "incomplete \\uXXXX escape");
    return false;
  }
  const char *malformed = read_hex(decoder->cursor, &code_point);
  if (malformed) {
    fail_at(decoder, malformed, "invalid hex char ", " in \\uXXXX escape");
    return false;
  }
  decoder->cursor += 4;
  bool high = code_point >= 0xd800 && code_point <= 0xdbff;
  if (high && low_surrogate_follows(decoder, &low)) {
    decoder->cursor += 6;
    code_point = 0x10000 + ((code_point - 0xd800) << 10) + (low - 0xdc00);
  }
  char encoded[4];
  sl_text_append(&decoder->literal, encoded, sl_utf8_encode(code_point, encoded));
  return true;
}

// The cursor stands after the backslash.
static bool read_escape(struct decoder *decoder) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  if (decoder->cursor == decoder->end) {
    fail(decoder, "incomplete escape");
    return false;
  }
  char c = *decoder->cursor++;
  if (c == 'u') return read_unicode_escape(decoder);
  const char *letter = c ? strchr(letters, c) : NULL;
  if (!letter) {
    fail(decoder, "invalid escape '\\%c'", c);
    return false;
  }
  sl_text_append_char(&decoder->literal, meanings[letter - letters]);
  return true;
}

static bool is_plain(char c) { return c != '"' && c != '\\' && (unsigned char)c > 0x1f; }

// Most strings have no escapes, and are as they stand there.
static sl_value parse_plain_string(struct decoder *decoder) {
  const char *start = decoder->cursor + 1, *p = start;
  while (p < decoder->end && is_plain(*p)) p++;
  if (p == decoder->end || *p != '"') return NULL;
  decoder->cursor = p + 1;
  return sl_string(start, (size_t)(p - start));
}

static sl_value parse_string(struct decoder *decoder) {
  sl_value plain = parse_plain_string(decoder);
  if (plain) return plain;
  sl_text_reset(&decoder->literal);
  decoder->cursor++;
  while (decoder->cursor < decoder->end) {
    const char *run = decoder->cursor;
    while (decoder->cursor < decoder->end && is_plain(*decoder->cursor)) decoder->cursor++;
    sl_text_append(&decoder->literal, run, (size_t)(decoder->cursor - run));
    if (decoder->cursor == decoder->end) break;
    char c = *decoder->cursor;
    if (c == '"') {
      decoder->cursor++;
      return sl_string_from_text(&decoder->literal);
    }
    if (c != '\\') {
      return fail(decoder, "invalid character '\\x%02x' in string literal", (unsigned char)c);
    }
    decoder->cursor++;
    if (!read_escape(decoder)) return NULL;
  }
  return fail(decoder, "unclosed string literal");
}

// ---------------------------------------------------------------- numbers

// What strtod would take and JSON does not: "-", ".5", "5.", "5.e1", "01".
static bool is_malformed(const char *digits, const char *end) {
  if (digits == end || *digits == '.' || end[-1] == '.') return true;
  const char *point = memchr(digits, '.', (size_t)(end - digits));
  if (point && (point[1] == 'e' || point[1] == 'E')) return true;
  return *digits == '0' && end - digits > 1 && is_digit(digits[1]);
}

static sl_value parse_number(struct decoder *decoder) {
  const char *start = decoder->cursor, *end = start + 1;
  bool is_float = false;
  for (; end < decoder->end; end++) {
    if (is_digit(*end)) continue;
    if (*end != '.' && *end != 'e' && *end != 'E' && *end != '+' && *end != '-') break;
    is_float = true;
  }
  bool negative = *start == '-';
  const char *digits = start + negative;
  sl_value number = NULL;
  double real;
  if (is_malformed(digits, end)) {
    // Reported below.
  } else if (!is_float && end - digits > SL_INT_DIGITS_LIMIT) {
    return fail(decoder, "int of %zu digits is too long", (size_t)(end - digits));
  } else if (!is_float) {
    number = sl_int_parse(digits, (size_t)(end - digits), 10, negative);
  } else if (sl_number_read_float(start, (size_t)(end - start), &real)) {
    number = sl_float(real);
  }
  if (!number) return fail(decoder, "invalid number: %.*s", (int)(end - start), start);
  decoder->cursor = end;
  return number;
}

// ---------------------------------------------------------------- arrays and objects

static sl_value parse_array(struct decoder *decoder) {
  sl_value list = sl_list(decoder->thread, NULL, 0);
  char c;
  decoder->cursor++;
  if (!next(decoder, &c)) return NULL;
  if (c == ']') {
    decoder->cursor++;
    return list;
  }
  for (;; decoder->cursor++) {
    sl_value element = parse(decoder);
    if (!element || !sl_list_push(decoder->thread, list, element)) return NULL;
    if (!next(decoder, &c)) return NULL;
    if (c == ',') continue;
    if (c != ']') return fail_at(decoder, decoder->cursor, "got ", ", want ',' or ']'");
    decoder->cursor++;
    return list;
  }
}

static bool parse_entry(struct decoder *decoder, sl_value dict) {
  sl_value key = parse(decoder);
  char c;
  if (!key) return false;
  if (!sl_is_string(key)) {
    fail(decoder, "got %s for object key, want string", sl_type_name(key));
    return false;
  }
  if (!next(decoder, &c)) return false;
  if (c != ':') {
    fail_at(decoder, decoder->cursor, "after object key, got ", ", want ':' ");
    return false;
  }
  decoder->cursor++;
  sl_value value = parse(decoder);
  return value && sl_dict_set(decoder->thread, dict, key, value);
}

static sl_value parse_object(struct decoder *decoder) {
  sl_value dict = sl_dict(decoder->thread, 0);
  char c;
  decoder->cursor++;
  if (!next(decoder, &c)) return NULL;
  if (c == '}') {
    decoder->cursor++;
    return dict;
  }
  for (;; decoder->cursor++) {
    if (!parse_entry(decoder, dict) || !next(decoder, &c)) return NULL;
    if (c == ',') continue;
    if (c != '}') return fail_at(decoder, decoder->cursor, "in object, got ", ", want ',' or '}'");
    decoder->cursor++;
    return dict;
  }
}

static sl_value parse_composite(struct decoder *decoder, char c) {
  if (decoder->depth == DEEPEST) return sl_fail(decoder->thread, "nesting depth limit exceeded");
  decoder->depth++;
  sl_value value = c == '[' ? parse_array(decoder) : parse_object(decoder);
  decoder->depth--;
  return value;
}

// ---------------------------------------------------------------- values

static bool take(struct decoder *decoder, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(decoder->end - decoder->cursor) < length) return false;
  if (memcmp(decoder->cursor, word, length) != 0) return false;
  decoder->cursor += length;
  return true;
}

// Reads the next value and leaves the cursor just after it.
static sl_value parse(struct decoder *decoder) {
  char c;
  if (!sl_thread_take_steps(decoder->thread, 1) || !next(decoder, &c)) return NULL;
  if (c == '"') return parse_string(decoder);
  if (c == '[' || c == '{') return parse_composite(decoder, c);
  if (c == '-' || is_digit(c)) return parse_number(decoder);
  if (take(decoder, "null")) return SL_NONE;
  if (take(decoder, "true")) return SL_TRUE;
  if (take(decoder, "false")) return SL_FALSE;
  return fail_at(decoder, decoder->cursor, "unexpected character ", "");
}

sl_value sl_json_decode(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  const char *bytes = sl_string_bytes(arguments[0]);
  struct decoder decoder = {
      .thread = thread,
      .start = bytes,
      .cursor = bytes,
      .end = bytes + sl_string_length(arguments[0]),
  };
  sl_value value = parse(&decoder);
  if (value && skip_space(&decoder)) {
    value = fail_at(&decoder, decoder.cursor, "unexpected character ", " after value");
  }
  sl_text_free(&decoder.literal);
  if (value || !arguments[1]) return value;
  sl_error_clear(thread);
  return arguments[1];
}
