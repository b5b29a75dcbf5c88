// SPDX-License-Identifier: Apache-2.0
//
// Build setting: the values of settings that rules define (build_setting = config.string() ...), as the command line and
// .bazelrc give them: --//pkg:flag=value. They are read once, before anything is analysed; a setting that nobody sets, or
// that is set to its default, has the default and is not in the table.

#include <stdlib.h>
#include <string.h>

#include "rules/analysis/state.h"

static const struct bz_build_setting *definition_of(const struct bz_target *target) {
  return (const struct bz_build_setting *)(const void *)target->rule_class->build_setting;
}

static const char setting_default[] = "build_setting_default";

// Where label_flag and label_setting have their label; -1: the target is something else.
static int32_t label_attribute(const struct bz_target *target) {
  if (target->kind != BZ_TARGET_RULE || target->rule_class->behaviour != BZ_BEHAVIOUR_BUILD_SETTING)
    return -1;
  return bz_rule_class_attribute(target->rule_class, setting_default);
}

bool bz_is_build_setting(const struct bz_target *target) {
  return label_attribute(target) >= 0 ||
         (target->kind == BZ_TARGET_RULE && target->rule_class->build_setting);
}

// ---------------------------------------------------------------- values

static sl_value default_of(const struct bz_target *target) {
  int32_t i = bz_rule_class_attribute(target->rule_class, setting_default);
  sl_value value = i < 0 ? NULL : bz_target_value(target, (size_t)i);
  if (!value) return SL_NONE;
  bool many = target->rule_class->build_setting && definition_of(target)->allow_multiple;
  return many ? sl_list_frozen(&value, 1) : value;
}

sl_value bz_build_setting_value(struct sl_thread *thread, struct bz_analysis *analysis,
                                const struct bz_target *target) {
  sl_value given = sl_dict_get(thread, analysis->settings, bz_label_value(target->label));
  return given ? given : default_of(target);
}

static sl_value split_at_commas(const char *text) {
  size_t count = 0;
  sl_value *items = sl_allocate((strlen(text) + 1) * sizeof *items);
  while (*text) {
    size_t length = strcspn(text, ",");
    if (length) items[count++] = sl_string(text, length);
    text += length + (text[length] == ',');
  }
  return sl_list_frozen(items, count);
}

static sl_value fail_value(struct sl_thread *thread, const struct bz_target *target,
                           const char *text, const char *type) {
  return sl_fail(thread, "While parsing option %s=%s: '%s' is not a %s",
                 bz_label_text(target->label), text, text, type);
}

static sl_value parse_int(struct sl_thread *thread, const struct bz_target *target,
                          const char *text) {
  bool negative = text[0] == '-';
  const char *digits = text + negative;
  sl_value number = *digits && digits[strspn(digits, "0123456789")] == '\0'
                        ? sl_int_parse(digits, strlen(digits), 10, negative)
                        : NULL;
  return number ? number : fail_value(thread, target, text, "int");
}

static sl_value parse_label(struct sl_thread *thread, const struct bz_analysis *analysis,
                            const struct bz_target *target, const char *text) {
  struct bz_label *label =
      bz_label_parse(thread, bz_workspace_main(analysis->workspace), "", text, strlen(text));
  if (label) return bz_label_value(label);
  sl_error_clear(thread);
  return fail_value(thread, target, text, "label");
}

// What one occurrence on the command line says: of a repeatable setting, one item.
static sl_value parse_value(struct sl_thread *thread, const struct bz_analysis *analysis,
                            const struct bz_target *target, const char *text) {
  if (label_attribute(target) >= 0) return parse_label(thread, analysis, target, text);
  bool truth;
  switch (definition_of(target)->value_type) {
    case BZ_TYPE_BOOL:
      return bz_text_parse_bool(text, &truth) ? sl_bool(truth)
                                              : fail_value(thread, target, text, "boolean");
    case BZ_TYPE_INT:
      return parse_int(thread, target, text);
    case BZ_TYPE_STRING_LIST:
      return definition_of(target)->repeatable ? sl_string_from(text) : split_at_commas(text);
    default:
      return sl_string_from(text);
  }
}

// ---------------------------------------------------------------- words

// One word of the command line: --//pkg:flag=value, --//pkg:flag or --no//pkg:flag.
struct word {
  const char *text;
  const char *name;
  const char *value;  // NULL: none
  bool negated;
};

static struct word take_apart(const char *text) {
  const char *name = text + 2, *equals = strchr(name, '=');
  struct word word = {.text = text, .name = name};
  if (equals) {
    word.name = bz_text_format("%.*s", (int)(equals - name), name);
    word.value = equals + 1;
  } else if (strncmp(name, "no", 2) == 0) {
    word.name = name + 2;
    word.negated = true;
  }
  return word;
}

