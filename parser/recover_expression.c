// SPDX-License-Identifier: Apache-2.0
//
// Expressions of a refused text, in the order of net.starlark.java.syntax.Parser, whose steps these are. Invariant:
// there is always a node; text that is no expression becomes an identifier of that name, which the resolver does not
// know.
#include <stdio.h>

#include "parser/recover.h"

// A name that is no name is not longer than this.
enum { LONGEST_NAME = 1000 };

// Binary operators: how strongly they bind, and what they are, where the token does not say it itself.
static const struct {
  uint8_t level;
  uint8_t op;
} operators[64] = {
    [SL_TOKEN_OR] = {1, SL_OP_OR},
    [SL_TOKEN_AND] = {2, SL_OP_AND},
    [SL_TOKEN_COMPARISON] = {4, SL_OP_NONE},
    [SL_TOKEN_IN] = {4, SL_OP_IN},
    [SL_TOKEN_PIPE] = {5, SL_OP_PIPE},
    [SL_TOKEN_CARET] = {6, SL_OP_CARET},
    [SL_TOKEN_AMPERSAND] = {7, SL_OP_AMPERSAND},
    [SL_TOKEN_SHIFT] = {8, SL_OP_NONE},
    [SL_TOKEN_PLUS] = {9, SL_OP_PLUS},
    [SL_TOKEN_MINUS] = {9, SL_OP_MINUS},
    [SL_TOKEN_STAR] = {10, SL_OP_STAR},
    [SL_TOKEN_DIVISION] = {10, SL_OP_NONE},
};
enum { LOWEST = 1, NEGATION = 3, COMPARISON = 4, HIGHEST = 10 };

static struct sl_node *test_without_if(struct sl_recovery *walk);
static struct sl_node *operation(struct sl_recovery *walk, unsigned level);

// Stands for text that is no expression; what is in it is not looked at any more.
static struct sl_node *no_expression(struct sl_recovery *walk, uint32_t start, uint32_t end) {
  struct sl_parse *parse = walk->parse;
  sl_diagnostic_drop_deferred(parse->file, start);
  uint32_t length = end - start < LONGEST_NAME ? end - start : LONGEST_NAME;
  struct sl_token token = {.start = start, .end = end};
  token.name = sl_tree_name(parse, parse->file->source + start, length);
  return sl_tree_identifier(parse, &token);
}

struct sl_token sl_recover_identifier(struct sl_recovery *walk) {
  struct sl_token token = walk->token;
  if (walk->kind != SL_TOKEN_IDENTIFIER) {
    token.end = token.start;
    token.name = sl_tree_name(walk->parse, "", 0);
  }
  sl_recover_expect(walk, SL_TOKEN_IDENTIFIER);
  return token;
}

// What follows the first of several expressions, from its comma on.
static struct sl_pending items(struct sl_recovery *walk, struct sl_node *first,
                               bool trailing_comma) {
  struct sl_pending list = sl_tree_begin(walk->parse, first);
  while (walk->kind == SL_TOKEN_COMMA) {
    sl_recover_advance(walk);
    if (sl_recover_at(walk, SL_ITEMS_END)) {
      if (!trailing_comma) {
        sl_recover_tell_here(walk, "Trailing comma is allowed only in parenthesized tuples.");
      }
      break;
    }
    list = sl_tree_push(walk->parse, list, sl_recover_test(walk));
  }
  return list;
}

// The type after a name, where there may be one.
struct sl_node *sl_recover_annotation(struct sl_recovery *walk) {
  if (!walk->parse->dialect->type_syntax || walk->kind != SL_TOKEN_COLON) return NULL;
  sl_recover_advance(walk);
  return sl_recover_test(walk);
}

static void *parameter(struct sl_recovery *walk, bool typed) {
  int form = walk->kind == SL_TOKEN_STAR        ? SL_WRITTEN_STAR
             : walk->kind == SL_TOKEN_STAR_STAR ? SL_WRITTEN_STAR_STAR
                                                : SL_WRITTEN_NAMED;
  uint32_t start = walk->token.start;
  if (form != SL_WRITTEN_NAMED) sl_recover_advance(walk);
  if (form == SL_WRITTEN_STAR && walk->kind != SL_TOKEN_IDENTIFIER) {
    return sl_tree_parameter(walk->parse, form, start, NULL, NULL, NULL);
  }
  struct sl_token name = sl_recover_identifier(walk);
  struct sl_node *type = typed ? sl_recover_annotation(walk) : NULL;
  struct sl_node *default_value = NULL;
  if (form == SL_WRITTEN_NAMED && walk->kind == SL_TOKEN_EQUALS) {
    sl_recover_advance(walk);
    default_value = sl_recover_test(walk);
  }
  return sl_tree_parameter(walk->parse, form, start, &name, type, default_value);
}

