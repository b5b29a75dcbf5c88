// SPDX-License-Identifier: Apache-2.0
//
// What the files of parser/ share: the state of one parse, tokens, and how the steps call each other:
//
//   file.c  pulls tokens from  layout.c  (INDENT, OUTDENT, NEWLINE), which pulls them from
//   lexer.re  (with literal.c and unicode.c), and pushes them into  grammar.y,  which builds nodes with
//   tree.c.  If the text does not fit,  recover.c  pulls its tokens anew, tells the errors and builds what can be built.
//   diagnostic.c keeps errors, print.c shows expressions in them; resolve.c runs afterwards, with check.c.
#ifndef PARSER_PARSER_H_
#define PARSER_PARSER_H_

#include "parser/syntax.h"

// A lexical token. Its kind (SL_TOKEN_..., from grammar.y) travels beside it.
struct sl_token {
  uint32_t start;  // byte offset of its first byte
  uint32_t end;    // byte offset after its last byte
  union {
    struct sl_name *name;  // IDENTIFIER
    struct sl_node *node;  // INT, FLOAT, STRING, BYTES: the finished node
    enum sl_operator op;   // COMPARISON, SHIFT, DIVISION, AUGMENTED
  };
};

// Nodes that wait on the scratch stack to become a struct sl_node_list.
struct sl_pending {
  uint32_t start;  // index of the first in the scratch stack
  uint32_t count;
};

// What an annotation is of, up to its colon.
struct sl_annotated {
  struct sl_node *target;
  uint32_t colon;  // its offset
};

// Names by their bytes; open addressing.
struct sl_name_table {
  struct sl_name **slots;
  uint32_t capacity;  // a power of two
};

// A file with what only parser/ knows of it.
struct sl_parsed {
  struct sl_file file;             // first, so that either pointer is the other
  struct sl_name_table names;      // all of the file's
  struct sl_diagnostic *deferred;  // found by the parser, but the resolver's to report
  uint32_t deferred_count;
  struct sl_name **earlier;  // globals of the files that it continues
  uint32_t earlier_count;
  bool expression_only;  // one expression, no statements
  bool too_deep;         // the nesting limit was reported
  bool too_many;         // the limit of diagnostics was reported
  bool too_large;        // it would take too much memory
};

// One parse in progress.
struct sl_parse {
  struct sl_parsed *parsed;
  struct sl_file *file;  // &parsed->file
  const struct sl_dialect *dialect;
  struct sl_text *tokens;  // where they are shown, or NULL
  size_t most_memory;      // that the tree may take
  // Lexer.
  const char *cursor;  // next byte to read
  const char *limit;   // the NUL after the text
  // Layout.
  uint32_t *indents;  // columns of the open blocks; the first is 0
  uint32_t indent_count;
  uint32_t brackets;  // how many are open
  int dents;          // INDENT (> 0) or OUTDENT (< 0) tokens still to be handed out
  bool line_start;    // indentation is to be measured before the next token
  int previous;       // kind of the last token handed out
  // Grammar.
  struct sl_node **scratch;  // stack of nodes that wait for their list
  uint32_t scratch_count;
  uint32_t scratch_capacity;
  bool refused;  // the text does not fit
};

// ---------------------------------------------------------------- lexer.re, literal.c, unicode.c

// Reads the next token that is not blank; a line end is SL_TOKEN_NEWLINE, the end of the text 0.
int sl_lexer_scan(struct sl_parse *parse, struct sl_token *token);

// Keeps the comment that begins at `start` and returns the end of its line.
const char *sl_lexer_comment(struct sl_parse *parse, const char *start);

// What stands before a string literal's quotes.
enum sl_literal_prefix { SL_LITERAL_PLAIN, SL_LITERAL_RAW, SL_LITERAL_BYTES, SL_LITERAL_RAW_BYTES };

// Decodes the literal whose opening quote is at `quote` and whose first byte (a prefix, perhaps) is at `start`.
// Returns its end; `token` gets the node.
const char *sl_literal_string(struct sl_parse *parse, const char *start, const char *quote,
                              enum sl_literal_prefix prefix, struct sl_token *token);

// Makes the node of a number.
void sl_literal_integer(struct sl_parse *parse, const char *start, const char *end,
                        struct sl_token *token);
void sl_literal_float(struct sl_parse *parse, const char *start, const char *end,
                      struct sl_token *token);

// Length of the character at `text` if it may stand in an identifier (may begin one, with `first`), else 0.
size_t sl_unicode_identifier(const char *text, const char *limit, bool first);

// ---------------------------------------------------------------- layout.c

// Returns the kind of the next token of the grammar.
int sl_layout_next(struct sl_parse *parse, struct sl_token *token);

// ---------------------------------------------------------------- file.c

