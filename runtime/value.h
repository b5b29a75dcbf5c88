// SPDX-License-Identifier: Apache-2.0
//
// Value: the layout of every object, private to runtime/. The interpreter's fast paths and runtime/types/ both rely on it.
//
// A value is one word (see starlark.h):
//   ...1    int of 63 bits, value >> 1
//   ..10    float, self-tagged: rotate left by 3 of (bits + 2^60), for magnitudes 2^-255 .. 2^256
//   .100    None, False, True
//   .000    address of an object; its first word is its type
// The collector sees every reference: pointers are raw, never hidden, and always to the start of an object.
#ifndef RUNTIME_VALUE_H_
#define RUNTIME_VALUE_H_

#include <stdatomic.h>
#include <string.h>

#include "common/copy.h"
#include "runtime/object.h"
#include "runtime/program.h"

#define SL_LIKELY(x) __builtin_expect(!!(x), 1)
#define SL_UNLIKELY(x) __builtin_expect(!!(x), 0)

// ---------------------------------------------------------------- ints and floats

#define SL_SMALL_INT_MAX ((int64_t)0x3fffffffffffffff)
#define SL_SMALL_INT_MIN (-SL_SMALL_INT_MAX - 1)

static inline bool sl_fits_small_int(int64_t n) {
  return n >= SL_SMALL_INT_MIN && n <= SL_SMALL_INT_MAX;
}
static inline sl_value sl_small_int_value(int64_t n) {
  return (sl_value)(uintptr_t)(((uint64_t)n << 1) | 1);
}
static inline bool sl_both_small_ints(sl_value a, sl_value b) {
  return ((uintptr_t)a & (uintptr_t)b & 1) != 0;
}

// None, False or True, which equal nothing else.
static inline bool sl_is_constant(sl_value v) { return ((uintptr_t)v & 7) == 4; }

// An int beyond 63 bits: sign and magnitude in GMP limbs, least significant first, without leading zero limbs. Atomic.
struct sl_big_int {
  const struct sl_type *type;  // &sl_int_type
  int32_t sign;                // -1 or 1
  uint32_t limb_count;         // at least 1
  uint64_t limbs[];
};

// A float that has no immediate form. The two zeros are static objects.
struct sl_boxed_float {
  const struct sl_type *type;  // &sl_float_type
  double value;
};

static inline bool sl_is_small_float(sl_value v) { return ((uintptr_t)v & 3) == 2; }
static inline double sl_small_float(sl_value v) {
  uint64_t word = (uint64_t)(uintptr_t)v;
  uint64_t bits = ((word >> 3) | (word << 61)) - ((uint64_t)1 << 60);
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}
// Two immediate numbers, of which one is a float at least, as floats.
static inline bool sl_small_doubles(sl_value a, sl_value b, double *x, double *y) {
  bool has_float = sl_is_small_float(a);
  if (has_float) {
    *x = sl_small_float(a);
  } else {
    if (!sl_is_small_int(a)) return false;
    *x = (double)sl_small_int(a);
  }
  if (sl_is_small_float(b)) {
    *y = sl_small_float(b);
    return true;
  }
  *y = (double)sl_small_int(b);
  return has_float && sl_is_small_int(b);
}
sl_value sl_float_box(double value);
static inline sl_value sl_float_value_of(double d) {
  uint64_t bits;
  memcpy(&bits, &d, sizeof bits);
  uint64_t moved = bits + ((uint64_t)1 << 60);
  uint64_t word = (moved << 3) | (moved >> 61);
  if (SL_LIKELY((word & 3) == 2)) return (sl_value)(uintptr_t)word;
  return sl_float_box(d);
}

// ---------------------------------------------------------------- objects

// Header of 16 bytes, then the bytes and a NUL. Atomic. Immutable but for the cached hash.
struct sl_string {
  const struct sl_type *type;  // &sl_string_type; bytes: &sl_bytes_type
  uint32_t hash;               // 0: not computed yet; else the dict hash
  uint32_t length;             // bytes
  char bytes[];
};

// Whoever owns mutable values.
struct sl_mutability {
  bool frozen;
};

struct sl_list {
  const struct sl_type *type;
  struct sl_mutability *owner;
  uint32_t length;
  uint32_t capacity;
  uint32_t iterators;  // active iterations; not 0: locked
  sl_value *items;     // `own` as long as these suffice
  sl_value own[];      // what a short list was made with
};

struct sl_tuple {
  const struct sl_type *type;
  uint32_t length;
  uint32_t hash;  // 0: not computed yet
  sl_value items[];
};

struct sl_dict_entry {
  sl_value key;  // NULL: removed
  sl_value value;
  uint32_t hash;
};

