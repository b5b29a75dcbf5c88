// SPDX-License-Identifier: Apache-2.0
//
// Actions: ctx.actions, the functions by which an implementation declares files and registers what makes them.

#include <string.h>

#include "rules/analysis/state.h"

static const struct sl_type actions_type;

struct actions {
  const struct sl_type *type;
  struct bz_context *context;
};

sl_value bz_actions_make(struct sl_thread *thread, struct bz_context *context) {
  struct actions *actions = sl_new(thread, &actions_type, sizeof *actions);
  actions->context = context;
  return (sl_value)(void *)actions;
}

// The context of ctx.actions; NULL with an error pending once the implementation has returned.
static struct bz_context *context_of(struct sl_thread *thread, sl_value self) {
  struct bz_context *context = ((struct actions *)(void *)self)->context;
  if (!context->closed) return context;
  sl_fail(
      thread,
      "cannot access field or method 'actions' of rule context for '%s' outside of its own rule "
      "implementation function",
      bz_label_text(context->target->target->label));
  return NULL;
}

// ---------------------------------------------------------------- declaring

// Removes ".", ".." and empty segments; a path that leaves its directory keeps leading "..".
static const char *normalize(const char *path) {
  char *out = sl_allocate_atomic(strlen(path) + 1);
  size_t length = 0;
  for (const char *segment = path; *segment;) {
    size_t size = strcspn(segment, "/");
    bool up = size == 2 && memcmp(segment, "..", 2) == 0;
    bool nothing = size == 0 || (size == 1 && segment[0] == '.');
    bool can_go_up = length > 0 && !(length >= 2 && memcmp(out + length - 2, "..", 2) == 0 &&
                                     (length == 2 || out[length - 3] == '/'));
    if (up && can_go_up) {
      while (length > 0 && out[length - 1] != '/') length--;
      if (length > 0) length--;
    } else if (!nothing) {
      if (length > 0) out[length++] = '/';
      memcpy(out + length, segment, size);
      length += size;
    }
    segment += size;
    if (*segment == '/') segment++;
  }
  out[length] = '\0';
  return out;
}

// The directory, relative to the repository, in which a name stands that is declared next to `sibling`.
static const char *sibling_directory(const struct bz_context *context, sl_value sibling) {
  const struct bz_label *label = context->target->target->label;
  if (sibling == SL_NONE) return label->package;
  const struct bz_artifact *artifact = bz_artifact_of(sibling);
  const char *path = artifact->short_path;
  const char *prefix = label->repository->short_prefix;
  if (strncmp(path, prefix, strlen(prefix)) == 0) path += strlen(prefix);
  const char *slash = strrchr(path, '/');
  return slash ? bz_text_format("%.*s", (int)(slash - path), path) : "";
}

static bool is_below(const char *path, const char *package) {
  size_t length = strlen(package);
  if (length == 0) return strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0;
  return strncmp(path, package, length) == 0 && path[length] == '/';
}

static sl_value declare(struct sl_thread *thread, sl_value self, sl_value *arguments,
                        enum bz_artifact_kind kind) {
  struct bz_context *context = context_of(thread, self);
  if (!context) return NULL;
  struct bz_label *label = context->target->target->label;
  const char *directory = sibling_directory(context, arguments[1]);
  const char *path = normalize(bz_text_format("%s/%s", directory, sl_string_bytes(arguments[0])));
  if (!is_below(path, label->package) || sl_string_length(arguments[0]) == 0) {
    return sl_fail(thread,
                   "the output artifact '%s' is not under package directory '%s' for target '%s'",
                   path, label->package, bz_label_text(label));
  }
  struct bz_artifact *artifact =
      bz_artifact_derived(thread, context->analysis, context->configuration, label, path, kind);
  bz_context_declare(context, artifact);
  return bz_artifact_value(artifact);
}

static sl_value declare_file(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return declare(thread, self, arguments, BZ_ARTIFACT_FILE);
}

