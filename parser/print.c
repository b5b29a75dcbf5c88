// SPDX-License-Identifier: Apache-2.0
//
// Print: shows an expression in a message, as the nodes of net.starlark.java.syntax show themselves. Invariant: what
// is printed depends on the tree alone, not on how the text was laid out; only integers beyond int64 are shown as written.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/parser.h"

struct printer {
  struct sl_text *out;
  const struct sl_file *file;
};

static void print(const struct printer *printer, const struct sl_node *node);

static void append(const struct printer *printer, const char *string) {
  sl_text_append_string(printer->out, string);
}

static void print_name(const struct printer *printer, const struct sl_name *name) {
  sl_text_append(printer->out, name->bytes, name->length);
}

static void print_source(const struct printer *printer, const struct sl_node *node) {
  sl_text_append(printer->out, printer->file->source + node->start, node->end - node->start);
}

// Whether it is a string, or a sum of strings, which Bazel's parser makes one.
static bool is_string(const struct sl_node *node) {
  return node->kind == SL_NODE_STRING ||
         (node->kind == SL_NODE_BINARY && node->op == SL_OP_PLUS && is_string(node->binary.left) &&
          is_string(node->binary.right));
}

static void print_characters(const struct printer *printer, const struct sl_node *node) {
  if (node->kind == SL_NODE_BINARY) {
    print_characters(printer, node->binary.left);
    print_characters(printer, node->binary.right);
    return;
  }
  for (size_t i = 0; i < node->string.length; i++) {
    char c = node->string.bytes[i];
    const char *escape = c == '"'    ? "\\\""
                         : c == '\\' ? "\\\\"
                         : c == '\n' ? "\\n"
                         : c == '\r' ? "\\r"
                         : c == '\t' ? "\\t"
                                     : NULL;
    if (escape) {
      append(printer, escape);
    } else if ((unsigned char)c < ' ') {
      sl_text_format(printer->out, "\\x%02x", c);
    } else {
      sl_text_append_char(printer->out, c);
    }
  }
}

static void print_string(const struct printer *printer, const struct sl_node *node) {
  sl_text_append_char(printer->out, '"');
  print_characters(printer, node);
  sl_text_append_char(printer->out, '"');
}

// The items with commas between them.
static void print_items(const struct printer *printer, const char *open,
                        const struct sl_node_list *list, const char *close) {
  append(printer, open);
  for (uint32_t i = 0; i < list->count; i++) {
    if (i) append(printer, ", ");
    print(printer, list->items[i]);
  }
  append(printer, close);
}

static void print_argument(const struct printer *printer, const struct sl_node *node) {
  switch ((enum sl_argument_kind)node->op) {
    case SL_ARGUMENT_POSITIONAL:
      break;
    case SL_ARGUMENT_KEYWORD:
      print_name(printer, node->argument.name);
      append(printer, " = ");
      break;
    case SL_ARGUMENT_STAR:
      append(printer, "*");
      break;
    case SL_ARGUMENT_STAR_STAR:
      append(printer, "**");
      break;
  }
  print(printer, node->argument.value);
}

static void print_slice(const struct printer *printer, const struct sl_node *node) {
  struct sl_node *const *bounds = node->slice.bounds;
  print(printer, node->slice.object);
  append(printer, "[");
  if (bounds[0]) print(printer, bounds[0]);
  append(printer, ":");
  if (bounds[1]) print(printer, bounds[1]);
  if (bounds[2]) {
    append(printer, ":");
    print(printer, bounds[2]);
  }
  append(printer, "]");
}

static void print_comprehension(const struct printer *printer, const struct sl_node *node) {
  bool is_dict = node->flags & SL_FLAG_DICT;
  append(printer, is_dict ? "{" : "[");
  print(printer, node->comprehension.body);
  for (uint32_t i = 0; i < node->comprehension.clauses.count; i++) {
    const struct sl_node *clause = node->comprehension.clauses.items[i];
    if (clause->kind == SL_NODE_IF_CLAUSE) {
      append(printer, " if ");
      print(printer, clause->if_clause.condition);
    } else {
      append(printer, " for ");
      print(printer, clause->for_clause.target);
      append(printer, " in ");
      print(printer, clause->for_clause.iterable);
    }
  }
  append(printer, is_dict ? "}" : "]");
}

// `a op b`, of any kind.
static void print_pair(const struct printer *printer, const struct sl_node *left,
                       const char *between, const struct sl_node *right) {
  print(printer, left);
  append(printer, between);
  print(printer, right);
}

