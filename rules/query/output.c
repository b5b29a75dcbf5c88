// SPDX-License-Identifier: Apache-2.0
//
// Output: the table of output formats, and those that print a line for each target. Adding a format is adding a row.
#include <stdlib.h>
#include <string.h>

#include "rules/query/state.h"

void bz_output_label(const struct bz_query_result *result, const struct bz_label *label,
                     struct sl_text *out) {
  if (result->options->consistent_labels) {
    bz_label_canonical(label, out);
  } else {
    bz_label_display(label, out);
  }
}

const char *bz_output_label_text(const struct bz_query_result *result,
                                 const struct bz_label *label) {
  struct sl_text text = {0};
  bz_output_label(result, label, &text);
  const char *copy = bz_text_copy(sl_text_string(&text));
  sl_text_free(&text);
  return copy;
}

const char *bz_output_attribute(const struct bz_attribute *attribute) {
  if (*attribute->name != '_') return attribute->name;
  return bz_text_format("$%s", attribute->name + 1);
}

// "PATH:LINE:COL". A source file is where it is, its first line.
void bz_output_location(const struct bz_query_result *result, const struct bz_target *target,
                        struct sl_text *out) {
  const char *root = bz_workspace_root(target->label->repository->workspace);
  size_t root_length = strlen(root);
  const char *place = bz_target_location(target);
  char *path = NULL;
  if (target->kind == BZ_TARGET_SOURCE_FILE) {
    path = bz_file_absolute(target->label->repository, bz_label_path(target->label));
    place = path ? path : bz_label_exec_path(target->label);
  }
  bool is_below_root = strncmp(place, root, root_length) == 0 && place[root_length] == '/';
  if (result->options->relative_locations && is_below_root) place += root_length + 1;
  sl_text_append_string(out, place);
  if (target->kind == BZ_TARGET_SOURCE_FILE) sl_text_append_string(out, ":1:1");
  free(path);
}

// ---------------------------------------------------------------- inputs of rules

static int compare_labels(const void *a, const void *b) {
  return bz_label_compare(*(const struct bz_label *const *)a, *(const struct bz_label *const *)b);
}

struct input_search {
  const struct bz_query_nodes *nodes;
  const struct bz_target *rule;
  struct bz_label_list found;
};

static void collect_input(const struct bz_edge *edge, void *data) {
  struct input_search *search = data;
  if (bz_query_edge_is_nodep(edge->attribute)) return;
  if (!bz_query_edge_is_wanted(search->nodes, search->rule, edge->attribute)) return;
  struct bz_label_list *found = &search->found;
  size_t size = (found->count + 1) * sizeof(struct bz_label *);
  found->items = found->items ? sl_reallocate(found->items, size) : sl_allocate(size);
  found->items[found->count++] = edge->to;
}

struct bz_label_list bz_output_inputs(const struct bz_query_result *result,
                                      struct bz_target *rule) {
  struct input_search search = {&result->evaluation->nodes, rule, {0}};
  bz_target_edges(rule, collect_input, &search);
  struct bz_label_list *found = &search.found;
  if (found->count) qsort(found->items, found->count, sizeof *found->items, compare_labels);
  size_t count = 0;
  for (size_t i = 0; i < found->count; i++)
    if (i == 0 || found->items[i] != found->items[i - 1]) found->items[count++] = found->items[i];
  found->count = count;
  return *found;
}

// ---------------------------------------------------------------- lines

static void end_line(const struct bz_query_result *result, struct sl_text *out) {
  sl_text_append_char(out, result->options->line_terminator_null ? '\0' : '\n');
}

static const struct bz_query_node *node_of(const struct bz_query_result *result, uint32_t i) {
  return &result->evaluation->nodes.items[result->order[i]];
}

static bool write_label(struct sl_thread *thread, const struct bz_query_result *result,
                        struct sl_text *out) {
  (void)thread;
  for (uint32_t i = 0; i < result->set->count; i++) {
    bz_output_label(result, node_of(result, i)->label, out);
    end_line(result, out);
  }
  return true;
}

static void append_kind_and_label(const struct bz_query_result *result,
                                  const struct bz_query_node *node, struct sl_text *out) {
  sl_text_append_string(out, bz_target_kind_text(node->target));
  sl_text_append_char(out, ' ');
  bz_output_label(result, node->label, out);
  end_line(result, out);
}

static bool write_label_kind(struct sl_thread *thread, const struct bz_query_result *result,
                             struct sl_text *out) {
  (void)thread;
  for (uint32_t i = 0; i < result->set->count; i++)
    append_kind_and_label(result, node_of(result, i), out);
  return true;
}

