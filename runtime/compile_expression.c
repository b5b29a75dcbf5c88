// SPDX-License-Identifier: Apache-2.0
//
// Compile/expression: each expression leaves its value in a register the caller names. Invariant: a target that is a
// local is written by the last instruction only, as the expression may read the local.
#include "runtime/bind.h"
#include "runtime/compile.h"

enum {
  INTERN_LIMIT = 64,   // longer literals are no names
  LITERAL_CHUNK = 64,  // elements of a list literal that are in registers at once
  CHAIN_LIMIT = 32,    // sums of a chain that are made at once
};

static bool is_local(const struct sl_assembler *assembler, uint32_t target) {
  return target < assembler->syntax->local_count;
}

// The target itself, or a new register if it must not be written early.
static uint32_t scratch(struct sl_assembler *assembler, uint32_t target) {
  return is_local(assembler, target) ? sl_reserve(assembler, 1) : target;
}

static void move(struct sl_assembler *assembler, uint32_t target, uint32_t from) {
  if (target != from) sl_emit(assembler, SL_OPCODE_MOVE, target, from, 0, SL_NO_OFFSET);
}

// ---------------------------------------------------------------- constants

static sl_value constant_int(struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->integer.base == 0) return sl_int(node->integer.value);
  if (node->integer.length > SL_INT_DIGITS_LIMIT) {
    sl_compile_fail(assembler, node->start, "integer literal is too long");
    return sl_int(0);
  }
  return sl_int_parse(node->integer.digits, node->integer.length, node->integer.base, false);
}

static sl_value constant_string(const struct sl_node *node) {
  if (node->string.length > INTERN_LIMIT) return sl_string(node->string.bytes, node->string.length);
  return sl_string_intern(node->string.bytes, node->string.length);
}

static sl_value constant_of(struct sl_assembler *assembler, const struct sl_node *node);

// -1 and -1.5 are written as operators.
static sl_value constant_negative(struct sl_assembler *assembler, const struct sl_node *operand) {
  if (operand->kind == SL_NODE_INT) return sl_int_negate(constant_int(assembler, operand));
  if (operand->kind == SL_NODE_FLOAT) return sl_float(-operand->real.value);
  return NULL;
}

// "=" * 80, or an int.
static sl_value constant_product(const struct sl_node *left, const struct sl_node *right) {
  enum { LIMIT = 256 };
  int64_t factor = right->integer.value, product;
  if (left->kind == SL_NODE_INT) {
    bool fits = !__builtin_mul_overflow(left->integer.value, factor, &product);
    return fits ? sl_int(product) : NULL;
  }
  if (factor > LIMIT || left->string.length * (uint64_t)factor > LIMIT) return NULL;
  struct sl_text text = {0};
  for (int64_t i = 0; i < factor; i++) {
    sl_text_append(&text, left->string.bytes, left->string.length);
  }
  sl_value string = sl_string_from_text(&text);
  sl_text_free(&text);
  return string;
}

static bool is_plain_int(const struct sl_node *node) {
  return node->kind == SL_NODE_INT && node->integer.base == 0;
}

// Of two literals only: what they are part of is asked again.
static sl_value constant_binary(const struct sl_node *node) {
  const struct sl_node *left = node->binary.left, *right = node->binary.right;
  int64_t result;
  if (!is_plain_int(right) || !(is_plain_int(left) || left->kind == SL_NODE_STRING)) return NULL;
  if (node->op == SL_OP_STAR) return constant_product(left, right);
  if (left->kind == SL_NODE_STRING) return NULL;
  int64_t a = left->integer.value, b = right->integer.value;
  if (node->op == SL_OP_PLUS) return __builtin_add_overflow(a, b, &result) ? NULL : sl_int(result);
  if (node->op == SL_OP_MINUS) return __builtin_sub_overflow(a, b, &result) ? NULL : sl_int(result);
  return NULL;
}

static sl_value constant_tuple(struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->list.count > LITERAL_CHUNK) return NULL;
  sl_value items[LITERAL_CHUNK];
  for (uint32_t i = 0; i < node->list.count; i++) {
    items[i] = constant_of(assembler, node->list.items[i]);
    if (!items[i]) return NULL;
  }
  return sl_tuple(items, node->list.count);
}

// The value of an expression that is the same at each evaluation; NULL: it is not known.
static sl_value constant_of(struct sl_assembler *assembler, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_INT:
      return constant_int(assembler, node);
    case SL_NODE_FLOAT:
      return sl_float(node->real.value);
    case SL_NODE_STRING:
      return constant_string(node);
    case SL_NODE_BYTES:
      return sl_bytes(node->string.bytes, node->string.length);
    case SL_NODE_TUPLE:
      return constant_tuple(assembler, node);
    case SL_NODE_UNARY:
      return node->op == SL_OP_MINUS ? constant_negative(assembler, node->unary.operand) : NULL;
    case SL_NODE_BINARY:
      return constant_binary(node);
    case SL_NODE_IDENTIFIER:
      return node->op == SL_SCOPE_PREDECLARED ? assembler->compiler->predeclared[node->mark] : NULL;
    default:
      return NULL;
  }
}

