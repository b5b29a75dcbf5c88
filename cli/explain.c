// SPDX-License-Identifier: Apache-2.0
//
// Explain: `starmypy explain FILE | LABEL`: who owns a file, which action checks it, with what
// command and search path, or why there is none. Everything about the check is read from what the
// aspect tells.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/checks.h"
#include "cli/cli.h"
#include "cli/interpreter.h"
#include "cli/lock.h"
#include "cli/workers.h"
#include "runtime/object.h"

#define COMMANDS (OPTIONS_WORKSPACE | OPTIONS_ANALYSIS | OPTIONS_CHECK | OPTIONS_EXPLAIN)

static const char synopsis[] = "(FILE | LABEL)...";
static const char doc[] =
    "Tells how a file or target is checked, and why so.\n"
    "\n"
    "For each target that owns FILE, or that LABEL names: the files that are checked, the\n"
    "targets whose analysis is used, the search path with the reason for each entry, the command;\n"
    "or why there is no action. Formats: text, json.";

// ---------------------------------------------------------------- owners

// Rules of a package that have a file in an attribute other than deps and data.
struct owners {
  const struct bz_label *file;
  struct bz_target **items;
  size_t count;
  size_t capacity;
  bool owns;  // the rule being looked at
};

static void add_owner(struct owners *owners, struct bz_target *target) {
  for (size_t i = 0; i < owners->count; i++)
    if (owners->items[i] == target) return;
  if (owners->count == owners->capacity) {
    owners->capacity = owners->capacity ? owners->capacity * 2 : 8;
    size_t size = owners->capacity * sizeof *owners->items;
    owners->items = owners->items ? sl_reallocate(owners->items, size) : sl_allocate(size);
  }
  owners->items[owners->count++] = target;
}

static void look_at_edge(const struct bz_edge *edge, void *data) {
  struct owners *owners = data;
  if (edge->to != owners->file || !edge->attribute) return;
  const char *attribute = edge->attribute->name;
  if (strcmp(attribute, "deps") != 0 && strcmp(attribute, "data") != 0) owners->owns = true;
}

static void find_owners(const struct bz_package *package, struct owners *owners) {
  for (size_t i = 0; i < package->rule_count; i++) {
    owners->owns = false;
    bz_target_edges(package->rules[i], look_at_edge, owners);
    if (owners->owns) add_owner(owners, package->rules[i]);
  }
}

// A path that an editor or a shell gives, absolute or with "..", as one below the workspace's root;
// NULL: it is none. Links to folders are followed; the file itself may be one, or not be there.
static const char *path_below_root(const struct context *context, const char *word) {
  if (strncmp(word, "//", 2) == 0 || word[0] == '@' || strchr(word, ':')) return NULL;
  const char *slash = strrchr(word, '/');
  char *folder =
      realpath(slash ? sl_string_bytes(sl_string(word, (size_t)(slash - word) + 1)) : ".", NULL);
  char *path = folder ? bz_path_join(folder, slash ? slash + 1 : word) : NULL;
  size_t length = strlen(context->root);
  bool below = path && strncmp(path, context->root, length) == 0 && path[length] == '/';
  const char *kept = below ? bz_text_copy(path + length + 1) : NULL;
  free(folder);
  free(path);
  return kept;
}

static bool parse_word(struct context *context, const char *word, struct bz_pattern *pattern) {
  const char *path = path_below_root(context, word);
  if (!path && word[0] == '/' && word[1] != '/')
    return sl_fail_false(context->thread, "'%s' is not below the workspace %s", word,
                         context->root);
  return bz_pattern_parse(context->thread, context->session->workspace,
                          path ? "" : context->directory, path ? path : word, pattern);
}

