// SPDX-License-Identifier: Apache-2.0
//
// Bazelrc: options from .bazelrc files, in the order and with the inheritance that Bazel gives
// them. Lines are kept as written until a command asks; --config sections are expanded where they
// are asked for.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "rules/workspace/workspace.h"
#include "runtime/object.h"

// A word of an rc line with where it stands.
struct word {
  char *section;  // "build", "build:ci", "startup"
  char *text;
  char *position;  // "FILE:LINE"
};

// A file that is being read.
struct import {
  const char *path;
  const struct import *from;
};

struct rc {
  struct sl_thread *thread;
  const char *root;
  struct word *words;
  size_t count;
  size_t capacity;
  const struct import *imports;  // the files being read, innermost first
};

static void add_word(struct rc *rc, const char *section, const char *text, const char *path,
                     unsigned line) {
  if (rc->count == rc->capacity) {
    rc->capacity = rc->capacity ? rc->capacity * 2 : 16;
    rc->words = realloc(rc->words, rc->capacity * sizeof *rc->words);
    if (!rc->words) abort();
  }
  struct sl_text position = {0};
  sl_text_format(&position, "%s:%u", path, line);
  rc->words[rc->count++] = (struct word){strdup(section), strdup(text), position.bytes};
}

static void free_rc(struct rc *rc) {
  for (size_t i = 0; i < rc->count; i++) {
    free(rc->words[i].section);
    free(rc->words[i].text);
    free(rc->words[i].position);
  }
  free(rc->words);
}

// ---------------------------------------------------------------- lines and words

// Takes one word off a line: blanks separate, quotes join, a backslash takes the next character as
// it is, and a "#" that begins a word ends the line. False: there is no more.
static bool next_word(const char **at, struct sl_text *word) {
  const char *s = *at;
  while (*s == ' ' || *s == '\t' || *s == '\r') s++;
  if (!*s || *s == '#') return false;
  sl_text_reset(word);
  for (char quote = 0; *s && (quote || (*s != ' ' && *s != '\t' && *s != '\r')); s++) {
    if (*s == '\\' && s[1]) {
      sl_text_append_char(word, *++s);
    } else if (quote ? *s == quote : *s == '"' || *s == '\'') {
      quote = quote ? 0 : *s;
    } else {
      sl_text_append_char(word, *s);
    }
  }
  *at = s;
  return true;
}

static bool read_file(struct rc *rc, const char *path, bool required);

static void append_imports(const struct import *import, struct sl_text *out) {
  if (!import) return;
  append_imports(import->from, out);
  sl_text_format(out, "\n  %s", import->path);
}

static bool fail_loop(struct rc *rc) {
  struct sl_text loop = {0};
  append_imports(rc->imports, &loop);
  sl_fail_false(rc->thread, "Import loop detected:%s", sl_text_string(&loop));
  sl_text_free(&loop);
  return false;
}

static bool read_import(struct rc *rc, const char *target, bool required) {
  static const char workspace[] = "%workspace%";
  size_t length = sizeof workspace - 1;
  bool in_workspace = strncmp(target, workspace, length) == 0;
  char *path = in_workspace ? bz_path_join(rc->root, target + length + (target[length] == '/'))
                            : strdup(target);
  bool loop = false;
  for (const struct import *import = rc->imports; import && !loop; import = import->from)
    loop = strcmp(import->path, path) == 0;
  bool done = loop ? fail_loop(rc) : read_file(rc, path, required);
  free(path);
  return done;
}

// "import FILE" and "try-import FILE": one word, no more.
static bool read_import_line(struct rc *rc, const char *text, bool required, const char *path,
                             unsigned line) {
  struct sl_text target = {0}, more = {0};
  bool one = next_word(&text, &target) && !next_word(&text, &more);
  bool done = one ? read_import(rc, sl_text_string(&target), required)
                  : sl_fail_false(rc->thread,
                                  "%s:%u: Invalid import declaration in .bazelrc file: "
                                  "it takes one file",
                                  path, line);
  sl_text_free(&target);
  sl_text_free(&more);
  return done;
}

