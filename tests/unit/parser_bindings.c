// SPDX-License-Identifier: Apache-2.0
//
// Where the resolver puts every variable. In a source below, each occurrence of one is followed by @, the letter of
// its scope (Global, Local, Cell, Free, Predeclared), its index, and "?" if it may be unbound there.
#include <stdlib.h>

#include "check.h"
#include "common/text.h"
#include "parser/syntax.h"

struct occurrence {
  uint32_t start;
  char text[64];
};

static struct occurrence found[256];
static size_t found_count;

static void add(uint32_t start, const struct sl_name *name, const struct sl_node *node) {
  struct occurrence *occurrence = &found[found_count++];
  occurrence->start = start;
  snprintf(occurrence->text, sizeof occurrence->text, "%s@%c%u%s", name->bytes, "?LCFGP"[node->op],
           node -> mark, node -> flags &SL_FLAG_MAY_BE_UNBOUND ? "?" : "");
}

static void walk(const struct sl_node *node);

static void walk_list(const struct sl_node_list *list) {
  for (uint32_t i = 0; i < list->count; i++) {
    walk(list->items[i]);
  }
}

static void walk_function(const struct sl_node *node) {
  const struct sl_function_syntax *function = node->function;
  if (function->name) add(function->name_start, function->name, node);
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    walk(function->parameters[i].identifier);
    walk(function->parameters[i].default_value);
  }
  walk(function->body);
}

static void walk(const struct sl_node *node) {
  if (!node) return;
  switch ((enum sl_node_kind)node->kind) {
    case SL_NODE_IDENTIFIER:
      add(node->start, node->identifier.name, node);
      break;
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
    case SL_NODE_DICT:
    case SL_NODE_BLOCK:
      walk_list(&node->list);
      break;
    case SL_NODE_BINARY:
      walk(node->binary.left);
      walk(node->binary.right);
      break;
    case SL_NODE_CALL:
      walk(node->call.callee);
      walk_list(&node->call.arguments);
      break;
    case SL_NODE_ARGUMENT:
      walk(node->argument.value);
      break;
    case SL_NODE_COMPREHENSION:
      walk(node->comprehension.body);
      walk_list(&node->comprehension.clauses);
      break;
    case SL_NODE_FOR_CLAUSE:
      walk(node->for_clause.target);
      walk(node->for_clause.iterable);
      break;
    case SL_NODE_IF_CLAUSE:
      walk(node->if_clause.condition);
      break;
    case SL_NODE_LAMBDA:
    case SL_NODE_DEF:
      walk_function(node);
      break;
    case SL_NODE_EXPRESSION_STATEMENT:
    case SL_NODE_RETURN:
      walk(node->expression.value);
      break;
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
      walk(node->assign.target);
      walk(node->assign.value);
      break;
    case SL_NODE_FOR:
      walk(node->loop.target);
      walk(node->loop.iterable);
      walk(node->loop.body);
      break;
    case SL_NODE_IF:
      walk(node->branch.condition);
      walk(node->branch.then);
      walk(node->branch.otherwise);
      break;
    case SL_NODE_LOAD:
      walk_list(&node->load.bindings);
      break;
    case SL_NODE_LOAD_BINDING:
      walk(node->load_binding.local);
      break;
    default:
      break;
  }
}

