// SPDX-License-Identifier: Apache-2.0
//
// Dialects: what each kind of file may contain. Invariant: data only; whoever asks reads a field.
#include <string.h>

#include "parser/syntax.h"

const struct sl_dialect sl_dialect_bzl = {
    .file_kind = ".bzl",
    .functions = true,
    .star_arguments = true,
    .load_statements = true,
    .loads_first = true,
    .type_syntax = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_build = {
    .file_kind = "BUILD",
    .build_file_checks = true,
    .load_statements = true,
    .load_binds_globally = true,
    .global_reassignment = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_module = {
    .file_kind = "MODULE.bazel",
    .build_file_checks = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_repo = {
    .file_kind = "REPO.bazel",
    .build_file_checks = true,
    .sets = true,
};

const struct sl_dialect sl_dialect_scl = {
    .file_kind = ".scl",
    .functions = true,
    .star_arguments = true,
    .load_statements = true,
    .loads_first = true,
    .sets = true,
    .ascii_strings_only = true,
};

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
