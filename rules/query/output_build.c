// SPDX-License-Identifier: Apache-2.0
//
// Output build: rules as a BUILD file would define them had it no macros, with the calls that made them.
#include <string.h>

#include "rules/query/state.h"

static const char function_separator[] = " in ";

// Lines "#   PLACE in FUNCTION", places padded to one width. `lines` are separated by newlines.
static void append_stack(const char *lines, struct sl_text *out) {
  size_t width = 0;
  for (const char *line = lines; *line;) {
    const char *separator = strstr(line, function_separator);
    size_t length = separator ? (size_t)(separator - line) : strlen(line);
    if (length > width) width = length;
    line += strcspn(line, "\n");
    line += *line == '\n';
  }
  for (const char *line = lines; *line;) {
    size_t length = strcspn(line, "\n");
    const char *separator = strstr(line, function_separator);
    size_t place = separator ? (size_t)(separator - line) : length;
    sl_text_format(out, "#   %-*.*s%.*s\n", (int)width, (int)place, line, (int)(length - place),
                   line + place);
    line += length + (line[length] == '\n');
  }
}

static void append_instantiation(const struct bz_target *rule, struct sl_text *out) {
  struct sl_text lines = {0};
  for (uint32_t i = 0; i < rule->stack_count; i++) {
    const struct bz_call_site *site = &rule->stack[i];
    sl_text_format(&lines, "%s:%u:%u%s%s\n", site->file, (unsigned)site->position.line,
                   (unsigned)site->position.column, function_separator, site->function);
  }
  sl_text_format(out, "# Rule %s instantiated at (most recent call last):\n", rule->label->name);
  append_stack(sl_text_string(&lines), out);
  sl_text_free(&lines);
}

static void append_attributes(const struct bz_target *rule, struct sl_text *out) {
  const struct bz_rule_class *rule_class = rule->rule_class;
  for (size_t i = 0; i < rule_class->attribute_count; i++) {
    if (!bz_target_is_explicit(rule, i)) continue;
    const struct bz_attribute *attribute = &rule_class->attributes[i];
    bool is_hidden = *attribute->name == '$' || *attribute->name == ':';
    sl_text_format(out, "  %s%s = ", is_hidden ? "_" : "", attribute->name + is_hidden);
    bz_value_text(bz_target_value(rule, i), BZ_FORM_BUILD, out);
    sl_text_append_string(out, ",\n");
  }
}

static void append_rule(const struct bz_query_result *result, const struct bz_target *rule,
                        struct sl_text *out) {
  sl_text_append_string(out, "# ");
  bz_output_location(result, rule, out);
  sl_text_format(out, "\n%s(\n", rule->rule_class->name);
  append_attributes(rule, out);
  sl_text_append_string(out, ")\n");
  append_instantiation(rule, out);
  if (rule->rule_class->starlark && rule->rule_class->definition_stack) {
    sl_text_format(out, "# Rule %s defined at (most recent call last):\n", rule->rule_class->name);
    append_stack(rule->rule_class->definition_stack, out);
  }
  sl_text_append_char(out, '\n');
}

bool bz_output_build(struct sl_thread *thread, const struct bz_query_result *result,
                     struct sl_text *out) {
  (void)thread;
  for (uint32_t i = 0; i < result->set->count; i++) {
    const struct bz_target *target = result->evaluation->nodes.items[result->order[i]].target;
    if (target->kind == BZ_TARGET_RULE) append_rule(result, target, out);
  }
  return true;
}
