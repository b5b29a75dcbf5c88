// SPDX-License-Identifier: Apache-2.0
//
// Output graph: a result as Graphviz reads it. Factored, targets with the same neighbours share a box. Invariant: boxes and
// edges come in the order of their first labels, dependents first.
#include <stdlib.h>

#include "rules/query/state.h"

// What one box shows: targets, as places in the result sorted by label, ascending.
struct box {
  const uint32_t *members;
  uint32_t count;
};

struct drawing {
  const struct bz_query_result *result;
  const uint32_t *sorted;
  struct bz_number_graph graph;  // of targets
  struct bz_number_graph boxes;  // of boxes
  struct box *box;
  uint32_t *box_of;  // target -> box
  struct sl_text *out;
};

static const struct bz_query_node *node_of(const struct drawing *drawing, uint32_t place) {
  return &drawing->result->evaluation->nodes.items[drawing->sorted[place]];
}

// ---------------------------------------------------------------- boxes

static int compare_lists(const struct bz_number_graph *graph, uint32_t a, uint32_t b) {
  uint32_t x = graph->starts[a + 1] - graph->starts[a], y = graph->starts[b + 1] - graph->starts[b];
  if (x != y) return x > y ? 1 : -1;
  for (uint32_t i = 0; i < x; i++) {
    uint32_t m = graph->items[graph->starts[a] + i], n = graph->items[graph->starts[b] + i];
    if (m != n) return m > n ? 1 : -1;
  }
  return 0;
}

// Targets by their neighbours, then by label.
struct neighbours {
  const struct bz_number_graph *successors;
  const struct bz_number_graph *predecessors;
};

static int compare_neighbours(const struct neighbours *neighbours, uint32_t a, uint32_t b) {
  int order = compare_lists(neighbours->successors, a, b);
  return order ? order : compare_lists(neighbours->predecessors, a, b);
}

static int compare_targets(const void *a, const void *b, void *data) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  int order = compare_neighbours(data, x, y);
  return order ? order : (x > y) - (x < y);
}

static int compare_boxes(const void *a, const void *b) {
  uint32_t x = *((const struct box *)a)->members, y = *((const struct box *)b)->members;
  return (x > y) - (x < y);
}

// Puts every target into a box, and sorts the boxes by their first targets.
static uint32_t make_boxes(struct drawing *drawing) {
  uint32_t count = drawing->graph.count, box_count = 0;
  bool factored = drawing->result->options->graph_factored;
  struct bz_number_graph turned = bz_number_graph_turn_around(&drawing->graph);
  struct neighbours neighbours = {&drawing->graph, &turned};
  uint32_t *order = bz_numbers_new(count);
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  if (factored) qsort_r(order, count, sizeof *order, compare_targets, &neighbours);
  drawing->box = sl_allocate((count + 1) * sizeof *drawing->box);
  for (uint32_t i = 0; i < count; i++) {
    bool is_new =
        !factored || i == 0 || compare_neighbours(&neighbours, order[i - 1], order[i]) != 0;
    if (is_new) drawing->box[box_count++] = (struct box){&order[i], 0};
    drawing->box[box_count - 1].count++;
  }
  qsort(drawing->box, box_count, sizeof *drawing->box, compare_boxes);
  drawing->box_of = bz_numbers_new(count);
  for (uint32_t i = 0; i < box_count; i++)
    for (uint32_t j = 0; j < drawing->box[i].count; j++)
      drawing->box_of[drawing->box[i].members[j]] = i;
  return box_count;
}

// All members of a box have the same successors, and with one target a box has all of its targets as one.
static void connect_boxes(struct drawing *drawing, uint32_t box_count) {
  struct bz_number_graph *boxes = &drawing->boxes;
  *boxes = (struct bz_number_graph){box_count, bz_numbers_new(box_count + 1),
                                    bz_numbers_new(drawing->graph.starts[drawing->graph.count])};
  uint32_t end = 0;
  for (uint32_t i = 0; i < box_count; i++) {
    uint32_t target = *drawing->box[i].members, start = boxes->starts[i] = end;
    for (uint32_t j = drawing->graph.starts[target]; j < drawing->graph.starts[target + 1]; j++) {
      uint32_t to = drawing->box_of[drawing->graph.items[j]];
      bool is_first = *drawing->box[to].members == drawing->graph.items[j];
      if (is_first) boxes->items[end++] = to;
    }
    bz_numbers_sort(boxes->items + start, end - start);
  }
  boxes->starts[box_count] = end;
}

