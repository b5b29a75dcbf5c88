// SPDX-License-Identifier: Apache-2.0
//
// Check: `starmypy check`: graph, ninja, reports. Nothing is decided here about how a target is
// checked; this file runs what the action graph says and tells a person what came out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/checks.h"
#include "cli/cli.h"
#include "cli/interpreter.h"
#include "cli/lock.h"
#include "cli/ninja_run.h"
#include "common/hash.h"

#define COMMANDS (OPTIONS_WORKSPACE | OPTIONS_ANALYSIS | OPTIONS_CHECK | OPTIONS_RUN)

static const char synopsis[] = "[PATTERN...]";
static const char doc[] =
    "Type-checks targets with mypy.\n"
    "\n"
    "Without a PATTERN: //... . Only what changed is checked again. Prints the reports of\n"
    "targets with errors; the exit status is 1 if there are any.";

// ---------------------------------------------------------------- what happened to each action

enum outcome { OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_BLOCKED };

struct action_state {
  const struct bz_action *action;
  enum outcome outcome;
  const struct bz_action *blocker;      // FAILED: itself; BLOCKED: the first that failed below it
  const struct ninja_failure *failure;  // FAILED
  UT_hash_handle hh;
};

// What one run of the command has found.
struct run {
  struct context *context;
  struct checks checks;
  struct interpreter interpreter;
  struct ninja_run ninja;
  struct action_state *all_states;  // one for each action of the closure
  struct action_state *states;      // the same by action
  size_t checked, failed, blocked, errors, files;
  struct timespec start;
};

static struct action_state *state_of(const struct run *run, const struct bz_action *action) {
  struct action_state *state;
  HASH_FIND_PTR(run->states, &action, state);
  return state;
}

static const struct ninja_failure *failure_of(const struct run *run,
                                              const struct bz_action *action) {
  char *output = bz_lowered_path(action->outputs[0]);
  const struct ninja_failure *failure = ninja_run_failure(&run->ninja, output);
  free(output);
  return failure;
}

static void find_states(struct run *run) {
  const struct bz_graph *closure = run->checks.closure;
  bool *failed = calloc(closure->count + 1, sizeof *failed);
  const struct bz_action **blockers = sl_allocate((closure->count + 1) * sizeof *blockers);
  run->all_states = calloc(closure->count + 1, sizeof *run->all_states);
  if (!failed || !run->all_states) abort();
  for (size_t i = 0; i < closure->count; i++) {
    struct action_state *state = &run->all_states[i];
    state->action = closure->actions[i];
    state->failure = failure_of(run, state->action);
    failed[i] = state->failure != NULL;
    HASH_ADD_PTR(run->states, action, state);
  }
  bz_lowered_blockers(closure, failed, blockers);
  for (size_t i = 0; i < closure->count; i++) {
    struct action_state *state = &run->all_states[i];
    state->blocker = blockers[i];
    if (blockers[i]) state->outcome = failed[i] ? OUTCOME_FAILED : OUTCOME_BLOCKED;
  }
  free(failed);
}

static void free_states(struct run *run) {
  HASH_CLEAR(hh, run->states);
  free(run->all_states);
}

// ---------------------------------------------------------------- reports

// Copies a report without terminal sequences.
static void append_plain(struct sl_text *out, const char *text) {
  while (*text) {
    size_t length = strcspn(text, "\033");
    sl_text_append(out, text, length);
    text += length;
    if (text[0] != '\033') continue;
    // "\033[1;31m" and the like; "\033(B" chooses a character set.
    text++;
    if (*text == '[') text += 1 + strspn(text + 1, "0123456789;?");
    if (*text == '(') text++;
    if (*text) text++;
  }
}

// The number before WORD ("errors", "source files") in mypy's closing line, or 0.
static size_t number_before(const char *text, const char *word) {
  const char *hit = NULL;
  for (const char *next = text; (next = strstr(next, word)); next++) hit = next;
  if (!hit || hit == text) return 0;
  const char *digits = hit;
  while (digits > text && digits[-1] == ' ') digits--;
  while (digits > text && digits[-1] >= '0' && digits[-1] <= '9') digits--;
  return strtoul(digits, NULL, 10);
}

