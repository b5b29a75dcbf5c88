// SPDX-License-Identifier: Apache-2.0
//
// Spell: Levenshtein distance with a bound, one row of the matrix at a time. Invariant: `best` is
// the first offered candidate at the smallest distance below the bound that sl_spell_begin has set.
#include "common/spell.h"

// No name worth suggesting is longer; a longer one is compared by nobody.
enum { LONGEST = 256, GREATEST_DISTANCE = 5 };

// As Java's String.toLowerCase does for ASCII.
static unsigned char lower(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

// The number of insertions, deletions and replacements that turn one into the other; anything above
// `bound` if there are more than that.
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length,
                       size_t bound) {
  size_t row[LONGEST + 1];
  for (size_t j = 0; j <= b_length; j++) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a_length; i++) {
    size_t diagonal = i - 1;
    size_t best_in_row = row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      size_t above = row[j];
      size_t replaced = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
      row[j] = least(replaced, 1 + least(row[j - 1], above));
      diagonal = above;
      best_in_row = least(best_in_row, row[j]);
    }
    if (best_in_row > bound) return best_in_row;
  }
  return row[b_length];
}

void sl_spell_begin(struct sl_spell *spell, const char *word, size_t length) {
  *spell = (struct sl_spell){.word = word, .length = length};
  spell->best_distance = least(GREATEST_DISTANCE, (length + 1) / 2);
}

void sl_spell_offer(struct sl_spell *spell, const char *candidate, size_t length) {
  size_t bound = spell->best_distance;
  if (spell->length > LONGEST || length > LONGEST) return;
  if (length > spell->length + bound || spell->length > length + bound) return;
  size_t d = distance(spell->word, spell->length, candidate, length, bound);
  if (d >= bound) return;
  spell->best = candidate;
  spell->best_length = length;
  spell->best_distance = d;
}
