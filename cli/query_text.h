// SPDX-License-Identifier: Apache-2.0
//
// Query text: where query and aquery take their expression from.
#ifndef CLI_QUERY_TEXT_H_
#define CLI_QUERY_TEXT_H_

#include "cli/context.h"

// The words of the command line, joined, or the text of --query_file. NULL: there is neither or both, or the file can't be
// read; that was told, and the exit status is BZ_EXIT_COMMAND_LINE.
const char *query_text_read(struct context *context);

#endif  // CLI_QUERY_TEXT_H_
