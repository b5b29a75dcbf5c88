// SPDX-License-Identifier: Apache-2.0
//
// Changes: makes ninja see what the times of files do not tell, and forget what nothing makes.
#ifndef CLI_CHANGES_H_
#define CLI_CHANGES_H_

#include "cli/checks.h"

// To be called when the execution root stands, before ninja runs there. With `everything` the graph
// is all that there is: outputs that none of its actions makes are removed. `*any`: a source is not
// what it was when the actions that read it ran last, or they may not have run. False with an error told.
bool changes_settle(struct context *context, const struct checks *checks, bool everything,
                    bool *any);
// To be called when ninja has done all that could be done. As long as that has not come true, the
// next call tells of changes.
void changes_done(const struct checks *checks);

#endif  // CLI_CHANGES_H_
