// SPDX-License-Identifier: Apache-2.0
//
// The resolver: decides for every identifier where its value lives, and reports the static errors that are left,
// as net.starlark.java.syntax.Resolver and DotBazelFileSyntaxChecker do. Invariant: after it, every identifier
// that is a variable has a scope, or there is an error.
//
// A name's visible binding hangs on the name itself; entering a block covers it, leaving uncovers it. The same
// walk finds out what is certainly assigned: variables that were assigned since some point are in a log, so that
// a branch can be taken back.
#include <stdlib.h>
#include <string.h>

#include "common/spell.h"
#include "parser/parser.h"
#include "parser/typing.h"

struct scope;

// A variable, or a free variable standing for one of an outer function.
struct binding {
  struct sl_name *name;
  struct binding *root;        // the variable itself
  struct scope *scope;         // the function whose frame it is in
  struct binding *covered;     // what the name meant before
  struct binding *previous;    // the binding made visible before this one
  const struct sl_node *load;  // the last load statement that binds it
  uint32_t block;              // serial number of its block
  uint32_t index;              // in the frame, the free variables or the globals
  uint32_t start;              // offset of the identifier that binds it first
  uint8_t kind;                // enum sl_scope: LOCAL, FREE, GLOBAL
  bool file_local;             // bound by a load that does not bind globally
  bool assigned;               // of a root: certainly assigned at this point of the walk
};

// A function that is being resolved, or the file.
struct scope {
  struct scope *outer;  // NULL: the file
  struct sl_function_syntax *function;
  struct binding **free_roots;  // parallel to the function's free variables
  uint32_t first_use;           // where its identifiers begin in the resolver's uses
  uint32_t loops;               // how many loops are open
  uint32_t nested;              // how many if and loop statements are open
};

struct name_state {
  struct binding *visible;
  uint32_t predeclared;          // 1 + index in the file's predeclared names; 0: not used yet
  uint32_t list;                 // serial number of the last list of distinct names that it was in
  const char *undefined;         // what was said of it where it is not defined; NULL: nothing yet
  const struct binding *beside;  // the newest binding when that was said
};

struct resolver {
  struct sl_file *file;
  struct sl_arena *arena;
  const struct sl_dialect *dialect;
  const struct sl_names *names;
  struct name_state *states;  // by name id
  struct scope *scope;
  struct binding *newest;  // of the visible bindings
  uint32_t block;          // serial number of the innermost block
  uint32_t blocks;         // how many blocks there were
  uint32_t lists;          // how many lists of distinct names there were
  struct sl_node **uses;   // identifiers of locals, of the functions that are open
  uint32_t use_count;
  struct binding **log;  // variables in the order in which they were assigned
  uint32_t log_count;
};

static void visit(struct resolver *resolver, struct sl_node *node);
static bool visit_statement(struct resolver *resolver, struct sl_node *node);
static bool visit_block(struct resolver *resolver, const struct sl_node *block);

static void error(struct resolver *resolver, const struct sl_node *node, const char *message) {
  sl_diagnostic_add(resolver->file, node->start, node->end, "%s", message);
}

static bool at_top_level(const struct resolver *resolver) { return !resolver->scope->outer; }

static bool is_expression(const struct resolver *resolver) {
  return ((const struct sl_parsed *)resolver->file)->expression_only;
}

// ---------------------------------------------------------------- what is assigned

static void mark_assigned(struct resolver *resolver, struct binding *binding) {
  if (binding->root->assigned) return;
  binding->root->assigned = true;
  resolver->log =
      sl_tree_grow(resolver->arena, resolver->log, resolver->log_count, sizeof *resolver->log);
  resolver->log[resolver->log_count++] = binding->root;
}

static void set_assigned(const struct resolver *resolver, uint32_t from, uint32_t to, bool value) {
  for (uint32_t i = from; i < to; i++) {
    resolver->log[i]->assigned = value;
  }
}

// Takes back what was assigned since the log was `mark` long.
static void forget(struct resolver *resolver, uint32_t mark) {
  set_assigned(resolver, mark, resolver->log_count, false);
  resolver->log_count = mark;
}

