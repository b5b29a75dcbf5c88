// SPDX-License-Identifier: Apache-2.0
//
// MODULE.bazel: what each repository sees under which name, where it comes from, the tags of module
// extensions; REPO.bazel.
#include "runtime/object.h"
#include "tests/unit/scratch.h"

static struct sl_thread *thread;
static struct bz_workspace *workspace;

static void open_with(const char *text) {
  scratch_write(thread, "MODULE.bazel", text);
  workspace = scratch_open(thread);
  if (!workspace) fprintf(stderr, "%s\n", scratch_error(thread));
  check(workspace);
  if (!workspace) exit(1);
}

// The error that a MODULE.bazel of this text ends with.
static const char *error_of(const char *text) {
  scratch_write(thread, "MODULE.bazel", text);
  check(!scratch_open(thread));
  return scratch_error(thread);
}

static struct bz_repository *seen_from(struct bz_repository *from, const char *name) {
  return bz_repository_resolve(from, name, strlen(name));
}

static struct bz_repository *seen(const char *name) {
  return seen_from(bz_workspace_main(workspace), name);
}

static const char *apparent(const char *canonical) {
  const char *name =
      bz_repository_apparent_name(bz_repository_find(workspace, canonical, strlen(canonical)));
  return name ? name : "none";
}

static void test_mapping(void) {
  open_with(
      "module(name = 'me', version = '1.2')\n"
      "bazel_dep(name = 'rules_python', version = '1.0', repo_name = 'py')\n"
      "bazel_dep(name = 'other', version = '2')\n"
      "bazel_dep(name = 'hidden', repo_name = None)\n"
      "bazel_dep(name = 'for_tests', dev_dependency = True)\n");
  check_text(bz_workspace_main(workspace)->module_name, "me");
  check_text(bz_workspace_main(workspace)->module_version, "1.2");
  check(seen("me") == bz_workspace_main(workspace));
  check_text(seen("py")->name, "rules_python+");
  check_text(seen("rules_mypy")->name, "rules_mypy+");  // seen by everybody
  check_text(seen("other")->name, "other+");
  check_text(seen("for_tests")->name, "for_tests+");
  check_text(seen("hidden")->reason, "No repository visible as '@hidden' from main repository");
  check_text(seen_from(seen("other"), "me")->reason,
             "No repository visible as '@me' from repository @@other+");
  check_text(apparent("rules_python+"), "py");
  check_text(apparent("rules_mypy+"), "rules_mypy");
  check_text(apparent("hidden+"), "none");
  open_with("module(name = 'me', repo_name = 'myself')\n");
  check(seen("myself") == bz_workspace_main(workspace));
  check(seen("me")->kind == BZ_REPOSITORY_MISSING);
}

static void test_kinds(void) {
  scratch_write(thread, "vendor/fetched+/MODULE.bazel",
                "module(name = 'fetched')\nbazel_dep(name = 'local', repo_name = 'near')\n"
                "local_path_override(module_name = 'gone', path = 'third')\n");
  scratch_write(thread, "third/local/MODULE.bazel", "module(name = 'local', version = '3')\n");
  open_with(
      "bazel_dep(name = 'fetched')\nbazel_dep(name = 'local')\nbazel_dep(name = 'gone')\n"
      "local_path_override(module_name = 'local', path = 'third/local')\n"
      "git_override(module_name = 'gone', remote = 'x', commit = 'y')\n");
  check(seen("fetched")->kind == BZ_REPOSITORY_DISK);
  check_text(seen("fetched")->directory, scratch_path("vendor/fetched+"));
  check_text(seen("local")->directory, scratch_path("third/local"));
  check_text(seen("local")->exec_prefix, "external/local+/");
  check_text(seen("local")->short_prefix, "../local+/");
  check(seen_from(seen("fetched"), "near") == seen("local"));
  check_text(seen("local")->name, "local+");
  check(seen("gone")->kind == BZ_REPOSITORY_MISSING);
  check(strstr(seen("gone")->reason, "/vendor/gone+ does not exist"));
  check(seen("rules_python")->kind == BZ_REPOSITORY_EMBEDDED);
  open_with(
      "local_repository = use_repo_rule('@bazel_tools//tools/build_defs/repo:local.bzl', "
      "'local_repository')\nlocal_repository(name = 'here', path = 'third/local')\n");
  check_text(seen("here")->directory, scratch_path("third/local"));
}

// Stands for the loading phase: what it was called with, and what it defines.
struct runs {
  int count;
  bool fail;
  struct sl_text tags;
};

static bool run_extension(struct sl_thread *running, struct bz_extension *extension, void *data) {
  struct runs *runs = data;
  runs->count++;
  for (size_t i = 0; i < extension->tag_count; i++) {
    const struct bz_tag *tag = &extension->tags[i];
    const char *position = strrchr(tag->position, '/');
    sl_text_format(&runs->tags, "%s %s ", tag->name, position ? position + 1 : tag->position);
    check(sl_repr(running, tag->arguments, &runs->tags));
    sl_text_append_char(&runs->tags, '\n');
  }
  if (runs->fail) return sl_fail_false(running, "it is broken");
  struct sl_text name = {0};
  sl_text_format(&name, "%sone", extension->repository_prefix);
  bz_repository_define(workspace, sl_text_string(&name), sl_dict(running, 0));
  sl_text_reset(&name);
  sl_text_format(&name, "%stwo", extension->repository_prefix);
  bz_repository_define_missing(workspace, sl_text_string(&name), "two is not on disk");
  sl_text_free(&name);
  return true;
}

