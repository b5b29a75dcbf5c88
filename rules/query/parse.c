// SPDX-License-Identifier: Apache-2.0
//
// Parse: query expressions, read as Bazel's QueryParser and Lexer read them: all operators have one precedence, and an error
// shows the three tokens from where it is. Invariant: a call in a tree has the arguments that its row asks for.
#include <stdlib.h>
#include <string.h>

#include "rules/query/state.h"

// ---------------------------------------------------------------- tokens

enum token_kind {
  TOKEN_END,
  TOKEN_WORD,
  TOKEN_LEFT,
  TOKEN_RIGHT,
  TOKEN_COMMA,
  TOKEN_PLUS,
  TOKEN_MINUS,
  TOKEN_EQUALS,
  TOKEN_CARET,
  TOKEN_EXCEPT,
  TOKEN_IN,
  TOKEN_INTERSECT,
  TOKEN_LET,
  TOKEN_SET,
  TOKEN_UNION,
};

static const char punctuation[] = "(),+-=^";  // in the order of the kinds from TOKEN_LEFT on
static const char *const keywords[] = {"except", "in",  "intersect",
                                       "let",    "set", "union"};  // from TOKEN_EXCEPT on

struct token {
  enum token_kind kind;
  const char *text;   // without quotes
  size_t start, end;  // in the query
};

struct parser {
  struct sl_thread *thread;
  const char *text;
  enum bz_query_scope scope;
  struct token *tokens;
  size_t count, capacity;
  size_t next;
  int depth;  // of nested expressions
};

enum { MAXIMAL_DEPTH = 1000 };

static char *copy(const char *bytes, size_t length) {
  char *string = sl_allocate_atomic(length + 1);
  memcpy(string, bytes, length);
  return string;
}

static bool continues_word(char c, bool is_canonical) {
  bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || (c && strchr("*/@.-_:$~[]", c)) || (c == '+' && is_canonical);
}

static enum token_kind kind_of_word(const char *word) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(word, keywords[i]) == 0) return TOKEN_EXCEPT + (enum token_kind)i;
  return TOKEN_WORD;
}

static void add_token(struct parser *parser, enum token_kind kind, const char *text, size_t start,
                      size_t end) {
  if (parser->count == parser->capacity) {
    parser->capacity = parser->capacity ? parser->capacity * 2 : 32;
    size_t size = parser->capacity * sizeof *parser->tokens;
    parser->tokens = parser->tokens ? sl_reallocate(parser->tokens, size) : sl_allocate(size);
  }
  parser->tokens[parser->count++] = (struct token){kind, text, start, end};
}

// Takes the token that starts at `at`; returns where the next may. 0: an error is pending.
static size_t scan_token(struct parser *parser, size_t at) {
  const char *text = parser->text;
  char c = text[at];
  const char *sign = strchr(punctuation, c);
  if (sign) {
    add_token(parser, TOKEN_LEFT + (enum token_kind)(sign - punctuation), copy(&c, 1), at, at + 1);
    return at + 1;
  }
  size_t end = at + 1;
  if (c == '\'' || c == '"') {
    while (text[end] && text[end] != c) end++;
    if (!text[end]) {
      sl_fail(parser->thread, "Error while parsing '%s': unclosed quotation", text);
      return 0;
    }
    add_token(parser, TOKEN_WORD, copy(text + at + 1, end - at - 1), at, end + 1);
    return end + 1;
  }
  bool is_canonical = c == '@' && text[end] == '@';
  while (continues_word(text[end], is_canonical)) end++;
  const char *word = copy(text + at, end - at);
  add_token(parser, kind_of_word(word), word, at, end);
  return end;
}

static bool scan(struct parser *parser) {
  size_t at = 0;
  for (;;) {
    at += strspn(parser->text + at, " \t\r\n");
    if (!parser->text[at]) break;
    at = scan_token(parser, at);
    if (at == 0) return false;
  }
  add_token(parser, TOKEN_END, "", at, at);
  return true;
}

// ---------------------------------------------------------------- expressions

static const struct token *peek(const struct parser *parser) {
  return &parser->tokens[parser->next];
}