struct sl_pending sl_recover_parameters(struct sl_recovery *walk, bool typed) {
  struct sl_pending list = sl_tree_empty(walk->parse);
  while (!sl_recover_at(walk, SL_END | SL_BIT(RPAREN) | SL_BIT(COLON))) {
    if (list.count) {
      sl_recover_expect(walk, SL_TOKEN_COMMA);
      if (walk->kind == SL_TOKEN_RPAREN) break;
    }
    list = sl_tree_push(walk->parse, list, parameter(walk, typed));
  }
  return list;
}

static struct sl_node *lambda(struct sl_recovery *walk,
                              struct sl_node *(*body)(struct sl_recovery *walk)) {
  uint32_t start = sl_recover_advance(walk);
  struct sl_pending list = sl_recover_parameters(walk, false);
  // The list waits on the scratch stack until the body is there.
  sl_recover_expect(walk, SL_TOKEN_COLON);
  return sl_tree_lambda(walk->parse, start, list, body(walk));
}

static struct sl_node *argument(struct sl_recovery *walk) {
  struct sl_parse *parse = walk->parse;
  if (sl_recover_at(walk, SL_BIT(STAR) | SL_BIT(STAR_STAR))) {
    int form = walk->kind == SL_TOKEN_STAR ? SL_ARGUMENT_STAR : SL_ARGUMENT_STAR_STAR;
    uint32_t start = sl_recover_advance(walk);
    return sl_tree_argument(parse, form, start, NULL, sl_recover_test(walk));
  }
  struct sl_node *value = sl_recover_test(walk);
  // Bazel also takes "(x) = 1" for a named argument.
  bool is_name = value->kind == SL_NODE_IDENTIFIER && !(value->flags & SL_FLAG_PARENTHESES);
  if (!is_name || walk->kind != SL_TOKEN_EQUALS) {
    return sl_tree_argument(parse, SL_ARGUMENT_POSITIONAL, value->start, NULL, value);
  }
  sl_recover_advance(walk);
  struct sl_name *name = value->identifier.name;
  return sl_tree_argument(parse, SL_ARGUMENT_KEYWORD, value->start, name, sl_recover_test(walk));
}

static const char generator[] = "Starlark does not support Python-style generator expressions";

static struct sl_node *call(struct sl_recovery *walk, struct sl_node *callee) {
  uint32_t mark = sl_recover_advance(walk);
  struct sl_pending list = sl_tree_empty(walk->parse);
  while (!sl_recover_at(walk, SL_END | SL_BIT(RPAREN))) {
    if (list.count) {
      if (walk->kind == SL_TOKEN_FOR) sl_recover_refuse(walk, generator);
      sl_recover_expect(walk, SL_TOKEN_COMMA);
      if (walk->kind == SL_TOKEN_RPAREN) break;
    }
    list = sl_tree_push(walk->parse, list, argument(walk));
  }
  uint32_t end = walk->token.end;
  sl_recover_expect(walk, SL_TOKEN_RPAREN);
  return sl_tree_call(walk->parse, callee, mark, list, end);
}

static struct sl_node *dot(struct sl_recovery *walk, struct sl_node *object) {
  uint32_t mark = sl_recover_advance(walk);
  if (walk->kind == SL_TOKEN_IDENTIFIER) {
    struct sl_token name = sl_recover_identifier(walk);
    return sl_tree_dot(walk->parse, object, mark, &name);
  }
  sl_recover_refuse(walk, "expected identifier after dot");
  sl_recover_skip_to(walk, SL_EXPRESSION_END);
  return object;
}

static struct sl_node *index_or_slice(struct sl_recovery *walk, struct sl_node *object) {
  struct sl_parse *parse = walk->parse;
  uint32_t mark = sl_recover_advance(walk);
  struct sl_node *bounds[3] = {NULL};
  if (walk->kind != SL_TOKEN_COLON) {
    bounds[0] = sl_recover_expression(walk);
    if (walk->kind == SL_TOKEN_RBRACKET) {
      uint32_t end = walk->token.end;
      sl_recover_advance(walk);
      return sl_tree_index(parse, object, mark, bounds[0], end);
    }
  }
  sl_recover_expect(walk, SL_TOKEN_COLON);
  if (!sl_recover_at(walk, SL_BIT(COLON) | SL_BIT(RBRACKET))) bounds[1] = sl_recover_test(walk);
  if (walk->kind == SL_TOKEN_COLON) {
    sl_recover_advance(walk);
    if (walk->kind != SL_TOKEN_RBRACKET) bounds[2] = sl_recover_test(walk);
  }
  uint32_t end = walk->token.end;
  sl_recover_expect(walk, SL_TOKEN_RBRACKET);
  struct sl_node *slice = sl_tree_slice_begin(parse, object, mark, bounds[0]);
  return sl_tree_slice(parse, slice, bounds[1], bounds[2], end);
}

