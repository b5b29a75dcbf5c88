// SPDX-License-Identifier: Apache-2.0
//
// Plan: `starmypy plan`: what a check will analyse, how often, what that costs and because of which
// targets, before anything runs.
#include <string.h>

#include "cli/cli.h"
#include "cli/plan_model.h"
#include "runtime/object.h"

#define COMMANDS (OPTIONS_WORKSPACE | OPTIONS_ANALYSIS | OPTIONS_EXPLAIN)

static const char synopsis[] = "[PATTERN...]";
static const char doc[] =
    "Tells what a check will analyse how often, and why, before it runs.\n"
    "\n"
    "Without a PATTERN: //... . For each distribution and the standard library: how many actions\n"
    "analyse it when every target does what no dependency has done (compat), when it has an "
    "action\n"
    "of its own (shared), and when imports of it are not followed (skip); the CPU time, from the\n"
    "sizes of files or from earlier runs; the critical path; and the edges that cause it.\n"
    "Formats: text, json.";

// ---------------------------------------------------------------- numbers and names

// What a step of a critical path adds.
static double step_seconds(const struct plan *plan, size_t unit, int policy) {
  int64_t after = plan->units[unit].after[policy];
  double before = after >= 0              ? plan->units[after].finish[policy]
                  : policy == PLAN_COMPAT ? 0
                                          : plan->head;
  return plan->units[unit].finish[policy] - before;
}

static double critical_seconds(const struct plan *plan, int policy) {
  int64_t last = plan->last[policy];
  return last >= 0 ? plan->units[last].finish[policy] : 0;
}

// The units of a critical path that take time, first to last: their count, and up to `room` of them.
static size_t critical_path(const struct plan *plan, int policy, size_t *path, size_t room) {
  size_t count = 0, at;
  for (int64_t unit = plan->last[policy]; unit >= 0; unit = plan->units[unit].after[policy])
    count += step_seconds(plan, (size_t)unit, policy) > 0;
  at = count;
  for (int64_t unit = plan->last[policy]; unit >= 0; unit = plan->units[unit].after[policy])
    if (step_seconds(plan, (size_t)unit, policy) > 0 && --at < room) path[at] = (size_t)unit;
  return count;
}

// ---------------------------------------------------------------- text

enum { SHOWN_CAUSES = 3, SHOWN_STEPS = 6, SHOWN_REASONS = 5 };

static void append_size(struct sl_text *out, uint64_t bytes) {
  static const char *const units[] = {"B", "kB", "MB", "GB"};
  size_t unit = 0;
  double size = (double)bytes;
  for (; size >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++) size /= 1000;
  if (bytes == 0) {
    sl_text_format(out, "%10s", "");
  } else {
    sl_text_format(out, "%7.*f %-2s", unit == 0 || size >= 99.95 ? 0 : 1, size, units[unit]);
  }
}

static void append_cost(struct sl_text *out, size_t times, double seconds) {
  if (times == 0) {
    sl_text_format(out, "  %7s  %8s", "-", "-");
  } else {
    sl_text_format(out, "  %7zu  %8.1f", times, seconds);
  }
}

static void append_package(struct sl_text *out, const struct plan_package *package, int width) {
  sl_text_format(out, "%-*s ", width, package->name);
  append_size(out, package->bytes);
  sl_text_format(out, "  %7.1f%c", package->seconds, package->is_measured ? '*' : ' ');
  for (int policy = 0; policy < PLAN_POLICIES; policy++)
    append_cost(out, package->analyses[policy], package->cost[policy]);
  sl_text_append_char(out, '\n');
}

// Each target that has dependencies copies what is in their caches into its own.
static void append_copies(struct sl_text *out, const struct plan *plan, int width) {
  sl_text_format(out, "%-*s %10s  %7s ", width, "copied caches", "", "");
  append_cost(out, plan->copies, plan->copy_cost);
  for (int policy = PLAN_COMPAT + 1; policy < PLAN_POLICIES; policy++) append_cost(out, 0, 0);
  sl_text_append_char(out, '\n');
}

static void append_totals(struct sl_text *out, const char *name, int width, uint64_t bytes,
                          const double *seconds) {
  sl_text_format(out, "%-*s ", width, name);
  append_size(out, bytes);
  sl_text_format(out, "  %7s ", "");
  for (int policy = 0; policy < PLAN_POLICIES; policy++)
    sl_text_format(out, "  %7s  %8.1f", "", seconds[policy]);
  sl_text_append_char(out, '\n');
}

