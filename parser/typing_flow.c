// SPDX-License-Identifier: Apache-2.0
//
// Flow: what variables hold at a point of a function, beyond what their annotations say: what they were assigned last, and
// what conditions have told. Invariant: what is known of a variable is never less than what it may hold; where that
// cannot be seen, nothing is known.
//
// Changes are in a log, so that a branch can be taken back.
#include <string.h>

#include "parser/typing.h"

static void set(struct sl_typing *typing, struct sl_static_variable *variable, sl_static now) {
  if (variable->current == now && variable->setter == typing->frame) return;
  typing->changes = sl_tree_grow(typing->types.arena, typing->changes, typing->change_count,
                                 sizeof *typing->changes);
  typing->changes[typing->change_count++] =
      (struct sl_static_change){variable, variable->current, variable->setter};
  variable->current = now;
  variable->setter = typing->frame;
}

void sl_typing_undo(struct sl_typing *typing, uint32_t mark) {
  while (typing->change_count > mark) {
    const struct sl_static_change *change = &typing->changes[--typing->change_count];
    change->variable->current = change->previous;
    change->variable->setter = change->setter;
  }
}

// ---------------------------------------------------------------- what is known

static sl_static declared(const struct sl_static_variable *variable) {
  if (variable->declared) return variable->declared;
  return variable->defined && variable->bound == 1 ? variable->defined : NULL;
}

// Of a variable of another function, which may have been assigned since; a global is assigned once.
static sl_static known_outside(const struct sl_static_variable *variable, bool global) {
  sl_static current = variable->current;
  if (variable->declared) return current && !global ? &sl_static_any : variable->declared;
  return current && global && variable->bound == 1 ? current : &sl_static_any;
}

static sl_static known(const struct sl_typing *typing, const struct sl_static_variable *variable,
                       bool global) {
  if (variable->loaded) return &sl_static_any;
  if (variable->setter != typing->frame && !(variable->defined && variable->bound == 1)) {
    return known_outside(variable, global);
  }
  if (variable->current) return variable->current;
  sl_static type = declared(variable);
  return type ? type : &sl_static_any;
}

sl_static sl_typing_known(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_static_variable *variable = sl_typing_variable(typing, node);
  if (variable) return known(typing, variable, node->op == SL_SCOPE_GLOBAL);
  return sl_static_builtin(typing, node->identifier.name);
}

// ---------------------------------------------------------------- assignments

// Whether a member of a declared union may be what a value of the type is.
static bool may_be(sl_static member, const void *value) {
  sl_static assigned = value;
  uint32_t count;
  sl_static const *members = sl_static_members(&assigned, &count);
  for (uint32_t i = 0; i < count; i++) {
    if (sl_static_fits(member, members[i])) return true;
  }
  return false;
}

void sl_typing_assigned(struct sl_typing *typing, struct sl_static_variable *variable,
                        sl_static type) {
  if (!variable->declared) {
    if (!typing->untyped) set(typing, variable, sl_static_settle(&typing->types, type));
  } else if (variable->declared->kind == SL_STATIC_UNION) {
    set(typing, variable, sl_static_filter(&typing->types, variable->declared, may_be, type));
  } else if (variable->declared->kind == SL_STATIC_OBJECT) {
    set(typing, variable, sl_static_settle(&typing->types, type));
  } else {
    set(typing, variable, NULL);
  }
}

void sl_typing_enter_function(struct sl_typing *typing) {
  const struct sl_function_syntax *function = typing->frame->function;
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    const struct sl_parameter *parameter = &function->parameters[i];
    sl_static type = sl_typing_inside(typing, parameter->kind, &sl_static_any);
    if (parameter->type || type->kind == SL_STATIC_ANY) continue;
    sl_typing_assigned(typing, sl_typing_variable(typing, parameter->identifier), type);
  }
}

void sl_typing_mutated(struct sl_typing *typing, const struct sl_node *object) {
  if (object->kind != SL_NODE_IDENTIFIER) return;
  struct sl_static_variable *variable = sl_typing_variable(typing, object);
  if (!variable || variable->declared || !variable->current) return;
  set(typing, variable, sl_static_widen(&typing->types, variable->current));
}

