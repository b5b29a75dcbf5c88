// SPDX-License-Identifier: Apache-2.0
//
// Recovery: reads a text that the grammar refuses once more, by recursive descent and with the steps of
// net.starlark.java.syntax.Parser, so that all of its errors are told in Bazel's words, and makes the tree that is
// left of it. Invariant: at least one error is told.
//
// A step that meets a token it does not expect says so, takes it, and goes on; until a line ends where one may, nothing
// more is said.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/recover.h"

// Bazel's parser tells so many errors of a file; its lexer tells all. So many steps may be inside each other: three for
// each bracket.
enum { MOST_ERRORS = 5, MOST_STEPS = 3 * SL_DEPTH_LIMIT };

// Tokens as messages name them where they are missing.
static const char *const names[] = {
    [0] = "EOF",
    [SL_TOKEN_COLON] = ":",
    [SL_TOKEN_COMMA] = ",",
    [SL_TOKEN_EQUALS] = "=",
    [SL_TOKEN_IDENTIFIER] = "identifier",
    [SL_TOKEN_IN] = "in",
    [SL_TOKEN_LPAREN] = "(",
    [SL_TOKEN_NEWLINE] = "newline",
    [SL_TOKEN_OUTDENT] = "outdent",
    [SL_TOKEN_RBRACE] = "}",
    [SL_TOKEN_RBRACKET] = "]",
    [SL_TOKEN_RPAREN] = ")",
    [SL_TOKEN_STRING] = "string literal",
};

// ---------------------------------------------------------------- messages

// Appends a token as messages name it where it is too much.
static void append_token(struct sl_text *out, const struct sl_file *file, int kind,
                         const struct sl_token *token) {
  switch (kind) {
    case 0:
    case SL_TOKEN_NEWLINE:
    case SL_TOKEN_OUTDENT:
      sl_text_append_string(out, names[kind]);
      return;
    case SL_TOKEN_STRING:
    case SL_TOKEN_BYTES:
      sl_text_append_char(out, '"');
      sl_text_append(out, token->node->string.bytes, token->node->string.length);
      sl_text_append_char(out, '"');
      return;
    case SL_TOKEN_FLOAT:
      sl_print_float(out, token->node->real.value);
      return;
    case SL_TOKEN_INT:
      if (token->node->integer.base) break;
      sl_text_append_integer(out, token->node->integer.value);
      return;
    default:
      break;
  }
  sl_text_append(out, file->source + token->start, token->end - token->start);
}

// Tells an error, recovering or not.
void sl_recover_tell(struct sl_recovery *walk, uint32_t start, uint32_t end, const char *format,
                     ...) {
  if (walk->stopped || ++walk->errors > MOST_ERRORS) return;
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  sl_diagnostic_add(walk->parse->file, start, end, "%s", sl_text_string(&text));
  sl_text_free(&text);
}

void sl_recover_tell_here(struct sl_recovery *walk, const char *message) {
  sl_recover_tell(walk, walk->token.start, walk->token.end, "%s", message);
}

// Tells that a token is too much, unless the statement has had its error.
static void refuse_token(struct sl_recovery *walk, int kind, const struct sl_token *token,
                         const char *message) {
  if (walk->recovering) return;
  walk->recovering = true;
  struct sl_text text = {0};
  append_token(&text, walk->parse->file, kind, token);
  if (kind == SL_TOKEN_INDENT) {
    sl_recover_tell(walk, token->start, token->end, "indentation error");
  } else {
    sl_recover_tell(walk, token->start, token->end, "syntax error at '%s': %s",
                    sl_text_string(&text), message);
  }
  sl_text_free(&text);
}

void sl_recover_refuse(struct sl_recovery *walk, const char *message) {
  refuse_token(walk, walk->kind, &walk->token, message);
}

// What Bazel says of words of Python that Starlark only reserves, where it is not "keyword 'x' not supported".
static const char *const advice[][2] = {
    {"assert", "'assert' not supported, use 'fail' instead"},
    {"del", "'del' not supported, use '.pop()' to delete an item from a dictionary or a list"},
    {"import", "'import' not supported, use 'load' instead"},
    {"is", "'is' not supported, use '==' instead"},
    {"raise", "'raise' not supported, use 'fail' instead"},
    {"try", "'try' not supported, all exceptions are fatal"},
    {"while", "'while' not supported, use 'for' instead"},
};

