// SPDX-License-Identifier: Apache-2.0
//
// Reads a configuration file: its globals are the settings. The host's defaults are names that the file may use, and its
// mistakes are told with their place.
//
//   configuration [FILE]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/starlark.h"

struct settings {
  const char *host;
  int64_t port;
  double timeout;
  sl_value routes;  // dict: path to handler
};

static const char example[] =
    "_base = \"/api/v2\"\n"
    "host = \"10.0.0.7\"\n"
    "port = DEFAULT_PORT + 1\n"
    "timeout = 2.5\n"
    "routes = {_base + path: name for path, name in [(\"/users\", \"users\"), (\"/ping\", "
    "\"ping\")]}\n";

// What a setting has to be; false with an error pending.
static bool expect(struct sl_thread *thread, const char *name, sl_value value, bool fits,
                   const char *want) {
  if (fits) return true;
  return sl_fail(thread, "%s: got %s, want %s", name, sl_type_name(value), want);
}

static bool read_settings(struct sl_thread *thread, const struct sl_module *module,
                          struct settings *settings) {
  sl_value host = sl_module_get(module, "host"), port = sl_module_get(module, "port");
  sl_value timeout = sl_module_get(module, "timeout"), routes = sl_module_get(module, "routes");
  if (host) {
    if (!expect(thread, "host", host, sl_has_type(host, &sl_string_type), "string")) return false;
    settings->host = sl_string_bytes(host);
  }
  if (port) {
    bool fits = sl_int_to_int64(port, &settings->port) && (uint64_t)settings->port <= UINT16_MAX;
    if (!expect(thread, "port", port, fits, "int up to 65535")) return false;
  }
  if (timeout) {
    bool number = sl_has_type(timeout, &sl_float_type) || sl_has_type(timeout, &sl_int_type);
    if (!expect(thread, "timeout", timeout, number, "float")) return false;
    if (!sl_to_double(thread, timeout, &settings->timeout)) return false;
  }
  if (routes) {
    if (!expect(thread, "routes", routes, sl_has_type(routes, &sl_dict_type), "dict")) return false;
    settings->routes = routes;
  }
  return true;
}

static void show(const struct settings *settings) {
  printf("listening on %s:%d, timeout %.1f s\n", settings->host, (int)settings->port,
         settings->timeout);
  size_t cursor = 0;
  for (sl_value path, name;
       settings->routes && sl_dict_next(settings->routes, &cursor, &path, &name);) {
    if (sl_has_type(path, &sl_string_type) && sl_has_type(name, &sl_string_type))
      printf("  %s -> %s\n", sl_string_bytes(path), sl_string_bytes(name));
  }
}

// The module of a file, or of the example; NULL with an error pending.
static struct sl_module *load(struct sl_thread *thread, const char *path) {
  struct sl_environment *environment = sl_environment_new(sl_universe());
  sl_environment_set(environment, "DEFAULT_PORT", sl_int(8080));
  if (!path) return sl_execute_text(thread, "example.star", example, strlen(example), environment);
  FILE *stream = fopen(path, "rb");
  if (!stream) {
    sl_fail(thread, "cannot read %s", path);
    return NULL;
  }
  struct sl_text text = {0};
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, stream)) > 0;)
    sl_text_append(&text, buffer, n);
  fclose(stream);
  struct sl_module *module =
      sl_execute_text(thread, path, sl_text_string(&text), text.length, environment);
  sl_text_free(&text);
  return module;
}

int main(int argc, char **argv) {
  sl_initialize(NULL);
  struct sl_thread *thread = sl_thread_new();
  // On the stack, so that the collector sees the dict.
  struct settings settings = {"localhost", 8080, 30, NULL};
  struct sl_module *module = load(thread, argc > 1 ? argv[1] : NULL);
  bool read = module && read_settings(thread, module, &settings);
  if (read) {
    show(&settings);
  } else {
    fprintf(stderr, "%s\n", sl_error_text_with_carets(thread));
  }
  sl_thread_free(thread);
  return read ? 0 : 1;
}