struct sl_node *sl_recover_string(struct sl_recovery *walk) {
  struct sl_node *node = walk->token.node;
  sl_recover_advance(walk);
  if (walk->kind == SL_TOKEN_STRING) {
    sl_recover_tell_here(walk, "Implicit string concatenation is forbidden, use the + operator");
  }
  return node;
}

static struct sl_node *with_suffixes(struct sl_recovery *walk);

// Names of a loop, which "in" ends.
struct sl_node *sl_recover_targets(struct sl_recovery *walk) {
  struct sl_node *first = with_suffixes(walk);
  if (walk->kind != SL_TOKEN_COMMA) return first;
  struct sl_pending list = sl_tree_begin(walk->parse, first);
  while (walk->kind == SL_TOKEN_COMMA) {
    sl_recover_advance(walk);
    if (sl_recover_at(walk, SL_ITEMS_END)) break;
    list = sl_tree_push(walk->parse, list, with_suffixes(walk));
  }
  return sl_tree_bare(walk->parse, list, true);
}

static struct sl_node *clause(struct sl_recovery *walk) {
  bool loop = walk->kind == SL_TOKEN_FOR;
  uint32_t start = sl_recover_advance(walk);
  if (!loop) return sl_tree_if_clause(walk->parse, start, test_without_if(walk));
  struct sl_node *target = sl_recover_targets(walk);
  sl_recover_expect(walk, SL_TOKEN_IN);
  return sl_tree_for_clause(walk->parse, start, target, operation(walk, LOWEST));
}

// From the first "for" on.
static struct sl_node *comprehension(struct sl_recovery *walk, uint32_t start, struct sl_node *body,
                                     int closing) {
  bool dict = closing == SL_TOKEN_RBRACE;
  struct sl_pending list = sl_tree_empty(walk->parse);
  while (sl_recover_at(walk, SL_BIT(FOR) | SL_BIT(IF))) {
    list = sl_tree_push(walk->parse, list, clause(walk));
  }
  if (walk->kind != closing) {
    sl_recover_refuse(walk, dict ? "expected '}', 'for' or 'if'" : "expected ']', 'for' or 'if'");
    return no_expression(walk, start, sl_recover_skip_past(walk, SL_LIST_END));
  }
  uint32_t end = walk->token.end;
  sl_recover_advance(walk);
  return sl_tree_comprehension(walk->parse, start, body, list, end, dict ? SL_FLAG_DICT : 0);
}

// The closing bracket of a LIST, TUPLE or DICT, which is there.
static struct sl_node *close(struct sl_recovery *walk, enum sl_node_kind kind, uint32_t start,
                             struct sl_pending list) {
  uint32_t end = walk->token.end;
  sl_recover_advance(walk);
  return sl_tree_sequence(walk->parse, kind, start, end, list);
}

static struct sl_node *list(struct sl_recovery *walk) {
  uint32_t start = sl_recover_advance(walk);
  if (walk->kind == SL_TOKEN_RBRACKET) {
    return close(walk, SL_NODE_LIST, start, sl_tree_empty(walk->parse));
  }
  struct sl_node *first = sl_recover_test(walk);
  if (walk->kind == SL_TOKEN_FOR) return comprehension(walk, start, first, SL_TOKEN_RBRACKET);
  bool several = walk->kind == SL_TOKEN_COMMA;
  struct sl_pending list = items(walk, first, true);
  if (walk->kind == SL_TOKEN_RBRACKET) return close(walk, SL_NODE_LIST, start, list);
  if (several) {
    sl_recover_expect(walk, SL_TOKEN_RBRACKET);
  } else {
    sl_recover_refuse(walk, "expected ',', 'for' or ']'");
  }
  return no_expression(walk, start, sl_recover_skip_past(walk, SL_LIST_END));
}

static struct sl_node *entry(struct sl_recovery *walk) {
  struct sl_node *key = sl_recover_test(walk);
  uint32_t mark = sl_recover_expect(walk, SL_TOKEN_COLON);
  return sl_tree_entry(walk->parse, key, mark, sl_recover_test(walk));
}

