// SPDX-License-Identifier: Apache-2.0
//
// Target: finding targets, and reading them: effective attribute values and the edges of the unconfigured graph. Invariant:
// reading changes nothing; only a package of a missing repository makes its targets when they are asked for.
#include <stdlib.h>
#include <string.h>

#include "common/spell.h"
#include "rules/loading/state.h"

// ---------------------------------------------------------------- finding

// What may help someone who named a target that is not there.
static void suggest(const struct bz_package *package, const char *name, struct sl_text *text) {
  char *path = bz_path_join(package->name, name);
  enum bz_file_kind kind =
      strcmp(name, "*") == 0 ? BZ_FILE_MISSING : bz_file_stat(package->repository, path);
  free(path);
  if (kind != BZ_FILE_MISSING) {
    bool is_directory = kind == BZ_FILE_DIRECTORY;
    sl_text_format(text,
                   "; however, a source %s of this name exists.  (Perhaps add "
                   "'exports_files([\"%s\"])' to %s%s%s%s?)",
                   is_directory ? "directory" : "file", name, package->name,
                   *package->name ? "/" : "", package->build_file,
                   is_directory ? ", or define a filegroup" : "");
    return;
  }
  struct sl_spell spell;
  sl_spell_begin(&spell, name, strlen(name));
  for (size_t i = 1; i < package->target_count; i++) {
    const char *known = package->targets[i]->label->name;
    sl_spell_offer(&spell, known, strlen(known));
  }
  if (spell.best) sl_text_format(text, " (did you mean '%s'?)", spell.best);
}

