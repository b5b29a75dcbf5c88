// SPDX-License-Identifier: Apache-2.0
//
// The grammar, in the order of the language specification. Invariant: no conflicts, and nothing is told here: a text
// that does not fit is refused, and recover.c says why.
//
// The tokens INDENT, OUTDENT and NEWLINE come from layout.c and only ever at the ends of logical lines.

%name sl_grammar
%token_prefix SL_TOKEN_
%token_type {struct sl_token}
%default_type {struct sl_node *}
%extra_context {struct sl_parse *parse}
// Grows on the heap: deep nesting must not fail here.
%stack_size 0
%start_symbol file

%include {
#define NDEBUG  // Lemon's tracing needs a mutable global.
#pragma GCC diagnostic ignored "-Wunused-variable"  // `parse` in a destructor that has nothing to do.
#include <stdlib.h>
#include <string.h>  // for the template of newer Lemons, which grows its stack

#include "parser/grammar.h"
#include "parser/parser.h"

// Type syntax where the dialect has none.
static void check_types(struct sl_parse *parse) {
  if (!parse->dialect->type_syntax) parse->refused = true;
}
}

%syntax_error {
  _Static_assert(YYNTOKEN <= 64, "recover.c keeps sets of tokens as bits");
  parse->refused = true;
}

%token ILLEGAL WHILE BYTES.

// A name or a string with nothing to follow but a comma or a closing bracket: where an expression may stand it is all
// of one, in one step instead of the six levels of operators. Elsewhere it is what it always is.
%fallback IDENTIFIER LONE_NAME.
%fallback STRING LONE_STRING.

%left OR.
%left AND.
%right NOT.
%left PIPE.
%left CARET.
%left AMPERSAND.
%left SHIFT.
%left PLUS MINUS.
%left STAR DIVISION.

// ---------------------------------------------------------------- file

file ::= statements(L). {
  sl_tree_finish(parse, sl_tree_block(parse, L, 0, (uint32_t)parse->file->length));
}
// One expression: EXPRESSION is not a token of the text but what file.c begins with.
file ::= EXPRESSION expression(E) NEWLINE. {
  struct sl_node *result = sl_tree_statement(parse, SL_NODE_RETURN, E->start, E->end, E);
  struct sl_pending body = sl_tree_begin(parse, result);
  sl_tree_finish(parse, sl_tree_block(parse, body, 0, (uint32_t)parse->file->length));
}

// ---------------------------------------------------------------- statements

%type statements {struct sl_pending}
statements(A) ::= . { A = sl_tree_empty(parse); }
statements(A) ::= statements(L) line(M) NEWLINE. { A = sl_tree_join(parse, L, M); }
statements(A) ::= statements(L) line(M) SEMICOLON NEWLINE. { A = sl_tree_join(parse, L, M); }
statements(A) ::= statements(L) compound(S). { A = sl_tree_push(parse, L, S); }

%type line {struct sl_pending}
line(A) ::= small(S). { A = sl_tree_begin(parse, S); }
line(A) ::= line(L) SEMICOLON small(S). { A = sl_tree_push(parse, L, S); }

suite(A) ::= line(L) NEWLINE(N). { A = sl_tree_block(parse, L, N.start, N.start); }
suite(A) ::= line(L) SEMICOLON NEWLINE(N). { A = sl_tree_block(parse, L, N.start, N.start); }
suite(A) ::= NEWLINE(N) INDENT statements(L) OUTDENT. {
  A = sl_tree_block(parse, L, N.start, N.end);
}

// ---------------------------------------------------------------- def

compound(A) ::= signature(S) COLON suite(B). { A = sl_tree_function(parse, S, NULL, B); }
compound(A) ::= signature(S) ARROW test(T) COLON suite(B). {
  A = sl_tree_function(parse, S, T, B);
}

