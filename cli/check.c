// SPDX-License-Identifier: Apache-2.0
//
// Check: `starmypy check`: graph, ninja, reports. Nothing is decided here about how a target is
// checked; this file runs what the action graph says and tells a person what comes out, as it comes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/changes.h"
#include "cli/checks.h"
#include "cli/cli.h"
#include "cli/interpreter.h"
#include "cli/lock.h"
#include "cli/ninja_run.h"
#include "cli/workers.h"
#include "common/hash.h"
#include "runtime/object.h"

// What stands in place of mypy's exit status for a target that was not checked, because mypy could
// not finish a dependency.
#define NOT_CHECKED 3

#define COMMANDS (OPTIONS_WORKSPACE | OPTIONS_ANALYSIS | OPTIONS_CHECK | OPTIONS_RUN)

static const char synopsis[] = "[PATTERN...]";
static const char doc[] =
    "Type-checks targets with mypy.\n"
    "\n"
    "Without a PATTERN: //... . Only what changed is checked again. Prints the reports of\n"
    "targets with errors; the exit status is 1 if there are any.";

// ---------------------------------------------------------------- what happens to each action

// An action of the closure.
struct action_state {
  const struct bz_action *action;
  const struct check_item *item;    // whose report or verdict it makes; NULL: of none
  const struct bz_action *blocker;  // at the end: itself if it failed, else the first below it
  bool failed;
  bool is_told;  // that it failed, and why
  UT_hash_handle hh;
};

// A line that some action printed and that needs no second telling.
struct told_line {
  char *text;
  UT_hash_handle hh;
};

// What one run of the command has found.
struct run {
  struct context *context;
  struct checks checks;
  struct interpreter interpreter;
  struct ninja_run ninja;
  bool uses_workers;
  struct action_state *states;     // one for each action of the closure
  struct action_state *by_action;  // the same
  struct told_line *told_lines;
  size_t checked, failed, blocked, errors, files;
  struct timespec start;    // of the command
  struct timespec started;  // of ninja, as files have times
};

static struct action_state *state_of(const struct run *run, const struct bz_action *action) {
  struct action_state *state;
  HASH_FIND_PTR(run->by_action, &action, state);
  return state;
}

static void make_states(struct run *run) {
  const struct bz_graph *closure = run->checks.closure;
  run->states = calloc(closure->count + 1, sizeof *run->states);
  if (!run->states) abort();
  for (size_t i = 0; i < closure->count; i++) {
    struct action_state *state = &run->states[i];
    state->action = closure->actions[i];
    HASH_ADD_PTR(run->by_action, action, state);
  }
  for (size_t i = 0; i < run->checks.count; i++) {
    const struct check_item *item = &run->checks.items[i];
    if (!item->report) continue;
    state_of(run, item->report->action)->item = item;
    state_of(run, checks_judge(item))->item = item;
  }
}

static void free_states(struct run *run) {
  struct told_line *line, *next;
  HASH_ITER(hh, run->told_lines, line, next) {
    HASH_DEL(run->told_lines, line);
    free(line->text);
    free(line);
  }
  HASH_CLEAR(hh, run->by_action);
  free(run->states);
}

