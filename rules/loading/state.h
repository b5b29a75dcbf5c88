// SPDX-License-Identifier: Apache-2.0
//
// State: what the files of loading/ share behind the door. Everything here is collected memory; a file's module carries its
// `struct bz_source` as data, so that the code that runs tells which file, repository and loader it belongs to.
#ifndef RULES_LOADING_STATE_H_
#define RULES_LOADING_STATE_H_

#include "rules/loading/loading.h"
#include "runtime/object.h"
#include "runtime/program.h"

// ---------------------------------------------------------------- source files

enum bz_source_state { BZ_SOURCE_NEW, BZ_SOURCE_BUSY, BZ_SOURCE_DONE, BZ_SOURCE_FAILED };

// One load statement.
struct bz_load {
  const char *text;             // as written
  struct sl_position position;  // of the string
  struct bz_label *label;
  struct sl_module *module;  // once it is loaded
};

// A BUILD or .bzl file.
struct bz_source {
  struct bz_loader *loader;
  struct bz_label *label;  // "//p:BUILD", "//p:a.bzl"
  const char *path;        // what messages call it: absolute on disk, else below external/
  const char *relative;    // to the root of its repository: "p/a.bzl"
  enum bz_source_state state;
  bool is_build;
  struct sl_file *syntax;      // until it was executed
  struct sl_program *program;  // likewise
  struct bz_load *loads;
  size_t load_count;
  size_t next_load;          // those before it are loaded
  struct sl_module *module;  // once it is DONE
  const char *error;         // FAILED: why, as the file that loads it reports it
  sl_value visibility;       // of a .bzl: list of specifications from visibility(); NULL: public
};

void bz_source_init(struct bz_source *source, struct bz_loader *loader, struct bz_label *label);
// Reads, parses and compiles a file and resolves its loads. False with an error pending; errors inside of the file were
// reported as events, and *broken is set for them.
bool bz_source_prepare(struct sl_thread *thread, struct bz_source *source,
                       const struct sl_environment *environment, bool *broken) SL_MUST_CHECK;
// Loads whatever a prepared file loads, deepest first, without recursion.
bool bz_source_load_all(struct sl_thread *thread, struct bz_source *source) SL_MUST_CHECK;
// Runs the prepared file as a module. False with an error pending.
bool bz_source_execute(struct sl_thread *thread, struct bz_source *source) SL_MUST_CHECK;
// Forgets the tree and the program of an executed file.
void bz_source_release(struct bz_source *source);
// Every .bzl file below a source: a list of Labels, sorted.
sl_value bz_source_closure(struct sl_thread *thread, struct bz_source *source);
// The file of the innermost Starlark code that runs; NULL: the host called.
struct bz_source *bz_running_source(struct sl_thread *thread);

// ---------------------------------------------------------------- the loader

struct bz_loader {
  struct bz_workspace *workspace;
  struct bz_loader_options options;
  struct sl_mutability *mutability;  // owns the tables below; never frozen
  // What .bzl and BUILD files see; the built-in rule sets add to it.
  const struct sl_environment *bzl_environment;
  const struct sl_environment *build_environment;
  sl_value native;             // the `native` value
  bool builtins_loaded;        // or tried
  const char *builtins_error;  // why they cannot be loaded; NULL: they can
  bool loading_builtins;
  sl_value source_index;       // dict Label -> index in sources
  struct bz_source **sources;  // .bzl files
  size_t source_count, source_capacity;
  sl_value package_index;  // dict Label -> index in packages
  struct bz_package **packages;
  size_t package_count, package_capacity;
  sl_value warned;                 // dict: names of missing repositories and files that were told
  struct bz_package *package;      // whose BUILD file runs; NULL: none
  struct bz_extension *extension;  // the module extension that runs; NULL: none
  struct bz_rule_class *opaque_class;  // of targets in missing repositories; NULL: not needed yet
};

