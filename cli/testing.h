// SPDX-License-Identifier: Apache-2.0
//
// Testing: what `starmypy --testing` adds to the language for test suites: functions and values that only tests
// need, and a dialect from which options are taken away.
#ifndef CLI_TESTING_H_
#define CLI_TESTING_H_

#include "runtime/starlark.h"

// The universe and
//   catch(f)             calls f(); None, or the message of its error
//   freeze(x)            freezes x and returns it; without x: all globals of the calling module
//   struct(**kwargs)     an immutable record
//   mutablestruct(**kw)  one whose fields can be set, but not to "bad"
//   hasfields()          an object whose fields can be set, unless their names begin with "no"
//   fibonacci            an iterable that never ends
struct sl_environment *bz_testing_environment(void);

// The dialect of .bzl files with the options of a comma-separated list: set, while, toplevelcontrol, globalreassign,
// loadbindsglobally, recursion. Others are ignored.
struct sl_dialect bz_testing_dialect(const char *options);

#endif  // CLI_TESTING_H_
