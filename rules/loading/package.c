// SPDX-License-Identifier: Apache-2.0
//
// Package: what one BUILD file makes. Invariant: targets are appended in order of creation and never removed, so that an
// index is a snapshot; after finish_package nothing changes any more.
#include <stdlib.h>
#include <string.h>

#include "rules/loading/state.h"

// ---------------------------------------------------------------- places

static const char *const place_lists[] = {
    [BZ_IN_BUILD] = "a BUILD file or a legacy macro",
    [BZ_IN_BUILD | BZ_IN_FINALIZER] = "a BUILD file, a legacy macro, or a rule finalizer",
    [BZ_IN_BUILD | BZ_IN_MACRO | BZ_IN_FINALIZER] = "a BUILD file or a legacy or symbolic macro",
};

static enum bz_place running_place(const struct bz_package *package) {
  const struct bz_macro_instance *macro = package->state->macro;
  if (!macro) return BZ_IN_BUILD;
  return bz_macro_is_finalizer(macro) ? BZ_IN_FINALIZER : BZ_IN_MACRO;
}

struct bz_package *bz_package_running(struct sl_thread *thread, const char *what, unsigned places) {
  struct bz_loader *loader = bz_running_loader(thread);
  struct bz_package *package = loader ? loader->package : NULL;
  if (package && (running_place(package) & places)) return package;
  sl_fail(thread, "%s can only be used while evaluating %s", what, place_lists[places]);
  return NULL;
}

void bz_package_error(struct sl_thread *thread, struct bz_package *package, const char *format,
                      ...) {
  va_list arguments;
  va_start(arguments, format);
  struct sl_text text = {0};
  sl_text_format_list(&text, format, arguments);
  va_end(arguments);
  struct sl_position position;
  bool known = bz_package_position(thread, package, &position);
  const char *place = known ? bz_position_text(package->state->source.path, position) : NULL;
  bz_event(package->repository->workspace, BZ_ERROR, place, "%s", sl_text_string(&text));
  sl_text_free(&text);
  package->contains_errors = true;
}

void bz_crossing_message(const struct bz_label *label, const char *crossed, struct sl_text *out) {
  size_t skipped = strlen(crossed) + 1 - (*label->package ? strlen(label->package) + 1 : 0);
  struct bz_label *better = bz_label_make(label->repository, crossed, label->name + skipped);
  sl_text_format(out,
                 "Label '%s' is invalid because '%s' is a subpackage; perhaps you meant to put the "
                 "colon here: '%s'?",
                 bz_label_text(label), crossed, bz_label_text(better));
}

// ---------------------------------------------------------------- names given as literals

// Whether a node that starts at or before the offset also ends after it.
static bool covers(const struct sl_node *node, uint32_t offset) {
  return node && node->start <= offset && offset < node->end;
}

