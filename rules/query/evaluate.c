// SPDX-License-Identifier: Apache-2.0
//
// Evaluate: what an expression stands for: patterns, variables, operators, calls. Invariant: members come in an order that
// depends on the query and the workspace alone.
#include <string.h>

#include "rules/query/state.h"

// ---------------------------------------------------------------- errors

static void describe_failure(const struct bz_evaluation *evaluation,
                             const struct bz_expression *expression, struct sl_text *text) {
  if (expression == evaluation->query->root) {
    sl_text_format(text, "Evaluation of query \"%s\" failed: ", expression->text);
  } else {
    sl_text_format(text, "Evaluation of subquery \"%s\" failed%s: ", expression->text,
                   evaluation->keep_going ? "" : " (did you want to use --keep_going?)");
  }
}

bool bz_evaluate_fail(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                      const char *format, ...) {
  struct sl_text text = {0};
  describe_failure(evaluation, expression, &text);
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  // What the format shows may be the error that was pending.
  sl_error_clear(evaluation->nodes.thread);
  sl_fail_false(evaluation->nodes.thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return false;
}

bool bz_evaluate_fail_softly(struct bz_evaluation *evaluation,
                             const struct bz_expression *expression, const char *format, ...) {
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  bool failed = bz_evaluate_fail(evaluation, expression, "%s", sl_text_string(&text));
  sl_text_free(&text);
  if (!evaluation->keep_going) return failed;
  struct bz_query_nodes *nodes = &evaluation->nodes;
  bz_event(bz_loader_workspace(nodes->loader), BZ_ERROR, NULL, "%s",
           sl_error_message(nodes->thread));
  sl_error_clear(nodes->thread);
  nodes->has_errors = true;
  return true;
}

// ---------------------------------------------------------------- patterns

struct match {
  struct bz_target **targets;
  size_t count, capacity;
};

static void take_target(struct bz_target *target, void *data) {
  struct match *match = data;
  if (match->count == match->capacity) {
    match->capacity = match->capacity ? match->capacity * 2 : 16;
    size_t size = match->capacity * sizeof(struct bz_target *);
    match->targets = match->targets ? sl_reallocate(match->targets, size) : sl_allocate(size);
  }
  match->targets[match->count++] = target;
}

static bool analyze(struct bz_evaluation *evaluation, struct bz_target *target,
                    struct bz_query_set *out) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  struct bz_configured_target *configured = bz_target_analyze(
      nodes->thread, nodes->analysis, target, bz_configuration_target(nodes->analysis));
  if (configured) {
    bz_query_set_add(out, bz_query_nodes_of_configured(nodes, target, configured));
    return true;
  }
  const struct bz_workspace *workspace = bz_loader_workspace(nodes->loader);
  bz_event(workspace, BZ_ERROR, NULL, "%s", sl_error_message(nodes->thread));
  sl_error_clear(nodes->thread);
  const char *label = bz_label_text(target->label);
  if (!evaluation->keep_going)
    return sl_fail_false(nodes->thread, "Analysis of target '%s' failed; build aborted", label);
  bz_event(workspace, BZ_WARNING, NULL, "errors encountered while analyzing target '%s'", label);
  nodes->has_errors = true;
  return true;
}

static bool match_pattern(struct bz_evaluation *evaluation, const char *text, struct match *match) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  struct bz_pattern pattern;
  if (!bz_pattern_parse(nodes->thread, bz_loader_workspace(nodes->loader), evaluation->directory,
                        text, &pattern))
    return false;
  // What is loaded from a missing repository is let pass; who asks for it by name wants to know.
  const struct bz_repository *repository = pattern.repository;
  if (repository->kind == BZ_REPOSITORY_MISSING)
    return sl_fail_false(nodes->thread, "no such package '@@%s//%s': %s", repository->name,
                         pattern.package, repository->reason);
  return bz_pattern_expand(nodes->thread, nodes->loader, &pattern, &nodes->has_errors, take_target,
                           match);
}

static void remember_pattern(struct bz_evaluation *evaluation, sl_value text,
                             const struct bz_query_set *matched) {
  struct sl_thread *thread = evaluation->nodes.thread;
  if (!evaluation->pattern_index) {
    struct sl_mutability *before = sl_thread_set_mutability(thread, sl_mutability_new());
    evaluation->pattern_index = sl_dict(thread, 0);
    sl_thread_set_mutability(thread, before);
  }
  if (evaluation->pattern_count == evaluation->pattern_capacity) {
    evaluation->pattern_capacity =
        evaluation->pattern_capacity ? 2 * evaluation->pattern_capacity : 8;
    size_t size = evaluation->pattern_capacity * sizeof *evaluation->patterns;
    evaluation->patterns =
        evaluation->patterns ? sl_reallocate(evaluation->patterns, size) : sl_allocate(size);
  }
  size_t place = evaluation->pattern_count++;
  evaluation->patterns[place] = *matched;
  // A string is hashable and the dict is our own: this cannot fail.
  if (!sl_dict_set(thread, evaluation->pattern_index, text, sl_int((int64_t)place)))
    sl_error_clear(thread);
}

static bool add_matches(struct bz_evaluation *evaluation, const struct match *match,
                        struct bz_query_set *out) {
  struct bz_query_nodes *nodes = &evaluation->nodes;
  for (size_t i = 0; i < match->count; i++) {
    if (!nodes->analysis) {
      bz_query_set_add(out, bz_query_nodes_of_target(nodes, match->targets[i]));
    } else if (!analyze(evaluation, match->targets[i], out)) {
      return false;
    }
  }
  return true;
}

