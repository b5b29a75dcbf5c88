// SPDX-License-Identifier: Apache-2.0
//
// Toolchain: toolchain resolution: which registered toolchain stands for a toolchain type. The first that fits the platform
// and the configuration wins; there is one platform, for building and for running. Registered toolchains are read once, when
// a type is first asked for.

#include <string.h>

#include "rules/analysis/state.h"

// A registered toolchain.
struct bz_toolchain {
  struct bz_target *declaration;  // the target of rule toolchain()
  struct bz_label *type;          // of its toolchain type, aliases followed
  struct bz_toolchain *next;
  signed char fits_target;  // the target configuration: 1, -1; 0: not asked for yet
  signed char fits_exec;
};

static bool behaves_as(const struct bz_target *target, enum bz_behaviour behaviour) {
  return target->kind == BZ_TARGET_RULE && target->rule_class->behaviour == behaviour;
}

// The stored value of an attribute of a toolchain(), its selects resolved. NULL: none, or an error is pending.
static sl_value value_of(struct sl_thread *thread, struct bz_analysis *analysis,
                         const struct bz_target *target, const char *name,
                         const struct bz_configuration *configuration) {
  int32_t i = bz_rule_class_attribute(target->rule_class, name);
  sl_value value = i < 0 ? NULL : bz_target_value(target, (size_t)i);
  if (value && sl_has_type(value, &bz_select_type))
    value = bz_condition_resolve(thread, analysis, target, &target->rule_class->attributes[i],
                                 value, configuration);
  return value == SL_NONE ? NULL : value;
}

// ---------------------------------------------------------------- types

// Types of repositories that are not there, or whose built-in form is not complete, are known by their labels only.
static bool may_be_absent(const struct bz_label *label) {
  enum bz_repository_kind kind = label->repository->kind;
  return kind == BZ_REPOSITORY_MISSING || kind == BZ_REPOSITORY_EMBEDDED;
}

// The toolchain type that a label names, aliases followed; *message gets the no_match_error. NULL with an error pending.
static struct bz_label *load_type(struct sl_thread *thread, struct bz_analysis *analysis,
                                  struct bz_label *label, const char **message) {
  const struct bz_target *target =
      bz_target_actual(thread, analysis, &analysis->target_configuration, label);
  if (!target && may_be_absent(label)) {
    sl_error_clear(thread);
    return label;
  }
  const char *wrong = "but does not provide ToolchainTypeInfo";
  if (target && behaves_as(target, BZ_BEHAVIOUR_TOOLCHAIN_TYPE)) {
    sl_value text = value_of(thread, analysis, target, "no_match_error", NULL);
    if (message && text) *message = bz_text_copy(sl_string_bytes(text));
    return target->label;
  }
  if (target && behaves_as(target, BZ_BEHAVIOUR_OPAQUE)) return target->label;
  if (!target) {
    wrong = bz_text_format("but %s", sl_error_message(thread));
    sl_error_clear(thread);
  }
  sl_fail(thread, "target '%s' is referenced as a toolchain type, %s", bz_label_text(label), wrong);
  return NULL;
}

// ---------------------------------------------------------------- registered toolchains

struct registering {
  struct sl_thread *thread;
  struct bz_analysis *analysis;
  struct bz_toolchain **last;
  const char *pattern;
  bool is_wildcard;
};

static void warn_invalid(const struct registering *registering, const char *reason) {
  bz_event(registering->analysis->workspace, BZ_WARNING, NULL,
           "invalid registered toolchain '%s': %s", registering->pattern, reason);
}

static void warn_pending(const struct registering *registering) {
  warn_invalid(registering, sl_error_message(registering->thread));
  sl_error_clear(registering->thread);
}

static void register_target(struct bz_target *target, void *data) {
  struct registering *registering = data;
  struct sl_thread *thread = registering->thread;
  struct bz_analysis *analysis = registering->analysis;
  const struct bz_configuration *configuration = &analysis->target_configuration;
  struct bz_target *actual = bz_target_actual(thread, analysis, configuration, target->label);
  if (!actual) {
    warn_pending(registering);
  } else if (behaves_as(actual, BZ_BEHAVIOUR_TOOLCHAIN)) {
    sl_value label = value_of(thread, analysis, actual, "toolchain_type", configuration);
    struct bz_label *type = label ? load_type(thread, analysis, bz_label_of(label), NULL) : NULL;
    if (!type) {
      warn_pending(registering);
      return;
    }
    struct bz_toolchain *toolchain = sl_allocate(sizeof *toolchain);
    *toolchain = (struct bz_toolchain){.declaration = actual, .type = type};
    *registering->last = toolchain;
    registering->last = &toolchain->next;
  } else if (!registering->is_wildcard && !behaves_as(actual, BZ_BEHAVIOUR_OPAQUE)) {
    warn_invalid(registering, "target does not provide the DeclaredToolchainInfo provider");
  }
}

