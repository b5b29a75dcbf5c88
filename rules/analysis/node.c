// SPDX-License-Identifier: Apache-2.0
//
// Node: the order of analysis. Nodes wait for nodes on a stack of the collected heap, never on the C stack, so that a chain
// of ten thousand targets is as good as a short one. A node is brought to its end once; a failed one keeps its report.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- nodes

struct node_key {
  const struct bz_target *target;
  const struct bz_configuration *configuration;
  const struct bz_aspect_step *step;
};

static bool same_node(const void *entry, const void *key) {
  const struct bz_node *node = entry;
  const struct node_key *wanted = key;
  return node->target == wanted->target && node->configuration == wanted->configuration &&
         node->step == wanted->step;
}

struct bz_node *bz_node_find(struct bz_analysis *analysis, struct bz_target *target,
                             const struct bz_configuration *configuration,
                             struct bz_aspect_step *step) {
  bool configurable = target->kind == BZ_TARGET_RULE || target->kind == BZ_TARGET_GENERATED_FILE;
  struct node_key key = {target, configurable ? configuration : NULL, step};
  uint32_t hash = bz_table_hash(key.target, key.configuration, key.step);
  struct bz_node *node = bz_table_find(&analysis->nodes, hash, same_node, &key);
  if (node) return node;
  node = sl_allocate(sizeof *node);
  node->target = target;
  node->configuration = key.configuration;
  node->step = step;
  bz_table_add(&analysis->nodes, hash, node);
  return node;
}

static void push(struct bz_node_list *list, struct bz_node *node) {
  if (list->count == list->capacity) {
    list->capacity = list->capacity ? list->capacity * 2 : 8;
    struct bz_node **items = sl_allocate(list->capacity * sizeof(struct bz_node *));
    if (list->count) memcpy(items, list->items, list->count * sizeof(struct bz_node *));
    list->items = items;
  }
  list->items[list->count++] = node;
}

void bz_node_want(struct bz_node *node, struct bz_node *wanted) { push(&node->wanted, wanted); }

// ---------------------------------------------------------------- errors

const char *bz_node_subject(const struct bz_node *node) {
  const char *label = bz_label_text(node->target->label);
  const char *kind = bz_target_kind_text(node->target);
  if (!node->step) return bz_text_format("%s %s", kind, label);
  return bz_text_format("%s aspect on %s %s", node->step->aspect->name, kind, label);
}

bool bz_node_explain(struct sl_thread *thread, struct bz_node *node, const char *attribute) {
  if (node->explained) return false;
  node->explained = true;
  const char *message = bz_text_copy(sl_error_message(thread));
  sl_error_clear(thread);
  return sl_fail_false(thread, "%s: in %s%s%s: %s", bz_target_location(node->target),
                       attribute ? attribute : "", attribute ? " attribute of " : "",
                       bz_node_subject(node), message);
}

// The drawing of a cycle: what leads to it, then what it goes through.
static bool fail_cycle(struct sl_thread *thread, const struct bz_node_list *stack,
                       struct bz_node *again) {
  struct sl_text text = {0};
  bool inside = false;
  bool self = stack->items[stack->count - 1] == again;
  sl_text_append_string(&text, "cycle in dependency graph:");
  for (size_t i = 0; i < stack->count; i++) {
    const struct bz_node *node = stack->items[i];
    const char *mark = node == again ? ".-> " : inside ? "|   " : "    ";
    inside = inside || node == again;
    sl_text_format(&text, "\n%s%s", mark, bz_label_text(node->target->label));
  }
  sl_text_append_string(&text, self ? " [self-edge]\n`--" : "\n`-- ");
  if (!self) sl_text_append_string(&text, bz_label_text(again->target->label));
  sl_fail_false(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return bz_node_explain(thread, again, NULL);
}

// ---------------------------------------------------------------- the loop

typedef bool (*phase_function)(struct sl_thread *thread, struct bz_analysis *analysis,
                               struct bz_node *node);

enum { PHASE_COUNT = 3 };
static const phase_function rule_phases[PHASE_COUNT] = {bz_rule_begin, bz_rule_link,
                                                        bz_rule_finish};
static const phase_function aspect_phases[PHASE_COUNT] = {bz_aspect_begin, bz_aspect_spread,
                                                          bz_aspect_finish};

// Runs the next phase; a phase may end the node before its time.
static bool run_phase(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_node *node) {
  node->state = BZ_NODE_ACTIVE;
  node->done = node->wanted;
  node->wanted = (struct bz_node_list){0};
  node->next = 0;
  const phase_function *phases = node->step ? aspect_phases : rule_phases;
  if (!phases[node->phase++](thread, analysis, node)) return false;
  if (node->phase == PHASE_COUNT) node->state = BZ_NODE_DONE;
  if (node->state == BZ_NODE_DONE) {
    node->done = (struct bz_node_list){0};
    node->wanted = (struct bz_node_list){0};
  }
  return true;
}

// Looks at what the node on top waits for: it may have to go on the stack.
static bool look_at_wanted(struct sl_thread *thread, struct bz_node_list *stack,
                           struct bz_node *node) {
  struct bz_node *wanted = node->wanted.items[node->next];
  switch (wanted->state) {
    case BZ_NODE_DONE:
      node->next++;
      return true;
    case BZ_NODE_NEW:
      push(stack, wanted);
      return true;
    case BZ_NODE_ACTIVE:
      return fail_cycle(thread, stack, wanted);
    case BZ_NODE_FAILED:
      return sl_fail_false(thread, "%s", wanted->failure);
  }
  return false;
}

static bool run_stack(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_node_list *stack) {
  while (stack->count > 0) {
    struct bz_node *node = stack->items[stack->count - 1];
    if (node->state == BZ_NODE_DONE) {
      stack->count--;
    } else if (node->next < node->wanted.count) {
      if (!look_at_wanted(thread, stack, node)) return false;
    } else if (!run_phase(thread, analysis, node)) {
      return false;
    }
  }
  return true;
}

bool bz_node_run(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node) {
  if (node->state == BZ_NODE_DONE) return true;
  if (node->state == BZ_NODE_FAILED) return sl_fail_false(thread, "%s", node->failure);
  struct bz_node_list stack = {0};
  push(&stack, node);
  if (run_stack(thread, analysis, &stack)) return true;
  const char *failure = bz_text_copy(sl_error_message(thread));
  for (size_t i = 0; i < stack.count; i++) {
    stack.items[i]->state = BZ_NODE_FAILED;
    stack.items[i]->failure = failure;
  }
  return false;
}
