// SPDX-License-Identifier: Apache-2.0
//
// Evaluation: programs that run without a workspace. load("x.star") reads a file beside the one that says so; each
// file runs once; print() writes to the standard output.
#ifndef CLI_EVALUATION_H_
#define CLI_EVALUATION_H_

#include "runtime/object.h"
#include "runtime/program.h"

struct bz_loaded;

// To be given zeroed but for the first three.
struct bz_evaluation {
  struct sl_thread *thread;
  const struct sl_environment *environment;
  const struct sl_dialect *dialect;  // NULL: by the file's name
  struct bz_loaded *loaded;          // the files that were run, or are running
};

// Gives the thread its handlers of print() and load(). Modules have the evaluation as their data.
void bz_evaluation_begin(struct bz_evaluation *evaluation);

// Reads a file, "-" being the standard input. False: errno tells why.
bool bz_evaluation_read(const char *path, struct sl_text *out);
// The module of a file, which is run unless it was before. NULL with an error pending.
struct sl_module *bz_evaluation_run_path(struct bz_evaluation *evaluation, const char *path);
// Forgets what was run: each file will run anew.
void bz_evaluation_forget(struct bz_evaluation *evaluation);
// Runs a parsed file. NULL with an error pending.
struct sl_module *bz_evaluation_run(struct bz_evaluation *evaluation, struct sl_file *file);
const struct sl_dialect *bz_evaluation_dialect(const struct bz_evaluation *evaluation,
                                               const char *path);
// Writes what print() writes.
void bz_evaluation_print(struct sl_thread *thread, const char *position, const char *text,
                         size_t length);
// Parses a text as one expression, or, if it is none, as a program. Never NULL.
struct sl_file *bz_evaluation_parse(const struct sl_dialect *dialect, const char *path,
                                    const char *text, size_t length);

#endif  // CLI_EVALUATION_H_
