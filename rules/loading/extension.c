// SPDX-License-Identifier: Apache-2.0
//
// Extension: module extensions and the repository rules that they call. Invariant: nothing is fetched and nothing is run; a
// repository is what its rule writes, and one whose rule fails is missing for that reason.
#include <stdlib.h>
#include <string.h>

#include "rules/loading/repository_context.h"

// ---------------------------------------------------------------- attributes of tags and repository rules

static bool bind_one(struct bz_conversion *conversion, sl_value fields, const char *name,
                     const struct bz_attribute *attribute, sl_value given) {
  sl_value value = attribute->default_value;
  conversion->attribute = name;
  if (given && given != SL_NONE) {
    if (bz_is_select(given))
      return sl_fail_false(conversion->thread, "got value of type 'select' for attribute '%s'",
                           name);
    value = bz_convert(conversion, attribute->type, given);
    if (!value) return false;
  } else if (attribute->flags & BZ_ATTRIBUTE_MANDATORY) {
    return sl_fail_false(conversion->thread, "mandatory attribute '%s' isn't being specified",
                         name);
  }
  if (!value) value = bz_type_empty(conversion->thread, attribute->type);
  return sl_dict_set_string(conversion->thread, fields, name, value ? value : SL_NONE);
}

// Keyword arguments as a struct of converted values, defaults filled in; labels are relative to `home`'s root.
static sl_value bind_attributes(struct sl_thread *thread, sl_value attributes, sl_value keywords,
                                struct bz_repository *home, const char *name, const char *kind) {
  struct bz_conversion conversion = {
      .thread = thread, .repository = home, .package = "", .rule_class = name, .kind = kind};
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(keywords, &cursor, &key, &value))
    if (!sl_dict_get(thread, attributes, key))
      return sl_fail(thread, "unknown attribute '%s' provided", sl_string_bytes(key));
  sl_value fields = sl_dict(thread, sl_dict_length(attributes));
  cursor = 0;
  while (sl_dict_next(attributes, &cursor, &key, &value)) {
    if (value == SL_NONE) continue;
    const struct bz_attribute *attribute = &((struct bz_attribute_value *)(void *)value)->attribute;
    if (!bind_one(&conversion, fields, sl_string_bytes(key), attribute,
                  sl_dict_get(thread, keywords, key)))
      return NULL;
  }
  return sl_struct_from_dict(NULL, fields);
}

// ---------------------------------------------------------------- repository_rule()

struct repository_rule {
  const struct sl_type *type;
  const char *name;  // NULL until exported
  sl_value implementation;
  sl_value attributes;  // dict
};

static const struct sl_type repository_rule_type;

static struct repository_rule *rule_of(sl_value x) { return (struct repository_rule *)(void *)x; }

static sl_value make_repository_rule(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct repository_rule *rule = sl_allocate(sizeof *rule);
  rule->type = &repository_rule_type;
  rule->implementation = arguments[0];
  rule->attributes =
      arguments[1] == SL_NONE ? sl_dict(thread, 0) : bz_attributes_check(thread, arguments[1]);
  return rule->attributes ? (sl_value)(void *)rule : NULL;
}

// Runs the implementation; its failure is the reason why the repository is missing.
static bool generate(struct sl_thread *thread, struct bz_loader *loader,
                     const struct repository_rule *rule, const char *canonical,
                     const char *apparent, sl_value attributes) {
  sl_value files = sl_dict(thread, 0);
  sl_value context = bz_repository_context(loader, canonical, apparent, attributes, files);
  if (sl_call(thread, rule->implementation, &context, 1, NULL, 0)) {
    sl_freeze(files);
    bz_repository_define(loader->workspace, canonical, files);
    return true;
  }
  const char *reason = bz_text_copy(sl_error_message(thread));
  sl_error_clear(thread);
  bz_repository_define_missing(loader->workspace, canonical, reason);
  return true;
}

