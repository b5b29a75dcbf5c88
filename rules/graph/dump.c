// SPDX-License-Identifier: Apache-2.0
//
// Dump: the action graph as analysis.ActionGraphContainer (analysis_v2.proto) in its three
// encodings. An id is taken when an item is first needed, the item is written when it is complete:
// a depset after its children, a path after its directories.
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/message.h"
#include "rules/graph/describe.h"
#include "rules/graph/dump.h"
#include "rules/graph/ids.h"
#include "runtime/object.h"

// The tables of the container, in the order of their fields.
enum table {
  ARTIFACTS,
  ACTIONS,
  TARGETS,
  DEPSETS,
  CONFIGURATIONS,
  ASPECTS,
  RULE_CLASSES,
  PATHS,
  TABLE_COUNT
};

static const struct sl_message_field table_fields[TABLE_COUNT] = {
    {1, "artifacts"},        {2, "actions"},        {3, "targets"},
    {4, "dep_set_of_files"}, {5, "configuration"},  {6, "aspect_descriptors"},
    {7, "rule_classes"},     {8, "path_fragments"},
};

struct dump {
  struct sl_thread *thread;
  const struct bz_graph *graph;
  enum sl_message_format format;
  struct sl_text texts[TABLE_COUNT];  // JSON: one for each table; else only the first is used
  struct sl_message_writer writers[TABLE_COUNT];
  bool begun[TABLE_COUNT];
  struct ids artifacts, targets, depsets, configurations, aspects, rule_classes, paths;
  struct sl_arena names;  // those of aspects, which nobody else keeps
  uint32_t *scratch;      // ids of one depset
  size_t scratch_size;
};

static struct sl_message_writer *begin(struct dump *dump, enum table table) {
  struct sl_message_writer *writer = &dump->writers[dump->format == SL_MESSAGE_JSON ? table : 0];
  sl_message_begin(writer, table_fields[table], !dump->begun[table]);
  dump->begun[table] = true;
  return writer;
}

static void put_string(struct sl_message_writer *writer, uint32_t number, const char *name,
                       const char *text) {
  sl_message_string(writer, (struct sl_message_field){number, name}, text, strlen(text));
}

static void put_uint(struct sl_message_writer *writer, uint32_t number, const char *name,
                     uint32_t value) {
  sl_message_uint(writer, (struct sl_message_field){number, name}, value);
}

// A dict of strings as repeated KeyValuePair.
static void put_pairs(struct sl_message_writer *writer, uint32_t number, const char *name,
                      sl_value dict) {
  sl_value key, value;
  size_t count = dict ? sl_dict_length(dict) : 0, done = 0;
  for (size_t cursor = 0; done < count && sl_dict_next(dict, &cursor, &key, &value); done++) {
    sl_message_begin(writer, (struct sl_message_field){number, name}, done == 0);
    sl_message_string(writer, (struct sl_message_field){1, "key"}, sl_string_bytes(key),
                      sl_string_length(key));
    sl_message_string(writer, (struct sl_message_field){2, "value"}, sl_string_bytes(value),
                      sl_string_length(value));
    sl_message_end(writer, done + 1 == count);
  }
}

// ---------------------------------------------------------------- paths and artifacts

static uint32_t path_id(struct dump *dump, const char *path, size_t length) {
  bool is_new;
  uint32_t id = ids_of_text(&dump->paths, path, length, &is_new);
  if (!is_new) return id;
  const char *slash = memrchr(path, '/', length);
  size_t parent_length = slash ? (size_t)(slash - path) : 0;
  uint32_t parent = parent_length ? path_id(dump, path, parent_length) : 0;
  const char *label = slash ? slash + 1 : path;
  struct sl_message_writer *writer = begin(dump, PATHS);
  put_uint(writer, 1, "id", id);
  sl_message_string(writer, (struct sl_message_field){2, "label"}, label,
                    length - (size_t)(label - path));
  put_uint(writer, 3, "parent_id", parent);
  sl_message_end(writer, false);
  return id;
}

static uint32_t artifact_id(struct dump *dump, const struct bz_artifact *artifact) {
  bool is_new;
  uint32_t id = ids_of_pointer(&dump->artifacts, artifact, &is_new);
  if (!is_new) return id;
  uint32_t path = path_id(dump, artifact->path, strlen(artifact->path));
  struct sl_message_writer *writer = begin(dump, ARTIFACTS);
  put_uint(writer, 1, "id", id);
  put_uint(writer, 2, "path_fragment_id", path);
  sl_message_bool(writer, (struct sl_message_field){3, "is_tree_artifact"}, artifact->is_directory);
  sl_message_end(writer, false);
  return id;
}

