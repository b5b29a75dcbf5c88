// SPDX-License-Identifier: Apache-2.0
//
// Interpreter: tries the places where a Python with the wanted module may be, in a fixed order, by
// asking each. An answer is kept with the state of all that it depends on, since starting Python
// takes as long as a check that finds nothing to do.
#include "cli/interpreter.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/process.h"
#include "common/hash.h"

// Prints version and identity of the module named by the first argument, empty where it is missing,
// and then the paths on which the answer depends. There are none if the interpreter is another than
// the program that was called: a script that chooses one.
static const char question[] =
    "import importlib, os, sys\n"
    "name, called = sys.argv[1:]\n"
    "version = identity = ''\n"
    "paths = [*sys.path, os.path.join(sys.prefix, 'pyvenv.cfg')]\n"
    "try:\n"
    "    module = importlib.import_module(name)\n"
    "    try: version = importlib.import_module(name + '.version').__version__\n"
    "    except ImportError: version = getattr(module, '__version__', '?')\n"
    "    file, python = module.__file__, sys.version.replace('\\n', ' ')\n"
    "    identity = f'{sys.executable} {python} {file} {version} {int(os.stat(file).st_mtime)}'\n"
    "    paths += [file, getattr(sys.modules.get(name + '.version'), '__file__', '')]\n"
    "except ImportError: pass\n"
    "same = os.path.realpath(called) == os.path.realpath(sys.executable)\n"
    "print(version, identity, *(path for path in paths if path and same), sep='\\n')\n";

// What is looked for.
struct search {
  const char *module;
  char *answers;  // the folder where answers are kept
  struct interpreter *found;
};

// "/DIRECTORY/PATH" for a relative path; malloc'ed.
static char *absolute_path(const char *path) {
  char directory[PATH_MAX];
  if (*path == '/' || !getcwd(directory, sizeof directory)) return strdup(path);
  return bz_path_join(directory, path);
}

// ---------------------------------------------------------------- kept answers

// An answer as it is kept: the two lines that Python printed, and a line "STATE PATH" for the
// program itself and each path that Python printed.

static void append_state(struct sl_text *text, const char *path, size_t length) {
  struct stat status = {0};
  char *copy = strndup(path, length);
  if (stat(copy, &status) != 0) status = (struct stat){0};
  sl_text_format(text, "%lld,%lld.%09ld,%lld.%09ld,%llu %s\n", (long long)status.st_size,
                 (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                 (long long)status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
                 (unsigned long long)status.st_ino, copy);
  free(copy);
}

static const char *next_line(const char *text) {
  text += strcspn(text, "\n");
  return *text ? text + 1 : text;
}

static const char *after_answer(const char *text) { return next_line(next_line(text)); }

// The file where the answer of a program is kept; malloc'ed.
static char *answer_path(const struct search *search, const char *python) {
  char *path = NULL;
  uint64_t hash = sl_hash_text_wide(python, strlen(python));
  if (asprintf(&path, "%s/%s-%016" PRIx64, search->answers, search->module, hash) < 0) abort();
  return path;
}

// Whether all that an answer depends on is as it was.
static bool still_holds(const char *answer, const char *python) {
  struct sl_text now = {0};
  const char *states = after_answer(answer);
  for (const char *line = states; *line; line = next_line(line)) {
    const char *path = line + strcspn(line, " \n");
    if (*path == ' ') append_state(&now, path + 1, strcspn(path + 1, "\n"));
  }
  // The first is the program's own; another one may have the same hash.
  const char *own = states + strcspn(states, " \n");
  size_t length = strlen(python);
  bool holds = *own == ' ' && strncmp(own + 1, python, length) == 0 && own[1 + length] == '\n' &&
               strcmp(sl_text_string(&now), states) == 0;
  sl_text_free(&now);
  return holds;
}

static bool recall(const struct search *search, const char *python, struct sl_text *answer) {
  char *path = answer_path(search, python);
  struct sl_thread *thread = sl_thread_new();
  bool holds = access(path, R_OK) == 0 && bz_file_read_absolute(thread, path, answer) &&
               still_holds(sl_text_string(answer), python);
  if (!holds) sl_text_reset(answer);
  sl_error_clear(thread);
  sl_thread_free(thread);
  free(path);
  return holds;
}

// It is no must: nothing is told when the disk is full.
static void keep(const struct search *search, const char *python, const char *answer) {
  const char *paths = after_answer(answer);
  if (!*paths) return;
  struct sl_text kept = {0};
  sl_text_append(&kept, answer, (size_t)(paths - answer));
  append_state(&kept, python, strlen(python));
  for (; *paths; paths = next_line(paths)) append_state(&kept, paths, strcspn(paths, "\n"));
  char *path = answer_path(search, python);
  struct sl_thread *thread = sl_thread_new();
  if (!bz_file_write(thread, path, sl_text_string(&kept), kept.length)) sl_error_clear(thread);
  sl_thread_free(thread);
  free(path);
  sl_text_free(&kept);
}

// ---------------------------------------------------------------- asking

static bool ask(const struct search *search, const char *python) {
  const char *argv[] = {python, "-I", "-c", question, search->module, python, NULL};
  struct sl_text answer = {0};
  if (!recall(search, python, &answer) && process_run(argv, &answer, true) == 0)
    keep(search, python, sl_text_string(&answer));
  const char *version = sl_text_string(&answer), *identity = next_line(version);
  bool has_module = *identity && *version != '\n';
  if (has_module) {
    search->found->version = strndup(version, strcspn(version, "\n"));
    search->found->identity = strndup(identity, strcspn(identity, "\n"));
  }
  sl_text_free(&answer);
  return has_module;
}

// The path stays as it is: a virtual environment's python is a link, and following it would leave
// the environment.
static bool try(void *data, const char *python) {
  const struct search *search = data;
  if (access(python, X_OK) != 0) return false;
  char *path = absolute_path(python);
  bool done = ask(search, path);
  if (done) {
    search->found->path = path;
  } else {
    free(path);
  }
  return done;
}

// Calls try on DIRECTORY/REST.
static bool try_in(struct search *search, const char *directory, size_t length, const char *rest) {
  struct sl_text path = {0};
  sl_text_append(&path, directory, length);
  sl_text_append_string(&path, rest);
  bool done = try(search, sl_text_string(&path));
  sl_text_free(&path);
  return done;
}

// The environment that the build of this program makes beside it.
static bool try_beside_program(struct search *search, const char *environment) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return false;
  program[length] = '\0';
  char *slash = strrchr(program, '/');
  struct sl_text rest = {0};
  sl_text_format(&rest, "/%s/bin/python", environment);
  bool done = slash && try_in(search, program, (size_t)(slash - program), sl_text_string(&rest));
  sl_text_free(&rest);
  return done;
}

