// SPDX-License-Identifier: Apache-2.0
//
// Depsets: the orders that Bazel was measured to give, the layout of children, the words of errors, and depth.
#include "rules/analysis/analysis.h"
#include "runtime/object.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

// What an expression comes to, after some statements; or the message of its error.
static const char *shown_after(const char *statements, const char *expression) {
  static struct sl_text text;
  struct sl_text program = {0};
  sl_text_reset(&text);
  sl_text_format(&program, "%s\nresult = %s\n", statements, expression);
  struct sl_module *module = sl_execute_text(thread, "test.bzl", sl_text_string(&program),
                                             program.length, bz_analysis_environment());
  sl_text_free(&program);
  if (module) {
    check(sl_str(thread, sl_module_get(module, "result"), &text));
  } else {
    sl_text_append_string(&text, sl_error_message(thread));
    sl_error_clear(thread);
  }
  return sl_text_string(&text);
}

static const char *shown(const char *expression) { return shown_after("", expression); }

// Builds the sets with one order and gives the elements of `expression` in it.
static const char *listed(const char *order, const char *expression) {
  struct sl_text statements = {0};
  sl_text_format(&statements,
                 "def d(direct = [], transitive = []): return depset(direct, order = \"%s\", "
                 "transitive = transitive)\n"
                 "D = d([\"d1\", \"d2\"])\n"
                 "B = d([\"b1\", \"b2\"], [D])\n"
                 "C = d([\"c1\"], [D])\n"
                 "X = d([\"x\"])\n"
                 "E = depset([\"d1\", \"d2\"], transitive = [depset([\"e1\", \"e2\"])])\n",
                 order);
  struct sl_text joined = {0};
  sl_text_format(&joined, "\" \".join(%s.to_list())", expression);
  const char *text = shown_after(sl_text_string(&statements), sl_text_string(&joined));
  sl_text_free(&statements);
  sl_text_free(&joined);
  return text;
}

static void test_orders(void) {
  static const struct {
    const char *expression;
    const char *want[4];
  } rows[] = {
      {"d([\"a1\", \"a2\"], [B, C])",
       {"d1 d2 b1 b2 c1 a1 a2", "d1 d2 b1 b2 c1 a1 a2", "a1 a2 b1 b2 d1 d2 c1",
        "a1 a2 b1 b2 c1 d1 d2"}},
      {"d([\"f\", \"x\"], [X, D, X])", {"x d1 d2 f", "x d1 d2 f", "f x d1 d2", "f x d1 d2"}},
      {"d([\"d2\", \"h\"], [D, d([\"h2\", \"d1\"])])",
       {"d1 d2 h2 h", "d1 d2 h2 h", "d2 h d1 h2", "h d2 h2 d1"}},
      {"d([\"a1\", \"a2\"], [E, depset([\"z1\", \"z2\"])])",
       {"e1 e2 d1 d2 z1 z2 a1 a2", "e1 e2 d1 d2 z1 z2 a1 a2", "a1 a2 e1 e2 d1 d2 z1 z2",
        "a1 a2 d2 d1 e2 e1 z2 z1"}},
      {"d([\"b\", \"a\"], [d([\"c\"]), d([\"a\", \"d\"])])",
       {"c a d b", "c a d b", "b a c d", "b c a d"}},
      {"d([\"1\", \"1\", \"2\", \"1\"])", {"1 2", "1 2", "1 2", "1 2"}},
  };
  static const char *const orders[] = {"default", "postorder", "preorder", "topological"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    for (size_t j = 0; j < 4; j++)
      check_text(listed(orders[j], rows[i].expression), rows[i].want[j]);
  }
}

static void test_diamond(void) {
  static const char *const expression =
      "d([\"A\"], [d([\"B\"], [d([\"D\"]), d([\"E\"])]), d([\"C\"], [d([\"E\"]), d([\"D\"])])])";
  check_text(listed("preorder", expression), "A B D E C");
  check_text(listed("topological", expression), "A B C E D");
  check_text(listed("postorder", expression), "D E B C A");
}

static void test_value(void) {
  check_text(shown("depset([\"a\"])"), "depset([\"a\"])");
  check_text(shown("depset([\"a\"], order = \"postorder\")"),
             "depset([\"a\"], order = \"postorder\")");
  check_text(shown("[bool(depset()), bool(depset([0]))]"), "[False, True]");
  check_text(shown("[depset() == depset(), depset() == depset(order = \"preorder\"), depset([1]) "
                   "== depset([1])]"),
             "[True, False, False]");
  check_text(shown("type(depset())"), "depset");
  check_text(shown("{depset(): 1}.values()"), "[1]");
  check_text(shown("[(lambda s: depset(transitive = [s]) == s)(depset([1, 2]))]"), "[True]");
  check_text(shown("depset([1, 2]).to_list().append(3)"), "trying to mutate a frozen list value");
}

static void test_errors(void) {
  static const struct {
    const char *expression;
    const char *message;
  } rows[] = {
      {"depset([1, \"a\"])", "cannot add an item of type 'string' to a depset of 'int'"},
      {"depset([1], transitive = [depset([\"a\"])])",
       "cannot add an item of type 'string' to a depset of 'int'"},
      {"depset([[1]])", "depset elements must not be mutable values"},
      {"depset([([1],)])", "depset elements must not be mutable values"},
      {"depset([1], order = \"topological\", transitive = [depset([2], order = \"preorder\")])",
       "Order 'topological' is incompatible with order 'preorder'"},
      {"depset(order = \"foo\")", "Invalid order: foo"},
      {"depset(transitive = [[1]])",
       "at index 0 of transitive, got element of type list, want depset"},
      {"[x for x in depset([1])]", "type 'depset' is not iterable"},
      {"1 in depset([1])", "unsupported binary operation: int in depset"},
      {"depset([1]) + depset([2])", "unsupported binary operation: depset + depset"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_text(shown(rows[i].expression), rows[i].message);
}

// A chain as deep as a large graph: neither making nor flattening it recurses.
static void test_depth(void) {
  sl_value set = bz_depset_new(thread, BZ_ORDER_POSTORDER, NULL, 0, NULL, 0);
  for (int64_t i = 0; i < 100000; i++) {
    sl_value pair[] = {sl_int(2 * i), sl_int(2 * i + 1)};
    set = bz_depset_new(thread, BZ_ORDER_POSTORDER, pair, 2, &set, 1);
    check(set != NULL);
  }
  for (int round = 0; round < 2; round++) {
    sl_value list = bz_depset_to_list(thread, set);
    check(list && sl_list_length(list) == 200000);
    check(list && sl_small_int(sl_list_get(list, 199999)) == 199999);
  }
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  test_orders();
  test_diamond();
  test_value();
  test_errors();
  test_depth();
  sl_thread_free(thread);
  return check_failures != 0;
}
