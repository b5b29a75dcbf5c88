// SPDX-License-Identifier: Apache-2.0
//
// Expressions: their types, from the bottom up, as net.starlark.java.syntax.TypeChecker infers them. Invariant: every
// part of an expression is looked at once; what is wrong is told where it is, and Any from there on.
#include "parser/typing.h"

static struct sl_static_list new_list(struct sl_typing *typing, uint32_t count) {
  return (struct sl_static_list){
      sl_arena_allocate(typing->types.arena, (count + 1) * sizeof(sl_static)), count};
}

static struct sl_static_list any_list(struct sl_typing *typing) {
  struct sl_static_list list = new_list(typing, 1);
  list.items[0] = &sl_static_any;
  return list;
}

static sl_static union_of(struct sl_typing *typing, struct sl_static_list list) {
  return sl_static_union(&typing->types, list.items, list.count);
}

// ---------------------------------------------------------------- operators

sl_static sl_typing_operate(struct sl_typing *typing, enum sl_operator op, uint32_t mark,
                            struct sl_static_operand left, struct sl_static_operand right,
                            const char *more) {
  sl_static result = sl_static_binary(&typing->types, op, left, right);
  if (result) return result;
  sl_typing_error(typing, mark, mark + 1,
                  "operator '%s%s' cannot be applied to types '%s' and '%s'", sl_operator_text(op),
                  more, sl_typing_show(typing, left.type), sl_typing_show(typing, right.type));
  return &sl_static_any;
}

static bool is_not_none(sl_static member, const void *data) {
  (void)data;
  return member->kind != SL_STATIC_NONE;
}

// `left and right`, `left or right`: one of the two; the right one is looked at only if the left one says so.
static sl_static infer_logical(struct sl_typing *typing, enum sl_operator op, sl_static left,
                               const struct sl_node *left_node, const struct sl_node *right) {
  // None is never what an `or` chooses.
  if (op == SL_OP_OR) left = sl_static_filter(&typing->types, left, is_not_none, NULL);
  sl_typing_narrow(typing, left_node, op == SL_OP_AND);
  return sl_static_either(&typing->types, left, sl_typing_infer(typing, right));
}

static bool is_logical(const struct sl_node *node) {
  return node->op == SL_OP_AND || node->op == SL_OP_OR;
}

static sl_static infer_binary(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *left = node->binary.left, *right = node->binary.right;
  sl_static left_type = sl_typing_infer(typing, left);
  if (!is_logical(node)) {
    return sl_typing_operate(typing, node->op, node->mark,
                             (struct sl_static_operand){left, left_type},
                             (struct sl_static_operand){right, sl_typing_infer(typing, right)}, "");
  }
  uint32_t mark = typing->change_count;
  sl_static result = infer_logical(typing, node->op, left_type, left, right);
  sl_typing_undo(typing, mark);
  return result;
}

// In a chain of `and` or `or` what each operand tells holds for those behind it.
static sl_static infer_chain(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node_list *list = &node->list;
  const struct sl_node *before = list->items[0];
  sl_static result = sl_typing_infer(typing, before);
  uint32_t mark = typing->change_count;
  for (uint32_t i = 1; i < list->count; i++) {
    const struct sl_node *item = list->items[i], *right = item->binary.right;
    if (is_logical(item)) {
      result = infer_logical(typing, item->op, result, before, right);
    } else {
      result =
          sl_typing_operate(typing, item->op, item->mark, (struct sl_static_operand){node, result},
                            (struct sl_static_operand){right, sl_typing_infer(typing, right)}, "");
    }
    before = right;
  }
  sl_typing_undo(typing, mark);
  return result;
}

static sl_static infer_unary(struct sl_typing *typing, const struct sl_node *node) {
  sl_static operand = sl_typing_infer(typing, node->unary.operand);
  sl_static result = sl_static_unary(node->op, operand);
  if (result) return result;
  sl_typing_error(typing, node->start, node->end, "operator '%s' cannot be applied to type '%s'",
                  sl_operator_text(node->op), sl_typing_show(typing, operand));
  return &sl_static_any;
}

static sl_static infer_conditional(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *condition = node->conditional.condition;
  sl_typing_infer(typing, condition);
  uint32_t mark = typing->change_count;
  sl_typing_narrow(typing, condition, true);
  sl_static then = sl_typing_infer(typing, node->conditional.then);
  sl_typing_undo(typing, mark);
  sl_typing_narrow(typing, condition, false);
  sl_static otherwise = sl_typing_infer(typing, node->conditional.otherwise);
  sl_typing_undo(typing, mark);
  return sl_static_either(&typing->types, then, otherwise);
}

