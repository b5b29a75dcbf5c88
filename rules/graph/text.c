// SPDX-License-Identifier: Apache-2.0
//
// Text: the formats of aquery for people: text, summary and commands.
#include <stdlib.h>
#include <string.h>

#include "rules/graph/describe.h"
#include "rules/graph/dump.h"
#include "runtime/object.h"

static int compare_strings(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Non-ASCII bytes as \uXXXX, as Bazel prints; what is no UTF-8 byte by byte.
static void append_escaped(struct sl_text *out, const char *text) {
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c < 0x80) {
      sl_text_append_char(out, (char)*c);
      continue;
    }
    uint32_t code = *c;
    int extra = *c >= 0xf0 ? 3 : *c >= 0xe0 ? 2 : *c >= 0xc0 ? 1 : 0;
    if (extra) {
      code = *c & (0x3f >> extra);
      for (int i = 1; i <= extra && (c[i] & 0xc0) == 0x80; i++) code = code << 6 | (c[i] & 0x3f);
      for (; extra && (c[1] & 0xc0) == 0x80; extra--) c++;
    }
    if (code > 0xffff) {
      sl_text_format(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
                     0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      sl_text_format(out, "\\u%04x", code);
    }
  }
}

// "  NAME: [A, B]\n" with the strings sorted; they are freed by nobody.
static void put_sorted(struct sl_text *out, const char *name, const char **strings, size_t count) {
  if (count > 1) qsort(strings, count, sizeof *strings, compare_strings);
  sl_text_format(out, "  %s: [", name);
  for (size_t i = 0; i < count; i++) {
    if (i) sl_text_append(out, ", ", 2);
    append_escaped(out, strings[i]);
  }
  sl_text_append(out, "]\n", 2);
}

static void put_inputs(struct sl_text *out, sl_value files) {
  size_t count = sl_list_length(files);
  const char **paths = calloc(count + 1, sizeof *paths);
  for (size_t i = 0; i < count; i++)
    paths[i] = ((const struct bz_artifact *)(const void *)sl_list_get(files, i))->path;
  put_sorted(out, "Inputs", paths, count);
  free(paths);
}

static void put_outputs(struct sl_text *out, const struct bz_action *action) {
  const char **paths = calloc(action->output_count + 1, sizeof *paths);
  char **made = calloc(action->output_count + 1, sizeof *made);
  for (size_t i = 0; i < action->output_count; i++) {
    const struct bz_artifact *output = action->outputs[i];
    struct sl_text text = {0};
    sl_text_format(&text, "%s%s", output->path, output->is_directory ? " (TreeArtifact)" : "");
    paths[i] = made[i] = text.bytes;
  }
  put_sorted(out, "Outputs", paths, action->output_count);
  for (size_t i = 0; i < action->output_count; i++) free(made[i]);
  free(made);
  free(paths);
}

// "K=V" or "K: V" of a dict, sorted.
static char **sorted_pairs(sl_value dict, const char *separator, size_t *count) {
  sl_value key, value;
  char **pairs = calloc(sl_dict_length(dict) + 1, sizeof *pairs);
  *count = 0;
  for (size_t cursor = 0; sl_dict_next(dict, &cursor, &key, &value);) {
    struct sl_text text = {0};
    sl_text_format(&text, "%s%s%s", sl_string_bytes(key), separator, sl_string_bytes(value));
    pairs[(*count)++] = text.bytes;
  }
  if (*count > 1) qsort(pairs, *count, sizeof *pairs, compare_strings);
  return pairs;
}

static void put_pairs(struct sl_text *out, const char *name, sl_value dict, const char *separator,
                      const char *brackets) {
  if (!dict || sl_dict_length(dict) == 0) return;
  size_t count;
  char **pairs = sorted_pairs(dict, separator, &count);
  sl_text_format(out, "  %s: %c", name, brackets[0]);
  for (size_t i = 0; i < count; i++) {
    if (i) sl_text_append(out, ", ", 2);
    append_escaped(out, pairs[i]);
    free(pairs[i]);
  }
  sl_text_format(out, "%c\n", brackets[1]);
  free(pairs);
}

