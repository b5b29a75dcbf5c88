// SPDX-License-Identifier: Apache-2.0
//
// Ninja: a complete build.ninja for the execution root. One rule for each mnemonic, one edge for
// each process; depsets that several edges share are phony edges, so that the file grows with the
// graph and not with its closure.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rules/graph/describe.h"
#include "rules/graph/dump.h"
#include "rules/graph/ids.h"
#include "rules/graph/lower.h"
#include "runtime/object.h"

struct ninja {
  struct sl_thread *thread;
  const struct bz_graph *graph;
  struct sl_text *out;
  struct order depsets;  // those written as phony edges
  struct lower_trees trees;
  struct ids rules;
};

// ---------------------------------------------------------------- escaping

// Ninja has no escape for it.
static const char pipe_variable[] = "pipe = |\n";

// A path in a build line.
static void put_path(struct sl_text *out, const char *path) {
  sl_text_append_char(out, ' ');
  for (const char *c = path; *c; c++) {
    if (*c == '$' || *c == ' ' || *c == ':') sl_text_append_char(out, '$');
    if (*c == '|') {
      sl_text_append_string(out, "${pipe}");
    } else {
      sl_text_append_char(out, *c);
    }
  }
}

static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// A value of a variable, which is one line.
static void put_value(struct sl_text *out, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '$') sl_text_append_char(out, '$');
    sl_text_append_char(out, is_line_end(text[i]) ? ' ' : text[i]);
  }
}

// No line of ninja's can hold them: commands that have some in their arguments begin with this.
// What $() makes loses newlines at its end, so one character stands behind.
static const char line_ends[] = "nl=$$(printf '\\nx') nl=$${nl%x} cr=$$(printf '\\r');";

static bool has_line_ends(sl_value arguments) {
  for (size_t i = 0; i < sl_list_length(arguments); i++)
    if (strpbrk(sl_string_bytes(sl_list_get(arguments, i)), "\n\r")) return true;
  return false;
}

static void put_argument(struct sl_text *out, sl_value argument) {
  const char *rest = sl_string_bytes(argument);
  do {
    size_t length = strcspn(rest, "\n\r");
    struct sl_text quoted = {0};
    bz_args_quote(&quoted, rest, length);
    put_value(out, sl_text_string(&quoted), quoted.length);
    sl_text_free(&quoted);
    rest += length;
    if (*rest) sl_text_append_string(out, *rest == '\n' ? "\"$$nl\"" : "\"$$cr\"");
  } while (*rest++);
}

static void put_arguments(struct sl_text *out, sl_value arguments, size_t first) {
  for (size_t i = first; i < sl_list_length(arguments); i++) {
    sl_text_append_char(out, ' ');
    put_argument(out, sl_list_get(arguments, i));
  }
}

// ---------------------------------------------------------------- inputs

static void put_input(const struct bz_artifact *input, void *data) {
  char *path = bz_lowered_path(input);
  put_path(data, path);
  free(path);
}

// No file has such a name: the segments of a label hold no colon.
static void put_depset_name(struct ninja *ninja, const void *depset) {
  sl_text_format(ninja->out, " $:depset-%u", order_id(&ninja->depsets, depset));
}

static void put_children(struct ninja *ninja, const struct bz_depset *depset) {
  for (uint32_t i = 0; i < depset->count; i++)
    if (sl_has_type(depset->children[i], &bz_depset_type))
      put_depset_name(ninja, depset->children[i]);
  lower_files(depset, put_input, ninja->out);
}

// Writes the phony edges of a depset and of those in it, but for those that are written already.
static void write_depset(struct ninja *ninja, const void *depset) {
  for (size_t i = order_add(&ninja->depsets, ORDER_DEPSET, depset); i < ninja->depsets.count; i++) {
    const struct bz_depset *inner = ninja->depsets.nodes[i].item;
    sl_text_append_string(ninja->out, "build");
    put_depset_name(ninja, inner);
    sl_text_append_string(ninja->out, ": phony");
    put_children(ninja, inner);
    sl_text_append_char(ninja->out, '\n');
  }
}

// The same for the depsets in one.
static void write_depsets(struct ninja *ninja, const struct bz_depset *depset) {
  for (uint32_t i = 0; i < depset->count; i++)
    if (sl_has_type(depset->children[i], &bz_depset_type)) write_depset(ninja, depset->children[i]);
}

// ---------------------------------------------------------------- commands

