// SPDX-License-Identifier: Apache-2.0
//
// Opaque: what stands for a value of a repository that is not there. Invariant: an opaque value can be used in every way that
// makes a BUILD file go on - called, read, indexed, iterated over - and never holds anything.
#include <string.h>

#include "parser/syntax.h"
#include "rules/loading/state.h"

struct opaque {
  const struct sl_type *type;  // &bz_opaque_type
  const char *name;            // "requirement", "defs.rule": for messages and rule kinds
};

static struct opaque *opaque_of(sl_value x) { return (struct opaque *)(void *)x; }

sl_value bz_opaque(const char *name) {
  struct opaque *opaque = sl_allocate(sizeof *opaque);
  opaque->type = &bz_opaque_type;
  opaque->name = name;
  return (sl_value)(void *)opaque;
}

// ---------------------------------------------------------------- calls

// A call in a BUILD file with a name makes a target of a class named like the function.
static sl_value call_in_build(struct sl_thread *thread, struct bz_package *package,
                              const struct opaque *opaque, sl_value keywords) {
  sl_value classes = package->state->opaque_classes;
  if (!classes) {
    classes = package->state->opaque_classes = bz_table_new(thread, package->state->loader);
  }
  sl_value rule_class = sl_dict_get_string(classes, opaque->name);
  if (!rule_class) {
    const char *dot = strrchr(opaque->name, '.');
    rule_class = (sl_value)(void *)bz_rule_class_opaque(thread, dot ? dot + 1 : opaque->name);
    if (!sl_dict_set_string(thread, classes, opaque->name, rule_class)) return NULL;
  }
  // A macro of the missing repository may as well be called with a name that is taken, or that is none.
  sl_value name = sl_dict_get_string(keywords, "name");
  if (bz_package_lookup_value(thread, package, name)) return SL_NONE;
  return bz_rule_instantiate(thread, package, bz_rule_class_of(rule_class), keywords) ? SL_NONE
                                                                                      : NULL;
}

static sl_value opaque_call(struct sl_thread *thread, sl_value x, sl_value *arguments, size_t count,
                            sl_value keywords) {
  (void)arguments;
  (void)count;
  struct bz_loader *loader = bz_running_loader(thread);
  sl_value name = keywords ? sl_dict_get_string(keywords, "name") : NULL;
  if (name && sl_is_string(name) && loader && loader->package) {
    if (!call_in_build(thread, loader->package, opaque_of(x), keywords)) return NULL;
  }
  return x;
}

// ---------------------------------------------------------------- the type

static bool opaque_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_format(out, "<opaque %s>", opaque_of(x)->name);
  return true;
}

static bool opaque_truth(sl_value x) {
  (void)x;
  return false;
}

static int64_t opaque_length(sl_value x) {
  (void)x;
  return 0;
}

static sl_value nothing(struct sl_iterator *iterator) {
  (void)iterator;
  return NULL;
}

static bool opaque_iterate(struct sl_thread *thread, sl_value x, struct sl_iterator *iterator) {
  (void)thread;
  (void)x;
  iterator->next = nothing;
  return true;
}

static int opaque_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  (void)thread;
  (void)x;
  (void)item;
  return 0;
}

static sl_value opaque_index(struct sl_thread *thread, sl_value x, sl_value key) {
  (void)thread;
  (void)key;
  return x;
}

static sl_value opaque_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)thread;
  (void)length;
  return bz_opaque(bz_text_format("%s.%s", opaque_of(x)->name, name));
}

// What is joined with an opaque value stays what it is; with a list the result is a new one, as always.
static sl_value opaque_binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                              bool reversed) {
  (void)reversed;
  if (op == SL_OP_PLUS && sl_is_list(y))
    return sl_list(thread, sl_list_items(y), sl_list_length(y));
  return op == SL_OP_PLUS || op == SL_OP_PIPE ? y : x;
}

const struct sl_type bz_opaque_type = {
    .name = "opaque",
    .flags = SL_TYPE_HASH_IDENTITY | SL_TYPE_MAPPING,
    .repr = opaque_repr,
    .truth = opaque_truth,
    .length = opaque_length,
    .iterate = opaque_iterate,
    .contains = opaque_contains,
    .index = opaque_index,
    .attribute = opaque_attribute,
    .binary = opaque_binary,
    .call = opaque_call,
};

// ---------------------------------------------------------------- modules

static sl_value opaque_of_name(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)thread;
  (void)self;
  return bz_opaque(bz_text_copy(sl_string_bytes(arguments[0])));
}

static struct sl_builtin opaque_rows[] = {
    SL_BUILTIN("_opaque(name: string, /)", opaque_of_name,
               "A value of a repository that is not available."),
    SL_BUILTIN_END,
};

// Writes "NAME = _opaque("NAME")" for each name that one load statement takes, once each.
static void write_names(const struct sl_node *load, struct sl_text *text) {
  for (uint32_t i = 0; i < load->load.bindings.count; i++) {
    const struct sl_node *original = load->load.bindings.items[i]->load_binding.original;
    struct sl_text line = {0};
    const char *name = original->string.bytes;
    int length = (int)original->string.length;
    sl_text_format(&line, "\n%.*s = _opaque(\"%.*s\")\n", length, name, length, name);
    if (!strstr(sl_text_string(text), sl_text_string(&line)))
      sl_text_append_string(text, sl_text_string(&line));
    sl_text_free(&line);
  }
}

struct sl_module *bz_opaque_module(struct sl_thread *thread, struct bz_source *source,
                                   const char *text) {
  struct sl_text program = {0};
  for (uint32_t i = 0; i < source->syntax->load_count; i++) {
    const struct sl_node *load = source->syntax->loads[i];
    const struct sl_node *module = load->load.module;
    if (module->string.length == strlen(text) &&
        memcmp(module->string.bytes, text, module->string.length) == 0)
      write_names(load, &program);
  }
  struct sl_environment *environment = sl_environment_new(sl_universe());
  sl_environment_set_builtins(environment, opaque_rows);
  struct sl_module *module =
      sl_execute_text(thread, "opaque.bzl", sl_text_string(&program), program.length, environment);
  sl_text_free(&program);
  return module;
}
