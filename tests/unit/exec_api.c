// SPDX-License-Identifier: Apache-2.0
//
// The embedding API of evaluation: programs, modules, loading, printing, natives, limits, frames and errors.
#include <pthread.h>

#include "runtime/object.h"
#include "runtime/program.h"
#include "runtime/starlark.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

static struct sl_module *run(const char *name, const char *text) {
  return sl_execute_text(thread, name, text, strlen(text), sl_universe());
}

static const char *shown(sl_value value) {
  static struct sl_text text;
  sl_text_reset(&text);
  check(sl_repr(thread, value, &text));
  return sl_text_string(&text);
}

// Runs a program that has to fail, and forgets the failure.
#define check_fails(name, program, report)     \
  do {                                         \
    check(run(name, program) == NULL);         \
    check_text(sl_error_text(thread), report); \
    sl_error_clear(thread);                    \
    check(!sl_error_pending(thread));          \
    check(sl_thread_depth(thread) == 0);       \
  } while (0)

// ---------------------------------------------------------------- modules

static void test_module(void) {
  struct sl_module *module =
      run("m.bzl", "x = [1, 2]\n_y = 3\ndef f(a, b = 10):\n  return a + b + x[0]\n'last'\n");
  check(module != NULL);
  check_text(sl_module_name(module), "m.bzl");
  check_text(shown(sl_module_get(module, "x")), "[1, 2]");
  check(sl_module_get(module, "_y") == NULL);
  check(sl_module_get(module, "z") == NULL);
  check_text(shown(sl_module_result(module)), "\"last\"");
  const char *name;
  sl_value value;
  bool exported;
  check(sl_module_global(module, 1, &name, &value, &exported));
  check_text(name, "_y");
  check(!exported && value == sl_int(3));
  check(!sl_module_global(module, 3, NULL, NULL, NULL));
  // Frozen, and still callable.
  check(!sl_list_push(thread, sl_module_get(module, "x"), SL_NONE));
  check_text(sl_error_message(thread), "trying to mutate a frozen list value");
  sl_error_clear(thread);
  sl_value arguments[] = {sl_int(100), sl_int(200)};
  const char *const names[] = {"b"};
  sl_value f = sl_module_get(module, "f");
  check(sl_call(thread, f, arguments, 1, NULL, 0) == sl_int(111));
  check(sl_call(thread, f, arguments, 1, names, 1) == sl_int(301));
  check(sl_call(thread, f, arguments, 0, NULL, 0) == NULL);
  check_text(sl_error_message(thread), "f() missing 1 required positional argument: a");
  sl_error_clear(thread);
}

static void test_failed_module(void) {
  static const char text[] = "a = [1]\nb = a[5]\nc = 1\n";
  struct sl_file *file = sl_file_parse("m.bzl", text, strlen(text), &sl_dialect_bzl);
  struct sl_program *program = sl_program_new(thread, file, sl_universe());
  sl_file_free(file);
  struct sl_module *failed = NULL;
  int data;
  check(sl_module_execute(thread, program, "shown.bzl", &data, &failed) == NULL);
  check_text(sl_error_position(thread), "shown.bzl:2:6");
  sl_error_clear(thread);
  check(failed != NULL && sl_module_data(failed) == &data);
  check(sl_is_frozen(sl_module_get(failed, "a")));
  check(sl_module_get(failed, "c") == NULL);
}

static void test_expression(void) {
  static const char text[] = "[x * 2 for x in range(3)]";
  struct sl_file *file = sl_file_parse_expression("<expr>", text, strlen(text), &sl_dialect_bzl);
  struct sl_program *program = sl_program_new(thread, file, sl_universe());
  sl_file_free(file);
  struct sl_module *module = sl_module_execute(thread, program, "<expr>", NULL, NULL);
  check(module != NULL);
  check_text(shown(sl_module_result(module)), "[0, 2, 4]");
  check(sl_module_execute(thread, program, "again", NULL, NULL) != NULL);
}

// ---------------------------------------------------------------- loading and printing

static struct sl_module *load(struct sl_thread *loading, struct sl_module *from, const char *name) {
  check_text(sl_module_name(from), "main.bzl");
  check(loading == thread);
  if (strcmp(name, ":lib.bzl") == 0) return run("lib.bzl", "one = 1\ntwo = [2]\n_private = 3\n");
  if (strcmp(name, ":bad.bzl") == 0)
    return run("bad.bzl", "def f():\n  fail('in the library')\nf()\n");
  return NULL;
}

