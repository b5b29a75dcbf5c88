// SPDX-License-Identifier: Apache-2.0
//
// Numbers: graphs whose nodes are small numbers: turning around, orders, ranks. Invariant: no walk recurses, and each is linear.
#include <stdlib.h>

#include "rules/query/state.h"

static int compare_numbers(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

uint32_t *bz_numbers_new(size_t count) {
  return sl_allocate_atomic((count + 1) * sizeof(uint32_t));
}

void bz_numbers_sort(uint32_t *numbers, size_t count) {
  if (count > 1) qsort(numbers, count, sizeof *numbers, compare_numbers);
}

struct bz_number_graph bz_number_graph_turn_around(const struct bz_number_graph *graph) {
  uint32_t edge_count = graph->starts[graph->count];
  struct bz_number_graph turned = {graph->count, bz_numbers_new(graph->count + 1),
                                   bz_numbers_new(edge_count)};
  // Counts first, two places ahead, so that filling moves each start to where it belongs.
  for (uint32_t i = 0; i < edge_count; i++) turned.starts[graph->items[i] + 2]++;
  for (uint32_t i = 2; i < graph->count + 2; i++) turned.starts[i] += turned.starts[i - 1];
  for (uint32_t i = 0; i < graph->count; i++)
    for (uint32_t j = graph->starts[i]; j < graph->starts[i + 1]; j++)
      turned.items[turned.starts[graph->items[j] + 1]++] = i;
  return turned;
}

// ---------------------------------------------------------------- walks

// A depth-first walk: the numbers on the way down, and the next edge of each.
struct walk {
  const struct bz_number_graph *graph;
  uint32_t *path, *next_edge;
  uint32_t depth;
};

static struct walk new_walk(const struct bz_number_graph *graph) {
  return (struct walk){graph, bz_numbers_new(graph->count), bz_numbers_new(graph->count), 0};
}

static void push(struct walk *walk, uint32_t number) {
  walk->path[walk->depth++] = number;
  walk->next_edge[number] = walk->graph->starts[number];
}

uint32_t *bz_number_graph_topological(const struct bz_number_graph *graph) {
  struct walk walk = new_walk(graph);
  uint32_t *order = bz_numbers_new(graph->count);
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

static struct components find_components(const struct bz_number_graph *graph) {
  struct tarjan tarjan = {.walk = new_walk(graph),
                          .visit = bz_numbers_new(graph->count),
                          .low = bz_numbers_new(graph->count),
                          .stack = bz_numbers_new(graph->count),
                          .found.of = bz_numbers_new(graph->count)};
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
  uint32_t *starts = bz_numbers_new(components->count + 1), *order = bz_numbers_new(count);
  for (uint32_t i = 0; i < count; i++) starts[components->count - components->of[i]]++;
  for (uint32_t i = 1; i <= components->count; i++) starts[i] += starts[i - 1];
  for (uint32_t i = 0; i < count; i++)
    order[starts[components->count - 1 - components->of[i]]++] = i;
  return order;
}

uint32_t *bz_number_graph_ranks(const struct bz_number_graph *graph, bool greatest) {
  struct components components = find_components(graph);
  uint32_t *order = order_by_component(&components, graph->count);
  uint32_t *ranks = bz_numbers_new(components.count), *numbers = bz_numbers_new(graph->count);
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
