// SPDX-License-Identifier: Apache-2.0
//
// OS: what the runtime needs of the system: threads and clocks. The list of locks is the list of everything
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

// A lock with a condition: whoever is in it may wait until somebody notifies.
struct sl_monitor;
struct sl_monitor *sl_monitor_new(void);
void sl_monitor_free(struct sl_monitor *monitor);
void sl_monitor_enter(struct sl_monitor *monitor);
void sl_monitor_leave(struct sl_monitor *monitor);
void sl_monitor_wait(struct sl_monitor *monitor);
void sl_monitor_notify(struct sl_monitor *monitor);  // all that wait

// OS threads that do the same work. One at least is started, or the process ends.
struct sl_crew;
struct sl_crew *sl_crew_new(unsigned count, void (*work)(void *data), void *data);
// Waits until all have come to the end of their work.
void sl_crew_join(struct sl_crew *crew);
unsigned sl_processor_count(void);

// Bytes of memory that the process may have: the machine's, unless its container or its own limits leave it less.
uint64_t sl_process_memory(void);

// Nanoseconds since some moment: a clock that nobody sets.
uint64_t sl_clock(void);
// Nanoseconds of CPU time that the process has taken.
uint64_t sl_cpu_clock(void);

#endif  // RUNTIME_OS_H_
