// SPDX-License-Identifier: Apache-2.0
//
// Convert: what a user gives for an attribute becomes its stored form. Invariant: a stored value is immutable and holds
// Labels where its type has labels, so that nobody behind this file parses a string again.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/loading/state.h"

enum shape { SCALAR, LIST, DICT };

struct type_row {
  const char *name;
  enum shape shape;
  enum bz_attribute_type key;    // DICT
  enum bz_attribute_type value;  // LIST: of elements; DICT: of values
  bool dependency;
};

static const struct type_row type_rows[] = {
    [BZ_TYPE_BOOL] = {"boolean", SCALAR, 0, 0, false},
    [BZ_TYPE_INT] = {"int", SCALAR, 0, 0, false},
    [BZ_TYPE_INT_LIST] = {"list(int)", LIST, 0, BZ_TYPE_INT, false},
    [BZ_TYPE_STRING] = {"string", SCALAR, 0, 0, false},
    [BZ_TYPE_STRING_LIST] = {"list(string)", LIST, 0, BZ_TYPE_STRING, false},
    [BZ_TYPE_STRING_DICT] = {"dict(string, string)", DICT, BZ_TYPE_STRING, BZ_TYPE_STRING, false},
    [BZ_TYPE_STRING_LIST_DICT] = {"dict(string, list(string))", DICT, BZ_TYPE_STRING,
                                  BZ_TYPE_STRING_LIST, false},
    [BZ_TYPE_LABEL] = {"label", SCALAR, 0, 0, true},
    [BZ_TYPE_LABEL_LIST] = {"list(label)", LIST, 0, BZ_TYPE_LABEL, true},
    [BZ_TYPE_LABEL_KEYED_STRING_DICT] = {"dict(label, string)", DICT, BZ_TYPE_LABEL, BZ_TYPE_STRING,
                                         true},
    [BZ_TYPE_STRING_KEYED_LABEL_DICT] = {"dict(string, label)", DICT, BZ_TYPE_STRING, BZ_TYPE_LABEL,
                                         true},
    [BZ_TYPE_LABEL_LIST_DICT] = {"dict(string, list(label))", DICT, BZ_TYPE_STRING,
                                 BZ_TYPE_LABEL_LIST, true},
    [BZ_TYPE_OUTPUT] = {"output", SCALAR, 0, 0, false},
    [BZ_TYPE_OUTPUT_LIST] = {"list(output)", LIST, 0, BZ_TYPE_OUTPUT, false},
    [BZ_TYPE_TRISTATE] = {"tristate", SCALAR, 0, 0, false},
    [BZ_TYPE_NODEP_LABEL] = {"label", SCALAR, 0, 0, false},
    [BZ_TYPE_NODEP_LABEL_LIST] = {"list(label)", LIST, 0, BZ_TYPE_NODEP_LABEL, false},
    [BZ_TYPE_LICENSE] = {"license", SCALAR, 0, 0, false},
};

// Where in an attribute's value a part stands: an index of a list, or one of these.
enum place { WHOLE = -1, DICT_KEY = -2, DICT_VALUE = -3, BRANCH = -4 };

bool bz_type_is_label(enum bz_attribute_type type) { return type_rows[type].dependency; }

// ---------------------------------------------------------------- messages

static void describe_attribute(const struct bz_conversion *conversion, struct sl_text *out) {
  if (conversion->what) {
    sl_text_append_string(out, conversion->what);
    return;
  }
  sl_text_format(out, "attribute '%s' in '%s' %s", conversion->attribute, conversion->rule_class,
                 conversion->kind ? conversion->kind : "rule");
}

static void describe(const struct bz_conversion *conversion, int64_t place, struct sl_text *out) {
  if (place == DICT_KEY || place == DICT_VALUE) {
    sl_text_append_string(out, place == DICT_KEY ? "dict key element" : "dict value element");
    return;
  }
  if (place >= 0) sl_text_format(out, "element %lld of ", (long long)place);
  if (conversion->in_branch) sl_text_append_string(out, "each branch in select expression of ");
  describe_attribute(conversion, out);
  if (conversion->in_branch) sl_text_append_string(out, " (including '//conditions:default')");
}

static sl_value fail_type(const struct bz_conversion *conversion, const char *wanted,
                          sl_value given, int64_t place) {
  struct sl_text text = {0};
  sl_text_format(&text, "expected value of type '%s' for ", wanted);
  describe(conversion, place, &text);
  sl_text_append_string(&text, ", but got ");
  if (sl_repr(conversion->thread, given, &text)) {
    sl_text_format(&text, " (%s)", sl_type_name(given));
    sl_fail(conversion->thread, "%s", sl_text_string(&text));
  }
  sl_text_free(&text);
  return NULL;
}

