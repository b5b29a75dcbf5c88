// SPDX-License-Identifier: Apache-2.0
//
// What recover.c and recover_expression.c share: how far the walk through a refused text has come, and its steps.
// Invariant: every step goes forward, or the text has ended; expect() and its like may be called in any place.
#ifndef PARSER_RECOVER_H_
#define PARSER_RECOVER_H_

#include "parser/grammar.h"
#include "parser/parser.h"

struct sl_recovery {
  struct sl_parse *parse;
  int kind;               // of the token that is being looked at; 0: the end
  struct sl_token token;  // that token
  bool recovering;        // an error of the statement has been told
  bool stopped;           // the rest of the text is not looked at
  uint32_t errors;        // those of the parser so far
  uint32_t depth;         // how many steps are inside each other
};

// ---------------------------------------------------------------- sets of tokens

#define SL_BIT(token) ((uint64_t)1 << SL_TOKEN_##token)
#define SL_END 1  // kind 0

#define SL_STATEMENT_END (SL_END | SL_BIT(NEWLINE) | SL_BIT(SEMICOLON))
#define SL_LIST_END (SL_END | SL_BIT(RBRACKET) | SL_BIT(SEMICOLON))
#define SL_DICT_END (SL_END | SL_BIT(RBRACE) | SL_BIT(SEMICOLON))
#define SL_ITEMS_END \
  (SL_STATEMENT_END | SL_BIT(EQUALS) | SL_BIT(RBRACE) | SL_BIT(RBRACKET) | SL_BIT(RPAREN))
#define SL_EXPRESSION_END                                                                \
  (SL_END | SL_BIT(COLON) | SL_BIT(COMMA) | SL_BIT(FOR) | SL_BIT(MINUS) | SL_BIT(PLUS) | \
   SL_BIT(DIVISION) | SL_BIT(RBRACKET) | SL_BIT(RPAREN))

static inline bool sl_recover_at(const struct sl_recovery *walk, uint64_t set) {
  // Of the divisions, "//" ends nothing.
  if (walk->kind == SL_TOKEN_DIVISION && walk->token.op == SL_OP_SLASH_SLASH) return false;
  return set >> walk->kind & 1;
}

// ---------------------------------------------------------------- recover.c

// Tells an error, recovering or not.
void sl_recover_tell(struct sl_recovery *walk, uint32_t start, uint32_t end, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));
void sl_recover_tell_here(struct sl_recovery *walk, const char *message);

// Tells that the token is too much, unless the statement has had its error.
void sl_recover_refuse(struct sl_recovery *walk, const char *message);

// Goes to the next token; returns where the one before began.
uint32_t sl_recover_advance(struct sl_recovery *walk);

// Takes a token whether it is the expected one or not; returns where it began.
uint32_t sl_recover_expect(struct sl_recovery *walk, int kind);

// Takes all tokens up to one of the set, and that one; returns its end.
uint32_t sl_recover_skip_past(struct sl_recovery *walk, uint64_t set);

// Takes a token, and then all up to one of the set. Returns what Bazel holds for the end of them.
uint32_t sl_recover_skip_to(struct sl_recovery *walk, uint64_t set);

// Begins a step that may be inside of others of its kind; false: they are too many. At its end, `depth` goes down.
bool sl_recover_enter(struct sl_recovery *walk);

// ---------------------------------------------------------------- recover_expression.c

// An expression without a bare tuple; one of any kind; the variables of a loop, which "in" ends.
struct sl_node *sl_recover_test(struct sl_recovery *walk);
struct sl_node *sl_recover_expression(struct sl_recovery *walk);
struct sl_node *sl_recover_targets(struct sl_recovery *walk);

// A name; without one, what stands there is taken for a nameless one.
struct sl_token sl_recover_identifier(struct sl_recovery *walk);

// A string, which is there.
struct sl_node *sl_recover_string(struct sl_recovery *walk);

// The type after a name, or NULL.
struct sl_node *sl_recover_annotation(struct sl_recovery *walk);

// Parameters up to a ")" or ":"; pending struct sl_written_parameter.
struct sl_pending sl_recover_parameters(struct sl_recovery *walk, bool typed);

#endif  // PARSER_RECOVER_H_
