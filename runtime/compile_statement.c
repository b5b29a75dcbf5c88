// SPDX-License-Identifier: Apache-2.0
//
// Compile/statement: statements, assignment and loops. Invariant: every way out of a loop over an iterator passes its
// END, but for errors, whose unwinding consults the table of loops.
#include "runtime/compile.h"

static void block(struct sl_assembler *assembler, const struct sl_node *node);
static void assign(struct sl_assembler *assembler, const struct sl_node *target, uint32_t value,
                   uint32_t offset);

// ---------------------------------------------------------------- assignment

static bool is_plain_local(const struct sl_node *node) {
  return node->kind == SL_NODE_IDENTIFIER && node->op == SL_SCOPE_LOCAL;
}

// Binds a variable.
static void store(struct sl_assembler *assembler, enum sl_scope scope, uint32_t index,
                  uint32_t value) {
  if (scope == SL_SCOPE_LOCAL) {
    if (index != value) sl_emit(assembler, SL_OPCODE_MOVE, index, value, 0, SL_NO_OFFSET);
  } else if (scope == SL_SCOPE_CELL) {
    sl_emit(assembler, SL_OPCODE_SET_CELL, index, value, 0, SL_NO_OFFSET);
  } else {
    sl_emit(assembler, SL_OPCODE_SET_GLOBAL, value, 0, index, SL_NO_OFFSET);
  }
}

static void assign_sequence(struct sl_assembler *assembler, const struct sl_node *target,
                            uint32_t value, uint32_t offset) {
  const struct sl_node_list *list = &target->list;
  if (list->count == 2 && is_plain_local(list->items[0]) && is_plain_local(list->items[1])) {
    sl_emit(assembler, SL_OPCODE_UNPACK_PAIR, list->items[0]->mark, value, list->items[1]->mark,
            offset);
    return;
  }
  uint32_t first = sl_reserve(assembler, list->count);
  sl_emit(assembler, SL_OPCODE_UNPACK, first, value, list->count, offset);
  for (uint32_t i = 0; i < list->count; i++) assign(assembler, list->items[i], first + i, offset);
}

static void assign_index(struct sl_assembler *assembler, uint32_t object, const struct sl_node *key,
                         uint32_t value, uint32_t offset) {
  uint32_t constant;
  if (sl_compile_constant(assembler, key, &constant)) {
    sl_emit(assembler, SL_OPCODE_SET_INDEX_K, object, value, constant, offset);
  } else {
    sl_emit(assembler, SL_OPCODE_SET_INDEX, object, value, sl_compile_operand(assembler, key),
            offset);
  }
}

static uint32_t attribute_constant(struct sl_assembler *assembler, const struct sl_node *dot) {
  return sl_emit_constant(assembler, sl_compile_name(assembler->compiler, dot->dot.name));
}

// target = R[value]; errors point at `offset`.
static void assign(struct sl_assembler *assembler, const struct sl_node *target, uint32_t value,
                   uint32_t offset) {
  uint32_t next = assembler->next;
  uint32_t object;
  switch (target->kind) {
    case SL_NODE_IDENTIFIER:
      store(assembler, target->op, target->mark, value);
      break;
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
      assign_sequence(assembler, target, value, offset);
      break;
    case SL_NODE_INDEX:
      object = sl_compile_operand(assembler, target->index.object);
      assign_index(assembler, object, target->index.key, value, offset);
      break;
    case SL_NODE_DOT:
      object = sl_compile_operand(assembler, target->dot.object);
      sl_emit(assembler, SL_OPCODE_SET_ATTRIBUTE, object, value,
              attribute_constant(assembler, target), target->mark);
      break;
    default:
      sl_compile_fail(assembler, target->start, "cannot assign to this");
  }
  assembler->next = next;
}

static bool is_sequence_display(const struct sl_node *node) {
  return node->kind == SL_NODE_TUPLE || node->kind == SL_NODE_LIST;
}

// a, b = b, a: no tuple is made.
static void assign_parallel(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_node_list *targets = &node->assign.target->list;
  const struct sl_node_list *values = &node->assign.value->list;
  uint32_t first = sl_reserve(assembler, values->count);
  for (uint32_t i = 0; i < values->count; i++)
    sl_compile_expression(assembler, values->items[i], first + i);
  for (uint32_t i = 0; i < values->count; i++)
    assign(assembler, targets->items[i], first + i, node->mark);
}

