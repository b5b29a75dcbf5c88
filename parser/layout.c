// SPDX-License-Identifier: Apache-2.0
//
// Layout: turns line ends and indentation into NEWLINE, INDENT and OUTDENT tokens, and joins lines inside
// brackets. Invariant: the tokens are those of net.starlark.java.syntax.Lexer; INDENT and OUTDENT balance, and come only
// at the beginning of a logical line.
#include <string.h>

#include "parser/grammar.h"
#include "parser/parser.h"

static uint32_t offset_of(const struct sl_parse *parse, const char *at) {
  return (uint32_t)(at - parse->file->source);
}

static uint32_t indentation(const struct sl_parse *parse) {
  return parse->indent_count ? parse->indents[parse->indent_count - 1] : 0;
}

static void push_indentation(struct sl_parse *parse, uint32_t column) {
  parse->indents = sl_tree_grow(&parse->file->arena, parse->indents, parse->indent_count,
                                sizeof *parse->indents);
  parse->indents[parse->indent_count++] = column;
}

// Bazel points behind it.
static void report_tab(struct sl_parse *parse, uint32_t tab) {
  if (parse->parsed->expression_only) return;
  sl_diagnostic_add(parse->file, tab + 1, tab + 2,
                    "Tab characters are not allowed for indentation. Use spaces instead.");
}

// Moves the cursor to the first token of the next line that has one; returns its column.
static uint32_t skip_to_token(struct sl_parse *parse) {
  const char *at = parse->cursor;
  uint32_t column = 0;
  for (;; at++) {
    if (*at == ' ') {
      column++;
    } else if (*at == '\t') {
      column++;
      report_tab(parse, offset_of(parse, at));
    } else if (*at == '\n' || *at == '#') {
      if (*at == '#') at = sl_lexer_comment(parse, at);
      if (at == parse->limit) break;
      column = 0;
    } else if (*at != '\r') {
      break;
    }
  }
  parse->cursor = at;
  return at == parse->limit ? 0 : column;
}

// Compares the next line's indentation with that of the open blocks.
static void measure(struct sl_parse *parse) {
  uint32_t column = skip_to_token(parse);
  parse->line_start = false;
  if (parse->parsed->expression_only) return;
  if (column > indentation(parse)) {
    push_indentation(parse, column);
    parse->dents++;
    return;
  }
  while (column < indentation(parse)) {
    parse->indent_count--;
    parse->dents--;
  }
  if (column > indentation(parse)) {
    uint32_t offset = offset_of(parse, parse->cursor);
    sl_diagnostic_add(parse->file, offset - 1, offset, "indentation error");
  }
}

// Hands out one saved INDENT or OUTDENT; it lies before the first token of its line, as Bazel places it.
static int dent(struct sl_parse *parse, struct sl_token *token) {
  uint32_t offset = offset_of(parse, parse->cursor);
  token->start = offset ? offset - 1 : 0;
  token->end = offset;
  bool in = parse->dents > 0;
  parse->dents += in ? -1 : 1;
  return in ? SL_TOKEN_INDENT : SL_TOKEN_OUTDENT;
}

// The end of the text closes the last line, then the blocks. Inside a block Bazel takes the line to end with its last byte.
static int text_end(struct sl_parse *parse, struct sl_token *token) {
  if (parse->indent_count) {
    parse->dents = -(int)parse->indent_count;
    parse->indent_count = 0;
    token->start--;
    return SL_TOKEN_NEWLINE;
  }
  return parse->previous == SL_TOKEN_NEWLINE ? 0 : SL_TOKEN_NEWLINE;
}

static int open_bracket(struct sl_parse *parse, const struct sl_token *token, int kind) {
  if (parse->brackets++ >= SL_DEPTH_LIMIT) sl_tree_too_deep(parse, token->start, token->end);
  return kind;
}

// One that was never opened: Bazel's word for it.
static void close_bracket(struct sl_parse *parse, const struct sl_token *token) {
  if (parse->brackets) {
    parse->brackets--;
  } else {
    sl_diagnostic_add(parse->file, token->start, token->end, "indentation error");
  }
}

static int next(struct sl_parse *parse, struct sl_token *token) {
  if (parse->line_start) measure(parse);
  if (parse->dents) return dent(parse, token);
  for (;;) {
    int kind = sl_lexer_scan(parse, token);
    switch (kind) {
      case 0:
        return text_end(parse, token);
      case SL_TOKEN_NEWLINE:
        if (parse->brackets) continue;
        parse->line_start = true;
        return kind;
      case SL_TOKEN_LPAREN:
      case SL_TOKEN_LBRACKET:
      case SL_TOKEN_LBRACE:
        return open_bracket(parse, token, kind);
      case SL_TOKEN_RPAREN:
      case SL_TOKEN_RBRACKET:
      case SL_TOKEN_RBRACE:
        close_bracket(parse, token);
        return kind;
      default:
        return kind;
    }
  }
}

int sl_layout_next(struct sl_parse *parse, struct sl_token *token) {
  return parse->previous = next(parse, token);
}
