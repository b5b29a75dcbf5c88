// SPDX-License-Identifier: Apache-2.0
//
// Main: finds the command that the first argument names and runs it. `starmypy FILE` evaluates a file.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"

// Every command, in the order of `starmypy help`.
#define COMMANDS(ROW) \
  ROW(aquery)         \
  ROW(check)          \
  ROW(clean)          \
  ROW(eval)           \
  ROW(explain)        \
  ROW(help)           \
  ROW(query)          \
  ROW(rules)          \
  ROW(vendor)         \
  ROW(version)

#define DECLARE(name) extern const struct bz_command bz_##name##_command;
COMMANDS(DECLARE)

#define TABLE_ROW(name) {#name, &bz_##name##_command},
static const struct {
  const char *name;
  const struct bz_command *command;
} commands[] = {COMMANDS(TABLE_ROW)};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static const struct bz_command *find(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, name) == 0) return commands[i].command;
  }
  return NULL;
}

static int not_found(const char *name) {
  fprintf(stderr, "Command '%s' not found. Try 'starmypy help'.\n", name);
  return BZ_EXIT_COMMAND_LINE;
}

static int help_run(int argc, char **argv) {
  if (argc > 1) {
    const struct bz_command *command = find(argv[1]);
    if (!command) return not_found(argv[1]);
    printf("Usage: starmypy %s %s\n\n%s\n", argv[1], command->synopsis, command->doc);
    return BZ_EXIT_SUCCESS;
  }
  printf("Usage: starmypy COMMAND ...\n       starmypy FILE\n\n");
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    printf("  %-10s %s\n", commands[i].name, commands[i].command->doc);
  }
  return BZ_EXIT_SUCCESS;
}

static int version_run(int argc, char **argv) {
  (void)argc, (void)argv;
  printf("starmypy %s\n", STARMYPY_VERSION);
  return BZ_EXIT_SUCCESS;
}

// Whether the first argument is no command, but something for eval: an option of it, or the name of a file.
static bool is_for_eval(const char *argument) {
  return strcmp(argument, "--testing") == 0 || strcmp(argument, "-c") == 0 ||
         strpbrk(argument, "./") || access(argument, R_OK) == 0;
}

// Options may stand before the command's name, as Bazel's startup options do; the command reads them behind it.
static void move_options(int count, char **words) {
  char *command = words[count];
  memmove(words + 1, words, (size_t)count * sizeof *words);
  words[0] = command;
}

int main(int argc, char **argv) {
  sl_initialize(NULL);
  int leading = options_count_leading(argc - 1, argv + 1);
  if (leading > 0 && leading < argc - 1 && find(argv[leading + 1])) move_options(leading, argv + 1);
  if (argc < 2 || strcmp(argv[1], "--help") == 0) return help_run(1, argv);
  if (strcmp(argv[1], "--version") == 0) return version_run(1, argv);
  const struct bz_command *command = find(argv[1]);
  if (command) return command->run(argc - 1, argv + 1);
  if (is_for_eval(argv[1])) return find("eval")->run(argc, argv);
  return not_found(argv[1]);
}

const struct bz_command bz_help_command = {"[COMMAND]", "Lists the commands, or explains one.",
                                           help_run};
const struct bz_command bz_version_command = {"", "Prints the version.", version_run};
