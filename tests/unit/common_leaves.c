// SPDX-License-Identifier: Apache-2.0
//
// The leaves of common/ that everything is built from: arena, text, spelling suggestions.
#include <stdlib.h>

#include "check.h"
#include "common/arena.h"
#include "common/find.h"
#include "common/spell.h"
#include "common/text.h"

static void test_arena(void) {
  struct sl_arena arena = {0};
  check(sl_arena_allocate(&arena, 0));
  for (size_t size = 1; size < 100000; size = size * 3 + 1) {
    unsigned char *memory = sl_arena_allocate(&arena, size);
    check((uintptr_t)memory % 8 == 0 && !memory[0] && !memory[size - 1]);
    memset(memory, 0xff, size);
  }
  check(arena.used >= 88572);
  check_text(sl_arena_copy(&arena, "abcdef", 3), "abc");
  check_text(sl_arena_format(&arena, "%s-%d", "x", 42), "x-42");
  sl_arena_clear(&arena);
  check(!arena.blocks && !arena.used);
  check_text(sl_arena_copy(&arena, "again", 5), "again");
  sl_arena_clear(&arena);
}

static void test_text(void) {
  struct sl_text text = {0};
  check_text(sl_text_string(&text), "");
  sl_text_append(&text, "ab\0c", 4);
  check(text.length == 4 && text.bytes[4] == '\0');
  sl_text_reset(&text);
  sl_text_append_string(&text, "x");
  sl_text_append_char(&text, '=');
  sl_text_append_integer(&text, INT64_MIN);
  sl_text_format(&text, ", %s%c", "y", '.');
  check_text(sl_text_string(&text), "x=-9223372036854775808, y.");
  for (int i = 0; i < 1000; i++) {
    sl_text_append_char(&text, 'z');
  }
  check(text.length == 1026 && strlen(text.bytes) == 1026);
  sl_text_free(&text);
  check(!text.bytes && !text.length && !text.capacity);
}

// Where a part is for the first and the last time, byte by byte.
static void check_found(const char *text, size_t length, const char *part, size_t part_length) {
  size_t first = SL_NOT_FOUND, last = SL_NOT_FOUND, count = 0;
  for (size_t i = 0; i + part_length <= length; i++) {
    if (part_length && memcmp(text + i, part, part_length) != 0) continue;
    if (count++ == 0) first = i;
    last = i;
  }
  check(sl_find_first(text, length, part, part_length) == first);
  check(sl_find_last(text, length, part, part_length) == last);
  if (part_length == 1) check(sl_count_byte(text, length, part[0]) == count);
}

// Texts of few letters, in memory that ends where they do.
static void test_find(void) {
  uint32_t random = 1;
  for (size_t length = 0; length < 600; length += length < 90 ? 1 : 37) {
    char *text = malloc(length + 1), *end = text + length;
    for (char *p = text; p < end; p++) *p = "ab"[(random = random * 1103515245 + 12345) >> 24 & 1];
    for (size_t part = 0; part <= length && part < 140; part += part < 20 ? 1 : 9) {
      check_found(text, length, text + (length - part), part);
      check_found(text, length, text + (length - part) / 2, part);
      check_found(text, length, "abaabbbaabababbbababaabb", part < 24 ? part : 24);
    }
    check_found(text, length, "c", 1);
    free(text);
  }
}

// What is suggested for a word, of names separated by blanks; "" for nothing.
static void check_suggestion(const char *word, const char *names, const char *want) {
  struct sl_spell spell;
  sl_spell_begin(&spell, word, strlen(word));
  while (*names) {
    size_t length = strcspn(names, " ");
    sl_spell_offer(&spell, names, length);
    names += length;
    names += *names == ' ';
  }
  char got[64] = "";
  if (spell.best) snprintf(got, sizeof got, "%.*s", (int)spell.best_length, spell.best);
  check_text(got, want);
}

static void test_spell(void) {
  static const char names[] = "append clear extend index insert pop remove";
  check_suggestion("apend", names, "append");
  check_suggestion("EXTENT", names, "extend");
  check_suggestion("insrt", names, "insert");
  check_suggestion("indx", names, "index");
  check_suggestion("push", names, "");
  check_suggestion("po", names, "");
  check_suggestion("pip", names, "pop");
  check_suggestion("", names, "");
  // The first of equals, and never at half the length or more.
  check_suggestion("abcx", "abcd abce", "abcd");
  check_suggestion("ab", "ac", "");
  check_suggestion("abcdefghijkl", "abcdefg", "");
}

int main(void) {
  test_arena();
  test_text();
  test_find();
  test_spell();
  return check_failures != 0;
}