static bool read_line(struct rc *rc, const char *text, const char *path, unsigned line) {
  struct sl_text word = {0}, section = {0};
  bool done = true;
  if (next_word(&text, &section)) {
    const char *name = sl_text_string(&section);
    bool import = strcmp(name, "import") == 0;
    if (import || strcmp(name, "try-import") == 0) {
      done = read_import_line(rc, text, import, path, line);
    } else {
      while (next_word(&text, &word)) add_word(rc, name, sl_text_string(&word), path, line);
    }
  }
  sl_text_free(&word);
  sl_text_free(&section);
  return done;
}

static bool read_text(struct rc *rc, const char *text, const char *path) {
  struct sl_text joined = {0};
  unsigned line = 0, first = 1;
  bool done = true;
  while (done && *text) {
    size_t length = strcspn(text, "\n");
    line++;
    bool continued = length && text[length - 1] == '\\';
    sl_text_append(&joined, text, length - continued);
    text += length + (text[length] == '\n');
    if (continued && *text) continue;
    done = read_line(rc, sl_text_string(&joined), path, first);
    sl_text_reset(&joined);
    first = line + 1;
  }
  sl_text_free(&joined);
  return done;
}

static bool read_file(struct rc *rc, const char *path, bool required) {
  if (access(path, F_OK) != 0)
    return !required ||
           sl_fail_false(rc->thread, "Unable to read .bazelrc file '%s': it does not exist", path);
  struct sl_text text = {0};
  struct import import = {path, rc->imports};
  rc->imports = &import;
  bool done =
      bz_file_read_absolute(rc->thread, path, &text) && read_text(rc, sl_text_string(&text), path);
  rc->imports = import.from;
  sl_text_free(&text);
  return done;
}

// ---------------------------------------------------------------- which files

static bool has_argument(sl_value arguments, const char *word) {
  for (size_t i = 0; i < sl_list_length(arguments); i++)
    if (strcmp(sl_string_bytes(sl_list_get(arguments, i)), word) == 0) return true;
  return false;
}

