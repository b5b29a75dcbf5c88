// SPDX-License-Identifier: Apache-2.0
//
// Calls: arguments against the parameters of what is called, as net.starlark.java.syntax.TypeChecker compares them.
// Invariant: a call is refused only for what certainly fails when it is made.
#include <string.h>

#include "common/spell.h"
#include "parser/typing.h"

enum { MOST_VARIABLES = 4 };

// A call whose arguments have their types.
struct call {
  const struct sl_node *node;
  const char *callee;                // as it is shown
  struct sl_node *const *arguments;  // without *args and **kwargs
  sl_static *types;                  // of the arguments
  uint32_t count;
  uint32_t positional;
  const struct sl_node *star, *star_star;  // the values of *args and **kwargs, or NULL
  sl_static star_type, star_star_type;     // of their elements and values
};

// One thing that is called, and what is found out on the way.
struct matching {
  const struct call *call;
  const struct sl_static_callable *callable;
  bool *seen;                        // parallel to its parameters
  sl_static values[MOST_VARIABLES];  // of its type parameters; NULL: nothing yet
};

static const char *plural(uint32_t count) { return count == 1 ? "" : "s"; }

// ---------------------------------------------------------------- type parameters

// Learns from an argument what type parameters stand for.
static void learn(struct sl_typing *typing, struct matching *matching, sl_static parameter,
                  sl_static argument) {
  if (!parameter->open) return;
  if (parameter->kind == SL_STATIC_VARIABLE) {
    argument = sl_static_settle(&typing->types, argument);
    sl_static *value = &matching->values[parameter->count];
    *value = *value ? sl_static_either(&typing->types, *value, argument) : argument;
    return;
  }
  if (parameter->kind != SL_STATIC_COLLECTION) return;
  uint32_t count;
  sl_static const *members = sl_static_members(&argument, &count);
  for (uint32_t i = 0; i < count; i++) {
    sl_static element = sl_static_element(&typing->types, members[i]);
    learn(typing, matching, parameter->items[0], element ? element : &sl_static_any);
  }
}

static sl_static filled(struct sl_typing *typing, const struct matching *matching,
                        sl_static parameter) {
  sl_static values[MOST_VARIABLES];
  if (!parameter->open) return parameter;
  for (uint32_t i = 0; i < MOST_VARIABLES; i++) {
    values[i] = matching->values[i] ? matching->values[i] : &sl_static_never;
  }
  return sl_static_fill(&typing->types, parameter, values);
}

// Parameters that are not given: None may become anything, what is empty has nothing in it.
static void learn_defaults(struct sl_typing *typing, struct matching *matching) {
  const struct sl_static_callable *callable = matching->callable;
  bool unknown = matching->call->star || matching->call->star_star;
  for (uint32_t i = 0; i < callable->named_count; i++) {
    if (!matching->seen[i] && (unknown || callable->parameters[i].nothing)) {
      learn(typing, matching, callable->parameters[i].type, &sl_static_any);
    }
  }
}

// ---------------------------------------------------------------- arguments

static bool refuse_surplus(struct sl_typing *typing, const struct matching *matching) {
  const struct call *call = matching->call;
  uint32_t limit = matching->callable->positional_count;
  const struct sl_node *argument = call->arguments[limit];
  if (limit) {
    sl_typing_error(typing, argument->start, argument->end,
                    "'%s()' accepts no more than %u positional argument%s but got %u", call->callee,
                    limit, plural(limit), call->positional);
  } else {
    sl_typing_error(typing, argument->start, argument->end,
                    "'%s()' does not accept positional arguments, but got %u", call->callee,
                    call->positional);
  }
  return false;
}

static bool must_be(struct sl_typing *typing, const struct matching *matching,
                    const struct sl_node *node, sl_static wanted, sl_static got, const char *what) {
  if (!wanted) return true;
  wanted = filled(typing, matching, wanted);
  if (sl_static_fits(wanted, got)) return true;
  sl_typing_error(typing, node->start, node->end, "in call to '%s()', %s must be '%s', not '%s'",
                  matching->call->callee, what, sl_typing_show(typing, wanted),
                  sl_typing_show(typing, got));
  return false;
}

