// SPDX-License-Identifier: Apache-2.0
//
// Workers: two links in the execution root, to this program and to the folder of the sockets, are
// all that actions see of them; without the second no worker is found. Paths of sockets are relative,
// as the system takes no long ones.
#include "cli/workers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/process.h"
#include "cli/worker_client.h"
#include "runtime/object.h"

#define PROGRAM ".starmypy"
#define SOCKETS ".workers"
#define FOLDER "workers"  // in the output base

// As many as ninja would run: a few more than there are processors, since some wait for files.
static int default_jobs(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return (int)(count < 1 ? 2 : count > 2 ? count + 2 : count + 1);
}

struct bz_run workers_run(const struct context *context) {
  int jobs = context->options.jobs;
  return (struct bz_run){
      .program = "./" PROGRAM, .sockets = SOCKETS, .processes = jobs > 0 ? jobs : default_jobs()};
}

// ---------------------------------------------------------------- strategy

// Bazel's names.
static const struct {
  const char *name;
  enum workers_strategy strategy;
} strategies[] = {{"worker", WORKERS_USED},
                  {"local", WORKERS_UNUSED},
                  {"standalone", WORKERS_UNUSED},
                  {"sandboxed", WORKERS_UNUSED}};

enum workers_strategy workers_choose(const struct context *context, const char *mnemonic,
                                     enum workers_strategy otherwise) {
  sl_value given = sl_dict_get_string(context->options.strategies, mnemonic);
  if (!given) given = sl_dict_get_string(context->options.strategies, "");
  if (!given) return otherwise;
  const char *name = sl_string_bytes(given);  // the first of those that may be used
  size_t length = strcspn(name, ",");
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++)
    if (strlen(strategies[i].name) == length && memcmp(strategies[i].name, name, length) == 0)
      return strategies[i].strategy;
  context_tell(context, BZ_ERROR,
               "'%.*s' is not a valid strategy of '%s' actions. Valid values are: worker, local",
               (int)length, name, mnemonic);
  return WORKERS_UNKNOWN;
}

// ---------------------------------------------------------------- links

// Makes a link in the execution root what it should be: NULL: not there.
static bool settle_link(struct context *context, const struct checks *checks, const char *name,
                        const char *target) {
  char *path = bz_path_join(checks->execution_root, name), present[PATH_MAX];
  ssize_t length = readlink(path, present, sizeof present - 1);
  present[length > 0 ? length : 0] = '\0';
  bool done = target && strcmp(present, target) == 0;
  if (!done) {
    done = (unlink(path) == 0 || errno == ENOENT) && (!target || symlink(target, path) == 0);
    if (!done) context_tell(context, BZ_ERROR, "cannot make link %s: %s", path, strerror(errno));
  }
  free(path);
  return done;
}

static bool settle_links(struct context *context, const struct checks *checks, bool used) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  program[length > 0 ? length : 0] = '\0';
  return settle_link(context, checks, PROGRAM, program) &&
         settle_link(context, checks, SOCKETS, used ? "../../" FOLDER : NULL);
}

// ---------------------------------------------------------------- the working directory

// Paths of sockets are short only from where they stand. Goes there; returns where it was, as a
// descriptor for leave(), or -1 if it did not go.
static int enter(const char *directory) {
  int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (before >= 0 && chdir(directory) != 0) {
    close(before);
    return -1;
  }
  return before;
}

static void leave(const struct context *context, int before) {
  if (fchdir(before) != 0)
    context_tell(context, BZ_WARNING, "the working directory is gone: %s", strerror(errno));
  close(before);
}

// ---------------------------------------------------------------- starting

