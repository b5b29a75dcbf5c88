// SPDX-License-Identifier: Apache-2.0
//
// Message: the three encodings, byte for byte as the protobuf runtime lays them out.
#include "common/message.h"

#include <string.h>

// ---------------------------------------------------------------- pieces

// JSON indents what stands in the container's braces; text has no such braces.
static void append_indent(struct sl_message_writer *writer) {
  if (writer->compact) return;
  int levels = writer->depth - (writer->format == SL_MESSAGE_TEXT);
  for (int i = 0; i < levels; i++) sl_text_append(writer->out, "  ", 2);
}

void sl_message_json_string(struct sl_text *out, const char *bytes, size_t length) {
  sl_text_append_char(out, '"');
  size_t start = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    sl_text_append(out, bytes + start, i - start);
    start = i + 1;
    switch (c) {
      case '"':
        sl_text_append(out, "\\\"", 2);
        break;
      case '\\':
        sl_text_append(out, "\\\\", 2);
        break;
      case '\n':
        sl_text_append(out, "\\n", 2);
        break;
      case '\t':
        sl_text_append(out, "\\t", 2);
        break;
      case '\r':
        sl_text_append(out, "\\r", 2);
        break;
      case '\b':
        sl_text_append(out, "\\b", 2);
        break;
      case '\f':
        sl_text_append(out, "\\f", 2);
        break;
      default:
        sl_text_format(out, "\\u%04x", c);
    }
  }
  sl_text_append(out, bytes + start, length - start);
  sl_text_append_char(out, '"');
}

// As protobuf's TextFormat: everything outside of printable ASCII in octal.
static void append_text_string(struct sl_text *out, const char *bytes, size_t length) {
  sl_text_append_char(out, '"');
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c == '"' || c == '\\' || c == '\'') {
      sl_text_append_char(out, '\\');
      sl_text_append_char(out, (char)c);
    } else if (c == '\n') {
      sl_text_append(out, "\\n", 2);
    } else if (c == '\t') {
      sl_text_append(out, "\\t", 2);
    } else if (c == '\r') {
      sl_text_append(out, "\\r", 2);
    } else if (c < 0x20 || c >= 0x7f) {
      sl_text_format(out, "\\%03o", c);
    } else {
      sl_text_append_char(out, (char)c);
    }
  }
  sl_text_append_char(out, '"');
}

static size_t encode_varint(uint64_t value, char bytes[10]) {
  size_t n = 0;
  for (; value >= 0x80; value >>= 7) bytes[n++] = (char)(value | 0x80);
  bytes[n++] = (char)value;
  return n;
}

static void append_varint(struct sl_text *out, uint64_t value) {
  char bytes[10];
  sl_text_append(out, bytes, encode_varint(value, bytes));
}

enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

static void append_tag(struct sl_message_writer *writer, struct sl_message_field field,
                       enum wire_type type) {
  append_varint(writer->out, (uint64_t)field.number << 3 | type);
}

static void append_newline(struct sl_message_writer *writer) {
  if (!writer->compact) sl_text_append_char(writer->out, '\n');
}

static void append_comma(struct sl_message_writer *writer) {
  sl_text_append_string(writer->out, writer->compact ? "," : ", ");
}

static void append_json_name(struct sl_message_writer *writer, const char *name) {
  struct sl_text *out = writer->out;
  sl_text_append_char(out, '"');
  for (const char *c = name; *c; c++) {
    if (*c == '_' && c[1]) {
      sl_text_append_char(out, (char)(*++c - 'a' + 'A'));
    } else {
      sl_text_append_char(out, *c);
    }
  }
  sl_text_append_string(out, writer->compact ? "\":" : "\": ");
}

// What stands before a field's value.
static void begin_field(struct sl_message_writer *writer, struct sl_message_field field,
                        enum wire_type type) {
  switch (writer->format) {
    case SL_MESSAGE_JSON:
      if (!writer->first) sl_text_append_char(writer->out, ',');
      append_newline(writer);
      append_indent(writer);
      append_json_name(writer, field.name);
      break;
    case SL_MESSAGE_TEXT:
      append_indent(writer);
      sl_text_append_string(writer->out, field.name);
      sl_text_append(writer->out, ": ", 2);
      break;
    case SL_MESSAGE_BINARY:
      append_tag(writer, field, type);
  }
  writer->first = false;
}

