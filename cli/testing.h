// SPDX-License-Identifier: Apache-2.0
//
// Testing: what `starmypy --testing` adds to the language for test suites: functions and values that only tests
// need.
#ifndef CLI_TESTING_H_
#define CLI_TESTING_H_

#include "runtime/object.h"
#include "runtime/program.h"

// A dialect's universe and
//   catch(f)             calls f(); None, or the message of its error
//   freeze(x)            freezes x and returns it; without x: all globals of the calling module
//   struct(**kwargs)     an immutable record
//   mutablestruct(**kw)  one whose fields can be set, but not to "bad"
//   hasfields()          an object whose fields can be set, unless their names begin with "no"
//   fibonacci            an iterable that never ends
struct sl_environment *bz_testing_environment(const struct sl_dialect *dialect);

#endif  // CLI_TESTING_H_
