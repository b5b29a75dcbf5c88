// SPDX-License-Identifier: Apache-2.0
//
// Values of every type by way of the public header: text, slices, structs, attributes, freezing,
// cycles and depth, the collector.
#include <stdlib.h>

#include "runtime/object.h"
#include "runtime/starlark.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

static sl_value string(const char *text) { return sl_string_from(text); }

static void check_message(const char *message) {
  check_text(sl_error_message(thread), message);
  sl_error_clear(thread);
}

static void check_repr(sl_value value, const char *want) {
  struct sl_text text = {0};
  check(value && sl_repr(thread, value, &text));
  check_text(sl_text_string(&text), want);
  sl_text_free(&text);
}

static void check_str(sl_value value, const char *want) {
  struct sl_text text = {0};
  check(value && sl_str(thread, value, &text));
  check_text(sl_text_string(&text), want);
  sl_text_free(&text);
}

// ---------------------------------------------------------------- text

static void check_texts(void) {
  sl_value items[] = {sl_int(1), string("a\"\\\n\t\r\x01\x7f\xc3\xa9"), SL_NONE, SL_TRUE,
                      sl_float(1)};
  check_repr(sl_list(thread, items, 5),
             "[1, \"a\\\"\\\\\\n\\t\\r\\x01\x7f\xc3\xa9\", None, True, 1.0]");
  check_repr(sl_tuple(items, 1), "(1,)");
  check_repr(sl_tuple(items, 0), "()");
  check_repr(sl_range(thread, 0, 3, 1), "range(0, 3)");
  check_repr(sl_range(thread, 5, 0, -2), "range(5, 0, -2)");
  check_repr(sl_bytes("a\0", 2), "b\"a\\x00\"");
  check_str(string("a\"b"), "a\"b");
}

// What the layout of the word tells, and what any host can ask.
static void check_kinds(void) {
  sl_value big = sl_int(INT64_MAX), small = sl_int(-7), item = sl_int(1);
  const char *const names[] = {"x"};
  const struct {
    sl_value value;
    const struct sl_type *type;
    bool is_kind;
  } values[] = {
      {SL_NONE, &sl_none_type, true},
      {SL_TRUE, &sl_bool_type, sl_is_bool(SL_TRUE)},
      {small, &sl_int_type, sl_is_int(small) && sl_is_small_int(small)},
      {big, &sl_int_type, sl_is_int(big) && !sl_is_small_int(big)},
      {sl_float(0.5), &sl_float_type, sl_is_float(sl_float(0.5))},
      {sl_float(1e300), &sl_float_type, sl_is_float(sl_float(1e300))},
      {string("a"), &sl_string_type, sl_is_string(string("a"))},
      {sl_bytes("a", 1), &sl_bytes_type, sl_is_object_of(sl_bytes("a", 1), &sl_bytes_type)},
      {sl_list(thread, NULL, 0), &sl_list_type, sl_is_list(sl_list(thread, NULL, 0))},
      {sl_tuple(NULL, 0), &sl_tuple_type, sl_is_tuple(sl_tuple(NULL, 0))},
      {sl_dict(thread, 0), &sl_dict_type, sl_is_dict(sl_dict(thread, 0))},
      {sl_set(thread, 0), &sl_set_type, sl_is_set(sl_set(thread, 0))},
      {sl_struct(NULL, names, &item, 1), &sl_struct_type,
       sl_is_struct(sl_struct(NULL, names, &item, 1))},
  };
  size_t count = sizeof values / sizeof *values;
  for (size_t i = 0; i < count; i++) {
    check(values[i].is_kind && sl_type_of(values[i].value) == values[i].type);
    check(sl_is_object(values[i].value) || !sl_is_object_of(values[i].value, values[i].type));
    for (size_t j = 0; j < count; j++)
      check(sl_has_type(values[i].value, values[j].type) == (values[i].type == values[j].type));
  }
  int32_t number = 0;
  check(sl_to_int32(thread, small, "index", &number) && number == -7);
  check(!sl_to_int32(thread, big, "index", &number));
  check_message("got 9223372036854775807 for index, want value in signed 32-bit range");
  check(!sl_to_int32(thread, SL_NONE, "index", &number));
  check_message("got NoneType for index, want int");
}