// The pending reason, with "HEAD PLACE: " before it.
static void *fail_reason(const struct bz_conversion *conversion, const char *head, int64_t place) {
  struct sl_text text = {0};
  sl_text_append_string(&text, head);
  if (place != BRANCH) {
    sl_text_append_string(&text, " in ");
    describe(conversion, place, &text);
  }
  sl_text_format(&text, ": %s", sl_error_message(conversion->thread));
  sl_error_clear(conversion->thread);
  sl_fail(conversion->thread, "%s", sl_text_string(&text));
  sl_text_free(&text);
  return NULL;
}

// ---------------------------------------------------------------- scalars

// //visibility and //conditions are of no repository: they mean the same everywhere.
static bool is_absolute_everywhere(const char *text) {
  return strncmp(text, "//visibility:", 13) == 0 || strncmp(text, "//conditions:", 13) == 0;
}

static struct bz_label *convert_label(struct bz_conversion *conversion, sl_value given,
                                      int64_t place) {
  if (bz_is_label(given)) return bz_label_of(given);
  if (!sl_is_string(given)) {
    fail_type(conversion, "string", given, place);
    return NULL;
  }
  const char *text = sl_string_bytes(given);
  struct bz_repository *repository = conversion->repository;
  if (is_absolute_everywhere(text)) repository = bz_workspace_main(repository->workspace);
  struct bz_label *label = bz_label_parse(conversion->thread, repository, conversion->package, text,
                                          sl_string_length(given));
  if (label) return label;
  struct sl_text head = {0};
  sl_text_format(&head, "invalid label '%s'", text);
  fail_reason(conversion, sl_text_string(&head), place);
  sl_text_free(&head);
  return NULL;
}

static sl_value convert_output(struct bz_conversion *conversion, sl_value given, int64_t place) {
  if (!sl_is_string(given) && !bz_is_label(given))
    return fail_type(conversion, "string", given, place);
  struct sl_text head = {0};
  const char *name = bz_is_label(given) ? bz_label_of(given)->name : sl_string_bytes(given);
  struct bz_label *label = bz_is_label(given)
                               ? bz_label_of(given)
                               : bz_label_parse(conversion->thread, conversion->repository,
                                                conversion->package, name, strlen(name));
  if (!label) {
    sl_text_format(&head, "illegal output file name '%s' in rule %s", name,
                   conversion->rule ? bz_label_text(conversion->rule) : "");
    fail_reason(conversion, sl_text_string(&head), BRANCH);
    sl_text_free(&head);
    return NULL;
  }
  if (label->repository != conversion->repository ||
      strcmp(label->package, conversion->package) != 0) {
    return sl_fail(conversion->thread, "label '%s' is not in the current package", name);
  }
  return bz_label_value(label);
}

static sl_value convert_int(struct bz_conversion *conversion, sl_value given, int64_t place) {
  if (!sl_is_int(given)) return fail_type(conversion, "int", given, place);
  int32_t number;
  if (sl_int_to_int32(given, &number)) return given;
  return sl_fail(conversion->thread, "for attribute %s, got a value beyond the signed 32-bit range",
                 conversion->attribute ? conversion->attribute : "value");
}

static sl_value convert_bool(struct bz_conversion *conversion, sl_value given, int64_t place) {
  if (sl_is_bool(given)) return given;
  if (!sl_is_int(given)) return fail_type(conversion, "int", given, place);
  int64_t number;
  if (sl_int_to_int64(given, &number) && (number == 0 || number == 1)) return sl_bool(number == 1);
  return sl_fail(conversion->thread, "boolean is not one of [0, 1]");
}

static sl_value convert_tristate(struct bz_conversion *conversion, sl_value given, int64_t place) {
  if (sl_is_bool(given)) return sl_int(given == SL_TRUE);
  if (!sl_is_int(given)) return fail_type(conversion, "int", given, place);
  int64_t number;
  if (sl_int_to_int64(given, &number) && number >= -1 && number <= 1) return given;
  return sl_fail(conversion->thread, "TriState values is not one of [-1, 0, 1]");
}