static void test_load(void) {
  check_fails("main.bzl", "load(':lib.bzl', 'one')\n",
              "Traceback (most recent call last):\n"
              "\tFile \"main.bzl\", line 1, column 1, in <toplevel>\n"
              "\t\tload(':lib.bzl', 'one')\n"
              "Error: load statements may not be executed in this thread");
  sl_thread_set_load(thread, load);
  struct sl_module *module =
      run("main.bzl", "load(':lib.bzl', 'one', q = 'two')\nx = one + len(q)\n");
  check(module != NULL && sl_module_get(module, "x") == sl_int(2));
  check(sl_module_get(module, "one") == NULL);
  check_fails("main.bzl", "load(':lib.bzl', 'one', b = 'ones')\n",
              "Traceback (most recent call last):\n"
              "\tFile \"main.bzl\", line 1, column 29, in <toplevel>\n"
              "\t\tload(':lib.bzl', 'one', b = 'ones')\n"
              "Error: file ':lib.bzl' does not contain symbol 'ones' (did you mean 'one'?)");
  check_fails("main.bzl", "load(':none.bzl', 'one')\n",
              "Traceback (most recent call last):\n"
              "\tFile \"main.bzl\", line 1, column 1, in <toplevel>\n"
              "\t\tload(':none.bzl', 'one')\n"
              "Error: module ':none.bzl' not found");
  // The failure of a loaded file shows that file's frames only.
  check_fails("main.bzl", "load(':bad.bzl', 'f')\n",
              "Traceback (most recent call last):\n"
              "\tFile \"bad.bzl\", line 3, column 2, in <toplevel>\n"
              "\t\tf()\n"
              "\tFile \"bad.bzl\", line 2, column 7, in f\n"
              "\t\tfail('in the library')\n"
              "Error in fail: in the library");
  sl_thread_set_load(thread, NULL);
}

static struct sl_text printed;

static void print(struct sl_thread *printing, const char *position, const char *text,
                  size_t length) {
  check(printing == thread);
  sl_text_format(&printed, "%s|%.*s;", position, (int)length, text);
}

static void test_print(void) {
  sl_thread_set_print(thread, print);
  check(run("p.bzl", "def f():\n  print('a', 1, sep = '-')\nf()\nprint()\n") != NULL);
  check_text(sl_text_string(&printed), "p.bzl:2:8|a-1;p.bzl:4:6|;");
  sl_thread_set_print(thread, NULL);
  sl_text_free(&printed);
}

static void test_program(void) {
  static const char text[] = "load(':a.bzl', 'x')\nload('//b:c.bzl', 'y')\n";
  struct sl_file *file = sl_file_parse("m.bzl", text, strlen(text), &sl_dialect_bzl);
  struct sl_program *program = sl_program_new(thread, file, sl_universe());
  sl_file_free(file);
  check(program != NULL && sl_program_load_count(program) == 2);
  struct sl_position position;
  check_text(sl_program_load(program, 1, &position), "//b:c.bzl");
  check(position.line == 2 && position.column == 6);
}

// ---------------------------------------------------------------- natives

static struct sl_text frames;

// Writes down who calls it.
static sl_value where(struct sl_thread *calling, sl_value self, sl_value *arguments) {
  (void)self;
  struct sl_frame frame;
  sl_text_reset(&frames);
  for (size_t depth = 0; sl_thread_frame(calling, depth, &frame); depth++) {
    sl_text_format(&frames, "%s@%s:%u:%u ", frame.function, frame.file ? frame.file : "-",
                   frame.position.line, frame.position.column);
  }
  sl_text_format(&frames, "%zu", sl_thread_depth(calling));
  return arguments[0] ? arguments[0] : SL_NONE;
}

static sl_value call_it(struct sl_thread *calling, sl_value self, sl_value *arguments) {
  (void)self;
  return sl_call(calling, arguments[0], arguments + 1, 1, NULL, 0);
}

static sl_value show_all(struct sl_thread *calling, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value all[] = {arguments[0], arguments[1] ? arguments[1] : SL_NONE, arguments[2], arguments[3],
                    arguments[4]};
  return sl_list(calling, all, 5);
}

