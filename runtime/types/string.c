// SPDX-License-Identifier: Apache-2.0
//
// String: immutable bytes, UTF-8 by convention: an element is a byte, as in Bazel. Strings of no or
// one byte are static, and never allocated. bytes.c shares the layout.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/copy.h"
#include "common/find.h"
#include "common/text_inline.h"
#include "runtime/os.h"
#include "runtime/types/format.h"
#include "runtime/types/sequence.h"

// ---------------------------------------------------------------- layout

// The layout of struct sl_string with room for one byte.
struct short_string {
  const struct sl_type *type;
  uint32_t hash;
  uint32_t length;
  char bytes[8];
};

#define ONE(byte)                           \
  {                                         \
    &sl_string_type, 0, 1, { (char)(byte) } \
  }
#define FOUR(byte) ONE(byte), ONE((byte) + 1), ONE((byte) + 2), ONE((byte) + 3)
#define SIXTEEN(byte) FOUR(byte), FOUR((byte) + 4), FOUR((byte) + 8), FOUR((byte) + 12)
#define SIXTY_FOUR(byte) \
  SIXTEEN(byte), SIXTEEN((byte) + 16), SIXTEEN((byte) + 32), SIXTEEN((byte) + 48)

// Constant but for the hashes.
static struct short_string one_byte_strings[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128),
                                                    SIXTY_FOUR(192)};
static struct short_string empty_string = {&sl_string_type, 0, 0, {0}};

static struct sl_string *as_string(sl_value value) { return (struct sl_string *)(void *)value; }

sl_value sl_string_of_byte(unsigned char byte) { return (sl_value)(void *)&one_byte_strings[byte]; }

static inline sl_value new_string(size_t length, char **bytes) {
  if (length >= UINT32_MAX) {
    fprintf(stderr, "starmypy: out of memory (string of %zu bytes wanted)\n", length);
    abort();
  }
  struct sl_string *string = sl_allocate_raw(sizeof *string + length + 1);
  string->type = &sl_string_type;
  string->hash = 0;
  string->length = (uint32_t)length;
  string->bytes[length] = '\0';
  *bytes = string->bytes;
  return (sl_value)(void *)string;
}

sl_value sl_string_new(size_t length, char **bytes) { return new_string(length, bytes); }

sl_value sl_string(const char *bytes, size_t length) {
  if (length == 0) return (sl_value)(void *)&empty_string;
  if (length == 1) return sl_string_of_byte((unsigned char)bytes[0]);
  char *copy;
  sl_value string = new_string(length, &copy);
  sl_copy_bytes(copy, bytes, length);
  return string;
}

sl_value sl_string_from(const char *string) { return sl_string(string, strlen(string)); }

sl_value sl_string_from_text(const struct sl_text *text) {
  return sl_string(text->bytes, text->length);
}

sl_value sl_string_format(const char *format, ...) {
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  sl_value string = sl_string_from_text(&text);
  sl_text_free(&text);
  return string;
}

// ---------------------------------------------------------------- from texts

// Whoever writes values in each other begins several texts: the inner ones get memory of their own.
struct sl_text sl_text_begin(struct sl_thread *thread) {
  struct sl_text text = sl_thread_head(thread)->spare;
  sl_thread_head(thread)->spare = (struct sl_text){0};
  sl_text_reset(&text);
  return text;
}

sl_value sl_text_finish(struct sl_thread *thread, struct sl_text *text, bool written) {
  struct sl_text *spare = &sl_thread_head(thread)->spare;
  bool admitted = written && sl_heap_admit(thread, text->length);
  sl_value result = admitted ? sl_string_from_text(text) : NULL;
  if (spare->bytes || text->capacity > SL_LARGE_BLOCK) {
    sl_text_free(text);
  } else {
    *spare = *text;
  }
  return result;
}

// ---------------------------------------------------------------- hash