// After two branches, the first logged from `mark` to `middle` and taken back, the second from there on: keeps
// what both have assigned; a branch that does not come to its end has no say.
static void merge(struct resolver *resolver, uint32_t mark, uint32_t middle, bool first_ends,
                  bool second_ends) {
  struct binding **log = resolver->log;
  uint32_t end = resolver->log_count;
  uint32_t kept = mark;
  if (first_ends && second_ends) {
    for (uint32_t i = mark; i < middle; i++) {
      if (log[i]->assigned) log[kept++] = log[i];
    }
    set_assigned(resolver, middle, end, false);
  } else if (first_ends) {
    set_assigned(resolver, middle, end, false);
    kept = middle;
  } else {
    for (uint32_t i = middle; i < end; i++) {
      log[kept++] = log[i];
    }
  }
  set_assigned(resolver, mark, kept, true);
  resolver->log_count = kept;
}

// ---------------------------------------------------------------- bindings

static struct binding *new_binding(struct resolver *resolver, struct sl_name *name,
                                   enum sl_scope kind, uint32_t index, uint32_t start) {
  struct name_state *state = &resolver->states[name->id];
  struct binding *binding = sl_arena_allocate(resolver->arena, sizeof *binding);
  *binding = (struct binding){
      .name = name,
      .root = binding,
      .scope = resolver->scope,
      .covered = state->visible,
      .previous = resolver->newest,
      .block = resolver->block,
      .index = index,
      .start = start,
      .kind = (uint8_t)kind,
  };
  state->visible = binding;
  resolver->newest = binding;
  return binding;
}

// Enters a block; returns what sl_leave needs.
static struct binding *enter_block(struct resolver *resolver) {
  resolver->block = ++resolver->blocks;
  return resolver->newest;
}

static void leave_block(struct resolver *resolver, struct binding *before, uint32_t outer_block) {
  for (; resolver->newest != before; resolver->newest = resolver->newest->previous) {
    resolver->states[resolver->newest->name->id].visible = resolver->newest->covered;
  }
  resolver->block = outer_block;
}

static struct binding *new_local(struct resolver *resolver, struct sl_name *name, uint32_t start) {
  struct sl_function_syntax *function = resolver->scope->function;
  function->locals = sl_tree_grow(resolver->arena, function->locals, function->local_count,
                                  sizeof *function->locals);
  function->locals[function->local_count] = (struct sl_local){.name = name};
  return new_binding(resolver, name, SL_SCOPE_LOCAL, function->local_count++, start);
}

static struct binding *new_global(struct resolver *resolver, struct sl_name *name, uint32_t start,
                                  bool file_local) {
  struct sl_file *file = resolver->file;
  file->globals =
      sl_tree_grow(resolver->arena, file->globals, file->global_count, sizeof *file->globals);
  file->globals[file->global_count] = (struct sl_global){
      .name = name,
      .start = start,
      .exported = !file_local && name->bytes[0] != '_',
  };
  struct binding *binding =
      new_binding(resolver, name, SL_SCOPE_GLOBAL, file->global_count++, start);
  binding->file_local = file_local;
  return binding;
}

// Reports a second binding of a global, where the dialect forbids it.
static void rebind_global(struct resolver *resolver, uint32_t start, const struct binding *before,
                          bool file_local) {
  struct sl_file *file = resolver->file;
  const char *name = before->name->bytes;
  uint32_t length = before->name->length;
  if (before->file_local != file_local) {
    sl_diagnostic_add(file, start, start + length, "conflicting %s declaration of '%s'",
                      file_local ? "file-local" : "global", name);
    sl_diagnostic_add(file, before->start, before->start + length,
                      "'%s' previously declared as %s here", name,
                      before->file_local ? "file-local" : "global");
  } else if (!resolver->dialect->global_reassignment) {
    sl_diagnostic_add(file, start, start + length, "'%s' redeclared at top level", name);
    sl_diagnostic_add(file, before->start, before->start + length, "'%s' previously declared here",
                      name);
  }
}