// The parameter that an argument is for, or -1.
static int32_t find_parameter(const struct matching *matching, uint32_t i) {
  const struct sl_static_callable *callable = matching->callable;
  if (i < matching->call->positional) return i < callable->positional_count ? (int32_t)i : -1;
  const char *name = matching->call->arguments[i]->argument.name->bytes;
  for (uint32_t p = 0; p < callable->named_count; p++) {
    if (!callable->parameters[p].positional_only && !strcmp(callable->parameters[p].name, name)) {
      return (int32_t)p;
    }
  }
  return -1;
}

static void learn_arguments(struct sl_typing *typing, struct matching *matching) {
  const struct call *call = matching->call;
  for (uint32_t i = 0; i < call->count; i++) {
    int32_t place = find_parameter(matching, i);
    sl_static parameter = place >= 0             ? matching->callable->parameters[place].type
                          : i < call->positional ? matching->callable->star
                                                 : matching->callable->extra;
    if (place >= 0) matching->seen[place] = true;
    if (parameter) learn(typing, matching, parameter, call->types[i]);
  }
  learn_defaults(typing, matching);
}

static bool check_parameter(struct sl_typing *typing, const struct matching *matching, uint32_t i,
                            const struct sl_static_parameter *parameter) {
  const struct sl_node *argument = matching->call->arguments[i];
  sl_static wanted = filled(typing, matching, parameter->type), got = matching->call->types[i];
  if (sl_static_fits(wanted, got)) return true;
  sl_typing_error(typing, argument->start, argument->end,
                  "in call to '%s()', parameter '%s' got value of type '%s', want '%s'",
                  matching->call->callee, parameter->name, sl_typing_show(typing, got),
                  sl_typing_show(typing, wanted));
  return false;
}

// The keywords that no parameter has.
static bool refuse_unexpected(struct sl_typing *typing, const struct matching *matching) {
  const struct call *call = matching->call;
  const struct sl_static_callable *callable = matching->callable;
  const struct sl_node *first = NULL;
  struct sl_text names = {0};
  uint32_t count = 0;
  for (uint32_t i = call->positional; i < call->count; i++) {
    if (find_parameter(matching, i) >= 0) continue;
    if (!first) first = call->arguments[i];
    sl_text_format(&names, "%s%s", count++ ? ", " : "", call->arguments[i]->argument.name->bytes);
  }
  struct sl_spell spell;
  sl_spell_begin(&spell, sl_text_string(&names), names.length);
  for (uint32_t i = 0; count == 1 && i < callable->named_count; i++) {
    if (callable->parameters[i].positional_only) continue;
    sl_spell_offer(&spell, callable->parameters[i].name, strlen(callable->parameters[i].name));
  }
  if (spell.best) sl_text_format(&names, " (did you mean '%s'?)", spell.best);
  sl_typing_error(typing, first->start, first->end, "'%s()' got unexpected keyword argument%s: %s",
                  call->callee, plural(count), sl_text_string(&names));
  sl_text_free(&names);
  return false;
}

static bool check_arguments(struct sl_typing *typing, const struct matching *matching) {
  const struct call *call = matching->call;
  const struct sl_static_callable *callable = matching->callable;
  for (uint32_t i = 0; i < call->count; i++) {
    int32_t place = find_parameter(matching, i);
    const struct sl_node *argument = call->arguments[i];
    bool good;
    if (place >= 0) {
      good = check_parameter(typing, matching, i, &callable->parameters[place]);
    } else if (i < call->positional) {
      good = callable->star ? must_be(typing, matching, argument, callable->star, call->types[i],
                                      "residual positional arguments")
                            : refuse_surplus(typing, matching);
    } else {
      good = callable->extra ? must_be(typing, matching, argument, callable->extra, call->types[i],
                                       "residual keyword arguments")
                             : refuse_unexpected(typing, matching);
    }
    if (!good) return false;
  }
  return true;
}

