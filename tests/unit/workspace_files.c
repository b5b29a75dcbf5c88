// SPDX-License-Identifier: Apache-2.0
//
// Files: directories and packages of repositories on disk, in the binary and in memory; writing.
#include "runtime/object.h"
#include "tests/unit/scratch.h"

static struct sl_thread *thread;
static struct bz_workspace *workspace;

static struct bz_repository *repository(const char *name) {
  return bz_repository_find(workspace, name, strlen(name));
}

static const char *listed(struct bz_repository *from, const char *path) {
  static struct sl_text text;
  sl_text_reset(&text);
  const struct bz_directory *directory = bz_directory_list(from, path);
  if (!directory) return "none";
  for (size_t i = 0; i < directory->count; i++) {
    const struct bz_directory_entry *entry = &directory->entries[i];
    sl_text_format(&text, "%s%s%s%s", i ? " " : "", entry->name,
                   entry->kind == BZ_FILE_DIRECTORY ? "/" : "", entry->is_link ? "@" : "");
  }
  return sl_text_string(&text);
}

static const char *packages(struct bz_repository *from, const char *directory) {
  static struct sl_text text;
  sl_text_reset(&text);
  sl_value found = bz_packages_below(thread, from, directory);
  for (size_t i = 0; i < sl_list_length(found); i++)
    sl_text_format(&text, "%s'%s'", i ? " " : "", sl_string_bytes(sl_list_get(found, i)));
  return sl_text_string(&text);
}

static const char *content(struct bz_repository *from, const char *path) {
  static struct sl_text text;
  sl_text_reset(&text);
  return bz_file_read(thread, from, path, &text) ? sl_text_string(&text) : scratch_error(thread);
}

static void test_disk(void) {
  struct bz_repository *main_repository = bz_workspace_main(workspace);
  check_text(listed(main_repository, "p"), "BUILD a/ a.py link/@ link.py@");
  check_text(listed(main_repository, "p/a.py"), "none");
  check_text(listed(main_repository, "none"), "none");
  check(bz_file_stat(main_repository, "") == BZ_FILE_DIRECTORY);
  check(bz_file_stat(main_repository, "p") == BZ_FILE_DIRECTORY);
  check(bz_file_stat(main_repository, "p/link.py") == BZ_FILE_REGULAR);
  check(bz_file_stat(main_repository, "p/link") == BZ_FILE_DIRECTORY);
  check(bz_file_stat(main_repository, "p/none") == BZ_FILE_MISSING);
  check(bz_file_stat(main_repository, "p/a.py/b") == BZ_FILE_MISSING);
  check_text(content(main_repository, "p/a.py"), "text");
  check_text(content(main_repository, "p/none"), "%/p/none (No such file or directory)");
  check_text(content(main_repository, "p/a"), "%/p/a (Is a directory)");
}

static void test_packages(void) {
  struct bz_repository *main_repository = bz_workspace_main(workspace);
  check_text(bz_package_build_file(main_repository, "p"), "BUILD");
  check_text(bz_package_build_file(main_repository, "both"), "BUILD.bazel");
  check(!bz_package_build_file(main_repository, "folder"));
  check(!bz_package_build_file(main_repository, "none"));
  check_text(packages(main_repository, ""), "'both' 'p' 'p/a/b' 'p/link/b'");
  check_text(packages(main_repository, "p/a"), "'p/a/b'");
  check_text(packages(main_repository, "none"), "");
  char *crossed = bz_package_crossed(main_repository, "p", "a/b/c/x.py");
  check_text(crossed ? crossed : "none", "p/a/b");
  free(crossed);
  check(!bz_package_crossed(main_repository, "p", "a/x.py"));
  check(!bz_package_crossed(main_repository, "p", "x.py"));
  check(!bz_package_crossed(main_repository, "", "p"));
}

static const char *missing(struct bz_repository *from, const char *package) {
  static struct sl_text text, shortened;
  sl_text_reset(&text);
  sl_text_reset(&shortened);
  bz_package_missing_message(from, package, &text);
  const char *rest = sl_text_string(&text);
  for (const char *hit; (hit = strstr(rest, scratch_root)); rest = hit + strlen(scratch_root))
    sl_text_format(&shortened, "%.*s%%", (int)(hit - rest), rest);
  sl_text_append_string(&shortened, rest);
  return sl_text_string(&shortened);
}

#define ADVICE "Add a BUILD file to a directory to mark it as a package."

static void test_missing_packages(void) {
  check_text(
      missing(bz_workspace_main(workspace), "a/b"),
      "no such package 'a/b': BUILD file not found in any of the following directories. " ADVICE
      "\n - %/a/b");
  check_text(missing(repository("rules_python+"), "none"),
             "no such package '@@rules_python+//none': BUILD file not found in directory 'none' of "
             "external repository @@rules_python+. " ADVICE);
  check_text(missing(repository("gone+"), "a"),
             "no such package '@@gone+//a': %/vendor/gone+ does not exist");
}

static void test_embedded(void) {
  struct bz_repository *rules = repository("rules_mypy+");
  check(rules->kind == BZ_REPOSITORY_EMBEDDED);
  check_text(listed(rules, ""), "BUILD.bazel mypy/");
  check(bz_file_stat(rules, "mypy/mypy.bzl") == BZ_FILE_REGULAR);
  check(bz_file_stat(rules, "mypy") == BZ_FILE_DIRECTORY);
  check(bz_file_stat(rules, "myp") == BZ_FILE_MISSING);
  check_text(bz_package_build_file(rules, "mypy"), "BUILD.bazel");
  check_text(packages(rules, ""), "'' 'mypy' 'mypy/private'");
  check(strlen(content(rules, "mypy/mypy.bzl")) > 0);
  check_text(content(rules, "none"), "external/rules_mypy+/none (No such file or directory)");
}

