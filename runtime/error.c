// SPDX-License-Identifier: Apache-2.0
//
// Error: the pending error of a thread and its report, in Bazel's layout. Invariant: the traceback is taken when the
// error is set, while all frames are in place; it becomes text only when someone asks.
#include <string.h>

#include "runtime/thread.h"

enum { TRACE_LIMIT = 1 << 12 };  // frames that are remembered: the newest, should there be more

// ---------------------------------------------------------------- setting

// Adds a frame, innermost first: the callable in C that it has called, then its function. What the newest frame has called is
// no line of its own: the message begins with its name.
static void trace_frame(struct sl_thread *thread, const struct sl_call_frame *frame) {
  struct sl_pending_error *error = &thread->error;
  struct sl_trace_entry *entry = error->trace + error->trace_count;
  if (frame->native && frame != thread->frame)
    *entry++ = (struct sl_trace_entry){.native = frame->native};
  if (frame->function) {
    const struct sl_code *code = frame->function->code;
    *entry++ = (struct sl_trace_entry){
        .code = code,
        .module = frame->function->module,
        .offset = sl_code_offset(code, frame->pc),
    };
  }
  error->trace_count = (size_t)(entry - error->trace);
}

static void take_trace(struct sl_thread *thread) {
  struct sl_pending_error *error = &thread->error;
  size_t count = (size_t)(thread->frame - thread->floor);
  if (count > TRACE_LIMIT) count = TRACE_LIMIT;
  error->trace = sl_allocate((2 * count + 1) * sizeof *error->trace);
  error->trace_count = 0;
  for (size_t i = 0; i < count; i++) trace_frame(thread, thread->frame - i);
}

// An error that is pending already is the cause of the new one, and stays.
static bool begin(struct sl_thread *thread) {
  if (thread->error.pending) return false;
  thread->error.pending = true;
  take_trace(thread);
  sl_text_reset(&thread->error.native);
  return true;
}

static void fail(struct sl_thread *thread, const char *format, va_list arguments) {
  if (!begin(thread)) return;
  sl_text_format_list(&thread->error.message, format, arguments);
  if (thread->frame > thread->floor && thread->frame->native) {
    sl_text_append_string(&thread->error.native, sl_callable_name(thread->frame->native));
  }
}

sl_value sl_fail(struct sl_thread *thread, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fail(thread, format, arguments);
  va_end(arguments);
  return NULL;
}

bool sl_fail_false(struct sl_thread *thread, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fail(thread, format, arguments);
  va_end(arguments);
  return false;
}

sl_value sl_fail_in(struct sl_thread *thread, const char *name, const char *format, ...) {
  if (!begin(thread)) return NULL;
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&thread->error.message, format, arguments);
  va_end(arguments);
  sl_text_append_string(&thread->error.native, name);
  return NULL;
}

void sl_error_move(struct sl_thread *thread, uint32_t offset) {
  struct sl_pending_error *error = &thread->error;
  if (error->trace_count > 0 && error->trace[0].code) error->trace[0].offset = offset;
}

static void drop_last_newline(struct sl_text *text) {
  if (text->length > 0) text->bytes[--text->length] = '\0';
}

void sl_error_set_static(struct sl_thread *thread, const struct sl_file *file) {
  if (!begin(thread)) return;
  struct sl_pending_error *error = &thread->error;
  error->is_static = true;
  error->trace_count = 0;
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    const struct sl_diagnostic *diagnostic = &file->diagnostics[i];
    if (diagnostic->severity != SL_ERROR) continue;
    if (error->position.length == 0) {
      struct sl_position position = sl_file_position(file, diagnostic->start);
      sl_text_format(&error->position, "%s:%u:%u", file->path, position.line, position.column);
    }
    sl_file_describe(file, diagnostic, false, &error->message);
    sl_file_describe(file, diagnostic, true, &error->report);
  }
  drop_last_newline(&error->message);
  drop_last_newline(&error->report);
}

void sl_error_clear(struct sl_thread *thread) {
  struct sl_pending_error *error = &thread->error;
  error->pending = error->is_static = false;
  error->trace = NULL;
  error->trace_count = 0;
  sl_text_reset(&error->message);
  sl_text_reset(&error->report);
  sl_text_reset(&error->position);
  sl_text_reset(&error->native);
}

// ---------------------------------------------------------------- keeping

void sl_error_save(struct sl_thread *thread, struct sl_pending_error *saved) {
  *saved = thread->error;
  thread->error = (struct sl_pending_error){0};
}

