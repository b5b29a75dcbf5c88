// SPDX-License-Identifier: Apache-2.0
//
// The lexer: bytes to tokens, in one re2c block. Invariant: the text ends in a NUL at `limit`, so no rule needs
// to ask for more input; any other NUL is an invalid character. Indentation and brackets are layout.c's.
#include <string.h>

#include "common/utf8.h"
#include "parser/grammar.h"
#include "parser/parser.h"

// Every reserved word.
static const char *const reserved[] = {
    "and",
    "as",
    "assert",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "load",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
};

static bool is_reserved(const char *word, size_t length) {
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
    if (!strncmp(reserved[i], word, length) && !reserved[i][length]) return true;
  }
  return false;
}

const char *sl_lexer_comment(struct sl_parse *parse, const char *start) {
  struct sl_file *file = parse->file;
  const char *end = memchr(start, '\n', (size_t)(parse->limit - start));
  if (!end) end = parse->limit;
  const char *text_end = end > start && end[-1] == '\r' ? end - 1 : end;
  file->comments =
      sl_tree_grow(&file->arena, file->comments, file->comment_count, sizeof *file->comments);
  file->comments[file->comment_count++] =
      (struct sl_comment){(uint32_t)(start - file->source), (uint32_t)(text_end - file->source)};
  return end;
}

// Skips the character at `at`, which may be several bytes long, and returns its end.
static const char *invalid_character(struct sl_parse *parse, const char *at) {
  uint32_t code_point;
  size_t length = sl_utf8_decode(at, (size_t)(parse->limit - at), &code_point);
  uint32_t start = (uint32_t)(at - parse->file->source);
  uint32_t end = start + (length ? (uint32_t)length : 1);
  if (length == 3 && code_point == 0xfeff) {
    sl_diagnostic_add(parse->file, start, end, "invalid character: byte order mark");
  } else if (!length || code_point < ' ' || code_point == 0x7f) {
    sl_diagnostic_add(parse->file, start, end, "invalid character: '\\x%02x'", (unsigned char)*at);
  } else {
    sl_diagnostic_add(parse->file, start, end, "invalid character: '%.*s'", (int)length, at);
  }
  return parse->file->source + end;
}

// Whether an identifier follows on the line, as after the soft keyword of `type T = ...`.
static bool word_follows(const char *at) {
  while (*at == ' ' || *at == '\t') {
    at++;
  }
  const char *word = at;
  while ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' ||
         (at > word && *at >= '0' && *at <= '9')) {
    at++;
  }
  return at > word && !is_reserved(word, (size_t)(at - word));
}

// A name, longer than ASCII if the dialect lets it.
static int identifier(struct sl_parse *parse, struct sl_token *token, const char *cursor) {
  const char *start = parse->file->source + token->start;
  if (parse->dialect->unicode) {
    size_t length;
    while ((length = sl_unicode_identifier(cursor, parse->limit, cursor == start)) > 0) {
      cursor += length;
    }
  }
  parse->cursor = cursor;
  token->end = (uint32_t)(cursor - parse->file->source);
  token->name = sl_tree_name(parse, start, (size_t)(cursor - start));
  return SL_TOKEN_IDENTIFIER;
}

