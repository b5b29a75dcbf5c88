// SPDX-License-Identifier: Apache-2.0
//
// starlark.h: the public header of libstarlark, an embeddable Starlark interpreter.
//
//   sl_initialize(NULL);
//   struct sl_thread *thread = sl_thread_new();
//   struct sl_module *module = sl_execute_text(thread, "hello.star", text, strlen(text), sl_universe());
//   if (!module) fputs(sl_error_text(thread), stderr);
//   else sl_value greeting = sl_module_get(module, "greeting");
//   sl_thread_free(thread);
//
// Conventions, for every function of this header:
// - A function that makes a value returns NULL on failure; one that only acts returns false. The error is then
//   pending in the thread (sl_error_text, sl_error_clear). Functions documented as "never fails" do not.
// - Values belong to the collector. Keep one alive by holding it on a stack, in another value, or in a handle
//   (sl_handle_new); never only in malloc'ed or thread-local memory.
// - Strings handed in are copied unless said otherwise; `const char *` results live as long as their value.
// - What can call back into the interpreter says "may run Starlark code"; what asks values of a host's types runs that host's slots.
// - Functions of one type (sl_list_..., sl_dict_...) want a value of that type where they name it, which nothing checks; ask sl_is_...
//   first. Where nothing else is said a function never fails, runs no Starlark code and leaves nothing to be freed.
// - A thread belongs to one OS thread at a time. Frozen values may be shared between threads without locks.
#ifndef RUNTIME_STARLARK_H_
#define RUNTIME_STARLARK_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"
#include "parser/syntax.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_MUST_CHECK __attribute__((warn_unused_result))
#define SL_PRINTF(text, first) __attribute__((format(printf, text, first)))

// ---------------------------------------------------------------- version

// Semantic: a host compiled for 1.2 runs with any 1.x from 1.2 on; before 1.0, with any 0.x.y of the same x.
#define SL_VERSION "0.1.0"
// That of the library which the host runs with.
const char *sl_version(void);

// ---------------------------------------------------------------- values

// A Starlark value: one word. Small ints, most floats, None and the bools are immediate; everything else is the
// address of an object of the collected heap, whose first word is its type. NULL is no value at all.
struct sl_object;
typedef struct sl_object *sl_value;

struct sl_thread;
struct sl_type;
struct sl_module;
struct sl_builtin;
struct sl_mutability;
struct sl_signature;

// What every heap object begins with.
struct sl_object {
  const struct sl_type *type;
};

// What every mutable heap object begins with. It is frozen when its owner is.
struct sl_mutable {
  const struct sl_type *type;
  struct sl_mutability *owner;
};

#define SL_NONE ((sl_value)0x04)
#define SL_FALSE ((sl_value)0x0c)
#define SL_TRUE ((sl_value)0x14)

// True or False.
static inline sl_value sl_bool(bool b) { return b ? SL_TRUE : SL_FALSE; }
// Whether the value is an int of 63 bits, and whether it is an object of the heap: what the layout of the word says.
static inline bool sl_is_small_int(sl_value v) { return ((uintptr_t)v & 1) != 0; }
static inline bool sl_is_object(sl_value v) { return ((uintptr_t)v & 7) == 0; }

// The type of any value; never fails.
const struct sl_type *sl_type_of(sl_value value);

// Whether the value is of exactly this type.
static inline bool sl_has_type(sl_value value, const struct sl_type *type) {
  return sl_is_object(value) && value->type == type;
}

// The built-in types. bool, int, float and NoneType have immediate values as well: test with sl_is_*.
extern const struct sl_type sl_none_type, sl_bool_type, sl_int_type, sl_float_type, sl_string_type,
    sl_bytes_type, sl_list_type, sl_tuple_type, sl_dict_type, sl_set_type, sl_range_type,
    sl_function_type, sl_builtin_type, sl_bound_method_type, sl_struct_type;

// Whether the value is of a type of the language. For a host's type: sl_has_type.
bool sl_is_int(sl_value value);
bool sl_is_float(sl_value value);
static inline bool sl_is_bool(sl_value v) { return v == SL_TRUE || v == SL_FALSE; }
static inline bool sl_is_string(sl_value v) { return sl_has_type(v, &sl_string_type); }
static inline bool sl_is_list(sl_value v) { return sl_has_type(v, &sl_list_type); }
static inline bool sl_is_tuple(sl_value v) { return sl_has_type(v, &sl_tuple_type); }
static inline bool sl_is_dict(sl_value v) { return sl_has_type(v, &sl_dict_type); }
static inline bool sl_is_set(sl_value v) { return sl_has_type(v, &sl_set_type); }
static inline bool sl_is_struct(sl_value v) { return sl_has_type(v, &sl_struct_type); }

// ---------------------------------------------------------------- start-up