// Insertion-ordered hash table: an array of entries in order of insertion, and, above 8 entries, an open-addressed
// index of 32-bit positions into it (load at most 1/2). Removed entries leave a hole until the next growth.
// The same table serves sets, whose entries have value SL_NONE.
struct sl_dict {
  const struct sl_type *type;  // &sl_dict_type or &sl_set_type
  struct sl_mutability *owner;
  uint32_t count;                 // live entries
  uint32_t used;                  // entries in use, holes included
  uint32_t capacity;              // entries allocated: a power of two, or none
  uint32_t iterators;             // active iterations; not 0: locked
  struct sl_dict_entry *entries;  // `own` as long as these suffice
  uint32_t *index;                // NULL up to 8 entries; see dict.c
  struct sl_dict_entry own[];     // what a small table was made with
};

static inline bool sl_is_table(sl_value v) { return sl_is_dict(v) || sl_is_set(v); }

struct sl_range {
  const struct sl_type *type;
  int64_t start, stop, step, length;
};

// The names of a struct's fields, or of keywords, in order; shared by all that have them. Immortal.
struct sl_shape {
  uint32_t count;
  uint32_t hash;
  sl_value names[];  // interned strings; a struct's are sorted by bytes
};

struct sl_record {
  const struct sl_type *type;  // &sl_struct_type
  const struct sl_shape *shape;
  sl_value constructor;  // NULL: struct()
  sl_value fields[];
};

// The **kwargs of a function that only passes them on: never seen by Starlark code.
struct sl_keywords {
  const struct sl_type *type;    // &sl_keywords_type
  const struct sl_shape *shape;  // NULL: none
  sl_value values[];
};

// A captured variable.
struct sl_cell {
  sl_value value;  // NULL: not assigned yet
};

// A def or lambda as a value: code, default values, cells.
struct sl_code;
struct sl_function {
  const struct sl_type *type;
  struct sl_code *code;
  struct sl_module *module;
  sl_value *defaults;       // one per parameter with a default, in order of the parameters
  struct sl_cell *cells[];  // the free variables
};

// x.method as a value, or a builtin bound to a host's value.
struct sl_bound_method {
  const struct sl_type *type;
  sl_value receiver;
  struct sl_builtin *row;
};

// memcpy of a few values. Mostly they were stored one by one just before: so they are read, since a processor that reads
// several words at once waits until it finds all of them in its cache.
static inline void sl_copy_values(sl_value *to, const sl_value *from, size_t count) {
  enum { FEW = 8 };
  if (count > FEW) {
    memcpy(to, from, count * sizeof *from);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    to[i] = from[i];
    atomic_signal_fence(memory_order_acq_rel);  // or compilers know better
  }
}

// ---------------------------------------------------------------- within runtime/

// What every thread begins with: the part that values rely on. The rest is the interpreter's.
struct sl_thread_head {
  struct sl_mutability *mutability;  // owner of new lists, dicts and sets; never NULL
  struct sl_text spare;              // what sl_text_finish keeps for sl_text_begin
};
static inline struct sl_thread_head *sl_thread_head(struct sl_thread *thread) {
  return (struct sl_thread_head *)(void *)thread;
}

// Strings: an immortal one-byte string; concatenation; the dict hash.
sl_value sl_string_of_byte(unsigned char byte);
sl_value sl_string_concatenate(struct sl_thread *thread, sl_value a, sl_value b);
// All of them in one; NULL without an error: not all are strings, or they are too long.
sl_value sl_string_join(const sl_value *strings, uint32_t count);
// pattern % (arguments). NULL with an error pending on failure.
sl_value sl_format_percent(struct sl_thread *thread, sl_value pattern, const sl_value *arguments,
                           size_t count);
uint32_t sl_string_hash(struct sl_string *string);
uint32_t sl_hash_bytes(const char *bytes, size_t length);
static inline bool sl_string_equal(const struct sl_string *a, const struct sl_string *b) {
  // Most strings that differ do so at once.
  return a == b || (a->length == b->length && a->bytes[0] == b->bytes[0] &&
                    sl_same_bytes(a->bytes, b->bytes, a->length));
}

// An empty list with room for so many items, which the limits allow for.
sl_value sl_list_for(struct sl_thread *thread, size_t expected_count);

// Dict look-ups with the key's hash at hand. NULL: not there (or, when an error is pending, too deep to compare).
sl_value *sl_dict_find(struct sl_thread *thread, struct sl_dict *dict, sl_value key, uint32_t hash);
sl_value *sl_dict_find_string(struct sl_dict *dict, struct sl_string *key);
bool sl_dict_put(struct sl_thread *thread, struct sl_dict *dict, sl_value key, uint32_t hash,
                 sl_value value);
// The same for strings, if the table need not grow. False: it must, and nothing is done.
bool sl_dict_put_string(struct sl_dict *dict, struct sl_string *key, sl_value value);
// A dict of strings that differ.
sl_value sl_dict_of_names(struct sl_thread *thread, const sl_value *names, const sl_value *values,
                          uint32_t count);

