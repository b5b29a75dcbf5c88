// SPDX-License-Identifier: Apache-2.0
//
// The door of rules/analysis/: targets become configured targets with providers and actions. Each (target, configuration) and
// each (target, aspect) is analysed once, on demand, depth first off the C stack's limits; results are immutable. An analysis
// belongs to one OS thread at a time. It lives in the collected heap: keep its address on a stack.
//
// A pending error of this layer is a whole report: sl_error_message gives "WS/p/BUILD:2:2: in q rule //p:x: " and a traceback.
#ifndef RULES_ANALYSIS_ANALYSIS_H_
#define RULES_ANALYSIS_ANALYSIS_H_

#include "rules/loading/loading.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- configurations

// One target and one exec configuration exist.
struct bz_configuration {
  const char *mnemonic;          // "k8-fastbuild", "k8-opt-exec"
  const char *cpu;               // "k8"
  const char *compilation_mode;  // "fastbuild"
  const char *output_path;       // "bazel-out/k8-fastbuild"
  const char *bin_path;          // "bazel-out/k8-fastbuild/bin"
  const char *checksum;          // 64 hex digits, of the options that starmypy knows
  struct bz_label *platform;     // that --platforms names; NULL: the machine's
  bool is_tool;
};

struct bz_analysis_options {
  struct bz_loader *loader;
  const char *cpu;               // NULL: "k8"
  const char *compilation_mode;  // NULL: "fastbuild"
  const char *platforms;         // --platforms: labels, of which the first counts; or NULL
  sl_value defines;              // dict of --define, or NULL
  sl_value flags;                // list of words: "--//pkg:flag=value", "--no//pkg:flag"; or NULL
  sl_value rc_flags;             // the same of .bazelrc: what no target defines is passed over
  sl_value aspect_parameters;    // dict of --aspects_parameters=k=v, or NULL
  const char
      *python_path;  // --python_path: the interpreter of py_binary launchers; NULL: "python3"
  bool keep_going;
};
struct bz_analysis;
// The .bzl environment with provider, depset, aspect, DefaultInfo, OutputGroupInfo, PyInfo's place ... on top of loading's.
const struct sl_environment *bz_analysis_environment(void);
// Gives exported providers and aspects their names: the on_export of the loader's options.
void bz_analysis_export(struct sl_thread *thread, sl_value value, struct bz_label *bzl_file,
                        const char *name);
// NULL with an error pending: a flag that is none, or has a wrong value; a platform that is none.
struct bz_analysis *bz_analysis_new(struct sl_thread *thread,
                                    const struct bz_analysis_options *options);
struct bz_loader *bz_analysis_loader(const struct bz_analysis *analysis);
// The missing repositories of which targets were analysed: a dict of canonical name -> reason, in order of meeting them.
sl_value bz_analysis_missing(const struct bz_analysis *analysis);
const struct bz_configuration *bz_configuration_target(const struct bz_analysis *analysis);

// ---------------------------------------------------------------- artifacts and depsets

extern const struct sl_type bz_file_type;    // "File"
extern const struct sl_type bz_depset_type;  // "depset"

struct bz_action;

// A File. Two Files with equal path and owner are the same pointer.
struct bz_artifact {
  const struct sl_type *type;
  const char *path;  // execution path: "bazel-out/k8-fastbuild/bin/lib/x.py", "external/r/a.py"
  const char *short_path;  // "lib/x.py", "../r/a.py"
  const char *root_path;   // "bazel-out/k8-fastbuild/bin"; "" for source files
  struct bz_label *owner;
  bool is_source;
  bool is_directory;         // a tree artifact
  bool is_runfiles_tree;     // the NAME.runfiles input of an executable
  struct bz_action *action;  // what makes it; NULL: a source file
  uint64_t epoch;            // the last walk that met it: analysis/'s own
};

enum bz_order { BZ_ORDER_DEFAULT, BZ_ORDER_POSTORDER, BZ_ORDER_PREORDER, BZ_ORDER_TOPOLOGICAL };

// A depset, laid out as Bazel's NestedSet: children in stored order, each an element or another depset.
struct bz_depset {
  const struct sl_type *type;
  enum bz_order order;
  bool was_flattened;   // to_list() was called; from the second call on its result is kept
  uint32_t count;       // children
  sl_value example;     // an element, whose type is that of all; NULL: empty
  sl_value flat;        // kept to_list(), a frozen list, or NULL
  uint64_t epoch;       // the last walk that met it
  sl_value children[];  // a bz_depset among them is transitive (elements are never depsets)
};
sl_value bz_depset_new(struct sl_thread *thread, enum bz_order order, const sl_value *direct,
                       size_t direct_count, const sl_value *transitive, size_t transitive_count);
// All elements in the depset's order: a frozen list.
sl_value bz_depset_to_list(struct sl_thread *thread, sl_value depset);

// ---------------------------------------------------------------- configured targets

extern const struct sl_type bz_configured_target_type;  // "Target"

// A target analysed in a configuration, seen by those who depend on it.
struct bz_configured_target {
  const struct sl_type *type;
  struct bz_target *target;                      // the actual one behind aliases
  const struct bz_configuration *configuration;  // NULL: a source file or package group
  sl_value providers;                            // dict provider -> instance
  struct bz_artifact *file;                      // for file targets
  struct bz_action **actions;                    // in order of creation
  size_t action_count;
  struct bz_configured_target *generator;  // of a generated file: the rule
  struct bz_configured_target *base;       // of a merged target: the one without aspects; else NULL
  struct bz_aspect_result *
      *aspects;  // what aspects made of it so far, in order; merged: what is merged in
  size_t aspect_count;
  struct bz_attribute_values *attributes;  // of a rule: analysis/'s own
  struct bz_toolchain_uses *toolchains;    // the same
  uint64_t epoch;                          // the last walk that met it: analysis/'s own
};

