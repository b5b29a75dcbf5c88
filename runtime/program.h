// SPDX-License-Identifier: Apache-2.0
//
// program.h: programs from the inside, for what comes with the interpreter: what a program loads, what its names are, which calls
// are active, what its dialect asks of builtins. As object.h, it is neither installed nor promised.
#ifndef RUNTIME_PROGRAM_H_
#define RUNTIME_PROGRAM_H_

#include "parser/syntax.h"
#include "runtime/starlark.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- programs

// The strings of its load statements, in order; `position` may be NULL.
size_t sl_program_load_count(const struct sl_program *program);
const char *sl_program_load(const struct sl_program *program, size_t i,
                            struct sl_position *position);
// Shows its instructions, one a line, for those who learn or debug. False with an error pending.
bool sl_program_dump(struct sl_thread *thread, const struct sl_program *program,
                     struct sl_text *out) SL_MUST_CHECK;
// Whether the pending error is a set of static errors of a file (nothing ran).
bool sl_error_is_static(const struct sl_thread *thread);

// ---------------------------------------------------------------- names

// The universe of a dialect that lacks set(), or has bytes().
const struct sl_environment *sl_universe_of(const struct sl_dialect *dialect);
sl_value sl_environment_get(const struct sl_environment *environment,
                            const char *name);  // NULL: not there; no error
// Calls back for each name, those of the environments below included.
void sl_environment_each(const struct sl_environment *environment,
                         void (*offer)(void *data, const char *name, size_t length), void *data);
// The names that dir() lists, sorted: a new list.
sl_value sl_attribute_names(struct sl_thread *thread, sl_value x) SL_MUST_CHECK;
// The name of the i-th parameter of a function written in Starlark, "args" and "kwargs" included; NULL: it has no such one.
const char *sl_function_parameter(sl_value function, size_t i);
// The name in a row's signature, alone.
const char *sl_builtin_name(const struct sl_builtin *row);

// ---------------------------------------------------------------- active calls

// One active call, innermost first.
struct sl_frame {
  const char *function;         // name of the function, "<toplevel>" for a file's statements
  const char *file;             // path of its file; NULL for a builtin
  struct sl_position position;  // where it is: column of a call is that of its "("
  struct sl_module *module;     // NULL for a builtin
};
// Fills in the frame at `depth` (0: the running function, a native included). False: there is none so deep.
bool sl_thread_frame(struct sl_thread *thread, size_t depth, struct sl_frame *frame);
// Number of active calls.
size_t sl_thread_depth(const struct sl_thread *thread);

// Hands a text to the print handler, with the position of the innermost Starlark call.
void sl_thread_print(struct sl_thread *thread, const char *text, size_t length);

// Whether the innermost Starlark function's dialect takes its letters from Unicode, and not from ASCII alone; whether it orders
// strings as UTF-16 does.
bool sl_thread_is_unicode(const struct sl_thread *thread);
bool sl_thread_orders_utf16(const struct sl_thread *thread);

#ifdef __cplusplus
}
#endif

#endif  // RUNTIME_PROGRAM_H_
