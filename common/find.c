// SPDX-License-Identifier: Apache-2.0
//
// Find: sixteen positions at a time are asked whether the part's first and last byte are there; those that have both are compared.
// Invariant: nothing outside of the text is read.
#include "common/find.h"

#include <stdbool.h>

#include "common/copy.h"

// Compilers have vectors for any machine.
typedef unsigned char block __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));
enum { BLOCK = sizeof(block), HALF = BLOCK / 2 };

static inline block block_of(char byte) { return (block){0} + (unsigned char)byte; }

static inline block load(const char *bytes) {
  block loaded;
  memcpy(&loaded, bytes, sizeof loaded);
  return loaded;
}

// The positions of the first and of the last byte of a word that is not 0.
static inline size_t first_byte(uint64_t word) {
  bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  return (size_t)(little ? __builtin_ctzll(word) : __builtin_clzll(word)) / 8;
}
static inline size_t last_byte(uint64_t word) {
  bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  return HALF - 1 - (size_t)(little ? __builtin_clzll(word) : __builtin_ctzll(word)) / 8;
}

// What is looked for: two bytes or more.
struct part {
  const char *bytes;
  size_t last;  // position of the last byte
};

static inline bool is_at(const struct part *part, const char *text) {
  return text[0] == part->bytes[0] && text[part->last] == part->bytes[part->last] &&
         sl_same_bytes(text + 1, part->bytes + 1, part->last - 1);
}

// A byte of 0xff for each of a block's positions that has the first and the last byte.
static inline halves candidates(const struct part *part, const char *text) {
  block first = block_of(part->bytes[0]), last = block_of(part->bytes[part->last]);
  return (halves)((load(text) == first) & (load(text + part->last) == last));
}

// The first or last match among a block's candidates, BLOCK if there is none.
static size_t match_in(const struct part *part, const char *text, halves found, bool from_end) {
  for (size_t turn = 0; turn < 2; turn++) {
    size_t half = from_end ? 1 - turn : turn;
    for (uint64_t word = found[half]; word;) {
      size_t i = from_end ? last_byte(word) : first_byte(word);
      if (is_at(part, text + half * HALF + i)) return half * HALF + i;
      ((unsigned char *)&word)[i] = 0;
    }
  }
  return BLOCK;
}

static size_t find_forward(const char *text, size_t positions, const struct part *part) {
  size_t i = 0;
  if (positions < BLOCK) {
    while (i < positions && !is_at(part, text + i)) i++;
    return i < positions ? i : SL_NOT_FOUND;
  }
  // The last block overlaps the one before.
  for (;; i = i + 2 * BLOCK <= positions ? i + BLOCK : positions - BLOCK) {
    halves found = candidates(part, text + i);
    if (__builtin_expect((found[0] | found[1]) != 0, 0)) {
      size_t match = match_in(part, text + i, found, false);
      if (match < BLOCK) return i + match;
    }
    if (i == positions - BLOCK) return SL_NOT_FOUND;
  }
}

static size_t find_backward(const char *text, size_t positions, const struct part *part) {
  size_t i = positions;
  for (; i >= BLOCK; i -= BLOCK) {
    halves found = candidates(part, text + i - BLOCK);
    if (__builtin_expect((found[0] | found[1]) == 0, 1)) continue;
    size_t match = match_in(part, text + i - BLOCK, found, true);
    if (match < BLOCK) return i - BLOCK + match;
  }
  while (i > 0) {
    if (is_at(part, text + --i)) return i;
  }
  return SL_NOT_FOUND;
}

size_t sl_find_part(const char *text, size_t length, const char *part, size_t part_length) {
  if (part_length > length) return SL_NOT_FOUND;
  if (part_length == 0) return 0;
  if (part_length <= SL_FIND_SHORT) {
    struct part wanted = {part, part_length - 1};
    return find_forward(text, length - part_length + 1, &wanted);
  }
  const char *found = memmem(text, length, part, part_length);
  return found ? (size_t)(found - text) : SL_NOT_FOUND;
}

size_t sl_find_last(const char *text, size_t length, const char *part, size_t part_length) {
  if (part_length > length) return SL_NOT_FOUND;
  if (part_length == 0) return length;
  if (part_length == 1) {
    const char *found = memrchr(text, part[0], length);
    return found ? (size_t)(found - text) : SL_NOT_FOUND;
  }
  struct part wanted = {part, part_length - 1};
  return find_backward(text, length - part_length + 1, &wanted);
}

// The sum of a word's bytes, if it is less than 256.
static inline size_t sum_of(uint64_t word) { return word * (UINT64_MAX / 255) >> 56; }

// How often a byte is among eight: those that are it differ from it by 0, to which the others' 0x7f adds nothing that is carried.
static inline size_t count_in_word(const char *text, char byte) {
  const uint64_t ones = UINT64_MAX / 255, low = ones * 0x7f;
  uint64_t word;
  memcpy(&word, text, sizeof word);
  word ^= ones * (unsigned char)byte;
  return sum_of(~(((word & low) + low) | word | low) >> 7);
}

size_t sl_count_byte(const char *text, size_t length, char byte) {
  enum { MOST = UINT8_MAX / HALF };  // blocks whose sum is less than 256
  size_t count = 0, i = 0;
  block wanted = block_of(byte);
  while (length - i >= BLOCK) {
    block sums = {0};
    for (int n = 0; n < MOST && length - i >= BLOCK; n++, i += BLOCK) {
      sums -= (block)(load(text + i) == wanted);
    }
    count += sum_of(((halves)sums)[0]) + sum_of(((halves)sums)[1]);
  }
  if (length - i >= HALF) {
    count += count_in_word(text + i, byte);
    i += HALF;
  }
  for (; i < length; i++) count += text[i] == byte;
  return count;
}
