// SPDX-License-Identifier: Apache-2.0
//
// Heap: the only file that knows the Boehm collector. Invariant: whatever is reachable from a C
// stack, static data, a root, a handle or a registered range stays alive, through pointers to the
// starts of objects.
#include "runtime/os.h"
#include "runtime/value.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define GC_THREADS
#include <gc/gc.h>
#include <gc/gc_inline.h>
#include <gc/gc_mark.h>

enum {
  // Small enough for short-lived objects to stay in the cache: to touch fresh memory costs more than
  // to collect. Larger heaps collect after twice as much was allocated as is in use, see `pace`.
  INITIAL_HEAP = 2 << 20,
  BYTES_PER_COLLECTION = 1 << 20,
  MUCH_ALLOCATED = 4 << 20,   // more than the cache holds, so that fresh memory costs no more
  MOST_ALLOCATED = 32 << 20,  // so much garbage, whatever collections cost
  WORTH_RELEASE = 256,        // bytes; smaller blocks cost more to give back than to collect
  STRESS_INTERVAL = 64,       // allocations per collection under STARMYPY_GC_STRESS, at least
  STRESS_BYTES =
      1024,  // bytes in use that make the interval longer by one, so that large heaps get done
};

#define DEFAULT_LIMIT ((size_t)2 << 30)

// Written before the second thread begins.
static bool stress, stress_always;
static bool batched;  // whether small objects come from batches
static _Atomic size_t stress_countdown;
static size_t limit;

// ---------------------------------------------------------------- ranges

// Changed under SL_LOCK_HEAP_RANGES by single stores, so that a collection in the midst of a change
// sees a whole list.
static struct sl_heap_range *volatile ranges;

void sl_heap_add_range(struct sl_heap_range *range) {
  sl_lock(SL_LOCK_HEAP_RANGES);
  range->next = ranges;
  ranges = range;
  sl_unlock(SL_LOCK_HEAP_RANGES);
}

void sl_heap_remove_range(struct sl_heap_range *range) {
  sl_lock(SL_LOCK_HEAP_RANGES);
  if (ranges == range) {
    ranges = range->next;
  } else {
    struct sl_heap_range *before = ranges;
    while (before->next != range) before = before->next;
    before->next = range->next;
  }
  sl_unlock(SL_LOCK_HEAP_RANGES);
}

// ---------------------------------------------------------------- batches

// Small objects are taken from the collector by the page, linked by their first words: half the price
// of GC_malloc. Invariant: what was not handed out stays alive by its batch. The collector follows
// the links of what it scans; for objects that it does not scan, `keep_atomic` does. Of larger objects
// a page holds too few to gain anything.
enum { GRANULE = 16, CLASSES = 64 };

// By size in granules - 1.
struct batches {
  struct batches *next;  // another thread's
  void *scanned[CLASSES];
  void *atomic[CLASSES];
};

// Reached without a call in a shared library, too.
#define SL_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

// An OS thread's own, in uncollectable memory, so that the collector finds it without looking here;
// until the first refill, and for threads that have no batches, one that is always empty.
static struct batches no_batches;
static SL_THREAD_LOCAL struct batches *cache = &no_batches;

// All threads' batches; changed like `ranges`.
static struct batches *volatile all_batches;

// Runs while all threads stand still.
static void keep_atomic(void) {
  for (const struct batches *batches = all_batches; batches; batches = batches->next) {
    for (size_t class = 0; class < CLASSES; class ++) {
      for (void *object = batches->atomic[class]; object; object = GC_NEXT(object)) {
        GC_set_mark_bit(object);
      }
    }
  }
}

static void add_batches(void) {
  cache = sl_allocate_root(sizeof *cache);
  sl_lock(SL_LOCK_HEAP_RANGES);
  cache->next = all_batches;
  all_batches = cache;
  sl_unlock(SL_LOCK_HEAP_RANGES);
}

static void remove_batches(void) {
  if (cache == &no_batches) return;
  sl_lock(SL_LOCK_HEAP_RANGES);
  if (all_batches == cache) {
    all_batches = cache->next;
  } else {
    struct batches *before = all_batches;
    while (before->next != cache) before = before->next;
    before->next = cache->next;
  }
  sl_unlock(SL_LOCK_HEAP_RANGES);
  sl_free_root(cache);
  cache = &no_batches;
}

// What this OS thread has taken; counted once somebody wants to know, since a batch must be walked.
static SL_THREAD_LOCAL struct {
  bool on;
  uint64_t taken;  // bytes, those that batches still hold included
} meter;

static size_t linked_count(void *objects) {
  size_t count = 0;
  for (; objects; objects = GC_NEXT(objects)) count++;
  return count;
}