// Tells what is wrong with a token that is in no text of Starlark, if it is a word.
static void check_word(struct sl_recovery *walk) {
  const char *word = walk->parse->file->source + walk->token.start;
  int length = (int)(walk->token.end - walk->token.start);
  if (*word == '\\') return;
  for (size_t i = 0; i < sizeof advice / sizeof *advice; i++) {
    if (strlen(advice[i][0]) == (size_t)length && !memcmp(word, advice[i][0], (size_t)length)) {
      sl_recover_tell_here(walk, advice[i][1]);
      return;
    }
  }
  sl_recover_tell(walk, walk->token.start, walk->token.end, "keyword '%.*s' not supported", length,
                  word);
}

// ---------------------------------------------------------------- going forward

static void stop(struct sl_recovery *walk) {
  walk->stopped = true;
  walk->kind = 0;
}

// Goes to the next token; returns where the one before began.
uint32_t sl_recover_advance(struct sl_recovery *walk) {
  uint32_t start = walk->token.start;
  if (walk->kind) walk->kind = sl_file_next_token(walk->parse, &walk->token);
  if (walk->parse->parsed->too_deep || walk->parse->parsed->too_large) stop(walk);
  if (walk->kind == SL_TOKEN_ILLEGAL) check_word(walk);
  return start;
}

// Takes a token whether it is the expected one or not.
uint32_t sl_recover_expect(struct sl_recovery *walk, int kind) {
  if (walk->kind != kind) {
    char message[32];
    snprintf(message, sizeof message, "expected %s", names[kind]);
    sl_recover_refuse(walk, message);
  }
  return sl_recover_advance(walk);
}

// The same at the end of a statement: errors are told again.
static void expect_end(struct sl_recovery *walk, int kind) {
  bool found = walk->kind == kind;
  if (found) walk->recovering = false;
  sl_recover_expect(walk, kind);
}

// Takes all tokens up to one of the set, and that one; returns its end.
uint32_t sl_recover_skip_past(struct sl_recovery *walk, uint64_t set) {
  while (!sl_recover_at(walk, set)) {
    sl_recover_advance(walk);
  }
  uint32_t end = walk->token.end;
  sl_recover_advance(walk);
  return end;
}

// Takes a token, and then all up to one of the set. Returns what Bazel holds for the end of them.
uint32_t sl_recover_skip_to(struct sl_recovery *walk, uint64_t set) {
  uint32_t previous = walk->token.end;
  sl_recover_advance(walk);
  uint32_t current = previous;
  while (!sl_recover_at(walk, set)) {
    sl_recover_advance(walk);
    previous = current;
    current = walk->token.end;
  }
  return previous;
}

// Begins a step; false: they are too many.
bool sl_recover_enter(struct sl_recovery *walk) {
  if (walk->depth < MOST_STEPS) {
    walk->depth++;
    return true;
  }
  sl_tree_too_deep(walk->parse, walk->token.start, walk->token.end);
  stop(walk);
  return false;
}

// ---------------------------------------------------------------- small statements

static struct sl_node *load_binding(struct sl_recovery *walk) {
  struct sl_token local = walk->token;
  bool named = walk->kind == SL_TOKEN_IDENTIFIER;
  if (!named && walk->kind != SL_TOKEN_STRING) {
    sl_recover_refuse(walk, "expected either a literal string or an identifier");
    return NULL;
  }
  if (named) {
    sl_recover_advance(walk);
    sl_recover_expect(walk, SL_TOKEN_EQUALS);
    if (walk->kind != SL_TOKEN_STRING) {
      sl_recover_refuse(walk, "expected string");
      return NULL;
    }
  }
  struct sl_node *original = walk->token.node;
  sl_recover_advance(walk);
  return sl_tree_load_binding(walk->parse, named ? &local : NULL, original);
}

