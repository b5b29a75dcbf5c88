// SPDX-License-Identifier: Apache-2.0
//
// Line: reads lines from a person at a terminal, with editing, history and completion, or from whatever else
// the standard input is.
#ifndef CLI_LINE_H_
#define CLI_LINE_H_

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"

struct bz_lines;

// Tells what may follow a text up to the cursor: calls `offer` with whole words, of which the last
// `*typed` bytes of the text are the beginning.
typedef void (*bz_line_complete)(void *data, const char *text, size_t length, size_t *typed,
                                 void (*offer)(void *list, const char *word, size_t length),
                                 void *list);

// `history` is the path of the file that keeps it, or NULL; it is read and written at terminals only.
struct bz_lines *bz_lines_open(const char *history, bz_line_complete complete, void *data);
void bz_lines_close(struct bz_lines *lines);
// Whether a person sits there.
bool bz_lines_are_typed(const struct bz_lines *lines);

enum bz_line_outcome { BZ_LINE_READ, BZ_LINE_INTERRUPTED, BZ_LINE_END };
// Reads the next line, without its newline; prompts at terminals only. Interrupted: by a signal, such as
// Ctrl-C sends.
enum bz_line_outcome bz_lines_read(struct bz_lines *lines, const char *prompt,
                                   struct sl_text *line);
// Adds an entry to the history; it may have several lines.
void bz_lines_remember(struct bz_lines *lines, const char *entry);

#endif  // CLI_LINE_H_
