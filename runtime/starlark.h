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
// - Failure: a function that makes a value returns NULL, one that only acts returns false. The error is then pending in the
//   thread (sl_error_text, sl_error_clear). A function whose comment names no failure never fails.
// - Ownership: values belong to the collector. Keep one alive by holding it on a stack, in another value, or in a handle
//   (sl_handle_new); never only in malloc'ed or thread-local memory. Strings handed in are copied unless said otherwise;
//   `const char *` results live as long as their value. What the caller has to free says so.
// - Starlark code: what can call back into the interpreter says "may run Starlark code"; what asks values of a host's types runs
//   that host's slots.
// - Functions of one type (sl_list_..., sl_dict_...) want a value of that type where they name it, which nothing checks; ask
//   sl_has_type first.
// - A thread belongs to one OS thread at a time. Frozen values may be shared between threads without locks.
//
// Syntax trees, dialects and positions are in parser/syntax.h, which this header does not need.
#ifndef RUNTIME_STARLARK_H_
#define RUNTIME_STARLARK_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"
#include "parser/operator.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_MUST_CHECK __attribute__((warn_unused_result))
#define SL_PRINTF(text, first) __attribute__((format(printf, text, first)))

// ---------------------------------------------------------------- version and start-up

// Semantic: a host compiled for 1.2 runs with any 1.x from 1.2 on; before 1.0, with any 0.x.y of the same x.
#define SL_VERSION "0.1.0"
// That of the library which the host runs with. Static text.
const char *sl_version(void);

// Settings of the process-wide collector; all zero means the default.
struct sl_options {
  size_t initial_heap;  // bytes of address space to begin with
  bool exact_pointers;  // only this library uses the collector in this process: smaller objects
  // Bytes of the collected heap; over it evaluations fail: "out of memory: ...". 0: 2 GB, or half of what the machine, its
  // container or RLIMIT_AS leave to the process, if that is less.
  size_t heap_limit;
};

// Prepares the process. Call once, before anything else, from the thread that stays longest. NULL: defaults with
// exact_pointers. The environment variable STARMYPY_GC_STRESS=1 makes every allocation likely to collect, "always" makes it collect.
void sl_initialize(const struct sl_options *options);

// More than one OS thread: whoever starts others calls the first before that (allocation takes locks from then on); each of the
// others calls the second before it touches values, and the third before it ends. sl_loader_new does all of it for its own.
void sl_heap_expect_threads(void);
void sl_heap_attach_thread(void);
void sl_heap_detach_thread(void);

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
struct sl_file;
struct sl_dialect;

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

// The language's types.
extern const struct sl_type sl_none_type, sl_bool_type, sl_int_type, sl_float_type, sl_string_type,
    sl_bytes_type, sl_list_type, sl_tuple_type, sl_dict_type, sl_set_type, sl_range_type,
    sl_function_type, sl_builtin_type, sl_bound_method_type, sl_struct_type;

// The type of any value.
const struct sl_type *sl_type_of(sl_value value);

// Whether the value is of exactly this type, of the language or of the host's: sl_has_type(v, &sl_string_type).
static inline bool sl_has_type(sl_value value, const struct sl_type *type) {
  bool is_object = ((uintptr_t)value & 7) == 0;  // else the type is in the word
  return (is_object ? value->type : sl_type_of(value)) == type;
}

// The type's name as type() tells it. Lives as long as the type.
const char *sl_type_name(sl_value value);

// Keeps a value alive while the host holds it outside of the collected heap; also a module or program, cast to sl_value. To be
// freed by the third, which leaves the value to the collector. May be called from any OS thread that may touch values.
struct sl_handle;
struct sl_handle *sl_handle_new(sl_value value);
sl_value sl_handle_get(const struct sl_handle *handle);
void sl_handle_free(struct sl_handle *handle);

// ---------------------------------------------------------------- threads

// A Starlark thread: what an evaluation needs, and what it leaves: an error. To be freed by the caller when nothing runs in it;
// values that it made live on.
struct sl_thread *sl_thread_new(void);
void sl_thread_free(struct sl_thread *thread);

// The host's own context for the functions in C that run in this thread. It stays the host's; the collector does not look into it.
void sl_thread_set_data(struct sl_thread *thread, void *data);
void *sl_thread_data(const struct sl_thread *thread);

