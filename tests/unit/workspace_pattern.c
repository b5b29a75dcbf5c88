// SPDX-License-Identifier: Apache-2.0
//
// Target patterns: what each means, from the root and from a folder, and the errors.
#include "tests/unit/scratch.h"

static struct sl_thread *thread;
static struct bz_workspace *workspace;

// "KIND REPOSITORY//PACKAGE NAME" with a minus before negative ones; or the error.
static const char *shown(const char *directory, const char *text) {
  static const char *const kinds[] = {"target", "rules", "targets", "rules below", "targets below"};
  static struct sl_text out;
  struct bz_pattern pattern;
  sl_text_reset(&out);
  if (!bz_pattern_parse(thread, workspace, directory, text, &pattern)) return scratch_error(thread);
  sl_text_format(&out, "%s%s %s//%s %s", pattern.negative ? "-" : "", kinds[pattern.kind],
                 pattern.repository->name, pattern.package, pattern.name);
  return sl_text_string(&out);
}

static void test_absolute(void) {
  static const struct {
    const char *text, *want;
  } rows[] = {
      {"//a:b", "target //a b"},
      {"//a/b", "target //a/b b"},
      {"//:b", "target // b"},
      {"//a:all", "rules //a all"},
      {"//a:*", "targets //a *"},
      {"//a:all-targets", "targets //a all-targets"},
      {"//a/all", "target //a/all all"},
      {"//...", "rules below // "},
      {"//a/...", "rules below //a "},
      {"//a/...:all", "rules below //a "},
      {"//a/...:*", "targets below //a "},
      {"//...:all-targets", "targets below // "},
      {"-//a/...", "-rules below //a "},
      {"-//a:b", "-target //a b"},
      {"@//a:b", "target //a b"},
      {"@@//...", "rules below // "},
      {"@py//a:b", "target rules_python+//a b"},
      {"@py//...", "rules below rules_python+// "},
      {"@py", "target rules_python+// py"},
      {"@@rules_python+//:x", "target rules_python+// x"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    check_text(shown("", rows[i].text), rows[i].want);
    check_text(shown("foo", rows[i].text), rows[i].want);
  }
}

static void test_relative(void) {
  static const struct {
    const char *directory, *text, *want;
  } rows[] = {
      {"", ":b", "target // b"},
      {"foo", ":b", "target //foo b"},
      {"", "foo:b", "target //foo b"},
      {"foo", "bar:b", "target //foo/bar b"},
      {"", "foo/bar", "target //foo/bar bar"},
      {"foo", "bar", "target //foo/bar bar"},
      {"", "foo/bar/wiz", "target //foo/bar wiz"},
      {"", "foo/bar/wiz/a.py", "target //foo/bar wiz/a.py"},
      {"foo/bar", "wiz", "target //foo/bar wiz"},
      {"foo/bar/none", "wiz", "target //foo/bar none/wiz"},
      {"", "foo///bar", "target //foo/bar bar"},
      {"", "foo//bar:b", "target //foo/bar b"},
      {"", "top.py", "target // top.py"},
      {"", "...", "rules below // "},
      {"foo", "...", "rules below //foo "},
      {"foo", "bar/...", "rules below //foo/bar "},
      {"foo", "bar/...:*", "targets below //foo/bar "},
      {"foo", ":all", "rules //foo all"},
      {"", ":*", "targets // *"},
      {"foo", "-bar/...", "-rules below //foo/bar "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_text(shown(rows[i].directory, rows[i].text), rows[i].want);
}

static void test_errors(void) {
  static const struct {
    const char *text, *want;
  } rows[] = {
      {"/foo",
       "not a valid absolute pattern (absolute target patterns must start with exactly two "
       "slashes): '/foo'"},
      {"//foo/", "The package part of '//foo/' should not end in a slash"},
      {"foo/", "The package part of 'foo/' should not end in a slash"},
      {"//foo:", "invalid target format '//foo:': invalid target name '': empty target name"},
      {"//foo:a:b",
       "invalid target format '//foo:a:b': invalid target name 'a:b': target names may not contain "
       "':'"},
      {"//foo/...:x", "invalid target name 'x': a pattern with '...' takes ':all' or ':*'"},
      {"//foo/../bar",
       "invalid package name 'foo/../bar': package name component contains only '.' characters"},
      {"@py:x",
       "invalid repository name 'py:x': repo names may contain only A-Z, a-z, 0-9, '-', '_', '.' "
       "and '+'"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_text(shown("", rows[i].text), rows[i].want);
}

static void test_without_a_package(void) {
  if (unlink(scratch_path("BUILD")) != 0) abort();
  workspace = scratch_open(thread);
  check_text(shown("", "none/x"), "couldn't determine target from filename 'none/x'");
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  scratch_begin();
  scratch_write(thread, "MODULE.bazel", "bazel_dep(name = 'rules_python', repo_name = 'py')\n");
  scratch_write(thread, "BUILD", "");
  scratch_write(thread, "foo/BUILD", "");
  scratch_write(thread, "foo/bar/BUILD.bazel", "");
  workspace = scratch_open(thread);
  check(workspace);
  test_absolute();
  test_relative();
  test_errors();
  test_without_a_package();
  scratch_end(thread);
  return check_failures != 0;
}
