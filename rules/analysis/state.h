// SPDX-License-Identifier: Apache-2.0
//
// State: what the files of analysis/ share behind the door. Everything here lives in the collected heap. A C string that
// an object holds is a block of its own (bz_text_copy), never the inside of a Starlark string: the collector sees only
// addresses of beginnings.
#ifndef RULES_ANALYSIS_STATE_H_
#define RULES_ANALYSIS_STATE_H_

#include "rules/analysis/analysis.h"
#include "runtime/object.h"

struct bz_aspect;
struct bz_aspect_step;
struct bz_context;
struct bz_node;
struct bz_toolchain;

// ---------------------------------------------------------------- value.c

// The items of any sequence; None has none. False with an error pending.
bool bz_value_items(struct sl_thread *thread, sl_value value, sl_value **items,
                    size_t *count) SL_MUST_CHECK;
// Whether a list of strings holds `text`.
bool bz_value_contains_text(sl_value strings, const char *text);
// Whether a value comes from a repository that is not there.
static inline bool bz_value_is_unknown(sl_value v) { return sl_has_type(v, &bz_opaque_type); }
// repr() of a value, for messages; "?" when it has none.
const char *bz_value_shown(struct sl_thread *thread, sl_value value);

// ---------------------------------------------------------------- table.c

// A hash table of the collector's objects: entries are added and found, never removed, and never listed.
struct bz_table {
  void **entries;
  uint32_t *hashes;
  size_t capacity;
  size_t count;
};
void *bz_table_find(const struct bz_table *table, uint32_t hash,
                    bool (*same)(const void *entry, const void *key), const void *key);
void bz_table_add(struct bz_table *table, uint32_t hash, void *entry);
uint32_t bz_table_hash(const void *a, const void *b, const void *c);
// Room for one more pointer in an array of `count`, which doubles when it is full.
void *bz_table_grow(void *items, size_t count);

// ---------------------------------------------------------------- the analysis

struct bz_analysis {
  struct bz_loader *loader;
  struct bz_workspace *workspace;
  struct bz_configuration target_configuration;
  struct bz_configuration exec_configuration;
  sl_value defines;   // dict of strings; or NULL
  sl_value settings;  // dict label -> value of the build settings that are not as by default
  sl_value aspect_parameters;  // dict of strings; or NULL
  const char *python_path;
  struct sl_mutability *mutability;  // owns what grows with the analysis: never frozen
  struct bz_table artifacts;         // by path, owner and kind
  struct bz_table outputs;           // artifacts that have an action, by path
  struct bz_table nodes;
  struct bz_aspect_step *steps;     // newest first
  struct bz_toolchain *toolchains;  // registered ones, in the order in which they are looked at
  bool toolchains_read;
  sl_value missing;  // dict canonical repository name -> reason
  sl_value warned;   // dict of the names of rule classes whose transitions were warned of
};

// ---------------------------------------------------------------- depset.c

static inline bool bz_is_depset(sl_value v) { return sl_has_type(v, &bz_depset_type); }
static inline struct bz_depset *bz_depset_of(sl_value v) { return (struct bz_depset *)(void *)v; }
static inline sl_value bz_depset_value(struct bz_depset *d) { return (sl_value)(void *)d; }
struct bz_depset *bz_depset_empty(enum bz_order order);
// A number that no walk had before.
uint64_t bz_depset_epoch(void);
// The native behind depset(); others of .bzl files are bz_provider_make and bz_aspect_make.
sl_value bz_depset_make(struct sl_thread *thread, sl_value self, sl_value *arguments);

// ---------------------------------------------------------------- file.c

static inline bool bz_is_artifact(sl_value v) { return sl_has_type(v, &bz_file_type); }
static inline struct bz_artifact *bz_artifact_of(sl_value v) {
  return (struct bz_artifact *)(void *)v;
}
static inline sl_value bz_artifact_value(struct bz_artifact *a) { return (sl_value)(void *)a; }
sl_value bz_root_make(struct sl_thread *thread, const char *path);
// The one File of a source file's label.
struct bz_artifact *bz_artifact_source(struct sl_thread *thread, struct bz_analysis *analysis,
                                       struct bz_label *label);