// Binds a name that stands at `start` in the current block; `load` is the statement if it is one of a load's.
static void bind(struct resolver *resolver, struct sl_name *name, uint32_t start,
                 const struct sl_node *load) {
  struct binding *binding = resolver->states[name->id].visible;
  bool bound = binding && binding->block == resolver->block;
  // The file is block 0; what is bound in it is global.
  if (resolver->block) {
    if (!bound) new_local(resolver, name, start);
    return;
  }
  bool file_local = load && !resolver->dialect->load_binds_globally;
  if (!bound) {
    binding = new_global(resolver, name, start, file_local);
  } else if (load && binding->load == load) {
    sl_diagnostic_add(resolver->file, start, start + name->length,
                      "load statement defines '%s' more than once", name->bytes);
  } else {
    rebind_global(resolver, start, binding, file_local);
  }
  binding->load = load;
}

static void bind_identifier(struct resolver *resolver, const struct sl_node *identifier) {
  bind(resolver, identifier->identifier.name, identifier->start, NULL);
}

// Binds every variable of an assignment's left side.
static void bind_target(struct resolver *resolver, const struct sl_node *target) {
  if (target->kind == SL_NODE_IDENTIFIER) {
    bind_identifier(resolver, target);
  } else if (target->kind == SL_NODE_LIST || target->kind == SL_NODE_TUPLE) {
    for (uint32_t i = 0; i < target->list.count; i++) {
      bind_target(resolver, target->list.items[i]);
    }
  }
}

static void bind_load(struct resolver *resolver, const struct sl_node *load) {
  for (uint32_t i = 0; i < load->load.bindings.count; i++) {
    const struct sl_node *binding = load->load.bindings.items[i];
    const struct sl_node *original = binding->load_binding.original;
    if (original->string.length && original->string.bytes[0] == '_') {
      sl_diagnostic_add(resolver->file, original->start + 1, original->end - 1,
                        "symbol '%.*s' is private and cannot be imported",
                        (int)original->string.length, original->string.bytes);
    }
    const struct sl_node *local = binding->load_binding.local;
    bind(resolver, local->identifier.name, local->start, load);
  }
}

// Binds what the statements of a block bind, before any of them is looked at: names may be used before that.
static void bind_block(struct resolver *resolver, const struct sl_node *block);

static void bind_statement(struct resolver *resolver, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_BLOCK:
      bind_block(resolver, node);
      break;
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
    case SL_NODE_TYPE_ALIAS:
      bind_target(resolver, node->assign.target);
      break;
    case SL_NODE_IF:
      bind_statement(resolver, node->branch.then);
      if (node->branch.otherwise) bind_statement(resolver, node->branch.otherwise);
      break;
    case SL_NODE_FOR:
      bind_target(resolver, node->loop.target);
      bind_statement(resolver, node->loop.body);
      break;
    case SL_NODE_WHILE:
      bind_statement(resolver, node->loop.body);
      break;
    case SL_NODE_DEF:
      bind(resolver, node->function->name, node->function->name_start, NULL);
      break;
    case SL_NODE_LOAD:
      bind_load(resolver, node);
      break;
    default:
      break;
  }
}

static void bind_block(struct resolver *resolver, const struct sl_node *block) {
  for (uint32_t i = 0; i < block->list.count; i++) {
    bind_statement(resolver, block->list.items[i]);
  }
}

// ---------------------------------------------------------------- uses

// The index among `scope`'s free variables of a variable of an outer function; the functions between pass it on.
static uint32_t free_index(struct resolver *resolver, struct scope *scope, struct binding *root) {
  struct sl_function_syntax *function = scope->function;
  for (uint32_t i = 0; i < function->free_count; i++) {
    if (scope->free_roots[i] == root) return i;
  }
  bool from_free = scope->outer != root->scope;
  uint32_t index = from_free ? free_index(resolver, scope->outer, root) : root->index;
  if (!from_free) root->scope->function->locals[index].captured = true;
  function->free_variables = sl_tree_grow(resolver->arena, function->free_variables,
                                          function->free_count, sizeof *function->free_variables);
  scope->free_roots = sl_tree_grow(resolver->arena, scope->free_roots, function->free_count,
                                   sizeof(struct binding *));
  function->free_variables[function->free_count] =
      (struct sl_free_variable){.name = root->name, .from_free = from_free, .index = index};
  scope->free_roots[function->free_count] = root;
  return function->free_count++;
}

