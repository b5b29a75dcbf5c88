// SPDX-License-Identifier: Apache-2.0
//
// Closure: the actions behind actions, and which of them the failure of some keeps from running.
#include <stdlib.h>

#include "rules/graph/graph.h"
#include "rules/graph/order.h"

struct bz_graph *bz_lowered_closure(const struct bz_graph *graph) {
  struct order order = {0};
  for (size_t i = 0; i < graph->count; i++) order_add(&order, ORDER_ACTION, graph->actions[i]);
  struct bz_action **actions = sl_allocate((order.count + 1) * sizeof *actions);
  size_t count = 0;
  for (size_t i = 0; i < order.count; i++)
    if (order.nodes[i].kind == ORDER_ACTION)
      actions[count++] = (struct bz_action *)(uintptr_t)order.nodes[i].item;
  order_free(&order);
  struct bz_graph *closure = sl_allocate(sizeof *closure);
  *closure = *graph;
  closure->actions = actions;
  closure->count = count;
  return closure;
}

// The blocker of the first thing a node needs that has one.
static const struct bz_action *needed_blocker(struct order *order, const struct order_node *node,
                                              const struct bz_action *const *by_id) {
  struct order_node needed;
  for (size_t cursor = 0; order_next(node, &cursor, &needed);) {
    const struct bz_action *blocker = by_id[order_id(order, needed.item)];
    if (blocker) return blocker;
  }
  return NULL;
}

void bz_lowered_blockers(const struct bz_graph *closure, const bool *failed,
                         const struct bz_action **blockers) {
  struct order order = {0};
  for (size_t i = 0; i < closure->count; i++) order_add(&order, ORDER_ACTION, closure->actions[i]);
  // By id: the action that a node waits for in vain. A failed action is its own blocker from the
  // start.
  const struct bz_action **by_id = calloc(order.count + 1, sizeof *by_id);
  if (!by_id) abort();
  for (size_t i = 0; i < closure->count; i++)
    if (failed[i]) by_id[order_id(&order, closure->actions[i])] = closure->actions[i];
  for (size_t i = 0; i < order.count; i++) {
    const struct bz_action **blocker = &by_id[order_id(&order, order.nodes[i].item)];
    if (!*blocker) *blocker = needed_blocker(&order, &order.nodes[i], by_id);
  }
  for (size_t i = 0; i < closure->count; i++)
    blockers[i] = by_id[order_id(&order, closure->actions[i])];
  free(by_id);
  order_free(&order);
}
