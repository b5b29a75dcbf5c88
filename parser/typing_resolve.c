// SPDX-License-Identifier: Apache-2.0
//
// Annotations: from expressions to types, as net.starlark.java.syntax.TypeTagger does it. Invariant: an annotation that
// names no type is told, and is Any.
#include <string.h>

#include "common/spell.h"
#include "parser/typing.h"

// What stands in a type expression: a type, or what only stands between the brackets of one.
enum term_kind { TERM_TYPE, TERM_ELLIPSIS, TERM_EMPTY_TUPLE };
struct term {
  sl_static type;  // of a TERM_TYPE
  enum term_kind kind;
};

static const struct term any_term = {&sl_static_any, TERM_TYPE};

static struct term evaluate(struct sl_typing *typing, const struct sl_node *node);

// ---------------------------------------------------------------- constructors

// What a name stands for in a type expression.
struct constructor {
  const char *name;
  enum sl_static_kind kind;
  uint32_t parameters;                  // how many, or none at all
  const struct sl_static_alias *alias;  // made by a `type` statement, or NULL
  sl_static fixed;                      // is always this, whatever its arguments
};

// The names that the language knows. The last two are for this implementation alone: see typing_builtin.c.
static const struct constructor universe[] = {
    {"Any", SL_STATIC_ANY, 0, NULL, NULL},
    {"object", SL_STATIC_OBJECT, 0, NULL, NULL},
    {"None", SL_STATIC_NONE, 0, NULL, NULL},
    {"bool", SL_STATIC_BOOL, 0, NULL, NULL},
    {"int", SL_STATIC_INT, 0, NULL, NULL},
    {"float", SL_STATIC_FLOAT, 0, NULL, NULL},
    {"str", SL_STATIC_STR, 0, NULL, NULL},
    {"list", SL_STATIC_LIST, 1, NULL, NULL},
    {"dict", SL_STATIC_DICT, 2, NULL, NULL},
    {"set", SL_STATIC_SET, 1, NULL, NULL},
    {"tuple", SL_STATIC_TUPLE, UINT32_MAX, NULL, NULL},
    {"Collection", SL_STATIC_COLLECTION, 1, NULL, NULL},
    {"Sequence", SL_STATIC_SEQUENCE, 1, NULL, NULL},
    {"Mapping", SL_STATIC_MAPPING, 2, NULL, NULL},
    {"Never", SL_STATIC_NEVER, 0, NULL, NULL},
    {"Callable", SL_STATIC_ANY, 0, NULL, NULL},
};
enum { OWN_NAMES = 2, UNIVERSE = sizeof universe / sizeof *universe };

static sl_static simple(enum sl_static_kind kind) {
  static sl_static const singles[] = {
      [SL_STATIC_ANY] = &sl_static_any,     [SL_STATIC_OBJECT] = &sl_static_object,
      [SL_STATIC_NEVER] = &sl_static_never, [SL_STATIC_NONE] = &sl_static_none,
      [SL_STATIC_BOOL] = &sl_static_bool,   [SL_STATIC_INT] = &sl_static_int,
      [SL_STATIC_FLOAT] = &sl_static_float, [SL_STATIC_STR] = &sl_static_str,
  };
  return singles[kind];
}

static void offer(void *search, const char *name, size_t length) {
  sl_spell_offer(search, name, length);
}

static void undefined(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_name *name = node->identifier.name;
  struct sl_spell spell;
  sl_spell_begin(&spell, name->bytes, name->length);
  for (size_t i = 0; i < UNIVERSE - OWN_NAMES; i++) {
    sl_spell_offer(&spell, universe[i].name, strlen(universe[i].name));
  }
  for (uint32_t i = 0; i < typing->file->global_count; i++) {
    const struct sl_static_alias *alias = typing->globals[i].alias;
    if (alias) sl_spell_offer(&spell, alias->name->bytes, alias->name->length);
  }
  if (typing->names && typing->names->each) typing->names->each(typing->names->data, offer, &spell);
  if (spell.best) {
    sl_typing_error(typing, node->start, node->end,
                    "name '%s' is not defined (did you mean '%.*s'?)", name->bytes,
                    (int)spell.best_length, spell.best);
  } else {
    sl_typing_error(typing, node->start, node->end, "name '%s' is not defined", name->bytes);
  }
}