enum bz_artifact_kind { BZ_ARTIFACT_FILE, BZ_ARTIFACT_DIRECTORY, BZ_ARTIFACT_RUNFILES };
// The one derived File of an owner; `path` is relative to the repository: "args/r.txt".
struct bz_artifact *bz_artifact_derived(struct sl_thread *thread, struct bz_analysis *analysis,
                                        const struct bz_configuration *configuration,
                                        struct bz_label *owner, const char *path,
                                        enum bz_artifact_kind kind);
const char *bz_artifact_basename(const struct bz_artifact *artifact);
// Fails unless every item is a File. `what` names the parameter.
bool bz_artifact_check_all(struct sl_thread *thread, const sl_value *items, size_t count,
                           const char *what) SL_MUST_CHECK;

// ---------------------------------------------------------------- provider.c

extern const struct sl_type bz_provider_type;
struct bz_provider {
  const struct sl_type *type;
  const char *name;           // NULL until exported
  const char *exported_as;    // "@@r//p:f.bzl%Name"; of built-in ones the name
  sl_value fields;            // dict of the legal names; NULL: any
  sl_value init;              // or NULL
  struct sl_builtin *native;  // of built-in ones: what a call runs; or NULL
};
static inline bool bz_is_provider(sl_value v) { return sl_has_type(v, &bz_provider_type); }
static inline struct bz_provider *bz_provider_of(sl_value v) {
  return (struct bz_provider *)(void *)v;
}
static inline sl_value bz_provider_value(struct bz_provider *p) { return (sl_value)(void *)p; }
const char *bz_provider_name(const struct bz_provider *provider);
// Which provider a value is an instance of; NULL: it is none.
struct bz_provider *bz_provider_of_instance(sl_value value);
// The native behind provider().
sl_value bz_provider_make(struct sl_thread *thread, sl_value self, sl_value *arguments);
// The instance of an exported provider in a dict of providers; NULL: none.
sl_value bz_provider_find(sl_value providers, const char *exported_as);
// Turns what `providers`, `provides` and the like take, a list of providers or a list of such lists, into a list of lists.
sl_value bz_provider_alternatives(struct sl_thread *thread, sl_value given,
                                  const char *what) SL_MUST_CHECK;
// Whether providers, a dict of instances or a list of declared ones, satisfy one of the alternatives (NULL or none: yes).
bool bz_provider_satisfies(struct sl_thread *thread, sl_value alternatives, sl_value providers);

// ---------------------------------------------------------------- info.c: the built-in providers

extern struct bz_provider bz_default_info, bz_output_group_info, bz_template_variable_info,
    bz_toolchain_info;
extern const struct sl_type bz_output_group_type;
// The .bzl names of the built-in providers, testing, platform_common ...
void bz_info_install(struct sl_environment *environment);

// What constraint_setting, constraint_value and platform targets provide.
struct bz_provider *bz_info_constraint(const struct bz_rule_class *rule_class);

// The merge of two OutputGroupInfo instances, groups by name.
sl_value bz_info_merge_groups(struct sl_thread *thread, sl_value a, sl_value b) SL_MUST_CHECK;
sl_value bz_info_default(struct sl_thread *thread, sl_value files, sl_value default_runfiles,
                         sl_value data_runfiles, sl_value files_to_run);

// ---------------------------------------------------------------- runfiles.c

extern const struct sl_type bz_runfiles_type, bz_files_to_run_type;
struct bz_runfiles {
  const struct sl_type *type;
  sl_value files;     // postorder depset of Files
  sl_value symlinks;  // depsets of SymlinkEntry
  sl_value root_symlinks;
};
static inline bool bz_is_runfiles(sl_value v) { return sl_has_type(v, &bz_runfiles_type); }
static inline struct bz_runfiles *bz_runfiles_of(sl_value v) {
  return (struct bz_runfiles *)(void *)v;
}
// Runfiles of these files and nothing else.
sl_value bz_runfiles_make(struct sl_thread *thread, sl_value files) SL_MUST_CHECK;
sl_value bz_runfiles_empty(struct sl_thread *thread);
// ctx.runfiles().
sl_value bz_runfiles_build(struct sl_thread *thread, struct bz_context *context,
                           sl_value *arguments) SL_MUST_CHECK;
