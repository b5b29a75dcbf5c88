// SPDX-License-Identifier: Apache-2.0
//
// Orders and closures of actions that are made up: producers first, each once, whatever the shape
// and the depth.
#include <stdlib.h>

#include "rules/graph/graph.h"
#include "rules/graph/ids.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

// An action with one output of its name, which reads a depset.
static struct bz_action *make_action(const char *name, sl_value inputs) {
  struct bz_action *action = sl_allocate(sizeof *action);
  struct bz_artifact *output = sl_new(thread, &bz_file_type, sizeof *output);
  output->path = name;
  output->action = action;
  action->kind = BZ_ACTION_SPAWN;
  action->mnemonic = name;
  action->inputs = inputs;
  action->outputs = sl_allocate(sizeof *action->outputs);
  action->outputs[0] = output;
  action->output_count = 1;
  return action;
}

static sl_value output_of(const struct bz_action *action) {
  return (sl_value)(void *)action->outputs[0];
}

static sl_value make_source(const char *path) {
  struct bz_artifact *source = sl_new(thread, &bz_file_type, sizeof *source);
  source->path = path;
  source->is_source = true;
  return (sl_value)(void *)source;
}

static sl_value depset(const sl_value *direct, size_t count, sl_value transitive) {
  return bz_depset_new(thread, BZ_ORDER_DEFAULT, direct, count, &transitive, transitive ? 1 : 0);
}

static const char *names(const struct bz_graph *graph) {
  static struct sl_text text;
  sl_text_reset(&text);
  for (size_t i = 0; i < graph->count; i++)
    sl_text_format(&text, "%s%s", i ? " " : "", graph->actions[i]->mnemonic);
  return sl_text_string(&text);
}

// What each action of a closure waits for when those named fail: "top<base" for instance.
static const char *blocked(const struct bz_graph *closure, const char *failing) {
  static struct sl_text text;
  sl_text_reset(&text);
  bool failed[16] = {0};
  const struct bz_action *blockers[16];
  for (size_t i = 0; i < closure->count; i++)
    failed[i] = strstr(failing, closure->actions[i]->mnemonic) != NULL;
  bz_lowered_blockers(closure, failed, blockers);
  for (size_t i = 0; i < closure->count; i++)
    if (blockers[i])
      sl_text_format(&text, "%s%s<%s", text.length ? " " : "", closure->actions[i]->mnemonic,
                     blockers[i]->mnemonic);
  return sl_text_string(&text);
}

static struct bz_graph *closure_of(struct bz_action *const *actions, size_t count) {
  struct bz_graph graph = {.actions = actions, .count = count};
  return bz_lowered_closure(&graph);
}

// `top` reads base and mid, in either order, and mid reads base too: it must stand between them.
static void test_diamond(void) {
  sl_value source = make_source("s");
  struct bz_action *base = make_action("base", depset(&source, 1, NULL));
  sl_value below = output_of(base);
  struct bz_action *mid = make_action("mid", depset(&below, 1, NULL));
  for (int reversed = 0; reversed < 2; reversed++) {
    sl_value read[] = {output_of(reversed ? mid : base), output_of(reversed ? base : mid)};
    struct bz_action *top = make_action("top", depset(read, 2, NULL));
    struct bz_graph *closure = closure_of(&top, 1);
    check_text(names(closure), "base mid top");
    check_text(blocked(closure, "base"), "base<base mid<base top<base");
    check_text(blocked(closure, "mid"), "mid<mid top<mid");
    check_text(blocked(closure, "top"), "top<top");
    check_text(blocked(closure, ""), "");
  }
}

// Depsets that are shared, and in which another's producer is met first.
static void test_shared_depsets(void) {
  sl_value source = make_source("s");
  struct bz_action *x = make_action("x", depset(&source, 1, NULL));
  sl_value outputs[3] = {output_of(x)};
  sl_value shared = depset(outputs, 1, NULL);
  struct bz_action *y = make_action("y", shared);
  outputs[1] = output_of(y);
  struct bz_action *z = make_action("z", depset(&outputs[1], 1, shared));
  outputs[2] = output_of(z);
  struct bz_action *roots[] = {z, x, make_action("w", depset(&outputs[2], 1, shared))};
  struct bz_graph *closure = closure_of(roots, 3);
  check_text(names(closure), "x y z w");
  check_text(blocked(closure, "y"), "y<y z<y w<y");
}

// What makes the files of a runfiles tree is needed; and what a link links to.
static void test_runfiles_and_links(void) {
  struct bz_action *maker = make_action("maker", depset(NULL, 0, NULL));
  struct bz_action *tree = make_action("tree", depset(NULL, 0, NULL));
  tree->runfiles = sl_dict(thread, 1);
  check(sl_dict_set_string(thread, tree->runfiles, "a/b", output_of(maker)));
  tree->outputs[0]->is_runfiles_tree = true;
  sl_value read = output_of(tree);
  struct bz_action *user = make_action("user", depset(&read, 1, NULL));
  struct bz_action *link = make_action("link", depset(NULL, 0, NULL));
  link->kind = BZ_ACTION_SYMLINK;
  link->source = user->outputs[0];
  struct bz_graph *closure = closure_of(&link, 1);
  check_text(names(closure), "maker user link");
  check_text(blocked(closure, "maker"), "maker<maker user<maker link<maker");
}

// Each action reads all that the ones before it made, through one depset inside the next.
static void test_chain(void) {
  enum { LENGTH = 20000 };
  sl_value made = depset(NULL, 0, NULL);
  struct bz_action *last = NULL;
  for (int i = 0; i < LENGTH; i++) {
    last = make_action(i == 0 ? "first" : "next", made);
    sl_value output = output_of(last);
    made = depset(&output, 1, made);
  }
  struct bz_graph *closure = closure_of(&last, 1);
  check(closure->count == LENGTH);
  check_text(closure->actions[0]->mnemonic, "first");
  check(closure->actions[LENGTH - 1] == last);
  bool *failed = calloc(LENGTH, sizeof *failed);
  const struct bz_action **blockers = sl_allocate(LENGTH * sizeof *blockers);
  if (!failed) abort();
  failed[10] = true;
  bz_lowered_blockers(closure, failed, blockers);
  for (size_t i = 0; i < LENGTH; i++) check(blockers[i] == (i < 10 ? NULL : closure->actions[10]));
  free(failed);
}

static void test_ids(void) {
  struct ids ids = {0};
  bool is_new;
  static char places[3000];
  for (uint32_t i = 0; i < 3000; i++)
    check(ids_of_pointer(&ids, &places[i], &is_new) == i + 1 && is_new);
  for (uint32_t i = 0; i < 3000; i++)
    check(ids_of_pointer(&ids, &places[i], &is_new) == i + 1 && !is_new);
  ids_free(&ids);
  check(ids_of_text(&ids, "ab", 1, &is_new) == 1 && is_new);
  check(ids_of_text(&ids, "ab", 2, &is_new) == 2 && is_new);
  check(ids_of_text(&ids, "a", 1, &is_new) == 1 && !is_new);
  ids_free(&ids);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  test_diamond();
  test_shared_depsets();
  test_runfiles_and_links();
  test_chain();
  test_ids();
  return check_failures != 0;
}