// ---------------------------------------------------------------- attributes and elements

struct sl_static_list sl_typing_dot(struct sl_typing *typing, const struct sl_node *node,
                                    sl_static object) {
  uint32_t count;
  sl_static const *members = sl_static_members(&object, &count);
  struct sl_static_list list = new_list(typing, count);
  for (uint32_t i = 0; i < count; i++) {
    list.items[i] = sl_static_attribute(typing, members[i], node->dot.name);
    if (list.items[i]) continue;
    sl_typing_error(typing, node->mark, node->end, "'%s' of type '%s' does not have field '%s'",
                    sl_typing_print(typing, node->dot.object), sl_typing_show(typing, object),
                    node->dot.name->bytes);
    return any_list(typing);
  }
  return list;
}

// An object that is being indexed.
struct indexed {
  const struct sl_node *node;
  sl_static object;
  sl_static key;
};

static void need_integer(struct sl_typing *typing, const struct indexed *indexed) {
  if (sl_static_fits(&sl_static_int, indexed->key)) return;
  sl_typing_error(typing, indexed->node->mark, indexed->node->end,
                  "'%s' of type '%s' must be indexed by an integer, but got '%s'",
                  sl_typing_print(typing, indexed->node->index.object),
                  sl_typing_show(typing, indexed->object), sl_typing_show(typing, indexed->key));
}

static sl_static index_tuple(struct sl_typing *typing, const struct indexed *indexed,
                             sl_static tuple) {
  int64_t index;
  need_integer(typing, indexed);
  if (!sl_static_literal(indexed->node->index.key, &index)) {
    return sl_static_element(&typing->types, tuple);
  }
  int64_t place = index < 0 ? index + tuple->count : index;
  if (place >= 0 && place < tuple->count) return tuple->items[place];
  sl_typing_error(typing, indexed->node->mark, indexed->node->end,
                  "'%s' of type '%s' is indexed by integer %lld, which is out-of-range",
                  sl_typing_print(typing, indexed->node->index.object),
                  sl_typing_show(typing, indexed->object), (long long)index);
  return NULL;
}

static sl_static index_mapping(struct sl_typing *typing, const struct indexed *indexed,
                               sl_static mapping) {
  if (!sl_static_fits(mapping->items[0], indexed->key)) {
    sl_typing_error(typing, indexed->node->mark, indexed->node->end,
                    "'%s' of type '%s' requires key type '%s', but got '%s'",
                    sl_typing_print(typing, indexed->node->index.object),
                    sl_typing_show(typing, indexed->object),
                    sl_typing_show(typing, mapping->items[0]),
                    sl_typing_show(typing, indexed->key));
  }
  return mapping->items[1];
}

// Of one member of the object's type; NULL: it cannot be told.
static sl_static index_member(struct sl_typing *typing, const struct indexed *indexed,
                              sl_static member) {
  switch (member->kind) {
    case SL_STATIC_ANY:
    case SL_STATIC_NEVER:
      return member;
    case SL_STATIC_TUPLE:
      return index_tuple(typing, indexed, member);
    case SL_STATIC_LIST:
    case SL_STATIC_TUPLE_OF:
    case SL_STATIC_SEQUENCE:
      need_integer(typing, indexed);
      return member->items[0];
    case SL_STATIC_DICT:
    case SL_STATIC_MAPPING:
      return index_mapping(typing, indexed, member);
    case SL_STATIC_STR:
      need_integer(typing, indexed);
      return member;
    default:
      sl_typing_error(typing, indexed->node->mark, indexed->node->end,
                      "cannot index '%s' of type '%s'",
                      sl_typing_print(typing, indexed->node->index.object),
                      sl_typing_show(typing, indexed->object));
      return NULL;
  }
}

struct sl_static_list sl_typing_index(struct sl_typing *typing, const struct sl_node *node,
                                      sl_static object) {
  struct indexed indexed = {node, object, sl_typing_infer(typing, node->index.key)};
  uint32_t count;
  sl_static const *members = sl_static_members(&object, &count);
  struct sl_static_list list = new_list(typing, count);
  for (uint32_t i = 0; i < count; i++) {
    list.items[i] = index_member(typing, &indexed, members[i]);
    if (!list.items[i]) return any_list(typing);
  }
  return list;
}

// ---------------------------------------------------------------- slices