static inline uint64_t load_8(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static inline uint64_t load_4(const char *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

// Up to eight bytes as a word, which no others of as many give.
static inline uint64_t load_last(const char *bytes, size_t length) {
  if (length >= 4) return load_4(bytes) | load_4(bytes + length - 4) << 32;
  if (length == 0) return 0;
  uint64_t first = (unsigned char)bytes[0], middle = (unsigned char)bytes[length / 2],
           last = (unsigned char)bytes[length - 1];
  return first | middle << 8 | last << 16;
}

uint32_t sl_hash_bytes(const char *bytes, size_t length) {
  __extension__ typedef unsigned __int128 product_type;
  uint64_t state = length ^ 0x2d358dccaa6c78a5u;
  size_t i = 0;
  for (; i + 8 < length; i += 8) {
    product_type product = (product_type)(state ^ load_8(bytes + i)) * 0x8bb84b93962eacc9u;
    state = (uint64_t)product ^ (uint64_t)(product >> 64);
  }
  return sl_hash_word(state ^ load_last(bytes + i, length - i));
}

// Threads may compute it at the same time: they store the same word.
uint32_t sl_string_hash(struct sl_string *string) {
  uint32_t hash = __atomic_load_n(&string->hash, __ATOMIC_RELAXED);
  if (SL_LIKELY(hash != 0)) return hash;
  hash = sl_hash_bytes(string->bytes, string->length);
  __atomic_store_n(&string->hash, hash, __ATOMIC_RELAXED);
  return hash;
}

// ---------------------------------------------------------------- interning

// An open-addressed table: slots only ever fill, so that readers need no lock. A full table is
// replaced as a whole; whoever still reads the old one misses at worst, and looks again under the
// lock.
struct intern_table {
  size_t mask;
  size_t count;
  sl_value slots[];
};

static struct intern_table *_Atomic interned;

static sl_value *intern_slot(struct intern_table *table, uint32_t hash, const char *bytes,
                             size_t length) {
  for (size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
    sl_value *slot = &table->slots[i];
    sl_value found = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (!found) return slot;
    const struct sl_string *string = as_string(found);
    if (string->hash == hash && string->length == length &&
        memcmp(string->bytes, bytes, length) == 0)
      return slot;
  }
}

static struct intern_table *intern_table_new(size_t slot_count) {
  struct intern_table *table = sl_allocate(sizeof *table + slot_count * sizeof *table->slots);
  table->mask = slot_count - 1;
  return table;
}

// At most half full. Called under the lock.
static struct intern_table *intern_table_with_room(void) {
  struct intern_table *table = interned;
  if (table && table->count * 2 < table->mask) return table;
  struct intern_table *larger = intern_table_new(table ? (table->mask + 1) * 2 : 1024);
  for (size_t i = 0; table && i <= table->mask; i++) {
    const struct sl_string *string = as_string(table->slots[i]);
    if (string) *intern_slot(larger, string->hash, string->bytes, string->length) = table->slots[i];
  }
  larger->count = table ? table->count : 0;
  interned = larger;
  return larger;
}

static sl_value intern_new(uint32_t hash, const char *bytes, size_t length) {
  sl_value string = sl_string(bytes, length);
  sl_string_hash(as_string(string));
  sl_lock(SL_LOCK_STRINGS);
  struct intern_table *table = intern_table_with_room();
  sl_value *slot = intern_slot(table, hash, bytes, length);
  if (!*slot) {
    __atomic_store_n(slot, string, __ATOMIC_RELEASE);
    table->count++;
  }
  string = *slot;
  sl_unlock(SL_LOCK_STRINGS);
  return string;
}

sl_value sl_string_intern(const char *bytes, size_t length) {
  uint32_t hash = sl_hash_bytes(bytes, length);
  struct intern_table *table = interned;
  sl_value *slot = table ? intern_slot(table, hash, bytes, length) : NULL;
  sl_value found = slot ? __atomic_load_n(slot, __ATOMIC_ACQUIRE) : NULL;
  return found ? found : intern_new(hash, bytes, length);
}

// ---------------------------------------------------------------- slots

// Whether one of the bytes of a word is a control character, a quote or a backslash; seldom said of others, too.
static inline bool has_special(uint64_t word) {
  const uint64_t ones = UINT64_MAX / 255, high = ones * 0x80;
  uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
  return ((word - ones * ' ') | (quote - ones) | (backslash - ones)) & ~word & high;
}

static const char *escape_of(unsigned char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return NULL;
  }
}

void sl_string_quote(const char *bytes, size_t length, struct sl_text *out) {
  if (length + 2 >= out->capacity - out->length) sl_text_reserve(out, length + 2);
  sl_text_put(out, "\"", 1);
  size_t plain = 0;  // where the bytes begin that are written as they are
  for (size_t i = 0; i < length; i++) {
    while (i + 8 <= length && !has_special(load_8(bytes + i))) i += 8;
    if (i == length) break;
    unsigned char c = (unsigned char)bytes[i];
    if (SL_LIKELY(c >= ' ' && c != '"' && c != '\\')) continue;
    sl_text_put(out, bytes + plain, i - plain);
    plain = i + 1;
    const char *escape = escape_of(c);
    if (escape) {
      sl_text_put(out, escape, 2);
    } else {
      sl_text_format(out, "\\x%02x", c);
    }
  }
  sl_text_put(out, bytes + plain, length - plain);
  sl_text_put(out, "\"", 1);
}

// How long a string is when quoted; of a short one only roughly.
static size_t quoted_length(const struct sl_string *string) {
  size_t length = string->length;
  for (uint32_t i = 0; string->length >= SL_LARGE_BLOCK && i < string->length; i++) {
    unsigned char c = (unsigned char)string->bytes[i];
    length += c < ' ' ? 3 : c == '"' || c == '\\';
  }
  return length;
}

static bool string_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  if (!sl_text_admit(thread, out, quoted_length(as_string(x)))) return false;
  sl_string_quote(as_string(x)->bytes, as_string(x)->length, out);
  return true;
}

