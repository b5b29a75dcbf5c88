// SPDX-License-Identifier: Apache-2.0
//
// Eval: `starmypy eval`: runs a Starlark file, or a text from the command line, without any workspace. load("x.star")
// reads a file beside the one that says so; each file runs once. Invariant: nothing is printed to the standard
// output but by the program itself and, with -c, the value of an expression.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/evaluation.h"
#include "cli/testing.h"

static const char synopsis[] =
    "[--dialect=NAME] [--options=LIST] [--check | --parse-only | --dump=WHAT] (FILE | - | -c TEXT)";
static const char doc[] =
    "Runs a Starlark program.\n\n"
    "A FILE, the standard input (-), or TEXT: a program, or an expression whose value is printed.\n"
    "load() reads files beside the one that says so. print() writes to the standard output.\n\n"
    "  --check         only parse and resolve: print all static errors\n"
    "  --parse-only    only parse\n"
    "  --dump=WHAT     only show: tokens, tree, symbols (what names mean) or bytecode\n"
    "  --dialect=NAME  instead of what the file's name says, for it and what it loads\n"
    "  --options=LIST  changes to that dialect, with commas between; \"noX\" takes X away";

// What the command line asks for.
struct request {
  const char *dialect;     // NULL: by the file's name
  struct sl_text options;  // of the dialect, with commas between
  const char *path;        // of the file, "-" for the standard input
  const char *text;        // of -c
  const char *dump;        // what to show instead of running; NULL: nothing
  bool testing;
  bool parse;  // only parse
  bool check;  // only parse and resolve
};

// The text of -c: an expression, whose value is shown, or a program.
static struct sl_module *run_text(struct bz_evaluation *evaluation, const char *text) {
  static const char path[] = "<command>";
  const struct sl_dialect *dialect = bz_evaluation_dialect(evaluation, path);
  struct sl_file *file = bz_evaluation_parse(dialect, path, text, strlen(text));
  struct sl_module *module = bz_evaluation_run(evaluation, file);
  sl_file_free(file);
  return module;
}

static bool show(struct sl_thread *thread, sl_value value) {
  struct sl_text text = {0};
  bool written = value == SL_NONE || sl_repr(thread, value, &text);
  if (written && value != SL_NONE)
    bz_evaluation_print(thread, "", sl_text_string(&text), text.length);
  sl_text_free(&text);
  return written;
}

static int run(struct bz_evaluation *evaluation, const struct request *request) {
  struct sl_thread *thread = evaluation->thread;
  bz_evaluation_begin(evaluation);
  bool ran;
  if (request->text) {
    struct sl_module *module = run_text(evaluation, request->text);
    ran = module && show(thread, sl_module_result(module));
  } else {
    ran = bz_evaluation_run_path(evaluation, request->path) != NULL;
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

static void resolve(const struct bz_evaluation *evaluation, struct sl_file *file) {
  // The resolver only asks.
  struct sl_names names = {(void *)evaluation->environment, knows, each};
  sl_file_resolve(file, &names);
}

// The file or text, parsed; NULL: it cannot be read, which is told.
static struct sl_file *parse_request(const struct bz_evaluation *evaluation,
                                     const struct request *request) {
  const char *path = request->path ? request->path : "<command>";
  struct sl_text text = {0};
  if (request->text) {
    sl_text_append_string(&text, request->text);
  } else if (!bz_evaluation_read(path, &text)) {
    fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
    sl_text_free(&text);
    return NULL;
  }
  struct sl_file *file = sl_file_parse(path, sl_text_string(&text), text.length,
                                       bz_evaluation_dialect(evaluation, path));
  sl_text_free(&text);
  return file;
}

// Prints every static error.
static int tell_errors(const struct sl_file *file, const struct request *request) {
  struct sl_text text = {0};
  for (uint32_t i = 0; i < file->diagnostic_count; i++) {
    sl_file_describe(file, &file->diagnostics[i], !request->testing, &text);
  }
  fputs(sl_text_string(&text), stderr);
  sl_text_free(&text);
  return file->error_count > 0 ? BZ_EXIT_FAILURE : BZ_EXIT_SUCCESS;
}

static int check(const struct bz_evaluation *evaluation, const struct request *request) {
  struct sl_file *file = parse_request(evaluation, request);
  if (!file) return BZ_EXIT_FAILURE;
  if (request->check) resolve(evaluation, file);
  int status = tell_errors(file, request);
  sl_file_free(file);
  return status;
}

// ---------------------------------------------------------------- dumps

static bool dump_tokens(const struct bz_evaluation *evaluation, struct sl_file *file,
                        struct sl_text *out) {
  (void)evaluation;
  sl_file_free(sl_file_parse_and_dump(file->path, file->source, file->length, file->dialect, out));
  return true;
}

static bool dump_tree(const struct bz_evaluation *evaluation, struct sl_file *file,
                      struct sl_text *out) {
  (void)evaluation;
  sl_file_dump_tree(file, out);
  return true;
}

static bool dump_symbols(const struct bz_evaluation *evaluation, struct sl_file *file,
                         struct sl_text *out) {
  resolve(evaluation, file);
  sl_file_dump_symbols(file, out);
  return true;
}

static bool dump_bytecode(const struct bz_evaluation *evaluation, struct sl_file *file,
                          struct sl_text *out) {
  struct sl_program *program = sl_program_new(evaluation->thread, file, evaluation->environment);
  // What is wrong with the file is told below.
  if (!program) return sl_error_is_static(evaluation->thread);
  return sl_program_dump(evaluation->thread, program, out);
}

static const struct dump {
  const char *name;
  bool (*write)(const struct bz_evaluation *evaluation, struct sl_file *file, struct sl_text *out);
} dumps[] = {
    {"tokens", dump_tokens},
    {"tree", dump_tree},
    {"symbols", dump_symbols},
    {"bytecode", dump_bytecode},
};

static const struct dump *find_dump(const char *name) {
  for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
    if (strcmp(dumps[i].name, name) == 0) return &dumps[i];
  }
  return NULL;
}

// Shows what can be shown, then what is wrong.
static int show_dump(const struct bz_evaluation *evaluation, const struct request *request,
                     const struct dump *dump) {
  struct sl_file *file = parse_request(evaluation, request);
  if (!file) return BZ_EXIT_FAILURE;
  struct sl_text text = {0};
  bool shown = dump->write(evaluation, file, &text);
  fwrite(sl_text_string(&text), 1, text.length, stdout);
  if (!shown) fprintf(stderr, "%s\n", sl_error_text(evaluation->thread));
  sl_text_free(&text);
  int status = tell_errors(file, request);
  sl_file_free(file);
  return shown ? status : BZ_EXIT_FAILURE;
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
    } else if (value_of(argument, "--dump=")) {
      request->dump = value_of(argument, "--dump=");
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
  if (request->dump && !find_dump(request->dump)) {
    fprintf(stderr, "eval: --dump shows tokens, tree, symbols or bytecode, not '%s'\n",
            request->dump);
    return BZ_EXIT_COMMAND_LINE;
  }
  bool asked = request->dialect || request->options.length > 0 || request->testing;
  struct bz_evaluation evaluation = {
      .thread = sl_thread_new(),
      .environment = request->testing ? bz_testing_environment(&dialect) : sl_universe_of(&dialect),
      .dialect = asked ? &dialect : NULL,
  };
  const struct dump *dump = request->dump ? find_dump(request->dump) : NULL;
  int status = dump                               ? show_dump(&evaluation, request, dump)
               : request->check || request->parse ? check(&evaluation, request)
                                                  : run(&evaluation, request);
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
