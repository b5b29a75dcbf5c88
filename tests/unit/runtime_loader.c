// SPDX-License-Identifier: Apache-2.0
//
// The loader: modules run once and in order, failures and cycles are told in the same words whatever the number of
// threads.
#include <pthread.h>
#include <stdlib.h>

#include "runtime/object.h"
#include "runtime/starlark.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;
static _Atomic int reads;

// Modules by name. "tN.star" loads two of the next row, so that row 0 reaches everything in many ways.
static const struct {
  const char *name, *text;
} modules[] = {
    {"lib/a.star", "load('b.star', 'b')\nload('c.star', 'c')\nprint('a')\na = b + c\n"},
    {"lib/b.star", "load('c.star', 'c')\nprint('b')\nb = c + ['b']\n"},
    {"lib/c.star", "print('c', 1)\nprint('c', 2)\nc = ['c']\n"},
    {"lib/bad.star", "load('b.star', 'b')\ndef f():\n  return 1 // 0\nf()\n"},
    {"lib/user.star", "load('c.star', 'c')\nload('bad.star', 'f')\nload('x.star', 'x')\n"},
    {"lib/x.star", "load('y.star', 'y')\n"},
    {"lib/y.star", "load('c.star', 'c')\nload('z.star', 'z')\n"},
    {"lib/z.star", "load('x.star', 'x')\n"},
    {"lib/self.star", "load('self.star', 's')\n"},
    {"lib/outside.star", "load('z.star', 'z')\n"},
    {"lib/syntax.star", "x = = 1\n"},
    {"lib/endless.star", "def f():\n  for i in range(1 << 30):\n    pass\nf()\n"},
    {"lib/none.star", "load('none_such.star', 'x')\n"},
    {"lib/up.star", "load('../x.star', 'x')\n"},
    {"lib/app.star",
     "load('c.star', 'c')\nload('edited.star', 'e')\nprint('app')\napp = c + [e]\n"},
    {"lib/other.star", "load('c.star', 'c')\nother = c\n"},
};

// Text of lib/edited.star, as it is now.
static const char *edited;

enum { ROWS = 40, COLUMNS = 8 };

static bool read(struct sl_thread *reader, void *data, const char *name, struct sl_text *text) {
  (void)reader;
  int row, column;
  check(data == &thread);
  reads++;
  if (sscanf(name, "lib/t%d_%d.star", &row, &column) == 2) {
    if (row + 1 == ROWS) {
      sl_text_append_string(text, "v = 1\n");
      return true;
    }
    for (int i = 0; i < 2; i++) {
      sl_text_format(text, "load('t%d_%d.star', v%d = 'v')\n", row + 1, (column + i) % COLUMNS, i);
    }
    sl_text_append_string(text, "v = (v0 + v1) % 1000003\nl = [str(i) for i in range(v % 50)]\n");
    return true;
  }
  if (strcmp(name, "lib/edited.star") == 0) {
    sl_text_append_string(text, edited);
    return true;
  }
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    if (strcmp(modules[i].name, name) != 0) continue;
    sl_text_append_string(text, modules[i].text);
    return true;
  }
  return false;
}

static bool resolve(struct sl_thread *resolver, void *data, const char *from, const char *name,
                    struct sl_text *full) {
  (void)data;
  if (strchr(name, '/')) return sl_fail_false(resolver, "%s leads out of %s", name, from);
  sl_text_format(full, "lib/%s", name);
  return true;
}

static void prepare(struct sl_thread *runner, void *data) {
  (void)data;
  sl_thread_set_limits(runner, &(struct sl_limits){.steps = 100000});
}

static struct sl_text printed;

static void print(struct sl_thread *printer, const char *position, const char *text,
                  size_t length) {
  check(printer == thread);
  sl_text_format(&printed, "%s %.*s;", position, (int)length, text);
}

static struct sl_loader *open(unsigned jobs) {
  struct sl_loader_options options = {.data = &thread,
                                      .read = read,
                                      .resolve = resolve,
                                      .prepare = prepare,
                                      .print = print,
                                      .jobs = jobs};
  reads = 0;
  sl_text_reset(&printed);
  return sl_loader_new(&options);
}

static struct sl_module *load(struct sl_loader *loader, const char *name) {
  struct sl_module *module = NULL;
  check(sl_loader_load(loader, thread, &name, 1, &module) == (module != NULL));
  check(sl_error_pending(thread) == (module == NULL));
  return module;
}

static const char *error_of(struct sl_loader *loader, const char *name) {
  static struct sl_text text;
  sl_text_reset(&text);
  check(load(loader, name) == NULL);
  sl_text_append_string(&text, sl_error_text(thread));
  sl_error_clear(thread);
  return sl_text_string(&text);
}

static void test_order(unsigned jobs) {
  struct sl_loader *loader = open(jobs);
  struct sl_module *module = load(loader, "lib/a.star");
  check(module != NULL && sl_module_data(module) == &thread);
  check(sl_list_length(sl_module_get(module, "a")) == 3 &&
        sl_is_frozen(sl_module_get(module, "a")));
  check_text(sl_text_string(&printed),
             "lib/c.star:1:6 c 1;lib/c.star:2:6 c 2;lib/b.star:2:6 b;lib/a.star:3:6 a;");
  check(reads == 3);
  // What was loaded is loaded, and what was printed printed.
  check(load(loader, "lib/a.star") == module);
  check(load(loader, "lib/b.star") != NULL && reads == 3);
  sl_loader_free(loader);
}