// ---------------------------------------------------------------- text

// A box's labels in quotes, cut where the limit wants it.
static void append_box(const struct drawing *drawing, const struct box *box) {
  static const char reserved[] = "\\n...and 9999999 more items";
  int limit = drawing->result->options->graph_node_limit;
  struct sl_text text = {0};
  for (uint32_t i = 0; i < box->count; i++) {
    const struct bz_label *label = node_of(drawing, box->members[i])->label;
    struct sl_text name = {0};
    bz_output_label(drawing->result, label, &name);
    bool is_too_long =
        limit >= 0 && text.length + name.length + sizeof reserved - 1 > (size_t)limit;
    if (i > 0 && is_too_long) {
      sl_text_format(&text, "\\n...and %u more items", box->count - i);
      i = box->count;
    } else {
      sl_text_format(&text, "%s%s", i > 0 ? "\\n" : "", sl_text_string(&name));
    }
    sl_text_free(&name);
  }
  sl_text_format(drawing->out, "\"%s\"", sl_text_string(&text));
  sl_text_free(&text);
}

// The select keys under which one box depends on another.
struct condition_search {
  const struct drawing *drawing;
  const struct box *to;
  sl_value found;  // dict Label -> True
};

static void visit_edge(const struct bz_edge *edge, void *data) {
  const struct condition_search *search = data;
  if (!edge->condition || edge->is_condition) return;
  struct sl_thread *thread = search->drawing->result->evaluation->nodes.thread;
  for (uint32_t i = 0; i < search->to->count; i++) {
    if (node_of(search->drawing, search->to->members[i])->label != edge->to) continue;
    // A label is hashable and the dict is new: this cannot fail.
    if (!sl_dict_set(thread, search->found, bz_label_value(edge->condition), SL_TRUE))
      sl_error_clear(thread);
  }
}

static void append_conditions(const struct drawing *drawing, const struct box *from,
                              const struct box *to) {
  int limit = drawing->result->options->graph_conditional_edges_limit;
  if (limit == 0) return;
  struct condition_search search = {drawing, to,
                                    sl_dict(drawing->result->evaluation->nodes.thread, 0)};
  for (uint32_t i = 0; i < from->count; i++)
    bz_target_edges(node_of(drawing, from->members[i])->target, visit_edge, &search);
  if (sl_dict_length(search.found) == 0) return;
  sl_text_append_string(drawing->out, "  [label=\"");
  size_t cursor = 0;
  sl_value key, value;
  for (int n = 0; sl_dict_next(search.found, &cursor, &key, &value); n++) {
    if (n > 0) sl_text_append_string(drawing->out, "\\n");
    if (limit >= 0 && n == limit) {
      sl_text_append_string(drawing->out, "...");
      break;
    }
    bz_output_label(drawing->result, bz_label_of(key), drawing->out);
  }
  sl_text_append_string(drawing->out, "\"];\n");
}

static void append_edges(const struct drawing *drawing, uint32_t from) {
  for (uint32_t i = drawing->boxes.starts[from]; i < drawing->boxes.starts[from + 1]; i++) {
    const struct box *to = &drawing->box[drawing->boxes.items[i]];
    sl_text_append_string(drawing->out, "  ");
    append_box(drawing, &drawing->box[from]);
    sl_text_append_string(drawing->out, " -> ");
    append_box(drawing, to);
    sl_text_append_char(drawing->out, '\n');
    append_conditions(drawing, &drawing->box[from], to);
  }
}

bool bz_output_graph(struct sl_thread *thread, const struct bz_query_result *result,
                     struct sl_text *out) {
  (void)thread;
  struct drawing drawing = {.result = result, .out = out};
  drawing.sorted = bz_order_by_label(&result->evaluation->nodes, result->set);
  drawing.graph = bz_order_graph(result->evaluation, result->set, drawing.sorted);
  connect_boxes(&drawing, make_boxes(&drawing));
  uint32_t *order = bz_number_graph_topological(&drawing.boxes);
  sl_text_append_string(out, "digraph mygraph {\n  node [shape=box];\n");
  for (uint32_t i = 0; i < drawing.boxes.count; i++) {
    sl_text_append_string(out, "  ");
    append_box(&drawing, &drawing.box[order[i]]);
    sl_text_append_char(out, '\n');
    append_edges(&drawing, order[i]);
  }
  sl_text_append_string(out, "}\n");
  return true;
}
