// SPDX-License-Identifier: Apache-2.0
//
// The tree: makes names and nodes in the file's arena. Invariant: a node knows its height, in the bits of
// `flags` that syntax.h leaves to the parser, and none is higher than SL_DEPTH_LIMIT.
#include <stdlib.h>
#include <string.h>

#include "parser/parser.h"

enum { HEIGHT_SHIFT = 4, FIRST_SCRATCH = 256, FIRST_NAMES = 256 };

// ---------------------------------------------------------------- memory

void *sl_tree_grow(struct sl_arena *arena, void *items, uint32_t count, size_t size) {
  // Full when the count is a power of two from 8 on: the capacity needs no field of its own.
  if (count && (count < 8 || (count & (count - 1)))) return items;
  void *larger = sl_arena_allocate(arena, (count ? (size_t)count * 2 : 8) * size);
  if (count) memcpy(larger, items, count * size);
  return larger;
}

// ---------------------------------------------------------------- names

static uint64_t hash_bytes(const char *bytes, size_t length) {
  uint64_t hash = length;
  for (; length >= 8; bytes += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  uint64_t rest = 0;
  for (size_t i = 0; i < length; i++) {
    rest = rest << 8 | (unsigned char)bytes[i];
  }
  hash = (hash ^ rest) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

static struct sl_name **find_slot(const struct sl_name_table *table, const char *bytes,
                                  size_t length) {
  uint32_t mask = table->capacity - 1;
  uint32_t at = (uint32_t)hash_bytes(bytes, length) & mask;
  for (;; at = (at + 1) & mask) {
    struct sl_name *name = table->slots[at];
    if (!name || (name->length == length && !memcmp(name->bytes, bytes, length))) {
      return &table->slots[at];
    }
  }
}

static void grow_names(struct sl_name_table *table, struct sl_arena *arena) {
  struct sl_name_table larger = {.capacity = table->capacity ? table->capacity * 4 : FIRST_NAMES};
  larger.slots = sl_arena_allocate(arena, larger.capacity * sizeof(struct sl_name *));
  for (uint32_t i = 0; i < table->capacity; i++) {
    struct sl_name *name = table->slots[i];
    if (name) *find_slot(&larger, name->bytes, name->length) = name;
  }
  *table = larger;
}

struct sl_name *sl_tree_name_of(struct sl_parsed *parsed, const char *bytes, size_t length) {
  struct sl_file *file = &parsed->file;
  if (file->name_count >= parsed->names.capacity / 2) grow_names(&parsed->names, &file->arena);
  struct sl_name **slot = find_slot(&parsed->names, bytes, length);
  if (*slot) return *slot;
  struct sl_name *name = sl_arena_allocate(&file->arena, sizeof *name);
  name->length = (uint32_t)length;
  name->id = file->name_count++;
  name->bytes = sl_arena_copy(&file->arena, bytes, length);
  return *slot = name;
}

struct sl_name *sl_tree_name(struct sl_parse *parse, const char *bytes, size_t length) {
  return sl_tree_name_of(parse->parsed, bytes, length);
}

bool sl_tree_is_name(const struct sl_file *file, const struct sl_name *name) {
  for (uint32_t i = 0; i < name->length; i++) {
    unsigned char c = (unsigned char)name->bytes[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                  (c >= 0x80 && file->dialect->unicode);
    if (!letter && !(i && c >= '0' && c <= '9')) return false;
  }
  return name->length;
}

// ---------------------------------------------------------------- nodes

static unsigned height(const struct sl_node *node) {
  return node ? node->flags >> HEIGHT_SHIFT : 0;
}

struct sl_node *sl_tree_node(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                             uint32_t end) {
  struct sl_node *node = sl_arena_allocate(&parse->file->arena, sizeof *node);
  node->kind = (uint8_t)kind;
  node->start = start;
  node->end = end;
  node->mark = start;
  return node;
}

void sl_tree_too_deep(struct sl_parse *parse, uint32_t start, uint32_t end) {
  if (!parse->parsed->too_deep) sl_diagnostic_add(parse->file, start, end, "nesting too deep");
  parse->parsed->too_deep = true;
}

// Makes `node` higher than all it consists of. One that would be too high becomes an error.
static struct sl_node *above(struct sl_parse *parse, struct sl_node *node, unsigned highest) {
  if (highest < SL_DEPTH_LIMIT) {
    node->flags |= (uint16_t)((highest + 1) << HEIGHT_SHIFT);
    return node;
  }
  sl_tree_too_deep(parse, node->start, node->start + 1);
  return sl_tree_node(parse, SL_NODE_ERROR, node->start, node->end);
}

static unsigned higher(unsigned highest, const struct sl_node *node) {
  return height(node) > highest ? height(node) : highest;
}

// ---------------------------------------------------------------- lists

static void reserve_scratch(struct sl_parse *parse, uint32_t count) {
  if (count <= parse->scratch_capacity) return;
  uint32_t capacity = parse->scratch_capacity ? parse->scratch_capacity * 2 : FIRST_SCRATCH;
  struct sl_node **larger = sl_arena_allocate(&parse->file->arena, capacity * sizeof *larger);
  if (parse->scratch_count) memcpy(larger, parse->scratch, parse->scratch_count * sizeof *larger);
  parse->scratch = larger;
  parse->scratch_capacity = capacity;
}

struct sl_pending sl_tree_empty(struct sl_parse *parse) {
  return (struct sl_pending){parse->scratch_count, 0};
}

struct sl_pending sl_tree_push(struct sl_parse *parse, struct sl_pending pending, void *node) {
  // What lies above the list is left over from one that did not parse.
  parse->scratch_count = pending.start + pending.count;
  reserve_scratch(parse, parse->scratch_count + 1);
  parse->scratch[parse->scratch_count++] = node;
  pending.count++;
  return pending;
}

struct sl_pending sl_tree_begin(struct sl_parse *parse, void *node) {
  return sl_tree_push(parse, sl_tree_empty(parse), node);
}

struct sl_pending sl_tree_join(struct sl_parse *parse, struct sl_pending pending,
                               struct sl_pending more) {
  uint32_t end = pending.start + pending.count;
  if (end != more.start) {
    memmove(parse->scratch + end, parse->scratch + more.start, more.count * sizeof *parse->scratch);
  }
  pending.count += more.count;
  parse->scratch_count = pending.start + pending.count;
  return pending;
}

// Moves the pending nodes into the arena; `highest` grows to the height of the highest.
static struct sl_node_list take(struct sl_parse *parse, struct sl_pending pending,
                                unsigned *highest) {
  struct sl_node_list list = {.count = pending.count};
  parse->scratch_count = pending.start;
  if (!pending.count) return list;
  list.items = sl_arena_allocate(&parse->file->arena, pending.count * sizeof *list.items);
  for (uint32_t i = 0; i < pending.count; i++) {
    list.items[i] = parse->scratch[pending.start + i];
    *highest = higher(*highest, list.items[i]);
  }
  return list;
}

// ---------------------------------------------------------------- expressions

struct sl_node *sl_tree_identifier(struct sl_parse *parse, const struct sl_token *token) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_IDENTIFIER, token->start, token->end);
  node->identifier.name = token->name;
  return node;
}

struct sl_node *sl_tree_sequence(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                                 uint32_t end, struct sl_pending items) {
  struct sl_node *node = sl_tree_node(parse, kind, start, end);
  unsigned highest = 0;
  node->list = take(parse, items, &highest);
  if (kind == SL_NODE_TUPLE) node->flags |= SL_FLAG_PARENTHESES;
  return above(parse, node, highest);
}

struct sl_node *sl_tree_bare(struct sl_parse *parse, struct sl_pending items, bool comma) {
  struct sl_node *first = parse->scratch[items.start];
  struct sl_node *last = parse->scratch[items.start + items.count - 1];
  if (items.count == 1 && !comma) {
    parse->scratch_count = items.start;
    return first;
  }
  struct sl_node *node = sl_tree_node(parse, SL_NODE_TUPLE, first->start, last->end);
  unsigned highest = 0;
  node->list = take(parse, items, &highest);
  return above(parse, node, highest);
}

struct sl_node *sl_tree_single(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                               uint32_t end, struct sl_node *item) {
  return sl_tree_sequence(parse, kind, start, end, sl_tree_begin(parse, item));
}

struct sl_node *sl_tree_parenthesized(struct sl_node *expression) {
  expression->flags |= SL_FLAG_PARENTHESES;
  return expression;
}

struct sl_node *sl_tree_unary(struct sl_parse *parse, enum sl_operator op, uint32_t start,
                              struct sl_node *operand) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_UNARY, start, operand->end);
  node->op = (uint8_t)op;
  node->unary.operand = operand;
  return above(parse, node, height(operand));
}

