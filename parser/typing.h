// SPDX-License-Identifier: Apache-2.0
//
// What the typing files of parser/ share: the types that annotations name, as net.starlark.java.syntax.Types has them,
// and how a file is checked against them:
//
//   typing_make.c      types and how they are shown         typing_relation.c  which may be used for which
//   typing_operator.c  what operators make of them          typing_builtin.c   what builtins take and return
//   typing_resolve.c   annotations to types                 typing_declare.c   what a file declares
//   typing_check.c     statements                           typing_flow.c      what is known of variables
//   typing_infer.c     expressions                          typing_call.c      calls
//   typing_assign.c    targets of assignments               typing_encode.c    types for those who look at values
//
// Only files of a dialect with `type_resolution`, `type_checking` or `dynamic_checking` come here. Types are made once per
// file: equal types are the same pointer. Gradual typing: whatever is not known is Any, which goes with everything.
#ifndef PARSER_TYPING_H_
#define PARSER_TYPING_H_

#include "parser/parser.h"

// ---------------------------------------------------------------- types

enum sl_static_kind {
  SL_STATIC_ANY,
  SL_STATIC_OBJECT,
  SL_STATIC_NEVER,  // of what has no value: the elements of [], the result of fail()
  SL_STATIC_NONE,
  SL_STATIC_BOOL,
  SL_STATIC_INT,
  SL_STATIC_FLOAT,
  SL_STATIC_STR,
  SL_STATIC_UNION,       // items: two or more, neither unions nor object nor Never
  SL_STATIC_LIST,        // items: of the elements
  SL_STATIC_SET,         // the same
  SL_STATIC_DICT,        // items: of keys and values
  SL_STATIC_TUPLE,       // items: of each element
  SL_STATIC_TUPLE_OF,    // of any length; items: of the elements
  SL_STATIC_COLLECTION,  // the same
  SL_STATIC_SEQUENCE,    // the same
  SL_STATIC_MAPPING,     // items: of keys and values
  SL_STATIC_CALLABLE,
  SL_STATIC_VARIABLE,  // a type parameter, of an alias or a builtin
};

struct sl_static_callable;
struct sl_static_type;
typedef const struct sl_static_type *sl_static;

struct sl_static_type {
  uint8_t kind;  // enum sl_static_kind
  bool
      fresh;  // of a list, set or dict that nobody else has yet: its elements may still be taken for more
  bool open;       // has type parameters in it
  uint8_t depth;   // 0: has no items
  uint32_t count;  // of the items; of a VARIABLE its index
  sl_static *items;
  const struct sl_static_callable *callable;  // of a CALLABLE
  struct sl_static_type *next;                // with the same hash
};

struct sl_static_parameter {
  const char *name;
  sl_static type;
  bool required;         // has no default; of those that are neither *args nor **kwargs
  bool nothing;          // has a default that tells nothing of its type
  bool positional_only;  // of builtins
};

// What a function takes and returns. The parameters stand in the order of the signature: see struct sl_local.
struct sl_static_callable {
  struct sl_static_parameter *parameters;
  uint32_t parameter_count;
  uint32_t positional_count;
  uint32_t named_count;     // without *args and **kwargs, which come last
  uint32_t variable_count;  // type parameters, of builtins
  bool builtin;
  bool annotated;
  sl_static star;   // of each of *args, or NULL
  sl_static extra;  // of each value of **kwargs, or NULL
  sl_static result;
};

enum {
  SL_STATIC_BUCKETS = 1 << 10,
  SL_STATIC_ELEMENTS = 256,  // of a tuple, at most, that are told apart
};

// All types of a file.
struct sl_static_types {
  struct sl_arena *arena;
  struct sl_static_type *buckets[SL_STATIC_BUCKETS];
};

// ---------------------------------------------------------------- typing_make.c

extern const struct sl_static_type sl_static_any, sl_static_object, sl_static_never, sl_static_none,
    sl_static_bool, sl_static_int, sl_static_float, sl_static_str;

// The one type with these items, copied. What would be too deep to be of use is Any.
sl_static sl_static_make(struct sl_static_types *types, enum sl_static_kind kind, bool fresh,
                         sl_static const *items, uint32_t count);
// With one item.
sl_static sl_static_of(struct sl_static_types *types, enum sl_static_kind kind, sl_static item);
sl_static sl_static_list(struct sl_static_types *types, sl_static element);
sl_static sl_static_dict(struct sl_static_types *types, sl_static key, sl_static value);
sl_static sl_static_tuple(struct sl_static_types *types, sl_static const *items, uint32_t count);
sl_static sl_static_variable(struct sl_static_types *types, uint32_t index);
sl_static sl_static_function(struct sl_static_types *types,
                             const struct sl_static_callable *callable);

