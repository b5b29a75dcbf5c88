// SPDX-License-Identifier: Apache-2.0
//
// Lower: from the action graph to what an engine of files and processes can execute. Engines hand
// on files, not directories, so a tree artifact travels as one deterministic archive, made and
// opened by the tree tool around the action's own command.
#include "rules/graph/lower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/graph/describe.h"
#include "rules/graph/ids.h"
#include "runtime/object.h"

#define TREE_SUFFIX ".zip"

bool lower_needs_process(const struct bz_action *action) {
  if (action->kind == BZ_ACTION_SPAWN) return true;
  // A link to a generated file can only be made behind it.
  return action->kind == BZ_ACTION_SYMLINK && action->source && !action->source->is_source;
}

// A tree that an action makes. A runfiles tree is made with the execution root.
static bool is_tree(const struct bz_artifact *artifact) {
  return artifact->is_directory && !artifact->is_runfiles_tree;
}

char *bz_lowered_path(const struct bz_artifact *artifact) {
  char *path = NULL;
  if (asprintf(&path, "%s%s", artifact->path, is_tree(artifact) ? TREE_SUFFIX : "") < 0) abort();
  return path;
}

char *lower_tree_of(const char *path) {
  size_t length = strlen(path), suffix = strlen(TREE_SUFFIX);
  bool archive = length > suffix && strcmp(path + length - suffix, TREE_SUFFIX) == 0;
  return archive ? strndup(path, length - suffix) : NULL;
}

// ---------------------------------------------------------------- inputs

static void visit_runfiles(const struct bz_artifact *tree, lower_visit visit, void *data) {
  sl_value path, file;
  for (size_t cursor = 0; sl_dict_next(tree->action->runfiles, &cursor, &path, &file);)
    visit((const struct bz_artifact *)(const void *)file, data);
}

void lower_files(const struct bz_depset *depset, lower_visit visit, void *data) {
  for (uint32_t i = 0; i < depset->count; i++) {
    if (sl_has_type(depset->children[i], &bz_depset_type)) continue;
    const struct bz_artifact *file = (const struct bz_artifact *)(const void *)depset->children[i];
    if (file->is_runfiles_tree) {
      visit_runfiles(file, visit, data);
    } else {
      visit(file, data);
    }
  }
}

void lower_new_inputs(struct order *known, const struct bz_action *action, lower_visit visit,
                      void *data) {
  for (size_t i = order_add(known, ORDER_DEPSET, action->inputs); i < known->count; i++)
    lower_files(known->nodes[i].item, visit, data);
  if (action->source) visit(action->source, data);
}

// ---------------------------------------------------------------- trees

struct bz_label *lower_tree_tool(const struct bz_graph *graph) {
  struct sl_thread *thread = sl_thread_new();
  struct bz_workspace *workspace = bz_loader_workspace(bz_analysis_loader(graph->analysis));
  const char *name = bz_check_default.tree_tool;
  struct bz_label *label =
      bz_label_parse(thread, bz_workspace_main(workspace), "", name, strlen(name));
  sl_thread_free(thread);
  return label;
}

struct lower_trees lower_trees_begin(const struct bz_graph *graph) {
  return (struct lower_trees){.tool = bz_label_exec_path(lower_tree_tool(graph)),
                              .depsets = {.takes = order_takes_depsets}};
}

void lower_trees_end(struct lower_trees *trees) {
  order_free(&trees->depsets);
  free(trees->holds);
}

static bool takes_trees(const struct order_node *node, void *data) {
  struct lower_trees *trees = data;
  return node->kind == ORDER_DEPSET && trees->holds[order_id(&trees->depsets, node->item)];
}

static void note_tree(const struct bz_artifact *file, void *data) {
  if (is_tree(file)) *(bool *)data = true;
}

// Finds out about the depsets in one that was not met before. Each stands behind those in it.
static void learn(struct lower_trees *trees, const void *depset) {
  size_t i = order_add(&trees->depsets, ORDER_DEPSET, depset);
  if (trees->capacity <= trees->depsets.count) {
    trees->capacity = trees->depsets.count * 2;
    trees->holds = realloc(trees->holds, trees->capacity * sizeof *trees->holds);
    if (!trees->holds) abort();
  }
  for (; i < trees->depsets.count; i++) {
    const struct order_node *node = &trees->depsets.nodes[i];
    struct order_node inner;
    bool holds = false;
    lower_files(node->item, note_tree, &holds);
    for (size_t cursor = 0; !holds && order_next(node, &cursor, &inner);)
      holds = takes_trees(&inner, trees);
    trees->holds[order_id(&trees->depsets, node->item)] = holds;
  }
}

static bool reads_trees(struct lower_trees *trees, const struct bz_action *action) {
  struct order_node all = {ORDER_DEPSET, action->inputs};
  learn(trees, action->inputs);
  return takes_trees(&all, trees);
}

bool lower_has_trees(struct lower_trees *trees, const struct bz_action *action) {
  for (size_t i = 0; i < action->output_count; i++)
    if (is_tree(action->outputs[i])) return true;
  return reads_trees(trees, action);
}