static sl_value fail_elsewhere(struct sl_thread *calling, sl_value self, sl_value *arguments) {
  (void)self;
  (void)arguments;
  return sl_fail_in(calling, "my_rule", "no such target");
}

static sl_value bound(struct sl_thread *calling, sl_value self, sl_value *arguments) {
  (void)calling;
  return self == SL_TRUE ? arguments[0] : SL_NONE;
}

static struct sl_builtin rows[] = {
    SL_BUILTIN("where(x = unbound)", where, "Writes down who calls."),
    SL_BUILTIN("call_it(f, x)", call_it, "Calls f(x)."),
    SL_BUILTIN("show_all(a, b: int | None = unbound, *args, c: string = \"d\", **kwargs)", show_all,
               "All arguments."),
    SL_BUILTIN("fail_elsewhere()", fail_elsewhere, "Fails in the name of another function."),
    SL_BUILTIN("bound(x)", bound, "Tells whether it is bound."),
    SL_BUILTIN_END,
};

static struct sl_module *run_with_rows(const char *text) {
  static struct sl_environment *environment;
  if (!environment) {
    environment = sl_environment_new(sl_universe());
    sl_environment_set_builtins(environment, rows);
    sl_environment_set(environment, "bound", sl_builtin_bind(&rows[4], SL_TRUE));
  }
  return sl_execute_text(thread, "n.bzl", text, strlen(text), environment);
}

static void check_native(const char *text, const char *want) {
  struct sl_module *module = run_with_rows(text);
  check_text(module ? shown(sl_module_get(module, "r")) : sl_error_text(thread), want);
  sl_error_clear(thread);
}

static void test_natives(void) {
  check_native("r = show_all(1)", "[1, None, (), \"d\", {}]");
  check_native("r = show_all(1, 2, 3, 4, c = \"e\", z = 5, y = 6)",
               "[1, 2, (3, 4), \"e\", {\"z\": 5, \"y\": 6}]");
  check_native("r = show_all(b = None, a = 0)", "[0, None, (), \"d\", {}]");
  check_native("r = bound(5)", "5");
  check_native("r = str(bound)", "\"<built-in method bound of bool value>\"");
  check_native(
      "r = show_all(1, \"x\")",
      "Traceback (most recent call last):\n\tFile \"n.bzl\", line 1, column 13, in <toplevel>\n"
      "\t\tr = show_all(1, \"x\")\n"
      "Error in show_all: in call to show_all(), parameter 'b' got value of type 'string', want "
      "'int or NoneType'");
  check_native(
      "r = fail_elsewhere()",
      "Traceback (most recent call last):\n\tFile \"n.bzl\", line 1, column 19, in <toplevel>\n"
      "\t\tr = fail_elsewhere()\nError in my_rule: no such target");
}

static void test_frames(void) {
  check_native("def f(x):\n  return where(x)\ndef g(x):\n  return f(\n     x)\nr = g(7)", "7");
  check_text(sl_text_string(&frames),
             "where@-:0:0 f@n.bzl:2:15 g@n.bzl:4:11 <toplevel>@n.bzl:6:6 4");
  check_native("r = call_it(lambda x: call_it(where, x), 8)", "8");
  check_text(sl_text_string(&frames),
             "where@-:0:0 call_it@-:0:0 lambda@n.bzl:1:30 call_it@-:0:0 <toplevel>@n.bzl:1:12 5");
  sl_value arguments[] = {sl_builtin_value(&rows[0]), SL_TRUE};
  check(sl_call(thread, sl_builtin_value(&rows[1]), arguments, 2, NULL, 0) == SL_TRUE);
  check_text(sl_text_string(&frames), "where@-:0:0 call_it@-:0:0 2");
  check(sl_thread_depth(thread) == 0);
  sl_text_free(&frames);
}

// ---------------------------------------------------------------- errors

