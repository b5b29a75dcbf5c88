// SPDX-License-Identifier: Apache-2.0
//
// Plan_model: units in an order in which dependencies come first, so that what holds below a unit
// is known when it is looked at. A set of packages is a row of bits.
#include "cli/plan_model.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/ninja_log.h"
#include "common/hash.h"

const char *const plan_policy_names[PLAN_POLICIES] = {"compat", "shared", "skip"};

// ---------------------------------------------------------------- units

// Where a result's unit is. While it waits for what is below it, its number is not set yet.
struct numbered {
  const struct bz_label *label;
  int64_t number;
  UT_hash_handle hh;
};

// A result whose dependencies are being looked at.
struct open_result {
  const struct bz_aspect_result *result;
  size_t next;
};

struct ordering {
  struct plan *plan;
  struct numbered *numbers;   // by label
  struct open_result *stack;  // of the collector
  size_t depth, stack_capacity, unit_capacity;
};

static void *grow(void *items, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return items;
  *capacity = *capacity ? *capacity * 2 : 64;
  return items ? sl_reallocate(items, *capacity * size) : sl_allocate(*capacity * size);
}

static struct numbered *find_number(const struct ordering *ordering,
                                    const struct bz_aspect_result *result) {
  const struct bz_label *label = result->base->target->label;
  struct numbered *found;
  HASH_FIND_PTR(ordering->numbers, &label, found);
  return found;
}

static void open_unless_known(struct ordering *ordering, const struct bz_aspect_result *result) {
  if (find_number(ordering, result)) return;
  struct numbered *numbered = calloc(1, sizeof *numbered);
  if (!numbered) abort();
  *numbered = (struct numbered){.label = result->base->target->label, .number = PLAN_NONE};
  HASH_ADD_PTR(ordering->numbers, label, numbered);
  ordering->stack =
      grow(ordering->stack, ordering->depth, &ordering->stack_capacity, sizeof *ordering->stack);
  ordering->stack[ordering->depth++] = (struct open_result){result, 0};
}

// Everything below a result has a unit: it gets its own.
static void close_result(struct ordering *ordering, const struct bz_aspect_result *result) {
  struct plan *plan = ordering->plan;
  plan->units = grow(plan->units, plan->unit_count, &ordering->unit_capacity, sizeof *plan->units);
  struct plan_unit unit = {
      .label = result->base->target->label, .result = result, .package = PLAN_NONE};
  unit.dependencies = sl_allocate_atomic((result->dependency_count + 1) * sizeof(size_t));
  for (size_t i = 0; i < result->dependency_count; i++) {
    int64_t number = find_number(ordering, result->dependencies[i])->number;
    unit.dependencies[unit.dependency_count++] = (size_t)number;
  }
  find_number(ordering, result)->number = (int64_t)plan->unit_count;
  plan->units[plan->unit_count++] = unit;
}

// A result after those below it, each once, without recursion: chains of targets are long.
static void order_from(struct ordering *ordering, const struct bz_aspect_result *result) {
  open_unless_known(ordering, result);
  while (ordering->depth > 0) {
    struct open_result *top = &ordering->stack[ordering->depth - 1];
    if (top->next < top->result->dependency_count) {
      open_unless_known(ordering, top->result->dependencies[top->next++]);
    } else {
      ordering->depth--;
      close_result(ordering, top->result);
    }
  }
}

// The checked targets and everything below them: nothing else would run.
static void find_units(struct plan *plan, const struct checks *checks) {
  struct ordering ordering = {.plan = plan};
  for (size_t i = 0; i < checks->count; i++)
    if (checks->items[i].report) order_from(&ordering, checks->items[i].result);
  for (size_t i = 0; i < checks->count; i++) {
    const struct numbered *numbered = find_number(&ordering, checks->items[i].result);
    if (numbered) plan->units[numbered->number].item = &checks->items[i];
  }
  struct numbered *numbered, *next;
  HASH_ITER(hh, ordering.numbers, numbered, next) {
    HASH_DEL(ordering.numbers, numbered);
    free(numbered);
  }
}

// ---------------------------------------------------------------- sizes

struct size {
  size_t files;
  uint64_t bytes;
};

static bool ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), tail = strlen(ending);
  return length >= tail && strcmp(text + length - tail, ending) == 0;
}

// Of a source file on disk; what is still to be made has no size.
static uint64_t bytes_of(const struct bz_artifact *file) {
  struct stat status;
  char *path = file->is_source && file->owner
                   ? bz_file_absolute(file->owner->repository, bz_label_path(file->owner))
                   : NULL;
  bool there = path && stat(path, &status) == 0 && S_ISREG(status.st_mode);
  free(path);
  return there ? (uint64_t)status.st_size : 0;
}

