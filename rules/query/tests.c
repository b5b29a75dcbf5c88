// SPDX-License-Identifier: Apache-2.0
//
// Tests: tests(), which replaces test suites by the tests they stand for. Invariant: each suite is worked out once, so that
// suites that name each other end.
#include <string.h>

#include "rules/query/state.h"

struct suite {
  uint32_t node;
  struct bz_query_set tests;
};

struct expansion {
  struct bz_evaluation *evaluation;
  const struct bz_expression *call;
  struct suite *suites;
  size_t suite_count;
  int depth;
};

enum { MAXIMAL_DEPTH = 2000 };

static bool is_test(const struct bz_target *target) {
  return target->kind == BZ_TARGET_RULE && target->rule_class->test;
}

static bool is_suite(const struct bz_target *target) {
  return target->kind == BZ_TARGET_RULE && target->rule_class->behaviour == BZ_BEHAVIOUR_TEST_SUITE;
}

static sl_value value_of(const struct bz_target *target, const char *attribute) {
  int32_t index = bz_rule_class_attribute(target->rule_class, attribute);
  return index < 0 ? NULL : bz_target_value(target, (size_t)index);
}

// Whether a test has a tag; its size counts as one.
static bool has_tag(const struct bz_target *test, const char *tag) {
  sl_value tags = value_of(test, "tags"), size = value_of(test, "size");
  if (size && sl_string_is(size, tag)) return true;
  for (size_t i = 0; tags && i < sl_list_length(tags); i++)
    if (sl_string_is(sl_list_get(tags, i), tag)) return true;
  return false;
}

// "x" and "+x" ask for a tag, "-x" forbids it; "manual" is about the suite itself.
static bool passes(const struct bz_target *suite, const struct bz_target *test) {
  sl_value tags = value_of(suite, "tags");
  for (size_t i = 0; tags && i < sl_list_length(tags); i++) {
    const char *tag = sl_string_bytes(sl_list_get(tags, i));
    if (strcmp(tag, "manual") == 0) continue;
    bool forbidden = *tag == '-';
    if (has_tag(test, tag + (forbidden || *tag == '+')) == forbidden) return false;
  }
  return true;
}

static void collect_label(struct bz_label *label, void *data) {
  struct expansion *expansion = ((void **)data)[0];
  struct bz_query_set *members = ((void **)data)[1];
  bz_query_set_add(members, bz_query_nodes_of_label(&expansion->evaluation->nodes, label));
}

static void collect_members(struct expansion *expansion, struct bz_target *suite,
                            struct bz_query_set *members) {
  static const char *const attributes[] = {"tests", "$implicit_tests"};
  void *data[] = {expansion, members};
  for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
    int32_t index = bz_rule_class_attribute(suite->rule_class, attributes[i]);
    if (index >= 0) bz_query_attribute_labels(suite, (size_t)index, collect_label, data);
  }
}

static bool expand_suite(struct expansion *expansion, uint32_t node, struct bz_query_set *out);

static bool add_member(struct expansion *expansion, struct bz_target *suite, uint32_t member,
                       struct bz_query_set *out) {
  struct bz_evaluation *evaluation = expansion->evaluation;
  struct bz_target *target = bz_query_nodes_find(&evaluation->nodes, member);
  if (!target)
    return bz_evaluate_fail_softly(evaluation, expansion->call, "%s",
                                   sl_error_message(evaluation->nodes.thread));
  if (is_suite(target)) return expand_suite(expansion, member, out);
  if (is_test(target)) {
    bz_query_set_add(out, member);
  } else if (evaluation->strict_test_suite) {
    return bz_evaluate_fail(
        evaluation, expansion->call,
        "The label '%s' in the test_suite '%s' does not refer to a test or test_suite rule!",
        bz_label_text(target->label), bz_label_text(suite->label));
  }
  return true;
}

static bool compute_suite(struct expansion *expansion, uint32_t node, struct bz_query_set *tests) {
  const struct bz_query_nodes *nodes = &expansion->evaluation->nodes;
  struct bz_target *suite = nodes->items[node].target;
  struct bz_query_set members = {0}, all = {0};
  collect_members(expansion, suite, &members);
  for (uint32_t i = 0; i < members.count; i++)
    if (!add_member(expansion, suite, members.items[i], &all)) return false;
  for (uint32_t i = 0; i < all.count; i++)
    if (passes(suite, nodes->items[all.items[i]].target)) bz_query_set_add(tests, all.items[i]);
  return true;
}

static bool expand_suite(struct expansion *expansion, uint32_t node, struct bz_query_set *out) {
  for (size_t i = 0; i < expansion->suite_count; i++) {
    if (expansion->suites[i].node != node) continue;
    bz_query_set_add_all(out, &expansion->suites[i].tests);
    return true;
  }
  if (expansion->depth == MAXIMAL_DEPTH)
    return bz_evaluate_fail(expansion->evaluation, expansion->call,
                            "test suites are nested too deeply");
  size_t index = expansion->suite_count++;
  size_t size = expansion->suite_count * sizeof(struct suite);
  expansion->suites =
      expansion->suites ? sl_reallocate(expansion->suites, size) : sl_allocate(size);
  expansion->suites[index] = (struct suite){.node = node};
  struct bz_query_set tests = {0};
  expansion->depth++;
  bool expanded = compute_suite(expansion, node, &tests);
  expansion->depth--;
  expansion->suites[index].tests = tests;
  bz_query_set_add_all(out, &tests);
  return expanded;
}

bool bz_query_tests(struct bz_evaluation *evaluation, const struct bz_expression *call,
                    struct bz_query_set *out) {
  struct bz_query_set set = {0};
  if (!bz_evaluate(evaluation, call->arguments[0].expression, &set)) return false;
  struct expansion expansion = {.evaluation = evaluation, .call = call};
  for (uint32_t i = 0; i < set.count; i++) {
    const struct bz_target *target = evaluation->nodes.items[set.items[i]].target;
    if (is_test(target)) bz_query_set_add(out, set.items[i]);
    if (is_suite(target) && !expand_suite(&expansion, set.items[i], out)) return false;
  }
  return true;
}
