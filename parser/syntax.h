// SPDX-License-Identifier: Apache-2.0
//
// The door of parser/: text in, resolved syntax tree out. Knows text only: no values, no collector.
//
// A file is parsed once into an arena that belongs to its `struct sl_file`; every node, name and
// diagnostic lives as long as the file. The parser never stops at the first error: it reports all of
// them, as Bazel's does, and always returns a tree, where an identifier may have a name that is none: the text that is
// no expression. A tree with errors must not be compiled.
//
//   struct sl_file *file = sl_file_parse("a.bzl", text, length, &sl_dialect_bzl);
//   sl_file_resolve(file, &names);
//   for (size_t i = 0; i < file->diagnostic_count; i++) ...
//   sl_file_free(file);
#ifndef PARSER_SYNTAX_H_
#define PARSER_SYNTAX_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/text.h"
#include "parser/operator.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- dialect

// What a kind of file may contain, and what its words mean. Data, so that a new kind is a new row and no new `if`.
struct sl_dialect {
  const char *name;          // as a person asks for it: "bzl", "spec"
  const char *doc;           // whose it is, in a few words
  const char *file_kind;     // as messages name it: ".bzl", "BUILD", "MODULE.bazel" ...
  bool functions;            // def and lambda
  bool top_level_control;    // for and if statements outside functions
  bool build_file_checks;    // DotBazelFileSyntaxChecker: no for/if/def, own words
  bool star_arguments;       // f(*args), f(**kwargs)
  bool load_statements;      // load() at all
  bool loads_first;          // load() only before any other statement
  bool load_binds_globally;  // a loaded name is a global of the file (BUILD), else local to it
  bool global_reassignment;  // a global may be bound twice
  bool type_syntax;          // annotations, `type` statement, cast(), isinstance()
  bool type_resolution;      // annotations have to name types
  bool type_checking;        // files are checked against their annotations; resolves them first
  bool untyped_calls;        // and calls of annotated functions elsewhere
  bool dynamic_checking;     // the same of values, when functions are called
  bool while_loops;          // the while statement
  bool recursion;            // functions may call themselves (checked at run time)
  bool sets;                 // set() exists (sl_universe_of asks)
  bool bytes;                // b"..." and bytes() exist
  bool hex_escapes;          // \x \u \U; and then "\377" is ASCII's in strings, which are UTF-8
  bool unknown_escapes;      // "\d" stands for itself, as in Bazel before 4.0, and is no error
  bool unicode;              // names may have any letters, and upper() and its like know them
  bool async_reserved;       // async and await are no names
  bool utf16_order;          // strings are ordered by UTF-16 code units, not by bytes
  bool ascii_strings_only;   // .scl
};

extern const struct sl_dialect sl_dialect_bzl;
extern const struct sl_dialect sl_dialect_build;
extern const struct sl_dialect sl_dialect_module;  // MODULE.bazel
extern const struct sl_dialect sl_dialect_repo;    // REPO.bazel, VENDOR.bazel
extern const struct sl_dialect sl_dialect_scl;
extern const struct sl_dialect sl_dialect_spec;  // the language specification's

// By the file's base name: BUILD, BUILD.bazel, MODULE.bazel, *.MODULE.bazel, REPO.bazel, VENDOR.bazel,
// *.scl; everything else is .bzl. Never NULL.
const struct sl_dialect *sl_dialect_for_file(const char *path);

// All of the above, ended by NULL; and the one of that name, or NULL.
extern const struct sl_dialect *const sl_dialects[];
const struct sl_dialect *sl_dialect_named(const char *name);

// A field that a person may set by itself.
struct sl_dialect_option {
  const char *name;
  const char *doc;  // what is so with it
  size_t field;     // offset of its bool
};

// Ended by a row without a name.
extern const struct sl_dialect_option sl_dialect_options[];

// Sets the options of a comma-separated list: "while,noset". Returns the first that there is not, or NULL.
const char *sl_dialect_set(struct sl_dialect *dialect, const char *options);

// ---------------------------------------------------------------- characters

// What a code point is, as bits: for dialects whose letters are Unicode's.
enum sl_character {
  SL_CHARACTER_LETTER = 1,
  SL_CHARACTER_DIGIT = 2,
  SL_CHARACTER_SPACE = 4,
  SL_CHARACTER_UPPER = 8,
  SL_CHARACTER_LOWER = 16,
  SL_CHARACTER_TITLE = 32,  // neither: U+01C5 and a few others
};
unsigned sl_unicode_character(uint32_t code_point);

// The one code point that it becomes in the other case; itself where there is none.
uint32_t sl_unicode_upper(uint32_t code_point);
uint32_t sl_unicode_lower(uint32_t code_point);
uint32_t sl_unicode_title(uint32_t code_point);

