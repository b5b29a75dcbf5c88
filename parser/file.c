// SPDX-License-Identifier: Apache-2.0
//
// Files: takes text in, drives lexer, layout and grammar, and hands out the tree. Invariant: whatever the bytes
// are, there is a tree; if it is not the whole text, there is an error.
#include <stdlib.h>
#include <string.h>

#include "parser/grammar.h"
#include "parser/parser.h"

// re2c and literal.c read at most so far behind the end of the text. A tree takes up to 50 times the memory of its
// text, and no file of use has 15 MB of code: what goes beyond is refused before it is taken.
enum { PADDING = 8, LARGEST_TREE = 768 << 20 };

static struct sl_parsed *new_file(const char *path, const char *source, size_t length,
                                  const struct sl_dialect *dialect) {
  struct sl_parsed *parsed = calloc(1, sizeof *parsed);
  if (!parsed) abort();
  struct sl_file *file = &parsed->file;
  file->path = sl_arena_copy(&file->arena, path, strlen(path));
  file->dialect = dialect;
  bool too_large = length > UINT32_MAX - PADDING;
  if (too_large) length = 0;
  char *copy = sl_arena_allocate(&file->arena, length + PADDING);
  if (length) memcpy(copy, source, length);
  file->source = copy;
  file->length = length;
  if (too_large) sl_diagnostic_add(file, 0, 0, "file too large");
  return parsed;
}

static void find_lines(struct sl_file *file) {
  uint32_t *starts = NULL;
  const char *limit = file->source + file->length;
  for (const char *at = file->source; at; at = memchr(at, '\n', (size_t)(limit - at))) {
    if (file->line_count) at++;
    starts = sl_tree_grow(&file->arena, starts, file->line_count, sizeof *starts);
    starts[file->line_count++] = (uint32_t)(at - file->source);
  }
  file->line_starts = starts;
}

// A word inside brackets that did not fit and that stands where a statement may stand: the brackets were not
// meant to be open any more.
static bool begins_statement(const struct sl_parse *parse, bool was_recovering) {
  return parse->recovering && !was_recovering && parse->token.start == parse->suspect;
}

// Ends the text here, with this error alone.
static void refuse_rest(struct sl_parse *parse, void *grammar) {
  sl_diagnostic_add(parse->file, parse->token.start, parse->token.end, "file too large");
  parse->recovering = true;
  parse->lookahead = 0;
  sl_grammar(grammar, 0, parse->token);
}

// The kind of the token that was read last, as the grammar takes it.
static int kind_in_grammar(const struct sl_parse *parse) {
  int kind = parse->lookahead;
  if (kind != SL_TOKEN_IDENTIFIER && kind != SL_TOKEN_STRING) return kind;
  switch (*parse->cursor) {
    case ',':
    case ')':
    case ']':
    case '}':
      return kind == SL_TOKEN_STRING ? SL_TOKEN_LONE_STRING : SL_TOKEN_LONE_NAME;
    default:
      return kind;
  }
}

static void run(struct sl_parse *parse, void *grammar) {
  do {
    bool was_recovering = parse->recovering;
    parse->lookahead = sl_layout_next(parse, &parse->token);
    if (parse->tokens) sl_dump_token(parse->tokens, parse->file, parse->lookahead, &parse->token);
    sl_grammar(grammar, kind_in_grammar(parse), parse->token);
    if (begins_statement(parse, was_recovering)) {
      sl_layout_restart_line(parse, parse->token.start);
      parse->suspect = UINT32_MAX;
      parse->lookahead = SL_TOKEN_NEWLINE;
      parse->token.end = parse->token.start;
      sl_grammar(grammar, SL_TOKEN_NEWLINE, parse->token);
    }
    // Errors end with their line.
    if (parse->lookahead == SL_TOKEN_NEWLINE) parse->recovering = false;
    if (parse->lookahead && parse->file->arena.used > LARGEST_TREE) refuse_rest(parse, grammar);
  } while (parse->lookahead);
}

static struct sl_file *parse_file(const char *path, const char *source, size_t length,
                                  const struct sl_dialect *dialect, bool expression_only,
                                  struct sl_text *tokens) {
  struct sl_parsed *parsed = new_file(path, source, length, dialect);
  struct sl_file *file = &parsed->file;
  parsed->expression_only = expression_only;
  find_lines(file);
  struct sl_parse parse = {
      .parsed = parsed,
      .file = file,
      .dialect = dialect,
      .tokens = tokens,
      .cursor = file->source,
      .limit = file->source + file->length,
      .line_start = true,
      .suspect = UINT32_MAX,
  };
  void *grammar = sl_grammarAlloc(malloc, &parse);
  if (!grammar) abort();
  if (expression_only) sl_grammar(grammar, SL_TOKEN_EXPRESSION, parse.token);
  run(&parse, grammar);
  sl_grammarFree(grammar, free);
  // An expression that did not parse leaves nothing.
  if (!file->top_level) {
    sl_tree_finish(&parse, sl_tree_block(&parse, (struct sl_pending){0}, 0, 0));
  }
  sl_diagnostic_sort(file);
  return file;
}

struct sl_file *sl_file_parse(const char *path, const char *source, size_t length,
                              const struct sl_dialect *dialect) {
  return parse_file(path, source, length, dialect, false, NULL);
}

struct sl_file *sl_file_parse_expression(const char *path, const char *source, size_t length,
                                         const struct sl_dialect *dialect) {
  return parse_file(path, source, length, dialect, true, NULL);
}

struct sl_file *sl_file_parse_and_dump(const char *path, const char *source, size_t length,
                                       const struct sl_dialect *dialect, struct sl_text *tokens) {
  return parse_file(path, source, length, dialect, false, tokens);
}

void sl_file_free(struct sl_file *file) {
  if (!file) return;
  sl_arena_clear(&file->arena);
  free((struct sl_parsed *)file);
}
