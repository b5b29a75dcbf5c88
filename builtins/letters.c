// SPDX-License-Identifier: Apache-2.0
//
// Letters: case and kinds of characters as Unicode has them. Invariant: what is not valid UTF-8 stays as it is, and is no
// letter.
#include "builtins/letters.h"

#include "builtins/arguments.h"
#include "common/utf8.h"
#include "parser/syntax.h"

enum { CASED = SL_CHARACTER_UPPER | SL_CHARACTER_LOWER | SL_CHARACTER_TITLE };

// The characters of a string, one after the other.
struct reader {
  const char *at;
  const char *limit;
  const char *start;    // of the character that was read
  uint32_t code_point;  // of it; 0 if it is a byte that belongs to none
  unsigned kind;
};

static struct reader reader_of(sl_value string) {
  const char *bytes = sl_string_bytes(string);
  return (struct reader){.at = bytes, .limit = bytes + sl_string_length(string)};
}

static bool next(struct reader *reader) {
  reader->start = reader->at;
  if (reader->at == reader->limit) return false;
  reader->code_point = 0;
  size_t size =
      sl_utf8_decode(reader->at, (size_t)(reader->limit - reader->at), &reader->code_point);
  reader->kind = size ? sl_unicode_character(reader->code_point) : 0;
  reader->at += size ? size : 1;
  return true;
}

static uint32_t convert(uint32_t code_point, enum sl_letters_case which, bool first,
                        bool inside_word) {
  bool begins = which == SL_LETTERS_TITLE ? !inside_word : which == SL_LETTERS_CAPITALIZE && first;
  if (which == SL_LETTERS_UPPER) return sl_unicode_upper(code_point);
  return begins ? sl_unicode_title(code_point) : sl_unicode_lower(code_point);
}

sl_value sl_letters_convert(struct sl_thread *thread, sl_value string, enum sl_letters_case which) {
  struct sl_text text = sl_text_begin(thread);
  bool admitted = sl_text_admit(thread, &text, sl_string_length(string));
  bool first = true, inside_word = false;
  for (struct reader reader = reader_of(string); admitted && next(&reader); first = false) {
    if (reader.kind & SL_CHARACTER_LETTER) {
      char encoded[4];
      uint32_t converted = convert(reader.code_point, which, first, inside_word);
      sl_text_append(&text, encoded, sl_utf8_encode(converted, encoded));
    } else {
      sl_text_append(&text, reader.start, (size_t)(reader.at - reader.start));
    }
    inside_word = reader.kind & SL_CHARACTER_LETTER;
  }
  return sl_text_finish(thread, &text, admitted);
}

bool sl_letters_all(sl_value string, unsigned kinds) {
  struct reader reader = reader_of(string);
  while (next(&reader)) {
    if (!(reader.kind & kinds)) return false;
  }
  return sl_string_length(string) > 0;
}

bool sl_letters_cased_without(sl_value string, unsigned kinds) {
  bool any = false;
  for (struct reader reader = reader_of(string); next(&reader);) {
    if (reader.kind & kinds) return false;
    any = any || reader.kind & CASED;
  }
  return any;
}

bool sl_letters_are_title(sl_value string) {
  bool any = false, after_cased = false;
  for (struct reader reader = reader_of(string); next(&reader);) {
    bool cased = reader.kind & CASED;
    uint32_t wanted =
        after_cased ? sl_unicode_lower(reader.code_point) : sl_unicode_title(reader.code_point);
    if (cased && reader.code_point != wanted) return false;
    after_cased = cased;
    any = any || after_cased;
  }
  return any;
}