// Any of these: flat, without repetitions.
sl_static sl_static_union(struct sl_static_types *types, sl_static const *items, uint32_t count);
sl_static sl_static_either(struct sl_static_types *types, sl_static a, sl_static b);
// The members of a union; of another type itself.
sl_static const *sl_static_members(sl_static const *type, uint32_t *count);
// The members for which `keep` holds, as a union.
sl_static sl_static_filter(struct sl_static_types *types, sl_static type,
                           bool (*keep)(sl_static member, const void *data), const void *data);

// With these for its type parameters.
sl_static sl_static_fill(struct sl_static_types *types, sl_static type, sl_static const *values);
// As the type of a variable without annotation: no longer fresh; what is still empty, or has elements of several types,
// or None, may get any elements.
sl_static sl_static_settle(struct sl_static_types *types, sl_static type);
// With any elements, of lists, sets and dicts.
sl_static sl_static_widen(struct sl_static_types *types, sl_static type);

// What a for loop over it takes out: the elements, of mappings the keys. NULL: it is no collection.
sl_static sl_static_element(struct sl_static_types *types, sl_static type);

// As messages show it; the text lives in the arena.
const char *sl_static_show(struct sl_static_types *types, sl_static type);
void sl_static_write(struct sl_text *out, sl_static type);

// ---------------------------------------------------------------- typing_relation.c

// Whether what is of type `from` may be used where `to` is wanted.
bool sl_static_fits(sl_static to, sl_static from);

// Whether values of both may be ordered.
bool sl_static_ordered(sl_static a, sl_static b);

// ---------------------------------------------------------------- typing_operator.c

// An operand and its type; the expression tells how often a tuple is repeated.
struct sl_static_operand {
  const struct sl_node *node;
  sl_static type;
};

// The type of `left op right`; NULL: there is no such operation. Not for `and` and `or`.
sl_static sl_static_binary(struct sl_static_types *types, enum sl_operator op,
                           struct sl_static_operand left, struct sl_static_operand right);
sl_static sl_static_unary(enum sl_operator op, sl_static operand);

// Whether the expression is an integer literal, with a sign or without, that fits 32 bits.
bool sl_static_literal(const struct sl_node *node, int64_t *value);

// ---------------------------------------------------------------- variables

// A variable of a function, or a global.
struct sl_static_variable {
  sl_static declared;           // what it must be; NULL: no annotation says so
  sl_static defined;            // the function that the only statement that binds it makes
  sl_static current;            // what it is at this point of the walk; NULL: nothing is known
  const struct sl_node *first;  // the identifier, or the DEF, that binds it first
  const struct sl_static_alias *alias;   // what it means in annotations
  const struct sl_static_frame *setter;  // the function in which `current` was found
  uint32_t bound;                        // how often it is bound
  uint32_t visit;                        // of the last walk over changes that met it
  bool loaded;                           // by a load(): may be anything, a type too
};

// A type alias. The definition has its parameters as VARIABLEs.
struct sl_static_alias {
  const struct sl_name *name;
  sl_static type;
  uint32_t parameter_count;
};

// A function, or the file, with its variables.
struct sl_static_frame {
  struct sl_static_frame *outer;
  struct sl_function_syntax *function;
  struct sl_static_variable *variables;       // parallel to its locals
  const struct sl_static_callable *callable;  // NULL: the file
  bool typed;                                 // has type syntax, so that its statements are checked
};

// A type parameter list that is in force.
struct sl_static_scope {
  const struct sl_static_scope *outer;
  const struct sl_node *parameters;  // LIST of identifiers, or NULL
  bool any;                          // stands for Any, as the parameters of a def do
};

// What a variable was before it changed.
struct sl_static_change {
  struct sl_static_variable *variable;
  sl_static previous;
  const struct sl_static_frame *setter;
};

struct sl_typing {
  struct sl_file *file;
  const struct sl_names *names;
  struct sl_static_types types;
  struct sl_static_variable *globals;   // parallel to the file's
  struct sl_static_frame *frame;        // the function that is being walked through
  const struct sl_static_scope *scope;  // type parameters
  struct sl_static_builtins *builtins;  // NULL until one is asked for
  struct sl_static_change *changes;     // of variables, in the order of the walk
  uint32_t change_count;
  uint32_t visits;  // walks over changes
  uint32_t found;   // errors, those that are not told among them
  bool quiet;       // what is found is not told
  bool untyped;     // in a function without type syntax: its variables may be anything
};

__attribute__((format(printf, 4, 5))) void sl_typing_error(struct sl_typing *typing, uint32_t start,
                                                           uint32_t end, const char *format, ...);
const char *sl_typing_show(struct sl_typing *typing, sl_static type);
// An expression, in the arena.
const char *sl_typing_print(struct sl_typing *typing, const struct sl_node *node);

// ---------------------------------------------------------------- typing_builtin.c