// Settings of the process-wide collector; all zero means the default.
struct sl_options {
  size_t initial_heap;  // bytes of address space to begin with
  bool exact_pointers;  // only this library uses the collector in this process: smaller objects
  size_t
      heap_limit;  // bytes of the collected heap; over it evaluations fail: "out of memory: ..." (2 GB)
};

// Prepares the process. Call once, before anything else, from the thread that stays longest. NULL: defaults with
// exact_pointers. The environment variable STARMYPY_GC_STRESS=1 makes every allocation likely to collect, "always" makes it collect.
void sl_initialize(const struct sl_options *options);

// More than one OS thread: whoever starts others calls the first before that (allocation takes locks from then on); each of the
// others calls the second before it touches values, and the third before it ends.
void sl_heap_expect_threads(void);
void sl_heap_attach_thread(void);
void sl_heap_detach_thread(void);

// Bytes of the collected heap in use, and taken from the system.
size_t sl_heap_used(void);
size_t sl_heap_size(void);

// Asks, before an allocation whose size a program decides, whether the heap's limit allows for it. Small blocks are not worth
// the question: steps see to those. False with an error pending: "out of memory: ...".
enum { SL_LARGE_BLOCK = 1 << 14 };
bool sl_heap_admit_large(struct sl_thread *thread, size_t size) SL_MUST_CHECK;
SL_MUST_CHECK static inline bool sl_heap_admit(struct sl_thread *thread, size_t size) {
  return size < SL_LARGE_BLOCK || sl_heap_admit_large(thread, size);
}
// The same for a text that is to become `extra` bytes longer, and then perhaps a string. Makes room in it.
bool sl_text_admit_large(struct sl_thread *thread, struct sl_text *text,
                         size_t extra) SL_MUST_CHECK;
SL_MUST_CHECK static inline bool sl_text_admit(struct sl_thread *thread, struct sl_text *text,
                                               size_t extra) {
  return text->length + extra < SL_LARGE_BLOCK || sl_text_admit_large(thread, text, extra);
}

// Keeps a value alive while the host holds it outside of the collected heap. Freed by sl_handle_free.
struct sl_handle;
struct sl_handle *sl_handle_new(sl_value value);
sl_value sl_handle_get(const struct sl_handle *handle);
void sl_handle_free(struct sl_handle *handle);

// Collected memory for hosts' own objects: zeroed. `sl_allocate` is scanned for values, `sl_allocate_atomic` is not
// (text, numbers). Never NULL: exhausted memory ends the process with a message.
void *sl_allocate(size_t size);
void *sl_allocate_atomic(size_t size);
// Grows memory of either; keeps its kind.
void *sl_reallocate(void *memory, size_t size);

// Makes an object of a host's type: zeroed, its type set. For a struct beginning with struct sl_mutable the owner
// is set to the thread's current mutability.
void *sl_new(struct sl_thread *thread, const struct sl_type *type, size_t size);

// ---------------------------------------------------------------- errors

// Sets the pending error, unless there is one. `sl_fail` returns NULL and `sl_fail_false` false, to be returned at once.
// The text may use printf's directives; a value is shown with sl_repr first.
sl_value sl_fail(struct sl_thread *thread, const char *format, ...) SL_PRINTF(2, 3);
bool sl_fail_false(struct sl_thread *thread, const char *format, ...) SL_PRINTF(2, 3);
// The same, but the report says "Error in NAME: " whatever function is running (fail() does).
sl_value sl_fail_in(struct sl_thread *thread, const char *name, const char *format, ...)
    SL_PRINTF(3, 4);

// Whether an evaluation has failed and nobody has cleared the error yet. Clear it before the next one: the first error stays.
bool sl_error_pending(const struct sl_thread *thread);
// The message alone, of errors of syntax one line a diagnostic; "" when none is pending. Valid until the error is cleared.
const char *sl_error_message(const struct sl_thread *thread);
// The whole report as Bazel prints it: traceback with source lines, then "Error in F: MESSAGE"; or, for errors of
// syntax, each diagnostic with its source line and a caret. Valid until the error is cleared.
const char *sl_error_text(struct sl_thread *thread);
// The same with a caret below each source line, as people at terminals like it.
const char *sl_error_text_with_carets(struct sl_thread *thread);
// Whether the pending error is a set of static errors of a file (nothing ran).
bool sl_error_is_static(const struct sl_thread *thread);
// The innermost position of the pending error, "FILE:LINE:COL" ("" when unknown).
const char *sl_error_position(struct sl_thread *thread);
// Forgets the pending error, if there is one; texts got from it are no longer valid.
void sl_error_clear(struct sl_thread *thread);

// ---------------------------------------------------------------- threads and mutability

// Whoever owns mutable values: they are frozen all at once when it is.
struct sl_mutability *sl_mutability_new(void);
// For good. What belongs to it can no longer change, in O(1).
void sl_mutability_freeze(struct sl_mutability *mutability);
bool sl_mutability_is_frozen(const struct sl_mutability *mutability);

