// SPDX-License-Identifier: Apache-2.0
//
// The door of rules/loading/: BUILD and .bzl files become packages of targets. One BUILD file is executed at a time; its
// package is complete and immutable afterwards. Demand-driven: a package or .bzl file is loaded once, when first asked for.
//
// Attribute values are kept in "stored form", one word per attribute of the rule class, in rule-class order:
//   string, int, bool, tristate (int -1 0 1)    the Starlark value
//   label, output                               a Label
//   lists                                       a frozen list of the element's form
//   dicts                                       a frozen dict of the key's and value's forms
//   a select                                    a struct bz_select whose branches are in stored form
//   not set                                     NULL: the attribute's default holds
#ifndef RULES_LOADING_LOADING_H_
#define RULES_LOADING_LOADING_H_

#include "parser/syntax.h"
#include "rules/workspace/workspace.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------- attributes and rule classes

enum bz_attribute_type {
  BZ_TYPE_BOOL,
  BZ_TYPE_INT,
  BZ_TYPE_INT_LIST,
  BZ_TYPE_STRING,
  BZ_TYPE_STRING_LIST,
  BZ_TYPE_STRING_DICT,
  BZ_TYPE_STRING_LIST_DICT,
  BZ_TYPE_LABEL,
  BZ_TYPE_LABEL_LIST,
  BZ_TYPE_LABEL_KEYED_STRING_DICT,
  BZ_TYPE_STRING_KEYED_LABEL_DICT,
  BZ_TYPE_LABEL_LIST_DICT,
  BZ_TYPE_OUTPUT,
  BZ_TYPE_OUTPUT_LIST,
  BZ_TYPE_TRISTATE,
  BZ_TYPE_NODEP_LABEL,
  BZ_TYPE_NODEP_LABEL_LIST,  // labels that are no dependencies: visibility
  BZ_TYPE_LICENSE,
};

enum bz_attribute_flag {
  BZ_ATTRIBUTE_MANDATORY = 1,
  BZ_ATTRIBUTE_NOT_CONFIGURABLE = 2,
  BZ_ATTRIBUTE_ORDER_INDEPENDENT = 4,  // stored sorted: tags, visibility, features
  BZ_ATTRIBUTE_NON_EMPTY = 8,          // allow_empty = False
  BZ_ATTRIBUTE_ANY_FILE = 16,          // allow_files = True
  BZ_ATTRIBUTE_SINGLE_FILE = 32,       // allow_single_file
  BZ_ATTRIBUTE_EXECUTABLE = 64,
  BZ_ATTRIBUTE_EXEC = 128,      // cfg = "exec"
  BZ_ATTRIBUTE_COMPUTED = 256,  // its default is computed: not shown by existing_rule unless set
  BZ_ATTRIBUTE_LATE_BOUND = 512,
  BZ_ATTRIBUTE_UNDOCUMENTED = 1024,
};

struct bz_attribute {
  const char *name;  // as declared; "_x" is private
  enum bz_attribute_type type;
  uint32_t flags;  // enum bz_attribute_flag
  sl_value
      default_value;  // stored form; a function when computed; NULL: None (labels) or the type's empty value
  sl_value values;      // allowed values, a list; or NULL
  sl_value file_types;  // allowed extensions, a list of strings; NULL: see ANY_FILE
  sl_value providers;   // a list of lists of providers (any of; all of); or NULL
  sl_value aspects;     // a list; or NULL
  sl_value transition;  // what `cfg` gave, if it is no string; or NULL
  const char *doc;      // or NULL
};

// What attr.string() and its like return; its attribute has no name yet. aspect() takes them as well.
extern const struct sl_type bz_attribute_value_type;  // "Attribute"
struct bz_attribute_value {
  const struct sl_type *type;
  struct bz_attribute attribute;
};

// Whether the type holds labels that are dependencies.
bool bz_type_is_label(enum bz_attribute_type type);