sl_value bz_runfiles_merge(struct sl_thread *thread, const sl_value *parts,
                           size_t count) SL_MUST_CHECK;
// Runfiles path -> File, as the tree beside an executable has them.
sl_value bz_runfiles_map(struct sl_thread *thread, struct bz_analysis *analysis,
                         sl_value runfiles) SL_MUST_CHECK;

struct bz_files_to_run {
  const struct sl_type *type;
  struct bz_artifact *executable;     // or NULL
  struct bz_artifact *runfiles_tree;  // or NULL
  struct bz_artifact *manifest;       // or NULL
  sl_value files;                     // depset: what an action takes that runs it
};
static inline bool bz_is_files_to_run(sl_value v) { return sl_has_type(v, &bz_files_to_run_type); }
static inline struct bz_files_to_run *bz_files_to_run_of(sl_value v) {
  return (struct bz_files_to_run *)(void *)v;
}
// `files` are the target's own; the executable and its tree join them. NULL with an error pending.
sl_value bz_files_to_run_make(struct sl_thread *thread, struct bz_artifact *executable,
                              struct bz_artifact *runfiles_tree, struct bz_artifact *manifest,
                              sl_value files) SL_MUST_CHECK;

// ---------------------------------------------------------------- target.c

static inline bool bz_is_configured_target(sl_value v) {
  return sl_has_type(v, &bz_configured_target_type);
}
static inline struct bz_configured_target *bz_configured_target_of(sl_value v) {
  return (struct bz_configured_target *)(void *)v;
}
static inline sl_value bz_configured_target_value(struct bz_configured_target *t) {
  return (sl_value)(void *)t;
}
struct bz_configured_target *bz_configured_target_new(struct sl_thread *thread,
                                                      struct bz_target *target,
                                                      const struct bz_configuration *configuration);
// One of the fields of its DefaultInfo; NULL: none.
sl_value bz_configured_target_default(const struct bz_configured_target *target, const char *field);
sl_value bz_configured_target_get(struct sl_thread *thread,
                                  const struct bz_configured_target *target,
                                  const struct bz_provider *provider);
// The target with the providers of aspects merged in. Results that are NULL are left out.
struct bz_configured_target *bz_configured_target_merge(struct sl_thread *thread,
                                                        struct bz_configured_target *target,
                                                        struct bz_aspect_result **results,
                                                        size_t count) SL_MUST_CHECK;

// ---------------------------------------------------------------- attributes.c

// The targets that one attribute names, in the order of its value.
struct bz_attribute_targets {
  struct bz_configured_target **items;
  size_t count;
};

// The attributes of a rule or aspect in one configuration: selects resolved, labels turned into configured targets.
struct bz_attribute_values {
  const struct bz_attribute *attributes;
  size_t count;
  sl_value index;                        // dict name -> position
  sl_value *stored;                      // stored form; NULL: None
  struct bz_attribute_targets *targets;  // of label attributes
  sl_value *values;                      // what ctx.attr gives; made when asked for
  sl_value *files;                       // what ctx.files gives; made when asked for
};
struct bz_attribute_values *bz_attribute_values_new(const struct bz_attribute *attributes,
                                                    size_t count, sl_value index);
// A copy whose targets may be replaced.
struct bz_attribute_values *bz_attribute_values_copy(const struct bz_attribute_values *values);
// Position of an attribute; -1: none.
int32_t bz_attribute_values_find(const struct bz_attribute_values *values, const char *name);
// Calls back for each label of a value, in order.
void bz_attribute_each_label(sl_value stored, enum bz_attribute_type type,
                             void (*visit)(struct bz_label *label, void *data), void *data);