static sl_value convert_scalar(struct bz_conversion *conversion, enum bz_attribute_type type,
                               sl_value given, int64_t place) {
  switch (type) {
    case BZ_TYPE_STRING:
      return sl_is_string(given) ? given : fail_type(conversion, "string", given, place);
    case BZ_TYPE_BOOL:
      return convert_bool(conversion, given, place);
    case BZ_TYPE_INT:
      return convert_int(conversion, given, place);
    case BZ_TYPE_TRISTATE:
      return convert_tristate(conversion, given, place);
    case BZ_TYPE_OUTPUT:
      return convert_output(conversion, given, place);
    case BZ_TYPE_LICENSE:
      return SL_NONE;  // accepted, of no effect
    default: {
      struct bz_label *label = convert_label(conversion, given, place);
      return label ? bz_label_value(label) : NULL;
    }
  }
}

// ---------------------------------------------------------------- lists and dicts

static sl_value convert_list(struct bz_conversion *conversion, enum bz_attribute_type type,
                             sl_value given, int64_t place) {
  enum bz_attribute_type element_type = type_rows[type].value;
  if (!sl_is_iterable(given)) return fail_type(conversion, type_rows[type].name, given, place);
  struct sl_iterator iterator;
  if (!sl_iterate_begin(conversion->thread, given, &iterator)) return NULL;
  sl_value few[32];
  sl_value *items = few;
  size_t count = 0, capacity = sizeof few / sizeof *few;
  bool failed = false;
  sl_value element;
  for (int64_t i = 0; !failed && (element = sl_iterate_next(&iterator)); i++) {
    if (bz_is_opaque(element)) continue;
    if (count == capacity) {
      sl_value *more = sl_allocate(2 * capacity * sizeof *more);
      memcpy(more, items, count * sizeof *more);
      items = more;
      capacity *= 2;
    }
    items[count] =
        convert_scalar(conversion, element_type, element, place == DICT_VALUE ? DICT_VALUE : i);
    if (items[count]) {
      count++;
    } else if (conversion->lenient) {
      sl_error_clear(conversion->thread);
    } else {
      failed = true;
    }
  }
  sl_iterate_end(&iterator);
  return failed ? NULL : sl_list_frozen(items, count);
}

static sl_value convert_part(struct bz_conversion *conversion, enum bz_attribute_type type,
                             sl_value given, int64_t place) {
  return type_rows[type].shape == LIST ? convert_list(conversion, type, given, place)
                                       : convert_scalar(conversion, type, given, place);
}

static sl_value convert_dict(struct bz_conversion *conversion, enum bz_attribute_type type,
                             sl_value given) {
  const struct type_row *row = &type_rows[type];
  if (!sl_is_dict(given)) return fail_type(conversion, row->name, given, WHOLE);
  sl_value result = sl_dict(conversion->thread, sl_dict_length(given));
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(given, &cursor, &key, &value)) {
    if (bz_is_opaque(key) || bz_is_opaque(value)) continue;
    sl_value stored_key = convert_scalar(conversion, row->key, key, DICT_KEY);
    if (!stored_key) return NULL;
    sl_value stored = convert_part(conversion, row->value, value, DICT_VALUE);
    if (!stored || !sl_dict_set(conversion->thread, result, stored_key, stored)) return NULL;
  }
  sl_freeze(result);
  return result;
}

static sl_value convert_plain(struct bz_conversion *conversion, enum bz_attribute_type type,
                              sl_value given) {
  switch (type_rows[type].shape) {
    case LIST:
      return convert_list(conversion, type, given, WHOLE);
    case DICT:
      return convert_dict(conversion, type, given);
    default:
      return convert_scalar(conversion, type, given, WHOLE);
  }
}

// ---------------------------------------------------------------- selects

static bool convert_selector(struct bz_conversion *conversion, enum bz_attribute_type type,
                             const struct bz_selector *from, struct bz_selector *to) {
  if (from->plain) {
    to->plain = convert_plain(conversion, type, from->plain);
    return to->plain != NULL;
  }
  to->no_match_error = from->no_match_error;
  to->keys = sl_allocate(from->count * sizeof *to->keys);
  to->values = sl_allocate(from->count * sizeof *to->values);
  for (size_t i = 0; i < from->count; i++) {
    if (bz_is_opaque(from->keys[i])) continue;
    struct bz_label *key = convert_label(conversion, from->keys[i], BRANCH);
    if (!key) return false;
    bool unset = from->values[i] == SL_NONE || bz_is_opaque(from->values[i]);
    conversion->in_branch = true;
    sl_value value = unset ? SL_NONE : convert_plain(conversion, type, from->values[i]);
    conversion->in_branch = false;
    if (!value) return false;
    to->keys[to->count] = bz_label_value(key);
    to->values[to->count++] = value;
  }
  return true;
}