// ---------------------------------------------------------------- depsets

// A depset whose transitive children are being written.
struct pending {
  const struct bz_depset *depset;
  uint32_t id;
  uint32_t next;  // child to look at
};

struct pending_stack {
  struct pending *items;
  size_t count;
  size_t capacity;
};

static void push(struct pending_stack *stack, const struct bz_depset *depset, uint32_t id) {
  if (stack->count == stack->capacity) {
    stack->capacity = stack->capacity ? stack->capacity * 2 : 64;
    stack->items = realloc(stack->items, stack->capacity * sizeof *stack->items);
    if (!stack->items) abort();
  }
  stack->items[stack->count++] = (struct pending){depset, id, 0};
}

// The next transitive child that was not written yet, or NULL.
static const struct bz_depset *next_new_child(struct dump *dump, struct pending *pending,
                                              uint32_t *id) {
  while (pending->next < pending->depset->count) {
    sl_value child = pending->depset->children[pending->next++];
    bool is_new = false;
    if (sl_has_type(child, &bz_depset_type)) *id = ids_of_pointer(&dump->depsets, child, &is_new);
    if (is_new) return (const struct bz_depset *)(const void *)child;
  }
  return NULL;
}

static void write_depset(struct dump *dump, const struct bz_depset *depset, uint32_t id) {
  if (dump->scratch_size < depset->count) {
    dump->scratch_size = depset->count * 2;
    dump->scratch = realloc(dump->scratch, dump->scratch_size * sizeof *dump->scratch);
    if (!dump->scratch) abort();
  }
  // Transitive ids from the front, direct ones from the back, so that both keep their order in one
  // array.
  uint32_t transitive = 0, direct = 0;
  bool is_new;
  for (uint32_t i = 0; i < depset->count; i++)
    if (sl_has_type(depset->children[i], &bz_depset_type))
      dump->scratch[transitive++] = ids_of_pointer(&dump->depsets, depset->children[i], &is_new);
  for (uint32_t i = 0; i < depset->count; i++)
    if (!sl_has_type(depset->children[i], &bz_depset_type))
      dump->scratch[transitive + direct++] =
          artifact_id(dump, (const struct bz_artifact *)(const void *)depset->children[i]);
  struct sl_message_writer *writer = begin(dump, DEPSETS);
  put_uint(writer, 1, "id", id);
  sl_message_uints(writer, (struct sl_message_field){2, "transitive_dep_set_ids"}, dump->scratch,
                   transitive);
  sl_message_uints(writer, (struct sl_message_field){3, "direct_artifact_ids"},
                   dump->scratch + transitive, direct);
  sl_message_end(writer, false);
}

static uint32_t depset_id(struct dump *dump, const struct bz_depset *root) {
  bool is_new;
  uint32_t root_id = ids_of_pointer(&dump->depsets, root, &is_new), id = 0;
  if (!is_new) return root_id;
  struct pending_stack stack = {0};
  push(&stack, root, root_id);
  while (stack.count) {
    struct pending *top = &stack.items[stack.count - 1];
    const struct bz_depset *child = next_new_child(dump, top, &id);
    if (child) {
      push(&stack, child, id);
    } else {
      write_depset(dump, top->depset, top->id);
      stack.count--;
    }
  }
  free(stack.items);
  return root_id;
}

// ---------------------------------------------------------------- what actions refer to

static uint32_t rule_class_id(struct dump *dump, const struct bz_rule_class *rule_class) {
  bool is_new;
  uint32_t id =
      ids_of_text(&dump->rule_classes, rule_class->name, strlen(rule_class->name), &is_new);
  if (!is_new) return id;
  struct sl_message_writer *writer = begin(dump, RULE_CLASSES);
  put_uint(writer, 1, "id", id);
  put_string(writer, 2, "name", rule_class->name);
  sl_message_end(writer, false);
  return id;
}

static uint32_t target_id(struct dump *dump, const struct bz_target *target) {
  bool is_new;
  uint32_t id = ids_of_pointer(&dump->targets, target, &is_new);
  if (!is_new) return id;
  uint32_t rule_class = target->rule_class ? rule_class_id(dump, target->rule_class) : 0;
  struct sl_message_writer *writer = begin(dump, TARGETS);
  struct sl_text label = {0};
  // Labels of the main repository show as "//p:t", others in canonical form.
  if (target->label->repository == bz_workspace_main(target->label->repository->workspace)) {
    bz_label_display(target->label, &label);
  } else {
    bz_label_canonical(target->label, &label);
  }
  put_uint(writer, 1, "id", id);
  put_string(writer, 2, "label", sl_text_string(&label));
  put_uint(writer, 3, "rule_class_id", rule_class);
  sl_message_end(writer, false);
  sl_text_free(&label);
  return id;
}

