// SPDX-License-Identifier: Apache-2.0
//
// OS: what the runtime needs of the system: threads and a clock. The list of locks is the list of everything
// in the process that Starlark threads share and change: one lock for each cache.
#ifndef RUNTIME_OS_H_
#define RUNTIME_OS_H_

#include <stdint.h>

enum sl_lock {
  SL_LOCK_HEAP_RANGES,  // the ranges that the collector scans besides its own
  SL_LOCK_STRINGS,      // the table of interned strings
  SL_LOCK_SHAPES,       // the table of struct shapes
  SL_LOCK_COUNT,
};

// Waits until the lock is free, and takes it. Not recursive; hold it for a look-up, never while
// Starlark code runs.
void sl_lock(enum sl_lock lock);
void sl_unlock(enum sl_lock lock);

// Nanoseconds since some moment: a clock that nobody sets.
uint64_t sl_clock(void);

#endif  // RUNTIME_OS_H_
