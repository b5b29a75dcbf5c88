// SPDX-License-Identifier: Apache-2.0
//
// operator.h: the language's operators, which trees and values have in common. The other door of parser/: for who needs no more.
#ifndef PARSER_OPERATOR_H_
#define PARSER_OPERATOR_H_

#ifdef __cplusplus
extern "C" {
#endif

enum sl_operator {
  SL_OP_NONE,
  SL_OP_PLUS,
  SL_OP_MINUS,
  SL_OP_STAR,
  SL_OP_SLASH,
  SL_OP_SLASH_SLASH,
  SL_OP_PERCENT,
  SL_OP_AMPERSAND,
  SL_OP_PIPE,
  SL_OP_CARET,
  SL_OP_LESS_LESS,
  SL_OP_GREATER_GREATER,
  SL_OP_EQUAL,
  SL_OP_NOT_EQUAL,
  SL_OP_LESS,
  SL_OP_LESS_EQUAL,
  SL_OP_GREATER,
  SL_OP_GREATER_EQUAL,
  SL_OP_IN,
  SL_OP_NOT_IN,
  SL_OP_AND,
  SL_OP_OR,
  SL_OP_TILDE,
  SL_OP_NOT,
};

// The operator as it is written: "+", "not in".
const char *sl_operator_text(enum sl_operator op);

#ifdef __cplusplus
}
#endif

#endif  // PARSER_OPERATOR_H_
