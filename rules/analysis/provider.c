// SPDX-License-Identifier: Apache-2.0
//
// Provider: provider() and what it returns. A provider is a key: it is compared by identity, and its instances are structs
// whose constructor it is.

#include <string.h>

#include "rules/analysis/state.h"

// ---------------------------------------------------------------- names

const char *bz_provider_name(const struct bz_provider *provider) {
  return provider->name ? provider->name : "<no name>";
}

struct bz_provider *bz_provider_of_instance(sl_value value) {
  if (sl_is_struct(value)) {
    sl_value constructor = sl_struct_constructor(value);
    return constructor && bz_is_provider(constructor) ? bz_provider_of(constructor) : NULL;
  }
  return sl_has_type(value, &bz_output_group_type) ? &bz_output_group_info : NULL;
}

sl_value bz_provider_find(sl_value providers, const char *exported_as) {
  size_t cursor = 0;
  sl_value key, instance;
  while (sl_dict_next(providers, &cursor, &key, &instance)) {
    const char *name = bz_provider_of(key)->exported_as;
    if (name && strcmp(name, exported_as) == 0) return instance;
  }
  return NULL;
}

void bz_analysis_export(struct sl_thread *thread, sl_value value, struct bz_label *bzl_file,
                        const char *name) {
  (void)thread;
  if (bz_is_aspect(value) && !bz_aspect_of(value)->name) {
    bz_aspect_of(value)->name = bz_text_format("%s%%%s", bz_label_text(bzl_file), name);
  }
  if (!bz_is_provider(value) || bz_provider_of(value)->name) return;
  struct sl_text label = {0};
  bz_label_canonical(bzl_file, &label);
  bz_provider_of(value)->name = bz_text_copy(name);
  bz_provider_of(value)->exported_as = bz_text_format("%s%%%s", sl_text_string(&label), name);
  sl_text_free(&label);
}

// ---------------------------------------------------------------- calls

// Keyword arguments as sl_call wants them.
struct keywords {
  const char **names;
  sl_value *values;
  size_t count;
};

static struct keywords keywords_of(sl_value dict) {
  struct keywords keywords = {0};
  size_t room = dict ? sl_dict_length(dict) : 0;
  if (room == 0) return keywords;
  keywords.names = sl_allocate(room * sizeof *keywords.names);
  keywords.values = sl_allocate(room * sizeof *keywords.values);
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(dict, &cursor, &key, &value)) {
    keywords.names[keywords.count] = sl_string_bytes(key);
    keywords.values[keywords.count++] = value;
  }
  return keywords;
}

// Calls with the keyword arguments of a dict, or none.
static sl_value call_with(struct sl_thread *thread, sl_value callee, const sl_value *arguments,
                          size_t count, sl_value dict) {
  struct keywords keywords = keywords_of(dict);
  sl_value *all = sl_allocate((count + keywords.count + 1) * sizeof *all);
  if (count) memcpy(all, arguments, count * sizeof *all);
  if (keywords.count) memcpy(all + count, keywords.values, keywords.count * sizeof *all);
  return sl_call(thread, callee, all, count, keywords.names, keywords.count);
}

static bool check_fields(struct sl_thread *thread, const struct bz_provider *provider,
                         const struct keywords *keywords) {
  if (!provider->fields) return true;
  struct sl_text unknown = {0};
  size_t count = 0;
  for (size_t i = 0; i < keywords->count; i++) {
    if (sl_dict_get_string(provider->fields, keywords->names[i])) continue;
    sl_text_format(&unknown, "%s%s", count++ ? ", " : "", keywords->names[i]);
  }
  if (count > 0) {
    sl_fail_false(thread, "unexpected keyword%s %s in call to instantiate provider %s",
                  count > 1 ? "s" : "", sl_text_string(&unknown), bz_provider_name(provider));
  }
  sl_text_free(&unknown);
  return count == 0;
}

static sl_value instantiate(struct sl_thread *thread, struct bz_provider *provider, size_t count,
                            sl_value dict) {
  if (count > 0) {
    return sl_fail(thread, "%s: unexpected positional arguments", bz_provider_name(provider));
  }
  struct keywords keywords = keywords_of(dict);
  if (!check_fields(thread, provider, &keywords)) return NULL;
  return sl_struct(bz_provider_value(provider), keywords.names, keywords.values, keywords.count);
}

static sl_value call_init(struct sl_thread *thread, struct bz_provider *provider,
                          const sl_value *arguments, size_t count, sl_value keywords) {
  sl_value fields = call_with(thread, provider->init, arguments, count, keywords);
  if (!fields) return NULL;
  if (!sl_is_dict(fields)) {
    return sl_fail(thread, "got %s for provider's init return value, want dict",
                   sl_type_name(fields));
  }
  size_t cursor = 0;
  sl_value key, value;
  while (sl_dict_next(fields, &cursor, &key, &value)) {
    if (sl_is_string(key)) continue;
    return sl_fail(thread,
                   "got dict<%s, %s> for provider's init return value, want dict<string, any>",
                   sl_type_name(key), sl_type_name(value));
  }
  return instantiate(thread, provider, 0, fields);
}