static void assignment(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target, *value = node->assign.value;
  if (!value) return;  // x: T
  if (is_plain_local(target)) {
    sl_compile_expression(assembler, value, target->mark);
  } else if (is_sequence_display(target) && is_sequence_display(value) &&
             target->list.count == value->list.count) {
    assign_parallel(assembler, node);
  } else {
    assign(assembler, target, sl_compile_operand(assembler, value), node->mark);
  }
}

static void augmented_index(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target;
  uint32_t object = sl_compile_operand(assembler, target->index.object);
  uint32_t value, key;
  bool constant = sl_compile_constant(assembler, target->index.key, &key);
  if (!constant) key = sl_compile_operand(assembler, target->index.key);
  value = sl_reserve(assembler, 1);
  sl_emit(assembler, constant ? SL_OPCODE_INDEX_K : SL_OPCODE_INDEX, value, object, key,
          node->mark);
  sl_compile_binary(assembler, node->op, true, value, value, node->assign.value, node->mark);
  sl_emit(assembler, constant ? SL_OPCODE_SET_INDEX_K : SL_OPCODE_SET_INDEX, object, value, key,
          node->mark);
}

static void augmented_dot(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target;
  uint32_t object = sl_compile_operand(assembler, target->dot.object);
  uint32_t value = sl_reserve(assembler, 1);
  uint32_t index;
  struct sl_site *site = sl_emit_site(assembler, &index);
  site->name = sl_compile_name(assembler->compiler, target->dot.name);
  sl_emit(assembler, SL_OPCODE_ATTRIBUTE, value, object, index, target->mark);
  sl_compile_binary(assembler, node->op, true, value, value, node->assign.value, node->mark);
  sl_emit(assembler, SL_OPCODE_SET_ATTRIBUTE, object, value, attribute_constant(assembler, target),
          target->mark);
}

static void augmented(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target;
  if (target->kind == SL_NODE_INDEX) {
    augmented_index(assembler, node);
  } else if (target->kind == SL_NODE_DOT) {
    augmented_dot(assembler, node);
  } else {
    uint32_t value = sl_compile_operand(assembler, target);
    sl_compile_binary(assembler, node->op, true, value, value, node->assign.value, node->mark);
    assign(assembler, target, value, node->mark);
  }
}

// ---------------------------------------------------------------- loops

// Whether a loop can count instead of asking an iterator.
static bool is_range_call(const struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->kind != SL_NODE_CALL ||
      !sl_compile_is(assembler, node->call.callee, assembler->compiler->range)) {
    return false;
  }
  uint32_t count = node->call.arguments.count;
  return count >= 1 && count <= 3 && sl_compile_all_positional(node);
}

static void begin_range(struct sl_assembler *assembler, const struct sl_node *target,
                        const struct sl_node *node, uint32_t counter, struct sl_jumps *begin) {
  (void)target;
  const struct sl_node_list *list = &node->call.arguments;
  for (uint32_t i = 0; i < list->count; i++) {
    sl_compile_expression(assembler, list->items[i]->argument.value, counter + 1 + i);
  }
  sl_emit_jump(assembler, SL_OPCODE_RANGE, counter, list->count, begin, node->mark);
}

static void begin_iterator(struct sl_assembler *assembler, const struct sl_node *target,
                           const struct sl_node *node, uint32_t iterator, struct sl_jumps *begin) {
  uint32_t next = assembler->next;
  uint32_t operand =
      (is_sequence_display(target) ? sl_compile_pairs : sl_compile_operand)(assembler, node);
  sl_emit_jump(assembler, SL_OPCODE_ITERATE, iterator, operand, begin, node->start);
  assembler->next = next;
}