bool sl_compile_constant(struct sl_assembler *assembler, const struct sl_node *node,
                         uint32_t *index) {
  sl_value value = constant_of(assembler, node);
  if (!value) return false;
  *index = sl_emit_constant(assembler, value);
  return true;
}

bool sl_compile_is(const struct sl_assembler *assembler, const struct sl_node *node,
                   sl_value builtin) {
  return builtin && node->kind == SL_NODE_IDENTIFIER && node->op == SL_SCOPE_PREDECLARED &&
         assembler->compiler->predeclared[node->mark] == builtin;
}

// ---------------------------------------------------------------- names

// Whether a node is the function's **kwargs.
static bool is_own_keywords(const struct sl_assembler *assembler, const struct sl_node *node) {
  return assembler->code->star_star && node->kind == SL_NODE_IDENTIFIER &&
         node->op == SL_SCOPE_LOCAL && node->mark == assembler->code->parameter_count - 1u;
}

// Called before a local's register is read.
static void check_bound(struct sl_assembler *assembler, const struct sl_node *node) {
  if (is_own_keywords(assembler, node)) assembler->code->passes_on = false;
  if (!(node->flags & SL_FLAG_MAY_BE_UNBOUND)) return;
  uint32_t name =
      sl_emit_constant(assembler, sl_compile_name(assembler->compiler, node->identifier.name));
  sl_emit(assembler, SL_OPCODE_CHECK_LOCAL, node->mark, 0, name, node->start);
  if (assembler->first_unbound == assembler->end_unbound) assembler->first_unbound = node->mark;
  if (node->mark < assembler->first_unbound) assembler->first_unbound = node->mark;
  if (node->mark >= assembler->end_unbound) assembler->end_unbound = node->mark + 1;
}

static void identifier(struct sl_assembler *assembler, const struct sl_node *node,
                       uint32_t target) {
  uint32_t name;
  switch (node->op) {
    case SL_SCOPE_LOCAL:
      check_bound(assembler, node);
      move(assembler, target, node->mark);
      return;
    case SL_SCOPE_CELL:
    case SL_SCOPE_FREE:
      name =
          sl_emit_constant(assembler, sl_compile_name(assembler->compiler, node->identifier.name));
      sl_emit(assembler, node->op == SL_SCOPE_CELL ? SL_OPCODE_GET_CELL : SL_OPCODE_FREE, target,
              node->mark, name, node->start);
      return;
    default:
      sl_emit(assembler, SL_OPCODE_GLOBAL, target, 0, node->mark, node->start);
  }
}

uint32_t sl_compile_operand(struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->kind == SL_NODE_IDENTIFIER && node->op == SL_SCOPE_LOCAL) {
    check_bound(assembler, node);
    return node->mark;
  }
  uint32_t target = sl_reserve(assembler, 1);
  sl_compile_expression(assembler, node, target);
  return target;
}

// An operand whose value may pass through `target`.
static uint32_t operand_through(struct sl_assembler *assembler, const struct sl_node *node,
                                uint32_t target) {
  if (is_local(assembler, target) ||
      (node->kind == SL_NODE_IDENTIFIER && node->op == SL_SCOPE_LOCAL)) {
    return sl_compile_operand(assembler, node);
  }
  sl_compile_expression(assembler, node, target);
  return target;
}

// ---------------------------------------------------------------- operators

struct operator_code {
  uint8_t value;     // opcode that makes a value
  bool constant;     // the next opcode takes a constant on the right
  uint8_t in_place;  // opcode of the augmented assignment
  uint8_t jump;      // opcode that jumps if it holds; 0: no comparison
  uint8_t jump_not;  // opcode that jumps if it does not
};

static const struct operator_code operators[] = {
    [SL_OP_PLUS] = {SL_OPCODE_ADD, true, SL_OPCODE_ADD_IN_PLACE, 0, 0},
    [SL_OP_MINUS] = {SL_OPCODE_SUBTRACT, true, SL_OPCODE_SUBTRACT_IN_PLACE, 0, 0},
    [SL_OP_STAR] = {SL_OPCODE_MULTIPLY, true, SL_OPCODE_MULTIPLY, 0, 0},
    [SL_OP_SLASH] = {SL_OPCODE_DIVIDE, true, SL_OPCODE_DIVIDE, 0, 0},
    [SL_OP_SLASH_SLASH] = {SL_OPCODE_FLOOR_DIVIDE, true, SL_OPCODE_FLOOR_DIVIDE, 0, 0},
    [SL_OP_PERCENT] = {SL_OPCODE_MODULO, true, SL_OPCODE_MODULO, 0, 0},
    [SL_OP_AMPERSAND] = {SL_OPCODE_AND, true, SL_OPCODE_AND_IN_PLACE, 0, 0},
    [SL_OP_PIPE] = {SL_OPCODE_OR, true, SL_OPCODE_OR_IN_PLACE, 0, 0},
    [SL_OP_CARET] = {SL_OPCODE_XOR, true, SL_OPCODE_XOR_IN_PLACE, 0, 0},
    [SL_OP_LESS_LESS] = {SL_OPCODE_SHIFT_LEFT, true, SL_OPCODE_SHIFT_LEFT, 0, 0},
    [SL_OP_GREATER_GREATER] = {SL_OPCODE_SHIFT_RIGHT, true, SL_OPCODE_SHIFT_RIGHT, 0, 0},
    [SL_OP_EQUAL] = {SL_OPCODE_EQUAL, true, 0, SL_OPCODE_JUMP_EQUAL, SL_OPCODE_JUMP_NOT_EQUAL},
    [SL_OP_NOT_EQUAL] = {SL_OPCODE_NOT_EQUAL, true, 0, SL_OPCODE_JUMP_NOT_EQUAL,
                         SL_OPCODE_JUMP_EQUAL},
    [SL_OP_LESS] = {SL_OPCODE_LESS, true, 0, SL_OPCODE_JUMP_LESS, SL_OPCODE_JUMP_GREATER_EQUAL},
    [SL_OP_LESS_EQUAL] = {SL_OPCODE_LESS_EQUAL, true, 0, SL_OPCODE_JUMP_LESS_EQUAL,
                          SL_OPCODE_JUMP_GREATER},
    [SL_OP_GREATER] = {SL_OPCODE_GREATER, true, 0, SL_OPCODE_JUMP_GREATER,
                       SL_OPCODE_JUMP_LESS_EQUAL},
    [SL_OP_GREATER_EQUAL] = {SL_OPCODE_GREATER_EQUAL, true, 0, SL_OPCODE_JUMP_GREATER_EQUAL,
                             SL_OPCODE_JUMP_LESS},
    [SL_OP_IN] = {SL_OPCODE_IN, false, 0, SL_OPCODE_JUMP_IN, SL_OPCODE_JUMP_NOT_IN},
    [SL_OP_NOT_IN] = {SL_OPCODE_NOT_IN, false, 0, SL_OPCODE_JUMP_NOT_IN, SL_OPCODE_JUMP_IN},
};