// print(): called with the finished text and the position of the call, which are the runtime's. The default writes "DEBUG:
// POSITION: TEXT\n" to the standard error.
typedef void (*sl_print_handler)(struct sl_thread *thread, const char *position, const char *text,
                                 size_t length);
// NULL: the default.
void sl_thread_set_print(struct sl_thread *thread, sl_print_handler handler);

// load(): returns the module for the string written in the load statement of module `from`, or NULL with an error pending. It
// may run Starlark code, in this thread too: that is how files load each other.
typedef struct sl_module *(*sl_load_handler)(struct sl_thread *thread, struct sl_module *from,
                                             const char *name);
// NULL, the default: load statements fail.
void sl_thread_set_load(struct sl_thread *thread, sl_load_handler handler);

// ---------------------------------------------------------------- errors

// Sets the pending error, unless there is one, and returns NULL: `return sl_fail(...)` ends a function in C, one that returns a
// bool as well. The text may use printf's directives; a value is shown with sl_repr first.
sl_value sl_fail(struct sl_thread *thread, const char *format, ...) SL_PRINTF(2, 3);

// Whether an evaluation has failed and nobody has cleared the error yet. Clear it before the next one: the first error stays.
bool sl_error_pending(const struct sl_thread *thread);

// The texts below are valid until the error is cleared, and "" when none is pending.
// The message alone; of errors of syntax one line a diagnostic.
const char *sl_error_message(const struct sl_thread *thread);
// The whole report as Bazel prints it: traceback with source lines, then "Error in F: MESSAGE"; or, for errors of
// syntax, each diagnostic with its source line and a caret.
const char *sl_error_text(struct sl_thread *thread);
// The same with a caret below each source line, as people at terminals like it.
const char *sl_error_text_with_carets(struct sl_thread *thread);
// The innermost position, "FILE:LINE:COL"; "" when unknown.
const char *sl_error_position(struct sl_thread *thread);

// Forgets the pending error, if there is one.
void sl_error_clear(struct sl_thread *thread);

// ---------------------------------------------------------------- limits

// What the evaluations of a thread may take; 0: as much as they want (who counts down passes at least 1). Going beyond a
// limit is an ordinary error of the evaluation, which no Starlark code can catch; the thread stays usable. Limits are looked at
// every few thousand steps, and before each block of SL_LARGE_BLOCK bytes or more.
enum { SL_LARGE_BLOCK = 1 << 14 };
struct sl_limits {
  // Backward jumps, calls and comparable work of functions in C, from now on: "Starlark computation cancelled: too many steps".
  uint64_t steps;
  // Bytes of all objects that evaluations make, be they garbage soon, from now on: the same program takes the same number each
  // time. Looked at once more when the outermost evaluation ends. "Starlark computation cancelled: too much memory".
  uint64_t bytes;
  // Bytes that one operation may ask for at once, which are those of one value: a string's text, eight for each item that a list
  // or tuple has room for, 32 for each entry that a dict or set has room for, an int's magnitude. Values of less than
  // SL_LARGE_BLOCK bytes are never refused. "out of memory: a value of N bytes, the limit is M".
  size_t value_bytes;
  // Starlark calls in each other, a module's own statements being the first; 65,536 is the default, and the most. "stack
  // overflow: more than N calls in each other".
  uint32_t depth;
  // Wall time, from now on: "Starlark computation cancelled: too much time".
  uint32_t milliseconds;
};
// Sets all of them; they hold until they are set again. NULL: none. The struct stays the caller's.
void sl_thread_set_limits(struct sl_thread *thread, const struct sl_limits *limits);

// Makes the running evaluation fail soon, or the next one if none is running: "Starlark computation cancelled: REASON". May be
// called from any OS thread or signal handler. `reason` must live for ever; NULL takes back what has had no effect yet.
void sl_thread_cancel(struct sl_thread *thread, const char *reason);

// What the thread's evaluations have taken since it was made. Bytes are counted only while they are limited (UINT64_MAX just
// counts).
uint64_t sl_thread_steps(const struct sl_thread *thread);
uint64_t sl_thread_allocated(const struct sl_thread *thread);

// For functions in C that work through many values: counts their steps, at the latest when they have made them. False with an
// error pending: a limit, or cancelled.
bool sl_thread_take_steps(struct sl_thread *thread, uint64_t steps) SL_MUST_CHECK;

// ---------------------------------------------------------------- names that programs find