static uint32_t configuration_id(struct dump *dump, const struct bz_configuration *configuration) {
  bool is_new;
  uint32_t id = ids_of_pointer(&dump->configurations, configuration, &is_new);
  if (!is_new) return id;
  struct sl_message_writer *writer = begin(dump, CONFIGURATIONS);
  put_uint(writer, 1, "id", id);
  put_string(writer, 2, "mnemonic", configuration->mnemonic);
  put_string(writer, 3, "platform_name", configuration->cpu);
  put_string(writer, 4, "checksum", configuration->checksum);
  sl_message_bool(writer, (struct sl_message_field){5, "is_tool"}, configuration->is_tool);
  sl_message_end(writer, false);
  return id;
}

// Descriptors are equal when name and parameters are: aspects of different targets share them.
static uint32_t aspect_id(struct dump *dump, const struct bz_aspect_result *aspect) {
  bool is_new;
  sl_value parameters = aspect->parameters, key, value;
  struct sl_text identity = {0};
  sl_text_append_string(&identity, aspect->aspect);
  for (size_t cursor = 0; parameters && sl_dict_next(parameters, &cursor, &key, &value);)
    sl_text_format(&identity, "\n%s=%s", sl_string_bytes(key), sl_string_bytes(value));
  const char *kept = sl_arena_copy(&dump->names, sl_text_string(&identity), identity.length);
  uint32_t id = ids_of_text(&dump->aspects, kept, identity.length, &is_new);
  sl_text_free(&identity);
  if (!is_new) return id;
  struct sl_message_writer *writer = begin(dump, ASPECTS);
  put_uint(writer, 1, "id", id);
  put_string(writer, 2, "name", aspect->aspect);
  put_pairs(writer, 3, "parameters", parameters);
  sl_message_end(writer, false);
  return id;
}

// ---------------------------------------------------------------- actions

// The ids that an action refers to, all taken before the action itself is written.
struct references {
  uint32_t target, configuration, inputs;
  uint32_t *aspects;
  size_t aspect_count;
  uint32_t *outputs;
};

static void take_references(struct dump *dump, const struct bz_action *action,
                            struct references *references) {
  references->target = target_id(dump, action->target);
  references->configuration = configuration_id(dump, action->configuration);
  struct aspect_chain chain = describe_aspects(action);
  references->aspects = calloc(chain.count + 1, sizeof *references->aspects);
  references->aspect_count = chain.count;
  for (size_t i = 0; i < chain.count; i++)
    references->aspects[i] = aspect_id(dump, describe_aspect(&chain, i));
  references->outputs = calloc(action->output_count, sizeof *references->outputs);
  if (!dump->graph->include_artifacts) return;
  const struct bz_depset *inputs = (const struct bz_depset *)(const void *)action->inputs;
  if (inputs && inputs->count) references->inputs = depset_id(dump, inputs);
  for (size_t i = 0; i < action->output_count; i++)
    references->outputs[i] = artifact_id(dump, action->outputs[i]);
}

static bool put_arguments(struct dump *dump, struct sl_message_writer *writer,
                          const struct bz_action *action) {
  if (action->kind != BZ_ACTION_SPAWN || !dump->graph->include_commandline) return true;
  sl_value arguments = bz_action_arguments(dump->thread, action);
  if (!arguments) return false;
  size_t count = sl_list_length(arguments);
  struct sl_message_field field = {6, "arguments"};
  if (count) sl_message_strings_begin(writer, field);
  for (size_t i = 0; i < count; i++) {
    sl_value argument = sl_list_get(arguments, i);
    sl_message_strings_add(writer, field, sl_string_bytes(argument), sl_string_length(argument),
                           i == 0);
  }
  if (count) sl_message_strings_end(writer);
  return true;
}

