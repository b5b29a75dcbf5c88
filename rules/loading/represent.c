// SPDX-License-Identifier: Apache-2.0
//
// Represent: stored values in the two forms that others read: the Starlark values that native.existing_rule() shows, and
// the text that `query --output=build` prints. Invariant: nothing here changes or caches a stored value.
#include <string.h>

#include "rules/loading/state.h"

// ---------------------------------------------------------------- existing_rule()

static sl_value represent_label(const struct bz_target *target, const struct bz_label *label) {
  const struct bz_label *own = target->label;
  if (label->repository != own->repository)
    return sl_string_format("@@%s//%s:%s", label->repository->name, label->package, label->name);
  if (strcmp(label->package, own->package) == 0) return sl_string_format(":%s", label->name);
  return sl_string_format("//%s:%s", label->package, label->name);
}

static sl_value represent_list(struct sl_thread *thread, const struct bz_target *target,
                               sl_value list);
static sl_value represent_dict(struct sl_thread *thread, const struct bz_target *target,
                               sl_value dict);

// Stored values nest two levels at most, so the recursion is bounded.
static sl_value represent_plain(struct sl_thread *thread, const struct bz_target *target,
                                sl_value stored) {
  if (bz_is_label(stored)) return represent_label(target, bz_label_of(stored));
  if (sl_is_list(stored)) return represent_list(thread, target, stored);
  if (sl_is_dict(stored)) return represent_dict(thread, target, stored);
  return stored;
}

static sl_value represent_list(struct sl_thread *thread, const struct bz_target *target,
                               sl_value list) {
  size_t count = sl_list_length(list);
  sl_value *items;
  sl_value tuple = sl_tuple_new(count, &items);
  for (size_t i = 0; i < count; i++)
    items[i] = represent_plain(thread, target, sl_list_get(list, i));
  return tuple;
}

static sl_value represent_dict(struct sl_thread *thread, const struct bz_target *target,
                               sl_value dict) {
  sl_value result = sl_dict(thread, sl_dict_length(dict));
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(dict, &cursor, &key, &value)) {
    sl_value shown = represent_plain(thread, target, value);
    if (!shown || !sl_dict_set(thread, result, represent_plain(thread, target, key), shown))
      return NULL;
  }
  sl_freeze(result);
  return result;
}

// Keys of a select stay Labels; a branch None stays None.
static sl_value represent_select(struct sl_thread *thread, const struct bz_target *target,
                                 const struct bz_select *stored) {
  struct bz_select *select = bz_select_new(stored->part_count);
  for (size_t i = 0; i < stored->part_count; i++) {
    const struct bz_selector *from = &stored->parts[i];
    struct bz_selector *to = &select->parts[i];
    *to = *from;
    if (from->plain && !(to->plain = represent_plain(thread, target, from->plain))) return NULL;
    if (from->count) to->values = sl_allocate(from->count * sizeof *to->values);
    for (size_t j = 0; j < from->count; j++)
      if (!(to->values[j] = represent_plain(thread, target, from->values[j]))) return NULL;
  }
  return (sl_value)(void *)select;
}

sl_value bz_value_represent(struct sl_thread *thread, const struct bz_target *target,
                            sl_value stored) {
  if (!stored) return NULL;
  return bz_is_select(stored) ? represent_select(thread, target, bz_select_of(stored))
                              : represent_plain(thread, target, stored);
}

// ---------------------------------------------------------------- as text

static void write_string(const char *bytes, size_t length, struct sl_text *out) {
  sl_text_append_char(out, '"');
  for (size_t i = 0; i < length; i++) {
    switch (bytes[i]) {
      case '"':
        sl_text_append_string(out, "\\\"");
        break;
      case '\\':
        sl_text_append_string(out, "\\\\");
        break;
      case '\n':
        sl_text_append_string(out, "\\n");
        break;
      case '\r':
        sl_text_append_string(out, "\\r");
        break;
      case '\t':
        sl_text_append_string(out, "\\t");
        break;
      default:
        sl_text_append_char(out, bytes[i]);
    }
  }
  sl_text_append_char(out, '"');
}