// ---------------------------------------------------------------- positions and diagnostics

// A place in a file. Lines and columns count from 1; columns count bytes, as Bazel does.
struct sl_position {
  uint32_t line;
  uint32_t column;
};

enum sl_severity { SL_ERROR, SL_WARNING };

// One message about a span of the text.
struct sl_diagnostic {
  uint32_t start;  // byte offset of the first byte
  uint32_t end;    // byte offset after the last byte
  enum sl_severity severity;
  const char *message;  // in Bazel's words, no position in it
};

// ---------------------------------------------------------------- names and scopes

// An identifier, stored once per file: two equal names of one file are the same pointer.
struct sl_name {
  uint32_t length;
  uint32_t id;        // 0, 1, 2 ... in order of first appearance in the file
  const char *bytes;  // NUL-terminated
};

// Where an identifier is bound. Set by sl_file_resolve.
enum sl_scope {
  SL_SCOPE_UNRESOLVED,
  SL_SCOPE_LOCAL,        // index into the enclosing function's locals
  SL_SCOPE_CELL,         // the same, but captured by an inner function: it lives in a cell
  SL_SCOPE_FREE,         // index into the enclosing function's free variables (each is a cell)
  SL_SCOPE_GLOBAL,       // index into file->globals
  SL_SCOPE_PREDECLARED,  // index into file->predeclared: provided by the host or the universe
};

// A variable of a function. Parameters come first, in the order of the signature: positional,
// then keyword-only, then *args, then **kwargs; comprehension variables are locals of the function around them.
struct sl_local {
  struct sl_name *name;
  bool captured;  // an inner function uses it: it lives in a cell
};

// A variable that a function takes from the function around it.
struct sl_free_variable {
  struct sl_name *name;
  bool from_free;  // true: index into the outer function's free variables; false: into its locals
  uint32_t index;
};

// A global variable of a file.
struct sl_global {
  struct sl_name *name;
  uint32_t start;  // offset of the identifier that first binds it
  bool exported;   // false: bound by load() in a .bzl, or it begins with "_"
};

// ---------------------------------------------------------------- the tree

enum sl_node_kind {
  // Expressions.
  SL_NODE_IDENTIFIER,
  SL_NODE_INT,
  SL_NODE_FLOAT,
  SL_NODE_STRING,
  SL_NODE_BYTES,
  SL_NODE_LIST,   // [a, b]
  SL_NODE_TUPLE,  // (a, b); parenthesized or bare, see SL_FLAG_PARENTHESES
  SL_NODE_DICT,   // {k: v}; items are DICT_ENTRY
  SL_NODE_DICT_ENTRY,
  SL_NODE_UNARY,   // op: SL_OP_PLUS, SL_OP_MINUS, SL_OP_TILDE, SL_OP_NOT
  SL_NODE_BINARY,  // op: any binary operator, SL_OP_AND and SL_OP_OR included
  SL_NODE_CHAIN,  // a op b op c ..., a long one: items are a, then a BINARY without left operand for each other
  SL_NODE_CONDITIONAL,  // a if c else b
  SL_NODE_INDEX,        // x[k]
  SL_NODE_SLICE,        // x[a:b:c]
  SL_NODE_DOT,          // x.name
  SL_NODE_CALL,
  SL_NODE_ARGUMENT,  // op: enum sl_argument_kind
  SL_NODE_LAMBDA,
  SL_NODE_COMPREHENSION,  // SL_FLAG_DICT: {k: v for ...}
  SL_NODE_FOR_CLAUSE,
  SL_NODE_IF_CLAUSE,
  SL_NODE_CAST,      // cast(T, x)
  SL_NODE_ELLIPSIS,  // ... inside a type expression
  SL_NODE_ERROR,     // stands for what is nested too deep, or not supported
  // Statements.
  SL_NODE_BLOCK,  // an indented suite
  SL_NODE_EXPRESSION_STATEMENT,
  SL_NODE_ASSIGN,     // target = value, with an optional annotation; value NULL: `x: T` alone
  SL_NODE_AUGMENTED,  // target op= value
  SL_NODE_DEF,
  SL_NODE_FOR,
  SL_NODE_WHILE,
  SL_NODE_IF,
  SL_NODE_RETURN,
  SL_NODE_BREAK,
  SL_NODE_CONTINUE,
  SL_NODE_PASS,
  SL_NODE_LOAD,
  SL_NODE_LOAD_BINDING,  // local = "name" of a load
  SL_NODE_TYPE_ALIAS,    // type T = ...
};

enum sl_argument_kind {
  SL_ARGUMENT_POSITIONAL,
  SL_ARGUMENT_KEYWORD,
  SL_ARGUMENT_STAR,
  SL_ARGUMENT_STAR_STAR
};

