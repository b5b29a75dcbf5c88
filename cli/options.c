// SPDX-License-Identifier: Apache-2.0
//
// Options: one table. .bazelrc files are written for Bazel, so what is unknown there is passed over; on the command line it is an
// error.
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/spell.h"
#include "runtime/object.h"

enum option_kind {
  OPTION_BOOL,
  OPTION_TEXT,
  OPTION_INTEGER,
  OPTION_LIST,
  OPTION_DICT,        // NAME=VALUE
  OPTION_ASSIGNMENT,  // [NAME=]VALUE
  OPTION_IGNORED,     // of Bazel's; nothing here depends on it
};

struct row {
  const char *name;
  char abbreviation;  // 0: none
  enum option_kind kind;
  unsigned commands;
  size_t offset;      // of the field in struct options
  const char *value;  // as --help names it
  const char *doc;
};

#define FIELD(name) offsetof(struct options, name)
#define GRAPH (OPTIONS_QUERY | OPTIONS_AQUERY)

static const struct row rows[] = {
    {"help", 'h', OPTION_BOOL, ~0u, FIELD(help), NULL, "print this text"},
    {"output_base", 0, OPTION_TEXT, OPTIONS_WORKSPACE, FIELD(output_base), "DIR",
     "where outputs and fetched packages go (default: below the user's cache folder)"},
    {"vendor_dir", 0, OPTION_TEXT, OPTIONS_WORKSPACE, FIELD(vendor_dir), "DIR",
     "where external repositories are, one folder each (default: external below the output base)"},
    {"color", 0, OPTION_TEXT, OPTIONS_WORKSPACE, FIELD(color), "yes|no|auto",
     "colours; auto: on a terminal only"},
    {"keep_going", 'k', OPTION_BOOL, OPTIONS_WORKSPACE, FIELD(keep_going), NULL,
     "go on after errors"},
    {"output", 0, OPTION_TEXT, GRAPH | OPTIONS_EXPLAIN, FIELD(output), "FORMAT",
     "the output's format"},
    {"aspects", 0, OPTION_LIST, OPTIONS_ANALYSIS, FIELD(aspects), "LABEL%NAME,...",
     "aspects to apply to the top-level targets"},
    {"aspects_parameters", 0, OPTION_DICT, OPTIONS_ANALYSIS, FIELD(aspect_parameters), "NAME=VALUE",
     "parameters of aspects"},
    {"define", 0, OPTION_DICT, OPTIONS_ANALYSIS, FIELD(defines), "NAME=VALUE",
     "a value for config_setting and make variables"},
    {"cpu", 0, OPTION_TEXT, OPTIONS_ANALYSIS, FIELD(cpu), "CPU", "the target CPU (k8)"},
    {"compilation_mode", 'c', OPTION_TEXT, OPTIONS_ANALYSIS, FIELD(compilation_mode),
     "fastbuild|dbg|opt", "the compilation mode"},
    {"platforms", 0, OPTION_TEXT, OPTIONS_ANALYSIS, FIELD(platforms), "LABEL",
     "the platform that is built for (default: this machine's)"},
    {"python_path", 0, OPTION_TEXT, OPTIONS_ANALYSIS, FIELD(python_path), "PYTHON",
     "the interpreter of py_binary launchers"},
    {"implicit_deps", 0, OPTION_BOOL, GRAPH, FIELD(implicit_deps), NULL,
     "with dependencies that no BUILD file names (default)"},
    {"tool_deps", 0, OPTION_BOOL, GRAPH, FIELD(tool_deps), NULL,
     "with dependencies in the exec configuration (default)"},
    {"host_deps", 0, OPTION_BOOL, GRAPH, FIELD(tool_deps), NULL, "the same"},
    {"nodep_deps", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(nodep_deps), NULL,
     "with visibility to package groups (default)"},
    {"strict_test_suite", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(strict_test_suite), NULL,
     "fail on suites of what is no test"},
    {"universe_scope", 0, OPTION_TEXT, OPTIONS_QUERY, FIELD(universe_scope), "PATTERN,...",
     "the universe of allrdeps and rbuildfiles"},
    {"infer_universe_scope", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(infer_universe_scope), NULL,
     "the universe is what the query names"},
    {"order_output", 0, OPTION_TEXT, OPTIONS_QUERY, FIELD(order_output), "auto|no|deps|full",
     "the order of results"},
    {"consistent_labels", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(consistent_labels), NULL,
     "canonical labels"},
    {"relative_locations", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(relative_locations), NULL,
     "locations relative to the workspace"},
    {"line_terminator_null", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(line_terminator_null), NULL,
     "end entries with NUL"},
    {"graph:factored", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(graph_factored), NULL,
     "merge equivalent nodes (default)"},
    {"graph:node_limit", 0, OPTION_INTEGER, OPTIONS_QUERY, FIELD(graph_node_limit), "N",
     "longest label of a node (512; -1: no limit)"},
    {"graph:conditional_edges_limit", 0, OPTION_INTEGER, OPTIONS_QUERY,
     FIELD(graph_conditional_edges_limit), "N", "conditions shown at an edge (4; -1: all)"},
    {"proto:flatten_selects", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(proto_flatten_selects), NULL,
     "one value for a select (default)"},
    {"proto:default_values", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(proto_default_values), NULL,
     "attributes that are not set, too (default)"},
    {"xml:default_values", 0, OPTION_BOOL, OPTIONS_QUERY, FIELD(xml_default_values), NULL,
     "attributes that are not set, too"},
    {"query_file", 0, OPTION_TEXT, GRAPH, FIELD(query_file), "FILE", "read the query from a file"},
    {"include_aspects", 0, OPTION_BOOL, OPTIONS_AQUERY, FIELD(include_aspects), NULL,
     "with the actions of aspects (default)"},
    {"include_commandline", 0, OPTION_BOOL, OPTIONS_AQUERY, FIELD(include_commandline), NULL,
     "with command lines (default)"},
    {"include_artifacts", 0, OPTION_BOOL, OPTIONS_AQUERY, FIELD(include_artifacts), NULL,
     "with inputs and outputs (default)"},
    {"include_param_files", 0, OPTION_BOOL, OPTIONS_AQUERY, FIELD(include_param_files), NULL,
     "with the content of parameter files"},
    {"include_file_write_contents", 0, OPTION_BOOL, OPTIONS_AQUERY,
     FIELD(include_file_write_contents), NULL, "with the content of FileWrite actions"},
    {"mypy", 0, OPTION_TEXT, OPTIONS_CHECK, FIELD(mypy), "PYTHON", "the Python whose mypy checks"},
    {"jobs", 'j', OPTION_INTEGER, OPTIONS_RUN, FIELD(jobs), "N",
     "how many actions run at once (default: ninja decides)"},
    {"strategy", 0, OPTION_ASSIGNMENT, OPTIONS_RUN, FIELD(strategies), "[MNEMONIC=]worker|local",
     "whether actions are done by a server that stays (default: if it knows the mypy)"},
    {"worker_quit_after_build", 0, OPTION_BOOL, OPTIONS_RUN, FIELD(worker_quit_after_build), NULL,
     "end the servers with the command"},
    {"worker_max_idle_secs", 0, OPTION_INTEGER, OPTIONS_RUN, FIELD(worker_max_idle_secs), "N",
     "a server that had nothing to do for so long ends (10800)"},
    {"total_worker_memory_limit_mb", 0, OPTION_INTEGER, OPTIONS_RUN,
     FIELD(total_worker_memory_limit_mb), "N",
     "a server that takes more starts anew (0: no limit)"},
    {"strict_cache", 0, OPTION_BOOL, OPTIONS_RUN, FIELD(strict_cache), NULL,
     "fail where a dependency is analysed again"},
    {"expunge", 0, OPTION_BOOL, OPTIONS_CLEAN, FIELD(expunge), NULL,
     "remove fetched packages, too"},
    {"curses", 0, OPTION_IGNORED, OPTIONS_WORKSPACE, 0, NULL, NULL},
    {"show_progress", 0, OPTION_IGNORED, OPTIONS_WORKSPACE, 0, NULL, NULL},
    {"ui_event_filters", 0, OPTION_IGNORED, OPTIONS_WORKSPACE, 0, NULL, NULL},
    {"include_pruned_inputs", 0, OPTION_IGNORED, OPTIONS_AQUERY, 0, NULL, NULL},
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

// Where words come from.
struct input {
  struct sl_thread *thread;
  struct options *options;
  unsigned commands;
  const char *const *words;
  size_t count;
  size_t next;
  bool lenient;  // .bazelrc: what is unknown is passed over
  bool
      list_begun;  // the command line has begun a list of its own, in the place of that in .bazelrc
};

// ---------------------------------------------------------------- finding rows

static const struct row *find_row(const struct input *input, const char *name, size_t length) {
  for (size_t i = 0; i < ROW_COUNT; i++)
    if ((rows[i].commands & input->commands) && strlen(rows[i].name) == length &&
        memcmp(rows[i].name, name, length) == 0)
      return &rows[i];
  return NULL;
}

static const struct row *find_abbreviation(const struct input *input, char letter) {
  for (size_t i = 0; i < ROW_COUNT; i++)
    if ((rows[i].commands & input->commands) && rows[i].abbreviation == letter) return &rows[i];
  return NULL;
}

static bool takes_no_value(const struct row *row) {
  return row->kind == OPTION_BOOL || row->kind == OPTION_IGNORED;
}

static bool fail_unknown(struct input *input, const char *word, size_t length) {
  struct sl_spell spell;
  const char *name = word + 2;
  sl_spell_begin(&spell, name, length - 2);
  for (size_t i = 0; i < ROW_COUNT; i++)
    if ((rows[i].commands & input->commands) && rows[i].kind != OPTION_IGNORED)
      sl_spell_offer(&spell, rows[i].name, strlen(rows[i].name));
  if (!spell.best) return sl_fail_false(input->thread, "%s :: Unrecognized option: %s", word, word);
  return sl_fail_false(input->thread, "%s :: Unrecognized option: %s (did you mean '--%s'?)", word,
                       word, spell.best);
}

// ---------------------------------------------------------------- setting values

static bool add_list_items(struct input *input, sl_value list, const char *text) {
  while (*text) {
    size_t length = strcspn(text, ",");
    if (length && !sl_list_push(input->thread, list, sl_string(text, length))) return false;
    text += length + (text[length] == ',');
  }
  return true;
}

static bool add_definition(struct input *input, sl_value dict, const char *word, const char *text) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text)
    return sl_fail_false(input->thread,
                         "While parsing option %s: Variable definitions must be in the form of a "
                         "'name=value' assignment",
                         word);
  return sl_dict_set(input->thread, dict, sl_string(text, (size_t)(equals - text)),
                     sl_string_from(equals + 1));
}