static bool can_concatenate(enum bz_attribute_type type) {
  return type_rows[type].shape != SCALAR || type == BZ_TYPE_STRING || type == BZ_TYPE_INT;
}

static sl_value convert_select(struct bz_conversion *conversion, enum bz_attribute_type type,
                               struct bz_select *given) {
  if (given->part_count > 1 && !can_concatenate(type)) {
    return sl_fail(conversion->thread, "type '%s' doesn't support select concatenation",
                   type_rows[type].name);
  }
  struct bz_select *select = bz_select_new(given->part_count);
  for (size_t i = 0; i < given->part_count; i++)
    if (!convert_selector(conversion, type, &given->parts[i], &select->parts[i])) return NULL;
  return (sl_value)(void *)select;
}

sl_value bz_convert(struct bz_conversion *conversion, enum bz_attribute_type type, sl_value given) {
  if (bz_is_select(given)) return convert_select(conversion, type, bz_select_of(given));
  return convert_plain(conversion, type, given);
}

sl_value bz_value_convert(struct sl_thread *thread, enum bz_attribute_type type, sl_value given,
                          struct bz_repository *repository, const char *package, const char *what) {
  struct bz_conversion conversion = {
      .thread = thread, .repository = repository, .package = package, .what = what};
  return bz_convert(&conversion, type, given);
}

// ---------------------------------------------------------------- stored values

sl_value bz_type_empty(struct sl_thread *thread, enum bz_attribute_type type) {
  switch (type_rows[type].shape) {
    case LIST:
      return sl_list_frozen(NULL, 0);
    case DICT: {
      sl_value dict = sl_dict(thread, 0);
      sl_freeze(dict);
      return dict;
    }
    default:
      break;
  }
  switch (type) {
    case BZ_TYPE_STRING:
      return sl_string("", 0);
    case BZ_TYPE_BOOL:
      return SL_FALSE;
    case BZ_TYPE_INT:
      return sl_int(0);
    case BZ_TYPE_TRISTATE:
      return sl_int(-1);
    default:
      return NULL;
  }
}

static int compare_stored(const void *a, const void *b) {
  sl_value x = *(const sl_value *)a, y = *(const sl_value *)b;
  if (bz_is_label(x)) return bz_label_compare(bz_label_of(x), bz_label_of(y));
  size_t x_length = sl_string_length(x), y_length = sl_string_length(y);
  int order =
      memcmp(sl_string_bytes(x), sl_string_bytes(y), x_length < y_length ? x_length : y_length);
  return order ? order : (x_length > y_length) - (x_length < y_length);
}

sl_value bz_value_sorted(sl_value list) {
  size_t count = sl_list_length(list);
  if (count < 2) return list;
  sl_value sorted = sl_list_frozen(sl_list_items(list), count);
  qsort(sl_list_items(sorted), count, sizeof(sl_value), compare_stored);
  return sorted;
}

static void each_label_of(sl_value stored, struct bz_label *condition, bz_label_visitor visit,
                          void *data) {
  if (bz_is_label(stored)) {
    visit(bz_label_of(stored), condition, data);
    return;
  }
  if (sl_is_list(stored)) {
    for (size_t i = 0; i < sl_list_length(stored); i++)
      each_label_of(sl_list_get(stored, i), condition, visit, data);
    return;
  }
  if (!sl_is_dict(stored)) return;
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(stored, &cursor, &key, &value)) {
    each_label_of(key, condition, visit, data);
    each_label_of(value, condition, visit, data);
  }
}

void bz_value_each_label(sl_value stored, bz_label_visitor visit, void *data) {
  if (!bz_is_select(stored)) {
    each_label_of(stored, NULL, visit, data);
    return;
  }
  const struct bz_select *select = bz_select_of(stored);
  for (size_t i = 0; i < select->part_count; i++) {
    const struct bz_selector *part = &select->parts[i];
    if (part->plain) each_label_of(part->plain, NULL, visit, data);
    for (size_t j = 0; j < part->count; j++)
      each_label_of(part->values[j], bz_label_of(part->keys[j]), visit, data);
  }
}

void bz_value_each_condition(sl_value stored, bz_label_visitor visit, void *data) {
  if (!bz_is_select(stored)) return;
  const struct bz_select *select = bz_select_of(stored);
  for (size_t i = 0; i < select->part_count; i++) {
    const struct bz_selector *part = &select->parts[i];
    for (size_t j = 0; j < part->count; j++) {
      struct bz_label *key = bz_label_of(part->keys[j]);
      if (!bz_label_is_default_condition(key)) visit(key, NULL, data);
    }
  }
}
