// SPDX-License-Identifier: Apache-2.0
//
// Json_encode: json.encode(). Invariant: keys come out sorted, so equal values give equal texts; and what comes
// out is valid UTF-8, whatever bytes the strings hold.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "builtins/arguments.h"
#include "common/text_inline.h"
#include "common/utf8.h"

// Values nested deeper are refused, long before the C stack ends.
enum { DEEPEST = 2000 };

struct encoder {
  struct sl_thread *thread;
  int depth;      // how deep we are
  bool too_deep;  // the error that is pending is about that
  struct sl_text out;
};

static bool encode(struct encoder *encoder, sl_value x);

static void write_control(struct sl_text *out, unsigned char c) {
  static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
  const char *name = c ? strchr(names, c) : NULL;
  if (name) {
    sl_text_append_char(out, '\\');
    sl_text_append_char(out, letters[name - names]);
  } else {
    sl_text_format(out, "\\u%04x", c);
  }
}

static bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

static void write_string(struct sl_text *out, const char *bytes, size_t length) {
  sl_text_reserve(out, length + 2);
  sl_text_put(out, "\"", 1);
  for (size_t i = 0; i < length;) {
    size_t plain = 0;
    while (i + plain < length && is_plain((unsigned char)bytes[i + plain])) plain++;
    sl_text_put(out, bytes + i, plain);
    i += plain;
    if (i == length) break;
    unsigned char c = (unsigned char)bytes[i];
    if (c < 0x20) {
      write_control(out, c);
      i++;
    } else if (c < 0x80) {
      sl_text_append_char(out, '\\');
      sl_text_append_char(out, (char)c);
      i++;
    } else {
      uint32_t code_point = SL_UTF8_REPLACEMENT;
      size_t size = sl_utf8_decode(bytes + i, length - i, &code_point);
      char encoded[4];
      sl_text_append(out, encoded, sl_utf8_encode(code_point, encoded));
      i += size ? size : 1;
    }
  }
  sl_text_put(out, "\"", 1);
}

