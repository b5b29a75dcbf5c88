// SPDX-License-Identifier: Apache-2.0
//
// Main: finds the command that the first argument names and runs it. `starmypy FILE` evaluates a file.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/worker_client.h"
#include "common/spell.h"

// Every command, in the order of `starmypy help`.
#define COMMANDS(ROW) \
  ROW(aquery)         \
  ROW(check)          \
  ROW(clean)          \
  ROW(eval)           \
  ROW(explain)        \
  ROW(help)           \
  ROW(plan)           \
  ROW(query)          \
  ROW(repl)           \
  ROW(rules)          \
  ROW(shutdown)       \
  ROW(vendor)         \
  ROW(version)

#define DECLARE(name) extern const struct bz_command bz_##name##_command;
COMMANDS(DECLARE)

#define TABLE_ROW(name) {#name, &bz_##name##_command},
static const struct {
  const char *name;
  const struct bz_command *command;
} commands[] = {COMMANDS(TABLE_ROW)};

static const char help_synopsis[] = "[COMMAND]";
static const char help_doc[] = "Lists the commands, or tells about one.";
static const char version_doc[] = "Prints the version.";

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static const struct bz_command *find(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, name) == 0) return commands[i].command;
  }
  return NULL;
}

static int not_found(const char *name) {
  struct sl_spell spell;
  sl_spell_begin(&spell, name, strlen(name));
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    sl_spell_offer(&spell, commands[i].name, strlen(commands[i].name));
  }
  fprintf(stderr, "Command '%s' not found", name);
  if (spell.best) fprintf(stderr, " (did you mean '%s'?)", spell.best);
  fputs(". Try 'starmypy help'.\n", stderr);
  return BZ_EXIT_COMMAND_LINE;
}

static bool is_help(const char *argument) {
  return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

bool bz_command_told_help(const char *synopsis, const char *doc, int argc, char **argv) {
  if (argc < 2 || !is_help(argv[1])) return false;
  printf("Usage: starmypy %s%s%s\n\n%s\n", argv[0], *synopsis ? " " : "", synopsis, doc);
  return true;
}

static void list_commands(void) {
  printf(
      "Usage: starmypy COMMAND ...\n       starmypy FILE\n       starmypy -c TEXT\n\n"
      "Commands:\n");
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    const char *doc = commands[i].command->doc;
    printf("  %-9s %.*s\n", commands[i].name, (int)strcspn(doc, "\n"), doc);
  }
  printf("\n'starmypy help COMMAND' tells more.\n");
}

static int help_run(int argc, char **argv) {
  if (bz_command_told_help(help_synopsis, help_doc, argc, argv)) return BZ_EXIT_SUCCESS;
  if (argc < 2) {
    list_commands();
    return BZ_EXIT_SUCCESS;
  }
  const struct bz_command *command = find(argv[1]);
  if (!command) return not_found(argv[1]);
  char help[] = "--help";
  char *words[] = {argv[1], help, NULL};
  return command->run(2, words);
}

static int version_run(int argc, char **argv) {
  if (bz_command_told_help("", version_doc, argc, argv)) return BZ_EXIT_SUCCESS;
  printf("starmypy %s\n", sl_version());
  return BZ_EXIT_SUCCESS;
}

// Whether the first argument is no command, but something for eval: an option of it, or the name of
// a file.
static bool is_for_eval(const char *argument) {
  if (argument[0] == '-') {
    return !argument[1] || strcmp(argument, "--testing") == 0 || strcmp(argument, "-c") == 0;
  }
  return strpbrk(argument, "./") || access(argument, R_OK) == 0;
}

// Options may stand before the command's name, as Bazel's startup options do; the command reads them
// behind it.
static void move_options(int count, char **words) {
  char *command = words[count];
  memmove(words + 1, words, (size_t)count * sizeof *words);
  words[0] = command;
}

int main(int argc, char **argv) {
  // A build starts it for every action: it has nothing to do with Starlark, nor time for it.
  if (argc > 1 && strcmp(argv[1], "worker-client") == 0)
    return worker_client_run(argc - 1, argv + 1);
  sl_initialize(NULL);
  int leading = options_count_leading(argc - 1, argv + 1);
  if (leading > 0 && leading < argc - 1 && find(argv[leading + 1])) move_options(leading, argv + 1);
  if (argc < 2 || is_help(argv[1])) return help_run(1, argv);
  if (strcmp(argv[1], "--version") == 0) return version_run(1, argv);
  const struct bz_command *command = find(argv[1]);
  if (command) return command->run(argc - 1, argv + 1);
  if (is_for_eval(argv[1])) return find("eval")->run(argc, argv);
  return not_found(argv[1]);
}

const struct bz_command bz_help_command = {help_synopsis, help_doc, help_run};
const struct bz_command bz_version_command = {"", version_doc, version_run};
