// SPDX-License-Identifier: Apache-2.0
//
// tests/syntax: files whose static errors are known. A file is cut into chunks by lines `---`; a line ends in
// `### COLUMN: MESSAGE` for each error that has to be reported there, and no other may come. Each chunk is also
// read with CRLF line ends. Every name is taken to be predeclared but those that begin with "undefined".
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

static void append_reported(const struct sl_file *file, uint32_t first_line, struct sl_text *out) {
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    const struct sl_diagnostic *diagnostic = &file->diagnostics[i];
    struct sl_position position = sl_file_position(file, diagnostic->start);
    sl_text_format(out, "%u:%u: %s\n", position.line + first_line - 1, position.column,
                   diagnostic->message);
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

static void check_both_line_ends(const char *path, const char *chunk, size_t length,
                                 uint32_t line) {
  struct sl_text expected = {0};
  append_expected(chunk, length, line, &expected);
  check_chunk(path, chunk, length, line, &expected);
  struct sl_text crlf = {0};
  for (size_t i = 0; i < length; i++) {
    if (chunk[i] == '\n') sl_text_append_char(&crlf, '\r');
    sl_text_append_char(&crlf, chunk[i]);
  }
  check_chunk(path, sl_text_string(&crlf), crlf.length, line, &expected);
  sl_text_free(&crlf);
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

static void check_file(const char *path) {
  struct sl_text text = {0};
  read_file(path, &text);
  const char *end = sl_text_string(&text) + text.length;
  const char *chunk = sl_text_string(&text);
  uint32_t line = 1;
  while (chunk < end) {
    const char *next = memmem(chunk, (size_t)(end - chunk), "\n---\n", 5);
    const char *chunk_end = next ? next + 1 : end;
    check_both_line_ends(path, chunk, (size_t)(chunk_end - chunk), line);
    if (!next) break;
    for (const char *at = chunk; at < chunk_end; at++) {
      line += *at == '\n';
    }
    line++;
    chunk = chunk_end + 4;
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