// ctx.attr.x. NULL with an error pending.
sl_value bz_attribute_value(struct sl_thread *thread, struct bz_attribute_values *values, size_t i);

// One of the objects with a field for each attribute.
enum bz_collection_kind {
  BZ_COLLECTION_ATTR,
  BZ_COLLECTION_FILES,
  BZ_COLLECTION_FILE,
  BZ_COLLECTION_EXECUTABLE,
  BZ_COLLECTION_SPLIT,
};
sl_value bz_collection_new(struct sl_thread *thread, enum bz_collection_kind kind,
                           struct bz_attribute_values *values);

// ---------------------------------------------------------------- toolchain.c, toolchains.c

// A toolchain type that a rule or aspect declares, and what stands for it on one target.
struct bz_toolchain_use {
  struct bz_label *declared;  // as declared: perhaps an alias of
  struct bz_label *type;      // the toolchain_type
  struct bz_node *node;       // of what stands for it; NULL: nothing does
  struct bz_configured_target
      *target;  // the result of `node`, for an aspect with its own providers
};
struct bz_toolchain_uses {
  size_t count;
  struct bz_toolchain_use items[];
};
struct bz_toolchain_uses *bz_toolchains_new(size_t count);
// Resolves declared types (a list, or NULL) and makes the next phase of `node` wait for what stands for them. The uses are
// node->toolchains. False with an error pending: a mandatory one is missing.
bool bz_toolchains_want(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node, sl_value declared,
                        const struct bz_label *defined_in) SL_MUST_CHECK;
// Fills in the targets of uses (or NULL), once their nodes are done.
void bz_toolchains_take(struct bz_toolchain_uses *uses);
// The label of a type: a Label, or a string as the file `context` reads it. NULL with an error pending.
struct bz_label *bz_toolchain_type_label(struct sl_thread *thread, sl_value given,
                                         const struct bz_label *context);
// The same with aliases followed; the type's target must be one.
struct bz_label *bz_toolchain_type_actual(struct sl_thread *thread, struct bz_analysis *analysis,
                                          sl_value given, const struct bz_label *context);
// The object of ctx.toolchains and, for an aspect, ctx.rule.toolchains. `uses` may be NULL.
sl_value bz_toolchains_make(struct sl_thread *thread, const struct bz_toolchain_uses *uses,
                            struct bz_label *defined_in, const char *subject, bool of_rule);

// ---------------------------------------------------------------- context.c

enum { BZ_CONTEXT_FIELDS = 32 };

// What an implementation gets as ctx.
struct bz_context {
  const struct sl_type *type;
  struct bz_analysis *analysis;
  struct bz_configured_target *target;        // being made; in an aspect: the one it looks at
  struct bz_aspect_step *step;                // of an aspect; or NULL
  struct bz_aspect_result *result;            // of an aspect; or NULL
  struct bz_toolchain_uses *toolchains;       // ctx.toolchains; NULL: none are declared
  struct bz_toolchain_uses *rule_toolchains;  // ctx.rule.toolchains; the same
  const struct bz_configuration *configuration;
  struct bz_attribute_values *attributes;       // ctx.attr
  struct bz_attribute_values *rule_attributes;  // ctx.rule.attr; NULL in a rule
  sl_value fields[BZ_CONTEXT_FIELDS];           // attr, files ... once asked for
  struct bz_artifact *default_executable;       // ctx.outputs.executable, once asked for
  struct bz_action **actions;                   // in order of creation
  size_t action_count;
  struct bz_artifact **declared;  // Files that must get an action
  size_t declared_count;
  bool closed;  // the implementation has returned
};
static inline struct bz_context *bz_context_of(sl_value v) {
  return (struct bz_context *)(void *)v;
}
struct bz_context *bz_context_new(struct sl_thread *thread, struct bz_analysis *analysis,
                                  struct bz_configured_target *target,
                                  struct bz_attribute_values *attributes);