signature(A) ::= name_of_def(N) LPAREN RPAREN. {
  A = sl_tree_signature(parse, N, sl_tree_empty(parse));
}
signature(A) ::= name_of_def(N) LPAREN parameters(P) RPAREN. { A = sl_tree_signature(parse, N, P); }
signature(A) ::= name_of_def(N) LPAREN parameters(P) COMMA RPAREN. {
  A = sl_tree_signature(parse, N, P);
}
name_of_def(A) ::= DEF(D) IDENTIFIER(N). { A = sl_tree_def(parse, D.start, &N, NULL); }
name_of_def(A) ::= DEF(D) IDENTIFIER(N) type_parameters(P). {
  A = sl_tree_def(parse, D.start, &N, P);
}

%type parameters {struct sl_pending}
parameters(A) ::= parameter(P). { A = sl_tree_begin(parse, P); }
parameters(A) ::= parameters(L) COMMA parameter(P). { A = sl_tree_push(parse, L, P); }

%type parameter {void *}
parameter(A) ::= plain_parameter(A).
parameter(A) ::= typed_name(N) test(T). {
  A = sl_tree_parameter(parse, SL_WRITTEN_NAMED, N.start, &N, T, NULL);
}
parameter(A) ::= typed_name(N) test(T) EQUALS test(D). {
  A = sl_tree_parameter(parse, SL_WRITTEN_NAMED, N.start, &N, T, D);
}
parameter(A) ::= STAR(S) typed_name(N) test(T). {
  A = sl_tree_parameter(parse, SL_WRITTEN_STAR, S.start, &N, T, NULL);
}
parameter(A) ::= STAR_STAR(S) typed_name(N) test(T). {
  A = sl_tree_parameter(parse, SL_WRITTEN_STAR_STAR, S.start, &N, T, NULL);
}
%type typed_name {struct sl_token}
typed_name(A) ::= IDENTIFIER(N) COLON. {
  check_types(parse);
  A = N;
}

%type plain_parameter {void *}
plain_parameter(A) ::= IDENTIFIER(N). {
  A = sl_tree_parameter(parse, SL_WRITTEN_NAMED, N.start, &N, NULL, NULL);
}
plain_parameter(A) ::= IDENTIFIER(N) EQUALS test(D). {
  A = sl_tree_parameter(parse, SL_WRITTEN_NAMED, N.start, &N, NULL, D);
}
plain_parameter(A) ::= STAR(S). {
  A = sl_tree_parameter(parse, SL_WRITTEN_STAR, S.start, NULL, NULL, NULL);
}
plain_parameter(A) ::= STAR(S) IDENTIFIER(N). {
  A = sl_tree_parameter(parse, SL_WRITTEN_STAR, S.start, &N, NULL, NULL);
}
plain_parameter(A) ::= STAR_STAR(S) IDENTIFIER(N). {
  A = sl_tree_parameter(parse, SL_WRITTEN_STAR_STAR, S.start, &N, NULL, NULL);
}

// ---------------------------------------------------------------- if, for, while

compound(A) ::= IF(T) test(C) COLON suite(B). { A = sl_tree_if(parse, T.start, C, B, NULL); }
compound(A) ::= IF(T) test(C) COLON suite(B) alternative(E). {
  A = sl_tree_if(parse, T.start, C, B, E);
}
alternative(A) ::= ELIF(T) test(C) COLON suite(B). { A = sl_tree_if(parse, T.start, C, B, NULL); }
alternative(A) ::= ELIF(T) test(C) COLON suite(B) alternative(E). {
  A = sl_tree_if(parse, T.start, C, B, E);
}
alternative(A) ::= ELSE COLON suite(B). { A = B; }

compound(A) ::= FOR(T) targets(V) IN expression(E) COLON suite(B). {
  A = sl_tree_loop(parse, SL_NODE_FOR, T.start, V, E, B);
}
compound(A) ::= WHILE(T) test(C) COLON suite(B). {
  A = sl_tree_loop(parse, SL_NODE_WHILE, T.start, NULL, C, B);
}

targets(A) ::= target_list(L). { A = sl_tree_bare(parse, L, false); }
%type target_list {struct sl_pending}
target_list(A) ::= unary(E). { A = sl_tree_begin(parse, E); }
target_list(A) ::= target_list(L) COMMA unary(E). { A = sl_tree_push(parse, L, E); }

// ---------------------------------------------------------------- small statements