// What the options ask of a worker; one that was asked for something else is replaced.
static sl_value worker_options(struct context *context) {
  const struct options *options = &context->options;
  sl_value list = sl_list(context->thread, NULL, 0);
  const struct {
    const char *name;
    int value;
  } numbers[] = {{"--max_idle_secs", options->worker_max_idle_secs},
                 {"--memory_limit_mb", options->total_worker_memory_limit_mb}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (numbers[i].value > 0 &&
        !sl_list_push(context->thread, list,
                      sl_string_format("%s=%d", numbers[i].name, numbers[i].value)))
      return NULL;
  return list;
}

// What tells one worker from another: what was asked of it, and the directory that it is in, the current
// one, which may have been moved or made anew since.
static const char *identity_of(sl_value options) {
  struct sl_text text = {0};
  struct stat directory = {0};
  if (stat(".", &directory) == 0)
    sl_text_format(&text, "%ju:%ju", (uintmax_t)directory.st_dev, (uintmax_t)directory.st_ino);
  for (size_t i = 0; i < sl_list_length(options); i++)
    sl_text_format(&text, " %s", sl_string_bytes(sl_list_get(options, i)));
  const char *identity = bz_text_copy(sl_text_string(&text));
  sl_text_free(&text);
  return identity;
}

static bool push_text(struct context *context, sl_value list, const char *text) {
  return sl_list_push(context->thread, list, sl_string_from(text));
}

// The action's program in its environment, as a worker.
static sl_value start_command(struct context *context, const struct bz_worker *worker,
                              const char *socket, sl_value options) {
  sl_value command = sl_list(context->thread, NULL, 0);
  if (!bz_lowered_environment(context->thread, command, worker->action) ||
      !sl_list_push(context->thread, command, sl_list_get(worker->action->arguments, 0)) ||
      !push_text(context, command, "--persistent_worker") ||
      !sl_list_push(context->thread, command, sl_string_format("--socket=%s", socket)) ||
      !push_text(context, command, "--daemon") ||
      !sl_list_push(context->thread, command,
                    sl_string_format("--identity=%s", identity_of(options))) ||
      !sl_list_extend(context->thread, command, options))
    return NULL;
  // No reason to replace a worker that has loaded so much.
  if (context->options.jobs > 0 &&
      !sl_list_push(context->thread, command, sl_string_format("--jobs=%d", context->options.jobs)))
    return NULL;
  return command;
}

// Runs a command in the execution root. Its last line is what it has to say.
static int run_there(const struct checks *checks, sl_value command, struct sl_text *last) {
  size_t count = sl_list_length(command);
  const char **words = sl_allocate((count + 1) * sizeof *words);
  for (size_t i = 0; i < count; i++) words[i] = sl_string_bytes(sl_list_get(command, i));
  struct process process;
  struct sl_text line = {0};
  if (!process_start(&process, words, checks->execution_root, NULL)) return -1;
  while (process_line(&process, &line)) {
    sl_text_reset(last);
    sl_text_append(last, sl_text_string(&line), line.length);
  }
  sl_text_free(&line);
  return process_finish(&process);
}

// Whether a worker that was asked for the same answers; another one is ended.
static bool runs(const char *socket, const char *identity) {
  static const char *const request[] = {"--worker-status", NULL};
  struct sl_text answer = {0};
  int status;
  bool answered = worker_client_call(socket, request, &answer, &status);
  bool same = answered && status == 0 && strcmp(sl_text_string(&answer), identity) == 0;
  if (answered && !same) worker_client_shut_down(socket);
  sl_text_free(&answer);
  return same;
}

// In the execution root.
static void ensure(struct context *context, const struct checks *checks,
                   const struct bz_worker *worker) {
  const char *socket = bz_text_format(SOCKETS "/%s.sock", worker->name);
  sl_value options = worker_options(context);
  if (!options || runs(socket, identity_of(options))) return;
  sl_value command = start_command(context, worker, socket, options);
  struct sl_text last = {0};
  int status = command ? run_there(checks, command, &last) : -1;
  if (status != 0)
    context_tell(context, BZ_WARNING, "no worker for '%s' actions: %s ended with status %d%s%s",
                 worker->action->mnemonic,
                 sl_string_bytes(sl_list_get(worker->action->arguments, 0)), status,
                 last.length ? ": " : "", sl_text_string(&last));
  sl_text_free(&last);
}

static void ensure_all(struct context *context, const struct checks *checks) {
  struct bz_worker *workers;
  size_t count = bz_lowered_workers(checks->closure, &workers);
  int before = count ? enter(checks->execution_root) : -1;
  if (before < 0) return;
  for (size_t i = 0; i < count; i++) ensure(context, checks, &workers[i]);
  leave(context, before);
}

bool workers_prepare(struct context *context, const struct checks *checks, bool used, bool start) {
  const char *output_base = bz_workspace_output_base(context->session->workspace);
  char *folder = bz_path_join(output_base, FOLDER);
  bool done = settle_links(context, checks, used);
  if (done && used) {
    done = bz_directory_make(context->thread, folder);
    context_tell_error(context);
  }
  if (done && used && start) ensure_all(context, checks);
  free(folder);
  return done;
}

// ---------------------------------------------------------------- ending

size_t workers_shut_down(const struct context *context) {
  const char *output_base = bz_workspace_output_base(context->session->workspace);
  char *folder = bz_path_join(output_base, FOLDER);
  int before = enter(folder);
  free(folder);
  if (before < 0) return 0;
  DIR *sockets = opendir(".");
  size_t count = 0;
  for (const struct dirent *entry; sockets && (entry = readdir(sockets));)
    if (sl_ends_with(entry->d_name, ".sock")) count += worker_client_shut_down(entry->d_name);
  if (sockets) closedir(sockets);
  leave(context, before);
  return count;
}
