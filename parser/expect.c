// SPDX-License-Identifier: Apache-2.0
//
// Words for syntax errors. Bazel's parser says what its next step expected; a table-driven parser only knows
// which tokens fit. Invariant: where both can be told apart, the words are Bazel's.
#include <string.h>

#include "parser/grammar.h"
#include "parser/parser.h"

#define BIT(token) ((uint64_t)1 << SL_TOKEN_##token)
enum { ANY = 0 };

// One situation: every field that is not 0 must hold. The first row that fits gives the words.
static const struct situation {
  int token;                // the token that does not fit
  int top;                  // the symbol on top of the stack
  int below;                // the symbol below
  uint64_t accepted;        // tokens that would all fit
  uint64_t accepted_below;  // tokens that would all have fitted before the top symbol
  const char *message;
} situations[] = {
    {ANY, ANY, ANY, BIT(INT), 0, "expected expression"},
    // Statements.
    {ANY, ANY, ANY, BIT(NEWLINE), 0, "expected newline"},
    {ANY, SL_TOKEN_DEF, ANY, 0, 0, "expected identifier"},
    {ANY, SL_TOKEN_STAR_STAR, ANY, 0, 0, "expected identifier"},
    {ANY, SL_TOKEN_STAR, ANY, 0, 0, "expected ,"},
    {ANY, SL_TOKEN_TYPE, ANY, 0, 0, "expected identifier"},
    {ANY, ANY, SL_TOKEN_TYPE, BIT(EQUALS), 0, "expected ="},
    {ANY, SL_TOKEN_LOAD, ANY, 0, 0, "expected ("},
    {ANY, SL_TOKEN_LPAREN, SL_TOKEN_LOAD, 0, 0, "expected string literal"},
    {SL_TOKEN_RPAREN, SL_TOKEN_STRING, SL_TOKEN_LPAREN, 0, 0,
     "expected at least one symbol to load"},
    {ANY, ANY, ANY, BIT(STRING) | BIT(IDENTIFIER), 0,
     "expected either a literal string or an identifier"},
    {ANY, ANY, ANY, BIT(STRING), 0, "expected string"},
    // Parameters.
    {SL_TOKEN_COLON, ANY, SL_TOKEN_LPAREN, BIT(COMMA) | BIT(RPAREN), BIT(STAR) | BIT(IDENTIFIER),
     "expected )"},
    {ANY, SL_TOKEN_IDENTIFIER, SL_TOKEN_DEF, 0, 0, "expected ("},
    {ANY, ANY, ANY, BIT(IDENTIFIER) | BIT(STAR), 0, "expected identifier"},
    {ANY, ANY, SL_TOKEN_LAMBDA, BIT(COMMA), 0, "expected ,"},
    // Expressions.
    {ANY, SL_TOKEN_DOT, ANY, 0, 0, "expected identifier after dot"},
    {ANY, SL_TOKEN_NOT, ANY, BIT(IN), 0, "expected 'in'"},
    {ANY, ANY, ANY, BIT(IN), 0, "expected in"},
    {ANY, ANY, ANY, BIT(FOR) | BIT(IF) | BIT(RBRACKET), 0, "expected ']', 'for' or 'if'"},
    {ANY, ANY, ANY, BIT(FOR) | BIT(IF) | BIT(RBRACE), 0, "expected '}', 'for' or 'if'"},
    {ANY, ANY, ANY, BIT(FOR) | BIT(RBRACKET), 0, "expected ',', 'for' or ']'"},
    {ANY, ANY, SL_TOKEN_LBRACKET, BIT(COLON) | BIT(RBRACKET), 0, "expected :"},
    {ANY, ANY, ANY, BIT(RBRACKET), 0, "expected ]"},
    {ANY, ANY, ANY, BIT(RBRACE), 0, "expected }"},
    {SL_TOKEN_FOR, ANY, SL_TOKEN_LPAREN, BIT(RPAREN), BIT(INT),
     "Starlark does not support Python-style generator expressions"},
    {ANY, ANY, SL_TOKEN_LPAREN, BIT(COMMA) | BIT(RPAREN), BIT(STAR), "expected ,"},
    {ANY, ANY, SL_TOKEN_COMMA, BIT(COMMA) | BIT(RPAREN), BIT(STRING) | BIT(IDENTIFIER),
     "expected ,"},
    {ANY, ANY, ANY, BIT(RPAREN), 0, "expected )"},
    {ANY, ANY, ANY, BIT(COLON), 0, "expected :"},
    {ANY, ANY, ANY, BIT(COMMA), 0, "expected ,"},
    {ANY, ANY, ANY, BIT(LPAREN), 0, "expected ("},
    {ANY, ANY, ANY, BIT(EQUALS), 0, "expected ="},
    {ANY, ANY, ANY, BIT(IDENTIFIER), 0, "expected identifier"},
    {ANY, ANY, ANY, 0, 0, "expected EOF"},
};

static bool fits(const struct situation *situation, int kind, const struct sl_expect *expect) {
  return (!situation->token || situation->token == kind) &&
         (!situation->top || situation->top == expect->top) &&
         (!situation->below || situation->below == expect->below) &&
         (expect->accepted & situation->accepted) == situation->accepted &&
         (expect->accepted_below & situation->accepted_below) == situation->accepted_below;
}

// Appends a token as messages name it.
static void append_token(struct sl_text *out, const struct sl_file *file, int kind,
                         const struct sl_token *token) {
  switch (kind) {
    case 0:
      sl_text_append_string(out, "EOF");
      return;
    case SL_TOKEN_NEWLINE:
      sl_text_append_string(out, "newline");
      return;
    case SL_TOKEN_OUTDENT:
      sl_text_append_string(out, "outdent");
      return;
    case SL_TOKEN_STRING:
    case SL_TOKEN_BYTES:
      sl_text_append_char(out, '"');
      sl_text_append(out, token->node->string.bytes, token->node->string.length);
      sl_text_append_char(out, '"');
      return;
    case SL_TOKEN_INT:
      if (!token->node->integer.base) {
        sl_text_append_integer(out, token->node->integer.value);
        return;
      }
      break;
    default:
      break;
  }
  sl_text_append(out, file->source + token->start, token->end - token->start);
}

void sl_expect_error(struct sl_parse *parse, int kind, const struct sl_token *token,
                     const char *message) {
  if (parse->recovering) return;
  parse->recovering = true;
  struct sl_text text = {0};
  append_token(&text, parse->file, kind, token);
  sl_diagnostic_add(parse->file, token->start, token->end, "syntax error at '%s': %s",
                    sl_text_string(&text), message);
  sl_text_free(&text);
}

void sl_expect_report(struct sl_parse *parse, int kind, const struct sl_token *token,
                      const struct sl_expect *expect) {
  parse->broken_start = parse->statement_start;
  bool branch = kind == SL_TOKEN_ELSE || kind == SL_TOKEN_ELIF;
  if (branch && parse->branch_lost && token->start == parse->statement_start) {
    parse->recovering = true;
    return;
  }
  const struct situation *situation = situations;
  while (!fits(situation, kind, expect)) {
    situation++;
  }
  sl_expect_error(parse, kind, token, situation->message);
}
