// SPDX-License-Identifier: Apache-2.0
//
// The type checker's statements, as net.starlark.java.syntax.TypeChecker visits them. Functions without type syntax are
// left alone; unless the dialect wants their calls of others checked: then they are walked through in silence, and their
// variables may be anything. Invariant: a statement is looked at once, in the order of the text.
#include "parser/typing.h"

// ---------------------------------------------------------------- telling

void sl_typing_error(struct sl_typing *typing, uint32_t start, uint32_t end, const char *format,
                     ...) {
  typing->found++;
  if (typing->quiet) return;
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  sl_diagnostic_add(typing->file, start, end, "%s", sl_text_string(&text));
  sl_text_free(&text);
}

const char *sl_typing_show(struct sl_typing *typing, sl_static type) {
  return typing->quiet ? "" : sl_static_show(&typing->types, type);
}

const char *sl_typing_print(struct sl_typing *typing, const struct sl_node *node) {
  struct sl_text text = {0};
  sl_print_expression(&text, typing->file, node);
  const char *printed = sl_arena_copy(typing->types.arena, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return printed;
}

// ---------------------------------------------------------------- statements

static bool visit(struct sl_typing *typing, const struct sl_node *node);

static void set_untyped(struct sl_typing *typing, bool untyped) {
  typing->untyped = typing->quiet = untyped;
}

// Whether statements of the current function are checked.
static bool is_checked(const struct sl_typing *typing) {
  return typing->frame->typed || typing->file->dialect->untyped_calls;
}

static bool visit_block(struct sl_typing *typing, const struct sl_node *block) {
  bool ends = true;
  for (uint32_t i = 0; i < block->list.count; i++) {
    if (!visit(typing, block->list.items[i])) ends = false;
  }
  return ends;
}

static bool visit_if(struct sl_typing *typing, const struct sl_node *node) {
  bool checked = is_checked(typing);
  if (checked) sl_typing_infer(typing, node->branch.condition);
  uint32_t mark = typing->change_count;
  if (checked) sl_typing_narrow(typing, node->branch.condition, true);
  bool then_ends = visit(typing, node->branch.then);
  struct sl_static_branch then = sl_typing_take_branch(typing, mark);
  if (checked) sl_typing_narrow(typing, node->branch.condition, false);
  bool otherwise_ends = !node->branch.otherwise || visit(typing, node->branch.otherwise);
  sl_typing_merge(typing, mark, &then, then_ends, otherwise_ends);
  return then_ends || otherwise_ends;
}

static void visit_loop(struct sl_typing *typing, const struct sl_node *node) {
  bool checked = is_checked(typing);
  uint32_t mark = typing->change_count;
  if (checked) sl_typing_enter_loop(typing, node);
  if (checked && node->kind == SL_NODE_FOR) {
    sl_typing_iterate(typing, node->loop.target, node->loop.iterable, "'for' loop");
  } else if (checked) {
    sl_typing_infer(typing, node->loop.iterable);
    sl_typing_narrow(typing, node->loop.iterable, true);
  }
  visit(typing, node->loop.body);
  sl_typing_leave_loop(typing, mark);
}

static void visit_assignment(struct sl_typing *typing, const struct sl_node *node) {
  if (node->kind == SL_NODE_AUGMENTED) {
    sl_typing_assign_augmented(typing, node);
  } else if (node->assign.value) {
    sl_static from = sl_typing_infer(typing, node->assign.value);
    sl_typing_assign(typing, node->assign.target, from);
  }
}

static void visit_return(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *value = node->expression.value;
  sl_static got = value ? sl_typing_infer(typing, value) : &sl_static_none;
  const struct sl_static_callable *callable = typing->frame->callable;
  if (!callable || sl_static_fits(callable->result, got)) return;
  const struct sl_node *at = value ? value : node;
  sl_typing_error(typing, at->start, at->end, "%s() declares return type '%s' but may return '%s'",
                  typing->frame->function->name->bytes, sl_typing_show(typing, callable->result),
                  sl_typing_show(typing, got));
}

// A call that does not come back ends a block as a return does.
static bool visit_expression(struct sl_typing *typing, const struct sl_node *value) {
  sl_static result = sl_typing_infer(typing, value);
  return result->kind != SL_STATIC_NEVER || value->kind != SL_NODE_CALL;
}

// ---------------------------------------------------------------- functions

static void check_defaults(struct sl_typing *typing, const struct sl_function_syntax *function,
                           const struct sl_static_callable *callable) {
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    const struct sl_parameter *parameter = &function->parameters[i];
    const struct sl_node *value = parameter->default_value;
    if (!value) continue;
    sl_static wanted = callable->parameters[parameter->identifier->mark].type;
    sl_static got = sl_typing_infer(typing, value);
    if (sl_static_fits(wanted, got)) continue;
    sl_typing_error(typing, value->start, value->end,
                    "%s(): parameter '%s' has default value of type '%s', declares '%s'",
                    function->name->bytes, parameter->identifier->identifier.name->bytes,
                    sl_typing_show(typing, got), sl_typing_show(typing, wanted));
  }
}