static bool string_truth(sl_value x) { return as_string(x)->length != 0; }

static bool string_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  (void)thread;
  *hash = sl_string_hash(as_string(x));
  return true;
}

static int string_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  if (!sl_thread_take_bytes(thread, as_string(x)->length)) return -1;
  return sl_string_equal(as_string(x), as_string(y));
}

int sl_string_compare(const struct sl_string *a, const struct sl_string *b) {
  uint32_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->bytes, b->bytes, shorter);
  return order ? (order > 0) - (order < 0) : (a->length > b->length) - (a->length < b->length);
}

// In UTF-16 the code points from U+10000 on, whose first byte is 0xf0 or more, come before U+E000 to U+FFFF, whose first
// byte is 0xee or 0xef; everything else is in the order of UTF-8.
static int utf16_order(const struct sl_string *a, const struct sl_string *b, int order) {
  uint32_t shorter = a->length < b->length ? a->length : b->length;
  for (uint32_t i = 0; i < shorter; i++) {
    unsigned char x = (unsigned char)a->bytes[i], y = (unsigned char)b->bytes[i];
    if (x == y) continue;
    return x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0) ? -order : order;
  }
  return order;
}

int sl_string_order(struct sl_thread *thread, sl_value x, sl_value y) {
  int order = sl_string_compare(as_string(x), as_string(y));
  if (SL_LIKELY(!order || !sl_thread_orders_utf16(thread))) return order;
  return utf16_order(as_string(x), as_string(y), order);
}

static bool string_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  if (!sl_thread_take_bytes(thread, as_string(x)->length)) return false;
  *order = sl_string_order(thread, x, y);
  return true;
}

static int64_t string_length(sl_value x) { return as_string(x)->length; }

static int string_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  if (!sl_is_string(item)) {
    sl_fail(thread, "'in <string>' requires string as left operand, not '%s'", sl_type_name(item));
    return -1;
  }
  const struct sl_string *text = as_string(x), *part = as_string(item);
  if (!sl_thread_take_bytes(thread, text->length)) return -1;
  return sl_find_first(text->bytes, text->length, part->bytes, part->length) != SL_NOT_FOUND;
}

static sl_value string_index(struct sl_thread *thread, sl_value x, sl_value key) {
  size_t i;
  if (!sl_sequence_position(thread, key, "string index", as_string(x)->length, &i)) return NULL;
  return sl_string_of_byte((unsigned char)as_string(x)->bytes[i]);
}