// What a predeclared name stands for; Any: nobody knows.
sl_static sl_static_builtin(struct sl_typing *typing, const struct sl_name *name);
// Whether the language has the name, and no host has brought it.
bool sl_static_is_universal(struct sl_typing *typing, const struct sl_name *name);
// Whether the file that is being looked at is that of the builtins.
bool sl_static_in_builtins(const struct sl_typing *typing);
void sl_static_free_builtins(struct sl_typing *typing);
// The attribute of values of a type that is no union; NULL: they have none of that name.
sl_static sl_static_attribute(struct sl_typing *typing, sl_static type, const struct sl_name *name);

// ---------------------------------------------------------------- typing_declare.c

// Makes the frames, and gives declared variables their types.
void sl_typing_declare(struct sl_typing *typing);
// The variable that an identifier, or a DEF, of the current frame means. NULL: a predeclared one.
struct sl_static_variable *sl_typing_variable(const struct sl_typing *typing,
                                              const struct sl_node *node);
// What a parameter is inside the function: *args a tuple, **kwargs a dict.
sl_static sl_typing_inside(struct sl_typing *typing, enum sl_parameter_kind kind, sl_static type);

// ---------------------------------------------------------------- typing_resolve.c

// The type of an annotation; where it has none, that is told, and it is Any.
sl_static sl_typing_annotation(struct sl_typing *typing, const struct sl_node *node);
// What a function's annotations say.
struct sl_static_callable *sl_typing_signature(struct sl_typing *typing,
                                               const struct sl_function_syntax *function);

// ---------------------------------------------------------------- typing_flow.c

// What the variable of an identifier holds at this point.
sl_static sl_typing_known(struct sl_typing *typing, const struct sl_node *node);
// The variable has been assigned a value that fits.
void sl_typing_assigned(struct sl_typing *typing, struct sl_static_variable *variable,
                        sl_static type);
// At the beginning of the current function: what parameters without annotations hold, as far as that is known.
void sl_typing_enter_function(struct sl_typing *typing);
// The value of a variable without annotation, which is what `object` is, may now have any elements.
void sl_typing_mutated(struct sl_typing *typing, const struct sl_node *object);
// Takes back what has changed since there were so many changes.
void sl_typing_undo(struct sl_typing *typing, uint32_t mark);
// What is known because `condition` was found true, or false.
void sl_typing_narrow(struct sl_typing *typing, const struct sl_node *condition, bool truth);

// What a branch has changed: `previous` is what the variable was at its end.
struct sl_static_branch {
  struct sl_static_change *changes;
  uint32_t count;
};
// Takes back what has changed since `mark`, and returns it.
struct sl_static_branch sl_typing_take_branch(struct sl_typing *typing, uint32_t mark);
// After a second branch, which began at `mark`: what both have in common; one that does not come to its end has no say.
void sl_typing_merge(struct sl_typing *typing, uint32_t mark, const struct sl_static_branch *first,
                     bool first_ends, bool second_ends);

// At the head of a loop nothing is known of what its body changes; nor behind it.
void sl_typing_enter_loop(struct sl_typing *typing, const struct sl_node *loop);
void sl_typing_leave_loop(struct sl_typing *typing, uint32_t mark);

// ---------------------------------------------------------------- typing_infer.c

// The type of an expression. What is wrong with it is told.
sl_static sl_typing_infer(struct sl_typing *typing, const struct sl_node *node);
// The type of `left op right`, the operator standing at `mark`. `more` is what is written behind it.
sl_static sl_typing_operate(struct sl_typing *typing, enum sl_operator op, uint32_t mark,
                            struct sl_static_operand left, struct sl_static_operand right,
                            const char *more);
// What `object[key]` is, or takes, for each member of the object's type.
struct sl_static_list {
  sl_static *items;
  uint32_t count;
};
struct sl_static_list sl_typing_index(struct sl_typing *typing, const struct sl_node *node,
                                      sl_static object);
// The same of `object.name`.
struct sl_static_list sl_typing_dot(struct sl_typing *typing, const struct sl_node *node,
                                    sl_static object);

// ---------------------------------------------------------------- typing_call.c

sl_static sl_typing_call(struct sl_typing *typing, const struct sl_node *node);

// ---------------------------------------------------------------- typing_assign.c

// A value of type `from` is assigned to a target.
void sl_typing_assign(struct sl_typing *typing, const struct sl_node *target, sl_static from);
void sl_typing_assign_augmented(struct sl_typing *typing, const struct sl_node *node);
// The elements of an iterable are, one after the other; `what` has it.
void sl_typing_iterate(struct sl_typing *typing, const struct sl_node *target,
                       const struct sl_node *iterable, const char *what);

// ---------------------------------------------------------------- typing_check.c

// Resolves the annotations of a resolved file without errors and checks it, as its dialect says.
void sl_typing_check(struct sl_file *file, const struct sl_names *names);

#endif  // PARSER_TYPING_H_
