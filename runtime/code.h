// SPDX-License-Identifier: Apache-2.0
//
// Code: what the compiler makes and the interpreter runs. Private to runtime/. Invariant: code is immutable once its
// program is made; only the caches of its sites change, each through one atomic pointer to an immutable record.
//
// A function's frame is a window of registers on the thread's value stack: its locals (parameters first), then
// temporaries. A call's window is: the callee, then its arguments; the callee's frame begins at the first argument.
#ifndef RUNTIME_CODE_H_
#define RUNTIME_CODE_H_

#include <stdatomic.h>

#include "runtime/value.h"

// The instructions. R[x] is register x of the frame, K[x] constant x, S[x] site x. `jump c` is relative to the next
// instruction. Rows whose name ends in _K take a constant where the row before takes a register.
// clang-format off
#define SL_OPCODES(X)                                                                             \
  /* Moving. */                                                                                   \
  X(MOVE)                 /* R[a] = R[b] */                                                       \
  X(CONSTANT)             /* R[a] = K[c] */                                                       \
  X(CLEAR)                /* R[a .. a+b) = unbound */                                             \
  X(CHECK_LOCAL)          /* R[a] must be bound; K[c] is its name */                              \
  X(GLOBAL)               /* R[a] = global c */                                                   \
  X(SET_GLOBAL)           /* global c = R[a] */                                                   \
  X(CELL)                 /* R[a] = a new cell that holds R[a] */                                 \
  X(EMPTY_CELL)           /* R[a] = a new, unbound cell */                                        \
  X(GET_CELL)             /* R[a] = content of cell R[b]; K[c] is its name */                     \
  X(SET_CELL)             /* content of cell R[a] = R[b] */                                       \
  X(FREE)                 /* R[a] = content of the function's cell b; K[c] is its name */         \
  /* Operators: R[a] = R[b] op R[c]. */                                                           \
  X(ADD) X(ADD_K) X(SUBTRACT) X(SUBTRACT_K) X(MULTIPLY) X(MULTIPLY_K) X(DIVIDE) X(DIVIDE_K)       \
  X(FLOOR_DIVIDE) X(FLOOR_DIVIDE_K) X(MODULO) X(MODULO_K) X(AND) X(AND_K) X(OR) X(OR_K)           \
  X(XOR) X(XOR_K) X(SHIFT_LEFT) X(SHIFT_LEFT_K) X(SHIFT_RIGHT) X(SHIFT_RIGHT_K)                   \
  X(EQUAL) X(EQUAL_K) X(NOT_EQUAL) X(NOT_EQUAL_K) X(LESS) X(LESS_K) X(LESS_EQUAL) X(LESS_EQUAL_K) \
  X(GREATER) X(GREATER_K) X(GREATER_EQUAL) X(GREATER_EQUAL_K) X(IN) X(NOT_IN)                     \
  /* R[a] op= R[c]: as above, but lists, dicts and sets change in place. b = a. */                \
  X(ADD_IN_PLACE) X(SUBTRACT_IN_PLACE) X(OR_IN_PLACE) X(AND_IN_PLACE) X(XOR_IN_PLACE)             \
  X(JOIN)                 /* R[a] = R[b] + .. + R[b+c-1], skipping c - 1 ADDs; else go on */      \
  X(FORMAT)               /* R[a] = R[b] % (R[b+1], .., R[b+c]), skipping two; else go on */      \
  X(NEGATE) X(PLUS) X(INVERT) X(NOT) /* R[a] = op R[b] */                                         \
  /* Jumps. */                                                                                    \
  X(JUMP)                 /* jump c */                                                            \
  X(LOOP)                 /* jump c, backwards: a step */                                         \
  X(JUMP_IF) X(JUMP_IF_NOT)                            /* jump c if (not) truth of R[a] */        \
  X(JUMP_EQUAL) X(JUMP_EQUAL_K) X(JUMP_NOT_EQUAL) X(JUMP_NOT_EQUAL_K)                             \
  X(JUMP_LESS) X(JUMP_LESS_K) X(JUMP_LESS_EQUAL) X(JUMP_LESS_EQUAL_K)                             \
  X(JUMP_GREATER) X(JUMP_GREATER_K) X(JUMP_GREATER_EQUAL) X(JUMP_GREATER_EQUAL_K)                 \
  X(JUMP_IN) X(JUMP_NOT_IN)                            /* jump c if R[a] op R[b] */               \
  /* Values with parts. */                                                                        \
  X(INDEX) X(INDEX_K)     /* R[a] = R[b][R[c]] */                                                 \
  X(SET_INDEX) X(SET_INDEX_K) /* R[a][R[c]] = R[b] */                                             \
  X(SLICE)                /* R[a] = R[b][R[b+1] : R[b+2] : R[b+3]]; c: bits of bounds given */    \
  X(ATTRIBUTE)            /* R[a] = R[b].name of S[c] */                                          \
  X(SET_ATTRIBUTE)        /* R[a].name = R[b], K[c] being the name */                             \
  X(LIST)                 /* R[a] = a new list of R[b .. b+c) */                                  \
  X(LIST_MORE)            /* the new list R[a] gets R[b .. b+c) too */                            \
  X(LIST_PUSH)            /* the new list R[a] gets R[b] too */                                   \
  X(TUPLE)                /* R[a] = a tuple of R[b .. b+c) */                                     \
  X(TUPLE_OF_LIST)        /* R[a] = a tuple of the items of the list R[b] */                      \
  X(DICT)                 /* R[a] = a new dict, c entries being expected */                       \
  X(DICT_OF_NAMES)        /* R[a] = a new dict of the names of S[c], its values being R[b ..) */  \
  X(DICT_INSERT)          /* the new dict R[a] gets R[b]: R[b+1], which must not be there */      \
  X(CHECK_KEY)            /* R[a] must be hashable */                                             \
  X(DICT_PUT)             /* the new dict R[a] gets R[b]: R[b+1] */                               \
  X(UNPACK)               /* R[a .. a+c) = the c items of R[b] */                                 \
  X(UNPACK_PAIR)          /* R[a], R[c] = R[b] */                                                 \
  X(FUNCTION)             /* R[a] = function of child c, its defaults being R[b ..] */            \
  /* Loops. */                                                                                    \
  X(ITERATE)              /* the iterator R[a .. a+4) = iter(R[b]); jump c */                     \
  /* R[a] = a new list or dict with room for what the loop at R[b] yields, or little of it; jump c */ \
  X(LIST_FOR_ALL) X(LIST_FOR_SOME) X(DICT_FOR_ALL) X(DICT_FOR_SOME)                               \
  X(NEXT)                 /* R[b] = next of iterator R[a], and jump c; at its end go on */        \
  X(END)                  /* releases the iterator R[a] */                                        \
  X(RANGE)                /* the counter R[a .. a+3) = range(R[a+1 .. a+1+b)); jump c */          \
  X(NEXT_IN_RANGE)        /* R[b] = next of counter R[a], and jump c; at its end go on */         \
  /* Calls. */                                                                                    \
  X(CALL)                 /* R[c] = R[a](R[a+1 .. a+1+b)) */                                      \
  X(CALL_SITE)            /* the call S[c], its window at R[a] */                                 \
  X(CALL_BUILTIN)         /* the call S[c] of its builtin, bound directly, its window at R[a] */   \
  X(CHECK_METHOD)         /* R[a] must have the attribute that S[c] names */                      \
  X(CALL_METHOD)          /* the call S[c] of R[b].name, its window at R[a] */                    \
  X(APPEND)               /* R[a].append(R[b]) without a result; else the call S[c] */            \
  X(POP)                  /* R[a] = R[b].pop(); else the call S[c] */                             \
  X(ITEMS)                /* R[a] = R[b].items(), of which only the pairs' parts will be seen; */ \
                          /* else the call S[c] */                                                \
  X(LENGTH)               /* R[a] = len(R[b]); K[c] is that builtin */                            \
  X(CHECK_TYPE)           /* R[a] must be of the type K[c]: see wanted.h */                       \
  X(RETURN)               /* return R[a] */                                                       \
  X(RETURN_CONSTANT)      /* return K[c] */                                                       \
  /* Files. */                                                                                    \
  X(LOAD)                 /* R[a] = module of load statement c */                                 \
  X(LOAD_SYMBOL)          /* R[a] = symbol K[c] of module R[b] */                                 \
  X(RESULT)               /* the module's result = R[a] */
