// SPDX-License-Identifier: Apache-2.0
//
// Lock: one command at a time works in an output base.
#ifndef CLI_LOCK_H_
#define CLI_LOCK_H_

#include <stdbool.h>

#include "common/text.h"

// Takes the lock, waiting for another holder after telling so through `waiting`. It is released when the process ends, however it
// ends. False: `message` says why.
bool lock_take(const char *output_base, void (*waiting)(const char *holder, void *data), void *data, struct sl_text *message);

#endif  // CLI_LOCK_H_