static void check_cycles(void) {
  sl_value list = sl_list(thread, NULL, 0), dict = sl_dict(thread, 0);
  check(sl_list_push(thread, list, sl_int(1)) && sl_list_push(thread, list, list));
  check_repr(list, "[1, ...]");
  check_str(list, "[1, [1, ...]]");
  check(sl_dict_set_string(thread, dict, "a", dict));
  check_repr(dict, "{\"a\": ...}");
  check_str(dict, "{\"a\": {\"a\": ...}}");
  check(sl_equal(thread, list, list) == 1);
  sl_freeze(list);
  check(sl_is_frozen(list) && !sl_is_frozen(dict));
  // Equal shapes of two cycles are compared until that is too deep, which is an error and no crash.
  sl_value other = sl_list(thread, NULL, 0);
  check(sl_list_push(thread, other, sl_int(1)) && sl_list_push(thread, other, other));
  check(sl_equal(thread, list, other) == -1 && sl_error_pending(thread));
  sl_error_clear(thread);
}

// As deep as a machine's stack would not stand.
static void check_depth(void) {
  sl_value tuple = sl_tuple(NULL, 0), list = sl_list(thread, NULL, 0);
  struct sl_text text = {0};
  uint32_t hash;
  for (int i = 0; i < 300000; i++) {
    tuple = sl_tuple(&tuple, 1);
    list = sl_list(thread, &list, 1);
  }
  check(!sl_hash(thread, tuple, &hash) && sl_error_pending(thread));
  sl_error_clear(thread);
  check(!sl_repr(thread, list, &text) && sl_error_pending(thread));
  sl_error_clear(thread);
  sl_text_free(&text);
  check(sl_is_immutable(tuple));
  sl_freeze(list);
  check(sl_is_frozen(sl_list_get(sl_list_get(list, 0), 0)));
}

// 2^100 paths lead through it, but it is small.
static void check_shared_parts(void) {
  sl_value tuple = sl_tuple(NULL, 0);
  for (int i = 0; i < 100; i++) {
    sl_value parts[] = {tuple, tuple};
    tuple = sl_tuple(parts, 2);
  }
  uint32_t hash;
  check(sl_is_immutable(tuple) && sl_hash(thread, tuple, &hash) &&
        sl_equal(thread, tuple, tuple) == 1);
  sl_freeze(tuple);
}

// ---------------------------------------------------------------- sequences

static sl_value bound(int n) { return n == 99 ? SL_NONE : sl_int(n); }

// What x[start:stop:step] selects by the definition of the language: step from one bound to the
// other.
static size_t select_items(int n, int start, int stop, int step, int64_t *selected) {
  int first = step > 0 ? 0 : n - 1, last = step > 0 ? n : -1;
  int least = step > 0 ? 0 : -1, greatest = step > 0 ? n : n - 1;
  if (start != 99) first = start < 0 ? start + n : start;
  if (stop != 99) last = stop < 0 ? stop + n : stop;
  first = first < least ? least : first > greatest ? greatest : first;
  last = last < least ? least : last > greatest ? greatest : last;
  size_t count = 0;
  for (int i = first; step > 0 ? i < last : i > last; i += step) selected[count++] = i;
  return count;
}

static void check_slice(int n, int start, int stop, int step) {
  int64_t selected[16];
  size_t count = select_items(n, start, stop, step, selected);
  sl_value items[16];
  char letters[16];
  for (int i = 0; i < n; i++) {
    items[i] = sl_int(i);
    letters[i] = (char)('a' + i);
  }
  sl_value sequences[] = {sl_list(thread, items, (size_t)n), sl_tuple(items, (size_t)n),
                          sl_range(thread, 0, n, 1), sl_string(letters, (size_t)n),
                          sl_bytes(letters, (size_t)n)};
  for (size_t s = 0; s < sizeof sequences / sizeof *sequences; s++) {
    sl_value slice = sl_slice(thread, sequences[s], bound(start), bound(stop), bound(step));
    check(slice && sl_length(slice) == (int64_t)count);
    for (size_t i = 0; slice && i < count; i++) {
      sl_value item = sl_index(thread, slice, sl_int((int64_t)i));
      check(sl_equal(thread, item, sl_index(thread, sequences[s], sl_int(selected[i]))) == 1);
    }
  }
}

