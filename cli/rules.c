// SPDX-License-Identifier: Apache-2.0
//
// Rules: `starmypy rules`: shows the rule sets inside the binary, so that people can read them.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "rules/bazel.h"

static const char synopsis[] = "[PATH...]";
static const char doc[] =
    "Shows the rule sets inside this program.\n"
    "\n"
    "Lists their files, or prints those named.";

static const struct bz_embedded_file *find(const char *path) {
  for (const struct bz_embedded_file *file = bz_embedded_files; file->path; file++)
    if (strcmp(file->path, path) == 0) return file;
  return NULL;
}

static int rules_run(int argc, char **argv) {
  if (bz_command_told_help(synopsis, doc, argc, argv)) return BZ_EXIT_SUCCESS;
  for (const struct bz_embedded_file *file = bz_embedded_files; argc < 2 && file->path; file++)
    puts(file->path);
  for (int i = 1; i < argc; i++) {
    const struct bz_embedded_file *file = find(argv[i]);
    if (!file) {
      fprintf(stderr, "ERROR: no embedded file '%s'. `starmypy rules` lists them.\n", argv[i]);
      return BZ_EXIT_COMMAND_LINE;
    }
    fwrite(file->bytes, 1, file->length, stdout);
  }
  return fflush(stdout) == 0 ? BZ_EXIT_SUCCESS : BZ_EXIT_LOCAL_ENVIRONMENT;
}

const struct bz_command bz_rules_command = {synopsis, doc, rules_run};
