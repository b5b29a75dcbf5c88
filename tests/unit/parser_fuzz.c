// SPDX-License-Identifier: Apache-2.0
//
// The parser takes any bytes: texts are cut, mixed and overwritten at random, always the same way. There has to be a
// tree, its spans have to lie within the text, and memory has to stay sound (as a sanitizer would tell).
#include <stdlib.h>

#include "check.h"
#include "common/text.h"
#include "parser/syntax.h"

enum { ROUNDS = 5000, LONGEST = 2048 };

static const char *const seeds[] = {
    "\"\"\"Doc.\"\"\"\nload(\":a.bzl\", \"b\", c = \"d\")\n\ndef f(x, y = 1, *args, z, **kwargs):\n"
    "    for i, (j, k) in enumerate(x):\n        if i not in y and j:\n            continue\n"
    "        elif k: break\n        else:\n            x[i].y += -1\n"
    "    return {a: [b, c] for a, b in x if not a for c in b}\n",
    "py_library(\n    name = \"a\",\n    srcs = glob([\"*.py\"]) + select({\n        \":x\": "
    "['y'],\n"
    "        \"//conditions:default\": [],\n    }),  # comment\n)\nx = [1, 0x1F, 1.5e3, r'\\d' + "
    "\"\\t\\101\"]\n",
    "def g(a: int, *b: list[str]) -> dict[str, int | None]:\n  x: int = cast(int, a)\n"
    "  def h(): return lambda q, *w: (q, w, x) if a else x[1:2:3]\n  return h\ntype T = "
    "list[int]\n",
};

static const char *const pieces[] = {
    "(",    ")",   "[",     "]",        "{",    "}",       "\n",    "\n    ", "\n  ",
    "\r\n", "\t",  "\\",    "\"",       "'",    "'''",     "#",     ":",      ",",
    ";",    "=",   "==",    "*",        "**",   ".",       "...",   "->",     "not ",
    "in ",  "if ", "else:", "for ",     "def ", "lambda ", "load(", "is ",    "while ",
    "0x",   "1e",  "type ", "\xc3\xa9", "\xff", "return ",
};

static size_t below(size_t n) { return n ? check_random() % n : 0; }

static size_t change(char *text, size_t length) {
  size_t at = below(length);
  const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
  size_t piece_length = strlen(piece);
  switch (below(4)) {
    case 0:
      return at;
    case 1:
      if (length) text[at] = (char)check_random();
      return length;
    case 2: {
      size_t cut = below(length - at > 20 ? 20 : length - at);
      memmove(text + at, text + at + cut, length - at - cut);
      return length - cut;
    }
    default:
      if (length + piece_length > LONGEST) return length;
      memmove(text + at + piece_length, text + at, length - at);
      memcpy(text + at, piece, piece_length);
      return length + piece_length;
  }
}

static bool is_predeclared(void *data, const char *name, size_t length) {
  (void)data;
  (void)name;
  return length % 2;
}

static void check_text_of(const char *text, size_t length, const struct sl_dialect *dialect,
                          bool expression_only) {
  // A copy without room to spare, so that a sanitizer sees any byte read too many.
  char *exact = malloc(length ? length : 1);
  memcpy(exact, text, length);
  struct sl_file *file =
      (expression_only ? sl_file_parse_expression : sl_file_parse)("fuzz", exact, length, dialect);
  free(exact);
  struct sl_names names = {.contains = is_predeclared};
  check(sl_file_resolve(file, &names) == (file->error_count == 0));
  check(file->top_level && file->top_level->body);
  struct sl_text out = {0};
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    const struct sl_diagnostic *diagnostic = &file->diagnostics[i];
    check(diagnostic->start <= diagnostic->end && diagnostic->end <= length + 1);
    sl_file_describe(file, diagnostic, true, &out);
  }
  sl_text_free(&out);
  sl_file_free(file);
}

int main(void) {
  struct sl_dialect spec = sl_dialect_spec;
  spec.type_syntax = spec.while_loops = spec.top_level_control = true;
  const struct sl_dialect *const dialects[] = {&sl_dialect_bzl, &sl_dialect_build,
                                               &sl_dialect_module, &sl_dialect_scl, &spec};
  char text[LONGEST];
  for (int round = 0; round < ROUNDS; round++) {
    const char *seed = seeds[below(sizeof seeds / sizeof *seeds)];
    size_t length = strlen(seed);
    memcpy(text, seed, length);
    for (size_t changes = below(6); changes > 0; changes--) {
      length = change(text, length);
    }
    check_text_of(text, length, dialects[below(sizeof dialects / sizeof *dialects)], below(8) == 0);
  }
  return check_failures != 0;
}