static bool read_report(const struct run *run, const struct check_item *item,
                        struct sl_text *report) {
  char *path = bz_path_join(run->checks.execution_root, item->report->path);
  bool read = bz_file_read_absolute(run->context->thread, path, report);
  sl_error_clear(run->context->thread);
  free(path);
  return read;
}

static void print_failure(struct run *run, const struct check_item *item,
                          const struct action_state *state) {
  struct sl_text report = {0}, plain = {0};
  read_report(run, item, &report);
  append_plain(&plain, sl_text_string(&report));
  run->errors += number_before(sl_text_string(&plain), " error");
  run->files += number_before(sl_text_string(&plain), " source file");
  const char *shown = sl_text_string(run->context->color_output ? &report : &plain);
  if (report.length == 0)
    shown = state->failure->text ? state->failure->text : "";  // the program itself failed
  printf("%s:\n%s%s\n", bz_label_text(item->label), shown,
         *shown ? "" : "the action failed and said nothing\n");
  sl_text_free(&report);
  sl_text_free(&plain);
}

static void print_blocked(const struct check_item *item, const struct action_state *state) {
  bool check = strcmp(state->blocker->mnemonic, bz_check_default.mnemonic) == 0;
  printf("%s: not checked, because %s %s\n", bz_label_text(item->label),
         bz_label_text(state->blocker->target->label), check ? "has errors" : "could not be built");
}

static void count_checked(struct run *run, const struct check_item *item) {
  struct sl_text report = {0};
  run->checked++;
  if (read_report(run, item, &report))
    run->files += number_before(sl_text_string(&report), " source file");
  sl_text_free(&report);
}

// The reports with errors first, then what these errors block.
static void print_items(struct run *run) {
  for (size_t i = 0; i < run->checks.count; i++) {
    const struct check_item *item = &run->checks.items[i];
    const struct action_state *state = item->report ? state_of(run, item->report->action) : NULL;
    if (!state) continue;
    if (state->outcome == OUTCOME_FAILED) {
      run->failed++;
      print_failure(run, item, state);
    } else if (state->outcome == OUTCOME_DONE && item->asked) {
      count_checked(run, item);
    }
  }
  for (size_t i = 0; i < run->checks.count; i++) {
    const struct check_item *item = &run->checks.items[i];
    const struct action_state *state = item->report ? state_of(run, item->report->action) : NULL;
    if (!state || state->outcome != OUTCOME_BLOCKED) continue;
    run->blocked++;
    print_blocked(item, state);
  }
}

// Actions that failed and are no checks: a genrule, a stub package.
static void print_other_failures(struct run *run) {
  for (const struct action_state *state = run->states; state; state = state->hh.next) {
    if (!state->failure || strcmp(state->action->mnemonic, bz_check_default.mnemonic) == 0)
      continue;
    run->failed++;
    context_tell(
        run->context, BZ_ERROR, "%s: %s failed:\n%s", bz_target_location(state->action->target),
        state->action->progress_message ? state->action->progress_message : state->action->mnemonic,
        state->failure->text ? state->failure->text : "");
  }
}

// ---------------------------------------------------------------- summary

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