// A Starlark thread, owned by the caller. Never NULL. To be freed when nothing runs in it; values that it made live on.
struct sl_thread *sl_thread_new(void);
void sl_thread_free(struct sl_thread *thread);

// New lists, dicts and sets belong to it. Returns the one before, to be put back.
struct sl_mutability *sl_thread_set_mutability(struct sl_thread *thread,
                                               struct sl_mutability *mutability);

// The host's own context for the natives that run in this thread (the package being loaded ...). Not scanned.
void sl_thread_set_data(struct sl_thread *thread, void *data);
void *sl_thread_data(const struct sl_thread *thread);

// print(): called with the finished text and the position of the call. The default writes "DEBUG: POSITION: TEXT\n" to stderr.
typedef void (*sl_print_handler)(struct sl_thread *thread, const char *position, const char *text,
                                 size_t length);
// NULL: the default.
void sl_thread_set_print(struct sl_thread *thread, sl_print_handler handler);
// Hands a text to the print handler, with the position of the innermost Starlark call.
void sl_thread_print(struct sl_thread *thread, const char *text, size_t length);

// load(): returns the module for the string written in the load statement of module `from`, or NULL with an error pending.
typedef struct sl_module *(*sl_load_handler)(struct sl_thread *thread, struct sl_module *from,
                                             const char *name);
// NULL: load statements fail. The handler may run Starlark code, in this thread too: that is how files load each other.
void sl_thread_set_load(struct sl_thread *thread, sl_load_handler handler);

// ---------------------------------------------------------------- limits

// What a host lets the evaluations of a thread take. A limit holds until it is set again; 0: none, or the default.
// Going beyond one is an ordinary error of the evaluation, which no Starlark code can catch; the thread stays usable.
// Limits are looked at every few thousand steps, and before each block of SL_LARGE_BLOCK bytes or more.

// Steps: backward jumps, calls and comparable work of natives. The limit is for the thread's steps since it was made:
// to let one evaluation take n more, set sl_thread_steps(thread) + n. Over it: "Starlark computation cancelled: too many steps".
void sl_thread_set_step_limit(struct sl_thread *thread, uint64_t steps);
uint64_t sl_thread_steps(const struct sl_thread *thread);
// Counts the steps of a native that works through many values, at the latest when it has made them. False with an error
// pending: a limit, or cancelled.
bool sl_thread_take_steps(struct sl_thread *thread, uint64_t steps) SL_MUST_CHECK;
// The same for one that reads through a text of so many bytes: nothing for short ones.
SL_MUST_CHECK static inline bool sl_thread_take_bytes(struct sl_thread *thread, size_t length) {
  return length < SL_LARGE_BLOCK || sl_thread_take_steps(thread, length / 64);
}

// Bytes of all objects that the thread's evaluations make, be they garbage soon: the same program takes the same number each time.
// Counted only while there is a limit (UINT64_MAX just counts), and including what evaluations started from within them take.
// Looked at once more when the outermost evaluation ends. Over it: "Starlark computation cancelled: too much memory".
void sl_thread_set_allocation_limit(struct sl_thread *thread, uint64_t bytes);
uint64_t sl_thread_allocated(const struct sl_thread *thread);

// Bytes that one operation may ask for at once, which are those of one value: a string's text, eight for each item that a list
// or tuple has room for, 32 for each entry that a dict or set has room for, an int's magnitude. Values of less than
// SL_LARGE_BLOCK bytes are never refused. Over it: "out of memory: a value of N bytes, the limit is M".
void sl_thread_set_value_limit(struct sl_thread *thread, size_t bytes);

// Starlark calls in each other, a module's own statements being the first. The default, 65,536, is also the most.
// Over it: "stack overflow: more than N calls in each other".
void sl_thread_set_depth_limit(struct sl_thread *thread, uint32_t calls);

// Wall time, from now on. Over it: "Starlark computation cancelled: too much time".
void sl_thread_set_time_limit(struct sl_thread *thread, uint32_t milliseconds);

// Makes the running evaluation fail soon, or the next one if none is running: "Starlark computation cancelled: REASON". May be
// called from any OS thread or signal handler. `reason` must live for ever; NULL takes back what has had no effect yet.
void sl_thread_cancel(struct sl_thread *thread, const char *reason);

// ---------------------------------------------------------------- active calls

// Whether the innermost Starlark function's dialect takes its letters from Unicode, and not from ASCII alone; whether it orders
// strings as UTF-16 does.
bool sl_thread_is_unicode(const struct sl_thread *thread);
bool sl_thread_orders_utf16(const struct sl_thread *thread);

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

// ---------------------------------------------------------------- environments, programs and modules

