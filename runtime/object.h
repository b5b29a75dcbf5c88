// SPDX-License-Identifier: Apache-2.0
//
// object.h: values from the inside, for the libraries that come with the interpreter: builtins/, rules/ and cli/. Beyond what
// starlark.h offers to hosts are here: the layout of the word, collected memory and its limits, the parts of each type without a
// check, and every change that the language knows. Its conventions are those of starlark.h; nothing is promised from one version
// to the next, and it is not installed. Libraries export it under a version of its own (SL_PRIVATE).
#ifndef RUNTIME_OBJECT_H_
#define RUNTIME_OBJECT_H_

#include "runtime/starlark.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- kinds of values

// Whether the value is an int of 63 bits, and whether it is an object of the heap: what the layout of the word says.
static inline bool sl_is_small_int(sl_value v) { return ((uintptr_t)v & 1) != 0; }
static inline bool sl_is_object(sl_value v) { return ((uintptr_t)v & 7) == 0; }
// Whether it is an object of this type: sl_has_type for types that have no immediate values.
static inline bool sl_is_object_of(sl_value v, const struct sl_type *type) {
  return sl_is_object(v) && v->type == type;
}

bool sl_is_int(sl_value value);
bool sl_is_float(sl_value value);
static inline bool sl_is_bool(sl_value v) { return v == SL_TRUE || v == SL_FALSE; }
static inline bool sl_is_string(sl_value v) { return sl_is_object_of(v, &sl_string_type); }
static inline bool sl_is_list(sl_value v) { return sl_is_object_of(v, &sl_list_type); }
static inline bool sl_is_tuple(sl_value v) { return sl_is_object_of(v, &sl_tuple_type); }
static inline bool sl_is_dict(sl_value v) { return sl_is_object_of(v, &sl_dict_type); }
static inline bool sl_is_set(sl_value v) { return sl_is_object_of(v, &sl_set_type); }
static inline bool sl_is_struct(sl_value v) { return sl_is_object_of(v, &sl_struct_type); }
bool sl_is_iterable(sl_value value);
bool sl_is_mapping(sl_value value);  // dict, or a type with SL_TYPE_MAPPING
bool sl_is_callable(sl_value value);
// Whether it may be an element of a depset or a frozen structure: no mutable part.
bool sl_is_immutable(sl_value value);

// ---------------------------------------------------------------- memory

// Bytes of the collected heap in use, and taken from the system.
size_t sl_heap_used(void);
size_t sl_heap_size(void);

// As sl_allocate, but not scanned: for text and numbers. Never NULL: exhausted memory ends the process with a message.
void *sl_allocate_atomic(size_t size);
// Grows memory of either; keeps its kind.
void *sl_reallocate(void *memory, size_t size);

// Asks, before an allocation whose size a program decides, whether the limits allow for it. Small blocks are not worth
// the question: steps see to those. False with an error pending: "out of memory: ...".
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

// An empty text to write a value in, of memory that is used again and again; and its end: what was written as a string.
// NULL: it was not `written`, or, with an error pending, there is no room for the string.
struct sl_text sl_text_begin(struct sl_thread *thread);
sl_value sl_text_finish(struct sl_thread *thread, struct sl_text *text, bool written);

// Counts the steps of a native that reads through a text of so many bytes: none for short ones. As sl_thread_take_steps.
SL_MUST_CHECK static inline bool sl_thread_take_bytes(struct sl_thread *thread, size_t length) {
  return length < SL_LARGE_BLOCK || sl_thread_take_steps(thread, length / 64);
}

// ---------------------------------------------------------------- errors

// sl_fail, for functions that return a bool.
bool sl_fail_false(struct sl_thread *thread, const char *format, ...) SL_PRINTF(2, 3);
// sl_fail, but the report says "Error in NAME: " whatever function is running (fail() does).
sl_value sl_fail_in(struct sl_thread *thread, const char *name, const char *format, ...)
    SL_PRINTF(3, 4);

// ---------------------------------------------------------------- mutability

// Whoever owns mutable values: they are frozen all at once when it is.
struct sl_mutability *sl_mutability_new(void);
// For good. What belongs to it can no longer change, in O(1).
void sl_mutability_freeze(struct sl_mutability *mutability);
bool sl_mutability_is_frozen(const struct sl_mutability *mutability);
// New lists, dicts and sets of the thread belong to it. Returns the one before, to be put back.
struct sl_mutability *sl_thread_set_mutability(struct sl_thread *thread,
                                               struct sl_mutability *mutability);