// What cannot be loaded is told and left out: a build that does not need it goes on.
static void register_pattern(const char *text, void *data) {
  struct registering *registering = data;
  struct sl_thread *thread = registering->thread;
  struct bz_pattern pattern;
  bool incomplete = false;
  registering->pattern = text;
  if (!bz_pattern_parse(thread, registering->analysis->workspace, "", text, &pattern)) {
    warn_pending(registering);
    return;
  }
  if (pattern.repository->kind == BZ_REPOSITORY_MISSING) return;
  registering->is_wildcard = pattern.kind != BZ_PATTERN_TARGET;
  if (!bz_pattern_expand(thread, registering->analysis->loader, &pattern, &incomplete,
                         register_target, registering))
    warn_pending(registering);
}

static void read_registered(struct sl_thread *thread, struct bz_analysis *analysis) {
  if (analysis->toolchains_read) return;
  analysis->toolchains_read = true;
  struct registering registering = {
      .thread = thread, .analysis = analysis, .last = &analysis->toolchains};
  bz_workspace_each_toolchain(analysis->workspace, register_pattern, &registering);
}

// ---------------------------------------------------------------- what fits

// What the labels of a list are; constraints are asked of the platform that runs actions, or of the one that is built for.
enum list_kind { LIST_EXEC_CONSTRAINTS, LIST_TARGET_CONSTRAINTS, LIST_SETTINGS };

// Whether all labels of a list attribute hold. -1: an error is pending.
static int all_hold(struct sl_thread *thread, struct bz_analysis *analysis,
                    const struct bz_target *declaration, const char *attribute, enum list_kind kind,
                    const struct bz_configuration *configuration) {
  sl_value *labels;
  size_t count;
  sl_value list = value_of(thread, analysis, declaration, attribute, configuration);
  if (!list) return sl_error_pending(thread) ? -1 : 1;
  if (!sl_sequence_items(list, &labels, &count)) return 1;
  int hold = 1;
  for (size_t i = 0; i < count && hold > 0; i++) {
    struct bz_label *label = bz_label_of(labels[i]);
    hold = kind == LIST_SETTINGS
               ? bz_condition_holds(thread, analysis, declaration, configuration, label)
               : bz_condition_constraint_holds(
                     thread, analysis,
                     kind == LIST_EXEC_CONSTRAINTS ? &analysis->exec_configuration : configuration,
                     label);
  }
  return hold;
}

static int check_fit(struct sl_thread *thread, struct bz_analysis *analysis,
                     const struct bz_target *declaration,
                     const struct bz_configuration *configuration) {
  static const struct {
    const char *attribute;
    enum list_kind kind;
  } lists[] = {
      {"exec_compatible_with", LIST_EXEC_CONSTRAINTS},
      {"target_compatible_with", LIST_TARGET_CONSTRAINTS},
      {"target_settings", LIST_SETTINGS},
  };
  int fits = 1;
  for (size_t i = 0; i < sizeof lists / sizeof *lists && fits > 0; i++)
    fits =
        all_hold(thread, analysis, declaration, lists[i].attribute, lists[i].kind, configuration);
  return fits;
}

static int fits(struct sl_thread *thread, struct bz_analysis *analysis,
                struct bz_toolchain *toolchain, const struct bz_configuration *configuration) {
  signed char *known = configuration->is_tool ? &toolchain->fits_exec : &toolchain->fits_target;
  if (*known == 0) {
    int answer = check_fit(thread, analysis, toolchain->declaration, configuration);
    if (answer < 0) return -1;
    *known = answer ? 1 : -1;
  }
  return *known > 0;
}

// The target that stands for a type; NULL: none does, or an error is pending. One of a repository that is not there stands
// for nothing.
static struct bz_target *resolve(struct sl_thread *thread, struct bz_analysis *analysis,
                                 const struct bz_label *type,
                                 const struct bz_configuration *configuration) {
  read_registered(thread, analysis);
  for (struct bz_toolchain *toolchain = analysis->toolchains; toolchain;
       toolchain = toolchain->next) {
    if (toolchain->type != type) continue;
    int answer = fits(thread, analysis, toolchain, configuration);
    if (answer < 0) return NULL;
    sl_value label =
        answer ? value_of(thread, analysis, toolchain->declaration, "toolchain", configuration)
               : NULL;
    struct bz_target *target =
        label ? bz_target_load(thread, analysis->loader, bz_label_of(label)) : NULL;
    if (target && !behaves_as(target, BZ_BEHAVIOUR_OPAQUE)) return target;
    if (sl_error_pending(thread)) return NULL;
  }
  return NULL;
}