void sl_compile_for(struct sl_assembler *assembler, const struct sl_node *target,
                    const struct sl_node *iterable, uint32_t offset,
                    const struct sl_loop_body *body) {
  uint32_t next = assembler->next;
  bool range = is_range_call(assembler, iterable);
  struct sl_loop loop = {.outer = assembler->loop,
                         .kind = range ? SL_LOOP_RANGE : SL_LOOP_ITERATOR};
  struct sl_jumps begin = {0};
  loop.iterator = sl_reserve(assembler, SL_ITERATOR_REGISTERS);
  (range ? begin_range : begin_iterator)(assembler, target, iterable, loop.iterator, &begin);
  if (body->collect) {
    sl_emit_target(assembler, &begin);
    sl_emit_jump(assembler, body->collect, body->result, loop.iterator, &begin, SL_NO_OFFSET);
  }
  uint32_t item = is_plain_local(target) ? target->mark : sl_reserve(assembler, 1);
  uint32_t top = sl_emit_here(assembler);
  assembler->loop = &loop;
  assign(assembler, target, item, offset);
  body->compile(assembler, body);
  assembler->loop = loop.outer;
  sl_emit_target(assembler, &begin);
  sl_emit_target(assembler, &loop.continues);
  sl_emit_jump_back(assembler, range ? SL_OPCODE_NEXT_IN_RANGE : SL_OPCODE_NEXT, loop.iterator,
                    item, top, SL_NO_OFFSET);
  sl_emit_target(assembler, &loop.breaks);
  if (!range) {
    sl_emit_loop_range(assembler, top, loop.iterator);
    sl_emit(assembler, SL_OPCODE_END, loop.iterator, 0, 0, SL_NO_OFFSET);
  }
  assembler->next = next;
}

static void loop_block(struct sl_assembler *assembler, const struct sl_loop_body *body) {
  block(assembler, body->data);
}

static void while_loop(struct sl_assembler *assembler, const struct sl_node *node) {
  struct sl_loop loop = {.outer = assembler->loop, .kind = SL_LOOP_WHILE};
  uint32_t top = sl_emit_here(assembler);
  sl_compile_condition(assembler, node->loop.iterable, false, &loop.breaks);
  assembler->loop = &loop;
  block(assembler, node->loop.body);
  assembler->loop = loop.outer;
  sl_emit_target(assembler, &loop.continues);
  sl_emit_jump_back(assembler, SL_OPCODE_LOOP, 0, 0, top, SL_NO_OFFSET);
  sl_emit_target(assembler, &loop.breaks);
}

// ---------------------------------------------------------------- other statements

static void expression_statement(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_node *value = node->expression.value;
  uint32_t unused;
  bool silent = !assembler->top_level && sl_compile_constant(assembler, value, &unused);
  if (silent || (!assembler->top_level && sl_compile_append(assembler, value))) return;
  uint32_t result = sl_compile_operand(assembler, value);
  if (assembler->top_level) sl_emit(assembler, SL_OPCODE_RESULT, result, 0, 0, SL_NO_OFFSET);
}

static void if_statement(struct sl_assembler *assembler, const struct sl_node *node) {
  struct sl_jumps end = {0};
  // A chain of elif is a loop here, so that its length does not matter.
  while (node && node->kind == SL_NODE_IF) {
    struct sl_jumps otherwise = {0};
    sl_compile_condition(assembler, node->branch.condition, false, &otherwise);
    block(assembler, node->branch.then);
    if (node->branch.otherwise) sl_emit_jump(assembler, SL_OPCODE_JUMP, 0, 0, &end, SL_NO_OFFSET);
    sl_emit_target(assembler, &otherwise);
    node = node->branch.otherwise;
  }
  if (node) block(assembler, node);
  sl_emit_target(assembler, &end);
}

static void leave_loops(struct sl_assembler *assembler) {
  for (const struct sl_loop *loop = assembler->loop; loop; loop = loop->outer) {
    if (loop->kind == SL_LOOP_ITERATOR)
      sl_emit(assembler, SL_OPCODE_END, loop->iterator, 0, 0, SL_NO_OFFSET);
  }
}

static void return_constant(struct sl_assembler *assembler, uint32_t constant) {
  leave_loops(assembler);
  sl_emit(assembler, SL_OPCODE_RETURN_CONSTANT, 0, 0, constant, SL_NO_OFFSET);
}

static void return_register(struct sl_assembler *assembler, uint32_t result, uint32_t offset) {
  sl_compile_wanted_result(assembler, result, offset);
  leave_loops(assembler);
  sl_emit(assembler, SL_OPCODE_RETURN, result, 0, 0, SL_NO_OFFSET);
}

