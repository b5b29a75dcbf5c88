// SPDX-License-Identifier: Apache-2.0
//
// Files: takes text in, drives lexer, layout and grammar, and hands out the tree. Invariant: whatever the bytes
// are, there is a tree; if it is not the whole text, there is an error.
//
// The first thing that is wrong with a text ends its reading: it is read again, from the beginning, by recover.c.
#include <stdlib.h>
#include <string.h>

#include "parser/grammar.h"
#include "parser/parser.h"

// re2c and literal.c read at most so far behind the end of the text. A tree takes up to 50 times the memory of its
// text, and no file of use has 15 MB of code: what goes beyond is refused before it is taken.
enum { PADDING = 8, LARGEST_TREE = 768 << 20 };

static void tell_too_large(struct sl_parsed *parsed, uint32_t offset) {
  sl_diagnostic_add(&parsed->file, offset, offset, "file too large");
  parsed->too_large = true;
}

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
  if (too_large) tell_too_large(parsed, 0);
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

int sl_file_next_token(struct sl_parse *parse, struct sl_token *token) {
  int kind = sl_layout_next(parse, token);
  if (parse->tokens) sl_dump_token(parse->tokens, parse->file, kind, token);
  if (parse->file->arena.used > parse->most_memory && !parse->parsed->too_large) {
    tell_too_large(parse->parsed, token->start);
  }
  return kind;
}

// The kind of the token that was read last, as the grammar takes it.
static int kind_in_grammar(const struct sl_parse *parse, int kind) {
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

// Whether a line end closes a line of which nothing is left, such as one of a backslash, outside all blocks.
static bool ends_nothing(const struct sl_parse *parse, int before) {
  if (parse->indent_count) return false;
  return before == SL_TOKEN_NEWLINE || before == SL_TOKEN_OUTDENT ||
         (!before && !parse->parsed->expression_only);
}

// Pushes tokens into the grammar up to the end, or to the first thing that is wrong. Returns the kind of the last one.
static int read_tokens(struct sl_parse *parse, struct sl_token *token) {
  void *grammar = sl_grammarAlloc(malloc, parse);
  if (!grammar) abort();
  if (parse->parsed->expression_only) sl_grammar(grammar, SL_TOKEN_EXPRESSION, *token);
  int kind;
  do {
    int before = parse->previous;
    kind = sl_file_next_token(parse, token);
    if (kind == SL_TOKEN_NEWLINE && ends_nothing(parse, before)) continue;
    if (!parse->file->error_count) sl_grammar(grammar, kind_in_grammar(parse, kind), *token);
    if (parse->file->error_count || parse->refused) break;
  } while (kind);
  sl_grammarFree(grammar, free);
  return kind;
}

// The parse at the beginning of its text.
static struct sl_parse begin(struct sl_parsed *parsed, struct sl_text *tokens, size_t most_memory) {
  return (struct sl_parse){
      .parsed = parsed,
      .file = &parsed->file,
      .dialect = parsed->file.dialect,
      .tokens = tokens,
      .most_memory = most_memory,
      .cursor = parsed->file.source,
      .limit = parsed->file.source + parsed->file.length,
      .line_start = true,
  };
}

// Forgets what a first reading has found.
static void forget(struct sl_parsed *parsed) {
  struct sl_file *file = &parsed->file;
  file->diagnostics = NULL;
  file->diagnostic_count = file->error_count = 0;
  file->comments = NULL;
  file->comment_count = 0;
  file->loads = NULL;
  file->load_count = 0;
  parsed->deferred = NULL;
  parsed->deferred_count = 0;
  parsed->too_deep = parsed->too_many = false;
}

static void parse_text(struct sl_parsed *parsed, struct sl_text *tokens) {
  struct sl_parse parse = begin(parsed, tokens, LARGEST_TREE);
  size_t shown = tokens ? tokens->length : 0;
  struct sl_token token = {0};
  int kind = parsed->too_large ? 0 : read_tokens(&parse, &token);
  if ((parse.refused || parsed->file.error_count) && !parsed->too_large) {
    if (tokens) tokens->length = shown;
    forget(parsed);
    parse = begin(parsed, tokens, 2 * (size_t)LARGEST_TREE);
    sl_recover(&parse, kind, &token);
  }
  if (!parsed->file.top_level) {
    sl_tree_finish(&parse, sl_tree_block(&parse, (struct sl_pending){0}, 0, 0));
  }
}

static struct sl_file *parse_file(const char *path, const char *source, size_t length,
                                  const struct sl_dialect *dialect, bool expression_only,
                                  struct sl_text *tokens) {
  struct sl_parsed *parsed = new_file(path, source, length, dialect);
  parsed->expression_only = expression_only;
  find_lines(&parsed->file);
  parse_text(parsed, tokens);
  return &parsed->file;
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