static struct sl_node *load(struct sl_recovery *walk) {
  struct sl_parse *parse = walk->parse;
  uint32_t start = sl_recover_advance(walk);
  sl_recover_expect(walk, SL_TOKEN_LPAREN);
  struct sl_pending bindings = sl_tree_empty(parse);
  if (walk->kind != SL_TOKEN_STRING) {
    struct sl_node *module =
        sl_tree_node(parse, SL_NODE_STRING, walk->token.start, walk->token.end);
    module->string.bytes = "";
    sl_recover_expect(walk, SL_TOKEN_STRING);
    return sl_tree_load(parse, start, module, bindings, walk->token.end);
  }
  struct sl_node *module = sl_recover_string(walk);
  if (walk->kind == SL_TOKEN_RPAREN) {
    sl_recover_refuse(walk, "expected at least one symbol to load");
    return sl_tree_load(parse, start, module, bindings, walk->token.end);
  }
  // One at least.
  do {
    sl_recover_expect(walk, SL_TOKEN_COMMA);
    if (bindings.count && walk->kind == SL_TOKEN_RPAREN) break;
    struct sl_node *binding = load_binding(walk);
    if (binding) bindings = sl_tree_push(parse, bindings, binding);
  } while (!sl_recover_at(walk, SL_END | SL_BIT(RPAREN)));
  uint32_t end = walk->token.end;
  sl_recover_expect(walk, SL_TOKEN_RPAREN);
  return sl_tree_load(parse, start, module, bindings, end);
}

static struct sl_node *return_statement(struct sl_recovery *walk) {
  uint32_t end = walk->token.end;
  uint32_t start = sl_recover_advance(walk);
  struct sl_node *value =
      sl_recover_at(walk, SL_STATEMENT_END) ? NULL : sl_recover_expression(walk);
  return sl_tree_statement(walk->parse, SL_NODE_RETURN, start, value ? value->end : end, value);
}

static struct sl_node *type_parameters(struct sl_recovery *walk) {
  uint32_t start = sl_recover_advance(walk);
  struct sl_pending list = sl_tree_empty(walk->parse);
  do {
    struct sl_token name = sl_recover_identifier(walk);
    list = sl_tree_push(walk->parse, list, sl_tree_identifier(walk->parse, &name));
    if (walk->kind != SL_TOKEN_COMMA) break;
    sl_recover_advance(walk);
  } while (walk->kind != SL_TOKEN_RBRACKET);
  uint32_t end = walk->token.end;
  sl_recover_expect(walk, SL_TOKEN_RBRACKET);
  return sl_tree_sequence(walk->parse, SL_NODE_LIST, start, end, list);
}

static struct sl_node *type_alias(struct sl_recovery *walk) {
  uint32_t start = sl_recover_advance(walk);
  struct sl_token name = sl_recover_identifier(walk);
  struct sl_node *generic = walk->kind == SL_TOKEN_LBRACKET ? type_parameters(walk) : NULL;
  uint32_t mark = sl_recover_expect(walk, SL_TOKEN_EQUALS);
  struct sl_node *target = sl_tree_identifier(walk->parse, &name);
  return sl_tree_assign(walk->parse, SL_NODE_TYPE_ALIAS, SL_OP_NONE, start, mark, target, generic,
                        sl_recover_test(walk));
}

// An expression, or an assignment.
static struct sl_node *assignment(struct sl_recovery *walk) {
  struct sl_parse *parse = walk->parse;
  struct sl_node *target = sl_recover_expression(walk);
  struct sl_token colon = walk->token;
  if (parse->dialect->type_syntax && walk->kind == SL_TOKEN_COLON &&
      target->kind != SL_NODE_IDENTIFIER) {
    sl_recover_refuse(walk, "type annotations must have a single identifier on the left-hand side");
  }
  struct sl_node *type = sl_recover_annotation(walk);
  uint32_t mark = type ? colon.start : walk->token.start;
  bool augmented = walk->kind == SL_TOKEN_AUGMENTED;
  if (augmented && type) {
    refuse_token(walk, SL_TOKEN_COLON, &colon,
                 "type annotations not allowed on augmented assignment statements");
  }
  if (!augmented && walk->kind != SL_TOKEN_EQUALS) {
    return type ? sl_tree_assign(parse, SL_NODE_ASSIGN, SL_OP_NONE, target->start, mark, target,
                                 type, NULL)
                : sl_tree_statement(parse, SL_NODE_EXPRESSION_STATEMENT, target->start, target->end,
                                    target);
  }
  enum sl_operator op = augmented ? walk->token.op : SL_OP_NONE;
  mark = sl_recover_advance(walk);
  return sl_tree_assign(parse, augmented ? SL_NODE_AUGMENTED : SL_NODE_ASSIGN, op, target->start,
                        mark, target, type, sl_recover_expression(walk));
}

