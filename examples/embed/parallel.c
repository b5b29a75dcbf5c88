// SPDX-License-Identifier: Apache-2.0
//
// Loads modules in several OS threads: files of a folder, or, without arguments, texts in memory.
//
//   parallel [FOLDER MODULE...]
#include <stdio.h>
#include <string.h>

#include "runtime/starlark.h"

static const struct {
  const char *name, *text;
} modules[] = {
    {"app.star",
     "load('left.star', 'left')\nload('right.star', 'right')\n"
     "print('app has', left, 'and', right)\nboth = left + right\n"},
    {"left.star", "load('base.star', 'base')\nprint('left')\nleft = base + 1\n"},
    {"right.star", "load('base.star', 'base')\nprint('right')\nright = base + 2\n"},
    {"base.star", "print('base')\nbase = 20\n"},
    {"egg.star", "load('hen.star', 'hen')\n"},
    {"hen.star", "load('egg.star', 'egg')\n"},
};

// What the callbacks share; none of them changes it.
struct source {
  const char *folder;  // NULL: the modules above
};

static bool read_file(const char *path, struct sl_text *text) {
  FILE *stream = fopen(path, "rb");
  if (!stream) return false;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, stream)) > 0;)
    sl_text_append(text, buffer, n);
  fclose(stream);
  return true;
}

// Runs in any of the loader's threads.
static bool read_module(struct sl_thread *thread, void *data, const char *name,
                        struct sl_text *text) {
  const struct source *source = (const struct source *)data;
  (void)thread;
  if (source->folder) {
    struct sl_text path = {0};
    sl_text_format(&path, "%s/%s", source->folder, name);
    bool found = read_file(sl_text_string(&path), text);
    sl_text_free(&path);
    return found;
  }
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    if (strcmp(modules[i].name, name) != 0) continue;
    sl_text_append_string(text, modules[i].text);
    return true;
  }
  return false;
}

// Modules are not trusted with time.
static void prepare(struct sl_thread *thread, void *data) {
  (void)data;
  struct sl_limits limits = {0};
  limits.steps = 10000000;
  sl_thread_set_limits(thread, &limits);
}

static void print(struct sl_thread *thread, const char *position, const char *text, size_t length) {
  (void)thread;
  printf("%s: %.*s\n", position, (int)length, text);
}

static void load(struct sl_loader *loader, struct sl_thread *thread, const char *name) {
  struct sl_module *module;
  if (!sl_loader_load(loader, thread, &name, 1, &module)) {
    printf("%s\n", sl_error_text(thread));
    sl_error_clear(thread);
    return;
  }
  const char *global;
  sl_value value;
  for (size_t i = 0; sl_module_global(module, i, &global, &value, NULL); i++) {
    struct sl_text text = {0};
    if (value && sl_repr(thread, value, &text)) printf("%s = %s\n", global, sl_text_string(&text));
    sl_text_free(&text);
  }
}

int main(int argc, char **argv) {
  static const char *const names[] = {"app.star", "egg.star", "none.star"};
  sl_initialize(NULL);
  struct source source = {argc > 2 ? argv[1] : NULL};
  struct sl_loader_options options = {0};
  options.data = &source;
  options.read = read_module;
  options.prepare = prepare;
  options.print = print;
  options.jobs = 4;
  struct sl_loader *loader = sl_loader_new(&options);
  struct sl_thread *thread = sl_thread_new();
  if (source.folder) {
    for (int i = 2; i < argc; i++) load(loader, thread, argv[i]);
  } else {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) load(loader, thread, names[i]);
  }
  sl_thread_free(thread);
  sl_loader_free(loader);
  return 0;
}
