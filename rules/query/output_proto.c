// SPDX-License-Identifier: Apache-2.0
//
// Output proto: targets as messages of Bazel's build.proto, in four encodings. Invariant: fields come in the order of their
// numbers, attributes in that of their names.
#include <stdlib.h>
#include <string.h>

#include "common/message.h"
#include "rules/query/state.h"

struct writer {
  struct sl_thread *thread;
  const struct bz_query_result *result;
  struct sl_message_writer message;
};

typedef struct sl_message_field field;

static void put_text(struct writer *writer, field at, const char *text) {
  sl_message_set_string(&writer->message, at, text, strlen(text));
}

static void put_label(struct writer *writer, field at, const struct bz_label *label) {
  put_text(writer, at, bz_output_label_text(writer->result, label));
}

// ---------------------------------------------------------------- the fields of a value

// What a field holds.
enum slot_kind {
  SLOT_NAME,
  SLOT_TYPE,
  SLOT_EXPLICIT,
  SLOT_NODEP,
  SLOT_LABEL,
  SLOT_IS_DEFAULT,
  SLOT_SELECTORS,
  // Values: a type has one of these.
  SLOT_INT,
  SLOT_STRING,
  SLOT_BOOL,
  SLOT_TRISTATE,
  SLOT_STRINGS,
  SLOT_INTS,
  SLOT_STRING_DICT,
  SLOT_LABEL_LIST_DICT,
  SLOT_STRING_LIST_DICT,
  SLOT_LABEL_DICT,
  SLOT_LABEL_KEYED_DICT,
  SLOT_LICENSE,
};

struct slot {
  field at;
  enum slot_kind kind;
};

// message Attribute
static const struct slot attribute_slots[] = {
    {{1, "name"}, SLOT_NAME},
    {{2, "type"}, SLOT_TYPE},
    {{3, "int_value"}, SLOT_INT},
    {{5, "string_value"}, SLOT_STRING},
    {{6, "string_list_value"}, SLOT_STRINGS},
    {{8, "string_dict_value"}, SLOT_STRING_DICT},
    {{10, "label_list_dict_value"}, SLOT_LABEL_LIST_DICT},
    {{11, "string_list_dict_value"}, SLOT_STRING_LIST_DICT},
    {{13, "explicitly_specified"}, SLOT_EXPLICIT},
    {{14, "boolean_value"}, SLOT_BOOL},
    {{15, "tristate_value"}, SLOT_TRISTATE},
    {{17, "int_list_value"}, SLOT_INTS},
    {{19, "label_dict_unary_value"}, SLOT_LABEL_DICT},
    {{20, "nodep"}, SLOT_NODEP},
    {{21, "selector_list"}, SLOT_SELECTORS},
    {{22, "label_keyed_string_dict_value"}, SLOT_LABEL_KEYED_DICT},
};

// message SelectorEntry
static const struct slot entry_slots[] = {
    {{1, "label"}, SLOT_LABEL},
    {{2, "int_value"}, SLOT_INT},
    {{3, "string_value"}, SLOT_STRING},
    {{4, "boolean_value"}, SLOT_BOOL},
    {{5, "tristate_value"}, SLOT_TRISTATE},
    {{6, "string_list_value"}, SLOT_STRINGS},
    {{8, "string_dict_value"}, SLOT_STRING_DICT},
    {{10, "label_list_dict_value"}, SLOT_LABEL_LIST_DICT},
    {{11, "string_list_dict_value"}, SLOT_STRING_LIST_DICT},
    {{13, "int_list_value"}, SLOT_INTS},
    {{15, "label_dict_unary_value"}, SLOT_LABEL_DICT},
    {{16, "is_default_value"}, SLOT_IS_DEFAULT},
    {{17, "label_keyed_string_dict_value"}, SLOT_LABEL_KEYED_DICT},
};

enum { SELECTOR_LIST = 20 };