small(A) ::= RETURN(T). { A = sl_tree_statement(parse, SL_NODE_RETURN, T.start, T.end, NULL); }
small(A) ::= RETURN(T) expression(E). {
  A = sl_tree_statement(parse, SL_NODE_RETURN, T.start, E->end, E);
}
small(A) ::= BREAK(T). { A = sl_tree_statement(parse, SL_NODE_BREAK, T.start, T.end, NULL); }
small(A) ::= CONTINUE(T). { A = sl_tree_statement(parse, SL_NODE_CONTINUE, T.start, T.end, NULL); }
small(A) ::= PASS(T). { A = sl_tree_statement(parse, SL_NODE_PASS, T.start, T.end, NULL); }
small(A) ::= expression(E). {
  A = sl_tree_statement(parse, SL_NODE_EXPRESSION_STATEMENT, E->start, E->end, E);
}
small(A) ::= expression(L) EQUALS(T) expression(R). {
  A = sl_tree_assign(parse, SL_NODE_ASSIGN, SL_OP_NONE, L->start, T.start, L, NULL, R);
}
small(A) ::= expression(L) AUGMENTED(T) expression(R). {
  A = sl_tree_assign(parse, SL_NODE_AUGMENTED, T.op, L->start, T.start, L, NULL, R);
}
small(A) ::= annotated(L) test(T). {
  A = sl_tree_assign(parse, SL_NODE_ASSIGN, SL_OP_NONE, L.target->start, L.colon, L.target, T, NULL);
}
small(A) ::= annotated(L) test(T) EQUALS(Q) expression(R). {
  A = sl_tree_assign(parse, SL_NODE_ASSIGN, SL_OP_NONE, L.target->start, Q.start, L.target, T, R);
}
// Only a single name.
%type annotated {struct sl_annotated}
annotated(A) ::= expression(L) COLON(C). {
  check_types(parse);
  if (L->kind != SL_NODE_IDENTIFIER) parse->refused = true;
  A = (struct sl_annotated){L, C.start};
}
small(A) ::= TYPE(K) IDENTIFIER(N) EQUALS(Q) test(T). {
  A = sl_tree_assign(parse, SL_NODE_TYPE_ALIAS, SL_OP_NONE, K.start, Q.start,
                     sl_tree_identifier(parse, &N), NULL, T);
}
small(A) ::= TYPE(K) IDENTIFIER(N) type_parameters(P) EQUALS(Q) test(T). {
  A = sl_tree_assign(parse, SL_NODE_TYPE_ALIAS, SL_OP_NONE, K.start, Q.start,
                     sl_tree_identifier(parse, &N), P, T);
}

// ---------------------------------------------------------------- load

small(A) ::= LOAD(T) LPAREN STRING(M) COMMA bindings(L) RPAREN(E). {
  A = sl_tree_load(parse, T.start, M.node, L, E.end);
}
small(A) ::= LOAD(T) LPAREN STRING(M) COMMA bindings(L) COMMA RPAREN(E). {
  A = sl_tree_load(parse, T.start, M.node, L, E.end);
}
%type bindings {struct sl_pending}
bindings(A) ::= binding(B). { A = sl_tree_begin(parse, B); }
bindings(A) ::= bindings(L) COMMA binding(B). { A = sl_tree_push(parse, L, B); }
binding(A) ::= STRING(S). { A = sl_tree_load_binding(parse, NULL, S.node); }
binding(A) ::= IDENTIFIER(N) EQUALS STRING(S). { A = sl_tree_load_binding(parse, &N, S.node); }

// ---------------------------------------------------------------- expressions

// A rule without code, such as the next one, hands its value on. An expression list without parentheses is a tuple.
expression(A) ::= test(A).
expression(A) ::= items(L). { A = sl_tree_bare(parse, L, true); }

// Two or more.
%type items {struct sl_pending}
items(A) ::= test(E) COMMA test(F). { A = sl_tree_push(parse, sl_tree_begin(parse, E), F); }
items(A) ::= items(L) COMMA test(E). { A = sl_tree_push(parse, L, E); }