// Writes into an identifier, or into a DEF for its name, what the binding says.
static void set_binding(struct resolver *resolver, struct sl_node *node, struct binding *binding) {
  if (binding->kind != SL_SCOPE_GLOBAL && binding->scope != resolver->scope) {
    struct binding *root = binding->root;
    uint32_t index = free_index(resolver, resolver->scope, root);
    binding = new_binding(resolver, root->name, SL_SCOPE_FREE, index, root->start);
    binding->root = root;
  }
  node->op = binding->kind;
  node->mark = binding->index;
  if (binding->kind != SL_SCOPE_LOCAL) return;
  resolver->uses =
      sl_tree_grow(resolver->arena, resolver->uses, resolver->use_count, sizeof *resolver->uses);
  resolver->uses[resolver->use_count++] = node;
}

static void offer(void *search, const char *name, size_t length) {
  sl_spell_offer(search, name, length);
}

// The message for a name that means nothing here, with what the user may have meant.
static const char *describe_undefined(struct resolver *resolver, const struct sl_name *name) {
  if (!sl_tree_is_name(resolver->file, name)) return "contains syntax errors";
  struct sl_spell spell;
  sl_spell_begin(&spell, name->bytes, name->length);
  for (const struct binding *binding = resolver->newest; binding; binding = binding->previous) {
    sl_spell_offer(&spell, binding->name->bytes, binding->name->length);
  }
  if (resolver->names && resolver->names->each) {
    resolver->names->each(resolver->names->data, offer, &spell);
  }
  if (!spell.best) return sl_arena_format(resolver->arena, "name '%s' is not defined", name->bytes);
  return sl_arena_format(resolver->arena, "name '%s' is not defined (did you mean '%.*s'?)",
                         name->bytes, (int)spell.best_length, spell.best);
}

static void undefined(struct resolver *resolver, const struct sl_node *node) {
  const struct sl_name *name = node->identifier.name;
  struct name_state *state = &resolver->states[name->id];
  // A BUILD file that is looked at without its rules uses the same few names thousands of times; and a
  // message too many is only counted.
  bool counted = ((const struct sl_parsed *)resolver->file)->too_many;
  if (!counted && (!state->undefined || state->beside != resolver->newest)) {
    state->undefined = describe_undefined(resolver, name);
    state->beside = resolver->newest;
  }
  error(resolver, node, counted ? "" : state->undefined);
}

static void use_predeclared(struct resolver *resolver, struct sl_node *node) {
  struct sl_file *file = resolver->file;
  struct sl_name *name = node->identifier.name;
  struct name_state *state = &resolver->states[name->id];
  const struct sl_names *names = resolver->names;
  if (!state->predeclared) {
    if (!names || !names->contains(names->data, name->bytes, name->length)) {
      undefined(resolver, node);
      return;
    }
    file->predeclared = sl_tree_grow(resolver->arena, file->predeclared, file->predeclared_count,
                                     sizeof *file->predeclared);
    file->predeclared[file->predeclared_count++] = name;
    state->predeclared = file->predeclared_count;
  }
  node->op = SL_SCOPE_PREDECLARED;
  node->mark = state->predeclared - 1;
}

static void use(struct resolver *resolver, struct sl_node *node) {
  struct binding *binding = resolver->states[node->identifier.name->id].visible;
  if (!binding) {
    use_predeclared(resolver, node);
    return;
  }
  set_binding(resolver, node, binding);
  if (!binding->root->assigned) node->flags |= SL_FLAG_MAY_BE_UNBOUND;
}

// An identifier, or the DEF of that name, that binds: the name has been through bind().
static void declare(struct resolver *resolver, struct sl_node *node, const struct sl_name *name) {
  set_binding(resolver, node, resolver->states[name->id].visible);
  node->flags |= SL_FLAG_BINDS;
}

static void define(struct resolver *resolver, struct sl_node *node, const struct sl_name *name) {
  declare(resolver, node, name);
  mark_assigned(resolver, resolver->states[name->id].visible);
}

// ---------------------------------------------------------------- annotations

static bool resolves_types(const struct sl_dialect *dialect) {
  return dialect->type_resolution || dialect->type_checking || dialect->dynamic_checking;
}

