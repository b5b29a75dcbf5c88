// SPDX-License-Identifier: Apache-2.0
//
// What the parser makes of text: values of literals, the shape of expressions, and where nodes lie.
#include <stdlib.h>

#include "check.h"
#include "common/text.h"
#include "parser/syntax.h"

static struct sl_dialect spec;

// The expression, which has to be free of errors.
static struct sl_file *parse(const char *source, const struct sl_dialect *dialect) {
  struct sl_file *file = sl_file_parse_expression("test", source, strlen(source), dialect);
  if (!file->error_count) return file;
  struct sl_text text = {0};
  sl_file_describe(file, file->diagnostics, false, &text);
  check_text(sl_text_string(&text), "no error");
  sl_text_free(&text);
  return file;
}

static const struct sl_node *result(const struct sl_file *file) {
  const struct sl_node *body = file->top_level->body;
  return body->list.count ? body->list.items[0]->expression.value : NULL;
}

static void check_string(const char *source, const struct sl_dialect *dialect, const char *want,
                         size_t length) {
  struct sl_file *file = parse(source, dialect);
  const struct sl_node *node = result(file);
  check(node && node->string.length == length && !memcmp(node->string.bytes, want, length));
  sl_file_free(file);
}

#define bazel_string(source, want) check_string(source, &sl_dialect_bzl, want, sizeof want - 1)
#define spec_string(source, want) check_string(source, &spec, want, sizeof want - 1)

static void test_strings(void) {
  bazel_string("''", "");
  bazel_string("\"foo'bar\"", "foo'bar");
  bazel_string("'''a\"b'c\n d''e'''", "a\"b'c\n d''e");
  bazel_string("'a\\tb\\nc\\rd\\fe\\vf\\ag\\bh\\\\\\''", "a\tb\nc\rd\fe\vf\ag\bh\\'");
  bazel_string("'\\0 \\1 \\11 \\77 \\111 \\1111 \\377'", "\0 \1 \t ? I I1 \377");
  bazel_string("'\\1b'", "\1b");
  bazel_string("'a\\\nb'", "ab");
  bazel_string("'a\\\r\nb'", "ab");
  bazel_string("r'a\\tb\\'\\\"'", "a\\tb\\'\\\"");
  bazel_string("r'a\\\r\n\\\nb'", "a\\\n\\\nb");
  bazel_string("'\xff\xc3\xa9'", "\xff\xc3\xa9");
  spec_string("'\\x41\\u00e9\\U0001F600'", "A\xc3\xa9\xf0\x9f\x98\x80");
  spec_string("b'\\xff\\377'", "\xff\xff");
  spec_string("rb'\\xff'", "\\xff");
}

static void check_integer(const char *source, int64_t value, uint32_t base, const char *digits) {
  struct sl_file *file = parse(source, &sl_dialect_bzl);
  const struct sl_node *node = result(file);
  check(node && node->kind == SL_NODE_INT && node->integer.base == base);
  check(base || node->integer.value == value);
  check(!base || (node->integer.length == strlen(digits) &&
                  !memcmp(node->integer.digits, digits, strlen(digits))));
  sl_file_free(file);
}

static void check_float(const char *source, double value) {
  struct sl_file *file = parse(source, &sl_dialect_bzl);
  const struct sl_node *node = result(file);
  check(node && node->kind == SL_NODE_FLOAT && !memcmp(&node->real.value, &value, sizeof value));
  sl_file_free(file);
}

static void test_numbers(void) {
  check_integer("0", 0, 0, NULL);
  check_integer("9223372036854775807", INT64_MAX, 0, NULL);
  check_integer("9223372036854775808", 0, 10, "9223372036854775808");
  check_integer("0X1f", 31, 0, NULL);
  check_integer("0O17", 15, 0, NULL);
  check_integer("0xFFFFFFFFFFFFFFFFF", 0, 16, "FFFFFFFFFFFFFFFFF");
  check_float("1.5", 1.5);
  check_float(".5", .5);
  check_float("1.", 1);
  check_float("1e3", 1000);
  check_float("1.e-1", .1);
  check_float("0.1e+1", 1);
}