static struct sl_node *word(struct sl_recovery *walk, enum sl_node_kind kind) {
  uint32_t end = walk->token.end;
  uint32_t start = sl_recover_advance(walk);
  return sl_tree_statement(walk->parse, kind, start, end, NULL);
}

static struct sl_node *small(struct sl_recovery *walk) {
  switch (walk->kind) {
    case SL_TOKEN_RETURN:
      return return_statement(walk);
    case SL_TOKEN_BREAK:
      return word(walk, SL_NODE_BREAK);
    case SL_TOKEN_CONTINUE:
      return word(walk, SL_NODE_CONTINUE);
    case SL_TOKEN_PASS:
      return word(walk, SL_NODE_PASS);
    case SL_TOKEN_LOAD:
      return load(walk);
    case SL_TOKEN_TYPE:
      return type_alias(walk);
    default:
      return assignment(walk);
  }
}

static struct sl_pending line(struct sl_recovery *walk, struct sl_pending list) {
  list = sl_tree_push(walk->parse, list, small(walk));
  while (walk->kind == SL_TOKEN_SEMICOLON) {
    sl_recover_advance(walk);
    if (walk->kind == SL_TOKEN_NEWLINE) break;
    list = sl_tree_push(walk->parse, list, small(walk));
  }
  expect_end(walk, SL_TOKEN_NEWLINE);
  return list;
}

// ---------------------------------------------------------------- compound statements

static struct sl_pending statement(struct sl_recovery *walk, struct sl_pending list);

// From the colon on.
static struct sl_node *suite(struct sl_recovery *walk) {
  sl_recover_expect(walk, SL_TOKEN_COLON);
  uint32_t start = walk->token.start;
  struct sl_pending list = sl_tree_empty(walk->parse);
  if (walk->kind != SL_TOKEN_NEWLINE) {
    list = line(walk, list);
  } else {
    sl_recover_advance(walk);
    if (walk->kind != SL_TOKEN_INDENT) {
      sl_recover_tell_here(walk, "expected an indented block");
    } else {
      sl_recover_advance(walk);
      while (!sl_recover_at(walk, SL_END | SL_BIT(OUTDENT))) {
        list = statement(walk, list);
      }
      expect_end(walk, SL_TOKEN_OUTDENT);
    }
  }
  return sl_tree_block(walk->parse, list, start, start);
}

static struct sl_node *if_statement(struct sl_recovery *walk) {
  struct sl_parse *parse = walk->parse;
  struct sl_pending branches = sl_tree_empty(parse);
  do {
    uint32_t start = sl_recover_advance(walk);
    struct sl_node *condition = sl_recover_test(walk);
    struct sl_node *branch = sl_tree_if(parse, start, condition, suite(walk), NULL);
    branches = sl_tree_push(parse, branches, branch);
  } while (walk->kind == SL_TOKEN_ELIF);
  struct sl_node *otherwise = NULL;
  if (walk->kind == SL_TOKEN_ELSE) {
    sl_recover_advance(walk);
    otherwise = suite(walk);
  }
  // Each in the one before.
  for (uint32_t i = branches.count; i > 0; i--) {
    struct sl_node *branch = parse->scratch[branches.start + i - 1];
    if (branch->kind != SL_NODE_IF) {  // It was too deep.
      otherwise = branch;
      continue;
    }
    otherwise =
        sl_tree_if(parse, branch->start, branch->branch.condition, branch->branch.then, otherwise);
  }
  parse->scratch_count = branches.start;
  return otherwise;
}