static void print(const struct printer *printer, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_IDENTIFIER:
      print_name(printer, node->identifier.name);
      break;
    case SL_NODE_STRING:
      print_string(printer, node);
      break;
    case SL_NODE_LIST:
      print_items(printer, "[", &node->list, "]");
      break;
    case SL_NODE_TUPLE:
      print_items(printer, "(", &node->list, node->list.count == 1 ? ",)" : ")");
      break;
    case SL_NODE_DICT:
      print_items(printer, "{", &node->list, "}");
      break;
    case SL_NODE_DICT_ENTRY:
      print_pair(printer, node->entry.key, ": ", node->entry.value);
      break;
    case SL_NODE_UNARY:
      append(printer, sl_operator_text(node->op));
      append(printer, node->op == SL_OP_NOT ? " (" : "(");
      print(printer, node->unary.operand);
      append(printer, ")");
      break;
    case SL_NODE_BINARY:
      if (is_string(node)) {
        print_string(printer, node);
        break;
      }
      append(printer, "(");
      print(printer, node->binary.left);
      sl_text_format(printer->out, " %s ", sl_operator_text(node->op));
      print(printer, node->binary.right);
      append(printer, ")");
      break;
    case SL_NODE_CONDITIONAL:
      print_pair(printer, node->conditional.then, " if ", node->conditional.condition);
      append(printer, " else ");
      print(printer, node->conditional.otherwise);
      break;
    case SL_NODE_INDEX:
      print_pair(printer, node->index.object, "[", node->index.key);
      append(printer, "]");
      break;
    case SL_NODE_SLICE:
      print_slice(printer, node);
      break;
    case SL_NODE_DOT:
      print(printer, node->dot.object);
      append(printer, ".");
      print_name(printer, node->dot.name);
      break;
    case SL_NODE_CALL:
      print(printer, node->call.callee);
      print_items(printer, "(", &node->call.arguments, ")");
      break;
    case SL_NODE_ARGUMENT:
      print_argument(printer, node);
      break;
    case SL_NODE_COMPREHENSION:
      print_comprehension(printer, node);
      break;
    case SL_NODE_FLOAT:
      sl_print_float(printer->out, node->real.value);
      break;
    case SL_NODE_INT:
      if (node->integer.base) {
        print_source(printer, node);
      } else {
        sl_text_append_integer(printer->out, node->integer.value);
      }
      break;
    default:
      print_source(printer, node);
      break;
  }
}

// ---------------------------------------------------------------- in short

// Bazel shows some nodes in short where they are the whole, or a part of such a one: without parentheses around operators,
// and with a number in the place of items that are many or long.
static void print_short(const struct printer *printer, const struct sl_node *node);

enum { SHORT_LENGTH = 32, SHORT_COUNT = 4 };

// What stands before the items, a node or nothing, counts for the length.
static void print_few(const struct printer *printer, const struct sl_node *before, const char *open,
                      const struct sl_node_list *list, const char *close) {
  struct sl_text text = {0};
  const struct printer within = {&text, printer->file};
  if (before) print_short(&within, before);
  append(&within, open);
  for (uint32_t i = 0; i < list->count; i++) {
    if (i) append(&within, ", ");
    size_t length = text.length;
    print_short(&within, list->items[i]);
    if (text.length < SHORT_LENGTH && (i != SHORT_COUNT || i + 1 == list->count)) continue;
    text.length = length;
    sl_text_format(&text, "+%u more", list->count - i);
    break;
  }
  append(&within, close);
  sl_text_append(printer->out, text.bytes, text.length);
  sl_text_free(&text);
}

static void print_short(const struct printer *printer, const struct sl_node *node) {
  switch (node->kind) {
    case SL_NODE_LIST:
      print_few(printer, NULL, "[", &node->list, "]");
      break;
    case SL_NODE_TUPLE:
      print_few(printer, NULL, "(", &node->list, node->list.count == 1 ? ",)" : ")");
      break;
    case SL_NODE_CALL:
      print_few(printer, node->call.callee, "(", &node->call.arguments, ")");
      break;
    case SL_NODE_UNARY:
      append(printer, sl_operator_text(node->op));
      if (node->op == SL_OP_NOT) append(printer, " ");
      print_short(printer, node->unary.operand);
      break;
    case SL_NODE_BINARY:
      if (is_string(node)) {
        print_string(printer, node);
        break;
      }
      print_short(printer, node->binary.left);
      sl_text_format(printer->out, " %s ", sl_operator_text(node->op));
      print_short(printer, node->binary.right);
      break;
    default:
      print(printer, node);
      break;
  }
}

// Appends a float as Java's Double.toString does: the shortest digits, and an exponent if it is large or small.
void sl_print_float(struct sl_text *out, double value) {
  char digits[32];
  int precision = 0;
  if (!isfinite(value)) {
    sl_text_append_string(out, "Infinity");
    return;
  }
  do {
    snprintf(digits, sizeof digits, "%.*e", precision, value);
  } while (precision++ < 17 && strtod(digits, NULL) != value);
  int exponent = atoi(strchr(digits, 'e') + 1);
  if (value == 0 || (exponent >= -3 && exponent < 7)) {
    int decimals = precision - 1 - exponent;
    sl_text_format(out, "%.*f", decimals > 1 ? decimals : 1, value);
  } else {
    *strchr(digits, 'e') = '\0';
    sl_text_format(out, "%s%sE%d", digits, precision > 1 ? "" : ".0", exponent);
  }
}

void sl_print_expression(struct sl_text *out, const struct sl_file *file,
                         const struct sl_node *node) {
  const struct printer printer = {out, file};
  print_short(&printer, node);
}