// The right operand of an operator. Where `in` looks through a list of constants, the same tuple does each time.
static uint32_t right_operand(struct sl_assembler *assembler, enum sl_operator op,
                              const struct sl_node *node) {
  bool list = (op == SL_OP_IN || op == SL_OP_NOT_IN) && node->kind == SL_NODE_LIST;
  sl_value tuple = list ? constant_tuple(assembler, node) : NULL;
  if (!tuple) return sl_compile_operand(assembler, node);
  uint32_t target = sl_reserve(assembler, 1);
  sl_emit(assembler, SL_OPCODE_CONSTANT, target, 0, sl_emit_constant(assembler, tuple),
          SL_NO_OFFSET);
  return target;
}

void sl_compile_binary(struct sl_assembler *assembler, enum sl_operator op, bool in_place,
                       uint32_t target, uint32_t left, const struct sl_node *right,
                       uint32_t offset) {
  const struct operator_code *code = &operators[op];
  uint32_t next = assembler->next;
  uint32_t constant;
  if (code->constant && sl_compile_constant(assembler, right, &constant)) {
    // A constant is no list, dict or set, so nothing can happen in place.
    sl_emit(assembler, code->value + 1, target, left, constant, offset);
  } else {
    uint32_t operand = right_operand(assembler, op, right);
    sl_emit(assembler, in_place ? code->in_place : code->value, target, left, operand, offset);
  }
  assembler->next = next;
}

// `and` and `or` as values.
static void logical(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  struct sl_jumps end = {0};
  uint32_t result = scratch(assembler, target);
  sl_compile_expression(assembler, node->binary.left, result);
  sl_emit_jump(assembler, node->op == SL_OP_OR ? SL_OPCODE_JUMP_IF : SL_OPCODE_JUMP_IF_NOT, result,
               0, &end, SL_NO_OFFSET);
  sl_compile_expression(assembler, node->binary.right, result);
  sl_emit_target(assembler, &end);
  move(assembler, target, result);
}

// The sums that a chain a + b + c ... ends with, outermost first. 0: it is no chain of strings, or one of its later
// operands does more than to be there, so that an earlier sum must have failed before.
static uint32_t string_chain(const struct sl_node *node, const struct sl_node **sums) {
  uint32_t count = 0;
  bool has_string = false;
  while (node->kind == SL_NODE_BINARY && node->op == SL_OP_PLUS && count < CHAIN_LIMIT) {
    const struct sl_node *right = node->binary.right, *left = node->binary.left;
    bool innermost = left->kind != SL_NODE_BINARY || left->op != SL_OP_PLUS;
    bool plain = right->kind == SL_NODE_STRING ||
                 (right->kind == SL_NODE_IDENTIFIER && right->op == SL_SCOPE_LOCAL &&
                  !(right->flags & SL_FLAG_MAY_BE_UNBOUND));
    if (!innermost && !plain) return 0;
    has_string |= right->kind == SL_NODE_STRING || left->kind == SL_NODE_STRING;
    sums[count++] = node;
    node = left;
  }
  return has_string && count >= 2 && count < CHAIN_LIMIT ? count : 0;
}

// The operands go into registers in a row, which one instruction joins if they are strings.
static void chain(struct sl_assembler *assembler, const struct sl_node **sums, uint32_t count,
                  uint32_t target) {
  uint32_t first = sl_reserve(assembler, count + 1);
  sl_compile_expression(assembler, sums[count - 1]->binary.left, first);
  for (uint32_t i = 1; i <= count; i++)
    sl_compile_expression(assembler, sums[count - i]->binary.right, first + i);
  sl_emit(assembler, SL_OPCODE_JOIN, target, first, count + 1, SL_NO_OFFSET);
  for (uint32_t i = 1; i <= count; i++) {
    sl_emit(assembler, SL_OPCODE_ADD, i == count ? target : first, first, first + i,
            sums[count - i]->mark);
  }
}