// The return statement; the body of a lambda; the one expression of a file; without a value also a function's end.
static void return_value(struct sl_assembler *assembler, const struct sl_node *value) {
  bool wanted = sl_compile_wants_result(assembler);
  uint32_t constant;
  if (value &&
      (assembler->top_level || wanted || !sl_compile_constant(assembler, value, &constant))) {
    uint32_t result = sl_compile_operand(assembler, value);
    if (assembler->top_level) sl_emit(assembler, SL_OPCODE_RESULT, result, 0, 0, SL_NO_OFFSET);
    return_register(assembler, result, value->start);
    return;
  }
  if (!value) constant = sl_emit_constant(assembler, SL_NONE);
  if (!wanted) {
    return_constant(assembler, constant);
    return;
  }
  uint32_t result = sl_reserve(assembler, 1);
  sl_emit(assembler, SL_OPCODE_CONSTANT, result, 0, constant, SL_NO_OFFSET);
  return_register(assembler, result, assembler->syntax->name_start);
}

static void load(struct sl_assembler *assembler, const struct sl_node *node) {
  const struct sl_file *file = assembler->compiler->file;
  uint32_t index = 0;
  while (file->loads[index] != node) index++;
  uint32_t module = sl_reserve(assembler, 2);
  uint32_t symbol = module + 1;
  sl_emit(assembler, SL_OPCODE_LOAD, module, 0, index, node->start);
  for (uint32_t i = 0; i < node->load.bindings.count; i++) {
    const struct sl_node *binding = node->load.bindings.items[i];
    const struct sl_node *original = binding->load_binding.original;
    uint32_t name = sl_emit_constant(
        assembler, sl_string_intern(original->string.bytes, original->string.length));
    sl_emit(assembler, SL_OPCODE_LOAD_SYMBOL, symbol, module, name, original->start);
    assign(assembler, binding->load_binding.local, symbol, original->start);
  }
}

static void define(struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->op == SL_SCOPE_LOCAL) {
    sl_compile_function(assembler, node->function, node->mark);
    return;
  }
  uint32_t function = sl_reserve(assembler, 1);
  sl_compile_function(assembler, node->function, function);
  store(assembler, node->op, node->mark, function);
}

static void statement(struct sl_assembler *assembler, const struct sl_node *node) {
  uint32_t next = assembler->next;
  struct sl_loop_body body = {.compile = loop_block, .data = node->loop.body};
  switch (node->kind) {
    case SL_NODE_EXPRESSION_STATEMENT:
      expression_statement(assembler, node);
      break;
    case SL_NODE_ASSIGN:
      assignment(assembler, node);
      break;
    case SL_NODE_AUGMENTED:
      augmented(assembler, node);
      break;
    case SL_NODE_DEF:
      define(assembler, node);
      break;
    case SL_NODE_FOR:
      sl_compile_for(assembler, node->loop.target, node->loop.iterable, node->start, &body);
      break;
    case SL_NODE_WHILE:
      while_loop(assembler, node);
      break;
    case SL_NODE_IF:
      if_statement(assembler, node);
      break;
    case SL_NODE_RETURN:
      return_value(assembler, node->expression.value);
      break;
    case SL_NODE_BREAK:
      sl_emit_jump(assembler, SL_OPCODE_JUMP, 0, 0, &assembler->loop->breaks, SL_NO_OFFSET);
      break;
    case SL_NODE_CONTINUE:
      sl_emit_jump(assembler, SL_OPCODE_JUMP, 0, 0, &assembler->loop->continues, SL_NO_OFFSET);
      break;
    case SL_NODE_LOAD:
      load(assembler, node);
      break;
    default:
      break;  // pass, type aliases
  }
  assembler->next = next;
}

static void block(struct sl_assembler *assembler, const struct sl_node *node) {
  for (uint32_t i = 0; i < node->list.count; i++) statement(assembler, node->list.items[i]);
}

void sl_compile_body(struct sl_assembler *assembler) {
  const struct sl_node *body = assembler->syntax->body;
  if (body->kind != SL_NODE_BLOCK) {
    return_value(assembler, body);
    return;
  }
  block(assembler, body);
  return_value(assembler, NULL);
}
