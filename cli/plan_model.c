// SPDX-License-Identifier: Apache-2.0
//
// Plan_model: counts over the units of a plan. What holds below a unit is known when it is looked
// at, as units stand behind their dependencies. A set is a row of bits.
#include "cli/plan_model.h"
#include "runtime/object.h"

#include <stdlib.h>
#include <string.h>

const char *const plan_policy_names[PLAN_POLICIES] = {"compat", "shared", "skip"};

// ---------------------------------------------------------------- what is reached

static bool has_bit(const uint64_t *bits, size_t i) { return bits[i / 64] >> (i % 64) & 1; }
static void set_bit(uint64_t *bits, size_t i) { bits[i / 64] |= (uint64_t)1 << (i % 64); }

static size_t words_for(size_t count) { return count / 64 + 1; }

static void unite(uint64_t *bits, const uint64_t *with, size_t count) {
  for (size_t i = 0; i < words_for(count); i++) bits[i] |= with[i];
}

// The empty set of `count` things.
static uint64_t *new_bits(size_t count) {
  size_t size = words_for(count) * sizeof(uint64_t);
  return memset(sl_allocate_atomic(size), 0, size);
}

static void find_reach(struct plan *plan) {
  for (size_t i = 0; i < plan->unit_count; i++) {
    struct plan_unit *unit = &plan->units[i];
    unit->reach = new_bits(plan->package_count);
    if (unit->package >= 0) set_bit(unit->reach, (size_t)unit->package);
    for (size_t k = 0; k < unit->dependency_count; k++)
      unite(unit->reach, plan->units[unit->dependencies[k]].reach, plan->package_count);
  }
}

// ---------------------------------------------------------------- analyses

static void add_cause(struct plan_package *package, size_t target, size_t through) {
  package->causes = plan_make_room(package->causes, package->cause_count, sizeof *package->causes);
  package->causes[package->cause_count++] = (struct plan_cause){target, through};
}

static void add_user(struct plan_package *package, size_t target) {
  package->users = plan_make_room(package->users, package->user_count, sizeof *package->users);
  package->users[package->user_count++] = target;
}

// Whether a package is on the search path of targets with a dependency, under COMPAT. What is only below one
// of the main repository is not, nor what is only below a distribution with stubs: these stand for it.
static bool brings(const struct plan *plan, const struct plan_unit *dependency, size_t package) {
  if (plan->packages[package].brings == PLAN_BRINGS_NOTHING) return false;
  if (dependency->package == (int64_t)package) return true;
  if (dependency->package >= 0 && plan->packages[dependency->package].brings != PLAN_BRINGS_ALL)
    return false;
  return *dependency->label->repository->name && has_bit(dependency->reach, package);
}

// The dependency by which a target comes to a package: the package itself, else the first that brings it. The target itself:
// there is none.
static size_t way_to(const struct plan *plan, size_t target, size_t package) {
  const struct plan_unit *unit = &plan->units[target];
  size_t way = target;
  for (size_t i = unit->dependency_count; i-- > 0;) {
    const struct plan_unit *dependency = &plan->units[unit->dependencies[i]];
    if (dependency->package == (int64_t)package) return unit->dependencies[i];
    if (brings(plan, dependency, package)) way = unit->dependencies[i];
  }
  return way;
}

static bool is_compat(const struct plan *plan) {
  return strcmp(plan->mode, plan_policy_names[PLAN_COMPAT]) == 0;
}

// What was measured holds for the whole action: under COMPAT it is shared out over all that the action does, `others` besides
// its own modules.
static double take_measured(const struct plan *plan, struct plan_unit *unit, double others) {
  if (!unit->is_measured) return 1;
  double estimated = unit->seconds + (is_compat(plan) ? others : 0);
  double factor = unit->measured / estimated;
  unit->seconds *= factor;
  return is_compat(plan) ? factor : 1;
}

// Under COMPAT a target has the caches of the dependencies that are checked, with everything that is in
// them. The rest of what it imports it analyses itself. What it analyses goes to `own`.
static void find_own(struct plan *plan, size_t target, uint64_t *own) {
  struct plan_unit *unit = &plan->units[target];
  uint64_t *cached = new_bits(plan->package_count);
  for (size_t i = 0; i < plan->package_count; i++)
    if (plan->packages[i].unit == PLAN_NONE) set_bit(own, i);
  for (size_t i = 0; i < unit->dependency_count; i++) {
    const struct plan_unit *dependency = &plan->units[unit->dependencies[i]];
    if (dependency->is_checked) unite(cached, dependency->cached, plan->package_count);
    for (size_t k = 0; k < plan->package_count; k++)
      if (brings(plan, dependency, k)) set_bit(own, k);
    if (dependency->package >= 0) add_user(&plan->packages[dependency->package], target);
  }
  for (size_t i = 0; i < words_for(plan->package_count); i++) own[i] &= ~cached[i];
  unit->cached = cached;
  unite(cached, own, plan->package_count);
}

