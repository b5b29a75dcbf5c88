// SPDX-License-Identifier: Apache-2.0
//
// Eval: `starmypy eval`: runs a Starlark file, or a text from the command line, without any workspace. load("x.star")
// reads a file beside the one that says so; each file runs once. Invariant: nothing is printed to the standard
// output but by the program itself and, with -c, the value of an expression.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/testing.h"

// A file that was run, or that is running.
struct loaded {
  const char *path;
  struct sl_module *module;  // NULL: it is running
  struct loaded *next;
};

struct evaluation {
  struct sl_thread *thread;
  const struct sl_environment *environment;
  const struct sl_dialect *dialect;  // NULL: by the file's name
  struct loaded *loaded;
};

static const char synopsis[] =
    "[--dialect=NAME] [--options=LIST] [--check | --parse-only] (FILE | - | -c TEXT)";
static const char doc[] =
    "Runs a Starlark program.\n\n"
    "A FILE, the standard input (-), or TEXT: a program, or an expression whose value is printed.\n"
    "load() reads files beside the one that says so. print() writes to the standard output.\n\n"
    "  --check         only parse and resolve: print all static errors\n"
    "  --parse-only    only parse\n"
    "  --dialect=NAME  instead of what the file's name says, for it and what it loads\n"
    "  --options=LIST  changes to that dialect, with commas between; \"noX\" takes X away";

// What the command line asks for.
struct request {
  const char *dialect;     // NULL: by the file's name
  struct sl_text options;  // of the dialect, with commas between
  const char *path;        // of the file, "-" for the standard input
  const char *text;        // of -c
  bool testing;
  bool parse;  // only parse
  bool check;  // only parse and resolve
};

// ---------------------------------------------------------------- files

// A tree takes many times the memory of its text.
enum { LONGEST_TEXT = 64 << 20 };

static bool read_stream(FILE *stream, struct sl_text *out) {
  char buffer[64 * 1024];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, stream)) > 0;) {
    sl_text_append(out, buffer, n);
    if (out->length > LONGEST_TEXT) {
      errno = EFBIG;
      return false;
    }
  }
  return !ferror(stream);
}

// False: errno tells why.
static bool read_file(const char *path, struct sl_text *out) {
  if (strcmp(path, "-") == 0) return read_stream(stdin, out);
  FILE *stream = fopen(path, "rb");
  if (!stream) return false;
  bool read = read_stream(stream, out);
  fclose(stream);
  return read;
}

static const struct sl_dialect *dialect_of(const struct evaluation *evaluation, const char *path) {
  return evaluation->dialect ? evaluation->dialect : sl_dialect_for_file(path);
}

// ---------------------------------------------------------------- running

static struct sl_module *run_file(struct evaluation *evaluation, struct sl_file *file) {
  struct sl_program *program = sl_program_new(evaluation->thread, file, evaluation->environment);
  if (!program) return NULL;
  return sl_module_execute(evaluation->thread, program, file->path, evaluation, NULL);
}

static struct sl_module *read_and_run(struct evaluation *evaluation, const char *path) {
  struct sl_text text = {0};
  struct sl_module *module = NULL;
  if (read_file(path, &text)) {
    struct sl_file *file =
        sl_file_parse(path, sl_text_string(&text), text.length, dialect_of(evaluation, path));
    module = run_file(evaluation, file);
    sl_file_free(file);
  } else {
    sl_fail(evaluation->thread, "cannot read %s: %s", path, strerror(errno));
  }
  sl_text_free(&text);
  return module;
}

// The module of a file, which is run unless it was before. NULL with an error pending.
static struct sl_module *run_path(struct evaluation *evaluation, const char *path) {
  for (struct loaded *loaded = evaluation->loaded; loaded; loaded = loaded->next) {
    if (strcmp(loaded->path, path) != 0) continue;
    if (!loaded->module)
      sl_fail(evaluation->thread, "cycle in load statements: %s loads itself", path);
    return loaded->module;
  }
  struct loaded *loaded = sl_allocate(sizeof *loaded);
  *loaded = (struct loaded){path, NULL, evaluation->loaded};
  evaluation->loaded = loaded;
  return loaded->module = read_and_run(evaluation, path);
}