// clang-format on

enum sl_opcode {
#define SL_OPCODE_CONSTANT(name) SL_OPCODE_##name,
  SL_OPCODES(SL_OPCODE_CONSTANT)
#undef SL_OPCODE_CONSTANT
};

// One instruction. Registers have 16 bits; c, signed, holds a register, a constant, a site, a count or a jump.
struct sl_instruction {
  uint32_t op : 8;  // enum sl_opcode
  int32_t c : 24;
  uint16_t a;
  uint16_t b;
};

enum {
  SL_REGISTER_LIMIT = 65000,   // registers of one function
  SL_OPERAND_LIMIT = 1 << 23,  // constants, sites and instructions of one function
  SL_NATIVE_REGISTERS = 8,    // beyond a function's own, for natives' parameters that are not given
  SL_MISS_LIMIT = 16,         // a site whose caches were filled so often in vain is left alone
  SL_ACTIVE_SLOTS = 1 << 10,  // of each thread's counters of active functions
  SL_ITERATOR_REGISTERS = sizeof(struct sl_iterator) / sizeof(sl_value),
};

// Where an instruction stands in the source. The entry of an instruction is the last one at or before it.
struct sl_code_position {
  uint32_t instruction;
  uint32_t offset;  // into the program's source
};

// A loop over an iterator: while the instruction is in [start, end) the iterator in this register is active.
struct sl_code_loop {
  uint32_t start;
  uint32_t end;
  uint32_t iterator;  // register
};