// The names of an annotation are of the same scopes as others. Which mean types is for typing_resolve.c to say: here
// it is only told what hides what.
static void annotate(struct resolver *resolver, struct sl_node *node) {
  if (!node || !resolves_types(resolver->dialect)) return;
  switch (node->kind) {
    case SL_NODE_IDENTIFIER: {
      const struct binding *binding = resolver->states[node->identifier.name->id].visible;
      node->op = !binding                           ? SL_SCOPE_PREDECLARED
                 : binding->kind == SL_SCOPE_GLOBAL ? SL_SCOPE_GLOBAL
                                                    : SL_SCOPE_LOCAL;
      node->mark = binding ? binding->index : 0;
      break;
    }
    case SL_NODE_INDEX:
      annotate(resolver, node->index.object);
      annotate(resolver, node->index.key);
      break;
    case SL_NODE_BINARY:
      annotate(resolver, node->binary.left);
      annotate(resolver, node->binary.right);
      break;
    case SL_NODE_TUPLE:
    case SL_NODE_CHAIN:
      for (uint32_t i = 0; i < node->list.count; i++) annotate(resolver, node->list.items[i]);
      break;
    default:
      break;
  }
}

static void annotate_function(struct resolver *resolver,
                              const struct sl_function_syntax *function) {
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    annotate(resolver, function->parameters[i].type);
  }
  annotate(resolver, function->result_type);
}

static void cannot_assign(struct resolver *resolver, const struct sl_node *target) {
  struct sl_text text = {0};
  sl_print_expression(&text, resolver->file, target);
  sl_diagnostic_add(resolver->file, target->start, target->end, "cannot assign to '%s'",
                    sl_text_string(&text));
  sl_text_free(&text);
}

static void assign(struct resolver *resolver, struct sl_node *target) {
  switch (target->kind) {
    case SL_NODE_IDENTIFIER:
      define(resolver, target, target->identifier.name);
      break;
    case SL_NODE_INDEX:
      visit(resolver, target);
      break;
    case SL_NODE_DOT:
      visit(resolver, target->dot.object);
      break;
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
      for (uint32_t i = 0; i < target->list.count; i++) {
        assign(resolver, target->list.items[i]);
      }
      break;
    case SL_NODE_ERROR:
      break;
    default:
      cannot_assign(resolver, target);
  }
}

// ---------------------------------------------------------------- functions

// Parameters become the first locals, in the order of the signature.
static void bind_parameters(struct resolver *resolver, struct sl_function_syntax *function) {
  for (int kind = SL_PARAMETER_POSITIONAL; kind <= SL_PARAMETER_STAR_STAR; kind++) {
    for (uint32_t i = 0; i < function->parameter_count; i++) {
      struct sl_parameter *parameter = &function->parameters[i];
      struct sl_node *identifier = parameter->identifier;
      if ((int)parameter->kind != kind) continue;
      struct binding *before = resolver->states[identifier->identifier.name->id].visible;
      if (before && before->block == resolver->block) {
        sl_diagnostic_add(resolver->file, parameter->start, identifier->end,
                          "duplicate parameter: %s", before->name->bytes);
      }
      bind_identifier(resolver, identifier);
      define(resolver, identifier, identifier->identifier.name);
    }
  }
}

// Identifiers of captured locals are cells; which ones are captured is known at the function's end.
static void finish_uses(struct resolver *resolver, const struct scope *scope) {
  const struct sl_local *locals = scope->function->locals;
  for (uint32_t i = scope->first_use; i < resolver->use_count; i++) {
    struct sl_node *node = resolver->uses[i];
    if (locals[node->mark].captured) node->op = SL_SCOPE_CELL;
  }
  resolver->use_count = scope->first_use;
}

