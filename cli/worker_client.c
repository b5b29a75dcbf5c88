// SPDX-License-Identifier: Apache-2.0
//
// Worker client: connect, write a line, read a line. A build starts one for every action, so it has no
// state and allocates little. The one invariant: the original command runs unless a whole answer came.
#include "cli/worker_client.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/message.h"

// ---------------------------------------------------------------- the answer

// {"exitCode": 1, "output": "text", "requestId": 0}; a member that is not there has its zero value. The
// server is ours, but its line may be cut.
static bool read_response(const struct sl_text *line, struct sl_text *output, int *status) {
  json_t *response = json_loadb(line->bytes, line->length, JSON_ALLOW_NUL, NULL);
  bool whole = json_is_object(response);
  const json_t *said = json_object_get(response, "output");
  *status = (int)json_integer_value(json_object_get(response, "exitCode"));
  if (json_is_string(said))
    sl_text_append(output, json_string_value(said), json_string_length(said));
  json_decref(response);
  return whole;
}

// ---------------------------------------------------------------- the connection

// -1 when nobody listens there.
static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return -1;
  int result;
  do {
    result = connect(connection, (const struct sockaddr *)&address, sizeof address);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return connection;
  close(connection);
  return -1;
}

static bool send_all(int connection, const struct sl_text *request) {
  for (size_t sent = 0; sent < request->length;) {
    ssize_t n = send(connection, request->bytes + sent, request->length - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    sent += (size_t)n;
  }
  return true;
}

// Reads to the end of the line. False: the server ended before.
static bool receive_line(int connection, struct sl_text *line) {
  for (;;) {
    sl_text_reserve(line, 4096);
    ssize_t n = recv(connection, line->bytes + line->length, line->capacity - line->length - 1, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    const char *newline = memchr(line->bytes + line->length, '\n', (size_t)n);
    line->length += (size_t)n;
    line->bytes[line->length] = '\0';
    if (newline) return true;
  }
}

static void write_request(struct sl_text *request, const char *const *arguments) {
  sl_text_append_string(request, "{\"arguments\":[");
  for (size_t i = 0; arguments[i]; i++) {
    if (i > 0) sl_text_append_char(request, ',');
    sl_message_json_string(request, arguments[i], strlen(arguments[i]));
  }
  sl_text_append_string(request, "]}\n");
}

// The answer to a request, as worker_client_call gives it.
static bool ask(int connection, const char *const *arguments, struct sl_text *output, int *status) {
  struct sl_text request = {0}, response = {0};
  write_request(&request, arguments);
  bool answered = send_all(connection, &request) && receive_line(connection, &response) &&
                  read_response(&response, output, status);
  sl_text_free(&request);
  sl_text_free(&response);
  return answered;
}

bool worker_client_call(const char *path, const char *const *arguments, struct sl_text *output,
                        int *status) {
  int connection = connect_to(path);
  if (connection < 0) return false;
  bool answered = ask(connection, arguments, output, status);
  close(connection);
  return answered;
}

bool worker_client_shut_down(const char *path) {
  static const char *const request[] = {"--worker-shutdown", NULL};
  struct sl_text rest = {0};
  int connection = connect_to(path), status;
  if (connection < 0) return false;
  bool answered = ask(connection, request, &rest, &status);
  while (receive_line(connection, &rest)) continue;
  close(connection);
  sl_text_free(&rest);
  return answered;
}

// ---------------------------------------------------------------- the command

// Takes one of so many locks beside the socket, or waits for one. It is that of the process from then
// on. Where there is no such folder no worker was meant to be used, and all may run that were started.
static void wait_for_turn(const char *socket) {
  const char *slash = strrchr(socket, '/'), *limit = getenv(WORKER_CLIENT_PROCESSES);
  int count = limit ? atoi(limit) : 0, descriptor = -1;
  for (int i = 0; slash && i <= count && count > 0; i++) {
    bool waits = i == count;
    struct sl_text path = {0};
    sl_text_append(&path, socket, (size_t)(slash - socket));
    sl_text_format(&path, "/turn-%d", waits ? getpid() % count : i);
    descriptor = open(sl_text_string(&path), O_RDWR | O_CREAT, 0600);
    sl_text_free(&path);
    if (descriptor < 0 || flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return;
    close(descriptor);
  }
}

static int become(const char *socket, char **command) {
  wait_for_turn(socket);
  execvp(command[0], command);
  fprintf(stderr, "cannot run %s: %s\n", command[0], strerror(errno));
  return errno == ENOENT ? 127 : 126;  // as a shell
}

// The program of a command, behind what sets its environment: "/usr/bin/env -i NAME=VALUE ...".
static char **find_program(char **command) {
  if (strcmp(command[0], "/usr/bin/env") != 0 || !command[1] || strcmp(command[1], "-i") != 0)
    return command;
  char **word = command + 2;
  while (*word && strchr(*word, '=')) word++;
  return *word ? word : command;
}

int worker_client_run(int argc, char **argv) {
  if (argc < 5 || strcmp(argv[1], "--socket") != 0 || strcmp(argv[3], "--") != 0) {
    fputs("Usage: starmypy worker-client --socket SOCKET -- PROGRAM [ARGUMENT...]\n", stderr);
    return BZ_EXIT_COMMAND_LINE;
  }
  char **command = argv + 4;
  struct sl_text output = {0};
  int status;
  if (!worker_client_call(argv[2], (const char *const *)find_program(command) + 1, &output,
                          &status))
    return become(argv[2], command);
  fwrite(sl_text_string(&output), 1, output.length, stderr);
  sl_text_free(&output);
  return status;
}
