// SPDX-License-Identifier: Apache-2.0
//
// The public header, function by function, where no other test has a use for it: what hosts get, and what failure looks
// like. tests/python/test_embed_install.py sees to it that none is left out.
#include "runtime/object.h"
#include "runtime/program.h"
#include "runtime/starlark.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

static struct sl_module *run(const char *text) {
  return sl_execute_text(thread, "api.bzl", text, strlen(text), sl_universe());
}

// A global of a program that has to run.
static sl_value global(const char *text, const char *name) {
  struct sl_module *module = run(text);
  check(module != NULL);
  return module ? sl_module_get(module, name) : SL_NONE;
}

static const char *shown(sl_value value) {
  static struct sl_text text;
  sl_text_reset(&text);
  check(value != NULL && sl_repr(thread, value, &text));
  return sl_text_string(&text);
}

#define check_failed(call, message)                \
  do {                                             \
    check(!(call));                                \
    check_text(sl_error_message(thread), message); \
    sl_error_clear(thread);                        \
  } while (0)

// ---------------------------------------------------------------- memory

static void test_memory(void) {
  check_text(sl_version(), SL_VERSION);
  unsigned char *bytes = sl_allocate_atomic(100);
  check(bytes[0] == 0 && bytes[99] == 0);
  bytes[99] = 7;
  bytes = sl_reallocate(bytes, 10000);
  check(bytes[99] == 7);
  check(sl_heap_used() > 0 && sl_heap_used() <= sl_heap_size());
  check(sl_heap_admit(thread, SL_LARGE_BLOCK - 1) && sl_heap_admit_large(thread, SL_LARGE_BLOCK));
  check_failed(sl_heap_admit_large(thread, (size_t)1 << 40), "out of memory: the limit is 2048 MB");
  struct sl_text text = {0};
  check(sl_text_admit(thread, &text, 1) && text.capacity == 0);
  check(sl_thread_take_bytes(thread, 1) && sl_thread_take_bytes(thread, 1 << 20));
  check(sl_text_admit_large(thread, &text, 1 << 20) && text.capacity >= 1 << 20);
  check_failed(sl_text_admit_large(thread, &text, (size_t)1 << 40),
               "out of memory: the limit is 2048 MB");
  sl_text_free(&text);
  text = sl_text_begin(thread);
  sl_text_append_string(&text, "written");
  check(sl_string_is(sl_text_finish(thread, &text, true), "written"));
  text = sl_text_begin(thread);
  check(text.length == 0 && !sl_text_finish(thread, &text, false) && !sl_error_pending(thread));
}

// ---------------------------------------------------------------- threads

static struct sl_text printed;

static void print(struct sl_thread *printing, const char *position, const char *text,
                  size_t length) {
  (void)printing;
  sl_text_format(&printed, "[%s] %.*s\n", position, (int)length, text);
}

static void test_thread(void) {
  int data;
  check(sl_thread_data(thread) == NULL);
  sl_thread_set_data(thread, &data);
  check(sl_thread_data(thread) == &data);
  sl_thread_set_data(thread, NULL);
  sl_thread_set_print(thread, print);
  sl_thread_print(thread, "text", 4);
  check_text(sl_text_string(&printed), "[] text\n");
  sl_text_free(&printed);
  sl_thread_set_print(thread, NULL);
  uint64_t steps = sl_thread_steps(thread);
  check(sl_thread_take_steps(thread, 5) && sl_thread_steps(thread) == steps + 5);
  check(!sl_thread_is_unicode(thread) && !sl_thread_orders_utf16(thread));
}

// ---------------------------------------------------------------- environments and modules

static void count_name(void *data, const char *name, size_t length) {
  check(strlen(name) == length);
  ++*(size_t *)data;
}

static void test_environments(void) {
  size_t all = 0, with_bytes = 0, two = 0;
  sl_environment_each(sl_universe(), count_name, &all);
  sl_environment_each(sl_universe_of(&sl_dialect_spec), count_name, &with_bytes);
  check(all > 20 && with_bytes > all);
  struct sl_environment *environment = sl_environment_new(NULL);
  sl_environment_set(environment, "a", SL_TRUE);
  sl_environment_set(environment, "b", SL_FALSE);
  sl_environment_each(environment, count_name, &two);
  check(two == 2 && sl_environment_get(environment, "a") == SL_TRUE);
}

// Runs the next piece of a dialogue.
static bool go_on(struct sl_module *module, const char *text) {
  struct sl_file *file = sl_file_parse("piece", text, strlen(text), &sl_dialect_build);
  bool done = sl_module_continue(thread, module, file, sl_universe());
  sl_file_free(file);
  return done;
}