static int by_start(const void *a, const void *b) {
  const struct occurrence *first = a;
  const struct occurrence *second = b;
  return (first->start > second->start) - (first->start < second->start);
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Splits an annotated source into the source and its annotated words.
static void split(const char *annotated, struct sl_text *source, struct sl_text *words) {
  size_t word = 0;
  for (const char *at = annotated; *at; at++) {
    if (*at != '@') {
      sl_text_append_char(source, *at);
      if (!is_word(*at)) word = source->length;
      continue;
    }
    sl_text_append(words, source->bytes + word, source->length - word);
    do {
      sl_text_append_char(words, *at++);
    } while (is_word(*at) || *at == '?');
    sl_text_append_char(words, ' ');
    at--;
  }
}

static bool is_predeclared(void *data, const char *name, size_t length) {
  (void)data;
  return length == 3 && !memcmp(name, "pre", 3);
}

static void check_bindings(int line, const struct sl_dialect *dialect, const char *annotated) {
  struct sl_text source = {0};
  struct sl_text want = {0};
  split(annotated, &source, &want);
  struct sl_file *file = sl_file_parse("test", sl_text_string(&source), source.length, dialect);
  struct sl_names names = {.contains = is_predeclared};
  struct sl_text got = {0};
  if (!sl_file_resolve(file, &names)) {
    for (uint32_t i = 0; i < file->diagnostic_count; i++) {
      sl_file_describe(file, &file->diagnostics[i], true, &got);
    }
  }
  found_count = 0;
  walk(file->top_level->body);
  qsort(found, found_count, sizeof *found, by_start);
  for (size_t i = 0; i < found_count; i++) {
    sl_text_format(&got, "%s ", found[i].text);
  }
  check_text_at(__FILE__, line, sl_text_string(&got), sl_text_string(&want));
  sl_text_free(&got);
  sl_text_free(&want);
  sl_text_free(&source);
  sl_file_free(file);
}

#define bzl(annotated) check_bindings(__LINE__, &sl_dialect_bzl, annotated)
#define build(annotated) check_bindings(__LINE__, &sl_dialect_build, annotated)

static void test_scopes(void) {
  bzl("x@G0 = 0\ny@G1 = x@G0(x@G0, pre@P0)\n[x@L0 for x@L0 in x@G0 if y@G1]\n"
      "def f@G2(x@L0 = x@G0):\n  x@L0 = y@L1?\n  y@L1 = f@G2\n");
  // Loaded names are globals; those of a .bzl are not exported.
  bzl("load('m', a@G0 = 'a', b@G1 = 'c')\na@G0, b@G1\ndef f@G2(): a@G0\n");
  // A global hides what is predeclared, in the whole file.
  bzl("pre@P0");
  bzl("pre@G0?; pre@G0 = 1; pre@G0");
  // Functions may use globals that are bound below them.
  bzl("def f@G0(): return x@G1? + f@G0\nx@G1 = 1\ndef g@G2(): return x@G1");
  bzl("def f@G0(a@L0, b@C1):\n  a@L0\n  def g@L2(c@L0):\n    b@F0, c@L0, b@F0\n");
  bzl("def f@G0(c@C0):\n  c@C0\n  def g@C1(d@C0):\n    c@F0, d@C0, f@G0\n"
      "    def h@C1(e@L0): c@F0, d@F1, e@L0, g@F2, h@F3\n");
  // A function passes on what only an inner one needs.
  bzl("def f@G0(a@C0, b@C1):\n  return lambda: lambda: (b@F0, a@F1, b@F0)\n");
  bzl("[lambda: (x@F0, y@F1) for x@C0 in pre@P0 for y@C1 in x@C0]");
  bzl("def f@G0():\n  return [(lambda: x@F0)() for x@C0 in pre@P0] + [x@L1 for x@L1 in pre@P0]\n");
}

static void test_parameters(void) {
  // Positional, keyword-only, *args, **kwargs.
  bzl("def f@G0(a@L0, *b@L3, c@L1, d@L2 = 1, **e@L4): z@L5 = a@L0\n");
  bzl("def f@G0(*, a@L0, b@L1 = pre@P0): pass\n");
}

static void test_comprehensions(void) {
  // Operands of later clauses see the variables of all.
  bzl("[() for _@L0 in [] for a@L1 in a@L1?]");
  bzl("[[x@L1 for x@L1 in x@L0] for x@L0 in pre@P0]");
  bzl("def f@G0(x@L0):\n  [x@L1 for x@L1 in x@L0]\n  return x@L0\n");
}

static void test_assignment(void) {
  bzl("a@G0 = a@G0?");
  bzl("a@G0? += 1");
  build("a@G0 = 1\na@G0 += a@G0\n");
  bzl("def f@G0(p@L0):\n  if p@L0: x@L1 = 1\n  else: x@L1 = 2; y@L2 = 3\n  x@L1, y@L2?\n");
  bzl("def f@G0(p@L0):\n  if p@L0: x@L1 = 1\n  elif pre@P0: return\n  else: return\n  x@L1\n");
  bzl("def f@G0(p@L0):\n  if p@L0: return\n  else: x@L1 = 2\n  x@L1\n  x@L1\n");
  bzl("def f@G0(p@L0):\n  if p@L0: x@L1 = 1\n  x@L1?\n");
  bzl("def f@G0(p@L0):\n  for x@L1 in p@L0:\n    y@L2 = x@L1\n    if y@L2: break\n"
      "    else: z@L3 = 1\n    z@L3\n  x@L1?, y@L2?\n");
  bzl("def f@G0(p@L0):\n  for i@L1 in p@L0:\n    if i@L1:\n      x@L2 = 1\n      continue\n    "
      "x@L2?\n");
  // An inner function runs after what stands before it.
  bzl("def f@G0():\n  x@C0 = 1\n  def g@C1(): return x@F0 + y@F1? + g@F2\n  y@C2 = 2\n");
}

static void test_tables(void) {
  static const char source[] = "load('m', 'a', _b = 'c')\n_d = a\ne = _d\nlen(e)\nprint(len)\n";
  struct sl_file *file = sl_file_parse("test", source, strlen(source), &sl_dialect_bzl);
  check(file->load_count == 1 && file->global_count == 0 && file->comment_count == 0);
  sl_file_resolve(file, NULL);
  check(file->global_count == 4);
  check_text(file->globals[1].name->bytes, "_b");
  check(!file->globals[0].exported && !file->globals[2].exported && file->globals[3].exported);
  check(file->globals[0].start == 11 && file->globals[2].start == 25);
  check(file->error_count == 3 && file->predeclared_count == 0);
  sl_file_free(file);
}

int main(void) {
  test_scopes();
  test_parameters();
  test_comprehensions();
  test_assignment();
  test_tables();
  return check_failures != 0;
}
