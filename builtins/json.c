// SPDX-License-Identifier: Apache-2.0
//
// Json: the module `json`, an object without state whose methods are its functions; and json.indent(). Encoding
// and decoding have files of their own.
#include <string.h>

#include "builtins/arguments.h"
#include "builtins/builtins.h"
#include "common/text_inline.h"

// ---------------------------------------------------------------- indenting

// Puts white space between the tokens of a JSON text without looking at its grammar, as Bazel does: words are
// known by their first letter. What is no token, or ends too early, is an error.
struct indenter {
  struct sl_thread *thread;
  sl_value prefix;  // of each new line
  sl_value indent;  // once per level
  const char *cursor;
  const char *end;
  size_t depth;  // open brackets
  struct sl_text out;
};

static bool invalid(struct indenter *indenter) {
  return sl_fail_false(indenter->thread, "input is not valid JSON");
}

// Moves to the next token. False: there is none.
static bool skip_space(struct indenter *indenter) {
  for (; indenter->cursor < indenter->end; indenter->cursor++) {
    char c = *indenter->cursor;
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return true;
  }
  return sl_fail_false(indenter->thread, "unexpected end of file");
}

static void append(struct indenter *indenter, sl_value string) {
  sl_text_put(&indenter->out, sl_string_bytes(string), sl_string_length(string));
}

static void new_line(struct indenter *indenter) {
  sl_text_append_char(&indenter->out, '\n');
  append(indenter, indenter->prefix);
  for (size_t i = 0; i < indenter->depth; i++) append(indenter, indenter->indent);
}

// Copies bytes up to `end` and goes there.
static void copy_to(struct indenter *indenter, const char *end) {
  sl_text_put(&indenter->out, indenter->cursor, (size_t)(end - indenter->cursor));
  indenter->cursor = end;
}

static bool copy_string(struct indenter *indenter) {
  const char *p = indenter->cursor + 1;
  for (; p < indenter->end && *p != '"'; p++) {
    if (*p == '\\') p++;
  }
  if (p >= indenter->end) return invalid(indenter);
  copy_to(indenter, p + 1);
  return true;
}

static bool copy_word(struct indenter *indenter, size_t length) {
  if ((size_t)(indenter->end - indenter->cursor) < length) return invalid(indenter);
  copy_to(indenter, indenter->cursor + length);
  return true;
}

static bool is_number_part(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

static bool copy_number(struct indenter *indenter) {
  const char *p = indenter->cursor;
  if (*p != '-' && (*p < '0' || *p > '9')) {
    struct sl_text shown = {0};
    if (sl_repr(indenter->thread, sl_string(p, 1), &shown)) {
      sl_fail(indenter->thread, "unexpected character %s", sl_text_string(&shown));
    }
    sl_text_free(&shown);
    return false;
  }
  while (p < indenter->end && is_number_part(*p)) p++;
  copy_to(indenter, p);
  return true;
}

static bool open_bracket(struct indenter *indenter) {
  copy_to(indenter, indenter->cursor + 1);
  if (!skip_space(indenter)) return false;
  if (*indenter->cursor == ']' || *indenter->cursor == '}') {
    copy_to(indenter, indenter->cursor + 1);
  } else {
    indenter->depth++;
    new_line(indenter);
  }
  return true;
}

static bool close_bracket(struct indenter *indenter) {
  if (indenter->depth == 0) return invalid(indenter);
  indenter->depth--;
  new_line(indenter);
  copy_to(indenter, indenter->cursor + 1);
  return true;
}

static bool copy_token(struct indenter *indenter) {
  switch (*indenter->cursor) {
    case '"':
      return copy_string(indenter);
    case '[':
    case '{':
      return open_bracket(indenter);
    case ']':
    case '}':
      return close_bracket(indenter);
    case ',':
      copy_to(indenter, indenter->cursor + 1);
      new_line(indenter);
      return true;
    case ':':
      copy_to(indenter, indenter->cursor + 1);
      sl_text_append_char(&indenter->out, ' ');
      return true;
    case 'n':
      return copy_word(indenter, strlen("null"));
    case 't':
      return copy_word(indenter, strlen("true"));
    case 'f':
      return copy_word(indenter, strlen("false"));
    default:
      return copy_number(indenter);
  }
}

static sl_value indent(struct sl_thread *thread, sl_value json, sl_value prefix, sl_value unit) {
  const char *bytes = sl_string_bytes(json);
  struct indenter indenter = {
      .thread = thread,
      .prefix = prefix,
      .indent = unit,
      .cursor = bytes,
      .end = bytes + sl_string_length(json),
      .out = sl_text_begin(thread),
  };
  bool copied;
  do {
    size_t line = sl_string_length(prefix) + indenter.depth * sl_string_length(unit);
    copied = sl_thread_take_steps(thread, 1) && sl_text_admit(thread, &indenter.out, line) &&
             skip_space(&indenter) && copy_token(&indenter);
  } while (copied && indenter.depth > 0);
  return sl_text_finish(thread, &indenter.out, copied);
}

static sl_value json_indent(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  return indent(thread, arguments[0], arguments[1], arguments[2]);
}

static sl_value json_encode_indent(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value encoded = sl_json_encode(thread, self, arguments);
  return encoded ? indent(thread, encoded, arguments[1], arguments[2]) : NULL;
}

// ---------------------------------------------------------------- the module

sl_value sl_json_module(void) {
  static struct sl_object module = {&sl_json_type};
  return &module;
}

struct sl_builtin sl_json_methods[] = {
    SL_BUILTIN(
        "decode(x: string, /, default = unbound)", sl_json_decode,
        "The value that a JSON text denotes; if it denotes none, `default`, or else an error."),
    SL_BUILTIN("encode(x, /)", sl_json_encode,
               "A value as JSON: dicts and structs as objects, other iterables as arrays."),
    SL_BUILTIN("encode_indent(x, /, *, prefix: string = \"\", indent: string = \"\\t\")",
               json_encode_indent, "A value as JSON, laid out as indent() does."),
    SL_BUILTIN("indent(s: string, /, *, prefix: string = \"\", indent: string = \"\\t\")",
               json_indent,
               "A JSON text with each element on a line of its own: `prefix`, then `indent` once "
               "per level."),
    SL_BUILTIN_END,
};

const struct sl_type sl_json_type = {.name = "json", .methods = sl_json_methods};