static void end_field(struct sl_message_writer *writer) {
  if (writer->format == SL_MESSAGE_TEXT) sl_text_append_char(writer->out, '\n');
}

static void append_string(struct sl_message_writer *writer, const char *bytes, size_t length) {
  switch (writer->format) {
    case SL_MESSAGE_JSON:
      sl_message_json_string(writer->out, bytes, length);
      break;
    case SL_MESSAGE_TEXT:
      append_text_string(writer->out, bytes, length);
      break;
    case SL_MESSAGE_BINARY:
      append_varint(writer->out, length);
      sl_text_append(writer->out, bytes, length);
  }
}

// ---------------------------------------------------------------- fields

void sl_message_uint(struct sl_message_writer *writer, struct sl_message_field field,
                     uint32_t value) {
  if (value == 0) return;
  begin_field(writer, field, WIRE_VARINT);
  if (writer->format == SL_MESSAGE_BINARY) {
    append_varint(writer->out, value);
  } else {
    sl_text_append_integer(writer->out, value);
  }
  end_field(writer);
}

void sl_message_bool(struct sl_message_writer *writer, struct sl_message_field field, bool value) {
  if (!value) return;
  begin_field(writer, field, WIRE_VARINT);
  if (writer->format == SL_MESSAGE_BINARY) {
    append_varint(writer->out, 1);
  } else {
    sl_text_append_string(writer->out, "true");
  }
  end_field(writer);
}

void sl_message_string(struct sl_message_writer *writer, struct sl_message_field field,
                       const char *bytes, size_t length) {
  if (length == 0) return;
  begin_field(writer, field, WIRE_BYTES);
  append_string(writer, bytes, length);
  end_field(writer);
}

static void append_packed(struct sl_message_writer *writer, const uint32_t *values, size_t count) {
  size_t size = 0;
  char bytes[10];
  for (size_t i = 0; i < count; i++) size += encode_varint(values[i], bytes);
  append_varint(writer->out, size);
  for (size_t i = 0; i < count; i++) append_varint(writer->out, values[i]);
}

void sl_message_uints(struct sl_message_writer *writer, struct sl_message_field field,
                      const uint32_t *values, size_t count) {
  if (count == 0) return;
  if (writer->format == SL_MESSAGE_TEXT) {
    for (size_t i = 0; i < count; i++) {
      begin_field(writer, field, WIRE_VARINT);
      sl_text_append_integer(writer->out, values[i]);
      end_field(writer);
    }
    return;
  }
  begin_field(writer, field, WIRE_BYTES);
  if (writer->format == SL_MESSAGE_BINARY) {
    append_packed(writer, values, count);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    sl_text_append_string(writer->out, i ? ", " : "[");
    sl_text_append_integer(writer->out, values[i]);
  }
  sl_text_append_char(writer->out, ']');
}

void sl_message_strings_begin(struct sl_message_writer *writer, struct sl_message_field field) {
  if (writer->format != SL_MESSAGE_JSON) return;
  begin_field(writer, field, WIRE_BYTES);
  sl_text_append_char(writer->out, '[');
}

void sl_message_strings_add(struct sl_message_writer *writer, struct sl_message_field field,
                            const char *bytes, size_t length, bool first) {
  if (writer->format == SL_MESSAGE_JSON) {
    if (!first) append_comma(writer);
  } else {
    begin_field(writer, field, WIRE_BYTES);
  }
  append_string(writer, bytes, length);
  end_field(writer);
}

void sl_message_strings_end(struct sl_message_writer *writer) {
  if (writer->format == SL_MESSAGE_JSON) sl_text_append_char(writer->out, ']');
}

// ---------------------------------------------------------------- fields that are set

static void append_int(struct sl_message_writer *writer, int32_t value) {
  if (writer->format == SL_MESSAGE_BINARY) {
    append_varint(writer->out, (uint64_t)(int64_t)value);
  } else {
    sl_text_append_integer(writer->out, value);
  }
}

void sl_message_set_int(struct sl_message_writer *writer, struct sl_message_field field,
                        int32_t value) {
  begin_field(writer, field, WIRE_VARINT);
  append_int(writer, value);
  end_field(writer);
}