static void find_blockers(struct run *run) {
  const struct bz_graph *closure = run->checks.closure;
  bool *failed = calloc(closure->count + 1, sizeof *failed);
  const struct bz_action **blockers = sl_allocate((closure->count + 1) * sizeof *blockers);
  if (!failed) abort();
  for (size_t i = 0; i < closure->count; i++) failed[i] = run->states[i].failed;
  bz_lowered_blockers(closure, failed, blockers);
  for (size_t i = 0; i < closure->count; i++) run->states[i].blocker = blockers[i];
  free(failed);
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

static bool read_output(const struct run *run, const struct bz_artifact *file,
                        struct sl_text *text) {
  char *path = bz_path_join(run->checks.execution_root, file->path);
  bool read = bz_file_read_absolute(run->context->thread, path, text);
  sl_error_clear(run->context->thread);
  free(path);
  return read;
}

// Whether an output was written in this run, and is not left of an earlier one.
static bool is_fresh(const struct run *run, const struct bz_artifact *file) {
  struct stat status;
  char *path = bz_path_join(run->checks.execution_root, file->path);
  bool there = stat(path, &status) == 0;
  free(path);
  return there && (status.st_mtim.tv_sec > run->started.tv_sec ||
                   (status.st_mtim.tv_sec == run->started.tv_sec &&
                    status.st_mtim.tv_nsec >= run->started.tv_nsec));
}

// The exit status that mypy had, where the action does not end with it.
static int mypy_status(const struct run *run, const struct check_item *item) {
  struct sl_text text = {0};
  int status =
      item->exit_code && read_output(run, item->exit_code, &text) ? atoi(sl_text_string(&text)) : 1;
  sl_text_free(&text);
  return status;
}

// Leaves out the last line, which tells of mypy itself: that was said before.
static void drop_version(struct sl_text *report) {
  size_t end = report->length;
  while (end > 0 && report->bytes[end - 1] == '\n') end--;
  while (end > 0 && report->bytes[end - 1] != '\n') end--;
  if (report->length - end > 5 && memcmp(report->bytes + end, "mypy ", 5) == 0)
    report->bytes[report->length = end] = '\0';
}

// A report as it is shown, and without terminal sequences; false if there is none.
static bool take_report(const struct run *run, const struct check_item *item,
                        struct sl_text *report, struct sl_text *plain) {
  if (!read_output(run, item->report, report) || report->length == 0) return false;
  drop_version(report);
  append_plain(plain, sl_text_string(report));
  return true;
}

static void print_report(const struct run *run, const struct check_item *item,
                         const struct sl_text *report, const struct sl_text *plain) {
  printf("%s:\n%s\n", bz_label_text(item->label),
         sl_text_string(run->context->color_output ? report : plain));
  fflush(stdout);
}

// What mypy said of a target with errors; false if it said nothing. What it could not check is told
// in the end.
static bool tell_report(struct run *run, const struct check_item *item) {
  struct sl_text report = {0}, plain = {0};
  bool taken = take_report(run, item, &report, &plain);
  if (taken && mypy_status(run, item) != NOT_CHECKED) {
    run->failed++;
    run->errors += number_before(sl_text_string(&plain), " error");
    run->files += number_before(sl_text_string(&plain), " source file");
    print_report(run, item, &report, &plain);
  }
  sl_text_free(&report);
  sl_text_free(&plain);
  return taken;
}

static void on_failure(void *data, size_t number) {
  struct run *run = data;
  struct action_state *state = &run->states[number];
  const struct check_item *item = state->item;
  state->failed = true;
  if (item && state->action == checks_judge(item) && (item->verdict || is_fresh(run, item->report)))
    state->is_told = tell_report(run, item);
}

static const char *describe(const struct bz_action *action) {
  return action->progress_message ? action->progress_message : action->mnemonic;
}

// A failure that is not mypy's finding: of the program that runs it, or of another action.
static void tell_failure(struct run *run, const struct action_state *state, const char *text) {
  run->failed++;
  if (state->item) {
    printf("%s:\n%s\n", bz_label_text(state->item->label),
           *text ? text : "the action failed and said nothing\n");
    fflush(stdout);
  } else {
    context_tell(run->context, BZ_ERROR, "%s: %s failed:\n%s",
                 bz_target_location(state->action->target), describe(state->action), text);
  }
}

// Appends the lines of a text that were not told before.
static void append_new_lines(struct run *run, const char *text, struct sl_text *out) {
  while (*text) {
    size_t length = strcspn(text, "\n");
    struct told_line *line;
    HASH_FIND(hh, run->told_lines, text, length, line);
    if (!line && length) {
      line = calloc(1, sizeof *line);
      if (!line || !(line->text = strndup(text, length))) abort();
      HASH_ADD_KEYPTR(hh, run->told_lines, line->text, length, line);
      sl_text_format(out, "\n%s", line->text);
    }
    text += length + (text[length] == '\n');
  }
}

// Notes and warnings of an action that has done its work, in Bazel's words. What concerns many
// targets is told of the first.
static void tell_notes(struct run *run, const struct bz_action *action, const char *text) {
  struct sl_text lines = {0};
  append_new_lines(run, text, &lines);
  if (lines.length)
    context_tell(run->context, BZ_INFO, "From %s:%s", describe(action), sl_text_string(&lines));
  sl_text_free(&lines);
}

static void on_output(void *data, size_t number, bool failed, const char *text) {
  struct run *run = data;
  struct action_state *state = &run->states[number];
  if (!failed) {
    tell_notes(run, state->action, text);
  } else if (!state->is_told) {
    tell_failure(run, state, text);
  }
}

// ---------------------------------------------------------------- what did not fail

static void tell_blocked(struct run *run, const struct check_item *item,
                         const struct bz_action *blocker) {
  const struct check_item *other = state_of(run, blocker)->item;
  run->blocked++;
  printf("%s: not checked, because %s %s\n", bz_label_text(item->label),
         bz_label_text(blocker->target->label),
         !other           ? "could not be built"
         : other->verdict ? "could not be checked"
                          : "has errors");
}

// Says why mypy did not check a target, as its report does: where that began, once for all.
static void tell_not_checked(struct run *run, const struct check_item *item) {
  struct sl_text report = {0}, plain = {0}, reason = {0};
  run->blocked++;
  if (take_report(run, item, &report, &plain)) {
    char *rest = strchr(plain.bytes, '\n');
    char *end = rest ? strchr(rest + 1, '\n') : NULL;
    if (end) *end = '\0';
    if (rest) append_new_lines(run, rest + 1, &reason);
    size_t length = strcspn(plain.bytes, "\n");
    if (!reason.length && length && plain.bytes[length - 1] == ':') length--;
    printf("%.*s%s\n", (int)length, plain.bytes, sl_text_string(&reason));
  }
  sl_text_free(&report);
  sl_text_free(&plain);
  sl_text_free(&reason);
}

// A target without errors: shows what mypy has to say all the same, such as a revealed type.
static void tell_checked(struct run *run, const struct check_item *item) {
  struct sl_text report = {0}, plain = {0};
  run->checked++;
  if (take_report(run, item, &report, &plain)) {
    run->files += number_before(sl_text_string(&plain), " source file");
    if (strncmp(plain.bytes, "Success", 7) != 0) print_report(run, item, &report, &plain);
  }
  sl_text_free(&report);
  sl_text_free(&plain);
}

static bool is_not_checked(const struct run *run, const struct check_item *item) {
  return state_of(run, checks_judge(item))->is_told && mypy_status(run, item) == NOT_CHECKED;
}

static void tell_others(struct run *run) {
  find_blockers(run);
  for (size_t i = 0; i < run->checks.count; i++) {
    const struct check_item *item = &run->checks.items[i];
    if (!item->report) continue;
    const struct bz_action *blocker = state_of(run, checks_judge(item))->blocker;
    if (!blocker && item->asked) tell_checked(run, item);
  }
  for (size_t i = 0; i < run->checks.count; i++) {
    const struct check_item *item = &run->checks.items[i];
    if (!item->report) continue;
    const struct bz_action *blocker = state_of(run, checks_judge(item))->blocker;
    if (is_not_checked(run, item)) {
      tell_not_checked(run, item);
    } else if (blocker && state_of(run, blocker)->item != item) {
      tell_blocked(run, item, blocker);
    }
  }
}

// ---------------------------------------------------------------- summary

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int summarize(struct run *run) {
  struct sl_text text = {0};
  size_t reasons = 0;
  for (size_t i = 0; i < run->checks.count; i++)
    reasons += run->checks.items[i].reason && run->checks.items[i].asked;
  sl_text_format(&text, "%zu target%s checked (%zu file%s), %zu action%s run",
                 run->checked + run->failed, context_plural(run->checked + run->failed), run->files,
                 context_plural(run->files), run->ninja.finished,
                 context_plural(run->ninja.finished));
  if (reasons) sl_text_format(&text, ", %zu without a check", reasons);
  sl_text_format(&text, ", in %.1f s: ", seconds_since(&run->start));
  bool good = run->failed == 0 && run->blocked == 0 && run->ninja.status == 0;
  if (good) {
    sl_text_append_string(&text, "no errors");
  } else {
    sl_text_format(&text, "%zu error%s in %zu target%s", run->errors, context_plural(run->errors),
                   run->failed, context_plural(run->failed));
    if (run->blocked) sl_text_format(&text, ", %zu not checked", run->blocked);
  }
  fflush(stdout);
  context_tell(run->context, good ? BZ_INFO : BZ_ERROR, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return good ? BZ_EXIT_SUCCESS : BZ_EXIT_FAILURE;
}

// ---------------------------------------------------------------- tools and mode

// What a check runs is looked for first: nothing is made or started, no worker either, that would have
// nothing to do. False with an error told.
static bool find_tools(struct run *run) {
  struct context *context = run->context;
  struct sl_text message = {0};
  bool found = interpreter_find(context, &run->interpreter, &message) && ninja_run_find(&message);
  if (!found) context_tell(context, BZ_ERROR, "%s", sl_text_string(&message));
  sl_text_free(&message);
  return found;
}

// Versions as numbers between points; a number is more than none.
static int compare_versions(const char *a, const char *b) {
  for (;;) {
    char *a_end, *b_end;
    unsigned long left = strtoul(a, &a_end, 10), right = strtoul(b, &b_end, 10);
    if (left != right) return left < right ? -1 : 1;
    if (*a_end != '.' || *b_end != '.') return (*a_end == '.') - (*b_end == '.');
    a = a_end + 1;
    b = b_end + 1;
  }
}

// What the mypy at hand and the options say of build settings. False with an error pending.
static bool set_flags(struct run *run) {
  struct context *context = run->context;
  const struct bz_check *check = &bz_check_default;
  if (context->options.strict_cache &&
      !sl_list_push(context->thread, context->options.flags, sl_string_from(check->strict_flag)))
    return false;
  if (compare_versions(run->interpreter.version, check->oldest_version) >= 0) return true;
  context_tell(context, BZ_INFO, "%s %s is older than %s: %s", check->module,
               run->interpreter.version, check->oldest_version, check->flag_before);
  // Before what the command line says, so that it can say otherwise.
  return sl_list_push(context->thread, context->options.rc_flags,
                      sl_string_from(check->flag_before));
}

static bool knows_workers(const char *version) {
  const char *const *known = bz_check_default.worker_versions;
  while (*known && strncmp(version, *known, strlen(*known)) != 0) known++;
  return *known != NULL;
}

// False with an error told.
static bool choose_strategy(struct run *run) {
  enum workers_strategy otherwise =
      knows_workers(run->interpreter.version) ? WORKERS_USED : WORKERS_UNUSED;
  enum workers_strategy chosen = workers_choose(run->context, bz_check_default.mnemonic, otherwise);
  run->uses_workers = chosen == WORKERS_USED;
  return chosen != WORKERS_UNKNOWN;
}

// "INFO: mypy 2.4.1 of /usr/bin/python3, mode shared, worker"
static void tell_mode(struct run *run) {
  struct sl_text text = {0};
  const char *last = NULL;
  struct bz_worker *workers;
  sl_text_format(&text, "%s %s of %s", bz_check_default.module, run->interpreter.version,
                 run->interpreter.path);
  for (size_t i = 0; i < run->checks.count; i++) {
    sl_value mode = sl_struct_get(run->checks.items[i].info, "mode");
    if (!mode || (last && sl_string_is(mode, last))) continue;
    sl_text_format(&text, last ? " and %s" : ", mode %s", sl_string_bytes(mode));
    last = sl_string_bytes(mode);
  }
  if (run->uses_workers) run->uses_workers = bz_lowered_workers(run->checks.closure, &workers) > 0;
  if (last) sl_text_format(&text, ", %s", run->uses_workers ? "worker" : "local");
  context_tell(run->context, BZ_INFO, "%s", sl_text_string(&text));
  sl_text_free(&text);
}

// ---------------------------------------------------------------- running

static int tell_results(struct run *run) {
  tell_others(run);
  return summarize(run);
}

static bool start_ninja(struct run *run) {
  int processes = run->checks.run->processes;
  run->ninja = (struct ninja_run){
      .directory = run->checks.execution_root,
      .jobs = run->uses_workers && processes < WORKERS_JOBS ? WORKERS_JOBS : processes,
      .processes = processes,
      .progress = isatty(STDERR_FILENO) && strcmp(run->context->options.color, "no") != 0,
      .listener = {on_failure, on_output, run},
  };
  // The clock of files: it is behind the other.
  clock_gettime(CLOCK_REALTIME_COARSE, &run->started);
  return ninja_run_start(&run->ninja);
}

static int run_ninja(struct run *run) {
  if (!start_ninja(run)) {
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

// Whether the patterns mean all targets there are.
static bool means_everything(const struct context *context) {
  sl_value words = context->options.words;
  return sl_list_length(words) == 1 &&
         (sl_string_is(sl_list_get(words, 0), "//...") ||
          (!*context->directory && sl_string_is(sl_list_get(words, 0), "...")));
}

// Makes the execution root, with what ninja and its actions need to know. False with an error told.
static bool prepare(struct run *run, bool everything, int *status) {
  struct context *context = run->context;
  bool changed;
  checks_lower(context, &run->checks, run->interpreter.path, run->interpreter.identity);
  tell_mode(run);
  return lock_take(context) && checks_prepare(context, &run->checks, status) &&
         changes_settle(context, &run->checks, everything, &changed) &&
         workers_prepare(context, &run->checks, run->uses_workers, changed || run->checks.is_new);
}

static int run_checks(struct run *run) {
  make_states(run);
  int result = run_ninja(run);
  if (run->ninja.status == 0) changes_done(&run->checks);
  if (run->context->options.worker_quit_after_build) workers_shut_down(run->context);
  ninja_run_free(&run->ninja);
  free_states(run);
  return result;
}

static int check(struct run *run) {
  struct context *context = run->context;
  struct bz_target **targets;
  size_t count;
  int status = BZ_EXIT_SUCCESS;
  if (!checks_targets(context, context->options.words, &targets, &count, &status) ||
      !checks_collect(context, targets, count, &run->checks, &status) ||
      !prepare(run, status == BZ_EXIT_SUCCESS && means_everything(context), &status))
    return status ? status : BZ_EXIT_LOCAL_ENVIRONMENT;
  int result = run_checks(run);
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
  struct bz_run how = workers_run(&context);
  run.checks.run = &how;
  if (!find_tools(&run)) return BZ_EXIT_LOCAL_ENVIRONMENT;
  if (!choose_strategy(&run)) return BZ_EXIT_COMMAND_LINE;
  if (!set_flags(&run)) return BZ_EXIT_FAILURE;
  // The launchers of tools start the interpreter that was found, unless the user names another for
  // programs.
  if (!context.options.python_path) context.options.python_path = run.interpreter.path;
  status = context_open(&context);
  if (status < 0) status = check(&run);
  interpreter_free(&run.interpreter);
  return status;
}

const struct bz_command bz_check_command = {synopsis, doc, check_run};
