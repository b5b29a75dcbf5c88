// SPDX-License-Identifier: Apache-2.0
//
// Words for syntax errors. Bazel's parser says what its next step expected; a table-driven parser only knows
// which tokens fit. Invariant: where both can be told apart, the words are Bazel's.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/grammar.h"
#include "parser/parser.h"

#define BIT(token) ((uint64_t)1 << SL_TOKEN_##token)
enum { ANY = 0 };

// Where an expression list without parentheses may end.
#define LIST_END \
  (BIT(NEWLINE) | BIT(SEMICOLON) | BIT(EQUALS) | BIT(RPAREN) | BIT(RBRACKET) | BIT(RBRACE))

// One situation: every field that is not 0 must hold. The first row that fits gives the words.
static const struct situation {
  uint64_t tokens;          // those that do not fit
  int top;                  // the symbol on top of the stack
  int below;                // the symbol below
  uint64_t accepted;        // tokens that would all fit
  uint64_t refused;         // tokens that would not fit either
  uint64_t accepted_below;  // tokens that would all have fitted before the top symbol
  const char *message;
} situations[] = {
    // After the comma of a tuple or list, but not of a call, which also takes stars.
    {LIST_END, SL_TOKEN_COMMA, ANY, BIT(INT) | BIT(RPAREN), BIT(STAR), 0, "expected )"},
    {LIST_END, SL_TOKEN_COMMA, ANY, BIT(INT) | BIT(RBRACKET), 0, 0, "expected ]"},
    // After the comma of loop variables, which are no expressions of any kind.
    {LIST_END, SL_TOKEN_COMMA, ANY, BIT(INT), BIT(NOT), 0, "expected in"},
    {0, ANY, ANY, BIT(INT), 0, 0, "expected expression"},
    // Statements.
    {0, ANY, ANY, BIT(NEWLINE), 0, 0, "expected newline"},
    {0, SL_TOKEN_DEF, ANY, 0, 0, 0, "expected identifier"},
    {0, SL_TOKEN_STAR_STAR, ANY, 0, 0, 0, "expected identifier"},
    {0, SL_TOKEN_STAR, ANY, 0, 0, 0, "expected ,"},
    {0, SL_TOKEN_TYPE, ANY, 0, 0, 0, "expected identifier"},
    {0, ANY, SL_TOKEN_TYPE, BIT(EQUALS), 0, 0, "expected ="},
    {0, SL_TOKEN_LOAD, ANY, 0, 0, 0, "expected ("},
    {0, SL_TOKEN_LPAREN, SL_TOKEN_LOAD, 0, 0, 0, "expected string literal"},
    {BIT(RPAREN), SL_TOKEN_STRING, SL_TOKEN_LPAREN, 0, 0, 0,
     "expected at least one symbol to load"},
    {0, ANY, ANY, BIT(STRING) | BIT(IDENTIFIER), 0, 0,
     "expected either a literal string or an identifier"},
    {0, ANY, ANY, BIT(STRING), 0, 0, "expected string"},
    // Parameters.
    {BIT(COLON), SL_TOKEN_LPAREN, ANY, BIT(IDENTIFIER) | BIT(STAR), BIT(INT), 0, "expected )"},
    {BIT(COLON), ANY, SL_TOKEN_LPAREN, BIT(COMMA) | BIT(RPAREN), 0, BIT(STAR) | BIT(INT),
     "expected ,"},
    {BIT(COLON), ANY, SL_TOKEN_LPAREN, BIT(COMMA) | BIT(RPAREN), 0, BIT(STAR) | BIT(IDENTIFIER),
     "expected )"},
    {BIT(RPAREN), SL_TOKEN_LAMBDA, ANY, 0, 0, 0, "expected :"},
    {0, SL_TOKEN_IDENTIFIER, SL_TOKEN_DEF, 0, 0, 0, "expected ("},
    {0, ANY, ANY, BIT(IDENTIFIER) | BIT(STAR), 0, 0, "expected identifier"},
    {BIT(RPAREN), ANY, SL_TOKEN_LAMBDA, BIT(COMMA), 0, 0, "expected :"},
    {0, ANY, SL_TOKEN_LAMBDA, BIT(COMMA), 0, 0, "expected ,"},
    // Expressions.
    {0, SL_TOKEN_DOT, ANY, 0, 0, 0, "expected identifier after dot"},
    {0, SL_TOKEN_NOT, ANY, BIT(IN), 0, 0, "expected 'in'"},
    {0, ANY, ANY, BIT(IN), 0, 0, "expected in"},
    {0, ANY, ANY, BIT(FOR) | BIT(IF) | BIT(RBRACKET), 0, 0, "expected ']', 'for' or 'if'"},
    {0, ANY, ANY, BIT(FOR) | BIT(IF) | BIT(RBRACE), 0, 0, "expected '}', 'for' or 'if'"},
    {0, ANY, ANY, BIT(FOR) | BIT(RBRACKET), 0, 0, "expected ',', 'for' or ']'"},
    {0, ANY, SL_TOKEN_LBRACKET, BIT(COLON) | BIT(RBRACKET), 0, 0, "expected :"},
    {0, ANY, ANY, BIT(RBRACKET), 0, 0, "expected ]"},
    {0, ANY, ANY, BIT(RBRACE), 0, 0, "expected }"},
    {BIT(FOR), ANY, SL_TOKEN_LPAREN, BIT(RPAREN), 0, BIT(INT),
     "Starlark does not support Python-style generator expressions"},
    {0, ANY, SL_TOKEN_LPAREN, BIT(COMMA) | BIT(RPAREN), 0, BIT(STAR), "expected ,"},
    {0, ANY, SL_TOKEN_COMMA, BIT(COMMA) | BIT(RPAREN), 0, BIT(STRING) | BIT(IDENTIFIER),
     "expected ,"},
    {0, ANY, ANY, BIT(RPAREN), 0, 0, "expected )"},
    {0, ANY, ANY, BIT(COLON), 0, 0, "expected :"},
    {0, ANY, ANY, BIT(COMMA), 0, 0, "expected ,"},
    {0, ANY, ANY, BIT(LPAREN), 0, 0, "expected ("},
    {0, ANY, ANY, BIT(EQUALS), 0, 0, "expected ="},
    {0, ANY, ANY, BIT(IDENTIFIER), 0, 0, "expected identifier"},
    {0, ANY, ANY, 0, 0, 0, "expected EOF"},
};