static void test_failures(unsigned jobs) {
  static const char bad[] =
      "Traceback (most recent call last):\n"
      "\tFile \"lib/bad.star\", line 4, column 2, in <toplevel>\n\t\tf()\n"
      "\tFile \"lib/bad.star\", line 3, column 12, in f\n\t\treturn 1 // 0\n"
      "Error: integer division by zero";
  struct sl_loader *loader = open(jobs);
  check_text(error_of(loader, "lib/user.star"), bad);
  check_text(error_of(loader, "lib/bad.star"), bad);
  check_text(error_of(loader, "lib/none.star"), "module 'lib/none_such.star' not found");
  check_text(error_of(loader, "lib/up.star"), "../x.star leads out of lib/up.star");
  check(strstr(error_of(loader, "lib/syntax.star"), "lib/syntax.star:1:5: syntax error") != NULL);
  check(strstr(error_of(loader, "lib/endless.star"), "too many steps") != NULL);
  check(load(loader, "lib/c.star") != NULL);
  // The first one that fails is told; the others are loaded.
  const char *const names[] = {"lib/b.star", "lib/bad.star", "lib/none.star", "lib/a.star"};
  struct sl_module *got[4];
  check(!sl_loader_load(loader, thread, names, 4, got));
  check(got[0] && !got[1] && !got[2] && got[3]);
  check_text(sl_error_message(thread), "integer division by zero");
  sl_error_clear(thread);
  sl_loader_free(loader);
}

static void test_cycles(unsigned jobs) {
  static const char cycle[] =
      "cycle in load statements: lib/x.star -> lib/y.star -> lib/z.star -> lib/x.star";
  struct sl_loader *loader = open(jobs);
  check_text(error_of(loader, "lib/z.star"), cycle);
  check_text(error_of(loader, "lib/outside.star"), cycle);
  check_text(error_of(loader, "lib/self.star"),
             "cycle in load statements: lib/self.star -> lib/self.star");
  check(load(loader, "lib/a.star") != NULL);
  sl_loader_free(loader);
}

// A host that lives long: what it forgets is read and run anew, with all that loads it, and nothing else.
static void test_forgetting(unsigned jobs) {
  struct sl_loader *loader = open(jobs);
  struct sl_module *other = load(loader, "lib/other.star");
  edited = "e = 1 // 0\n";
  const char *first = error_of(loader, "lib/app.star");
  check(strstr(first, "division by zero") != NULL && reads == 4);
  // What failed fails again, without being tried.
  edited = "e = 1\n";
  check(strstr(error_of(loader, "lib/app.star"), "division by zero") != NULL && reads == 4);
  sl_loader_forget(loader, NULL);
  struct sl_module *one = load(loader, "lib/app.star");
  check(one && reads == 6);
  check_text(sl_text_string(&printed),
             "lib/c.star:1:6 c 1;lib/c.star:2:6 c 2;lib/app.star:3:6 app;");
  // What was loaded stays, and so does a module that the host has.
  edited = "e = 2\n";
  check(load(loader, "lib/app.star") == one);
  sl_loader_forget(loader, NULL);
  sl_loader_forget(loader, "lib/none.star");
  check(load(loader, "lib/app.star") == one && reads == 6);
  sl_loader_forget(loader, "lib/edited.star");
  struct sl_module *two = load(loader, "lib/app.star");
  check(two && two != one && reads == 8);
  check(sl_list_get(sl_module_get(one, "app"), 1) == sl_int(1));
  check(sl_list_get(sl_module_get(two, "app"), 1) == sl_int(2));
  check(load(loader, "lib/other.star") == other && reads == 8);
  // A cycle is forgotten as a whole; a module below it is kept.
  check(strstr(error_of(loader, "lib/outside.star"), "cycle") != NULL && reads == 12);
  sl_loader_forget(loader, "lib/y.star");
  check(strstr(error_of(loader, "lib/outside.star"), "cycle") != NULL && reads == 16);
  check(load(loader, "lib/other.star") == other && reads == 16);
  sl_loader_forget(loader, "lib/c.star");
  check(load(loader, "lib/other.star") != other && reads == 18);
  sl_loader_free(loader);
}

// Paths are many, modules few.
static void test_lattice(unsigned jobs) {
  struct sl_loader *loader = open(jobs);
  struct sl_module *module = load(loader, "lib/t0_0.star");
  int64_t sum = 1;
  for (int i = 1; i < ROWS; i++) sum = sum * 2 % 1000003;
  check(module != NULL && sl_module_get(module, "v") == sl_int(sum));
  check(reads == 1 + 2 + 3 + 4 + 5 + 6 + 7 + (ROWS - 7) * COLUMNS);
  sl_loader_free(loader);
}

static void *cancel(void *data) {
  sl_thread_cancel(data, "enough");
  return NULL;
}

// A loader and a canceller at the same time.
static void test_cancel(void) {
  struct sl_loader *loader = open(4);
  static const char text[] = "def f():\n  for i in range(1 << 30):\n    pass\nf()\n";
  pthread_t other;
  check(load(loader, "lib/t20_0.star") != NULL);
  check(pthread_create(&other, NULL, cancel, thread) == 0);
  check(!sl_execute_text(thread, "c.star", text, strlen(text), sl_universe()));
  check(pthread_join(other, NULL) == 0);
  check_text(sl_error_message(thread), "Starlark computation cancelled: enough");
  sl_error_clear(thread);
  check(load(loader, "lib/t0_0.star") != NULL);
  sl_loader_free(loader);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  for (unsigned jobs = 1; jobs <= 8; jobs *= 2) {
    test_order(jobs);
    test_failures(jobs);
    test_cycles(jobs);
    test_forgetting(jobs);
    test_lattice(jobs);
  }
  test_cancel();
  sl_text_free(&printed);
  sl_thread_free(thread);
  return check_failures != 0;
}