// What analysis does with targets of a class beyond calling its implementation.
enum bz_behaviour {
  BZ_BEHAVIOUR_RULE,   // an implementation in Starlark
  BZ_BEHAVIOUR_ALIAS,  // stands for attribute `actual`
  BZ_BEHAVIOUR_CONFIG_SETTING,
  BZ_BEHAVIOUR_CONSTRAINT,  // constraint_setting, constraint_value, platform
  BZ_BEHAVIOUR_TOOLCHAIN,   // toolchain: names what stands for a toolchain type, and when
  BZ_BEHAVIOUR_TOOLCHAIN_TYPE,
  BZ_BEHAVIOUR_BUILD_SETTING,  // label_flag, *_flag: a value
  BZ_BEHAVIOUR_TEST_SUITE,
  BZ_BEHAVIOUR_OPAQUE,  // of a repository that is not there: no providers but the default ones
};

extern const struct sl_type bz_rule_class_type;

// A kind of rule: what rule() returns, and the value that a BUILD file calls.
struct bz_rule_class {
  const struct sl_type *type;  // &bz_rule_class_type
  const char *name;            // "py_library"; NULL until exported
  enum bz_behaviour behaviour;
  bool test;                        // test = True
  bool executable;                  // executable = True or a test
  bool starlark;                    // made by rule(), not built in
  struct bz_attribute *attributes;  // in rule-class order: name, common ones, own
  size_t attribute_count;
  sl_value attribute_index;      // dict name -> index
  sl_value implementation;       // a function, or NULL
  sl_value initializer;          // or NULL
  sl_value outputs;              // dict of predeclared outputs, or NULL
  sl_value provides;             // list of providers, or NULL
  sl_value toolchains;           // list, or NULL
  sl_value build_setting;        // what config.string(...) gave, or NULL: see bz_build_setting_type
  sl_value transition;           // what `cfg` gave, or NULL
  struct bz_label *defined_in;   // the .bzl file; NULL: built in
  const char *definition_stack;  // lines "PATH:LINE:COL in F", outermost first; or NULL
};
// What config.bool(flag = True) and its like return.
extern const struct sl_type bz_build_setting_type;  // "BuildSetting"
struct bz_build_setting {
  const struct sl_type *type;
  enum bz_attribute_type value_type;  // of build_setting_default and of ctx.build_setting_value
  bool flag;                          // may be set on the command line
  bool allow_multiple;                // of a string: each occurrence adds to a list
  bool repeatable;                    // of a list: each occurrence is one item
};

// Index of an attribute, or -1.
int32_t bz_rule_class_attribute(const struct bz_rule_class *rule_class, const char *name);

// ---------------------------------------------------------------- packages and targets

enum bz_target_kind {
  BZ_TARGET_RULE,
  BZ_TARGET_SOURCE_FILE,
  BZ_TARGET_GENERATED_FILE,
  BZ_TARGET_PACKAGE_GROUP,
  BZ_TARGET_ENVIRONMENT_GROUP
};

// A call on the way to a target, outermost first.
struct bz_call_site {
  const char *file;  // absolute path for disk repositories
  struct sl_position position;
  const char *function;  // "<toplevel>", "my_macro"
};

struct bz_target {
  enum bz_target_kind kind;
  struct bz_label *label;
  struct bz_package *package;
  const char *file;  // where it was made: path and position of the call's "("
  struct sl_position position;
  sl_value visibility;  // list of Labels as written; NULL: not given
  uint32_t index;       // among the package's targets
  // RULE
  struct bz_rule_class *rule_class;
  sl_value *values;            // stored form, one per attribute; NULL: not set
  struct bz_call_site *stack;  // outermost first
  uint32_t stack_count;
  struct bz_target **outputs;  // GENERATED_FILE targets, in declared order
  uint32_t output_count;
  // GENERATED_FILE
  struct bz_target *generating_rule;
  // SOURCE_FILE
  bool exported;  // exports_files names it
  // PACKAGE_GROUP
  sl_value specifications;  // list of strings as written
  sl_value includes;        // list of Labels
};

