// SPDX-License-Identifier: Apache-2.0
//
// Thread: stacks, frames and settings of one evaluation. Invariant: frames above `floor` belong to the
// running evaluation, those up to it to evaluations that wait for it.
#include "runtime/thread.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

// ---------------------------------------------------------------- making

static void *allocate_stack(size_t size) {
  // Address space: the pages are the system's until they are used.
  void *memory = malloc(size);
  if (memory) return memory;
  fputs("starmypy: out of memory\n", stderr);
  abort();
}

struct sl_thread *sl_thread_new(void) {
  struct sl_thread *thread = sl_allocate_root(sizeof *thread);
  thread->stack = allocate_stack((SL_STACK_VALUES + SL_STACK_SLACK) * sizeof(sl_value));
  thread->stack_limit = thread->stack + SL_STACK_VALUES;
  thread->top = thread->stack;
  thread->frames = allocate_stack((SL_FRAME_LIMIT + 2) * sizeof *thread->frames);
  thread->frames[0] = (struct sl_call_frame){.base = thread->stack};
  thread->frame = thread->floor = thread->frames;
  thread->frame_limit = thread->frames + SL_FRAME_LIMIT + 1;
  thread->head.mutability = sl_mutability_new();
  thread->slice = thread->budget = SL_STEP_SLICE;
  thread->range = (struct sl_heap_range){.start = thread->stack, .end = &thread->top};
  sl_heap_add_range(&thread->range);
  return thread;
}

void sl_thread_free(struct sl_thread *thread) {
  sl_heap_remove_range(&thread->range);
  sl_error_clear(thread);
  sl_error_free(&thread->error);
  sl_text_free(&thread->head.spare);
  free(thread->stack);
  free(thread->frames);
  sl_free_root(thread);
}

// ---------------------------------------------------------------- mutability

struct sl_mutability *sl_mutability_new(void) {
  return sl_allocate_atomic(sizeof(struct sl_mutability));
}

void sl_mutability_freeze(struct sl_mutability *mutability) { mutability->frozen = true; }

bool sl_mutability_is_frozen(const struct sl_mutability *mutability) { return mutability->frozen; }

struct sl_mutability *sl_thread_set_mutability(struct sl_thread *thread,
                                               struct sl_mutability *mutability) {
  struct sl_mutability *before = thread->head.mutability;
  thread->head.mutability = mutability;
  return before;
}

// ---------------------------------------------------------------- settings

void sl_thread_set_data(struct sl_thread *thread, void *data) { thread->data = data; }

void *sl_thread_data(const struct sl_thread *thread) { return thread->data; }

void sl_thread_set_load(struct sl_thread *thread, sl_load_handler handler) {
  thread->load = handler;
}

void sl_thread_set_print(struct sl_thread *thread, sl_print_handler handler) {
  thread->print = handler;
}

void sl_thread_print(struct sl_thread *thread, const char *text, size_t length) {
  struct sl_text position = {0};
  struct sl_frame frame;
  for (size_t depth = 0; sl_thread_frame(thread, depth, &frame); depth++) {
    if (!frame.file) continue;
    sl_text_format(&position, "%s:%u:%u", frame.file, frame.position.line, frame.position.column);
    break;
  }
  if (thread->print) {
    thread->print(thread, sl_text_string(&position), text, length);
  } else {
    fprintf(stderr, "DEBUG: %s: ", sl_text_string(&position));
    fwrite(text, 1, length, stderr);
    fputc('\n', stderr);
  }
  sl_text_free(&position);
}

// ---------------------------------------------------------------- depth

bool sl_thread_enter(struct sl_thread *thread) {
  if (thread->depth >= SL_VALUE_DEPTH_LIMIT)
    return sl_fail_false(thread, "stack overflow: values are nested too deeply");
  thread->depth++;
  return true;
}

void sl_thread_leave(struct sl_thread *thread) {
  assert(thread->depth > 0);
  thread->depth--;
}

bool sl_thread_enter_call(struct sl_thread *thread) {
  if (thread->host_calls >= SL_HOST_CALL_LIMIT)
    return sl_fail_false(thread, "stack overflow: calls are nested too deeply");
  if (thread->host_calls++ == 0) sl_limit_begin(thread);
  return true;
}

bool sl_stack_raise(struct sl_thread *thread, sl_value *top) {
  if (top <= thread->top) return true;
  if (top > thread->stack_limit) return sl_fail_false(thread, "stack overflow");
  thread->top = top;
  return true;
}

// Whether a function's code is active in this evaluation. Counters are shared, so they only say where to look.
static bool is_active(const struct sl_thread *thread, const struct sl_code *code) {
  for (const struct sl_call_frame *frame = thread->frame; frame > thread->floor; frame--) {
    if (frame->function && frame->function->code == code) return true;
  }
  return false;
}

bool sl_frame_check(struct sl_thread *thread, struct sl_function *function, sl_value *base) {
  const struct sl_code *code = function->code;
  if (thread->budget < 0 && !sl_thread_next_slice(thread)) return false;
  if (base + code->register_count > thread->stack_limit)
    return sl_fail_false(thread, "stack overflow");
  if (thread->frame + 1 >= thread->frame_limit) {
    return sl_fail_false(thread, "stack overflow: more than %td calls in each other",
                         thread->frame_limit - thread->frames - 1);
  }
  if (code->recursive || !thread->active[code->slot] || !is_active(thread, code)) return true;
  *++thread->frame = (struct sl_call_frame){.function = function, .base = base};
  sl_fail(thread, "function '%s' called recursively", sl_string_bytes(code->name));
  thread->frame--;
  return false;
}

// ---------------------------------------------------------------- frames

const char *sl_callable_name(sl_value callee) {
  const struct sl_type *type = sl_type_of(callee);
  return type->callable_name ? type->callable_name(callee) : type->name;
}

static void describe_function(const struct sl_call_frame *from, struct sl_frame *frame) {
  const struct sl_function *function = from->function;
  uint32_t offset = sl_code_offset(function->code, from->pc);
  frame->function = sl_string_bytes(function->code->name);
  frame->file = sl_module_name(function->module);
  frame->position = sl_program_position(function->code->program, offset);
  frame->module = function->module;
}

bool sl_thread_frame(struct sl_thread *thread, size_t depth, struct sl_frame *frame) {
  for (const struct sl_call_frame *from = thread->frame; from > thread->floor; from--) {
    if (from->native && depth-- == 0) {
      *frame = (struct sl_frame){.function = sl_callable_name(from->native)};
      return true;
    }
    if (from->function && depth-- == 0) {
      describe_function(from, frame);
      return true;
    }
  }
  return false;
}

// The code of the innermost Starlark function, or NULL.
static const struct sl_code *running_code(const struct sl_thread *thread) {
  const struct sl_call_frame *frame = thread->frame;
  while (frame > thread->floor && !frame->function) frame--;
  return frame > thread->floor ? frame->function->code : NULL;
}

bool sl_thread_is_unicode(const struct sl_thread *thread) {
  const struct sl_code *code = running_code(thread);
  return code && code->unicode;
}

bool sl_thread_orders_utf16(const struct sl_thread *thread) {
  const struct sl_code *code = running_code(thread);
  return code && code->utf16_order;
}

size_t sl_thread_depth(const struct sl_thread *thread) {
  size_t depth = 0;
  for (const struct sl_call_frame *frame = thread->frame; frame > thread->floor; frame--) {
    depth += (frame->native != NULL) + (frame->function != NULL);
  }
  return depth;
}
