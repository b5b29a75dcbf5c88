// SPDX-License-Identifier: Apache-2.0
//
// Declarations: what the annotations, defs and type statements of a file make of its variables, before any statement is
// looked at. Invariant: after it every function has a frame, and every variable that an annotation speaks of its type.
#include "parser/typing.h"

static void walk(struct sl_typing *typing, const struct sl_node *node);
static void walk_list(struct sl_typing *typing, const struct sl_node_list *list);

struct sl_static_variable *sl_typing_variable(const struct sl_typing *typing,
                                              const struct sl_node *node) {
  uint32_t index = node->mark;
  switch (node->op) {
    case SL_SCOPE_LOCAL:
    case SL_SCOPE_CELL:
      return &typing->frame->variables[index];
    case SL_SCOPE_FREE: {
      const struct sl_static_frame *frame = typing->frame;
      for (bool from_free = true; from_free; frame = frame->outer) {
        from_free = frame->function->free_variables[index].from_free;
        index = frame->function->free_variables[index].index;
      }
      return &frame->variables[index];
    }
    case SL_SCOPE_GLOBAL:
      return &typing->globals[index];
    default:
      return NULL;
  }
}

// The def that a lambda stands in, or the file, has type syntax; and so has the file.
static void mark_typed(const struct sl_typing *typing) {
  struct sl_static_frame *frame = typing->frame;
  while (frame->outer && !frame->function->name) frame = frame->outer;
  frame->typed = true;
  while (frame->outer) frame = frame->outer;
  frame->typed = true;
}

// ---------------------------------------------------------------- variables

static void bind(struct sl_typing *typing, const struct sl_node *node) {
  struct sl_static_variable *variable = sl_typing_variable(typing, node);
  if (!variable) return;
  variable->bound++;
  if (!variable->first) variable->first = node;
}

static uint32_t start_of(const struct sl_node *binder) {
  return binder->kind == SL_NODE_DEF ? binder->function->name_start : binder->start;
}

static void previously_declared(struct sl_typing *typing, const struct sl_node *first,
                                const struct sl_name *name) {
  uint32_t start = start_of(first);
  sl_typing_error(typing, start, start + name->length, "'%s' previously declared here",
                  name->bytes);
}

// An annotation of a variable: where it is bound for the first time, and nowhere else.
static void declare(struct sl_typing *typing, const struct sl_node *node, sl_static type) {
  struct sl_static_variable *variable = sl_typing_variable(typing, node);
  const struct sl_name *name = node->identifier.name;
  if (!variable) return;
  if (variable->first) {
    sl_typing_error(typing, node->start, node->end,
                    "type annotation on '%s' may only appear at its declaration", name->bytes);
    previously_declared(typing, variable->first, name);
  } else {
    variable->declared = type;
  }
  bind(typing, node);
}

// Type aliases stay what they are, even where globals may be bound again.
static void check_alias(struct sl_typing *typing, const struct sl_node *statement,
                        const struct sl_node *target) {
  if (target->kind == SL_NODE_LIST || target->kind == SL_NODE_TUPLE) {
    for (uint32_t i = 0; i < target->list.count; i++) {
      check_alias(typing, statement, target->list.items[i]);
    }
  }
  if (target->kind != SL_NODE_IDENTIFIER) return;
  const struct sl_static_variable *variable = sl_typing_variable(typing, target);
  if (!variable || !variable->alias) return;
  sl_typing_error(typing, statement->start, statement->end, "type '%s' redeclared",
                  target->identifier.name->bytes);
  previously_declared(typing, variable->first, target->identifier.name);
}

static void declare_alias(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target;
  const struct sl_node *parameters = node->assign.type;
  const struct sl_static_scope scope = {.outer = typing->scope, .parameters = parameters};
  mark_typed(typing);
  check_alias(typing, node, target);
  struct sl_static_alias *alias = sl_arena_allocate(typing->types.arena, sizeof *alias);
  typing->scope = &scope;
  *alias = (struct sl_static_alias){
      .name = target->identifier.name,
      .type = sl_typing_annotation(typing, node->assign.value),
      .parameter_count = parameters ? parameters->list.count : 0,
  };
  typing->scope = scope.outer;
  struct sl_static_variable *variable = sl_typing_variable(typing, target);
  bind(typing, target);
  if (variable && !variable->alias) variable->alias = alias;
}

