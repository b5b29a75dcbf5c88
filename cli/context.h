// SPDX-License-Identifier: Apache-2.0
//
// Context: what every command on a workspace begins with: options, the session, and a way to tell the user things.
#ifndef CLI_CONTEXT_H_
#define CLI_CONTEXT_H_

#include "cli/options.h"

// Keep it on the stack: it holds values.
struct context {
  struct sl_thread *thread;
  struct options options;
  const char *command;
  bool analyses;          // it analyses targets, and so tells of missing repositories itself
  const char *root;       // of the workspace
  const char *directory;  // the working directory below it, "" at the root
  struct bz_session *session;
  bool color;         // on standard error
  bool color_output;  // on standard output
};

// Parses options and finds the workspace. Returns -1 to go on, else the exit status (after --help, or an error that was told).
int context_begin(struct context *context, const char *command, const char *synopsis,
                  const char *doc, unsigned commands, int argc, char **argv);
// For commands that take options only. Returns as context_begin.
int context_refuse_words(const struct context *context);
// Opens the session with the options. Returns as context_begin.
int context_open(struct context *context);

// "ERROR: TEXT" and so on, to standard error.
void context_tell(const struct context *context, enum bz_event_kind kind, const char *format, ...)
    SL_PRINTF(3, 4);
// What makes a word of a message a plural: "" for 1, else "s".
const char *context_plural(size_t count);
// Tells the pending error, if there is one, and clears it.
void context_tell_error(struct context *context);
// Tells in one message of the repositories that analysed targets need and that are not there, and what to do. Returns how many.
size_t context_tell_missing(const struct context *context, enum bz_event_kind kind);
// Whether --output asks for JSON, of commands that write that or text (the default). Returns as context_begin.
int context_choose_json(const struct context *context, bool *json);
// Writes to standard output. Returns the exit status: 0, or that of a full disk.
int context_write(struct context *context, const struct sl_text *text);
// The same for a value as indented JSON. An error is left pending.
int context_write_json(struct context *context, sl_value value);

#endif  // CLI_CONTEXT_H_