// Says where the pending error happened: "in dict key "x": MESSAGE". The depth of a value that is nested too
// deeply tells nothing.
static bool fail_inside(struct encoder *encoder, const char *format, ...) SL_PRINTF(2, 3);
static bool fail_inside(struct encoder *encoder, const char *format, ...) {
  if (encoder->too_deep) return false;
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  sl_text_append_string(&text, sl_error_message(encoder->thread));
  sl_error_clear(encoder->thread);
  sl_fail(encoder->thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return false;
}

// ---------------------------------------------------------------- objects

struct field {
  sl_value name;  // string
  sl_value value;
};

static int compare_fields(const void *a, const void *b) {
  sl_value x = ((const struct field *)a)->name, y = ((const struct field *)b)->name;
  size_t x_length = sl_string_length(x), y_length = sl_string_length(y);
  size_t common = x_length < y_length ? x_length : y_length;
  int order = memcmp(sl_string_bytes(x), sl_string_bytes(y), common);
  return order ? order : (x_length > y_length) - (x_length < y_length);
}

// Writes fields in order of their names; `x` has them. Messages name a field as `attributes` or as keys.
static bool write_fields(struct encoder *encoder, sl_value x, struct field *fields, size_t count,
                         bool attributes) {
  if (count) qsort(fields, count, sizeof *fields, compare_fields);
  sl_text_append_char(&encoder->out, '{');
  for (size_t i = 0; i < count; i++) {
    const char *name = sl_string_bytes(fields[i].name);
    if (i > 0) sl_text_append_char(&encoder->out, ',');
    write_string(&encoder->out, name, sl_string_length(fields[i].name));
    sl_text_append_char(&encoder->out, ':');
    if (encode(encoder, fields[i].value)) continue;
    if (attributes) return fail_inside(encoder, "in %s field .%s: ", sl_type_name(x), name);
    return fail_inside(encoder, "in %s key \"%s\": ", sl_type_name(x), name);
  }
  sl_text_append_char(&encoder->out, '}');
  return true;
}

static bool check_key(struct encoder *encoder, sl_value x, sl_value key) {
  return sl_is_string(key) || sl_fail_false(encoder->thread, "%s has %s key, want string",
                                            sl_type_name(x), sl_type_name(key));
}

// Room for so many fields; NULL with an error pending: there is none.
static struct field *new_fields(struct encoder *encoder, size_t count) {
  bool admitted = sl_heap_admit(encoder->thread, count * sizeof(struct field));
  return admitted ? sl_allocate((count + 1) * sizeof(struct field)) : NULL;
}

static bool encode_dict(struct encoder *encoder, sl_value dict) {
  struct field *fields = new_fields(encoder, sl_dict_length(dict));
  if (!fields) return false;
  size_t count = 0, cursor = 0;
  for (sl_value key, value; sl_dict_next(dict, &cursor, &key, &value);) {
    if (!check_key(encoder, dict, key)) return false;
    fields[count++] = (struct field){key, value};
  }
  return write_fields(encoder, dict, fields, count, false);
}

// Any other mapping.
static bool encode_mapping(struct encoder *encoder, sl_value x) {
  sl_value *keys;
  size_t count;
  if (!sl_arguments_items(encoder->thread, x, &keys, &count)) return false;
  struct field *fields = new_fields(encoder, count);
  if (!fields) return false;
  for (size_t i = 0; i < count; i++) {
    if (!check_key(encoder, x, keys[i])) return false;
    fields[i] = (struct field){keys[i], sl_index(encoder->thread, x, keys[i])};
    if (!fields[i].value) return false;
  }
  return write_fields(encoder, x, fields, count, false);
}

// A growing array of the names that a type offers.
struct names {
  struct field *fields;
  size_t count;
};

static void add_name(void *data, const char *name, size_t length) {
  struct names *names = data;
  if ((names->count & (names->count - 1)) == 0) {
    size_t capacity = names->count ? names->count * 2 : 1;
    names->fields = names->fields ? sl_reallocate(names->fields, capacity * sizeof *names->fields)
                                  : sl_allocate(capacity * sizeof *names->fields);
  }
  names->fields[names->count++] = (struct field){sl_string(name, length), NULL};
}

static bool encode_attributes(struct encoder *encoder, sl_value x) {
  struct names names = {0};
  sl_type_of(x)->attribute_names(x, add_name, &names);
  for (size_t i = 0; i < names.count; i++) {
    struct field *field = &names.fields[i];
    field->value = sl_attribute(encoder->thread, x, sl_string_bytes(field->name));
    if (!field->value) return false;
  }
  return write_fields(encoder, x, names.fields, names.count, true);
}

// ---------------------------------------------------------------- values

static bool encode_items(struct encoder *encoder, sl_value x) {
  struct sl_iterator iterator;
  if (!sl_iterate_begin(encoder->thread, x, &iterator)) return false;
  sl_text_append_char(&encoder->out, '[');
  bool encoded = true;
  size_t i = 0;
  for (sl_value item; (item = sl_iterate_next(&iterator)); i++) {
    if (i > 0) sl_text_append_char(&encoder->out, ',');
    encoded = encode(encoder, item);
    if (!encoded) break;
  }
  sl_iterate_end(&iterator);
  if (!encoded) return fail_inside(encoder, "at %s index %zu: ", sl_type_name(x), i);
  sl_text_append_char(&encoder->out, ']');
  return true;
}

static bool encode_composite(struct encoder *encoder, sl_value x) {
  if (sl_is_dict(x)) return encode_dict(encoder, x);
  if (sl_is_mapping(x)) return encode_mapping(encoder, x);
  if (sl_is_iterable(x)) return encode_items(encoder, x);
  if (sl_type_of(x)->attribute_names) return encode_attributes(encoder, x);
  return sl_fail_false(encoder->thread, "cannot encode %s as JSON", sl_type_name(x));
}

static bool encode(struct encoder *encoder, sl_value x) {
  size_t extra = sl_is_string(x) ? sl_string_length(x) : 0;
  if (!sl_text_admit(encoder->thread, &encoder->out, extra)) return false;
  if (!sl_thread_take_steps(encoder->thread, 1)) return false;
  if (x == SL_NONE) {
    sl_text_append_string(&encoder->out, "null");
    return true;
  }
  if (sl_is_bool(x)) {
    sl_text_append_string(&encoder->out, x == SL_TRUE ? "true" : "false");
    return true;
  }
  if (sl_is_string(x)) {
    write_string(&encoder->out, sl_string_bytes(x), sl_string_length(x));
    return true;
  }
  if (sl_is_float(x) && !isfinite(sl_float_value(x))) {
    struct sl_text shown = {0};
    if (sl_str(encoder->thread, x, &shown)) {
      sl_fail(encoder->thread, "cannot encode non-finite float %s", sl_text_string(&shown));
    }
    sl_text_free(&shown);
    return false;
  }
  if (sl_is_float(x) || sl_is_int(x)) return sl_str(encoder->thread, x, &encoder->out);
  if (encoder->depth == DEEPEST) {
    encoder->too_deep = true;
    return sl_fail_false(encoder->thread, "nesting depth limit exceeded");
  }
  encoder->depth++;
  bool encoded = encode_composite(encoder, x);
  encoder->depth--;
  return encoded;
}

sl_value sl_json_encode(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct encoder encoder = {.thread = thread, .out = sl_text_begin(thread)};
  bool encoded = encode(&encoder, arguments[0]);
  return sl_text_finish(thread, &encoder.out, encoded);
}