static struct bz_expression *fail(struct parser *parser, const char *format, ...) SL_PRINTF(2, 3);
static struct bz_expression *fail(struct parser *parser, const char *format, ...) {
  struct sl_text text = {0};
  sl_text_format(&text, "Error while parsing '%s': ", parser->text);
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  sl_fail(parser->thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static struct bz_expression *fail_syntax(struct parser *parser) {
  if (peek(parser)->kind == TOKEN_END) return fail(parser, "premature end of input");
  struct sl_text shown = {0};
  for (size_t i = parser->next; i < parser->next + 3 && parser->tokens[i].kind != TOKEN_END; i++) {
    if (i > parser->next) sl_text_append_char(&shown, ' ');
    sl_text_append_string(&shown, parser->tokens[i].text);
  }
  fail(parser, "syntax error at '%s'", sl_text_string(&shown));
  sl_text_free(&shown);
  return NULL;
}

// Takes a token of this kind; NULL with an error pending.
static const struct token *consume(struct parser *parser, enum token_kind kind) {
  if (peek(parser)->kind == kind) return &parser->tokens[parser->next++];
  fail_syntax(parser);
  return NULL;
}

static struct bz_expression *new_expression(enum bz_expression_kind kind) {
  struct bz_expression *expression = sl_allocate(sizeof *expression);
  expression->kind = kind;
  return expression;
}

static void add_operand(struct bz_expression *expression, struct bz_expression *operand,
                        enum bz_set_operator operator) {
  size_t n = expression->operand_count++;
  if ((n & (n - 1)) == 0) {  // full at powers of two
    size_t capacity = n ? n * 2 : 1;
    struct bz_expression **operands = sl_allocate(capacity * sizeof(struct bz_expression *));
    enum bz_set_operator *operators = sl_allocate_atomic(capacity * sizeof *operators);
    for (size_t i = 0; i < n; i++) {
      operands[i] = expression->operands[i];
      operators[i] = expression->operators[i];
    }
    expression->operands = operands;
    expression->operators = operators;
  }
  expression->operands[n] = operand;
  expression->operators[n] = operator;
}

static struct bz_expression *parse_expression(struct parser *parser);

static struct bz_expression *make_target(struct parser *parser, const struct token *token) {
  const char *word = token->text;
  if (*word == '-' || *word == '*')
    return fail(parser, "target literal must not begin with (%c): %s", *word, word);
  struct bz_expression *target =
      new_expression(*word == '$' ? BZ_EXPRESSION_VARIABLE : BZ_EXPRESSION_PATTERN);
  // The collector knows an object by its first byte only: the name needs bytes of its own.
  target->word = *word == '$' ? bz_text_copy(word + 1) : word;
  target->text = copy(parser->text + token->start, token->end - token->start);
  return target;
}

static const struct bz_query_function *find_function(const struct parser *parser,
                                                     const char *name) {
  size_t length = strlen(name);
  for (const struct bz_query_function *row = bz_query_functions; row->synopsis; row++) {
    bool is_named = strncmp(row->synopsis, name, length) == 0 && row->synopsis[length] == '(';
    if (is_named && (row->scopes & parser->scope)) return row;
  }
  return NULL;
}

static bool parse_argument(struct parser *parser, char kind, struct bz_argument *argument) {
  if (kind == 'e') {
    argument->expression = parse_expression(parser);
    return argument->expression != NULL;
  }
  const struct token *token = consume(parser, TOKEN_WORD);
  if (!token) return false;
  argument->word = token->text;
  if (kind == 'w') return true;
  char *end;
  long value = strtol(token->text, &end, 10);
  if (*end || end == token->text || value > INT32_MAX || value < INT32_MIN) {
    fail(parser, "expected an integer literal: '%s'", token->text);
    return false;
  }
  argument->integer = (int)value;
  return true;
}

static bool parse_arguments(struct parser *parser, struct bz_expression *call) {
  enum token_kind before = TOKEN_LEFT;
  bool optional = false, repeated = false;
  for (const char *kind = call->function->arguments; *kind; kind += !repeated) {
    if (*kind == '?') {
      optional = true;
      continue;
    }
    if (*kind == '*') {
      optional = repeated = true;
      kind++;
    }
    if (optional && peek(parser)->kind == TOKEN_RIGHT) break;
    struct bz_argument argument = {0};
    if (!consume(parser, before) || !parse_argument(parser, *kind, &argument)) return false;
    size_t size = (call->argument_count + 1) * sizeof argument;
    call->arguments = call->arguments ? sl_reallocate(call->arguments, size) : sl_allocate(size);
    call->arguments[call->argument_count++] = argument;
    before = TOKEN_COMMA;
  }
  return consume(parser, TOKEN_RIGHT) != NULL;
}

static struct bz_expression *parse_word(struct parser *parser) {
  const struct token *token = consume(parser, TOKEN_WORD);
  if (peek(parser)->kind != TOKEN_LEFT) return make_target(parser, token);
  struct bz_expression *call = new_expression(BZ_EXPRESSION_CALL);
  call->function = find_function(parser, token->text);
  if (!call->function) return fail_syntax(parser);
  return parse_arguments(parser, call) ? call : NULL;
}

static struct bz_expression *parse_let(struct parser *parser) {
  struct bz_expression *let = new_expression(BZ_EXPRESSION_LET);
  parser->next++;
  const struct token *name = consume(parser, TOKEN_WORD);
  if (!name || !consume(parser, TOKEN_EQUALS)) return NULL;
  let->word = name->text;
  struct bz_expression *value = parse_expression(parser);
  if (!value || !consume(parser, TOKEN_IN)) return NULL;
  struct bz_expression *body = parse_expression(parser);
  if (!body) return NULL;
  add_operand(let, value, BZ_SET_UNION);
  add_operand(let, body, BZ_SET_UNION);
  return let;
}

static struct bz_expression *parse_set(struct parser *parser) {
  struct bz_expression *set = new_expression(BZ_EXPRESSION_SET);
  parser->next++;
  if (!consume(parser, TOKEN_LEFT)) return NULL;
  while (peek(parser)->kind == TOKEN_WORD) {
    struct bz_expression *target = make_target(parser, &parser->tokens[parser->next++]);
    if (!target) return NULL;
    add_operand(set, target, BZ_SET_UNION);
  }
  return consume(parser, TOKEN_RIGHT) ? set : NULL;
}

static struct bz_expression *parse_parenthesized(struct parser *parser) {
  parser->next++;
  struct bz_expression *inner = parse_expression(parser);
  return inner && consume(parser, TOKEN_RIGHT) ? inner : NULL;
}

static struct bz_expression *parse_primary(struct parser *parser) {
  size_t first = parser->next;
  struct bz_expression *expression;
  switch (peek(parser)->kind) {
    case TOKEN_WORD:
      expression = parse_word(parser);
      break;
    case TOKEN_LET:
      expression = parse_let(parser);
      break;
    case TOKEN_SET:
      expression = parse_set(parser);
      break;
    case TOKEN_LEFT:
      expression = parse_parenthesized(parser);
      break;
    default:
      return fail_syntax(parser);
  }
  if (!expression) return NULL;
  size_t start = parser->tokens[first].start;
  expression->text = copy(parser->text + start, parser->tokens[parser->next - 1].end - start);
  return expression;
}

static bool next_operator(const struct parser *parser, enum bz_set_operator *operator) {
  switch (peek(parser)->kind) {
    case TOKEN_PLUS:
    case TOKEN_UNION:
      *operator= BZ_SET_UNION;
      return true;
    case TOKEN_MINUS:
    case TOKEN_EXCEPT:
      *operator= BZ_SET_EXCEPT;
      return true;
    case TOKEN_CARET:
    case TOKEN_INTERSECT:
      *operator= BZ_SET_INTERSECT;
      return true;
    default:
      return false;
  }
}

static struct bz_expression *parse_operation(struct parser *parser) {
  size_t start = peek(parser)->start;
  struct bz_expression *first = parse_primary(parser);
  enum bz_set_operator operator;
  if (!first || !next_operator(parser, &operator)) return first;
  struct bz_expression *operation = new_expression(BZ_EXPRESSION_OPERATION);
  add_operand(operation, first, BZ_SET_UNION);
  while (next_operator(parser, &operator)) {
    parser->next++;
    struct bz_expression *operand = parse_primary(parser);
    if (!operand) return NULL;
    add_operand(operation, operand, operator);
  }
  operation->text = copy(parser->text + start, parser->tokens[parser->next - 1].end - start);
  return operation;
}

static struct bz_expression *parse_expression(struct parser *parser) {
  if (parser->depth == MAXIMAL_DEPTH) return fail(parser, "the expression is nested too deeply");
  parser->depth++;
  struct bz_expression *expression = parse_operation(parser);
  parser->depth--;
  return expression;
}

struct bz_query *bz_query_parse(struct sl_thread *thread, const char *text,
                                enum bz_query_scope scope) {
  struct parser parser = {.thread = thread, .text = text, .scope = scope};
  if (!scan(&parser)) return NULL;
  struct bz_expression *root = parse_expression(&parser);
  if (!root) return NULL;
  if (peek(&parser)->kind != TOKEN_END) {
    fail(&parser, "unexpected token '%s' after query expression '%s'", peek(&parser)->text,
         root->text);
    return NULL;
  }
  struct bz_query *query = sl_allocate(sizeof *query);
  query->text = copy(text, strlen(text));
  query->root = root;
  return query;
}
