// SPDX-License-Identifier: Apache-2.0
//
// Compile: what the parts of the compiler share. Private to runtime/compile*.c. Invariant: registers are taken and
// given back like a stack; a local's register is only written by the last instruction of what assigns it.
#ifndef RUNTIME_COMPILE_H_
#define RUNTIME_COMPILE_H_

#include "runtime/code.h"

// The state of a whole file.
struct sl_compiler {
  struct sl_thread *thread;
  const struct sl_file *file;
  const struct sl_program *program;
  sl_value *predeclared;  // values of file->predeclared
  sl_value *names;        // interned values of the file's names, by id; made on demand
  sl_value range;         // the universe's builtins that have instructions of their own
  sl_value length;
  const char *failure;  // first reason why the file cannot be compiled
  uint32_t failure_offset;
};

// A list of jumps to a place not yet known; they are chained through their `c`.
struct sl_jumps {
  uint32_t last;  // instruction + 1; 0: none
};

enum sl_loop_kind { SL_LOOP_ITERATOR, SL_LOOP_RANGE, SL_LOOP_WHILE };

// A loop around the statement being compiled.
struct sl_loop {
  struct sl_loop *outer;
  enum sl_loop_kind kind;
  uint32_t iterator;  // register
  struct sl_jumps breaks;
  struct sl_jumps continues;
};

// A growing array of collected memory. Its items live in `items`.
struct sl_growing {
  void *items;
  uint32_t count;
  uint32_t capacity;
};

// The state of one function.
struct sl_assembler {
  struct sl_compiler *compiler;
  const struct sl_function_syntax *syntax;
  struct sl_code *code;
  bool top_level;
  uint32_t next;           // first free register
  struct sl_loop *loop;    // innermost
  uint32_t first_unbound;  // locals [first_unbound, end_unbound) are checked before use
  uint32_t end_unbound;
  struct sl_growing instructions, constants, sites, children, positions, loops;
  uint32_t *constant_slots;  // open addressing over `constants`: index + 1
  uint32_t constant_mask;
};

#define SL_NO_OFFSET UINT32_MAX

// compile_emit.c
// Notes why the file cannot be compiled. The compilation goes on, to no effect.
void sl_compile_fail(struct sl_assembler *assembler, uint32_t offset, const char *reason);
// Adds an instruction; returns its number. `offset`: what its errors point at, or SL_NO_OFFSET.
uint32_t sl_emit(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b,
                 int64_t c, uint32_t offset);
// The number of the next instruction.
uint32_t sl_emit_here(const struct sl_assembler *assembler);
// Adds a jump to a list, whose target is told later; or to an earlier instruction.
void sl_emit_jump(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b,
                  struct sl_jumps *jumps, uint32_t offset);
void sl_emit_jump_back(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b,
                       uint32_t target, uint32_t offset);
// The listed jumps go here; the list is empty again.
void sl_emit_target(struct sl_assembler *assembler, struct sl_jumps *jumps);
// The iterator in a register is active from `start` to here.
void sl_emit_loop_range(struct sl_assembler *assembler, uint32_t start, uint32_t iterator);
// Index of a constant.
uint32_t sl_emit_constant(struct sl_assembler *assembler, sl_value value);
// A new site, zeroed; to be filled in before the next one is made.
struct sl_site *sl_emit_site(struct sl_assembler *assembler, uint32_t *index);
// The site of that index; valid until another is made.
struct sl_site *sl_emitted_site(struct sl_assembler *assembler, uint32_t index);
// Index of a function made by this one.
uint32_t sl_emit_child(struct sl_assembler *assembler, struct sl_code *code);
// Puts an instruction before all others.
void sl_emit_first(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b);
// Hands what was emitted to the code.
void sl_emit_finish(struct sl_assembler *assembler);
// Takes registers in a row; returns the first. They are given back by resetting `next`.
uint32_t sl_reserve(struct sl_assembler *assembler, uint32_t count);
// The interned value of a name.
sl_value sl_compile_name(struct sl_compiler *compiler, const struct sl_name *name);

// compile_expression.c
// Leaves the value in the target register.
void sl_compile_expression(struct sl_assembler *assembler, const struct sl_node *node,
                           uint32_t target);
// Leaves the value in some register: a local's own, or a new one.
uint32_t sl_compile_operand(struct sl_assembler *assembler, const struct sl_node *node);
// A constant's index. False: the expression is not constant.
bool sl_compile_constant(struct sl_assembler *assembler, const struct sl_node *node,
                         uint32_t *index);
// Jumps if the truth of the expression is `when`, else goes on.
void sl_compile_condition(struct sl_assembler *assembler, const struct sl_node *node, bool when,
                          struct sl_jumps *jumps);
// target = left op right, or with `in_place` the augmented assignment's.
void sl_compile_binary(struct sl_assembler *assembler, enum sl_operator op, bool in_place,
                       uint32_t target, uint32_t left, const struct sl_node *right,
                       uint32_t offset);
// Whether a node is a predeclared name that stands for `builtin` (NULL: nothing does).
bool sl_compile_is(const struct sl_assembler *assembler, const struct sl_node *node,
                   sl_value builtin);
// Whether all arguments of a call are positional.
bool sl_compile_all_positional(const struct sl_node *call);
// Compiles x.append(y) whose result nobody wants. False: the node is something else, and nothing was done.
bool sl_compile_append(struct sl_assembler *assembler, const struct sl_node *node);

// compile_statement.c
// Compiles what a function does, its closing return included.
void sl_compile_body(struct sl_assembler *assembler);
// The operand of a loop that takes each item apart at once.
uint32_t sl_compile_pairs(struct sl_assembler *assembler, const struct sl_node *node);
// A for loop; `body` compiles what is inside.
struct sl_loop_body {
  void (*compile)(struct sl_assembler *assembler, const struct sl_loop_body *body);
  const void *data;
  enum sl_opcode collect;  // if not 0: makes in `result` what the loop's items are collected in
  uint32_t result;
};
void sl_compile_for(struct sl_assembler *assembler, const struct sl_node *target,
                    const struct sl_node *iterable, uint32_t offset,
                    const struct sl_loop_body *body);

// compile.c
// Compiles a def or lambda; the function made by it goes to the target register.
void sl_compile_function(struct sl_assembler *assembler, const struct sl_function_syntax *syntax,
                         uint32_t target);

// compile_wanted.c
// Of a function of a dialect that wants values checked: its parameters, at its beginning; the default of a parameter of a
// function that is being made; what it returns.
void sl_compile_wanted_parameters(struct sl_assembler *assembler);
void sl_compile_wanted_default(struct sl_assembler *assembler,
                               const struct sl_function_syntax *function,
                               const struct sl_parameter *parameter, uint32_t place);
bool sl_compile_wants_result(const struct sl_assembler *assembler);
void sl_compile_wanted_result(struct sl_assembler *assembler, uint32_t place, uint32_t offset);

#endif  // RUNTIME_COMPILE_H_