// x % (a, b): the operands go into registers in a row, from which they are formatted, without a tuple, if x is a string.
static bool format(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  const struct sl_node *right = node->binary.right;
  if (node->op != SL_OP_PERCENT || right->kind != SL_NODE_TUPLE) return false;
  uint32_t constant, count = right->list.count;
  if (count > LITERAL_CHUNK || sl_compile_constant(assembler, right, &constant)) return false;
  uint32_t pattern = sl_reserve(assembler, count + 1), tuple = pattern + 1;
  sl_compile_expression(assembler, node->binary.left, pattern);
  for (uint32_t i = 0; i < count; i++)
    sl_compile_expression(assembler, right->list.items[i], tuple + i);
  sl_emit(assembler, SL_OPCODE_FORMAT, target, pattern, count, node->mark);
  sl_emit(assembler, SL_OPCODE_TUPLE, tuple, tuple, count, SL_NO_OFFSET);
  sl_emit(assembler, SL_OPCODE_MODULO, target, pattern, tuple, node->mark);
  return true;
}

static void binary(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  if (format(assembler, node, target)) return;
  if (node->op == SL_OP_AND || node->op == SL_OP_OR) {
    logical(assembler, node, target);
    return;
  }
  const struct sl_node *sums[CHAIN_LIMIT];
  uint32_t sum_count = string_chain(node, sums);
  if (sum_count) {
    chain(assembler, sums, sum_count, target);
    return;
  }
  uint32_t left = operand_through(assembler, node->binary.left, target);
  sl_compile_binary(assembler, node->op, false, target, left, node->binary.right, node->mark);
}

// A chain that is too long for one node in another.
static void long_chain(struct sl_assembler *assembler, const struct sl_node *node,
                       uint32_t target) {
  struct sl_jumps end = {0};
  uint32_t result = scratch(assembler, target);
  sl_compile_expression(assembler, node->list.items[0], result);
  for (uint32_t i = 1; i < node->list.count; i++) {
    const struct sl_node *link = node->list.items[i], *right = link->binary.right;
    if (link->op == SL_OP_AND || link->op == SL_OP_OR) {
      sl_emit_jump(assembler, link->op == SL_OP_OR ? SL_OPCODE_JUMP_IF : SL_OPCODE_JUMP_IF_NOT,
                   result, 0, &end, SL_NO_OFFSET);
      sl_compile_expression(assembler, right, result);
    } else {
      sl_compile_binary(assembler, link->op, false, result, result, right, link->mark);
    }
  }
  sl_emit_target(assembler, &end);
  move(assembler, target, result);
}

static void unary(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  static const uint8_t opcodes[] = {[SL_OP_MINUS] = SL_OPCODE_NEGATE,
                                    [SL_OP_PLUS] = SL_OPCODE_PLUS,
                                    [SL_OP_TILDE] = SL_OPCODE_INVERT,
                                    [SL_OP_NOT] = SL_OPCODE_NOT};
  uint32_t operand = operand_through(assembler, node->unary.operand, target);
  sl_emit(assembler, opcodes[node->op], target, operand, 0, node->start);
}

// ---------------------------------------------------------------- conditions

// A comparison and its jump in one instruction.
static void comparison(struct sl_assembler *assembler, const struct sl_node *node, bool when,
                       struct sl_jumps *jumps) {
  const struct operator_code *code = &operators[node->op];
  enum sl_opcode op = when ? code->jump : code->jump_not;
  uint32_t left = sl_compile_operand(assembler, node->binary.left);
  uint32_t constant;
  bool with_constant = node->op != SL_OP_IN && node->op != SL_OP_NOT_IN &&
                       sl_compile_constant(assembler, node->binary.right, &constant) &&
                       constant <= UINT16_MAX;
  uint32_t right =
      with_constant ? constant : right_operand(assembler, node->op, node->binary.right);
  sl_emit_jump(assembler, with_constant ? op + 1 : op, left, right, jumps, node->mark);
}

// `a and b`, `a or b`: jumps if the whole is `when`.
static void logical_condition(struct sl_assembler *assembler, const struct sl_node *node, bool when,
                              struct sl_jumps *jumps) {
  bool decides =
      node->op == SL_OP_OR;  // the value of the left side that makes the right one superfluous
  struct sl_jumps end = {0};
  sl_compile_condition(assembler, node->binary.left, decides, decides == when ? jumps : &end);
  sl_compile_condition(assembler, node->binary.right, when, jumps);
  sl_emit_target(assembler, &end);
}