static sl_value string_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                             sl_value step) {
  struct sl_slice slice;
  const struct sl_string *string = as_string(x);
  if (!sl_sequence_slice(thread, string->length, start, stop, step, &slice)) return NULL;
  if (!sl_heap_admit(thread, slice.count)) return NULL;
  if (slice.step == 1 || slice.count < 2)
    return sl_string(string->bytes + slice.start, slice.count);
  char *bytes;
  sl_value result = sl_string_new(slice.count, &bytes);
  for (uint32_t i = 0; i < slice.count; i++) {
    bytes[i] = string->bytes[slice.start + (int64_t)i * slice.step];
  }
  return result;
}

// ---------------------------------------------------------------- operations

sl_value sl_string_concatenate(struct sl_thread *thread, sl_value a, sl_value b) {
  const struct sl_string *left = as_string(a), *right = as_string(b);
  if (right->length == 0) return a;
  if (left->length == 0) return b;
  size_t length = (size_t)left->length + right->length;
  if (length > INT32_MAX) {
    return sl_fail(thread, "excessive capacity requested (%u + %u characters)", left->length,
                   right->length);
  }
  if (!sl_heap_admit(thread, length)) return NULL;
  char *bytes;
  sl_value result = sl_string_new(length, &bytes);
  sl_copy_bytes(bytes, left->bytes, left->length);
  sl_copy_bytes(bytes + left->length, right->bytes, right->length);
  return result;
}

// Longer strings are left to those who ask whether there is room for them.
enum { JOIN_LIMIT = 1 << 12 };

sl_value sl_string_join(const sl_value *strings, uint32_t count) {
  size_t length = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!sl_is_string(strings[i])) return NULL;
    length += as_string(strings[i])->length;
  }
  if (length >= JOIN_LIMIT) return NULL;
  char *bytes;
  sl_value result = sl_string_new(length, &bytes);
  for (uint32_t i = 0; i < count; i++) {
    const struct sl_string *string = as_string(strings[i]);
    sl_copy_bytes(bytes, string->bytes, string->length);
    bytes += string->length;
  }
  return result;
}

static sl_value repeat(struct sl_thread *thread, const struct sl_string *string, sl_value n) {
  size_t times;
  int32_t count;  // even a negative one is held to 32 bits
  if (!sl_to_int32(thread, n, "repeat", &count)) return NULL;
  if (!sl_sequence_repetitions(thread, string->length, n, INT32_MAX, "characters", &times) ||
      !sl_heap_admit(thread, times * string->length))
    return NULL;
  if (times * string->length <= 1) return sl_string(string->bytes, times * string->length);
  char *bytes;
  sl_value result = sl_string_new(times * string->length, &bytes);
  sl_sequence_repeat(string->bytes, string->length, times, bytes);
  return result;
}

// pattern % x: of a tuple's items, or of the one value.
static sl_value format(struct sl_thread *thread, sl_value pattern, sl_value x) {
  if (!sl_is_tuple(x)) return sl_format_percent(thread, pattern, &x, 1);
  return sl_format_percent(thread, pattern, sl_tuple_items(x), sl_tuple_length(x));
}

static sl_value string_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                              bool reversed) {
  if (op == SL_OP_STAR && sl_is_int(y)) return repeat(thread, as_string(x), y);
  if (reversed) return NULL;
  if (op == SL_OP_PLUS && sl_is_string(y)) return sl_string_concatenate(thread, x, y);
  return op == SL_OP_PERCENT ? format(thread, x, y) : NULL;
}

// ---------------------------------------------------------------- externals

const char *sl_string_bytes(sl_value string) { return as_string(string)->bytes; }

size_t sl_string_length(sl_value string) { return as_string(string)->length; }

bool sl_string_is(sl_value value, const char *text) {
  size_t length = strlen(text);
  return sl_is_string(value) && as_string(value)->length == length &&
         memcmp(as_string(value)->bytes, text, length) == 0;
}

const struct sl_type sl_string_type = {
    .name = "string",
    .methods = sl_string_methods,
    .repr = string_repr,
    .truth = string_truth,
    .hash = string_hash,
    .equal = string_equal,
    .compare = string_compare,
    .length = string_length,
    .contains = string_contains,
    .index = string_index,
    .slice = string_slice,
    .binary = string_binary,
};