// The value of "--NAME=VALUE", or NULL.
static const char *option_value(const char *word, const char *name) {
  size_t length = strlen(name);
  return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

static bool read_named_files(struct rc *rc, sl_value arguments) {
  for (size_t i = 0; i < sl_list_length(arguments); i++) {
    const char *path = option_value(sl_string_bytes(sl_list_get(arguments, i)), "--bazelrc");
    if (path && strcmp(path, "/dev/null") == 0) break;  // as Bazel: what follows is ignored
    if (path && !read_file(rc, path, true)) return false;
  }
  return true;
}

static bool read_files(struct rc *rc, sl_value arguments) {
  if (has_argument(arguments, "--ignore_all_rc_files")) return true;
  if (!has_argument(arguments, "--nosystem_rc") && !read_file(rc, "/etc/bazel.bazelrc", false))
    return false;
  bool done = true;
  if (!has_argument(arguments, "--noworkspace_rc")) {
    char *path = bz_path_join(rc->root, ".bazelrc");
    done = read_file(rc, path, false);
    free(path);
  }
  const char *home = getenv("HOME");
  if (done && home && *home && !has_argument(arguments, "--nohome_rc")) {
    char *path = bz_path_join(home, ".bazelrc");
    done = read_file(rc, path, false);
    free(path);
  }
  return done && read_named_files(rc, arguments);
}

// ---------------------------------------------------------------- which sections

// What a command inherits, as Bazel's command annotations say it; commands of our own analyse, so
// they inherit build.
static const char *parent_of(const char *command) {
  static const char *const parents[][2] = {
      {"test", "build"},    {"run", "build"},    {"aquery", "build"}, {"cquery", "test"},
      {"coverage", "test"}, {"vendor", "build"}, {"check", "build"},  {"explain", "build"},
      {"plan", "build"},    {"info", "build"},   {"clean", "build"},
  };
  for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
    if (strcmp(parents[i][0], command) == 0) return parents[i][1];
  return NULL;
}

struct selection {
  struct rc *rc;
  sl_value result;
  sl_value configs;  // names being expanded, to stop at cycles
};

static bool expand_config(struct selection *selection, const char *command, const char *name);

static bool take_word(struct selection *selection, const struct word *word) {
  sl_value parts[] = {sl_string_from(word->text), sl_string_from(word->section),
                      sl_string_from(word->position)};
  return sl_list_push(selection->rc->thread, selection->result, sl_tuple(parts, 3));
}

static bool is_in_section(const struct word *word, const char *name, const char *config) {
  size_t length = strlen(name);
  if (strncmp(word->section, name, length) != 0) return false;
  const char *rest = word->section + length;
  return config ? *rest == ':' && strcmp(rest + 1, config) == 0 : *rest == '\0';
}

// The value of a --config that stands at word i, as one word or two, or NULL.
static const char *config_at(const struct rc *rc, size_t i, size_t *length) {
  const char *value = option_value(rc->words[i].text, "--config");
  *length = value ? 1 : 2;
  if (value || strcmp(rc->words[i].text, "--config") != 0 || i + 1 == rc->count) return value;
  const struct word *next = &rc->words[i + 1];
  return strcmp(next->position, rc->words[i].position) == 0 ? next->text : NULL;
}

// Every word of section NAME or NAME:CONFIG. Returns -1 on failure, else how many there were.
static int take_section(struct selection *selection, const char *command, const char *name,
                        const char *config) {
  const struct rc *rc = selection->rc;
  int taken = 0;
  for (size_t i = 0, length; i < rc->count; i += length) {
    const char *nested = config_at(rc, i, &length);
    if (!nested) length = 1;
    if (!is_in_section(&rc->words[i], name, config)) continue;
    bool done =
        nested ? expand_config(selection, command, nested) : take_word(selection, &rc->words[i]);
    if (!done) return -1;
    taken++;
  }
  return taken;
}

static int take_sections(struct selection *selection, const char *command, const char *name,
                         const char *config) {
  const char *parent = parent_of(name);
  int inherited = parent ? take_sections(selection, command, parent, config) : 0;
  if (!parent && strcmp(name, "startup") != 0) {
    int common = take_section(selection, command, "common", config);
    int always = common < 0 ? -1 : take_section(selection, command, "always", config);
    inherited = always < 0 ? -1 : common + always;
  }
  if (inherited < 0) return -1;
  int own = take_section(selection, command, name, config);
  return own < 0 ? -1 : inherited + own;
}

static bool expand_config(struct selection *selection, const char *command, const char *name) {
  struct sl_thread *thread = selection->rc->thread;
  for (size_t i = 0; i < sl_list_length(selection->configs); i++)
    if (sl_string_is(sl_list_get(selection->configs, i), name))
      return sl_fail_false(thread,
                           "Config expansion has a cycle: config value %s expands to itself", name);
  if (!sl_list_push(thread, selection->configs, sl_string_from(name))) return false;
  int taken = take_sections(selection, command, command, name);
  if (taken == 0)
    return sl_fail_false(thread, "Config value '%s' is not defined in any .rc file", name);
  return taken > 0 &&
         sl_list_remove_at(thread, selection->configs, sl_list_length(selection->configs) - 1);
}

sl_value bz_bazelrc_options(struct sl_thread *thread, const char *root, const char *command,
                            sl_value arguments) {
  struct rc rc = {.thread = thread, .root = root};
  struct selection selection = {&rc, sl_list(thread, NULL, 0), sl_list(thread, NULL, 0)};
  bool done = read_files(&rc, arguments) && take_sections(&selection, command, command, NULL) >= 0;
  bool takes_configs = strcmp(command, "startup") != 0;
  for (size_t i = 0; done && takes_configs && i < sl_list_length(arguments); i++) {
    const char *config = option_value(sl_string_bytes(sl_list_get(arguments, i)), "--config");
    if (config) done = expand_config(&selection, command, config);
  }
  free_rc(&rc);
  return done ? selection.result : NULL;
}