// The path of a file that `from` loads, in collected memory.
static const char *path_beside(const char *from, const char *name) {
  const char *slash = strrchr(from, '/');
  if (*name == ':') name++;
  if (*name == '/' || !slash) return sl_string_bytes(sl_string_from(name));
  return sl_string_bytes(sl_string_format("%.*s/%s", (int)(slash - from), from, name));
}

static struct sl_module *load(struct sl_thread *thread, struct sl_module *from, const char *name) {
  (void)thread;
  return run_path(sl_module_data(from), path_beside(sl_module_name(from), name));
}

// A person's program writes to its standard output.
static void print(struct sl_thread *thread, const char *position, const char *text, size_t length) {
  (void)thread, (void)position;
  fwrite(text, 1, length, stdout);
  putchar('\n');
}

// The text of -c: an expression, whose value is shown, or a program.
static struct sl_module *run_text(struct evaluation *evaluation, const char *text) {
  static const char path[] = "<command>";
  size_t length = strlen(text);
  const struct sl_dialect *dialect = dialect_of(evaluation, path);
  struct sl_file *file = sl_file_parse_expression(path, text, length, dialect);
  if (file->error_count > 0) {
    sl_file_free(file);
    file = sl_file_parse(path, text, length, dialect);
  }
  struct sl_module *module = run_file(evaluation, file);
  sl_file_free(file);
  return module;
}

static bool show(struct sl_thread *thread, sl_value value) {
  struct sl_text text = {0};
  bool written = value == SL_NONE || sl_repr(thread, value, &text);
  if (written && value != SL_NONE) print(thread, "", sl_text_string(&text), text.length);
  sl_text_free(&text);
  return written;
}

static int run(struct evaluation *evaluation, const struct request *request) {
  struct sl_thread *thread = evaluation->thread;
  sl_thread_set_print(thread, print);
  sl_thread_set_load(thread, load);
  bool ran;
  if (request->text) {
    struct sl_module *module = run_text(evaluation, request->text);
    ran = module && show(thread, sl_module_result(module));
  } else {
    ran = run_path(evaluation, request->path) != NULL;
  }
  fflush(stdout);
  // Harnesses want a line for each static error and nothing else.
  bool lines = request->testing && sl_error_is_static(thread);
  if (!ran) fprintf(stderr, "%s\n", lines ? sl_error_message(thread) : sl_error_text(thread));
  return ran ? BZ_EXIT_SUCCESS : BZ_EXIT_FAILURE;
}

// ---------------------------------------------------------------- checking

static bool knows(void *environment, const char *name, size_t length) {
  (void)length;
  return sl_environment_get(environment, name) != NULL;
}

static void each(void *environment, void (*offer)(void *search, const char *name, size_t length),
                 void *search) {
  sl_environment_each(environment, offer, search);
}

// Prints every static error.
static int check(const struct evaluation *evaluation, const struct request *request) {
  struct sl_text text = {0};
  if (!read_file(request->path, &text)) {
    fprintf(stderr, "cannot read %s: %s\n", request->path, strerror(errno));
    return BZ_EXIT_FAILURE;
  }
  struct sl_file *file = sl_file_parse(request->path, sl_text_string(&text), text.length,
                                       dialect_of(evaluation, request->path));
  if (request->check) {
    // The resolver only asks.
    struct sl_names names = {(void *)evaluation->environment, knows, each};
    sl_file_resolve(file, &names);
  }
  sl_text_reset(&text);
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    sl_file_describe(file, &file->diagnostics[i], !request->testing, &text);
  }
  fputs(sl_text_string(&text), stderr);
  int status = file->error_count > 0 ? BZ_EXIT_FAILURE : BZ_EXIT_SUCCESS;
  sl_file_free(file);
  sl_text_free(&text);
  return status;
}