void sl_compile_condition(struct sl_assembler *assembler, const struct sl_node *node, bool when,
                          struct sl_jumps *jumps) {
  uint32_t next = assembler->next;
  if (node->kind == SL_NODE_UNARY && node->op == SL_OP_NOT) {
    sl_compile_condition(assembler, node->unary.operand, !when, jumps);
  } else if (node->kind == SL_NODE_BINARY && (node->op == SL_OP_AND || node->op == SL_OP_OR)) {
    logical_condition(assembler, node, when, jumps);
  } else if (node->kind == SL_NODE_BINARY && operators[node->op].jump) {
    comparison(assembler, node, when, jumps);
  } else {
    uint32_t operand = sl_compile_operand(assembler, node);
    sl_emit_jump(assembler, when ? SL_OPCODE_JUMP_IF : SL_OPCODE_JUMP_IF_NOT, operand, 0, jumps,
                 SL_NO_OFFSET);
  }
  assembler->next = next;
}

static void conditional(struct sl_assembler *assembler, const struct sl_node *node,
                        uint32_t target) {
  struct sl_jumps otherwise = {0}, end = {0};
  sl_compile_condition(assembler, node->conditional.condition, false, &otherwise);
  sl_compile_expression(assembler, node->conditional.then, target);
  sl_emit_jump(assembler, SL_OPCODE_JUMP, 0, 0, &end, SL_NO_OFFSET);
  sl_emit_target(assembler, &otherwise);
  sl_compile_expression(assembler, node->conditional.otherwise, target);
  sl_emit_target(assembler, &end);
}

// ---------------------------------------------------------------- displays

// Puts items [from, to) into new registers in a row; returns the first.
static uint32_t row_of(struct sl_assembler *assembler, const struct sl_node_list *list,
                       uint32_t from, uint32_t to) {
  uint32_t first = sl_reserve(assembler, to - from);
  for (uint32_t i = from; i < to; i++)
    sl_compile_expression(assembler, list->items[i], first + i - from);
  return first;
}

static void long_list(struct sl_assembler *assembler, const struct sl_node_list *list,
                      uint32_t target) {
  sl_emit(assembler, SL_OPCODE_LIST, target, 0, 0, SL_NO_OFFSET);
  for (uint32_t from = 0; from < list->count; from += LITERAL_CHUNK) {
    uint32_t next = assembler->next;
    uint32_t to = list->count - from > LITERAL_CHUNK ? from + LITERAL_CHUNK : list->count;
    uint32_t first = row_of(assembler, list, from, to);
    sl_emit(assembler, SL_OPCODE_LIST_MORE, target, first, to - from, SL_NO_OFFSET);
    assembler->next = next;
  }
}

static void sequence(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  bool tuple = node->kind == SL_NODE_TUPLE;
  if (node->list.count <= LITERAL_CHUNK) {
    uint32_t first = row_of(assembler, &node->list, 0, node->list.count);
    sl_emit(assembler, tuple ? SL_OPCODE_TUPLE : SL_OPCODE_LIST, target, first, node->list.count,
            SL_NO_OFFSET);
    return;
  }
  uint32_t list = scratch(assembler, target);
  long_list(assembler, &node->list, list);
  if (tuple) {
    sl_emit(assembler, SL_OPCODE_TUPLE_OF_LIST, target, list, 0, SL_NO_OFFSET);
  } else {
    move(assembler, target, list);
  }
}

// Whether an expression's evaluation can neither fail nor be seen.
static bool is_simple(struct sl_assembler *assembler, const struct sl_node *node) {
  uint32_t constant;
  return node->kind == SL_NODE_IDENTIFIER || sl_compile_constant(assembler, node, &constant);
}

static void dict_entry(struct sl_assembler *assembler, enum sl_opcode op, uint32_t dict,
                       const struct sl_node *entry) {
  uint32_t next = assembler->next;
  uint32_t key = sl_reserve(assembler, 2);
  sl_compile_expression(assembler, entry->entry.key, key);
  // Comprehensions look at the key before they evaluate its value.
  if (op == SL_OPCODE_DICT_PUT && !is_simple(assembler, entry->entry.value)) {
    sl_emit(assembler, SL_OPCODE_CHECK_KEY, key, 0, 0, entry->mark);
  }
  sl_compile_expression(assembler, entry->entry.value, key + 1);
  sl_emit(assembler, op, dict, key, 0, entry->mark);
  assembler->next = next;
}

// The keys of a dict display, all of them different names. NULL: it is another one.
static sl_value *names_of(const struct sl_node_list *entries) {
  if (entries->count == 0 || entries->count > LITERAL_CHUNK) return NULL;
  sl_value *names = sl_allocate(entries->count * sizeof *names);
  for (uint32_t i = 0; i < entries->count; i++) {
    const struct sl_node *key = entries->items[i]->entry.key;
    if (key->kind != SL_NODE_STRING || key->string.length > INTERN_LIMIT) return NULL;
    names[i] = constant_string(key);
    for (uint32_t j = 0; j < i; j++) {
      if (names[j] == names[i]) return NULL;
    }
  }
  return names;
}

// {"a": x, "b": y}: nothing is looked for when the values are there.
static bool dict_of_names(struct sl_assembler *assembler, const struct sl_node_list *entries,
                          uint32_t target) {
  sl_value *names = names_of(entries);
  if (!names) return false;
  uint32_t first = sl_reserve(assembler, entries->count), index;
  for (uint32_t i = 0; i < entries->count; i++)
    sl_compile_expression(assembler, entries->items[i]->entry.value, first + i);
  struct sl_site *site = sl_emit_site(assembler, &index);
  site->names = names;
  site->named_count = (uint16_t)entries->count;
  sl_emit(assembler, SL_OPCODE_DICT_OF_NAMES, target, first, index, SL_NO_OFFSET);
  return true;
}

