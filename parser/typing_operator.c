// SPDX-License-Identifier: Apache-2.0
//
// Operators on types: what an operation makes of the types of its operands. Invariant: a union has an operation if
// each of its members has it.
#include "parser/typing.h"

// Bits of operators, for tables.
#define BIT(op) (UINT32_C(1) << (op))
enum {
  SHIFTS_AND_BITS = BIT(SL_OP_AMPERSAND) | BIT(SL_OP_PIPE) | BIT(SL_OP_CARET) |
                    BIT(SL_OP_LESS_LESS) | BIT(SL_OP_GREATER_GREATER),
  ARITHMETIC = BIT(SL_OP_PLUS) | BIT(SL_OP_MINUS) | BIT(SL_OP_STAR) | BIT(SL_OP_SLASH) |
               BIT(SL_OP_SLASH_SLASH) | BIT(SL_OP_PERCENT),
};

static bool is_number(sl_static x) {
  return x->kind == SL_STATIC_INT || x->kind == SL_STATIC_FLOAT;
}

static bool is_tuple(sl_static x) {
  return x->kind == SL_STATIC_TUPLE || x->kind == SL_STATIC_TUPLE_OF;
}

static bool is_mapping(sl_static x) {
  return x->kind == SL_STATIC_DICT || x->kind == SL_STATIC_MAPPING;
}

bool sl_static_literal(const struct sl_node *node, int64_t *value) {
  bool negative = node->kind == SL_NODE_UNARY && node->op == SL_OP_MINUS;
  if (negative) node = node->unary.operand;
  if (node->kind != SL_NODE_INT || node->integer.base || node->integer.value > INT32_MAX) {
    return false;
  }
  *value = negative ? -node->integer.value : node->integer.value;
  return true;
}

// ---------------------------------------------------------------- numbers

static sl_static on_numbers(enum sl_operator op, sl_static a, sl_static b) {
  bool integers = a->kind == SL_STATIC_INT && b->kind == SL_STATIC_INT;
  if (BIT(op) & SHIFTS_AND_BITS) return integers ? &sl_static_int : NULL;
  if (!(BIT(op) & ARITHMETIC)) return NULL;
  return integers && op != SL_OP_SLASH ? &sl_static_int : &sl_static_float;
}

// ---------------------------------------------------------------- sequences

static sl_static concatenate(struct sl_static_types *types, sl_static a, sl_static b) {
  if (a->kind == SL_STATIC_TUPLE && b->kind == SL_STATIC_TUPLE) {
    sl_static items[2 * SL_STATIC_ELEMENTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->count; i++) items[count++] = a->items[i];
    for (uint32_t i = 0; i < b->count; i++) items[count++] = b->items[i];
    return sl_static_tuple(types, items, count);
  }
  sl_static element =
      sl_static_either(types, sl_static_element(types, a), sl_static_element(types, b));
  return sl_static_of(types, SL_STATIC_TUPLE_OF, element);
}

static sl_static add(struct sl_static_types *types, sl_static a, sl_static b) {
  if (a->kind == SL_STATIC_STR && b->kind == SL_STATIC_STR) return a;
  if (a->kind == SL_STATIC_LIST && b->kind == SL_STATIC_LIST) {
    return sl_static_list(types, sl_static_either(types, a->items[0], b->items[0]));
  }
  return is_tuple(a) && is_tuple(b) ? concatenate(types, a, b) : NULL;
}

static sl_static repeat_tuple(struct sl_static_types *types, sl_static tuple,
                              const struct sl_node *times) {
  int64_t count;
  if (!sl_static_literal(times, &count)) {
    sl_static element = sl_static_element(types, tuple);
    return sl_static_of(types, SL_STATIC_TUPLE_OF, element);
  }
  if (count <= 0) return sl_static_tuple(types, NULL, 0);
  sl_static result = tuple;
  // What comes to too many elements has forgotten their number before long.
  for (int64_t i = 1; i < count && result->kind == SL_STATIC_TUPLE && tuple->count; i++) {
    result = concatenate(types, result, tuple);
  }
  return result;
}