// Modules in a target's cache under COMPAT: those of the targets in it, and those of packages.
static size_t count_entries(const struct plan *plan, const struct plan_unit *unit) {
  size_t entries = 0;
  for (size_t word = 0; word < words_for(plan->unit_count); word++)
    for (uint64_t bits = unit->targets[word]; bits; bits &= bits - 1)
      entries += plan->units[word * 64 + (size_t)__builtin_ctzll(bits)].files;
  for (size_t i = 0; i < plan->package_count; i++) {
    if (!has_bit(unit->cached, i)) continue;
    const struct plan_package *package = &plan->packages[i];
    entries += package->is_library ? bz_check_default.cost.library_part_modules : package->files;
  }
  return entries;
}

// A set that nobody waits for any more is let go: all of them would be the square of the number of targets.
static void let_go(struct plan_unit *unit) {
  if (unit->dependents > 0) return;
  free(unit->targets);
  unit->targets = NULL;
}

// Which targets are in a target's cache under COMPAT, and what it copies from the caches of others.
static void find_entries(struct plan *plan, size_t target) {
  struct plan_unit *unit = &plan->units[target];
  unit->targets = calloc(words_for(plan->unit_count), sizeof *unit->targets);
  if (!unit->targets) abort();
  set_bit(unit->targets, target);
  for (size_t i = 0; i < unit->dependency_count; i++) {
    struct plan_unit *dependency = &plan->units[unit->dependencies[i]];
    if (!dependency->is_checked) continue;
    unit->copied += dependency->entries;
    unite(unit->targets, dependency->targets, plan->unit_count);
    dependency->dependents--;
    let_go(dependency);
  }
  unit->entries = count_entries(plan, unit);
  let_go(unit);
}

static void count_own(struct plan *plan, size_t target) {
  struct plan_unit *unit = &plan->units[target];
  uint64_t *own = new_bits(plan->package_count);
  double parts = 0;
  find_own(plan, target, own);
  find_entries(plan, target);
  for (size_t i = 0; i < plan->package_count; i++)
    if (has_bit(own, i)) parts += plan->packages[i].part;
  unit->copying = (double)unit->copied * bz_check_default.cost.copied_module;
  double factor = take_measured(plan, unit, parts + unit->copying);
  unit->copying *= factor;
  unit->own_packages[PLAN_COMPAT] = parts * factor;
  plan->copies += unit->copied;
  plan->copy_cost += unit->copying;
  for (size_t i = 0; i < plan->package_count; i++) {
    struct plan_package *package = &plan->packages[i];
    if (!has_bit(own, i)) continue;
    package->analyses[PLAN_COMPAT]++;
    package->cost[PLAN_COMPAT] += package->part * factor;
    add_cause(package, target, way_to(plan, target, i));
  }
}

// Where targets were measured that analyse packages themselves, so were the packages.
static void take_shares(struct plan *plan) {
  for (size_t i = 0; i < plan->package_count; i++) {
    struct plan_package *package = &plan->packages[i];
    double estimated = package->part * (double)package->analyses[PLAN_COMPAT];
    if (!package->is_measured && estimated > 0)
      package->seconds *= package->cost[PLAN_COMPAT] / estimated;
  }
}

// Under SHARED, what no action analyses for all, each analyses that comes to it.
static void count_skipped(struct plan *plan, struct plan_unit *unit) {
  for (size_t i = 0; i < plan->package_count; i++) {
    struct plan_package *package = &plan->packages[i];
    if (!package->is_skipped || !has_bit(unit->reach, i)) continue;
    package->analyses[PLAN_SHARED]++;
    package->cost[PLAN_SHARED] += package->seconds;
    unit->own_packages[PLAN_SHARED] += package->seconds;
  }
}

// What an action of its own takes for a package.
static void count_packages(struct plan *plan) {
  for (size_t i = 0; i < plan->package_count; i++) {
    struct plan_package *package = &plan->packages[i];
    double seconds = package->seconds + bz_check_default.cost.process;
    if (!package->is_skipped) {
      package->analyses[PLAN_SHARED] = 1;
      package->cost[PLAN_SHARED] = seconds;
    }
    if (package->is_library) {
      package->analyses[PLAN_SKIP] = 1;
      package->cost[PLAN_SKIP] = seconds;
    }
  }
}

// How many checked targets have a unit among their dependencies.
static void count_dependents(struct plan *plan) {
  for (size_t i = 0; i < plan->unit_count; i++) {
    const struct plan_unit *unit = &plan->units[i];
    for (size_t k = 0; unit->is_checked && k < unit->dependency_count; k++)
      plan->units[unit->dependencies[k]].dependents++;
  }
}