static sl_value provider_call(struct sl_thread *thread, sl_value x, sl_value *arguments,
                              size_t count, sl_value keywords) {
  struct bz_provider *provider = bz_provider_of(x);
  if (provider->native) {
    return call_with(thread, sl_builtin_value(provider->native), arguments, count, keywords);
  }
  if (provider->init) return call_init(thread, provider, arguments, count, keywords);
  return instantiate(thread, provider, count, keywords);
}

static bool provider_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  (void)x;
  sl_text_append_string(out, "<provider>");
  return true;
}

static const char *provider_callable_name(sl_value x) {
  return bz_provider_name(bz_provider_of(x));
}

static void provider_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  const struct bz_provider *provider = bz_provider_of(x);
  if (provider->fields) visit(data, provider->fields);
  if (provider->init) visit(data, provider->init);
}

const struct sl_type bz_provider_type = {
    .name = "Provider",
    .flags = SL_TYPE_HASH_IDENTITY,
    .repr = provider_repr,
    .call = provider_call,
    .freeze = provider_freeze,
    .callable_name = provider_callable_name,
};

// ---------------------------------------------------------------- provider()

static sl_value raw_constructor(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  size_t count = sl_tuple_length(arguments[0]);
  return instantiate(thread, bz_provider_of(self), count, arguments[1]);
}

static struct sl_builtin raw_constructor_row[] = {
    SL_BUILTIN("raw_constructor(*args, **kwargs)", raw_constructor,
               "Makes an instance of a provider without its init."),
};

// The dict of legal names that `fields` means: a list of names, or a dict of name -> documentation.
static bool field_names(struct sl_thread *thread, sl_value given, sl_value *fields) {
  *fields = NULL;
  if (given == SL_NONE) return true;
  sl_value names = sl_to_tuple(thread, given);
  if (!names) return false;
  *fields = sl_dict(thread, sl_tuple_length(names));
  for (size_t i = 0; i < sl_tuple_length(names); i++) {
    sl_value name = sl_tuple_get(names, i);
    if (!sl_is_string(name)) {
      return sl_fail_false(thread, "at index %zu of fields, got element of type %s, want string", i,
                           sl_type_name(name));
    }
    if (!sl_dict_set(thread, *fields, name, SL_NONE)) return false;
  }
  return true;
}

sl_value bz_provider_make(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  sl_value fields;
  if (!field_names(thread, arguments[1], &fields)) return NULL;
  struct bz_provider *provider = sl_new(thread, &bz_provider_type, sizeof *provider);
  provider->fields = fields;
  if (arguments[2] == SL_NONE) return bz_provider_value(provider);
  provider->init = arguments[2];
  sl_value pair[] = {bz_provider_value(provider),
                     sl_builtin_bind(raw_constructor_row, bz_provider_value(provider))};
  return sl_tuple(pair, 2);
}

// ---------------------------------------------------------------- requirements

sl_value bz_provider_alternatives(struct sl_thread *thread, sl_value given, const char *what) {
  sl_value *items;
  size_t count;
  if (!bz_value_items(thread, given, &items, &count)) return NULL;
  if (count == 0) return sl_list_frozen(NULL, 0);
  bool plain = true;
  for (size_t i = 0; i < count; i++)
    plain = plain && (bz_is_provider(items[i]) || bz_value_is_unknown(items[i]));
  if (plain) {
    sl_value all = sl_list_frozen(items, count);
    return sl_list_frozen(&all, 1);
  }
  for (size_t i = 0; i < count; i++) {
    sl_value *parts;
    size_t part_count;
    bool good = sl_sequence_items(items[i], &parts, &part_count);
    for (size_t j = 0; good && j < part_count; j++)
      good = bz_is_provider(parts[j]) || bz_value_is_unknown(parts[j]);
    if (!good) {
      return sl_fail(
          thread,
          "element in '%s' is of unexpected type. Either all elements should be providers, or all "
          "elements should be lists of providers, but got an element of type %s.",
          what, sl_type_name(items[i]));
    }
  }
  return sl_list_frozen(items, count);
}

// Whether a dict of instances or a list of declared providers has this one. One that is unknown may be there.
static bool has_provider(struct sl_thread *thread, sl_value providers, sl_value provider) {
  if (bz_value_is_unknown(provider)) return true;
  if (sl_is_dict(providers)) return sl_dict_get(thread, providers, provider) != NULL;
  sl_value *items;
  size_t count;
  sl_sequence_items(providers, &items, &count);
  for (size_t i = 0; i < count; i++) {
    if (items[i] == provider) return true;
  }
  return false;
}

bool bz_provider_satisfies(struct sl_thread *thread, sl_value alternatives, sl_value providers) {
  sl_value *options;
  size_t option_count;
  if (!alternatives || !sl_sequence_items(alternatives, &options, &option_count)) return true;
  for (size_t i = 0; i < option_count; i++) {
    sl_value *wanted;
    size_t count, found = 0;
    sl_sequence_items(options[i], &wanted, &count);
    while (found < count && has_provider(thread, providers, wanted[found])) found++;
    if (found == count) return true;
  }
  return option_count == 0;
}