// A set of predeclared names. Immutable once used by a module.
struct sl_environment;
// The language's own names (len, None, json ...): see builtins/builtins.h. Shared; never fails.
const struct sl_environment *sl_universe(void);
// The same for a dialect that lacks set(), or has bytes().
const struct sl_environment *sl_universe_of(const struct sl_dialect *dialect);
// A new environment on top of another (NULL: empty).
struct sl_environment *sl_environment_new(const struct sl_environment *below);
// Binds a name, anew if it is bound. The value has to be frozen if other threads use the environment.
void sl_environment_set(struct sl_environment *environment, const char *name, sl_value value);
// Adds every row of a table ended by a row without signature; the name is that of the signature.
void sl_environment_set_builtins(struct sl_environment *environment, struct sl_builtin *rows);
sl_value sl_environment_get(const struct sl_environment *environment,
                            const char *name);  // NULL: not there; no error
// Calls back for each name, those of the environments below included.
void sl_environment_each(const struct sl_environment *environment,
                         void (*offer)(void *data, const char *name, size_t length), void *data);

// Compiles a file that was parsed without errors; resolves it first if that was not done. The program keeps what it needs:
// the file may be freed, unless the host wants positions of its own. NULL: static errors are pending.
// Programs and modules are collected like values: a module may be held by a handle, as (sl_value)module; it keeps its program.
struct sl_program;
struct sl_program *sl_program_new(struct sl_thread *thread, struct sl_file *file,
                                  const struct sl_environment *environment);
// The strings of its load statements, in order; `position` may be NULL.
size_t sl_program_load_count(const struct sl_program *program);
const char *sl_program_load(const struct sl_program *program, size_t i,
                            struct sl_position *position);

// Shows its instructions, one a line, for those who learn or debug. False with an error pending.
bool sl_program_dump(struct sl_thread *thread, const struct sl_program *program,
                     struct sl_text *out) SL_MUST_CHECK;

// Runs a program as a new module, and freezes it. `name` is what tracebacks call it (a path); `data` is the host's.
// A failed module is not lost: *failed (may be NULL) gets it, with the globals bound so far. May run Starlark code.
struct sl_module *sl_module_execute(struct sl_thread *thread, struct sl_program *program,
                                    const char *name, void *data,
                                    struct sl_module **failed) SL_MUST_CHECK;
// Parses, compiles and runs in one step. The dialect follows from the name.
struct sl_module *sl_execute_text(struct sl_thread *thread, const char *name, const char *text,
                                  size_t length,
                                  const struct sl_environment *environment) SL_MUST_CHECK;

// A module that is made piece by piece, as in a dialogue. It is empty at first, and its values stay mutable.
struct sl_module *sl_module_begin(const char *name, void *data);
// Runs a parsed file, not yet resolved, as its next piece: with the globals bound so far, of which it may bind some anew; functions
// of earlier pieces see that. False with an error pending; what was bound until then stays. May run Starlark code.
bool sl_module_continue(struct sl_thread *thread, struct sl_module *module, struct sl_file *file,
                        const struct sl_environment *environment) SL_MUST_CHECK;

// What sl_module_execute was given.
const char *sl_module_name(const struct sl_module *module);
void *sl_module_data(const struct sl_module *module);
// An exported global; NULL: none of that name. No error.
sl_value sl_module_get(const struct sl_module *module, const char *name);
// Every global in order of binding; false at the end. Any of the results may be NULL. The value is NULL while unbound.
bool sl_module_global(const struct sl_module *module, size_t i, const char **name, sl_value *value,
                      bool *exported);
// The value of the module's last expression statement or parsed expression; SL_NONE when there is none.
sl_value sl_module_result(const struct sl_module *module);

// ---------------------------------------------------------------- loading in parallel

// What a loader asks of its host. The callbacks run in the loader's own OS threads, several at a time, and must not run Starlark code.
struct sl_loader_options {
  void *data;  // for the callbacks; also that of the modules
  // Appends a module's text. False, with an error pending or without: it is not there.
  bool (*read)(struct sl_thread *thread, void *data, const char *name, struct sl_text *text);
  // Appends the full name of what module `from` calls `name`. False with an error pending. NULL: names are full as written.
  bool (*resolve)(struct sl_thread *thread, void *data, const char *from, const char *name,
                  struct sl_text *full);
  // Called before each parse and each run, in the thread that makes it: for limits and the host's own data. NULL: nothing.
  void (*prepare)(struct sl_thread *thread, void *data);
  sl_print_handler print;  // called in the thread that asks for modules; NULL: nothing is printed
  const struct sl_environment *environment;  // NULL: the universe
  const struct sl_dialect *dialect;          // NULL: by the module's name
  unsigned jobs;                             // OS threads; 0: one for each processor
};