// Returns the kind of the next token, which has been shown if tokens are.
int sl_file_next_token(struct sl_parse *parse, struct sl_token *token);

// ---------------------------------------------------------------- grammar.y (names given by Lemon)

void *sl_grammarAlloc(void *(*allocate)(size_t), struct sl_parse *parse);
void sl_grammarInit(void *grammar, struct sl_parse *parse);
void sl_grammar(void *grammar, int kind, struct sl_token token);
void sl_grammarFinalize(void *grammar);
void sl_grammarFree(void *grammar, void (*release)(void *));
int sl_grammarFallback(int kind);

// ---------------------------------------------------------------- recover.c

// Reads a text that the grammar has refused, or in which a token is wrong, from its beginning: tells its errors and makes
// its tree. `kind` and `token` are where the grammar was.
void sl_recover(struct sl_parse *parse, int kind, const struct sl_token *token);

// ---------------------------------------------------------------- tree.c

// The one struct sl_name with these bytes.
struct sl_name *sl_tree_name_of(struct sl_parsed *parsed, const char *bytes, size_t length);
struct sl_name *sl_tree_name(struct sl_parse *parse, const char *bytes, size_t length);

// Whether it may be one; otherwise recover.c has put it in the place of an expression.
bool sl_tree_is_name(const struct sl_file *file, const struct sl_name *name);

// Makes room for one more item in an arena array of `count` items; returns the array, perhaps moved.
void *sl_tree_grow(struct sl_arena *arena, void *items, uint32_t count, size_t size);

// Tells that something is nested too deep, once.
void sl_tree_too_deep(struct sl_parse *parse, uint32_t start, uint32_t end);

// A node of zeros but for these.
struct sl_node *sl_tree_node(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                             uint32_t end);

// The list that starts with the nodes of `pending` plus `node`.
struct sl_pending sl_tree_begin(struct sl_parse *parse, void *node);
struct sl_pending sl_tree_push(struct sl_parse *parse, struct sl_pending pending, void *node);
struct sl_pending sl_tree_join(struct sl_parse *parse, struct sl_pending pending,
                               struct sl_pending more);
struct sl_pending sl_tree_empty(struct sl_parse *parse);

// Constructs, one function each; see the node kinds for what they mean.
struct sl_node *sl_tree_identifier(struct sl_parse *parse, const struct sl_token *token);
struct sl_node *sl_tree_sequence(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                                 uint32_t end, struct sl_pending items);
struct sl_node *sl_tree_bare(struct sl_parse *parse, struct sl_pending items, bool comma);
struct sl_node *sl_tree_single(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                               uint32_t end, struct sl_node *item);
struct sl_node *sl_tree_parenthesized(struct sl_node *expression);
struct sl_node *sl_tree_unary(struct sl_parse *parse, enum sl_operator op, uint32_t start,
                              struct sl_node *operand);
struct sl_node *sl_tree_binary(struct sl_parse *parse, enum sl_operator op, struct sl_node *left,
                               uint32_t mark, struct sl_node *right);
struct sl_node *sl_tree_conditional(struct sl_parse *parse, struct sl_node *then,
                                    struct sl_node *condition, struct sl_node *otherwise);
struct sl_node *sl_tree_entry(struct sl_parse *parse, struct sl_node *key, uint32_t mark,
                              struct sl_node *value);
struct sl_node *sl_tree_dot(struct sl_parse *parse, struct sl_node *object, uint32_t mark,
                            const struct sl_token *name);
struct sl_node *sl_tree_call(struct sl_parse *parse, struct sl_node *callee, uint32_t mark,
                             struct sl_pending arguments, uint32_t end);
struct sl_node *sl_tree_argument(struct sl_parse *parse, enum sl_argument_kind kind, uint32_t start,
                                 struct sl_name *name, struct sl_node *value);
struct sl_node *sl_tree_index(struct sl_parse *parse, struct sl_node *object, uint32_t mark,
                              struct sl_node *key, uint32_t end);
struct sl_node *sl_tree_slice_begin(struct sl_parse *parse, struct sl_node *object, uint32_t mark,
                                    struct sl_node *start);
struct sl_node *sl_tree_slice(struct sl_parse *parse, struct sl_node *slice, struct sl_node *stop,
                              struct sl_node *step, uint32_t end);
struct sl_node *sl_tree_comprehension(struct sl_parse *parse, uint32_t start, struct sl_node *body,
                                      struct sl_pending clauses, uint32_t end, uint16_t flags);
struct sl_node *sl_tree_for_clause(struct sl_parse *parse, uint32_t start, struct sl_node *target,
                                   struct sl_node *iterable);
struct sl_node *sl_tree_if_clause(struct sl_parse *parse, uint32_t start,
                                  struct sl_node *condition);
