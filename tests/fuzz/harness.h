// SPDX-License-Identifier: Apache-2.0
//
// What the libFuzzer harnesses share. `make fuzz` runs each for a while, `make soak` for twenty minutes; what one finds is
// a file, which the harness takes as its only argument.
#ifndef TESTS_FUZZ_HARNESS_H_
#define TESTS_FUZZ_HARNESS_H_

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/syntax.h"

// Ends the process as a finding.
#define harness_check(condition)                                              \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                                \
    }                                                                         \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The size of a text chooses its dialect, so that any file is one: each in turn, every other time with all options.
static inline struct sl_dialect harness_dialect(size_t size) {
  size_t count = 0;
  while (sl_dialects[count]) count++;
  struct sl_dialect dialect = *sl_dialects[size % count];
  if (size / count % 2 == 0) return dialect;
  for (const struct sl_dialect_option *option = sl_dialect_options; option->name; option++) {
    *(bool *)((char *)&dialect + option->field) = true;
  }
  return dialect;
}

#endif  // TESTS_FUZZ_HARNESS_H_
