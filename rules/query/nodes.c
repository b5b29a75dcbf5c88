// SPDX-License-Identifier: Apache-2.0
//
// Nodes: the graph that queries walk, grown on demand. A node stands for a label before its target is loaded, so that an edge
// to something that is not there is an error only for those who follow it. Invariant: a node's number never changes.
#include <stdlib.h>

#include "rules/query/state.h"

void bz_query_nodes_initialize(struct bz_query_nodes *nodes, struct sl_thread *thread,
                               struct bz_loader *loader) {
  *nodes = (struct bz_query_nodes){.thread = thread, .loader = loader};
  struct sl_mutability *before = sl_thread_set_mutability(thread, sl_mutability_new());
  for (size_t i = 0; i < 2; i++) nodes->index[i] = sl_dict(thread, 0);
  sl_thread_set_mutability(thread, before);
}

static uint32_t intern(struct bz_query_nodes *nodes, struct bz_label *label, bool is_tool) {
  sl_value known = sl_dict_get(nodes->thread, nodes->index[is_tool], bz_label_value(label));
  if (known) return (uint32_t)sl_small_int(known);
  if (nodes->count == nodes->capacity) {
    nodes->capacity = nodes->capacity ? nodes->capacity * 2 : 256;
    size_t size = nodes->capacity * sizeof *nodes->items;
    nodes->items = nodes->items ? sl_reallocate(nodes->items, size) : sl_allocate(size);
  }
  uint32_t node = nodes->count++;
  nodes->items[node] = (struct bz_query_node){.label = label};
  // A label is hashable and the dict is our own: this cannot fail.
  if (!sl_dict_set(nodes->thread, nodes->index[is_tool], bz_label_value(label), sl_int(node)))
    sl_error_clear(nodes->thread);
  return node;
}

uint32_t bz_query_nodes_of_label(struct bz_query_nodes *nodes, struct bz_label *label) {
  return intern(nodes, label, false);
}

uint32_t bz_query_nodes_of_target(struct bz_query_nodes *nodes, struct bz_target *target) {
  uint32_t node = intern(nodes, target->label, false);
  nodes->items[node].target = target;
  if (target->package->contains_errors) nodes->has_errors = true;
  return node;
}

uint32_t bz_query_nodes_of_configured(struct bz_query_nodes *nodes, struct bz_target *target,
                                      struct bz_configured_target *configured) {
  bool is_tool = configured->configuration && configured->configuration->is_tool;
  uint32_t node = intern(nodes, target->label, is_tool);
  nodes->items[node].target = target;
  nodes->items[node].configured = configured;
  return node;
}

static void report_missing(struct bz_query_nodes *nodes, const struct bz_target *referrer) {
  const struct bz_workspace *workspace = bz_loader_workspace(nodes->loader);
  const char *message = sl_error_message(nodes->thread);
  if (referrer) {
    bz_event(workspace, BZ_ERROR, bz_target_location(referrer), "%s and referenced by '%s'",
             message, bz_label_text(referrer->label));
  } else {
    bz_event(workspace, BZ_ERROR, NULL, "%s", message);
  }
  sl_error_clear(nodes->thread);
  nodes->has_errors = true;
}

struct bz_target *bz_query_nodes_find(struct bz_query_nodes *nodes, uint32_t number) {
  struct bz_query_node *node = &nodes->items[number];
  if (node->target) return node->target;
  node->target = bz_target_load(nodes->thread, nodes->loader, node->label);
  if (node->target && node->target->package->contains_errors) nodes->has_errors = true;
  return node->target;
}

// Loads a node's target. NULL: there is none; that was reported, once, with `referrer` (or NULL) as who asks.
static struct bz_target *load_node(struct bz_query_nodes *nodes, uint32_t number,
                                   const struct bz_target *referrer) {
  struct bz_query_node *node = &nodes->items[number];
  if (node->missing) return NULL;
  struct bz_target *target = bz_query_nodes_find(nodes, number);
  if (target) return target;
  node->missing = true;
  report_missing(nodes, referrer);
  return NULL;
}

// A file that was loaded need not be a target; then a source file stands for it.
static struct bz_target *new_file_target(struct bz_label *label, struct bz_package *package) {
  struct bz_target *target = sl_allocate(sizeof *target);
  target->kind = BZ_TARGET_SOURCE_FILE;
  target->label = label;
  target->package = package;
  target->position = (struct sl_position){1, 1};
  char *path = bz_file_absolute(label->repository, bz_label_path(label));
  target->file = bz_text_copy(path ? path : bz_label_exec_path(label));
  free(path);
  return target;
}

uint32_t bz_query_nodes_of_file(struct bz_query_nodes *nodes, struct bz_label *label,
                                struct bz_package *loaded_by) {
  uint32_t number = bz_query_nodes_of_label(nodes, label);
  if (bz_query_nodes_find(nodes, number)) return number;
  sl_error_clear(nodes->thread);
  struct bz_package *package =
      bz_package_load(nodes->thread, nodes->loader, label->repository, label->package);
  if (!package) sl_error_clear(nodes->thread);
  nodes->items[number].target = new_file_target(label, package ? package : loaded_by);
  return number;
}

// ---------------------------------------------------------------- edges

struct expansion {
  struct bz_query_nodes *nodes;
  const struct bz_target *target;
  struct bz_query_set found;
};

bool bz_query_edge_is_nodep(const struct bz_attribute *attribute) {
  return attribute &&
         (attribute->type == BZ_TYPE_NODEP_LABEL || attribute->type == BZ_TYPE_NODEP_LABEL_LIST);
}

