// SPDX-License-Identifier: Apache-2.0
//
// Checks: what the grammar allows and yet a dialect, or a place, does not; the words are those of Bazel's Resolver
// and DotBazelFileSyntaxChecker. Invariant: each looks at one construct and knows nothing of variables.
#include "parser/parser.h"

static void error(struct sl_file *file, const struct sl_node *node, const char *message) {
  sl_diagnostic_add(file, node->start, node->end, "%s", message);
}

// ---------------------------------------------------------------- constructs of BUILD files and their like

// "WHAT in BUILD files", and what to do instead: files that may load have more to choose from.
static void not_allowed(struct sl_file *file, const struct sl_node *node, const char *what,
                        const char *with_loads, const char *without_loads) {
  const struct sl_dialect *dialect = file->dialect;
  sl_diagnostic_add(file, node->start, node->end, "%s in %s files%s", what, dialect->file_kind,
                    dialect->load_statements ? with_loads : without_loads);
}

bool sl_check_function(struct sl_file *file, const struct sl_node *node) {
  if (file->dialect->functions) return true;
  not_allowed(file, node, "functions may not be defined",
              ". You may move the function to a .bzl file and load it.", ".");
  return false;
}

// The same statements outside of functions, in files that have functions.
static void check_top_level(struct sl_file *file, const struct sl_node *node) {
  if (node->kind == SL_NODE_IF) {
    error(
        file, node,
        "if statements are not allowed at the top level. You may move it inside a function or use "
        "an if expression (x if condition else y).");
  } else if (node->kind == SL_NODE_FOR) {
    error(file, node,
          "for loops are not allowed at the top level. You may move it inside a function or use a "
          "comprehension, [f(x) for x in sequence]");
  } else {
    error(file, node,
          "while loops are not allowed at the top level. You may move it inside a function.");
  }
}

bool sl_check_control(struct sl_file *file, const struct sl_node *node, bool top_level) {
  if (!file->dialect->build_file_checks) {
    if (top_level && !file->dialect->top_level_control) check_top_level(file, node);
    return true;
  }
  if (node->kind == SL_NODE_IF) {
    not_allowed(
        file, node, "`if` statements are not allowed",
        ". You may move conditional logic to a function definition (in a .bzl file), or use "
        "an `if` expression for simple cases.",
        ". You may use an `if` expression for simple cases.");
  } else {
    not_allowed(
        file, node, "`for` statements are not allowed",
        ". You may inline the loop, move it to a function definition (in a .bzl file), or as "
        "a last resort use a list comprehension.",
        ". You may inline the loop or as a last resort use a list comprehension.");
  }
  return false;
}

// ---------------------------------------------------------------- places

void sl_check_in_loop(struct sl_file *file, const struct sl_node *node, bool in_loop) {
  if (in_loop) return;
  error(file, node,
        node->kind == SL_NODE_BREAK ? "break statement must be inside a for loop"
                                    : "continue statement must be inside a for loop");
}

void sl_check_load(struct sl_file *file, const struct sl_node *node, bool top_level) {
  if (!file->dialect->load_statements) {
    not_allowed(file, node, "`load` statements may not be used", "", "");
  } else if (!top_level) {
    error(file, node, "load statement not at top level");
  }
}

static bool is_string(const struct sl_node *node) {
  return node->kind == SL_NODE_EXPRESSION_STATEMENT &&
         node->expression.value->kind == SL_NODE_STRING;
}

void sl_check_loads_first(struct sl_file *file) {
  const struct sl_node_list *statements = &file->top_level->body->list;
  const struct sl_node *first = NULL;
  for (uint32_t i = 0; i < statements->count && file->dialect->loads_first; i++) {
    const struct sl_node *node = statements->items[i];
    // Docstrings may stand anywhere.
    if (is_string(node)) continue;
    if (node->kind == SL_NODE_LOAD && first) {
      error(file, node, "load statements must appear before any other statement");
      error(file, first, "\tfirst non-load statement appears here");
    }
    if (node->kind != SL_NODE_LOAD && !first) first = node;
  }
}

// ---------------------------------------------------------------- arguments

static void check_positional(struct sl_file *file, const struct sl_node *argument,
                             const struct sl_check_order *order) {
  if (order->star) {
    error(file, argument, "positional argument may not follow *args");
  } else if (order->star_star) {
    error(file, argument, "positional argument may not follow **kwargs");
  } else if (order->keyword) {
    error(file, argument, "positional argument may not follow keyword argument");
  }
}

static void check_keyword(struct sl_file *file, const struct sl_node *argument,
                          const struct sl_check_order *order) {
  if (!order->star && !order->star_star) return;
  sl_diagnostic_add(file, argument->start, argument->end, "keyword argument %s may not follow %s",
                    argument->argument.name->bytes, order->star ? "*args" : "**kwargs");
}

static void check_star(struct sl_file *file, const struct sl_node *argument,
                       const struct sl_check_order *order) {
  bool single = argument->op == SL_ARGUMENT_STAR;
  if (!file->dialect->star_arguments) {
    sl_diagnostic_add(file, argument->start, argument->end,
                      "%s arguments are not allowed in %s files. Pass the arguments in explicitly.",
                      single ? "*args" : "**kwargs", file->dialect->file_kind);
  } else if (single && order->star_star) {
    error(file, argument, "*args may not follow **kwargs");
  } else if (single && order->star) {
    error(file, argument, "multiple *args not allowed");
  } else if (!single && order->star_star) {
    error(file, argument, "multiple **kwargs not allowed");
  }
}

void sl_check_argument(struct sl_file *file, const struct sl_node *argument,
                       struct sl_check_order *order) {
  switch ((enum sl_argument_kind)argument->op) {
    case SL_ARGUMENT_POSITIONAL:
      check_positional(file, argument, order);
      break;
    case SL_ARGUMENT_KEYWORD:
      check_keyword(file, argument, order);
      order->keyword = true;
      break;
    case SL_ARGUMENT_STAR:
      check_star(file, argument, order);
      order->star = true;
      break;
    case SL_ARGUMENT_STAR_STAR:
      check_star(file, argument, order);
      order->star_star = true;
      break;
  }
}