// Without a name it is meant for all that have no assignment of their own: "".
static bool add_assignment(struct input *input, sl_value dict, const char *text) {
  const char *equals = strchr(text, '=');
  return sl_dict_set(input->thread, dict, sl_string(text, equals ? (size_t)(equals - text) : 0),
                     sl_string_from(equals ? equals + 1 : text));
}

static bool set_value(struct input *input, const struct row *row, const char *word,
                      const char *text) {
  char *field = (char *)input->options + row->offset;
  switch (row->kind) {
    case OPTION_BOOL:
      if (bz_text_parse_bool(text, (bool *)(void *)field)) return true;
      return sl_fail_false(input->thread, "While parsing option %s: '%s' is not a boolean", word,
                           text);
    case OPTION_TEXT: {
      // Of the collector, like everything that options point to: the words of .bazelrc do not stay.
      char *copy = sl_allocate_atomic(strlen(text) + 1);
      strcpy(copy, text);
      *(const char **)(void *)field = copy;
      return true;
    }
    case OPTION_INTEGER: {
      char *end;
      long value = strtol(text, &end, 10);
      if (*end || end == text || value > 1000000 || value < -1)
        return sl_fail_false(input->thread, "While parsing option %s: '%s' is not an int", word,
                             text);
      *(int *)(void *)field = (int)value;
      return true;
    }
    case OPTION_LIST:
      if (!input->lenient && !input->list_begun)
        *(sl_value *)(void *)field = sl_list(input->thread, NULL, 0);
      input->list_begun = true;
      return add_list_items(input, *(sl_value *)(void *)field, text);
    case OPTION_DICT:
      return add_definition(input, *(sl_value *)(void *)field, word, text);
    case OPTION_ASSIGNMENT:
      return add_assignment(input, *(sl_value *)(void *)field, text);
    case OPTION_IGNORED:
      return true;
  }
  return false;
}