// ---------------------------------------------------------------- conditions

// By what type() says.
static const struct {
  const char *name;
  enum sl_static_kind kind;
} type_names[] = {
    {"NoneType", SL_STATIC_NONE},  {"bool", SL_STATIC_BOOL},         {"int", SL_STATIC_INT},
    {"float", SL_STATIC_FLOAT},    {"string", SL_STATIC_STR},        {"list", SL_STATIC_LIST},
    {"dict", SL_STATIC_DICT},      {"set", SL_STATIC_SET},           {"tuple", SL_STATIC_TUPLE},
    {"tuple", SL_STATIC_TUPLE_OF}, {"function", SL_STATIC_CALLABLE},
};

// What type() says of values of the type; NULL: this or that.
static const char *type_name(sl_static type) {
  for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
    if (type_names[i].kind == type->kind) return type_names[i].name;
  }
  return NULL;
}

static bool is_named(sl_static member, const void *name) {
  const char *known = type_name(member);
  return !known || !strcmp(known, name);
}

static bool is_not_named(sl_static member, const void *name) {
  const char *known = type_name(member);
  return !known || strcmp(known, name) != 0;
}

// What anything of which type() says so is.
static sl_static of_name(struct sl_typing *typing, const char *name) {
  sl_static items[] = {&sl_static_any, &sl_static_any};
  for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
    if (strcmp(type_names[i].name, name) != 0) continue;
    switch (type_names[i].kind) {
      case SL_STATIC_NONE:
        return &sl_static_none;
      case SL_STATIC_BOOL:
        return &sl_static_bool;
      case SL_STATIC_INT:
        return &sl_static_int;
      case SL_STATIC_FLOAT:
        return &sl_static_float;
      case SL_STATIC_STR:
        return &sl_static_str;
      case SL_STATIC_TUPLE:
        return sl_static_of(&typing->types, SL_STATIC_TUPLE_OF, &sl_static_any);
      case SL_STATIC_CALLABLE:
        return &sl_static_any;
      default:
        return sl_static_make(&typing->types, type_names[i].kind, false, items,
                              type_names[i].kind == SL_STATIC_DICT ? 2 : 1);
    }
  }
  return &sl_static_any;
}

// A condition on a variable, or nothing.
static struct sl_static_variable *subject(const struct sl_typing *typing,
                                          const struct sl_node *node) {
  if (node->kind != SL_NODE_IDENTIFIER) return NULL;
  struct sl_static_variable *variable = sl_typing_variable(typing, node);
  return variable && !variable->loaded && !variable->defined ? variable : NULL;
}

static void keep(struct sl_typing *typing, const struct sl_node *node,
                 bool (*test)(sl_static member, const void *data), const void *data) {
  struct sl_static_variable *variable = subject(typing, node);
  if (!variable) return;
  sl_static now = known(typing, variable, node->op == SL_SCOPE_GLOBAL);
  sl_static kept = sl_static_filter(&typing->types, now, test, data);
  if (kept != now) set(typing, variable, kept);
}

static bool is_predeclared(const struct sl_node *node, const char *name) {
  return node->kind == SL_NODE_IDENTIFIER && node->op == SL_SCOPE_PREDECLARED &&
         !strcmp(node->identifier.name->bytes, name);
}

// The x of `type(x)`, or NULL.
static const struct sl_node *argument_of_type(const struct sl_node *node) {
  if (node->kind != SL_NODE_CALL || !is_predeclared(node->call.callee, "type") ||
      node->call.arguments.count != 1 ||
      node->call.arguments.items[0]->op != SL_ARGUMENT_POSITIONAL) {
    return NULL;
  }
  return node->call.arguments.items[0]->argument.value;
}

