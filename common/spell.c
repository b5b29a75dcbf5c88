// SPDX-License-Identifier: Apache-2.0
//
// Spell: Levenshtein distance with a bound, a row or a column of the matrix at a time. Invariant: `best` is
// the first offered candidate at the smallest distance below the bound that sl_spell_begin has set.
#include "common/spell.h"

#include <stdbool.h>

// No name worth suggesting is longer; a longer one is compared by nobody. The characters of most are
// no more than a word of memory has bits.
enum { LONGEST = 256, BITS = 64, GREATEST_DISTANCE = 5 };

// As Java's String.toLowerCase does for ASCII.
static unsigned char lower(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

// The number of insertions, deletions and replacements that turn the word into the candidate; anything
// from `bound` on if there are as many. The first of two ways, for any length: row by row.
static size_t distance_by_rows(const struct sl_spell *spell, const char *candidate, size_t length,
                               size_t bound) {
  size_t row[LONGEST + 1];
  for (size_t j = 0; j <= length; j++) {
    row[j] = j;
  }
  for (size_t i = 1; i <= spell->length; i++) {
    size_t diagonal = i - 1;
    size_t best_in_row = row[0] = i;
    for (size_t j = 1; j <= length; j++) {
      size_t above = row[j];
      size_t replaced = diagonal + (lower(spell->word[i - 1]) != lower(candidate[j - 1]));
      row[j] = least(replaced, 1 + least(row[j - 1], above));
      diagonal = above;
      best_in_row = least(best_in_row, row[j]);
    }
    if (best_in_row >= bound) return bound;
  }
  return row[length];
}

// The same for a word of at most BITS characters, ten times as fast. The column of the matrix is in bits, each the difference of
// neighbours (Myers 1999, in Hyyro's form for whole words): a step does a character of the candidate.
static size_t distance_by_bits(const struct sl_spell *spell, const char *candidate, size_t length,
                               size_t bound) {
  uint64_t up = ~(uint64_t)0, down = 0;
  uint64_t last = (uint64_t)1 << (spell->length - 1);
  size_t distance = spell->length;
  for (size_t i = 0; i < length; i++) {
    uint64_t same = spell->places[lower(candidate[i])];
    uint64_t vertical = same | down;
    uint64_t horizontal = (((same & up) + up) ^ up) | same;
    uint64_t right_up = down | ~(horizontal | up);
    uint64_t right_down = up & horizontal;
    if (right_up & last) distance++;
    if (right_down & last) distance--;
    // What is left of the candidate makes up for one each.
    if (distance >= bound + (length - i - 1)) return bound;
    right_up = right_up << 1 | 1;
    up = right_down << 1 | ~(vertical | right_up);
    down = right_up & vertical;
  }
  return distance;
}

// The characters of a text, as bits; some share one.
static uint64_t characters(const char *text, size_t length) {
  uint64_t bits = 0;
  for (size_t i = 0; i < length; i++) {
    bits |= (uint64_t)1 << (lower(text[i]) & 63);
  }
  return bits;
}

static bool has_at_least(uint64_t bits, size_t count) {
  for (; count && bits; count--) {
    bits &= bits - 1;
  }
  return !count;
}

void sl_spell_begin(struct sl_spell *spell, const char *word, size_t length) {
  *spell = (struct sl_spell){.word = word, .length = length};
  spell->best_distance = least(GREATEST_DISTANCE, (length + 1) / 2);
  if (length > LONGEST) return;
  spell->characters = characters(word, length);
  for (size_t i = 0; i < least(length, BITS); i++) {
    spell->places[lower(word[i])] |= (uint64_t)1 << i;
  }
}

void sl_spell_offer(struct sl_spell *spell, const char *candidate, size_t length) {
  size_t bound = spell->best_distance;
  if (!bound || spell->length > LONGEST || length > LONGEST) return;
  if (length >= spell->length + bound || spell->length >= length + bound) return;
  // Each character that only one of them has takes an edit.
  uint64_t others = characters(candidate, length);
  if (has_at_least(spell->characters & ~others, bound)) return;
  if (has_at_least(others & ~spell->characters, bound)) return;
  size_t d = spell->length <= BITS ? distance_by_bits(spell, candidate, length, bound)
                                   : distance_by_rows(spell, candidate, length, bound);
  if (d >= bound) return;
  spell->best = candidate;
  spell->best_length = length;
  spell->best_distance = d;
}