static sl_value repository_rule_call(struct sl_thread *thread, sl_value x, sl_value *arguments,
                                     size_t count, sl_value keywords) {
  (void)arguments;
  struct repository_rule *rule = rule_of(x);
  struct bz_loader *loader = bz_running_loader(thread);
  if (!loader || !loader->extension)
    return sl_fail(thread,
                   "repo rules can only be called from within module extension impl functions");
  if (count > 0) return sl_fail(thread, "unexpected positional arguments");
  sl_value given = sl_dict(thread, 0);
  if (keywords && !sl_dict_update(thread, given, keywords)) return NULL;
  sl_value name = sl_dict_remove(thread, given, sl_string_from("name"));
  if (!name || !sl_is_string(name))
    return sl_fail(thread, "expected string for attribute 'name', got '%s'",
                   name ? sl_type_name(name) : "NoneType");
  const struct bz_source *source = bz_running_source(thread);
  sl_value attributes =
      bind_attributes(thread, rule->attributes, given, source->label->repository,
                      rule->name ? rule->name : "repository_rule", "repository rule");
  if (!attributes) return NULL;
  const char *canonical =
      bz_text_format("%s%s", loader->extension->repository_prefix, sl_string_bytes(name));
  // A vendored repository is what it is on disk.
  if (bz_repository_find(loader->workspace, canonical, strlen(canonical))->kind ==
      BZ_REPOSITORY_DISK)
    return SL_NONE;
  return generate(thread, loader, rule, canonical, bz_text_copy(sl_string_bytes(name)), attributes)
             ? SL_NONE
             : NULL;
}

static const char *repository_rule_name(sl_value x) {
  return rule_of(x)->name ? rule_of(x)->name : "repository_rule";
}

static const struct sl_type repository_rule_type = {
    .name = "repository_rule",
    .flags = SL_TYPE_HASH_IDENTITY,
    .call = repository_rule_call,
    .callable_name = repository_rule_name,
};

// ---------------------------------------------------------------- tag_class() and module_extension()

struct tag_class {
  const struct sl_type *type;
  sl_value attributes;  // dict
};

struct module_extension {
  const struct sl_type *type;
  sl_value implementation;
  sl_value tag_classes;  // dict name -> tag_class
};

static const struct sl_type tag_class_type = {.name = "tag_class", .flags = SL_TYPE_HASH_IDENTITY};
static const struct sl_type module_extension_type = {.name = "module_extension",
                                                     .flags = SL_TYPE_HASH_IDENTITY};

static sl_value make_tag_class(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct tag_class *tag_class = sl_allocate(sizeof *tag_class);
  tag_class->type = &tag_class_type;
  tag_class->attributes = bz_attributes_check(thread, arguments[0]);
  return tag_class->attributes ? (sl_value)(void *)tag_class : NULL;
}

static sl_value make_module_extension(struct sl_thread *thread, sl_value self,
                                      sl_value *arguments) {
  (void)self;
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(arguments[1], &cursor, &key, &value)) {
    if (!sl_is_string(key) || !sl_has_type(value, &tag_class_type))
      return sl_fail(thread, "got dict<%s, %s> for 'tag_classes', want dict<string, tag_class>",
                     sl_type_name(key), sl_type_name(value));
  }
  struct module_extension *extension = sl_allocate(sizeof *extension);
  *extension = (struct module_extension){&module_extension_type, arguments[0], arguments[1]};
  return (sl_value)(void *)extension;
}

bool bz_extension_export(sl_value value, struct bz_label *file, const char *name) {
  (void)file;
  if (!sl_has_type(value, &repository_rule_type)) return false;
  if (!rule_of(value)->name) rule_of(value)->name = bz_text_copy(name);
  return true;
}