// The name of a type that an expression is: "list", type([]). NULL: no such name.
static const char *constant_name(struct sl_typing *typing, const struct sl_node *node) {
  if (node->kind == SL_NODE_STRING) {
    return sl_arena_copy(typing->types.arena, node->string.bytes, node->string.length);
  }
  const struct sl_node *example = argument_of_type(node);
  if (!example) return NULL;
  switch (example->kind) {
    case SL_NODE_STRING:
      return "string";
    case SL_NODE_INT:
      return "int";
    case SL_NODE_FLOAT:
      return "float";
    case SL_NODE_LIST:
      return "list";
    case SL_NODE_DICT:
      return "dict";
    case SL_NODE_TUPLE:
      return "tuple";
    default:
      return is_predeclared(example, "None") ? "NoneType" : NULL;
  }
}

static void narrow_to_name(struct sl_typing *typing, const struct sl_node *node, const char *name,
                           bool equal) {
  struct sl_static_variable *variable = subject(typing, node);
  if (!variable) return;
  sl_static now = known(typing, variable, node->op == SL_SCOPE_GLOBAL);
  if (equal && (now->kind == SL_STATIC_ANY || now->kind == SL_STATIC_OBJECT)) {
    set(typing, variable, of_name(typing, name));
  } else {
    keep(typing, node, equal ? is_named : is_not_named, name);
  }
}

// `a == b`, or that it is not so.
static void narrow_equal(struct sl_typing *typing, const struct sl_node *a, const struct sl_node *b,
                         bool equal) {
  if (is_predeclared(b, "None")) {
    keep(typing, a, equal ? is_named : is_not_named, "NoneType");
    return;
  }
  const struct sl_node *object = argument_of_type(a);
  const char *name = constant_name(typing, b);
  if (object && name) narrow_to_name(typing, object, name, equal);
}

static void narrow_binary(struct sl_typing *typing, const struct sl_node *node, bool truth) {
  const struct sl_node *left = node->binary.left, *right = node->binary.right;
  switch (node->op) {
    case SL_OP_AND:
    case SL_OP_OR:
      // Both are so only if the whole is.
      if (truth != (node->op == SL_OP_AND)) return;
      sl_typing_narrow(typing, left, truth);
      sl_typing_narrow(typing, right, truth);
      break;
    case SL_OP_EQUAL:
    case SL_OP_NOT_EQUAL:
      truth = truth == (node->op == SL_OP_EQUAL);
      narrow_equal(typing, left, right, truth);
      narrow_equal(typing, right, left, truth);
      break;
    default:
      break;
  }
}

static void narrow_chain(struct sl_typing *typing, const struct sl_node *node, bool truth) {
  const struct sl_node_list *list = &node->list;
  if (list->items[1]->op != (truth ? SL_OP_AND : SL_OP_OR)) return;
  sl_typing_narrow(typing, list->items[0], truth);
  for (uint32_t i = 1; i < list->count; i++) {
    sl_typing_narrow(typing, list->items[i]->binary.right, truth);
  }
}

void sl_typing_narrow(struct sl_typing *typing, const struct sl_node *condition, bool truth) {
  switch (condition->kind) {
    case SL_NODE_IDENTIFIER:
      if (truth) keep(typing, condition, is_not_named, "NoneType");
      break;
    case SL_NODE_UNARY:
      if (condition->op == SL_OP_NOT) sl_typing_narrow(typing, condition->unary.operand, !truth);
      break;
    case SL_NODE_BINARY:
      narrow_binary(typing, condition, truth);
      break;
    case SL_NODE_CHAIN:
      narrow_chain(typing, condition, truth);
      break;
    default:
      break;
  }
}

// ---------------------------------------------------------------- branches

struct sl_static_branch sl_typing_take_branch(struct sl_typing *typing, uint32_t mark) {
  uint32_t count = typing->change_count - mark;
  struct sl_static_branch branch = {
      sl_arena_allocate(typing->types.arena, (count + 1) * sizeof *branch.changes), count};
  for (uint32_t i = 0; i < count; i++) {
    struct sl_static_variable *variable = typing->changes[mark + i].variable;
    branch.changes[i] = (struct sl_static_change){variable, variable->current, variable->setter};
  }
  sl_typing_undo(typing, mark);
  return branch;
}

