// SPDX-License-Identifier: Apache-2.0
//
// Labels: which strings are one, what each is, how it shows, and in which order they stand.
#include "runtime/object.h"
#include "tests/unit/scratch.h"

static struct sl_thread *thread;
static struct bz_workspace *workspace;

static struct bz_label *parse(const char *text) {
  return bz_label_parse(thread, bz_workspace_main(workspace), "here/it", text, strlen(text));
}

// The canonical form of a string in package here/it, or the error.
static const char *shown(const char *text) {
  static struct sl_text out;
  struct bz_label *label = parse(text);
  sl_text_reset(&out);
  if (label) bz_label_canonical(label, &out);
  return label ? sl_text_string(&out) : scratch_error(thread);
}

static void test_forms(void) {
  static const struct {
    const char *text, *want;
  } rows[] = {
      {"//a/b", "@@//a/b:b"},
      {"//a/b:c", "@@//a/b:c"},
      {"//:c", "@@//:c"},
      {"x", "@@//here/it:x"},
      {":x", "@@//here/it:x"},
      {"sub/x", "@@//here/it:sub/x"},
      {":@at.py", "@@//here/it:@at.py"},
      {"@py", "@@rules_python+//:py"},
      {"@py//", "@@rules_python+//:py"},
      {"@py//a", "@@rules_python+//a:a"},
      {"@py//a:b", "@@rules_python+//a:b"},
      {"@//a:b", "@@//a:b"},
      {"@@//a:b", "@@//a:b"},
      {"@@rules_python+//a:b", "@@rules_python+//a:b"},
      {"@@rules_python~//a:b", "@@rules_python~//a:b"},
      {"@unknown//a", "@@unknown//a:a"},
      {"//a:...", "@@//a:..."},
      {"//a:*", "@@//a:*"},
      {"//a:all", "@@//a:all"},
      {"//a:.", "@@//a:."},
      {"//a:b/.", "@@//a:b"},
      {"//a:b c", "@@//a:b c"},
      {"//a:+=,@~#$%&!'()*?[]{}|;<\"^`", "@@//a:+=,@~#$%&!'()*?[]{}|;<\"^`"},
      {"//a:h\303\266he", "@@//a:h\303\266he"},
      {"// !\"#$%&'()*+,-./;<=>?@[]^_`{|}~",
       "@@// !\"#$%&'()*+,-./;<=>?@[]^_`{|}~:;<=>?@[]^_`{|}~"},
      {"//a.b/.c", "@@//a.b/.c:.c"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_text(shown(rows[i].text), rows[i].want);
}

#define CHARACTERS \
  "package names may contain A-Z, a-z, 0-9, or any of ' !\"#$%&'()*+,-./;<=>?[]^_`{|}~'"
#define REPOSITORIES "repo names may contain only A-Z, a-z, 0-9, '-', '_', '.' and '+'"

static void test_errors(void) {
  static const struct {
    const char *text, *want;
  } rows[] = {
      {"", "invalid target name '': empty target name"},
      {":", "invalid target name '': empty target name"},
      {"//", "invalid target name '': empty target name"},
      {"//a:", "invalid target name '': empty target name"},
      {"@", "invalid target name '': empty target name"},
      {"@//", "invalid target name '': empty target name"},
      {"//a:b:c", "invalid target name 'b:c': target names may not contain ':'"},
      {"//a:b\\c", "invalid target name 'b\\c': target names may not contain '\\'"},
      {"//a:/b", "invalid target name '/b': target names may not start with '/'"},
      {"/b", "invalid target name '/b': target names may not start with '/'"},
      {"//a:b/", "invalid target name 'b/': target names may not end with '/'"},
      {"//a:b//c", "invalid target name 'b//c': target names may not contain '//' path separators"},
      {"..", "invalid target name '..': target names may not contain up-level references '..'"},
      {"a/../b",
       "invalid target name 'a/../b': target names may not contain up-level references '..'"},
      {"./a", "invalid target name './a': target names may not contain '.' as a path segment"},
      {"a/./b", "invalid target name 'a/./b': target names may not contain '.' as a path segment"},
      {"a\tb",
       "invalid target name 'a\tb': target names may not contain non-printable characters: "
       "'\\x09'"},
      {"a\177",
       "invalid target name 'a\177': target names may not contain non-printable characters: "
       "'\\x7f'"},
      {"///a:b", "invalid package name '/a': package names may not start with '/'"},
      {"//a/:b", "invalid package name 'a/': package names may not end with '/'"},
      {"//a//b:c",
       "invalid package name 'a//b': package names may not contain '//' path separators"},
      {"//a/..:c",
       "invalid package name 'a/..': package name component contains only '.' characters"},
      {"//...:c",
       "invalid package name '...': package name component contains only '.' characters"},
      {"//a\\b:c", "invalid package name 'a\\b': " CHARACTERS},
      {"//h\303\266he:c", "invalid package name 'h\303\266he': " CHARACTERS},
      {"@a:b", "invalid repository name 'a:b': " REPOSITORIES},
      {"@a b//:c", "invalid repository name 'a b//:c': " REPOSITORIES},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_text(shown(rows[i].text), rows[i].want);
  static const char nul[] = "a\0b";
  check(!bz_label_parse(thread, bz_workspace_main(workspace), "", nul, 3));
  check(strstr(scratch_error(thread), "non-printable characters: '\\x00'"));
}

static void test_identity(void) {
  check(parse("//here/it:x") == parse("x"));
  check(parse("//here/it:x") != parse("//here:it/x"));
  check(parse("@//a") == parse("@@//a:a"));
  // As many that the table has to grow while all of them stay.
  struct bz_label *first = parse("n0");
  for (int i = 0; i < 5000; i++) {
    char name[16];
    snprintf(name, sizeof name, "n%d", i);
    check_text(parse(name)->name, name);
  }
  check(parse("n0") == first);
}

static const char *display(const char *text) { return bz_label_text(parse(text)); }

static void test_text(void) {
  check_text(display("//a"), "//a:a");
  check_text(display("@@rules_python+//a"), "@py//a:a");
  check_text(display("@@gone+//a"), "@@gone+//a:a");
  check_text(bz_label_path(parse("//a/b:c/d")), "a/b/c/d");
  check_text(bz_label_path(parse("//:c")), "c");
  check_text(bz_label_exec_path(parse("@py//a:b")), "external/rules_python+/a/b");
  check_text(bz_label_exec_path(parse("@py//:b")), "external/rules_python+/b");
}

// What the language makes of a label.
static void test_values(void) {
  sl_value value = bz_label_value(parse("@py//a:b"));
  struct sl_text text = {0};
  check(sl_str(thread, value, &text) && sl_repr(thread, value, &text));
  check(sl_repr(thread, bz_label_value(parse("x")), &text));
  check_text(sl_text_string(&text),
             "@@rules_python+//a:bLabel(\"@@rules_python+//a:b\")Label(\"//here/it:x\")");
  sl_text_free(&text);
  static const struct {
    const char *name, *want;
  } fields[] = {{"name", "b"},
                {"package", "a"},
                {"repo_name", "rules_python+"},
                {"workspace_name", "rules_python+"},
                {"workspace_root", "external/rules_python+"}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    sl_value field = sl_attribute(thread, value, fields[i].name);
    check_text(field ? sl_string_bytes(field) : "none", fields[i].want);
  }
  check(sl_string_is(sl_attribute(thread, bz_label_value(parse("x")), "workspace_root"), ""));
}

static void test_order(void) {
  // Not the order of their texts: packages are compared before names.
  static const char *const ordered[] = {"//a:z",   "//a-b:a",    "//a/b:a",
                                        "//a/b:b", "@gone//a:a", "@py//a:a"};
  enum { COUNT = sizeof ordered / sizeof *ordered };
  for (int i = 0; i < COUNT; i++)
    for (int k = 0; k < COUNT; k++) {
      int order = bz_label_compare(parse(ordered[i]), parse(ordered[k]));
      check((order > 0) - (order < 0) == (i > k) - (i < k));
    }
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  scratch_begin();
  scratch_write(thread, "MODULE.bazel", "bazel_dep(name = 'rules_python', repo_name = 'py')\n");
  workspace = scratch_open(thread);
  check(workspace);
  test_forms();
  test_errors();
  test_identity();
  test_text();
  test_values();
  test_order();
  scratch_end(thread);
  return check_failures != 0;
}