uint64_t sl_heap_meter(void) {
  uint64_t left = 0;
  meter.on = true;
  for (size_t class = 0; class < CLASSES; class ++) {
    left += (linked_count(cache->scanned[class]) + linked_count(cache->atomic[class])) *
            (class + 1) * GRANULE;
  }
  return meter.taken - left;
}

static inline size_t class_of(size_t size) { return (size - 1) / GRANULE; }

// Fills an empty batch with what the collector has to offer at once.
static void refill(void **batch, size_t class, int kind) {
  size_t size = (class + 1) * GRANULE;
  GC_generic_malloc_many(size, kind, batch);
  if (SL_UNLIKELY(meter.on)) meter.taken += size * linked_count(*batch);
}

// ---------------------------------------------------------------- pace

// Where much is alive and little is done with what is allocated, the collector's own measure can make it run half of the
// time. So a collection that took more than a quarter of the CPU time since the one before makes the next come after
// half as much again was allocated, within limits: what a collection costs may be roots, not what is alive. Where
// collections cost next to nothing again, they become as frequent as they were.
static void GC_CALLBACK pace(GC_EventType event) {
  static uint64_t begin, end;  // of a collection: CPU time
  static size_t allocated;     // before it
  if (event == GC_EVENT_START) {
    allocated = GC_get_bytes_since_gc();
    begin = sl_cpu_clock();
  } else if (event == GC_EVENT_END) {
    uint64_t now = sl_cpu_clock(), cost = now - begin, time = now - end;
    size_t least = GC_get_min_bytes_allocd(), more = allocated + allocated / 2;
    if (allocated > MUCH_ALLOCATED && cost > time / 4 && more > least) {
      GC_set_min_bytes_allocd(more < MOST_ALLOCATED ? more : MOST_ALLOCATED);
    } else if (cost < time / 32 && least > BYTES_PER_COLLECTION) {
      size_t less = least - least / 3;
      GC_set_min_bytes_allocd(less > BYTES_PER_COLLECTION ? less : BYTES_PER_COLLECTION);
    }
    end = now;
  }
}

// ---------------------------------------------------------------- start-up

const char *sl_version(void) { return SL_VERSION; }

static GC_push_other_roots_proc push_other_roots;

// Runs while all threads stand still.
static void GC_CALLBACK push_ranges(void) {
  for (struct sl_heap_range *range = ranges; range; range = range->next) {
    GC_push_all(range->start, *range->end);
  }
  keep_atomic();
  if (push_other_roots) push_other_roots();
}

// The collector warns about large blocks and the like; a host's stderr is not the place.
static void GC_CALLBACK ignore_warning(char *message, GC_word argument) {
  (void)message;
  (void)argument;
}

// As much as programs want, unless the process may have less than twice that: it needs other memory, too, and texts grow
// outside of the heap before they are strings in it.
static size_t default_limit(void) {
  uint64_t half = sl_process_memory() / 2;
  return half < DEFAULT_LIMIT ? (size_t)half : DEFAULT_LIMIT;
}

void sl_initialize(const struct sl_options *options) {
  size_t initial_heap = options && options->initial_heap ? options->initial_heap : INITIAL_HEAP;
  limit = options && options->heap_limit ? options->heap_limit : default_limit();
  if (!options || options->exact_pointers) GC_set_all_interior_pointers(0);
  GC_set_warn_proc(ignore_warning);
  GC_set_free_space_divisor(1);
  GC_set_dont_precollect(1);
  GC_INIT();
  GC_set_min_bytes_allocd(BYTES_PER_COLLECTION);
  GC_set_on_collection_event(pace);
  GC_expand_hp(initial_heap);
  push_other_roots = GC_get_push_other_roots();
  GC_set_push_other_roots(push_ranges);
  const char *wanted = getenv("STARMYPY_GC_STRESS");
  stress_always = wanted && strcmp(wanted, "always") == 0;
  stress = stress_always || (wanted && strcmp(wanted, "1") == 0);
  // With inexact pointers the collector appends a byte to each object, which objects of batches
  // lack.
  batched = !stress && GC_get_all_interior_pointers() == 0;
}

void sl_heap_expect_threads(void) { GC_allow_register_threads(); }

void sl_heap_attach_thread(void) {
  struct GC_stack_base base;
  if (GC_get_stack_base(&base) == GC_SUCCESS) GC_register_my_thread(&base);
}

void sl_heap_detach_thread(void) {
  remove_batches();
  meter.on = false;
  GC_unregister_my_thread();
}

size_t sl_heap_size(void) { return GC_get_heap_size(); }

size_t sl_heap_used(void) { return GC_get_heap_size() - GC_get_free_bytes(); }

// ---------------------------------------------------------------- the limit

// It holds for what is taken from the system: only when that is beyond it, garbage is collected and
// given back, and what is in use then decides.

size_t sl_heap_limit(void) { return limit; }

