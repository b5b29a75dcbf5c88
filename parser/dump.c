// SPDX-License-Identifier: Apache-2.0
//
// Dump: shows what the parser makes of a text: tokens, the tree, what names mean. For people who learn or debug;
// nothing reads it. Invariant: every node of a tree is shown once, one a line, its parts below it.
#include "parser/grammar.h"
#include "parser/parser.h"

struct dump {
  const struct sl_file *file;
  struct sl_text *out;
  unsigned depth;
};

static void begin_line(const struct dump *dump) {
  for (unsigned i = 0; i < dump->depth; i++) sl_text_append(dump->out, "  ", 2);
}

static void append_position(const struct dump *dump, uint32_t offset) {
  struct sl_position position = sl_file_position(dump->file, offset);
  sl_text_format(dump->out, "%u:%u", position.line, position.column);
}

// ---------------------------------------------------------------- tokens

static const char *token_class(int kind, char first) {
  switch (kind) {
    case 0:
      return "end";
    case SL_TOKEN_NEWLINE:
      return "newline";
    case SL_TOKEN_INDENT:
      return "indent";
    case SL_TOKEN_OUTDENT:
      return "outdent";
    case SL_TOKEN_ILLEGAL:
      return "illegal";
    case SL_TOKEN_IDENTIFIER:
      return "identifier";
    case SL_TOKEN_INT:
      return "int";
    case SL_TOKEN_FLOAT:
      return "float";
    case SL_TOKEN_STRING:
      return "string";
    case SL_TOKEN_BYTES:
      return "bytes";
    default:
      return first >= 'a' && first <= 'z' ? "keyword" : "operator";
  }
}

void sl_dump_token(struct sl_text *out, const struct sl_file *file, int kind,
                   const struct sl_token *token) {
  struct dump dump = {file, out, 0};
  const char *text = file->source + token->start;
  append_position(&dump, token->start);
  sl_text_format(out, " %s", token_class(kind, *text));
  // The others have no text of their own, or a line's end.
  if (kind && kind != SL_TOKEN_NEWLINE && kind != SL_TOKEN_INDENT && kind != SL_TOKEN_OUTDENT)
    sl_text_format(out, " %.*s", (int)(token->end - token->start), text);
  sl_text_append_char(out, '\n');
}

// ---------------------------------------------------------------- the tree

// By enum sl_node_kind.
static const char *const kinds[] = {
    "identifier", "int",   "float",    "string",       "bytes",  "list",          "tuple",
    "dict",       "entry", "unary",    "binary",       "chain",  "conditional",   "index",
    "slice",      "dot",   "call",     "argument",     "lambda", "comprehension", "for clause",
    "if clause",  "cast",  "ellipsis", "error",        "block",  "expression",    "assign",
    "augmented",  "def",   "for",      "while",        "if",     "return",        "break",
    "continue",   "pass",  "load",     "load binding", "type",
};
_Static_assert(sizeof kinds / sizeof *kinds == SL_NODE_TYPE_ALIAS + 1, "a name for each kind");

// What a node is besides its parts.
static void append_detail(const struct dump *dump, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
    case SL_NODE_INT:
    case SL_NODE_FLOAT:
    case SL_NODE_STRING:
    case SL_NODE_BYTES:
      sl_text_format(dump->out, " %.*s", (int)(node->end - node->start),
                     dump->file->source + node->start);
      break;
    case SL_NODE_UNARY:
    case SL_NODE_BINARY:
      sl_text_format(dump->out, " %s", sl_operator_text(node->op));
      break;
    case SL_NODE_AUGMENTED:
      sl_text_format(dump->out, " %s=", sl_operator_text(node->op));
      break;
    case SL_NODE_DOT:
      sl_text_format(dump->out, " .%s", node->dot.name->bytes);
      break;
    case SL_NODE_ARGUMENT:
      if (node->op == SL_ARGUMENT_KEYWORD)
        sl_text_format(dump->out, " %s =", node->argument.name->bytes);
      if (node->op == SL_ARGUMENT_STAR) sl_text_append_string(dump->out, " *");
      if (node->op == SL_ARGUMENT_STAR_STAR) sl_text_append_string(dump->out, " **");
      break;
    case SL_NODE_COMPREHENSION:
      sl_text_append_string(dump->out, node->flags & SL_FLAG_DICT ? " {}" : " []");
      break;
    case SL_NODE_DEF:
      sl_text_format(dump->out, " %s", node->function->name->bytes);
      break;
    default:
      break;
  }
}

// Calls back with each part of a node, in the order of the text but where the grammar's is another.
typedef void (*visit_part)(void *data, const struct sl_node *part);

static void each_of_list(const struct sl_node_list *list, visit_part visit, void *data) {
  for (uint32_t i = 0; i < list->count; i++) visit(data, list->items[i]);
}

static void each_of_function(const struct sl_function_syntax *function, visit_part visit,
                             void *data) {
  visit(data, function->type_parameters);
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    visit(data, function->parameters[i].identifier);
    visit(data, function->parameters[i].type);
    visit(data, function->parameters[i].default_value);
  }
  visit(data, function->result_type);
  visit(data, function->body);
}

