// SPDX-License-Identifier: Apache-2.0
//
// Shutdown: `starmypy shutdown`: ends the workers of the workspace's output base.
#include "cli/cli.h"
#include "cli/context.h"
#include "cli/workers.h"

static const char synopsis[] = "";
static const char doc[] =
    "Ends the servers that `starmypy check` started.\n"
    "\n"
    "Waits until they are gone. They also end by themselves when they had nothing to do for long; "
    "the\n"
    "next check starts new ones.";

static int shutdown_run(int argc, char **argv) {
  struct context context;
  int status = context_begin(&context, "shutdown", synopsis, doc, OPTIONS_WORKSPACE, argc, argv);
  if (status < 0) status = context_refuse_words(&context);
  if (status < 0) status = context_open(&context);
  if (status >= 0) return status;
  size_t count = workers_shut_down(&context);
  context_tell(&context, BZ_INFO, "%zu worker%s ended", count, count == 1 ? "" : "s");
  return BZ_EXIT_SUCCESS;
}

const struct bz_command bz_shutdown_command = {synopsis, doc, shutdown_run};
