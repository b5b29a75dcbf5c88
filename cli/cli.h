// SPDX-License-Identifier: Apache-2.0
//
// Cli: the commands of the program. A command is one file that defines `bz_NAME_command`, and one row of the
// list in main.c.
#ifndef CLI_CLI_H_
#define CLI_CLI_H_

#include <stdbool.h>

// Exit statuses, as Bazel's.
enum {
  BZ_EXIT_SUCCESS = 0,
  BZ_EXIT_FAILURE = 1,       // the command ran and found errors
  BZ_EXIT_COMMAND_LINE = 2,  // it was called in a wrong way
  BZ_EXIT_PARTIAL = 3,       // --keep_going: there were errors, and results
  BZ_EXIT_ANALYSIS = 7,      // a query could not be evaluated
  BZ_EXIT_INTERRUPTED = 8,
  BZ_EXIT_LOCAL_ENVIRONMENT =
      36,  // the machine is the reason: a full disk, a program that is not there
};

struct bz_command {
  const char *synopsis;               // what may follow the name
  const char *doc;                    // its first line is what `help` lists; --help tells all
  int (*run)(int argc, char **argv);  // argv[0] is the command's name; returns the exit status
};

// For commands without a workspace: whether the first argument is --help, which has then been answered.
bool bz_command_told_help(const char *synopsis, const char *doc, int argc, char **argv);

#endif  // CLI_CLI_H_