// The low bits of `flags`; the others are the parser's own.
enum sl_node_flag {
  SL_FLAG_PARENTHESES = 1,     // the expression stands in parentheses of its own
  SL_FLAG_DICT = 2,            // of a comprehension
  SL_FLAG_MAY_BE_UNBOUND = 4,  // of an IDENTIFIER: perhaps not assigned before this use
  SL_FLAG_BINDS = 8,           // of an IDENTIFIER: this occurrence assigns
};

struct sl_node_list {
  struct sl_node **items;
  uint32_t count;
};

struct sl_function_syntax;
struct sl_static_frame;

// No tree is deeper than this, so that whoever walks one may recurse; deeper nesting is an error of the file.
enum { SL_DEPTH_LIMIT = 2000 };

// One construct. Which member of the union holds follows from `kind`; each is named like it.
struct sl_node {
  uint8_t kind;    // enum sl_node_kind
  uint8_t op;      // enum sl_operator, sl_argument_kind, or for IDENTIFIER and DEF enum sl_scope
  uint16_t flags;  // enum sl_node_flag
  uint32_t start;  // byte offset of the first byte
  uint32_t end;    // byte offset after the last byte
  // Byte offset that errors point at: the operator, the "(" of a call, the "[" of an index, the "." of a DOT, the ":"
  // of a DICT_ENTRY, the "=" of an assignment; elsewhere the start. Of an IDENTIFIER, and of a DEF as what binds
  // its function's name: the index in its scope.
  uint32_t mark;
  // clang-format off
  __extension__ union {  // C++ wants its members declared elsewhere
    struct { struct sl_name *name; } identifier;
    // Base 0: `value` holds it; else the digits (without prefix) in that base are beyond int64.
    struct { const char *digits; uint32_t length; uint32_t base; int64_t value; } integer;
    struct { double value; } real;                                 // FLOAT
    struct { const char *bytes; size_t length; } string;           // decoded; STRING and BYTES
    struct sl_node_list list;                                      // LIST, TUPLE, DICT, BLOCK, CHAIN
    struct { struct sl_node *key, *value; } entry;                 // DICT_ENTRY
    struct { struct sl_node *operand; } unary;
    struct { struct sl_node *left, *right; } binary;
    struct { struct sl_node *condition, *then, *otherwise; } conditional;
    struct { struct sl_node *object, *key; } index;
    struct { struct sl_node *object, **bounds; } slice;            // bounds: start, stop, step; each may be NULL
    struct { struct sl_node *object; struct sl_name *name; uint32_t name_start; } dot;
    struct { struct sl_node *callee; struct sl_node_list arguments; } call;
    struct { struct sl_name *name; struct sl_node *value; } argument;  // name only for SL_ARGUMENT_KEYWORD
    struct sl_function_syntax *function;                           // LAMBDA, DEF
    struct { struct sl_node *body; struct sl_node_list clauses; } comprehension;  // body: expression or DICT_ENTRY
    struct { struct sl_node *target, *iterable; } for_clause;
    struct { struct sl_node *condition; } if_clause;
    struct { struct sl_node *type, *value; } cast;
    struct { struct sl_node *value; } expression;                  // EXPRESSION_STATEMENT; RETURN (may be NULL)
    // ASSIGN, AUGMENTED (op), TYPE_ALIAS (target and value; type: the LIST of its parameters or NULL).
    struct { struct sl_node *target, *value, *type; } assign;
    struct { struct sl_node *target, *iterable, *body; } loop;     // FOR; WHILE has the condition in iterable
    struct { struct sl_node *condition, *then, *otherwise; } branch;  // IF; otherwise: BLOCK, IF (elif) or NULL
    struct { struct sl_node *module; struct sl_node_list bindings; } load;
    struct { struct sl_node *local, *original; } load_binding;     // IDENTIFIER, STRING
  };
  // clang-format on
};

enum sl_parameter_kind {
  SL_PARAMETER_POSITIONAL,
  SL_PARAMETER_KEYWORD_ONLY,
  SL_PARAMETER_STAR,
  SL_PARAMETER_STAR_STAR
};

struct sl_parameter {
  enum sl_parameter_kind kind;
  uint32_t start;                 // offset of its star or name
  struct sl_node *identifier;     // its index is that of its local
  struct sl_node *default_value;  // NULL: required
  struct sl_node *type;           // annotation or NULL
};