static void put_aspects(struct sl_text *out, const struct bz_action *action) {
  struct aspect_chain chain = describe_aspects(action);
  if (chain.count == 0) return;
  sl_text_append_string(out, "  AspectDescriptors: [");
  for (size_t i = 0; i < chain.count; i++) {
    const struct bz_aspect_result *aspect = describe_aspect(&chain, i);
    sl_text_format(out, "%s%s(", i ? "\n    -> " : "", aspect->aspect);
    sl_value key, value;
    bool first = true;
    for (size_t cursor = 0;
         aspect->parameters && sl_dict_next(aspect->parameters, &cursor, &key, &value);
         first = false)
      sl_text_format(out, "%s%s='%s'", first ? "" : ", ", sl_string_bytes(key),
                     sl_string_bytes(value));
    sl_text_append_char(out, ')');
  }
  sl_text_append(out, "]\n", 2);
}

// The arguments, each behind `separator` but for the first, quoted.
static bool put_words(struct sl_thread *thread, const struct bz_action *action,
                      const char *separator, struct sl_text *out) {
  sl_value arguments = bz_action_arguments(thread, action);
  if (!arguments) return false;
  for (size_t i = 0; i < sl_list_length(arguments); i++) {
    sl_value argument = sl_list_get(arguments, i);
    if (i) sl_text_append_string(out, separator);
    bz_args_quote(out, sl_string_bytes(argument), sl_string_length(argument));
  }
  return true;
}

static bool put_command_line(struct sl_thread *thread, const struct bz_action *action,
                             struct sl_text *out) {
  struct sl_text words = {0};
  bool done = put_words(thread, action, " \\\n    ", &words);
  if (done) {
    sl_text_append_string(out, "  Command Line: (exec ");
    append_escaped(out, sl_text_string(&words));
    sl_text_format(out, ")\n# Configuration: %s\n# Execution platform: %s\n",
                   action->configuration->checksum, EXECUTION_PLATFORM);
  }
  sl_text_free(&words);
  return done;
}

static void append_base64(struct sl_text *out, const char *bytes, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < length; i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; k++)
      group = group << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
    for (size_t k = 0; k < 4; k++)
      sl_text_append_char(out, i + k > length && k > 1 ? '=' : digits[group >> (18 - 6 * k) & 63]);
  }
}

static bool put_contents(struct sl_thread *thread, const struct bz_graph *graph,
                         const struct bz_action *action, struct sl_text *out) {
  sl_value key, value;
  if (action->kind == BZ_ACTION_EXPAND_TEMPLATE) {
    sl_text_format(out, "  Template: ARTIFACT: %s\n  Substitutions: [\n",
                   action->source ? action->source->path : "");
    for (size_t cursor = 0; sl_dict_next(action->content, &cursor, &key, &value);)
      sl_text_format(out, "    {%s: %s}\n", sl_string_bytes(key), sl_string_bytes(value));
    sl_text_append_string(out, "  ]\n");
  }
  if (action->kind == BZ_ACTION_WRITE) {
    sl_text_format(out, "  IsExecutable: %s\n", action->is_executable ? "true" : "false");
    struct sl_text content = {0};
    bool done = !graph->include_file_write_contents || bz_action_content(thread, action, &content);
    if (done && graph->include_file_write_contents) {
      sl_text_append_string(out, "  FileWriteContents: [");
      append_base64(out, sl_text_string(&content), content.length);
      sl_text_append_string(out, "]\n");
    }
    sl_text_free(&content);
    if (!done) return false;
  }
  if (action->link_target)
    sl_text_format(out, "  UnresolvedSymlinkTarget: %s\n", action->link_target);
  return true;
}

