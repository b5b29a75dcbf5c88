// SPDX-License-Identifier: Apache-2.0
//
// Order: in which order a result is shown, and what its graph looks like. Numbers here are places in the result sorted by
// label, so that every order is the same on any machine. Invariant: no walk recurses.
#include <stdlib.h>
#include <string.h>

#include "rules/query/state.h"

static int compare_nodes(const void *a, const void *b, void *data) {
  const struct bz_query_nodes *nodes = data;
  const struct bz_query_node *x = &nodes->items[*(const uint32_t *)a],
                             *y = &nodes->items[*(const uint32_t *)b];
  return bz_label_compare(x->label, y->label);
}

static int compare_numbers(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static uint32_t *new_numbers(size_t count) {
  return sl_allocate_atomic((count + 1) * sizeof(uint32_t));
}

uint32_t *bz_order_by_label(const struct bz_query_nodes *nodes, const struct bz_query_set *set) {
  uint32_t *sorted = new_numbers(set->count);
  if (set->count) memcpy(sorted, set->items, set->count * sizeof *sorted);
  bool in_order = true;  // patterns give it so
  for (uint32_t i = 1; i < set->count && in_order; i++)
    in_order = compare_nodes(&sorted[i - 1], &sorted[i], (void *)nodes) <= 0;
  if (!in_order) qsort_r(sorted, set->count, sizeof *sorted, compare_nodes, (void *)nodes);
  return sorted;
}

// ---------------------------------------------------------------- the graph of a result

// Whether one pattern matched both.
static bool share_pattern(const struct bz_evaluation *evaluation, uint32_t a, uint32_t b) {
  for (size_t i = 0; i < evaluation->pattern_count; i++) {
    const struct bz_query_set *matched = &evaluation->patterns[i];
    if (matched->count > 1 && bz_query_set_has(matched, a) && bz_query_set_has(matched, b))
      return true;
  }
  return false;
}

struct bz_result_graph bz_order_graph(struct bz_evaluation *evaluation,
                                      const struct bz_query_set *set, const uint32_t *sorted) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  uint32_t edge_count = 0;
  for (uint32_t i = 0; i < set->count; i++) {
    bz_query_nodes_expand(nodes, sorted[i]);
    edge_count += nodes->items[sorted[i]].successor_count;
  }
  struct bz_result_graph graph = {set->count, new_numbers(set->count + 1), new_numbers(edge_count)};
  uint32_t *places = new_numbers(nodes->count);
  for (uint32_t i = 0; i < set->count; i++) places[sorted[i]] = i;
  uint32_t end = 0;
  for (uint32_t i = 0; i < set->count; i++) {
    const struct bz_query_node *node = &nodes->items[sorted[i]];
    uint32_t start = graph.starts[i] = end;
    for (uint32_t j = 0; j < node->successor_count; j++) {
      uint32_t successor = node->successors[j];
      bool is_known = bz_query_set_has(set, successor) &&
                      (node->connected || share_pattern(evaluation, sorted[i], successor));
      if (is_known) graph.items[end++] = places[successor];
    }
    qsort(graph.items + start, end - start, sizeof *graph.items, compare_numbers);
  }
  graph.starts[set->count] = end;
  return graph;
}

// ---------------------------------------------------------------- walks

// A depth-first walk: the numbers on the way down, and the next edge of each.
struct walk {
  const struct bz_result_graph *graph;
  uint32_t *path, *next_edge;
  uint32_t depth;
};

static struct walk new_walk(const struct bz_result_graph *graph) {
  return (struct walk){graph, new_numbers(graph->count), new_numbers(graph->count), 0};
}

static void push(struct walk *walk, uint32_t number) {
  walk->path[walk->depth++] = number;
  walk->next_edge[number] = walk->graph->starts[number];
}

uint32_t *bz_order_topological(const struct bz_result_graph *graph) {
  struct walk walk = new_walk(graph);
  uint32_t *order = new_numbers(graph->count);
  bool *seen = sl_allocate_atomic(graph->count + 1);
  uint32_t left = graph->count;
  for (uint32_t root = 0; root < graph->count; root++) {
    if (seen[root]) continue;
    seen[root] = true;
    push(&walk, root);
    while (walk.depth > 0) {
      uint32_t number = walk.path[walk.depth - 1];
      if (walk.next_edge[number] == graph->starts[number + 1]) {
        order[--left] = number;
        walk.depth--;
        continue;
      }
      uint32_t successor = graph->items[walk.next_edge[number]++];
      if (seen[successor]) continue;
      seen[successor] = true;
      push(&walk, successor);
    }
  }
  return order;
}