// ---------------------------------------------------------------- command lines

static bool push_text(struct sl_thread *thread, sl_value list, const char *text) {
  return sl_list_push(thread, list, sl_string_from(text));
}

bool bz_lowered_environment(struct sl_thread *thread, sl_value words,
                            const struct bz_action *action) {
  if (!push_text(thread, words, "/usr/bin/env") || !push_text(thread, words, "-i")) return false;
  sl_value key, value;
  for (size_t cursor = 0;
       action->environment && sl_dict_next(action->environment, &cursor, &key, &value);)
    if (!sl_list_push(thread, words,
                      sl_string_format("%s=%s", sl_string_bytes(key), sl_string_bytes(value))))
      return false;
  return true;
}

// Puts "--in TREE" for each tree among an action's inputs.
struct tree_inputs {
  struct sl_thread *thread;
  sl_value list;
  struct ids seen;
  bool failed;
};

static void push_tree_input(const struct bz_artifact *input, void *data) {
  struct tree_inputs *inputs = data;
  bool is_new = false;
  if (is_tree(input)) ids_of_pointer(&inputs->seen, input, &is_new);
  if (is_new && !(push_text(inputs->thread, inputs->list, "--in") &&
                  push_text(inputs->thread, inputs->list, input->path)))
    inputs->failed = true;
}

static bool push_tree_inputs(struct sl_thread *thread, sl_value list, struct lower_trees *trees,
                             const struct bz_action *action) {
  struct tree_inputs inputs = {.thread = thread, .list = list};
  if (reads_trees(trees, action)) {
    struct order with_trees = {.takes = takes_trees, .data = trees};
    lower_new_inputs(&with_trees, action, push_tree_input, &inputs);
    order_free(&with_trees);
  }
  ids_free(&inputs.seen);
  return !inputs.failed;
}

// The tree tool with the trees of an action; nothing when it has none.
static bool push_tree_tool(struct sl_thread *thread, sl_value list, const struct bz_graph *graph,
                           struct lower_trees *trees, const struct bz_action *action) {
  sl_value words = sl_list(thread, NULL, 0);
  if (!push_tree_inputs(thread, words, trees, action)) return false;
  for (size_t i = 0; i < action->output_count; i++) {
    const struct bz_artifact *output = action->outputs[i];
    if (is_tree(output) &&
        !(push_text(thread, words, "--out") && push_text(thread, words, output->path)))
      return false;
  }
  if (sl_list_length(words) == 0) return true;
  return push_text(thread, list, graph->python) && push_text(thread, list, "-I") &&
         push_text(thread, list, "-S") && push_text(thread, list, trees->tool) &&
         sl_list_extend(thread, list, words) && push_text(thread, list, "--");
}

// A link to a generated file: made anew, relative, so that the execution root can move.
static sl_value link_arguments(struct sl_thread *thread, const struct bz_action *action) {
  sl_value list = sl_list(thread, NULL, 0);
  struct sl_text target = {0};
  for (const char *c = action->outputs[0]->path; *c; c++)
    if (*c == '/') sl_text_append_string(&target, "../");
  sl_text_append_string(&target, action->source->path);
  bool done = push_text(thread, list, "/bin/ln") && push_text(thread, list, "-sfn") &&
              push_text(thread, list, sl_text_string(&target)) &&
              push_text(thread, list, action->outputs[0]->path);
  sl_text_free(&target);
  return done ? list : NULL;
}

sl_value lower_arguments(struct sl_thread *thread, const struct bz_graph *graph,
                         struct lower_trees *trees, const struct bz_action *action) {
  if (action->kind == BZ_ACTION_SYMLINK) return link_arguments(thread, action);
  sl_value arguments = bz_action_arguments(thread, action);
  if (!arguments) return NULL;
  sl_value list = sl_list(thread, NULL, 0);
  if (!bz_lowered_environment(thread, list, action) ||
      !push_tree_tool(thread, list, graph, trees, action))
    return NULL;
  return sl_list_extend(thread, list, arguments) ? list : NULL;
}

sl_value bz_lowered_arguments(struct sl_thread *thread, const struct bz_graph *graph,
                              const struct bz_action *action) {
  struct lower_trees trees = lower_trees_begin(graph);
  sl_value arguments = lower_arguments(thread, graph, &trees, action);
  lower_trees_end(&trees);
  return arguments;
}

bool bz_lowered_command(struct sl_thread *thread, const struct bz_graph *graph,
                        const struct bz_action *action, struct sl_text *out) {
  sl_value arguments = bz_lowered_arguments(thread, graph, action);
  for (size_t i = 0; arguments && i < sl_list_length(arguments); i++) {
    sl_value argument = sl_list_get(arguments, i);
    if (i) sl_text_append_char(out, ' ');
    bz_args_quote(out, sl_string_bytes(argument), sl_string_length(argument));
  }
  return arguments != NULL;
}