static sl_value declare_directory(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return declare(thread, self, arguments, BZ_ARTIFACT_DIRECTORY);
}

static sl_value new_args(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  return context_of(thread, self) ? bz_args_make(thread) : NULL;
}

// ---------------------------------------------------------------- parts of an action

static bool set_outputs(struct sl_thread *thread, struct bz_action *action, sl_value outputs) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, outputs, &items, &count) ||
      !bz_artifact_check_all(thread, items, count, "outputs")) {
    return false;
  }
  if (count == 0) return sl_fail_false(thread, "param 'outputs' may not be empty");
  action->outputs = sl_allocate(count * sizeof(struct bz_artifact *));
  for (size_t i = 0; i < count; i++) {
    action->outputs[i] = bz_artifact_of(items[i]);
  }
  action->output_count = count;
  return true;
}

static void set_output(struct bz_action *action, sl_value output) {
  action->outputs = sl_allocate(sizeof(struct bz_artifact *));
  action->outputs[0] = bz_artifact_of(output);
  action->output_count = 1;
}

// The depsets that make up an action's inputs.
struct inputs {
  sl_value *sets;
  size_t count;
};

static void add_set(struct inputs *inputs, sl_value set) {
  inputs->sets = bz_table_grow(inputs->sets, inputs->count);
  inputs->sets[inputs->count++] = set;
}

static bool add_files(struct sl_thread *thread, struct inputs *inputs, const sl_value *files,
                      size_t count, const char *what) {
  if (!bz_artifact_check_all(thread, files, count, what)) return false;
  sl_value set = bz_depset_new(thread, BZ_ORDER_DEFAULT, files, count, NULL, 0);
  if (set) add_set(inputs, set);
  return set != NULL;
}

// A list or depset of Files.
static bool add_input(struct sl_thread *thread, struct inputs *inputs, sl_value given,
                      const char *what) {
  if (bz_is_depset(given)) {
    sl_value example = bz_depset_of(given)->example;
    if (example && !bz_is_artifact(example))
      return bz_artifact_check_all(thread, &example, 1, what);
    add_set(inputs, given);
    return true;
  }
  sl_value *items;
  size_t count;
  return bz_value_items(thread, given, &items, &count) &&
         add_files(thread, inputs, items, count, what);
}

// What the executable attributes of the rule or aspect say of a File: it brings its runfiles along.
static const struct bz_files_to_run *known_executable(const struct bz_attribute_values *values,
                                                      const struct bz_artifact *executable) {
  for (size_t i = 0; values && i < values->count; i++) {
    if (!(values->attributes[i].flags & BZ_ATTRIBUTE_EXECUTABLE) || values->targets[i].count == 0)
      continue;
    sl_value run = bz_configured_target_default(values->targets[i].items[0], "files_to_run");
    if (run && bz_is_files_to_run(run) && bz_files_to_run_of(run)->executable == executable) {
      return bz_files_to_run_of(run);
    }
  }
  return NULL;
}

static bool add_tool(struct sl_thread *thread, const struct bz_context *context,
                     struct inputs *inputs, sl_value tool) {
  if (bz_is_depset(tool)) return add_input(thread, inputs, tool, "tools");
  const struct bz_files_to_run *run = NULL;
  if (bz_is_files_to_run(tool)) {
    run = bz_files_to_run_of(tool);
  } else if (bz_is_artifact(tool)) {
    run = known_executable(context->attributes, bz_artifact_of(tool));
    if (!run) run = known_executable(context->rule_attributes, bz_artifact_of(tool));
  }
  if (!run) return add_files(thread, inputs, &tool, 1, "tools");
  add_set(inputs, run->files);
  return true;
}

static bool add_tools(struct sl_thread *thread, const struct bz_context *context,
                      struct inputs *inputs, sl_value tools) {
  if (bz_is_depset(tools)) return add_input(thread, inputs, tools, "tools");
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, tools, &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (!add_tool(thread, context, inputs, items[i])) return false;
  }
  return true;
}

