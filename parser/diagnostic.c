// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics: collects messages about a file and prints them. Invariant: positions are computed only here and
// in sl_file_position; everything else speaks of byte offsets.
#include <stdarg.h>
#include <string.h>

#include "parser/parser.h"

// More messages than this help nobody; a file of random bytes would have millions.
enum { MOST_DIAGNOSTICS = 1000 };
// Longest part of a source line to show.
enum { EXCERPT = 160 };

static struct sl_diagnostic *add(struct sl_file *file, uint32_t start, uint32_t end) {
  file->diagnostics = sl_tree_grow(&file->arena, file->diagnostics, file->diagnostic_count,
                                   sizeof *file->diagnostics);
  struct sl_diagnostic *diagnostic = &file->diagnostics[file->diagnostic_count++];
  *diagnostic = (struct sl_diagnostic){.start = start, .end = end, .severity = SL_ERROR};
  return diagnostic;
}

static const char *format_message(struct sl_file *file, const char *format, va_list arguments) {
  struct sl_text text = {0};
  sl_text_format_list(&text, format, arguments);
  const char *message = sl_arena_copy(&file->arena, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return message;
}

void sl_diagnostic_add(struct sl_file *file, uint32_t start, uint32_t end, const char *format,
                       ...) {
  struct sl_parsed *parsed = (struct sl_parsed *)file;
  file->error_count++;
  if (file->diagnostic_count >= MOST_DIAGNOSTICS) {
    if (!parsed->too_many) add(file, start, end)->message = "too many errors";
    parsed->too_many = true;
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  add(file, start, end)->message = format_message(file, format, arguments);
  va_end(arguments);
}

void sl_diagnostic_defer(struct sl_file *file, uint32_t start, uint32_t end, const char *format,
                         ...) {
  struct sl_parsed *parsed = (struct sl_parsed *)file;
  parsed->deferred = sl_tree_grow(&file->arena, parsed->deferred, parsed->deferred_count,
                                  sizeof *parsed->deferred);
  va_list arguments;
  va_start(arguments, format);
  parsed->deferred[parsed->deferred_count++] = (struct sl_diagnostic){
      .start = start,
      .end = end,
      .message = format_message(file, format, arguments),
  };
  va_end(arguments);
}

void sl_diagnostic_add_deferred(struct sl_file *file) {
  struct sl_parsed *parsed = (struct sl_parsed *)file;
  for (uint32_t i = 0; i < parsed->deferred_count; i++) {
    const struct sl_diagnostic *diagnostic = &parsed->deferred[i];
    sl_diagnostic_add(file, diagnostic->start, diagnostic->end, "%s", diagnostic->message);
  }
  parsed->deferred_count = 0;
}

void sl_diagnostic_drop_deferred(struct sl_file *file, uint32_t start) {
  struct sl_parsed *parsed = (struct sl_parsed *)file;
  while (parsed->deferred_count && parsed->deferred[parsed->deferred_count - 1].start > start) {
    parsed->deferred_count--;
  }
}

void sl_diagnostic_sort(struct sl_file *file, uint32_t first) {
  // Insertion: the list is short and nearly sorted.
  struct sl_diagnostic *items = file->diagnostics;
  for (uint32_t i = first + 1; i < file->diagnostic_count; i++) {
    struct sl_diagnostic moved = items[i];
    uint32_t j = i;
    for (; j > first && items[j - 1].start > moved.start; j--) {
      items[j] = items[j - 1];
    }
    items[j] = moved;
  }
}

struct sl_position sl_file_position(const struct sl_file *file, uint32_t offset) {
  uint32_t low = 0;
  uint32_t high = file->line_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (file->line_starts[middle] <= offset) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (struct sl_position){low + 1, offset - file->line_starts[low] + 1};
}

// Appends what a terminal may show: tabs stay, other controls become "?".
static void append_printable(struct sl_text *out, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)bytes[i];
    sl_text_append_char(out, (c < ' ' && c != '\t') || c == 0x7f ? '?' : bytes[i]);
  }
}

static bool is_continuation(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

// The line of the text at `offset`, and a caret below.
static void append_excerpt(const struct sl_file *file, uint32_t offset, struct sl_text *out) {
  const char *limit = file->source + file->length;
  const char *at = file->source + offset;
  const char *start = at - (sl_file_position(file, offset).column - 1);
  const char *end = memchr(start, '\n', (size_t)(limit - start));
  if (!end) end = limit;
  if (end > start && end[-1] == '\r') end--;
  if (end == start) return;  // an empty line shows nothing
  if (at > end) at = end;
  // Of a long line, what is around the place.
  if (at - start > EXCERPT / 2) start = at - EXCERPT / 2;
  while (start < at && is_continuation(*start)) {
    start++;
  }
  if (end - start > EXCERPT) end = start + EXCERPT;
  append_printable(out, start, (size_t)(end - start));
  sl_text_append_char(out, '\n');
  for (const char *c = start; c < at; c++) {
    if (!is_continuation(*c)) sl_text_append_char(out, *c == '\t' ? '\t' : ' ');
  }
  sl_text_append_string(out, "^\n");
}

void sl_file_describe(const struct sl_file *file, const struct sl_diagnostic *diagnostic,
                      bool excerpt, struct sl_text *out) {
  struct sl_position position = sl_file_position(file, diagnostic->start);
  sl_text_format(out, "%s:%u:%u: %s\n", file->path, position.line, position.column,
                 diagnostic->message);
  if (excerpt) append_excerpt(file, diagnostic->start, out);
}
