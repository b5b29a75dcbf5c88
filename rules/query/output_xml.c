// SPDX-License-Identifier: Apache-2.0
//
// Output xml: targets as elements, attributes as elements in them, as Bazel's --output=xml writes them.

#include "rules/query/state.h"

struct writer {
  struct sl_thread *thread;
  const struct bz_query_result *result;
  struct sl_text *out;
  int depth;
};

static void append_escaped(struct sl_text *out, const char *text) {
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    switch (c) {
      case '&':
        sl_text_append_string(out, "&amp;");
        break;
      case '<':
        sl_text_append_string(out, "&lt;");
        break;
      case '>':
        sl_text_append_string(out, "&gt;");
        break;
      case '"':
        sl_text_append_string(out, "&quot;");
        break;
      default:
        if (c < ' ' || c == 0x7f) {
          sl_text_format(out, "&#%d;", c);
        } else {
          sl_text_append_char(out, (char)c);
        }
    }
  }
}

static void begin_line(struct writer *writer) {
  for (int i = 0; i < writer->depth; i++) sl_text_append_string(writer->out, "    ");
}

static void append_field(struct writer *writer, const char *field, const char *value) {
  sl_text_format(writer->out, " %s=\"", field);
  append_escaped(writer->out, value);
  sl_text_append_char(writer->out, '"');
}

// An element that has fields only; either value may be NULL.
static void append_element(struct writer *writer, const char *element, const char *name,
                           const char *value) {
  begin_line(writer);
  sl_text_format(writer->out, "<%s", element);
  if (name) append_field(writer, "name", name);
  if (value) append_field(writer, "value", value);
  sl_text_append_string(writer->out, "/>\n");
}

static void begin_element(struct writer *writer, const char *element, const char *name) {
  begin_line(writer);
  sl_text_format(writer->out, "<%s", element);
  if (name) append_field(writer, "name", name);
  sl_text_append_string(writer->out, ">\n");
  writer->depth++;
}

static void end_element(struct writer *writer, const char *element) {
  writer->depth--;
  begin_line(writer);
  sl_text_format(writer->out, "</%s>\n", element);
}

// ---------------------------------------------------------------- attributes

static const char *const element_names[] = {
    [BZ_TYPE_BOOL] = "boolean",
    [BZ_TYPE_INT] = "int",
    [BZ_TYPE_INT_LIST] = "list",
    [BZ_TYPE_STRING] = "string",
    [BZ_TYPE_STRING_LIST] = "list",
    [BZ_TYPE_STRING_DICT] = "dict",
    [BZ_TYPE_STRING_LIST_DICT] = "dict",
    [BZ_TYPE_LABEL] = "label",
    [BZ_TYPE_LABEL_LIST] = "list",
    [BZ_TYPE_LABEL_KEYED_STRING_DICT] = "dict",
    [BZ_TYPE_STRING_KEYED_LABEL_DICT] = "dict",
    [BZ_TYPE_LABEL_LIST_DICT] = "dict",
    [BZ_TYPE_OUTPUT] = "output",
    [BZ_TYPE_OUTPUT_LIST] = "list",
    [BZ_TYPE_TRISTATE] = "tristate",
    [BZ_TYPE_NODEP_LABEL] = "label",
    [BZ_TYPE_NODEP_LABEL_LIST] = "list",
    [BZ_TYPE_LICENSE] = "license",
};

static void append_plain(struct writer *writer, const char *element, const char *name,
                         sl_value value, bool is_output);

static void append_items(struct writer *writer, sl_value list, bool is_output) {
  for (size_t i = 0; i < sl_list_length(list); i++)
    append_plain(writer, NULL, NULL, sl_list_get(list, i), is_output);
}

static void append_pairs(struct writer *writer, sl_value dict) {
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(dict, &cursor, &key, &value)) {
    begin_element(writer, "pair", NULL);
    append_plain(writer, NULL, NULL, key, false);
    append_plain(writer, NULL, NULL, value, false);
    end_element(writer, "pair");
  }
}

static void append_container(struct writer *writer, const char *element, const char *name,
                             sl_value value, bool is_output) {
  if (sl_length(value) == 0) {
    append_element(writer, element, name, NULL);
    return;
  }
  begin_element(writer, element, name);
  if (sl_is_list(value)) {
    append_items(writer, value, is_output);
  } else {
    append_pairs(writer, value);
  }
  end_element(writer, element);
}

// A value that is no select. Without `element` the value tells what it is.
static void append_plain(struct writer *writer, const char *element, const char *name,
                         sl_value value, bool is_output) {
  int64_t number;
  if (sl_is_list(value) || sl_is_dict(value)) {
    append_container(writer, sl_is_list(value) ? "list" : "dict", name, value, is_output);
  } else if (bz_is_label(value)) {
    append_element(writer, is_output ? "output" : "label", name,
                   bz_output_label_text(writer->result, bz_label_of(value)));
  } else if (sl_is_string(value)) {
    append_element(writer, "string", name, sl_string_bytes(value));
  } else if (sl_is_bool(value)) {
    append_element(writer, "boolean", name, value == SL_TRUE ? "true" : "false");
  } else if (sl_int_to_int64(value, &number)) {
    append_element(writer, element ? element : "int", name,
                   bz_text_format("%lld", (long long)number));
  } else if (element) {
    append_element(writer, element, name, NULL);
  }
}