static bool fits(const struct situation *situation, int kind, const struct sl_expect *expect) {
  return (!situation->tokens || situation->tokens >> kind & 1) &&
         (!situation->top || situation->top == expect->top) &&
         (!situation->below || situation->below == expect->below) &&
         (expect->accepted & situation->accepted) == situation->accepted &&
         !(expect->accepted & situation->refused) &&
         (expect->accepted_below & situation->accepted_below) == situation->accepted_below;
}

// Appends a float as Java's Double.toString does: the shortest digits, and an exponent if it is large or small.
static void append_float(struct sl_text *out, double value) {
  char digits[32];
  int precision = 0;
  do {
    snprintf(digits, sizeof digits, "%.*e", precision, value);
  } while (precision++ < 17 && strtod(digits, NULL) != value);
  int exponent = atoi(strchr(digits, 'e') + 1);
  if (value == 0 || (exponent >= -3 && exponent < 7)) {
    int decimals = precision - 1 - exponent;
    sl_text_format(out, "%.*f", decimals > 1 ? decimals : 1, value);
  } else {
    *strchr(digits, 'e') = '\0';
    sl_text_format(out, "%s%sE%d", digits, precision > 1 ? "" : ".0", exponent);
  }
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
    case SL_TOKEN_FLOAT:
      if (!isfinite(token->node->real.value)) break;
      append_float(out, token->node->real.value);
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