// Loads the rule sets that every file sees, once.
bool bz_builtins_load(struct sl_thread *thread, struct bz_loader *loader) SL_MUST_CHECK;
// Tells once that a repository is missing.
void bz_warn_missing(struct sl_thread *thread, struct bz_loader *loader,
                     struct bz_repository *repository);
// The same for a file that a built-in rule set, unlike the one it stands for, does not have.
void bz_warn_not_embedded(struct sl_thread *thread, struct bz_loader *loader,
                          const struct bz_label *label);
// A dict that the loader owns.
sl_value bz_table_new(struct sl_thread *thread, struct bz_loader *loader);
// Runs module extensions for the workspace: see extension.c.
bool bz_extension_run(struct sl_thread *thread, struct bz_extension *extension, void *data);

// ---------------------------------------------------------------- packages under construction

struct bz_macro_instance;

struct bz_package_state {
  struct bz_source source;  // first: the module's data is its address, and must keep all of this
  struct bz_loader *loader;
  sl_value index;  // dict name -> index in targets
  size_t target_capacity;
  size_t rule_capacity;
  size_t base_depth;  // calls active before the BUILD file's
  bool package_called;
  sl_value defaults[4];             // of package(), see enum bz_package_default; NULL: not given
  struct bz_macro_instance *macro;  // the innermost symbolic macro that runs
  struct bz_macro_instance **finalizers;  // to run at the end
  size_t finalizer_count, finalizer_capacity;
  struct bz_macro_instance *finalizer;  // the one that runs; NULL: the BUILD file itself does
  size_t snapshot_targets;              // while finalizers run: what existing_rules() shows
  size_t snapshot_rules;
  sl_value opaque_classes;  // dict name -> rule class of the opaque calls
};

enum bz_package_default {
  BZ_DEFAULT_TESTONLY,
  BZ_DEFAULT_DEPRECATION,
  BZ_DEFAULT_METADATA,
  BZ_DEFAULT_FEATURES
};

enum bz_place {
  BZ_IN_BUILD = 1,  // a BUILD file or a legacy macro
  BZ_IN_MACRO = 2,  // a symbolic macro
  BZ_IN_FINALIZER = 4,
};
// The package under construction if the native `what` ("glob()") may run here, else NULL with an error pending.
struct bz_package *bz_package_running(struct sl_thread *thread, const char *what, unsigned places);

// A place in a BUILD file as text: "PATH:LINE:COL".
const char *bz_position_text(const char *file, struct sl_position position);
// Reports an error of a package at the running call's outermost position and marks the package.
void bz_package_error(struct sl_thread *thread, struct bz_package *package, const char *format, ...)
    SL_PRINTF(3, 4);

// The outermost call that runs in the BUILD file: where a target made now is made. False: none runs.
bool bz_package_position(struct sl_thread *thread, const struct bz_package *package,
                         struct sl_position *position);
// All the calls on the way to the running native, outermost first.
struct bz_call_site *bz_package_stack(struct sl_thread *thread, const struct bz_package *package,
                                      uint32_t *stack_count);
// The name= literal of the call at a place of the BUILD file; NULL: none.
sl_value bz_package_literal_name(const struct bz_package *package, struct sl_position position);

// Adds a target; false with an error pending: its name is taken.
bool bz_package_add(struct sl_thread *thread, struct bz_package *package,
                    struct bz_target *target) SL_MUST_CHECK;
// The target of a name, or NULL.
struct bz_target *bz_package_lookup(const struct bz_package *package, const char *name);
struct bz_target *bz_package_lookup_value(struct sl_thread *thread,
                                          const struct bz_package *package, sl_value name);
// The source file target of a name, made if nothing has it. NULL: something else has it.
struct bz_target *bz_package_source_file(struct sl_thread *thread, struct bz_package *package,
                                         const char *name, struct sl_position position);
// A target of a package of a missing repository, made when it is asked for.
struct bz_target *bz_package_opaque_target(struct sl_thread *thread, struct bz_package *package,
                                           const char *name);