static void test_pieces(void) {
  int data;
  struct sl_module *module = sl_module_begin("dialogue", &data);
  check(sl_module_data(module) == &data && !sl_module_global(module, 0, NULL, NULL, NULL));
  check(go_on(module, "x = [1]\n"));
  check(go_on(module, "x.append(2)\nx\n"));
  check_text(shown(sl_module_result(module)), "[1, 2]");
  check_failed(go_on(module, "y = 1 // 0\n"), "integer division by zero");
  check_failed(go_on(module, "y\n"), "piece:1:1: name 'y' is not defined");
  check(go_on(module, "y = x\nx = 3\n"));
  check_text(shown(sl_module_get(module, "y")), "[1, 2]");
  check(sl_module_get(module, "x") == sl_int(3) && !sl_is_frozen(sl_module_get(module, "y")));
}

static void test_dump(void) {
  static const char text[] = "x = 1\n";
  struct sl_file *file = sl_file_parse("d.bzl", text, strlen(text), &sl_dialect_bzl);
  struct sl_program *program = sl_program_new(thread, file, sl_universe());
  sl_file_free(file);
  struct sl_text out = {0};
  check(program && sl_program_dump(thread, program, &out));
  check(strstr(sl_text_string(&out), "SET_GLOBAL r0 x\n") != NULL);
  sl_text_free(&out);
}

// ---------------------------------------------------------------- values

static void test_strings(void) {
  char *bytes;
  sl_value string = sl_string_new(3, &bytes);
  memcpy(bytes, "a\0b", 3);
  check(sl_string_length(string) == 3 && memcmp(sl_string_bytes(string), "a\0b", 4) == 0);
  struct sl_text text = {0};
  sl_text_append_string(&text, "word");
  check_text(shown(sl_string_from_text(&text)), "\"word\"");
  sl_text_reset(&text);
  check(sl_print_text(thread, sl_string_from("a\"b"), &text));
  check_text(sl_text_string(&text), "a\"b");
  sl_text_free(&text);
  int32_t n;
  check(sl_int_to_int32(sl_int(-5), &n) && n == -5);
  check(!sl_int_to_int32(sl_int(INT64_C(1) << 40), &n) && !sl_int_to_int32(SL_TRUE, &n));
}

static void test_sequences(void) {
  sl_value ones[] = {sl_int(1), sl_int(2), sl_int(3)};
  sl_value list = sl_list(thread, ones, 3), tuple = sl_tuple(ones, 3), *items;
  size_t count;
  check(sl_list_items(list)[2] == sl_int(3) && sl_tuple_items(tuple)[0] == sl_int(1));
  check(sl_tuple_length(tuple) == 3);
  check(sl_sequence_items(list, &items, &count) && count == 3 && items[1] == sl_int(2));
  check(sl_sequence_items(tuple, &items, &count) && count == 3);
  check(!sl_sequence_items(sl_int(1), &items, &count) && !sl_error_pending(thread));
  check(sl_list_set(thread, list, 1, SL_NONE));
  check_text(shown(list), "[1, None, 3]");
  sl_value frozen = sl_list_frozen(ones, 2);
  check_failed(sl_list_set(thread, frozen, 0, SL_NONE), "trying to mutate a frozen list value");
  check(sl_set_index(thread, list, sl_int(-1), SL_TRUE));
  check_text(shown(list), "[1, None, True]");
  check_failed(sl_set_index(thread, tuple, sl_int(0), SL_TRUE),
               "can only assign an element in a dictionary or a list, not in a 'tuple'");
  sl_value range = sl_range(thread, 1, 10, 3);
  int64_t start, stop, step, length;
  sl_range_parts(range, &start, &stop, &step, &length);
  check(start == 1 && step == 3 && length == 3);
  check_text(shown(sl_to_list(thread, range)), "[1, 4, 7]");
  check_text(shown(sl_to_tuple(thread, range)), "(1, 4, 7)");
  check_failed(sl_to_list(thread, SL_NONE), "type 'NoneType' is not iterable");
  check_failed(sl_to_tuple(thread, SL_NONE), "type 'NoneType' is not iterable");
  sl_value filled = sl_list_new(thread, 2, &items);
  items[0] = items[1] = sl_string_from("x");
  check_text(shown(filled), "[\"x\", \"x\"]");
  size_t position;
  check(sl_list_find(thread, filled, sl_string_from("x"), 1, 2, &position) && position == 1);
  check(sl_list_find(thread, filled, SL_TRUE, 0, 2, &position) && position == 2);
}

