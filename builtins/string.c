// SPDX-License-Identifier: Apache-2.0
//
// String: the methods of strings. A string is bytes, and its elements are bytes; letters, digits and white space
// are ASCII's, as in Bazel, but in dialects that want Unicode's: see letters.c. Invariant: UTF-8 stays UTF-8.
#include <string.h>

#include "builtins/arguments.h"
#include "builtins/builtins.h"
#include "builtins/letters.h"
#include "common/copy.h"
#include "common/find.h"
#include "common/utf8.h"
#include "runtime/program.h"

// ---------------------------------------------------------------- bytes

// Some bytes of a string, or all of them.
struct span {
  const char *bytes;
  size_t length;
};

static struct span span_of(sl_value string) {
  return (struct span){sl_string_bytes(string), sl_string_length(string)};
}

// The bytes from `start` to before `end` as a string. NULL with an error pending: there is no memory for it.
static sl_value slice(struct sl_thread *thread, sl_value string, size_t start, size_t end) {
  if (start == 0 && end == sl_string_length(string)) return string;
  if (!sl_heap_admit(thread, end - start)) return NULL;
  return sl_string(sl_string_bytes(string) + start, end - start);
}

static size_t find_first(struct span text, struct span sub) {
  return sl_find_first(text.bytes, text.length, sub.bytes, sub.length);
}

// Knuth, Morris and Pratt's search from the end: time grows with the lengths alone.
static size_t find_last_long(struct span text, struct span sub) {
  const char *last = sub.bytes + sub.length - 1;
  // How much of the end of `sub` is left when, of a match of its last i + 1 bytes, the next does not fit.
  uint32_t *left = sl_allocate_atomic(sub.length * sizeof *left);
  for (size_t i = 1, matched = 0; i < sub.length; i++) {
    while (matched && last[-(ptrdiff_t)i] != last[-(ptrdiff_t)matched]) matched = left[matched - 1];
    matched += last[-(ptrdiff_t)i] == last[-(ptrdiff_t)matched];
    left[i] = (uint32_t)matched;
  }
  for (size_t i = text.length, matched = 0; i-- > 0;) {
    while (matched && text.bytes[i] != last[-(ptrdiff_t)matched]) matched = left[matched - 1];
    matched += text.bytes[i] == last[-(ptrdiff_t)matched];
    if (matched == sub.length) return i;
  }
  return SL_NOT_FOUND;
}

static size_t find_last(struct span text, struct span sub) {
  if (sub.length > text.length) return SL_NOT_FOUND;
  if (sub.length > SL_FIND_SHORT) return find_last_long(text, sub);
  return sl_find_last(text.bytes, text.length, sub.bytes, sub.length);
}

// Whether there is room for what find_last may need. False with an error pending.
static bool admit_find_last(struct sl_thread *thread, struct span text, struct span sub) {
  return sub.length > text.length || sl_heap_admit(thread, sub.length * sizeof(uint32_t));
}

// How often a part occurs without overlapping.
static size_t count_in(struct span text, struct span sub) {
  if (sub.length == 0) return text.length + 1;
  if (sub.length == 1) return sl_count_byte(text.bytes, text.length, sub.bytes[0]);
  size_t count = 0;
  for (size_t found; (found = find_first(text, sub)) != SL_NOT_FOUND; count++) {
    text.bytes += found + sub.length;
    text.length -= found + sub.length;
  }
  return count;
}

static bool starts_with(struct span text, struct span prefix) {
  return prefix.length <= text.length && sl_same_bytes(text.bytes, prefix.bytes, prefix.length);
}