static void dict(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  if (dict_of_names(assembler, &node->list, target)) return;
  uint32_t result = scratch(assembler, target);
  sl_emit(assembler, SL_OPCODE_DICT, result, 0, node->list.count, SL_NO_OFFSET);
  for (uint32_t i = 0; i < node->list.count; i++) {
    dict_entry(assembler, SL_OPCODE_DICT_INSERT, result, node->list.items[i]);
  }
  move(assembler, target, result);
}

// ---------------------------------------------------------------- comprehensions

// What is left to do of a comprehension.
struct comprehension {
  const struct sl_node *node;
  uint32_t clause;
  uint32_t result;
};

static void clauses(struct sl_assembler *assembler, const struct comprehension *comprehension);

static void inner_clauses(struct sl_assembler *assembler, const struct sl_loop_body *body) {
  clauses(assembler, body->data);
}

static void comprehension_item(struct sl_assembler *assembler,
                               const struct comprehension *comprehension) {
  const struct sl_node *item = comprehension->node->comprehension.body;
  if (comprehension->node->flags & SL_FLAG_DICT) {
    dict_entry(assembler, SL_OPCODE_DICT_PUT, comprehension->result, item);
    return;
  }
  uint32_t next = assembler->next;
  uint32_t value = sl_compile_operand(assembler, item);
  sl_emit(assembler, SL_OPCODE_LIST_PUSH, comprehension->result, value, 0, SL_NO_OFFSET);
  assembler->next = next;
}

static void clauses(struct sl_assembler *assembler, const struct comprehension *comprehension) {
  const struct sl_node_list *all = &comprehension->node->comprehension.clauses;
  if (comprehension->clause == all->count) {
    comprehension_item(assembler, comprehension);
    return;
  }
  const struct sl_node *clause = all->items[comprehension->clause];
  struct comprehension inner = *comprehension;
  inner.clause++;
  if (clause->kind == SL_NODE_FOR_CLAUSE) {
    struct sl_loop_body body = {.compile = inner_clauses, .data = &inner};
    if (comprehension->clause == 0) {
      body.collect = comprehension->node->flags & SL_FLAG_DICT ? SL_OPCODE_DICT_FOR_ALL
                                                               : SL_OPCODE_LIST_FOR_ALL;
      body.collect += all->count > 1;
      body.result = comprehension->result;
    }
    sl_compile_for(assembler, clause->for_clause.target, clause->for_clause.iterable, clause->start,
                   &body);
    return;
  }
  struct sl_jumps skip = {0};
  sl_compile_condition(assembler, clause->if_clause.condition, false, &skip);
  clauses(assembler, &inner);
  sl_emit_target(assembler, &skip);
}

static void comprehension(struct sl_assembler *assembler, const struct sl_node *node,
                          uint32_t target) {
  struct comprehension whole = {node, 0, scratch(assembler, target)};
  clauses(assembler, &whole);
  move(assembler, target, whole.result);
}

// ---------------------------------------------------------------- parts

static void index_of(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  uint32_t object = operand_through(assembler, node->index.object, target);
  uint32_t constant;
  if (sl_compile_constant(assembler, node->index.key, &constant)) {
    sl_emit(assembler, SL_OPCODE_INDEX_K, target, object, constant, node->mark);
  } else {
    uint32_t key = sl_compile_operand(assembler, node->index.key);
    sl_emit(assembler, SL_OPCODE_INDEX, target, object, key, node->mark);
  }
}

static void slice(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  uint32_t first = sl_reserve(assembler, 4);
  sl_compile_expression(assembler, node->slice.object, first);
  uint32_t given = 0;
  for (uint32_t i = 0; i < 3; i++) {
    if (!node->slice.bounds[i]) continue;
    sl_compile_expression(assembler, node->slice.bounds[i], first + 1 + i);
    given |= 1u << i;
  }
  sl_emit(assembler, SL_OPCODE_SLICE, target, first, given, node->mark);
}

static void dot(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  uint32_t object = operand_through(assembler, node->dot.object, target);
  uint32_t index;
  struct sl_site *site = sl_emit_site(assembler, &index);
  site->name = sl_compile_name(assembler->compiler, node->dot.name);
  sl_emit(assembler, SL_OPCODE_ATTRIBUTE, target, object, index, node->mark);
}

// ---------------------------------------------------------------- calls

bool sl_compile_all_positional(const struct sl_node *call) {
  for (uint32_t i = 0; i < call->call.arguments.count; i++) {
    if (call->call.arguments.items[i]->op != SL_ARGUMENT_POSITIONAL) return false;
  }
  return true;
}

// Whether a call has exactly `count` positional arguments and nothing else.
static bool is_positional(const struct sl_node *node, uint32_t count) {
  return node->call.arguments.count == count && sl_compile_all_positional(node);
}