struct sl_node *sl_tree_cast(struct sl_parse *parse, uint32_t start, struct sl_node *type,
                             struct sl_node *value, uint32_t end);
struct sl_node *sl_tree_isinstance(struct sl_parse *parse, uint32_t start, uint32_t end);
struct sl_node *sl_tree_statement(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                                  uint32_t end, struct sl_node *value);
struct sl_node *sl_tree_assign(struct sl_parse *parse, enum sl_node_kind kind, enum sl_operator op,
                               uint32_t start, uint32_t mark, struct sl_node *target,
                               struct sl_node *type, struct sl_node *value);
struct sl_node *sl_tree_if(struct sl_parse *parse, uint32_t start, struct sl_node *condition,
                           struct sl_node *then, struct sl_node *otherwise);
struct sl_node *sl_tree_loop(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                             struct sl_node *target, struct sl_node *iterable,
                             struct sl_node *body);
struct sl_node *sl_tree_block(struct sl_parse *parse, struct sl_pending statements, uint32_t start,
                              uint32_t end);
struct sl_node *sl_tree_load(struct sl_parse *parse, uint32_t start, struct sl_node *module,
                             struct sl_pending bindings, uint32_t end);
struct sl_node *sl_tree_load_binding(struct sl_parse *parse, const struct sl_token *local,
                                     struct sl_node *original);

// A parameter as it is written; struct sl_parameter is made of it once the whole list is known.
struct sl_written_parameter {
  enum { SL_WRITTEN_NAMED, SL_WRITTEN_STAR, SL_WRITTEN_STAR_STAR } form;
  uint32_t start;              // offset of the star or the name
  struct sl_node *identifier;  // NULL: a bare *
  struct sl_node *type;
  struct sl_node *default_value;
};

void *sl_tree_parameter(struct sl_parse *parse, int form, uint32_t start,
                        const struct sl_token *name, struct sl_node *type,
                        struct sl_node *default_value);

// A def of which the name is known; then its parameters; then the whole of it.
struct sl_node *sl_tree_def(struct sl_parse *parse, uint32_t start, const struct sl_token *name,
                            struct sl_node *type_parameters);
struct sl_node *sl_tree_signature(struct sl_parse *parse, struct sl_node *node,
                                  struct sl_pending parameters);
struct sl_node *sl_tree_function(struct sl_parse *parse, struct sl_node *signature,
                                 struct sl_node *result_type, struct sl_node *body);
struct sl_node *sl_tree_lambda(struct sl_parse *parse, uint32_t start, struct sl_pending parameters,
                               struct sl_node *body);

// The statements of the whole file.
void sl_tree_finish(struct sl_parse *parse, struct sl_node *body);

// ---------------------------------------------------------------- check.c

// A def or a lambda. False: the dialect has none, and what it consists of is not worth looking at.
bool sl_check_function(struct sl_file *file, const struct sl_node *node);

// An if, for or while statement; likewise.
bool sl_check_control(struct sl_file *file, const struct sl_node *node, bool top_level);

// A break or continue.
void sl_check_in_loop(struct sl_file *file, const struct sl_node *node, bool in_loop);

// One load, and the order of all.
void sl_check_load(struct sl_file *file, const struct sl_node *node, bool top_level);
void sl_check_loads_first(struct sl_file *file);

// What came before an argument in its call.
struct sl_check_order {
  bool star;
  bool star_star;
  bool keyword;
};

// The next argument of a call; takes note of it in `order`.
void sl_check_argument(struct sl_file *file, const struct sl_node *argument,
                       struct sl_check_order *order);

// ---------------------------------------------------------------- dump.c

// Adds a line about a token.
void sl_dump_token(struct sl_text *out, const struct sl_file *file, int kind,
                   const struct sl_token *token);

// ---------------------------------------------------------------- print.c

// Appends an expression as Bazel's messages show it: operators in parentheses, strings in double quotes.
void sl_print_expression(struct sl_text *out, const struct sl_file *file,
                         const struct sl_node *node);

// Appends a float as Java's Double.toString shows it.
void sl_print_float(struct sl_text *out, double value);

// ---------------------------------------------------------------- diagnostic.c

void sl_diagnostic_add(struct sl_file *file, uint32_t start, uint32_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Keeps an error until the resolver asks: for what is grammatical, and yet wrong.
void sl_diagnostic_defer(struct sl_file *file, uint32_t start, uint32_t end, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));
void sl_diagnostic_add_deferred(struct sl_file *file);

// Forgets what has been kept of the text behind `start`.
void sl_diagnostic_drop_deferred(struct sl_file *file, uint32_t start);

// Sorts all from the one of this index on by position; of equals the earlier one stays first.
void sl_diagnostic_sort(struct sl_file *file, uint32_t first);

#endif  // PARSER_PARSER_H_