// Adds the rules that a word of the command line means: itself, or the owners of a file. False with
// an error pending.
static bool add_targets_of(struct context *context, const char *word, struct owners *owners) {
  struct bz_pattern pattern;
  struct bz_session *session = context->session;
  if (!parse_word(context, word, &pattern)) return false;
  if (pattern.kind != BZ_PATTERN_TARGET || pattern.negative)
    return sl_fail_false(context->thread, "explain takes files and labels, not patterns: %s", word);
  struct bz_package *package =
      bz_package_load(context->thread, session->loader, pattern.repository, pattern.package);
  if (!package) return false;
  owners->file = bz_label_make(pattern.repository, pattern.package, pattern.name);
  struct bz_target *target = bz_target_find(context->thread, package, pattern.name);
  if (target && target->kind == BZ_TARGET_RULE) {
    add_owner(owners, target);
    return true;
  }
  bool on_disk = bz_file_stat(pattern.repository, bz_label_path(owners->file)) != BZ_FILE_MISSING;
  if (!target && !on_disk) return false;
  sl_error_clear(context->thread);
  size_t before = owners->count;
  find_owners(package, owners);
  if (owners->count > before) return true;
  return sl_fail_false(
      context->thread,
      "no target of package '%s' has the file '%s': add it to the srcs of one in %s",
      pattern.package, pattern.name,
      package->build_file_path ? package->build_file_path : package->build_file);
}

// ---------------------------------------------------------------- values for both formats

static sl_value label_text(sl_value label) {
  return sl_string_from(bz_is_label(label) ? bz_label_text(bz_label_of(label)) : "");
}

static bool set(struct context *context, sl_value dict, const char *key, sl_value value) {
  return value && sl_dict_set_string(context->thread, dict, key, value);
}

static sl_value field(const struct check_item *item, const char *name) {
  sl_value value = sl_struct_get(item->info, name);
  return value ? value : sl_list_frozen(NULL, 0);
}

static sl_value search_path(struct context *context, const struct check_item *item) {
  sl_value entries = field(item, "path"), result = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < sl_list_length(entries); i++) {
    sl_value entry = sl_list_get(entries, i), dict = sl_dict(context->thread, 3);
    if (!set(context, dict, "entry", sl_struct_get(entry, "entry")) ||
        !set(context, dict, "label", label_text(sl_struct_get(entry, "label"))) ||
        !set(context, dict, "attribute", sl_struct_get(entry, "attribute")) ||
        !sl_list_push(context->thread, result, dict))
      return NULL;
  }
  return result;
}

static sl_value paths_of(struct context *context, sl_value files) {
  sl_value result = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < sl_list_length(files); i++) {
    const struct bz_artifact *file =
        (const struct bz_artifact *)(const void *)sl_list_get(files, i);
    if (!sl_list_push(context->thread, result, sl_string_from(file->path))) return NULL;
  }
  return result;
}

static sl_value labels_of(struct context *context, sl_value labels) {
  sl_value result = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < sl_list_length(labels); i++)
    if (!sl_list_push(context->thread, result, label_text(sl_list_get(labels, i)))) return NULL;
  return result;
}

// The inputs that other actions make and that are not there yet.
static sl_value missing_inputs(struct context *context, const struct checks *checks,
                               const struct bz_action *action) {
  sl_value inputs = bz_depset_to_list(context->thread, action->inputs),
           result = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; inputs && i < sl_list_length(inputs); i++) {
    const struct bz_artifact *input =
        (const struct bz_artifact *)(const void *)sl_list_get(inputs, i);
    if (!input->action || input->is_runfiles_tree) continue;
    char *path = bz_lowered_path(input), *absolute = bz_path_join(checks->execution_root, path);
    bool there = access(absolute, F_OK) == 0;
    bool done = there || sl_list_push(context->thread, result, sl_string_from(path));
    free(path);
    free(absolute);
    if (!done) return NULL;
  }
  return inputs ? result : NULL;
}