static void check_sequences(void) {
  for (int n = 0; n <= 4; n++) {
    for (int start = -6; start <= 7; start++) {
      for (int stop = -6; stop <= 7; stop++) {
        for (int step = -3; step <= 3; step++) {
          if (step != 0) check_slice(n, start == 7 ? 99 : start, stop == 7 ? 99 : stop, step);
        }
      }
    }
  }
  sl_value three = sl_range(thread, 0, 3, 1);
  check_repr(sl_slice(thread, sl_range(thread, 0, 10, 1), NULL, NULL, sl_int(2)),
             "range(0, 10, 2)");
  check(!sl_index(thread, three, sl_int(5)));
  check_message("index out of range (index is 5, but sequence has 3 elements)");
  check(!sl_index(thread, string("abc"), SL_NONE));
  check_message("got NoneType for string index, want int");
  check(!sl_slice(thread, three, NULL, NULL, sl_int(0)));
  check_message("slice step cannot be zero");
  check(!sl_slice(thread, SL_NONE, NULL, NULL, NULL));
  check_message("invalid slice operand: NoneType");
  check(!sl_range(thread, 0, 1LL << 31, 1));
  check_message("got 2147483648 for stop, want value in signed 32-bit range");
  check(!sl_range(thread, -1, INT32_MAX, 1));
  check_message("len(range(-1, 2147483647)) exceeds signed 32-bit range");
  check(!sl_list_extend(thread, sl_list(thread, &three, 1), sl_range(thread, 0, INT32_MAX, 1)));
  check_message("excessive capacity requested (1 + 2147483647 elements)");
  check(!sl_binary(thread, SL_OP_STAR, string("abc"), sl_int(1 << 30)));
  check_message("excessive repeat (3 * 1073741824 characters)");
  check(sl_binary(thread, SL_OP_IN, sl_float(1), three) == SL_FALSE);
  check(sl_binary(thread, SL_OP_IN, sl_int(2), three) == SL_TRUE);
  check(!sl_binary(thread, SL_OP_IN, sl_int(2), string("abc")));
  check_message("'in <string>' requires string as left operand, not 'int'");
}

static void check_lists(void) {
  sl_value list = sl_list(thread, NULL, 0);
  for (int i = 0; i < 1000; i++) check(sl_list_push(thread, list, sl_int(i)));
  check(sl_list_insert(thread, list, 0, SL_NONE) && sl_list_remove_at(thread, list, 0) == SL_NONE);
  check(sl_list_extend(thread, list, list) && sl_list_length(list) == 2000 &&
        sl_list_get(list, 1999) == sl_int(999));
  struct sl_iterator iterator;
  check(sl_iterate_begin(thread, list, &iterator) && sl_iterate_next(&iterator) == sl_int(0));
  check(!sl_list_push(thread, list, SL_NONE));
  check_message("list value is temporarily immutable due to active for-loop iteration");
  sl_iterate_end(&iterator);
  check(sl_list_clear(thread, list) && sl_list_push(thread, list, SL_NONE) &&
        sl_list_length(list) == 1);
  check(!sl_iterate_begin(thread, sl_int(1), &iterator));
  check_message("type 'int' is not iterable");
}

static void check_percent(const char *pattern, sl_value argument, const char *want) {
  sl_value result = sl_binary(thread, SL_OP_PERCENT, string(pattern), argument);
  check_text(result ? sl_string_bytes(result) : sl_error_message(thread), want);
  sl_error_clear(thread);
}

static void check_percents(void) {
  sl_value pair[] = {sl_int(-255), string("a")};
  check_percent("%x %s", sl_tuple(pair, 2), "-ff a");
  check_percent("%r%%", string("a"), "\"a\"%");
  check_percent("%d %r", sl_tuple(pair, 1),
                "not enough arguments for format pattern \"%d %r\": (-255,)");
  check_percent("%d", sl_tuple(pair, 2), "not all arguments converted during string formatting");
  check_percent("%d", sl_float(-3.9), "-3");
  check_percent("%d", SL_TRUE, "got bool for '%d' format, want int or float");
  check_percent("%e", sl_int(15), "1.500000e+01");
  check_percent("%G", sl_float(1e20), "1E+20");
  check_percent("%X", sl_int(0xbeef), "BEEF");
  check_percent("a%i", sl_int(1), "unsupported format character \"i\" at index 2 in \"a%i\"");
  check_percent("a%", sl_int(1), "incomplete format pattern ends with %: \"a%\"");
}