// Loads modules and what they load, each once, in several OS threads: what load() is for hosts with many modules. Each module
// is parsed, then run when those that it loads have run. The outcome does not depend on the number of threads: errors and what
// print() writes come in the order of the names and of load statements.
// Never NULL. Calls sl_heap_expect_threads; the options are copied.
struct sl_loader;
struct sl_loader *sl_loader_new(const struct sl_loader_options *options);
// Ends the threads. The modules are the collector's, and live on.
void sl_loader_free(struct sl_loader *loader);
// Puts the modules of these names into `modules`, NULL for each that failed. False with the first one's error pending, which is that of
// the module that failed, or "cycle in load statements: a -> b -> a", beginning with the smallest name. A module that failed
// is not tried again. Called by one thread at a time. Runs Starlark code, in other OS threads.
bool sl_loader_load(struct sl_loader *loader, struct sl_thread *thread, const char *const *names,
                    size_t count, struct sl_module **modules) SL_MUST_CHECK;

// ---------------------------------------------------------------- making values

// All of these never fail unless marked; those with a thread make mutable values owned by its mutability.
sl_value sl_int(int64_t value);
sl_value sl_int_unsigned(uint64_t value);
// Longer ints than these are refused: a single operation on them would take too long.
enum { SL_INT_BYTES_LIMIT = 1 << 22, SL_INT_DIGITS_LIMIT = 10000000 };
// The int denoted by digits without sign or prefix, base 2 to 36. NULL: malformed or empty; no error is set.
sl_value sl_int_parse(const char *digits, size_t length, unsigned base, bool negative);
// A finite float rounded towards zero. NULL with an error pending: it is nan or infinite.
sl_value sl_int_from_double(struct sl_thread *thread, double value) SL_MUST_CHECK;
// Any double, nan and the infinities included.
sl_value sl_float(double value);
// Any bytes, by convention UTF-8; up to 4 GB.
sl_value sl_string(const char *bytes, size_t length);
// The same of a C string, of printf's output, and of a text, which stays the caller's.
sl_value sl_string_from(const char *string);
sl_value sl_string_format(const char *format, ...) SL_PRINTF(1, 2);
sl_value sl_string_from_text(const struct sl_text *text);
// A string of `length` bytes to be filled in at once by the caller, before anyone else sees it.
sl_value sl_string_new(size_t length, char **bytes);
// A value of the dialects that have bytes.
sl_value sl_bytes(const char *bytes, size_t length);
// The one shared copy of a string: equal interned strings are the same pointer. For names.
sl_value sl_string_intern(const char *bytes, size_t length);
// A new list of these items, and one that is born frozen, which needs no thread.
sl_value sl_list(struct sl_thread *thread, const sl_value *items, size_t count);
sl_value sl_list_frozen(const sl_value *items, size_t count);
// Of any items; it is a key of dicts if they are.
sl_value sl_tuple(const sl_value *items, size_t count);
// A tuple of `count` items to be filled in at once by the caller.
sl_value sl_tuple_new(size_t count, sl_value **items);
// Empty ones, with room for so many entries.
sl_value sl_dict(struct sl_thread *thread, size_t expected_count);
sl_value sl_set(struct sl_thread *thread, size_t expected_count);
sl_value sl_range(struct sl_thread *thread, int64_t start, int64_t stop,
                  int64_t step);  // NULL: step 0, or beyond 32 bits

// ---------------------------------------------------------------- reading values

// Immediate ints only; use sl_int_to_int64 for any.
static inline int64_t sl_small_int(sl_value v) { return (int64_t)(intptr_t)v >> 1; }
// False if the value is no int or does not fit; no error is set.
bool sl_int_to_int64(sl_value value, int64_t *out);
bool sl_int_to_int32(sl_value value, int32_t *out);
// -1, 0 or 1.
int sl_int_sign(sl_value value);
// Of a float only; sl_to_double takes ints as well.
double sl_float_value(sl_value value);
// An int of 32 bits, as Bazel wants indexes and counts. False with an error pending: "got string for index, want int", or
// "got 2147483648 for index, want value in signed 32-bit range", where `what` is "index".
bool sl_to_int32(struct sl_thread *thread, sl_value value, const char *what,
                 int32_t *out) SL_MUST_CHECK;
// int or float, as float. False with an error pending: too large.
bool sl_to_double(struct sl_thread *thread, sl_value value, double *out);

// The bytes of a string: NUL-terminated, may hold NULs.
const char *sl_string_bytes(sl_value string);
size_t sl_string_length(sl_value string);
bool sl_string_is(sl_value value, const char *text);  // a string with exactly this text

// Of lists and tuples only, positions less than the length: nothing is checked.
size_t sl_list_length(sl_value list);
sl_value sl_list_get(sl_value list, size_t i);
// Valid until the list changes.
sl_value *sl_list_items(sl_value list);
size_t sl_tuple_length(sl_value tuple);
sl_value sl_tuple_get(sl_value tuple, size_t i);
sl_value *sl_tuple_items(sl_value tuple);
// A list's or tuple's items at once; false for any other value. No error is set.
bool sl_sequence_items(sl_value value, sl_value **items, size_t *count);