static bool set_action(struct context *context, const struct checks *checks,
                       const struct check_item *item, sl_value dict) {
  const struct bz_action *action = item->report->action;
  struct sl_text command = {0};
  bool done = bz_lowered_command(context->thread, checks->graph, action, &command);
  sl_value line = sl_string_from_text(&command);
  sl_text_free(&command);
  sl_value mode = sl_struct_get(item->info, "mode");
  const char *variable = bz_check_default.search_path;
  bool is_set = action->environment && sl_dict_get_string(action->environment, variable);
  return done && (!mode || set(context, dict, "mode", mode)) &&
         (!is_set || set(context, dict, "search_path_variable", sl_string_from(variable))) &&
         set(context, dict, "mnemonic", sl_string_from(action->mnemonic)) &&
         set(context, dict, "report", sl_string_from(item->report->path)) &&
         set(context, dict, "directory", sl_string_from(checks->execution_root)) &&
         set(context, dict, "command", line) &&
         set(context, dict, "arguments",
             bz_lowered_arguments(context->thread, checks->graph, action)) &&
         set(context, dict, "missing_inputs", missing_inputs(context, checks, action)) &&
         set(context, dict, "sources", paths_of(context, field(item, "sources"))) &&
         set(context, dict, "search_path", search_path(context, item)) &&
         set(context, dict, "upstream", labels_of(context, field(item, "upstream")));
}

static sl_value describe(struct context *context, const struct checks *checks,
                         const struct check_item *item, const struct bz_target *target) {
  sl_value dict = sl_dict(context->thread, 12);
  if (!set(context, dict, "target", sl_string_from(bz_label_text(target->label))) ||
      !set(context, dict, "kind", sl_string_from(bz_target_kind_text(target))) ||
      !set(context, dict, "location", sl_string_from(bz_target_location(target))))
    return NULL;
  if (item && item->report) return set_action(context, checks, item, dict) ? dict : NULL;
  const char *reason = item ? item->reason : "the aspect does not visit it";
  return set(context, dict, "reason", sl_string_from(reason)) ? dict : NULL;
}

// ---------------------------------------------------------------- text

static const char *text_of(sl_value dict, const char *key) {
  sl_value value = sl_dict_get_string(dict, key);
  return value ? sl_string_bytes(value) : "";
}

static void print_search_path(sl_value entries, const char *heading, struct sl_text *out) {
  size_t width = 0;
  for (size_t i = 0; i < sl_list_length(entries); i++) {
    size_t length = strlen(text_of(sl_list_get(entries, i), "entry"));
    if (length > width) width = length;
  }
  sl_text_format(out, "  %s\n", heading);
  for (size_t i = 0; i < sl_list_length(entries); i++) {
    sl_value entry = sl_list_get(entries, i);
    const char *path = text_of(entry, "entry");
    sl_text_format(out, "    %-*s  %s (%s)\n", (int)(width < 2 ? 2 : width), *path ? path : "''",
                   text_of(entry, "label"), text_of(entry, "attribute"));
  }
}

static void print_names(const char *heading, sl_value names, struct sl_text *out) {
  if (sl_list_length(names) == 0) return;
  sl_text_format(out, "  %-9s", heading);
  for (size_t i = 0; i < sl_list_length(names); i++)
    sl_text_format(out, " %s", sl_string_bytes(sl_list_get(names, i)));
  sl_text_append_char(out, '\n');
}

static void print_description(sl_value dict, struct sl_text *out) {
  sl_text_format(out, "%s (%s) at %s\n", text_of(dict, "target"), text_of(dict, "kind"),
                 text_of(dict, "location"));
  if (sl_dict_get_string(dict, "reason")) {
    sl_text_format(out, "  no action: %s\n", text_of(dict, "reason"));
    return;
  }
  if (*text_of(dict, "mode")) sl_text_format(out, "  mode      %s\n", text_of(dict, "mode"));
  print_names("checks", sl_dict_get_string(dict, "sources"), out);
  print_names("uses", sl_dict_get_string(dict, "upstream"), out);
  const char *variable = text_of(dict, "search_path_variable");
  print_search_path(sl_dict_get_string(dict, "search_path"), *variable ? variable : "search path",
                    out);
  sl_text_format(out, "  report    %s\n  run in    %s\n", text_of(dict, "report"),
                 text_of(dict, "directory"));
  sl_value missing = sl_dict_get_string(dict, "missing_inputs");
  if (sl_list_length(missing)) print_names("first     ninja", missing, out);
  sl_text_format(out, "  command   %s\n", text_of(dict, "command"));
}