static struct sl_node *covering_item(const struct sl_node_list *list, uint32_t offset) {
  size_t low = 0, high = list->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (list->items[middle]->end <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < list->count && covers(list->items[low], offset) ? list->items[low] : NULL;
}

static struct sl_node *first_covering(uint32_t offset, struct sl_node *a, struct sl_node *b,
                                      struct sl_node *c) {
  if (covers(a, offset)) return a;
  if (covers(b, offset)) return b;
  return covers(c, offset) ? c : NULL;
}

// The part of a node of a BUILD file that an offset lies in, or NULL.
static struct sl_node *covering_child(const struct sl_node *node, uint32_t offset) {
  switch (node->kind) {
    case SL_NODE_BLOCK:
    case SL_NODE_LIST:
    case SL_NODE_TUPLE:
    case SL_NODE_DICT:
      return covering_item(&node->list, offset);
    case SL_NODE_DICT_ENTRY:
      return first_covering(offset, node->entry.key, node->entry.value, NULL);
    case SL_NODE_UNARY:
      return first_covering(offset, node->unary.operand, NULL, NULL);
    case SL_NODE_BINARY:
      return first_covering(offset, node->binary.left, node->binary.right, NULL);
    case SL_NODE_CONDITIONAL:
      return first_covering(offset, node->conditional.condition, node->conditional.then,
                            node->conditional.otherwise);
    case SL_NODE_INDEX:
      return first_covering(offset, node->index.object, node->index.key, NULL);
    case SL_NODE_DOT:
      return first_covering(offset, node->dot.object, NULL, NULL);
    case SL_NODE_CALL:
      return covers(node->call.callee, offset) ? node->call.callee
                                               : covering_item(&node->call.arguments, offset);
    case SL_NODE_ARGUMENT:
      return first_covering(offset, node->argument.value, NULL, NULL);
    case SL_NODE_COMPREHENSION:
      return covers(node->comprehension.body, offset)
                 ? node->comprehension.body
                 : covering_item(&node->comprehension.clauses, offset);
    case SL_NODE_FOR_CLAUSE:
      return first_covering(offset, node->for_clause.iterable, NULL, NULL);
    case SL_NODE_IF_CLAUSE:
      return first_covering(offset, node->if_clause.condition, NULL, NULL);
    case SL_NODE_EXPRESSION_STATEMENT:
      return first_covering(offset, node->expression.value, NULL, NULL);
    case SL_NODE_ASSIGN:
    case SL_NODE_AUGMENTED:
      return first_covering(offset, node->assign.value, node->assign.target, NULL);
    default:
      return NULL;
  }
}

sl_value bz_package_literal_name(const struct bz_package *package, struct sl_position position) {
  const struct sl_file *file = package->state->source.syntax;
  if (!file || position.line == 0 || position.line > file->line_count) return NULL;
  uint32_t offset = file->line_starts[position.line - 1] + position.column - 1;
  const struct sl_node *node = file->top_level->body;
  while (node && !(node->kind == SL_NODE_CALL && node->mark == offset))
    node = covering_child(node, offset);
  if (!node) return NULL;
  for (uint32_t i = 0; i < node->call.arguments.count; i++) {
    const struct sl_node *argument = node->call.arguments.items[i];
    if (argument->op != SL_ARGUMENT_KEYWORD || strcmp(argument->argument.name->bytes, "name") != 0)
      continue;
    const struct sl_node *value = argument->argument.value;
    return value->kind == SL_NODE_STRING ? sl_string(value->string.bytes, value->string.length)
                                         : NULL;
  }
  return NULL;
}

// ---------------------------------------------------------------- targets

static void append_target(struct bz_package *package, struct bz_target *target) {
  struct bz_package_state *state = package->state;
  if (package->target_count == state->target_capacity) {
    state->target_capacity = 2 * state->target_capacity + 8;
    package->targets =
        sl_reallocate(package->targets, state->target_capacity * sizeof *package->targets);
  }
  target->index = (uint32_t)package->target_count;
  package->targets[package->target_count++] = target;
  if (target->kind != BZ_TARGET_RULE) return;
  if (package->rule_count == state->rule_capacity) {
    state->rule_capacity = 2 * state->rule_capacity + 8;
    package->rules = sl_reallocate(package->rules, state->rule_capacity * sizeof *package->rules);
  }
  package->rules[package->rule_count++] = target;
}

struct bz_target *bz_package_lookup(const struct bz_package *package, const char *name) {
  sl_value index = sl_dict_get_string(package->state->index, name);
  return index ? package->targets[sl_small_int(index)] : NULL;
}

struct bz_target *bz_package_lookup_value(struct sl_thread *thread,
                                          const struct bz_package *package, sl_value name) {
  if (!sl_is_string(name)) return NULL;
  sl_value index = sl_dict_get(thread, package->state->index, name);
  return index ? package->targets[sl_small_int(index)] : NULL;
}

static void describe_target(const struct bz_target *target, struct sl_text *out) {
  if (target->kind == BZ_TARGET_GENERATED_FILE) {
    sl_text_format(out, "generated file '%s' in rule '%s'", target->label->name,
                   target->generating_rule->label->name);
  } else {
    sl_text_format(out, "%s '%s' in package '%s'", bz_target_kind_text(target), target->label->name,
                   target->package->name);
  }
}

static bool fail_conflict(struct sl_thread *thread, const struct bz_target *target,
                          const struct bz_target *existing) {
  struct sl_text text = {0};
  describe_target(target, &text);
  sl_text_format(&text, " conflicts with existing %s", bz_target_kind_text(existing));
  if (existing->kind == BZ_TARGET_GENERATED_FILE)
    sl_text_format(&text, " from rule '%s'", existing->generating_rule->label->name);
  sl_fail(thread, "%s, defined at %s", sl_text_string(&text), bz_target_location(existing));
  sl_text_free(&text);
  return false;
}

// Far more than any package has, and few enough for a macro that does not end to be stopped in time.
enum { MOST_TARGETS = 1 << 20 };

bool bz_package_add(struct sl_thread *thread, struct bz_package *package,
                    struct bz_target *target) {
  const char *name = target->label->name;
  if (package->target_count >= MOST_TARGETS) {
    return sl_fail_false(thread, "package '%s' has more than %d targets", package->name,
                         MOST_TARGETS);
  }
  const struct bz_target *existing = bz_package_lookup(package, name);
  if (existing) return fail_conflict(thread, target, existing);
  sl_value key = target->kind == BZ_TARGET_RULE ? target->values[0] : sl_string_from(name);
  if (!sl_dict_set(thread, package->state->index, key, sl_int((int64_t)package->target_count)))
    return false;
  append_target(package, target);
  return true;
}

struct bz_target *bz_package_source_file(struct sl_thread *thread, struct bz_package *package,
                                         const char *name, struct sl_position position) {
  struct bz_target *existing = bz_package_lookup(package, name);
  if (existing) return existing->kind == BZ_TARGET_SOURCE_FILE ? existing : NULL;
  struct bz_target *target = sl_allocate(sizeof *target);
  target->kind = BZ_TARGET_SOURCE_FILE;
  target->label = bz_label_make(package->repository, package->name, name);
  target->package = package;
  target->file = package->state->source.path;
  target->position = position;
  return bz_package_add(thread, package, target) ? target : NULL;
}

// ---------------------------------------------------------------- new packages

// What repo() of REPO.bazel says for every package of its repository.
static void take_repository_defaults(struct sl_thread *thread, struct bz_package *package) {
  sl_value arguments = package->repository->package_arguments;
  if (arguments && !bz_package_set_defaults(thread, package, arguments)) {
    bz_package_error(thread, package, "%s", sl_error_message(thread));
    sl_error_clear(thread);
  }
}

static struct bz_package *new_package(struct sl_thread *thread, struct bz_loader *loader,
                                      struct bz_repository *repository, const char *name,
                                      const char *build_file) {
  struct bz_package *package = sl_allocate(sizeof *package);
  struct bz_package_state *state = package->state = sl_allocate(sizeof *state);
  struct bz_label *label = bz_label_make(repository, name, build_file);
  package->repository = repository;
  package->name = label->package;
  package->build_file = label->name;
  bz_source_init(&state->source, loader, label);
  state->source.is_build = true;
  package->build_file_path = state->source.path;
  package->loads = sl_list_frozen(NULL, 0);
  state->loader = loader;
  state->base_depth = sl_thread_depth(thread);
  state->index = bz_table_new(thread, loader);
  if (!bz_package_source_file(thread, package, build_file, (struct sl_position){1, 1})) return NULL;
  package->targets[0]->file = package->build_file_path;
  take_repository_defaults(thread, package);
  return package;
}

// ---------------------------------------------------------------- the end of a BUILD file

// A label of the own package that nothing declares is a source file.
struct implicit_files {
  struct sl_thread *thread;
  struct bz_package *package;
  struct sl_position position;
};

static void add_implicit_file(struct bz_label *label, struct bz_label *condition, void *data) {
  (void)condition;
  struct implicit_files *files = data;
  struct bz_package *package = files->package;
  if (label->repository != package->repository || strcmp(label->package, package->name) != 0)
    return;
  bz_package_source_file(files->thread, package, label->name, files->position);
}

static void add_implicit_files(struct sl_thread *thread, struct bz_package *package) {
  for (size_t i = 0; i < package->rule_count; i++) {
    const struct bz_target *rule = package->rules[i];
    struct implicit_files files = {thread, package, rule->position};
    for (size_t j = 0; j < rule->rule_class->attribute_count; j++) {
      const struct bz_attribute *attribute = &rule->rule_class->attributes[j];
      sl_value stored = rule->values[j];
      if (!stored && !bz_type_is_label(attribute->type)) continue;
      if (stored) bz_value_each_condition(stored, add_implicit_file, &files);
      if (!stored) stored = attribute->default_value;
      if (stored && bz_type_is_label(attribute->type))
        bz_value_each_label(stored, add_implicit_file, &files);
    }
  }
}

static bool is_manual(const struct bz_target *rule) {
  int32_t index = bz_rule_class_attribute(rule->rule_class, "tags");
  sl_value tags = bz_target_value(rule, (size_t)index);
  for (size_t i = 0; i < sl_list_length(tags); i++)
    if (sl_string_is(sl_list_get(tags, i), "manual")) return true;
  return false;
}

// The tests that a test_suite without `tests` stands for: all of its package but the manual ones.
static sl_value implicit_tests(const struct bz_package *package) {
  sl_value *labels = sl_allocate((package->rule_count + 1) * sizeof *labels);
  size_t count = 0;
  for (size_t i = 0; i < package->rule_count; i++) {
    const struct bz_target *rule = package->rules[i];
    if (rule->rule_class->test && !is_manual(rule)) labels[count++] = bz_label_value(rule->label);
  }
  return bz_value_sorted(sl_list_frozen(labels, count));
}

static void fill_test_suites(struct bz_package *package) {
  sl_value tests = NULL;
  for (size_t i = 0; i < package->rule_count; i++) {
    struct bz_target *rule = package->rules[i];
    if (rule->rule_class->behaviour != BZ_BEHAVIOUR_TEST_SUITE) continue;
    sl_value given = rule->values[bz_rule_class_attribute(rule->rule_class, "tests")];
    if (given && sl_list_length(given) > 0) continue;
    if (!tests) tests = implicit_tests(package);
    rule->values[bz_rule_class_attribute(rule->rule_class, "$implicit_tests")] = tests;
  }
}

// No target may lie in a package below this one.
static void check_boundaries(struct bz_package *package) {
  for (size_t i = 1; i < package->target_count; i++) {
    const struct bz_target *target = package->targets[i];
    if (!strchr(target->label->name, '/')) continue;
    char *crossed = bz_package_crossed(package->repository, package->name, target->label->name);
    if (!crossed) continue;
    struct sl_text text = {0};
    bz_crossing_message(target->label, crossed, &text);
    bz_event(package->repository->workspace, BZ_ERROR, bz_target_location(target), "%s",
             sl_text_string(&text));
    sl_text_free(&text);
    free(crossed);
    package->contains_errors = true;
  }
}

// Makes the input files, implicit tests and boundary errors that a package gets when its BUILD file has ended.
static void finish_package(struct sl_thread *thread, struct bz_package *package) {
  fill_test_suites(package);
  add_implicit_files(thread, package);
  check_boundaries(package);
  struct bz_source *source = &package->state->source;
  if (source->load_count > 0) package->loads = bz_source_closure(thread, source);
  bz_source_release(source);
}

// ---------------------------------------------------------------- packages of missing repositories

// Its targets are made when they are asked for.
static struct bz_package *load_opaque(struct sl_thread *thread, struct bz_loader *loader,
                                      struct bz_repository *repository, const char *name) {
  if (!loader->options.quiet_missing) bz_warn_missing(thread, loader, repository);
  struct bz_package *package = new_package(thread, loader, repository, name, "BUILD");
  if (package) package->opaque = true;
  return package;
}

struct bz_target *bz_package_opaque_target(struct sl_thread *thread, struct bz_package *package,
                                           const char *name) {
  struct bz_loader *loader = package->state->loader;
  if (!loader->opaque_class) loader->opaque_class = bz_rule_class_opaque(thread, "opaque");
  struct bz_rule_class *rule_class = loader->opaque_class;
  if (!rule_class) return NULL;
  struct bz_target *target = sl_allocate(sizeof *target);
  target->kind = BZ_TARGET_RULE;
  target->label = bz_label_make(package->repository, package->name, name);
  target->package = package;
  target->file = package->build_file_path;
  target->position = (struct sl_position){1, 1};
  target->rule_class = rule_class;
  target->values = sl_allocate(rule_class->attribute_count * sizeof *target->values);
  target->values[0] = sl_string_from(name);
  sl_value everyone = bz_label_value(bz_visibility_public(package->repository->workspace));
  target->visibility = sl_list_frozen(&everyone, 1);
  return bz_package_add(thread, package, target) ? target : NULL;
}

// ---------------------------------------------------------------- loading

static bool run_build_file(struct sl_thread *thread, struct bz_package *package) {
  struct bz_loader *loader = package->state->loader;
  struct bz_package *before = loader->package;
  loader->package = package;
  package->state->base_depth = sl_thread_depth(thread);
  bool good =
      bz_source_execute(thread, &package->state->source) && bz_macros_finalize(thread, package);
  loader->package = before;
  return good;
}

static void execute_build_file(struct sl_thread *thread, struct bz_package *package) {
  if (run_build_file(thread, package)) return;
  bz_event(package->repository->workspace, BZ_ERROR, NULL, "%s", sl_error_text(thread));
  sl_error_clear(thread);
  package->contains_errors = true;
}

// Sets the error of a package that cannot be loaded at all.
static struct bz_package *fail_package(struct sl_thread *thread, const struct bz_package *package) {
  struct sl_text text = {0};
  struct bz_label *label = package->state->source.label;
  bool is_main = label->repository == bz_workspace_main(label->repository->workspace);
  sl_text_format(&text, "error loading package '%s%s%s%s': %s", is_main ? "" : "@@",
                 is_main ? "" : label->repository->name, is_main ? "" : "//", package->name,
                 sl_error_message(thread));
  sl_error_clear(thread);
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

static struct bz_package *load_build_file(struct sl_thread *thread, struct bz_loader *loader,
                                          struct bz_repository *repository, const char *name,
                                          const char *build_file) {
  struct bz_package *package = new_package(thread, loader, repository, name, build_file);
  if (!package) return NULL;
  struct bz_source *source = &package->state->source;
  bool broken;
  if (!bz_source_prepare(thread, source, loader->build_environment, &broken)) {
    if (!broken) return fail_package(thread, package);
    sl_error_clear(thread);
    package->contains_errors = true;
  } else {
    if (!bz_source_load_all(thread, source)) return fail_package(thread, package);
    execute_build_file(thread, package);
  }
  finish_package(thread, package);
  return package;
}

static struct bz_package *load_new(struct sl_thread *thread, struct bz_loader *loader,
                                   struct bz_repository *repository, const char *name) {
  if (repository->kind == BZ_REPOSITORY_MISSING)
    return load_opaque(thread, loader, repository, name);
  const char *build_file = bz_package_build_file(repository, name);
  if (build_file) return load_build_file(thread, loader, repository, name, build_file);
  struct sl_text text = {0};
  bz_package_missing_message(repository, name, &text);
  sl_fail(thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

// A failed package is remembered by its message.
static bool remember(struct sl_thread *thread, struct bz_loader *loader, sl_value key,
                     struct bz_package *package) {
  sl_value value;
  if (package) {
    if (loader->package_count == loader->package_capacity) {
      loader->package_capacity = 2 * loader->package_capacity + 64;
      loader->packages =
          sl_reallocate(loader->packages, loader->package_capacity * sizeof *loader->packages);
    }
    loader->packages[loader->package_count] = package;
    value = sl_int((int64_t)loader->package_count++);
    return sl_dict_set(thread, loader->package_index, key, value);
  }
  value = sl_string_from(sl_error_message(thread));
  sl_error_clear(thread);
  if (sl_dict_set(thread, loader->package_index, key, value))
    sl_fail(thread, "%s", sl_string_bytes(value));
  return false;
}

struct bz_package *bz_package_load(struct sl_thread *thread, struct bz_loader *loader,
                                   struct bz_repository *repository, const char *name) {
  sl_value key = bz_label_value(bz_label_make(repository, name, ""));
  sl_value found = sl_dict_get(thread, loader->package_index, key);
  if (found && sl_is_string(found)) {
    sl_fail(thread, "%s", sl_string_bytes(found));
    return NULL;
  }
  if (found) return loader->packages[sl_small_int(found)];
  if (!bz_builtins_load(thread, loader)) return NULL;
  struct sl_mutability *before = sl_thread_set_mutability(thread, loader->mutability);
  struct bz_package *package = load_new(thread, loader, repository, name);
  if (!remember(thread, loader, key, package)) package = NULL;
  sl_thread_set_mutability(thread, before);
  return package;
}