struct bz_package {
  struct bz_repository *repository;
  const char *name;             // "a/b"
  const char *build_file;       // "BUILD.bazel", relative to the package
  const char *build_file_path;  // absolute for disk repositories
  struct bz_target **targets;   // in order of creation; the BUILD file's own target is the first
  size_t target_count;
  size_t rule_count;
  struct bz_target *
      *rules;  // the rules among them, in order of creation: what existing_rules() snapshots
  bool contains_errors;
  bool opaque;                     // of a missing repository: every target exists and is opaque
  sl_value default_visibility;     // list of Labels, or NULL: private
  sl_value loads;                  // list of Labels: every .bzl file loaded, transitively, sorted
  struct bz_package_state *state;  // loading/'s own
};

// What is loaded from a repository that is not there: it can be called, and has every attribute; nothing is known of it.
extern const struct sl_type bz_opaque_type;

struct bz_loader;
struct bz_loader_options {
  struct bz_workspace *workspace;
  // Names of .bzl files beyond the language's and loading's own (analysis/ gives provider, depset, aspect ...); rows may be NULL.
  const struct sl_environment *bzl_environment;
  // Called for each exported global of a .bzl file once the file was executed: providers and aspects get their names. Or NULL.
  void (*on_export)(struct sl_thread *thread, sl_value value, struct bz_label *bzl_file,
                    const char *name);
  bool keep_going;
  bool
      quiet_missing;  // no warning of packages of missing repositories: who analyses their targets tells of them
};
struct bz_loader *bz_loader_new(struct sl_thread *thread, const struct bz_loader_options *options);
struct bz_workspace *bz_loader_workspace(const struct bz_loader *loader);

// The names of .bzl files that loading provides: rule, attr, select, Label, macro, repository_rule, module_extension, tag_class,
// transition, config, visibility, struct ... on top of the universe. analysis/ builds its own on top of it; `native` and what
// the built-in rule sets export are added by each loader.
struct sl_environment *bz_loading_environment(void);

// The package; loads it on first use. NULL with an error pending: there is no such package, or the file can't be read.
// A package whose BUILD file has errors is returned with contains_errors; the errors were reported as events once.
struct bz_package *bz_package_load(struct sl_thread *thread, struct bz_loader *loader,
                                   struct bz_repository *repository, const char *package);
// The target of that name. NULL with an error pending: "no such target '//a:nope': target 'nope' not declared in package 'a' defined by ...".
struct bz_target *bz_target_find(struct sl_thread *thread, struct bz_package *package,
                                 const char *name);
// Loads the label's package and finds it.
struct bz_target *bz_target_load(struct sl_thread *thread, struct bz_loader *loader,
                                 struct bz_label *label);
// The module of a .bzl file; loads it on first use.
struct sl_module *bz_bzl_load(struct sl_thread *thread, struct bz_loader *loader,
                              struct bz_label *label);
// The BUILD-file and .bzl context of the running native call, for natives of analysis/: the label of the .bzl file whose code runs.
struct bz_label *bz_running_bzl(struct sl_thread *thread);
struct bz_loader *bz_running_loader(struct sl_thread *thread);

// As query prints it: "py_library rule", "source file", "generated file", "package group".
const char *bz_target_kind_text(const struct bz_target *target);
// "PATH:LINE:COL" of the target.
const char *bz_target_location(const struct bz_target *target);

// The stored value of an attribute, its default when unset; NULL: None. Computed defaults are resolved (testonly, deprecation ...),
// but for functions whose parameters depend on the configuration: those are returned.
sl_value bz_target_value(const struct bz_target *target, size_t attribute);
bool bz_target_is_explicit(const struct bz_target *target, size_t attribute);
// The effective visibility: a list of Labels (the package's default included).
sl_value bz_target_visibility(struct sl_thread *thread, const struct bz_target *target);
// Whether `from` (a package) may depend on `target`. -1: an error is pending.
int bz_target_is_visible(struct sl_thread *thread, struct bz_loader *loader,
                         const struct bz_target *target, const struct bz_package *from);