static bool no_type(struct sl_typing *typing, const struct sl_node *node, const char *scope) {
  sl_typing_error(typing, node->start, node->end, "%s symbol '%s' cannot be used as a type", scope,
                  node->identifier.name->bytes);
  return false;
}

// The type parameter of that name, if there is one.
static bool find_parameter(struct sl_typing *typing, const struct sl_name *name,
                           struct constructor *found) {
  for (const struct sl_static_scope *scope = typing->scope; scope; scope = scope->outer) {
    const struct sl_node *parameters = scope->parameters;
    for (uint32_t i = 0; parameters && i < parameters->list.count; i++) {
      if (strcmp(parameters->list.items[i]->identifier.name->bytes, name->bytes) != 0) continue;
      found->fixed = scope->any ? &sl_static_any : sl_static_variable(&typing->types, i);
      return true;
    }
  }
  return false;
}

static bool find_global(struct sl_typing *typing, const struct sl_node *node,
                        struct constructor *found) {
  const struct sl_static_variable *variable = &typing->globals[node->mark];
  found->alias = variable->alias;
  // What another file has may be a type.
  if (variable->loaded) found->fixed = &sl_static_any;
  return variable->alias || variable->loaded || no_type(typing, node, "global");
}

static bool find_predeclared(struct sl_typing *typing, const struct sl_node *node,
                             struct constructor *found) {
  const struct sl_name *name = node->identifier.name;
  size_t known = sl_static_in_builtins(typing) ? UNIVERSE : UNIVERSE - OWN_NAMES;
  for (size_t i = 0; i < known; i++) {
    if (strcmp(universe[i].name, name->bytes) != 0) continue;
    *found = universe[i];
    return true;
  }
  const struct sl_names *names = typing->names;
  if (names && names->contains(names->data, name->bytes, name->length)) {
    return no_type(typing, node,
                   sl_static_is_universal(typing, name) ? "universal" : "predeclared");
  }
  undefined(typing, node);
  return false;
}

static bool find(struct sl_typing *typing, const struct sl_node *node, struct constructor *found) {
  *found = (struct constructor){.name = node->identifier.name->bytes};
  if (find_parameter(typing, node->identifier.name, found)) return true;
  switch (node->op) {
    case SL_SCOPE_GLOBAL:
      return find_global(typing, node, found);
    case SL_SCOPE_LOCAL:
      return no_type(typing, node, "local");
    default:
      return find_predeclared(typing, node, found);
  }
}

// ---------------------------------------------------------------- applications

enum { MOST_ARGUMENTS = SL_STATIC_ELEMENTS };

// One that stands for something, and is applied to arguments.
struct application {
  const struct sl_node *node;
  struct constructor constructor;
  const struct term *arguments;
  uint32_t count;
};

static sl_static bad_count(struct sl_typing *typing, const struct application *application) {
  uint32_t wanted = application->constructor.parameters;
  sl_typing_error(typing, application->node->start, application->node->end,
                  "%s[] accepts exactly %u argument%s but got %u", application->constructor.name,
                  wanted, wanted == 1 ? "" : "s", application->count);
  return &sl_static_any;
}

// The arguments as types.
static bool take_types(struct sl_typing *typing, const struct application *application,
                       sl_static *types) {
  for (uint32_t i = 0; i < application->count; i++) {
    types[i] = application->arguments[i].type;
    if (types[i]) continue;
    sl_typing_error(typing, application->node->start, application->node->end,
                    "in application to %s, got '%s', expected a type",
                    application->constructor.name,
                    application->arguments[i].kind == TERM_ELLIPSIS ? "..." : "()");
    return false;
  }
  return true;
}

static sl_static bad_tuple(struct sl_typing *typing, const struct application *application,
                           enum term_kind kind) {
  const struct sl_node *node = application->node;
  if (kind == TERM_ELLIPSIS) {
    sl_typing_error(typing, node->start, node->end,
                    "in application to tuple, '...' can only appear as the second of exactly 2 "
                    "arguments, where the first argument is a type");
  } else {
    sl_typing_error(typing, node->start, node->end,
                    "in application to tuple, '()' can only appear if it is the only argument");
  }
  return &sl_static_any;
}