static bool ends_with(struct span text, struct span suffix) {
  return suffix.length <= text.length &&
         sl_same_bytes(text.bytes + text.length - suffix.length, suffix.bytes, suffix.length);
}

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_cased(char c) { return is_lower(c) || is_upper(c); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alphanumeric(char c) { return is_cased(c) || is_digit(c); }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
// Beyond ASCII: of Latin-1 what is a letter, of the rest all but punctuation. They belong to words, but have no case
// here.
static bool is_other_letter(uint32_t character) {
  if (character < 0xc0) return character == 0xaa || character == 0xb5 || character == 0xba;
  return character != 0xd7 && character != 0xf7 && (character < 0x2000 || character > 0x206f);
}
static char to_lower(char c) { return is_upper(c) ? (char)(c + ('a' - 'A')) : c; }
static char to_upper(char c) { return is_lower(c) ? (char)(c - ('a' - 'A')) : c; }

// Eight bytes with the case of those from `first` to 'Z' or 'z' changed, which is one bit.
static inline uint64_t change_case(uint64_t word, char first) {
  const uint64_t ones = UINT64_MAX / 255, high = ones * 0x80;
  uint64_t low = word & ~high;
  uint64_t at_least_first = low + ones * (uint64_t)(0x80 - first);
  uint64_t beyond_last = low + ones * (uint64_t)(0x80 - first - 26);
  return word ^ ((at_least_first & ~beyond_last & ~word & high) >> 2);
}

// Copies bytes, those from `first` to 'Z' or 'z' with their case changed.
static inline void copy_changed(struct span text, char first, char *out) {
  size_t i = 0;
  for (uint64_t word; text.length - i >= sizeof word; i += sizeof word) {
    memcpy(&word, text.bytes + i, sizeof word);
    word = change_case(word, first);
    memcpy(out + i, &word, sizeof word);
  }
  for (; i < text.length; i++) {
    bool changes = text.bytes[i] >= first && text.bytes[i] < first + 26;
    out[i] = (char)(text.bytes[i] ^ (changes ? 'a' ^ 'A' : 0));
  }
}

// ---------------------------------------------------------------- tests

static sl_value test_all(sl_value self, bool (*test)(char c)) {
  struct span text = span_of(self);
  for (size_t i = 0; i < text.length; i++) {
    if (!test(text.bytes[i])) return SL_FALSE;
  }
  return sl_bool(text.length > 0);
}

// Whether there are cased letters, and none of the other case.
static sl_value test_case(sl_value self, bool (*other)(char c)) {
  struct span text = span_of(self);
  bool any = false;
  for (size_t i = 0; i < text.length; i++) {
    if (other(text.bytes[i])) return SL_FALSE;
    any = any || is_cased(text.bytes[i]);
  }
  return sl_bool(any);
}

static sl_value string_isalnum(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread))
    return sl_bool(sl_letters_all(self, SL_CHARACTER_LETTER | SL_CHARACTER_DIGIT));
  return test_all(self, is_alphanumeric);
}

static sl_value string_isalpha(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_bool(sl_letters_all(self, SL_CHARACTER_LETTER));
  return test_all(self, is_cased);
}

static sl_value string_isdigit(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_bool(sl_letters_all(self, SL_CHARACTER_DIGIT));
  return test_all(self, is_digit);
}

static sl_value string_isspace(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_bool(sl_letters_all(self, SL_CHARACTER_SPACE));
  return test_all(self, is_space);
}

static sl_value string_islower(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) {
    return sl_bool(sl_letters_cased_without(self, SL_CHARACTER_UPPER | SL_CHARACTER_TITLE));
  }
  return test_case(self, is_upper);
}

static sl_value string_isupper(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) {
    return sl_bool(sl_letters_cased_without(self, SL_CHARACTER_LOWER | SL_CHARACTER_TITLE));
  }
  return test_case(self, is_lower);
}

// Upper case only after what has no case, lower case only after what has.
static sl_value string_istitle(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_bool(sl_letters_are_title(self));
  struct span text = span_of(self);
  bool after_cased = false, any = false;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.bytes[i];
    if (is_upper(c) && after_cased) return SL_FALSE;
    if (is_lower(c) && !after_cased) return SL_FALSE;
    after_cased = is_cased(c);
    any = any || after_cased;
  }
  return sl_bool(any);
}

// ---------------------------------------------------------------- case

static sl_value string_lower(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_letters_convert(thread, self, SL_LETTERS_LOWER);
  struct span text = span_of(self);
  char *out;
  sl_value result = sl_arguments_new_string(thread, text.length, &out);
  if (!result) return NULL;
  copy_changed(text, 'A', out);
  return result;
}

static sl_value string_upper(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_letters_convert(thread, self, SL_LETTERS_UPPER);
  struct span text = span_of(self);
  char *out;
  sl_value result = sl_arguments_new_string(thread, text.length, &out);
  if (!result) return NULL;
  copy_changed(text, 'a', out);
  return result;
}