// ---------------------------------------------------------------- chains

// a + b + c ... is as deep as it is long; from this length on it becomes flat.
enum { LONG_CHAIN = SL_DEPTH_LIMIT / 2 };

static bool is_logical(const struct sl_node *node) {
  return node->op == SL_OP_AND || node->op == SL_OP_OR;
}

// Whether `left` may be in the same chain: `and` and `or` only among their like.
static bool continues(const struct sl_node *node, const struct sl_node *left) {
  return left->kind == SL_NODE_BINARY &&
         (is_logical(node) ? left->op == node->op : !is_logical(left));
}

// A node of the same meaning that is not as high, if the operators on its left side are many.
static struct sl_node *flatten(struct sl_parse *parse, struct sl_node *node) {
  if (node->kind != SL_NODE_BINARY || height(node) < LONG_CHAIN) return node;
  uint32_t count = 1;
  for (const struct sl_node *at = node; continues(at, at->binary.left); at = at->binary.left)
    count++;
  if (count < LONG_CHAIN / 2) return node;
  struct sl_node *chain = sl_tree_node(parse, SL_NODE_CHAIN, node->start, node->end);
  chain->list.count = count + 1;
  chain->list.items =
      sl_arena_allocate(&parse->file->arena, chain->list.count * sizeof *chain->list.items);
  unsigned highest = 0;
  for (uint32_t i = count; i > 0; i--) {
    struct sl_node *left = node->binary.left;
    highest = higher(highest, node->binary.right);
    chain->list.items[i] = node;
    node->binary.left = NULL;
    node = left;
  }
  chain->list.items[0] = node;
  return above(parse, chain, higher(highest, node));
}