static sl_static apply_tuple(struct sl_typing *typing, const struct application *application) {
  const struct term *arguments = application->arguments;
  uint32_t count = application->count;
  sl_static types[MOST_ARGUMENTS];
  if (!count) return sl_static_of(&typing->types, SL_STATIC_TUPLE_OF, &sl_static_any);
  if (count == 1 && arguments[0].kind == TERM_EMPTY_TUPLE) {
    return sl_static_tuple(&typing->types, NULL, 0);
  }
  if (count == 2 && arguments[0].kind == TERM_TYPE && arguments[1].kind == TERM_ELLIPSIS) {
    return sl_static_of(&typing->types, SL_STATIC_TUPLE_OF, arguments[0].type);
  }
  for (uint32_t i = 0; i < count; i++) {
    if (arguments[i].kind != TERM_TYPE) return bad_tuple(typing, application, arguments[i].kind);
    types[i] = arguments[i].type;
  }
  return sl_static_tuple(&typing->types, types, count);
}

static sl_static apply_alias(struct sl_typing *typing, struct application *application) {
  const struct sl_static_alias *alias = application->constructor.alias;
  sl_static types[MOST_ARGUMENTS];
  application->constructor.parameters = alias->parameter_count;
  if (application->count != alias->parameter_count) return bad_count(typing, application);
  if (!take_types(typing, application, types)) return &sl_static_any;
  return sl_static_fill(&typing->types, alias->type, types);
}

static sl_static apply(struct sl_typing *typing, struct application *application) {
  const struct constructor *constructor = &application->constructor;
  sl_static types[MOST_ARGUMENTS];
  if (constructor->fixed) return constructor->fixed;
  bool plain = constructor->alias ? !constructor->alias->parameter_count : !constructor->parameters;
  if (plain && application->count) {
    sl_typing_error(typing, application->node->start, application->node->end,
                    "'%s' does not accept arguments", constructor->name);
    return &sl_static_any;
  }
  if (constructor->alias) return apply_alias(typing, application);
  if (plain) return simple(constructor->kind);
  if (constructor->kind == SL_STATIC_TUPLE) return apply_tuple(typing, application);
  if (!take_types(typing, application, types)) return &sl_static_any;
  if (!application->count) {
    types[0] = types[1] = &sl_static_any;
  } else if (application->count != constructor->parameters) {
    return bad_count(typing, application);
  }
  return sl_static_make(&typing->types, constructor->kind, false, types, constructor->parameters);
}

// ---------------------------------------------------------------- expressions

static struct term unexpected(struct sl_typing *typing, const struct sl_node *node) {
  sl_typing_error(typing, node->start, node->end, "unexpected expression '%s'",
                  sl_typing_print(typing, node));
  return any_term;
}

static struct term apply_name(struct sl_typing *typing, const struct sl_node *node,
                              const struct sl_node *name, const struct term *arguments,
                              uint32_t count) {
  struct application application = {.node = node, .arguments = arguments, .count = count};
  if (!find(typing, name, &application.constructor)) return any_term;
  return (struct term){apply(typing, &application), TERM_TYPE};
}

static struct term evaluate_index(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *object = node->index.object;
  struct sl_node *key = node->index.key;
  if (object->kind != SL_NODE_IDENTIFIER) return unexpected(typing, node);
  bool many = key->kind == SL_NODE_TUPLE && !(key->flags & SL_FLAG_PARENTHESES);
  struct sl_node *const *items = many ? key->list.items : &key;
  uint32_t count = many ? key->list.count : 1;
  if (count > MOST_ARGUMENTS) return unexpected(typing, node);
  struct term *arguments = sl_arena_allocate(typing->types.arena, count * sizeof *arguments);
  for (uint32_t i = 0; i < count; i++) arguments[i] = evaluate(typing, items[i]);
  return apply_name(typing, node, object, arguments, count);
}

// Bazel's parser reads types with a grammar of its own, which begins with a name.
static sl_static expected_type(struct sl_typing *typing, const struct sl_node *node) {
  const char *text = typing->file->source + node->start;
  uint32_t length = node->end - node->start;
  bool literal = node->kind == SL_NODE_STRING || node->kind == SL_NODE_INT ||
                 node->kind == SL_NODE_FLOAT || node->kind == SL_NODE_BYTES ||
                 node->kind == SL_NODE_ELLIPSIS;
  sl_typing_error(typing, node->start, node->end, "syntax error at '%.*s': expected a type",
                  literal ? (int)length : 1, text);
  return &sl_static_any;
}