// Of dicts only.
size_t sl_dict_length(sl_value dict);
// NULL without an error: no such key. NULL with an error: the key is unhashable.
sl_value sl_dict_get(struct sl_thread *thread, sl_value dict, sl_value key);
sl_value sl_dict_get_string(sl_value dict, const char *key);  // NULL: no such key
// Entries in insertion order: start with *cursor = 0; false at the end.
bool sl_dict_next(sl_value dict, size_t *cursor, sl_value *key, sl_value *value);
// Of sets only; the cursor as in sl_dict_next.
size_t sl_set_length(sl_value set);
bool sl_set_next(sl_value set, size_t *cursor, sl_value *item);
int sl_set_contains(struct sl_thread *thread, sl_value set, sl_value item);  // -1: error pending

// The start, step and length of a range.
void sl_range_parts(sl_value range, int64_t *start, int64_t *stop, int64_t *step, int64_t *length);

// ---------------------------------------------------------------- changing values

// Fails when the value is frozen or being iterated over ("trying to mutate a frozen list value",
// "list value is temporarily immutable due to active for-loop iteration"). Every mutator below calls it.
bool sl_check_mutable(struct sl_thread *thread, sl_value value) SL_MUST_CHECK;
// Whether the value itself cannot change; its parts may. True of everything that is not mutable.
bool sl_is_frozen(sl_value value);
// Freezes a value and all that it reaches.
void sl_freeze(sl_value value);

// Positions are those of the list: insert takes 0 to its length, the others less. Out of memory is an ordinary error.
bool sl_list_push(struct sl_thread *thread, sl_value list, sl_value item) SL_MUST_CHECK;
bool sl_list_insert(struct sl_thread *thread, sl_value list, size_t i, sl_value item) SL_MUST_CHECK;
bool sl_list_set(struct sl_thread *thread, sl_value list, size_t i, sl_value item) SL_MUST_CHECK;
sl_value sl_list_remove_at(struct sl_thread *thread, sl_value list, size_t i) SL_MUST_CHECK;
bool sl_list_clear(struct sl_thread *thread, sl_value list) SL_MUST_CHECK;
// Appends every element of an iterable ("excessive capacity requested" when absurd). May run Starlark code.
bool sl_list_extend(struct sl_thread *thread, sl_value list, sl_value iterable) SL_MUST_CHECK;
// Entries keep the place in which their key came first. The key has to be hashable: "unhashable type: 'list'".
bool sl_dict_set(struct sl_thread *thread, sl_value dict, sl_value key,
                 sl_value value) SL_MUST_CHECK;
bool sl_dict_set_string(struct sl_thread *thread, sl_value dict, const char *key,
                        sl_value value) SL_MUST_CHECK;
// The removed value; NULL without an error: no such key.
sl_value sl_dict_remove(struct sl_thread *thread, sl_value dict, sl_value key);
bool sl_dict_clear(struct sl_thread *thread, sl_value dict) SL_MUST_CHECK;
// Adds every entry of a mapping, or every pair of an iterable of pairs; errors as dict() and update() word them.
bool sl_dict_update(struct sl_thread *thread, sl_value dict,
                    sl_value mapping_or_pairs) SL_MUST_CHECK;
// An element that is there stays the one that it is.
bool sl_set_add(struct sl_thread *thread, sl_value set, sl_value item) SL_MUST_CHECK;
int sl_set_remove(struct sl_thread *thread, sl_value set,
                  sl_value item);  // 1 removed, 0 was not there, -1 error
bool sl_set_clear(struct sl_thread *thread, sl_value set) SL_MUST_CHECK;

// ---------------------------------------------------------------- operations on any value

// What `if` asks. Never fails, never runs Starlark code.
bool sl_truth(sl_value value);
// 1 equal, 0 not, -1 an error is pending (too deep).
int sl_equal(struct sl_thread *thread, sl_value a, sl_value b);
// Orders two values as `<` does; false: "unsupported comparison: string <=> int".
bool sl_compare(struct sl_thread *thread, sl_value a, sl_value b, int *order) SL_MUST_CHECK;
// False: "unhashable type: 'list'". Never runs Starlark code.
bool sl_hash(struct sl_thread *thread, sl_value value, uint32_t *hash) SL_MUST_CHECK;
// Whether it may be an element of a depset or a frozen structure: no mutable part.
bool sl_is_immutable(sl_value value);
// Length; -1: it has none. No error is set.
int64_t sl_length(sl_value value);
bool sl_is_iterable(sl_value value);
bool sl_is_mapping(sl_value value);  // dict, or a type with SL_TYPE_MAPPING
bool sl_is_callable(sl_value value);
// Writes as repr() and str() do.
bool sl_repr(struct sl_thread *thread, sl_value value, struct sl_text *out) SL_MUST_CHECK;
bool sl_str(struct sl_thread *thread, sl_value value, struct sl_text *out) SL_MUST_CHECK;
// As print() and fail() show it: differs from str() for Labels only.
bool sl_print_text(struct sl_thread *thread, sl_value value, struct sl_text *out) SL_MUST_CHECK;
// The type's name as type() tells it; a thread is not needed.
const char *sl_type_name(sl_value value);