// The Python files of a list; a .py with a .pyi beside it is not read.
static bool add_sizes(struct context *context, sl_value files, struct size *size) {
  sl_value stubs = sl_set(context->thread, 0);
  for (size_t pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < sl_list_length(files); i++) {
      const struct bz_artifact *file =
          (const struct bz_artifact *)(const void *)sl_list_get(files, i);
      size_t length = strlen(file->path);
      if (!ends_with(file->path, pass == 0 ? ".pyi" : ".py")) continue;
      sl_value module = sl_string(file->path, length - (pass == 0 ? 4 : 3));
      int stubbed = pass == 0 ? 0 : sl_set_contains(context->thread, stubs, module);
      if (stubbed < 0 || (pass == 0 && !sl_set_add(context->thread, stubs, module))) return false;
      if (stubbed) continue;
      size->files++;
      size->bytes += bytes_of(file);
    }
  }
  return true;
}

// ---------------------------------------------------------------- what the aspect tells

static sl_value field(sl_value info, const char *name) {
  sl_value value = info ? sl_struct_get(info, name) : NULL;
  return value == SL_NONE ? NULL : value;
}

static bool flag(sl_value info, const char *name) { return field(info, name) == SL_TRUE; }

static enum plan_brings brings_of(sl_value word) {
  if (!word || !sl_is_string(word)) return PLAN_BRINGS_ALL;
  return sl_string_is(word, "nothing")  ? PLAN_BRINGS_NOTHING
         : sl_string_is(word, "itself") ? PLAN_BRINGS_ITSELF
                                        : PLAN_BRINGS_ALL;
}

// What an action of a unit took when it last ran, without what every process takes; -1: not known.
static double measured(const struct ninja_log *log, sl_value file) {
  const struct bz_artifact *output =
      file && sl_has_type(file, &bz_file_type) ? (const struct bz_artifact *)(void *)file : NULL;
  return output && output->action ? ninja_log_seconds(log, output->action) : -1;
}

static double at_least(double seconds, double least) { return seconds > least ? seconds : least; }

static bool read_package(struct context *context, const struct ninja_log *log, sl_value told,
                         struct plan_package *package) {
  const struct bz_check_cost *cost = &bz_check_default.cost;
  sl_value name = field(told, "name"), sources = field(told, "sources");
  struct size size = {0};
  package->is_library = flag(told, "is_library");
  package->is_skipped = flag(told, "skipped");
  package->brings = brings_of(field(told, "compat_brings"));
  package->name =
      package->is_library || !name ? bz_check_default.library : bz_text_copy(sl_string_bytes(name));
  sl_value files = sources ? bz_depset_to_list(context->thread, sources) : sl_list_frozen(NULL, 0);
  if (!files || !add_sizes(context, files, &size)) return false;
  package->files = size.files;
  package->bytes = size.bytes;
  double seconds = measured(log, field(told, "pack"));
  package->is_measured = seconds >= 0;
  package->seconds = package->is_measured  ? at_least(seconds - cost->process, 0)
                     : package->is_library ? cost->library
                                           : (double)size.bytes * cost->package_byte;
  package->part = package->is_library ? cost->library_part : package->seconds;
  return true;
}

// A unit whose modules are analysed has an action with the mnemonic of checks.
static const struct bz_action *analysis_of(const struct plan_unit *unit) {
  for (size_t i = 0; i < unit->result->action_count; i++)
    if (strcmp(unit->result->actions[i]->mnemonic, bz_check_default.mnemonic) == 0)
      return unit->result->actions[i];
  return NULL;
}

static bool read_target(struct context *context, const struct ninja_log *log, struct plan *plan,
                        struct plan_unit *unit) {
  const struct bz_action *action = analysis_of(unit);
  sl_value sources = unit->item ? field(unit->item->info, "sources") : NULL;
  struct size size = {0};
  if (sources && !add_sizes(context, sources, &size)) return false;
  unit->is_checked = unit->item && unit->item->report;
  unit->is_analyzed = action != NULL;
  if (!unit->is_analyzed) return true;
  double seconds = ninja_log_seconds(log, action);
  unit->is_measured = seconds >= 0;
  unit->measured = seconds;
  unit->seconds =
      bz_check_default.cost.process + (double)size.bytes * bz_check_default.cost.source_byte;
  if (!unit->is_checked) return true;
  plan->targets++;
  plan->files += size.files;
  plan->bytes += size.bytes;
  sl_value mode = field(unit->item->info, "mode");
  if (mode) plan->mode = bz_text_copy(sl_string_bytes(mode));
  return true;
}

// Where the aspect does not look at what stands for the standard library, something does.
static void add_missing_library(struct plan *plan) {
  for (size_t i = 0; i < plan->package_count; i++)
    if (plan->packages[i].is_library) return;
  plan->packages[plan->package_count++] =
      (struct plan_package){.name = bz_check_default.library,
                            .unit = PLAN_NONE,
                            .is_library = true,
                            .seconds = bz_check_default.cost.library,
                            .part = bz_check_default.cost.library_part};
  plan->head = bz_check_default.cost.library + bz_check_default.cost.process;
}

static bool read_units(struct context *context, const struct ninja_log *log, struct plan *plan) {
  plan->packages = sl_allocate((plan->unit_count + 1) * sizeof *plan->packages);
  for (size_t i = 0; i < plan->unit_count; i++) {
    struct plan_unit *unit = &plan->units[i];
    sl_value told = unit->item ? field(unit->item->info, "package") : NULL;
    if (told) {
      struct plan_package *package = &plan->packages[plan->package_count];
      package->unit = (int64_t)i;
      unit->package = (int64_t)plan->package_count++;
      if (!read_package(context, log, told, package)) return false;
    } else if (!read_target(context, log, plan, unit)) {
      return false;
    }
  }
  if (plan->targets > 0) add_missing_library(plan);
  return true;
}