// Where the words of a shell command without environment begin, as lower_arguments makes them.
enum { SHELL_PROGRAM = 2, SHELL_OPTION, SHELL_TEXT, SHELL_NAME, SHELL_ARGUMENTS };

static bool is_shell_text(sl_value arguments) {
  return sl_list_length(arguments) > SHELL_TEXT &&
         sl_string_is(sl_list_get(arguments, SHELL_PROGRAM), "/bin/sh") &&
         sl_string_is(sl_list_get(arguments, SHELL_OPTION), "-c");
}

// Ninja starts a shell for each command; one that is a shell's text runs in that, which is three
// times as fast. Nothing is lost where ninja itself runs without environment variables.
static void put_shell_text(struct sl_text *out, sl_value arguments) {
  if (sl_list_length(arguments) > SHELL_ARGUMENTS) {
    sl_text_append_string(out, " set --");
    put_arguments(out, arguments, SHELL_ARGUMENTS);
    sl_text_append_char(out, ';');
  }
  sl_text_append_string(out, " eval ");
  put_argument(out, sl_list_get(arguments, SHELL_TEXT));
}

// Waiting for a worker costs nothing, so that more actions may do that than processes may run.
static const char pool[] = "\n  pool = processes";

static void put_command(struct ninja *ninja, const struct bz_action *action, sl_value arguments) {
  struct sl_text *out = ninja->out;
  const struct bz_run *run = ninja->graph->run;
  sl_text_append_string(out, "  run =");
  if (has_line_ends(arguments)) sl_text_format(out, " %s", line_ends);
  if (run && is_shell_text(arguments)) {
    put_shell_text(out, arguments);
    sl_text_append_string(out, pool);
    return;
  }
  const char *worker = run ? lower_worker(ninja->graph, &ninja->trees, action) : NULL;
  if (worker)
    sl_text_format(out, " %s worker-client --socket %s/%s.sock --", run->program, run->sockets,
                   worker);
  put_arguments(out, arguments, 0);
  if (run && !worker) sl_text_append_string(out, pool);
}

// What a person reads while the action runs. For this program the action's number stands before it.
static void put_description(struct ninja *ninja, const struct bz_action *action, size_t number) {
  struct sl_text description = {0};
  describe_action(action, &description);
  sl_text_append_string(ninja->out, "\n  description = ");
  if (ninja->graph->run) sl_text_format(ninja->out, "%zu" BZ_RUN_MARK, number);
  put_value(ninja->out, sl_text_string(&description), description.length);
  sl_text_append_char(ninja->out, '\n');
  sl_text_free(&description);
}

// ---------------------------------------------------------------- edges

// A mnemonic as ninja takes names: no two become the same.
static void put_rule_name(struct sl_text *out, const char *mnemonic) {
  for (const char *c = mnemonic; *c; c++) {
    if (isalnum((unsigned char)*c)) {
      sl_text_append_char(out, *c);
    } else {
      sl_text_format(out, "_%02x", (unsigned char)*c);
    }
  }
}

// To ninja a process that ends well has done its work; here it must have made its outputs, too. What it
// does not write anew is no reason for others to run.
static const char rule_body[] =
    "\n  command = $run && for f in $out $made; do [ -e \"$$f\" ] || [ -L \"$$f\" ] || "
    "{ printf \"output '%s' was not created\\n\" \"$$f\" >&2; exit 1; }; done"
    "\n  description = $description\n  restat = 1\n";

static void write_rule(struct ninja *ninja, const char *mnemonic) {
  bool is_new;
  ids_of_text(&ninja->rules, mnemonic, strlen(mnemonic), &is_new);
  if (!is_new) return;
  sl_text_append_string(ninja->out, "rule ");
  put_rule_name(ninja->out, mnemonic);
  sl_text_append_string(ninja->out, rule_body);
}

static void put_source(const struct bz_artifact *input, void *data) {
  if (input->is_source) put_input(input, data);
}

// Ninja takes a phony edge without inputs for something that always changes.
static bool has_tools(const struct bz_action *action) {
  return ((const struct bz_depset *)(const void *)action->tools)->count > 0;
}