bool bz_evaluate_pattern(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                         const char *text, struct bz_query_set *out) {
  sl_value key = sl_string_from(text);
  sl_value known = evaluation->pattern_index
                       ? sl_dict_get(evaluation->nodes.thread, evaluation->pattern_index, key)
                       : NULL;
  if (known) {
    bz_query_set_add_all(out, &evaluation->patterns[sl_small_int(known)]);
    return true;
  }
  struct match match = {0};
  struct bz_query_set matched = {0};
  const struct sl_thread *thread = evaluation->nodes.thread;
  if (!match_pattern(evaluation, text, &match) &&
      !bz_evaluate_fail_softly(evaluation, expression, "%s", sl_error_message(thread)))
    return false;
  if (!add_matches(evaluation, &match, &matched)) return false;
  remember_pattern(evaluation, key, &matched);
  bz_query_set_add_all(out, &matched);
  return true;
}

bool bz_evaluate_patterns(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                          struct bz_query_set *out) {
  if (expression->kind == BZ_EXPRESSION_PATTERN)
    return bz_evaluate_pattern(evaluation, expression, expression->word, out);
  for (size_t i = 0; i < expression->operand_count; i++)
    if (!bz_evaluate_patterns(evaluation, expression->operands[i], out)) return false;
  for (size_t i = 0; i < expression->argument_count; i++) {
    const struct bz_expression *argument = expression->arguments[i].expression;
    if (argument && !bz_evaluate_patterns(evaluation, argument, out)) return false;
  }
  return true;
}

bool bz_evaluate_complete(const struct bz_evaluation *evaluation) {
  if (!evaluation->nodes.has_errors || evaluation->keep_going) return true;
  return sl_fail_false(evaluation->nodes.thread,
                       "Evaluation of query \"%s\" failed due to BUILD file errors",
                       evaluation->query->root->text);
}

// ---------------------------------------------------------------- the other expressions

static bool evaluate_variable(struct bz_evaluation *evaluation,
                              const struct bz_expression *expression, struct bz_query_set *out) {
  for (const struct bz_binding *binding = evaluation->bindings; binding; binding = binding->outer) {
    if (strcmp(binding->name, expression->word) != 0) continue;
    bz_query_set_add_all(out, binding->value);
    return true;
  }
  return bz_evaluate_fail(evaluation, expression, "undefined variable '%s'", expression->word);
}

static bool is_variable_name(const char *name) {
  if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || *name == '_'))
    return false;
  return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
         '\0';
}

static bool evaluate_let(struct bz_evaluation *evaluation, const struct bz_expression *let,
                         struct bz_query_set *out) {
  if (!is_variable_name(let->word))
    return bz_evaluate_fail(evaluation, let, "invalid variable name '%s' in let expression",
                            let->word);
  struct bz_query_set value = {0};
  if (!bz_evaluate(evaluation, let->operands[0], &value)) return false;
  struct bz_binding binding = {let->word, &value, evaluation->bindings};
  evaluation->bindings = &binding;
  bool evaluated = bz_evaluate(evaluation, let->operands[1], out);
  evaluation->bindings = binding.outer;
  return evaluated;
}

// The members of `set` that are in `other`, or that are not.
static struct bz_query_set select_members(const struct bz_query_set *set,
                                          const struct bz_query_set *other, bool in_other) {
  struct bz_query_set selected = {0};
  for (uint32_t i = 0; i < set->count; i++)
    if (bz_query_set_has(other, set->items[i]) == in_other)
      bz_query_set_add(&selected, set->items[i]);
  return selected;
}

// A set() is a union of its words.
static bool evaluate_operation(struct bz_evaluation *evaluation,
                               const struct bz_expression *operation, struct bz_query_set *out) {
  struct bz_query_set result = {0};
  for (size_t i = 0; i < operation->operand_count; i++) {
    if (operation->operators[i] == BZ_SET_UNION) {
      if (!bz_evaluate(evaluation, operation->operands[i], &result)) return false;
      continue;
    }
    struct bz_query_set operand = {0};
    if (!bz_evaluate(evaluation, operation->operands[i], &operand)) return false;
    result = select_members(&result, &operand, operation->operators[i] == BZ_SET_INTERSECT);
  }
  bz_query_set_add_all(out, &result);
  return true;
}

bool bz_evaluate(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                 struct bz_query_set *out) {
  switch (expression->kind) {
    case BZ_EXPRESSION_PATTERN:
      return bz_evaluate_pattern(evaluation, expression, expression->word, out);
    case BZ_EXPRESSION_VARIABLE:
      return evaluate_variable(evaluation, expression, out);
    case BZ_EXPRESSION_CALL:
      return expression->function->evaluate(evaluation, expression, out);
    case BZ_EXPRESSION_LET:
      return evaluate_let(evaluation, expression, out);
    default:
      return evaluate_operation(evaluation, expression, out);
  }
}

bool bz_evaluate_closure(struct bz_evaluation *evaluation, const struct bz_expression *expression,
                         const struct bz_query_set *from, int64_t depth, struct bz_query_set *out) {
  bool had_errors = evaluation->nodes.has_errors;
  evaluation->nodes.has_errors = false;
  bz_query_nodes_closure(&evaluation->nodes, from, depth, out);
  bool failed = evaluation->nodes.has_errors && !evaluation->keep_going;
  evaluation->nodes.has_errors |= had_errors;
  if (!failed) return true;
  return bz_evaluate_fail(evaluation, expression,
                          "errors were encountered while computing transitive closure");
}