// `sequence * count`, in either order.
static sl_static repeat(struct sl_static_types *types, sl_static sequence,
                        struct sl_static_operand times) {
  if (times.type->kind != SL_STATIC_INT) return NULL;
  if (sequence->kind == SL_STATIC_STR) return sequence;
  if (sequence->kind == SL_STATIC_LIST) return sl_static_list(types, sequence->items[0]);
  return is_tuple(sequence) ? repeat_tuple(types, sequence, times.node) : NULL;
}

// ---------------------------------------------------------------- sets and dicts

static sl_static on_sets(struct sl_static_types *types, enum sl_operator op, sl_static a,
                         sl_static b) {
  sl_static element = a->items[0];
  if (op == SL_OP_PIPE || op == SL_OP_CARET) {
    element = sl_static_either(types, element, b->items[0]);
  } else if (op != SL_OP_AMPERSAND && op != SL_OP_MINUS) {
    return NULL;
  }
  return sl_static_make(types, SL_STATIC_SET, true, &element, 1);
}

// ---------------------------------------------------------------- any

// `a in b`.
static sl_static contains(struct sl_static_types *types, sl_static a, sl_static b) {
  if (b->kind == SL_STATIC_STR) {
    return a->kind == SL_STATIC_STR || a->kind == SL_STATIC_ANY ? &sl_static_bool : NULL;
  }
  return sl_static_element(types, b) ? &sl_static_bool : NULL;
}

// Neither is a union.
static sl_static on_members(struct sl_static_types *types, enum sl_operator op,
                            struct sl_static_operand left, struct sl_static_operand right) {
  sl_static a = left.type, b = right.type;
  if (a->kind == SL_STATIC_NEVER || b->kind == SL_STATIC_NEVER) return &sl_static_never;
  if (op == SL_OP_IN || op == SL_OP_NOT_IN) return contains(types, a, b);
  if (op == SL_OP_PERCENT && a->kind == SL_STATIC_STR) return a;
  if (a->kind == SL_STATIC_ANY || b->kind == SL_STATIC_ANY) return &sl_static_any;
  if (is_number(a) && is_number(b)) return on_numbers(op, a, b);
  if (op == SL_OP_PLUS) return add(types, a, b);
  if (op == SL_OP_STAR) {
    return a->kind == SL_STATIC_INT ? repeat(types, b, left) : repeat(types, a, right);
  }
  if (a->kind == SL_STATIC_SET && b->kind == SL_STATIC_SET) return on_sets(types, op, a, b);
  if (op == SL_OP_PIPE && is_mapping(a) && is_mapping(b)) {
    return sl_static_dict(types, sl_static_either(types, a->items[0], b->items[0]),
                          sl_static_either(types, a->items[1], b->items[1]));
  }
  return NULL;
}

sl_static sl_static_binary(struct sl_static_types *types, enum sl_operator op,
                           struct sl_static_operand left, struct sl_static_operand right) {
  switch (op) {
    case SL_OP_EQUAL:
    case SL_OP_NOT_EQUAL:
      return &sl_static_bool;
    case SL_OP_LESS:
    case SL_OP_LESS_EQUAL:
    case SL_OP_GREATER:
    case SL_OP_GREATER_EQUAL:
      return sl_static_ordered(left.type, right.type) ? &sl_static_bool : NULL;
    default:
      break;
  }
  uint32_t left_count, right_count;
  sl_static const *lefts = sl_static_members(&left.type, &left_count);
  sl_static const *rights = sl_static_members(&right.type, &right_count);
  sl_static result = &sl_static_never;
  for (uint32_t i = 0; i < left_count; i++) {
    for (uint32_t j = 0; j < right_count; j++) {
      sl_static one = on_members(types, op, (struct sl_static_operand){left.node, lefts[i]},
                                 (struct sl_static_operand){right.node, rights[j]});
      if (!one) return NULL;
      result = sl_static_either(types, result, one);
    }
  }
  return result;
}

sl_static sl_static_unary(enum sl_operator op, sl_static operand) {
  if (op == SL_OP_NOT) return &sl_static_bool;
  uint32_t count;
  sl_static const *members = sl_static_members(&operand, &count);
  for (uint32_t i = 0; i < count; i++) {
    bool has = members[i]->kind == SL_STATIC_ANY || members[i]->kind == SL_STATIC_NEVER ||
               (op == SL_OP_TILDE ? members[i]->kind == SL_STATIC_INT : is_number(members[i]));
    if (!has) return NULL;
  }
  return operand;
}