static void test_errors(void) {
  check_fails("e.bzl", "def f(x):\n    return [x][\n        2]\n\ndef g():\n    f(1)\n\ng()\n",
              "Traceback (most recent call last):\n"
              "\tFile \"e.bzl\", line 8, column 2, in <toplevel>\n\t\tg()\n"
              "\tFile \"e.bzl\", line 6, column 6, in g\n\t\tf(1)\n"
              "\tFile \"e.bzl\", line 2, column 15, in f\n\t\treturn [x][\n"
              "Error: index out of range (index is 2, but sequence has 1 elements)");
  check_fails("e.bzl", "x = 1\ny = x.upper()\n",
              "Traceback (most recent call last):\n"
              "\tFile \"e.bzl\", line 2, column 6, in <toplevel>\n\t\ty = x.upper()\n"
              "Error: 'int' value has no field or method 'upper'");
  check_fails("e.bzl", "x = 'a'.upper(1 + '2')\n",
              "Traceback (most recent call last):\n"
              "\tFile \"e.bzl\", line 1, column 17, in <toplevel>\n\t\tx = 'a'.upper(1 + '2')\n"
              "Error: unsupported binary operation: int + string");
  check_fails(
      "e.bzl", "[a for a, b in [(1, 2)] + [3]]\n",
      "Traceback (most recent call last):\n"
      "\tFile \"e.bzl\", line 1, column 4, in <toplevel>\n\t\t[a for a, b in [(1, 2)] + [3]]\n"
      "Error: got 'int' in sequence assignment (want 2-element sequence)");
  check_fails("e.bzl", "print(*1)\n",
              "Traceback (most recent call last):\n"
              "\tFile \"e.bzl\", line 1, column 7, in <toplevel>\n\t\tprint(*1)\n"
              "Error: argument after * must be an iterable, not int");
  check_fails(
      "e.bzl", "sorted([2, 1], key = lambda x: x.y)\n",
      "Traceback (most recent call last):\n"
      "\tFile \"e.bzl\", line 1, column 7, in <toplevel>\n\t\tsorted([2, 1], key = lambda x: x.y)\n"
      "\tFile \"<builtin>\", in sorted\n"
      "\tFile \"e.bzl\", line 1, column 33, in lambda\n\t\tsorted([2, 1], key = lambda x: x.y)\n"
      "Error: 'int' value has no field or method 'y'");
}

static void test_static_errors(void) {
  check(run("s.bzl", "x = y\nz = foo\n") == NULL);
  check(sl_error_is_static(thread));
  check_text(sl_error_position(thread), "s.bzl:1:5");
  check(strncmp(sl_error_text(thread), "s.bzl:1:5: name 'y' is not defined", 34) == 0);
  check(strstr(sl_error_text(thread), "\ns.bzl:2:5: name 'foo' is not defined") != NULL);
  sl_error_clear(thread);
  check(!sl_error_is_static(thread));
  // The first error stays.
  sl_fail(thread, "first %d", 1);
  sl_fail(thread, "second");
  check_text(sl_error_message(thread), "first 1");
  check_text(sl_error_text(thread), "first 1");
  sl_error_clear(thread);
  check_text(sl_error_message(thread), "");
}

// ---------------------------------------------------------------- limits

static void test_steps(void) {
  static const char loop[] =
      "def f(n):\n  t = 0\n  for i in range(n):\n    t += i\n  return t\nx = f(1000000)\n";
  uint64_t before = sl_thread_steps(thread);
  check(run("l.bzl", loop) != NULL);
  uint64_t steps = sl_thread_steps(thread) - before;
  check(steps >= 1000000 && steps < 1000100);
  sl_thread_set_limits(thread, &(struct sl_limits){.steps = 500000});
  check(run("l.bzl", loop) == NULL);
  check_text(sl_error_message(thread), "Starlark computation cancelled: too many steps");
  sl_error_clear(thread);
  check(run("l.bzl", "x = [i for i in range(10)]\n") == NULL);
  sl_error_clear(thread);
  sl_thread_set_limits(thread, NULL);
  check(run("l.bzl", loop) != NULL);
}

// Natives over many values count as the loops do that they save.
static void test_step_limit_of_natives(void) {
  static const char *const programs[] = {
      "all(range(1, 1000000))",          "max(range(1000000))",
      "zip(*[range(1000000)] * 2)",      "list(range(1000000))",
      "enumerate(range(1000000))",       "set(range(1000000))",
      "(\"a,\" * 1000000).split(\",\")", "json.decode(\"[\" + \"0,\" * 1000000 + \"0]\")",
  };
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    sl_thread_set_limits(thread, &(struct sl_limits){.steps = 500000});
    check(run("l.bzl", programs[i]) == NULL);
    check_text(sl_error_message(thread), "Starlark computation cancelled: too many steps");
    sl_error_clear(thread);
  }
  sl_thread_set_limits(thread, NULL);
}