static void copy_text(struct sl_text *to, const struct sl_text *from) {
  sl_text_reset(to);
  sl_text_append(to, sl_text_string(from), from->length);
}

void sl_error_restore(struct sl_thread *thread, const struct sl_pending_error *saved) {
  struct sl_pending_error *error = &thread->error;
  if (error->pending) return;
  error->pending = true;
  error->is_static = saved->is_static;
  error->trace = saved->trace;
  error->trace_count = saved->trace_count;
  copy_text(&error->message, &saved->message);
  copy_text(&error->report, &saved->report);
  copy_text(&error->position, &saved->position);
  copy_text(&error->native, &saved->native);
}

void sl_error_free(struct sl_pending_error *saved) {
  sl_text_free(&saved->message);
  sl_text_free(&saved->report);
  sl_text_free(&saved->position);
  sl_text_free(&saved->native);
}

// ---------------------------------------------------------------- asking

bool sl_error_pending(const struct sl_thread *thread) { return thread->error.pending; }

const char *sl_error_message(const struct sl_thread *thread) {
  return sl_text_string(&thread->error.message);
}

bool sl_error_is_static(const struct sl_thread *thread) { return thread->error.is_static; }

// A mark below the line that begins at `start`; its tabs stay tabs, so that it stands in the right place.
static void append_caret(const struct sl_program *program, uint32_t start, uint32_t offset,
                         struct sl_text *out) {
  sl_text_append_string(out, "\t\t");
  for (uint32_t i = start; i < offset; i++)
    sl_text_append_char(out, program->source[i] == '\t' ? '\t' : ' ');
  sl_text_append_string(out, "^\n");
}

// The source line of an offset, without blanks at its ends.
static void append_line(const struct sl_program *program, uint32_t line, uint32_t offset,
                        bool caret, struct sl_text *out) {
  uint32_t start = program->line_starts[line - 1];
  const char *end = memchr(program->source + start, '\n', program->source_length - start);
  size_t limit = end ? (size_t)(end - program->source) : program->source_length;
  while (start < limit && (unsigned char)program->source[start] <= ' ') start++;
  while (start < limit && (unsigned char)program->source[limit - 1] <= ' ') limit--;
  sl_text_append_string(out, "\t\t");
  sl_text_append(out, program->source + start, limit - start);
  sl_text_append_char(out, '\n');
  if (caret) append_caret(program, start, offset, out);
}

static void append_frame(const struct sl_trace_entry *entry, bool caret, struct sl_text *out) {
  if (!entry->code) {
    sl_text_format(out, "\tFile \"<builtin>\", in %s\n", sl_callable_name(entry->native));
    return;
  }
  const struct sl_program *program = entry->code->program;
  struct sl_position position = sl_program_position(program, entry->offset);
  sl_text_format(out, "\tFile \"%s\", line %u, column %u, in %s\n", sl_module_name(entry->module),
                 position.line, position.column, sl_string_bytes(entry->code->name));
  append_line(program, position.line, entry->offset, caret, out);
}

static const char *write_report(struct sl_thread *thread, bool carets) {
  struct sl_pending_error *error = &thread->error;
  if (error->is_static) return sl_text_string(&error->report);
  sl_text_reset(&error->report);
  if (error->trace_count > 0)
    sl_text_append_string(&error->report, "Traceback (most recent call last):\n");
  for (size_t i = error->trace_count; i-- > 0;)
    append_frame(&error->trace[i], carets, &error->report);
  if (error->native.length > 0) {
    sl_text_format(&error->report, "Error in %s: ", error->native.bytes);
  } else if (error->trace_count > 0) {
    sl_text_append_string(&error->report, "Error: ");
  }
  sl_text_append(&error->report, sl_text_string(&error->message), error->message.length);
  return sl_text_string(&error->report);
}

const char *sl_error_text(struct sl_thread *thread) { return write_report(thread, false); }

const char *sl_error_text_with_carets(struct sl_thread *thread) {
  return write_report(thread, true);
}

const char *sl_error_position(struct sl_thread *thread) {
  struct sl_pending_error *error = &thread->error;
  for (size_t i = 0; i < error->trace_count; i++) {
    const struct sl_trace_entry *entry = &error->trace[i];
    if (!entry->code) continue;
    struct sl_position position = sl_program_position(entry->code->program, entry->offset);
    sl_text_reset(&error->position);
    sl_text_format(&error->position, "%s:%u:%u", sl_module_name(entry->module), position.line,
                   position.column);
    break;
  }
  return sl_text_string(&error->position);
}