// a OP b for any operator of the language but `and` and `or`. May run host code.
sl_value sl_binary(struct sl_thread *thread, enum sl_operator op, sl_value a,
                   sl_value b) SL_MUST_CHECK;
sl_value sl_unary(struct sl_thread *thread, enum sl_operator op, sl_value a) SL_MUST_CHECK;
// x[key], x[key] = value, x[start:stop:step] (NULL bounds: absent)
sl_value sl_index(struct sl_thread *thread, sl_value x, sl_value key) SL_MUST_CHECK;
bool sl_set_index(struct sl_thread *thread, sl_value x, sl_value key, sl_value value) SL_MUST_CHECK;
sl_value sl_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                  sl_value step) SL_MUST_CHECK;
// x.name, methods included. NULL with an error pending: "'string' value has no field or method 'nope'" (did you mean ...).
sl_value sl_attribute(struct sl_thread *thread, sl_value x, const char *name) SL_MUST_CHECK;
// The same without an error when there is none: 1 found, 0 not, -1 an error is pending.
int sl_attribute_find(struct sl_thread *thread, sl_value x, const char *name, sl_value *out);
// The names that dir() lists, sorted: a new list.
sl_value sl_attribute_names(struct sl_thread *thread, sl_value x) SL_MUST_CHECK;

// Iteration. Between begin and end a mutable sequence is locked. Always call end after a successful begin.
struct sl_iterator {
  sl_value sequence;
  size_t position;  // used by the type
  void *state;      // used by the type
  sl_value (*next)(struct sl_iterator *iterator);
};
// False: "type 'int' is not iterable".
bool sl_iterate_begin(struct sl_thread *thread, sl_value iterable,
                      struct sl_iterator *iterator) SL_MUST_CHECK;
// NULL at the end; never fails.
static inline sl_value sl_iterate_next(struct sl_iterator *iterator) {
  return iterator->next(iterator);
}
// Unlocks the sequence.
void sl_iterate_end(struct sl_iterator *iterator);
// All elements as a new tuple or list.
sl_value sl_to_tuple(struct sl_thread *thread, sl_value iterable) SL_MUST_CHECK;
sl_value sl_to_list(struct sl_thread *thread, sl_value iterable) SL_MUST_CHECK;

// Calls any callable. `names` holds `named_count` C strings or is NULL; their values follow the positional ones in
// `arguments`, which so has positional_count + named_count items. May run Starlark code.
sl_value sl_call(struct sl_thread *thread, sl_value callee, const sl_value *arguments,
                 size_t positional_count, const char *const *names,
                 size_t named_count) SL_MUST_CHECK;

// The name of the i-th parameter of a function written in Starlark, "args" and "kwargs" included; NULL: it has no such one.
const char *sl_function_parameter(sl_value function, size_t i);

// ---------------------------------------------------------------- structs and providers

// Immutable records. Fields are kept in name order; records with the same names share a shape. `constructor` is what made
// it (a provider; NULL for struct()): two structs are equal if constructor and fields are.
// `names` are C strings in any order, without duplicates.
sl_value sl_struct(sl_value constructor, const char *const *names, const sl_value *values,
                   size_t count);
sl_value sl_struct_from_dict(sl_value constructor, sl_value dict);  // keys are strings
sl_value sl_struct_constructor(sl_value record);                    // NULL: struct()
sl_value sl_struct_get(sl_value record, const char *name);          // NULL: no such field; no error
// Of structs only.
size_t sl_struct_count(sl_value record);
// The i-th field in name order.
void sl_struct_field(sl_value record, size_t i, const char **name, sl_value *value);

// ---------------------------------------------------------------- natives

// A function in C. `arguments` has one value per parameter of its signature, in order; a parameter that was not given
// is its default, or NULL for "= unbound"; *args is a tuple, **kwargs a new dict. `self` is the receiver of a method,
// else what sl_builtin_bind gave, else NULL. Returns NULL with an error pending on failure.
typedef sl_value (*sl_native)(struct sl_thread *thread, sl_value self, sl_value *arguments);

// One table row, which is the function's value as well: tables are static arrays of rows made by SL_BUILTIN and ended
// by SL_BUILTIN_END. The signature is Starlark: name, parameters with annotations and literal defaults, "/" and "*":
//     "index(x, start: int = 0, end: int | None = None, /)"     "print(*args, sep: string = \" \")"
// Annotations name what type() names, joined by "|", or: iterable, sequence, callable, mapping, any, function. They are checked at each call:
// "in call to index(), parameter 'start' got value of type 'string', want 'int'". `= unbound` marks an optional parameter without default.
// Binding errors are Bazel's: "f() missing 1 required positional argument: x" and so on.
struct sl_builtin {
  const struct sl_type *type;  // &sl_builtin_type: a row is an object
  const char *signature;
  sl_native function;
  const char *doc;              // one line
  struct sl_signature *parsed;  // the runtime's, filled at first use (atomically)
};
#define SL_BUILTIN(signature, function, doc) \
  { &sl_builtin_type, (signature), (function), (doc), NULL }