static bool is_unknown(sl_static type) { return !type || type->kind == SL_STATIC_ANY; }

// One or the other; NULL: nothing is known. Of a variable without annotation that begins as None the program knows better
// when it is something else.
static sl_static join(struct sl_typing *typing, const struct sl_static_variable *variable,
                      sl_static a, sl_static b) {
  if (a == b) return a;
  if (is_unknown(a) || is_unknown(b)) return NULL;
  bool none = a->kind == SL_STATIC_NONE || b->kind == SL_STATIC_NONE;
  if (none && !variable->declared) return NULL;
  return sl_static_either(&typing->types, a, b);
}

// What both branches have changed, then what only the second has: the first left that as it was.
static void join_branches(struct sl_typing *typing, uint32_t mark,
                          const struct sl_static_branch *first) {
  uint32_t end = typing->change_count;
  uint32_t visit = ++typing->visits;
  for (uint32_t i = 0; i < first->count; i++) {
    struct sl_static_variable *variable = first->changes[i].variable;
    if (variable->visit == visit) continue;
    variable->visit = visit;
    set(typing, variable, join(typing, variable, first->changes[i].previous, variable->current));
  }
  for (uint32_t i = mark; i < end; i++) {
    struct sl_static_change change = typing->changes[i];
    if (change.variable->visit == visit) continue;
    change.variable->visit = visit;
    sl_static before = change.setter == typing->frame ? change.previous : NULL;
    set(typing, change.variable, join(typing, change.variable, before, change.variable->current));
  }
}

void sl_typing_merge(struct sl_typing *typing, uint32_t mark, const struct sl_static_branch *first,
                     bool first_ends, bool second_ends) {
  if (first_ends && second_ends) {
    join_branches(typing, mark, first);
  } else if (first_ends) {
    sl_typing_undo(typing, mark);
    for (uint32_t i = 0; i < first->count; i++) {
      set(typing, first->changes[i].variable, first->changes[i].previous);
    }
  }
}

// ---------------------------------------------------------------- loops

static void forget(struct sl_typing *typing, const struct sl_node *node);

static void forget_target(struct sl_typing *typing, const struct sl_node *target) {
  switch (target->kind) {
    case SL_NODE_IDENTIFIER: {
      struct sl_static_variable *variable = sl_typing_variable(typing, target);
      if (variable && variable->current) set(typing, variable, NULL);
      break;
    }
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
      for (uint32_t i = 0; i < target->list.count; i++) {
        forget_target(typing, target->list.items[i]);
      }
      break;
    case SL_NODE_INDEX:
      sl_typing_mutated(typing, target->index.object);
      break;
    default:
      break;
  }
}

// `x.method(...)` as a statement.
static void forget_call(struct sl_typing *typing, const struct sl_node *node) {
  if (node->kind == SL_NODE_CALL && node->call.callee->kind == SL_NODE_DOT) {
    sl_typing_mutated(typing, node->call.callee->dot.object);
  }
}

static void forget(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_BLOCK:
      for (uint32_t i = 0; i < node->list.count; i++) forget(typing, node->list.items[i]);
      break;
    case SL_NODE_EXPRESSION_STATEMENT:
      forget_call(typing, node->expression.value);
      break;
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
      forget_target(typing, node->assign.target);
      break;
    case SL_NODE_FOR:
    case SL_NODE_WHILE:
      if (node->loop.target) forget_target(typing, node->loop.target);
      forget(typing, node->loop.body);
      break;
    case SL_NODE_IF:
      forget(typing, node->branch.then);
      if (node->branch.otherwise) forget(typing, node->branch.otherwise);
      break;
    default:
      break;
  }
}

void sl_typing_enter_loop(struct sl_typing *typing, const struct sl_node *loop) {
  forget(typing, loop);
}

void sl_typing_leave_loop(struct sl_typing *typing, uint32_t mark) {
  uint32_t end = typing->change_count;
  for (uint32_t i = mark; i < end; i++) {
    struct sl_static_variable *variable = typing->changes[i].variable;
    if (variable->current) set(typing, variable, NULL);
  }
}