static void declare_load(struct sl_typing *typing, const struct sl_node *node) {
  for (uint32_t i = 0; i < node->load.bindings.count; i++) {
    const struct sl_node *local = node->load.bindings.items[i]->load_binding.local;
    struct sl_static_variable *variable = sl_typing_variable(typing, local);
    if (variable) variable->loaded = true;
    bind(typing, local);
  }
}

// ---------------------------------------------------------------- functions

static bool has_annotations(const struct sl_function_syntax *function) {
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    if (function->parameters[i].type) return true;
  }
  return function->result_type || function->type_parameters;
}

static struct sl_static_frame *new_frame(struct sl_typing *typing,
                                         struct sl_function_syntax *function) {
  struct sl_static_frame *frame = sl_arena_allocate(typing->types.arena, sizeof *frame);
  size_t size = (function->local_count + 1) * sizeof *frame->variables;
  *frame = (struct sl_static_frame){
      .outer = typing->frame,
      .function = function,
      .variables = sl_arena_allocate(typing->types.arena, size),
  };
  for (uint32_t i = 0; i < function->local_count; i++) {
    frame->variables[i] = (struct sl_static_variable){0};
  }
  function->types = frame;
  return frame;
}

sl_static sl_typing_inside(struct sl_typing *typing, enum sl_parameter_kind kind, sl_static type) {
  const sl_static items[] = {&sl_static_str, type};
  switch (kind) {
    case SL_PARAMETER_STAR:
      return sl_static_of(&typing->types, SL_STATIC_TUPLE_OF, type);
    case SL_PARAMETER_STAR_STAR:
      return sl_static_make(&typing->types, SL_STATIC_DICT, false, items, 2);
    default:
      return type;
  }
}

static void declare_parameters(struct sl_typing *typing, const struct sl_function_syntax *function,
                               const struct sl_static_callable *callable) {
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    const struct sl_parameter *parameter = &function->parameters[i];
    struct sl_static_variable *variable = sl_typing_variable(typing, parameter->identifier);
    if (parameter->type) {
      sl_static type = callable->parameters[parameter->identifier->mark].type;
      variable->declared = sl_typing_inside(typing, parameter->kind, type);
    }
    bind(typing, parameter->identifier);
  }
}

static void walk_function(struct sl_typing *typing, const struct sl_node *node) {
  struct sl_function_syntax *function = node->function;
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    if (function->parameters[i].default_value) {
      walk(typing, function->parameters[i].default_value);
    }
  }
  const struct sl_static_scope scope = {typing->scope, function->type_parameters, true};
  typing->scope = &scope;
  struct sl_static_callable *callable = sl_typing_signature(typing, function);
  if (node->kind == SL_NODE_DEF) {
    struct sl_static_variable *variable = sl_typing_variable(typing, node);
    if (variable) variable->defined = sl_static_function(&typing->types, callable);
    bind(typing, node);
  }
  struct sl_static_frame *frame = new_frame(typing, function);
  frame->callable = callable;
  typing->frame = frame;
  callable->annotated = has_annotations(function);
  if (callable->annotated) mark_typed(typing);
  declare_parameters(typing, function, callable);
  walk(typing, function->body);
  typing->frame = frame->outer;
  typing->scope = scope.outer;
}

// ---------------------------------------------------------------- the walk

static void bind_target(struct sl_typing *typing, const struct sl_node *target) {
  if (target->kind == SL_NODE_IDENTIFIER) {
    bind(typing, target);
  } else if (target->kind == SL_NODE_LIST || target->kind == SL_NODE_TUPLE) {
    for (uint32_t i = 0; i < target->list.count; i++) bind_target(typing, target->list.items[i]);
  } else {
    walk(typing, target);
  }
}

