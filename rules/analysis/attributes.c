// SPDX-License-Identifier: Apache-2.0
//
// Attributes: the values of a rule or aspect as its implementation sees them: ctx.attr, ctx.files, ctx.file,
// ctx.executable. Each is made when it is first read: most implementations read a few of thirty.

#include <string.h>

#include "rules/analysis/state.h"

struct bz_attribute_values *bz_attribute_values_new(const struct bz_attribute *attributes,
                                                    size_t count, sl_value index) {
  struct bz_attribute_values *values = sl_allocate(sizeof *values);
  values->attributes = attributes;
  values->count = count;
  values->index = index;
  values->stored = sl_allocate((count + 1) * sizeof *values->stored);
  values->targets = sl_allocate((count + 1) * sizeof *values->targets);
  values->values = sl_allocate((count + 1) * sizeof *values->values);
  values->files = sl_allocate((count + 1) * sizeof *values->files);
  return values;
}

struct bz_attribute_values *bz_attribute_values_copy(const struct bz_attribute_values *values) {
  struct bz_attribute_values *copy =
      bz_attribute_values_new(values->attributes, values->count, values->index);
  memcpy(copy->stored, values->stored, values->count * sizeof *copy->stored);
  memcpy(copy->targets, values->targets, values->count * sizeof *copy->targets);
  memcpy(copy->files, values->files, values->count * sizeof *copy->files);
  for (size_t i = 0; i < values->count; i++) {
    if (!bz_type_is_label(values->attributes[i].type)) copy->values[i] = values->values[i];
  }
  return copy;
}

int32_t bz_attribute_values_find(const struct bz_attribute_values *values, const char *name) {
  sl_value position = values->index ? sl_dict_get_string(values->index, name) : NULL;
  return position ? (int32_t)sl_small_int(position) : -1;
}

// ---------------------------------------------------------------- labels of a value

static void each_of_list(sl_value list, void (*visit)(struct bz_label *label, void *data),
                         void *data) {
  sl_value *items;
  size_t count;
  if (!sl_sequence_items(list, &items, &count)) return;
  for (size_t i = 0; i < count; i++) visit(bz_label_of(items[i]), data);
}

void bz_attribute_each_label(sl_value stored, enum bz_attribute_type type,
                             void (*visit)(struct bz_label *label, void *data), void *data) {
  if (!stored || stored == SL_NONE) return;
  if (type == BZ_TYPE_LABEL) {
    visit(bz_label_of(stored), data);
    return;
  }
  if (type == BZ_TYPE_LABEL_LIST) {
    each_of_list(stored, visit, data);
    return;
  }
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(stored, &cursor, &key, &value)) {
    if (type == BZ_TYPE_LABEL_KEYED_STRING_DICT) visit(bz_label_of(key), data);
    if (type == BZ_TYPE_STRING_KEYED_LABEL_DICT) visit(bz_label_of(value), data);
    if (type == BZ_TYPE_LABEL_LIST_DICT) each_of_list(value, visit, data);
  }
}

// ---------------------------------------------------------------- ctx.attr

// What an attribute without a value gives.
static sl_value empty_value(struct sl_thread *thread, enum bz_attribute_type type) {
  switch (type) {
    case BZ_TYPE_BOOL:
      return SL_FALSE;
    case BZ_TYPE_INT:
      return sl_int(0);
    case BZ_TYPE_TRISTATE:
      return sl_int(-1);
    case BZ_TYPE_STRING:
      return sl_string("", 0);
    case BZ_TYPE_INT_LIST:
    case BZ_TYPE_STRING_LIST:
    case BZ_TYPE_LABEL_LIST:
    case BZ_TYPE_OUTPUT_LIST:
    case BZ_TYPE_NODEP_LABEL_LIST:
    case BZ_TYPE_LICENSE:
      return sl_list_frozen(NULL, 0);
    case BZ_TYPE_STRING_DICT:
    case BZ_TYPE_STRING_LIST_DICT:
    case BZ_TYPE_LABEL_KEYED_STRING_DICT:
    case BZ_TYPE_STRING_KEYED_LABEL_DICT:
    case BZ_TYPE_LABEL_LIST_DICT:
      return sl_dict(thread, 0);
    case BZ_TYPE_LABEL:
    case BZ_TYPE_OUTPUT:
    case BZ_TYPE_NODEP_LABEL:
      return SL_NONE;
  }
  return SL_NONE;
}