static struct sl_node *for_statement(struct sl_recovery *walk) {
  uint32_t start = sl_recover_advance(walk);
  struct sl_node *target = sl_recover_targets(walk);
  sl_recover_expect(walk, SL_TOKEN_IN);
  struct sl_node *iterable = sl_recover_expression(walk);
  return sl_tree_loop(walk->parse, SL_NODE_FOR, start, target, iterable, suite(walk));
}

static struct sl_node *while_statement(struct sl_recovery *walk) {
  uint32_t start = sl_recover_advance(walk);
  struct sl_node *condition = sl_recover_test(walk);
  return sl_tree_loop(walk->parse, SL_NODE_WHILE, start, NULL, condition, suite(walk));
}

static struct sl_node *def_statement(struct sl_recovery *walk) {
  struct sl_parse *parse = walk->parse;
  bool types = parse->dialect->type_syntax;
  uint32_t start = sl_recover_advance(walk);
  struct sl_token name = sl_recover_identifier(walk);
  bool generic = types && walk->kind == SL_TOKEN_LBRACKET;
  struct sl_node *node = sl_tree_def(parse, start, &name, generic ? type_parameters(walk) : NULL);
  sl_recover_expect(walk, SL_TOKEN_LPAREN);
  node = sl_tree_signature(parse, node, sl_recover_parameters(walk, true));
  sl_recover_expect(walk, SL_TOKEN_RPAREN);
  struct sl_node *result_type = NULL;
  if (walk->kind == SL_TOKEN_ARROW) {
    sl_recover_advance(walk);
    result_type = sl_recover_test(walk);
  }
  return sl_tree_function(parse, node, result_type, suite(walk));
}

// The list with the next statement, or several on one line.
static struct sl_pending statement(struct sl_recovery *walk, struct sl_pending list) {
  if (!sl_recover_enter(walk)) return list;
  struct sl_node *node;
  switch (walk->kind) {
    case SL_TOKEN_DEF:
      node = def_statement(walk);
      break;
    case SL_TOKEN_IF:
      node = if_statement(walk);
      break;
    case SL_TOKEN_FOR:
      node = for_statement(walk);
      break;
    case SL_TOKEN_WHILE:
      node = while_statement(walk);
      break;
    default:
      walk->depth--;
      return line(walk, list);
  }
  walk->depth--;
  return sl_tree_push(walk->parse, list, node);
}

static struct sl_pending statements(struct sl_recovery *walk) {
  struct sl_pending list = sl_tree_empty(walk->parse);
  while (walk->kind) {
    if (walk->kind == SL_TOKEN_NEWLINE) {
      expect_end(walk, SL_TOKEN_NEWLINE);
    } else if (walk->recovering) {
      sl_recover_skip_to(walk, SL_STATEMENT_END);
      walk->recovering = false;
    } else {
      list = statement(walk, list);
    }
  }
  return list;
}

// The one expression of a text that is nothing else.
static struct sl_pending only_expression(struct sl_recovery *walk) {
  struct sl_node *node = sl_recover_expression(walk);
  while (walk->kind == SL_TOKEN_NEWLINE) {
    sl_recover_advance(walk);
  }
  sl_recover_expect(walk, 0);
  node = sl_tree_statement(walk->parse, SL_NODE_RETURN, node->start, node->end, node);
  return sl_tree_begin(walk->parse, node);
}

void sl_recover(struct sl_parse *parse, int kind, const struct sl_token *token) {
  struct sl_recovery walk = {.parse = parse, .kind = SL_TOKEN_NEWLINE};
  sl_recover_advance(&walk);
  struct sl_pending list =
      parse->parsed->expression_only ? only_expression(&walk) : statements(&walk);
  sl_tree_finish(parse, sl_tree_block(parse, list, 0, (uint32_t)parse->file->length));
  // Bazel would take the text.
  if (!parse->file->error_count) refuse_token(&walk, kind, token, "not allowed here");
}
