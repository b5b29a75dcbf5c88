// SPDX-License-Identifier: Apache-2.0
//
// Order: actions and what lies between them, each once and behind everything that it needs. All
// walks of rules/graph/ over depsets are walks along an order, so that each costs as much as the
// graph is large, however deep it is and however often its depsets are shared.
#ifndef RULES_GRAPH_ORDER_H_
#define RULES_GRAPH_ORDER_H_

#include "rules/analysis/analysis.h"
#include "rules/graph/ids.h"

enum order_kind {
  ORDER_ACTION,    // a struct bz_action: needs its inputs
  ORDER_DEPSET,    // a struct bz_depset: needs what makes its files, and other depsets
  ORDER_RUNFILES,  // the struct bz_artifact of a runfiles tree: needs what makes the files in it
};

struct order_node {
  enum order_kind kind;
  const void *item;
};

struct order_frame;

// Whether an order takes a node, and with it what only that node needs.
typedef bool (*order_filter)(const struct order_node *node, void *data);

// An empty order is all zeros but for `takes`. Freed by order_free.
struct order {
  order_filter takes;  // NULL: everything
  void *data;          // for `takes`
  struct order_node *nodes;
  size_t count;
  size_t capacity;
  struct ids seen;  // a node's id by its item
  struct order_frame *stack;
  size_t depth;
  size_t stack_capacity;
};

// Appends a node behind everything it needs, unless it is there. Returns how many nodes there were.
size_t order_add(struct order *order, enum order_kind kind, const void *item);
// What a node needs, one call after the other: *cursor begins with 0. False: that was all.
bool order_next(const struct order_node *node, size_t *cursor, struct order_node *needed);
// The id of an item of the order.
uint32_t order_id(struct order *order, const void *item);
// A filter: depsets, without what makes their files.
bool order_takes_depsets(const struct order_node *node, void *data);
void order_free(struct order *order);

#endif  // RULES_GRAPH_ORDER_H_