static void append_attributes(struct writer *writer, const struct bz_target *rule) {
  for (size_t i = 0; i < rule->rule_class->attribute_count; i++) {
    const struct bz_attribute *attribute = &rule->rule_class->attributes[i];
    if (!bz_target_is_explicit(rule, i) && !writer->result->options->xml_default_values) continue;
    sl_value value = bz_target_value(rule, i);
    if (value && sl_has_type(value, &bz_select_type))
      value = bz_query_attribute_flatten(writer->thread, (const struct bz_select *)(void *)value);
    bool is_output = attribute->type == BZ_TYPE_OUTPUT || attribute->type == BZ_TYPE_OUTPUT_LIST;
    append_plain(writer, element_names[attribute->type], bz_output_attribute(attribute),
                 value ? value : SL_NONE, is_output);
  }
}

// ---------------------------------------------------------------- targets

static void append_inputs_and_outputs(struct writer *writer, struct bz_target *rule) {
  struct bz_label_list inputs = bz_output_inputs(writer->result, rule);
  for (size_t i = 0; i < inputs.count; i++)
    append_element(writer, "rule-input", bz_output_label_text(writer->result, inputs.items[i]),
                   NULL);
  for (uint32_t i = 0; i < rule->output_count; i++)
    append_element(writer, "rule-output",
                   bz_output_label_text(writer->result, rule->outputs[i]->label), NULL);
}

static void append_file(struct writer *writer, const struct bz_target *file) {
  const struct bz_package *package = file->package;
  bool is_build_file = package->target_count > 0 && package->targets[0] == file;
  for (size_t i = 0; is_build_file && package->loads && i < sl_list_length(package->loads); i++)
    append_element(
        writer, "load",
        bz_output_label_text(writer->result, bz_label_of(sl_list_get(package->loads, i))), NULL);
  sl_value visibility = bz_target_visibility(writer->thread, file);
  for (size_t i = 0; visibility && i < sl_list_length(visibility); i++)
    append_element(writer, "visibility-label",
                   bz_output_label_text(writer->result, bz_label_of(sl_list_get(visibility, i))),
                   NULL);
}

static void append_package_group(struct writer *writer, const struct bz_target *group) {
  sl_value empty = sl_list_frozen(NULL, 0);
  append_plain(writer, NULL, "includes", group->includes ? group->includes : empty, false);
  append_plain(writer, NULL, "packages", group->specifications ? group->specifications : empty,
               false);
}

static void append_content(struct writer *writer, struct bz_target *target) {
  switch (target->kind) {
    case BZ_TARGET_RULE:
      append_attributes(writer, target);
      append_inputs_and_outputs(writer, target);
      break;
    case BZ_TARGET_SOURCE_FILE:
      append_file(writer, target);
      break;
    case BZ_TARGET_PACKAGE_GROUP:
      append_package_group(writer, target);
      break;
    default:
      break;
  }
}

static void append_target(struct writer *writer, struct bz_target *target) {
  static const char *const elements[] = {
      [BZ_TARGET_RULE] = "rule",
      [BZ_TARGET_SOURCE_FILE] = "source-file",
      [BZ_TARGET_GENERATED_FILE] = "generated-file",
      [BZ_TARGET_PACKAGE_GROUP] = "package-group",
      [BZ_TARGET_ENVIRONMENT_GROUP] = "environment-group",
  };
  const char *element = elements[target->kind];
  begin_line(writer);
  sl_text_format(writer->out, "<%s", element);
  if (target->kind == BZ_TARGET_RULE) append_field(writer, "class", target->rule_class->name);
  if (target->generating_rule)
    append_field(writer, "generating-rule",
                 bz_output_label_text(writer->result, target->generating_rule->label));
  struct sl_text location = {0};
  bz_output_location(writer->result, target, &location);
  append_field(writer, "location", sl_text_string(&location));
  sl_text_free(&location);
  append_field(writer, "name", bz_output_label_text(writer->result, target->label));
  if (target->package->target_count > 0 && target == target->package->targets[0])
    append_field(writer, "package_contains_errors",
                 target->package->contains_errors ? "true" : "false");
  size_t end = writer->out->length;
  sl_text_append_string(writer->out, ">\n");
  size_t start = writer->out->length;
  writer->depth++;
  append_content(writer, target);
  writer->depth--;
  if (writer->out->length == start) {  // an empty element closes itself
    writer->out->length = end;
    sl_text_append_string(writer->out, "/>\n");
  } else {
    begin_line(writer);
    sl_text_format(writer->out, "</%s>\n", element);
  }
}

bool bz_output_xml(struct sl_thread *thread, const struct bz_query_result *result,
                   struct sl_text *out) {
  struct writer writer = {thread, result, out, 1};
  sl_text_append_string(
      out, "<?xml version=\"1.1\" encoding=\"UTF-8\" standalone=\"no\"?>\n<query version=\"2\">\n");
  for (uint32_t i = 0; i < result->set->count; i++)
    append_target(&writer, result->evaluation->nodes.items[result->order[i]].target);
  sl_text_append_string(out, "</query>\n");
  return !sl_error_pending(thread);
}
