// SPDX-License-Identifier: Apache-2.0
//
// Heap: the only file that knows the Boehm collector. Invariant: whatever is reachable from a C
// stack, static data, a root, a handle or a registered range stays alive, through pointers to the
// starts of objects.
#include "runtime/os.h"
#include "runtime/value.h"

#include <stdio.h>
#include <stdlib.h>

#define GC_THREADS
#include <gc/gc.h>
#include <gc/gc_inline.h>
#include <gc/gc_mark.h>

enum {
  // Small enough for short-lived objects to stay in the cache, large enough for most programs never
  // to collect. Larger heaps collect after as much was allocated as is in use.
  INITIAL_HEAP = 8 << 20,
  BYTES_PER_COLLECTION = 4 << 20,
  STRESS_INTERVAL = 64,  // allocations per collection under STARMYPY_GC_STRESS, at least
  STRESS_BYTES =
      1024,  // bytes in use that make the interval longer by one, so that large heaps get done
};

#define DEFAULT_LIMIT ((size_t)2 << 30)

// Written before the second thread begins.
static bool stress, stress_always;
static bool batches_scanned, batches_atomic;  // whether small objects of the kind come from batches
static _Atomic size_t stress_countdown;
static size_t limit;

// ---------------------------------------------------------------- ranges

// Changed under SL_LOCK_HEAP_RANGES by single stores, so that a collection in the midst of a change
// sees a whole list.
static struct sl_heap_range *volatile ranges;
static GC_push_other_roots_proc push_other_roots;

// Runs while all threads stand still.
static void GC_CALLBACK push_ranges(void) {
  for (struct sl_heap_range *range = ranges; range; range = range->next) {
    GC_push_all(range->start, *range->end);
  }
  if (push_other_roots) push_other_roots();
}

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

// Small objects are taken from the collector by the page: half the price of GC_malloc. Those that
// the collector scans stay linked by their first words; those that it does not are handed out by
// popping an array. Invariant: the batches are roots, and a popped slot is NULL, so that they keep
// alive what was not handed out, and nothing else.
enum { GRANULE = 16, CLASSES = 16, BATCH = 4096 / GRANULE };

struct batch {
  size_t count;
  void *objects[BATCH];
};

// By size in granules - 1.
struct batches {
  void *scanned[CLASSES];
  struct batch atomic[CLASSES];
};

// Reached without a call in a shared library, too.
#define SL_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

// An OS thread's own; uncollectable memory, so that the collector finds it without looking here.
static SL_THREAD_LOCAL struct batches *cache;

static void *pop_scanned(size_t class) {
  void *object = cache->scanned[class];
  cache->scanned[class] = GC_NEXT(object);
  GC_NEXT(object) = NULL;
  return object;
}

static void *pop_atomic(size_t class) {
  struct batch *batch = &cache->atomic[class];
  void *object = batch->objects[--batch->count];
  batch->objects[batch->count] = NULL;
  return object;
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

// Fills an empty batch with what the collector has to offer at once.
__attribute__((noinline)) static void *refill_scanned(size_t class) {
  size_t size = (class + 1) * GRANULE;
  if (!cache) cache = sl_allocate_root(sizeof *cache);
  GC_generic_malloc_many(size, GC_I_NORMAL, &cache->scanned[class]);
  if (SL_UNLIKELY(meter.on)) meter.taken += size * linked_count(cache->scanned[class]);
  return cache->scanned[class] ? pop_scanned(class) : NULL;
}

__attribute__((noinline)) static void *refill_atomic(size_t class) {
  void *objects = NULL;
  if (!cache) cache = sl_allocate_root(sizeof *cache);
  struct batch *batch = &cache->atomic[class];
  GC_generic_malloc_many((class + 1) * GRANULE, GC_I_PTRFREE, &objects);
  for (; objects; objects = GC_NEXT(objects)) batch->objects[batch->count++] = objects;
  meter.taken += batch->count * (class + 1) * GRANULE;
  return batch->count ? pop_atomic(class) : NULL;
}

static inline void *take_scanned(size_t size) {
  size_t class = (size - 1) / GRANULE;
  if (SL_UNLIKELY(!cache || !cache->scanned[class])) return refill_scanned(class);
  return pop_scanned(class);
}

static inline void *take_atomic(size_t size) {
  size_t class = (size - 1) / GRANULE;
  if (SL_UNLIKELY(!cache || cache->atomic[class].count == 0)) return refill_atomic(class);
  return pop_atomic(class);
}

uint64_t sl_heap_meter(void) {
  uint64_t left = 0;
  meter.on = true;
  for (size_t class = 0; cache && class < CLASSES; class ++) {
    left +=
        (linked_count(cache->scanned[class]) + cache->atomic[class].count) * (class + 1) * GRANULE;
  }
  return meter.taken - left;
}

static inline bool fits_batch(size_t size) { return size - 1 < (size_t)CLASSES * GRANULE; }

// ---------------------------------------------------------------- start-up

const char *sl_version(void) { return SL_VERSION; }

// The collector warns about large blocks and the like; a host's stderr is not the place.
static void GC_CALLBACK ignore_warning(char *message, GC_word argument) {
  (void)message;
  (void)argument;
}

void sl_initialize(const struct sl_options *options) {
  size_t initial_heap = options && options->initial_heap ? options->initial_heap : INITIAL_HEAP;
  limit = options && options->heap_limit ? options->heap_limit : DEFAULT_LIMIT;
  if (!options || options->exact_pointers) GC_set_all_interior_pointers(0);
  GC_set_warn_proc(ignore_warning);
  GC_set_free_space_divisor(1);
  GC_set_dont_precollect(1);
  GC_INIT();
  GC_set_min_bytes_allocd(BYTES_PER_COLLECTION);
  GC_expand_hp(initial_heap);
  push_other_roots = GC_get_push_other_roots();
  GC_set_push_other_roots(push_ranges);
  const char *wanted = getenv("STARMYPY_GC_STRESS");
  stress_always = wanted && strcmp(wanted, "always") == 0;
  stress = stress_always || (wanted && strcmp(wanted, "1") == 0);
  // With inexact pointers the collector appends a byte to each object, which objects of batches
  // lack.
  batches_scanned = batches_atomic = !stress && GC_get_all_interior_pointers() == 0;
}

// Another thread might collect while a batch of objects that are not scanned hangs by its first one
// only.
void sl_heap_expect_threads(void) {
  if (batches_atomic) batches_atomic = false;
  GC_allow_register_threads();
}

void sl_heap_attach_thread(void) {
  struct GC_stack_base base;
  if (GC_get_stack_base(&base) == GC_SUCCESS) GC_register_my_thread(&base);
}

void sl_heap_detach_thread(void) {
  sl_free_root(cache);
  cache = NULL;
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

void *sl_allocate(size_t size) {
  if (SL_LIKELY(batches_scanned && fits_batch(size))) return checked(take_scanned(size), size);
  if (SL_UNLIKELY(stress)) collect_often();
  meter.taken += size;
  return checked(GC_malloc(size), size);
}

void *sl_allocate_raw(size_t size) {
  if (SL_LIKELY(batches_atomic && fits_batch(size))) return checked(take_atomic(size), size);
  if (SL_UNLIKELY(stress)) collect_often();
  meter.taken += size;
  return checked(GC_malloc_atomic(size), size);
}

void *sl_allocate_atomic(size_t size) { return memset(sl_allocate_raw(size), 0, size); }

void *sl_reallocate(void *memory, size_t size) {
  if (SL_UNLIKELY(stress)) collect_often();
  meter.taken += size;
  return checked(GC_realloc(memory, size), size);
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