static bool write_location(struct sl_thread *thread, const struct bz_query_result *result,
                           struct sl_text *out) {
  (void)thread;
  for (uint32_t i = 0; i < result->set->count; i++) {
    bz_output_location(result, node_of(result, i)->target, out);
    sl_text_append_string(out, ": ");
    append_kind_and_label(result, node_of(result, i), out);
  }
  return true;
}

// ---------------------------------------------------------------- packages

static int compare_strings(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// "p", or "@r//p": a label without its target.
static const char *package_text(const struct bz_query_result *result,
                                const struct bz_label *label) {
  struct bz_repository *repository = label->repository;
  if (repository == bz_workspace_main(repository->workspace)) return label->package;
  struct sl_text text = {0};
  bz_output_label(result, bz_label_make(repository, label->package, ":"), &text);
  const char *package =
      bz_text_format("%.*s", (int)strcspn(sl_text_string(&text), ":"), sl_text_string(&text));
  sl_text_free(&text);
  return package;
}

static bool write_package(struct sl_thread *thread, const struct bz_query_result *result,
                          struct sl_text *out) {
  (void)thread;
  const char **packages = sl_allocate((result->set->count + 1) * sizeof(const char *));
  for (uint32_t i = 0; i < result->set->count; i++)
    packages[i] = package_text(result, node_of(result, i)->label);
  qsort(packages, result->set->count, sizeof *packages, compare_strings);
  for (uint32_t i = 0; i < result->set->count; i++) {
    if (i > 0 && strcmp(packages[i], packages[i - 1]) == 0) continue;
    sl_text_append_string(out, packages[i]);
    end_line(result, out);
  }
  return true;
}

// ---------------------------------------------------------------- ranks

static int compare_ranks(const void *a, const void *b, void *data) {
  const uint32_t *ranks = data;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return ranks[x] != ranks[y] ? (ranks[x] > ranks[y] ? 1 : -1) : (x > y) - (x < y);
}

static bool write_ranks(const struct bz_query_result *result, bool greatest, struct sl_text *out) {
  const struct bz_query_nodes *nodes = &result->evaluation->nodes;
  uint32_t count = result->set->count;
  const uint32_t *sorted = bz_order_by_label(nodes, result->set);
  struct bz_number_graph graph = bz_order_graph(result->evaluation, result->set, sorted);
  uint32_t *ranks = bz_number_graph_ranks(&graph, greatest);
  uint32_t *order = sl_allocate_atomic((count + 1) * sizeof *order);
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  qsort_r(order, count, sizeof *order, compare_ranks, ranks);
  for (uint32_t i = 0; i < count; i++) {
    sl_text_append_integer(out, ranks[order[i]]);
    sl_text_append_char(out, ' ');
    bz_output_label(result, nodes->items[sorted[order[i]]].label, out);
    end_line(result, out);
  }
  return true;
}

static bool write_minrank(struct sl_thread *thread, const struct bz_query_result *result,
                          struct sl_text *out) {
  (void)thread;
  return write_ranks(result, false, out);
}

static bool write_maxrank(struct sl_thread *thread, const struct bz_query_result *result,
                          struct sl_text *out) {
  (void)thread;
  return write_ranks(result, true, out);
}

// ---------------------------------------------------------------- the table

const struct bz_query_output *bz_query_output_find(const char *name) {
  for (const struct bz_query_output *row = bz_query_outputs; row->name; row++)
    if (strcmp(row->name, name) == 0) return row;
  return NULL;
}

const struct bz_query_output bz_query_outputs[] = {
    {"build", "Rules as a BUILD file would have them, macros expanded.", bz_output_build},
    {"graph", "A graph for Graphviz.", bz_output_graph},
    {"label", "Labels, one a line (the default).", write_label},
    {"label_kind", "Kind and label.", write_label_kind},
    {"location", "Where it is defined, kind and label.", write_location},
    {"maxrank", "The length of the longest path to it, and the label.", write_maxrank},
    {"minrank", "The length of the shortest path to it, and the label.", write_minrank},
    {"package", "Packages.", write_package},
    {"proto", "Targets as a QueryResult message of Bazel's build.proto.", bz_output_proto},
    {"streamed_jsonproto", "Target messages as JSON, one a line.", bz_output_streamed_jsonproto},
    {"streamed_proto", "Target messages, each with its length before it.",
     bz_output_streamed_proto},
    {"textproto", "A QueryResult as protobuf text.", bz_output_textproto},
    {"xml", "Rules with their attributes as XML.", bz_output_xml},
    {NULL, NULL, NULL},
};