static sl_value string_capitalize(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_letters_convert(thread, self, SL_LETTERS_CAPITALIZE);
  struct span text = span_of(self);
  char *out;
  sl_value result = sl_arguments_new_string(thread, text.length, &out);
  if (!result) return NULL;
  copy_changed(text, 'A', out);
  if (text.length > 0) out[0] = to_upper(text.bytes[0]);
  return result;
}

static sl_value string_title(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  if (sl_thread_is_unicode(thread)) return sl_letters_convert(thread, self, SL_LETTERS_TITLE);
  struct span text = span_of(self);
  char *out;
  sl_value result = sl_arguments_new_string(thread, text.length, &out);
  if (!result) return NULL;
  bool inside_word = false;
  for (size_t i = 0, size; i < text.length; i += size) {
    uint32_t character;
    bool ascii = (unsigned char)text.bytes[i] < 0x80;
    size = ascii ? 1 : sl_utf8_decode(text.bytes + i, text.length - i, &character);
    if (size > 1) {
      memcpy(out + i, text.bytes + i, size);
      inside_word = is_other_letter(character);
    } else {
      size = 1;
      out[i] = inside_word ? to_lower(text.bytes[i]) : to_upper(text.bytes[i]);
      inside_word = is_cased(text.bytes[i]);
    }
  }
  return result;
}

// ---------------------------------------------------------------- search

// The part of the receiver between two bounds, and where it begins.
static inline bool window(struct sl_thread *thread, sl_value self, sl_value start, sl_value end,
                          struct span *text, size_t *offset) {
  struct span all = span_of(self);
  size_t to;
  if (!sl_arguments_bounds(thread, start, end, all.length, offset, &to)) return false;
  *text = (struct span){all.bytes + *offset, to - *offset};
  return true;
}

// find(), index() and their reversed forms: arguments are sub, start, end. `needed`: not finding is an error.
static sl_value search(struct sl_thread *thread, sl_value self, sl_value *arguments,
                       size_t (*find)(struct span text, struct span sub), bool needed) {
  struct span text;
  size_t offset;
  if (!window(thread, self, arguments[1], arguments[2], &text, &offset) ||
      !sl_thread_take_bytes(thread, text.length))
    return NULL;
  size_t found = find(text, span_of(arguments[0]));
  if (found != SL_NOT_FOUND) return sl_int((int64_t)(offset + found));
  return needed ? sl_fail(thread, "substring not found") : sl_int(-1);
}

static sl_value string_find(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return search(thread, self, arguments, find_first, false);
}

static sl_value string_index(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return search(thread, self, arguments, find_first, true);
}

static sl_value string_rfind(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  if (!admit_find_last(thread, span_of(self), span_of(arguments[0]))) return NULL;
  return search(thread, self, arguments, find_last, false);
}

static sl_value string_rindex(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  if (!admit_find_last(thread, span_of(self), span_of(arguments[0]))) return NULL;
  return search(thread, self, arguments, find_last, true);
}

static sl_value string_count(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct span text;
  size_t offset;
  if (!window(thread, self, arguments[1], arguments[2], &text, &offset) ||
      !sl_thread_take_bytes(thread, text.length))
    return NULL;
  return sl_int((int64_t)count_in(text, span_of(arguments[0])));
}

// startswith() and endswith() of a tuple of strings.
static sl_value any_affix(struct sl_thread *thread, struct span text, sl_value sub,
                          bool (*test)(struct span text, struct span affix)) {
  size_t count = sl_tuple_length(sub);
  // All elements are checked before any is tried.
  for (size_t i = 0; i < count; i++) {
    if (!sl_is_string(sl_tuple_get(sub, i))) {
      return sl_fail(thread, "at index %zu of sub, got element of type %s, want string", i,
                     sl_type_name(sl_tuple_get(sub, i)));
    }
  }
  for (size_t i = 0; i < count; i++) {
    if (test(text, span_of(sl_tuple_get(sub, i)))) return SL_TRUE;
  }
  return SL_FALSE;
}

// startswith() and endswith(): arguments are a string or a tuple of strings, start, end.
static inline sl_value affix(struct sl_thread *thread, sl_value self, sl_value *arguments,
                             bool (*test)(struct span text, struct span affix)) {
  struct span text;
  size_t offset;
  if (!window(thread, self, arguments[1], arguments[2], &text, &offset)) return NULL;
  if (!sl_is_string(arguments[0])) return any_affix(thread, text, arguments[0], test);
  return sl_bool(test(text, span_of(arguments[0])));
}