// ---------------------------------------------------------------- what a rule or aspect declares

// A declared type: its label, and whether it must be there. config_common.toolchain_type() gives a struct.
static struct bz_label *declared_label(struct sl_thread *thread, sl_value given,
                                       const struct bz_label *defined_in, bool *mandatory) {
  *mandatory = true;
  if (!sl_is_struct(given)) return bz_toolchain_type_label(thread, given, defined_in);
  *mandatory = sl_truth(sl_struct_get(given, "mandatory"));
  return bz_toolchain_type_label(thread, sl_struct_get(given, "toolchain_type"), defined_in);
}

struct bz_label *bz_toolchain_type_label(struct sl_thread *thread, sl_value given,
                                         const struct bz_label *context) {
  if (bz_is_label(given)) return bz_label_of(given);
  if (sl_is_string(given) && context)
    return bz_label_parse(thread, context->repository, context->package, sl_string_bytes(given),
                          sl_string_length(given));
  sl_fail(thread, "Toolchains only supports indexing by toolchain type, got %s instead",
          sl_type_name(given));
  return NULL;
}

struct bz_label *bz_toolchain_type_actual(struct sl_thread *thread, struct bz_analysis *analysis,
                                          sl_value given, const struct bz_label *context) {
  struct bz_label *label = bz_toolchain_type_label(thread, given, context);
  return label ? load_type(thread, analysis, label, NULL) : NULL;
}

static void add_missing(struct sl_text *missing, const struct bz_label *type, const char *message) {
  bool has_message = message && *message;
  sl_text_format(missing, "\n  %s%s%s", bz_label_text(type), has_message ? ": " : "",
                 has_message ? message : "");
}

// Resolves one declared type, and wants what stands for it.
static bool want_one(struct sl_thread *thread, struct bz_analysis *analysis, struct bz_node *node,
                     sl_value given, const struct bz_label *defined_in,
                     struct bz_toolchain_use *use, struct sl_text *missing) {
  bool mandatory;
  const char *message = NULL;
  use->declared = declared_label(thread, given, defined_in, &mandatory);
  use->type = use->declared ? load_type(thread, analysis, use->declared, &message) : NULL;
  if (!use->type) return false;
  struct bz_target *target = resolve(thread, analysis, use->type, node->configuration);
  if (target) {
    use->node = bz_node_find(analysis, target, node->configuration, NULL);
    bz_node_want(node, use->node);
  } else if (mandatory) {
    add_missing(missing, use->type, message);
  }
  return !sl_error_pending(thread);
}

struct bz_toolchain_uses *bz_toolchains_new(size_t count) {
  struct bz_toolchain_uses *uses =
      sl_allocate(sizeof *uses + count * sizeof(struct bz_toolchain_use));
  uses->count = count;
  return uses;
}

bool bz_toolchains_want(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node, sl_value declared,
                        const struct bz_label *defined_in) {
  sl_value *items;
  size_t count;
  if (!declared || !bz_value_items(thread, declared, &items, &count)) return !declared;
  struct bz_toolchain_uses *uses = bz_toolchains_new(count);
  node->toolchains = uses;
  struct sl_text missing = {0};
  bool good = true;
  for (size_t i = 0; i < count && good; i++)
    good = want_one(thread, analysis, node, items[i], defined_in, &uses->items[i], &missing);
  const char *label = bz_label_text(node->target->label);
  if (!good) {
    const char *reason = bz_text_copy(sl_error_message(thread));
    sl_error_clear(thread);
    sl_fail_false(thread, "While resolving toolchains for target %s: %s", label, reason);
  } else if (missing.length > 0) {
    good = sl_fail_false(
        thread,
        "While resolving toolchains for target %s: No matching toolchains found for types:%s",
        label, sl_text_string(&missing));
  }
  sl_text_free(&missing);
  return good;
}

void bz_toolchains_take(struct bz_toolchain_uses *uses) {
  for (size_t i = 0; uses && i < uses->count; i++)
    if (uses->items[i].node) uses->items[i].target = uses->items[i].node->configured;
}
