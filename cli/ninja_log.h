// SPDX-License-Identifier: Apache-2.0
//
// Ninja_log: how long actions took when they last ran, as ninja's log in the execution root has it.
#ifndef CLI_NINJA_LOG_H_
#define CLI_NINJA_LOG_H_

#include "rules/bazel.h"

struct ninja_log;

// Reads the log of an execution root; without one, or with one of an unknown format, nothing is
// known. Never NULL; free it with ninja_log_free.
struct ninja_log *ninja_log_read(struct sl_thread *thread, const char *execution_root);
// The seconds of an action's last run, or -1: it is not known. What one run has made has one entry
// for each output, all with its times: others are of different runs, perhaps of another action.
double ninja_log_seconds(const struct ninja_log *log, const struct bz_action *action);
void ninja_log_free(struct ninja_log *log);

#endif  // CLI_NINJA_LOG_H_