static sl_value string_endswith(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return affix(thread, self, arguments, ends_with);
}

static sl_value string_startswith(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return affix(thread, self, arguments, starts_with);
}

// ---------------------------------------------------------------- cutting

static sl_value string_removeprefix(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct span text = span_of(self), prefix = span_of(arguments[0]);
  return starts_with(text, prefix) ? slice(thread, self, prefix.length, text.length) : self;
}

static sl_value string_removesuffix(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct span text = span_of(self), suffix = span_of(arguments[0]);
  return ends_with(text, suffix) ? slice(thread, self, 0, text.length - suffix.length) : self;
}

// The bytes that strip() and its halves remove: `few` of them, which are looked through, and others as bits.
struct byte_set {
  struct span few;
  uint64_t bits[4];
};

static inline bool has(const struct byte_set *set, char c) {
  for (size_t i = 0; i < set->few.length; i++) {
    if (set->few.bytes[i] == c) return true;
  }
  unsigned char byte = (unsigned char)c;
  return set->bits[byte / 64] >> (byte % 64) & 1;
}

// Tab to carriage return, the space, and U+001C to U+001F: more than isspace() tells, as in Bazel.
static const struct byte_set white_space = {
    .bits = {(uint64_t)0x1f << '\t' | (uint64_t)0x1f << 0x1c}};

static inline struct byte_set bytes_of(sl_value characters) {
  enum { FEW = 8 };
  struct span text = span_of(characters);
  if (text.length <= FEW) return (struct byte_set){.few = text};
  struct byte_set set = {{0}, {0}};
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.bytes[i];
    set.bits[byte / 64] |= (uint64_t)1 << (byte % 64);
  }
  return set;
}

static inline sl_value strip_set(struct sl_thread *thread, sl_value self,
                                 const struct byte_set *set, bool left, bool right) {
  struct span text = span_of(self);
  size_t start = 0, end = text.length;
  while (left && start < end && has(set, text.bytes[start])) start++;
  while (right && end > start && has(set, text.bytes[end - 1])) end--;
  return slice(thread, self, start, end);
}

static inline sl_value strip(struct sl_thread *thread, sl_value self, sl_value characters,
                             bool left, bool right) {
  if (characters == SL_NONE) return strip_set(thread, self, &white_space, left, right);
  struct byte_set set = bytes_of(characters);
  return strip_set(thread, self, &set, left, right);
}

static sl_value string_lstrip(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return strip(thread, self, arguments[0], true, false);
}

static sl_value string_rstrip(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return strip(thread, self, arguments[0], false, true);
}

static sl_value string_strip(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return strip(thread, self, arguments[0], true, true);
}

static sl_value partition(struct sl_thread *thread, sl_value self, sl_value separator,
                          bool at_first) {
  struct span text = span_of(self), cut = span_of(separator);
  if (cut.length == 0) return sl_fail(thread, "empty separator");
  if (!at_first && !admit_find_last(thread, text, cut)) return NULL;
  size_t found = at_first ? find_first(text, cut) : find_last(text, cut);
  if (found == SL_NOT_FOUND) {
    sl_value empty = sl_string("", 0);
    sl_value first = at_first ? self : empty, last = at_first ? empty : self;
    return sl_tuple((sl_value[]){first, empty, last}, 3);
  }
  sl_value before = slice(thread, self, 0, found);
  sl_value after = slice(thread, self, found + cut.length, text.length);
  return before && after ? sl_tuple((sl_value[]){before, separator, after}, 3) : NULL;
}

static sl_value string_partition(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return partition(thread, self, arguments[0], true);
}

static sl_value string_rpartition(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return partition(thread, self, arguments[0], false);
}

// ---------------------------------------------------------------- splitting and joining

// Reads the arguments of split() and rsplit(): the separator and the greatest number of cuts, negative for any.
static bool split_arguments(struct sl_thread *thread, sl_value *arguments, int32_t *limit) {
  if (sl_string_length(arguments[0]) == 0) return sl_fail_false(thread, "Empty separator");
  *limit = -1;
  return arguments[1] == SL_NONE || sl_to_int32(thread, arguments[1], "maxsplit", limit);
}