#define SL_BUILTIN_END \
  { NULL, NULL, NULL, NULL, NULL }

// The row as a value; never fails.
static inline sl_value sl_builtin_value(struct sl_builtin *row) { return (sl_value)(void *)row; }
// A copy of the row bound to a `self` of the host's (glob of native, a method value ...); shows as <built-in method NAME of TYPE value>.
sl_value sl_builtin_bind(struct sl_builtin *row, sl_value self);
// The name alone.
const char *sl_builtin_name(const struct sl_builtin *row);

// The methods of the language's own types, one table each, defined by builtins/.
extern struct sl_builtin sl_string_methods[], sl_bytes_methods[], sl_list_methods[],
    sl_dict_methods[], sl_set_methods[];

// ---------------------------------------------------------------- types of hosts

enum sl_type_flag {
  SL_TYPE_MUTABLE = 1,  // objects begin with struct sl_mutable
  SL_TYPE_MAPPING =
      2,  // iterates over keys and has index(): dict(x), **x, d | x, d.update(x) accept it
  SL_TYPE_HASH_IDENTITY =
      4,  // hashable by identity (equality by identity too unless `equal` is given)
  SL_TYPE_HAS_MUTABLE_PARTS = 8,  // sl_is_immutable asks `immutable`
};

// The behaviour of a type: all slots but the name may be NULL, with the meaning given. Slots never see values of other types
// in the place of `x`. A host defines one const struct for each of its types.
struct sl_type {
  const char *name;            // what type(x) returns
  uint32_t flags;              // enum sl_type_flag
  struct sl_builtin *methods;  // table of rows, or NULL
  bool (*repr)(struct sl_thread *thread, sl_value x, struct sl_text *out);   // NULL: <NAME>
  bool (*str)(struct sl_thread *thread, sl_value x, struct sl_text *out);    // NULL: as repr
  bool (*print)(struct sl_thread *thread, sl_value x, struct sl_text *out);  // NULL: as str
  bool (*truth)(sl_value x);                                                 // NULL: True
  bool (*hash)(struct sl_thread *thread, sl_value x,
               uint32_t *hash);  // NULL: unhashable, see flags
  int (*equal)(struct sl_thread *thread, sl_value x,
               sl_value y);  // y of the same type; NULL: identity
  bool (*compare)(struct sl_thread *thread, sl_value x, sl_value y,
                  int *order);    // same type; NULL: unordered
  bool (*immutable)(sl_value x);  // see SL_TYPE_HAS_MUTABLE_PARTS
  int64_t (*length)(sl_value x);  // NULL: no length
  bool (*iterate)(struct sl_thread *thread, sl_value x,
                  struct sl_iterator *iterator);      // sets next, state; NULL: not iterable
  void (*iterate_end)(struct sl_iterator *iterator);  // NULL: nothing to do
  int (*contains)(struct sl_thread *thread, sl_value x,
                  sl_value item);  // item in x: 1, 0, -1; NULL: unsupported
  sl_value (*index)(struct sl_thread *thread, sl_value x, sl_value key);
  bool (*set_index)(struct sl_thread *thread, sl_value x, sl_value key, sl_value value);
  sl_value (*slice)(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                    sl_value step);
  // A field. NULL without an error pending: none of that name (methods are looked up first, by the runtime).
  sl_value (*attribute)(struct sl_thread *thread, sl_value x, const char *name, size_t length);
  bool (*set_attribute)(struct sl_thread *thread, sl_value x, const char *name, sl_value value);
  // Calls back with each field's name, for dir() and suggestions; methods are added by the runtime.
  void (*attribute_names)(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                          void *data);
  // The message for a missing field, instead of the usual one; NULL: usual.
  void (*no_attribute)(sl_value x, const char *name, struct sl_text *message);
  // x OP y, or y OP x when `reversed`. NULL without an error pending: unsupported.
  sl_value (*binary)(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                     bool reversed);
  sl_value (*unary)(struct sl_thread *thread, enum sl_operator op, sl_value x);
  // Calls x. `keywords` is a dict or NULL.
  sl_value (*call)(struct sl_thread *thread, sl_value x, sl_value *arguments, size_t count,
                   sl_value keywords);
  // Calls back with each value that x holds, for sl_freeze; NULL: nothing.
  void (*freeze)(sl_value x, void (*visit)(void *data, sl_value part), void *data);
  // What a callable or provider is called in messages; NULL: the type's name.
  const char *(*callable_name)(sl_value x);
};

#ifdef __cplusplus
}
#endif

#endif  // RUNTIME_STARLARK_H_