static bool put_contents(struct dump *dump, struct sl_message_writer *writer,
                         const struct bz_action *action) {
  if (action->kind == BZ_ACTION_EXPAND_TEMPLATE) {
    struct sl_text source = {0};
    sl_text_format(&source, "ARTIFACT: %s", action->source ? action->source->path : "");
    put_string(writer, 15, "template_content", sl_text_string(&source));
    sl_text_free(&source);
    put_pairs(writer, 16, "substitutions", action->content);
  }
  if (action->kind == BZ_ACTION_WRITE && dump->graph->include_file_write_contents) {
    struct sl_text content = {0};
    bool done = bz_action_content(dump->thread, action, &content);
    if (done)
      sl_message_string(writer, (struct sl_message_field){17, "file_contents"},
                        sl_text_string(&content), content.length);
    sl_text_free(&content);
    if (!done) return false;
  }
  if (action->link_target) put_string(writer, 18, "unresolved_symlink_target", action->link_target);
  sl_message_bool(writer, (struct sl_message_field){19, "is_executable"},
                  action->is_executable && action->kind == BZ_ACTION_WRITE);
  return true;
}

static bool put_action(struct dump *dump, struct sl_message_writer *writer,
                       const struct bz_action *action, const struct references *references) {
  char key[65];
  if (!bz_action_key(dump->thread, action, key)) return false;
  bool artifacts = dump->graph->include_artifacts;
  put_uint(writer, 1, "target_id", references->target);
  sl_message_uints(writer, (struct sl_message_field){2, "aspect_descriptor_ids"},
                   references->aspects, references->aspect_count);
  put_string(writer, 3, "action_key", key);
  put_string(writer, 4, "mnemonic", action->mnemonic);
  put_uint(writer, 5, "configuration_id", references->configuration);
  if (!put_arguments(dump, writer, action)) return false;
  put_pairs(writer, 7, "environment_variables", action->environment);
  sl_message_uints(writer, (struct sl_message_field){8, "input_dep_set_ids"}, &references->inputs,
                   references->inputs != 0);
  sl_message_uints(writer, (struct sl_message_field){9, "output_ids"}, references->outputs,
                   artifacts ? action->output_count : 0);
  put_pairs(writer, 11, "execution_info", action->execution_info);
  put_uint(writer, 13, "primary_output_id", artifacts ? references->outputs[0] : 0);
  put_string(writer, 14, "execution_platform", EXECUTION_PLATFORM);
  return put_contents(dump, writer, action);
}

static bool write_action(struct dump *dump, const struct bz_action *action) {
  struct references references = {0};
  take_references(dump, action, &references);
  struct sl_message_writer *writer = begin(dump, ACTIONS);
  bool done = put_action(dump, writer, action, &references);
  sl_message_end(writer, false);
  free(references.aspects);
  free(references.outputs);
  return done;
}

// ---------------------------------------------------------------- containers

static void finish(struct dump *dump, struct sl_text *out) {
  if (dump->format != SL_MESSAGE_JSON) {
    sl_text_append(out, sl_text_string(&dump->texts[0]), dump->texts[0].length);
    return;
  }
  sl_text_append_char(out, '{');
  bool any = false;
  for (int table = 0; table < TABLE_COUNT; table++) {
    if (!dump->begun[table]) continue;
    if (any) sl_text_append_char(out, ',');
    sl_text_append(out, sl_text_string(&dump->texts[table]), dump->texts[table].length);
    sl_text_append_char(out, ']');
    any = true;
  }
  sl_text_append_string(out, "\n}\n");
}

static void end(struct dump *dump) {
  for (int table = 0; table < TABLE_COUNT; table++) sl_text_free(&dump->texts[table]);
  ids_free(&dump->artifacts);
  ids_free(&dump->targets);
  ids_free(&dump->depsets);
  ids_free(&dump->configurations);
  ids_free(&dump->aspects);
  ids_free(&dump->rule_classes);
  ids_free(&dump->paths);
  sl_arena_clear(&dump->names);
  free(dump->scratch);
}

static bool write_container(struct sl_thread *thread, const struct bz_graph *graph,
                            enum sl_message_format format, struct sl_text *out) {
  struct dump *dump = calloc(1, sizeof *dump);
  if (!dump) abort();
  dump->thread = thread;
  dump->graph = graph;
  dump->format = format;
  for (int table = 0; table < TABLE_COUNT; table++)
    dump->writers[table] = (struct sl_message_writer){
        .format = format, .out = &dump->texts[table], .depth = 1, .first = true};
  bool done = true;
  for (size_t i = 0; done && i < graph->count; i++) done = write_action(dump, graph->actions[i]);
  if (done) finish(dump, out);
  end(dump);
  free(dump);
  return done;
}

bool write_jsonproto(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  return write_container(thread, graph, SL_MESSAGE_JSON, out);
}

bool write_textproto(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  return write_container(thread, graph, SL_MESSAGE_TEXT, out);
}

bool write_proto(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out) {
  return write_container(thread, graph, SL_MESSAGE_BINARY, out);
}
