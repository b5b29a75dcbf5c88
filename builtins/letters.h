// SPDX-License-Identifier: Apache-2.0
//
// Letters: case and kinds of characters as Unicode has them, for dialects that do not keep to ASCII. Private to builtins/.
#ifndef BUILTINS_LETTERS_H_
#define BUILTINS_LETTERS_H_

#include "runtime/object.h"

enum sl_letters_case {
  SL_LETTERS_LOWER,
  SL_LETTERS_UPPER,
  SL_LETTERS_CAPITALIZE,
  SL_LETTERS_TITLE
};

// A string with its letters in that case: each code point becomes one.
sl_value sl_letters_convert(struct sl_thread *thread, sl_value string, enum sl_letters_case which);

// Whether there are characters, and all are of one of these kinds (bits of enum sl_character).
bool sl_letters_all(sl_value string, unsigned kinds);

// Whether there are letters with case, and none of these kinds.
bool sl_letters_cased_without(sl_value string, unsigned kinds);

// Whether each word begins in title case and goes on in lower case, and there is one.
bool sl_letters_are_title(sl_value string);

#endif  // BUILTINS_LETTERS_H_