// Parts on their way to a list, which is then as long as they are many.
struct parts {
  struct sl_thread *thread;
  sl_value string;
  sl_value list;  // NULL as long as they fit here
  size_t count;
  sl_value items[16];
};

// Not all zeros: that would take longer than most splits.
static void begin_parts(struct parts *parts, struct sl_thread *thread, sl_value string) {
  parts->thread = thread;
  parts->string = string;
  parts->list = NULL;
  parts->count = 0;
}

static sl_value list_of(const struct parts *parts) {
  return parts->list ? parts->list : sl_list(parts->thread, parts->items, parts->count);
}

static inline bool add_part(struct parts *parts, size_t start, size_t end) {
  if (!sl_thread_take_steps(parts->thread, 1)) return false;
  sl_value part = slice(parts->thread, parts->string, start, end);
  if (!part) return false;
  if (parts->count < sizeof parts->items / sizeof *parts->items) {
    parts->items[parts->count++] = part;
    return true;
  }
  parts->list = list_of(parts);
  return sl_list_push(parts->thread, parts->list, part);
}

static sl_value string_split(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  int32_t limit;
  if (!split_arguments(thread, arguments, &limit)) return NULL;
  struct span text = span_of(self), separator = span_of(arguments[0]);
  struct parts parts;
  begin_parts(&parts, thread, self);
  size_t start = 0;
  for (; limit != 0; limit--) {
    size_t found = find_first((struct span){text.bytes + start, text.length - start}, separator);
    if (found == SL_NOT_FOUND) break;
    if (!add_part(&parts, start, start + found)) return NULL;
    start += found + separator.length;
  }
  return add_part(&parts, start, text.length) ? list_of(&parts) : NULL;
}

static sl_value string_rsplit(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  int32_t limit;
  if (!split_arguments(thread, arguments, &limit)) return NULL;
  struct span text = span_of(self), separator = span_of(arguments[0]);
  if (!admit_find_last(thread, text, separator)) return NULL;
  struct parts parts;
  begin_parts(&parts, thread, self);
  size_t end = text.length;
  for (; limit != 0; limit--) {
    size_t found = find_last((struct span){text.bytes, end}, separator);
    if (found == SL_NOT_FOUND) break;
    if (!add_part(&parts, found + separator.length, end)) return NULL;
    end = found;
  }
  sl_value list = add_part(&parts, 0, end) ? list_of(&parts) : NULL;
  if (list) sl_arguments_reverse(list);
  return list;
}

// Where the line that begins at `start` ends. It may be `simple`: no '\r' ends lines.
static size_t line_end(struct span text, size_t start, bool simple) {
  if (simple) {
    const char *found = memchr(text.bytes + start, '\n', text.length - start);
    return found ? (size_t)(found - text.bytes) : text.length;
  }
  size_t end = start;
  while (end < text.length && text.bytes[end] != '\n' && text.bytes[end] != '\r') end++;
  return end;
}

static sl_value string_splitlines(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct span text = span_of(self);
  bool keep_ends = arguments[0] == SL_TRUE;
  enum { SHORT = 64 };
  bool simple = text.length > SHORT && !memchr(text.bytes, '\r', text.length);
  struct parts lines;
  begin_parts(&lines, thread, self);
  for (size_t start = 0, next; start < text.length; start = next) {
    size_t end = line_end(text, start, simple);
    next = end;
    if (next < text.length && text.bytes[next++] == '\r') {
      next += next < text.length && text.bytes[next] == '\n';
    }
    if (!add_part(&lines, start, keep_ends ? next : end)) return NULL;
  }
  return list_of(&lines);
}

// The length of the joined string; false with an error pending: something is no string.
static bool joined_length(struct sl_thread *thread, size_t separator, const sl_value *items,
                          size_t count, size_t *length) {
  *length = count > 0 ? separator * (count - 1) : 0;
  for (size_t i = 0; i < count; i++) {
    if (sl_is_string(items[i])) {
      *length += sl_string_length(items[i]);
      continue;
    }
    struct sl_text text = {0};
    if (sl_str(thread, items[i], &text)) {
      sl_fail(thread, "expected string for sequence element %zu, got '%s' of type %s", i,
              sl_text_string(&text), sl_type_name(items[i]));
    }
    sl_text_free(&text);
    return false;
  }
  return true;
}