// ---------------------------------------------------------------- the dialect

static bool choose_dialect(const struct request *request, struct sl_dialect *dialect) {
  const struct sl_dialect *base = request->dialect ? sl_dialect_named(request->dialect)
                                  : request->path  ? sl_dialect_for_file(request->path)
                                                   : &sl_dialect_bzl;
  if (!base) {
    fprintf(stderr, "eval: there is no dialect '%s'\n", request->dialect);
    return false;
  }
  *dialect = *base;
  // Suites load where they like.
  if (request->testing) dialect->loads_first = false;
  const char *unknown = sl_dialect_set(dialect, sl_text_string(&request->options));
  // Their options are older and newer ones as well.
  while (unknown && request->testing) unknown = sl_dialect_set(dialect, strchr(unknown, ',') + 1);
  if (!unknown) return true;
  fprintf(stderr, "eval: dialects have no option '%.*s'\n", (int)strcspn(unknown, ","), unknown);
  return false;
}

static void list_dialects(void) {
  printf("\nDialects:\n");
  for (size_t i = 0; sl_dialects[i]; i++) {
    printf("  %-17s %s\n", sl_dialects[i]->name, sl_dialects[i]->doc);
  }
  printf("\nOptions of dialects:\n");
  for (const struct sl_dialect_option *option = sl_dialect_options; option->name; option++) {
    printf("  %-17s %s\n", option->name, option->doc);
  }
}

// ---------------------------------------------------------------- the command

// The value of "--name=VALUE", or NULL if the argument is another.
static const char *value_of(const char *argument, const char *name) {
  size_t length = strlen(name);
  return strncmp(argument, name, length) == 0 ? argument + length : NULL;
}

static bool read_arguments(int argc, char **argv, struct request *request) {
  for (int i = 1; i < argc; i++) {
    const char *argument = argv[i];
    if (strcmp(argument, "--testing") == 0) {
      request->testing = true;
    } else if (value_of(argument, "--dialect=")) {
      request->dialect = value_of(argument, "--dialect=");
    } else if (value_of(argument, "--options=")) {
      sl_text_format(&request->options, "%s,", value_of(argument, "--options="));
    } else if (strcmp(argument, "--check") == 0) {
      request->check = true;
    } else if (strcmp(argument, "--parse-only") == 0) {
      request->parse = true;
    } else if (strcmp(argument, "-c") == 0 && i + 1 < argc && !request->text) {
      request->text = argv[++i];
    } else if ((argument[0] != '-' || strcmp(argument, "-") == 0) && !request->path) {
      request->path = argument;
    } else {
      return false;
    }
  }
  return (request->path != NULL) != (request->text != NULL);
}

static int eval(const struct request *request) {
  struct sl_dialect dialect;
  if (!choose_dialect(request, &dialect)) return BZ_EXIT_COMMAND_LINE;
  bool asked = request->dialect || request->options.length > 0 || request->testing;
  struct evaluation evaluation = {
      .thread = sl_thread_new(),
      .environment = request->testing ? bz_testing_environment(&dialect) : sl_universe_of(&dialect),
      .dialect = asked ? &dialect : NULL,
  };
  int status =
      request->check || request->parse ? check(&evaluation, request) : run(&evaluation, request);
  sl_thread_free(evaluation.thread);
  return status;
}

static int eval_run(int argc, char **argv) {
  if (bz_command_told_help(synopsis, doc, argc, argv)) {
    list_dialects();
    return BZ_EXIT_SUCCESS;
  }
  struct request request = {0};
  int status = BZ_EXIT_COMMAND_LINE;
  if (read_arguments(argc, argv, &request)) {
    status = eval(&request);
  } else {
    fprintf(stderr, "Usage: starmypy eval %s\n", synopsis);
  }
  sl_text_free(&request.options);
  return status;
}

const struct bz_command bz_eval_command = {synopsis, doc, eval_run};
