// SPDX-License-Identifier: Apache-2.0
//
// Plan_read: what a plan is made of: the checked targets and everything below them, with sizes and
// the times of earlier runs. Units stand in an order in which dependencies come first.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/ninja_log.h"
#include "cli/plan_model.h"
#include "common/hash.h"
#include "runtime/object.h"

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
  size_t depth;
};

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
  ordering->stack = plan_make_room(ordering->stack, ordering->depth, sizeof *ordering->stack);
  ordering->stack[ordering->depth++] = (struct open_result){result, 0};
}

// Everything below a result has a unit: it gets its own.
static void close_result(struct ordering *ordering, const struct bz_aspect_result *result) {
  struct plan *plan = ordering->plan;
  plan->units = plan_make_room(plan->units, plan->unit_count, sizeof *plan->units);
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
      if (!sl_ends_with(file->path, pass == 0 ? ".pyi" : ".py")) continue;
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

// What the action that makes a file took when it last ran; -1: not known.
static double last_seconds(const struct ninja_log *log, sl_value file) {
  const struct bz_artifact *output =
      file && sl_has_type(file, &bz_file_type) ? (const struct bz_artifact *)(void *)file : NULL;
  return output && output->action ? ninja_log_seconds(log, output->action) : -1;
}

static double at_least(double seconds, double least) { return seconds > least ? seconds : least; }

static bool add_sizes_of(struct context *context, sl_value depset, struct size *size) {
  sl_value files = depset ? bz_depset_to_list(context->thread, depset) : sl_list_frozen(NULL, 0);
  return files && add_sizes(context, files, size);
}

// Whether nothing of a package is wanted: actions have made lists of its modules, and these are empty.
static bool is_unwanted(const char *execution_root, sl_value lists) {
  size_t count = lists ? sl_list_length(lists) : 0;
  for (size_t i = 0; i < count; i++) {
    const struct bz_artifact *list =
        (const struct bz_artifact *)(const void *)sl_list_get(lists, i);
    struct stat status;
    const char *path = bz_text_format("%s/%s", execution_root, list->path);
    if (stat(path, &status) != 0 || status.st_size > 0) return false;
  }
  return count > 0;
}

static bool read_package(struct context *context, const char *execution_root,
                         const struct ninja_log *log, sl_value told, struct plan_package *package) {
  const struct bz_check_cost *cost = &bz_check_default.cost;
  sl_value name = field(told, "name");
  struct size size = {0}, wanted = {0};
  package->is_library = flag(told, "is_library");
  package->is_skipped = flag(told, "skipped");
  package->brings = brings_of(field(told, "compat_brings"));
  package->name =
      package->is_library || !name ? bz_check_default.library : bz_text_copy(sl_string_bytes(name));
  if (!add_sizes_of(context, field(told, "sources"), &size)) return false;
  if (!is_unwanted(execution_root, field(told, "lists")) &&
      !add_sizes_of(context, field(told, "wanted"), &wanted))
    return false;
  package->files = size.files;
  package->bytes = size.bytes;
  double seconds = last_seconds(log, field(told, "pack"));
  package->is_measured = seconds >= 0;
  package->seconds = package->is_measured  ? at_least(seconds - cost->process, 0)
                     : package->is_library ? cost->library
                                           : (double)wanted.bytes * cost->package_byte;
  // A part of the standard library is as slow as the whole. What nobody wants is part of a package all the same.
  package->part = package->is_library ? package->seconds * (cost->library_part / cost->library)
                  : wanted.bytes == size.bytes ? package->seconds
                                               : (double)size.bytes * cost->package_byte;
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
  unit->files = size.files;
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

static bool read_units(struct context *context, const char *execution_root,
                       const struct ninja_log *log, struct plan *plan) {
  plan->packages = sl_allocate((plan->unit_count + 1) * sizeof *plan->packages);
  for (size_t i = 0; i < plan->unit_count; i++) {
    struct plan_unit *unit = &plan->units[i];
    sl_value told = unit->item ? field(unit->item->info, "package") : NULL;
    if (told) {
      struct plan_package *package = &plan->packages[plan->package_count];
      package->unit = (int64_t)i;
      unit->package = (int64_t)plan->package_count++;
      if (!read_package(context, execution_root, log, told, package)) return false;
    } else if (!read_target(context, log, plan, unit)) {
      return false;
    }
  }
  if (plan->targets > 0) add_missing_library(plan);
  return true;
}

bool plan_read(struct context *context, const struct checks *checks, struct plan *plan) {
  struct ninja_log *log = ninja_log_read(context->thread, checks->execution_root);
  find_units(plan, checks);
  bool done = read_units(context, checks->execution_root, log, plan);
  ninja_log_free(log);
  return done;
}
