// SPDX-License-Identifier: Apache-2.0
//
// glob() and subpackages(): what matches, what is never seen, and the errors.
#include "runtime/object.h"
#include "tests/unit/scratch.h"

static struct sl_thread *thread;
static struct bz_workspace *workspace;

static sl_value strings(const char *words) {
  sl_value list = sl_list(thread, NULL, 0);
  for (size_t length; words && *words; words += length + (words[length] == '\n')) {
    length = strcspn(words, "\n");
    check(sl_list_push(thread, list, sl_string(words, length)));
  }
  return list;
}

typedef sl_value (*glob_function)(struct sl_thread *, struct bz_repository *, const char *,
                                  const struct bz_glob *);

// What patterns, separated by newlines, give: names separated by blanks, or the error.
static const char *run(glob_function function, const char *package, struct bz_glob glob) {
  static struct sl_text text;
  sl_text_reset(&text);
  sl_value found = function(thread, bz_workspace_main(workspace), package, &glob);
  if (!found) return scratch_error(thread);
  for (size_t i = 0; i < sl_list_length(found); i++)
    sl_text_format(&text, "%s%s", i ? " " : "", sl_string_bytes(sl_list_get(found, i)));
  return sl_text_string(&text);
}

static const char *files(const char *include, const char *exclude) {
  return run(bz_glob_run, "", (struct bz_glob){strings(include), strings(exclude), true, true});
}

static const char *files_and_directories(const char *include) {
  return run(bz_glob_run, "",
             (struct bz_glob){strings(include), strings(NULL), .allow_empty = true});
}

static const char *packages(const char *package, const char *include, const char *exclude) {
  return run(bz_glob_subpackages, package,
             (struct bz_glob){strings(include), strings(exclude), .allow_empty = true});
}

static void write_tree(void) {
  static const char *const paths[] = {
      "a.py",     "b.py",    ".hid.py",  "@at.py",      "sub/c.py",   "sub/deep/d.py", "dir1/g.txt",
      "pk/BUILD", "pk/e.py", "pk2/y.py", "pk2/x/BUILD", "pk2/x/z.py", "BUILD"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) scratch_write(thread, paths[i], "");
}

// As Bazel answered on this tree.
static void test_measured(void) {
  check_text(files("*.py", NULL), ":@at.py a.py b.py");
  check_text(files("**/*.py", NULL), ":@at.py a.py b.py pk2/y.py sub/c.py sub/deep/d.py");
  check_text(files("**", "MODULE.bazel"),
             ".hid.py :@at.py BUILD a.py b.py dir1/g.txt pk2/y.py sub/c.py sub/deep/d.py");
  check_text(files_and_directories("*"),
             ".hid.py :@at.py BUILD MODULE.bazel a.py b.py dir1 pk2 sub");
  check_text(files_and_directories("sub/**"), "sub sub/c.py sub/deep sub/deep/d.py");
  check_text(files("s*/*/d.py", NULL), "sub/deep/d.py");
  check_text(files("pk/e.py", NULL), "");
  check_text(files_and_directories("pk"), "");
}

static void test_patterns(void) {
  check_text(files(".*.py", NULL), ".hid.py");
  check_text(files(".hid.py", NULL), ".hid.py");
  check_text(files("*a*.py", NULL), ":@at.py a.py");
  check_text(files("a*.py*", NULL), "a.py");
  check_text(files("**/d.py", NULL), "sub/deep/d.py");
  check_text(files("**/**/d.py", NULL), "sub/deep/d.py");
  check_text(files("sub/**/d.py", NULL), "sub/deep/d.py");
  check_text(files("sub/deep/**/d.py", NULL), "sub/deep/d.py");
  check_text(files("a.py\n*.py\na.py", NULL), ":@at.py a.py b.py");
  check_text(files("*.py", "a.*"), ":@at.py b.py");
  check_text(files("*.py", "@*"), "a.py b.py");
  check_text(files("**/*.py", "**/deep/**\n*.py"), "pk2/y.py sub/c.py");
  check_text(files("[ab].py", NULL), "");
  check_text(files("nope/*.py", NULL), "");
}

