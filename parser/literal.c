// SPDX-License-Identifier: Apache-2.0
//
// Literals: decodes strings and numbers as net.starlark.java.syntax.Lexer does. Invariant: a string without
// escapes is not copied, its node points into the file's text.
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "parser/parser.h"

// A string literal while it is being decoded.
struct literal {
  struct sl_parse *parse;
  const char *at;     // next byte to read
  const char *limit;  // end of the text
  char *out;          // next byte to write; there is room for the whole rest of the literal
  bool raw;
  bool bytes;
};

static uint32_t offset_of(const struct literal *literal, const char *at) {
  return (uint32_t)(at - literal->parse->file->source);
}

// Reports an error at the byte before the cursor, as Bazel does for escapes.
static void escape_error(const struct literal *literal, const char *message) {
  uint32_t end = offset_of(literal, literal->at);
  sl_diagnostic_add(literal->parse->file, end - 1, end, "%s", message);
}

// The digit's value, or 16.
static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A' + 10);
  return 16;
}

// \0 to \377, of which the first digit has been read.
static void octal_escape(struct literal *literal, char first) {
  const struct sl_dialect *dialect = literal->parse->dialect;
  unsigned value = digit_value(first);
  for (int i = 0; i < 2 && digit_value(*literal->at) < 8; i++) {
    value = value * 8 + digit_value(*literal->at++);
  }
  if (value > 0xff) {
    escape_error(literal, "octal escape sequence out of range (maximum is \\377)");
  } else if (value >= 0x80 && dialect->ascii_strings_only) {
    escape_error(literal, "octal escape sequence denotes non-ASCII character");
  } else if (value >= 0x80 && dialect->hex_escapes && !literal->bytes) {
    escape_error(literal,
                 "non-ASCII octal escape in a string literal; use \\u for its UTF-8 encoding");
  }
  *literal->out++ = (char)value;
}

// \xXX, \uXXXX and \UXXXXXXXX of dialects that have them, of which the letter has been read.
static void hexadecimal_escape(struct literal *literal, char letter) {
  int digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
  uint32_t value = 0;
  for (int i = 0; i < digits; i++) {
    unsigned digit = digit_value(*literal->at);
    if (digit > 15) {
      escape_error(literal, "truncated escape sequence");
      return;
    }
    value = value * 16 + digit;
    literal->at++;
  }
  if (letter == 'x') {
    if (value >= 0x80 && !literal->bytes) {
      escape_error(literal,
                   "non-ASCII hex escape in a string literal; use \\u for its UTF-8 encoding");
    }
    *literal->out++ = (char)value;
    return;
  }
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
    escape_error(literal, "invalid Unicode code point in escape sequence");
    return;
  }
  literal->out += sl_utf8_encode(value, literal->out);
}

// The escape after a backslash that has been read; the text does not end here.
static void escape(struct literal *literal) {
  static const char letters[] = "abfnrtv\\'\"";
  static const char meanings[] = "\a\b\f\n\r\t\v\\'\"";
  char c = *literal->at++;
  const char *letter = c ? strchr(letters, c) : NULL;
  if (letter) {
    *literal->out++ = meanings[letter - letters];
  } else if (c >= '0' && c <= '7') {
    octal_escape(literal, c);
  } else if (c == '\r') {
    if (*literal->at == '\n') literal->at++;
  } else if (c == '\n') {
    // An escaped line end vanishes.
  } else if ((c == 'x' || c == 'u' || c == 'U') && literal->parse->dialect->hex_escapes) {
    hexadecimal_escape(literal, c);
  } else if (literal->parse->dialect->unknown_escapes) {
    *literal->out++ = '\\';
    *literal->out++ = c;
  } else {
    uint32_t code_point;
    size_t length =
        sl_utf8_decode(literal->at - 1, (size_t)(literal->limit - literal->at) + 1, &code_point);
    uint32_t end = offset_of(literal, literal->at);
    sl_diagnostic_add(literal->parse->file, end - 1, end,
                      "invalid escape sequence: \\%.*s. Use '\\\\' to insert '\\'.",
                      (int)(length ? length : 1), literal->at - 1);
    *literal->out++ = '\\';
    *literal->out++ = c;
  }
}