// Puts the arguments into new registers in a row, which so follow the callee's, and describes them.
static void arguments(struct sl_assembler *assembler, const struct sl_node_list *list,
                      struct sl_site *site) {
  for (uint32_t i = 0; i < list->count; i++) {
    const struct sl_node *argument = list->items[i], *value = argument->argument.value;
    uint32_t target = sl_reserve(assembler, 1);
    if (argument->op == SL_ARGUMENT_STAR_STAR && is_own_keywords(assembler, value)) {
      move(assembler, target, value->mark);
    } else {
      sl_compile_expression(assembler, value, target);
    }
    site->positional_count += argument->op == SL_ARGUMENT_POSITIONAL;
    site->named_count += argument->op == SL_ARGUMENT_KEYWORD;
    if (argument->op == SL_ARGUMENT_STAR) site->star = argument->start;
    if (argument->op == SL_ARGUMENT_STAR_STAR) site->star_star = argument->start;
  }
  site->plain = site->positional_count == list->count;
  if (site->named_count == 0) return;
  site->names = sl_allocate(site->named_count * sizeof(sl_value));
  sl_value *name = site->names;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct sl_node *argument = list->items[i];
    if (argument->op != SL_ARGUMENT_KEYWORD) continue;
    *name++ = sl_compile_name(assembler->compiler, argument->argument.name);
  }
}

// A method is looked up before the arguments are evaluated; where these might tell, it is at least made sure that there is one.
static void check_method(struct sl_assembler *assembler, const struct sl_node *node,
                         uint32_t object, uint32_t site) {
  const struct sl_node_list *list = &node->call.arguments;
  for (uint32_t i = 0; i < list->count; i++) {
    if (is_simple(assembler, list->items[i]->argument.value)) continue;
    sl_emit(assembler, SL_OPCODE_CHECK_METHOD, object, 0, site, node->call.callee->mark);
    return;
  }
}

// x.name(...)
static void method_call(struct sl_assembler *assembler, const struct sl_node *node,
                        uint32_t target) {
  const struct sl_node *callee = node->call.callee;
  uint32_t window = sl_reserve(assembler, 1);
  struct sl_site described = {0};
  described.name = sl_compile_name(assembler->compiler, callee->dot.name);
  described.dot = callee->mark;
  described.window = (uint16_t)window;
  described.result = (uint16_t)target;
  uint32_t object = operand_through(assembler, callee->dot.object, window);
  uint32_t index;
  sl_emit_site(assembler, &index)->name = described.name;
  check_method(assembler, node, object, index);
  arguments(assembler, &node->call.arguments, &described);
  memcpy(sl_emitted_site(assembler, index), &described, sizeof described);
  sl_emit(assembler, SL_OPCODE_CALL_METHOD, window, object, index, node->mark);
}

static void plain_call(struct sl_assembler *assembler, const struct sl_node *node,
                       uint32_t target) {
  uint32_t window = sl_reserve(assembler, 1);
  struct sl_site described = {0};
  described.result = (uint16_t)target;
  sl_compile_expression(assembler, node->call.callee, window);
  arguments(assembler, &node->call.arguments, &described);
  if (described.plain) {
    sl_emit(assembler, SL_OPCODE_CALL, window, described.positional_count, target, node->mark);
    return;
  }
  uint32_t index;
  struct sl_site *site = sl_emit_site(assembler, &index);
  memcpy(site, &described, sizeof described);
  sl_emit(assembler, SL_OPCODE_CALL_SITE, window, 0, index, node->mark);
}

// The builtin that a call is known to be of; NULL: there is none, or not all arguments are positional.
static struct sl_builtin *known_builtin(const struct sl_assembler *assembler,
                                        const struct sl_node *node) {
  const struct sl_node *callee = node->call.callee;
  if (callee->kind != SL_NODE_IDENTIFIER || callee->op != SL_SCOPE_PREDECLARED ||
      !sl_compile_all_positional(node))
    return NULL;
  sl_value value = assembler->compiler->predeclared[callee->mark];
  bool known = value && sl_has_type(value, &sl_builtin_type);
  return known ? (struct sl_builtin *)(void *)value : NULL;
}

// f(x) of a builtin that is known (NULL: it is not), and whose arguments need no more than a look at their types. False: it is
// another call.
static bool builtin_call(struct sl_assembler *assembler, const struct sl_node *node,
                         struct sl_builtin *builtin, uint32_t target) {
  if (!builtin) return false;
  const struct sl_signature *signature = sl_signature_of(builtin);
  uint32_t count = node->call.arguments.count;
  if (!sl_binds_directly(signature, count)) return false;
  struct sl_site described = {.builtin = builtin, .result = (uint16_t)target};
  described.annotated = sl_annotated_arguments(signature, count);
  uint32_t window = sl_reserve(assembler, 1);
  arguments(assembler, &node->call.arguments, &described);
  sl_reserve(assembler, signature->parameter_count - count);
  uint32_t index;
  struct sl_site *site = sl_emit_site(assembler, &index);
  memcpy(site, &described, sizeof described);
  sl_emit(assembler, SL_OPCODE_CALL_BUILTIN, window, 0, index, node->mark);
  return true;
}

// Makes the site of an instruction that does a method's work if the receiver is of the type it expects.
static uint32_t shortcut_site(struct sl_assembler *assembler, const struct sl_node *callee,
                              uint32_t positional_count, uint32_t result) {
  uint32_t index;
  uint32_t window = sl_reserve(assembler, 1 + positional_count);
  struct sl_site *site = sl_emit_site(assembler, &index);
  site->name = sl_compile_name(assembler->compiler, callee->dot.name);
  site->dot = callee->mark;
  site->positional_count = (uint16_t)positional_count;
  site->plain = true;
  site->window = (uint16_t)window;
  site->result = (uint16_t)result;
  return index;
}