bool sl_heap_has_room(size_t size) {
  if (size <= limit && GC_get_heap_size() <= limit - size) return true;
  if (size > limit) return false;
  GC_gcollect_and_unmap();
  return sl_heap_used() <= limit - size;
}

bool sl_heap_is_within_limit(void) {
  if (SL_LIKELY(GC_get_heap_size() <= limit)) return true;
  GC_gcollect_and_unmap();
  // Part of the limit must have come free, or the next collection would follow at once.
  return sl_heap_used() <= limit - limit / 8;
}

// ---------------------------------------------------------------- allocation

__attribute__((noinline)) static void collect_often(void) {
  if (!stress_always && stress_countdown-- > 0) return;
  GC_gcollect();
  stress_countdown = STRESS_INTERVAL + sl_heap_used() / STRESS_BYTES;
}

__attribute__((cold, noreturn)) static void out_of_memory(size_t size) {
  fprintf(stderr, "starmypy: out of memory (%zu bytes wanted)\n", size);
  abort();
}

static inline void *checked(void *memory, size_t size) {
  if (SL_UNLIKELY(!memory)) out_of_memory(size);
  return memory;
}

// Whether this thread has batches that can hold such an object.
static bool has_batch(size_t size) {
  if (!batched || class_of(size) >= CLASSES) return false;
  if (cache == &no_batches) add_batches();
  return true;
}

// The link of an object that is handed out is somebody's data in a moment.
static inline void *pop(void **batch) {
  void *object = *batch;
  *batch = GC_NEXT(object);
  atomic_signal_fence(memory_order_release);
  return object;
}

__attribute__((noinline)) static void *allocate_slowly(size_t size) {
  if (has_batch(size)) {
    size_t class = class_of(size);
    refill(&cache->scanned[class], class, GC_I_NORMAL);
    if (!cache->scanned[class]) out_of_memory(size);
    return sl_allocate(size);
  }
  if (SL_UNLIKELY(stress)) collect_often();
  meter.taken += size;
  return checked(GC_malloc(size), size);
}

__attribute__((noinline)) static void *allocate_raw_slowly(size_t size) {
  if (has_batch(size)) {
    size_t class = class_of(size);
    refill(&cache->atomic[class], class, GC_I_PTRFREE);
    if (!cache->atomic[class]) out_of_memory(size);
    return sl_allocate_raw(size);
  }
  if (SL_UNLIKELY(stress)) collect_often();
  meter.taken += size;
  return checked(GC_malloc_atomic(size), size);
}

void *sl_allocate(size_t size) {
  size_t class = class_of(size);
  if (SL_UNLIKELY(class >= CLASSES || !cache->scanned[class])) return allocate_slowly(size);
  void *object = pop(&cache->scanned[class]);
  GC_NEXT(object) = NULL;
  return object;
}

void *sl_allocate_raw(size_t size) {
  size_t class = class_of(size);
  if (SL_UNLIKELY(class >= CLASSES || !cache->atomic[class])) return allocate_raw_slowly(size);
  return pop(&cache->atomic[class]);
}

void *sl_allocate_atomic(size_t size) { return memset(sl_allocate_raw(size), 0, size); }

void *sl_reallocate(void *memory, size_t size) {
  if (SL_UNLIKELY(stress)) collect_often();
  meter.taken += size;
  return checked(GC_realloc(memory, size), size);
}

void sl_release(void *memory, size_t size) {
  if (size < WORTH_RELEASE) return;
  size_t class = class_of(size);
  if (class >= CLASSES || cache == &no_batches) {
    GC_free(memory);
    return;
  }
  // It goes back to its batch, zeroed as what comes from there, and is the next one: in the cache still.
  memset(memory, 0, size);
  GC_NEXT(memory) = cache->scanned[class];
  cache->scanned[class] = memory;
  if (SL_UNLIKELY(meter.on)) meter.taken += size;
}

void *sl_allocate_root(size_t size) { return checked(GC_malloc_uncollectable(size), size); }

void sl_free_root(void *memory) { GC_free(memory); }

void *sl_new(struct sl_thread *thread, const struct sl_type *type, size_t size) {
  struct sl_object *object = sl_allocate(size);
  object->type = type;
  if (type->flags & SL_TYPE_MUTABLE) {
    ((struct sl_mutable *)object)->owner = sl_thread_head(thread)->mutability;
  }
  return object;
}

// ---------------------------------------------------------------- handles

struct sl_handle {
  sl_value value;
};

struct sl_handle *sl_handle_new(sl_value value) {
  struct sl_handle *handle = sl_allocate_root(sizeof *handle);
  handle->value = value;
  return handle;
}

sl_value sl_handle_get(const struct sl_handle *handle) { return handle->value; }

void sl_handle_free(struct sl_handle *handle) { sl_free_root(handle); }