static void test_generated(void) {
  check(repository("made")->kind == BZ_REPOSITORY_MISSING);
  check(!bz_directory_list(repository("made"), ""));
  sl_value files = sl_dict(thread, 4);
  static const char *const paths[] = {"a.b", "a/c", "a/BUILD", "z"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    check(sl_dict_set_string(thread, files, paths[i], sl_string_from(paths[i])));
  struct bz_repository *made = bz_repository_define(workspace, "made", files);
  check(made == repository("made") && made->kind == BZ_REPOSITORY_GENERATED);
  check_text(listed(made, ""), "a/ a.b z");
  check_text(listed(made, "a"), "BUILD c");
  check_text(packages(made, ""), "'a'");
  check_text(content(made, "a/c"), "a/c");
  check_text(content(made, "c"), "external/made/c (No such file or directory)");
}

// A folder of the vendor directory has precedence over what an extension makes, and its own
// REPO.bazel holds.
static void test_vendored(void) {
  struct bz_repository *vendored = bz_repository_define(workspace, "kept+", sl_dict(thread, 0));
  check(vendored->kind == BZ_REPOSITORY_DISK);
  check_text(packages(vendored, ""), "'' 'seen'");
  check(vendored->package_arguments && sl_dict_get_string(vendored->package_arguments, "features"));
  check_text(packages(repository("wrong+"), ""), "''");
  check(strstr(sl_text_string(&scratch_events), "WARNING: "));
  check(strstr(sl_text_string(&scratch_events), "unknown"));
}

static void test_writing(void) {
  const char *path = scratch_path("new/deep/file");
  check(bz_file_write(thread, path, "one", 3) && bz_file_write(thread, path, "two", 3));
  struct sl_text text = {0};
  check(bz_file_read_absolute(thread, path, &text));
  check_text(sl_text_string(&text), "two");
  sl_text_free(&text);
  check(!bz_file_write(thread, scratch_path("new/deep/file/below"), "x", 1));
  check_text(scratch_error(thread), "cannot write %/new/deep/file/below: Not a directory");
  check(!bz_file_write(thread, scratch_path("new/deep"), "x", 1));
  check_text(scratch_error(thread), "cannot write %/new/deep: Is a directory");
  workspace = scratch_open(thread);
  check_text(listed(bz_workspace_main(workspace), "new"), "deep/");  // nothing half written
  check(bz_directory_remove(thread, scratch_path("new")));
  check(bz_directory_remove(thread, scratch_path("new")));
  // What a link leads to is not touched.
  scratch_write(thread, "kept/x", "x");
  scratch_write(thread, "gone/y", "y");
  scratch_link("../kept", "gone/link");
  check(bz_directory_remove(thread, scratch_path("gone")));
  workspace = scratch_open(thread);
  check_text(listed(bz_workspace_main(workspace), "kept"), "x");
  check_text(listed(bz_workspace_main(workspace), "gone"), "none");
}

// Links that lead back end nowhere, however many there are; links of Bazel's at the root are passed
// over.
static void test_loops(void) {
  scratch_write(thread, "x/y/BUILD", "");
  scratch_link("..", "x/y/up");
  scratch_link("../..", "x/y/top");
  scratch_link(".", "x/here");
  scratch_link("p", "bazel-out");
  scratch_write(thread, "bazel-real/BUILD", "");
  workspace = scratch_open(thread);
  check_text(packages(bz_workspace_main(workspace), "x"), "'x/y'");
  check_text(packages(bz_workspace_main(workspace), ""),
             "'bazel-real' 'both' 'p' 'p/a/b' 'p/link/b' 'x/y'");
}

static void test_roots(void) {
  char *root = bz_workspace_find_root(scratch_path("p/a/b"));
  check_text(root ? root : "none", scratch_root);
  free(root);
  check(!bz_workspace_find_root("/"));
  char *one = bz_output_base_default("/a/one"), *two = bz_output_base_default("/a/two");
  check(strstr(one, "/starmypy/one-") && strcmp(one, two) != 0);
  free(one);
  free(two);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  scratch_begin();
  scratch_write(thread, "MODULE.bazel", "");
  scratch_write(thread, "p/BUILD", "");
  scratch_write(thread, "p/a.py", "text");
  scratch_write(thread, "p/a/b/BUILD", "");
  scratch_link("a", "p/link");
  scratch_link("a.py", "p/link.py");
  scratch_link("nowhere", "p/dangling");
  scratch_write(thread, "both/BUILD", "");
  scratch_write(thread, "both/BUILD.bazel", "");
  scratch_write(thread, "folder/BUILD/x", "");
  scratch_write(thread, "vendor/kept+/BUILD", "");
  scratch_write(thread, "vendor/kept+/seen/BUILD", "");
  scratch_write(thread, "vendor/kept+/unseen/BUILD", "");
  scratch_write(thread, "vendor/kept+/.bazelignore", "unseen\n");
  scratch_write(thread, "vendor/kept+/REPO.bazel", "repo(features = ['x'])\n");
  scratch_write(thread, "vendor/wrong+/BUILD", "");
  scratch_write(thread, "vendor/wrong+/REPO.bazel", "unknown()\n");
  scratch_write(thread, ".bazelignore", "vendor\n");
  workspace = scratch_open(thread);
  check(workspace);
  test_disk();
  test_packages();
  test_missing_packages();
  test_embedded();
  test_generated();
  test_vendored();
  test_writing();
  test_loops();
  test_roots();
  scratch_end(thread);
  return check_failures != 0;
}