// The cycles of a graph: the component of each number. Components are numbered so that edges lead to lower ones.
struct components {
  uint32_t *of;
  uint32_t count;
};

// Tarjan's algorithm; `low` is the earliest number on the stack that is reached, counted from 1 in order of visits.
struct tarjan {
  struct walk walk;
  uint32_t *visit, *low, *stack;
  uint32_t visit_count, stack_count;
  struct components found;
};

static void enter(struct tarjan *tarjan, uint32_t number) {
  tarjan->visit[number] = tarjan->low[number] = ++tarjan->visit_count;
  tarjan->stack[tarjan->stack_count++] = number;
  push(&tarjan->walk, number);
}

static void leave(struct tarjan *tarjan, uint32_t number) {
  struct walk *walk = &tarjan->walk;
  if (--walk->depth > 0) {
    uint32_t parent = walk->path[walk->depth - 1];
    if (tarjan->low[number] < tarjan->low[parent]) tarjan->low[parent] = tarjan->low[number];
  }
  if (tarjan->low[number] != tarjan->visit[number]) return;
  uint32_t member;
  do {
    member = tarjan->stack[--tarjan->stack_count];
    tarjan->found.of[member] = tarjan->found.count;
    tarjan->low[member] = UINT32_MAX;  // it is on the stack no more
  } while (member != number);
  tarjan->found.count++;
}

static struct components find_components(const struct bz_result_graph *graph) {
  struct tarjan tarjan = {.walk = new_walk(graph),
                          .visit = new_numbers(graph->count),
                          .low = new_numbers(graph->count),
                          .stack = new_numbers(graph->count),
                          .found.of = new_numbers(graph->count)};
  for (uint32_t root = 0; root < graph->count; root++) {
    if (tarjan.visit[root]) continue;
    enter(&tarjan, root);
    while (tarjan.walk.depth > 0) {
      uint32_t number = tarjan.walk.path[tarjan.walk.depth - 1];
      if (tarjan.walk.next_edge[number] == graph->starts[number + 1]) {
        leave(&tarjan, number);
        continue;
      }
      uint32_t successor = graph->items[tarjan.walk.next_edge[number]++];
      if (!tarjan.visit[successor]) {
        enter(&tarjan, successor);
      } else if (tarjan.low[successor] != UINT32_MAX &&
                 tarjan.visit[successor] < tarjan.low[number]) {
        tarjan.low[number] = tarjan.visit[successor];
      }
    }
  }
  return tarjan.found;
}

// The numbers, those of the highest component first.
static uint32_t *order_by_component(const struct components *components, uint32_t count) {
  uint32_t *starts = new_numbers(components->count + 1), *order = new_numbers(count);
  for (uint32_t i = 0; i < count; i++) starts[components->count - components->of[i]]++;
  for (uint32_t i = 1; i <= components->count; i++) starts[i] += starts[i - 1];
  for (uint32_t i = 0; i < count; i++)
    order[starts[components->count - 1 - components->of[i]]++] = i;
  return order;
}

uint32_t *bz_order_ranks(const struct bz_result_graph *graph, bool greatest) {
  struct components components = find_components(graph);
  uint32_t *order = order_by_component(&components, graph->count);
  uint32_t *ranks = new_numbers(components.count), *numbers = new_numbers(graph->count);
  bool *has_predecessor = sl_allocate_atomic(components.count + 1);
  for (uint32_t i = 0; i < graph->count; i++) {
    uint32_t from = components.of[order[i]];
    for (uint32_t j = graph->starts[order[i]]; j < graph->starts[order[i] + 1]; j++) {
      uint32_t to = components.of[graph->items[j]], rank = ranks[from] + 1;
      if (to == from) continue;
      if (!has_predecessor[to] || (greatest ? rank > ranks[to] : rank < ranks[to]))
        ranks[to] = rank;
      has_predecessor[to] = true;
    }
  }
  for (uint32_t i = 0; i < graph->count; i++) numbers[i] = ranks[components.of[i]];
  return numbers;
}