static void append_table(struct sl_text *out, const struct plan *plan) {
  const char *targets =
      bz_text_format("%zu target%s", plan->targets, context_plural(plan->targets));
  double critical[PLAN_POLICIES];
  size_t width = strlen("critical path");
  for (size_t i = 0; i < plan->package_count; i++)
    if (strlen(plan->packages[i].name) > width) width = strlen(plan->packages[i].name);
  sl_text_format(out, "%-*s %10s  %7s ", (int)width, "", "size", "CPU s");
  for (int policy = 0; policy < PLAN_POLICIES; policy++) {
    sl_text_format(out, "  %7s  %8s", plan_policy_names[policy], "CPU s");
    critical[policy] = critical_seconds(plan, policy);
  }
  sl_text_append_char(out, '\n');
  for (size_t i = 0; i < plan->package_count; i++)
    append_package(out, &plan->packages[i], (int)width);
  if (plan->copies > 0) append_copies(out, plan, (int)width);
  append_totals(out, targets, (int)width, plan->bytes, plan->target_cost);
  append_totals(out, "total", (int)width, 0, plan->total);
  append_totals(out, "critical path", (int)width, 0, critical);
}

// "//a:lib -> torch", or over what leads there.
static void append_cause(struct sl_text *out, const struct plan *plan,
                         const struct plan_package *package, const struct plan_cause *cause) {
  sl_text_append_string(out, plan_unit_name(plan, cause->target));
  bool direct = cause->through == cause->target || (int64_t)cause->through == package->unit;
  if (!direct) sl_text_format(out, " -> %s", plan_unit_name(plan, cause->through));
  sl_text_format(out, " -> %s\n", package->name);
}

static void append_reason(struct sl_text *out, const struct plan *plan,
                          const struct plan_package *package) {
  sl_text_format(
      out, "\n%s: under %s %zu target%s analyse%s it, having no dependency that has done so:\n",
      package->name, plan_policy_names[PLAN_COMPAT], package->cause_count,
      context_plural(package->cause_count), package->cause_count == 1 ? "s" : "");
  for (size_t i = 0; i < package->cause_count && i < SHOWN_CAUSES; i++) {
    sl_text_append_string(out, "  ");
    append_cause(out, plan, package, &package->causes[i]);
  }
  if (package->cause_count > SHOWN_CAUSES)
    sl_text_format(out, "  and %zu more\n", package->cause_count - SHOWN_CAUSES);
}

// Of the most expensive ones.
static void append_reasons(struct sl_text *out, const struct plan *plan) {
  size_t count = 0;
  for (size_t i = 0; i < plan->package_count; i++) {
    if (plan->packages[i].cause_count > 0 && count++ < SHOWN_REASONS)
      append_reason(out, plan, &plan->packages[i]);
  }
  if (count > SHOWN_REASONS)
    sl_text_format(out, "\n--output=json has the reasons for the other %zu.\n",
                   count - SHOWN_REASONS);
}

static void append_critical_path(struct sl_text *out, const struct plan *plan, int policy) {
  size_t path[SHOWN_STEPS];
  size_t count = critical_path(plan, policy, path, SHOWN_STEPS);
  if (count == 0) return;
  sl_text_format(out, "\ncritical path under %s: ", plan_policy_names[policy]);
  if (policy != PLAN_COMPAT && plan->head > 0)
    sl_text_format(out, "%s %.1f s, ", bz_check_default.library, plan->head);
  for (size_t i = 0; i < count && i < SHOWN_STEPS; i++)
    sl_text_format(out, "%s%s %.1f s", i ? ", " : "", plan_unit_name(plan, path[i]),
                   step_seconds(plan, path[i], policy));
  if (count > SHOWN_STEPS) sl_text_format(out, ", and %zu more", count - SHOWN_STEPS);
  sl_text_append_char(out, '\n');
}

static int policy_of_mode(const struct plan *plan) {
  for (int policy = 0; policy < PLAN_POLICIES; policy++)
    if (strcmp(plan->mode, plan_policy_names[policy]) == 0) return policy;
  return PLAN_COMPAT;
}

