// SPDX-License-Identifier: Apache-2.0
//
// Context: the beginning and the end of every command on a workspace.
#include "cli/context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "runtime/object.h"
#include "runtime/program.h"

static void tell(bool color, enum bz_event_kind kind, const char *position, const char *text) {
  static const char *const words[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
  static const char *const colors[] = {"31;1", "35", "32", "33"};
  if (color) {
    fprintf(stderr, "\033[%sm%s:\033[0m ", colors[kind], words[kind]);
  } else {
    fprintf(stderr, "%s: ", words[kind]);
  }
  fprintf(stderr, "%s%s%s\n", position ? position : "", position ? ": " : "", text);
}

static void on_event(void *data, enum bz_event_kind kind, const char *position, const char *text) {
  tell(((const struct context *)data)->color, kind, position, text);
}

void context_tell(const struct context *context, enum bz_event_kind kind, const char *format, ...) {
  struct sl_text text = {0};
  va_list arguments;
  va_start(arguments, format);
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  tell(context->color, kind, NULL, sl_text_string(&text));
  sl_text_free(&text);
}

const char *context_plural(size_t count) { return count == 1 ? "" : "s"; }

void context_tell_error(struct context *context) {
  if (!sl_error_pending(context->thread)) return;
  const char *text = sl_error_text(context->thread);
  size_t length = strlen(text);
  while (length && text[length - 1] == '\n') length--;
  context_tell(context, BZ_ERROR, "%.*s", (int)length, text);
  sl_error_clear(context->thread);
}

static bool wants_color(const char *option, int descriptor) {
  if (strcmp(option, "yes") == 0) return true;
  return strcmp(option, "no") != 0 && isatty(descriptor) && !getenv("NO_COLOR");
}

// The working directory relative to the workspace's root.
static const char *directory_below(const char *root) {
  char *directory = realpath(".", NULL);
  size_t length = strlen(root);
  bool below = directory && strncmp(directory, root, length) == 0 && directory[length] == '/';
  const char *kept = bz_text_copy(below ? directory + length + 1 : "");
  free(directory);
  return kept;
}

static int print_help(const struct context *context, const char *synopsis, const char *doc,
                      unsigned commands) {
  printf("Usage: starmypy %s [OPTION...]%s%s\n\n%s\n\nOptions:\n", context->command,
         *synopsis ? " " : "", synopsis, doc);
  options_describe(commands);
  return BZ_EXIT_SUCCESS;
}

int context_begin(struct context *context, const char *command, const char *synopsis,
                  const char *doc, unsigned commands, int argc, char **argv) {
  *context = (struct context){.thread = sl_thread_new(),
                              .command = command,
                              .analyses = (commands & OPTIONS_ANALYSIS) != 0};
  context->color = wants_color("auto", STDERR_FILENO);
  char *root = bz_workspace_find_root(".");
  bool parsed = options_parse(context->thread, command, commands, root, argc - 1, argv + 1,
                              &context->options);
  if (parsed && context->options.help) return print_help(context, synopsis, doc, commands);
  if (!parsed) {
    context_tell_error(context);
    return BZ_EXIT_COMMAND_LINE;
  }
  context->color = wants_color(context->options.color, STDERR_FILENO);
  context->color_output = wants_color(context->options.color, STDOUT_FILENO);
  if (!root) {
    context_tell(context, BZ_ERROR,
                 "The '%s' command is only supported from within a workspace (below a directory "
                 "having a MODULE.bazel file).",
                 command);
    return BZ_EXIT_COMMAND_LINE;
  }
  context->root = root;
  context->directory = directory_below(root);
  return -1;
}

int context_refuse_words(const struct context *context) {
  sl_value words = context->options.words;
  if (sl_list_length(words) == 0) return -1;
  struct sl_text text = {0};
  for (size_t i = 0; i < sl_list_length(words); i++)
    sl_text_format(&text, " %s", sl_string_bytes(sl_list_get(words, i)));
  context_tell(context, BZ_ERROR, "Unrecognized arguments:%s", sl_text_string(&text));
  sl_text_free(&text);
  return BZ_EXIT_COMMAND_LINE;
}

// An option that names a directory is relative to the working directory.
static const char *absolute(const char *path) {
  if (!path || *path == '/') return path;
  char *directory = realpath(".", NULL);
  const char *joined = bz_text_format("%s/%s", directory ? directory : "", path);
  free(directory);
  return joined;
}

int context_open(struct context *context) {
  const struct options *options = &context->options;
  struct bz_session_options session = {
      .root = context->root,
      .output_base = absolute(options->output_base),
      .vendor_dir = absolute(options->vendor_dir),
      .on_event = on_event,
      .event_data = context,
      .keep_going = options->keep_going,
      .quiet_missing = context->analyses,
      .cpu = options->cpu,
      .compilation_mode = options->compilation_mode,
      .platforms = options->platforms,
      .defines = options->defines,
      .flags = options->flags,
      .rc_flags = options->rc_flags,
      .aspect_parameters = options->aspect_parameters,
      .python_path = options->python_path,
  };
  context->session = bz_session_open(context->thread, &session);
  if (context->session) return -1;
  context_tell_error(context);
  return BZ_EXIT_COMMAND_LINE;
}

size_t context_tell_missing(const struct context *context, enum bz_event_kind kind) {
  sl_value missing = bz_analysis_missing(context->session->analysis);
  size_t count = sl_dict_length(missing), cursor = 0;
  sl_value name, reason;
  if (!sl_dict_next(missing, &cursor, &name, &reason)) return 0;
  struct sl_text others = {0};
  if (count > 1)
    sl_text_format(&others, count == 2 ? " (nor is %zu other)" : " (nor are %zu others)",
                   count - 1);
  context_tell(context, kind, "repository '@@%s' is not available%s: %s", sl_string_bytes(name),
               sl_text_string(&others), sl_string_bytes(reason));
  sl_text_free(&others);
  return count;
}

int context_choose_json(const struct context *context, bool *json) {
  const char *output = context->options.output;
  *json = output && strcmp(output, "json") == 0;
  if (!output || *json || strcmp(output, "text") == 0) return -1;
  context_tell(context, BZ_ERROR, "Invalid output format '%s'. Valid values are: json, text",
               output);
  return BZ_EXIT_COMMAND_LINE;
}

int context_write(struct context *context, const struct sl_text *text) {
  size_t written = fwrite(sl_text_string(text), 1, text->length, stdout);
  if (written == text->length && fflush(stdout) == 0) return BZ_EXIT_SUCCESS;
  context_tell(context, BZ_ERROR, "cannot write the output: %s", strerror(errno));
  return BZ_EXIT_LOCAL_ENVIRONMENT;
}

int context_write_json(struct context *context, sl_value value) {
  sl_value encode =
      sl_attribute(context->thread, sl_environment_get(sl_universe(), "json"), "encode_indent");
  sl_value text = encode ? sl_call(context->thread, encode, &value, 1, NULL, 0) : NULL;
  if (!text) return BZ_EXIT_FAILURE;
  struct sl_text out = {0};
  sl_text_append(&out, sl_string_bytes(text), sl_string_length(text));
  sl_text_append_char(&out, '\n');
  int status = context_write(context, &out);
  sl_text_free(&out);
  return status;
}