// `node` is a DEF or a LAMBDA; its defaults belong to the scope around it.
static void visit_function(struct resolver *resolver, struct sl_node *node) {
  struct sl_function_syntax *function = node->function;
  for (uint32_t i = 0; i < function->parameter_count; i++) {
    if (function->parameters[i].default_value) {
      visit(resolver, function->parameters[i].default_value);
    }
  }
  annotate_function(resolver, function);
  // The body only runs once the function has its name.
  if (node->kind == SL_NODE_DEF) define(resolver, node, function->name);

  struct scope scope = {
      .outer = resolver->scope,
      .function = function,
      .first_use = resolver->use_count,
  };
  uint32_t block = resolver->block;
  uint32_t mark = resolver->log_count;
  resolver->scope = &scope;
  struct binding *before = enter_block(resolver);
  bind_parameters(resolver, function);
  if (node->kind == SL_NODE_DEF) {
    bind_statement(resolver, function->body);
    visit_block(resolver, function->body);
  } else {
    visit(resolver, function->body);
  }
  finish_uses(resolver, &scope);
  leave_block(resolver, before, block);
  resolver->log_count = mark;
  resolver->scope = scope.outer;
}

// ---------------------------------------------------------------- expressions

static void visit_list(struct resolver *resolver, const struct sl_node_list *list) {
  for (uint32_t i = 0; i < list->count; i++) {
    visit(resolver, list->items[i]);
  }
}

// Whether the name was in the list of this serial number already; now it is.
static bool is_repeated(struct resolver *resolver, const struct sl_name *name, uint32_t list) {
  struct name_state *state = &resolver->states[name->id];
  bool repeated = state->list == list;
  state->list = list;
  return repeated;
}

static void visit_arguments(struct resolver *resolver, const struct sl_node_list *arguments) {
  struct sl_check_order order = {0};
  uint32_t list = ++resolver->lists;
  // Arguments may hold calls, so that the names are looked at first.
  for (uint32_t i = 0; i < arguments->count; i++) {
    const struct sl_node *argument = arguments->items[i];
    sl_check_argument(resolver->file, argument, &order);
    if (argument->op == SL_ARGUMENT_KEYWORD &&
        is_repeated(resolver, argument->argument.name, list)) {
      sl_diagnostic_add(resolver->file, argument->start, argument->end,
                        "duplicate keyword argument: %s", argument->argument.name->bytes);
    }
  }
  for (uint32_t i = 0; i < arguments->count; i++) {
    visit(resolver, arguments->items[i]->argument.value);
  }
}

// The LIST of type parameters of a def or an alias, if any.
static void check_type_parameters(struct resolver *resolver, const struct sl_node *parameters) {
  uint32_t list = ++resolver->lists;
  for (uint32_t i = 0; parameters && i < parameters->list.count; i++) {
    const struct sl_node *parameter = parameters->list.items[i];
    const struct sl_name *name = parameter->identifier.name;
    if (!is_repeated(resolver, name, list)) continue;
    sl_diagnostic_add(resolver->file, parameter->start, parameter->end,
                      "syntax error at '%s': duplicate type parameter", name->bytes);
  }
}

static void visit_comprehension(struct resolver *resolver, struct sl_node *node) {
  const struct sl_node_list *clauses = &node->comprehension.clauses;
  // As in Python 3, the first operand belongs to the scope around the comprehension.
  visit(resolver, clauses->items[0]->for_clause.iterable);
  uint32_t block = resolver->block;
  uint32_t mark = resolver->log_count;
  struct binding *before = enter_block(resolver);
  for (uint32_t i = 0; i < clauses->count; i++) {
    const struct sl_node *clause = clauses->items[i];
    if (clause->kind == SL_NODE_FOR_CLAUSE) bind_target(resolver, clause->for_clause.target);
  }
  for (uint32_t i = 0; i < clauses->count; i++) {
    struct sl_node *clause = clauses->items[i];
    if (clause->kind == SL_NODE_FOR_CLAUSE) {
      if (i) visit(resolver, clause->for_clause.iterable);
      assign(resolver, clause->for_clause.target);
    } else {
      visit(resolver, clause->if_clause.condition);
    }
  }
  visit(resolver, node->comprehension.body);
  leave_block(resolver, before, block);
  resolver->log_count = mark;
}