static inline char *append(char *out, struct span span) {
  sl_copy_bytes(out, span.bytes, span.length);
  return out + span.length;
}

static sl_value string_join(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  sl_value *items;
  size_t count, length;
  if (!sl_arguments_items(thread, arguments[0], &items, &count)) return NULL;
  struct span separator = span_of(self);
  if (!joined_length(thread, separator.length, items, count, &length)) return NULL;
  if (count == 1) return items[0];
  char *out;
  sl_value result = sl_arguments_new_string(thread, length, &out);
  for (size_t i = 0; result && i < count; i++) {
    if (i > 0) out = append(out, separator);
    out = append(out, span_of(items[i]));
  }
  return result;
}

static sl_value string_elems(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  struct span text = span_of(self);
  if (!sl_heap_admit(thread, 2 * text.length * sizeof(sl_value))) return NULL;
  enum { SHORT = 64 };
  sl_value few[SHORT];
  sl_value *items = text.length <= SHORT ? few : sl_allocate(text.length * sizeof *items);
  for (size_t i = 0; i < text.length; i++) items[i] = sl_string(text.bytes + i, 1);
  return sl_list_frozen(items, text.length);
}

// ---------------------------------------------------------------- replacing

// "" is found before each byte and at the end.
static void replace_empty(struct span text, struct span with, size_t count, char *out) {
  for (size_t i = 0; i < count; i++) {
    out = append(out, with);
    if (i < text.length) *out++ = text.bytes[i];
  }
  if (count < text.length) append(out, (struct span){text.bytes + count, text.length - count});
}

static struct span rest_of(struct span text, size_t start) {
  return (struct span){text.bytes + start, text.length - start};
}

// How many there are, and where the first ones are, so that these are not looked for twice. Single bytes of long texts are
// counted so fast that it would gain nothing.
struct occurrences {
  size_t count;
  size_t known_count;
  size_t known[16];
};

static void find_all(struct span text, struct span old, struct occurrences *found) {
  enum { LONG = 64 };
  bool remember = old.length > 1 || (old.length == 1 && text.length < LONG);
  size_t start = 0, room = remember ? sizeof found->known / sizeof *found->known : 0;
  for (found->known_count = 0; found->known_count < room; found->known_count++) {
    size_t position = find_first(rest_of(text, start), old);
    if (position == SL_NOT_FOUND) break;
    found->known[found->known_count] = start + position;
    start += position + old.length;
  }
  bool all = found->known_count < room;
  found->count = found->known_count + (all ? 0 : count_in(rest_of(text, start), old));
}

static void replace(struct span text, struct span old, struct span with,
                    const struct occurrences *found, char *out) {
  size_t i = 0, done = 0;
  for (; i < found->count && i < found->known_count; i++) {
    out = append(out, (struct span){text.bytes + done, found->known[i] - done});
    out = append(out, with);
    done = found->known[i] + old.length;
  }
  text = rest_of(text, done);
  for (size_t left = found->count - i; left > 0; left--) {
    size_t position = find_first(text, old);
    out = append(out, (struct span){text.bytes, position});
    out = append(out, with);
    text = rest_of(text, position + old.length);
  }
  append(out, text);
}

static sl_value string_replace(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct span text = span_of(self), old = span_of(arguments[0]), with = span_of(arguments[1]);
  int32_t limit;
  if (!sl_to_int32(thread, arguments[2], "count", &limit)) return NULL;
  struct occurrences found;
  find_all(text, old, &found);
  if (limit >= 0 && (size_t)limit < found.count) found.count = (size_t)limit;
  if (found.count == 0) return self;
  size_t length = text.length - found.count * old.length + found.count * with.length;
  char *out;
  sl_value result = sl_arguments_new_string(thread, length, &out);
  if (!result) return NULL;
  if (old.length == 0) {
    replace_empty(text, with, found.count, out);
  } else {
    replace(text, old, with, &found, out);
  }
  return result;
}

// ---------------------------------------------------------------- the table

#define BOUNDS "start: int | None = 0, end: int | None = None, /)"