// An edge of the unconfigured graph.
struct bz_edge {
  struct bz_label *to;
  const struct bz_attribute *
      attribute;  // NULL: not through an attribute (generated file -> rule, package group includes)
  struct bz_label *condition;  // the select key it stands under, or NULL
  bool is_condition;           // `to` is a select key itself
};
// Calls back for every edge of a target, all branches of selects and their keys included, in attribute order.
void bz_target_edges(struct bz_target *target,
                     void (*visit)(const struct bz_edge *edge, void *data), void *data);

// Expands a pattern to targets, sorted by label; sets *incomplete when a package has errors. For *_BELOW_* every package below
// is loaded; one that cannot be loaded makes the call fail unless keep_going (then *incomplete is set).
bool bz_pattern_expand(struct sl_thread *thread, struct bz_loader *loader,
                       const struct bz_pattern *pattern, bool *incomplete,
                       void (*visit)(struct bz_target *target, void *data),
                       void *data) SL_MUST_CHECK;

// ---------------------------------------------------------------- select

extern const struct sl_type bz_select_type;

// One part of a select expression: a dictionary of branches, or a plain value in a concatenation.
struct bz_selector {
  sl_value plain;    // not NULL: this part is a plain value
  sl_value *keys;    // strings or Labels as given; Labels in stored form
  sl_value *values;  // branch values; SL_NONE: the attribute's default
  size_t count;
  const char *no_match_error;  // "" when none
};
// select(...) and its concatenations with + and |.
struct bz_select {
  const struct sl_type *type;  // &bz_select_type
  struct bz_selector *parts;
  size_t part_count;
};
// Picks the branches. `match` tells whether a condition holds (1, 0, -1 error) and sets *specificity to the number of its
// requirements and *superset_of as needed through its own bookkeeping: see analysis/. `fallback` is the attribute's default.
// The result is in stored form. NULL with an error pending: no match, or an ambiguous one, in Bazel's words.
struct bz_condition_matcher {
  void *data;
  int (*match)(struct sl_thread *thread, struct bz_label *condition, void *data);
  // Whether `a` is a strict refinement of `b`.
  bool (*refines)(struct bz_label *a, struct bz_label *b, void *data);
};
sl_value bz_select_resolve(struct sl_thread *thread, const struct bz_target *target,
                           const struct bz_attribute *attribute, struct bz_select *select,
                           const struct bz_condition_matcher *matcher);

// ---------------------------------------------------------------- values in other forms

// As existing_rule() represents it (bazel reference: tuples, ":name" labels, selects); NULL: not representable.
sl_value bz_value_represent(struct sl_thread *thread, const struct bz_target *target,
                            sl_value stored);
// As text: of BUILD files, as `query --output=build` prints it, or as Java's toString() shows it, which is what attr() of queries
// looks at: booleans are numbers. Selects have the first form only.
enum bz_value_form { BZ_FORM_BUILD, BZ_FORM_JAVA };
void bz_value_text(sl_value stored, enum bz_value_form form, struct sl_text *out);
// Converts a value given by a user to stored form: strings become Labels in the context of repository and package. NULL with an
// error pending, worded for `what` ("attribute 'srcs' in 'filegroup' rule").
sl_value bz_value_convert(struct sl_thread *thread, enum bz_attribute_type type, sl_value given,
                          struct bz_repository *repository, const char *package, const char *what);

// ---------------------------------------------------------------- text

// Text that lives as long as its address is held, which the bytes of a Starlark string need not. Never NULL.
const char *bz_text_copy(const char *text);
const char *bz_text_format(const char *format, ...) SL_PRINTF(1, 2);
// Reads a boolean option as Bazel does: "true", "0", "Yes", "n" ... False: the text is none of them.
bool bz_text_parse_bool(const char *text, bool *value);

#ifdef __cplusplus
}
#endif

#endif  // RULES_LOADING_LOADING_H_
