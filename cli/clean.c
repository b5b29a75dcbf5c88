// SPDX-License-Identifier: Apache-2.0
//
// Clean: `starmypy clean`: removes what commands made in the output base. Fetched packages are
// kept, as they cost a download; --expunge removes the whole output base.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/context.h"
#include "cli/lock.h"
#include "cli/workers.h"

#define COMMANDS (OPTIONS_WORKSPACE | OPTIONS_CLEAN)

static const char synopsis[] = "";
static const char doc[] =
    "Removes outputs; with --expunge also fetched packages.\n"
    "\n"
    "Reports, caches and the execution root go. Packages that `starmypy vendor` fetched cost a\n"
    "download and stay, unless --expunge removes the whole output base.";

// What commands make in an output base. Nothing else is touched: --output_base may name a folder
// that holds other things.
static const char *const outputs[] = {"execroot", "interpreters", "vendor", "workers", NULL};
static const char *const kept[] = {"external", "lock", NULL};

static bool remove_entries(struct context *context, const char *folder, const char *const *names) {
  bool done = true;
  for (; done && *names; names++) {
    char *path = bz_path_join(folder, *names);
    done = bz_directory_remove(context->thread, path);
    free(path);
  }
  context_tell_error(context);
  return done;
}

static bool clean(struct context *context) {
  const char *output_base = bz_workspace_output_base(context->session->workspace);
  if (access(output_base, F_OK) != 0) return true;
  if (!lock_take(context)) return false;
  workers_shut_down(context);  // they stand in the execution root
  if (!remove_entries(context, output_base, outputs)) return false;
  if (!context->options.expunge) return true;
  if (!remove_entries(context, output_base, kept)) return false;
  rmdir(output_base);  // stays if it holds other things
  return true;
}

static int clean_run(int argc, char **argv) {
  struct context context;
  int status = context_begin(&context, "clean", synopsis, doc, COMMANDS, argc, argv);
  if (status < 0) status = context_refuse_words(&context);
  if (status < 0) status = context_open(&context);
  if (status >= 0) return status;
  return clean(&context) ? BZ_EXIT_SUCCESS : BZ_EXIT_LOCAL_ENVIRONMENT;
}

const struct bz_command bz_clean_command = {synopsis, doc, clean_run};
