// SPDX-License-Identifier: Apache-2.0
//
// Order: depth first without recursion, as chains of targets are as long as people make them.
#include "rules/graph/order.h"

#include <stdlib.h>

// A node whose needs are being looked at.
struct order_frame {
  struct order_node node;
  size_t cursor;
};

// What makes a file; false for a source.
static bool find_producer(const struct bz_artifact *file, struct order_node *node) {
  if (file->is_runfiles_tree) {
    *node = (struct order_node){ORDER_RUNFILES, file};
  } else {
    *node = (struct order_node){ORDER_ACTION, file->action};
  }
  return node->item != NULL;
}

static bool next_of_action(const struct bz_action *action, size_t *cursor,
                           struct order_node *needed) {
  if ((*cursor)++ == 0) {
    *needed = (struct order_node){ORDER_DEPSET, action->inputs};
    if (needed->item) return true;
    ++*cursor;
  }
  return *cursor == 2 && action->source && find_producer(action->source, needed);
}

static bool next_of_depset(const struct bz_depset *depset, size_t *cursor,
                           struct order_node *needed) {
  while (*cursor < depset->count) {
    sl_value child = depset->children[(*cursor)++];
    if (sl_has_type(child, &bz_depset_type)) {
      *needed = (struct order_node){ORDER_DEPSET, child};
      return true;
    }
    if (find_producer((const struct bz_artifact *)(const void *)child, needed)) return true;
  }
  return false;
}

static bool next_of_runfiles(const struct bz_artifact *tree, size_t *cursor,
                             struct order_node *needed) {
  sl_value path, file;
  while (sl_dict_next(tree->action->runfiles, cursor, &path, &file))
    if (find_producer((const struct bz_artifact *)(const void *)file, needed)) return true;
  return false;
}

bool order_next(const struct order_node *node, size_t *cursor, struct order_node *needed) {
  switch (node->kind) {
    case ORDER_ACTION:
      return next_of_action(node->item, cursor, needed);
    case ORDER_DEPSET:
      return next_of_depset(node->item, cursor, needed);
    case ORDER_RUNFILES:
      return next_of_runfiles(node->item, cursor, needed);
  }
  return false;
}

static void push_new(struct order *order, struct order_node node) {
  bool is_new;
  ids_of_pointer(&order->seen, node.item, &is_new);
  if (!is_new) return;
  if (order->depth == order->stack_capacity) {
    order->stack_capacity = order->stack_capacity ? order->stack_capacity * 2 : 64;
    order->stack = realloc(order->stack, order->stack_capacity * sizeof *order->stack);
    if (!order->stack) abort();
  }
  order->stack[order->depth++] = (struct order_frame){node, 0};
}

static void append(struct order *order, struct order_node node) {
  if (order->count == order->capacity) {
    order->capacity = order->capacity ? order->capacity * 2 : 64;
    order->nodes = realloc(order->nodes, order->capacity * sizeof *order->nodes);
    if (!order->nodes) abort();
  }
  order->nodes[order->count++] = node;
}

size_t order_add(struct order *order, enum order_kind kind, const void *item) {
  size_t before = order->count;
  push_new(order, (struct order_node){kind, item});
  while (order->depth) {
    struct order_frame *top = &order->stack[order->depth - 1];
    struct order_node needed;
    if (!order_next(&top->node, &top->cursor, &needed)) {
      append(order, top->node);
      order->depth--;
    } else if (!order->takes || order->takes(&needed, order->data)) {
      push_new(order, needed);
    }
  }
  return before;
}

uint32_t order_id(struct order *order, const void *item) {
  bool is_new;
  return ids_of_pointer(&order->seen, item, &is_new);
}

bool order_takes_depsets(const struct order_node *node, void *data) {
  (void)data;
  return node->kind == ORDER_DEPSET;
}

void order_free(struct order *order) {
  free(order->nodes);
  free(order->stack);
  ids_free(&order->seen);
  *order = (struct order){0};
}
