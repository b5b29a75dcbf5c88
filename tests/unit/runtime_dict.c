// SPDX-License-Identifier: Apache-2.0
//
// Dicts and sets against a list of pairs: random puts, removals and look-ups, with keys of all
// kinds and hashes that collide.
#include <stdlib.h>

#include "runtime/value.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

// The model: live pairs in order of insertion. Small, so that searching it is cheap.
enum { MOST = 4000 };
static struct pair { sl_value key, value; } * model;
static size_t model_count;

static size_t model_find(sl_value key) {
  size_t i = 0;
  while (i < model_count && sl_equal(thread, model[i].key, key) != 1) i++;
  return i;
}

static void model_remove(size_t i) {
  memmove(model + i, model + i + 1, (--model_count - i) * sizeof *model);
}

static sl_value random_key(unsigned range) {
  unsigned n = (unsigned)(check_random() % range);
  switch (check_random() % 5) {
    case 0:
      return sl_int(n);
    case 1:
      return sl_float(n);
    case 2:
      return sl_string_format("key%u", n);
    case 3: {
      sl_value parts[] = {sl_int(n), sl_string_format("%u", n)};
      return sl_tuple(parts, 2);
    }
    default:
      return n % 2 ? sl_bool(n % 4 == 1) : SL_NONE;
  }
}

static void check_same(sl_value dict) {
  size_t cursor = 0, i = 0;
  sl_value key, value;
  check(sl_dict_length(dict) == model_count);
  for (; sl_dict_next(dict, &cursor, &key, &value); i++) {
    check(i < model_count && key == model[i].key && value == model[i].value);
  }
  check(i == model_count);
}

static void step(sl_value dict, unsigned range, unsigned removals) {
  sl_value key = random_key(range), value = sl_int((int64_t)(check_random() % 1000));
  size_t i = model_find(key);
  sl_value found = sl_dict_get(thread, dict, key);
  check(found == (i < model_count ? model[i].value : NULL));
  if (check_random() % 100 < removals) {
    check(sl_dict_remove(thread, dict, key) == found);
    if (found) model_remove(i);
    return;
  }
  check(sl_dict_set(thread, dict, key, value));
  if (i == model_count) model[model_count++].key = key;
  model[i].value = value;
}

static void check_random_steps(unsigned range, unsigned removals, size_t steps) {
  sl_value dict = sl_dict(thread, check_random() % 20);
  model_count = 0;
  for (size_t i = 0; i < steps; i++) {
    step(dict, range, removals);
    if (i % 50 == 0) check_same(dict);
  }
  check_same(dict);
  sl_value copy = sl_dict(thread, 0);
  check(sl_dict_update(thread, copy, dict) && sl_equal(thread, copy, dict) == 1);
}

// A queue: put at the end, removed at the front, over and over. Its memory stays small, and so does
// the time.
static void check_queue(void) {
  sl_value dict = sl_dict(thread, 0);
  for (int64_t i = 0; i < 300000; i++) {
    check(sl_dict_set(thread, dict, sl_int(i), SL_NONE));
    size_t cursor = 0;
    sl_value key, value;
    if (i < 100) continue;
    check(sl_dict_next(dict, &cursor, &key, &value) && key == sl_int(i - 100));
    check(sl_dict_remove(thread, dict, key) == SL_NONE);
  }
  check(sl_dict_length(dict) == 100);
  check(((struct sl_dict *)(void *)dict)->capacity <= 1024);
}

// Emptying a large one from the front is linear in all.
static void check_drain(void) {
  sl_value dict = sl_dict(thread, 0);
  for (int64_t i = 0; i < 300000; i++) check(sl_dict_set(thread, dict, sl_int(i), SL_NONE));
  for (int64_t i = 0; i < 300000; i++) {
    size_t cursor = 0;
    sl_value key, value;
    check(sl_dict_next(dict, &cursor, &key, &value) &&
          sl_dict_remove(thread, dict, key) == SL_NONE);
  }
  check(sl_dict_length(dict) == 0);
}

static void check_message(const char *message) {
  check_text(sl_error_message(thread), message);
  sl_error_clear(thread);
}

static void check_errors(void) {
  sl_value dict = sl_dict(thread, 0), list = sl_list(thread, NULL, 0), none = SL_NONE;
  check(!sl_dict_set(thread, dict, list, none));
  check_message("unhashable type: 'list'");
  sl_value parts[] = {sl_int(1), list};
  check(!sl_dict_get(thread, dict, sl_tuple(parts, 2)));
  check_message("unhashable type: 'list'");
  check(!sl_index(thread, dict, sl_string_from("b")));
  check_message("key \"b\" not found in dictionary");
  struct sl_iterator iterator;
  check(sl_iterate_begin(thread, dict, &iterator));
  check(!sl_dict_set(thread, dict, none, none));
  check_message("dict value is temporarily immutable due to active for-loop iteration");
  sl_iterate_end(&iterator);
  check(sl_dict_set(thread, dict, none, none));
  sl_freeze(dict);
  check(!sl_dict_set(thread, dict, none, none));
  check_message("trying to mutate a frozen dict value");
}

