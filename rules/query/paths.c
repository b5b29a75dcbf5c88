// SPDX-License-Identifier: Apache-2.0
//
// Paths: the query functions that follow edges. Invariant: no walk recurses; each sees a node once.
#include "rules/query/state.h"

static bool evaluate_argument(struct bz_evaluation *evaluation, const struct bz_expression *call,
                              size_t i, struct bz_query_set *out) {
  return bz_evaluate(evaluation, call->arguments[i].expression, out);
}

// The i-th argument as a number of edges; -1: any.
static int64_t depth_argument(const struct bz_expression *call, size_t i) {
  if (i >= call->argument_count) return -1;
  return call->arguments[i].integer < 0 ? 0 : call->arguments[i].integer;
}

bool bz_query_deps(struct bz_evaluation *evaluation, const struct bz_expression *call,
                   struct bz_query_set *out) {
  struct bz_query_set from = {0};
  return evaluate_argument(evaluation, call, 0, &from) &&
         bz_evaluate_closure(evaluation, call, &from, depth_argument(call, 1), out);
}

// Adds the members of `among` from which one of `to` is reached along at most `depth` edges.
static void reach_back(const struct bz_query_nodes *nodes, const struct bz_query_set *among,
                       const struct bz_query_set *to, int64_t depth, struct bz_query_set *out) {
  struct bz_number_graph turned = bz_query_nodes_predecessors(nodes, among);
  struct bz_query_set reached = {0};
  for (uint32_t i = 0; i < to->count; i++)
    if (bz_query_set_has(among, to->items[i])) bz_query_set_add(&reached, to->items[i]);
  for (uint32_t next = 0, end = reached.count; next < end && depth != 0; end = reached.count) {
    for (; next < end; next++) {
      uint32_t node = reached.items[next];
      for (uint32_t i = turned.starts[node]; i < turned.starts[node + 1]; i++)
        bz_query_set_add(&reached, turned.items[i]);
    }
    if (depth > 0) depth--;
  }
  bz_query_set_add_all(out, &reached);
}

static bool evaluate_rdeps(struct bz_evaluation *evaluation, const struct bz_expression *call,
                           const struct bz_query_set *universe, size_t argument,
                           struct bz_query_set *out) {
  struct bz_query_set closure = {0}, to = {0};
  if (!bz_evaluate_closure(evaluation, call, universe, -1, &closure)) return false;
  if (!evaluate_argument(evaluation, call, argument, &to)) return false;
  reach_back(&evaluation->nodes, &closure, &to, depth_argument(call, argument + 1), out);
  return true;
}

bool bz_query_rdeps(struct bz_evaluation *evaluation, const struct bz_expression *call,
                    struct bz_query_set *out) {
  struct bz_query_set universe = {0};
  return evaluate_argument(evaluation, call, 0, &universe) &&
         evaluate_rdeps(evaluation, call, &universe, 1, out);
}

bool bz_query_allrdeps(struct bz_evaluation *evaluation, const struct bz_expression *call,
                       struct bz_query_set *out) {
  return evaluate_rdeps(evaluation, call, &evaluation->universe, 0, out);
}

// What a path begins and ends with, and all that it may go through.
struct ends {
  struct bz_query_set from, to, closure;
};

static bool evaluate_ends(struct bz_evaluation *evaluation, const struct bz_expression *call,
                          struct ends *ends) {
  return evaluate_argument(evaluation, call, 0, &ends->from) &&
         evaluate_argument(evaluation, call, 1, &ends->to) &&
         bz_evaluate_closure(evaluation, call, &ends->from, -1, &ends->closure);
}

bool bz_query_allpaths(struct bz_evaluation *evaluation, const struct bz_expression *call,
                       struct bz_query_set *out) {
  struct ends ends = {0};
  if (!evaluate_ends(evaluation, call, &ends)) return false;
  reach_back(&evaluation->nodes, &ends.closure, &ends.to, -1, out);
  return true;
}

// Adds a shortest path from a node of a walked graph to one of `to`; false: there is none.
static bool find_path(const struct bz_query_nodes *nodes, uint32_t start,
                      const struct bz_query_set *to, struct bz_query_set *out) {
  struct bz_query_set reached = {0};
  uint32_t *parents = sl_allocate_atomic(nodes->count * sizeof *parents);
  bz_query_set_add(&reached, start);
  for (uint32_t next = 0; next < reached.count; next++) {
    uint32_t number = reached.items[next];
    if (bz_query_set_has(to, number)) {
      struct bz_query_set path = {0};
      for (bz_query_set_add(&path, number); number != start; bz_query_set_add(&path, number))
        number = parents[number];
      while (path.count > 0) bz_query_set_add(out, path.items[--path.count]);
      return true;
    }
    const struct bz_query_node *node = &nodes->items[number];
    for (uint32_t i = 0; i < node->successor_count; i++)
      if (bz_query_set_add(&reached, node->successors[i])) parents[node->successors[i]] = number;
  }
  return false;
}

bool bz_query_somepath(struct bz_evaluation *evaluation, const struct bz_expression *call,
                       struct bz_query_set *out) {
  struct ends ends = {0};
  if (!evaluate_ends(evaluation, call, &ends)) return false;
  for (uint32_t i = 0; i < ends.from.count; i++)
    if (find_path(&evaluation->nodes, ends.from.items[i], &ends.to, out)) break;
  return true;
}