// A def, a lambda, or a whole file (then without name and parameters).
struct sl_function_syntax {
  struct sl_name *name;             // NULL: lambda or file
  uint32_t name_start;              // offset of the name (lambda: of the keyword)
  struct sl_parameter *parameters;  // in source order; a bare `*` is not among them
  uint32_t parameter_count;
  struct sl_node *body;             // BLOCK; of a lambda its expression
  struct sl_node *type_parameters;  // `def f[T]()`: a LIST of IDENTIFIER, or NULL
  struct sl_node *result_type;      // annotation or NULL
  const char *doc;                  // docstring, decoded; NULL: none
  // Set by the resolver.
  struct sl_local *locals;  // parameters first, in signature order (see struct sl_local)
  uint32_t local_count;
  struct sl_free_variable *free_variables;
  uint32_t free_count;
  struct sl_static_frame *types;  // what annotations say; NULL unless the dialect resolves them
};

// A comment, from its "#" to the end of its line.
struct sl_comment {
  uint32_t start;
  uint32_t end;
};

// A parsed file. Read-only for everyone but parser/.
struct sl_file {
  struct sl_arena arena;  // owns everything below
  const char *path;       // as given; positions are reported with it
  const char *source;     // a copy, NUL-terminated
  size_t length;
  const struct sl_dialect *dialect;
  struct sl_function_syntax *top_level;  // the statements as a function without parameters
  struct sl_comment *comments;           // in order of the text
  uint32_t comment_count;
  const uint32_t *line_starts;  // byte offset of each line
  uint32_t line_count;
  struct sl_diagnostic
      *diagnostics;  // the parser's in the order of Bazel's, then the resolver's sorted by start
  uint32_t diagnostic_count;
  uint32_t error_count;    // those with SL_ERROR
  uint32_t name_count;     // how many struct sl_name there are
  struct sl_node **loads;  // every LOAD, in order
  uint32_t load_count;
  // Set by the resolver.
  bool resolved;              // sl_file_resolve has been called
  struct sl_global *globals;  // in order of first binding
  uint32_t global_count;
  struct sl_name **predeclared;  // names that the host must provide, in order of first use
  uint32_t predeclared_count;
};

// Parses `length` bytes of any content. The source is copied. Never NULL.
struct sl_file *sl_file_parse(const char *path, const char *source, size_t length,
                              const struct sl_dialect *dialect);

// Parses one expression (eval -c, REPL): the file's body is one RETURN of it.
struct sl_file *sl_file_parse_expression(const char *path, const char *source, size_t length,
                                         const struct sl_dialect *dialect);

// For those who learn or debug, one line each: the tokens as the grammar gets them, the nodes of a tree, the names of a
// resolved file and where they live.
struct sl_file *sl_file_parse_and_dump(const char *path, const char *source, size_t length,
                                       const struct sl_dialect *dialect, struct sl_text *tokens);
void sl_file_dump_tree(const struct sl_file *file, struct sl_text *out);
void sl_file_dump_symbols(const struct sl_file *file, struct sl_text *out);

// The names that a file may use without binding them.
struct sl_names {
  void *data;
  // Whether the host or the universe provides the name.
  bool (*contains)(void *data, const char *name, size_t length);
  // Offers every provided name, for "did you mean". May be NULL.
  void (*each)(void *data, void (*offer)(void *search, const char *name, size_t length),
               void *search);
};

// Makes a file that is parsed, but not resolved, the continuation of others: it sees these names as globals that are
// bound already, and its own globals come behind them. They are copied.
void sl_file_continue(struct sl_file *file, const char *const *names, size_t count);

// Resolves every identifier and adds static errors to the diagnostics. Call once; a file that had syntax
// errors is resolved as far as it goes. Returns whether the file has no error at all.
bool sl_file_resolve(struct sl_file *file, const struct sl_names *names);

// What a resolved function's annotations say of a parameter, by the index of its local, or of its result, SL_RESULT: `shown`
// as messages show it, `code` in prefix notation, for who has values to look at. False: they say nothing.
//
//   A anything   n None   b bool   i int   f float   s str   z nothing
//   l E  list    S E  set    d K V  dict    t E  tuple of any length    C E  Collection    q E  Sequence    m K V  Mapping
//   T N E...  tuple of N, U N E...  one of N: the number as decimal digits and a "."
enum { SL_RESULT = -1 };
bool sl_function_wants(const struct sl_function_syntax *function, int parameter,
                       struct sl_text *code, struct sl_text *shown);

void sl_file_free(struct sl_file *file);

// Line and column of a byte offset.
struct sl_position sl_file_position(const struct sl_file *file, uint32_t offset);

// Writes "PATH:LINE:COL: MESSAGE\n" and, with `excerpt`, the source line and a caret below it.
void sl_file_describe(const struct sl_file *file, const struct sl_diagnostic *diagnostic,
                      bool excerpt, struct sl_text *out);

#ifdef __cplusplus
}
#endif

#endif  // PARSER_SYNTAX_H_
