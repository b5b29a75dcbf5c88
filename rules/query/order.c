// SPDX-License-Identifier: Apache-2.0
//
// Order: a result sorted by label, and its graph. The graph's numbers are places in the sorted result, so that whatever is made
// of it is the same on any machine.
#include <stdlib.h>
#include <string.h>

#include "rules/query/state.h"

static int compare_nodes(const void *a, const void *b, void *data) {
  const struct bz_query_nodes *nodes = data;
  const struct bz_query_node *x = &nodes->items[*(const uint32_t *)a],
                             *y = &nodes->items[*(const uint32_t *)b];
  return bz_label_compare(x->label, y->label);
}

uint32_t *bz_order_by_label(const struct bz_query_nodes *nodes, const struct bz_query_set *set) {
  uint32_t *sorted = bz_numbers_new(set->count);
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

struct bz_number_graph bz_order_graph(struct bz_evaluation *evaluation,
                                      const struct bz_query_set *set, const uint32_t *sorted) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  uint32_t edge_count = 0;
  for (uint32_t i = 0; i < set->count; i++) {
    bz_query_nodes_expand(nodes, sorted[i]);
    edge_count += nodes->items[sorted[i]].successor_count;
  }
  struct bz_number_graph graph = {set->count, bz_numbers_new(set->count + 1),
                                  bz_numbers_new(edge_count)};
  uint32_t *places = bz_numbers_new(nodes->count);
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
    bz_numbers_sort(graph.items + start, end - start);
  }
  graph.starts[set->count] = end;
  return graph;
}
