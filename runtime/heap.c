// SPDX-License-Identifier: Apache-2.0
//
// Heap: the only file that knows the Boehm collector. Invariant: whatever is reachable from a C stack, static data, a
// root, a handle or a registered range stays alive, through pointers to the starts of objects.
#include "runtime/os.h"
#include "runtime/value.h"

#include <stdio.h>
#include <stdlib.h>

#define GC_THREADS
#include <gc/gc.h>
#include <gc/gc_mark.h>

enum {
  // Small enough for short-lived objects to stay in the cache, large enough for most programs never to collect. Larger heaps
  // collect after as much was allocated as is in use.
  INITIAL_HEAP = 8 << 20,
  BYTES_PER_COLLECTION = 4 << 20,
  STRESS_INTERVAL = 64,  // allocations per collection under STARMYPY_GC_STRESS, at least
  STRESS_BYTES =
      1024,  // bytes in use that make the interval longer by one, so that large heaps get done
};

// Written once, before the second thread begins.
static bool stress;
static _Atomic size_t stress_countdown;

// ---------------------------------------------------------------- ranges

// Changed under SL_LOCK_HEAP_RANGES by single stores, so that a collection in the midst of a change sees a whole list.
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

// ---------------------------------------------------------------- start-up

// The collector warns about large blocks and the like; a host's stderr is not the place.
static void GC_CALLBACK ignore_warning(char *message, GC_word argument) {
  (void)message;
  (void)argument;
}

void sl_initialize(const struct sl_options *options) {
  size_t initial_heap = options && options->initial_heap ? options->initial_heap : INITIAL_HEAP;
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
  stress = wanted && strcmp(wanted, "1") == 0;
}

void sl_heap_expect_threads(void) { GC_allow_register_threads(); }

void sl_heap_attach_thread(void) {
  struct GC_stack_base base;
  if (GC_get_stack_base(&base) == GC_SUCCESS) GC_register_my_thread(&base);
}

void sl_heap_detach_thread(void) { GC_unregister_my_thread(); }

size_t sl_heap_size(void) { return GC_get_heap_size(); }

size_t sl_heap_used(void) { return GC_get_heap_size() - GC_get_free_bytes(); }

// ---------------------------------------------------------------- allocation

__attribute__((noinline)) static void collect_often(void) {
  if (stress_countdown-- > 0) return;
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
  if (SL_UNLIKELY(stress)) collect_often();
  return checked(GC_malloc(size), size);
}

void *sl_allocate_raw(size_t size) {
  if (SL_UNLIKELY(stress)) collect_often();
  return checked(GC_malloc_atomic(size), size);
}

void *sl_allocate_atomic(size_t size) { return memset(sl_allocate_raw(size), 0, size); }

void *sl_reallocate(void *memory, size_t size) {
  if (SL_UNLIKELY(stress)) collect_often();
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
