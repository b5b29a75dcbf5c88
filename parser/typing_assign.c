// SPDX-License-Identifier: Apache-2.0
//
// Targets: what assignments, loops and clauses put into variables, elements and fields. Invariant: a variable without
// annotation takes anything, and so do the elements of what it holds.
#include "parser/typing.h"

// ---------------------------------------------------------------- what targets take

static bool takes_elements(sl_static object) {
  uint32_t count;
  sl_static const *members = sl_static_members(&object, &count);
  for (uint32_t i = 0; i < count; i++) {
    enum sl_static_kind kind = members[i]->kind;
    if (kind != SL_STATIC_ANY && kind != SL_STATIC_NEVER && kind != SL_STATIC_LIST &&
        kind != SL_STATIC_DICT) {
      return false;
    }
  }
  return true;
}

static bool takes_fields(sl_static object) {
  uint32_t count;
  sl_static const *members = sl_static_members(&object, &count);
  for (uint32_t i = 0; i < count; i++) {
    if (members[i]->kind != SL_STATIC_ANY && members[i]->kind != SL_STATIC_NEVER) return false;
  }
  return true;
}

static struct sl_static_list target_index(struct sl_typing *typing, const struct sl_node *target) {
  const struct sl_node *object = target->index.object;
  sl_static type = sl_typing_infer(typing, object);
  if (!takes_elements(type)) {
    sl_typing_error(typing, target->start, target->end,
                    "%s of type '%s' does not support item assignment",
                    sl_typing_print(typing, object), sl_typing_show(typing, type));
  }
  return sl_typing_index(typing, target, type);
}

static struct sl_static_list target_dot(struct sl_typing *typing, const struct sl_node *target) {
  const struct sl_node *object = target->dot.object;
  sl_static type = sl_typing_infer(typing, object);
  if (!takes_fields(type)) {
    sl_typing_error(typing, target->start, target->end,
                    "%s of type '%s' does not support field assignment",
                    sl_typing_print(typing, object), sl_typing_show(typing, type));
  }
  return sl_typing_dot(typing, target, type);
}

// All of what is returned has to fit.
static struct sl_static_list wanted(struct sl_typing *typing, const struct sl_node *target) {
  if (target->kind == SL_NODE_INDEX) return target_index(typing, target);
  if (target->kind == SL_NODE_DOT) return target_dot(typing, target);
  const struct sl_static_variable *variable = sl_typing_variable(typing, target);
  struct sl_static_list list = {sl_arena_allocate(typing->types.arena, sizeof(sl_static)), 1};
  list.items[0] = variable && variable->declared ? variable->declared : &sl_static_any;
  return list;
}

