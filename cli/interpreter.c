// SPDX-License-Identifier: Apache-2.0
//
// Interpreter: tries the places where a Python with the wanted module may be, in a fixed order, by
// asking each.
#include "cli/interpreter.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/process.h"

// Prints version and identity of the module named by the first argument.
static const char question[] =
    "import importlib, os, sys\n"
    "m = importlib.import_module(sys.argv[1])\n"
    "try: v = importlib.import_module(sys.argv[1] + '.version').__version__\n"
    "except ImportError: v = getattr(m, '__version__', '?')\n"
    "print(v)\n"
    "print(sys.executable, sys.version.replace('\\n', ' '), m.__file__, v, "
    "int(os.stat(m.__file__).st_mtime))\n";

static bool ask(const char *python, const char *module, struct interpreter *found) {
  const char *argv[] = {python, "-I", "-c", question, module, NULL};
  struct sl_text answer = {0};
  char *line = NULL;
  bool done =
      process_run(argv, &answer, true) == 0 && (line = strchr(sl_text_string(&answer), '\n'));
  if (done) {
    found->version = strndup(answer.bytes, (size_t)(line - answer.bytes));
    found->identity = strdup(line + 1);
    found->identity[strcspn(found->identity, "\n")] = '\0';
  }
  sl_text_free(&answer);
  return done;
}

static bool try(const char *python, const char *module, struct interpreter *found) {
  if (access(python, X_OK) != 0 || !ask(python, module, found)) return false;
  // The path stays as it is: a virtual environment's python is a link, and following it would leave
  // the environment.
  char buffer[PATH_MAX];
  char *directory = getcwd(buffer, sizeof buffer);
  struct sl_text path = {0};
  if (*python != '/' && directory) sl_text_format(&path, "%s/", directory);
  sl_text_append_string(&path, python);
  found->path = path.bytes;
  return true;
}

// Calls try on DIRECTORY/REST.
static bool try_in(const char *directory, size_t length, const char *rest, const char *module,
                   struct interpreter *found) {
  struct sl_text path = {0};
  sl_text_append(&path, directory, length);
  sl_text_append_string(&path, rest);
  bool done = try(sl_text_string(&path), module, found);
  sl_text_free(&path);
  return done;
}

// The environment that the build of this program makes beside it.
static bool try_beside_program(const char *environment, const char *module,
                               struct interpreter *found) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return false;
  program[length] = '\0';
  char *slash = strrchr(program, '/');
  struct sl_text rest = {0};
  sl_text_format(&rest, "/%s/bin/python", environment);
  bool done =
      slash && try_in(program, (size_t)(slash - program), sl_text_string(&rest), module, found);
  sl_text_free(&rest);
  return done;
}

// The interpreter that the first line of a program names: `mypy` in PATH may live in an environment
// of its own.
static bool try_shebang(const char *program, const char *module, struct interpreter *found) {
  char line[PATH_MAX] = "";
  FILE *stream = fopen(program, "r");
  bool read = stream && fgets(line, sizeof line, stream);
  if (stream) fclose(stream);
  if (!read || strncmp(line, "#!", 2) != 0) return false;
  line[strcspn(line, "\r\n")] = '\0';
  return line[2] == '/' && !strchr(line + 2, ' ') && try(line + 2, module, found);
}

static bool try_path(const char *module, struct interpreter *found) {
  const char *path = getenv("PATH");
  for (int pass = 0; path && pass < 2; pass++) {
    for (const char *at = path; *at;) {
      size_t length = strcspn(at, ":");
      struct sl_text program = {0};
      sl_text_append(&program, at, length);
      sl_text_format(&program, "/%s", pass == 0 ? "python3" : module);
      bool done = pass == 0 ? try(sl_text_string(&program), module, found)
                            : try_shebang(sl_text_string(&program), module, found);
      sl_text_free(&program);
      if (done) return true;
      at += length + (at[length] == ':');
    }
  }
  return false;
}

// `environment` names the folder beside this program.
static bool find(const char *given, const char *workspace_root, const char *module,
                 const char *environment, struct interpreter *found) {
  *found = (struct interpreter){0};
  if (given) return try(given, module, found);
  return try_in(workspace_root, strlen(workspace_root), "/.venv/bin/python", module, found) ||
         try_beside_program(environment, module, found) || try_path(module, found);
}

bool interpreter_find(const char *given, const char *workspace_root, const char *module,
                      struct interpreter *found, struct sl_text *message) {
  if (find(given, workspace_root, module, module, found)) return true;
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
                   module, module, workspace_root);
  }
  return false;
}

bool interpreter_find_with_pip(const char *given, const char *workspace_root, const char *module,
                               struct interpreter *found, struct sl_text *message) {
  // The interpreter of the checks is the best one: what it installs fits its version.
  if (find(given, workspace_root, module, module, found)) {
    struct interpreter pip = {0};
    bool has_pip = ask(found->path, "pip", &pip);
    interpreter_free(&pip);
    if (has_pip) return true;
    interpreter_free(found);
  }
  if (find(given, workspace_root, "pip", module, found)) return true;
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