// ---------------------------------------------------------------- words

// --//pkg:flag=value and --no//pkg:flag: analysis knows what they may be.
static bool take_flag(struct input *input, const char *word) {
  sl_value flags = input->lenient ? input->options->rc_flags : input->options->flags;
  return sl_list_push(input->thread, flags, sl_string_from(word));
}

static bool is_flag(const char *word) {
  const char *name = word + 2;
  if (strncmp(name, "no", 2) == 0) name += 2;
  return name[0] == '@' || (name[0] == '/' && name[1] == '/');
}

// The value of an option that is not a bool: after "=", else the next word.
static const char *value_of(struct input *input, const char *word, const char *equals) {
  if (equals) return equals + 1;
  if (input->next < input->count) return input->words[input->next++];
  sl_fail(input->thread, "%s :: Expected value after %s", word, word);
  return NULL;
}

// After an unknown option of a .bazelrc its value may stand as a word of its own.
static void skip_values(struct input *input) {
  while (input->next < input->count && input->words[input->next][0] != '-') input->next++;
}

static bool take_long(struct input *input, const char *word) {
  if (is_flag(word)) return (input->commands & OPTIONS_ANALYSIS) == 0 || take_flag(input, word);
  const char *name = word + 2, *equals = strchr(name, '=');
  size_t length = equals ? (size_t)(equals - name) : strlen(name);
  const struct row *row = find_row(input, name, length);
  if (!row && strncmp(name, "no", 2) == 0 && !equals) {
    const struct row *negated = find_row(input, name + 2, length - 2);
    if (negated && takes_no_value(negated)) return set_value(input, negated, word, "0");
  }
  if (!row) {
    if (!input->lenient) return fail_unknown(input, word, length + 2);
    skip_values(input);
    return true;
  }
  if (takes_no_value(row) && !equals) return set_value(input, row, word, "1");
  const char *value = value_of(input, word, equals);
  return value && set_value(input, row, word, value);
}

