// SPDX-License-Identifier: Apache-2.0
//
// Checks: from target patterns to an execution root in which ninja can run. What the aspect makes
// of a target is read from the provider that the table of rule sets names, so nothing here knows
// how a check is made.
#include "cli/checks.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "runtime/object.h"

// ---------------------------------------------------------------- targets

struct target_list {
  struct bz_target **items;
  size_t count;
  size_t capacity;
  bool wildcard;  // the pattern being expanded has one
};

static bool is_manual(const struct bz_target *target) {
  int32_t tags = target->rule_class ? bz_rule_class_attribute(target->rule_class, "tags") : -1;
  sl_value value = tags >= 0 ? bz_target_value(target, (size_t)tags) : NULL;
  for (size_t i = 0; value && i < sl_list_length(value); i++)
    if (sl_string_is(sl_list_get(value, i), "manual")) return true;
  return false;
}

static void add_target(struct bz_target *target, void *data) {
  struct target_list *list = data;
  if (list->wildcard && is_manual(target)) return;
  if (list->count == list->capacity) {
    list->capacity = list->capacity ? list->capacity * 2 : 64;
    size_t size = list->capacity * sizeof *list->items;
    list->items = list->items ? sl_reallocate(list->items, size) : sl_allocate(size);
  }
  list->items[list->count++] = target;
}

static void remove_targets(struct target_list *list, const struct target_list *unwanted) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    bool found = false;
    for (size_t k = 0; k < unwanted->count && !found; k++)
      found = list->items[i] == unwanted->items[k];
    if (!found) list->items[kept++] = list->items[i];
  }
  list->count = kept;
}

static int compare_targets(const void *a, const void *b) {
  return bz_label_compare((*(struct bz_target *const *)a)->label,
                          (*(struct bz_target *const *)b)->label);
}

static void sort_and_unite(struct target_list *list) {
  if (list->count > 1) qsort(list->items, list->count, sizeof *list->items, compare_targets);
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++)
    if (kept == 0 || list->items[kept - 1] != list->items[i]) list->items[kept++] = list->items[i];
  list->count = kept;
}

static bool expand(struct context *context, const char *word, struct target_list *all,
                   bool *incomplete) {
  struct bz_pattern pattern;
  struct bz_session *session = context->session;
  if (!bz_pattern_parse(context->thread, session->workspace, context->directory, word, &pattern))
    return false;
  struct target_list list = {.wildcard = pattern.kind != BZ_PATTERN_TARGET};
  struct target_list *into = pattern.negative ? &list : all;
  into->wildcard = !pattern.negative && list.wildcard;
  if (!bz_pattern_expand(context->thread, session->loader, &pattern, incomplete, add_target, into))
    return false;
  if (pattern.negative) remove_targets(all, &list);
  return true;
}

bool checks_targets(struct context *context, sl_value patterns, struct bz_target ***targets,
                    size_t *count, int *status) {
  struct target_list list = {0};
  bool incomplete = false;
  for (size_t i = 0; i < sl_list_length(patterns); i++) {
    if (expand(context, sl_string_bytes(sl_list_get(patterns, i)), &list, &incomplete)) continue;
    context_tell_error(context);
    *status = BZ_EXIT_FAILURE;
    return false;
  }
  if (incomplete) {
    *status = BZ_EXIT_FAILURE;
    if (!context->options.keep_going) {
      context_tell(context, BZ_ERROR,
                   "BUILD files contain errors; --keep_going goes on with what they define");
      return false;
    }
  }
  sort_and_unite(&list);
  *targets = list.items;
  *count = list.count;
  return true;
}

// ---------------------------------------------------------------- what the aspects tell

// Aspect results that were met, with those below them.
struct visit {
  struct bz_aspect_result **results;
  size_t count;
  size_t capacity;
  sl_value seen;  // set of labels: base targets, which are one result each
};

static bool visit_result(struct context *context, struct visit *visit,
                         struct bz_aspect_result *result) {
  sl_value label = bz_label_value(result->base->target->label);
  int known = sl_set_contains(context->thread, visit->seen, label);
  if (known) return known > 0;
  if (!sl_set_add(context->thread, visit->seen, label)) return false;
  if (visit->count == visit->capacity) {
    visit->capacity = visit->capacity ? visit->capacity * 2 : 64;
    size_t size = visit->capacity * sizeof *visit->results;
    visit->results = visit->results ? sl_reallocate(visit->results, size) : sl_allocate(size);
  }
  visit->results[visit->count++] = result;
  return true;
}

static void add_item(struct checks *checks, struct check_item item) {
  if (checks->count == checks->capacity) {
    checks->capacity = checks->capacity ? checks->capacity * 2 : 64;
    size_t size = checks->capacity * sizeof *checks->items;
    checks->items = checks->items ? sl_reallocate(checks->items, size) : sl_allocate(size);
  }
  checks->items[checks->count++] = item;
}

// A field that is a File, or NULL.
static struct bz_artifact *file_field(sl_value info, const char *name) {
  sl_value file = sl_struct_get(info, name);
  return file && sl_has_type(file, &bz_file_type) ? (struct bz_artifact *)(void *)file : NULL;
}

// What a result tells, as an item; nothing if it is not of the check's aspect.
static void add_result(struct checks *checks, const struct bz_aspect_result *result, bool asked) {
  sl_value info = bz_aspect_result_provider(result, bz_check_default.provider);
  if (!info) return;
  sl_value reason = sl_struct_get(info, "reason");
  struct bz_artifact *report = file_field(info, "report");
  if (!reason && !report) return;
  add_item(checks, (struct check_item){
                       .label = result->base->target->label,
                       .result = result,
                       .info = info,
                       .reason = report ? NULL : sl_string_bytes(reason),
                       .report = report,
                       .verdict = report ? file_field(info, "verdict") : NULL,
                       .exit_code = report ? file_field(info, "exit_code") : NULL,
                       .asked = asked,
                   });
}

