// SPDX-License-Identifier: Apache-2.0
//
// Interpreter: which Python runs the checks.
#ifndef CLI_INTERPRETER_H_
#define CLI_INTERPRETER_H_

#include "cli/context.h"

struct interpreter {
  char *path;      // absolute; malloc'ed
  char *version;   // of the module that was asked for: "2.4.1"; malloc'ed
  char *identity;  // one line that changes when the interpreter or the module does; malloc'ed
};

// Finds a Python that can import the check's module: the one that the options name, by its path or
// as a program in PATH, else the workspace's .venv, the environment beside this program (the source
// tree's build/), `python3` and the module's own program in PATH. False: `message` says what to do.
bool interpreter_find(const struct context *context, struct interpreter *found,
                      struct sl_text *message);
// The first of the same places that has a Python at all with pip, for fetching packages.
bool interpreter_find_with_pip(const struct context *context, struct interpreter *found,
                               struct sl_text *message);
void interpreter_free(struct interpreter *interpreter);

#endif  // CLI_INTERPRETER_H_