static struct sl_node *dict(struct sl_recovery *walk) {
  struct sl_parse *parse = walk->parse;
  uint32_t start = sl_recover_advance(walk);
  if (walk->kind == SL_TOKEN_RBRACE) {
    return close(walk, SL_NODE_DICT, start, sl_tree_empty(parse));
  }
  struct sl_node *first = entry(walk);
  if (walk->kind == SL_TOKEN_FOR) return comprehension(walk, start, first, SL_TOKEN_RBRACE);
  struct sl_pending list = sl_tree_begin(parse, first);
  while (walk->kind == SL_TOKEN_COMMA) {
    sl_recover_advance(walk);
    if (walk->kind == SL_TOKEN_RBRACE) break;
    list = sl_tree_push(parse, list, entry(walk));
  }
  if (walk->kind == SL_TOKEN_RBRACE) return close(walk, SL_NODE_DICT, start, list);
  sl_recover_expect(walk, SL_TOKEN_RBRACE);
  return no_expression(walk, start, sl_recover_skip_past(walk, SL_DICT_END));
}

static struct sl_node *parenthesized(struct sl_recovery *walk) {
  uint32_t start = sl_recover_advance(walk);
  if (walk->kind == SL_TOKEN_RPAREN) {
    return close(walk, SL_NODE_TUPLE, start, sl_tree_empty(walk->parse));
  }
  struct sl_node *first = sl_recover_test(walk);
  if (walk->kind == SL_TOKEN_RPAREN) {
    sl_recover_advance(walk);
    return sl_tree_parenthesized(first);
  }
  if (walk->kind == SL_TOKEN_COMMA) {
    struct sl_pending list = items(walk, first, true);
    uint32_t end = walk->token.end;
    sl_recover_expect(walk, SL_TOKEN_RPAREN);
    return sl_tree_sequence(walk->parse, SL_NODE_TUPLE, start, end, list);
  }
  if (walk->kind == SL_TOKEN_FOR) sl_recover_refuse(walk, generator);
  sl_recover_expect(walk, SL_TOKEN_RPAREN);
  return no_expression(walk, start, sl_recover_skip_to(walk, SL_EXPRESSION_END));
}

// cast(T, x) and isinstance(x, T), which are syntax.
static struct sl_node *type_call(struct sl_recovery *walk) {
  bool cast = walk->kind == SL_TOKEN_CAST;
  uint32_t start = sl_recover_advance(walk);
  sl_recover_expect(walk, SL_TOKEN_LPAREN);
  struct sl_node *first = sl_recover_test(walk);
  sl_recover_expect(walk, SL_TOKEN_COMMA);
  struct sl_node *second = sl_recover_test(walk);
  if (walk->kind == SL_TOKEN_COMMA) sl_recover_advance(walk);
  uint32_t end = walk->token.end;
  sl_recover_expect(walk, SL_TOKEN_RPAREN);
  return cast ? sl_tree_cast(walk->parse, start, first, second, end)
              : sl_tree_isinstance(walk->parse, start, end);
}

static struct sl_node *sign(struct sl_recovery *walk) {
  enum sl_operator op = walk->kind == SL_TOKEN_PLUS    ? SL_OP_PLUS
                        : walk->kind == SL_TOKEN_MINUS ? SL_OP_MINUS
                                                       : SL_OP_TILDE;
  uint32_t start = sl_recover_advance(walk);
  return sl_tree_unary(walk->parse, op, start, with_suffixes(walk));
}

static struct sl_node *primary(struct sl_recovery *walk) {
  struct sl_token token = walk->token;
  switch (walk->kind) {
    case SL_TOKEN_INT:
    case SL_TOKEN_FLOAT:
    case SL_TOKEN_BYTES:
      sl_recover_advance(walk);
      return token.node;
    case SL_TOKEN_STRING:
      return sl_recover_string(walk);
    case SL_TOKEN_IDENTIFIER:
      sl_recover_advance(walk);
      return sl_tree_identifier(walk->parse, &token);
    case SL_TOKEN_ELLIPSIS:
      sl_recover_advance(walk);
      return sl_tree_node(walk->parse, SL_NODE_ELLIPSIS, token.start, token.end);
    case SL_TOKEN_LBRACKET:
      return list(walk);
    case SL_TOKEN_LBRACE:
      return dict(walk);
    case SL_TOKEN_LPAREN:
      return parenthesized(walk);
    case SL_TOKEN_PLUS:
    case SL_TOKEN_MINUS:
    case SL_TOKEN_TILDE:
      return sign(walk);
    case SL_TOKEN_CAST:
    case SL_TOKEN_ISINSTANCE:
      return type_call(walk);
    default:
      sl_recover_refuse(walk, "expected expression");
      return no_expression(walk, token.start, sl_recover_skip_to(walk, SL_EXPRESSION_END));
  }
}