// Every operator of the tree in parentheses.
static void append_shape(const struct sl_node *node, const struct sl_file *file,
                         struct sl_text *out) {
  switch ((enum sl_node_kind)node->kind) {
    case SL_NODE_BINARY:
      sl_text_append_char(out, '(');
      append_shape(node->binary.left, file, out);
      sl_text_append_string(out, sl_operator_text(node->op));
      append_shape(node->binary.right, file, out);
      sl_text_append_char(out, ')');
      break;
    case SL_NODE_UNARY:
      sl_text_format(out, "(%s", sl_operator_text(node->op));
      append_shape(node->unary.operand, file, out);
      sl_text_append_char(out, ')');
      break;
    case SL_NODE_CONDITIONAL:
      append_shape(node->conditional.condition, file, out);
      sl_text_append_char(out, '?');
      append_shape(node->conditional.then, file, out);
      sl_text_append_char(out, ':');
      append_shape(node->conditional.otherwise, file, out);
      break;
    case SL_NODE_LAMBDA:
      sl_text_append_string(out, "lambda:");
      append_shape(node->function->body, file, out);
      break;
    default:
      sl_text_append(out, file->source + node->start, node->end - node->start);
      break;
  }
}

static void check_shape(const char *source, const char *want) {
  struct sl_file *file = parse(source, &sl_dialect_bzl);
  struct sl_text got = {0};
  if (result(file)) append_shape(result(file), file, &got);
  check_text(sl_text_string(&got), want);
  sl_text_free(&got);
  sl_file_free(file);
}

static void test_shapes(void) {
  check_shape("1+2*3-4", "((1+(2*3))-4)");
  check_shape("1|2^3&4<<5+6", "(1|(2^(3&(4<<(5+6)))))");
  check_shape("a or b and not c == d", "(aor(band(not(c==d))))");
  check_shape("not a or b", "((nota)orb)");
  check_shape("a-b-c//d%e", "((a-b)-((c//d)%e))");
  check_shape("-a.b[0](c)", "(-a.b[0](c))");
  check_shape("-a*~b", "((-a)*(~b))");
  check_shape("a not in b|c", "(anot in(b|c))");
  check_shape("a if b else c if d else e", "b?a:d?c:e");
  check_shape("lambda: a if b else c", "lambda:b?a:c");
  check_shape("(a+b)*c", "((a+b)*c)");
  check_shape("a < (b < c)", "(a<(b<c))");
}

// Columns, from 0, of the start, the mark and the end of an expression.
static void check_span(const char *source, enum sl_node_kind kind, uint32_t start, uint32_t mark,
                       uint32_t end) {
  struct sl_file *file = parse(source, &sl_dialect_bzl);
  const struct sl_node *node = result(file);
  check(node && node->kind == kind && node->start == start && node->mark == mark &&
        node->end == end);
  sl_file_free(file);
}

static void test_spans(void) {
  check_span(" a + b", SL_NODE_BINARY, 1, 3, 6);
  check_span("a not in b", SL_NODE_BINARY, 0, 6, 10);
  check_span("- a", SL_NODE_UNARY, 0, 0, 3);
  check_span("f.g (x) ", SL_NODE_CALL, 0, 4, 7);
  check_span("a [b]", SL_NODE_INDEX, 0, 2, 5);
  check_span("a [b:]", SL_NODE_SLICE, 0, 2, 6);
  check_span("a .b", SL_NODE_DOT, 0, 2, 4);
  check_span("(a)", SL_NODE_IDENTIFIER, 1, 1, 2);
  check_span("(a, b)", SL_NODE_TUPLE, 0, 0, 6);
  check_span("a, b", SL_NODE_TUPLE, 0, 0, 4);
  check_span("[a]", SL_NODE_LIST, 0, 0, 3);
  check_span("{a: b}", SL_NODE_DICT, 0, 0, 6);
  check_span("[a for b in c]", SL_NODE_COMPREHENSION, 0, 0, 14);
  check_span("a if b else c", SL_NODE_CONDITIONAL, 0, 0, 13);
  check_span("lambda a: b", SL_NODE_LAMBDA, 0, 0, 11);
}

static void test_files(void) {
  static const char source[] =
      "\"\"\"Doc.\"\"\"\n# one\r\ndef f(a, *, b = 1):\n  'inner'\n  pass  # two\n";
  struct sl_file *file = sl_file_parse("test", source, sizeof source - 1, &sl_dialect_bzl);
  check(!file->error_count && file->line_count == 6);
  check_text(file->top_level->doc, "Doc.");
  check(file->comment_count == 2);
  check(file->comments[0].end - file->comments[0].start == 5);
  const struct sl_node *def = file->top_level->body->list.items[1];
  const struct sl_function_syntax *function = def->function;
  check(def->kind == SL_NODE_DEF && sl_file_position(file, def->start).line == 3);
  check_text(function->name->bytes, "f");
  check_text(function->doc, "inner");
  check(sl_file_position(file, function->name_start).column == 5);
  check(function->parameter_count == 2);
  check(function->parameters[1].kind == SL_PARAMETER_KEYWORD_ONLY);
  check(!memcmp(source + def->end - 4, "pass", 4));
  sl_file_free(file);
}