// A set of predeclared names, the collector's. Immutable once used by a module.
struct sl_environment;
// The language's own names (len, None, json ...). Shared by all.
const struct sl_environment *sl_universe(void);
// A new environment on top of another (NULL: empty).
struct sl_environment *sl_environment_new(const struct sl_environment *below);
// Binds a name, anew if it is bound. The value has to be frozen if other threads use the environment.
void sl_environment_set(struct sl_environment *environment, const char *name, sl_value value);
// Binds every function of a table that ends with SL_BUILTIN_END, by its name. The table is not copied.
void sl_environment_set_builtins(struct sl_environment *environment, struct sl_builtin *rows);

// ---------------------------------------------------------------- running programs

// Programs and modules are collected like values: a handle keeps either, and a module keeps its program.

// Parses, compiles and runs a text as a new module, and freezes that. `name` is what tracebacks call it (a path); its ending
// chooses the dialect. NULL with an error pending. Runs Starlark code.
struct sl_module *sl_execute_text(struct sl_thread *thread, const char *name, const char *text,
                                  size_t length,
                                  const struct sl_environment *environment) SL_MUST_CHECK;

// The same in steps, for what runs more than once, and for other dialects. sl_file_parse of parser/syntax.h makes the file, which
// may be freed afterwards, unless the host wants positions of its own. NULL with the static errors pending; runs nothing.
struct sl_program;
struct sl_program *sl_program_new(struct sl_thread *thread, struct sl_file *file,
                                  const struct sl_environment *environment) SL_MUST_CHECK;
// Runs a program as a new module, and freezes it; `data` is the host's. NULL with an error pending: but the module is not lost,
// *failed (may be NULL) gets it, with the globals bound so far. Runs Starlark code.
struct sl_module *sl_module_execute(struct sl_thread *thread, struct sl_program *program,
                                    const char *name, void *data,
                                    struct sl_module **failed) SL_MUST_CHECK;

// A module that is made piece by piece, as in a dialogue. It is empty at first, and its values stay mutable.
struct sl_module *sl_module_begin(const char *name, void *data);
// Runs a parsed file, not yet resolved, as its next piece: with the globals bound so far, of which it may bind some anew; functions
// of earlier pieces see that. False with an error pending; what was bound until then stays. Runs Starlark code.
bool sl_module_continue(struct sl_thread *thread, struct sl_module *module, struct sl_file *file,
                        const struct sl_environment *environment) SL_MUST_CHECK;

// What the module was made with: a copy of the name, which lives as long as the module, and the host's data.
const char *sl_module_name(const struct sl_module *module);
void *sl_module_data(const struct sl_module *module);
// An exported global. NULL without an error: none of that name.
sl_value sl_module_get(const struct sl_module *module, const char *name);
// Every global in order of binding; false at the end. Any of the results may be NULL. The value is NULL while unbound.
bool sl_module_global(const struct sl_module *module, size_t i, const char **name, sl_value *value,
                      bool *exported);
// The value of the last expression statement, or of the expression that was parsed; SL_NONE when there is none.
sl_value sl_module_result(const struct sl_module *module);

// Calls any callable. `names` holds `named_count` C strings or is NULL; their values follow the positional ones in
// `arguments`, which so has positional_count + named_count items. NULL with an error pending. May run Starlark code.
sl_value sl_call(struct sl_thread *thread, sl_value callee, const sl_value *arguments,
                 size_t positional_count, const char *const *names,
                 size_t named_count) SL_MUST_CHECK;

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
// To be freed by sl_loader_free. Calls sl_heap_expect_threads; the options are copied. All functions of a loader are called by
// one thread at a time.
struct sl_loader;
struct sl_loader *sl_loader_new(const struct sl_loader_options *options);
// Ends the threads. The modules are the collector's, and live on.
void sl_loader_free(struct sl_loader *loader);
// Puts the modules of these names into `modules`, NULL for each that failed. False with the first one's error pending, which is that of
// the module that failed, or "cycle in load statements: a -> b -> a", beginning with the smallest name. What failed fails again,
// in the same words, until it is forgotten. Runs Starlark code, in other OS threads.
bool sl_loader_load(struct sl_loader *loader, struct sl_thread *thread, const char *const *names,
                    size_t count, struct sl_module **modules) SL_MUST_CHECK;
// Forgets a module, and all that load it: they are read and run anew when they are asked for again. NULL: all that failed.
// Modules that the host has stay what they are.
void sl_loader_forget(struct sl_loader *loader, const char *name);