struct sl_node *sl_tree_binary(struct sl_parse *parse, enum sl_operator op, struct sl_node *left,
                               uint32_t mark, struct sl_node *right) {
  left = flatten(parse, left);
  struct sl_node *node = sl_tree_node(parse, SL_NODE_BINARY, left->start, right->end);
  node->op = (uint8_t)op;
  node->mark = mark;
  node->binary.left = left;
  node->binary.right = right;
  return above(parse, node, higher(height(left), right));
}

struct sl_node *sl_tree_conditional(struct sl_parse *parse, struct sl_node *then,
                                    struct sl_node *condition, struct sl_node *otherwise) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_CONDITIONAL, then->start, otherwise->end);
  node->conditional.condition = condition;
  node->conditional.then = then;
  node->conditional.otherwise = otherwise;
  return above(parse, node, higher(higher(height(then), condition), otherwise));
}

struct sl_node *sl_tree_entry(struct sl_parse *parse, struct sl_node *key, uint32_t mark,
                              struct sl_node *value) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_DICT_ENTRY, key->start, value->end);
  node->mark = mark;
  node->entry.key = key;
  node->entry.value = value;
  // One level more would not hurt, but a DICT must hold nothing but entries.
  node->flags |= (uint16_t)(higher(height(key), value) << HEIGHT_SHIFT);
  return node;
}