static void test_subpackages(void) {
  check_text(packages("", "**", NULL), "pk pk2/x");
  check_text(packages("", "*", NULL), "pk");
  check_text(packages("", "pk2/*", NULL), "pk2/x");
  check_text(packages("", "**", "pk"), "pk2/x");
  check_text(packages("pk", "**", NULL), "");
}

static const char *error(const char *include, const char *exclude) {
  return run(bz_glob_run, "", (struct bz_glob){strings(include), strings(exclude), true, false});
}

static const char *error_of_list(const char *pattern) {
  sl_value item = sl_string_from(pattern);
  return run(bz_glob_run, "",
             (struct bz_glob){sl_list(thread, &item, 1), strings(NULL), true, false});
}

#define EMPTY                                                                          \
  "but allow_empty is set to False (the default value of allow_empty can be set with " \
  "--incompatible_disallow_empty_glob)."

static void test_errors(void) {
  check_text(error_of_list(""), "invalid glob pattern '': pattern cannot be empty");
  check_text(error("/a", NULL), "invalid glob pattern '/a': pattern cannot be absolute");
  check_text(error("a?", NULL), "invalid glob pattern 'a?': wildcard ? forbidden");
  check_text(error("a/../b", NULL), "invalid glob pattern 'a/../b': segment '..' not permitted");
  check_text(error("./a", NULL), "invalid glob pattern './a': segment '.' not permitted");
  check_text(error("a**", NULL),
             "invalid glob pattern 'a**': recursive wildcard must be its own segment");
  check_text(error("***", NULL),
             "invalid glob pattern '***': recursive wildcard must be its own segment");
  check_text(error("a//b", NULL), "invalid glob pattern 'a//b': empty segment not permitted");
  check_text(error("a/", NULL), "invalid glob pattern 'a/': empty segment not permitted");
  check_text(error("*", "a/"), "empty segment not permitted (in glob pattern 'a/')");
  check_text(error("*.py\nnope", NULL), "glob pattern 'nope' didn't match anything, " EMPTY);
  check_text(error("a.py", "*"), "all files in the glob have been excluded, " EMPTY);
  sl_value number = sl_int(1);
  struct bz_glob glob = {sl_list(thread, &number, 1), strings(NULL), true, false};
  check_text(run(bz_glob_run, "", glob),
             "expected value of type 'string' for element 0 of 'include' argument, but got int");
}

static void test_links(void) {
  scratch_write(thread, "linked/real/f.py", "");
  scratch_link("real", "linked/other");
  scratch_link("..", "linked/real/up");
  scratch_link("../linked", "linked/real/in");
  scratch_link("nowhere", "linked/dangling");
  scratch_link("itself", "linked/itself");
  workspace = scratch_open(thread);
  check_text(files("linked/**", NULL), "linked/other/f.py linked/real/f.py");
  check_text(files("linked/**/f.py", NULL), "linked/other/f.py linked/real/f.py");
  check(strstr(sl_text_string(&scratch_events),
               "WARNING: Failed to get information about path, for linked/real/up, skipping: "
               "Infinite symlink expansion\n"));
}

static void test_ignored(void) {
  scratch_write(thread, ".bazelignore", "# nothing of these\nsub/deep\npk2/\n\n");
  workspace = scratch_open(thread);
  check_text(files("**/*.py", "linked/**"), ":@at.py a.py b.py sub/c.py");
  check_text(packages("", "**", NULL), "pk");
  check(!bz_package_build_file(bz_workspace_main(workspace), "pk2/x"));
  scratch_write(thread, "REPO.bazel", "ignore_directories(['**/deep', 'd*1'])\n");
  scratch_write(thread, ".bazelignore", "");
  workspace = scratch_open(thread);
  check_text(files("**", "linked/**\n*"), "pk2/y.py sub/c.py");
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  scratch_begin();
  scratch_write(thread, "MODULE.bazel", "");
  write_tree();
  workspace = scratch_open(thread);
  check(workspace);
  test_measured();
  test_patterns();
  test_subpackages();
  test_errors();
  test_links();
  test_ignored();
  scratch_end(thread);
  return check_failures != 0;
}