// Of each type the enumerator of Attribute.Discriminator, and the field that holds its values.
static const struct {
  uint32_t number;
  const char *name;
  enum slot_kind kind;
} types[] = {
    [BZ_TYPE_BOOL] = {14, "BOOLEAN", SLOT_BOOL},
    [BZ_TYPE_INT] = {1, "INTEGER", SLOT_INT},
    [BZ_TYPE_INT_LIST] = {16, "INTEGER_LIST", SLOT_INTS},
    [BZ_TYPE_STRING] = {2, "STRING", SLOT_STRING},
    [BZ_TYPE_STRING_LIST] = {5, "STRING_LIST", SLOT_STRINGS},
    [BZ_TYPE_STRING_DICT] = {10, "STRING_DICT", SLOT_STRING_DICT},
    [BZ_TYPE_STRING_LIST_DICT] = {13, "STRING_LIST_DICT", SLOT_STRING_LIST_DICT},
    [BZ_TYPE_LABEL] = {3, "LABEL", SLOT_STRING},
    [BZ_TYPE_LABEL_LIST] = {6, "LABEL_LIST", SLOT_STRINGS},
    [BZ_TYPE_LABEL_KEYED_STRING_DICT] = {21, "LABEL_KEYED_STRING_DICT", SLOT_LABEL_KEYED_DICT},
    [BZ_TYPE_STRING_KEYED_LABEL_DICT] = {19, "LABEL_DICT_UNARY", SLOT_LABEL_DICT},
    [BZ_TYPE_LABEL_LIST_DICT] = {12, "LABEL_LIST_DICT", SLOT_LABEL_LIST_DICT},
    [BZ_TYPE_OUTPUT] = {4, "OUTPUT", SLOT_STRING},
    [BZ_TYPE_OUTPUT_LIST] = {7, "OUTPUT_LIST", SLOT_STRINGS},
    [BZ_TYPE_TRISTATE] = {15, "TRISTATE", SLOT_TRISTATE},
    [BZ_TYPE_NODEP_LABEL] = {2, "STRING", SLOT_STRING},
    [BZ_TYPE_NODEP_LABEL_LIST] = {5, "STRING_LIST", SLOT_STRINGS},
    [BZ_TYPE_LICENSE] = {9, "LICENSE", SLOT_LICENSE},
};

// An attribute, or an entry of a selector.
struct subject {
  const char *name;  // of the attribute
  enum bz_attribute_type type;
  bool is_explicit;
  sl_value value;                  // NULL: none
  const struct bz_select *select;  // instead of a value
  bool is_entry;
  const struct bz_label *condition;  // of an entry
  bool is_default;                   // an entry's value is the default
};

// ---------------------------------------------------------------- values

// A string, or a label as one.
static void put_string(struct writer *writer, field at, sl_value value) {
  if (bz_is_label(value)) {
    put_label(writer, at, bz_label_of(value));
  } else if (sl_is_string(value)) {
    sl_message_set_string(&writer->message, at, sl_string_bytes(value), sl_string_length(value));
  }
}

static void put_strings(struct writer *writer, field at, sl_value list) {
  size_t count = sl_list_length(list);
  if (count) sl_message_strings_begin(&writer->message, at);
  for (size_t i = 0; i < count; i++) {
    sl_value value = sl_list_get(list, i);
    const char *label =
        bz_is_label(value) ? bz_output_label_text(writer->result, bz_label_of(value)) : NULL;
    const char *bytes = label ? label : sl_string_bytes(value);
    size_t length = label ? strlen(label) : sl_string_length(value);
    sl_message_strings_add(&writer->message, at, bytes, length, i == 0);
  }
  if (count) sl_message_strings_end(&writer->message);
}

// Entries with a key and a value, or several.
static void put_dict(struct writer *writer, field at, sl_value dict) {
  static const field key_field = {1, "key"}, value_field = {2, "value"};
  size_t cursor = 0, count = sl_dict_length(dict);
  sl_value key, value;
  for (size_t done = 0; sl_dict_next(dict, &cursor, &key, &value); done++) {
    sl_message_begin(&writer->message, at, done == 0);
    put_string(writer, key_field, key);
    if (sl_is_list(value)) {
      put_strings(writer, value_field, value);
    } else {
      put_string(writer, value_field, value);
    }
    sl_message_end(&writer->message, done + 1 == count);
  }
}

static void put_ints(struct writer *writer, field at, sl_value list) {
  size_t count = sl_list_length(list);
  int32_t *values = sl_allocate_atomic((count + 1) * sizeof *values);
  for (size_t i = 0; i < count; i++)
    if (!sl_int_to_int32(sl_list_get(list, i), &values[i])) values[i] = 0;
  sl_message_set_ints(&writer->message, at, values, count);
}

// A bool as 0 and 1, a tristate as -1, 0 and 1, an int as itself.
static int32_t number_of(sl_value value) {
  int32_t number = value == SL_TRUE;
  return sl_is_bool(value) || sl_int_to_int32(value, &number) ? number : 0;
}