static sl_static evaluate_type(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
    case SL_NODE_INDEX:
    case SL_NODE_BINARY:
    case SL_NODE_CHAIN:
      return evaluate(typing, node).type;
    case SL_NODE_DOT:
    case SL_NODE_CALL:
    case SL_NODE_SLICE:
    case SL_NODE_CONDITIONAL:
    case SL_NODE_LAMBDA:
    case SL_NODE_CAST:
      return unexpected(typing, node).type;
    default:
      return expected_type(typing, node);
  }
}

// `left op right`, of which the left side has its type already.
static sl_static evaluate_binary(struct sl_typing *typing, sl_static left,
                                 const struct sl_node *node) {
  if (node->op == SL_OP_PIPE) {
    return sl_static_either(&typing->types, left, evaluate_type(typing, node->binary.right));
  }
  sl_typing_error(typing, node->start, node->end, "binary operator '%s' is not supported",
                  sl_operator_text(node->op));
  return &sl_static_any;
}

static sl_static evaluate_chain(struct sl_typing *typing, const struct sl_node *node) {
  sl_static result = evaluate_type(typing, node->list.items[0]);
  for (uint32_t i = 1; i < node->list.count; i++) {
    result = evaluate_binary(typing, result, node->list.items[i]);
  }
  return result;
}

static struct term evaluate(struct sl_typing *typing, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
      return apply_name(typing, node, node, NULL, 0);
    case SL_NODE_INDEX:
      return evaluate_index(typing, node);
    case SL_NODE_BINARY:
      return (struct term){evaluate_binary(typing, evaluate_type(typing, node->binary.left), node),
                           TERM_TYPE};
    case SL_NODE_CHAIN:
      return (struct term){evaluate_chain(typing, node), TERM_TYPE};
    case SL_NODE_ELLIPSIS:
      return (struct term){NULL, TERM_ELLIPSIS};
    case SL_NODE_TUPLE:
      if (!node->list.count) return (struct term){NULL, TERM_EMPTY_TUPLE};
      return unexpected(typing, node);
    default:
      return unexpected(typing, node);
  }
}

sl_static sl_typing_annotation(struct sl_typing *typing, const struct sl_node *node) {
  return evaluate_type(typing, node);
}

// ---------------------------------------------------------------- functions

static void add_parameter(struct sl_typing *typing, struct sl_static_callable *callable,
                          const struct sl_parameter *parameter) {
  struct sl_static_parameter *made = &callable->parameters[callable->parameter_count++];
  const struct sl_node *value = parameter->default_value;
  *made = (struct sl_static_parameter){
      .name = parameter->identifier->identifier.name->bytes,
      .type = parameter->type ? sl_typing_annotation(typing, parameter->type) : &sl_static_any,
      .required = !value,
      .nothing = value && value->kind == SL_NODE_IDENTIFIER,
  };
  switch (parameter->kind) {
    case SL_PARAMETER_POSITIONAL:
      callable->positional_count++;
      callable->named_count++;
      break;
    case SL_PARAMETER_KEYWORD_ONLY:
      callable->named_count++;
      break;
    case SL_PARAMETER_STAR:
      callable->star = made->type;
      break;
    case SL_PARAMETER_STAR_STAR:
      callable->extra = made->type;
      break;
  }
}

struct sl_static_callable *sl_typing_signature(struct sl_typing *typing,
                                               const struct sl_function_syntax *function) {
  struct sl_static_callable *callable = sl_arena_allocate(typing->types.arena, sizeof *callable);
  *callable = (struct sl_static_callable){.result = &sl_static_any};
  callable->parameters = sl_arena_allocate(
      typing->types.arena, (function->parameter_count + 1) * sizeof *callable->parameters);
  for (int kind = SL_PARAMETER_POSITIONAL; kind <= SL_PARAMETER_STAR_STAR; kind++) {
    for (uint32_t i = 0; i < function->parameter_count; i++) {
      if ((int)function->parameters[i].kind == kind) {
        add_parameter(typing, callable, &function->parameters[i]);
      }
    }
  }
  if (function->result_type) callable->result = sl_typing_annotation(typing, function->result_type);
  if (function->type_parameters) callable->variable_count = function->type_parameters->list.count;
  return callable;
}