static bool is_method(const struct sl_node *node, const char *name, uint32_t argument_count) {
  const struct sl_node *callee = node->call.callee;
  return callee->kind == SL_NODE_DOT && strcmp(callee->dot.name->bytes, name) == 0 &&
         is_positional(node, argument_count);
}

bool sl_compile_append(struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->kind != SL_NODE_CALL || !is_method(node, "append", 1)) return false;
  const struct sl_node *callee = node->call.callee;
  uint32_t object = sl_compile_operand(assembler, callee->dot.object);
  uint32_t site = shortcut_site(assembler, callee, 1, sl_reserve(assembler, 1));
  check_method(assembler, node, object, site);
  uint32_t item = sl_compile_operand(assembler, node->call.arguments.items[0]->argument.value);
  sl_emit(assembler, SL_OPCODE_APPEND, object, item, site, node->mark);
  return true;
}

// What is called instead of a builtin where only the parts of pairs will be seen; NULL: the builtin.
static struct sl_builtin *pair_function(const struct sl_builtin *builtin) {
  for (struct sl_builtin *row = sl_pair_functions; builtin && row->signature; row++) {
    const char *name = sl_string_bytes(sl_signature_of(row)->name);
    if (sl_environment_get(sl_universe(), name) == (sl_value)(const void *)builtin) return row;
  }
  return NULL;
}

uint32_t sl_compile_pairs(struct sl_assembler *assembler, const struct sl_node *node) {
  if (node->kind != SL_NODE_CALL) return sl_compile_operand(assembler, node);
  uint32_t next = assembler->next, target = sl_reserve(assembler, 1);
  const struct sl_node *callee = node->call.callee;
  if (!is_method(node, "items", 0)) {
    struct sl_builtin *builtin = pair_function(known_builtin(assembler, node));
    if (builtin_call(assembler, node, builtin, target)) return target;
    assembler->next = next;
    return sl_compile_operand(assembler, node);
  }
  uint32_t object = operand_through(assembler, callee->dot.object, target);
  uint32_t site = shortcut_site(assembler, callee, 0, target);
  sl_emit(assembler, SL_OPCODE_ITEMS, target, object, site, node->mark);
  return target;
}

static void call(struct sl_assembler *assembler, const struct sl_node *node, uint32_t target) {
  const struct sl_node *callee = node->call.callee;
  if (is_method(node, "pop", 0)) {
    uint32_t object = operand_through(assembler, callee->dot.object, target);
    uint32_t site = shortcut_site(assembler, callee, 0, target);
    sl_emit(assembler, SL_OPCODE_POP, target, object, site, node->mark);
  } else if (callee->kind == SL_NODE_DOT) {
    method_call(assembler, node, target);
  } else if (is_positional(node, 1) &&
             sl_compile_is(assembler, callee, assembler->compiler->length)) {
    uint32_t operand =
        operand_through(assembler, node->call.arguments.items[0]->argument.value, target);
    uint32_t builtin = sl_emit_constant(assembler, assembler->compiler->length);
    sl_emit(assembler, SL_OPCODE_LENGTH, target, operand, builtin, node->mark);
  } else if (!builtin_call(assembler, node, known_builtin(assembler, node), target)) {
    plain_call(assembler, node, target);
  }
}

// ---------------------------------------------------------------- all of them

void sl_compile_expression(struct sl_assembler *assembler, const struct sl_node *node,
                           uint32_t target) {
  uint32_t next = assembler->next;
  uint32_t constant;
  if (sl_compile_constant(assembler, node, &constant)) {
    sl_emit(assembler, SL_OPCODE_CONSTANT, target, 0, constant, SL_NO_OFFSET);
    return;
  }
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
      identifier(assembler, node, target);
      break;
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
      sequence(assembler, node, target);
      break;
    case SL_NODE_DICT:
      dict(assembler, node, target);
      break;
    case SL_NODE_UNARY:
      unary(assembler, node, target);
      break;
    case SL_NODE_BINARY:
      binary(assembler, node, target);
      break;
    case SL_NODE_CHAIN:
      long_chain(assembler, node, target);
      break;
    case SL_NODE_CONDITIONAL:
      conditional(assembler, node, target);
      break;
    case SL_NODE_INDEX:
      index_of(assembler, node, target);
      break;
    case SL_NODE_SLICE:
      slice(assembler, node, target);
      break;
    case SL_NODE_DOT:
      dot(assembler, node, target);
      break;
    case SL_NODE_CALL:
      call(assembler, node, target);
      break;
    case SL_NODE_LAMBDA:
      sl_compile_function(assembler, node->function, target);
      break;
    case SL_NODE_COMPREHENSION:
      comprehension(assembler, node, target);
      break;
    case SL_NODE_CAST:
      sl_compile_expression(assembler, node->cast.value, target);
      break;
    default:
      sl_compile_fail(assembler, node->start, "unexpected construct");
  }
  assembler->next = next;
}