static void walk_assignment(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *target = node->assign.target;
  if (node->assign.type) {
    mark_typed(typing);
    declare(typing, target, sl_typing_annotation(typing, node->assign.type));
  } else {
    bind_target(typing, target);
  }
  check_alias(typing, node, target);
  if (node->assign.value) walk(typing, node->assign.value);
}

static void walk_list(struct sl_typing *typing, const struct sl_node_list *list) {
  for (uint32_t i = 0; i < list->count; i++) walk(typing, list->items[i]);
}

static void walk_comprehension(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node_list *clauses = &node->comprehension.clauses;
  for (uint32_t i = 0; i < clauses->count; i++) {
    const struct sl_node *clause = clauses->items[i];
    if (clause->kind == SL_NODE_IF_CLAUSE) {
      walk(typing, clause->if_clause.condition);
    } else {
      bind_target(typing, clause->for_clause.target);
      walk(typing, clause->for_clause.iterable);
    }
  }
  walk(typing, node->comprehension.body);
}

static void walk_statement(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_BLOCK:
      walk_list(typing, &node->list);
      break;
    case SL_NODE_EXPRESSION_STATEMENT:
    case SL_NODE_RETURN:
      if (node->expression.value) walk(typing, node->expression.value);
      break;
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
      walk_assignment(typing, node);
      break;
    case SL_NODE_TYPE_ALIAS:
      declare_alias(typing, node);
      break;
    case SL_NODE_FOR:
    case SL_NODE_WHILE:
      if (node->kind == SL_NODE_FOR) bind_target(typing, node->loop.target);
      walk(typing, node->loop.iterable);
      walk(typing, node->loop.body);
      break;
    case SL_NODE_IF:
      walk(typing, node->branch.condition);
      walk(typing, node->branch.then);
      if (node->branch.otherwise) walk(typing, node->branch.otherwise);
      break;
    case SL_NODE_LOAD:
      declare_load(typing, node);
      break;
    default:
      break;
  }
}

static void walk(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
    case SL_NODE_DICT:
    case SL_NODE_CHAIN:
      walk_list(typing, &node->list);
      break;
    case SL_NODE_DICT_ENTRY:
      walk(typing, node->entry.key);
      walk(typing, node->entry.value);
      break;
    case SL_NODE_UNARY:
      walk(typing, node->unary.operand);
      break;
    case SL_NODE_BINARY:
      // What is within a CHAIN has no left operand.
      if (node->binary.left) walk(typing, node->binary.left);
      walk(typing, node->binary.right);
      break;
    case SL_NODE_CONDITIONAL:
      walk(typing, node->conditional.condition);
      walk(typing, node->conditional.then);
      walk(typing, node->conditional.otherwise);
      break;
    case SL_NODE_INDEX:
      walk(typing, node->index.object);
      walk(typing, node->index.key);
      break;
    case SL_NODE_SLICE:
      walk(typing, node->slice.object);
      for (int i = 0; i < 3; i++) {
        if (node->slice.bounds[i]) walk(typing, node->slice.bounds[i]);
      }
      break;
    case SL_NODE_DOT:
      walk(typing, node->dot.object);
      break;
    case SL_NODE_CALL:
      walk(typing, node->call.callee);
      walk_list(typing, &node->call.arguments);
      break;
    case SL_NODE_ARGUMENT:
      walk(typing, node->argument.value);
      break;
    case SL_NODE_COMPREHENSION:
      walk_comprehension(typing, node);
      break;
    case SL_NODE_CAST:
      mark_typed(typing);
      sl_typing_annotation(typing, node->cast.type);
      walk(typing, node->cast.value);
      break;
    case SL_NODE_LAMBDA:
    case SL_NODE_DEF:
      walk_function(typing, node);
      break;
    default:
      walk_statement(typing, node);
  }
}

void sl_typing_declare(struct sl_typing *typing) {
  struct sl_file *file = typing->file;
  size_t size = (file->global_count + 1) * sizeof *typing->globals;
  typing->globals = sl_arena_allocate(typing->types.arena, size);
  for (uint32_t i = 0; i < file->global_count; i++) {
    typing->globals[i] = (struct sl_static_variable){0};
  }
  typing->frame = new_frame(typing, file->top_level);
  walk(typing, file->top_level->body);
}