void sl_message_set_bool(struct sl_message_writer *writer, struct sl_message_field field,
                         bool value) {
  begin_field(writer, field, WIRE_VARINT);
  if (writer->format == SL_MESSAGE_BINARY) {
    append_varint(writer->out, value);
  } else {
    sl_text_append_string(writer->out, value ? "true" : "false");
  }
  end_field(writer);
}

void sl_message_set_string(struct sl_message_writer *writer, struct sl_message_field field,
                           const char *bytes, size_t length) {
  begin_field(writer, field, WIRE_BYTES);
  append_string(writer, bytes, length);
  end_field(writer);
}

void sl_message_set_enum(struct sl_message_writer *writer, struct sl_message_field field,
                         uint32_t number, const char *name) {
  begin_field(writer, field, WIRE_VARINT);
  switch (writer->format) {
    case SL_MESSAGE_JSON:
      sl_message_json_string(writer->out, name, strlen(name));
      break;
    case SL_MESSAGE_TEXT:
      sl_text_append_string(writer->out, name);
      break;
    case SL_MESSAGE_BINARY:
      append_varint(writer->out, number);
  }
  end_field(writer);
}

void sl_message_set_ints(struct sl_message_writer *writer, struct sl_message_field field,
                         const int32_t *values, size_t count) {
  if (count == 0) return;
  if (writer->format != SL_MESSAGE_JSON) {
    for (size_t i = 0; i < count; i++) sl_message_set_int(writer, field, values[i]);
    return;
  }
  begin_field(writer, field, WIRE_VARINT);
  for (size_t i = 0; i < count; i++) {
    if (i == 0) {
      sl_text_append_char(writer->out, '[');
    } else {
      append_comma(writer);
    }
    append_int(writer, values[i]);
  }
  sl_text_append_char(writer->out, ']');
}

// ---------------------------------------------------------------- nested messages

void sl_message_begin_single(struct sl_message_writer *writer, struct sl_message_field field) {
  if (writer->format != SL_MESSAGE_JSON) {
    sl_message_begin(writer, field, true);
    return;
  }
  begin_field(writer, field, WIRE_BYTES);
  sl_text_append_char(writer->out, '{');
  writer->depth++;
  writer->first = true;
}

void sl_message_end_single(struct sl_message_writer *writer) { sl_message_end(writer, false); }

void sl_message_begin(struct sl_message_writer *writer, struct sl_message_field field, bool first) {
  struct sl_text *out = writer->out;
  switch (writer->format) {
    case SL_MESSAGE_JSON:
      if (first) {
        begin_field(writer, field, WIRE_BYTES);
        sl_text_append_string(out, "[{");
      } else {
        append_comma(writer);
        sl_text_append_char(out, '{');
      }
      break;
    case SL_MESSAGE_TEXT:
      append_indent(writer);
      sl_text_append_string(out, field.name);
      sl_text_append_string(out, " {\n");
      break;
    case SL_MESSAGE_BINARY:
      append_tag(writer, field, WIRE_BYTES);
      writer->starts[writer->depth] = out->length;
  }
  writer->depth++;
  writer->first = true;
}

// Puts the length of a nested message before it, now that it is known.
static void insert_length(struct sl_message_writer *writer) {
  struct sl_text *out = writer->out;
  size_t start = writer->starts[writer->depth], length = out->length - start;
  char bytes[10];
  size_t gap = encode_varint(length, bytes);
  sl_text_append(out, bytes, gap);  // makes the room
  memmove(out->bytes + start + gap, out->bytes + start, length);
  memcpy(out->bytes + start, bytes, gap);
}

void sl_message_end(struct sl_message_writer *writer, bool last) {
  writer->depth--;
  switch (writer->format) {
    case SL_MESSAGE_JSON:
      append_newline(writer);
      append_indent(writer);
      sl_text_append_char(writer->out, '}');
      if (last) sl_text_append_char(writer->out, ']');
      break;
    case SL_MESSAGE_TEXT:
      append_indent(writer);
      sl_text_append_string(writer->out, "}\n");
      break;
    case SL_MESSAGE_BINARY:
      insert_length(writer);
  }
  writer->first = false;
}

void sl_message_delimited(struct sl_text *out, const char *bytes, size_t length) {
  append_varint(out, length);
  sl_text_append(out, bytes, length);
}