// The text that bools and tristates have besides, for old readers.
static const char *legacy_text(const struct subject *subject) {
  static const char *const bools[] = {"false", "true"}, *const tristates[] = {"auto", "no", "yes"};
  int32_t number = number_of(subject->value);
  if (subject->type == BZ_TYPE_BOOL) return bools[number != 0];
  return tristates[number < 0 ? 0 : number > 0 ? 2 : 1];
}

static void put_value(struct writer *writer, const struct slot *slot,
                      const struct subject *subject) {
  static const char *const tristates[] = {"NO", "YES", "AUTO"};
  sl_value value = subject->value;
  int32_t number = number_of(value);
  switch (slot->kind) {
    case SLOT_INT:
      sl_message_set_int(&writer->message, slot->at, number);
      break;
    case SLOT_STRING:
      put_string(writer, slot->at, value);
      break;
    case SLOT_BOOL:
      sl_message_set_bool(&writer->message, slot->at, number != 0);
      break;
    case SLOT_TRISTATE:
      number = number < 0 ? 2 : number != 0;
      sl_message_set_enum(&writer->message, slot->at, (uint32_t)number, tristates[number]);
      break;
    case SLOT_STRINGS:
      put_strings(writer, slot->at, value);
      break;
    case SLOT_INTS:
      put_ints(writer, slot->at, value);
      break;
    default:
      put_dict(writer, slot->at, value);
  }
}

static void put_selectors(struct writer *writer, field at, const struct subject *subject);

static void put_slot(struct writer *writer, const struct slot *slot,
                     const struct subject *subject) {
  struct sl_message_writer *message = &writer->message;
  enum slot_kind kind = types[subject->type].kind;
  bool is_bool = kind == SLOT_BOOL || kind == SLOT_TRISTATE;
  switch (slot->kind) {
    case SLOT_NAME:
      put_text(writer, slot->at, subject->name);
      break;
    case SLOT_TYPE:
      if (subject->select) {
        sl_message_set_enum(message, slot->at, SELECTOR_LIST, "SELECTOR_LIST");
      } else {
        sl_message_set_enum(message, slot->at, types[subject->type].number,
                            types[subject->type].name);
      }
      break;
    case SLOT_EXPLICIT:
      sl_message_set_bool(message, slot->at, subject->is_explicit);
      break;
    case SLOT_NODEP:
      // What is no string and no label has none.
      if (kind == SLOT_STRING || kind == SLOT_STRINGS)
        sl_message_set_bool(
            message, slot->at,
            subject->type == BZ_TYPE_NODEP_LABEL || subject->type == BZ_TYPE_NODEP_LABEL_LIST);
      break;
    case SLOT_LABEL:
      put_label(writer, slot->at, subject->condition);
      break;
    case SLOT_IS_DEFAULT:
      sl_message_set_bool(message, slot->at, subject->is_default);
      break;
    case SLOT_SELECTORS:
      if (subject->select) put_selectors(writer, slot->at, subject);
      break;
    default:
      if (!subject->value) break;
      if (slot->kind == kind || (is_bool && slot->kind == SLOT_INT && !subject->is_entry)) {
        put_value(writer, slot, subject);
      } else if (is_bool && slot->kind == SLOT_STRING && !subject->is_entry) {
        put_text(writer, slot->at, legacy_text(subject));
      }
  }
}

// ---------------------------------------------------------------- selects

static void put_entry(struct writer *writer, const struct subject *subject, sl_value condition,
                      sl_value value, bool first, bool last) {
  static const field entries = {1, "entries"};
  struct bz_repository *main =
      bz_workspace_main(bz_loader_workspace(writer->result->options->loader));
  struct subject entry = {.type = subject->type, .is_entry = true};
  entry.condition =
      condition ? bz_label_of(condition) : bz_label_make(main, "conditions", "default");
  entry.is_default = value == SL_NONE;
  entry.value = entry.is_default ? NULL : value;
  sl_message_begin(&writer->message, entries, first);
  for (size_t i = 0; i < sizeof entry_slots / sizeof *entry_slots; i++)
    put_slot(writer, &entry_slots[i], &entry);
  sl_message_end(&writer->message, last);
}

static void put_selector(struct writer *writer, const struct subject *subject,
                         const struct bz_selector *part) {
  static const field has_default_value = {2, "has_default_value"},
                     no_match_error = {3, "no_match_error"};
  bool has_default = part->plain != NULL;
  if (part->plain) put_entry(writer, subject, NULL, part->plain, true, true);
  for (size_t i = 0; !part->plain && i < part->count; i++) {
    const struct bz_label *condition = bz_label_of(part->keys[i]);
    has_default |=
        strcmp(condition->package, "conditions") == 0 && strcmp(condition->name, "default") == 0;
    put_entry(writer, subject, part->keys[i], part->values[i], i == 0, i + 1 == part->count);
  }
  sl_message_set_bool(&writer->message, has_default_value, has_default);
  if (*part->no_match_error) put_text(writer, no_match_error, part->no_match_error);
}