// ---------------------------------------------------------------- what is reached

static bool has_bit(const uint64_t *bits, size_t i) { return bits[i / 64] >> (i % 64) & 1; }
static void set_bit(uint64_t *bits, size_t i) { bits[i / 64] |= (uint64_t)1 << (i % 64); }

static size_t words_of(const struct plan *plan) { return plan->package_count / 64 + 1; }

static void unite(uint64_t *bits, const uint64_t *with, size_t words) {
  for (size_t i = 0; i < words; i++) bits[i] |= with[i];
}

static uint64_t *new_bits(const struct plan *plan) {
  size_t size = words_of(plan) * sizeof(uint64_t);
  return memset(sl_allocate_atomic(size), 0, size);
}

static void find_reach(struct plan *plan) {
  for (size_t i = 0; i < plan->unit_count; i++) {
    struct plan_unit *unit = &plan->units[i];
    unit->reach = new_bits(plan);
    if (unit->package >= 0) set_bit(unit->reach, (size_t)unit->package);
    for (size_t k = 0; k < unit->dependency_count; k++)
      unite(unit->reach, plan->units[unit->dependencies[k]].reach, words_of(plan));
  }
}

// ---------------------------------------------------------------- analyses

// Room for one more item: an array of a power of two is full.
static void *make_room(void *items, size_t count, size_t size) {
  if (count & (count - 1)) return items;
  size_t room = (count ? 2 * count : 1) * size;
  return items ? sl_reallocate(items, room) : sl_allocate_atomic(room);
}

static void add_cause(struct plan_package *package, size_t target, size_t through) {
  package->causes = make_room(package->causes, package->cause_count, sizeof *package->causes);
  package->causes[package->cause_count++] = (struct plan_cause){target, through};
}

static void add_user(struct plan_package *package, size_t target) {
  package->users = make_room(package->users, package->user_count, sizeof *package->users);
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

// What was measured holds for the whole action: under COMPAT it is shared out over what the action analyses.
static double take_measured(const struct plan *plan, struct plan_unit *unit, double parts) {
  if (!unit->is_measured) return 1;
  double estimated = unit->seconds + (is_compat(plan) ? parts : 0);
  double factor = unit->measured / estimated;
  unit->seconds *= factor;
  return is_compat(plan) ? factor : 1;
}

// Under COMPAT a target has the caches of the dependencies that are checked, with everything that is in
// them. The rest of what it imports it analyses itself. What it analyses goes to `own`.
static void find_own(struct plan *plan, size_t target, uint64_t *own) {
  struct plan_unit *unit = &plan->units[target];
  uint64_t *cached = new_bits(plan);
  for (size_t i = 0; i < plan->package_count; i++)
    if (plan->packages[i].unit == PLAN_NONE) set_bit(own, i);
  for (size_t i = 0; i < unit->dependency_count; i++) {
    const struct plan_unit *dependency = &plan->units[unit->dependencies[i]];
    if (dependency->is_checked) unite(cached, dependency->cached, words_of(plan));
    for (size_t k = 0; k < plan->package_count; k++)
      if (brings(plan, dependency, k)) set_bit(own, k);
    if (dependency->package >= 0) add_user(&plan->packages[dependency->package], target);
  }
  for (size_t i = 0; i < words_of(plan); i++) own[i] &= ~cached[i];
  unit->cached = cached;
  unite(cached, own, words_of(plan));
}

static void count_own(struct plan *plan, size_t target) {
  struct plan_unit *unit = &plan->units[target];
  uint64_t *own = new_bits(plan);
  double parts = 0;
  find_own(plan, target, own);
  for (size_t i = 0; i < plan->package_count; i++)
    if (has_bit(own, i)) parts += plan->packages[i].part;
  double factor = take_measured(plan, unit, parts);
  unit->own_packages[PLAN_COMPAT] = parts * factor;
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

static void count_analyses(struct plan *plan) {
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
  return unit->seconds + unit->own_packages[policy];
}

static void count_times(struct plan *plan) {
  for (int policy = 0; policy < PLAN_POLICIES; policy++) {
    plan->last[policy] = PLAN_NONE;
    for (size_t i = 0; i < plan->unit_count; i++)
      finish_after(plan, i, (enum plan_policy)policy, spend(plan, i, (enum plan_policy)policy));
  }
  for (int policy = 0; policy < PLAN_POLICIES; policy++) {
    plan->total[policy] = plan->target_cost[policy];
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

bool plan_make(struct context *context, const struct checks *checks, struct plan *plan) {
  *plan = (struct plan){.mode = ""};
  struct ninja_log *log = ninja_log_read(context->thread, checks->execution_root);
  find_units(plan, checks);
  bool done = read_units(context, log, plan);
  ninja_log_free(log);
  if (!done) return false;
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
