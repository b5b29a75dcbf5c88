// SPDX-License-Identifier: Apache-2.0
//
// Thread: the state of one evaluation: value stack, frames, pending error, limits. Private to runtime/.
// Invariant: [stack, top) holds every value that an active frame may still read; a frame's instruction pointer is
// stored in it before anything runs that may fail, call back or ask where it is.
#ifndef RUNTIME_THREAD_H_
#define RUNTIME_THREAD_H_

#include "runtime/code.h"

enum {
  SL_STACK_VALUES = 1 << 22,  // of a thread's value stack; address space, not memory
  SL_STACK_SLACK = 1 << 10,   // values beyond the limit that natives' arguments may use
  SL_FRAME_LIMIT = 1 << 16,   // Starlark calls in each other
  SL_VALUE_DEPTH_LIMIT =
      2500,  // sl_thread_enter; what the parser lets be written nested can be shown, too
  SL_HOST_CALL_LIMIT = 500,  // sl_call in each other: these need more of the host's stack
  SL_STEP_SLICE = 1 << 12,   // steps between looks at the limit and at cancellation
};

// An active call. `function` is NULL when a native was called by the host or by another native.
struct sl_call_frame {
  struct sl_function *function;
  const struct sl_instruction *pc;  // the running instruction; NULL: its arguments are being bound
  sl_value *base;                   // its registers
  sl_value *result;  // where its caller wants the result; NULL: the caller is the host
  sl_value native;   // the callable in C that this frame is calling, or NULL
};

// A line of the traceback of the pending error: a Starlark function, or a callable in C that has called another.
struct sl_trace_entry {
  const struct sl_code *code;  // NULL: a callable in C
  sl_value native;             // that callable
  struct sl_module *module;
  uint32_t offset;
};

struct sl_pending_error {
  bool pending;
  bool is_static;  // `message` is made of whole lines, one a diagnostic
  struct sl_text message;
  struct sl_text report;         // made on demand
  struct sl_text position;       // made on demand
  struct sl_text native;         // "NAME" of "Error in NAME: "; empty: none
  struct sl_trace_entry *trace;  // innermost first; collected memory
  size_t trace_count;
};

// What is known of two values, or of one; see visit.c.
struct sl_known {
  sl_value x, y;  // equal; y is NULL: `hash` is that of x
  uint32_t hash;
};

struct sl_visits {
  sl_value *writing;       // set of the values being written; NULL: not used yet
  struct sl_known *known;  // NULL: nothing
  size_t known_mask, known_count;
  uint32_t nesting;  // of comparisons and hashes
  uint32_t count;    // of visits since the outermost began
};

struct sl_thread {
  struct sl_thread_head head;
  // Value stack and frames.
  sl_value *top;  // first unused value
  sl_value *stack_limit;
  struct sl_call_frame *frame;  // the newest
  struct sl_call_frame *frame_limit;
  int64_t budget;                    // steps until the next look at limits
  uint32_t active[SL_ACTIVE_SLOTS];  // calls of the functions that share a slot
  sl_value *stack;
  struct sl_call_frame *frames;
  struct sl_call_frame
      *floor;  // frames up to it belong to other evaluations, which wait; frames[0] to nobody
  struct sl_heap_range range;
  struct sl_visits visits;
  uint32_t depth;       // of sl_thread_enter
  uint32_t host_calls;  // of sl_call and sl_module_execute
  // Limits; 0: none.
  uint64_t steps;  // taken before the current slice
  uint64_t step_limit;
  int64_t slice;                        // steps of the current slice
  uint64_t allocated;                   // bytes, by evaluations that have ended
  uint64_t meter;                       // what the heap's meter told when this evaluation began
  uint64_t allocation_limit;            // bytes
  uint64_t allocation_share;            // what of it was left when it was set
  size_t value_limit;                   // bytes
  uint64_t deadline;                    // as sl_clock tells the time
  _Atomic(const char *) cancel_reason;  // NULL: go on
  // The host's.
  void *data;
  sl_print_handler print;
  sl_load_handler load;
  void *loading;  // the loader's: what is being run for it
  struct sl_pending_error error;
};

// Begins a call from the host's stack. False with an error pending: there are too many in each other.
bool sl_thread_enter_call(struct sl_thread *thread) SL_MUST_CHECK;

// The limits of an evaluation that begins, and ends.
void sl_limit_begin(struct sl_thread *thread);
bool sl_limit_end(struct sl_thread *thread) SL_MUST_CHECK;

// Ends a call from the host's stack. False with an error pending: a limit that is looked at in the end has been passed.
static inline bool sl_thread_leave_call(struct sl_thread *thread) {
  return --thread->host_calls > 0 || sl_limit_end(thread);
}

// Makes the value stack reach at least to `top`.
bool sl_stack_raise(struct sl_thread *thread, sl_value *top) SL_MUST_CHECK;

// Called when the budget is used up: false with an error pending if that was the last slice.
bool sl_thread_next_slice(struct sl_thread *thread) SL_MUST_CHECK;

// The slow half of sl_frame_push: says what is wrong, if anything is.
bool sl_frame_check(struct sl_thread *thread, struct sl_function *function,
                    sl_value *base) SL_MUST_CHECK;

// Begins a call whose arguments are in place. False with an error pending: a limit, or recursion.
static inline bool sl_frame_push(struct sl_thread *thread, struct sl_function *function,
                                 sl_value *base, sl_value *result) {
  const struct sl_code *code = function->code;
  struct sl_call_frame *frame = thread->frame + 1;
  sl_value *top = base + code->register_count;
  uint32_t *active = &thread->active[code->slot];
  if (SL_UNLIKELY(--thread->budget < 0 || top > thread->stack_limit ||
                  frame == thread->frame_limit || *active)) {
    if (!sl_frame_check(thread, function, base)) return false;
  }
  ++*active;
  frame->function = function;
  frame->base = base;
  frame->pc = code->instructions;
  frame->result = result;
  frame->native = NULL;
  thread->frame = frame;
  thread->top = top;
  return true;
}

// Ends the newest call. The caller resets `top`.
static inline void sl_frame_pop(struct sl_thread *thread) {
  struct sl_call_frame *frame = thread->frame--;
  thread->active[frame->function->code->slot]--;
}

// What errors raised by a callable in C are said to be in; NULL: nothing.
const char *sl_callable_name(sl_value callee);

// Sets the pending error's innermost position: the "." of a method call, where its "(" would be taken.
void sl_error_move(struct sl_thread *thread, uint32_t offset);
// Moves the pending error to where it outlives the thread, and tells it again in another one, unless an error is
// pending there. The texts are freed by the third.
void sl_error_save(struct sl_thread *thread, struct sl_pending_error *saved);
void sl_error_restore(struct sl_thread *thread, const struct sl_pending_error *saved);
void sl_error_free(struct sl_pending_error *saved);
// Makes the pending error a set of static errors, one a line.
void sl_error_set_static(struct sl_thread *thread, const struct sl_file *file);

// Runs the newest frame, which has no result register, to its end. NULL with an error pending. Pops the frame.
sl_value sl_interpret(struct sl_thread *thread) SL_MUST_CHECK;

#endif  // RUNTIME_THREAD_H_
