// SPDX-License-Identifier: Apache-2.0
//
// tests/syntax: files whose static errors are known. A file is cut into chunks by lines `---`, after a line `--- each`
// each line is a chunk; a line ends in `### COLUMN: MESSAGE` for each error that has to be reported there, and no other
// may come. The parser does not see that. Each chunk is also read with CRLF line ends. Every name is taken to be predeclared but those that begin with "undefined".
#include <glob.h>
#include <stdlib.h>

#include "check.h"
#include "common/text.h"
#include "parser/syntax.h"

static bool is_predeclared(void *data, const char *name, size_t length) {
  (void)data;
  return length < 9 || memcmp(name, "undefined", 9) != 0;
}

static void offer_names(void *data, void (*offer)(void *, const char *, size_t), void *search) {
  (void)data;
  offer(search, "print", 5);
  offer(search, "undefined_long_nome", 19);
}

static const struct sl_names names = {.contains = is_predeclared, .each = offer_names};

// Appends "LINE:COLUMN: MESSAGE" for each error that a chunk expects.
static void append_expected(const char *chunk, size_t length, uint32_t line, struct sl_text *out) {
  const char *end = chunk + length;
  for (const char *at = chunk; at < end; line++) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    if (!line_end) line_end = end;
    const char *mark = memmem(at, (size_t)(line_end - at), "### ", 4);
    while (mark) {
      mark += 4;
      const char *next = memmem(mark, (size_t)(line_end - mark), " ### ", 5);
      const char *mark_end = next ? next : line_end;
      sl_text_format(out, "%u:%.*s\n", line, (int)(mark_end - mark), mark);
      mark = next ? next + 1 : NULL;
      if (mark) mark = memmem(mark, (size_t)(line_end - mark), "### ", 4);
    }
    at = line_end + 1;
  }
}

// The same for what is reported: line by line, the errors of each in the order in which they are told.
static void append_reported(const struct sl_file *file, uint32_t first_line, struct sl_text *out) {
  for (uint32_t line = 1; line <= file->line_count; line++) {
    for (uint32_t i = 0; i < file->diagnostic_count; i++) {
      const struct sl_diagnostic *diagnostic = &file->diagnostics[i];
      struct sl_position position = sl_file_position(file, diagnostic->start);
      if (position.line != line) continue;
      sl_text_format(out, "%u:%u: %s\n", line + first_line - 1, position.column,
                     diagnostic->message);
    }
  }
}

static void check_chunk(const char *path, const char *chunk, size_t length, uint32_t line,
                        const struct sl_text *expected) {
  struct sl_file *file = sl_file_parse(path, chunk, length, sl_dialect_for_file(path));
  bool good = sl_file_resolve(file, &names);
  struct sl_text reported = {0};
  append_reported(file, line, &reported);
  check(good == !expected->length);
  if (strcmp(sl_text_string(&reported), sl_text_string(expected)) != 0) {
    fprintf(stderr, "%s:%u: a chunk\nwant:\n%sgot:\n%s", path, line, sl_text_string(expected),
            sl_text_string(&reported));
    check_failures++;
  }
  sl_text_free(&reported);
  sl_file_free(file);
}

// The end of the line that begins at `at`, behind its newline.
static const char *line_end(const char *at, const char *end) {
  const char *newline = memchr(at, '\n', (size_t)(end - at));
  return newline ? newline + 1 : end;
}

// Appends a chunk as the parser gets it: without what is expected of it.
static void append_text(const char *chunk, size_t length, const char *newline,
                        struct sl_text *out) {
  const char *end = chunk + length;
  for (const char *at = chunk; at < end;) {
    const char *next = line_end(at, end);
    const char *stop = memmem(at, (size_t)(next - at), "### ", 4);
    if (!stop) stop = next[-1] == '\n' ? next - 1 : next;
    while (stop > at && stop[-1] == ' ') {
      stop--;
    }
    sl_text_append(out, at, (size_t)(stop - at));
    if (next[-1] == '\n') sl_text_append_string(out, newline);
    at = next;
  }
}

static void check_both_line_ends(const char *path, const char *chunk, size_t length,
                                 uint32_t line) {
  struct sl_text expected = {0};
  append_expected(chunk, length, line, &expected);
  for (int i = 0; i < 2; i++) {
    struct sl_text text = {0};
    append_text(chunk, length, i ? "\r\n" : "\n", &text);
    check_chunk(path, sl_text_string(&text), text.length, line, &expected);
    sl_text_free(&text);
  }
  sl_text_free(&expected);
}

static void read_file(const char *path, struct sl_text *text) {
  FILE *stream = fopen(path, "rb");
  check(stream);
  if (!stream) return;
  for (int c = getc(stream); c != EOF; c = getc(stream)) {
    sl_text_append_char(text, (char)c);
  }
  fclose(stream);
}

static bool begins_chunk(const char *at, const char *end) {
  return end - at >= 4 && memcmp(at, "---", 3) == 0 && (at[3] == '\n' || at[3] == ' ');
}

static void check_file(const char *path) {
  struct sl_text text = {0};
  read_file(path, &text);
  const char *end = sl_text_string(&text) + text.length;
  const char *chunk = sl_text_string(&text);
  uint32_t line = 1;
  bool each = false;
  while (chunk < end) {
    if (begins_chunk(chunk, end)) {
      each = memcmp(chunk, "--- each\n", 9) == 0;
      chunk = line_end(chunk, end);
      line++;
      continue;
    }
    const char *chunk_end = line_end(chunk, end);
    uint32_t lines = 1;
    for (; !each && chunk_end < end && !begins_chunk(chunk_end, end); lines++) {
      chunk_end = line_end(chunk_end, end);
    }
    check_both_line_ends(path, chunk, (size_t)(chunk_end - chunk) - (chunk_end[-1] == '\n'), line);
    line += lines;
    chunk = chunk_end;
  }
  sl_text_free(&text);
}

int main(void) {
  glob_t files = {0};
  glob("tests/syntax/*.*", 0, NULL, &files);
  glob("tests/syntax/*/*", GLOB_APPEND, NULL, &files);
  check(files.gl_pathc >= 4);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    check_file(files.gl_pathv[i]);
  }
  globfree(&files);
  return check_failures != 0;
}
