// SPDX-License-Identifier: Apache-2.0
//
// Packages: the query functions about packages, the files they are made from, and who may see what is in them.
#include <string.h>

#include "rules/query/state.h"

// The packages of a set's members, each once, in order of the members.
struct package_list {
  struct bz_package **items;
  size_t count;
};

static struct package_list packages_of(const struct bz_query_nodes *nodes,
                                       const struct bz_query_set *set) {
  struct package_list packages = {sl_allocate((set->count + 1) * sizeof(struct bz_package *)), 0};
  sl_value seen = sl_dict(nodes->thread, 0);
  for (uint32_t i = 0; i < set->count; i++) {
    struct bz_package *package = nodes->items[set->items[i]].target->package;
    sl_value key = bz_label_value(bz_label_make(package->repository, package->name, ""));
    size_t before = sl_dict_length(seen);
    // A label is hashable and the dict is new: this cannot fail.
    if (!sl_dict_set(nodes->thread, seen, key, SL_TRUE)) sl_error_clear(nodes->thread);
    if (sl_dict_length(seen) > before) packages.items[packages.count++] = package;
  }
  return packages;
}

static bool evaluate_packages(struct bz_evaluation *evaluation, const struct bz_expression *call,
                              struct package_list *packages) {
  struct bz_query_set set = {0};
  if (!bz_evaluate(evaluation, call->arguments[0].expression, &set)) return false;
  *packages = packages_of(&evaluation->nodes, &set);
  return true;
}

bool bz_query_siblings(struct bz_evaluation *evaluation, const struct bz_expression *call,
                       struct bz_query_set *out) {
  struct package_list packages;
  if (!evaluate_packages(evaluation, call, &packages)) return false;
  for (size_t i = 0; i < packages.count; i++) {
    const struct bz_package *package = packages.items[i];
    for (size_t j = 0; j < package->target_count; j++)
      bz_query_set_add(out, bz_query_nodes_of_target(&evaluation->nodes, package->targets[j]));
  }
  return true;
}

// ---------------------------------------------------------------- files that packages are made from

static void add_build_file(struct bz_query_nodes *nodes, struct bz_package *package,
                           struct bz_query_set *out) {
  struct bz_label *label = bz_label_make(package->repository, package->name, package->build_file);
  bz_query_set_add(out, bz_query_nodes_of_file(nodes, label, package));
}

// The .bzl files that a package loads, and with `build_files` the BUILD files of the packages they are in.
static void add_loads(struct bz_query_nodes *nodes, struct bz_package *package, bool build_files,
                      struct bz_query_set *out) {
  for (size_t i = 0; package->loads && i < sl_list_length(package->loads); i++) {
    struct bz_label *label = bz_label_of(sl_list_get(package->loads, i));
    uint32_t node = bz_query_nodes_of_file(nodes, label, package);
    bz_query_set_add(out, node);
    if (build_files) add_build_file(nodes, nodes->items[node].target->package, out);
  }
}

bool bz_query_buildfiles(struct bz_evaluation *evaluation, const struct bz_expression *call,
                         struct bz_query_set *out) {
  struct package_list packages;
  if (!evaluate_packages(evaluation, call, &packages)) return false;
  for (size_t i = 0; i < packages.count; i++) {
    add_build_file(&evaluation->nodes, packages.items[i], out);
    add_loads(&evaluation->nodes, packages.items[i], true, out);
  }
  return true;
}

bool bz_query_loadfiles(struct bz_evaluation *evaluation, const struct bz_expression *call,
                        struct bz_query_set *out) {
  struct package_list packages;
  if (!evaluate_packages(evaluation, call, &packages)) return false;
  for (size_t i = 0; i < packages.count; i++)
    add_loads(&evaluation->nodes, packages.items[i], false, out);
  return true;
}

static bool is_named(const struct bz_expression *call, const struct bz_label *file) {
  const char *path = bz_label_exec_path(file);
  for (size_t i = 0; i < call->argument_count; i++)
    if (strcmp(call->arguments[i].word, path) == 0) return true;
  return false;
}

static bool depends_on_named(const struct bz_expression *call, const struct bz_package *package) {
  if (is_named(call, bz_label_make(package->repository, package->name, package->build_file)))
    return true;
  for (size_t i = 0; package->loads && i < sl_list_length(package->loads); i++)
    if (is_named(call, bz_label_of(sl_list_get(package->loads, i)))) return true;
  return false;
}

bool bz_query_rbuildfiles(struct bz_evaluation *evaluation, const struct bz_expression *call,
                          struct bz_query_set *out) {
  struct bz_query_set closure = {0};
  if (!bz_evaluate_closure(evaluation, call, &evaluation->universe, -1, &closure)) return false;
  struct package_list packages = packages_of(&evaluation->nodes, &closure);
  for (size_t i = 0; i < packages.count; i++)
    if (depends_on_named(call, packages.items[i]))
      add_build_file(&evaluation->nodes, packages.items[i], out);
  return true;
}

// ---------------------------------------------------------------- neighbours

bool bz_query_same_pkg_direct_rdeps(struct bz_evaluation *evaluation,
                                    const struct bz_expression *call, struct bz_query_set *out) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  struct bz_query_set to = {0};
  if (!bz_evaluate(evaluation, call->arguments[0].expression, &to)) return false;
  struct package_list packages = packages_of(nodes, &to);
  for (size_t i = 0; i < packages.count; i++) {
    struct bz_package *package = packages.items[i];
    for (size_t j = 0; j < package->target_count; j++) {
      uint32_t number = bz_query_nodes_of_target(nodes, package->targets[j]);
      bz_query_nodes_expand(nodes, number);
      const struct bz_query_node *node = &nodes->items[number];
      for (uint32_t k = 0; k < node->successor_count; k++) {
        uint32_t successor = node->successors[k];
        if (bz_query_set_has(&to, successor) && nodes->items[successor].target->package == package)
          bz_query_set_add(out, number);
      }
    }
  }
  return true;
}

// 1, 0, or -1 with an error pending.
static int is_visible_to_all(struct bz_query_nodes *nodes, const struct bz_target *target,
                             const struct package_list *packages) {
  if (target->kind == BZ_TARGET_PACKAGE_GROUP) return 1;
  int visible = 1;
  for (size_t i = 0; i < packages->count && visible == 1; i++)
    visible = bz_target_is_visible(nodes->thread, nodes->loader, target, packages->items[i]);
  return visible;
}

bool bz_query_visible(struct bz_evaluation *evaluation, const struct bz_expression *call,
                      struct bz_query_set *out) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  struct package_list from;
  struct bz_query_set set = {0};
  if (!evaluate_packages(evaluation, call, &from) ||
      !bz_evaluate(evaluation, call->arguments[1].expression, &set))
    return false;
  for (uint32_t i = 0; i < set.count; i++) {
    int visible = is_visible_to_all(nodes, nodes->items[set.items[i]].target, &from);
    if (visible == 1) bz_query_set_add(out, set.items[i]);
    if (visible < 0 &&
        !bz_evaluate_fail_softly(evaluation, call, "%s", sl_error_message(nodes->thread)))
      return false;
  }
  return true;
}
