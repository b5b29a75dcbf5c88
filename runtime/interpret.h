// SPDX-License-Identifier: Apache-2.0
//
// Interpret: the slow halves of instructions, out of the loop's line. Private to runtime/. Each does all of its
// instruction, puts the result where `pc` says, and returns false with an error pending on failure.
#ifndef RUNTIME_INTERPRET_H_
#define RUNTIME_INTERPRET_H_

#include "runtime/call.h"

// "local variable 'x' is referenced before assignment."
bool sl_slow_unbound(struct sl_thread *thread, const char *scope, sl_value name);
bool sl_slow_unbound_global(struct sl_thread *thread, const struct sl_code *code,
                            const struct sl_instruction *pc);

bool sl_slow_binary(struct sl_thread *thread, const struct sl_instruction *pc, enum sl_operator op,
                    sl_value x, sl_value y);
// operands: pattern, arguments.
bool sl_slow_format(struct sl_thread *thread, const struct sl_instruction *pc,
                    const sl_value *operands);
bool sl_slow_in_place(struct sl_thread *thread, const struct sl_instruction *pc,
                      enum sl_operator op, sl_value x, sl_value y);
bool sl_slow_unary(struct sl_thread *thread, const struct sl_instruction *pc, enum sl_operator op,
                   sl_value x);
// Whether item is in x; -1 with an error pending.
int sl_slow_contains(struct sl_thread *thread, sl_value x, sl_value item);

bool sl_slow_index(struct sl_thread *thread, const struct sl_instruction *pc, sl_value x,
                   sl_value key);
// operands: object, start, stop, step.
bool sl_slow_slice(struct sl_thread *thread, const struct sl_instruction *pc,
                   const sl_value *operands);
bool sl_slow_attribute(struct sl_thread *thread, const struct sl_instruction *pc,
                       struct sl_site *site, sl_value x);
bool sl_slow_set_attribute(struct sl_thread *thread, sl_value x, sl_value name, sl_value value);
bool sl_slow_list_more(struct sl_thread *thread, sl_value list, const sl_value *items,
                       uint32_t count);
bool sl_slow_dict_insert(struct sl_thread *thread, sl_value dict, const sl_value *entry);
bool sl_slow_unpack(struct sl_thread *thread, sl_value sequence, sl_value *items, uint32_t count);
sl_value sl_slow_function(const struct sl_call_frame *frame, struct sl_code *code,
                          const sl_value *defaults);

// What a comprehension collects items in; `loop` is the iterator or counter of its first loop. Room is made for all that
// this one yields, or for the little that is made at one go with the list or dict.
sl_value sl_slow_list_for(struct sl_thread *thread, const sl_value *loop, bool all);
sl_value sl_slow_dict_for(struct sl_thread *thread, const sl_value *loop, bool all);

// Sets up counter[0 .. 3) from the arguments of range at counter[1 ..].
bool sl_slow_range(struct sl_thread *thread, sl_value *counter, uint32_t count);
bool sl_slow_items(struct sl_thread *thread, const struct sl_instruction *pc, sl_value dict);
bool sl_slow_length(struct sl_thread *thread, const struct sl_instruction *pc, sl_value builtin,
                    sl_value x);

// Finds the method that a site calls: *row, or NULL when window[0] has become the callee.
bool sl_slow_method(struct sl_thread *thread, struct sl_site *site, sl_value *window,
                    struct sl_builtin **row);

// Whether x has the attribute whose call is to follow.
bool sl_slow_check_method(struct sl_thread *thread, struct sl_site *site, sl_value x);

bool sl_slow_load(struct sl_thread *thread, const struct sl_instruction *pc,
                  struct sl_module *from);
bool sl_slow_load_symbol(struct sl_thread *thread, const struct sl_instruction *pc,
                         const struct sl_module *module, sl_value name);

// Ends the newest frame, which failed, and its loops. Returns its result register: NULL if the host had called it.
sl_value *sl_slow_unwind(struct sl_thread *thread);

#endif  // RUNTIME_INTERPRET_H_
