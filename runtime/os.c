// SPDX-License-Identifier: Apache-2.0
//
// OS: POSIX threads, and nobody else's business. Invariant: every lock is usable without start-up
// code.
#include "runtime/os.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t locks[SL_LOCK_COUNT] = {
    [SL_LOCK_HEAP_RANGES] = PTHREAD_MUTEX_INITIALIZER,
    [SL_LOCK_STRINGS] = PTHREAD_MUTEX_INITIALIZER,
    [SL_LOCK_SHAPES] = PTHREAD_MUTEX_INITIALIZER,
};

void sl_lock(enum sl_lock lock) { pthread_mutex_lock(&locks[lock]); }

void sl_unlock(enum sl_lock lock) { pthread_mutex_unlock(&locks[lock]); }

// ---------------------------------------------------------------- monitors

struct sl_monitor {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
};

static void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (memory) return memory;
  fputs("starmypy: out of memory\n", stderr);
  abort();
}

struct sl_monitor *sl_monitor_new(void) {
  struct sl_monitor *monitor = allocate(sizeof *monitor);
  pthread_mutex_init(&monitor->mutex, NULL);
  pthread_cond_init(&monitor->condition, NULL);
  return monitor;
}

void sl_monitor_free(struct sl_monitor *monitor) {
  pthread_cond_destroy(&monitor->condition);
  pthread_mutex_destroy(&monitor->mutex);
  free(monitor);
}

void sl_monitor_enter(struct sl_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }

void sl_monitor_leave(struct sl_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }

void sl_monitor_wait(struct sl_monitor *monitor) {
  pthread_cond_wait(&monitor->condition, &monitor->mutex);
}

void sl_monitor_notify(struct sl_monitor *monitor) { pthread_cond_broadcast(&monitor->condition); }

// ---------------------------------------------------------------- crews

struct sl_crew {
  void (*work)(void *data);
  void *data;
  unsigned count;
  pthread_t members[];
};

// Deep source and values take as much stack as in the first thread.
enum { STACK = 16 << 20 };

static void *member(void *data) {
  struct sl_crew *crew = data;
  crew->work(crew->data);
  return NULL;
}

struct sl_crew *sl_crew_new(unsigned count, void (*work)(void *data), void *data) {
  struct sl_crew *crew = allocate(sizeof *crew + count * sizeof *crew->members);
  pthread_attr_t attributes;
  crew->work = work;
  crew->data = data;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  while (crew->count < count &&
         pthread_create(&crew->members[crew->count], &attributes, member, crew) == 0)
    crew->count++;
  pthread_attr_destroy(&attributes);
  if (crew->count > 0) return crew;
  fputs("starmypy: no thread can be started\n", stderr);
  abort();
}

void sl_crew_join(struct sl_crew *crew) {
  for (unsigned i = 0; i < crew->count; i++) pthread_join(crew->members[i], NULL);
  free(crew);
}

unsigned sl_processor_count(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (unsigned)count : 1;
}

// ---------------------------------------------------------------- memory

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

// What a control group's file says, "max" or a number of bytes.
static uint64_t group_limit(const char *path) {
  char text[32] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return UINT64_MAX;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  return length > 0 && text[0] != 'm' ? strtoull(text, NULL, 10) : UINT64_MAX;
}

static uint64_t resource_limit(int resource) {
  struct rlimit limit;
  bool limited = getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return limited ? limit.rlim_cur : UINT64_MAX;
}

uint64_t sl_process_memory(void) {
  // Of control groups in both versions; in a container its own one is the root.
  static const char *const groups[] = {"/sys/fs/cgroup/memory.max",
                                       "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
  uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
    bytes = smaller(bytes, group_limit(groups[i]));
  return smaller(bytes, smaller(resource_limit(RLIMIT_AS), resource_limit(RLIMIT_DATA)));
}

// ---------------------------------------------------------------- time

static uint64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t sl_clock(void) { return read_clock(CLOCK_MONOTONIC); }

uint64_t sl_cpu_clock(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
