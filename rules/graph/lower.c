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

// ---------------------------------------------------------------- command lines

static bool push_text(struct sl_thread *thread, sl_value list, const char *text) {
  return sl_list_push(thread, list, sl_string_from(text));
}

static const struct bz_artifact *artifact_at(sl_value list, size_t i) {
  return (const struct bz_artifact *)(const void *)sl_list_get(list, i);
}

const char *lower_tree_tool(const struct bz_graph *graph) {
  struct sl_thread *thread = sl_thread_new();
  struct bz_workspace *workspace = bz_loader_workspace(bz_analysis_loader(graph->analysis));
  const char *name = bz_check_default.tree_tool;
  struct bz_label *label =
      bz_label_parse(thread, bz_workspace_main(workspace), "", name, strlen(name));
  sl_thread_free(thread);
  return bz_label_exec_path(label);
}

static bool push_environment(struct sl_thread *thread, sl_value list,
                             const struct bz_action *action) {
  if (!push_text(thread, list, "/usr/bin/env") || !push_text(thread, list, "-i")) return false;
  sl_value key, value;
  for (size_t cursor = 0;
       action->environment && sl_dict_next(action->environment, &cursor, &key, &value);)
    if (!sl_list_push(thread, list,
                      sl_string_format("%s=%s", sl_string_bytes(key), sl_string_bytes(value))))
      return false;
  return true;
}

// The tree tool with the trees of an action; nothing when it has none.
static bool push_tree_tool(struct sl_thread *thread, sl_value list, const struct bz_graph *graph,
                           const struct bz_action *action, sl_value inputs) {
  bool any = false;
  for (size_t i = 0; i < sl_list_length(inputs); i++) any |= is_tree(artifact_at(inputs, i));
  for (size_t i = 0; i < action->output_count; i++) any |= is_tree(action->outputs[i]);
  if (!any) return true;
  if (!push_text(thread, list, graph->python) || !push_text(thread, list, "-I") ||
      !push_text(thread, list, "-S") || !push_text(thread, list, lower_tree_tool(graph)))
    return false;
  for (size_t i = 0; i < sl_list_length(inputs); i++) {
    const struct bz_artifact *input = artifact_at(inputs, i);
    if (is_tree(input) &&
        !(push_text(thread, list, "--in") && push_text(thread, list, input->path)))
      return false;
  }
  for (size_t i = 0; i < action->output_count; i++) {
    const struct bz_artifact *output = action->outputs[i];
    if (is_tree(output) &&
        !(push_text(thread, list, "--out") && push_text(thread, list, output->path)))
      return false;
  }
  return push_text(thread, list, "--");
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

sl_value bz_lowered_arguments(struct sl_thread *thread, const struct bz_graph *graph,
                              const struct bz_action *action) {
  if (action->kind == BZ_ACTION_SYMLINK) return link_arguments(thread, action);
  sl_value inputs = bz_depset_to_list(thread, action->inputs);
  sl_value arguments = inputs ? bz_action_arguments(thread, action) : NULL;
  if (!arguments) return NULL;
  sl_value list = sl_list(thread, NULL, 0);
  if (!push_environment(thread, list, action) ||
      !push_tree_tool(thread, list, graph, action, inputs))
    return NULL;
  return sl_list_extend(thread, list, arguments) ? list : NULL;
}

bool bz_lowered_command(struct sl_thread *thread, const struct bz_graph *graph,
                        const struct bz_action *action, struct sl_text *out) {
  sl_value arguments = bz_lowered_arguments(thread, graph, action);
  for (size_t i = 0; arguments && i < sl_list_length(arguments); i++) {
    sl_value argument = sl_list_get(arguments, i);
    if (i) sl_text_append_char(out, ' ');
    describe_quoted(sl_string_bytes(argument), sl_string_length(argument), out);
  }
  return arguments != NULL;
}

// ---------------------------------------------------------------- inputs

bool lower_inputs(struct sl_thread *thread, const struct bz_action *action, lower_visit visit,
                  void *data) {
  sl_value inputs = bz_depset_to_list(thread, action->inputs);
  if (!inputs) return false;
  for (size_t i = 0; i < sl_list_length(inputs); i++) {
    const struct bz_artifact *input = artifact_at(inputs, i);
    if (!input->is_runfiles_tree) {
      visit((struct bz_artifact *)(uintptr_t)input, data);
      continue;
    }
    sl_value path, file;
    for (size_t cursor = 0; sl_dict_next(input->action->runfiles, &cursor, &path, &file);)
      visit((struct bz_artifact *)(void *)file, data);
  }
  if (action->source) visit(action->source, data);
  return true;
}

// ---------------------------------------------------------------- closures

// Actions in order of completion; those whose inputs are being looked at wait on a stack.
struct closure {
  struct sl_thread *thread;
  struct ids seen;
  struct bz_action **items;
  size_t count;
  size_t capacity;
  struct bz_action **stack;
  size_t depth;
  size_t stack_capacity;
};

static void grow(struct bz_action ***items, size_t count, size_t *capacity) {
  if (count < *capacity) return;
  *capacity = *capacity ? *capacity * 2 : 64;
  *items = *items ? sl_reallocate(*items, *capacity * sizeof **items)
                  : sl_allocate(*capacity * sizeof **items);
}

static void push_producer(struct bz_artifact *input, void *data) {
  struct closure *closure = data;
  bool is_new = false;
  if (input->action) ids_of_pointer(&closure->seen, input->action, &is_new);
  if (!is_new) return;
  grow(&closure->stack, closure->depth, &closure->stack_capacity);
  closure->stack[closure->depth++] = input->action;
}

static bool complete(struct closure *closure, struct bz_action *root) {
  bool is_new;
  ids_of_pointer(&closure->seen, root, &is_new);
  if (!is_new) return true;
  grow(&closure->stack, closure->depth, &closure->stack_capacity);
  closure->stack[closure->depth++] = root;
  while (closure->depth) {
    // An action on top for the second time has all its producers behind it: a NULL below marks it.
    struct bz_action *action = closure->stack[--closure->depth];
    if (!action) {
      action = closure->stack[--closure->depth];
      grow(&closure->items, closure->count, &closure->capacity);
      closure->items[closure->count++] = action;
      continue;
    }
    closure->depth++;
    grow(&closure->stack, closure->depth, &closure->stack_capacity);
    closure->stack[closure->depth++] = NULL;
    if (!lower_inputs(closure->thread, action, push_producer, closure)) return false;
  }
  return true;
}

struct bz_graph *bz_lowered_closure(struct sl_thread *thread, const struct bz_graph *graph) {
  struct closure closure = {.thread = thread};
  bool done = true;
  for (size_t i = 0; done && i < graph->count; i++) done = complete(&closure, graph->actions[i]);
  ids_free(&closure.seen);
  if (!done) return NULL;
  struct bz_graph *result = sl_allocate(sizeof *result);
  *result = *graph;
  result->actions = closure.items;
  result->count = closure.count;
  return result;
}
