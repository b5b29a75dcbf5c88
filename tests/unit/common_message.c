// SPDX-License-Identifier: Apache-2.0
//
// Messages: the three encodings of one message, lengths that take several bytes, and what strings
// become.
#include "common/message.h"

#include "tests/unit/check.h"

#define FIELD(number, name) ((struct sl_message_field){number, name})

static struct sl_text text;

static struct sl_message_writer begin(enum sl_message_format format) {
  sl_text_reset(&text);
  return (struct sl_message_writer){.format = format, .out = &text, .depth = 1, .first = true};
}

static void check_bytes(const char *want, size_t length) {
  check(text.length == length && memcmp(sl_text_string(&text), want, length) == 0);
}

// Fields of every kind, some with default values, which are not written.
static void write_all(struct sl_message_writer *writer) {
  static const uint32_t ids[] = {1, 300};
  sl_message_uint(writer, FIELD(1, "an_id"), 150);
  sl_message_uint(writer, FIELD(2, "zero"), 0);
  sl_message_string(writer, FIELD(3, "label"), "a\"b\n", 4);
  sl_message_string(writer, FIELD(4, "empty"), "", 0);
  sl_message_bool(writer, FIELD(5, "yes"), true);
  sl_message_bool(writer, FIELD(6, "no"), false);
  sl_message_uints(writer, FIELD(7, "some_ids"), ids, 2);
  sl_message_uints(writer, FIELD(8, "none"), ids, 0);
  sl_message_strings_begin(writer, FIELD(16, "words"));
  sl_message_strings_add(writer, FIELD(16, "words"), "x", 1, true);
  sl_message_strings_add(writer, FIELD(16, "words"), "", 0, false);
  sl_message_strings_end(writer);
  for (int i = 0; i < 2; i++) {
    sl_message_begin(writer, FIELD(17, "pairs"), i == 0);
    sl_message_uint(writer, FIELD(1, "key"), (uint32_t)i + 1);
    sl_message_end(writer, i == 1);
  }
}

static void test_formats(void) {
  struct sl_message_writer writer = begin(SL_MESSAGE_JSON);
  write_all(&writer);
  check_text(sl_text_string(&text),
             "\n  \"anId\": 150,\n  \"label\": \"a\\\"b\\n\",\n  \"yes\": true,\n"
             "  \"someIds\": [1, 300],\n  \"words\": [\"x\", \"\"],\n"
             "  \"pairs\": [{\n    \"key\": 1\n  }, {\n    \"key\": 2\n  }]");
  writer = begin(SL_MESSAGE_TEXT);
  write_all(&writer);
  check_text(
      sl_text_string(&text),
      "an_id: 150\nlabel: \"a\\\"b\\n\"\nyes: true\nsome_ids: 1\nsome_ids: 300\nwords: \"x\"\n"
      "words: \"\"\npairs {\n  key: 1\n}\npairs {\n  key: 2\n}\n");
  writer = begin(SL_MESSAGE_BINARY);
  write_all(&writer);
  static const char want[] =
      "\x08\x96\x01\x1a\x04"
      "a\"b\n\x28\x01\x3a\x03\x01\xac\x02\x82\x01\x01x\x82\x01\x00\x8a\x01\x02\x08\x01\x8a\x01\x02"
      "\x08\x02";
  check_bytes(want, sizeof want - 1);
}

// A message in a message, each so long that its length takes two or three bytes.
static void test_long_messages(void) {
  static const size_t lengths[] = {0, 1, 125, 126, 127, 128, 16380, 20000};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct sl_text content = {0};
    for (size_t k = 0; k < lengths[i]; k++) sl_text_append_char(&content, 'x');
    struct sl_message_writer writer = begin(SL_MESSAGE_BINARY);
    sl_message_begin(&writer, FIELD(1, "outer"), true);
    sl_message_begin(&writer, FIELD(2, "inner"), true);
    sl_message_string(&writer, FIELD(3, "text"), sl_text_string(&content), content.length);
    sl_message_end(&writer, true);
    sl_message_end(&writer, true);
    // Read back: each length must be exactly what remains.
    const unsigned char *at = (const unsigned char *)sl_text_string(&text);
    const unsigned char *end = at + text.length;
    for (int tag = 0x0a; tag <= (lengths[i] ? 0x1a : 0x12); tag += 8) {
      check(*at++ == tag);
      size_t length = 0;
      for (int shift = 0;; shift += 7) {
        length |= (size_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80) break;
      }
      check(length == (size_t)(end - at));
    }
    check((size_t)(end - at) == lengths[i]);
    sl_text_free(&content);
  }
}

static void test_strings(void) {
  sl_text_reset(&text);
  sl_message_json_string(&text,
                         "\x01\t\b\f\r\\/\x7f"
                         "h\xc3\xb6",
                         11);
  check_text(sl_text_string(&text), "\"\\u0001\\t\\b\\f\\r\\\\/\x7fh\xc3\xb6\"");
  struct sl_message_writer writer = begin(SL_MESSAGE_TEXT);
  sl_message_string(&writer, FIELD(1, "s"), "\x01\t\r'\xc3\xb6\x7f", 7);
  check_text(sl_text_string(&text), "s: \"\\001\\t\\r\\'\\303\\266\\177\"\n");
}

int main(void) {
  test_formats();
  test_long_messages();
  test_strings();
  sl_text_free(&text);
  return check_failures != 0;
}