static bool put_action(struct sl_thread *thread, const struct bz_graph *graph,
                       const struct bz_action *action, struct sl_text *out) {
  char key[65];
  if (!bz_action_key(thread, action, key)) return false;
  struct sl_text text = {0};
  describe_action(action, &text);
  sl_text_append_string(out, "action '");
  append_escaped(out, sl_text_string(&text));
  sl_text_format(out, "'\n  Mnemonic: %s\n  Target: ", action->mnemonic);
  sl_text_reset(&text);
  bz_label_display(action->target->label, &text);
  append_escaped(out, sl_text_string(&text));
  sl_text_format(out, "\n  Configuration: %s\n  Execution platform: %s\n",
                 action->configuration->mnemonic, EXECUTION_PLATFORM);
  sl_text_free(&text);
  put_aspects(out, action);
  sl_text_format(out, "  ActionKey: %s\n", key);
  if (graph->include_artifacts) {
    sl_value inputs = bz_depset_to_list(thread, action->inputs);
    if (!inputs) return false;
    put_inputs(out, inputs);
    put_outputs(out, action);
  }
  put_pairs(out, "Environment", action->environment, "=", "[]");
  if (action->kind == BZ_ACTION_SPAWN && graph->include_commandline &&
      !put_command_line(thread, action, out))
    return false;
  put_pairs(out, "ExecutionInfo", action->execution_info, ": ", "{}");
  if (!put_contents(thread, graph, action, out)) return false;
  sl_text_append_char(out, '\n');
  return true;
}

bool write_text(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  for (size_t i = 0; i < graph->count; i++)
    if (!put_action(thread, graph, graph->actions[i], out)) return false;
  return true;
}

bool write_commands(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  for (size_t i = 0; i < graph->count; i++) {
    if (graph->actions[i]->kind != BZ_ACTION_SPAWN) continue;
    if (!put_words(thread, graph->actions[i], " ", out)) return false;
    sl_text_append_char(out, '\n');
  }
  return true;
}

// ---------------------------------------------------------------- summary

// How often each name occurs.
struct tally {
  const char **names;
  size_t *counts;
  size_t count;
};

static void add_tally(struct tally *tally, const char *name) {
  for (size_t i = 0; i < tally->count; i++)
    if (strcmp(tally->names[i], name) == 0) {
      tally->counts[i]++;
      return;
    }
  tally->names = realloc(tally->names, (tally->count + 1) * sizeof *tally->names);
  tally->counts = realloc(tally->counts, (tally->count + 1) * sizeof *tally->counts);
  if (!tally->names || !tally->counts) abort();
  tally->names[tally->count] = name;
  tally->counts[tally->count++] = 1;
}

// Ascending by count, names of one count in order.
static void put_tally(struct sl_text *out, const char *heading, struct tally *tally) {
  if (tally->count) sl_text_format(out, "\n%s:\n", heading);
  for (size_t done = 0; done < tally->count; done++) {
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < tally->count; i++) {
      if (tally->counts[i] == 0) continue;
      if (best == SIZE_MAX || tally->counts[i] < tally->counts[best] ||
          (tally->counts[i] == tally->counts[best] &&
           strcmp(tally->names[i], tally->names[best]) < 0))
        best = i;
    }
    sl_text_format(out, "  %s: %zu\n", tally->names[best], tally->counts[best]);
    tally->counts[best] = 0;
  }
  free(tally->names);
  free(tally->counts);
}

bool write_summary(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  (void)thread;
  struct tally mnemonics = {0}, configurations = {0}, platforms = {0}, aspects = {0};
  for (size_t i = 0; i < graph->count; i++) {
    const struct bz_action *action = graph->actions[i];
    add_tally(&mnemonics, action->mnemonic);
    add_tally(&configurations, action->configuration->mnemonic);
    add_tally(&platforms, EXECUTION_PLATFORM);
    struct aspect_chain chain = describe_aspects(action);
    for (size_t k = 0; k < chain.count; k++)
      add_tally(&aspects, describe_aspect(&chain, k)->aspect);
  }
  if (graph->count == 0) {
    sl_text_append_string(out, "No actions matched.\n");
  } else {
    sl_text_format(out, "%zu total action%s.\n", graph->count, graph->count == 1 ? "" : "s");
  }
  put_tally(out, "Mnemonics", &mnemonics);
  put_tally(out, "Configurations", &configurations);
  put_tally(out, "Execution Platforms", &platforms);
  put_tally(out, "Aspects", &aspects);
  return true;
}