// dict.items() for a loop that takes each pair apart before it does anything else. NULL with an error pending.
sl_value sl_dict_pairs(struct sl_thread *thread, sl_value dict);

// Ints: the slow half of each operator, called when an operand or the result has no immediate form.
sl_value sl_int_binary(struct sl_thread *thread, enum sl_operator op, sl_value a, sl_value b);
sl_value sl_int_negate(sl_value a);
int sl_int_compare(sl_value a, sl_value b);
uint32_t sl_int_hash(sl_value a);
void sl_int_format(sl_value a, unsigned base, struct sl_text *out);
// The same, its steps counted. False with an error pending.
bool sl_int_write(struct sl_thread *thread, sl_value a, unsigned base,
                  struct sl_text *out) SL_MUST_CHECK;
double sl_int_to_double(sl_value a);  // may be infinite
int sl_int_compare_double(sl_value a, double d);

// Floats.
sl_value sl_float_binary(struct sl_thread *thread, enum sl_operator op, double a, double b);
void sl_float_format(double d, struct sl_text *out);  // as str() shows it
// With six places after the point, as %e or %f shows a finite number. As in Bazel they are those of the shortest decimal
// that denotes it, rounded half up: what lies behind is zeros.
void sl_float_format_places(double d, bool exponential, struct sl_text *out);

// The one shape of these interned names.
const struct sl_shape *sl_shape_of(const sl_value *names, size_t count);
// The fields of a struct: index of a name in a shape, or -1.
int32_t sl_shape_find(const struct sl_shape *shape, const char *name, size_t length);

// A method row of a type by name, or NULL. The table's index is built at first use and kept.
struct sl_builtin *sl_type_method(const struct sl_type *type, sl_value name);

// Depth of recursion over values on the host's stack (repr, equality, hash): false with an error pending
// when too deep. Every successful enter is matched by a leave.
bool sl_thread_enter(struct sl_thread *thread) SL_MUST_CHECK;
void sl_thread_leave(struct sl_thread *thread);

// Visits of values with parts; they count as sl_thread_enter does. Each one answers: 0, visit the parts and end the
// visit; 1, there is nothing to do; -1, an error is pending.
// Writing: 1 if we are in the midst of writing this very value.
int sl_visit_write(struct sl_thread *thread, sl_value value) SL_MUST_CHECK;
void sl_visit_written(struct sl_thread *thread, sl_value value);
// Comparing: 1 if the two are known to be equal. Counts steps. The end returns `equal`.
int sl_visit_pair(struct sl_thread *thread, sl_value x, sl_value y,
                  size_t part_count) SL_MUST_CHECK;
int sl_visit_compared(struct sl_thread *thread, sl_value x, sl_value y, int equal);
// Hashing: 1 if *hash is known. At the end it may be NULL: it is not known.
int sl_visit_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) SL_MUST_CHECK;
void sl_visit_hashed(struct sl_thread *thread, sl_value x, const uint32_t *hash);

// Whether the heap has room for a block, and whether it is within its limit; the latter is asked now and then, so that
// small objects are counted as well. Both collect before they say no.
bool sl_heap_has_room(size_t size);
bool sl_heap_is_within_limit(void);
size_t sl_heap_limit(void);
// Bytes that this OS thread has taken for objects, from the first call of it on: only differences mean something.
uint64_t sl_heap_meter(void);
// Atomic memory that is not zeroed, for text and numbers that are filled in at once.
void *sl_allocate_raw(size_t size);
// Gives back a block of this size, if it is worth it, that nobody refers to any more: another one can take its place before
// a collection finds that out. What is as small as a batch may hold must be scanned memory.
void sl_release(void *memory, size_t size);
// The owner of what was born frozen or frozen one by one; never anything but frozen.
extern const struct sl_mutability sl_mutability_of_frozen;
// The dict hash of one word, never 0: the halves of a 128-bit product, folded.
static inline uint32_t sl_hash_word(uint64_t word) {
  __extension__ typedef unsigned __int128 product_type;
  product_type product = (product_type)(word ^ 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
  uint64_t folded = (uint64_t)product ^ (uint64_t)(product >> 64);
  uint32_t hash = (uint32_t)(folded ^ (folded >> 32));
  return hash ? hash : 1;
}
// Collected memory that is never freed and always scanned: roots (stacks, caches, signatures).
void *sl_allocate_root(size_t size);
void sl_free_root(void *memory);
// Has the collector scan [start, *end) as well, as long as the process lives; used for value stacks.
struct sl_heap_range {
  sl_value *start;
  sl_value **end;              // where the first unused word is stored
  struct sl_heap_range *next;  // the heap's
};
void sl_heap_add_range(struct sl_heap_range *range);
void sl_heap_remove_range(struct sl_heap_range *range);

#endif  // RUNTIME_VALUE_H_