static void append_summary(struct sl_text *out, const struct plan *plan) {
  double compat = plan->total[PLAN_COMPAT], shared = plan->total[PLAN_SHARED];
  size_t distributions = 0;
  for (size_t i = 0; i < plan->package_count; i++) distributions += !plan->packages[i].is_library;
  sl_text_format(out,
                 "\n%zu target%s over %zu distribution%s: %.0f s of CPU in %zu actions under %s, "
                 "%.0f s in %zu under %s",
                 plan->targets, context_plural(plan->targets), distributions,
                 context_plural(distributions), compat, plan->actions[PLAN_COMPAT],
                 plan_policy_names[PLAN_COMPAT], shared, plan->actions[PLAN_SHARED],
                 plan_policy_names[PLAN_SHARED]);
  if (shared > 0 && compat > shared) sl_text_format(out, ", %.1f times less", compat / shared);
  sl_text_format(out, ". The mode is %s.\n", plan->mode);
}

static bool has_measured(const struct plan *plan) {
  bool found = false;
  for (size_t i = 0; i < plan->package_count; i++) found |= plan->packages[i].is_measured;
  for (size_t i = 0; i < plan->unit_count; i++) found |= plan->units[i].is_measured;
  return found;
}

static int write_text(struct context *context, const struct plan *plan) {
  struct sl_text out = {0};
  if (plan->targets == 0) {
    sl_text_append_string(&out, "No target is checked.\n");
  } else {
    append_table(&out, plan);
    if (has_measured(plan))
      sl_text_append_string(&out, "*: measured in an earlier run, as are targets that have run\n");
    append_reasons(&out, plan);
    append_critical_path(&out, plan, policy_of_mode(plan));
    append_summary(&out, plan);
  }
  int status = context_write(context, &out);
  sl_text_free(&out);
  return status;
}

// ---------------------------------------------------------------- JSON

static bool set(struct context *context, sl_value dict, const char *key, sl_value value) {
  return value && sl_dict_set_string(context->thread, dict, key, value);
}

static sl_value number(size_t n) { return sl_int((int64_t)n); }

// Milliseconds are more than an estimate knows.
static sl_value seconds_value(double seconds) {
  return sl_float((double)(int64_t)(seconds * 1000 + 0.5) / 1000);
}

static sl_value counts_of(struct context *context, const size_t *counts) {
  sl_value dict = sl_dict(context->thread, PLAN_POLICIES);
  for (int policy = 0; policy < PLAN_POLICIES; policy++)
    if (!set(context, dict, plan_policy_names[policy], number(counts[policy]))) return NULL;
  return dict;
}

static sl_value times_of(struct context *context, const double *seconds) {
  sl_value dict = sl_dict(context->thread, PLAN_POLICIES);
  for (int policy = 0; policy < PLAN_POLICIES; policy++)
    if (!set(context, dict, plan_policy_names[policy], seconds_value(seconds[policy]))) return NULL;
  return dict;
}

static sl_value label_value(const struct plan *plan, size_t unit) {
  return sl_string_from(bz_label_text(plan->units[unit].label));
}

static sl_value causes_of(struct context *context, const struct plan *plan,
                          const struct plan_package *package) {
  sl_value list = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < package->cause_count; i++) {
    const struct plan_cause *cause = &package->causes[i];
    sl_value dict = sl_dict(context->thread, 2);
    bool has_way = cause->through != cause->target;
    if (!set(context, dict, "target", label_value(plan, cause->target)) ||
        !set(context, dict, "through", has_way ? label_value(plan, cause->through) : SL_NONE) ||
        !sl_list_push(context->thread, list, dict))
      return NULL;
  }
  return list;
}

static sl_value users_of(struct context *context, const struct plan *plan,
                         const struct plan_package *package) {
  sl_value list = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < package->user_count; i++)
    if (!sl_list_push(context->thread, list, label_value(plan, package->users[i]))) return NULL;
  return list;
}

static sl_value package_value(struct context *context, const struct plan *plan,
                              const struct plan_package *package) {
  sl_value dict = sl_dict(context->thread, 10);
  sl_value label = package->unit >= 0 ? label_value(plan, (size_t)package->unit) : SL_NONE;
  bool done = set(context, dict, "name", sl_string_from(package->name)) &&
              set(context, dict, "label", label) &&
              set(context, dict, "files", number(package->files)) &&
              set(context, dict, "bytes", number(package->bytes)) &&
              set(context, dict, "cpu_seconds_each", seconds_value(package->seconds)) &&
              set(context, dict, "measured", sl_bool(package->is_measured)) &&
              set(context, dict, "analyses", counts_of(context, package->analyses)) &&
              set(context, dict, "cpu_seconds", times_of(context, package->cost)) &&
              set(context, dict, "direct_edges_from", users_of(context, plan, package)) &&
              set(context, dict, "compat_causes", causes_of(context, plan, package));
  return done ? dict : NULL;
}