static void visit(struct resolver *resolver, struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
      use(resolver, node);
      break;
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
    case SL_NODE_DICT:
      visit_list(resolver, &node->list);
      break;
    case SL_NODE_DICT_ENTRY:
      visit(resolver, node->entry.key);
      visit(resolver, node->entry.value);
      break;
    case SL_NODE_UNARY:
      visit(resolver, node->unary.operand);
      break;
    case SL_NODE_BINARY:
      visit(resolver, node->binary.left);
      visit(resolver, node->binary.right);
      break;
    case SL_NODE_CHAIN:
      visit(resolver, node->list.items[0]);
      for (uint32_t i = 1; i < node->list.count; i++) {
        visit(resolver, node->list.items[i]->binary.right);
      }
      break;
    case SL_NODE_CONDITIONAL:
      visit(resolver, node->conditional.condition);
      visit(resolver, node->conditional.then);
      visit(resolver, node->conditional.otherwise);
      break;
    case SL_NODE_INDEX:
      visit(resolver, node->index.object);
      visit(resolver, node->index.key);
      break;
    case SL_NODE_SLICE:
      visit(resolver, node->slice.object);
      for (int i = 0; i < 3; i++) {
        if (node->slice.bounds[i]) visit(resolver, node->slice.bounds[i]);
      }
      break;
    case SL_NODE_DOT:
      visit(resolver, node->dot.object);
      break;
    case SL_NODE_CALL:
      visit(resolver, node->call.callee);
      visit_arguments(resolver, &node->call.arguments);
      break;
    case SL_NODE_LAMBDA:
      if (sl_check_function(resolver->file, node)) visit_function(resolver, node);
      break;
    case SL_NODE_COMPREHENSION:
      visit_comprehension(resolver, node);
      break;
    case SL_NODE_CAST:
      annotate(resolver, node->cast.type);
      visit(resolver, node->cast.value);
      break;
    case SL_NODE_ELLIPSIS:
      error(resolver, node,
            "syntax error at '...': ellipsis ('...') is not allowed outside type expressions");
      break;
    default:
      break;
  }
}

// ---------------------------------------------------------------- statements

static bool visit_if(struct resolver *resolver, struct sl_node *node) {
  visit(resolver, node->branch.condition);
  uint32_t mark = resolver->log_count;
  bool then_ends = visit_statement(resolver, node->branch.then);
  if (!node->branch.otherwise) {
    forget(resolver, mark);
    return true;
  }
  uint32_t middle = resolver->log_count;
  set_assigned(resolver, mark, middle, false);
  bool otherwise_ends = visit_statement(resolver, node->branch.otherwise);
  merge(resolver, mark, middle, then_ends, otherwise_ends);
  return then_ends || otherwise_ends;
}

static bool visit_loop(struct resolver *resolver, struct sl_node *node) {
  visit(resolver, node->loop.iterable);
  uint32_t mark = resolver->log_count;
  if (node->kind == SL_NODE_FOR) assign(resolver, node->loop.target);
  resolver->scope->loops++;
  visit_statement(resolver, node->loop.body);
  resolver->scope->loops--;
  // It may not run at all.
  forget(resolver, mark);
  return true;
}

static bool visit_nested(struct resolver *resolver, struct sl_node *node) {
  if (!sl_check_control(resolver->file, node, at_top_level(resolver))) return true;
  resolver->scope->nested++;
  bool ends = node->kind == SL_NODE_IF ? visit_if(resolver, node) : visit_loop(resolver, node);
  resolver->scope->nested--;
  return ends;
}

static void visit_assignment(struct resolver *resolver, struct sl_node *node) {
  struct sl_node *target = node->assign.target;
  annotate(resolver, node->assign.type);
  if (node->assign.value) visit(resolver, node->assign.value);
  if (node->kind == SL_NODE_AUGMENTED) {
    if (target->kind == SL_NODE_LIST || target->kind == SL_NODE_TUPLE) {
      sl_diagnostic_add(resolver->file, node->mark, node->mark + 2,
                        "cannot perform augmented assignment on a list or tuple expression");
    }
    // It reads the variable as well.
    if (target->kind == SL_NODE_IDENTIFIER) use(resolver, target);
  }
  // An annotation alone declares.
  if (!node->assign.value) {
    if (target->kind == SL_NODE_IDENTIFIER) declare(resolver, target, target->identifier.name);
    return;
  }
  assign(resolver, target);
}