// The program of run(), as the first argument; a File or FilesToRunProvider becomes an input.
static sl_value take_executable(struct sl_thread *thread, const struct bz_context *context,
                                struct inputs *inputs, sl_value executable) {
  if (sl_is_string(executable)) return executable;
  if (!add_tool(thread, context, inputs, executable)) return NULL;
  struct bz_artifact *file = bz_is_artifact(executable)
                                 ? bz_artifact_of(executable)
                                 : bz_files_to_run_of(executable)->executable;
  if (!file) return sl_fail(thread, "expected executable, got a FilesToRunProvider without one");
  return sl_string_from(file->path);
}

// Copies the arguments behind `first`; Args are taken as they are now.
static bool set_arguments(struct sl_thread *thread, struct bz_action *action, const sl_value *first,
                          size_t first_count, sl_value given) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, given, &items, &count)) return false;
  sl_value *all = sl_allocate((first_count + count) * sizeof *all);
  memcpy(all, first, first_count * sizeof *all);
  for (size_t i = 0; i < count; i++) {
    if (!sl_is_string(items[i]) && !bz_is_args(items[i])) {
      return sl_fail_false(
          thread, "expected list of strings or ctx.actions.args() for arguments instead of %s",
          sl_type_name(items[i]));
    }
    all[first_count + i] = bz_is_args(items[i]) ? bz_args_snapshot(thread, items[i]) : items[i];
  }
  action->arguments = sl_list_frozen(all, first_count + count);
  return true;
}

static bool copy_strings(struct sl_thread *thread, sl_value to, sl_value from, const char *what) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(from, &cursor, &key, &value)) {
    if (!sl_is_string(key) || !sl_is_string(value)) {
      return sl_fail_false(thread, "got dict<%s, %s> for '%s', want dict<string, string>",
                           sl_type_name(key), sl_type_name(value), what);
    }
    if (!sl_dict_set(thread, to, key, value)) return false;
  }
  return true;
}

// The static PATH of strict action environments first, then `env`, which wins.
static bool set_environment(struct sl_thread *thread, struct bz_action *action,
                            sl_value use_default, sl_value env) {
  action->environment = sl_dict(thread, 4);
  if (sl_truth(use_default) &&
      !sl_dict_set_string(thread, action->environment, "PATH", sl_string_from(BZ_STATIC_PATH))) {
    return false;
  }
  return env == SL_NONE || copy_strings(thread, action->environment, env, "env");
}

// Which tags of a target are requirements on the execution of its actions.
static bool is_requirement(const char *tag) {
  static const char *const prefixes[] = {"block-",   "requires-", "no-",       "supports-",
                                         "disable-", "cpu:",      "resources:"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    if (strncmp(tag, prefixes[i], strlen(prefixes[i])) == 0) return true;
  }
  return strcmp(tag, "local") == 0;
}