// ---------------------------------------------------------------- making values

// New lists, dicts and sets can change: until the module that runs in the thread has run, or for ever when none does.

sl_value sl_int(int64_t value);
// The int denoted by digits without sign or prefix, base 2 to 36. NULL without an error: malformed or empty.
sl_value sl_int_parse(const char *digits, size_t length, unsigned base, bool negative);
// Any double, nan and the infinities included.
sl_value sl_float(double value);
// Any bytes, by convention UTF-8; up to 4 GB. Then the same of a C string, and of printf's output.
sl_value sl_string(const char *bytes, size_t length);
sl_value sl_string_from(const char *string);
sl_value sl_string_format(const char *format, ...) SL_PRINTF(1, 2);
// With these items, which are copied.
sl_value sl_list(struct sl_thread *thread, const sl_value *items, size_t count);
sl_value sl_tuple(const sl_value *items, size_t count);
// Empty ones, with room for so many entries.
sl_value sl_dict(struct sl_thread *thread, size_t expected_count);
sl_value sl_set(struct sl_thread *thread, size_t expected_count);
// A struct, an immutable record. `names` are C strings in any order, without duplicates. `constructor` is what made it, a value
// that tells its kind (NULL: struct()): two structs are equal if constructor and fields are.
sl_value sl_struct(sl_value constructor, const char *const *names, const sl_value *values,
                   size_t count);

// ---------------------------------------------------------------- reading values

// False: the value is no int, or does not fit. No error is set.
bool sl_int_to_int64(sl_value value, int64_t *out);
// int or float, as float. False with an error pending: neither, or too large.
bool sl_to_double(struct sl_thread *thread, sl_value value, double *out);
// The bytes of a string, NUL-terminated; they may hold NULs. The value's.
const char *sl_string_bytes(sl_value string);
size_t sl_string_length(sl_value string);
// The items of a list or tuple, valid until the list changes. False for any other value; no error is set.
bool sl_sequence_items(sl_value value, sl_value **items, size_t *count);
// NULL without an error: no such key. NULL with an error pending: the key is unhashable.
sl_value sl_dict_get(struct sl_thread *thread, sl_value dict, sl_value key);
// NULL without an error: no such key.
sl_value sl_dict_get_string(sl_value dict, const char *key);
// Entries in insertion order: start with *cursor = 0; false at the end. Do not change the dict meanwhile.
bool sl_dict_next(sl_value dict, size_t *cursor, sl_value *key, sl_value *value);

// ---------------------------------------------------------------- changing values

// All but the last fail when the value is frozen or being iterated over ("trying to mutate a frozen list value",
// "list value is temporarily immutable due to active for-loop iteration"), or when it would become too large: false, with an
// error pending.
bool sl_list_push(struct sl_thread *thread, sl_value list, sl_value item) SL_MUST_CHECK;
// Entries keep the place in which their key came first. The key has to be hashable: "unhashable type: 'list'".
bool sl_dict_set(struct sl_thread *thread, sl_value dict, sl_value key,
                 sl_value value) SL_MUST_CHECK;
bool sl_dict_set_string(struct sl_thread *thread, sl_value dict, const char *key,
                        sl_value value) SL_MUST_CHECK;
// An element that is there stays the one that it is.
bool sl_set_add(struct sl_thread *thread, sl_value set, sl_value item) SL_MUST_CHECK;
// The check alone, with which the host's own changes of its own types begin.
bool sl_check_mutable(struct sl_thread *thread, sl_value value) SL_MUST_CHECK;
// Freezes a value and all that it reaches, for good.
void sl_freeze(sl_value value);
// Whether the value itself cannot change; its parts may. True of everything that is not mutable.
bool sl_is_frozen(sl_value value);

// ---------------------------------------------------------------- operations on any value

// What `if` asks.
bool sl_truth(sl_value value);
// len(). -1: it has no length; no error is set.
int64_t sl_length(sl_value value);
// 1 equal, 0 not, -1 an error is pending (too deep).
int sl_equal(struct sl_thread *thread, sl_value a, sl_value b);
// Orders two values as `<` does: *order is negative, 0 or positive. False with an error pending: "unsupported comparison:
// string <=> int".
bool sl_compare(struct sl_thread *thread, sl_value a, sl_value b, int *order) SL_MUST_CHECK;
// The same for equal values. False with an error pending: "unhashable type: 'list'".
bool sl_hash(struct sl_thread *thread, sl_value value, uint32_t *hash) SL_MUST_CHECK;
// Appends what repr() and str() return. False with an error pending: nested too deeply, or too long.
bool sl_repr(struct sl_thread *thread, sl_value value, struct sl_text *out) SL_MUST_CHECK;
bool sl_str(struct sl_thread *thread, sl_value value, struct sl_text *out) SL_MUST_CHECK;