static int summarize(struct run *run) {
  struct sl_text text = {0};
  size_t reasons = 0;
  for (size_t i = 0; i < run->checks.count; i++)
    reasons += run->checks.items[i].reason && run->checks.items[i].asked;
  sl_text_format(&text, "%zu target%s checked (%zu file%s), %zu action%s run",
                 run->checked + run->failed, plural(run->checked + run->failed), run->files,
                 plural(run->files), run->ninja.finished, plural(run->ninja.finished));
  if (reasons) sl_text_format(&text, ", %zu without a check", reasons);
  sl_text_format(&text, ", in %.1f s: ", seconds_since(&run->start));
  bool good = run->failed == 0 && run->blocked == 0 && run->ninja.status == 0;
  if (good) {
    sl_text_append_string(&text, "no errors");
  } else {
    sl_text_format(&text, "%zu error%s in %zu target%s", run->errors, plural(run->errors),
                   run->failed, plural(run->failed));
    if (run->blocked) sl_text_format(&text, ", %zu not checked", run->blocked);
  }
  fflush(stdout);
  context_tell(run->context, good ? BZ_INFO : BZ_ERROR, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return good ? BZ_EXIT_SUCCESS : BZ_EXIT_FAILURE;
}

static int tell_results(struct run *run) {
  find_states(run);
  print_items(run);
  print_other_failures(run);
  int status = summarize(run);
  free_states(run);
  return status;
}

// ---------------------------------------------------------------- running

static bool find_interpreter(struct run *run) {
  struct context *context = run->context;
  struct sl_text message = {0};
  bool found = interpreter_find(context->options.mypy, context->root, bz_check_default.module,
                                &run->interpreter, &message);
  if (found) {
    context_tell(context, BZ_INFO, "%s %s of %s", bz_check_default.module, run->interpreter.version,
                 run->interpreter.path);
  } else {
    context_tell(context, BZ_ERROR, "%s", sl_text_string(&message));
  }
  sl_text_free(&message);
  return found;
}

static int run_ninja(struct run *run) {
  run->ninja = (struct ninja_run){
      .directory = run->checks.execution_root,
      .jobs = run->context->options.jobs,
      .progress = isatty(STDERR_FILENO) && strcmp(run->context->options.color, "no") != 0,
  };
  if (!ninja_run_start(&run->ninja)) {
    context_tell(run->context, BZ_ERROR, "%s", sl_text_string(&run->ninja.messages));
    return BZ_EXIT_LOCAL_ENVIRONMENT;
  }
  if (run->ninja.status == 130 || run->ninja.status == 2) return BZ_EXIT_INTERRUPTED;
  if (run->ninja.messages.length)
    context_tell(run->context, BZ_ERROR, "%s", sl_text_string(&run->ninja.messages));
  if (run->ninja.status == 0 || run->ninja.failure_count > 0) return tell_results(run);
  if (!run->ninja.messages.length)
    context_tell(run->context, BZ_ERROR, "ninja ended with status %d", run->ninja.status);
  return BZ_EXIT_LOCAL_ENVIRONMENT;
}

static int check(struct run *run) {
  struct context *context = run->context;
  struct bz_target **targets;
  size_t count;
  int status = BZ_EXIT_SUCCESS;
  if (!checks_targets(context, context->options.words, &targets, &count, &status) ||
      !checks_collect(context, targets, count, &run->checks, &status) || !lock_take(context) ||
      !checks_prepare(context, &run->checks, run->interpreter.path, run->interpreter.identity,
                      &status))
    return status ? status : BZ_EXIT_LOCAL_ENVIRONMENT;
  int result = run_ninja(run);
  ninja_run_free(&run->ninja);
  return result ? result : status;
}

static int check_run(int argc, char **argv) {
  struct context context;
  struct run run = {.context = &context};
  clock_gettime(CLOCK_MONOTONIC, &run.start);
  int status = context_begin(&context, "check", synopsis, doc, COMMANDS, argc, argv);
  if (status >= 0) return status;
  if (sl_list_length(context.options.words) == 0 &&
      !sl_list_push(context.thread, context.options.words, sl_string_from("//...")))
    return BZ_EXIT_FAILURE;
  if (!find_interpreter(&run)) return BZ_EXIT_LOCAL_ENVIRONMENT;
  // The launchers of tools start the interpreter that was found, unless the user names another for
  // programs.
  if (!context.options.python_path) context.options.python_path = run.interpreter.path;
  status = context_open(&context);
  if (status < 0) status = check(&run);
  interpreter_free(&run.interpreter);
  return status;
}

const struct bz_command bz_check_command = {synopsis, doc, check_run};