static sl_value packages_value(struct context *context, const struct plan *plan) {
  sl_value list = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < plan->package_count; i++) {
    sl_value package = package_value(context, plan, &plan->packages[i]);
    if (!package || !sl_list_push(context->thread, list, package)) return NULL;
  }
  return list;
}

static sl_value path_value(struct context *context, const struct plan *plan, int policy) {
  size_t count = critical_path(plan, policy, NULL, 0);
  size_t *path = sl_allocate_atomic((count + 1) * sizeof *path);
  critical_path(plan, policy, path, count);
  sl_value list = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < count; i++) {
    sl_value dict = sl_dict(context->thread, 2);
    if (!set(context, dict, "label", label_value(plan, path[i])) ||
        !set(context, dict, "seconds", seconds_value(step_seconds(plan, path[i], policy))) ||
        !sl_list_push(context->thread, list, dict))
      return NULL;
  }
  return list;
}

static sl_value policies_value(struct context *context, const struct plan *plan) {
  sl_value policies = sl_dict(context->thread, PLAN_POLICIES);
  for (int policy = 0; policy < PLAN_POLICIES; policy++) {
    sl_value dict = sl_dict(context->thread, 4);
    if (!set(context, dict, "actions", number(plan->actions[policy])) ||
        !set(context, dict, "cpu_seconds", seconds_value(plan->total[policy])) ||
        !set(context, dict, "critical_path_seconds",
             seconds_value(critical_seconds(plan, policy))) ||
        !set(context, dict, "critical_path", path_value(context, plan, policy)) ||
        !set(context, policies, plan_policy_names[policy], dict))
      return NULL;
  }
  return policies;
}

static sl_value targets_value(struct context *context, const struct plan *plan) {
  sl_value dict = sl_dict(context->thread, 4);
  bool done = set(context, dict, "count", number(plan->targets)) &&
              set(context, dict, "files", number(plan->files)) &&
              set(context, dict, "bytes", number(plan->bytes)) &&
              set(context, dict, "cpu_seconds", times_of(context, plan->target_cost));
  return done ? dict : NULL;
}

static sl_value copies_value(struct context *context, const struct plan *plan) {
  sl_value dict = sl_dict(context->thread, 2);
  bool done = set(context, dict, "modules", number(plan->copies)) &&
              set(context, dict, "cpu_seconds", seconds_value(plan->copy_cost));
  return done ? dict : NULL;
}

static int write_json(struct context *context, const struct plan *plan) {
  sl_value dict = sl_dict(context->thread, 4);
  bool done = set(context, dict, "mode", sl_string_from(plan->mode)) &&
              set(context, dict, "policies", policies_value(context, plan)) &&
              set(context, dict, "targets", targets_value(context, plan)) &&
              set(context, dict, "compat_copies", copies_value(context, plan)) &&
              set(context, dict, "packages", packages_value(context, plan));
  return done ? context_write_json(context, dict) : BZ_EXIT_FAILURE;
}

// ---------------------------------------------------------------- running

static int plan_targets(struct context *context, bool json) {
  struct checks checks = {0};
  struct bz_target **targets;
  struct plan plan;
  size_t count;
  int status = BZ_EXIT_SUCCESS;
  if (!checks_targets(context, context->options.words, &targets, &count, &status) ||
      !checks_collect(context, targets, count, &checks, &status) ||
      !plan_make(context, &checks, &plan))
    return status ? status : BZ_EXIT_FAILURE;
  int written = json ? write_json(context, &plan) : write_text(context, &plan);
  return written ? written : status;
}

static int plan_run(int argc, char **argv) {
  struct context context;
  int status = context_begin(&context, "plan", synopsis, doc, COMMANDS, argc, argv);
  if (status >= 0) return status;
  bool json;
  status = context_choose_json(&context, &json);
  if (status >= 0) return status;
  if (sl_list_length(context.options.words) == 0 &&
      !sl_list_push(context.thread, context.options.words, sl_string_from("//...")))
    return BZ_EXIT_FAILURE;
  status = context_open(&context);
  if (status < 0) status = plan_targets(&context, json);
  context_tell_error(&context);
  return status;
}

const struct bz_command bz_plan_command = {synopsis, doc, plan_run};