static sl_value list_of_targets(const struct bz_attribute_targets *targets, size_t first,
                                size_t count) {
  return sl_list_frozen((const sl_value *)(const void *)(targets->items + first), count);
}

// The dict of a label-valued dict attribute, with a target in the place of each label.
static sl_value dict_of_targets(struct sl_thread *thread, sl_value stored,
                                enum bz_attribute_type type,
                                const struct bz_attribute_targets *targets) {
  sl_value dict = sl_dict(thread, sl_dict_length(stored));
  size_t cursor = 0, next = 0;
  sl_value key, value;
  while (sl_dict_next(stored, &cursor, &key, &value)) {
    if (type == BZ_TYPE_LABEL_LIST_DICT) {
      size_t length = sl_list_length(value);
      value = list_of_targets(targets, next, length);
      next += length;
    } else {
      sl_value target = bz_configured_target_value(targets->items[next++]);
      if (type == BZ_TYPE_LABEL_KEYED_STRING_DICT) {
        key = target;
      } else {
        value = target;
      }
    }
    if (!sl_dict_set(thread, dict, key, value)) return NULL;
  }
  return dict;
}

static sl_value make_value(struct sl_thread *thread, const struct bz_attribute_values *values,
                           size_t i) {
  enum bz_attribute_type type = values->attributes[i].type;
  sl_value stored = values->stored[i];
  const struct bz_attribute_targets *targets = &values->targets[i];
  if (!stored || stored == SL_NONE) return empty_value(thread, type);
  if (!bz_type_is_label(type)) return stored;
  if (type == BZ_TYPE_LABEL) {
    return targets->count ? bz_configured_target_value(targets->items[0]) : SL_NONE;
  }
  if (type == BZ_TYPE_LABEL_LIST) return list_of_targets(targets, 0, targets->count);
  return dict_of_targets(thread, stored, type, targets);
}

sl_value bz_attribute_value(struct sl_thread *thread, struct bz_attribute_values *values,
                            size_t i) {
  if (values->values[i]) return values->values[i];
  struct sl_mutability *own = sl_mutability_new();
  struct sl_mutability *before = sl_thread_set_mutability(thread, own);
  values->values[i] = make_value(thread, values, i);
  sl_thread_set_mutability(thread, before);
  sl_mutability_freeze(own);
  return values->values[i];
}

// ---------------------------------------------------------------- ctx.files, ctx.file, ctx.executable

static sl_value files_of(struct sl_thread *thread, struct bz_attribute_values *values, size_t i) {
  if (values->files[i]) return values->files[i];
  // Each target's files in their own order, as Bazel flattens them one by one.
  const struct bz_attribute_targets *targets = &values->targets[i];
  sl_value *lists = sl_allocate((targets->count + 1) * sizeof *lists);
  size_t room = 0, count = 0;
  for (size_t j = 0; j < targets->count; j++) {
    sl_value files = bz_configured_target_default(targets->items[j], "files");
    lists[j] = files ? bz_depset_to_list(thread, files) : sl_list_frozen(NULL, 0);
    if (!lists[j]) return NULL;
    room += sl_list_length(lists[j]);
  }
  if (targets->count == 1) return values->files[i] = lists[0];
  sl_value *all = sl_allocate((room + 1) * sizeof *all);
  for (size_t j = 0; j < targets->count; j++) {
    memcpy(all + count, sl_list_items(lists[j]), sl_list_length(lists[j]) * sizeof *all);
    count += sl_list_length(lists[j]);
  }
  sl_value unique = bz_depset_new(thread, BZ_ORDER_DEFAULT, all, count, NULL, 0);
  return values->files[i] = unique ? bz_depset_to_list(thread, unique) : NULL;
}

// The one file of an allow_single_file attribute.
static sl_value single_file(struct sl_thread *thread, struct bz_attribute_values *values,
                            size_t i) {
  sl_value files = files_of(thread, values, i);
  if (!files) return NULL;
  return sl_list_length(files) == 1 ? sl_list_get(files, 0) : SL_NONE;
}