struct sl_builtin bz_extension_builtins[] = {
    SL_BUILTIN("repository_rule(implementation: callable, *, attrs = None, local: bool = False, "
               "environ: sequence = [], "
               "configure: bool = False, remotable: bool = False, doc = None)",
               make_repository_rule,
               "Creates a rule that makes repositories, for use in module extensions."),
    SL_BUILTIN("tag_class(attrs = {}, *, doc = None)", make_tag_class,
               "Describes one kind of tag of a module extension."),
    SL_BUILTIN("module_extension(implementation: callable, *, tag_classes: dict = {}, doc = None, "
               "environ: sequence = [], "
               "os_dependent: bool = False, arch_dependent: bool = False)",
               make_module_extension, "Creates a module extension, for use in MODULE.bazel."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- running an extension

// The tags of one class, in order, as structs.
static sl_value tags_of_class(struct sl_thread *thread, const struct bz_extension *extension,
                              const char *name, const struct tag_class *tag_class) {
  sl_value *tags = sl_allocate((extension->tag_count + 1) * sizeof *tags);
  size_t count = 0;
  for (size_t i = 0; i < extension->tag_count; i++) {
    const struct bz_tag *tag = &extension->tags[i];
    if (strcmp(tag->name, name) != 0) continue;
    tags[count] = bind_attributes(thread, tag_class->attributes, tag->arguments,
                                  extension->defined_in, name, "tag");
    if (tags[count++]) continue;
    const char *reason = bz_text_copy(sl_error_message(thread));
    sl_error_clear(thread);
    return sl_fail(thread, "in tag at %s: %s", tag->position, reason);
  }
  return sl_list_frozen(tags, count);
}

static bool check_tags(struct sl_thread *thread, const struct bz_extension *extension,
                       sl_value tag_classes) {
  for (size_t i = 0; i < extension->tag_count; i++) {
    const struct bz_tag *tag = &extension->tags[i];
    if (!sl_dict_get_string(tag_classes, tag->name))
      return sl_fail_false(thread,
                           "The module extension %s defined in %s does not have a tag class named "
                           "%s, but its use is "
                           "requested at %s",
                           extension->name, extension->bzl_file, tag->name, tag->position);
  }
  return true;
}

// The one module that uses the extension, as module_ctx.modules shows it.
static sl_value module_record(struct sl_thread *thread, const struct bz_extension *extension,
                              const struct module_extension *definition) {
  if (!check_tags(thread, extension, definition->tag_classes)) return NULL;
  sl_value tags = sl_dict(thread, 0);
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(definition->tag_classes, &cursor, &key, &value)) {
    sl_value list = tags_of_class(thread, extension, sl_string_bytes(key),
                                  (const struct tag_class *)(const void *)value);
    if (!list || !sl_dict_set(thread, tags, key, list)) return NULL;
  }
  const struct bz_repository *home = extension->defined_in;
  static const char *const names[] = {"is_root", "name", "tags", "version"};
  sl_value values[] = {
      sl_bool(home == bz_workspace_main(home->workspace)),
      sl_string_from(home->module_name ? home->module_name : ""),
      sl_struct_from_dict(NULL, tags),
      sl_string_from(home->module_version ? home->module_version : ""),
  };
  return sl_struct(NULL, names, values, sizeof values / sizeof *values);
}

static bool run(struct sl_thread *thread, struct bz_loader *loader,
                struct bz_extension *extension) {
  struct bz_label *label = bz_label_parse(thread, extension->defined_in, "", extension->bzl_file,
                                          strlen(extension->bzl_file));
  struct sl_module *module = label ? bz_bzl_load(thread, loader, label) : NULL;
  if (!module) return false;
  sl_value definition = sl_module_get(module, extension->name);
  if (!definition || !sl_has_type(definition, &module_extension_type))
    return sl_fail_false(thread, "%s does not export a module extension called %s",
                         bz_label_text(label), extension->name);
  const struct module_extension *found = (const struct module_extension *)(const void *)definition;
  sl_value record = module_record(thread, extension, found);
  if (!record) return false;
  sl_value context = bz_module_context(loader, record);
  return sl_call(thread, found->implementation, &context, 1, NULL, 0) != NULL;
}

// An extension may be needed in the middle of a BUILD file; that file's package is not its business.
bool bz_extension_run(struct sl_thread *thread, struct bz_extension *extension, void *data) {
  struct bz_loader *loader = data;
  struct bz_package *package = loader->package;
  struct bz_extension *outer = loader->extension;
  struct sl_mutability *before = sl_thread_set_mutability(thread, loader->mutability);
  loader->package = NULL;
  loader->extension = extension;
  bool good = run(thread, loader, extension);
  loader->package = package;
  loader->extension = outer;
  sl_thread_set_mutability(thread, before);
  return good;
}