// The interpreter that the first line of a program names: `mypy` in PATH may live in an environment
// of its own.
static bool try_shebang(void *data, const char *program) {
  char line[PATH_MAX] = "";
  FILE *stream = fopen(program, "r");
  bool read = stream && fgets(line, sizeof line, stream);
  if (stream) fclose(stream);
  if (!read || strncmp(line, "#!", 2) != 0) return false;
  line[strcspn(line, "\r\n")] = '\0';
  return line[2] == '/' && !strchr(line + 2, ' ') && try(data, line + 2);
}

// `module` is what the interpreter must be able to import.
static bool find(const struct context *context, const char *module, struct interpreter *found) {
  const char *given = context->options.mypy, *check = bz_check_default.module;
  char *base = context->options.output_base ? absolute_path(context->options.output_base)
                                            : bz_output_base_default(context->root);
  struct search search = {module, bz_path_join(base, "interpreters"), found};
  *found = (struct interpreter){0};
  bool done;
  if (given) {
    done = strchr(given, '/') ? try(&search, given) : process_search_path(given, try, &search);
  } else {
    done = try_in(&search, context->root, strlen(context->root), "/.venv/bin/python") ||
           try_beside_program(&search, check) || process_search_path("python3", try, &search) ||
           process_search_path(check, try_shebang, &search);
  }
  free(base);
  free(search.answers);
  return done;
}

bool interpreter_find(const struct context *context, struct interpreter *found,
                      struct sl_text *message) {
  const char *given = context->options.mypy, *module = bz_check_default.module;
  if (find(context, module, found)) return true;
  if (given && strchr(given, '/') && access(given, X_OK) != 0) {
    sl_text_format(message, "cannot start %s: %s", given, strerror(errno));
  } else if (given) {
    sl_text_format(message, "%s cannot import %s: install it there with `%s -m pip install %s`",
                   given, module, given, module);
  } else {
    sl_text_format(message,
                   "no Python with %s was found. Make one with `python3 -m venv .venv && "
                   ".venv/bin/pip install %s` in %s, or "
                   "name one with --mypy=PYTHON",
                   module, module, context->root);
  }
  return false;
}

bool interpreter_find_with_pip(const struct context *context, struct interpreter *found,
                               struct sl_text *message) {
  // The interpreter of the checks is the best one: what it installs fits its version.
  if (find(context, bz_check_default.module, found)) {
    const char *argv[] = {found->path, "-I", "-c", "import pip", NULL};
    if (process_run(argv, NULL, true) == 0) return true;
    interpreter_free(found);
  }
  if (find(context, "pip", found)) return true;
  sl_text_append_string(message,
                        "no Python with pip was found. Install one (Debian: `apt-get install "
                        "python3-pip`), or name one "
                        "with --mypy=PYTHON");
  return false;
}

void interpreter_free(struct interpreter *interpreter) {
  free(interpreter->path);
  free(interpreter->version);
  free(interpreter->identity);
  *interpreter = (struct interpreter){0};
}