static bool check_bound(struct sl_typing *typing, const struct sl_node *bound, const char *what) {
  sl_static type = bound ? sl_typing_infer(typing, bound) : &sl_static_int;
  // None stands for a bound that is not there.
  if (sl_static_fits(sl_static_either(&typing->types, &sl_static_int, &sl_static_none), type)) {
    return true;
  }
  sl_typing_error(typing, bound->start, bound->end, "got '%s' for %s, want int",
                  sl_typing_show(typing, type), what);
  return false;
}

static bool check_bounds(struct sl_typing *typing, const struct sl_node *node) {
  static const char *const names[] = {"start index", "stop index", "slice step"};
  bool good = true;
  for (int i = 0; i < 3; i++) {
    if (!check_bound(typing, node->slice.bounds[i], names[i])) good = false;
  }
  int64_t step;
  const struct sl_node *bound = node->slice.bounds[2];
  if (!bound || !sl_static_literal(bound, &step) || step) return good;
  sl_typing_error(typing, bound->start, bound->end, "slice step cannot be zero");
  return false;
}

// A bound that is written down, or not there at all; as a place between two of the elements.
static bool known_bound(const struct sl_node *bound, int64_t absent, int64_t low, int64_t high,
                        int64_t *place) {
  *place = absent;
  if (!bound) return true;
  if (!sl_static_literal(bound, place)) return false;
  if (*place < 0) *place += high - low;
  if (*place < low) *place = low;
  if (*place > high) *place = high;
  return true;
}

static sl_static slice_tuple(struct sl_typing *typing, const struct sl_node *node,
                             sl_static tuple) {
  struct sl_node *const *bounds = node->slice.bounds;
  int64_t step = 1, start, stop, length = tuple->count;
  bool known = !bounds[2] || sl_static_literal(bounds[2], &step);
  // Backwards the places are those before the elements.
  int64_t low = step < 0 ? -1 : 0;
  known = known && known_bound(bounds[0], step < 0 ? length - 1 : 0, low, low + length, &start) &&
          known_bound(bounds[1], step < 0 ? -1 : length, low, low + length, &stop);
  if (!known) {
    return sl_static_of(&typing->types, SL_STATIC_TUPLE_OF,
                        sl_static_element(&typing->types, tuple));
  }
  struct sl_static_list items = new_list(typing, 0);
  items.items = sl_arena_allocate(typing->types.arena, (tuple->count + 1) * sizeof(sl_static));
  for (int64_t i = start; step > 0 ? i < stop : i > stop; i += step) {
    items.items[items.count++] = tuple->items[i];
  }
  return sl_static_tuple(&typing->types, items.items, items.count);
}

static sl_static slice_member(struct sl_typing *typing, const struct sl_node *node,
                              sl_static member) {
  switch (member->kind) {
    case SL_STATIC_ANY:
    case SL_STATIC_NEVER:
    case SL_STATIC_STR:
    case SL_STATIC_TUPLE_OF:
    case SL_STATIC_SEQUENCE:
      return member;
    case SL_STATIC_LIST:
      return sl_static_list(&typing->types, member->items[0]);
    case SL_STATIC_TUPLE:
      return slice_tuple(typing, node, member);
    default:
      sl_typing_error(typing, node->mark, node->end,
                      "invalid slice operand '%s' of type '%s', expected Sequence or str",
                      sl_typing_print(typing, node->slice.object), sl_typing_show(typing, member));
      return &sl_static_any;
  }
}

static sl_static infer_slice(struct sl_typing *typing, const struct sl_node *node) {
  sl_static object = sl_typing_infer(typing, node->slice.object);
  if (!check_bounds(typing, node)) return &sl_static_any;
  uint32_t count;
  sl_static const *members = sl_static_members(&object, &count);
  sl_static result = &sl_static_never;
  for (uint32_t i = 0; i < count; i++) {
    result = sl_static_either(&typing->types, result, slice_member(typing, node, members[i]));
  }
  return result;
}

// ---------------------------------------------------------------- values with parts

static sl_static infer_elements(struct sl_typing *typing, const struct sl_node_list *list) {
  sl_static element = &sl_static_never;
  for (uint32_t i = 0; i < list->count; i++) {
    element = sl_static_either(&typing->types, element, sl_typing_infer(typing, list->items[i]));
  }
  return element;
}