static const char *show_target(struct sl_typing *typing, const struct sl_node *target,
                               struct sl_static_list list) {
  struct sl_text text = {0};
  const char *printed = sl_typing_print(typing, target);
  if (list.count == 1) {
    sl_text_format(&text, "'%s' of type '%s'", printed, sl_typing_show(typing, list.items[0]));
  } else {
    sl_text_format(&text, "'%s' which expects a value satisfying all of the %u types [", printed,
                   list.count);
    for (uint32_t i = 0; i < list.count; i++) {
      sl_text_format(&text, "%s'%s'", i ? ", " : "", sl_typing_show(typing, list.items[i]));
    }
    sl_text_append_char(&text, ']');
  }
  const char *shown = sl_arena_copy(typing->types.arena, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return shown;
}

// ---------------------------------------------------------------- single targets

static void check_fit(struct sl_typing *typing, const struct sl_node *target,
                      struct sl_static_list list, sl_static from) {
  for (uint32_t i = 0; i < list.count; i++) {
    if (sl_static_fits(list.items[i], from)) continue;
    sl_typing_error(typing, target->start, target->end, "cannot assign type '%s' to %s",
                    sl_typing_show(typing, from), show_target(typing, target, list));
    return;
  }
}

// Whether the target is an element of what a variable without annotation holds. Then what does not fit changes what
// is known of the variable, and is no error.
static bool is_loose(struct sl_typing *typing, const struct sl_node *target) {
  if (target->kind != SL_NODE_INDEX || target->index.object->kind != SL_NODE_IDENTIFIER)
    return false;
  const struct sl_static_variable *variable = sl_typing_variable(typing, target->index.object);
  return variable && !variable->declared && variable->current && takes_elements(variable->current);
}

static void assign_loose(struct sl_typing *typing, const struct sl_node *target, sl_static from) {
  sl_typing_infer(typing, target->index.key);
  bool quiet = typing->quiet;
  uint32_t found = typing->found;
  typing->quiet = true;
  check_fit(typing, target, wanted(typing, target), from);
  typing->quiet = quiet;
  if (typing->found != found) sl_typing_mutated(typing, target->index.object);
}

static void assign_sequence(struct sl_typing *typing, const struct sl_node *target, sl_static from);

void sl_typing_assign(struct sl_typing *typing, const struct sl_node *target, sl_static from) {
  if (target->kind == SL_NODE_LIST || target->kind == SL_NODE_TUPLE) {
    assign_sequence(typing, target, from);
  } else if (is_loose(typing, target)) {
    assign_loose(typing, target, from);
  } else {
    check_fit(typing, target, wanted(typing, target), from);
    if (target->kind != SL_NODE_IDENTIFIER) return;
    struct sl_static_variable *variable = sl_typing_variable(typing, target);
    if (variable) sl_typing_assigned(typing, variable, from);
  }
}

// ---------------------------------------------------------------- sequences

// What is at a place of one member: of a list that is written there, and has elements of several types, nobody knows.
static sl_static member_at(struct sl_typing *typing, sl_static member, uint32_t place) {
  if (member->kind == SL_STATIC_TUPLE) return member->items[place];
  sl_static element = sl_static_element(&typing->types, member);
  return member->fresh && element->kind == SL_STATIC_UNION ? &sl_static_any : element;
}

static sl_static element_at(struct sl_typing *typing, sl_static from, uint32_t place) {
  uint32_t count;
  sl_static const *members = sl_static_members(&from, &count);
  sl_static result = &sl_static_never;
  for (uint32_t i = 0; i < count; i++) {
    result = sl_static_either(&typing->types, result, member_at(typing, members[i], place));
  }
  return result;
}

static bool can_unpack(struct sl_typing *typing, const struct sl_node *target, sl_static from) {
  uint32_t count;
  sl_static const *members = sl_static_members(&from, &count);
  for (uint32_t i = 0; i < count; i++) {
    if (!sl_static_element(&typing->types, members[i])) {
      sl_typing_error(typing, target->start, target->end,
                      "cannot assign non-iterable type '%s' to '%s'", sl_typing_show(typing, from),
                      sl_typing_print(typing, target));
      return false;
    }
    if (members[i]->kind == SL_STATIC_TUPLE && members[i]->count != target->list.count) {
      sl_typing_error(typing, target->start, target->end,
                      "cannot assign type '%s' to '%s'; want %u-element sequence",
                      sl_typing_show(typing, from), sl_typing_print(typing, target),
                      target->list.count);
      return false;
    }
  }
  return true;
}

static void assign_sequence(struct sl_typing *typing, const struct sl_node *target,
                            sl_static from) {
  bool good = can_unpack(typing, target, from);
  for (uint32_t i = 0; i < target->list.count; i++) {
    sl_typing_assign(typing, target->list.items[i],
                     good ? element_at(typing, from, i) : &sl_static_any);
  }
}

void sl_typing_iterate(struct sl_typing *typing, const struct sl_node *target,
                       const struct sl_node *iterable, const char *what) {
  sl_static from = sl_typing_infer(typing, iterable);
  uint32_t count;
  sl_static const *members = sl_static_members(&from, &count);
  sl_static element = &sl_static_never;
  for (uint32_t i = 0; i < count; i++) {
    sl_static one = sl_static_element(&typing->types, members[i]);
    if (!one) {
      sl_typing_error(typing, iterable->start, iterable->end,
                      "%s operand must be an iterable, got '%s'", what,
                      sl_typing_show(typing, from));
      element = &sl_static_any;
      break;
    }
    element = sl_static_either(&typing->types, element, one);
  }
  sl_typing_assign(typing, target, element);
}

// ---------------------------------------------------------------- augmented

// What the target holds, to be an operand.
static struct sl_static_list held(struct sl_typing *typing, const struct sl_node *target,
                                  struct sl_static_list list) {
  if (target->kind == SL_NODE_IDENTIFIER) list.items[0] = sl_typing_known(typing, target);
  return list;
}

void sl_typing_assign_augmented(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target;
  bool loose = is_loose(typing, target);
  struct sl_static_list takes = wanted(typing, target);
  struct sl_static_operand right = {node->assign.value,
                                    sl_typing_infer(typing, node->assign.value)};
  sl_static result = &sl_static_never;
  sl_static first = takes.items[0];
  takes = held(typing, target, takes);
  for (uint32_t i = 0; i < takes.count; i++) {
    struct sl_static_operand left = {target, takes.items[i]};
    sl_static one = sl_typing_operate(typing, node->op, node->mark, left, right, "=");
    sl_static want = target->kind == SL_NODE_IDENTIFIER ? first : takes.items[i];
    result = sl_static_either(&typing->types, result, one);
    if (loose || sl_static_fits(want, one)) continue;
    takes.items[i] = want;
    sl_typing_error(
        typing, node->mark, node->mark + 1,
        "operator '%s=' cannot be applied to types '%s' and '%s': cannot update %s with a "
        "result value of type '%s'",
        sl_operator_text(node->op), sl_typing_show(typing, left.type),
        sl_typing_show(typing, right.type), show_target(typing, target, takes),
        sl_typing_show(typing, one));
  }
  if (loose && !sl_static_fits(first, result)) sl_typing_mutated(typing, target->index.object);
  if (target->kind != SL_NODE_IDENTIFIER) return;
  struct sl_static_variable *variable = sl_typing_variable(typing, target);
  if (variable) sl_typing_assigned(typing, variable, result);
}