// ---------------------------------------------------------------- structs and attributes

static void check_structs(void) {
  const char *names[] = {"b", "a"}, *others[] = {"a", "b"};
  sl_value values[] = {sl_int(1), sl_int(2)}, swapped[] = {sl_int(2), sl_int(1)};
  sl_value record = sl_struct(NULL, names, values, 2), same = sl_struct(NULL, others, swapped, 2);
  uint32_t hash, same_hash;
  check_repr(record, "struct(a = 2, b = 1)");
  check(sl_equal(thread, record, same) == 1 &&
        sl_equal(thread, record, sl_struct(SL_NONE, names, values, 2)) == 0);
  check(sl_hash(thread, record, &hash) && sl_hash(thread, same, &same_hash) && hash == same_hash);
  check(sl_struct_get(record, "a") == sl_int(2) && !sl_struct_get(record, "ab"));
  check(!sl_attribute(thread, record, "c"));
  check_message("'struct' value has no field or method 'c'\nAvailable attributes: a, b");
  check(!sl_binary(thread, SL_OP_PLUS, record, same));
  check_message("unsupported binary operation: struct + struct");
  sl_value list = sl_list(thread, NULL, 0);
  check(!sl_hash(thread, sl_struct(NULL, names, &list, 1), &hash));
  check_message("unhashable type: 'struct'");
  sl_freeze(list);
  check(sl_hash(thread, sl_struct(NULL, names, &list, 1), &hash));
}

static void check_attributes(void) {
  sl_value found, list = sl_list(thread, NULL, 0);
  check(sl_attribute_find(thread, list, "append", &found) == 1);
  check_repr(found, "<built-in method append of list value>");
  check(sl_attribute_find(thread, list, "appen", &found) == 0 && !sl_error_pending(thread));
  check(!sl_attribute(thread, list, "apend"));
  check_message("'list' value has no field or method 'apend' (did you mean 'append'?)");
  check(!sl_attribute(thread, SL_NONE, "x"));
  check_message("'NoneType' value has no field or method 'x'");
}

// ---------------------------------------------------------------- the collector

static void check_heap(void) {
  struct sl_handle *handle = sl_handle_new(sl_list(thread, NULL, 0));
  for (int i = 0; i < 100000; i++) {
    sl_value item = sl_string_format("some text %d", i);
    check(sl_list_push(thread, sl_handle_get(handle), sl_tuple(&item, 1)));
  }
  for (int i = 0; i < 100000; i += 777) {
    sl_value item = sl_tuple_get(sl_list_get(sl_handle_get(handle), (size_t)i), 0);
    char want[32];
    snprintf(want, sizeof want, "some text %d", i);
    check_text(sl_string_bytes(item), want);
    check(sl_string_intern(want, strlen(want)) == sl_string_intern(want, strlen(want)));
  }
  // Garbage does not pile up: where much is alive and collections are dear, or else.
  size_t before = sl_heap_size();
  for (size_t i = 0; i < 6000000; i++) {
    sl_value item = sl_tuple((sl_value[]){SL_NONE, SL_TRUE}, 2);
    check(sl_list_set(thread, sl_handle_get(handle), i % 100000, item));
  }
  check(sl_heap_size() < before + (96u << 20));
  sl_handle_free(handle);
  for (int i = 0; i < 3000000; i++) check(sl_tuple((sl_value[]){SL_NONE, SL_TRUE}, 2) != NULL);
  check(sl_heap_size() < before + (96u << 20));
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  check_texts();
  check_kinds();
  check_cycles();
  check_depth();
  check_shared_parts();
  check_sequences();
  check_lists();
  check_percents();
  check_structs();
  check_attributes();
  check_heap();
  sl_thread_free(thread);
  return check_failures != 0;
}