static void test_description(void) {
  static const char source[] = "x = 1\n\ty = \xc3\xa9 + $ # \x01\r\n";
  struct sl_file *file = sl_file_parse("a.bzl", source, sizeof source - 1, &sl_dialect_bzl);
  struct sl_text text = {0};
  struct sl_diagnostic diagnostic = {.start = 15, .end = 16, .message = "here"};
  sl_file_describe(file, &diagnostic, true, &text);
  check_text(sl_text_string(&text), "a.bzl:2:10: here\n\ty = \xc3\xa9 + $ # ?\n\t       ^\n");
  sl_text_free(&text);
  sl_file_free(file);
}

static void test_dialects(void) {
  check(sl_dialect_for_file("a/BUILD") == &sl_dialect_build);
  check(sl_dialect_for_file("BUILD.bazel") == &sl_dialect_build);
  check(sl_dialect_for_file("x/MODULE.bazel") == &sl_dialect_module);
  check(sl_dialect_for_file("x.MODULE.bazel") == &sl_dialect_module);
  check(sl_dialect_for_file("REPO.bazel") == &sl_dialect_repo);
  check(sl_dialect_for_file("a.scl") == &sl_dialect_scl);
  check(sl_dialect_for_file("BUILD/a.bzl") == &sl_dialect_bzl);
  check(sl_dialect_for_file("") == &sl_dialect_bzl);
  struct sl_file *file = parse(
      "caf\xc3\xa9 + b'x' + \xce\xb1"
      "1",
      &spec);
  sl_file_free(file);
}

// Nesting is an error at some depth, never a crash.
static void check_depth(const char *open, const char *middle, const char *close, int depth,
                        bool good) {
  struct sl_text source = {0};
  for (int i = 0; i < depth; i++) {
    sl_text_append_string(&source, open);
  }
  sl_text_append_string(&source, middle);
  for (int i = 0; i < depth; i++) {
    sl_text_append_string(&source, close);
  }
  struct sl_file *file =
      sl_file_parse_expression("test", source.bytes, source.length, &sl_dialect_bzl);
  sl_file_resolve(file, NULL);
  check((file->error_count == 0) == good);
  if (!good) check_text(file->diagnostics[0].message, "nesting too deep");
  sl_file_free(file);
  sl_text_free(&source);
}

static void test_depth(void) {
  static const char *const nests[][3] = {
      {"(", "1", ")"},    {"[", "", "]"},        {"-", "1", ""},
      {"not ", "1", ""},  {"lambda: ", "1", ""}, {"1 if 1 else ", "1", ""},
      {"", "''", ".a"},   {"", "''", "()"},      {"", "''", "[0]"},
      {"{1: ", "1", "}"},
  };
  for (size_t i = 0; i < sizeof nests / sizeof *nests; i++) {
    check_depth(nests[i][0], nests[i][1], nests[i][2], 900, true);
    check_depth(nests[i][0], nests[i][1], nests[i][2], 100000, false);
  }
  // Chains may be of any length.
  check_depth("", "1", "+1", 100000, true);
  check_depth("", "1", " or 1", 100000, true);
}

// Nor is it where the text is broken besides.
static void test_depth_of_refused(void) {
  static const char *const opens[] = {
      "(",    "[",        "{1:",          "{",    "f(",           "x[",          "- ",
      "not ", "lambda: ", "1 if 1 else ", "(a b", "[a for b in ", "def f(a = (",
  };
  for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
    struct sl_text source = {0};
    for (int depth = 0; depth < 200000; depth++) {
      sl_text_append_string(&source, opens[i]);
    }
    struct sl_file *file = sl_file_parse("test", source.bytes, source.length, &sl_dialect_bzl);
    check(!sl_file_resolve(file, NULL));
    check(file->error_count);
    sl_file_free(file);
    sl_text_free(&source);
  }
  struct sl_text source = {0};
  for (int depth = 0; depth < 3000; depth++) {
    sl_text_format(&source, "%*sif a:\n", depth, "");
  }
  sl_text_format(&source, "%*sx y\n", 3000, "");
  struct sl_file *file = sl_file_parse("test", source.bytes, source.length, &sl_dialect_bzl);
  check(!sl_file_resolve(file, NULL));
  check_text(file->diagnostics[file->diagnostic_count - 1].message, "nesting too deep");
  sl_file_free(file);
  sl_text_free(&source);
}

int main(void) {
  spec = sl_dialect_spec;
  test_strings();
  test_numbers();
  test_shapes();
  test_spans();
  test_files();
  test_description();
  test_dialects();
  test_depth();
  test_depth_of_refused();
  return check_failures != 0;
}