// Keys that are the numbers of their entries, and then are not any more.
static void check_counted(void) {
  enum { COUNT = 10000 };
  sl_value dict = sl_dict(thread, 0);
  for (int i = 0; i < COUNT; i++) check(sl_dict_set(thread, dict, sl_int(i), sl_int(-i)));
  for (int i = -1; i <= COUNT; i++) {
    sl_value want = i >= 0 && i < COUNT ? sl_int(-i) : NULL;
    check(sl_dict_get(thread, dict, sl_int(i)) == want);
    check(sl_dict_get(thread, dict, sl_float(i)) == want);
  }
  for (int i = 0; i < COUNT; i += 3) check(sl_dict_remove(thread, dict, sl_int(i)) == sl_int(-i));
  for (int i = 0; i < COUNT; i += 3) {
    check(!sl_dict_get(thread, dict, sl_int(i)) && !sl_error_pending(thread));
    check(sl_dict_set(thread, dict, sl_int(i), SL_TRUE));
  }
  for (int i = 0; i < COUNT; i++)
    check(sl_dict_get(thread, dict, sl_int(i)) == (i % 3 ? sl_int(-i) : SL_TRUE));
  check(sl_dict_length(dict) == COUNT);
}

// A copy is its own: neither sees what the other one gets, and a frozen one has copies that are not.
static void check_copies(void) {
  sl_value dict = sl_dict(thread, 0);
  for (int i = 0; i < 100; i++) check(sl_dict_set(thread, dict, sl_int(i), sl_int(-i)));
  sl_freeze(dict);
  sl_value copy = sl_dict_copy(thread, dict);
  check(sl_equal(thread, dict, copy) == 1);
  check(sl_dict_set(thread, copy, sl_int(7), SL_NONE) &&
        sl_dict_set(thread, copy, SL_NONE, SL_NONE));
  check(sl_dict_get(thread, dict, sl_int(7)) == sl_int(-7) && sl_dict_length(dict) == 100);
  check(sl_dict_get(thread, copy, sl_int(7)) == SL_NONE && sl_dict_length(copy) == 101);
}

// One tuple serves for all pairs of a loop.
static void check_pairs(void) {
  enum { COUNT = 3 };
  sl_value *parts, pairs = sl_pairs(thread, COUNT, &parts);
  for (int i = 0; i < 2 * COUNT; i++) parts[i] = sl_int(i);
  struct sl_iterator iterator;
  check(sl_iterate_begin(thread, pairs, &iterator));
  for (int i = 0; i < COUNT; i++) {
    sl_value pair = sl_iterate_next(&iterator);
    check(sl_tuple_length(pair) == 2);
    check(sl_tuple_get(pair, 0) == sl_int(2 * i) && sl_tuple_get(pair, 1) == sl_int(2 * i + 1));
  }
  check(!sl_iterate_next(&iterator));
  sl_iterate_end(&iterator);
}

static sl_value set_of(const char *letters) {
  sl_value set = sl_set(thread, 0);
  for (; *letters; letters++) check(sl_set_add(thread, set, sl_string(letters, 1)));
  return set;
}

static void check_set_operator(enum sl_operator op, const char *a, const char *b,
                               const char *want) {
  struct sl_text text = {0};
  check(sl_repr(thread, sl_binary(thread, op, set_of(a), set_of(b)), &text));
  check_text(sl_text_string(&text), want);
  sl_text_free(&text);
}

static void check_sets(void) {
  check_set_operator(SL_OP_PIPE, "ab", "cb", "set([\"a\", \"b\", \"c\"])");
  check_set_operator(SL_OP_AMPERSAND, "abc", "cb", "set([\"b\", \"c\"])");
  check_set_operator(SL_OP_MINUS, "abc", "b", "set([\"a\", \"c\"])");
  check_set_operator(SL_OP_CARET, "ab", "bc", "set([\"a\", \"c\"])");
  check_set_operator(SL_OP_MINUS, "a", "a", "set()");
  check(sl_equal(thread, set_of("ab"), set_of("ba")) == 1);
  check(!sl_binary(thread, SL_OP_PIPE, set_of("a"), sl_list(thread, NULL, 0)));
  check_message("unsupported binary operation: set | list");
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  model = sl_allocate(MOST * sizeof *model);
  check_random_steps(4, 30, 2000);
  check_random_steps(10, 45, 5000);
  check_random_steps(40, 20, 5000);
  check_random_steps(300, 40, 8000);
  check_queue();
  check_drain();
  check_errors();
  check_counted();
  check_copies();
  check_pairs();
  check_sets();
  sl_thread_free(thread);
  return check_failures != 0;
}