static void count_analyses(struct plan *plan) {
  count_dependents(plan);
  for (size_t i = 0; i < plan->unit_count; i++) {
    struct plan_unit *unit = &plan->units[i];
    if (unit->is_checked) {
      count_own(plan, i);
    } else if (unit->is_analyzed) {
      take_measured(plan, unit, 0);
    }
  }
  take_shares(plan);
  count_packages(plan);
  for (size_t i = 0; i < plan->unit_count; i++)
    if (plan->units[i].is_analyzed) count_skipped(plan, &plan->units[i]);
}

// ---------------------------------------------------------------- when things end

// Under COMPAT only what is checked runs at all, and only its caches are waited for.
static bool waits_for(const struct plan_unit *dependency, enum plan_policy policy) {
  return policy != PLAN_COMPAT || dependency->is_checked;
}

static void finish_after(struct plan *plan, size_t number, enum plan_policy policy,
                         double seconds) {
  struct plan_unit *unit = &plan->units[number];
  unit->after[policy] = PLAN_NONE;
  unit->finish[policy] = policy == PLAN_COMPAT ? 0 : plan->head;
  for (size_t i = 0; i < unit->dependency_count; i++) {
    const struct plan_unit *dependency = &plan->units[unit->dependencies[i]];
    if (!waits_for(dependency, policy) || dependency->finish[policy] <= unit->finish[policy])
      continue;
    unit->finish[policy] = dependency->finish[policy];
    unit->after[policy] = (int64_t)unit->dependencies[i];
  }
  unit->finish[policy] += seconds;
  int64_t last = plan->last[policy];
  if (unit->finish[policy] > (last < 0 ? 0 : plan->units[last].finish[policy]))
    plan->last[policy] = (int64_t)number;
}

// What a unit's own action takes.
static double spend(struct plan *plan, size_t number, enum plan_policy policy) {
  const struct plan_unit *unit = &plan->units[number];
  if (unit->package >= 0) {
    const struct plan_package *package = &plan->packages[unit->package];
    return policy == PLAN_COMPAT || package->is_skipped ? 0 : package->cost[policy];
  }
  if (!unit->is_analyzed || (policy == PLAN_COMPAT && !unit->is_checked)) return 0;
  plan->target_cost[policy] += unit->seconds;
  plan->actions[policy]++;
  return unit->seconds + unit->own_packages[policy] + (policy == PLAN_COMPAT ? unit->copying : 0);
}

static void count_times(struct plan *plan) {
  for (int policy = 0; policy < PLAN_POLICIES; policy++) {
    plan->last[policy] = PLAN_NONE;
    for (size_t i = 0; i < plan->unit_count; i++)
      finish_after(plan, i, (enum plan_policy)policy, spend(plan, i, (enum plan_policy)policy));
  }
  for (int policy = 0; policy < PLAN_POLICIES; policy++) {
    plan->total[policy] = plan->target_cost[policy] + (policy == PLAN_COMPAT ? plan->copy_cost : 0);
    for (size_t i = 0; i < plan->package_count; i++) {
      const struct plan_package *package = &plan->packages[i];
      plan->total[policy] += package->cost[policy];
      if (policy != PLAN_COMPAT && !package->is_skipped)
        plan->actions[policy] += package->analyses[policy];
    }
  }
}

// ---------------------------------------------------------------- the whole

static int compare_packages(const void *a, const void *b) {
  const struct plan_package *left = a, *right = b;
  double difference = right->cost[PLAN_COMPAT] - left->cost[PLAN_COMPAT];
  if (difference != 0) return difference > 0 ? 1 : -1;
  return strcmp(left->name, right->name);
}

// Sorted last, as the bits count in the order of the units.
static void sort_packages(struct plan *plan) {
  if (plan->package_count > 1)
    qsort(plan->packages, plan->package_count, sizeof *plan->packages, compare_packages);
  for (size_t i = 0; i < plan->package_count; i++)
    if (plan->packages[i].unit >= 0) plan->units[plan->packages[i].unit].package = (int64_t)i;
}

void *plan_make_room(void *items, size_t count, size_t size) {
  if (count & (count - 1)) return items;
  size_t room = (count ? 2 * count : 1) * size;
  return items ? sl_reallocate(items, room) : sl_allocate(room);
}

bool plan_make(struct context *context, const struct checks *checks, struct plan *plan) {
  *plan = (struct plan){.mode = ""};
  if (!plan_read(context, checks, plan)) return false;
  find_reach(plan);
  count_analyses(plan);
  count_times(plan);
  sort_packages(plan);
  return true;
}

const char *plan_unit_name(const struct plan *plan, size_t unit) {
  int64_t package = plan->units[unit].package;
  return package >= 0 ? plan->packages[package].name : bz_label_text(plan->units[unit].label);
}
