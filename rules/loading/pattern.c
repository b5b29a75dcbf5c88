// SPDX-License-Identifier: Apache-2.0
//
// Pattern: target patterns become targets. Invariant: targets are visited in label order, each once; what could not be
// loaded either fails the call or is told and marked, never skipped in silence.
#include <stdlib.h>
#include <string.h>

#include "rules/loading/state.h"

struct visitor {
  void (*visit)(struct bz_target *target, void *data);
  void *data;
  bool *incomplete;  // set when a package has errors
};

static int compare_targets(const void *a, const void *b) {
  return bz_label_compare((*(struct bz_target *const *)a)->label,
                          (*(struct bz_target *const *)b)->label);
}

static void visit_package(const struct bz_package *package, bool rules_only,
                          const struct visitor *visitor) {
  size_t count = rules_only ? package->rule_count : package->target_count;
  struct bz_target **sorted = sl_allocate((count + 1) * sizeof *sorted);
  if (count) memcpy(sorted, rules_only ? package->rules : package->targets, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_targets);
  for (size_t i = 0; i < count; i++) visitor->visit(sorted[i], visitor->data);
}

static struct bz_package *load(struct sl_thread *thread, struct bz_loader *loader,
                               const struct bz_pattern *pattern, const char *name,
                               const struct visitor *visitor) {
  struct bz_package *package = bz_package_load(thread, loader, pattern->repository, name);
  if (package && package->contains_errors) *visitor->incomplete = true;
  return package;
}

static bool expand_target(struct sl_thread *thread, struct bz_loader *loader,
                          const struct bz_pattern *pattern, const struct visitor *visitor) {
  struct bz_package *package = load(thread, loader, pattern, pattern->package, visitor);
  struct bz_target *target = package ? bz_target_find(thread, package, pattern->name) : NULL;
  if (target) visitor->visit(target, visitor->data);
  return target != NULL;
}

// A real target called "all" or "*" wins over the wildcard.
static bool expand_package(struct sl_thread *thread, struct bz_loader *loader,
                           const struct bz_pattern *pattern, const struct visitor *visitor) {
  struct bz_package *package = load(thread, loader, pattern, pattern->package, visitor);
  if (!package) return false;
  struct bz_target *target = pattern->name ? bz_package_lookup(package, pattern->name) : NULL;
  if (!target) {
    visit_package(package, pattern->kind == BZ_PATTERN_PACKAGE_RULES, visitor);
    return true;
  }
  bz_event(loader->workspace, BZ_WARNING, NULL,
           "The target pattern '%s' is ambiguous: ':%s' is both a wildcard, and the name of an "
           "existing %s; using the latter interpretation",
           bz_label_text(target->label), pattern->name, bz_target_kind_text(target));
  visitor->visit(target, visitor->data);
  return true;
}

// Tells of a package that could not be loaded and goes on.
static void tell_broken(struct sl_thread *thread, struct bz_loader *loader) {
  bz_event(loader->workspace, BZ_ERROR, NULL, "%s", sl_error_message(thread));
  sl_error_clear(thread);
}

static bool expand_below(struct sl_thread *thread, struct bz_loader *loader,
                         const struct bz_pattern *pattern, const struct visitor *visitor) {
  sl_value packages = bz_packages_below(thread, pattern->repository, pattern->package);
  if (!packages) return false;
  if (sl_list_length(packages) == 0)
    return sl_fail_false(thread, "no targets found beneath '%s'", pattern->package);
  for (size_t i = 0; i < sl_list_length(packages); i++) {
    const char *name = sl_string_bytes(sl_list_get(packages, i));
    struct bz_package *package = load(thread, loader, pattern, name, visitor);
    if (package) {
      visit_package(package, pattern->kind == BZ_PATTERN_BELOW_RULES, visitor);
    } else if (loader->options.keep_going) {
      tell_broken(thread, loader);
      *visitor->incomplete = true;
    } else {
      return false;
    }
  }
  return true;
}

bool bz_pattern_expand(struct sl_thread *thread, struct bz_loader *loader,
                       const struct bz_pattern *pattern, bool *incomplete,
                       void (*visit)(struct bz_target *target, void *data), void *data) {
  struct visitor visitor = {visit, data, incomplete};
  const struct bz_repository *repository = pattern->repository;
  // An edge may lead into a missing repository; who asks for it by name wants to know.
  if (repository->kind == BZ_REPOSITORY_MISSING) {
    return sl_fail_false(
        thread, "no such package '@@%s//%s': %s", repository->name, pattern->package,
        repository->reason ? repository->reason : "nothing defines the repository");
  }
  switch (pattern->kind) {
    case BZ_PATTERN_TARGET:
      return expand_target(thread, loader, pattern, &visitor);
    case BZ_PATTERN_PACKAGE_RULES:
    case BZ_PATTERN_PACKAGE_TARGETS:
      return expand_package(thread, loader, pattern, &visitor);
    default:
      return expand_below(thread, loader, pattern, &visitor);
  }
}