static void write_plain(sl_value stored, enum bz_value_form form, struct sl_text *out);

static void write_list(sl_value list, enum bz_value_form form, struct sl_text *out) {
  sl_text_append_char(out, '[');
  for (size_t i = 0; i < sl_list_length(list); i++) {
    if (i) sl_text_append_string(out, ", ");
    write_plain(sl_list_get(list, i), form, out);
  }
  sl_text_append_char(out, ']');
}

static void write_dict(sl_value dict, enum bz_value_form form, struct sl_text *out) {
  sl_text_append_char(out, '{');
  size_t cursor = 0;
  sl_value key, value;
  for (const char *comma = ""; sl_dict_next(dict, &cursor, &key, &value); comma = ", ") {
    sl_text_append_string(out, comma);
    write_plain(key, form, out);
    sl_text_append_string(out, form == BZ_FORM_BUILD ? ": " : "=");
    write_plain(value, form, out);
  }
  sl_text_append_char(out, '}');
}

static void write_text(const char *bytes, size_t length, enum bz_value_form form,
                       struct sl_text *out) {
  if (form == BZ_FORM_BUILD) {
    write_string(bytes, length, out);
  } else {
    sl_text_append(out, bytes, length);
  }
}

static void write_label(sl_value label, enum bz_value_form form, struct sl_text *out) {
  const char *quote = form == BZ_FORM_BUILD ? "\"" : "";
  sl_text_append_string(out, quote);
  bz_label_display(bz_label_of(label), out);
  sl_text_append_string(out, quote);
}

static void write_plain(sl_value stored, enum bz_value_form form, struct sl_text *out) {
  static const char *const booleans[][2] = {
      [BZ_FORM_BUILD] = {"False", "True"},
      [BZ_FORM_JAVA] = {"0", "1"},
  };
  int64_t number;
  if (sl_is_bool(stored)) {
    sl_text_append_string(out, booleans[form][stored == SL_TRUE]);
  } else if (sl_is_string(stored)) {
    write_text(sl_string_bytes(stored), sl_string_length(stored), form, out);
  } else if (sl_int_to_int64(stored, &number)) {
    sl_text_append_integer(out, number);
  } else if (bz_is_label(stored)) {
    write_label(stored, form, out);
  } else if (sl_is_list(stored)) {
    write_list(stored, form, out);
  } else if (sl_is_dict(stored)) {
    write_dict(stored, form, out);
  } else if (form == BZ_FORM_BUILD) {
    sl_text_append_string(out, "None");
  }
}

static void write_selector(const struct bz_selector *part, struct sl_text *out) {
  if (part->plain) {
    write_plain(part->plain, BZ_FORM_BUILD, out);
    return;
  }
  sl_text_append_string(out, "select({");
  for (size_t i = 0; i < part->count; i++) {
    if (i) sl_text_append_string(out, ", ");
    write_plain(part->keys[i], BZ_FORM_BUILD, out);
    sl_text_append_string(out, ": ");
    write_plain(part->values[i], BZ_FORM_BUILD, out);
  }
  sl_text_append_char(out, '}');
  if (*part->no_match_error) {
    sl_text_append_string(out, ", no_match_error = ");
    write_string(part->no_match_error, strlen(part->no_match_error), out);
  }
  sl_text_append_char(out, ')');
}

void bz_value_text(sl_value stored, enum bz_value_form form, struct sl_text *out) {
  if (!bz_is_select(stored)) {
    write_plain(stored, form, out);
    return;
  }
  const struct bz_select *select = bz_select_of(stored);
  for (size_t i = 0; i < select->part_count; i++) {
    if (i) sl_text_append_string(out, " + ");
    write_selector(&select->parts[i], out);
  }
}