test(A) ::= LONE_NAME(T). { A = sl_tree_identifier(parse, &T); }
test(A) ::= LONE_STRING(T). { A = T.node; }
test(A) ::= condition(A).
test(A) ::= condition(T) IF condition(C) ELSE test(F). { A = sl_tree_conditional(parse, T, C, F); }
test(A) ::= LAMBDA(T) COLON test(B). {
  A = sl_tree_lambda(parse, T.start, sl_tree_empty(parse), B);
}
test(A) ::= LAMBDA(T) lambda_parameters(P) COLON test(B). {
  A = sl_tree_lambda(parse, T.start, P, B);
}

// Where "if" begins something else.
test_without_if(A) ::= condition(A).
test_without_if(A) ::= LAMBDA(T) COLON test_without_if(B). {
  A = sl_tree_lambda(parse, T.start, sl_tree_empty(parse), B);
}
test_without_if(A) ::= LAMBDA(T) lambda_parameters(P) COLON test_without_if(B). {
  A = sl_tree_lambda(parse, T.start, P, B);
}

%type lambda_parameters {struct sl_pending}
lambda_parameters(A) ::= plain_parameter(P). { A = sl_tree_begin(parse, P); }
lambda_parameters(A) ::= lambda_parameters(L) COMMA plain_parameter(P). {
  A = sl_tree_push(parse, L, P);
}

condition(A) ::= comparison(A).
condition(A) ::= condition(L) OR(T) condition(R). {
  A = sl_tree_binary(parse, SL_OP_OR, L, T.start, R);
}
condition(A) ::= condition(L) AND(T) condition(R). {
  A = sl_tree_binary(parse, SL_OP_AND, L, T.start, R);
}
condition(A) ::= NOT(T) condition(E). { A = sl_tree_unary(parse, SL_OP_NOT, T.start, E); }

comparison(A) ::= operation(A).
comparison(A) ::= operation(L) COMPARISON(T) operation(R). {
  A = sl_tree_binary(parse, T.op, L, T.start, R);
}
comparison(A) ::= operation(L) IN(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_IN, L, T.start, R);
}
// Errors point at the second of the two words.
comparison(A) ::= operation(L) NOT IN(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_NOT_IN, L, T.start, R);
}

operation(A) ::= unary(A).
operation(A) ::= operation(L) PIPE(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_PIPE, L, T.start, R);
}
operation(A) ::= operation(L) CARET(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_CARET, L, T.start, R);
}
operation(A) ::= operation(L) AMPERSAND(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_AMPERSAND, L, T.start, R);
}
operation(A) ::= operation(L) SHIFT(T) operation(R). {
  A = sl_tree_binary(parse, T.op, L, T.start, R);
}
operation(A) ::= operation(L) PLUS(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_PLUS, L, T.start, R);
}
operation(A) ::= operation(L) MINUS(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_MINUS, L, T.start, R);
}
operation(A) ::= operation(L) STAR(T) operation(R). {
  A = sl_tree_binary(parse, SL_OP_STAR, L, T.start, R);
}
operation(A) ::= operation(L) DIVISION(T) operation(R). {
  A = sl_tree_binary(parse, T.op, L, T.start, R);
}

unary(A) ::= primary(A).
unary(A) ::= PLUS(T) unary(E). { A = sl_tree_unary(parse, SL_OP_PLUS, T.start, E); }
unary(A) ::= MINUS(T) unary(E). { A = sl_tree_unary(parse, SL_OP_MINUS, T.start, E); }
unary(A) ::= TILDE(T) unary(E). { A = sl_tree_unary(parse, SL_OP_TILDE, T.start, E); }

// ---------------------------------------------------------------- primaries

primary(A) ::= IDENTIFIER(T). { A = sl_tree_identifier(parse, &T); }
primary(A) ::= INT(T). { A = T.node; }
primary(A) ::= FLOAT(T). { A = T.node; }
primary(A) ::= STRING(T). { A = T.node; }
primary(A) ::= BYTES(T). { A = T.node; }
primary(A) ::= list(A).
primary(A) ::= ELLIPSIS(T). { A = sl_tree_node(parse, SL_NODE_ELLIPSIS, T.start, T.end); }

