// SPDX-License-Identifier: Apache-2.0
//
// Bytes: immutable bytes that are no text. The layout is that of strings; elements are ints.
#include "runtime/types/format.h"
#include "runtime/types/sequence.h"

static struct sl_string *as_bytes(sl_value value) { return (struct sl_string *)(void *)value; }

// ---------------------------------------------------------------- slots

static bool bytes_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_append_char(out, 'b');
  sl_string_quote(as_bytes(x)->bytes, as_bytes(x)->length, out);
  return true;
}

static bool bytes_str(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_append(out, as_bytes(x)->bytes, as_bytes(x)->length);
  return true;
}

static bool bytes_truth(sl_value x) { return as_bytes(x)->length != 0; }

static bool bytes_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  (void)thread;
  *hash = sl_string_hash(as_bytes(x));
  return true;
}

static int bytes_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  (void)thread;
  return sl_string_equal(as_bytes(x), as_bytes(y));
}

static bool bytes_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  (void)thread;
  *order = sl_string_compare(as_bytes(x), as_bytes(y));
  return true;
}

static int64_t bytes_length(sl_value x) { return as_bytes(x)->length; }

// A part, or one element.
static int bytes_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  const struct sl_string *text = as_bytes(x);
  int32_t element;
  if (sl_has_type(item, &sl_bytes_type)) {
    return memmem(text->bytes, text->length, as_bytes(item)->bytes, as_bytes(item)->length) != NULL;
  }
  if (sl_int_to_int32(item, &element) && element >= 0 && element < 256) {
    return memchr(text->bytes, element, text->length) != NULL;
  }
  sl_fail(thread, "'in bytes' requires bytes or int as left operand, not '%s'", sl_type_name(item));
  return -1;
}

static sl_value bytes_index(struct sl_thread *thread, sl_value x, sl_value key) {
  size_t i;
  if (!sl_sequence_position(thread, key, "bytes index", as_bytes(x)->length, &i)) return NULL;
  return sl_small_int_value((unsigned char)as_bytes(x)->bytes[i]);
}

static sl_value bytes_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                            sl_value step) {
  struct sl_slice slice;
  if (!sl_sequence_slice(thread, as_bytes(x)->length, start, stop, step, &slice)) return NULL;
  sl_value result = sl_bytes(NULL, slice.count);
  for (uint32_t i = 0; i < slice.count; i++) {
    as_bytes(result)->bytes[i] = as_bytes(x)->bytes[slice.start + (int64_t)i * slice.step];
  }
  return result;
}

static sl_value bytes_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                             bool reversed) {
  const struct sl_string *left = as_bytes(x);
  if (op == SL_OP_STAR && sl_is_int(y)) {
    size_t times;
    if (!sl_sequence_repetitions(thread, left->length, y, INT32_MAX, "bytes", &times)) return NULL;
    sl_value result = sl_bytes(NULL, times * left->length);
    sl_sequence_repeat(left->bytes, left->length, times, as_bytes(result)->bytes);
    return result;
  }
  if (op != SL_OP_PLUS || reversed || !sl_has_type(y, &sl_bytes_type)) return NULL;
  const struct sl_string *right = as_bytes(y);
  sl_value result = sl_bytes(NULL, (size_t)left->length + right->length);
  memcpy(as_bytes(result)->bytes, left->bytes, left->length);
  memcpy(as_bytes(result)->bytes + left->length, right->bytes, right->length);
  return result;
}

// ---------------------------------------------------------------- externals

sl_value sl_bytes(const char *bytes, size_t length) {
  char *copy;
  sl_value value = sl_string_new(length, &copy);
  as_bytes(value)->type = &sl_bytes_type;
  if (bytes) memcpy(copy, bytes, length);
  return value;
}

const struct sl_type sl_bytes_type = {
    .name = "bytes",
    .methods = sl_bytes_methods,
    .repr = bytes_repr,
    .str = bytes_str,
    .truth = bytes_truth,
    .hash = bytes_hash,
    .equal = bytes_equal,
    .compare = bytes_compare,
    .length = bytes_length,
    .contains = bytes_contains,
    .index = bytes_index,
    .slice = bytes_slice,
    .binary = bytes_binary,
};
