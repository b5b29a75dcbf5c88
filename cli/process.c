// SPDX-License-Identifier: Apache-2.0
//
// Process: fork, exec and pipes, in the few forms that commands need.
#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void drop(int descriptor) {
  int null = open("/dev/null", O_WRONLY);
  if (null >= 0) dup2(null, descriptor);
}

// What happens in the child. Reports a failed exec through `report`, which closes by itself when
// exec succeeds.
static _Noreturn void become(const char *const *argv, const char *directory,
                             const char *const *environment, int report) {
  char *const *variables = environment ? (char *const *)(uintptr_t)environment : environ;
  if (directory && chdir(directory) != 0) goto failed;
  execvpe(argv[0], (char *const *)(uintptr_t)argv, variables);
failed:;
  int error = errno;
  ssize_t written = write(report, &error, sizeof error);
  _exit(written == sizeof error ? 127 : 126);
}

// Forks; the child's descriptors are set up by `setup`. 0 and errno set when the program could not
// be started.
static pid_t start(const char *const *argv, const char *directory, const char *const *environment,
                   int output, int errors) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return 0;
  pid_t pid = fork();
  if (pid == 0) {
    if (output >= 0) dup2(output, STDOUT_FILENO);
    if (errors >= 0) dup2(errors, STDERR_FILENO);
    if (errors == -2) drop(STDERR_FILENO);
    become(argv, directory, environment, report[1]);
  }
  close(report[1]);
  int error = 0;
  ssize_t got = pid > 0 ? read(report[0], &error, sizeof error) : 0;
  close(report[0]);
  if (pid < 0) return 0;
  if (got <= 0) return pid;
  wait_for(pid);
  errno = error;
  return 0;
}

static bool read_some(int descriptor, struct sl_text *out) {
  sl_text_reserve(out, 4096);
  ssize_t got;
  do {
    got = read(descriptor, out->bytes + out->length, out->capacity - out->length - 1);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  out->length += (size_t)got;
  out->bytes[out->length] = '\0';
  return true;
}

bool process_search_path(const char *name, bool (*visit)(void *data, const char *program),
                         void *data) {
  const char *path = getenv("PATH");
  for (const char *at = path ? path : ""; *at;) {
    size_t length = strcspn(at, ":");
    struct sl_text program = {0};
    sl_text_append(&program, at, length);
    sl_text_format(&program, "%s%s", length ? "/" : "", name);
    bool done = visit(data, sl_text_string(&program));
    sl_text_free(&program);
    if (done) return true;
    at += length + (at[length] == ':');
  }
  return false;
}

static bool is_program(void *data, const char *program) {
  (void)data;
  return access(program, X_OK) == 0;
}

bool process_is_in_path(const char *name) { return process_search_path(name, is_program, NULL); }

int process_run(const char *const *argv, struct sl_text *out, bool quiet) {
  int ends[2] = {-1, -1};
  if (out && pipe2(ends, O_CLOEXEC) != 0) return -1;
  pid_t pid = start(argv, NULL, NULL, ends[1], quiet ? -2 : -1);
  if (ends[1] >= 0) close(ends[1]);
  while (out && pid && read_some(ends[0], out)) continue;
  if (ends[0] >= 0) close(ends[0]);
  return pid ? wait_for(pid) : -1;
}

bool process_start(struct process *process, const char *const *argv, const char *directory,
                   const char *const *environment) {
  int ends[2];
  *process = (struct process){0};
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  process->pid = start(argv, directory, environment, ends[1], ends[1]);
  int error = errno;
  close(ends[1]);
  process->output = ends[0];
  if (process->pid) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &ignore, &process->interrupt);
    return true;
  }
  close(ends[0]);
  errno = error;
  return false;
}

bool process_line(struct process *process, struct sl_text *line) {
  sl_text_reset(line);
  for (;;) {
    const char *start = sl_text_string(&process->rest);
    const char *newline = memchr(start, '\n', process->rest.length);
    if (newline) {
      size_t length = (size_t)(newline - start);
      sl_text_append(line, start, length);
      process->rest.length -= length + 1;
      memmove(process->rest.bytes, newline + 1, process->rest.length + 1);
      return true;
    }
    if (read_some(process->output, &process->rest)) continue;
    if (process->rest.length == 0) return false;
    sl_text_append(line, process->rest.bytes, process->rest.length);
    sl_text_reset(&process->rest);
    return true;
  }
}

int process_finish(struct process *process) {
  close(process->output);
  sl_text_free(&process->rest);
  int status = wait_for(process->pid);
  sigaction(SIGINT, &process->interrupt, NULL);
  return status;
}