struct sl_node *sl_tree_dot(struct sl_parse *parse, struct sl_node *object, uint32_t mark,
                            const struct sl_token *name) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_DOT, object->start, name->end);
  node->mark = mark;
  node->dot.object = object;
  node->dot.name = name->name;
  node->dot.name_start = name->start;
  return above(parse, node, height(object));
}

struct sl_node *sl_tree_call(struct sl_parse *parse, struct sl_node *callee, uint32_t mark,
                             struct sl_pending arguments, uint32_t end) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_CALL, callee->start, end);
  unsigned highest = height(callee);
  node->mark = mark;
  node->call.callee = callee;
  node->call.arguments = take(parse, arguments, &highest);
  return above(parse, node, highest);
}

struct sl_node *sl_tree_argument(struct sl_parse *parse, enum sl_argument_kind kind, uint32_t start,
                                 struct sl_name *name, struct sl_node *value) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_ARGUMENT, start, value->end);
  node->op = (uint8_t)kind;
  node->argument.name = name;
  node->argument.value = value;
  node->flags |= (uint16_t)(height(value) << HEIGHT_SHIFT);
  return node;
}

struct sl_node *sl_tree_index(struct sl_parse *parse, struct sl_node *object, uint32_t mark,
                              struct sl_node *key, uint32_t end) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_INDEX, object->start, end);
  node->mark = mark;
  node->index.object = object;
  node->index.key = key;
  return above(parse, node, higher(height(object), key));
}

struct sl_node *sl_tree_slice_begin(struct sl_parse *parse, struct sl_node *object, uint32_t mark,
                                    struct sl_node *start) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_SLICE, object->start, mark);
  node->mark = mark;
  node->slice.object = object;
  node->slice.bounds = sl_arena_allocate(&parse->file->arena, 3 * sizeof *node->slice.bounds);
  node->slice.bounds[0] = start;
  return node;
}

struct sl_node *sl_tree_slice(struct sl_parse *parse, struct sl_node *slice, struct sl_node *stop,
                              struct sl_node *step, uint32_t end) {
  slice->end = end;
  slice->slice.bounds[1] = stop;
  slice->slice.bounds[2] = step;
  unsigned highest = higher(height(slice->slice.object), slice->slice.bounds[0]);
  return above(parse, slice, higher(higher(highest, stop), step));
}

struct sl_node *sl_tree_comprehension(struct sl_parse *parse, uint32_t start, struct sl_node *body,
                                      struct sl_pending clauses, uint32_t end, uint16_t flags) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_COMPREHENSION, start, end);
  unsigned highest = height(body);
  node->flags |= flags;
  node->comprehension.body = body;
  node->comprehension.clauses = take(parse, clauses, &highest);
  return above(parse, node, highest);
}

struct sl_node *sl_tree_for_clause(struct sl_parse *parse, uint32_t start, struct sl_node *target,
                                   struct sl_node *iterable) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_FOR_CLAUSE, start, iterable->end);
  node->for_clause.target = target;
  node->for_clause.iterable = iterable;
  node->flags |= (uint16_t)(higher(height(target), iterable) << HEIGHT_SHIFT);
  return node;
}

struct sl_node *sl_tree_if_clause(struct sl_parse *parse, uint32_t start,
                                  struct sl_node *condition) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_IF_CLAUSE, start, condition->end);
  node->if_clause.condition = condition;
  node->flags |= (uint16_t)(height(condition) << HEIGHT_SHIFT);
  return node;
}

struct sl_node *sl_tree_cast(struct sl_parse *parse, uint32_t start, struct sl_node *type,
                             struct sl_node *value, uint32_t end) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_CAST, start, end);
  node->cast.type = type;
  node->cast.value = value;
  return above(parse, node, higher(height(type), value));
}

struct sl_node *sl_tree_isinstance(struct sl_parse *parse, uint32_t start, uint32_t end) {
  sl_diagnostic_add(parse->file, start, end, "isinstance() is not yet supported");
  return sl_tree_node(parse, SL_NODE_ERROR, start, end);
}

// ---------------------------------------------------------------- statements