// a OP b for any operator of the language but `and` and `or`. NULL with an error pending.
sl_value sl_binary(struct sl_thread *thread, enum sl_operator op, sl_value a,
                   sl_value b) SL_MUST_CHECK;
// x[key], x[key] = value. NULL or false with an error pending: out of range, no such key, frozen ...
sl_value sl_index(struct sl_thread *thread, sl_value x, sl_value key) SL_MUST_CHECK;
bool sl_set_index(struct sl_thread *thread, sl_value x, sl_value key, sl_value value) SL_MUST_CHECK;
// x.name, methods included. NULL with an error pending: "'string' value has no field or method 'nope'" (did you mean ...).
sl_value sl_attribute(struct sl_thread *thread, sl_value x, const char *name) SL_MUST_CHECK;
// The same without an error when there is none: 1 found, 0 not, -1 an error is pending.
int sl_attribute_find(struct sl_thread *thread, sl_value x, const char *name, sl_value *out);

// Iteration. Between begin and end a mutable sequence is locked. Always call end after a successful begin.
struct sl_iterator {
  sl_value sequence;
  size_t position;  // used by the type
  void *state;      // used by the type
  sl_value (*next)(struct sl_iterator *iterator);
};
// False with an error pending: "type 'int' is not iterable". The struct is the caller's, on a stack.
bool sl_iterate_begin(struct sl_thread *thread, sl_value iterable,
                      struct sl_iterator *iterator) SL_MUST_CHECK;
// NULL without an error: at the end.
static inline sl_value sl_iterate_next(struct sl_iterator *iterator) {
  return iterator->next(iterator);
}
// Unlocks the sequence.
void sl_iterate_end(struct sl_iterator *iterator);

// ---------------------------------------------------------------- functions in C

// A function in C. `arguments` has one value per parameter of its signature, in order; a parameter that was not given
// is its default, or NULL for "= unbound"; *args is a tuple, **kwargs a new dict. `self` is the receiver of a method,
// else what sl_builtin_bind gave, else NULL. Returns NULL with an error pending on failure. It may run Starlark code.
typedef sl_value (*sl_native)(struct sl_thread *thread, sl_value self, sl_value *arguments);

// One table row, which is the function's value as well: tables are static arrays of rows made by SL_BUILTIN and ended
// by SL_BUILTIN_END. The signature is Starlark: name, parameters with annotations and literal defaults, "/" and "*":
//     "index(x, start: int = 0, end: int | None = None, /)"     "print(*args, sep: string = \" \")"
// Annotations name what type() names, joined by "|", or: iterable, sequence, callable, mapping, any, function. They are checked at each call:
// "in call to index(), parameter 'start' got value of type 'string', want 'int'". `= unbound` marks an optional parameter without default.
// `**kwargs` is a new dict, which is the native's; with `= {}`, if there are no keywords, it may be one that is frozen and shared.
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

// A copy of the row bound to a `self` of the host's; shows as <built-in method NAME of TYPE value>.
sl_value sl_builtin_bind(struct sl_builtin *row, sl_value self);

// ---------------------------------------------------------------- types of hosts

// Makes an object of a host's type: zeroed, its type set. It can change, if it begins with struct sl_mutable, as long as a new list.
void *sl_new(struct sl_thread *thread, const struct sl_type *type, size_t size);
// Collected memory for parts of such objects: zeroed, and scanned for values. Exhausted memory ends the process: a size that a
// program decides is first held against a limit of the host's own.
void *sl_allocate(size_t size);

enum sl_type_flag {
  SL_TYPE_MUTABLE = 1,  // objects begin with struct sl_mutable
  SL_TYPE_MAPPING =
      2,  // iterates over keys and has index(): dict(x), **x, d | x, d.update(x) accept it
  SL_TYPE_HASH_IDENTITY =
      4,  // hashable by identity (equality by identity too unless `equal` is given)
  SL_TYPE_HAS_MUTABLE_PARTS = 8,  // whether it may be an element of a depset: `immutable` is asked
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
