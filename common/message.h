// SPDX-License-Identifier: Apache-2.0
//
// Message: writes protocol buffer messages as jsonproto, textproto or binary from one description. Fields with default
// values are left out, as protobuf does; the caller writes fields in the order of the message's definition.
#ifndef COMMON_MESSAGE_H_
#define COMMON_MESSAGE_H_

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

enum sl_message_format { SL_MESSAGE_JSON, SL_MESSAGE_TEXT, SL_MESSAGE_BINARY };

// A field of a message: its number and its name in the .proto file.
struct sl_message_field {
  uint32_t number;
  const char *name;  // "path_fragment_id"; JSON writes it as "pathFragmentId"
};

// A message being written. Nested messages are written through the same writer.
struct sl_message_writer {
  enum sl_message_format format;
  struct sl_text *out;
  bool compact;  // JSON: no blanks and newlines
  int depth;     // of nesting: indentation
  bool first;    // no field of the innermost message was written yet
  // BINARY: a nested message is written to `out` behind a gap for its length; where each open one began.
  size_t starts[16];
};

void sl_message_uint(struct sl_message_writer *writer, struct sl_message_field field,
                     uint32_t value);
void sl_message_bool(struct sl_message_writer *writer, struct sl_message_field field, bool value);
void sl_message_string(struct sl_message_writer *writer, struct sl_message_field field,
                       const char *bytes, size_t length);
void sl_message_uints(struct sl_message_writer *writer, struct sl_message_field field,
                      const uint32_t *values, size_t count);

// A repeated string field: begin, one call a string, end. Without strings nothing may be begun.
void sl_message_strings_begin(struct sl_message_writer *writer, struct sl_message_field field);
void sl_message_strings_add(struct sl_message_writer *writer, struct sl_message_field field,
                            const char *bytes, size_t length, bool first);
void sl_message_strings_end(struct sl_message_writer *writer);

// Fields that are written whatever their value is, as set fields of proto2 are. An enumerator has a number and a name; repeated ints
// are not packed.
void sl_message_set_int(struct sl_message_writer *writer, struct sl_message_field field,
                        int32_t value);
void sl_message_set_bool(struct sl_message_writer *writer, struct sl_message_field field,
                         bool value);
void sl_message_set_string(struct sl_message_writer *writer, struct sl_message_field field,
                           const char *bytes, size_t length);
void sl_message_set_enum(struct sl_message_writer *writer, struct sl_message_field field,
                         uint32_t number, const char *name);
void sl_message_set_ints(struct sl_message_writer *writer, struct sl_message_field field,
                         const int32_t *values, size_t count);

// The one message of a field that is not repeated.
void sl_message_begin_single(struct sl_message_writer *writer, struct sl_message_field field);
void sl_message_end_single(struct sl_message_writer *writer);

// A message inside of another; `first` of those of a repeated field, `last` likewise (both: it stands alone in the list).
void sl_message_begin(struct sl_message_writer *writer, struct sl_message_field field, bool first);
void sl_message_end(struct sl_message_writer *writer, bool last);

// Appends a message of a stream of messages: its length, then its bytes.
void sl_message_delimited(struct sl_text *out, const char *bytes, size_t length);

// Writes a quoted JSON string.
void sl_message_json_string(struct sl_text *out, const char *bytes, size_t length);

#endif  // COMMON_MESSAGE_H_