// Whether *args or **kwargs of the call may hold the parameter.
static bool may_be_given(const struct matching *matching, uint32_t i) {
  const struct call *call = matching->call;
  if (call->star && i < matching->callable->positional_count) return true;
  return call->star_star && !matching->callable->parameters[i].positional_only;
}

static bool check_missing(struct sl_typing *typing, const struct matching *matching) {
  const struct sl_static_callable *callable = matching->callable;
  const struct sl_node *node = matching->call->node;
  struct sl_text names = {0};
  uint32_t count = 0;
  for (uint32_t i = 0; i < callable->named_count; i++) {
    if (!callable->parameters[i].required || matching->seen[i] || may_be_given(matching, i))
      continue;
    sl_text_format(&names, "%s%s", count++ ? ", " : "", callable->parameters[i].name);
  }
  if (count) {
    sl_typing_error(typing, node->mark, node->end, "'%s()' missing %u required argument%s: %s",
                    matching->call->callee, count, plural(count), sl_text_string(&names));
  }
  sl_text_free(&names);
  return !count;
}

static bool check_stars(struct sl_typing *typing, const struct matching *matching) {
  const struct call *call = matching->call;
  const struct sl_static_callable *callable = matching->callable;
  return (!call->star || must_be(typing, matching, call->star, callable->star, call->star_type,
                                 "elements of argument after *")) &&
         (!call->star_star || must_be(typing, matching, call->star_star, callable->extra,
                                      call->star_star_type, "values of argument after **"));
}

// ---------------------------------------------------------------- what is called

// What a builtin returns is new; what a function returns somebody may have.
static sl_static renew(struct sl_typing *typing, const struct sl_static_callable *callable,
                       sl_static result) {
  bool changes = result->kind == SL_STATIC_LIST || result->kind == SL_STATIC_SET ||
                 result->kind == SL_STATIC_DICT;
  if (!callable->builtin || !changes) return result;
  return sl_static_make(&typing->types, result->kind, true, result->items, result->count);
}

// The result of calling one member of the callee's type; NULL: what is wrong has been told.
static sl_static call_function(struct sl_typing *typing, const struct call *call,
                               const struct sl_static_callable *callable) {
  struct matching matching = {.call = call, .callable = callable};
  matching.seen = sl_arena_allocate(typing->types.arena, callable->parameter_count + 1);
  memset(matching.seen, 0, callable->parameter_count + 1);
  learn_arguments(typing, &matching);
  // Annotated functions have their say in functions without annotations too.
  bool quiet = typing->quiet;
  if (typing->untyped && callable->annotated) typing->quiet = false;
  bool good = check_arguments(typing, &matching) && check_missing(typing, &matching) &&
              check_stars(typing, &matching);
  typing->quiet = quiet;
  if (!good) return NULL;
  return renew(typing, callable, filled(typing, &matching, callable->result));
}

static sl_static call_member(struct sl_typing *typing, const struct call *call, sl_static callee,
                             sl_static member) {
  const struct sl_node *node = call->node->call.callee;
  if (member->kind == SL_STATIC_ANY || member->kind == SL_STATIC_NEVER) return member;
  if (member->kind == SL_STATIC_CALLABLE) return call_function(typing, call, member->callable);
  sl_typing_error(typing, node->start, node->end, "'%s' is not callable; got type '%s'",
                  call->callee, sl_typing_show(typing, callee));
  return NULL;
}

static sl_static call_all(struct sl_typing *typing, const struct call *call, sl_static callee) {
  uint32_t count;
  sl_static const *members = sl_static_members(&callee, &count);
  sl_static result = &sl_static_never;
  for (uint32_t i = 0; i < count; i++) {
    sl_static one = call_member(typing, call, callee, members[i]);
    if (!one) return &sl_static_any;
    result = sl_static_either(&typing->types, result, one);
  }
  return result;
}

// ---------------------------------------------------------------- *args and **kwargs