static sl_value executable_of(struct bz_attribute_values *values, size_t i) {
  if (values->targets[i].count == 0) return SL_NONE;
  sl_value run = bz_configured_target_default(values->targets[i].items[0], "files_to_run");
  if (!run || !bz_is_files_to_run(run) || !bz_files_to_run_of(run)->executable) return SL_NONE;
  return bz_artifact_value(bz_files_to_run_of(run)->executable);
}

// ---------------------------------------------------------------- the objects with a field for each

static const struct sl_type collection_type;

struct collection {
  const struct sl_type *type;
  enum bz_collection_kind kind;
  struct bz_attribute_values *values;
};

static struct collection *collection_of(sl_value v) { return (struct collection *)(void *)v; }

sl_value bz_collection_new(struct sl_thread *thread, enum bz_collection_kind kind,
                           struct bz_attribute_values *values) {
  struct collection *collection = sl_new(thread, &collection_type, sizeof *collection);
  collection->kind = kind;
  collection->values = values;
  return (sl_value)(void *)collection;
}

static bool has_field(const struct collection *collection, size_t i) {
  const struct bz_attribute *attribute = &collection->values->attributes[i];
  if (attribute->flags & BZ_ATTRIBUTE_UNDOCUMENTED && attribute->name[0] == '$') return false;
  switch (collection->kind) {
    case BZ_COLLECTION_ATTR:
      return true;
    case BZ_COLLECTION_SPLIT:
      return attribute->transition != NULL;
    case BZ_COLLECTION_FILES:
      return bz_type_is_label(attribute->type);
    case BZ_COLLECTION_FILE:
      return (attribute->flags & BZ_ATTRIBUTE_SINGLE_FILE) != 0;
    case BZ_COLLECTION_EXECUTABLE:
      return (attribute->flags & BZ_ATTRIBUTE_EXECUTABLE) != 0;
  }
  return false;
}

// A dict of one entry: with one configuration nothing is split.
static sl_value split_value(struct sl_thread *thread, struct bz_attribute_values *values,
                            size_t i) {
  sl_value value = bz_attribute_value(thread, values, i);
  sl_value dict = sl_dict(thread, 1);
  return value && sl_dict_set(thread, dict, SL_NONE, value) ? dict : NULL;
}

static sl_value field(struct sl_thread *thread, const struct collection *collection, size_t i) {
  switch (collection->kind) {
    case BZ_COLLECTION_ATTR:
      return bz_attribute_value(thread, collection->values, i);
    case BZ_COLLECTION_SPLIT:
      return split_value(thread, collection->values, i);
    case BZ_COLLECTION_FILES:
      return files_of(thread, collection->values, i);
    case BZ_COLLECTION_FILE:
      return single_file(thread, collection->values, i);
    case BZ_COLLECTION_EXECUTABLE:
      return executable_of(collection->values, i);
  }
  return NULL;
}

static sl_value collection_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                     size_t length) {
  (void)length;
  const struct collection *collection = collection_of(x);
  int32_t i = bz_attribute_values_find(collection->values, name);
  return i < 0 || !has_field(collection, (size_t)i) ? NULL : field(thread, collection, (size_t)i);
}

static void collection_attribute_names(sl_value x,
                                       void (*offer)(void *data, const char *name, size_t length),
                                       void *data) {
  const struct collection *collection = collection_of(x);
  for (size_t i = 0; i < collection->values->count; i++) {
    const char *name = collection->values->attributes[i].name;
    if (has_field(collection, i)) offer(data, name, strlen(name));
  }
}

static bool collection_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  const struct collection *collection = collection_of(x);
  const char *separator = "";
  sl_text_append_string(out, "struct(");
  for (size_t i = 0; i < collection->values->count; i++) {
    if (!has_field(collection, i)) continue;
    sl_value value = field(thread, collection, i);
    if (!value) return false;
    sl_text_format(out, "%s%s = ", separator, collection->values->attributes[i].name);
    if (!sl_repr(thread, value, out)) return false;
    separator = ", ";
  }
  sl_text_append_char(out, ')');
  return true;
}

static const struct sl_type collection_type = {
    .name = "struct",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = collection_repr,
    .attribute = collection_attribute,
    .attribute_names = collection_attribute_names,
};
