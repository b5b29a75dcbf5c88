// SPDX-License-Identifier: Apache-2.0
//
// Workers: servers that do actions and stay for the next run. That there is one changes no result
// and no command line: without it each action is a process of its own.
#ifndef CLI_WORKERS_H_
#define CLI_WORKERS_H_

#include "cli/checks.h"

enum workers_strategy { WORKERS_USED, WORKERS_UNUSED, WORKERS_UNKNOWN };

// What the options say of a mnemonic: --strategy=[MNEMONIC=]worker or local. `otherwise` when they
// say nothing; WORKERS_UNKNOWN with an error told.
enum workers_strategy workers_choose(const struct context *context, const char *mnemonic,
                                     enum workers_strategy otherwise);
// How a graph of the check's actions is run: see struct bz_graph. With workers ninja may start
// WORKERS_JOBS actions at once, as most of them wait, and what comes together is cheaper.
enum { WORKERS_JOBS = 64 };
struct bz_run workers_run(const struct context *context);
// Lets the actions of an execution root find workers, or keeps them from it. With `start` those that
// the closure's actions can use are started, unless they run. A worker that cannot be started is told
// of as a warning. False with an error told.
bool workers_prepare(struct context *context, const struct checks *checks, bool used, bool start);
// Ends all workers of the output base. Returns how many there were.
size_t workers_shut_down(const struct context *context);

#endif  // CLI_WORKERS_H_
