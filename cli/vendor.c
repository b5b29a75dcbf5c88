// SPDX-License-Identifier: Apache-2.0
//
// Vendor: `starmypy vendor`: fetches the packages that the workspace's lock files name, once. What
// is to be fetched stands in files that module extensions generate, and the program that fetches is
// part of the rule set: both are named by the table of rule sets.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/context.h"
#include "cli/interpreter.h"
#include "cli/lock.h"
#include "cli/process.h"

#define COMMANDS (OPTIONS_WORKSPACE | OPTIONS_CHECK)

static const char synopsis[] = "";
static const char doc[] =
    "Fetches the pypi packages of the lock files, once.\n"
    "\n"
    "The lock files are those that MODULE.bazel names. pip downloads the packages and checks\n"
    "their hashes. What is there already is left alone.";

struct vendoring {
  struct context *context;
  const char *python;
  const char *tool;  // path of the written fetching program
  size_t hubs;
  bool failed;
};

// Writes a repository's file below the output base, where a program can read it. malloc'ed path;
// NULL with an error pending.
static char *write_out(struct context *context, struct bz_repository *repository, const char *path,
                       const char *name) {
  struct sl_text content = {0};
  char *out = NULL;
  char *directory = bz_path_join(bz_workspace_output_base(context->session->workspace), "vendor");
  if (bz_file_read(context->thread, repository, path, &content)) {
    out = bz_path_join(directory, name);
    if (!bz_file_write(context->thread, out, sl_text_string(&content), content.length)) {
      free(out);
      out = NULL;
    }
  }
  free(directory);
  sl_text_free(&content);
  return out;
}

static void fetch(struct bz_repository *repository, void *data) {
  struct vendoring *vendoring = data;
  struct context *context = vendoring->context;
  if (vendoring->failed || repository->kind != BZ_REPOSITORY_GENERATED ||
      bz_file_stat(repository, bz_check_default.vendor_manifest) != BZ_FILE_REGULAR)
    return;
  struct sl_text name = {0};
  sl_text_format(&name, "%s.json", repository->name);
  char *manifest =
      write_out(context, repository, bz_check_default.vendor_manifest, sl_text_string(&name));
  sl_text_free(&name);
  vendoring->hubs++;
  const char *argv[] = {vendoring->python,
                        vendoring->tool,
                        "--manifest",
                        manifest,
                        "--vendor-dir",
                        bz_workspace_vendor_dir(context->session->workspace),
                        NULL};
  int status = manifest ? process_run(argv, NULL, false) : BZ_EXIT_FAILURE;
  if (status < 0)
    context_tell(context, BZ_ERROR, "cannot start %s: %s", vendoring->python, strerror(errno));
  vendoring->failed = status != 0;
  free(manifest);
}

static char *write_tool(struct context *context) {
  const char *name = bz_check_default.vendor_tool;
  struct bz_label *label = bz_label_parse(
      context->thread, bz_workspace_main(context->session->workspace), "", name, strlen(name));
  return label ? write_out(context, label->repository, bz_label_path(label), label->name) : NULL;
}

static int vendor(struct context *context, const struct interpreter *interpreter) {
  char *tool = lock_take(context) ? write_tool(context) : NULL;
  context_tell_error(context);
  if (!tool) return BZ_EXIT_LOCAL_ENVIRONMENT;
  struct vendoring vendoring = {context, interpreter->path, tool, 0, false};
  // Whatever main can see is made now, so that every hub is met.
  bz_workspace_resolve_all(context->session->workspace);
  bz_repository_each(context->session->workspace, fetch, &vendoring);
  free(tool);
  context_tell_error(context);
  bool failed = vendoring.failed || bz_workspace_lacks_extensions(context->session->workspace);
  if (vendoring.hubs == 0 && !failed)
    context_tell(context, BZ_INFO, "MODULE.bazel names no lock file: nothing to fetch");
  return failed ? BZ_EXIT_FAILURE : BZ_EXIT_SUCCESS;
}

static int vendor_run(int argc, char **argv) {
  struct context context;
  struct interpreter interpreter = {0};
  struct sl_text message = {0};
  int status = context_begin(&context, "vendor", synopsis, doc, COMMANDS, argc, argv);
  if (status < 0) status = context_refuse_words(&context);
  if (status < 0) status = context_open(&context);
  if (status >= 0) return status;
  if (interpreter_find_with_pip(&context, &interpreter, &message)) {
    status = vendor(&context, &interpreter);
  } else {
    context_tell(&context, BZ_ERROR, "%s", sl_text_string(&message));
    status = BZ_EXIT_LOCAL_ENVIRONMENT;
  }
  sl_text_free(&message);
  interpreter_free(&interpreter);
  return status;
}

const struct bz_command bz_vendor_command = {synopsis, doc, vendor_run};
