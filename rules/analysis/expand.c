// SPDX-License-Identifier: Apache-2.0
//
// Expand: $(location x) and its kin, and make variables, in strings of BUILD files.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- locations

enum path_form { EXEC_PATH, ROOT_PATH, RLOCATION_PATH };

struct location_function {
  const char *name;
  enum path_form form;
  bool many;
};

static const struct location_function location_functions[] = {
    {"location", EXEC_PATH, false},           {"locations", EXEC_PATH, true},
    {"execpath", EXEC_PATH, false},           {"execpaths", EXEC_PATH, true},
    {"rootpath", ROOT_PATH, false},           {"rootpaths", ROOT_PATH, true},
    {"rlocationpath", RLOCATION_PATH, false}, {"rlocationpaths", RLOCATION_PATH, true},
};

static const struct location_function *find_function(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof location_functions / sizeof *location_functions; i++) {
    const char *known = location_functions[i].name;
    if (strlen(known) == length && memcmp(known, name, length) == 0) return &location_functions[i];
  }
  return NULL;
}

static void append_path(struct sl_text *out, const struct bz_artifact *artifact,
                        enum path_form form) {
  const char *path = form == EXEC_PATH ? artifact->path : artifact->short_path;
  if (form == RLOCATION_PATH) {
    bool external = strncmp(path, "../", 3) == 0;
    path = external ? path + 3 : bz_text_format("_main/%s", path);
  }
  bz_args_quote(out, path, strlen(path));
}

// What a label stands for: the executable of what has one, else the files. NULL with an error pending.
static sl_value files_of(struct sl_thread *thread, const struct bz_configured_target *target,
                         bool prefer_executable) {
  sl_value run = bz_configured_target_default(target, "files_to_run");
  if (prefer_executable && run && bz_is_files_to_run(run) && bz_files_to_run_of(run)->executable) {
    sl_value executable = bz_artifact_value(bz_files_to_run_of(run)->executable);
    return sl_list_frozen(&executable, 1);
  }
  return bz_depset_to_list(thread, bz_configured_target_default(target, "files"));
}

// Whether a dependency is what a label names, aliases resolved.
static bool is_named(struct bz_analysis *analysis, const struct bz_configured_target *dependency,
                     struct bz_target *named) {
  const struct bz_configured_target *base = dependency->base ? dependency->base : dependency;
  if (base->target == named) return true;
  const struct bz_configuration *configurations[] = {&analysis->target_configuration,
                                                     &analysis->exec_configuration};
  for (size_t i = 0; i < 2; i++) {
    if (bz_node_find(analysis, named, configurations[i], NULL)->configured == base) return true;
  }
  return false;
}

static const struct bz_configured_target *find_among(struct bz_analysis *analysis,
                                                     struct bz_configured_target **targets,
                                                     size_t count, struct bz_target *named) {
  for (size_t i = 0; i < count; i++) {
    if (is_named(analysis, targets[i], named)) return targets[i];
  }
  return NULL;
}

// The files that a label means in a rule: its own outputs, targets handed in, then its dependencies.
static sl_value find_files(struct sl_thread *thread, struct bz_context *context,
                           struct bz_label *label, const sl_value *targets, size_t target_count) {
  static const char *const attributes[] = {"srcs", "deps", "tools", "data"};
  const struct bz_target *rule = context->target->target;
  for (size_t i = 0; i < rule->output_count; i++) {
    if (rule->outputs[i]->label != label) continue;
    sl_value file = bz_artifact_value(bz_context_output(thread, context, label));
    return sl_list_frozen(&file, 1);
  }
  struct bz_target *named = bz_target_load(thread, bz_analysis_loader(context->analysis), label);
  if (!named) return NULL;
  const struct bz_configured_target *found =
      find_among(context->analysis, (struct bz_configured_target **)(void *)(uintptr_t)targets,
                 target_count, named);
  if (found) return files_of(thread, found, false);
  for (size_t i = 0; !found && i < sizeof attributes / sizeof *attributes; i++) {
    int32_t at = bz_attribute_values_find(context->attributes, attributes[i]);
    if (at < 0) continue;
    const struct bz_attribute_targets *list = &context->attributes->targets[at];
    found = find_among(context->analysis, list->items, list->count, named);
    if (found) return files_of(thread, found, i > 0);
  }
  return sl_fail(thread,
                 "label '%s' in $(location) expression is not a declared prerequisite of this rule",
                 bz_label_text(label));
}

static bool check_count(struct sl_thread *thread, const struct location_function *function,
                        const struct bz_label *label, sl_value files) {
  size_t count = sl_list_length(files);
  if (count == 0) {
    return sl_fail_false(thread, "label '%s' in $(%s) expression expands to no files",
                         bz_label_text(label), function->name);
  }
  if (count == 1 || function->many) return true;
  struct sl_text shown = {0};
  for (size_t i = 0; i < count && i < 5; i++) {
    if (i > 0) sl_text_append_string(&shown, ", ");
    append_path(&shown, bz_artifact_of(sl_list_get(files, i)), function->form);
  }
  sl_fail_false(thread,
                "label '%s' in $(%s) expression expands to more than one file, please use $(%ss "
                "%s) instead.  Files "
                "(at most 5 shown) are: [%s]",
                bz_label_text(label), function->name, function->name, bz_label_text(label),
                sl_text_string(&shown));
  sl_text_free(&shown);
  return false;
}