// Where the cell of a new function comes from.
struct sl_code_capture {
  bool from_free;  // the outer function's cells, else its registers
  uint32_t index;
};

// What an attribute look-up found: a method of a type, or the place of a field in a shape.
struct sl_attribute_cache {
  const struct sl_type *type;    // of the object
  struct sl_builtin *row;        // the method; NULL: a field
  const struct sl_shape *shape;  // with `index`, for fields of structs
  uint32_t index;
  uint32_t annotated;  // bit i: the type of the method's argument i matters
  bool direct;         // and nothing else does: the site's arguments can be bound in place
};

// How the arguments of a call with keywords go into the parameters of one callee. Made for calls that bind without an
// error, without *args, and with **kwargs only where these are passed on (see bind.h). Keywords are numbered: first
// those that the call names, then those that it passes on.
struct sl_call_plan {
  const struct sl_call_plan *next;     // the site's plan for another callee or other keywords
  const void *callee;                  // struct sl_code or struct sl_signature
  const struct sl_shape *passed;       // keywords passed on; NULL: none
  const struct sl_shape *extra_names;  // keywords that go to **kwargs; NULL: none
  uint32_t first;                      // parameter without positional argument
  uint32_t count;                      // of parameters from there on
  uint32_t extra_count;                // of keywords that go to **kwargs
  bool star;                           // surplus positional arguments go to *args
  bool packs;                          // the callee only passes its **kwargs on
  int32_t *sources;  // per parameter: keyword number, or one of enum sl_plan_source
  uint16_t *extra;   // keyword numbers
};
enum sl_plan_source {
  SL_PLAN_ABSENT = -1,     // nothing; a native's parameter, whose default value is filled in later
  SL_PLAN_STAR = -2,       // a tuple of the surplus positional arguments
  SL_PLAN_STAR_STAR = -3,  // the extra keywords
  SL_PLAN_DEFAULT = -4,    // the function's default value 0; below it: 1, 2 ...
};

