// SPDX-License-Identifier: Apache-2.0
//
// Limit: what a host lets an evaluation take: steps, memory, time, the size of a value, and whether it
// goes on at all. Invariant: limits are looked at once per slice of steps and before each large block,
// so that a step costs one decrement, and neither many small steps nor a few large ones outrun them.
#include "runtime/os.h"
#include "runtime/thread.h"

#define CANCELLED "Starlark computation cancelled: "

// ---------------------------------------------------------------- cancelling and time

void sl_thread_cancel(struct sl_thread *thread, const char *reason) {
  atomic_store_explicit(&thread->cancel_reason, reason, memory_order_relaxed);
}

// Whether the host wants the evaluation to go on. False with an error pending.
static bool check_wanted(struct sl_thread *thread) {
  if (SL_UNLIKELY(atomic_load_explicit(&thread->cancel_reason, memory_order_relaxed) != NULL)) {
    const char *reason =
        atomic_exchange_explicit(&thread->cancel_reason, NULL, memory_order_relaxed);
    if (reason) return sl_fail_false(thread, CANCELLED "%s", reason);
  }
  if (thread->deadline && sl_clock() >= thread->deadline)
    return sl_fail_false(thread, CANCELLED "too much time");
  return true;
}

// ---------------------------------------------------------------- memory

uint64_t sl_thread_allocated(const struct sl_thread *thread) {
  bool counting = thread->allocation_limit && thread->host_calls > 0;
  return thread->allocated + (counting ? sl_heap_meter() - thread->meter : 0);
}

// Whether the thread is within its limit, and may ask for so many bytes. What is asked for may be more
// than what will be taken, so it counts only where the whole limit would not allow for it: the limit
// is exact, and never passed by more than itself. False with an error pending.
static bool check_allocated(struct sl_thread *thread, size_t wanted) {
  uint64_t limit = thread->allocation_limit;
  if (SL_LIKELY(!limit)) return true;
  if (sl_thread_allocated(thread) <= limit && wanted <= thread->allocation_share) return true;
  return sl_fail_false(thread, CANCELLED "too much memory");
}

static bool check_value(struct sl_thread *thread, size_t size) {
  if (SL_LIKELY(!thread->value_limit || size <= thread->value_limit)) return true;
  return sl_fail_false(thread, "out of memory: a value of %zu bytes, the limit is %zu", size,
                       thread->value_limit);
}

static bool fail_exhausted(struct sl_thread *thread) {
  return sl_fail_false(thread, "out of memory: the limit is %zu MB", sl_heap_limit() >> 20);
}

bool sl_heap_admit_large(struct sl_thread *thread, size_t size) {
  return check_wanted(thread) && check_value(thread, size) && check_allocated(thread, size) &&
         (sl_heap_has_room(size) || fail_exhausted(thread));
}

bool sl_text_admit_large(struct sl_thread *thread, struct sl_text *text, size_t extra) {
  size_t length = text->length + extra, needed = length + SL_LARGE_BLOCK;
  if (!check_value(thread, length)) return false;
  if (SL_LIKELY(needed <= text->capacity || needed <= 4 * SL_LARGE_BLOCK)) return true;
  if (!check_wanted(thread) || !check_allocated(thread, length)) return false;
  // Twice as much is reserved, a string made of it needs as much again, and that is to leave room
  // for other things.
  if (!sl_heap_has_room(8 * needed)) return fail_exhausted(thread);
  sl_text_reserve(text, needed - text->length);
  return true;
}

// ---------------------------------------------------------------- steps

uint64_t sl_thread_steps(const struct sl_thread *thread) {
  return thread->steps + (uint64_t)(thread->slice - thread->budget);
}

// Begins a slice of at most SL_STEP_SLICE steps that does not go beyond the limit.
static void begin_slice(struct sl_thread *thread) {
  thread->steps = sl_thread_steps(thread);
  int64_t slice = SL_STEP_SLICE;
  if (thread->step_limit && thread->step_limit - thread->steps < (uint64_t)slice) {
    slice = (int64_t)(thread->step_limit - thread->steps);
  }
  thread->slice = thread->budget = slice;
}

bool sl_thread_next_slice(struct sl_thread *thread) {
  thread->budget++;  // the step that found the slice used up is not taken yet
  if (!check_wanted(thread)) return false;
  if (thread->step_limit && sl_thread_steps(thread) >= thread->step_limit)
    return sl_fail_false(thread, CANCELLED "too many steps");
  if (!check_allocated(thread, 0)) return false;
  if (!sl_heap_is_within_limit()) return fail_exhausted(thread);
  begin_slice(thread);
  thread->budget--;
  return true;
}

bool sl_thread_take_steps(struct sl_thread *thread, uint64_t steps) {
  thread->budget -= (int64_t)steps;
  return SL_LIKELY(thread->budget >= 0) || sl_thread_next_slice(thread);
}

// ---------------------------------------------------------------- setting

// The count at which a limit of so many from now on is reached; 0: never.
static uint64_t limit_from(uint64_t taken, uint64_t more) {
  return more && more <= UINT64_MAX - taken ? taken + more : more;
}

static void set_allocation_limit(struct sl_thread *thread, uint64_t bytes) {
  thread->allocated = sl_thread_allocated(thread);
  thread->allocation_limit = limit_from(thread->allocated, bytes);
  thread->allocation_share = bytes;
  thread->meter = sl_heap_meter();
}

void sl_thread_set_limits(struct sl_thread *thread, const struct sl_limits *limits) {
  static const struct sl_limits none;
  if (!limits) limits = &none;
  thread->step_limit = limit_from(sl_thread_steps(thread), limits->steps);
  begin_slice(thread);
  if (limits->bytes || thread->allocation_limit) set_allocation_limit(thread, limits->bytes);
  thread->value_limit = limits->value_bytes;
  uint32_t depth = limits->depth;
  thread->frame_limit =
      thread->frames + (depth && depth < SL_FRAME_LIMIT ? depth : SL_FRAME_LIMIT) + 1;
  thread->deadline =
      limits->milliseconds ? sl_clock() + (uint64_t)limits->milliseconds * 1000000 : 0;
}

// ---------------------------------------------------------------- whole evaluations

void sl_limit_begin(struct sl_thread *thread) {
  if (SL_UNLIKELY(thread->allocation_limit != 0)) thread->meter = sl_heap_meter();
}

// Small objects of the last slice have not been counted yet.
bool sl_limit_end(struct sl_thread *thread) {
  if (SL_LIKELY(!thread->allocation_limit)) return true;
  thread->allocated += sl_heap_meter() - thread->meter;
  return sl_error_pending(thread) || check_allocated(thread, 0);
}
