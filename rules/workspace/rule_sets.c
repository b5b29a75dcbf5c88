// SPDX-License-Identifier: Apache-2.0
//
// Rule sets: the one table that names the repositories inside the binary, the aspect that runs by
// default, and what commands read about its actions. No other C code knows a rule set by name.
#include <string.h>

#include "rules/workspace/state.h"

const struct bz_rule_set bz_rule_sets[] = {
    // module          canonical name    folder of the embedded files
    {"rules_python", "rules_python+", "rules_python/"},
    {"rules_mypy", "rules_mypy+", "rules_mypy/"},
    {"bazel_tools", "bazel_tools", "bazel_tools/"},
    {"platforms", "platforms", "platforms/"},
    {NULL, "_builtins", "_builtins/"},
    {NULL, NULL, NULL},
};

static const char *const worker_versions[] = {"2.4.", "1.17.", NULL};

const struct bz_check bz_check_default = {
    .aspect = "@@rules_mypy+//mypy:mypy.bzl%mypy_aspect",
    .mnemonic = "mypy",
    .provider = "@@rules_mypy+//mypy/private:providers.bzl%MypyInfo",
    .search_path = "MYPYPATH",
    .module = "mypy",
    .vendor_tool = "@@rules_python+//python/private:vendor.py",
    .vendor_manifest = "vendor.json",
    .tree_tool = "@@bazel_tools//tools/tree:tree.py",
    .oldest_version = "1.17",
    .flag_before = "--@@rules_mypy+//mypy:mode=compat",
    .worker_versions = worker_versions,
    .strict_flag = "--@@rules_mypy+//mypy:strict_cache",
    .library = "typeshed",
    // Measured with mypy 2.4.1, compiled, on a machine of 2025; see docs/commands.md.
    .cost = {.process = 0.2,
             .library = 2.4,
             .library_part = 0.6,
             .library_part_modules = 150,
             .copied_module = 0.2e-3,
             .package_byte = 0.25e-6,
             .source_byte = 2e-6},
};

const struct bz_rule_set *bz_rule_set_of(const char *canonical_name) {
  for (const struct bz_rule_set *set = bz_rule_sets; set->canonical_name; set++)
    if (strcmp(set->canonical_name, canonical_name) == 0) return set;
  return NULL;
}