// What follows a backslash in a raw literal: both bytes are kept, only line ends become \n.
static void raw_escape(struct literal *literal) {
  *literal->out++ = '\\';
  char c = *literal->at++;
  if (c == '\r') {
    if (*literal->at == '\n') literal->at++;
    c = '\n';
  }
  *literal->out++ = c;
}

// Decodes everything up to the literal's limit.
static void decode(struct literal *literal) {
  while (literal->at < literal->limit) {
    char c = *literal->at++;
    if (c != '\\' || literal->at == literal->limit) {
      *literal->out++ = c;
    } else if (literal->raw) {
      raw_escape(literal);
    } else {
      escape(literal);
    }
  }
}

static bool is_triple(const char *at, char quote) {
  return at[0] == quote && at[1] == quote && at[2] == quote;
}

// In each byte of a word its lowest and its highest bit.
#define LOW_BITS 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

// The highest bit of the first byte that is zero, and of some of those behind it.
static uint64_t zero_bytes(uint64_t word) { return (word - LOW_BITS) & ~word & HIGH_BITS; }

// The first byte at or after `at` that is a quote, a backslash, a line end or NUL. Eight bytes at a time, which may
// reach behind the end of the text: it is padded.
static const char *skip_plain(const char *at, char quote) {
  const uint64_t quotes = LOW_BITS * (unsigned char)quote;
  for (;; at += 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    uint64_t found = zero_bytes(word) | zero_bytes(word ^ quotes) |
                     zero_bytes(word ^ LOW_BITS * '\\') | zero_bytes(word ^ LOW_BITS * '\n');
    if (!found) continue;
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) return at + __builtin_ctzll(found) / 8;
    while (*at && *at != quote && *at != '\\' && *at != '\n') {
      at++;
    }
    return at;
  }
}

// Where the content that begins at `at` ends: at the closing quotes, or where the literal breaks off.
// `escapes` tells whether there is a backslash in it.
static const char *find_end(const char *at, const char *limit, char quote, bool triple,
                            bool *escapes) {
  for (;; at++) {
    at = skip_plain(at, quote);
    if (at >= limit) return limit;
    if (*at == quote && (!triple || is_triple(at, quote))) return at;
    if (*at == '\n' && !triple) return at;
    if (*at != '\\') continue;
    *escapes = true;
    if (++at >= limit) return limit;
    if (at[0] == '\r' && at[1] == '\n') at++;
  }
}

// A literal of .scl files may hold nothing but ASCII; one message per character.
static void check_ascii(struct sl_parse *parse, const char *start, const char *end) {
  for (const char *at = start; at < end; at++) {
    if (((unsigned char)*at & 0xc0) != 0xc0) continue;
    uint32_t offset = (uint32_t)(at - parse->file->source);
    sl_diagnostic_add(parse->file, offset, offset + 1,
                      "string literal contains non-ASCII character");
  }
}

const char *sl_literal_string(struct sl_parse *parse, const char *start, const char *quote,
                              enum sl_literal_prefix prefix, struct sl_token *token) {
  const char *source = parse->file->source;
  bool bytes = prefix == SL_LITERAL_BYTES || prefix == SL_LITERAL_RAW_BYTES;
  bool triple = is_triple(quote, *quote);
  int quotes = triple ? 3 : 1;
  bool escapes = false;
  const char *content = quote + quotes;
  const char *content_end = find_end(content, parse->limit, *quote, triple, &escapes);
  bool closed = *content_end == *quote && content_end < parse->limit;
  // A line end that breaks it off is taken with it, as Bazel does.
  bool line_end = *content_end == '\n' && content_end < parse->limit;
  const char *end = content_end + (closed ? quotes : line_end);
  struct sl_node *node = sl_tree_node(parse, bytes ? SL_NODE_BYTES : SL_NODE_STRING,
                                      (uint32_t)(start - source), (uint32_t)(end - source));
  node->string.bytes = content;
  node->string.length = (size_t)(content_end - content);
  token->node = node;
  if (parse->dialect->ascii_strings_only) check_ascii(parse, content, content_end);
  if (!closed) sl_diagnostic_add(parse->file, node->start, node->end, "unclosed string literal");
  if (!escapes) return end;

  // No escape is shorter than what it stands for.
  char *out = sl_arena_allocate(&parse->file->arena, node->string.length + 1);
  struct literal literal = {
      .parse = parse,
      .at = content,
      .limit = content_end,
      .out = out,
      .raw = prefix == SL_LITERAL_RAW || prefix == SL_LITERAL_RAW_BYTES,
      .bytes = bytes,
  };
  decode(&literal);
  node->string.bytes = out;
  node->string.length = (size_t)(literal.out - out);
  return end;
}