static struct bz_target *fail_missing(struct sl_thread *thread, const struct bz_package *package,
                                      const char *name) {
  const struct bz_label *label = bz_label_make(package->repository, package->name, name);
  struct sl_text text = {0};
  sl_text_format(&text, "no such target '%s': ", bz_label_text(label));
  char *crossed = bz_package_crossed(package->repository, package->name, name);
  if (crossed) {
    bz_crossing_message(label, crossed, &text);
  } else {
    sl_text_format(&text, "target '%s' not declared in package '%s'", name, package->name);
    suggest(package, name, &text);
    sl_text_format(&text, " defined by %s", package->build_file_path);
  }
  free(crossed);
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

struct bz_target *bz_target_find(struct sl_thread *thread, struct bz_package *package,
                                 const char *name) {
  struct bz_target *target = bz_package_lookup(package, name);
  if (target) return target;
  return package->opaque ? bz_package_opaque_target(thread, package, name)
                         : fail_missing(thread, package, name);
}

struct bz_target *bz_target_load(struct sl_thread *thread, struct bz_loader *loader,
                                 struct bz_label *label) {
  struct bz_package *package = bz_package_load(thread, loader, label->repository, label->package);
  return package ? bz_target_find(thread, package, label->name) : NULL;
}

// ---------------------------------------------------------------- text

const char *bz_target_kind_text(const struct bz_target *target) {
  switch (target->kind) {
    case BZ_TARGET_RULE:
      return bz_text_format("%s rule", target->rule_class->name);
    case BZ_TARGET_SOURCE_FILE:
      return "source file";
    case BZ_TARGET_GENERATED_FILE:
      return "generated file";
    case BZ_TARGET_PACKAGE_GROUP:
      return "package group";
    default:
      return "environment group";
  }
}

const char *bz_target_location(const struct bz_target *target) {
  return bz_position_text(target->file, target->position);
}

// ---------------------------------------------------------------- values

static sl_value default_timeout(const struct bz_target *target) {
  static const char *const sizes[][2] = {
      {"small", "short"}, {"medium", "moderate"}, {"large", "long"}, {"enormous", "eternal"}};
  int32_t index = bz_rule_class_attribute(target->rule_class, "size");
  sl_value size = index < 0 ? NULL : bz_target_value(target, (size_t)index);
  for (size_t i = 0; size && i < sizeof sizes / sizeof *sizes; i++)
    if (sl_string_is(size, sizes[i][0])) return sl_string_from(sizes[i][1]);
  return NULL;
}

static sl_value computed_default(const struct bz_target *target,
                                 const struct bz_attribute *attribute) {
  static const char *const package_defaults[] = {[BZ_DEFAULT_TESTONLY] = "testonly",
                                                 [BZ_DEFAULT_DEPRECATION] = "deprecation",
                                                 [BZ_DEFAULT_METADATA] = "package_metadata"};
  if (strcmp(attribute->name, "timeout") == 0) return default_timeout(target);
  const sl_value *defaults = target->package->state->defaults;
  for (size_t i = 0; i < sizeof package_defaults / sizeof *package_defaults; i++)
    if (strcmp(attribute->name, package_defaults[i]) == 0) return defaults[i];
  return NULL;
}

sl_value bz_target_value(const struct bz_target *target, size_t attribute) {
  sl_value stored = target->values[attribute];
  if (stored) return stored;
  const struct bz_attribute *declared = &target->rule_class->attributes[attribute];
  if (declared->flags & BZ_ATTRIBUTE_COMPUTED) {
    sl_value computed = computed_default(target, declared);
    if (computed) return computed;
    // deprecation and timeout have no empty value: they are None. A function is the caller's business.
    if (declared->type == BZ_TYPE_STRING && *declared->name != '_') return NULL;
  }
  return declared->default_value;
}

// A private attribute has a value only if its default was computed.
bool bz_target_is_explicit(const struct bz_target *target, size_t attribute) {
  return target->values[attribute] && target->rule_class->attributes[attribute].name[0] != '_';
}

// ---------------------------------------------------------------- edges

struct edge_walk {
  void (*visit)(const struct bz_edge *edge, void *data);
  void *data;
  const struct bz_attribute *attribute;
};

static void visit_label(struct bz_label *label, struct bz_label *condition, void *data) {
  const struct edge_walk *walk = data;
  struct bz_label *key = condition && !bz_label_is_default_condition(condition) ? condition : NULL;
  struct bz_edge edge = {.to = label, .attribute = walk->attribute, .condition = key};
  walk->visit(&edge, walk->data);
}

static void visit_condition(struct bz_label *label, struct bz_label *condition, void *data) {
  (void)condition;
  const struct edge_walk *walk = data;
  struct bz_edge edge = {.to = label, .attribute = walk->attribute, .is_condition = true};
  walk->visit(&edge, walk->data);
}

// The package groups that a visibility names.
static void visit_visibility(sl_value visibility, struct edge_walk *walk) {
  for (size_t i = 0; visibility && i < sl_list_length(visibility); i++) {
    struct bz_label *label = bz_label_of(sl_list_get(visibility, i));
    if (!bz_visibility_is_special(label)) visit_label(label, NULL, walk);
  }
}

static void visit_attribute(struct bz_target *target, size_t index, struct edge_walk *walk) {
  walk->attribute = &target->rule_class->attributes[index];
  sl_value stored = bz_target_value(target, index);
  if (!stored || stored == SL_NONE) return;
  bz_value_each_condition(stored, visit_condition, walk);
  if (bz_type_is_label(walk->attribute->type)) bz_value_each_label(stored, visit_label, walk);
}

static void visit_rule(struct bz_target *target, struct edge_walk *walk) {
  static const char visibility[] = "visibility";
  for (size_t i = 0; i < target->rule_class->attribute_count; i++) {
    if (strcmp(target->rule_class->attributes[i].name, visibility) == 0) {
      walk->attribute = &target->rule_class->attributes[i];
      visit_visibility(bz_visibility_declared(target), walk);
    } else {
      visit_attribute(target, i, walk);
    }
  }
}

void bz_target_edges(struct bz_target *target,
                     void (*visit)(const struct bz_edge *edge, void *data), void *data) {
  struct edge_walk walk = {visit, data, NULL};
  switch (target->kind) {
    case BZ_TARGET_RULE:
      visit_rule(target, &walk);
      break;
    case BZ_TARGET_GENERATED_FILE:
      visit_label(target->generating_rule->label, NULL, &walk);
      visit_visibility(bz_visibility_declared(target), &walk);
      break;
    case BZ_TARGET_SOURCE_FILE:
      visit_visibility(bz_visibility_declared(target), &walk);
      break;
    default:
      for (size_t i = 0; target->includes && i < sl_list_length(target->includes); i++)
        visit_label(bz_label_of(sl_list_get(target->includes, i)), NULL, &walk);
  }
}
