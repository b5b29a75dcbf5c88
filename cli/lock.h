// SPDX-License-Identifier: Apache-2.0
//
// Lock: one command at a time works in an output base.
#ifndef CLI_LOCK_H_
#define CLI_LOCK_H_

#include "cli/context.h"

// Takes the lock of the session's output base, which is made if need be; waits for another holder
// after telling so. It is released when the process ends, however it ends. False: the reason was
// told.
bool lock_take(struct context *context);

#endif  // CLI_LOCK_H_