static bool append_location(struct sl_thread *thread, struct bz_context *context,
                            const struct location_function *function, const char *text,
                            size_t length, const sl_value *targets, size_t target_count,
                            struct sl_text *out) {
  const struct bz_label *own = context->target->target->label;
  struct bz_label *label = bz_label_parse(thread, own->repository, own->package, text, length);
  if (!label) return false;
  sl_value files = find_files(thread, context, label, targets, target_count);
  if (!files || !check_count(thread, function, label, files)) return false;
  for (size_t i = 0; i < sl_list_length(files); i++) {
    if (i > 0) sl_text_append_char(out, ' ');
    append_path(out, bz_artifact_of(sl_list_get(files, i)), function->form);
  }
  return true;
}

// Where the next "$(FUNCTION " of a known function begins; NULL: nowhere. `label` is set behind it.
static const char *next_location(const char *from, const char *end,
                                 const struct location_function **function, const char **label) {
  for (const char *at = from; at + 2 < end; at++) {
    if (at[0] != '$') continue;
    if (at[1] == '$') {
      at++;
      continue;
    }
    if (at[1] != '(') continue;
    const char *space = memchr(at, ' ', (size_t)(end - at));
    if (!space || !(*function = find_function(at + 2, (size_t)(space - at - 2)))) continue;
    *label = space + 1;
    return at;
  }
  return NULL;
}

sl_value bz_expand_locations(struct sl_thread *thread, struct bz_context *context, const char *text,
                             size_t length, const sl_value *targets, size_t target_count) {
  struct sl_text out = {0};
  const char *end = text + length, *label;
  const struct location_function *function;
  bool good = true;
  for (const char *at; good && (at = next_location(text, end, &function, &label)) != NULL;) {
    const char *close = memchr(label, ')', (size_t)(end - label));
    if (!close) {
      good = sl_fail_false(thread, "unterminated $(%s) expression", function->name);
      break;
    }
    sl_text_append(&out, text, (size_t)(at - text));
    while (label < close && *label == ' ') label++;
    const char *last = close;
    while (last > label && last[-1] == ' ') last--;
    good = append_location(thread, context, function, label, (size_t)(last - label), targets,
                           target_count, &out);
    text = close + 1;
  }
  sl_text_append(&out, text, (size_t)(end - text));
  sl_value result = good ? sl_string_from_text(&out) : NULL;
  sl_text_free(&out);
  return result;
}

// ---------------------------------------------------------------- make variables

// Reads the variable behind a "$"; *after is where the text goes on.
static bool variable_name(struct sl_thread *thread, const char *at, const char *end,
                          const char *attribute, const char **name, const char **after) {
  if (at == end) return sl_fail_false(thread, "%s: unterminated $", attribute);
  if (*at != '(') {
    *name = bz_text_format("%c", *at);
    *after = at + 1;
    return true;
  }
  const char *close = memchr(at, ')', (size_t)(end - at));
  if (!close) return sl_fail_false(thread, "%s: unterminated variable reference", attribute);
  *name = bz_text_format("%.*s", (int)(close - at - 1), at + 1);
  *after = close + 1;
  return true;
}

sl_value bz_expand_variables(struct sl_thread *thread, struct bz_context *context,
                             const char *attribute, const char *text, size_t length,
                             sl_value more) {
  sl_value variables = bz_context_variables(thread, context);
  if (!variables) return NULL;
  struct sl_text out = {0};
  const char *end = text + length;
  bool good = true;
  while (good && text < end) {
    const char *dollar = memchr(text, '$', (size_t)(end - text));
    if (!dollar) dollar = end;
    sl_text_append(&out, text, (size_t)(dollar - text));
    text = dollar;
    if (text == end) break;
    if (text + 1 < end && text[1] == '$') {
      sl_text_append_char(&out, '$');
      text += 2;
      continue;
    }
    const char *name = "";
    good = variable_name(thread, text + 1, end, attribute, &name, &text);
    if (!good) break;
    sl_value value = more ? sl_dict_get_string(more, name) : NULL;
    if (!value) value = sl_dict_get_string(variables, name);
    if (!value || !sl_is_string(value)) {
      good = sl_fail_false(thread, "%s: $(%s) not defined", attribute, name);
      break;
    }
    sl_text_append(&out, sl_string_bytes(value), sl_string_length(value));
  }
  sl_value result = good ? sl_string_from_text(&out) : NULL;
  sl_text_free(&out);
  return result;
}