// "Label '//p:sub/x' is invalid because 'p/sub' is a subpackage; ..."
void bz_crossing_message(const struct bz_label *label, const char *crossed, struct sl_text *out);
// Takes over the arguments of package() or repo(). False with an error pending.
bool bz_package_set_defaults(struct sl_thread *thread, struct bz_package *package,
                             sl_value arguments) SL_MUST_CHECK;

// ---------------------------------------------------------------- rule classes and instances

// A row of a table of attributes.
struct bz_attribute_row {
  const char *name;
  enum bz_attribute_type type;
  uint32_t flags;
  const char *default_text;  // the string; "True"; digits; the one element of a string list
};
// The attributes that a class gets before its own.
enum bz_class_base { BZ_BASE_NATIVE, BZ_BASE_STARLARK, BZ_BASE_EXECUTABLE, BZ_BASE_TEST };

// A class under construction: attributes are appended, then sealed.
struct bz_rule_class *bz_rule_class_new(enum bz_class_base base, size_t own_count);
void bz_rule_class_append(struct bz_rule_class *rule_class, const struct bz_attribute *attribute);
bool bz_rule_class_seal(struct sl_thread *thread, struct bz_rule_class *rule_class) SL_MUST_CHECK;
// Whether an attribute of that name comes with the base and must stay as it is.
bool bz_attribute_is_reserved(const char *name);
bool bz_name_is_identifier(const char *name);

// The rule classes that are written in C, by name: fills a dict.
bool bz_native_rules(struct sl_thread *thread, sl_value rules) SL_MUST_CHECK;
// The class of a rule that came from a missing repository.
struct bz_rule_class *bz_rule_class_opaque(struct sl_thread *thread, const char *name);

// Makes a target of a class from keyword arguments (a dict). False with an error pending.
bool bz_rule_instantiate(struct sl_thread *thread, struct bz_package *package,
                         struct bz_rule_class *rule_class, sl_value keywords) SL_MUST_CHECK;
// What the initializer of a class makes of keyword arguments: a new dict. NULL with an error pending.
sl_value bz_rule_initialize(struct sl_thread *thread, struct bz_package *package,
                            struct bz_rule_class *rule_class, sl_value keywords);
// Gives the globals of an executed .bzl file their names.
bool bz_source_export(struct sl_thread *thread, struct bz_source *source) SL_MUST_CHECK;

extern struct sl_builtin bz_native_methods[];

// ---------------------------------------------------------------- values

// What a value is converted for. `attribute` and `rule_class` word the messages; with `what` they are not used.
struct bz_conversion {
  struct sl_thread *thread;
  struct bz_repository *repository;
  const char *package;
  const char *attribute;
  const char *rule_class;
  const char *kind;       // "rule", "macro"
  const char *what;       // instead of the three above
  struct bz_label *rule;  // whose outputs are named; or NULL
  bool lenient;           // list elements that cannot be converted are dropped
  bool in_branch;         // of a select
};
// A value in stored form; NULL with an error pending. A select stays one; SL_NONE and opaque values must be treated before.
sl_value bz_convert(struct bz_conversion *conversion, enum bz_attribute_type type, sl_value given);
// The value of a type that holds when nothing is given; NULL for labels and outputs.
sl_value bz_type_empty(struct sl_thread *thread, enum bz_attribute_type type);
// Stored sorted by label or by bytes.
sl_value bz_value_sorted(sl_value list);
// Calls back for each label in a stored value, with the select key it stands under (NULL: none).
typedef void (*bz_label_visitor)(struct bz_label *label, struct bz_label *condition, void *data);
void bz_value_each_label(sl_value stored, bz_label_visitor visit, void *data);
// Calls back for each select key but //conditions:default.
void bz_value_each_condition(sl_value stored, bz_label_visitor visit, void *data);