primary(A) ::= primary(E) DOT(T) IDENTIFIER(N). { A = sl_tree_dot(parse, E, T.start, &N); }

primary(A) ::= primary(E) LPAREN(T) RPAREN(U). {
  A = sl_tree_call(parse, E, T.start, sl_tree_empty(parse), U.end);
}
primary(A) ::= primary(E) LPAREN(T) arguments(L) RPAREN(U). {
  A = sl_tree_call(parse, E, T.start, L, U.end);
}
primary(A) ::= primary(E) LPAREN(T) arguments(L) COMMA RPAREN(U). {
  A = sl_tree_call(parse, E, T.start, L, U.end);
}
%type arguments {struct sl_pending}
arguments(A) ::= argument(E). { A = sl_tree_begin(parse, E); }
arguments(A) ::= arguments(L) COMMA argument(E). { A = sl_tree_push(parse, L, E); }
argument(A) ::= test(E). {
  A = sl_tree_argument(parse, SL_ARGUMENT_POSITIONAL, E->start, NULL, E);
}
argument(A) ::= IDENTIFIER(N) EQUALS test(E). {
  A = sl_tree_argument(parse, SL_ARGUMENT_KEYWORD, N.start, N.name, E);
}
argument(A) ::= STAR(T) test(E). {
  A = sl_tree_argument(parse, SL_ARGUMENT_STAR, T.start, NULL, E);
}
argument(A) ::= STAR_STAR(T) test(E). {
  A = sl_tree_argument(parse, SL_ARGUMENT_STAR_STAR, T.start, NULL, E);
}

primary(A) ::= primary(E) LBRACKET(T) expression(K) RBRACKET(U). {
  A = sl_tree_index(parse, E, T.start, K, U.end);
}
primary(A) ::= slice(E) RBRACKET(U). { A = sl_tree_slice(parse, E, NULL, NULL, U.end); }
primary(A) ::= slice(E) COLON RBRACKET(U). { A = sl_tree_slice(parse, E, NULL, NULL, U.end); }
primary(A) ::= slice(E) COLON test(S) RBRACKET(U). { A = sl_tree_slice(parse, E, NULL, S, U.end); }
primary(A) ::= slice(E) test(P) RBRACKET(U). { A = sl_tree_slice(parse, E, P, NULL, U.end); }
primary(A) ::= slice(E) test(P) COLON RBRACKET(U). { A = sl_tree_slice(parse, E, P, NULL, U.end); }
primary(A) ::= slice(E) test(P) COLON test(S) RBRACKET(U). {
  A = sl_tree_slice(parse, E, P, S, U.end);
}
slice(A) ::= primary(E) LBRACKET(T) COLON. { A = sl_tree_slice_begin(parse, E, T.start, NULL); }
slice(A) ::= primary(E) LBRACKET(T) expression(S) COLON. {
  A = sl_tree_slice_begin(parse, E, T.start, S);
}

primary(A) ::= LPAREN(T) RPAREN(U). {
  A = sl_tree_sequence(parse, SL_NODE_TUPLE, T.start, U.end, sl_tree_empty(parse));
}
primary(A) ::= LPAREN test(E) RPAREN. { A = sl_tree_parenthesized(E); }
primary(A) ::= LPAREN(T) test(E) COMMA RPAREN(U). {
  A = sl_tree_single(parse, SL_NODE_TUPLE, T.start, U.end, E);
}
primary(A) ::= LPAREN(T) items(L) RPAREN(U). {
  A = sl_tree_sequence(parse, SL_NODE_TUPLE, T.start, U.end, L);
}
primary(A) ::= LPAREN(T) items(L) COMMA RPAREN(U). {
  A = sl_tree_sequence(parse, SL_NODE_TUPLE, T.start, U.end, L);
}

