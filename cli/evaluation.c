// SPDX-License-Identifier: Apache-2.0
//
// Evaluation: see evaluation.h. Invariant: nothing is printed to the standard output but by the program itself.
#include "cli/evaluation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/hash.h"

// A file that was run, or that is running.
struct bz_loaded {
  sl_value path;             // a string
  struct sl_module *module;  // NULL: it is running
  UT_hash_handle hh;         // whose links are what keeps the entries alive
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

bool bz_evaluation_read(const char *path, struct sl_text *out) {
  if (strcmp(path, "-") == 0) return read_stream(stdin, out);
  FILE *stream = fopen(path, "rb");
  if (!stream) return false;
  bool read = read_stream(stream, out);
  fclose(stream);
  return read;
}

const struct sl_dialect *bz_evaluation_dialect(const struct bz_evaluation *evaluation,
                                               const char *path) {
  return evaluation->dialect ? evaluation->dialect : sl_dialect_for_file(path);
}

// ---------------------------------------------------------------- running

struct sl_module *bz_evaluation_run(struct bz_evaluation *evaluation, struct sl_file *file) {
  struct sl_program *program = sl_program_new(evaluation->thread, file, evaluation->environment);
  if (!program) return NULL;
  return sl_module_execute(evaluation->thread, program, file->path, evaluation, NULL);
}

static struct sl_module *read_and_run(struct bz_evaluation *evaluation, const char *path) {
  struct sl_text text = {0};
  struct sl_module *module = NULL;
  if (bz_evaluation_read(path, &text)) {
    struct sl_file *file = sl_file_parse(path, sl_text_string(&text), text.length,
                                         bz_evaluation_dialect(evaluation, path));
    module = bz_evaluation_run(evaluation, file);
    sl_file_free(file);
  } else {
    sl_fail(evaluation->thread, "cannot read %s: %s", path, strerror(errno));
  }
  sl_text_free(&text);
  return module;
}

struct sl_module *bz_evaluation_run_path(struct bz_evaluation *evaluation, const char *path) {
  struct bz_loaded *loaded;
  HASH_FIND_STR(evaluation->loaded, path, loaded);
  if (loaded) {
    if (!loaded->module)
      sl_fail(evaluation->thread, "cycle in load statements: %s loads itself", path);
    return loaded->module;
  }
  loaded = sl_allocate(sizeof *loaded);
  loaded->path = sl_string_from(path);
  HASH_ADD_KEYPTR(hh, evaluation->loaded, sl_string_bytes(loaded->path),
                  sl_string_length(loaded->path), loaded);
  loaded->module = read_and_run(evaluation, path);
  // A file that failed may be mended, and asked for again.
  if (!loaded->module) HASH_DEL(evaluation->loaded, loaded);
  return loaded->module;
}

void bz_evaluation_forget(struct bz_evaluation *evaluation) { HASH_CLEAR(hh, evaluation->loaded); }

// The path of a file that `from` loads.
static sl_value path_beside(const char *from, const char *name) {
  const char *slash = strrchr(from, '/');
  if (*name == ':') name++;
  if (*name == '/' || !slash) return sl_string_from(name);
  return sl_string_format("%.*s/%s", (int)(slash - from), from, name);
}

static struct sl_module *load(struct sl_thread *thread, struct sl_module *from, const char *name) {
  (void)thread;
  sl_value path = path_beside(sl_module_name(from), name);
  return bz_evaluation_run_path(sl_module_data(from), sl_string_bytes(path));
}

void bz_evaluation_print(struct sl_thread *thread, const char *position, const char *text,
                         size_t length) {
  (void)thread, (void)position;
  fwrite(text, 1, length, stdout);
  putchar('\n');
}

struct sl_file *bz_evaluation_parse(const struct sl_dialect *dialect, const char *path,
                                    const char *text, size_t length) {
  struct sl_file *file = sl_file_parse_expression(path, text, length, dialect);
  if (file->error_count == 0) return file;
  sl_file_free(file);
  return sl_file_parse(path, text, length, dialect);
}

void bz_evaluation_begin(struct bz_evaluation *evaluation) {
  sl_thread_set_print(evaluation->thread, bz_evaluation_print);
  sl_thread_set_load(evaluation->thread, load);
}