static void put_selectors(struct writer *writer, field at, const struct subject *subject) {
  static const field type = {1, "type"}, elements = {2, "elements"};
  sl_message_begin_single(&writer->message, at);
  sl_message_set_enum(&writer->message, type, types[subject->type].number,
                      types[subject->type].name);
  for (size_t i = 0; i < subject->select->part_count; i++) {
    sl_message_begin(&writer->message, elements, i == 0);
    put_selector(writer, subject, &subject->select->parts[i]);
    sl_message_end(&writer->message, i + 1 == subject->select->part_count);
  }
  sl_message_end_single(&writer->message);
}

// ---------------------------------------------------------------- rules

static struct subject subject_of(struct writer *writer, const struct bz_target *rule,
                                 size_t index) {
  const struct bz_attribute *attribute = &rule->rule_class->attributes[index];
  struct subject subject = {.name = bz_output_attribute(attribute), .type = attribute->type};
  subject.is_explicit = bz_target_is_explicit(rule, index);
  subject.value = bz_target_value(rule, index);
  if (subject.value == SL_NONE) subject.value = NULL;
  if (!subject.value || !sl_has_type(subject.value, &bz_select_type)) return subject;
  const struct bz_select *select = (const struct bz_select *)(void *)subject.value;
  bool flatten = writer->result->options->proto_flatten_selects;
  subject.select = flatten ? NULL : select;
  subject.value = flatten ? bz_query_attribute_flatten(writer->thread, select) : NULL;
  return subject;
}

static int compare_subjects(const void *a, const void *b) {
  return strcmp(((const struct subject *)a)->name, ((const struct subject *)b)->name);
}

static void put_attributes(struct writer *writer, const struct bz_target *rule) {
  static const field attribute = {4, "attribute"};
  struct subject *subjects = sl_allocate(rule->rule_class->attribute_count * sizeof *subjects);
  size_t count = 0;
  for (size_t i = 0; i < rule->rule_class->attribute_count; i++)
    if (bz_target_is_explicit(rule, i) || writer->result->options->proto_default_values)
      subjects[count++] = subject_of(writer, rule, i);
  qsort(subjects, count, sizeof *subjects, compare_subjects);
  for (size_t i = 0; i < count; i++) {
    sl_message_begin(&writer->message, attribute, i == 0);
    for (size_t j = 0; j < sizeof attribute_slots / sizeof *attribute_slots; j++)
      put_slot(writer, &attribute_slots[j], &subjects[i]);
    sl_message_end(&writer->message, i + 1 == count);
  }
}

static void put_labels(struct writer *writer, field at, const struct bz_label *const *labels,
                       size_t count) {
  if (count) sl_message_strings_begin(&writer->message, at);
  for (size_t i = 0; i < count; i++) {
    const char *text = bz_output_label_text(writer->result, labels[i]);
    sl_message_strings_add(&writer->message, at, text, strlen(text), i == 0);
  }
  if (count) sl_message_strings_end(&writer->message);
}

static void put_location(struct writer *writer, field at, const struct bz_target *target) {
  struct sl_text location = {0};
  bz_output_location(writer->result, target, &location);
  put_text(writer, at, sl_text_string(&location));
  sl_text_free(&location);
}

static void put_rule(struct writer *writer, struct bz_target *rule) {
  put_text(writer, (field){2, "rule_class"}, rule->rule_class->name);
  put_location(writer, (field){3, "location"}, rule);
  put_attributes(writer, rule);
  struct bz_label_list inputs = bz_output_inputs(writer->result, rule);
  put_labels(writer, (field){5, "rule_input"}, inputs.items, inputs.count);
  const struct bz_label **outputs = sl_allocate((rule->output_count + 1) * sizeof *outputs);
  for (uint32_t i = 0; i < rule->output_count; i++) outputs[i] = rule->outputs[i]->label;
  put_labels(writer, (field){6, "rule_output"}, outputs, rule->output_count);
}

// ---------------------------------------------------------------- other targets