bool bz_query_edge_is_wanted(const struct bz_query_nodes *nodes, const struct bz_target *target,
                             const struct bz_attribute *attribute) {
  // A rule's edge without an attribute leads to a toolchain.
  if (!attribute) return nodes->implicit_deps || target->kind != BZ_TARGET_RULE;
  if (!nodes->tool_deps && (attribute->flags & BZ_ATTRIBUTE_EXEC)) return false;
  if (!nodes->nodep_deps && bz_query_edge_is_nodep(attribute)) return false;
  if (nodes->implicit_deps) return true;
  size_t index = (size_t)(attribute - target->rule_class->attributes);
  return index < target->rule_class->attribute_count && bz_target_is_explicit(target, index);
}

static void add_label(struct expansion *expansion, sl_value label) {
  bz_query_set_add(&expansion->found,
                   bz_query_nodes_of_label(expansion->nodes, bz_label_of(label)));
}

static void visit_edge(const struct bz_edge *edge, void *data) {
  struct expansion *expansion = data;
  if (bz_query_edge_is_wanted(expansion->nodes, expansion->target, edge->attribute))
    bz_query_set_add(&expansion->found, bz_query_nodes_of_label(expansion->nodes, edge->to));
}

// What an aspect needs for itself, wherever it goes.
static void visit_aspect(sl_value aspect, struct expansion *expansion) {
  size_t count;
  const struct bz_attribute *attributes = bz_aspect_attributes(aspect, &count);
  for (size_t i = 0; attributes && i < count; i++) {
    sl_value value = attributes[i].default_value;
    bool is_tool = attributes[i].flags & BZ_ATTRIBUTE_EXEC;
    if (!value || !bz_type_is_label(attributes[i].type) ||
        (is_tool && !expansion->nodes->tool_deps))
      continue;
    if (bz_is_label(value)) add_label(expansion, value);
    for (size_t j = 0; sl_is_list(value) && j < sl_list_length(value); j++)
      add_label(expansion, sl_list_get(value, j));
  }
}

// As Bazel's --aspect_deps=conservative has it, every aspect that a rule may put on what it depends on counts.
static void visit_aspects(const struct bz_rule_class *rule_class, struct expansion *expansion) {
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    sl_value aspects = rule_class->attributes[i].aspects;
    for (size_t j = 0; aspects && j < sl_list_length(aspects); j++)
      visit_aspect(sl_list_get(aspects, j), expansion);
  }
}

static void visit_dependency(struct bz_configured_target *dependency,
                             const struct bz_attribute *attribute, void *data) {
  struct expansion *expansion = data;
  if (bz_query_edge_is_wanted(expansion->nodes, expansion->target, attribute))
    bz_query_set_add(&expansion->found, bz_query_nodes_of_configured(
                                            expansion->nodes, dependency->target, dependency));
}

static void expand_configured(struct expansion *expansion,
                              struct bz_configured_target *configured) {
  if (configured->target == expansion->target) {
    bz_configured_target_each_dependency(configured, visit_dependency, expansion);
  } else {  // an alias
    bz_query_set_add(&expansion->found, bz_query_nodes_of_configured(
                                            expansion->nodes, configured->target, configured));
  }
}

void bz_query_nodes_expand(struct bz_query_nodes *nodes, uint32_t number) {
  if (nodes->items[number].expanded) return;
  struct expansion expansion = {.nodes = nodes, .target = nodes->items[number].target};
  if (nodes->analysis) {
    expand_configured(&expansion, nodes->items[number].configured);
  } else {
    bz_target_edges(nodes->items[number].target, visit_edge, &expansion);
    const struct bz_rule_class *rule_class = expansion.target->rule_class;
    if (rule_class && nodes->implicit_deps) visit_aspects(rule_class, &expansion);
  }
  struct bz_query_node *node = &nodes->items[number];  // interning may have moved it
  node->successors = expansion.found.items;
  node->successor_count = expansion.found.count;
  node->expanded = true;
}

// ---------------------------------------------------------------- walks

// Adds the successors of one node that are there.
static void follow(struct bz_query_nodes *nodes, uint32_t number, struct bz_query_set *out) {
  bz_query_nodes_expand(nodes, number);
  nodes->items[number].connected = true;
  struct bz_query_node node = nodes->items[number];
  for (uint32_t i = 0; i < node.successor_count; i++)
    if (load_node(nodes, node.successors[i], node.target))
      bz_query_set_add(out, node.successors[i]);
}

void bz_query_nodes_closure(struct bz_query_nodes *nodes, const struct bz_query_set *from,
                            int64_t depth, struct bz_query_set *out) {
  struct bz_query_set reached = {0};
  bz_query_set_add_all(&reached, from);
  // Nodes stand in `reached` by distance: [next, end) are those of the current one.
  for (uint32_t next = 0, end = reached.count; next < end && depth != 0; end = reached.count) {
    while (next < end) follow(nodes, reached.items[next++], &reached);
    if (depth > 0) depth--;
  }
  bz_query_set_add_all(out, &reached);
}

struct bz_number_graph bz_query_nodes_predecessors(const struct bz_query_nodes *nodes,
                                                   const struct bz_query_set *among) {
  uint32_t edge_count = 0;
  for (uint32_t i = 0; i < among->count; i++)
    edge_count += nodes->items[among->items[i]].successor_count;
  struct bz_number_graph graph = {nodes->count, bz_numbers_new(nodes->count),
                                  bz_numbers_new(edge_count)};
  uint32_t end = 0;
  for (uint32_t i = 0; i < nodes->count; i++) {
    const struct bz_query_node *node = &nodes->items[i];
    graph.starts[i] = end;
    for (uint32_t j = 0; j < node->successor_count && bz_query_set_has(among, i); j++)
      graph.items[end++] = node->successors[j];
  }
  graph.starts[nodes->count] = end;
  return bz_number_graph_turn_around(&graph);
}