// Notes a File that must get an action.
void bz_context_declare(struct bz_context *context, struct bz_artifact *artifact);
// The File of a predeclared output.
struct bz_artifact *bz_context_output(struct sl_thread *thread, const struct bz_context *context,
                                      struct bz_label *output);
// The make variables of ctx.var: a frozen dict.
sl_value bz_context_variables(struct sl_thread *thread, const struct bz_context *context);

// ---------------------------------------------------------------- expand.c

// $(location x), $(execpath x), $(rootpath x) ... over the given targets and, if `own`, those of the context's attributes.
sl_value bz_expand_locations(struct sl_thread *thread, struct bz_context *context, const char *text,
                             size_t length, const sl_value *targets,
                             size_t target_count) SL_MUST_CHECK;
// $(VAR), $@ and $$; `more` is a dict looked at first.
sl_value bz_expand_variables(struct sl_thread *thread, struct bz_context *context,
                             const char *attribute, const char *text, size_t length,
                             sl_value more) SL_MUST_CHECK;

// ---------------------------------------------------------------- args.c

extern const struct sl_type bz_args_type;
static inline bool bz_is_args(sl_value v) { return sl_has_type(v, &bz_args_type); }
sl_value bz_args_make(struct sl_thread *thread);
// What it holds now: later calls do not change the copy.
sl_value bz_args_snapshot(struct sl_thread *thread, sl_value args);
// Appends the expanded arguments to a list. Runs map_each.
bool bz_args_expand(struct sl_thread *thread, sl_value args, sl_value list) SL_MUST_CHECK;
// As a parameter file holds them: one a line, quoted as its format says.
bool bz_args_write(struct sl_thread *thread, sl_value args, struct sl_text *out) SL_MUST_CHECK;

// ---------------------------------------------------------------- actions.c, action.c, executable.c

// PATH of actions under a strict action environment.
#define BZ_STATIC_PATH "/bin:/usr/bin:/usr/local/bin"

sl_value bz_actions_make(struct sl_thread *thread, struct bz_context *context);
struct bz_action *bz_action_new(struct bz_context *context, enum bz_action_kind kind,
                                const char *mnemonic);
// Gives the action to its outputs and to the context. False: a conflict.
bool bz_action_register(struct sl_thread *thread, struct bz_context *context,
                        struct bz_action *action) SL_MUST_CHECK;
// Adds the actions that lay out the runfiles of an executable; *files_to_run gets what its users need.
bool bz_executable_finish(struct sl_thread *thread, struct bz_context *context,
                          struct bz_artifact *executable, sl_value runfiles, sl_value files,
                          sl_value *files_to_run) SL_MUST_CHECK;

// ---------------------------------------------------------------- key.c

// The checksum of a configuration: 64 hex digits over the options that make it.
const char *bz_key_of_options(const char *const *options, size_t count);

// ---------------------------------------------------------------- condition.c

// Picks the branches of a select by the analysis' configuration.
sl_value bz_condition_resolve(struct sl_thread *thread, struct bz_analysis *analysis,
                              const struct bz_target *target, const struct bz_attribute *attribute,
                              sl_value stored,
                              const struct bz_configuration *configuration) SL_MUST_CHECK;
// Whether a condition of a target, a config_setting or constraint value, holds. 1, 0, or -1 with an error pending.
int bz_condition_holds(struct sl_thread *thread, struct bz_analysis *analysis,
                       const struct bz_target *target, const struct bz_configuration *configuration,
                       struct bz_label *condition);
// Whether a constraint value holds on the platform of a configuration. As above.
int bz_condition_constraint_holds(struct sl_thread *thread, struct bz_analysis *analysis,
                                  const struct bz_configuration *configuration,
                                  struct bz_label *constraint);
// The platform behind a label, or an opaque target. NULL with an error pending: it is none.
struct bz_target *bz_platform_load(struct sl_thread *thread, struct bz_analysis *analysis,
                                   const struct bz_configuration *configuration,
                                   struct bz_label *label);
