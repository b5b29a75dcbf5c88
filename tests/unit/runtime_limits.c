// SPDX-License-Identifier: Apache-2.0
//
// Limits of a thread: each at its value, one below and one above.
#include <pthread.h>
#include <time.h>

#include "runtime/object.h"
#include "runtime/starlark.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

static struct sl_module *run(const char *text) {
  return sl_execute_text(thread, "l.bzl", text, strlen(text), sl_universe());
}

// Whether a program gets through; if not, its message has to be the given one. The error is forgotten.
static bool passes(const char *text, const char *message) {
  bool passed = run(text) != NULL;
  if (!passed) check_text(sl_error_message(thread), message);
  sl_error_clear(thread);
  return passed;
}

// Sets one kind of limit so that what is left of it is as given.
typedef void (*setter)(uint64_t left);

static void set(struct sl_limits limits) { sl_thread_set_limits(thread, &limits); }
static void set_steps(uint64_t left) { set((struct sl_limits){.steps = left}); }
static void set_bytes(uint64_t left) { set((struct sl_limits){.bytes = left}); }
static void set_value(uint64_t left) { set((struct sl_limits){.value_bytes = left}); }
static void set_depth(uint64_t left) { set((struct sl_limits){.depth = (uint32_t)left}); }
static void set_time(uint32_t left) { set((struct sl_limits){.milliseconds = left}); }

static void check_limit(setter limit, uint64_t value, const char *program, const char *message) {
  check(value > 1);  // 0 is no limit
  static const char after[] = "x = [i for i in range(10)]\n";
  limit(value + 1);
  check(passes(program, message));
  limit(value);
  check(passes(program, message));
  limit(value - 1);
  check(!passes(program, message));
  limit(UINT32_MAX);
  check(passes(after, ""));
}

// ---------------------------------------------------------------- steps and bytes

static const char small_objects[] =
    "def f(n):\n"
    "  all = {}\n"
    "  for i in range(n):\n"
    "    all[str(i)] = [i, (i,)]\n"
    "  return sorted(all.keys())\n";

static void check_counted(const char *program) {
  uint64_t steps = 0, bytes = 0;
  set_bytes(UINT64_MAX);
  // What is made at first use only is made then.
  for (int i = 0; i < 2; i++) {
    steps = sl_thread_steps(thread);
    bytes = sl_thread_allocated(thread);
    check(passes(program, ""));
  }
  steps = sl_thread_steps(thread) - steps;
  bytes = sl_thread_allocated(thread) - bytes;
  check(steps > 0 && bytes > 0);
  check_limit(set_steps, steps, program, "Starlark computation cancelled: too many steps");
  check_limit(set_bytes, bytes, program, "Starlark computation cancelled: too much memory");
  sl_thread_set_limits(thread, NULL);
}

static void test_steps_and_bytes(void) {
  static const char *const calls[] = {"f(1)\n",
                                      "f(1000)\n",
                                      "f(20000)\n",
                                      "f(0)\n'a' * 100000\n",
                                      "f(0)\n[f] * 100000\n",
                                      "' '.join([str(x) for x in range(5000)])\n"};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    char program[400];
    snprintf(program, sizeof program, "%s%s", small_objects, calls[i]);
    check_counted(program);
  }
}

// Nothing is counted without a limit, nor what the host makes itself.
static void test_bytes_are_those_of_evaluations(void) {
  uint64_t before = sl_thread_allocated(thread);
  check(passes("x = list(range(1000))\n", ""));
  set_bytes(UINT64_MAX);
  for (int i = 0; i < 1000; i++) (void)sl_tuple_new(10, &(sl_value *){NULL});
  check(sl_thread_allocated(thread) == before);
  sl_thread_set_limits(thread, NULL);
}

// ---------------------------------------------------------------- values

static void test_values(void) {
  char message[100];
  static const struct {
    const char *program;
    uint64_t bytes;
  } values[] = {
      {"'a' * 20000\n", 20000},
      {"x = 'a' * 10000\ny = x + x\n", 20000},
      {"''.join(['a' * 4000] * 5)\n", 20000},
      {"'%s%s' % ('a' * 15000, 'b' * 5000)\n", 20000},
      {"('a' * 10000).replace('a', 'bb')\n", 20000},
      {"[0] * 2500\n", 20000},
      {"(0,) * 2500\n", 20000},
      {"list(range(2500))\n", 20000},
      {"x = int('f' * 20000, 16)\ny = x * x\n", 20000},
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    snprintf(message, sizeof message, "out of memory: a value of %d bytes, the limit is %d",
             (int)values[i].bytes, (int)values[i].bytes - 1);
    check_limit(set_value, values[i].bytes, values[i].program, message);
  }
  // Tables double: that of 600 entries has room for 1024.
  strcpy(message, "out of memory: a value of 32768 bytes, the limit is 32767");
  check_limit(set_value, 1024 * 32, "{i: 0 for i in range(600)}\n", message);
  sl_thread_set_limits(thread, NULL);
  check(passes("x = 'a' * 100000000\n", ""));
}

// ---------------------------------------------------------------- depth

static void test_depth(void) {
  static const char program[] =
      "def a():\n  return 1\n"
      "def b():\n  return a()\n"
      "def c():\n  return b()\n"
      "c()\n";
  check_limit(set_depth, 4, program, "stack overflow: more than 3 calls in each other");
  sl_thread_set_limits(thread, NULL);
  check(passes(program, ""));
}

// ---------------------------------------------------------------- time

static const char endless[] =
    "def f():\n  for i in range(1 << 30):\n    for j in range(1 << 30):\n"
    "      x = [j]\nf()\n";
// Few steps, each of which takes long.
static const char heavy[] =
    "def f():\n  x = 'a' * (1 << 20)\n"
    "  for i in range(1 << 30):\n    y = x + x\nf()\n";

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_time(void) {
  const char *const programs[] = {endless, heavy};
  for (int i = 0; i < 2; i++) {
    double start = seconds();
    set_time(100);
    check(!passes(programs[i], "Starlark computation cancelled: too much time"));
    double taken = seconds() - start;
    check(taken >= 0.1 && taken < 2);
  }
  // Still over: the limit holds until it is set again.
  check(
      !passes("x = [i for i in range(100000)]\n", "Starlark computation cancelled: too much time"));
  set_time(60000);
  check(passes("x = [i for i in range(100000)]\n", ""));
  sl_thread_set_limits(thread, NULL);
}

// ---------------------------------------------------------------- cancelling

static void *cancel(void *data) {
  const struct timespec pause = {.tv_nsec = 20000000};
  nanosleep(&pause, NULL);
  sl_thread_cancel(data, "interrupted");
  return NULL;
}

static void test_cancel(void) {
  static const char message[] = "Starlark computation cancelled: interrupted";
  const char *const programs[] = {endless, heavy};
  for (int i = 0; i < 2; i++) {
    pthread_t other;
    check(pthread_create(&other, NULL, cancel, thread) == 0);
    check(!passes(programs[i], message));
    check(pthread_join(other, NULL) == 0);
  }
  // It hits once; and it can be taken back.
  check(passes("x = [i for i in range(100000)]\n", ""));
  sl_thread_cancel(thread, "interrupted");
  check(!passes("x = [i for i in range(100000)]\n", message));
  sl_thread_cancel(thread, "interrupted");
  sl_thread_cancel(thread, NULL);
  check(passes("x = [i for i in range(100000)]\n", ""));
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  test_steps_and_bytes();
  test_bytes_are_those_of_evaluations();
  test_values();
  test_depth();
  test_time();
  test_cancel();
  sl_thread_free(thread);
  return check_failures != 0;
}