// Of an action that tells which inputs it used: tools, and the sources that it names itself.
static void put_certain_inputs(struct ninja *ninja, const struct bz_action *action) {
  const struct bz_depset *inputs = (const struct bz_depset *)(const void *)action->inputs;
  if (has_tools(action)) put_depset_name(ninja, action->tools);
  lower_files(inputs, put_source, ninja->out);
  for (uint32_t i = 0; i < inputs->count; i++) {
    sl_value child = inputs->children[i];
    if (child != action->tools && sl_has_type(child, &bz_depset_type))
      lower_files((const struct bz_depset *)(const void *)child, put_source, ninja->out);
  }
}

// All inputs; or those that are used in any case, and behind "||", which means that they are made
// before but are no reason to run, all.
static void put_inputs(struct ninja *ninja, const struct bz_action *action) {
  struct sl_text *out = ninja->out;
  sl_text_append_string(out, " |");
  if (action->unused_inputs_list) {
    put_certain_inputs(ninja, action);
  } else {
    put_children(ninja, (const struct bz_depset *)(const void *)action->inputs);
  }
  if (action->kind == BZ_ACTION_SYMLINK) put_input(action->source, out);
  put_path(out, ninja->trees.tool);  // whether it is used or not
  if (ninja->graph->toolchain) put_path(out, LOWER_TOOLCHAIN_FILE);
  if (!action->unused_inputs_list) return;
  sl_text_append_string(out, " ||");
  put_children(ninja, (const struct bz_depset *)(const void *)action->inputs);
}

static void put_edge(struct ninja *ninja, const struct bz_action *action) {
  sl_text_append_string(ninja->out, "build");
  for (size_t i = 0; i < action->output_count; i++) put_input(action->outputs[i], ninja->out);
  sl_text_append_string(ninja->out, ": ");
  put_rule_name(ninja->out, action->mnemonic);
  put_inputs(ninja, action);
  sl_text_append_char(ninja->out, '\n');
}

// Beside the list of unused inputs stands a makefile of the used ones.
static void put_used_inputs(struct ninja *ninja, const struct bz_action *action) {
  const char *path = action->unused_inputs_list->path;
  sl_value file = sl_string_format("%s.d", path);
  sl_text_append_string(ninja->out, "  depfile = ");
  put_value(ninja->out, sl_string_bytes(file), sl_string_length(file));
  sl_text_append_string(ninja->out, "\n  deps = gcc\n  made = ");
  put_argument(ninja->out, file);
  sl_text_append_char(ninja->out, '\n');
}

static bool write_edge(struct ninja *ninja, const struct bz_action *action, size_t number) {
  sl_value arguments = lower_arguments(ninja->thread, ninja->graph, &ninja->trees, action);
  if (!arguments) return false;
  write_rule(ninja, action->mnemonic);
  write_depsets(ninja, (const struct bz_depset *)(const void *)action->inputs);
  if (action->unused_inputs_list && has_tools(action)) write_depset(ninja, action->tools);
  put_edge(ninja, action);
  put_command(ninja, action, arguments);
  put_description(ninja, action, number);
  if (action->unused_inputs_list) put_used_inputs(ninja, action);
  return true;
}

// What a plain `ninja` builds: everything that was asked for.
static void write_default(struct ninja *ninja, const struct bz_graph *asked) {
  sl_text_append_string(ninja->out, "build $:all: phony");
  for (size_t i = 0; i < asked->count; i++)
    for (size_t k = 0; k < asked->actions[i]->output_count; k++)
      if (!asked->actions[i]->outputs[k]->is_runfiles_tree)
        put_input(asked->actions[i]->outputs[k], ninja->out);
  sl_text_append_string(ninja->out, "\ndefault $:all\n");
}

bool write_ninja(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  const struct bz_graph *closure = bz_lowered_closure(graph);
  struct ninja ninja = {.thread = thread,
                        .graph = closure,
                        .out = out,
                        .depsets = {.takes = order_takes_depsets},
                        .trees = lower_trees_begin(graph)};
  sl_text_append_string(out, "# Run in the execution root.\nninja_required_version = 1.5\n");
  sl_text_append_string(out, pipe_variable);
  if (graph->run) sl_text_format(out, "pool processes\n  depth = %d\n", graph->run->processes);
  bool done = true;
  for (size_t i = 0; done && i < closure->count; i++)
    if (lower_needs_process(closure->actions[i])) done = write_edge(&ninja, closure->actions[i], i);
  if (done) write_default(&ninja, graph);
  order_free(&ninja.depsets);
  lower_trees_end(&ninja.trees);
  ids_free(&ninja.rules);
  return done;
}
