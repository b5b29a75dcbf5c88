// SPDX-License-Identifier: Apache-2.0
//
// Bytes: what byte strings bring with them in dialects that have any, as the language specification describes it.
#include "builtins/arguments.h"
#include "builtins/builtins.h"
#include "common/utf8.h"

// A string's bytes, with U+FFFD for each that belongs to no code point.
static sl_value from_string(struct sl_thread *thread, sl_value string) {
  const char *bytes = sl_string_bytes(string);
  size_t length = sl_string_length(string);
  struct sl_text text = {0};
  if (!sl_text_admit(thread, &text, 3 * length)) return NULL;
  for (size_t i = 0, size; i < length; i += size) {
    uint32_t code_point = SL_UTF8_REPLACEMENT;
    size = sl_utf8_decode(bytes + i, length - i, &code_point);
    char encoded[4];
    sl_text_append(&text, encoded,
                   sl_utf8_encode(size ? code_point : SL_UTF8_REPLACEMENT, encoded));
    size += !size;
  }
  sl_value result = sl_bytes(sl_text_string(&text), text.length);
  sl_text_free(&text);
  return result;
}

static sl_value from_elements(struct sl_thread *thread, sl_value iterable) {
  sl_value *items;
  size_t count;
  if (!sl_arguments_items(thread, iterable, &items, &count)) return NULL;
  char *bytes = sl_allocate_atomic(count + 1);
  for (size_t i = 0; i < count; i++) {
    int32_t element;
    if (!sl_is_int(items[i])) {
      return sl_fail(thread, "at index %zu, got %s, want int", i, sl_type_name(items[i]));
    }
    if (!sl_int_to_int32(items[i], &element) || element < 0 || element > 255) {
      return sl_fail(thread, "at index %zu, got an int that is not in the range 0-255", i);
    }
    bytes[i] = (char)element;
  }
  return sl_bytes(bytes, count);
}

static sl_value bytes_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value x = arguments[0];
  if (sl_has_type(x, &sl_bytes_type)) return x;
  if (sl_is_string(x)) return from_string(thread, x);
  if (sl_is_iterable(x)) return from_elements(thread, x);
  return sl_fail(thread, "got %s, want string, bytes, or iterable of ints", sl_type_name(x));
}

// Of bytes FNV-1a.
static sl_value hash_function(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread, (void)self;
  if (sl_is_string(arguments[0])) return sl_arguments_hash(arguments[0]);
  const char *bytes = sl_string_bytes(arguments[0]);
  size_t length = sl_string_length(arguments[0]);
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
  return sl_int(hash);
}

static sl_value bytes_elems(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  size_t length = sl_string_length(self);
  if (!sl_heap_admit(thread, 2 * length * sizeof(sl_value))) return NULL;
  const char *bytes = sl_string_bytes(self);
  sl_value *items = sl_allocate((length + 1) * sizeof *items);
  for (size_t i = 0; i < length; i++) items[i] = sl_int((unsigned char)bytes[i]);
  return sl_list_frozen(items, length);
}

struct sl_builtin sl_bytes_methods[] = {
    SL_BUILTIN("elems()", bytes_elems, "A list of the elements: ints from 0 to 255."),
    SL_BUILTIN_END,
};

struct sl_builtin sl_bytes_functions[] = {
    SL_BUILTIN("bytes(x, /)", bytes_function,
               "The bytes of a string, or those of an iterable of ints from 0 to 255."),
    SL_BUILTIN("hash(value: string | bytes, /)", hash_function,
               "A number computed from a string or bytes, the same in every run."),
    SL_BUILTIN_END,
};