// ---------------------------------------------------------------- numbers

// Longer ints than these are refused: a single operation on them would take too long.
enum { SL_INT_BYTES_LIMIT = 1 << 22, SL_INT_DIGITS_LIMIT = 10000000 };
sl_value sl_int_unsigned(uint64_t value);
// A finite float rounded towards zero. NULL with an error pending: it is nan or infinite.
sl_value sl_int_from_double(struct sl_thread *thread, double value) SL_MUST_CHECK;
// Immediate ints only.
static inline int64_t sl_small_int(sl_value v) { return (int64_t)(intptr_t)v >> 1; }
// False if the value is no int or does not fit; no error is set.
bool sl_int_to_int32(sl_value value, int32_t *out);
// -1, 0 or 1.
int sl_int_sign(sl_value value);
// An int of 32 bits, as Bazel wants indexes and counts. False with an error pending: "got string for index, want int", or
// "got 2147483648 for index, want value in signed 32-bit range", where `what` is "index".
bool sl_to_int32(struct sl_thread *thread, sl_value value, const char *what,
                 int32_t *out) SL_MUST_CHECK;
// Of a float only; sl_to_double takes ints as well.
double sl_float_value(sl_value value);

// ---------------------------------------------------------------- strings

sl_value sl_string_from_text(const struct sl_text *text);  // a copy
// A string of `length` bytes to be filled in at once by the caller, before anyone else sees it.
sl_value sl_string_new(size_t length, char **bytes);
// The one shared copy of a string: equal interned strings are the same pointer. For names.
sl_value sl_string_intern(const char *bytes, size_t length);
// A value of the dialects that have bytes.
sl_value sl_bytes(const char *bytes, size_t length);
bool sl_string_is(sl_value value, const char *text);  // a string with exactly this text

// ---------------------------------------------------------------- lists, tuples, ranges

// A list that is born frozen, which needs no thread.
sl_value sl_list_frozen(const sl_value *items, size_t count);
// A list or a tuple of `count` items to be filled in at once by the caller.
sl_value sl_list_new(struct sl_thread *thread, size_t count, sl_value **items);
sl_value sl_tuple_new(size_t count, sl_value **items);
sl_value sl_range(struct sl_thread *thread, int64_t start, int64_t stop,
                  int64_t step);  // NULL with an error pending: step 0, or beyond 32 bits
// All elements as a new tuple or list. NULL with an error pending: not iterable.
sl_value sl_to_tuple(struct sl_thread *thread, sl_value iterable) SL_MUST_CHECK;
sl_value sl_to_list(struct sl_thread *thread, sl_value iterable) SL_MUST_CHECK;

// Of lists and tuples only, positions less than the length: nothing is checked.
size_t sl_list_length(sl_value list);
sl_value sl_list_get(sl_value list, size_t i);
// Valid until the list changes.
sl_value *sl_list_items(sl_value list);
// Where an element equal to `x` first is between two positions, or `to`. False with an error pending.
bool sl_list_find(struct sl_thread *thread, sl_value list, sl_value x, size_t from, size_t to,
                  size_t *position) SL_MUST_CHECK;
size_t sl_tuple_length(sl_value tuple);
sl_value sl_tuple_get(sl_value tuple, size_t i);
sl_value *sl_tuple_items(sl_value tuple);
// The start, step and length of a range.
void sl_range_parts(sl_value range, int64_t *start, int64_t *stop, int64_t *step, int64_t *length);

// These fail as sl_list_push does. Positions are those of the list: insert takes 0 to its length, the others less.
bool sl_list_insert(struct sl_thread *thread, sl_value list, size_t i, sl_value item) SL_MUST_CHECK;
bool sl_list_set(struct sl_thread *thread, sl_value list, size_t i, sl_value item) SL_MUST_CHECK;
sl_value sl_list_remove_at(struct sl_thread *thread, sl_value list, size_t i) SL_MUST_CHECK;
bool sl_list_clear(struct sl_thread *thread, sl_value list) SL_MUST_CHECK;
// Appends every element of an iterable ("excessive capacity requested" when absurd). May run Starlark code.
bool sl_list_extend(struct sl_thread *thread, sl_value list, sl_value iterable) SL_MUST_CHECK;

// ---------------------------------------------------------------- dicts and sets

