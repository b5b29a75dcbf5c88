// SPDX-License-Identifier: Apache-2.0
//
// Which branches a select takes: bz_select_resolve with conditions that are made up. A condition named "yes_..." holds; one
// refines another if its name is longer and begins with it.
#include <stdlib.h>
#include <unistd.h>

#include "rules/analysis/analysis.h"
#include "tests/unit/check.h"

static struct sl_thread *thread;

static int match(struct sl_thread *running, struct bz_label *condition, void *data) {
  (void)data;
  if (strcmp(condition->name, "broken") == 0) {
    sl_fail(running, "cannot tell");
    return -1;
  }
  return strncmp(condition->name, "yes", 3) == 0;
}

static bool refines(struct bz_label *a, struct bz_label *b, void *data) {
  (void)data;
  return strlen(a->name) > strlen(b->name) && strncmp(a->name, b->name, strlen(b->name)) == 0;
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) abort();
}

static const char build_file[] =
    "filegroup(name = 'one', srcs = select({':yes': ['a'], ':no': ['b'], '//conditions:default': "
    "['c']}))\n"
    "filegroup(name = 'default', srcs = select({':no': ['b'], '//conditions:default': ['c']}))\n"
    "filegroup(name = 'none', srcs = select({':no': ['b'], ':nor': ['c']}))\n"
    "filegroup(name = 'told', srcs = select({':no': ['b']}, no_match_error = 'take another'))\n"
    "filegroup(name = 'special', srcs = select({':yes': ['a'], ':yes_but': ['b']}))\n"
    "filegroup(name = 'equal', srcs = select({':yes_1': ['a'], ':yes_2': ['a']}))\n"
    "filegroup(name = 'ambiguous', srcs = select({':yes_1': ['a'], ':yes_2': ['b']}))\n"
    "filegroup(name = 'joined', srcs = ['x'] + select({':yes': ['a']}) + "
    "select({'//conditions:default': ['y']}))\n"
    "filegroup(name = 'unset', srcs = select({':yes': None}))\n"
    "filegroup(name = 'text', output_group = 'pre_' + select({':yes': 'fix'}))\n"
    "config_setting(name = 'values', values = {'a': 'b'})\n"
    "filegroup(name = 'trivial', srcs = select({'//conditions:default': ['a']}))\n"
    "filegroup(name = 'broken_one', srcs = select({':broken': ['a']}))\n";

// The value that an attribute of //:NAME resolves to, as query shows it, or the error.
static const char *resolve(struct bz_loader *loader, const char *name, const char *attribute_name) {
  static struct sl_text text;
  sl_text_reset(&text);
  struct bz_repository *main = bz_workspace_main(bz_loader_workspace(loader));
  struct bz_target *target = bz_target_load(thread, loader, bz_label_make(main, "", name));
  if (!target) return sl_error_message(thread);
  int32_t index = bz_rule_class_attribute(target->rule_class, attribute_name);
  const struct bz_attribute *attribute = &target->rule_class->attributes[index];
  sl_value value = bz_target_value(target, (size_t)index);
  if (sl_has_type(value, &bz_select_type)) {
    struct bz_condition_matcher matcher = {NULL, match, refines};
    value =
        bz_select_resolve(thread, target, attribute, (struct bz_select *)(void *)value, &matcher);
  }
  if (value) {
    bz_value_text(value, BZ_FORM_BUILD, &text);
  } else {
    sl_text_append_string(&text, sl_error_message(thread));
    sl_error_clear(thread);
  }
  return sl_text_string(&text);
}

int main(void) {
  char directory[] = "/tmp/starmypy-select-XXXXXX";
  if (!mkdtemp(directory) || chdir(directory) != 0) return 1;
  write_file("MODULE.bazel", "");
  write_file("BUILD", build_file);
  sl_initialize(NULL);
  thread = sl_thread_new();
  struct bz_workspace_options workspace_options = {.root = directory};
  struct bz_workspace *workspace = bz_workspace_open(thread, &workspace_options);
  struct bz_loader_options options = {.workspace = workspace,
                                      .bzl_environment = bz_analysis_environment()};
  struct bz_loader *loader = bz_loader_new(thread, &options);

  check_text(resolve(loader, "one", "srcs"), "[\"//:a\"]");
  check_text(resolve(loader, "default", "srcs"), "[\"//:c\"]");
  check_text(resolve(loader, "none", "srcs"),
             "Configurable attribute \"srcs\" doesn't match this configuration (would a default "
             "condition help?).\n"
             "Conditions checked:\n //:no\n //:nor");
  check_text(resolve(loader, "told", "srcs"),
             "Configurable attribute \"srcs\" doesn't match this configuration: take another");
  check_text(resolve(loader, "special", "srcs"), "[\"//:b\"]");
  check_text(resolve(loader, "equal", "srcs"), "[\"//:a\"]");
  check_text(resolve(loader, "ambiguous", "srcs"),
             "Illegal ambiguous match on configurable attribute \"srcs\" in "
             "//:ambiguous:\n//:yes_1\n//:yes_2\n"
             "Multiple matches are not allowed unless one is unambiguously more specialized.");
  check_text(resolve(loader, "joined", "srcs"), "[\"//:x\", \"//:a\", \"//:y\"]");
  check_text(resolve(loader, "unset", "srcs"), "[]");
  check_text(resolve(loader, "text", "output_group"), "\"pre_fix\"");
  check_text(resolve(loader, "values", "tags"), "[\"manual\"]");
  check_text(resolve(loader, "trivial", "srcs"), "[\"//:a\"]");
  check_text(resolve(loader, "broken_one", "srcs"), "cannot tell");

  sl_thread_free(thread);
  if (remove("BUILD") || remove("MODULE.bazel") || chdir("/") || rmdir(directory)) return 1;
  return check_failures != 0;
}