static bool take_short(struct input *input, const char *word) {
  const struct row *row = find_abbreviation(input, word[1]);
  if (!row) {
    if (!input->lenient)
      return sl_fail_false(input->thread, "%s :: Invalid options syntax: %s", word, word);
    skip_values(input);
    return true;
  }
  if (row->kind == OPTION_BOOL && !word[2]) return set_value(input, row, word, "1");
  const char *value = word[2] ? word + 2 : value_of(input, word, NULL);
  return value && set_value(input, row, word, value);
}

// Options that bz_bazelrc_options has looked at: they are no rows.
static bool is_rc_option(const char *word) {
  static const char *const names[] = {"--config=",   "--bazelrc=",    "--noworkspace_rc",
                                      "--nohome_rc", "--nosystem_rc", "--ignore_all_rc_files"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strncmp(word, names[i], strlen(names[i])) == 0) return true;
  return false;
}

// Those of them that have a value, which may be the next word.
static bool is_rc_option_with_value(const char *word) {
  return strcmp(word, "--config") == 0 || strcmp(word, "--bazelrc") == 0;
}

// The words of a command line, with such a value in one word with its option.
static sl_value join_rc_options(struct sl_thread *thread, int argc, char **argv) {
  sl_value words = sl_list(thread, NULL, 0);
  bool options_ended = false;
  for (int i = 0; i < argc; i++) {
    options_ended |= strcmp(argv[i], "--") == 0;
    bool joins = !options_ended && i + 1 < argc && is_rc_option_with_value(argv[i]);
    sl_value word =
        joins ? sl_string_format("%s=%s", argv[i], argv[i + 1]) : sl_string_from(argv[i]);
    if (!sl_list_push(thread, words, word)) return NULL;
    i += joins;
  }
  return words;
}

