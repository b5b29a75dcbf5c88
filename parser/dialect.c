// SPDX-License-Identifier: Apache-2.0
//
// Dialects: what each kind of file may contain. Invariant: data only; whoever asks reads a field.
#include <stddef.h>
#include <string.h>

#include "parser/syntax.h"

const struct sl_dialect sl_dialect_bzl = {
    .name = "bzl",
    .doc = "Bazel's .bzl files; the default",
    .file_kind = ".bzl",
    .functions = true,
    .star_arguments = true,
    .load_statements = true,
    .loads_first = true,
    .type_syntax = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_build = {
    .name = "build",
    .doc = "Bazel's BUILD files",
    .file_kind = "BUILD",
    .build_file_checks = true,
    .load_statements = true,
    .load_binds_globally = true,
    .global_reassignment = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_module = {
    .name = "module",
    .doc = "Bazel's MODULE.bazel",
    .file_kind = "MODULE.bazel",
    .build_file_checks = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_repo = {
    .name = "repo",
    .doc = "Bazel's REPO.bazel and VENDOR.bazel",
    .file_kind = "REPO.bazel",
    .build_file_checks = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_scl = {
    .name = "scl",
    .doc = "Bazel's .scl files: .bzl with ASCII strings and no types",
    .file_kind = ".scl",
    .functions = true,
    .star_arguments = true,
    .load_statements = true,
    .loads_first = true,
    .sets = true,
    .ascii_strings_only = true,
};

const struct sl_dialect sl_dialect_spec = {
    .name = "spec",
    .doc = "the language specification: bytes, \\x and \\u, Unicode names and case",
    .file_kind = "Starlark",
    .functions = true,
    .star_arguments = true,
    .load_statements = true,
    .sets = true,
    .bytes = true,
    .hex_escapes = true,
    .unicode = true,
    .async_reserved = true,
};

const struct sl_dialect *const sl_dialects[] = {
    &sl_dialect_bzl,
    &sl_dialect_build,
    &sl_dialect_module,
    &sl_dialect_repo,
    &sl_dialect_scl,
    &sl_dialect_spec,
    NULL,
};

#define FIELD(name) offsetof(struct sl_dialect, name)
const struct sl_dialect_option sl_dialect_options[] = {
    {"set", "set() exists", FIELD(sets)},
    {"while", "while statements", FIELD(while_loops)},
    {"toplevelcontrol", "for and if statements outside functions", FIELD(top_level_control)},
    {"recursion", "functions may call themselves", FIELD(recursion)},
    {"globalreassign", "a global may be bound again", FIELD(global_reassignment)},
    {"loadbindsglobally", "load() binds globals of the file", FIELD(load_binds_globally)},
    {"loadsfirst", "load() comes before any other statement", FIELD(loads_first)},
    {"types", "annotations, type statements, cast()", FIELD(type_syntax)},
    {"typeresolution", "annotations must be types", FIELD(type_resolution)},
    {"typechecking", "files are checked against their annotations", FIELD(type_checking)},
    {"untypedcalls", "and so are calls of annotated functions elsewhere", FIELD(untyped_calls)},
    {"dynamicchecking", "so are values, at calls", FIELD(dynamic_checking)},
    {"bytes", "b\"...\" and bytes()", FIELD(bytes)},
    {"hexescapes", "\\x, \\u and \\U in strings", FIELD(hex_escapes)},
    {"unknownescapes", "\\d stands for itself, as in Bazel before 4.0", FIELD(unknown_escapes)},
    {"unicode", "names of any letters; upper() and its like know them", FIELD(unicode)},
    {"asyncreserved", "async and await are no names", FIELD(async_reserved)},
    {"utf16order", "strings in the order of UTF-16, as in the interpreter inside Bazel alone",
     FIELD(utf16_order)},
    {NULL, NULL, 0},
};
#undef FIELD

const struct sl_dialect *sl_dialect_named(const char *name) {
  for (size_t i = 0; sl_dialects[i]; i++) {
    if (!strcmp(sl_dialects[i]->name, name)) return sl_dialects[i];
  }
  return NULL;
}

static bool set_option(struct sl_dialect *dialect, const char *option, size_t length, bool value) {
  for (const struct sl_dialect_option *row = sl_dialect_options; row->name; row++) {
    if (strlen(row->name) != length || memcmp(row->name, option, length) != 0) continue;
    *(bool *)((char *)dialect + row->field) = value;
    return true;
  }
  return false;
}

const char *sl_dialect_set(struct sl_dialect *dialect, const char *options) {
  for (const char *option = options; *option;) {
    size_t length = strcspn(option, ",");
    bool negated = length > 2 && !strncmp(option, "no", 2);
    if (length && !set_option(dialect, option, length, true) &&
        !(negated && set_option(dialect, option + 2, length - 2, false)))
      return option;
    option += length;
    option += *option == ',';
  }
  return NULL;
}

// By base name, first match wins; a name that begins with "*" stands for every ending.
static const struct {
  const char *name;
  const struct sl_dialect *dialect;
} kinds[] = {
    {"BUILD", &sl_dialect_build},         {"BUILD.bazel", &sl_dialect_build},
    {"MODULE.bazel", &sl_dialect_module}, {"*.MODULE.bazel", &sl_dialect_module},
    {"REPO.bazel", &sl_dialect_repo},     {"VENDOR.bazel", &sl_dialect_repo},
    {"*.scl", &sl_dialect_scl},
};

static bool matches(const char *pattern, const char *name) {
  if (*pattern != '*') return !strcmp(pattern, name);
  size_t ending = strlen(++pattern);
  size_t length = strlen(name);
  return length >= ending && !strcmp(name + length - ending, pattern);
}

const struct sl_dialect *sl_dialect_for_file(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (matches(kinds[i].name, name)) return kinds[i].dialect;
  }
  return &sl_dialect_bzl;
}