static void *cancel(void *data) {
  (void)data;
  sl_thread_cancel(thread, "interrupted");
  return NULL;
}

static void test_cancel(void) {
  pthread_t other;
  check(pthread_create(&other, NULL, cancel, NULL) == 0);
  check(run("c.bzl", "def f():\n  for i in range(2000000000):\n    pass\nf()\n") == NULL);
  check(pthread_join(other, NULL) == 0);
  check_text(sl_error_message(thread), "Starlark computation cancelled: interrupted");
  sl_error_clear(thread);
  check(run("c.bzl", "x = [i for i in range(100000)]\n") != NULL);
}

// Starlark recursion ends with an error, never with the host's stack.
static void test_depth(void) {
  struct sl_dialect dialect = sl_dialect_bzl;
  dialect.recursion = true;
  static const char text[] =
      "def f(n):\n  return n if n == 0 else 1 + f(n - 1)\n"
      "def g(x):\n  return sorted([x], key = g)\n"
      "def h(n):\n  return h(n + 1)\n"
      "x = f(20000)\n";
  struct sl_file *file = sl_file_parse("d.bzl", text, strlen(text), &dialect);
  struct sl_program *program = sl_program_new(thread, file, sl_universe());
  sl_file_free(file);
  struct sl_module *module = sl_module_execute(thread, program, "d.bzl", NULL, NULL);
  check(module != NULL && sl_module_get(module, "x") == sl_int(20000));
  for (const char *name = "gh"; *name; name++) {
    char function[] = {*name, '\0'};
    sl_value zero = sl_int(0);
    check(sl_call(thread, sl_module_get(module, function), &zero, 1, NULL, 0) == NULL);
    check(strstr(sl_error_message(thread), "stack overflow") != NULL);
    sl_error_clear(thread);
  }
  check(sl_thread_depth(thread) == 0);
}

// ---------------------------------------------------------------- threads and mutability

static void test_mutability(void) {
  struct sl_mutability *mine = sl_mutability_new();
  struct sl_mutability *before = sl_thread_set_mutability(thread, mine);
  sl_value list = sl_list(thread, NULL, 0);
  check(sl_list_push(thread, list, SL_NONE));
  sl_mutability_freeze(mine);
  check(sl_mutability_is_frozen(mine) && sl_is_frozen(list));
  check(sl_thread_set_mutability(thread, before) == mine);
  check(!sl_is_frozen(sl_list(thread, NULL, 0)));
}

// f(i) is i + 3.
static const char shared_code[] =
    "def g(a, b = 2, **kwargs):\n  return a + b + len(kwargs)\n"
    "def f(i):\n"
    "  parts = ['x'] * 6\n"
    "  call = [g, lambda b, a, z: a + b + z - 2][i % 2]\n"
    "  return g(i, **{'b': -4}) + call(b = 0, a = 0, z = 3) + len(''.join(parts))\n";

static void *run_shared(void *function) {
  struct sl_thread *own = sl_thread_new();
  bool passed = true;
  for (int i = 0; i < 2000 && passed; i++) {
    sl_value argument = sl_int(i);
    passed = sl_call(own, function, &argument, 1, NULL, 0) == sl_int(i + 3);
  }
  sl_thread_free(own);
  return passed ? function : NULL;
}

static void *run_registered(void *function) {
  sl_heap_attach_thread();
  void *result = run_shared(function);
  sl_heap_detach_thread();
  return result;
}

// Frozen code is shared: its caches are filled by several threads at once.
static void test_shared_code(void) {
  struct sl_module *module = run("t.bzl", shared_code);
  check(module != NULL);
  sl_value f = sl_module_get(module, "f");
  pthread_t others[3];
  sl_heap_expect_threads();
  for (int i = 0; i < 3; i++) check(pthread_create(&others[i], NULL, run_registered, f) == 0);
  check(run_shared(f) == f);
  for (int i = 0; i < 3; i++) {
    void *result;
    check(pthread_join(others[i], &result) == 0);
    check(result == f);
  }
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  test_module();
  test_failed_module();
  test_expression();
  test_load();
  test_print();
  test_program();
  test_natives();
  test_frames();
  test_errors();
  test_static_errors();
  test_steps();
  test_step_limit_of_natives();
  test_cancel();
  test_depth();
  test_mutability();
  test_shared_code();
  sl_thread_free(thread);
  return check_failures != 0;
}