struct sl_node *sl_tree_statement(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                                  uint32_t end, struct sl_node *value) {
  struct sl_node *node = sl_tree_node(parse, kind, start, end);
  node->expression.value = value;
  return above(parse, node, height(value));
}

struct sl_node *sl_tree_assign(struct sl_parse *parse, enum sl_node_kind kind, enum sl_operator op,
                               uint32_t start, uint32_t mark, struct sl_node *target,
                               struct sl_node *type, struct sl_node *value) {
  const struct sl_node *last = value ? value : type;
  struct sl_node *node = sl_tree_node(parse, kind, start, last->end);
  node->op = (uint8_t)op;
  node->mark = mark;
  node->assign.target = target;
  node->assign.value = value;
  node->assign.type = type;
  return above(parse, node, higher(higher(height(target), value), type));
}

struct sl_node *sl_tree_if(struct sl_parse *parse, uint32_t start, struct sl_node *condition,
                           struct sl_node *then, struct sl_node *otherwise) {
  struct sl_node *node =
      sl_tree_node(parse, SL_NODE_IF, start, otherwise ? otherwise->end : then->end);
  node->branch.condition = condition;
  node->branch.then = then;
  node->branch.otherwise = otherwise;
  return above(parse, node, higher(higher(height(condition), then), otherwise));
}

struct sl_node *sl_tree_loop(struct sl_parse *parse, enum sl_node_kind kind, uint32_t start,
                             struct sl_node *target, struct sl_node *iterable,
                             struct sl_node *body) {
  struct sl_node *node = sl_tree_node(parse, kind, start, body->end);
  node->loop.target = target;
  node->loop.iterable = iterable;
  node->loop.body = body;
  return above(parse, node, higher(higher(height(target), iterable), body));
}

struct sl_node *sl_tree_block(struct sl_parse *parse, struct sl_pending statements, uint32_t start,
                              uint32_t end) {
  struct sl_node *node = sl_tree_node(parse, SL_NODE_BLOCK, start, end);
  unsigned highest = 0;
  node->list = take(parse, statements, &highest);
  if (node->list.count) {
    node->start = node->mark = node->list.items[0]->start;
    node->end = node->list.items[node->list.count - 1]->end;
  }
  node->flags |= (uint16_t)(highest << HEIGHT_SHIFT);
  return node;
}

struct sl_node *sl_tree_load(struct sl_parse *parse, uint32_t start, struct sl_node *module,
                             struct sl_pending bindings, uint32_t end) {
  struct sl_file *file = parse->file;
  struct sl_node *node = sl_tree_node(parse, SL_NODE_LOAD, start, end);
  unsigned highest = 0;
  node->load.module = module;
  node->load.bindings = take(parse, bindings, &highest);
  file->loads = sl_tree_grow(&file->arena, file->loads, file->load_count, sizeof *file->loads);
  file->loads[file->load_count++] = node;
  return node;
}

struct sl_node *sl_tree_load_binding(struct sl_parse *parse, const struct sl_token *local,
                                     struct sl_node *original) {
  uint32_t start = local ? local->start : original->start;
  struct sl_node *node = sl_tree_node(parse, SL_NODE_LOAD_BINDING, start, original->end);
  // Without a name of its own, what stands between the quotes is the identifier.
  struct sl_token inside = {.start = original->start + 1, .end = original->end - 1};
  if (!local) {
    inside.name = sl_tree_name(parse, original->string.bytes, original->string.length);
  }
  node->load_binding.local = sl_tree_identifier(parse, local ? local : &inside);
  node->load_binding.original = original;
  return node;
}

// ---------------------------------------------------------------- functions

void *sl_tree_parameter(struct sl_parse *parse, int form, uint32_t start,
                        const struct sl_token *name, struct sl_node *type,
                        struct sl_node *default_value) {
  struct sl_written_parameter *parameter =
      sl_arena_allocate(&parse->file->arena, sizeof *parameter);
  parameter->form = form;
  parameter->start = start;
  parameter->identifier = name ? sl_tree_identifier(parse, name) : NULL;
  parameter->type = type;
  parameter->default_value = default_value;
  return parameter;
}