static const char extensions[] =
    "bazel_dep(name = 'rules_python')\n"
    "a = use_extension('@rules_python//x:ext.bzl', 'ext')\n"
    "a.make(name = 'one', n = 1)\n"
    "b = use_extension('@rules_python//x:ext.bzl', 'ext', dev_dependency = True)\n"
    "b.other()\n"
    "use_repo(a, 'one', zwei = 'two')\n"
    "use_repo(b, 'three')\n"
    "own = use_extension('//:own.bzl', 'own')\n"
    "use_repo(own, 'mine')\n";

static void test_extensions(void) {
  struct runs runs = {0};
  open_with(extensions);
  bz_workspace_set_extension_runner(workspace, thread, run_extension, &runs);
  check(runs.count == 0);  // only when it is needed
  check(seen("one")->kind == BZ_REPOSITORY_GENERATED);
  check_text(seen("one")->name, "rules_python++ext+one");
  check_text(seen("zwei")->name, "rules_python++ext+two");
  check_text(seen("zwei")->reason, "two is not on disk");
  check_text(
      seen("three")->reason,
      "module extension ext of @rules_python//x:ext.bzl does not generate repository 'three'");
  check(runs.count == 1);
  check_text(sl_text_string(&runs.tags),
             "make MODULE.bazel:3:7 {\"name\": \"one\", \"n\": 1}\nother MODULE.bazel:5:8 {}\n");
  // Repositories of one extension see each other, and what its user sees.
  check(seen_from(seen("one"), "two") == seen("zwei"));
  check_text(seen_from(seen("one"), "mine")->name, "+own+mine");
  check(runs.count == 2);
  check_text(seen("mine")->reason,
             "module extension own of //:own.bzl does not generate repository 'mine'");
  check_text(sl_text_string(&scratch_events), "");
  sl_text_free(&runs.tags);
}

static void test_failing_extension(void) {
  struct runs runs = {.fail = true};
  open_with(extensions);
  bz_workspace_set_extension_runner(workspace, thread, run_extension, &runs);
  check_text(seen("one")->reason, "it is broken");
  check_text(seen("three")->reason, "it is broken");
  check(runs.count == 1 && !sl_error_pending(thread));
  check_text(sl_text_string(&scratch_events),
             "WARNING: module extension ext of @rules_python//x:ext.bzl failed: what it defines is "
             "not available: it is broken\n");
  sl_text_free(&runs.tags);
}

static void test_include(void) {
  scratch_write(thread, "BUILD", "");
  scratch_write(thread, "more.MODULE.bazel",
                "bazel_dep(name = 'far')\ninclude('//sub:deep.MODULE.bazel')\n");
  scratch_write(thread, "sub/deep.MODULE.bazel", "bazel_dep(name = 'deep')\n");
  open_with("include('//:more.MODULE.bazel')\n");
  check_text(seen("far")->name, "far+");
  check_text(seen("deep")->name, "deep+");
  scratch_write(thread, "sub/deep.MODULE.bazel", "include('//:more.MODULE.bazel')\n");
  check_text(error_of("include('//:more.MODULE.bazel')\n"), "//:more.MODULE.bazel includes itself");
  check(strstr(error_of("include('//:none.MODULE.bazel')\n"), "No such file or directory"));
}

static void test_errors(void) {
  check_text(error_of("bazel_dep(version = '1')\n"),
             "bazel_dep() missing 1 required positional argument: name");
  check(strstr(error_of("bazel_dep(name = 1)\n"), "parameter 'name' got value of type 'int'"));
  check(strstr(error_of("nothing()\n"), "name 'nothing' is not defined"));
  check(strstr(error_of("use_repo(1, 'x')\n"), "want 'module_extension_proxy'"));
  check_text(error_of("e = use_extension('//:e.bzl', 'e')\nuse_repo(e, 1)\n"),
             "use_repo() takes names of repositories, got int");
  check(sl_error_pending(thread) == false);
  scratch_write(thread, "MODULE.bazel", "");
  scratch_write(thread, "REPO.bazel", "repo()\nrepo()\n");
  check(!scratch_open(thread));
  check_text(scratch_error(thread), "'repo' can only be called once in the REPO.bazel file");
  scratch_write(thread, "REPO.bazel", "ignore_directories([1])\n");
  check(!scratch_open(thread));
  check_text(scratch_error(thread), "ignore_directories() takes strings");
  scratch_write(thread, "REPO.bazel", "");
}

// A broken MODULE.bazel of another module is told, and ends nothing.
static void test_broken_dependency(void) {
  scratch_write(thread, "vendor/broken+/MODULE.bazel", "bazel_dep(name = 'seen')\nnothing()\n");
  open_with("bazel_dep(name = 'broken')\n");
  check(seen_from(seen("broken"), "seen")->kind == BZ_REPOSITORY_MISSING);
  check(strstr(sl_text_string(&scratch_events), "name 'nothing' is not defined"));
}

static void visit(struct bz_repository *repository, void *data) {
  sl_text_format(data, "%s ", *repository->name ? repository->name : "main");
}

static void test_each(void) {
  struct sl_text names = {0};
  open_with("bazel_dep(name = 'z')\nbazel_dep(name = 'a')\n");
  bz_workspace_resolve_all(workspace);
  bz_repository_each(workspace, visit, &names);
  check_text(sl_text_string(&names), "main a+ z+ ");
  sl_text_free(&names);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  scratch_begin();
  test_mapping();
  test_kinds();
  test_extensions();
  test_failing_extension();
  test_include();
  test_errors();
  test_broken_dependency();
  test_each();
  scratch_end(thread);
  return check_failures != 0;
}