static void put_source_file(struct writer *writer, const struct bz_target *file) {
  const struct bz_package *package = file->package;
  bool is_build_file = package->target_count > 0 && package->targets[0] == file;
  put_location(writer, (field){2, "location"}, file);
  if (is_build_file && package->loads)
    put_strings(writer, (field){3, "subinclude"}, package->loads);
  sl_value visibility = bz_target_visibility(writer->thread, file);
  if (visibility) put_strings(writer, (field){5, "visibility_label"}, visibility);
  if (is_build_file)
    sl_message_set_bool(&writer->message, (field){9, "package_contains_errors"},
                        package->contains_errors);
}

static void put_target(struct writer *writer, struct bz_target *target) {
  static const struct {
    const char *type;
    field at;
  } kinds[] = {
      [BZ_TARGET_RULE] = {"RULE", {2, "rule"}},
      [BZ_TARGET_SOURCE_FILE] = {"SOURCE_FILE", {3, "source_file"}},
      [BZ_TARGET_GENERATED_FILE] = {"GENERATED_FILE", {4, "generated_file"}},
      [BZ_TARGET_PACKAGE_GROUP] = {"PACKAGE_GROUP", {5, "package_group"}},
      [BZ_TARGET_ENVIRONMENT_GROUP] = {"ENVIRONMENT_GROUP", {6, "environment_group"}},
  };
  field at = kinds[target->kind].at;
  sl_message_set_enum(&writer->message, (field){1, "type"}, at.number - 1,
                      kinds[target->kind].type);
  sl_message_begin_single(&writer->message, at);
  put_label(writer, (field){1, "name"}, target->label);
  switch (target->kind) {
    case BZ_TARGET_RULE:
      put_rule(writer, target);
      break;
    case BZ_TARGET_SOURCE_FILE:
      put_source_file(writer, target);
      break;
    case BZ_TARGET_GENERATED_FILE:
      put_label(writer, (field){2, "generating_rule"}, target->generating_rule->label);
      put_location(writer, (field){3, "location"}, target);
      break;
    case BZ_TARGET_PACKAGE_GROUP:
      if (target->specifications)
        put_strings(writer, (field){2, "contained_package"}, target->specifications);
      if (target->includes)
        put_strings(writer, (field){3, "included_package_group"}, target->includes);
      break;
    default:
      break;
  }
  sl_message_end_single(&writer->message);
}

// ---------------------------------------------------------------- the formats

static struct bz_target *target_of(const struct bz_query_result *result, uint32_t i) {
  return result->evaluation->nodes.items[result->order[i]].target;
}

// One QueryResult.
static bool write_result(struct sl_thread *thread, const struct bz_query_result *result,
                         enum sl_message_format format, struct sl_text *out) {
  struct writer writer = {
      thread, result, {.format = format, .out = out, .depth = 1, .first = true}};
  for (uint32_t i = 0; i < result->set->count; i++) {
    sl_message_begin(&writer.message, (field){1, "target"}, i == 0);
    put_target(&writer, target_of(result, i));
    sl_message_end(&writer.message, i + 1 == result->set->count);
  }
  return !sl_error_pending(thread);
}

bool bz_output_proto(struct sl_thread *thread, const struct bz_query_result *result,
                     struct sl_text *out) {
  return write_result(thread, result, SL_MESSAGE_BINARY, out);
}

bool bz_output_textproto(struct sl_thread *thread, const struct bz_query_result *result,
                         struct sl_text *out) {
  return write_result(thread, result, SL_MESSAGE_TEXT, out);
}

// One Target after the other, each with its length before it.
bool bz_output_streamed_proto(struct sl_thread *thread, const struct bz_query_result *result,
                              struct sl_text *out) {
  struct sl_text target = {0};
  for (uint32_t i = 0; i < result->set->count; i++) {
    struct writer writer = {
        thread, result, {.format = SL_MESSAGE_BINARY, .out = &target, .first = true}};
    put_target(&writer, target_of(result, i));
    sl_message_delimited(out, target.bytes, target.length);
    sl_text_reset(&target);
  }
  sl_text_free(&target);
  return !sl_error_pending(thread);
}

// One Target a line.
bool bz_output_streamed_jsonproto(struct sl_thread *thread, const struct bz_query_result *result,
                                  struct sl_text *out) {
  for (uint32_t i = 0; i < result->set->count; i++) {
    struct writer writer = {
        thread, result, {.format = SL_MESSAGE_JSON, .out = out, .compact = true, .first = true}};
    sl_text_append_char(out, '{');
    put_target(&writer, target_of(result, i));
    sl_text_append_string(out, "}\n");
  }
  return !sl_error_pending(thread);
}