static sl_static infer_tuple(struct sl_typing *typing, const struct sl_node_list *list) {
  struct sl_static_list items = new_list(typing, list->count);
  for (uint32_t i = 0; i < list->count; i++) {
    items.items[i] = sl_typing_infer(typing, list->items[i]);
  }
  return sl_static_tuple(&typing->types, items.items, items.count);
}

static sl_static infer_dict(struct sl_typing *typing, const struct sl_node_list *list) {
  sl_static key = &sl_static_never, value = &sl_static_never;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct sl_node *entry = list->items[i];
    key = sl_static_either(&typing->types, key, sl_typing_infer(typing, entry->entry.key));
    value = sl_static_either(&typing->types, value, sl_typing_infer(typing, entry->entry.value));
  }
  return sl_static_dict(&typing->types, key, value);
}

static sl_static infer_comprehension(struct sl_typing *typing, const struct sl_node *node) {
  uint32_t mark = typing->change_count;
  const struct sl_node *body = node->comprehension.body;
  for (uint32_t i = 0; i < node->comprehension.clauses.count; i++) {
    const struct sl_node *clause = node->comprehension.clauses.items[i];
    if (clause->kind == SL_NODE_FOR_CLAUSE) {
      sl_typing_iterate(typing, clause->for_clause.target, clause->for_clause.iterable,
                        "comprehension 'for' clause");
    } else {
      sl_typing_infer(typing, clause->if_clause.condition);
      sl_typing_narrow(typing, clause->if_clause.condition, true);
    }
  }
  sl_static result;
  if (node->flags & SL_FLAG_DICT) {
    sl_static key = sl_typing_infer(typing, body->entry.key);
    result = sl_static_dict(&typing->types, key, sl_typing_infer(typing, body->entry.value));
  } else {
    result = sl_static_list(&typing->types, sl_typing_infer(typing, body));
  }
  sl_typing_undo(typing, mark);
  return result;
}

static sl_static infer_lambda(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_function_syntax *function = node->function;
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    if (function->parameters[i].default_value) {
      sl_typing_infer(typing, function->parameters[i].default_value);
    }
  }
  struct sl_static_frame *frame = function->types;
  struct sl_static_callable *callable = sl_arena_allocate(typing->types.arena, sizeof *callable);
  uint32_t mark = typing->change_count;
  typing->frame = frame;
  sl_typing_enter_function(typing);
  *callable = *frame->callable;
  callable->result = sl_typing_infer(typing, function->body);
  sl_typing_undo(typing, mark);
  typing->frame = frame->outer;
  return sl_static_function(&typing->types, callable);
}

// What is wrong with the annotation has been told.
static sl_static infer_cast(struct sl_typing *typing, const struct sl_node *node) {
  sl_typing_infer(typing, node->cast.value);
  bool quiet = typing->quiet;
  typing->quiet = true;
  sl_static result = sl_typing_annotation(typing, node->cast.type);
  typing->quiet = quiet;
  return result;
}

// ---------------------------------------------------------------- all

sl_static sl_typing_infer(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
      return sl_typing_known(typing, node);
    case SL_NODE_STRING:
      return &sl_static_str;
    case SL_NODE_INT:
      return &sl_static_int;
    case SL_NODE_FLOAT:
      return &sl_static_float;
    case SL_NODE_LIST:
      return sl_static_list(&typing->types, infer_elements(typing, &node->list));
    case SL_NODE_TUPLE:
      return infer_tuple(typing, &node->list);
    case SL_NODE_DICT:
      return infer_dict(typing, &node->list);
    case SL_NODE_UNARY:
      return infer_unary(typing, node);
    case SL_NODE_BINARY:
      return infer_binary(typing, node);
    case SL_NODE_CHAIN:
      return infer_chain(typing, node);
    case SL_NODE_CONDITIONAL:
      return infer_conditional(typing, node);
    case SL_NODE_INDEX:
      return union_of(typing,
                      sl_typing_index(typing, node, sl_typing_infer(typing, node->index.object)));
    case SL_NODE_SLICE:
      return infer_slice(typing, node);
    case SL_NODE_DOT:
      return union_of(typing,
                      sl_typing_dot(typing, node, sl_typing_infer(typing, node->dot.object)));
    case SL_NODE_CALL:
      return sl_typing_call(typing, node);
    case SL_NODE_COMPREHENSION:
      return infer_comprehension(typing, node);
    case SL_NODE_LAMBDA:
      return infer_lambda(typing, node);
    case SL_NODE_CAST:
      return infer_cast(typing, node);
    default:
      return &sl_static_any;
  }
}