// A place in the code that looks up a name, calls a known builtin or calls with more than positional arguments.
struct sl_site {
  sl_value name;               // of the attribute or method; NULL: a plain call
  sl_value *names;             // keywords, interned
  uint32_t dot;                // offset of the "." of a method call
  struct sl_builtin *builtin;  // CALL_BUILTIN: the callee
  uint32_t annotated;          // CALL_BUILTIN: bit i: the type of argument i matters
  bool plain;                  // positional arguments only
  uint16_t positional_count;
  uint16_t named_count;     // values follow the positional ones in the window
  uint32_t star;            // then *args: its offset, 0: there is none
  uint32_t star_star;       // then **kwargs: its offset, 0: there is none
  uint16_t window;          // of methods: where the call's operands are, or go when it must be made
  uint16_t result;          // register
  _Atomic uint32_t misses;  // of the caches; a site that changes all the time is left alone
  _Atomic(const struct sl_attribute_cache *) attribute;
  _Atomic(const struct sl_call_plan *) plan;
};

struct sl_program;

// A def, a lambda or the statements of a file, compiled.
struct sl_code {
  const struct sl_program *program;
  sl_value name;                        // "f", "lambda", "<toplevel>"
  struct sl_instruction *instructions;  // atomic memory
  sl_value *constants;
  struct sl_site *sites;
  struct sl_code **children;           // functions made by this one
  struct sl_code_position *positions;  // atomic memory, in order
  struct sl_code_loop *loops;          // atomic memory
  struct sl_code_capture *captures;    // atomic memory, one per cell
  sl_value *parameter_names;           // interned; in order of the registers
  int16_t *default_index;              // atomic memory: per parameter its default, or -1
  uint32_t instruction_count;
  uint32_t position_count;
  uint32_t loop_count;
  uint32_t capture_count;
  uint32_t default_count;
  uint32_t register_count;
  uint32_t definition;        // offset of the name
  uint16_t positional_count;  // parameters that may be given by position
  uint16_t named_count;       // those and the keyword-only ones; *args and **kwargs follow
  uint16_t parameter_count;   // all
  uint16_t slot;              // in the threads' counters of active functions
  bool star;                  // has *args
  bool star_star;             // has **kwargs
  bool passes_on;             // has **kwargs, of which the only use is f(**kwargs)
  bool simple;                // only positional parameters
  bool recursive;             // may call itself
  bool unicode;               // its dialect's letters are Unicode's
  bool utf16_order;           // its dialect's strings are ordered by UTF-16 code units
};

// A load statement of a program.
struct sl_program_load {
  sl_value module;  // the string written
  uint32_t offset;  // of the string
};

// A compiled file. Shared by all modules made from it.
struct sl_program {
  sl_value path;
  char *source;  // atomic memory, NUL-terminated
  size_t source_length;
  uint32_t *line_starts;  // atomic memory
  uint32_t line_count;
  struct sl_code *code;    // the file's statements
  sl_value *global_names;  // interned
  bool *global_exported;   // atomic memory
  uint32_t global_count;
  struct sl_program_load *loads;
  uint32_t load_count;
};

// A program run: its globals.
struct sl_module {
  const struct sl_type *type;  // so that a handle can hold a module as a value
  struct sl_program *program;
  sl_value name;
  struct sl_mutability *mutability;  // owner of the values made by it
  sl_value *globals;                 // NULL: unbound
  sl_value result;
  void *data;  // the host's
};

// Compiles a resolved file without errors. NULL with an error pending: it is too large in some way.
struct sl_code *sl_compile(struct sl_thread *thread, const struct sl_file *file,
                           const struct sl_program *program,
                           const struct sl_environment *environment);

// An exported global by its interned name; NULL: none of that name.
sl_value sl_module_find(const struct sl_module *module, sl_value name);

// Offset of an instruction in the program's source.
uint32_t sl_code_offset(const struct sl_code *code, const struct sl_instruction *instruction);
// Line and column of an offset.
struct sl_position sl_program_position(const struct sl_program *program, uint32_t offset);

// Makes a function; its cells are to be filled in.
struct sl_function *sl_function_new(struct sl_code *code, struct sl_module *module);

#endif  // RUNTIME_CODE_H_