// Parts that are absent are NULL.
static void each_part(const struct sl_node *node, visit_part visit, void *data) {
  switch (node->kind) {
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
    case SL_NODE_DICT:
    case SL_NODE_BLOCK:
    case SL_NODE_CHAIN:
      each_of_list(&node->list, visit, data);
      break;
    case SL_NODE_DICT_ENTRY:
      visit(data, node->entry.key);
      visit(data, node->entry.value);
      break;
    case SL_NODE_UNARY:
      visit(data, node->unary.operand);
      break;
    case SL_NODE_BINARY:
      visit(data, node->binary.left);
      visit(data, node->binary.right);
      break;
    case SL_NODE_CONDITIONAL:
      visit(data, node->conditional.then);
      visit(data, node->conditional.condition);
      visit(data, node->conditional.otherwise);
      break;
    case SL_NODE_INDEX:
      visit(data, node->index.object);
      visit(data, node->index.key);
      break;
    case SL_NODE_SLICE:
      visit(data, node->slice.object);
      for (int i = 0; i < 3; i++) visit(data, node->slice.bounds[i]);
      break;
    case SL_NODE_DOT:
      visit(data, node->dot.object);
      break;
    case SL_NODE_CALL:
      visit(data, node->call.callee);
      each_of_list(&node->call.arguments, visit, data);
      break;
    case SL_NODE_ARGUMENT:
      visit(data, node->argument.value);
      break;
    case SL_NODE_LAMBDA:
    case SL_NODE_DEF:
      each_of_function(node->function, visit, data);
      break;
    case SL_NODE_COMPREHENSION:
      visit(data, node->comprehension.body);
      each_of_list(&node->comprehension.clauses, visit, data);
      break;
    case SL_NODE_FOR_CLAUSE:
      visit(data, node->for_clause.target);
      visit(data, node->for_clause.iterable);
      break;
    case SL_NODE_IF_CLAUSE:
      visit(data, node->if_clause.condition);
      break;
    case SL_NODE_CAST:
      visit(data, node->cast.type);
      visit(data, node->cast.value);
      break;
    case SL_NODE_EXPRESSION_STATEMENT:
    case SL_NODE_RETURN:
      visit(data, node->expression.value);
      break;
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
    case SL_NODE_TYPE_ALIAS:
      visit(data, node->assign.target);
      visit(data, node->assign.type);
      visit(data, node->assign.value);
      break;
    case SL_NODE_FOR:
    case SL_NODE_WHILE:
      visit(data, node->loop.target);
      visit(data, node->loop.iterable);
      visit(data, node->loop.body);
      break;
    case SL_NODE_IF:
      visit(data, node->branch.condition);
      visit(data, node->branch.then);
      visit(data, node->branch.otherwise);
      break;
    case SL_NODE_LOAD:
      visit(data, node->load.module);
      each_of_list(&node->load.bindings, visit, data);
      break;
    case SL_NODE_LOAD_BINDING:
      visit(data, node->load_binding.local);
      visit(data, node->load_binding.original);
      break;
    default:
      break;
  }
}

static void dump_node(void *data, const struct sl_node *node) {
  struct dump *dump = data;
  if (!node) return;
  begin_line(dump);
  bool error =
      node->kind == SL_NODE_IDENTIFIER && !sl_tree_is_name(dump->file, node->identifier.name);
  sl_text_append_string(dump->out, kinds[error ? SL_NODE_ERROR : node->kind]);
  if (!error) append_detail(dump, node);
  sl_text_append_char(dump->out, ' ');
  append_position(dump, node->start);
  sl_text_append_char(dump->out, '-');
  append_position(dump, node->end);
  sl_text_append_char(dump->out, '\n');
  dump->depth++;
  each_part(node, dump_node, dump);
  dump->depth--;
}

void sl_file_dump_tree(const struct sl_file *file, struct sl_text *out) {
  struct dump dump = {file, out, 0};
  dump_node(&dump, file->top_level->body);
}

// ---------------------------------------------------------------- symbols

static void dump_function(struct dump *dump, const struct sl_function_syntax *function);

// Functions inside of a function come behind its own names.
static void find_functions(void *data, const struct sl_node *node) {
  if (!node) return;
  if (node->kind != SL_NODE_DEF && node->kind != SL_NODE_LAMBDA) {
    each_part(node, find_functions, data);
    return;
  }
  struct dump *dump = data;
  for (uint32_t i = 0; i < node->function->parameter_count; i++)
    find_functions(dump, node->function->parameters[i].default_value);
  begin_line(dump);
  sl_text_format(dump->out, "function %s ",
                 node->function->name ? node->function->name->bytes : "lambda");
  append_position(dump, node->function->name_start);
  sl_text_append_char(dump->out, '\n');
  dump->depth++;
  dump_function(dump, node->function);
  dump->depth--;
}

static void dump_function(struct dump *dump, const struct sl_function_syntax *function) {
  for (uint32_t i = 0; i < function->local_count; i++) {
    const struct sl_local *local = &function->locals[i];
    begin_line(dump);
    sl_text_format(dump->out, "%s %u %s%s\n", i < function->parameter_count ? "parameter" : "local",
                   i, local->name->bytes, local->captured ? " (in a cell)" : "");
  }
  for (uint32_t i = 0; i < function->free_count; i++) {
    const struct sl_free_variable *variable = &function->free_variables[i];
    begin_line(dump);
    sl_text_format(dump->out, "free %u %s, %s %u of the function around\n", i,
                   variable->name->bytes, variable->from_free ? "free" : "local", variable->index);
  }
  find_functions(dump, function->body);
}

void sl_file_dump_symbols(const struct sl_file *file, struct sl_text *out) {
  struct dump dump = {file, out, 0};
  for (uint32_t i = 0; i < file->global_count; i++) {
    const struct sl_global *global = &file->globals[i];
    sl_text_format(out, "global %u %s ", i, global->name->bytes);
    append_position(&dump, global->start);
    sl_text_append_string(out, global->exported ? "\n" : " (not exported)\n");
  }
  for (uint32_t i = 0; i < file->predeclared_count; i++)
    sl_text_format(out, "predeclared %u %s\n", i, file->predeclared[i]->bytes);
  dump_function(&dump, file->top_level);
}