int sl_lexer_scan(struct sl_parse *parse, struct sl_token *token) {
  const struct sl_dialect *dialect = parse->dialect;
  const char *source = parse->file->source;
  const char *cursor = parse->cursor;
  const char *start;
  const char *marker;

// The token from `start` to the cursor.
#define TOKEN(kind)                                \
  do {                                             \
    token->start = (uint32_t)(start - source);     \
    token->end = (uint32_t)(cursor - source);      \
    parse->cursor = cursor;                        \
    return (kind);                                 \
  } while (0)
#define OPERATOR(kind, operator) \
  do {                           \
    token->op = (operator);      \
    TOKEN(kind);                 \
  } while (0)
#define KEYWORD_IF(condition, kind)            \
  do {                                         \
    if (!(condition)) goto name;               \
    TOKEN(kind);                               \
  } while (0)

  for (;;) {
    start = cursor;
    /*!re2c
    re2c:yyfill:enable = 0;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYMARKER = marker;

    digit = [0-9];
    exponent = [eE] [+-]? digit*;

    "\x00" {
      if (start == parse->limit) {
        cursor = start;
        TOKEN(0);
      }
      cursor = invalid_character(parse, start);
      continue;
    }
    [ \t\r]+          { continue; }
    "\\" "\r"? "\n"   { continue; }
    "\n"              { TOKEN(SL_TOKEN_NEWLINE); }
    "#"               { cursor = sl_lexer_comment(parse, start); continue; }

    "("  { TOKEN(SL_TOKEN_LPAREN); }     ")"  { TOKEN(SL_TOKEN_RPAREN); }
    "["  { TOKEN(SL_TOKEN_LBRACKET); }   "]"  { TOKEN(SL_TOKEN_RBRACKET); }
    "{"  { TOKEN(SL_TOKEN_LBRACE); }     "}"  { TOKEN(SL_TOKEN_RBRACE); }
    ","  { TOKEN(SL_TOKEN_COMMA); }      ":"  { TOKEN(SL_TOKEN_COLON); }
    ";"  { TOKEN(SL_TOKEN_SEMICOLON); }  "."  { TOKEN(SL_TOKEN_DOT); }
    "="  { TOKEN(SL_TOKEN_EQUALS); }     "~"  { TOKEN(SL_TOKEN_TILDE); }
    "+"  { TOKEN(SL_TOKEN_PLUS); }       "-"  { TOKEN(SL_TOKEN_MINUS); }
    "*"  { TOKEN(SL_TOKEN_STAR); }       "**" { TOKEN(SL_TOKEN_STAR_STAR); }
    "|"  { TOKEN(SL_TOKEN_PIPE); }       "^"  { TOKEN(SL_TOKEN_CARET); }
    "&"  { TOKEN(SL_TOKEN_AMPERSAND); }  "\\" { TOKEN(SL_TOKEN_ILLEGAL); }

    "/"   { OPERATOR(SL_TOKEN_DIVISION, SL_OP_SLASH); }
    "//"  { OPERATOR(SL_TOKEN_DIVISION, SL_OP_SLASH_SLASH); }
    "%"   { OPERATOR(SL_TOKEN_DIVISION, SL_OP_PERCENT); }
    "<<"  { OPERATOR(SL_TOKEN_SHIFT, SL_OP_LESS_LESS); }
    ">>"  { OPERATOR(SL_TOKEN_SHIFT, SL_OP_GREATER_GREATER); }
    "=="  { OPERATOR(SL_TOKEN_COMPARISON, SL_OP_EQUAL); }
    "!="  { OPERATOR(SL_TOKEN_COMPARISON, SL_OP_NOT_EQUAL); }
    "<"   { OPERATOR(SL_TOKEN_COMPARISON, SL_OP_LESS); }
    "<="  { OPERATOR(SL_TOKEN_COMPARISON, SL_OP_LESS_EQUAL); }
    ">"   { OPERATOR(SL_TOKEN_COMPARISON, SL_OP_GREATER); }
    ">="  { OPERATOR(SL_TOKEN_COMPARISON, SL_OP_GREATER_EQUAL); }
    "+="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_PLUS); }
    "-="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_MINUS); }
    "*="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_STAR); }
    "/="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_SLASH); }
    "//=" { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_SLASH_SLASH); }
    "%="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_PERCENT); }
    "&="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_AMPERSAND); }
    "|="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_PIPE); }
    "^="  { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_CARET); }
    "<<=" { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_LESS_LESS); }
    ">>=" { OPERATOR(SL_TOKEN_AUGMENTED, SL_OP_GREATER_GREATER); }
    // Type syntax only: elsewhere "->" is two operators, and "..." three dots.
    "->"  { if (!dialect->type_syntax) cursor = start + 1;
            TOKEN(dialect->type_syntax ? SL_TOKEN_ARROW : SL_TOKEN_MINUS); }
    "..." { if (!dialect->type_syntax) cursor = start + 1;
            TOKEN(dialect->type_syntax ? SL_TOKEN_ELLIPSIS : SL_TOKEN_DOT); }

    // Bazel reads "0o" with any digits, and "0b", to say what is wrong with them.
    digit+ | "0" [xX] [0-9a-fA-F]* | "0" [oO] digit* | "0" [bB] [01]* {
      sl_literal_integer(parse, start, cursor, token);
      TOKEN(SL_TOKEN_INT);
    }
    digit+ "." digit* exponent? | "." digit+ exponent? | digit+ exponent {
      sl_literal_float(parse, start, cursor, token);
      TOKEN(SL_TOKEN_FLOAT);
    }

    ["']         { cursor = sl_literal_string(parse, start, start, SL_LITERAL_PLAIN, token);
                   TOKEN(SL_TOKEN_STRING); }
    "r" ["']     { cursor = sl_literal_string(parse, start, start + 1, SL_LITERAL_RAW, token);
                   TOKEN(SL_TOKEN_STRING); }
    "b" ["']     { if (!dialect->bytes) goto one_letter_name;
                   cursor = sl_literal_string(parse, start, start + 1, SL_LITERAL_BYTES, token);
                   TOKEN(SL_TOKEN_BYTES); }
    "rb" ["']    { if (!dialect->bytes) goto two_letter_name;
                   cursor = sl_literal_string(parse, start, start + 2, SL_LITERAL_RAW_BYTES, token);
                   TOKEN(SL_TOKEN_BYTES); }

    "and"      { TOKEN(SL_TOKEN_AND); }
    "break"    { TOKEN(SL_TOKEN_BREAK); }
    "continue" { TOKEN(SL_TOKEN_CONTINUE); }
    "def"      { TOKEN(SL_TOKEN_DEF); }
    "elif"     { TOKEN(SL_TOKEN_ELIF); }
    "else"     { TOKEN(SL_TOKEN_ELSE); }
    "for"      { TOKEN(SL_TOKEN_FOR); }
    "if"       { TOKEN(SL_TOKEN_IF); }
    "in"       { TOKEN(SL_TOKEN_IN); }
    "lambda"   { TOKEN(SL_TOKEN_LAMBDA); }
    "load"     { TOKEN(SL_TOKEN_LOAD); }
    "not"      { TOKEN(SL_TOKEN_NOT); }
    "or"       { TOKEN(SL_TOKEN_OR); }
    "pass"     { TOKEN(SL_TOKEN_PASS); }
    "return"   { TOKEN(SL_TOKEN_RETURN); }
    "cast"       { KEYWORD_IF(dialect->type_syntax, SL_TOKEN_CAST); }
    "isinstance" { KEYWORD_IF(dialect->type_syntax, SL_TOKEN_ISINSTANCE); }
    "type"       { KEYWORD_IF(dialect->type_syntax && word_follows(cursor), SL_TOKEN_TYPE); }
    "while"      { if (dialect->while_loops) TOKEN(SL_TOKEN_WHILE); goto forbidden_word; }
    "async" | "await" { if (!dialect->async_reserved) goto name; goto forbidden_word; }
    "as" | "assert" | "class" | "del" | "except" | "finally" | "from" | "global" | "import" | "is" |
    "nonlocal" | "raise" | "try" | "with" | "yield" { goto forbidden_word; }

    [a-zA-Z_] [a-zA-Z0-9_]* { goto name; }

    * {
      if (dialect->unicode && sl_unicode_identifier(start, parse->limit, true)) {
        cursor = start;
        goto name;
      }
      cursor = invalid_character(parse, start);
      continue;
    }
    */
  }

one_letter_name:
  cursor = start + 1;
  goto name;
two_letter_name:
  cursor = start + 2;
name:
  token->start = (uint32_t)(start - source);
  return identifier(parse, token, cursor);
forbidden_word:
  TOKEN(SL_TOKEN_ILLEGAL);
#undef TOKEN
#undef OPERATOR
#undef KEYWORD_IF
}