// ---------------------------------------------------------------- running

static const struct check_item *find_item(const struct checks *checks,
                                          const struct bz_label *label) {
  for (size_t i = 0; i < checks->count; i++)
    if (checks->items[i].label == label) return &checks->items[i];
  return NULL;
}

// The label behind an alias is what the aspect visits.
static const struct check_item *item_of(struct context *context, const struct checks *checks,
                                        struct bz_target *target) {
  struct bz_analysis *analysis = context->session->analysis;
  struct bz_configured_target *actual =
      bz_target_analyze(context->thread, analysis, target, bz_configuration_target(analysis));
  return actual ? find_item(checks, actual->target->label) : NULL;
}

static int write_text(struct context *context, sl_value descriptions) {
  struct sl_text out = {0};
  for (size_t i = 0; i < sl_list_length(descriptions); i++) {
    if (i) sl_text_append_char(&out, '\n');
    print_description(sl_list_get(descriptions, i), &out);
  }
  int status = context_write(context, &out);
  sl_text_free(&out);
  return status;
}

static int explain(struct context *context, const struct interpreter *interpreter, bool json) {
  // Links are kept so that commands told before still run.
  struct bz_run run = workers_run(context);
  struct checks checks = {.keeps_links = true, .run = &run};
  struct owners owners = {0};
  int status = BZ_EXIT_FAILURE;
  if (!lock_take(context)) return BZ_EXIT_LOCAL_ENVIRONMENT;
  for (size_t i = 0; i < sl_list_length(context->options.words); i++)
    if (!add_targets_of(context, sl_string_bytes(sl_list_get(context->options.words, i)), &owners))
      return status;
  if (!checks_collect(context, owners.items, owners.count, &checks, &status))
    return status ? status : BZ_EXIT_FAILURE;
  bool found = interpreter->path != NULL;
  checks_lower(context, &checks, found ? interpreter->path : "python3", interpreter->identity);
  // Without a Python what stands in the execution root is of another one, and is left alone.
  if (found && (!checks_prepare(context, &checks, &status) ||
                !workers_prepare(context, &checks, true, false)))
    return status ? status : BZ_EXIT_FAILURE;
  sl_value descriptions = sl_list(context->thread, NULL, 0);
  for (size_t i = 0; i < owners.count; i++) {
    sl_value dict =
        describe(context, &checks, item_of(context, &checks, owners.items[i]), owners.items[i]);
    if (!dict || !sl_list_push(context->thread, descriptions, dict)) return BZ_EXIT_FAILURE;
  }
  return json ? context_write_json(context, descriptions) : write_text(context, descriptions);
}

static int explain_run(int argc, char **argv) {
  struct context context;
  int status = context_begin(&context, "explain", synopsis, doc, COMMANDS, argc, argv);
  if (status >= 0) return status;
  bool json;
  status = context_choose_json(&context, &json);
  if (status >= 0) return status;
  if (sl_list_length(context.options.words) == 0) {
    context_tell(&context, BZ_ERROR,
                 "explain needs a file or a label; see `starmypy explain --help`");
    return BZ_EXIT_COMMAND_LINE;
  }
  struct interpreter interpreter = {0};
  struct sl_text message = {0};
  if (!interpreter_find(&context, &interpreter, &message))
    context_tell(&context, BZ_WARNING, "%s", sl_text_string(&message));
  sl_text_free(&message);
  if (!context.options.python_path) context.options.python_path = interpreter.path;
  status = context_open(&context);
  if (status < 0) status = explain(&context, &interpreter, json);
  context_tell_error(&context);
  interpreter_free(&interpreter);
  return status;
}

const struct bz_command bz_explain_command = {synopsis, doc, explain_run};
