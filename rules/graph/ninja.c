// SPDX-License-Identifier: Apache-2.0
//
// Ninja: a complete build.ninja for the execution root. One rule for each mnemonic, one edge for
// each process; depsets that several edges share are phony edges, so that the file grows with the
// graph and not with its closure.
#include <stdlib.h>
#include <string.h>

#include "rules/graph/describe.h"
#include "rules/graph/dump.h"
#include "rules/graph/ids.h"
#include "rules/graph/lower.h"

struct ninja {
  struct sl_thread *thread;
  const struct bz_graph *graph;
  struct sl_text *out;
  const char
      *tree_tool;  // every edge depends on it: which ones use it is not worth a look at all inputs
  struct ids depsets;  // those written as phony edges
  struct ids rules;
};

// ---------------------------------------------------------------- escaping

// A path in a build line.
static void put_path(struct sl_text *out, const char *path) {
  sl_text_append_char(out, ' ');
  for (const char *c = path; *c; c++) {
    if (*c == '$' || *c == ' ' || *c == ':') sl_text_append_char(out, '$');
    sl_text_append_char(out, *c);
  }
}

// A value of a variable; newlines cannot stand in one.
static void put_value(struct sl_text *out, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '$') sl_text_append_char(out, '$');
    sl_text_append_char(out, text[i] == '\n' ? ' ' : text[i]);
  }
}

// An argument with newlines is made by printf, the only way that a line of ninja has. Newlines at
// its very end are lost to the shell's substitution; no shell command needs them.
static void put_argument_with_newlines(struct sl_text *out, const char *bytes, size_t length) {
  sl_text_append_string(out, "\"$$(printf '%b' '");
  for (size_t i = 0; i < length; i++) {
    switch (bytes[i]) {
      case '\n':
        sl_text_append_string(out, "\\n");
        break;
      case '\\':
        sl_text_append_string(out, "\\\\");
        break;
      case '\'':
        sl_text_append_string(out, "\\0047");
        break;
      case '$':
        sl_text_append_string(out, "$$");
        break;
      default:
        sl_text_append_char(out, bytes[i]);
    }
  }
  sl_text_append_string(out, "')\"");
}

static void put_argument(struct sl_text *out, sl_value argument) {
  const char *bytes = sl_string_bytes(argument);
  size_t length = sl_string_length(argument);
  if (memchr(bytes, '\n', length)) {
    put_argument_with_newlines(out, bytes, length);
    return;
  }
  struct sl_text quoted = {0};
  describe_quoted(bytes, length, &quoted);
  put_value(out, sl_text_string(&quoted), quoted.length);
  sl_text_free(&quoted);
}

// ---------------------------------------------------------------- inputs

static void put_input(struct bz_artifact *input, void *data) {
  char *path = bz_lowered_path(input);
  put_path(data, path);
  free(path);
}

static void put_runfiles(struct sl_text *out, const struct bz_artifact *tree) {
  sl_value path, file;
  for (size_t cursor = 0; sl_dict_next(tree->action->runfiles, &cursor, &path, &file);)
    put_input((struct bz_artifact *)(void *)file, out);
}

static void put_depset_name(struct sl_text *out, uint32_t id) {
  sl_text_format(out, " depset-%u", id);
}

static void put_children(struct ninja *ninja, const struct bz_depset *depset, struct sl_text *out) {
  for (uint32_t i = 0; i < depset->count; i++) {
    sl_value child = depset->children[i];
    bool is_new;
    struct bz_artifact *file = (struct bz_artifact *)(void *)child;
    if (sl_has_type(child, &bz_depset_type)) {
      put_depset_name(out, ids_of_pointer(&ninja->depsets, child, &is_new));
    } else if (file->is_runfiles_tree) {
      put_runfiles(out, file);
    } else {
      put_input(file, out);
    }
  }
}