struct sl_builtin sl_string_methods[] = {
    SL_BUILTIN("capitalize()", string_capitalize,
               "The first letter in upper case, all others in lower case."),
    SL_BUILTIN("count(sub: string, " BOUNDS, string_count,
               "How often `sub` occurs without overlapping, between `start` and `end`."),
    SL_BUILTIN("elems()", string_elems, "A list of the elements: strings of one byte each."),
    SL_BUILTIN(
        "endswith(sub: string | tuple, " BOUNDS, string_endswith,
        "Whether the part between `start` and `end` ends with `sub`, or with one of a tuple."),
    SL_BUILTIN("find(sub: string, " BOUNDS, string_find,
               "Where `sub` first occurs between `start` and `end`; -1: nowhere."),
    SL_BUILTIN("format(*args, **kwargs = {})", sl_format,
               "The string with {} {0} {name} replaced by arguments; {{ and }} stand for braces."),
    SL_BUILTIN("index(sub: string, " BOUNDS, string_index,
               "Where `sub` first occurs between `start` and `end`; an error: nowhere."),
    SL_BUILTIN("isalnum()", string_isalnum, "Whether all of it is letters and digits."),
    SL_BUILTIN("isalpha()", string_isalpha, "Whether all of it is letters."),
    SL_BUILTIN("isdigit()", string_isdigit, "Whether all of it is digits."),
    SL_BUILTIN("islower()", string_islower, "Whether all cased letters are in lower case."),
    SL_BUILTIN("isspace()", string_isspace, "Whether all of it is white space."),
    SL_BUILTIN("istitle()", string_istitle,
               "Whether each word begins in upper case and goes on in lower case."),
    SL_BUILTIN("isupper()", string_isupper, "Whether all cased letters are in upper case."),
    SL_BUILTIN("join(elements, /)", string_join,
               "The strings of an iterable, with this string between them."),
    SL_BUILTIN("lower()", string_lower, "All letters in lower case."),
    SL_BUILTIN("lstrip(chars: string | None = None, /)", string_lstrip,
               "Without the leading bytes that are in `chars`, or without white space."),
    SL_BUILTIN("partition(sep: string, /)", string_partition,
               "The parts before, at and after the first `sep`: a tuple of three."),
    SL_BUILTIN("removeprefix(prefix: string, /)", string_removeprefix,
               "Without `prefix`, if it begins so."),
    SL_BUILTIN("removesuffix(suffix: string, /)", string_removesuffix,
               "Without `suffix`, if it ends so."),
    SL_BUILTIN(
        "replace(old: string, new: string, count: int = -1, /)", string_replace,
        "With the first `count` occurrences of `old`, or all if negative, replaced by `new`."),
    SL_BUILTIN("rfind(sub: string, " BOUNDS, string_rfind,
               "Where `sub` last occurs between `start` and `end`; -1: nowhere."),
    SL_BUILTIN("rindex(sub: string, " BOUNDS, string_rindex,
               "Where `sub` last occurs between `start` and `end`; an error: nowhere."),
    SL_BUILTIN("rpartition(sep: string, /)", string_rpartition,
               "The parts before, at and after the last `sep`: a tuple of three."),
    SL_BUILTIN("rsplit(sep: string, maxsplit: int | None = None, /)", string_rsplit,
               "A new list of the parts between `sep`, cut at most `maxsplit` times from the end."),
    SL_BUILTIN("rstrip(chars: string | None = None, /)", string_rstrip,
               "Without the trailing bytes that are in `chars`, or without white space."),
    SL_BUILTIN("split(sep: string, maxsplit: int | None = None, /)", string_split,
               "A new list of the parts between `sep`, cut at most `maxsplit` times."),
    SL_BUILTIN("splitlines(keepends: bool = False, /)", string_splitlines,
               "A new list of the lines, which end with \\n, \\r or \\r\\n."),
    SL_BUILTIN(
        "startswith(sub: string | tuple, " BOUNDS, string_startswith,
        "Whether the part between `start` and `end` begins with `sub`, or with one of a tuple."),
    SL_BUILTIN(
        "strip(chars: string | None = None, /)", string_strip,
        "Without the leading and trailing bytes that are in `chars`, or without white space."),
    SL_BUILTIN("title()", string_title,
               "Each word with its first letter in upper case and the others in lower case."),
    SL_BUILTIN("upper()", string_upper, "All letters in upper case."),
    SL_BUILTIN_END,
};
