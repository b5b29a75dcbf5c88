// SPDX-License-Identifier: Apache-2.0
//
// Toolchains: what a rule declares and ctx.toolchains answers. No toolchain is ever registered: an optional type gives
// None, a mandatory one is an error when the rule is analysed.

#include "rules/analysis/state.h"

struct toolchains {
  const struct sl_type *type;
  sl_value declared;            // list of types; or NULL
  struct bz_label *defined_in;  // where strings among them resolve; or NULL
  const char *subject;          // for messages: "//p:x"
};

static struct toolchains *toolchains_of(sl_value v) { return (struct toolchains *)(void *)v; }

// The label of a type given as a string or Label. NULL with an error pending.
static struct bz_label *type_label(struct sl_thread *thread, sl_value given,
                                   struct bz_label *context) {
  if (bz_is_label(given)) return bz_label_of(given);
  if (sl_is_string(given) && context) {
    return bz_label_parse(thread, context->repository, context->package, sl_string_bytes(given),
                          sl_string_length(given));
  }
  sl_fail(thread, "Toolchains only supports indexing by toolchain type, got %s instead",
          sl_type_name(given));
  return NULL;
}

// A declared type: its label, and whether it must be there. config_common.toolchain_type() gives a struct.
static struct bz_label *declared_label(struct sl_thread *thread, sl_value given,
                                       struct bz_label *context, bool *mandatory) {
  *mandatory = true;
  if (!sl_is_struct(given)) return type_label(thread, given, context);
  sl_value flag = sl_struct_get(given, "mandatory");
  sl_value label = sl_struct_get(given, "toolchain_type");
  *mandatory = !flag || sl_truth(flag);
  return type_label(thread, label ? label : given, context);
}

bool bz_toolchains_check(struct sl_thread *thread, sl_value declared, struct bz_label *defined_in,
                         const struct bz_label *target) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, declared, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    bool mandatory;
    const struct bz_label *label = declared_label(thread, items[i], defined_in, &mandatory);
    if (!label) return false;
    if (!mandatory) continue;
    return sl_fail_false(
        thread,
        "While resolving toolchains for target %s: No matching toolchains found for types:\n  %s",
        bz_label_text(target), bz_label_text(label));
  }
  return true;
}

// 1 declared, 0 not, -1 an error is pending.
static int is_declared(struct sl_thread *thread, const struct toolchains *toolchains,
                       sl_value key) {
  struct bz_label *context = bz_running_bzl(thread);
  const struct bz_label *wanted =
      type_label(thread, key, context ? context : toolchains->defined_in);
  sl_value *items;
  size_t count;
  if (!wanted || !bz_value_items(thread, toolchains->declared, &items, &count)) return -1;
  for (size_t i = 0; i < count; i++) {
    bool mandatory;
    const struct bz_label *label =
        declared_label(thread, items[i], toolchains->defined_in, &mandatory);
    if (!label) return -1;
    if (label == wanted) return 1;
  }
  return 0;
}

static sl_value toolchains_index(struct sl_thread *thread, sl_value x, sl_value key) {
  int declared = is_declared(thread, toolchains_of(x), key);
  if (declared < 0) return NULL;
  if (declared) return SL_NONE;
  return sl_fail(thread, "In %s, toolchain type %s was requested but is not configured",
                 toolchains_of(x)->subject, bz_value_shown(thread, key));
}

static int toolchains_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  return is_declared(thread, toolchains_of(x), item);
}

static const struct sl_type toolchains_type = {
    .name = "ToolchainContext",
    .index = toolchains_index,
    .contains = toolchains_contains,
};

sl_value bz_toolchains_make(struct sl_thread *thread, sl_value declared,
                            struct bz_label *defined_in, const char *subject) {
  struct toolchains *toolchains = sl_new(thread, &toolchains_type, sizeof *toolchains);
  toolchains->declared = declared;
  toolchains->defined_in = defined_in;
  toolchains->subject = subject;
  return (sl_value)(void *)toolchains;
}
