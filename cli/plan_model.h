// SPDX-License-Identifier: Apache-2.0
//
// Plan_model: how often each distribution would be analysed under each policy, what that would
// cost, and because of which targets. Made from what the aspect tells and from its graph, before
// anything runs.
#ifndef CLI_PLAN_MODEL_H_
#define CLI_PLAN_MODEL_H_

#include "cli/checks.h"

// Who analyses distributions and the standard library.
enum plan_policy {
  PLAN_COMPAT,  // each target that has no dependency with a cache of them
  PLAN_SHARED,  // an action of their own, once
  PLAN_SKIP,    // nobody, as with follow_imports = skip; the standard library as in SHARED
  PLAN_POLICIES
};
extern const char *const plan_policy_names[PLAN_POLICIES];

enum { PLAN_NONE = -1 };

// Why a target analyses a distribution itself under COMPAT.
struct plan_cause {
  size_t target;   // a unit
  size_t through;  // its dependency that leads there, perhaps the distribution itself
};

// What a distribution brings to the search path of those who depend on it, under COMPAT: also what is
// below it, only itself, as stubs stand for it, or nothing, as the checker has its own.
enum plan_brings { PLAN_BRINGS_ALL, PLAN_BRINGS_ITSELF, PLAN_BRINGS_NOTHING };

// A distribution, or the standard library.
struct plan_package {
  const char *name;
  int64_t unit;     // PLAN_NONE: no target stands for it
  bool is_library;  // the standard library
  bool is_skipped;  // no action analyses it for all: everything that imports it does
  enum plan_brings brings;
  size_t files;  // .py and .pyi files; of two of one module the .pyi
  uint64_t bytes;
  double seconds;  // one analysis, without the process around it
  double part;     // the same by a target's own action: less of the standard library is needed
  bool is_measured;
  size_t analyses[PLAN_POLICIES];
  double cost[PLAN_POLICIES];  // CPU seconds of all analyses
  struct plan_cause *causes;
  size_t cause_count;
  size_t *users;  // the targets with a direct edge to it
  size_t user_count;
};

// A target that the aspect met.
struct plan_unit {
  const struct bz_label *label;
  const struct check_item *item;  // NULL: the aspect tells nothing, but what is below it counts
  const struct bz_aspect_result *result;
  int64_t package;                     // that it stands for, or PLAN_NONE
  bool is_checked;                     // it has a report
  bool is_analyzed;                    // its modules are analysed, for their own sake or for others
  double seconds;                      // of its own modules, the process included
  bool is_measured;                    // its action has run
  double measured;                     // what that took, whatever it has analysed
  double own_packages[PLAN_POLICIES];  // seconds for packages that it analyses itself
  size_t *dependencies;                // units
  size_t dependency_count;
  uint64_t *reach;    // bit set of the packages at and below it
  uint64_t *cached;   // of a checked one: those in its cache under COMPAT
  uint64_t *targets;  // and the units in it: malloc'ed; NULL once no other needs it
  size_t entries;     // and how many modules that are
  size_t dependents;  // checked units that still need `targets`
  size_t copied;      // the same of the caches that it copies
  size_t files;       // that are its own
  double copying;     // seconds for the caches of its dependencies, which it copies under COMPAT
  double finish[PLAN_POLICIES];  // the earliest end with as many processors as it takes
  int64_t after[PLAN_POLICIES];  // the unit that it waits for longest; PLAN_NONE: for nothing
};

struct plan {
  const char *mode;         // the aspect's, as the policies are called; "": no target is checked
  struct plan_unit *units;  // dependencies first
  size_t unit_count;
  struct plan_package *packages;  // what COMPAT spends most on first
  size_t package_count;
  size_t targets, files;  // that are checked
  uint64_t bytes;
  size_t actions[PLAN_POLICIES];
  double target_cost[PLAN_POLICIES];  // CPU seconds without packages and copies
  size_t copies;                      // modules in caches that COMPAT copies
  double copy_cost;
  double total[PLAN_POLICIES];
  double head;  // what comes before everything, for the standard library without a unit
  int64_t last[PLAN_POLICIES];  // the unit that ends last: where the critical path ends
};

// Reads units and packages of checks that were collected; nothing is counted yet. False with an error pending.
bool plan_read(struct context *context, const struct checks *checks, struct plan *plan);
// Makes the plan of checks that were collected. All of it is of the collector. False with an error
// pending.
bool plan_make(struct context *context, const struct checks *checks, struct plan *plan);
// Room for one more item in an array or on a stack of `count`, of the collector: one of a power of two
// is taken for full. NULL: there is none yet.
void *plan_make_room(void *items, size_t count, size_t size);
// The name of a unit in tables: of a package its name, else the label.
const char *plan_unit_name(const struct plan *plan, size_t unit);

#endif  // CLI_PLAN_MODEL_H_