static bool set_execution_info(struct sl_thread *thread, const struct bz_context *context,
                               struct bz_action *action, sl_value requirements) {
  sl_value info = sl_dict(thread, 0);
  const struct bz_attribute_values *rule =
      context->rule_attributes ? context->rule_attributes : context->attributes;
  int32_t tags = bz_attribute_values_find(rule, "tags");
  sl_value *items;
  size_t count = 0;
  if (tags >= 0 && !bz_value_items(thread, rule->stored[tags], &items, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (is_requirement(sl_string_bytes(items[i])) &&
        !sl_dict_set(thread, info, items[i], sl_string("", 0)))
      return false;
  }
  if (requirements != SL_NONE &&
      !copy_strings(thread, info, requirements, "execution_requirements"))
    return false;
  action->execution_info = sl_dict_length(info) ? info : NULL;
  return true;
}

// Fills in %{label}, %{input} and %{output}.
static const char *expand_progress(struct sl_thread *thread, const struct bz_action *action,
                                   const char *message) {
  struct sl_text out = {0};
  for (; *message; message++) {
    if (strncmp(message, "%{label}", 8) == 0) {
      sl_text_append_string(&out, bz_label_text(action->target->label));
      message += 7;
    } else if (strncmp(message, "%{output}", 9) == 0) {
      sl_text_append_string(&out, action->outputs[0]->path);
      message += 8;
    } else if (strncmp(message, "%{input}", 8) == 0) {
      sl_value inputs = bz_depset_to_list(thread, action->inputs);
      if (inputs && sl_list_length(inputs) > 0) {
        sl_text_append_string(&out, bz_artifact_of(sl_list_get(inputs, 0))->path);
      }
      message += 7;
    } else {
      sl_text_append_char(&out, *message);
    }
  }
  const char *text = bz_text_copy(sl_text_string(&out));
  sl_text_free(&out);
  return text;
}

static void set_progress(struct sl_thread *thread, struct bz_action *action, sl_value given) {
  action->progress_message =
      given == SL_NONE ? bz_text_format("%s %s", action->mnemonic, action->outputs[0]->short_path)
                       : expand_progress(thread, action, sl_string_bytes(given));
}

static const char *mnemonic_of(sl_value given, const char *otherwise) {
  return given == SL_NONE ? otherwise : bz_text_copy(sl_string_bytes(given));
}

// ---------------------------------------------------------------- run and run_shell

// The parameters that both have, in the order of both signatures.
enum {
  OUTPUTS,
  INPUTS,
  TOOLS,
  ARGUMENTS,
  MNEMONIC,
  PROGRESS_MESSAGE,
  USE_DEFAULT_SHELL_ENV,
  ENV,
  EXECUTION_REQUIREMENTS,
  PROGRAM,
  UNUSED_INPUTS_LIST  // of run() only
};
#define SPAWN_PARAMETERS                                                                          \
  "outputs: sequence, inputs: sequence | depset = [], tools: sequence | depset = [], arguments: " \
  "sequence = [], "                                                                               \
  "mnemonic: string | None = None, progress_message: string | None = None, "                      \
  "use_default_shell_env: bool = False, "                                                         \
  "env: dict | None = None, execution_requirements: dict | None = None, "
#define SPAWN_IGNORED                                                                          \
  ", input_manifests = None, exec_group = None, shadowed_action = None, resource_set = None, " \
  "toolchain = None"

static sl_value spawn(struct sl_thread *thread, sl_value self, sl_value *arguments, bool shell) {
  struct bz_context *context = context_of(thread, self);
  if (!context) return NULL;
  struct bz_action *action =
      bz_action_new(context, BZ_ACTION_SPAWN, mnemonic_of(arguments[MNEMONIC], "Action"));
  struct inputs inputs = {0};
  if (!set_outputs(thread, action, arguments[OUTPUTS]) ||
      !add_input(thread, &inputs, arguments[INPUTS], "inputs")) {
    return NULL;
  }
  sl_value first[4] = {NULL};
  size_t first_count = 0;
  if (shell) {
    first[first_count++] = sl_string_from("/bin/bash");
    first[first_count++] = sl_string_from("-c");
    first[first_count++] = arguments[PROGRAM];
    // $0 of the command, there only when arguments follow.
    if (sl_length(arguments[ARGUMENTS]) > 0) first[first_count++] = sl_string("", 0);
  } else {
    first[first_count++] = take_executable(thread, context, &inputs, arguments[PROGRAM]);
    if (!first[0]) return NULL;
  }
  if (!add_tools(thread, context, &inputs, arguments[TOOLS]) ||
      !set_arguments(thread, action, first, first_count, arguments[ARGUMENTS]) ||
      !set_environment(thread, action, arguments[USE_DEFAULT_SHELL_ENV], arguments[ENV]) ||
      !set_execution_info(thread, context, action, arguments[EXECUTION_REQUIREMENTS])) {
    return NULL;
  }
  action->inputs = bz_depset_new(thread, BZ_ORDER_DEFAULT, NULL, 0, inputs.sets, inputs.count);
  if (!action->inputs) return NULL;
  // The first is what `inputs` gave.
  action->tools =
      bz_depset_new(thread, BZ_ORDER_DEFAULT, NULL, 0, inputs.sets + 1, inputs.count - 1);
  if (!action->tools) return NULL;
  if (!shell && arguments[UNUSED_INPUTS_LIST] != SL_NONE)
    action->unused_inputs_list = bz_artifact_of(arguments[UNUSED_INPUTS_LIST]);
  set_progress(thread, action, arguments[PROGRESS_MESSAGE]);
  return bz_action_register(thread, context, action) ? SL_NONE : NULL;
}

static sl_value run(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return spawn(thread, self, arguments, false);
}

static sl_value run_shell(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  return spawn(thread, self, arguments, true);
}

// ---------------------------------------------------------------- the others

static sl_value write_file(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  enum { OUTPUT, CONTENT, IS_EXECUTABLE, WRITE_MNEMONIC };
  struct bz_context *context = context_of(thread, self);
  if (!context) return NULL;
  struct bz_action *action =
      bz_action_new(context, BZ_ACTION_WRITE, mnemonic_of(arguments[WRITE_MNEMONIC], "FileWrite"));
  set_output(action, arguments[OUTPUT]);
  action->is_executable = sl_truth(arguments[IS_EXECUTABLE]);
  action->content = bz_is_args(arguments[CONTENT]) ? bz_args_snapshot(thread, arguments[CONTENT])
                                                   : arguments[CONTENT];
  action->progress_message = bz_text_format(
      "Writing %s %s", action->is_executable ? "script" : "file", action->outputs[0]->short_path);
  return bz_action_register(thread, context, action) ? SL_NONE : NULL;
}

static sl_value expand_template(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  enum { TEMPLATE, OUTPUT, SUBSTITUTIONS, IS_EXECUTABLE };
  struct bz_context *context = context_of(thread, self);
  if (!context) return NULL;
  struct bz_action *action = bz_action_new(context, BZ_ACTION_EXPAND_TEMPLATE, "TemplateExpand");
  set_output(action, arguments[OUTPUT]);
  action->source = bz_artifact_of(arguments[TEMPLATE]);
  action->is_executable = sl_truth(arguments[IS_EXECUTABLE]);
  action->content = sl_dict(thread, sl_dict_length(arguments[SUBSTITUTIONS]));
  if (!copy_strings(thread, action->content, arguments[SUBSTITUTIONS], "substitutions"))
    return NULL;
  action->inputs = bz_depset_new(thread, BZ_ORDER_DEFAULT, &arguments[TEMPLATE], 1, NULL, 0);
  if (!action->inputs) return NULL;
  action->progress_message =
      bz_text_format("Expanding template %s", action->outputs[0]->short_path);
  return bz_action_register(thread, context, action) ? SL_NONE : NULL;
}

static sl_value symlink_file(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  enum { OUTPUT, TARGET_FILE, TARGET_PATH, IS_EXECUTABLE, PROGRESS };
  struct bz_context *context = context_of(thread, self);
  if (!context) return NULL;
  bool to_file = arguments[TARGET_FILE] != SL_NONE;
  if (to_file == (arguments[TARGET_PATH] != SL_NONE)) {
    return sl_fail(thread, "Exactly one of \"target_file\" or \"target_path\" is required");
  }
  bool executable = sl_truth(arguments[IS_EXECUTABLE]);
  const char *mnemonic = !to_file     ? "UnresolvedSymlink"
                         : executable ? "ExecutableSymlink"
                                      : "Symlink";
  struct bz_action *action = bz_action_new(context, BZ_ACTION_SYMLINK, mnemonic);
  set_output(action, arguments[OUTPUT]);
  action->is_executable = executable;
  if (to_file) {
    action->source = bz_artifact_of(arguments[TARGET_FILE]);
    action->inputs = bz_depset_new(thread, BZ_ORDER_DEFAULT, &arguments[TARGET_FILE], 1, NULL, 0);
    if (!action->inputs) return NULL;
  } else {
    action->link_target = bz_text_copy(sl_string_bytes(arguments[TARGET_PATH]));
  }
  action->progress_message =
      arguments[PROGRESS] == SL_NONE
          ? bz_text_format("Creating symlink %s", action->outputs[0]->path)
          : expand_progress(thread, action, sl_string_bytes(arguments[PROGRESS]));
  return bz_action_register(thread, context, action) ? SL_NONE : NULL;
}

static sl_value do_nothing(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct bz_context *context = context_of(thread, self);
  if (!context) return NULL;
  struct bz_action *action =
      bz_action_new(context, BZ_ACTION_NOTHING, mnemonic_of(arguments[0], "Action"));
  struct inputs inputs = {0};
  if (!add_input(thread, &inputs, arguments[1], "inputs")) return NULL;
  action->inputs = inputs.sets[0];
  const struct bz_label *label = context->target->target->label;
  const char *name = bz_text_format("%s%s%s.extra_action_dummy", label->package,
                                    label->package[0] ? "/" : "", label->name);
  struct bz_artifact *output =
      bz_artifact_derived(thread, context->analysis, context->configuration,
                          context->target->target->label, name, BZ_ARTIFACT_FILE);
  set_output(action, bz_artifact_value(output));
  set_progress(thread, action, SL_NONE);
  return bz_action_register(thread, context, action) ? SL_NONE : NULL;
}

static struct sl_builtin actions_methods[] = {
    SL_BUILTIN("args()", new_args, "A new, empty command line."),
    SL_BUILTIN("declare_file(filename: string, *, sibling: File | None = None)", declare_file,
               "A file that an action will make."),
    SL_BUILTIN("declare_directory(filename: string, *, sibling: File | None = None)",
               declare_directory, "A directory whose content an action will make."),
    SL_BUILTIN("declare_symlink(filename: string, *, sibling: File | None = None)", declare_file,
               "A link that an action will make."),
    SL_BUILTIN("run(*, " SPAWN_PARAMETERS
               "executable: File | string | FilesToRunProvider, unused_inputs_list: File | None = "
               "None" SPAWN_IGNORED ")",
               run, "Registers an action that runs a program."),
    SL_BUILTIN("run_shell(*, " SPAWN_PARAMETERS "command: string" SPAWN_IGNORED ")", run_shell,
               "Registers an action that runs a shell command."),
    SL_BUILTIN("write(output: File, content: string | Args, is_executable: bool = False, *, "
               "mnemonic: string | None = None)",
               write_file, "Registers an action that writes a file."),
    SL_BUILTIN("expand_template(*, template: File, output: File, substitutions: dict = {}, "
               "is_executable: bool = False, "
               "computed_substitutions = None)",
               expand_template, "Registers an action that fills in a template."),
    SL_BUILTIN("symlink(*, output: File, target_file: File | None = None, target_path: string | "
               "None = None, "
               "is_executable: bool = False, progress_message: string | None = None, "
               "use_exec_root_for_source = None)",
               symlink_file, "Registers an action that makes a link."),
    SL_BUILTIN("do_nothing(mnemonic: string, inputs: sequence | depset = [])", do_nothing,
               "Registers an action that does nothing, for listeners."),
    SL_BUILTIN_END,
};

static bool actions_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  (void)x;
  sl_text_append_string(out, "<actions for ");
  sl_text_append_string(
      out, bz_label_text(((struct actions *)(void *)x)->context->target->target->label));
  sl_text_append_char(out, '>');
  return true;
}

static const struct sl_type actions_type = {
    .name = "actions",
    .methods = actions_methods,
    .repr = actions_repr,
};