static bool take_star(struct sl_typing *typing, struct call *call, const struct sl_node *value) {
  sl_static type = sl_typing_infer(typing, value);
  uint32_t count;
  sl_static const *members = sl_static_members(&type, &count);
  call->star = value;
  call->star_type = &sl_static_never;
  for (uint32_t i = 0; i < count; i++) {
    sl_static element = sl_static_element(&typing->types, members[i]);
    if (!element) {
      sl_typing_error(typing, value->start, value->end,
                      "argument after * must be a sequence, not '%s'",
                      sl_typing_show(typing, type));
      return false;
    }
    call->star_type = sl_static_either(&typing->types, call->star_type, element);
  }
  return true;
}

// The values of a mapping with strings for its keys; NULL: it is none.
static sl_static keyword_value(sl_static member) {
  if (member->kind == SL_STATIC_ANY || member->kind == SL_STATIC_NEVER) return member;
  bool mapping = member->kind == SL_STATIC_DICT || member->kind == SL_STATIC_MAPPING;
  return mapping && sl_static_fits(&sl_static_str, member->items[0]) ? member->items[1] : NULL;
}

static bool take_star_star(struct sl_typing *typing, struct call *call,
                           const struct sl_node *value) {
  sl_static type = sl_typing_infer(typing, value);
  uint32_t count;
  sl_static const *members = sl_static_members(&type, &count);
  call->star_star = value;
  call->star_star_type = &sl_static_never;
  for (uint32_t i = 0; i < count; i++) {
    sl_static element = keyword_value(members[i]);
    if (!element) {
      sl_typing_error(typing, value->start, value->end,
                      "argument after ** must be a dict with string keys, not '%s'",
                      sl_typing_show(typing, type));
      return false;
    }
    call->star_star_type = sl_static_either(&typing->types, call->star_star_type, element);
  }
  return true;
}

// ---------------------------------------------------------------- calls

// Gives the arguments their types. The stars come last.
static bool take_arguments(struct sl_typing *typing, struct call *call) {
  const struct sl_node_list *list = &call->node->call.arguments;
  bool good = true;
  call->arguments = list->items;
  call->types = sl_arena_allocate(typing->types.arena, (list->count + 1) * sizeof *call->types);
  for (uint32_t i = 0; i < list->count; i++) {
    const struct sl_node *argument = list->items[i], *value = argument->argument.value;
    switch ((enum sl_argument_kind)argument->op) {
      case SL_ARGUMENT_POSITIONAL:
      case SL_ARGUMENT_KEYWORD:
        call->positional += argument->op == SL_ARGUMENT_POSITIONAL;
        call->types[call->count++] = sl_typing_infer(typing, value);
        break;
      case SL_ARGUMENT_STAR:
        good = take_star(typing, call, value) && good;
        break;
      case SL_ARGUMENT_STAR_STAR:
        good = take_star_star(typing, call, value) && good;
        break;
    }
  }
  return good;
}

// Whether it is a method of what a variable without annotation holds. Then what does not fit its elements changes what
// is known of the variable, and is no error.
static bool is_loose(struct sl_typing *typing, const struct sl_node *callee) {
  if (callee->kind != SL_NODE_DOT || callee->dot.object->kind != SL_NODE_IDENTIFIER) return false;
  const struct sl_static_variable *variable = sl_typing_variable(typing, callee->dot.object);
  return variable && !variable->declared && variable->current;
}

sl_static sl_typing_call(struct sl_typing *typing, const struct sl_node *node) {
  const struct sl_node *callee = node->call.callee;
  struct call call = {.node = node, .callee = sl_typing_print(typing, callee)};
  sl_static callee_type = sl_typing_infer(typing, callee);
  if (!take_arguments(typing, &call)) return &sl_static_any;
  if (!is_loose(typing, callee)) return call_all(typing, &call, callee_type);
  bool quiet = typing->quiet;
  uint32_t found = typing->found;
  typing->quiet = true;
  sl_static result = call_all(typing, &call, callee_type);
  typing->quiet = quiet;
  if (typing->found == found) return result;
  // With any elements, what is still wrong is wrong.
  sl_typing_mutated(typing, callee->dot.object);
  return call_all(typing, &call, sl_typing_infer(typing, callee));
}