static void test_tables(void) {
  sl_value set = sl_set(thread, 0), item;
  size_t cursor = 0, seen = 0;
  for (int i = 0; i < 20; i++) check(sl_set_add(thread, set, sl_int(i)));
  check(sl_set_length(set) == 20);
  while (sl_set_next(set, &cursor, &item)) check(item == sl_int((int64_t)seen++));
  check(seen == 20 && sl_set_contains(thread, set, sl_int(7)) == 1);
  check(sl_set_remove(thread, set, sl_int(7)) == 1 && sl_set_remove(thread, set, sl_int(7)) == 0);
  check(sl_set_contains(thread, set, sl_int(7)) == 0);
  check(sl_set_contains(thread, set, set) == -1);
  check_text(sl_error_message(thread), "unhashable type: 'set'");
  sl_error_clear(thread);
  check(sl_set_remove(thread, set, sl_list(thread, NULL, 0)) == -1);
  sl_error_clear(thread);
  check(sl_set_clear(thread, set) && sl_set_length(set) == 0);
  sl_value dict = sl_dict(thread, 0);
  check(sl_dict_set_string(thread, dict, "a", SL_NONE) && sl_dict_clear(thread, dict));
  check(sl_dict_length(dict) == 0);
  sl_freeze(dict);
  check_failed(sl_dict_clear(thread, dict), "trying to mutate a frozen dict value");
  check_failed(sl_set_clear(thread, global("s = set([1])\n", "s")),
               "trying to mutate a frozen set value");
  dict = sl_dict(thread, 0);
  check(sl_dict_set_absent(thread, dict, SL_NONE, sl_int(1)) == sl_int(1));
  check(sl_dict_set_absent(thread, dict, SL_NONE, sl_int(2)) == sl_int(1));
  check_failed(sl_dict_set_absent(thread, dict, dict, SL_NONE), "unhashable type: 'dict'");
}

static void test_sets(void) {
  sl_value ones[] = {sl_int(1), sl_int(2), sl_int(1)};
  sl_value set = sl_set_from(thread, sl_tuple(ones, 3)), other = sl_set(thread, 0);
  check_text(shown(set), "set([1, 2])");
  check_failed(sl_set_from(thread, SL_NONE), "type 'NoneType' is not iterable");
  check(sl_set_add(thread, other, sl_int(2)) && sl_set_add(thread, other, sl_int(3)));
  check_text(shown(sl_set_combine(thread, SL_OP_CARET, set, other)), "set([1, 3])");
  check(sl_set_contains_all(thread, set, other) == 0);
  check(sl_set_change(thread, SL_OP_PIPE, set, other));
  check_text(shown(set), "set([1, 2, 3])");
  check(sl_set_contains_all(thread, set, other) == 1);
  sl_freeze(set);
  check_failed(sl_set_change(thread, SL_OP_MINUS, set, other),
               "trying to mutate a frozen set value");
}

static void test_structs(void) {
  sl_value dict = sl_dict(thread, 0), value;
  check(sl_dict_set_string(thread, dict, "b", sl_int(2)));
  check(sl_dict_set_string(thread, dict, "a", sl_int(1)));
  sl_value record = sl_struct_from_dict(NULL, dict);
  check(sl_struct_count(record) == 2 && sl_struct_constructor(record) == NULL);
  const char *name;
  sl_struct_field(record, 1, &name, &value);
  check_text(name, "b");
  check(value == sl_int(2));
  check(sl_struct_constructor(sl_struct_from_dict(SL_TRUE, dict)) == SL_TRUE);
}

static void test_questions(void) {
  sl_value f = global("def f(a, b = 1, *args, **kwargs):\n  pass\n", "f");
  sl_value dict = sl_dict(thread, 0);
  check(sl_is_callable(f) && sl_is_callable(sl_environment_get(sl_universe(), "len")));
  check(!sl_is_callable(dict) && sl_is_mapping(dict) && !sl_is_mapping(f));
  check(sl_is_iterable(dict) && !sl_is_iterable(f));
  check(!sl_truth(dict) && sl_truth(f) && !sl_truth(SL_NONE) && !sl_truth(sl_string_from("")));
  check_text(sl_function_parameter(f, 0), "a");
  check_text(sl_function_parameter(f, 3), "kwargs");
  check(sl_function_parameter(f, 4) == NULL);
  sl_value names = sl_attribute_names(thread, dict);
  check(names && sl_list_length(names) > 5 && sl_string_is(sl_list_get(names, 0), "clear"));
  check_text(sl_string_bytes(sl_type_name_value(dict)), "dict");
  sl_value clear;
  check(sl_attribute_named(thread, dict, sl_string_from("clear"), &clear) == 1);
  check(sl_is_callable(clear));
  check(sl_attribute_named(thread, dict, sl_string_from("clean"), NULL) == 0);
}

int main(void) {
  sl_initialize(&(struct sl_options){.exact_pointers = true, .heap_limit = (size_t)2 << 30});
  thread = sl_thread_new();
  test_memory();
  test_thread();
  test_environments();
  test_pieces();
  test_dump();
  test_strings();
  test_sequences();
  test_tables();
  test_sets();
  test_structs();
  test_questions();
  sl_thread_free(thread);
  return check_failures != 0;
}