list(A) ::= LBRACKET(T) RBRACKET(U). {
  A = sl_tree_sequence(parse, SL_NODE_LIST, T.start, U.end, sl_tree_empty(parse));
}
list(A) ::= LBRACKET(T) test(E) RBRACKET(U). {
  A = sl_tree_single(parse, SL_NODE_LIST, T.start, U.end, E);
}
list(A) ::= LBRACKET(T) test(E) COMMA RBRACKET(U). {
  A = sl_tree_single(parse, SL_NODE_LIST, T.start, U.end, E);
}
list(A) ::= LBRACKET(T) items(L) RBRACKET(U). {
  A = sl_tree_sequence(parse, SL_NODE_LIST, T.start, U.end, L);
}
list(A) ::= LBRACKET(T) items(L) COMMA RBRACKET(U). {
  A = sl_tree_sequence(parse, SL_NODE_LIST, T.start, U.end, L);
}
primary(A) ::= LBRACKET(T) test(E) clauses(L) RBRACKET(U). {
  A = sl_tree_comprehension(parse, T.start, E, L, U.end, 0);
}

primary(A) ::= LBRACE(T) RBRACE(U). {
  A = sl_tree_sequence(parse, SL_NODE_DICT, T.start, U.end, sl_tree_empty(parse));
}
primary(A) ::= LBRACE(T) entries(L) RBRACE(U). {
  A = sl_tree_sequence(parse, SL_NODE_DICT, T.start, U.end, L);
}
primary(A) ::= LBRACE(T) entries(L) COMMA RBRACE(U). {
  A = sl_tree_sequence(parse, SL_NODE_DICT, T.start, U.end, L);
}
primary(A) ::= LBRACE(T) entry(E) clauses(L) RBRACE(U). {
  A = sl_tree_comprehension(parse, T.start, E, L, U.end, SL_FLAG_DICT);
}
%type entries {struct sl_pending}
entries(A) ::= entry(E). { A = sl_tree_begin(parse, E); }
entries(A) ::= entries(L) COMMA entry(E). { A = sl_tree_push(parse, L, E); }
entry(A) ::= test(K) COLON(T) test(V). { A = sl_tree_entry(parse, K, T.start, V); }

%type clauses {struct sl_pending}
clauses(A) ::= for_clause(C). { A = sl_tree_begin(parse, C); }
clauses(A) ::= clauses(L) for_clause(C). { A = sl_tree_push(parse, L, C); }
clauses(A) ::= clauses(L) if_clause(C). { A = sl_tree_push(parse, L, C); }
for_clause(A) ::= FOR(T) targets(V) IN condition(E). {
  A = sl_tree_for_clause(parse, T.start, V, E);
}
if_clause(A) ::= IF(T) test_without_if(E). { A = sl_tree_if_clause(parse, T.start, E); }

// ---------------------------------------------------------------- types

type_parameters(A) ::= open_types(T) type_names(L) RBRACKET(U). {
  A = sl_tree_sequence(parse, SL_NODE_LIST, T.start, U.end, L);
}
type_parameters(A) ::= open_types(T) type_names(L) COMMA RBRACKET(U). {
  A = sl_tree_sequence(parse, SL_NODE_LIST, T.start, U.end, L);
}
%type open_types {struct sl_token}
open_types(A) ::= LBRACKET(T). {
  check_types(parse);
  A = T;
}
%type type_names {struct sl_pending}
type_names(A) ::= IDENTIFIER(N). { A = sl_tree_begin(parse, sl_tree_identifier(parse, &N)); }
type_names(A) ::= type_names(L) COMMA IDENTIFIER(N). {
  A = sl_tree_push(parse, L, sl_tree_identifier(parse, &N));
}

primary(A) ::= CAST(T) LPAREN test(Y) COMMA test(E) RPAREN(U). {
  A = sl_tree_cast(parse, T.start, Y, E, U.end);
}
primary(A) ::= CAST(T) LPAREN test(Y) COMMA test(E) COMMA RPAREN(U). {
  A = sl_tree_cast(parse, T.start, Y, E, U.end);
}
primary(A) ::= ISINSTANCE(T) LPAREN test COMMA test RPAREN(U). {
  A = sl_tree_isinstance(parse, T.start, U.end);
}
primary(A) ::= ISINSTANCE(T) LPAREN test COMMA test COMMA RPAREN(U). {
  A = sl_tree_isinstance(parse, T.start, U.end);
}
