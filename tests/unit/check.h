// SPDX-License-Identifier: Apache-2.0
//
// Check: what the programs in this folder share. A program passes if it says nothing and ends with
// status 0.
#ifndef TESTS_UNIT_CHECK_H_
#define TESTS_UNIT_CHECK_H_

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int check_failures;

#define check(condition) \
  ((condition)           \
       ? (void)0         \
       : (void)(check_failures++, fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition)))
#define check_text(got, want) check_text_at(__FILE__, __LINE__, (got), (want))

static inline void check_text_at(const char *file, int line, const char *got, const char *want) {
  if (strcmp(got, want) == 0) return;
  check_failures++;
  fprintf(stderr, "%s:%d: got  %s\n%s:%d: want %s\n", file, line, got, file, line, want);
}

// Pseudo-random words, the same in each run (splitmix64).
static inline uint64_t check_random(void) {
  static uint64_t state;
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

#endif  // TESTS_UNIT_CHECK_H_