// The target behind a label, aliases followed. NULL with an error pending.
struct bz_target *bz_target_actual(struct sl_thread *thread, struct bz_analysis *analysis,
                                   const struct bz_configuration *configuration,
                                   struct bz_label *label);

// ---------------------------------------------------------------- build_setting.c

// Fills analysis->settings from words as bz_analysis_options has them.
bool bz_build_settings_read(struct sl_thread *thread, struct bz_analysis *analysis,
                            sl_value rc_flags, sl_value flags) SL_MUST_CHECK;
bool bz_is_build_setting(const struct bz_target *target);
// The value of a build setting: of the command line, or its default. Never NULL.
sl_value bz_build_setting_value(struct sl_thread *thread, struct bz_analysis *analysis,
                                const struct bz_target *target);

// ---------------------------------------------------------------- aspect.c, aspect_step.c, aspect_apply.c

struct bz_aspect {
  const struct sl_type *type;   // &bz_aspect_type
  const char *name;             // "//:py.bzl%mypy_aspect"; NULL until exported
  struct bz_label *defined_in;  // the .bzl file that called aspect()
  sl_value implementation;
  sl_value attr_aspects;  // list of strings; or a function
  bool every_attribute;   // ["*"]
  bool to_generating_rules;
  struct bz_attribute *attributes;
  size_t attribute_count;
  sl_value attribute_index;
  sl_value required_providers;  // lists of lists, or NULL
  sl_value required_aspect_providers;
  sl_value provides;            // list of providers
  sl_value needs;               // `requires`: list of aspects
  sl_value toolchains_aspects;  // tuple of toolchain types along whose toolchains it goes on
  bool types_resolved;          // those are the labels that aliases lead to
  sl_value toolchains;          // list, or NULL
};
static inline bool bz_is_aspect(sl_value v) { return sl_has_type(v, &bz_aspect_type); }
static inline struct bz_aspect *bz_aspect_of(sl_value v) { return (struct bz_aspect *)(void *)v; }
sl_value bz_aspect_make(struct sl_thread *thread, sl_value self, sl_value *arguments);
// The aspects of a list as a tuple, unknown ones left out. NULL with an error pending: something else is in it.
sl_value bz_aspect_list(struct sl_thread *thread, sl_value given, const char *what) SL_MUST_CHECK;

// An aspect with its parameters and the aspects that it sees: what is applied to a target. Interned.
struct bz_aspect_step {
  struct bz_aspect *aspect;
  sl_value parameters;            // dict name -> string, as declared
  struct bz_aspect_step **below;  // outermost first
  size_t below_count;
  struct bz_aspect_step *next;
};
struct bz_aspect_steps {
  struct bz_aspect_step **items;
  size_t count;
};
// Whether an attribute of an aspect is a parameter: a public one.
static inline bool bz_aspect_is_parameter(const struct bz_attribute *attribute) {
  return attribute->name[0] != '_';
}
// What ctx.attr gives for a parameter.
sl_value bz_aspect_parameter_value(const struct bz_attribute *attribute, sl_value text);
// The steps that go on along an attribute: this one and those it sees, as far as they do.
struct bz_aspect_steps bz_aspect_steps_along(struct sl_thread *thread, struct bz_analysis *analysis,
                                             struct bz_aspect_step *step, const char *attribute);
// The steps that go on to what stands for a toolchain type. False with an error pending.
bool bz_aspect_steps_to_toolchain(struct sl_thread *thread, struct bz_analysis *analysis,
                                  struct bz_aspect_step *step, const struct bz_label *type,
                                  struct bz_aspect_steps *steps) SL_MUST_CHECK;
// The steps of aspects in the order given. `rule` gives parameters their values (NULL: the command line does).
bool bz_aspect_steps_make(struct sl_thread *thread, struct bz_analysis *analysis,
                          const sl_value *aspects, size_t count,
                          const struct bz_attribute_values *rule,
                          struct bz_aspect_steps *steps) SL_MUST_CHECK;
// The phases of an aspect's node.
bool bz_aspect_begin(struct sl_thread *thread, struct bz_analysis *analysis,
                     struct bz_node *node) SL_MUST_CHECK;