// False if an error stopped it; with --keep_going errors set *status only.
static bool apply(struct context *context, sl_value aspect, struct bz_target **targets,
                  size_t count, struct checks *checks, int *status) {
  struct bz_analysis *analysis = context->session->analysis;
  struct visit visit = {.seen = sl_set(context->thread, count)};
  for (size_t i = 0; i < count; i++) {
    struct bz_configured_target *target =
        bz_target_analyze(context->thread, analysis, targets[i], bz_configuration_target(analysis));
    struct bz_aspect_result *result =
        target ? bz_aspect_apply(context->thread, analysis, aspect, target) : NULL;
    if (result && !visit_result(context, &visit, result)) return false;
    if (!sl_error_pending(context->thread)) continue;
    context_tell_error(context);
    context_tell(context, BZ_ERROR, "Analysis of target '%s' failed%s",
                 bz_label_text(targets[i]->label),
                 context->options.keep_going ? "" : "; build aborted");
    *status = BZ_EXIT_FAILURE;
    if (!context->options.keep_going) return false;
  }
  size_t asked = visit.count;
  for (size_t i = 0; i < visit.count; i++) {
    add_result(checks, visit.results[i], i < asked);
    for (size_t k = 0; k < visit.results[i]->dependency_count; k++)
      if (!visit_result(context, &visit, visit.results[i]->dependencies[k])) return false;
  }
  return true;
}

static int compare_items(const void *a, const void *b) {
  return bz_label_compare(((const struct check_item *)a)->label,
                          ((const struct check_item *)b)->label);
}

bool checks_collect(struct context *context, struct bz_target **targets, size_t count,
                    struct checks *checks, int *status) {
  sl_value names = context->options.aspects;
  if (sl_list_length(names) == 0) {
    sl_value built_in = sl_string_from(bz_check_default.aspect);
    names = sl_list(context->thread, &built_in, 1);
  }
  checks->execution_root = checks_execution_root(context);
  bool done = true;
  for (size_t i = 0; done && i < sl_list_length(names); i++) {
    sl_value aspect = bz_aspect_load(context->thread, context->session->analysis,
                                     sl_string_bytes(sl_list_get(names, i)));
    if (!aspect) context_tell_error(context);
    done = aspect && apply(context, aspect, targets, count, checks, status);
  }
  if (done && context_tell_missing(context, BZ_ERROR) == 0) {
    if (checks->count > 1)
      qsort(checks->items, checks->count, sizeof *checks->items, compare_items);
    return true;
  }
  *status = BZ_EXIT_FAILURE;
  return false;
}

struct bz_action *checks_judge(const struct check_item *item) {
  return (item->verdict ? item->verdict : item->report)->action;
}

// ---------------------------------------------------------------- the place

const char *checks_execution_root(const struct context *context) {
  sl_value path =
      sl_string_format("%s/execroot/_main", bz_workspace_output_base(context->session->workspace));
  char *copy = sl_allocate_atomic(sl_string_length(path) + 1);
  return strcpy(copy, sl_string_bytes(path));
}

static struct bz_graph *graph_of(const struct context *context, const struct checks *checks,
                                 const char *python, const char *toolchain) {
  struct bz_action **actions = sl_allocate((checks->count + 1) * sizeof *actions);
  size_t count = 0;
  for (size_t i = 0; i < checks->count; i++)
    if (checks->items[i].report) actions[count++] = checks_judge(&checks->items[i]);
  struct bz_graph *graph = sl_allocate(sizeof *graph);
  *graph = (struct bz_graph){
      .analysis = context->session->analysis,
      .actions = actions,
      .count = count,
      .include_commandline = true,
      .include_artifacts = true,
      .execution_root = checks->execution_root,
      .python = python,
      .toolchain = toolchain,
      .run = checks->run,
      .keeps_links = checks->keeps_links,
  };
  return graph;
}

// build.ninja is written only when it changes, so that a run without changes touches nothing.
static bool write_build_file(struct context *context, struct checks *checks) {
  struct sl_text text = {0}, before = {0};
  char *path = bz_path_join(checks->execution_root, "build.ninja");
  bool done = bz_graph_writer_find("ninja")->write(context->thread, checks->graph, &text);
  if (done) {
    bool same = bz_file_read_absolute(context->thread, path, &before) &&
                before.length == text.length && memcmp(before.bytes, text.bytes, text.length) == 0;
    sl_error_clear(context->thread);
    checks->is_new = !same;
    done = same || bz_file_write(context->thread, path, sl_text_string(&text), text.length);
  }
  free(path);
  sl_text_free(&text);
  sl_text_free(&before);
  return done;
}

void checks_lower(struct context *context, struct checks *checks, const char *python,
                  const char *toolchain) {
  checks->graph = graph_of(context, checks, python, toolchain);
  checks->closure = bz_lowered_closure(checks->graph);
}

bool checks_prepare(struct context *context, struct checks *checks, int *status) {
  if (bz_directory_make(context->thread, checks->execution_root) &&
      bz_execution_root_prepare(context->thread, checks->closure) &&
      write_build_file(context, checks))
    return true;
  context_tell_error(context);
  *status = BZ_EXIT_FAILURE;
  return false;
}