// What has been seen of a parameter list, to check its order.
struct parameter_order {
  const struct sl_written_parameter *star;
  const struct sl_written_parameter *star_star;
  bool optional;
  bool keyword_only;
};

static int spell_name(const struct sl_written_parameter *parameter, const char **bytes) {
  const struct sl_name *name = parameter->identifier->identifier.name;
  *bytes = name->bytes;
  return (int)name->length;
}

// Reports what may not stand where it does, in the words of Bazel's resolver.
static void check_order(struct sl_parse *parse, const struct sl_written_parameter *parameter,
                        struct parameter_order *order) {
  struct sl_file *file = parse->file;
  uint32_t start = parameter->start;
  uint32_t end = parameter->identifier ? parameter->identifier->end : start + 1;
  const char *after = "";
  int after_length = order->star_star ? spell_name(order->star_star, &after) : 0;
  const char *name = "";
  int length = parameter->identifier ? spell_name(parameter, &name) : 0;
  if (parameter->form == SL_WRITTEN_STAR_STAR) {
    if (order->star_star) {
      sl_diagnostic_defer(file, start, end, "multiple ** parameters not allowed");
    }
  } else if (parameter->form == SL_WRITTEN_STAR) {
    if (order->star_star) {
      sl_diagnostic_defer(file, start, end, "* parameter may not follow **%.*s", after_length,
                          after);
    } else if (order->star) {
      sl_diagnostic_defer(file, start, end, "multiple * parameters not allowed");
    }
  } else if (order->star_star && parameter->default_value) {
    sl_diagnostic_defer(file, start, end, "optional parameter may not follow **%.*s", after_length,
                        after);
  } else if (order->star_star) {
    sl_diagnostic_defer(file, start, end, "required parameter %.*s may not follow **%.*s", length,
                        name, after_length, after);
  } else if (!order->star && order->optional && !parameter->default_value) {
    sl_diagnostic_defer(file, start, end,
                        "required positional parameter %.*s may not follow an optional parameter",
                        length, name);
  }
}

// Takes note of a checked parameter. False: it is none of the function's, or one too many.
static bool accept_parameter(const struct sl_written_parameter *parameter,
                             struct parameter_order *order) {
  switch (parameter->form) {
    case SL_WRITTEN_STAR_STAR:
      if (order->star_star) return false;
      order->star_star = parameter;
      return true;
    case SL_WRITTEN_STAR:
      if (order->star || order->star_star) return false;
      order->star = parameter;
      return parameter->identifier;
    default:
      if (parameter->default_value) order->optional = true;
      if (order->star) order->keyword_only = true;
      return true;
  }
}

static enum sl_parameter_kind parameter_kind(const struct sl_written_parameter *parameter,
                                             const struct parameter_order *order) {
  if (parameter->form == SL_WRITTEN_STAR) return SL_PARAMETER_STAR;
  if (parameter->form == SL_WRITTEN_STAR_STAR) return SL_PARAMETER_STAR_STAR;
  return order->star ? SL_PARAMETER_KEYWORD_ONLY : SL_PARAMETER_POSITIONAL;
}

static struct sl_node *new_function(struct sl_parse *parse, enum sl_node_kind kind,
                                    uint32_t start) {
  struct sl_node *node = sl_tree_node(parse, kind, start, start);
  node->function = sl_arena_allocate(&parse->file->arena, sizeof *node->function);
  node->function->name_start = start;
  return node;
}

struct sl_node *sl_tree_def(struct sl_parse *parse, uint32_t start, const struct sl_token *name,
                            struct sl_node *type_parameters) {
  struct sl_node *node = new_function(parse, SL_NODE_DEF, start);
  node->function->name = name->name;
  node->function->name_start = name->start;
  node->function->type_parameters = type_parameters;
  return node;
}