// The statement behind which a function whose end is reached is left.
static const struct sl_node *last_statement(const struct sl_node *block) {
  const struct sl_node *last = block;
  if (block->kind == SL_NODE_BLOCK) last = block->list.items[block->list.count - 1];
  if (last->kind != SL_NODE_IF) return last->kind == SL_NODE_RETURN ? NULL : last;
  if (!last->branch.otherwise) return last;
  const struct sl_node *found = last_statement(last->branch.then);
  return found ? found : last_statement(last->branch.otherwise);
}

static void check_end(struct sl_typing *typing, const struct sl_function_syntax *function,
                      const struct sl_static_callable *callable) {
  const struct sl_node *last = last_statement(function->body);
  if (!last || sl_static_fits(callable->result, &sl_static_none)) return;
  sl_typing_error(typing, last->start, last->end,
                  "%s() declares return type '%s' but may exit without an explicit 'return'",
                  function->name->bytes, sl_typing_show(typing, callable->result));
}

static void visit_def(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_function_syntax *function = node->function;
  struct sl_static_frame *frame = function->types;
  bool outer_checked = is_checked(typing), outer_untyped = typing->untyped;
  set_untyped(typing, !frame->typed);
  if (frame->typed) check_defaults(typing, function, frame->callable);
  struct sl_static_variable *variable = sl_typing_variable(typing, node);
  if (variable && outer_checked && variable->bound > 1) {
    sl_typing_assigned(typing, variable, variable->defined);
  }
  uint32_t mark = typing->change_count;
  typing->frame = frame;
  sl_typing_enter_function(typing);
  bool ends = visit(typing, function->body);
  if (ends && frame->typed) check_end(typing, function, frame->callable);
  sl_typing_undo(typing, mark);
  set_untyped(typing, outer_untyped);
  typing->frame = frame->outer;
}

// ---------------------------------------------------------------- all

static bool visit_checked(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_EXPRESSION_STATEMENT:
      return visit_expression(typing, node->expression.value);
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
      visit_assignment(typing, node);
      return true;
    case SL_NODE_RETURN:
      visit_return(typing, node);
      return false;
    default:
      return true;
  }
}

// Returns whether the next statement runs. What stands in blocks is visited in any case: it may be a typed def.
static bool visit(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_BLOCK:
      return visit_block(typing, node);
    case SL_NODE_IF:
      return visit_if(typing, node);
    case SL_NODE_FOR:
    case SL_NODE_WHILE:
      visit_loop(typing, node);
      return true;
    case SL_NODE_DEF:
      visit_def(typing, node);
      return true;
    case SL_NODE_BREAK:
    case SL_NODE_CONTINUE:
      return false;
    default:
      return !is_checked(typing) || visit_checked(typing, node);
  }
}

void sl_typing_check(struct sl_file *file, const struct sl_names *names) {
  struct sl_typing typing = {.file = file, .names = names, .types = {.arena = &file->arena}};
  sl_typing_declare(&typing);
  if (file->dialect->type_checking && !file->error_count) {
    set_untyped(&typing, !typing.frame->typed);
    visit(&typing, file->top_level->body);
  }
  sl_static_free_builtins(&typing);
}
