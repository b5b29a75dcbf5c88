// SPDX-License-Identifier: Apache-2.0
//
// Toolchains: ctx.toolchains and ctx.rule.toolchains, which toolchain types index. A rule gets the ToolchainInfo of what
// stands for the type, or None; an aspect that looks at a rule gets what also knows the providers of aspects on it.

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- what stands for one type

// The toolchain of a rule as an aspect sees it: its fields are those of its ToolchainInfo, its index is a provider.
struct seen_toolchain {
  const struct sl_type *type;
  sl_value target;  // with the providers of aspects merged in
  sl_value info;    // its ToolchainInfo, or NULL
};

static struct seen_toolchain *seen_of(sl_value v) { return (struct seen_toolchain *)(void *)v; }

static sl_value seen_index(struct sl_thread *thread, sl_value x, sl_value key) {
  return bz_configured_target_type.index(thread, seen_of(x)->target, key);
}

static int seen_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  return bz_configured_target_type.contains(thread, seen_of(x)->target, item);
}

static sl_value seen_attribute(struct sl_thread *thread, sl_value x, const char *name,
                               size_t length) {
  (void)thread;
  (void)length;
  return seen_of(x)->info ? sl_struct_get(seen_of(x)->info, name) : NULL;
}

static void seen_attribute_names(sl_value x,
                                 void (*offer)(void *data, const char *name, size_t length),
                                 void *data) {
  sl_value info = seen_of(x)->info;
  if (info) sl_type_of(info)->attribute_names(info, offer, data);
}

static const struct sl_type seen_type = {
    .name = "ToolchainInfo",
    .index = seen_index,
    .contains = seen_contains,
    .attribute = seen_attribute,
    .attribute_names = seen_attribute_names,
};

// ---------------------------------------------------------------- the object

struct toolchains {
  const struct sl_type *type;
  const struct bz_toolchain_uses *uses;  // NULL: none are declared
  struct bz_label *defined_in;           // where they are declared; or NULL
  const char *subject;                   // for messages: "//p:x"
  bool of_rule;                          // ctx.rule.toolchains
};

static const char *labels_text(const struct bz_toolchain_uses *uses) {
  struct sl_text text = {0};
  for (size_t i = 0; uses && i < uses->count; i++)
    sl_text_format(&text, "%s%s", i ? ", " : "", bz_label_text(uses->items[i].type));
  const char *copy = bz_text_copy(sl_text_string(&text));
  sl_text_free(&text);
  return copy;
}

static struct toolchains *toolchains_of(sl_value v) { return (struct toolchains *)(void *)v; }

// The declared type that a key names, by its own label or by an alias. NULL without an error: none.
static const struct bz_toolchain_use *find(struct sl_thread *thread,
                                           const struct toolchains *toolchains, sl_value key) {
  struct bz_label *running = bz_running_bzl(thread);
  const struct bz_label *wanted =
      bz_toolchain_type_label(thread, key, running ? running : toolchains->defined_in);
  size_t count = toolchains->uses ? toolchains->uses->count : 0;
  for (size_t i = 0; wanted && i < count; i++) {
    const struct bz_toolchain_use *use = &toolchains->uses->items[i];
    if (use->declared == wanted || use->type == wanted) return use;
  }
  return NULL;
}

static sl_value see(struct sl_thread *thread, struct bz_configured_target *target, sl_value info) {
  struct seen_toolchain *seen = sl_new(thread, &seen_type, sizeof *seen);
  seen->target = bz_configured_target_value(target);
  seen->info = info;
  return (sl_value)(void *)seen;
}

static sl_value toolchains_index(struct sl_thread *thread, sl_value x, sl_value key) {
  const struct toolchains *toolchains = toolchains_of(x);
  const struct bz_toolchain_use *use = find(thread, toolchains, key);
  if (!use && sl_error_pending(thread)) return NULL;
  if (!use)
    return sl_fail(thread,
                   "In %s, toolchain type %s was requested but only types [%s] are configured",
                   toolchains->subject, bz_value_shown(thread, key), labels_text(toolchains->uses));
  if (!use->target) return SL_NONE;
  sl_value info = bz_configured_target_get(thread, use->target, &bz_toolchain_info);
  if (toolchains->of_rule) return see(thread, use->target, info);
  if (info || sl_error_pending(thread)) return info;
  return sl_fail(thread, "toolchain %s does not provide ToolchainInfo",
                 bz_label_text(use->target->target->label));
}

static int toolchains_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  if (find(thread, toolchains_of(x), item)) return 1;
  return sl_error_pending(thread) ? -1 : 0;
}

static bool toolchains_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  const struct bz_toolchain_uses *uses = toolchains_of(x)->uses;
  sl_text_format(out, "<toolchain_context.resolved_labels: %s>", labels_text(uses));
  return true;
}

static const struct sl_type toolchains_type = {
    .name = "ToolchainContext",
    .repr = toolchains_repr,
    .index = toolchains_index,
    .contains = toolchains_contains,
};

sl_value bz_toolchains_make(struct sl_thread *thread, const struct bz_toolchain_uses *uses,
                            struct bz_label *defined_in, const char *subject, bool of_rule) {
  struct toolchains *toolchains = sl_new(thread, &toolchains_type, sizeof *toolchains);
  toolchains->uses = uses;
  toolchains->defined_in = defined_in;
  toolchains->subject = subject;
  toolchains->of_rule = of_rule;
  return (sl_value)(void *)toolchains;
}