// Of dicts and sets only.
size_t sl_dict_length(sl_value dict);
size_t sl_set_length(sl_value set);
// The cursor as in sl_dict_next.
bool sl_set_next(sl_value set, size_t *cursor, sl_value *item);
int sl_set_contains(struct sl_thread *thread, sl_value set, sl_value item);  // -1: error pending

// These fail as sl_dict_set does.
// The value of a key, which gets this one if it has none.
sl_value sl_dict_set_absent(struct sl_thread *thread, sl_value dict, sl_value key,
                            sl_value value) SL_MUST_CHECK;
// A new dict or set with the entries of another one.
sl_value sl_dict_copy(struct sl_thread *thread, sl_value from) SL_MUST_CHECK;
// The removed value; NULL without an error: no such key.
sl_value sl_dict_remove(struct sl_thread *thread, sl_value dict, sl_value key);
bool sl_dict_clear(struct sl_thread *thread, sl_value dict) SL_MUST_CHECK;
// Adds every entry of a mapping, or every pair of an iterable of pairs; errors as dict() and update() word them.
bool sl_dict_update(struct sl_thread *thread, sl_value dict,
                    sl_value mapping_or_pairs) SL_MUST_CHECK;
int sl_set_remove(struct sl_thread *thread, sl_value set,
                  sl_value item);  // 1 removed, 0 was not there, -1 error
bool sl_set_clear(struct sl_thread *thread, sl_value set) SL_MUST_CHECK;
// A new set of the elements of an iterable, in their order.
sl_value sl_set_from(struct sl_thread *thread, sl_value iterable) SL_MUST_CHECK;
// set OP other, both sets and the operator |, &, - or ^: as a new set, or in place.
sl_value sl_set_combine(struct sl_thread *thread, enum sl_operator op, sl_value set,
                        sl_value other) SL_MUST_CHECK;
bool sl_set_change(struct sl_thread *thread, enum sl_operator op, sl_value set,
                   sl_value other) SL_MUST_CHECK;
// Whether each element of one set is in another: 1, 0, or -1 with an error pending.
int sl_set_contains_all(struct sl_thread *thread, sl_value set, sl_value elements);

// ---------------------------------------------------------------- structs and providers

// Fields are kept in name order; records with the same names share a shape.
sl_value sl_struct_from_dict(sl_value constructor, sl_value dict);  // keys are strings
sl_value sl_struct_constructor(sl_value record);                    // NULL: struct()
sl_value sl_struct_get(sl_value record, const char *name);          // NULL: no such field; no error
// Of structs only.
size_t sl_struct_count(sl_value record);
// The i-th field in name order.
void sl_struct_field(sl_value record, size_t i, const char **name, sl_value *value);

// ---------------------------------------------------------------- operations on any value

// The name of a value's type as a string.
sl_value sl_type_name_value(sl_value value);
// As sl_attribute_find, by a name that is a string. `out` may be NULL.
int sl_attribute_named(struct sl_thread *thread, sl_value x, sl_value name, sl_value *out);
// As print() and fail() show it: differs from str() for Labels only.
bool sl_print_text(struct sl_thread *thread, sl_value value, struct sl_text *out) SL_MUST_CHECK;
// OP a. NULL with an error pending.
sl_value sl_unary(struct sl_thread *thread, enum sl_operator op, sl_value a) SL_MUST_CHECK;
// x[start:stop:step] (NULL bounds: absent)
sl_value sl_slice(struct sl_thread *thread, sl_value x, sl_value start, sl_value stop,
                  sl_value step) SL_MUST_CHECK;

// ---------------------------------------------------------------- functions in C

// A row of a table as a value.
static inline sl_value sl_builtin_value(struct sl_builtin *row) { return (sl_value)(void *)row; }
// The methods of the language's types, one table each, defined by builtins/.
extern struct sl_builtin sl_string_methods[], sl_bytes_methods[], sl_list_methods[],
    sl_dict_methods[], sl_set_methods[];
// Builtins that make lists of pairs, once more for loops that take each pair apart at once: these may return what sl_pairs
// makes. Calls with arguments that one does not take are calls of its namesake. Defined by builtins/.
extern struct sl_builtin sl_pair_functions[];
// So many pairs, which only a loop sees that takes each apart before it does anything else; their parts are to be filled in.
// NULL with an error pending.
sl_value sl_pairs(struct sl_thread *thread, size_t count, sl_value **parts);

#ifdef __cplusplus
}
#endif

#endif  // RUNTIME_OBJECT_H_
