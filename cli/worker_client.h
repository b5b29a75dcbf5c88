// SPDX-License-Identifier: Apache-2.0
//
// Worker client: an action's command, handed to a server that is warm already. The protocol is Bazel's for
// persistent workers, in JSON: one WorkRequest and one WorkResponse a line. Uses neither the collector nor
// Starlark, so that it can run before either is set up.
#ifndef CLI_WORKER_CLIENT_H_
#define CLI_WORKER_CLIENT_H_

#include <stdbool.h>

#include "common/text.h"

// The environment variable that tells how many clients of one folder of sockets may become a process
// at once; the others wait. Without it all may.
#define WORKER_CLIENT_PROCESSES "STARMYPY_PROCESSES"

// `starmypy worker-client --socket SOCKET -- PROGRAM ARGUMENT...`, with argv[0] "worker-client": asks the
// server at SOCKET to do what PROGRAM would, prints what it has to say and returns its exit status. Becomes
// PROGRAM where no server answers, and where one ends before it has answered.
int worker_client_run(int argc, char **argv);

// One request: `arguments` ends with NULL. What the server says is appended to `output`. False: no server
// listens there, or it ended without an answer.
//
// Besides an action's arguments a server knows "--worker-status", which says the identity that it was
// started with (and is not answered when its own program has changed since: it starts itself anew then),
// and "--worker-shutdown", after which it ends; the connection ends with it.
bool worker_client_call(const char *socket, const char *const *arguments, struct sl_text *output,
                        int *status);
// Asks the server at SOCKET to end and waits until it is gone: it writes nothing any more. False: none was
// there.
bool worker_client_shut_down(const char *socket);

#endif  // CLI_WORKER_CLIENT_H_