bool bz_aspect_spread(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_node *node) SL_MUST_CHECK;
bool bz_aspect_finish(struct sl_thread *thread, struct bz_analysis *analysis,
                      struct bz_node *node) SL_MUST_CHECK;

// ---------------------------------------------------------------- node.c

enum bz_node_state { BZ_NODE_NEW, BZ_NODE_ACTIVE, BZ_NODE_DONE, BZ_NODE_FAILED };

struct bz_node_list {
  struct bz_node **items;
  size_t count;
  size_t capacity;
};

// One thing to analyse: a target, or an aspect on it. It goes through three phases; each may want other nodes, which are
// done before the next phase begins.
struct bz_node {
  struct bz_target *target;
  const struct bz_configuration *configuration;  // NULL: of a source file or package group
  struct bz_aspect_step *step;                   // NULL: the target itself
  enum bz_node_state state;
  unsigned phase;              // the next one
  struct bz_node_list wanted;  // what the next phase waits for
  size_t next;                 // of them, the one to look at
  struct bz_node_list done;    // what the running phase has waited for
  bool explained;              // the pending error says where it happened
  bool redirected;             // an aspect that runs on another target than the one asked for
  struct bz_attribute_values *attributes;   // being filled
  struct bz_toolchain_uses *toolchains;     // or NULL
  struct bz_configured_target *configured;  // result of a target, and what an aspect looks at
  struct bz_aspect_result *result;          // result of an aspect; NULL: it does not run
  const char *failure;                      // FAILED: the report
};
struct bz_node *bz_node_find(struct bz_analysis *analysis, struct bz_target *target,
                             const struct bz_configuration *configuration,
                             struct bz_aspect_step *step);
// Makes the next phase wait for `wanted`.
void bz_node_want(struct bz_node *node, struct bz_node *wanted);
// Brings a node to its end. False with an error pending.
bool bz_node_run(struct sl_thread *thread, struct bz_analysis *analysis,
                 struct bz_node *node) SL_MUST_CHECK;
// Puts "PLACE: in SUBJECT: " before the pending error, once. `attribute` may be NULL. Returns false.
bool bz_node_explain(struct sl_thread *thread, struct bz_node *node, const char *attribute);
// "q rule //p:x", "//t:a.bzl%check aspect on q rule //p:x".
const char *bz_node_subject(const struct bz_node *node);

// ---------------------------------------------------------------- rule.c

// The phases of a target's node.
bool bz_rule_begin(struct sl_thread *thread, struct bz_analysis *analysis,
                   struct bz_node *node) SL_MUST_CHECK;
bool bz_rule_link(struct sl_thread *thread, struct bz_analysis *analysis,
                  struct bz_node *node) SL_MUST_CHECK;
bool bz_rule_finish(struct sl_thread *thread, struct bz_analysis *analysis,
                    struct bz_node *node) SL_MUST_CHECK;
// Calls an implementation and gathers the providers that it returns into a new dict; all that it made is frozen.
sl_value bz_rule_call(struct sl_thread *thread, struct bz_context *context, sl_value implementation,
                      const sl_value *arguments, size_t count) SL_MUST_CHECK;
// Whether each declared file has an action.
bool bz_rule_check_declared(struct sl_thread *thread,
                            const struct bz_context *context) SL_MUST_CHECK;

// ---------------------------------------------------------------- dependency.c

// Wants the targets that an attribute's value names.
bool bz_dependency_want(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node, const struct bz_attribute *attribute,
                        sl_value stored) SL_MUST_CHECK;
// Takes the targets of attribute `i` from node->done, from *next on, and checks that it may have them. `defined_in` is the
// .bzl file of the rule or aspect, or NULL.
bool bz_dependency_take(struct sl_thread *thread, struct bz_analysis *analysis,
                        struct bz_node *node, size_t i, const struct bz_label *defined_in,
                        size_t *next) SL_MUST_CHECK;

#endif  // RULES_ANALYSIS_STATE_H_