static struct sl_node *with_suffixes(struct sl_recovery *walk) {
  if (!sl_recover_enter(walk)) return no_expression(walk, walk->token.start, walk->token.start);
  struct sl_node *node = primary(walk);
  while (sl_recover_at(walk, SL_BIT(DOT) | SL_BIT(LBRACKET) | SL_BIT(LPAREN))) {
    node = walk->kind == SL_TOKEN_DOT        ? dot(walk, node)
           : walk->kind == SL_TOKEN_LBRACKET ? index_or_slice(walk, node)
                                             : call(walk, node);
  }
  walk->depth--;
  return node;
}

// A "not" behind an operand: Bazel takes the next token for an "in", whatever it is.
static void read_not_in(struct sl_recovery *walk) {
  sl_recover_advance(walk);
  if (walk->kind != SL_TOKEN_IN) sl_recover_refuse(walk, "expected 'in'");
  walk->kind = SL_TOKEN_COMPARISON;
  walk->token.op = SL_OP_NOT_IN;
  walk->parse->previous = SL_TOKEN_COMPARISON;
}

// Operands and the operators between them that bind at least as strongly as `level` says.
static struct sl_node *operation(struct sl_recovery *walk, unsigned level) {
  struct sl_parse *parse = walk->parse;
  if (!sl_recover_enter(walk)) return no_expression(walk, walk->token.start, walk->token.start);
  struct sl_node *node;
  unsigned highest =
      HIGHEST;  // what may follow: nothing that would have been a part of the operand
  enum sl_operator last = SL_OP_NONE;
  if (walk->kind == SL_TOKEN_NOT && level <= NEGATION) {
    uint32_t start = sl_recover_advance(walk);
    node = sl_tree_unary(parse, SL_OP_NOT, start, operation(walk, NEGATION));
    highest = NEGATION - 1;
  } else {
    node = with_suffixes(walk);
  }
  for (;;) {
    if (walk->kind == SL_TOKEN_NOT) read_not_in(walk);
    unsigned next = operators[walk->kind].level;
    if (next < level || next > highest || !next) break;
    enum sl_operator op = operators[walk->kind].op ? operators[walk->kind].op : walk->token.op;
    if (next == COMPARISON && highest == COMPARISON) {
      sl_recover_tell(walk, walk->token.start, walk->token.end,
                      "Operator '%s' is not associative with operator '%s'. Use parens.",
                      sl_operator_text(last), sl_operator_text(op));
    }
    highest = next;
    last = op;
    uint32_t mark = sl_recover_advance(walk);
    node = sl_tree_binary(parse, op, node, mark, operation(walk, next + 1));
  }
  walk->depth--;
  return node;
}

static struct sl_node *conditional(struct sl_recovery *walk) {
  if (walk->kind == SL_TOKEN_LAMBDA) return lambda(walk, sl_recover_test);
  uint32_t start = walk->token.start;
  struct sl_node *then = operation(walk, LOWEST);
  if (walk->kind != SL_TOKEN_IF) return then;
  sl_recover_advance(walk);
  struct sl_node *condition = operation(walk, LOWEST);
  if (walk->kind == SL_TOKEN_ELSE) {
    sl_recover_advance(walk);
    return sl_tree_conditional(walk->parse, then, condition, sl_recover_test(walk));
  }
  sl_recover_tell(walk, start, condition->end,
                  "missing else clause in conditional expression or semicolon before if");
  return then;
}

struct sl_node *sl_recover_test(struct sl_recovery *walk) {
  if (!sl_recover_enter(walk)) return no_expression(walk, walk->token.start, walk->token.start);
  struct sl_node *node = conditional(walk);
  walk->depth--;
  return node;
}

// Where "if" begins something else.
static struct sl_node *test_without_if(struct sl_recovery *walk) {
  if (!sl_recover_enter(walk)) return no_expression(walk, walk->token.start, walk->token.start);
  struct sl_node *node =
      walk->kind == SL_TOKEN_LAMBDA ? lambda(walk, test_without_if) : operation(walk, LOWEST);
  walk->depth--;
  return node;
}

struct sl_node *sl_recover_expression(struct sl_recovery *walk) {
  struct sl_node *first = sl_recover_test(walk);
  if (walk->kind != SL_TOKEN_COMMA) return first;
  return sl_tree_bare(walk->parse, items(walk, first, false), true);
}