// Writes the phony edges below a depset that were not written yet. Their order does not matter to
// ninja.
static void write_depsets(struct ninja *ninja, const struct bz_depset *root) {
  const struct bz_depset **stack = malloc(sizeof *stack);
  size_t count = 0, capacity = 1;
  if (!stack) abort();
  stack[count++] = root;
  while (count) {
    const struct bz_depset *depset = stack[--count];
    for (uint32_t i = 0; i < depset->count; i++) {
      bool is_new = false;
      sl_value child = depset->children[i];
      if (sl_has_type(child, &bz_depset_type)) ids_of_pointer(&ninja->depsets, child, &is_new);
      if (!is_new) continue;
      if (count == capacity) {
        capacity *= 2;
        stack = realloc(stack, capacity * sizeof *stack);
        if (!stack) abort();
      }
      stack[count++] = (const struct bz_depset *)(const void *)child;
    }
    if (depset == root) continue;
    bool is_new;
    sl_text_append_string(ninja->out, "build");
    put_depset_name(ninja->out, ids_of_pointer(&ninja->depsets, depset, &is_new));
    sl_text_append_string(ninja->out, ": phony");
    put_children(ninja, depset, ninja->out);
    sl_text_append_char(ninja->out, '\n');
  }
  free(stack);
}

// ---------------------------------------------------------------- edges

static void write_rule(struct ninja *ninja, const char *mnemonic) {
  bool is_new;
  ids_of_text(&ninja->rules, mnemonic, strlen(mnemonic), &is_new);
  if (!is_new) return;
  sl_text_format(ninja->out, "rule %s\n  command = $command\n  description = $description\n",
                 mnemonic);
}

static void put_edge(struct ninja *ninja, const struct bz_action *action) {
  struct sl_text *out = ninja->out;
  sl_text_append_string(out, "build");
  for (size_t i = 0; i < action->output_count; i++) put_input(action->outputs[i], out);
  sl_text_format(out, ": %s |", action->mnemonic);
  put_children(ninja, (const struct bz_depset *)(const void *)action->inputs, out);
  if (action->kind == BZ_ACTION_SYMLINK) put_input(action->source, out);
  put_path(out, ninja->tree_tool);
  if (ninja->graph->toolchain) put_path(out, LOWER_TOOLCHAIN_FILE);
  sl_text_append_char(out, '\n');
}

static bool write_edge(struct ninja *ninja, const struct bz_action *action) {
  sl_value arguments = bz_lowered_arguments(ninja->thread, ninja->graph, action);
  if (!arguments) return false;
  write_rule(ninja, action->mnemonic);
  write_depsets(ninja, (const struct bz_depset *)(const void *)action->inputs);
  put_edge(ninja, action);
  sl_text_append_string(ninja->out, "  command =");
  for (size_t i = 0; i < sl_list_length(arguments); i++) {
    sl_text_append_char(ninja->out, ' ');
    put_argument(ninja->out, sl_list_get(arguments, i));
  }
  struct sl_text description = {0};
  describe_action(action, &description);
  sl_text_append_string(ninja->out, "\n  description = ");
  put_value(ninja->out, sl_text_string(&description), description.length);
  sl_text_append_char(ninja->out, '\n');
  sl_text_free(&description);
  return true;
}

// What a plain `ninja` builds: everything that was asked for.
static void write_default(struct ninja *ninja, const struct bz_graph *asked) {
  sl_text_append_string(ninja->out, "build all: phony");
  for (size_t i = 0; i < asked->count; i++)
    for (size_t k = 0; k < asked->actions[i]->output_count; k++)
      if (!asked->actions[i]->outputs[k]->is_runfiles_tree)
        put_input(asked->actions[i]->outputs[k], ninja->out);
  sl_text_append_string(ninja->out, "\ndefault all\n");
}

bool write_ninja(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  struct bz_graph *closure = bz_lowered_closure(thread, graph);
  if (!closure) return false;
  struct ninja ninja = {
      .thread = thread, .graph = closure, .out = out, .tree_tool = lower_tree_tool(graph)};
  sl_text_append_string(out, "# Run in the execution root.\nninja_required_version = 1.5\n");
  bool done = true;
  for (size_t i = 0; done && i < closure->count; i++)
    if (lower_needs_process(closure->actions[i])) done = write_edge(&ninja, closure->actions[i]);
  if (done) write_default(&ninja, graph);
  ids_free(&ninja.depsets);
  ids_free(&ninja.rules);
  return done;
}
