// SPDX-License-Identifier: Apache-2.0
//
// OS: POSIX threads, and nobody else's business. Invariant: every lock is usable without start-up
// code.
#include "runtime/os.h"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t locks[SL_LOCK_COUNT] = {
    [SL_LOCK_HEAP_RANGES] = PTHREAD_MUTEX_INITIALIZER,
    [SL_LOCK_STRINGS] = PTHREAD_MUTEX_INITIALIZER,
    [SL_LOCK_SHAPES] = PTHREAD_MUTEX_INITIALIZER,
};

void sl_lock(enum sl_lock lock) { pthread_mutex_lock(&locks[lock]); }

void sl_unlock(enum sl_lock lock) { pthread_mutex_unlock(&locks[lock]); }

uint64_t sl_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