static inline bool bz_is_select(sl_value v) { return sl_has_type(v, &bz_select_type); }
static inline struct bz_select *bz_select_of(sl_value v) { return (struct bz_select *)(void *)v; }
static inline bool bz_is_rule_class(sl_value v) { return sl_has_type(v, &bz_rule_class_type); }
static inline struct bz_rule_class *bz_rule_class_of(sl_value v) {
  return (struct bz_rule_class *)(void *)v;
}

// A select of `count` parts.
struct bz_select *bz_select_new(size_t count);
// select({"//conditions:default": value}).
sl_value bz_select_trivial(struct bz_workspace *workspace, sl_value value);
// The value of a select that has but a default branch; else the select.
sl_value bz_select_unwrap(sl_value value);
bool bz_label_is_default_condition(const struct bz_label *label);
extern struct sl_builtin bz_select_builtin[];

// Views of native.existing_rule(s).
sl_value bz_rule_view(struct bz_target *target);
sl_value bz_rules_view(struct bz_package *package, size_t target_count, size_t rule_count);

// Values of missing repositories.
extern const struct sl_type bz_opaque_type;
static inline bool bz_is_opaque(sl_value v) { return sl_has_type(v, &bz_opaque_type); }
sl_value bz_opaque(const char *name);
// A module in which every name that `source` loads under `text` is opaque.
struct sl_module *bz_opaque_module(struct sl_thread *thread, struct bz_source *source,
                                   const char *text);

// Symbolic macros.
struct bz_macro;
struct bz_macro_instance {
  struct bz_macro *macro;
  const char *name;
  struct bz_macro_instance *outer;
  sl_value visibility;         // list of Labels, the caller's location included
  sl_value keywords;           // what the implementation is called with
  struct bz_call_site *stack;  // the calls on the way to the macro's own
  uint32_t stack_count;
};
// The .bzl file that defines it.
struct bz_label *bz_macro_location(const struct bz_macro_instance *instance);
bool bz_macro_is_finalizer(const struct bz_macro_instance *instance);
// False: it is no macro.
bool bz_macro_export(sl_value value, struct bz_label *file, const char *name);
bool bz_macros_finalize(struct sl_thread *thread, struct bz_package *package) SL_MUST_CHECK;
extern struct sl_builtin bz_macro_builtin[];

// Visibility: what a rule, macro or package declares, as Labels. NULL with an error pending.
sl_value bz_visibility_convert(struct bz_conversion *conversion, sl_value given);
sl_value bz_visibility_with(sl_value visibility, struct bz_label *location);
struct bz_label *bz_visibility_public(struct bz_workspace *workspace);
// What a target, or its package, declares; NULL: nothing.
sl_value bz_visibility_declared(const struct bz_target *target);
// Whether a label of a visibility names no package group.
bool bz_visibility_is_special(const struct bz_label *label);
// Whether the package specification ("//a/...", "-//b", "public") of `home` covers a package: 1, 0; -1: malformed.
int bz_specification_matches(const char *text, struct bz_repository *home,
                             const struct bz_repository *repository, const char *package);
const char *bz_specification_error(const char *text);

// Module extensions and repository rules.
bool bz_extension_export(sl_value value, struct bz_label *file,
                         const char *name);  // false: it is none of them
extern struct sl_builtin bz_extension_builtins[];
// A dict name -> Attribute, checked and copied; NULL with an error pending.
sl_value bz_attributes_check(struct sl_thread *thread, sl_value given);

// The remaining names of .bzl files.
extern struct sl_builtin bz_rule_builtins[];
extern struct sl_builtin bz_global_builtins[];
sl_value bz_attr_module(void);
bool bz_is_late_bound(sl_value value);           // what configuration_field() gave
bool bz_transition_is_exec(sl_value value);      // config.exec()
bool bz_transition_is_identity(sl_value value);  // config.target(), config.none()
sl_value bz_config_module(void);
sl_value bz_native_new(void);
void bz_native_set_rules(sl_value native, sl_value rules);

#endif  // RULES_LOADING_STATE_H_