struct sl_node *sl_tree_signature(struct sl_parse *parse, struct sl_node *node,
                                  struct sl_pending parameters) {
  struct sl_function_syntax *function = node->function;
  function->parameters =
      sl_arena_allocate(&parse->file->arena, parameters.count * sizeof *function->parameters);
  struct parameter_order order = {0};
  unsigned highest = 0;
  for (uint32_t i = 0; i < parameters.count; i++) {
    const struct sl_written_parameter *written = (const void *)parse->scratch[parameters.start + i];
    check_order(parse, written, &order);
    if (!accept_parameter(written, &order)) continue;
    highest = higher(higher(highest, written->default_value), written->type);
    function->parameters[function->parameter_count++] = (struct sl_parameter){
        .kind = parameter_kind(written, &order),
        .start = written->start,
        .identifier = written->identifier,
        .default_value = written->default_value,
        .type = written->type,
    };
  }
  if (order.star && !order.star->identifier && !order.keyword_only) {
    sl_diagnostic_defer(parse->file, order.star->start, order.star->start + 1,
                        "bare * must be followed by keyword-only parameters");
  }
  parse->scratch_count = parameters.start;
  node->flags |= (uint16_t)(highest << HEIGHT_SHIFT);
  return node;
}

// The string that a body begins with.
static const char *docstring(struct sl_parse *parse, const struct sl_node *body) {
  if (body->kind != SL_NODE_BLOCK || !body->list.count) return NULL;
  const struct sl_node *first = body->list.items[0];
  if (first->kind != SL_NODE_EXPRESSION_STATEMENT) return NULL;
  const struct sl_node *value = first->expression.value;
  if (value->kind != SL_NODE_STRING) return NULL;
  return sl_arena_copy(&parse->file->arena, value->string.bytes, value->string.length);
}

struct sl_node *sl_tree_function(struct sl_parse *parse, struct sl_node *signature,
                                 struct sl_node *result_type, struct sl_node *body) {
  struct sl_function_syntax *function = signature->function;
  unsigned highest = higher(higher(height(signature), result_type), body);
  signature->flags = 0;
  signature->end = body->end;
  function->result_type = result_type;
  function->body = body;
  function->doc = docstring(parse, body);
  return above(parse, signature, highest);
}

struct sl_node *sl_tree_lambda(struct sl_parse *parse, uint32_t start, struct sl_pending parameters,
                               struct sl_node *body) {
  struct sl_node *node = new_function(parse, SL_NODE_LAMBDA, start);
  return sl_tree_function(parse, sl_tree_signature(parse, node, parameters), NULL, body);
}

void sl_tree_finish(struct sl_parse *parse, struct sl_node *body) {
  struct sl_function_syntax *function = sl_arena_allocate(&parse->file->arena, sizeof *function);
  function->body = body;
  function->doc = docstring(parse, body);
  parse->file->top_level = function;
}

const char *sl_operator_text(enum sl_operator op) {
  static const char *const texts[] = {
      [SL_OP_NONE] = "",         [SL_OP_PLUS] = "+",        [SL_OP_MINUS] = "-",
      [SL_OP_STAR] = "*",        [SL_OP_SLASH] = "/",       [SL_OP_SLASH_SLASH] = "//",
      [SL_OP_PERCENT] = "%",     [SL_OP_AMPERSAND] = "&",   [SL_OP_PIPE] = "|",
      [SL_OP_CARET] = "^",       [SL_OP_LESS_LESS] = "<<",  [SL_OP_GREATER_GREATER] = ">>",
      [SL_OP_EQUAL] = "==",      [SL_OP_NOT_EQUAL] = "!=",  [SL_OP_LESS] = "<",
      [SL_OP_LESS_EQUAL] = "<=", [SL_OP_GREATER] = ">",     [SL_OP_GREATER_EQUAL] = ">=",
      [SL_OP_IN] = "in",         [SL_OP_NOT_IN] = "not in", [SL_OP_AND] = "and",
      [SL_OP_OR] = "or",         [SL_OP_TILDE] = "~",       [SL_OP_NOT] = "not",
  };
  return texts[op];
}