// The setting of a name, aliases followed. NULL with an error pending.
static struct bz_target *load_setting(struct sl_thread *thread, struct bz_analysis *analysis,
                                      const char *name) {
  struct bz_repository *main = bz_workspace_main(analysis->workspace);
  struct bz_label *label = bz_label_parse(thread, main, "", name, strlen(name));
  if (label && label->repository->kind == BZ_REPOSITORY_MISSING) {
    sl_fail(thread, "%s", label->repository->reason ? label->repository->reason : "no such target");
    label = NULL;
  }
  struct bz_target *target =
      label ? bz_target_actual(thread, analysis, &analysis->target_configuration, label) : NULL;
  if (!target) {
    const char *reason = bz_text_copy(sl_error_message(thread));
    sl_error_clear(thread);
    sl_fail(thread, "Error loading option %s: %s", name, reason);
    return NULL;
  }
  if (bz_is_build_setting(target)) return target;
  sl_fail(thread, "Unrecognized option: %s", bz_label_text(target->label));
  return NULL;
}

// A setting that is no flag is treated as if it was not there.
static bool is_flag(const struct bz_target *target) {
  if (target->rule_class->build_setting) return definition_of(target)->flag;
  return strcmp(target->rule_class->name, "label_flag") == 0;
}

// The text that the word gives the setting; NULL with an error pending.
static const char *value_text(struct sl_thread *thread, const struct word *word,
                              const struct bz_target *target) {
  if (word->value) return word->value;
  bool is_bool =
      target->rule_class->build_setting && definition_of(target)->value_type == BZ_TYPE_BOOL;
  if (is_bool) return word->negated ? "false" : "true";
  if (word->negated) {
    sl_fail(thread, "Illegal use of 'no' prefix on non-boolean option: %s", word->name);
  } else {
    sl_fail(thread, "Expected value after %s", word->text);
  }
  return NULL;
}

// One item more in the list of a setting that may be given several times.
static sl_value append(struct sl_thread *thread, const struct bz_analysis *analysis,
                       const struct bz_target *target, sl_value item) {
  sl_value before = sl_dict_get(thread, analysis->settings, bz_label_value(target->label));
  size_t count = before ? sl_list_length(before) : 0;
  sl_value *items = sl_allocate((count + 1) * sizeof *items);
  for (size_t i = 0; i < count; i++) items[i] = sl_list_get(before, i);
  items[count] = item;
  return sl_list_frozen(items, count + 1);
}

static bool read_word(struct sl_thread *thread, struct bz_analysis *analysis, const char *text,
                      bool lenient) {
  struct word word = take_apart(text);
  struct bz_target *target = load_setting(thread, analysis, word.name);
  if (!target) {
    if (lenient) sl_error_clear(thread);
    return lenient;
  }
  const char *given = value_text(thread, &word, target);
  if (!given) return false;
  if (!is_flag(target))
    return lenient ||
           sl_fail_false(thread, "Unrecognized option: %s=%s", bz_label_text(target->label), given);
  sl_value value = parse_value(thread, analysis, target, given);
  const struct bz_build_setting *definition =
      target->rule_class->build_setting ? definition_of(target) : NULL;
  if (value && definition && (definition->allow_multiple || definition->repeatable))
    value = append(thread, analysis, target, value);
  return value && sl_dict_set(thread, analysis->settings, bz_label_value(target->label), value);
}

static bool read_words(struct sl_thread *thread, struct bz_analysis *analysis, sl_value words,
                       bool lenient) {
  for (size_t i = 0; words && i < sl_list_length(words); i++) {
    const char *word = bz_text_copy(sl_string_bytes(sl_list_get(words, i)));
    if (!read_word(thread, analysis, word, lenient)) return false;
  }
  return true;
}

// ---------------------------------------------------------------- the table

static int compare_labels(const void *a, const void *b) {
  return bz_label_compare(bz_label_of(*(const sl_value *)a), bz_label_of(*(const sl_value *)b));
}

// Leaves what is set to its default out, and sorts the rest, so that equal configurations look equal.
static bool simplify(struct sl_thread *thread, struct bz_analysis *analysis) {
  sl_value read = analysis->settings, label, value;
  sl_value *labels = sl_allocate((sl_dict_length(read) + 1) * sizeof *labels);
  size_t count = 0, cursor = 0;
  while (sl_dict_next(read, &cursor, &label, &value)) {
    const struct bz_target *target = bz_target_load(thread, analysis->loader, bz_label_of(label));
    int is_default = target ? sl_equal(thread, value, default_of(target)) : -1;
    if (is_default < 0) return false;
    if (!is_default) labels[count++] = label;
  }
  if (count > 1) qsort(labels, count, sizeof *labels, compare_labels);
  analysis->settings = sl_dict(thread, count);
  for (size_t i = 0; i < count; i++) {
    sl_value kept = sl_dict_get(thread, read, labels[i]);
    if (!sl_dict_set(thread, analysis->settings, labels[i], kept)) return false;
  }
  return true;
}

bool bz_build_settings_read(struct sl_thread *thread, struct bz_analysis *analysis,
                            sl_value rc_flags, sl_value flags) {
  struct sl_mutability *before = sl_thread_set_mutability(thread, analysis->mutability);
  analysis->settings = sl_dict(thread, 0);
  bool good = read_words(thread, analysis, rc_flags, true) &&
              read_words(thread, analysis, flags, false) && simplify(thread, analysis);
  sl_thread_set_mutability(thread, before);
  return good;
}