// Analyses a target. NULL with an error pending (reported with the rule's location and Bazel's words).
struct bz_configured_target *bz_target_analyze(struct sl_thread *thread,
                                               struct bz_analysis *analysis,
                                               struct bz_target *target,
                                               const struct bz_configuration *configuration);
// The configured targets that it depends on, in attribute order; one stands once under each attribute that names it. The generating
// rule of a generated file, and the toolchains of a rule, come with attribute NULL. Never a merged target.
void bz_configured_target_each_dependency(const struct bz_configured_target *target,
                                          void (*visit)(struct bz_configured_target *dependency,
                                                        const struct bz_attribute *attribute,
                                                        void *data),
                                          void *data);

extern const struct sl_type bz_aspect_type;  // "Aspect"

// What an aspect made of one target.
struct bz_aspect_result {
  struct bz_configured_target *base;
  const char *aspect;               // "//:py.bzl%mypy_aspect"
  struct bz_aspect_result **below;  // the aspects that it saw on this target, outermost first
  size_t below_count;
  sl_value parameters;  // dict name -> string, as declared
  sl_value providers;   // dict provider -> instance
  struct bz_action **actions;
  size_t action_count;
  struct bz_aspect_result *
      *dependencies;  // the results of this aspect on its attr_aspects, each once
  size_t dependency_count;
  struct bz_configured_target *merged;  // base with these providers: analysis/'s own
};
// The attributes that an aspect has for itself; NULL: the value is no aspect.
const struct bz_attribute *bz_aspect_attributes(sl_value aspect, size_t *count);
// "LABEL%name" as --aspects takes it. NULL with an error pending: "nosuch is not exported from //asp:defs.bzl" ...
sl_value bz_aspect_load(struct sl_thread *thread, struct bz_analysis *analysis, const char *name);
// Applies an aspect, after all of its attr_aspects. NULL without an error: the aspect does not run on this target (a file).
struct bz_aspect_result *bz_aspect_apply(struct sl_thread *thread, struct bz_analysis *analysis,
                                         sl_value aspect, struct bz_configured_target *target);
// Applies several, as `--aspects=a,b` does: a later one sees the earlier ones that it requires. `results`, when not NULL, gets what
// each made (NULL: it does not run here); with what they require all are found in target->aspects. False with an error pending.
bool bz_aspect_apply_all(struct sl_thread *thread, struct bz_analysis *analysis,
                         const sl_value *aspects, size_t count, struct bz_configured_target *target,
                         struct bz_aspect_result **results) SL_MUST_CHECK;
// A provider of a result by the place where it is exported: "@@rules_mypy+//mypy:private.bzl%CheckInfo". NULL, no error: none.
sl_value bz_aspect_result_provider(const struct bz_aspect_result *result, const char *name);

// ---------------------------------------------------------------- actions

enum bz_action_kind {
  BZ_ACTION_SPAWN,
  BZ_ACTION_WRITE,
  BZ_ACTION_EXPAND_TEMPLATE,
  BZ_ACTION_SYMLINK,
  BZ_ACTION_NOTHING,
  BZ_ACTION_RUNFILES_MANIFEST,
  BZ_ACTION_RUNFILES_TREE
};

struct bz_action {
  enum bz_action_kind kind;
  const char *mnemonic;
  struct bz_target *target;         // who registered it
  struct bz_aspect_result *aspect;  // or NULL
  const struct bz_configuration *configuration;
  const char *progress_message;  // expanded: "mypy //lib:a"; or NULL
  sl_value arguments;            // SPAWN: list of strings and Args; see bz_action_arguments
  sl_value environment;          // dict string -> string, in given order
  sl_value inputs;               // depset of Files, complete: tools and executables included
  sl_value tools;                // SPAWN: depset of those that `tools` and `executable` bring
  struct bz_artifact **outputs;  // the first is the primary one
  size_t output_count;
  // SPAWN: lists, once the action has run, those of its inputs that it did not use; or NULL
  struct bz_artifact *unused_inputs_list;
  sl_value execution_info;     // dict or NULL
  sl_value content;            // WRITE: string or Args; EXPAND_TEMPLATE: dict of substitutions
  struct bz_artifact *source;  // EXPAND_TEMPLATE: template; SYMLINK: target file
  const char *link_target;     // SYMLINK to a path
  bool is_executable;          // WRITE, EXPAND_TEMPLATE, SYMLINK: the output is
  sl_value runfiles;           // RUNFILES_*: dict runfiles path -> File
};

// The command line with every Args expanded: a list of strings, the program first. Runs map_each callbacks.
sl_value bz_action_arguments(struct sl_thread *thread, const struct bz_action *action);
// Writes one argument as a POSIX shell reads it: bare when harmless, else in single quotes, as Bazel does.
void bz_args_quote(struct sl_text *out, const char *bytes, size_t length);
// The text a WRITE or EXPAND_TEMPLATE action writes (of a template: NULL without error; the runner reads the file).
bool bz_action_content(struct sl_thread *thread, const struct bz_action *action,
                       struct sl_text *out) SL_MUST_CHECK;
// SHA-256 of everything that determines the action's result except input contents: 64 hex digits into `out`.
bool bz_action_key(struct sl_thread *thread, const struct bz_action *action,
                   char out[65]) SL_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif  // RULES_ANALYSIS_ANALYSIS_H_
