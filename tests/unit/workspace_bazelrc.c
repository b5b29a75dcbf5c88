// SPDX-License-Identifier: Apache-2.0
//
// .bazelrc: which words of which lines a command gets, in which order, and the errors.
#include "runtime/object.h"
#include "tests/unit/scratch.h"

static struct sl_thread *thread;

static sl_value words(const char *text) {
  sl_value list = sl_list(thread, NULL, 0);
  for (size_t length; *text; text += length + (text[length] == ' ')) {
    length = strcspn(text, " ");
    check(sl_list_push(thread, list, sl_string(text, length)));
  }
  return list;
}

// What a command gets, one word after the other with a bar between, or the error.
static const char *options(const char *command, const char *arguments) {
  static struct sl_text text;
  sl_text_reset(&text);
  sl_value found = bz_bazelrc_options(thread, scratch_root, command, words(arguments));
  if (!found) return scratch_error(thread);
  for (size_t i = 0; i < sl_list_length(found); i++)
    sl_text_format(&text, "%s%s", i ? "|" : "",
                   sl_string_bytes(sl_tuple_get(sl_list_get(found, i), 0)));
  return sl_text_string(&text);
}

static void write_rc(const char *text) { scratch_write(thread, ".bazelrc", text); }

static const char *built(const char *text) {
  write_rc(text);
  return options("build", "");
}

static void test_words(void) {
  check_text(built("build --a --b=c\n"), "--a|--b=c");
  check_text(built("  build\t--a  \r\n"), "--a");
  check_text(built("build --a # --b\n#build --c\n # build --c\n"), "--a");
  check_text(built("build --a#b '#' \"# c\"\n"), "--a#b|#|# c");
  check_text(built("build --x='a b' --y=\"it's\" --z=a\\ b\n"), "--x=a b|--y=it's|--z=a b");
  check_text(built("build --x=\"a\\\"b\" ''\n"), "--x=a\"b|");
  check_text(built("build --a \\\n  --b\\\n--c\nbuild --d"), "--a|--b--c|--d");
  check_text(built("build --a \\"), "--a");
  check_text(built("build\n\n"), "");
  check_text(built(""), "");
}

static void test_inheritance(void) {
  write_rc(
      "aquery --aquery\ntest --test\nbuild --build\ncommon --common\nquery --query\n"
      "build:ci --never\nalways --always\ncoverage --coverage\nstartup --startup\n");
  check_text(options("build", ""), "--common|--always|--build");
  check_text(options("aquery", ""), "--common|--always|--build|--aquery");
  check_text(options("check", ""), "--common|--always|--build");
  check_text(options("cquery", ""), "--common|--always|--build|--test");
  check_text(options("query", ""), "--common|--always|--query");
  check_text(options("startup", ""), "--startup");
}

static void test_configs(void) {
  write_rc(
      "build:ci --ci\ncommon:ci --common_ci\nbuild --first\nbuild:all --config=ci --config more\n"
      "build:more --more\nbuild --last\n");
  check_text(options("build", "--config=ci"), "--first|--last|--common_ci|--ci");
  check_text(options("build", "//... --config=all"), "--first|--last|--common_ci|--ci|--more");
  check_text(options("aquery", "--config=more"), "--first|--last|--more");
  check_text(options("build", "--config=none"),
             "Config value 'none' is not defined in any .rc file");
  check_text(options("query", "--config=more"),
             "Config value 'more' is not defined in any .rc file");
  check_text(built("build --config=ci --after\nbuild:ci --ci\n"), "--ci|--after");
  check_text(built("build --a --config\nbuild:ci --ci\n"), "--a|--config");
  write_rc("build:a --config=b\nbuild:b --config=a\n");
  check_text(options("build", "--config=a"),
             "Config expansion has a cycle: config value a expands to itself");
  write_rc("build:a --config=b --config=b\nbuild:b --b\n");
  check_text(options("build", "--config=a --config=a"), "--b|--b|--b|--b");
}

static void test_imports(void) {
  struct sl_text text = {0};
  scratch_write(thread, "more.rc", "build --more\n");
  scratch_write(thread, "rc dir/outer.rc", "import %workspace%/more.rc\nbuild --outer\n");
  sl_text_format(
      &text, "build --a\nimport %%workspace%%/more.rc\nbuild --b\nimport '%s/rc dir/outer.rc'\n",
      scratch_root);
  check_text(built(sl_text_string(&text)), "--a|--more|--b|--more|--outer");
  sl_text_free(&text);
  check_text(built("try-import %workspace%/none.rc\nbuild --a\n"), "--a");
  check_text(built("try-import %workspace%/more.rc\nbuild --a\n"), "--more|--a");
  check_text(built("import %workspace%/none.rc\n"),
             "Unable to read .bazelrc file '%/none.rc': it does not exist");
  check_text(built("build --a\nimport a b\n"),
             "%/.bazelrc:2: Invalid import declaration in .bazelrc file: it takes one file");
  check_text(built("try-import\n"),
             "%/.bazelrc:1: Invalid import declaration in .bazelrc file: it takes one file");
  check_text(built("import %workspace%/.bazelrc\n"), "Import loop detected:\n  %/.bazelrc");
  scratch_write(thread, "loop.rc", "try-import %workspace%/.bazelrc\n");
  check_text(built("try-import %workspace%/loop.rc\n"),
             "Import loop detected:\n  %/.bazelrc\n  %/loop.rc");
}

static void test_files(void) {
  scratch_write(thread, "home/.bazelrc", "build --home\n");
  scratch_write(thread, "own.rc", "build --own\n");
  setenv("HOME", scratch_path("home"), 1);
  check_text(built("build --workspace\n"), "--workspace|--home");
  check_text(options("build", "--nohome_rc"), "--workspace");
  check_text(options("build", "--noworkspace_rc"), "--home");
  check_text(options("build", "--ignore_all_rc_files"), "");
  struct sl_text text = {0};
  sl_text_format(&text, "--bazelrc=%s", scratch_path("own.rc"));
  check_text(options("build", sl_text_string(&text)), "--workspace|--home|--own");
  sl_text_free(&text);
  check_text(options("build", "--bazelrc=/dev/null --bazelrc=/nowhere"), "--workspace|--home");
  check_text(options("build", "--bazelrc=/nowhere"),
             "Unable to read .bazelrc file '/nowhere': it does not exist");
  setenv("HOME", scratch_path("none"), 1);
}

static void test_positions(void) {
  write_rc("\nbuild --a \\\n --b\nbuild:ci --c\n");
  sl_value found = bz_bazelrc_options(thread, scratch_root, "build", words("--config=ci"));
  struct sl_text text = {0};
  for (size_t i = 0; found && i < sl_list_length(found); i++) {
    sl_value row = sl_list_get(found, i);
    const char *position = sl_string_bytes(sl_tuple_get(row, 2));
    check(strncmp(position, scratch_root, strlen(scratch_root)) == 0);
    sl_text_format(&text, "%s %s %s\n", sl_string_bytes(sl_tuple_get(row, 0)),
                   sl_string_bytes(sl_tuple_get(row, 1)), position + strlen(scratch_root));
  }
  check_text(sl_text_string(&text),
             "--a build /.bazelrc:2\n--b build /.bazelrc:2\n--c build:ci /.bazelrc:4\n");
  sl_text_free(&text);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  scratch_begin();
  setenv("HOME", scratch_path("none"), 1);
  test_words();
  test_inheritance();
  test_configs();
  test_imports();
  test_files();
  test_positions();
  scratch_end(thread);
  return check_failures != 0;
}