static void visit_load(struct resolver *resolver, struct sl_node *node) {
  sl_check_load(resolver->file, node, at_top_level(resolver) && !resolver->scope->nested);
  for (uint32_t i = 0; i < node->load.bindings.count; i++) {
    struct sl_node *local = node->load.bindings.items[i]->load_binding.local;
    define(resolver, local, local->identifier.name);
  }
}

static bool visit_block(struct resolver *resolver, const struct sl_node *block) {
  bool ends = true;
  for (uint32_t i = 0; i < block->list.count; i++) {
    if (!visit_statement(resolver, block->list.items[i])) ends = false;
  }
  return ends;
}

// Returns whether the statement can come to its end, so that the next one runs.
static bool visit_statement(struct resolver *resolver, struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_BLOCK:
      return visit_block(resolver, node);
    case SL_NODE_EXPRESSION_STATEMENT:
      visit(resolver, node->expression.value);
      return true;
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
      visit_assignment(resolver, node);
      return true;
    case SL_NODE_TYPE_ALIAS:
      check_type_parameters(resolver, node->assign.type);
      annotate(resolver, node->assign.value);
      assign(resolver, node->assign.target);
      return true;
    case SL_NODE_DEF:
      check_type_parameters(resolver, node->function->type_parameters);
      if (sl_check_function(resolver->file, node)) visit_function(resolver, node);
      return true;
    case SL_NODE_FOR:
    case SL_NODE_WHILE:
    case SL_NODE_IF:
      return visit_nested(resolver, node);
    case SL_NODE_RETURN:
      if (at_top_level(resolver) && !is_expression(resolver)) {
        error(resolver, node, "return statements must be inside a function");
      }
      if (node->expression.value) visit(resolver, node->expression.value);
      return false;
    case SL_NODE_BREAK:
    case SL_NODE_CONTINUE:
      sl_check_in_loop(resolver->file, node, resolver->scope->loops);
      return false;
    case SL_NODE_LOAD:
      visit_load(resolver, node);
      return true;
    default:
      return true;
  }
}

// ---------------------------------------------------------------- files

void sl_file_continue(struct sl_file *file, const char *const *names, size_t count) {
  struct sl_parsed *parsed = (struct sl_parsed *)file;
  parsed->earlier = sl_arena_allocate(&file->arena, count * sizeof *parsed->earlier);
  parsed->earlier_count = (uint32_t)count;
  for (size_t i = 0; i < count; i++) {
    parsed->earlier[i] = sl_tree_name_of(parsed, names[i], strlen(names[i]));
  }
}

static void bind_earlier(struct resolver *resolver) {
  const struct sl_parsed *parsed = (const struct sl_parsed *)resolver->file;
  for (uint32_t i = 0; i < parsed->earlier_count; i++) {
    new_global(resolver, parsed->earlier[i], 0, false)->assigned = true;
  }
}

// Whether a file that has had errors is looked at nevertheless. Bazel does so for .bzl files only; where reading has ended
// before the text does, it would say little.
static bool is_worth_resolving(const struct sl_file *file) {
  const struct sl_parsed *parsed = (const struct sl_parsed *)file;
  if (!file->error_count) return true;
  return !file->dialect->build_file_checks && !parsed->expression_only && !parsed->too_deep &&
         !parsed->too_large;
}

bool sl_file_resolve(struct sl_file *file, const struct sl_names *names) {
  struct sl_function_syntax *top_level = file->top_level;
  struct scope scope = {.function = top_level};
  struct resolver resolver = {
      .file = file,
      .arena = &file->arena,
      .dialect = file->dialect,
      .names = names,
      .scope = &scope,
  };
  uint32_t first = file->diagnostic_count;
  file->resolved = true;
  if (!is_worth_resolving(file)) return false;
  resolver.states = calloc(file->name_count + 1u, sizeof *resolver.states);
  if (!resolver.states) abort();
  sl_diagnostic_add_deferred(file);
  sl_check_loads_first(file);
  bind_earlier(&resolver);
  bind_block(&resolver, top_level->body);
  visit_block(&resolver, top_level->body);
  finish_uses(&resolver, &scope);
  free(resolver.states);
  if (resolves_types(file->dialect) && !file->error_count) sl_typing_check(file, names);
  sl_diagnostic_sort(file, first);
  return !file->error_count;
}