// The digits of a number without its prefix, and their base.
struct digits {
  const char *start;
  const char *end;
  unsigned base;
};

// Takes the prefix off a number; false: it is none that Bazel knows, and the message is out.
static bool split_number(struct sl_parse *parse, uint32_t offset, struct digits *digits) {
  const char *start = digits->start;
  int length = (int)(digits->end - start);
  char letter = length > 1 && *start == '0' ? start[1] : '\0';
  digits->base = 10;
  if (!letter) return true;
  uint32_t end = offset + (uint32_t)length;
  if (letter == 'x' || letter == 'X') {
    digits->base = 16;
    // Bazel's lexer says so first, and then the conversion says it again.
    if (length == 2) sl_diagnostic_add(parse->file, offset, end, "invalid hex literal");
  } else if (letter == 'o' || letter == 'O') {
    digits->base = 8;
  } else {
    if ((letter == 'b' || letter == 'B') && length == 2) {
      sl_diagnostic_add(parse->file, offset, end, "invalid binary literal");
    }
    sl_diagnostic_add(parse->file, offset, end, "invalid octal literal: %.*s (use '0o%.*s')",
                      length, start, length - 1, start + 1);
    return false;
  }
  digits->start += 2;
  for (const char *at = digits->start; at < digits->end; at++) {
    if (digit_value(*at) >= digits->base) length = 2;
  }
  if (length > 2) return true;
  sl_diagnostic_add(parse->file, offset, end, "invalid base-%u integer literal: %.*s", digits->base,
                    (int)(digits->end - start), start);
  return false;
}

void sl_literal_integer(struct sl_parse *parse, const char *start, const char *end,
                        struct sl_token *token) {
  uint32_t offset = (uint32_t)(start - parse->file->source);
  struct sl_node *node = sl_tree_node(parse, SL_NODE_INT, offset, offset + (uint32_t)(end - start));
  token->node = node;
  struct digits digits = {.start = start, .end = end};
  if (!split_number(parse, offset, &digits)) return;
  int64_t value = 0;
  for (const char *at = digits.start; at < digits.end; at++) {
    if (__builtin_mul_overflow(value, (int64_t)digits.base, &value) ||
        __builtin_add_overflow(value, (int64_t)digit_value(*at), &value)) {
      node->integer.digits = digits.start;
      node->integer.length = (uint32_t)(digits.end - digits.start);
      node->integer.base = digits.base;
      return;
    }
  }
  node->integer.value = value;
}

// strtod of the C locale, whatever the host has set.
static double convert(const char *digits) {
  locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!c_locale) return strtod(digits, NULL);
  double value = strtod_l(digits, NULL, c_locale);
  freelocale(c_locale);
  return value;
}

void sl_literal_float(struct sl_parse *parse, const char *start, const char *end,
                      struct sl_token *token) {
  uint32_t offset = (uint32_t)(start - parse->file->source);
  uint32_t offset_end = offset + (uint32_t)(end - start);
  struct sl_node *node = sl_tree_node(parse, SL_NODE_FLOAT, offset, offset_end);
  token->node = node;
  char last = end[-1];
  if (last == 'e' || last == 'E' || last == '+' || last == '-') {
    sl_diagnostic_add(parse->file, offset, offset_end, "invalid float literal");
    return;
  }
  // A copy, since the bytes after the literal might continue the number for strtod.
  node->real.value = convert(sl_arena_copy(&parse->file->arena, start, (size_t)(end - start)));
  if (!isfinite(node->real.value)) {
    sl_diagnostic_add(parse->file, offset, offset_end, "floating-point literal too large");
  }
}
