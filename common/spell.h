// SPDX-License-Identifier: Apache-2.0
//
// Spell: finds the name a user probably meant, by the rule of Bazel's SpellChecker (net.starlark.java.spelling):
// case-insensitive edit distance below (length + 1) / 2, below 5 in all; of equals the first wins.
#ifndef COMMON_SPELL_H_
#define COMMON_SPELL_H_

#include <stddef.h>
#include <stdint.h>

// A search in progress: offer every known name, then read the result.
struct sl_spell {
  const char *word;      // what the user wrote
  size_t length;         // its length in bytes
  const char *best;      // the closest candidate so far, or NULL
  size_t best_length;    // its length
  size_t best_distance;  // its edit distance
  uint64_t characters;   // those in the word, as bits
  uint64_t places[256];  // of each character: where in the word it is, as bits
};

void sl_spell_begin(struct sl_spell *spell, const char *word, size_t length);
void sl_spell_offer(struct sl_spell *spell, const char *candidate, size_t length);

#endif  // COMMON_SPELL_H_