static bool take_words(struct input *input) {
  bool options_ended = false;
  while (input->next < input->count) {
    const char *word = input->words[input->next++];
    bool done;
    if (options_ended || word[0] != '-' || !word[1]) {
      done = input->lenient ||
             sl_list_push(input->thread, input->options->words, sl_string_from(word));
    } else if (strcmp(word, "--") == 0) {
      options_ended = true;
      done = true;
    } else if (is_rc_option(word)) {
      done = true;
    } else if (word[1] == '-') {
      done = take_long(input, word);
    } else if (word[1] == '/' || word[1] == '@' || word[1] == ':') {  // a negative target pattern
      done = sl_list_push(input->thread, input->options->words, sl_string_from(word));
    } else {
      done = take_short(input, word);
    }
    if (!done) return false;
  }
  return true;
}

// The strings of a list.
static const char **words_of(sl_value list) {
  size_t count = sl_list_length(list);
  const char **words = sl_allocate((count + 1) * sizeof *words);
  for (size_t i = 0; i < count; i++) words[i] = sl_string_bytes(sl_list_get(list, i));
  return words;
}

static bool take_rc(struct input *input, const char *root, const char *command,
                    sl_value arguments) {
  sl_value options = bz_bazelrc_options(input->thread, root, command, arguments);
  if (!options) return false;
  size_t count = sl_list_length(options);
  const char **words = sl_allocate((count + 1) * sizeof *words);
  for (size_t i = 0; i < count; i++)
    words[i] = sl_string_bytes(sl_tuple_get(sl_list_get(options, i), 0));
  struct input rc = {input->thread, input->options, input->commands, words, count, 0, true, false};
  return take_words(&rc);
}

bool options_parse(struct sl_thread *thread, const char *command, unsigned commands,
                   const char *root, int argc, char **argv, struct options *options) {
  *options = (struct options){
      .color = "auto",
      .implicit_deps = true,
      .tool_deps = true,
      .graph_factored = true,
      .graph_node_limit = 512,
      .graph_conditional_edges_limit = 4,
      .nodep_deps = true,
      .proto_flatten_selects = true,
      .proto_default_values = true,
      .order_output = "auto",
      .include_aspects = true,
      .include_commandline = true,
      .include_artifacts = true,
      .aspects = sl_list(thread, NULL, 0),
      .aspect_parameters = sl_dict(thread, 0),
      .defines = sl_dict(thread, 0),
      .strategies = sl_dict(thread, 0),
      .flags = sl_list(thread, NULL, 0),
      .rc_flags = sl_list(thread, NULL, 0),
      .words = sl_list(thread, NULL, 0),
  };
  sl_value arguments = join_rc_options(thread, argc, argv);
  if (!arguments) return false;
  struct input input = {thread, options, commands, words_of(arguments), sl_list_length(arguments),
                        0,      false,   false};
  if (root &&
      (!take_rc(&input, root, "startup", arguments) || !take_rc(&input, root, command, arguments)))
    return false;
  return take_words(&input);
}

int options_count_leading(int argc, char **argv) {
  struct input input = {.commands = OPTIONS_WORKSPACE};
  int i = 0;
  while (i < argc && argv[i][0] == '-') {
    const char *name = argv[i] + 2;
    const struct row *row = argv[i][1] == '-' ? find_row(&input, name, strcspn(name, "=")) : NULL;
    bool negated =
        !row && strncmp(argv[i], "--no", 4) == 0 && find_row(&input, name + 2, strlen(name + 2));
    bool with_value = is_rc_option_with_value(argv[i]);
    if (!row && !negated && !with_value && !is_rc_option(argv[i])) break;
    i += with_value || (row && !takes_no_value(row) && !strchr(name, '=')) ? 2 : 1;
  }
  return i < argc ? i : argc;
}

void options_describe(unsigned commands) {
  for (size_t i = 0; i < ROW_COUNT; i++) {
    const struct row *row = &rows[i];
    if (!(row->commands & commands) || row->kind == OPTION_IGNORED) continue;
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s%s",
             row->kind == OPTION_BOOL && strcmp(row->name, "help") != 0 ? "[no]" : "", row->name,
             row->value ? "=" : "", row->value ? row->value : "");
    if (row->abbreviation) {
      printf("  -%c, %-38s %s\n", row->abbreviation, left, row->doc);
    } else {
      printf("      %-38s %s\n", left, row->doc);
    }
  }
}
