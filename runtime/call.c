// SPDX-License-Identifier: Apache-2.0
//
// Call: the calls that the interpreter does not make by itself: those with keywords, *args, **kwargs or defaults, of
// natives, and from the host. Invariant: values on their way from arguments to parameters are below the thread's `top`
// or on the host's stack, so that the collector sees them.
#include "runtime/call.h"

#include "common/spell.h"

enum {
  PLAN_LIMIT = 32,  // keywords of a call that can have a plan
  MISS_LIMIT = 16,  // a site that has made so many plans in vain makes no more
};

// The arguments of a call, taken apart. They overlap nothing that is written while they are read.
struct arguments {
  const sl_value *positional;
  size_t positional_count;
  const sl_value *names;
  const sl_value *values;
  size_t named_count;
  size_t interned_count;  // so many of the names, the first ones, are interned
};

// ---------------------------------------------------------------- room on the value stack

// Makes the stack reach at least to `top`.
static bool raise_top(struct sl_thread *thread, sl_value *top) {
  if (top <= thread->top) return true;
  if (top > thread->stack_limit) return sl_fail_false(thread, "stack overflow");
  thread->top = top;
  return true;
}

// ---------------------------------------------------------------- Starlark functions

// Bazel counts a call whose arguments do not bind as begun: the traceback ends at the callee's name.
static struct sl_call_frame *enter_binding(struct sl_thread *thread, struct sl_function *function) {
  struct sl_call_frame *frame = ++thread->frame;
  *frame = (struct sl_call_frame){.function = function, .base = thread->top};
  return frame;
}

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

static const char *function_name(const struct sl_function *function) {
  return sl_string_bytes(function->code->name);
}

static bool refuse_positional(struct sl_thread *thread, struct sl_function *function,
                              size_t count) {
  size_t limit = function->code->positional_count;
  enter_binding(thread, function);
  if (limit > 0) {
    sl_fail(thread, "%s() accepts no more than %zu positional argument%s but got %zu",
            function_name(function), limit, plural(limit), count);
  } else {
    sl_fail(thread, "%s() does not accept positional arguments, but got %zu",
            function_name(function), count);
  }
  thread->frame--;
  return false;
}

static bool refuse_duplicate(struct sl_thread *thread, struct sl_function *function,
                             const char *what, sl_value name) {
  enter_binding(thread, function);
  sl_fail(thread, "%s() got multiple values for %s '%s'", function_name(function), what,
          sl_string_bytes(name));
  thread->frame--;
  return false;
}

// Says which of the parameters in [from, to) have no value.
static bool refuse_missing(struct sl_thread *thread, struct sl_function *function,
                           const sl_value *slots, uint32_t from, uint32_t to, const char *kind) {
  const struct sl_code *code = function->code;
  struct sl_text names = {0};
  size_t count = 0;
  for (uint32_t i = from; i < to; i++) {
    if (slots[i]) continue;
    if (count++) sl_text_append_string(&names, ", ");
    sl_text_append_string(&names, sl_string_bytes(code->parameter_names[i]));
  }
  if (count) {
    enter_binding(thread, function);
    sl_fail(thread, "%s() missing %zu required %s argument%s: %s", function_name(function), count,
            kind, plural(count), sl_text_string(&names));
    thread->frame--;
  }
  sl_text_free(&names);
  return count == 0;
}

// Index of the parameter with an interned name, or -1.
static int32_t find_interned(const struct sl_code *code, sl_value name) {
  for (uint32_t i = 0; i < code->named_count; i++) {
    if (code->parameter_names[i] == name) return (int32_t)i;
  }
  return -1;
}

// The same for any string. Most are interned, though nobody knows: a second look is for the rest.
static int32_t find_parameter(const struct sl_code *code, sl_value name) {
  int32_t found = find_interned(code, name);
  const struct sl_string *string = (const struct sl_string *)(const void *)name;
  for (uint32_t i = 0; found < 0 && i < code->named_count; i++) {
    const struct sl_string *known =
        (const struct sl_string *)(const void *)code->parameter_names[i];
    if (sl_string_equal(known, string)) found = (int32_t)i;
  }
  return found;
}

static bool refuse_unexpected(struct sl_thread *thread, struct sl_function *function,
                              const struct arguments *arguments) {
  const struct sl_code *code = function->code;
  struct sl_text names = {0};
  struct sl_spell spell;
  size_t count = 0;
  for (size_t i = 0; i < arguments->named_count; i++) {
    sl_value name = arguments->names[i];
    if (find_parameter(code, name) >= 0) continue;
    if (count++) sl_text_append_string(&names, ", ");
    sl_text_append_string(&names, sl_string_bytes(name));
    sl_spell_begin(&spell, sl_string_bytes(name), sl_string_length(name));
  }
  for (uint32_t i = 0; count == 1 && i < code->named_count; i++) {
    sl_spell_offer(&spell, sl_string_bytes(code->parameter_names[i]),
                   sl_string_length(code->parameter_names[i]));
  }
  if (count == 1 && spell.best) sl_text_format(&names, " (did you mean '%s'?)", spell.best);
  enter_binding(thread, function);
  sl_fail(thread, "%s() got unexpected keyword argument%s: %s", function_name(function),
          plural(count), sl_text_string(&names));
  thread->frame--;
  sl_text_free(&names);
  return false;
}

// Fills in the parameters that were not given. Parameters before `from` have their values.
static bool fill_defaults(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                          uint32_t from) {
  const struct sl_code *code = function->code;
  bool missing = false;
  for (uint32_t i = from; i < code->named_count; i++) {
    if (slots[i]) continue;
    if (code->default_index[i] >= 0) {
      slots[i] = function->defaults[code->default_index[i]];
    } else {
      missing = true;
    }
  }
  return !missing ||
         (refuse_missing(thread, function, slots, from, code->positional_count, "positional") &&
          refuse_missing(thread, function, slots, code->positional_count, code->named_count,
                         "keyword-only"));
}

// Binds *args to the surplus arguments.
static bool bind_star(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                      const sl_value *positional, size_t count) {
  const struct sl_code *code = function->code;
  size_t surplus = count > code->positional_count ? count - code->positional_count : 0;
  if (!code->star) return surplus == 0 || refuse_positional(thread, function, count);
  slots[code->named_count] = sl_tuple(positional + count - surplus, surplus);
  return true;
}

bool sl_bind_positional(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                        uint32_t count) {
  const struct sl_code *code = function->code;
  if (!raise_top(thread, slots + (count > code->register_count ? count : code->register_count)))
    return false;
  if (!bind_star(thread, function, slots, slots, count)) return false;
  if (code->star_star) slots[code->parameter_count - 1] = sl_dict(thread, 0);
  if (count >= code->named_count) return true;
  for (uint32_t i = count; i < code->named_count; i++) slots[i] = NULL;
  return fill_defaults(thread, function, slots, count);
}

// Puts one keyword into **kwargs.
static bool bind_extra(struct sl_thread *thread, struct sl_function *function, sl_value extra,
                       sl_value name, sl_value value) {
  struct sl_dict *dict = (struct sl_dict *)(void *)extra;
  uint32_t before = dict->count;
  struct sl_string *key = (struct sl_string *)(void *)name;
  if (!sl_dict_put(thread, dict, name, sl_string_hash(key), value)) return false;
  return dict->count != before || refuse_duplicate(thread, function, "keyword argument", name);
}

static bool bind_keywords(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                          const struct arguments *arguments) {
  const struct sl_code *code = function->code;
  sl_value extra = NULL;
  if (code->star_star)
    extra = slots[code->parameter_count - 1] = sl_dict(thread, arguments->named_count);
  bool unexpected = false;
  for (size_t i = 0; i < arguments->named_count; i++) {
    sl_value name = arguments->names[i], value = arguments->values[i];
    int32_t place =
        i < arguments->interned_count ? find_interned(code, name) : find_parameter(code, name);
    if (place >= 0) {
      if (slots[place]) return refuse_duplicate(thread, function, "parameter", name);
      slots[place] = value;
    } else if (extra) {
      if (!bind_extra(thread, function, extra, name, value)) return false;
    } else {
      unexpected = true;
    }
  }
  return !unexpected || refuse_unexpected(thread, function, arguments);
}

// The general case.
static bool bind_function(struct sl_thread *thread, struct sl_function *function,
                          const struct arguments *arguments, sl_value *slots) {
  const struct sl_code *code = function->code;
  if (!raise_top(thread, slots + code->register_count)) return false;
  memset(slots, 0, code->parameter_count * sizeof *slots);
  size_t given = arguments->positional_count;
  if (given > code->positional_count) given = code->positional_count;
  if (given) memcpy(slots, arguments->positional, given * sizeof *slots);
  return bind_star(thread, function, slots, arguments->positional, arguments->positional_count) &&
         bind_keywords(thread, function, slots, arguments) &&
         fill_defaults(thread, function, slots, (uint32_t)given);
}

// ---------------------------------------------------------------- natives

static const char *native_name(const struct sl_signature *signature) {
  return sl_string_bytes(signature->name);
}

static int32_t find_native_parameter(const struct sl_signature *signature, sl_value name) {
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (parameter->kind > SL_SIGNATURE_KEYWORD_ONLY) continue;
    if (sl_string_equal((const struct sl_string *)(const void *)parameter->name,
                        (const struct sl_string *)(const void *)name)) {
      return (int32_t)i;
    }
  }
  return -1;
}

static bool refuse_native_keyword(struct sl_thread *thread, const struct sl_signature *signature,
                                  sl_value name) {
  struct sl_spell spell;
  sl_spell_begin(&spell, sl_string_bytes(name), sl_string_length(name));
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    sl_value known = signature->parameters[i].name;
    if (signature->parameters[i].kind > SL_SIGNATURE_KEYWORD_ONLY) continue;
    sl_spell_offer(&spell, sl_string_bytes(known), sl_string_length(known));
  }
  if (!spell.best) {
    return sl_fail_false(thread, "%s() got unexpected keyword argument '%s'",
                         native_name(signature), sl_string_bytes(name));
  }
  return sl_fail_false(thread, "%s() got unexpected keyword argument '%s' (did you mean '%s'?)",
                       native_name(signature), sl_string_bytes(name), spell.best);
}

// One keyword that is no parameter's: it goes to **kwargs, if there is one.
static bool bind_native_extra(struct sl_thread *thread, const struct sl_signature *signature,
                              sl_value extra, sl_value name, sl_value value, bool positional_only) {
  if (!extra && positional_only) {
    return sl_fail_false(thread, "%s() got named argument for positional-only parameter '%s'",
                         native_name(signature), sl_string_bytes(name));
  }
  if (!extra) return refuse_native_keyword(thread, signature, name);
  struct sl_dict *dict = (struct sl_dict *)(void *)extra;
  uint32_t before = dict->count;
  struct sl_string *key = (struct sl_string *)(void *)name;
  if (!sl_dict_put(thread, dict, name, sl_string_hash(key), value)) return false;
  return dict->count != before ||
         sl_fail_false(thread, "%s() got multiple values for keyword argument '%s'",
                       native_name(signature), sl_string_bytes(name));
}

static bool bind_native_keyword(struct sl_thread *thread, const struct sl_signature *signature,
                                sl_value *slots, sl_value extra, sl_value name, sl_value value) {
  int32_t i = find_native_parameter(signature, name);
  const struct sl_signature_parameter *parameter = &signature->parameters[i < 0 ? 0 : i];
  if (i < 0 || parameter->kind == SL_SIGNATURE_POSITIONAL_ONLY) {
    return bind_native_extra(thread, signature, extra, name, value, i >= 0);
  }
  if (!sl_parameter_accepts(parameter, value))
    return sl_parameter_refuse(thread, signature, parameter, value);
  if (slots[i]) {
    return sl_fail_false(thread, "%s() got multiple values for argument '%s'",
                         native_name(signature), sl_string_bytes(name));
  }
  slots[i] = value;
  return true;
}

static bool bind_native_positional(struct sl_thread *thread, const struct sl_signature *signature,
                                   const struct arguments *arguments, sl_value *slots) {
  size_t count = arguments->positional_count;
  size_t given = count < signature->positional_count ? count : signature->positional_count;
  for (size_t i = 0; i < given; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (!sl_parameter_accepts(parameter, arguments->positional[i])) {
      return sl_parameter_refuse(thread, signature, parameter, arguments->positional[i]);
    }
    slots[i] = arguments->positional[i];
  }
  if (given < count && !signature->star) {
    if (given == 0)
      return sl_fail_false(thread, "%s() got unexpected positional argument",
                           native_name(signature));
    return sl_fail_false(thread, "%s() accepts no more than %zu positional argument%s but got %zu",
                         native_name(signature), given, plural(given), count);
  }
  return true;
}

static bool refuse_missing_native(struct sl_thread *thread, const struct sl_signature *signature,
                                  const sl_value *slots, bool positional) {
  struct sl_text names = {0};
  size_t count = 0;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (slots[i] || !parameter->required ||
        (parameter->kind <= SL_SIGNATURE_ORDINARY) != positional)
      continue;
    if (count++) sl_text_append_string(&names, ", ");
    sl_text_append_string(&names, sl_string_bytes(parameter->name));
  }
  if (count) {
    sl_fail(thread, "%s() missing %zu required %s argument%s: %s", native_name(signature), count,
            positional ? "positional" : "named", plural(count), sl_text_string(&names));
  }
  sl_text_free(&names);
  return count == 0;
}

static bool fill_native_defaults(struct sl_thread *thread, const struct sl_signature *signature,
                                 sl_value *slots) {
  bool missing = false;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    if (slots[i]) continue;
    slots[i] = signature->parameters[i].default_value;
    missing |= signature->parameters[i].required;
  }
  return !missing || (refuse_missing_native(thread, signature, slots, true) &&
                      refuse_missing_native(thread, signature, slots, false));
}

// The general case.
static bool bind_native(struct sl_thread *thread, const struct sl_signature *signature,
                        const struct arguments *arguments, sl_value *slots) {
  if (!raise_top(thread, slots + signature->parameter_count)) return false;
  memset(slots, 0, signature->parameter_count * sizeof *slots);
  if (!bind_native_positional(thread, signature, arguments, slots)) return false;
  sl_value extra = NULL;
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    if (signature->parameters[i].kind == SL_SIGNATURE_STAR) {
      size_t given = signature->positional_count < arguments->positional_count
                         ? signature->positional_count
                         : arguments->positional_count;
      slots[i] = sl_tuple(arguments->positional + given, arguments->positional_count - given);
    } else if (signature->parameters[i].kind == SL_SIGNATURE_STAR_STAR) {
      extra = slots[i] = sl_dict(thread, 0);
    }
  }
  for (size_t i = 0; i < arguments->named_count; i++) {
    if (!bind_native_keyword(thread, signature, slots, extra, arguments->names[i],
                             arguments->values[i]))
      return false;
  }
  return fill_native_defaults(thread, signature, slots);
}

// ---------------------------------------------------------------- plans

// What a plan is made from: a function's or a native's parameters.
struct plan_target {
  const void *callee;
  uint32_t positional_count;
  uint32_t parameter_count;
  // Index of a parameter that a keyword may name, or -1.
  int32_t (*find)(const void *callee, sl_value name);
  // What becomes of a parameter without argument: enum sl_plan_source, or PLAN_REQUIRED.
  int16_t (*absent)(const void *callee, uint32_t parameter);
};

enum { PLAN_REQUIRED = -4 };

static int32_t function_find(const void *callee, sl_value name) {
  return find_parameter(callee, name);
}

static int16_t function_absent(const void *callee, uint32_t parameter) {
  const struct sl_code *code = callee;
  if (parameter >= code->named_count) {
    return code->star && parameter == code->named_count ? SL_PLAN_STAR : SL_PLAN_STAR_STAR;
  }
  return code->default_index[parameter] >= 0 ? SL_PLAN_DEFAULT : PLAN_REQUIRED;
}

static int32_t native_find(const void *callee, sl_value name) {
  const struct sl_signature *signature = callee;
  int32_t i = find_native_parameter(signature, name);
  return i >= 0 && signature->parameters[i].kind == SL_SIGNATURE_POSITIONAL_ONLY ? -1 : i;
}

static int16_t native_absent(const void *callee, uint32_t parameter) {
  const struct sl_signature_parameter *described =
      &((const struct sl_signature *)callee)->parameters[parameter];
  if (described->kind == SL_SIGNATURE_STAR) return SL_PLAN_STAR;
  if (described->kind == SL_SIGNATURE_STAR_STAR) return SL_PLAN_STAR_STAR;
  return described->required ? PLAN_REQUIRED : SL_PLAN_DEFAULT;
}

// Assigns each keyword its parameter. False: the call does not bind, or not in this simple way.
static bool plan_keywords(const struct plan_target *target, const struct sl_site *site,
                          struct sl_call_plan *plan) {
  bool has_extra = false;
  for (uint32_t i = 0; i < plan->count; i++) {
    plan->sources[i] = target->absent(target->callee, site->positional_count + i);
    has_extra |= plan->sources[i] == SL_PLAN_STAR_STAR;
  }
  for (uint32_t i = 0; i < site->named_count; i++) {
    int32_t parameter = target->find(target->callee, site->names[i]);
    if (parameter < 0) {
      if (!has_extra) return false;
      for (uint32_t j = 0; j < i; j++) {
        if (site->names[j] == site->names[i]) return false;
      }
      plan->extra[plan->extra_count++] = (uint16_t)i;
      continue;
    }
    if (parameter < site->positional_count) return false;
    int16_t *source = &plan->sources[parameter - site->positional_count];
    if (*source >= 0) return false;
    *source = (int16_t)i;
  }
  for (uint32_t i = 0; i < plan->count; i++) {
    if (plan->sources[i] == PLAN_REQUIRED) return false;
  }
  return true;
}

// The site's plan for a callee; NULL: there is none, bind in the general way.
static const struct sl_call_plan *plan_for(struct sl_site *site, const struct plan_target *target) {
  const struct sl_call_plan *known = atomic_load_explicit(&site->plan, memory_order_acquire);
  if (known && known->callee == target->callee) return known;
  if (site->named_count > PLAN_LIMIT || site->positional_count > target->positional_count)
    return NULL;
  if (atomic_fetch_add_explicit(&site->misses, 1, memory_order_relaxed) >= MISS_LIMIT) return NULL;
  struct sl_call_plan *plan = sl_allocate(sizeof *plan);
  plan->callee = target->callee;
  plan->count = target->parameter_count - site->positional_count;
  plan->sources = sl_allocate_atomic((plan->count + 1) * sizeof *plan->sources);
  plan->extra = sl_allocate_atomic((site->named_count + 1u) * sizeof *plan->extra);
  if (!plan_keywords(target, site, plan)) return NULL;
  atomic_store_explicit(&site->plan, plan, memory_order_release);
  return plan;
}

static sl_value extra_of(struct sl_thread *thread, const struct sl_site *site,
                         const struct sl_call_plan *plan, const sl_value *values) {
  sl_value dict = sl_dict(thread, plan->extra_count);
  for (uint32_t i = 0; i < plan->extra_count; i++) {
    sl_value name = site->names[plan->extra[i]];
    uint32_t hash = sl_string_hash((struct sl_string *)(void *)name);
    // Putting strings cannot fail.
    if (!sl_dict_put(thread, (struct sl_dict *)(void *)dict, name, hash, values[plan->extra[i]]))
      return NULL;
  }
  return dict;
}

// Moves the keywords' values, which follow the positional arguments, to their parameters. Those that have their
// default stay NULL.
static bool follow_plan(struct sl_thread *thread, const struct sl_site *site,
                        const struct sl_call_plan *plan, sl_value *slots) {
  sl_value values[PLAN_LIMIT];
  sl_value *rest = slots + site->positional_count;
  for (uint32_t i = 0; i < site->named_count; i++) values[i] = rest[i];
  for (uint32_t i = 0; i < plan->count; i++) {
    int16_t source = plan->sources[i];
    if (source >= 0) {
      rest[i] = values[source];
    } else if (source == SL_PLAN_DEFAULT) {
      rest[i] = NULL;
    } else if (source == SL_PLAN_STAR) {
      rest[i] = sl_tuple(NULL, 0);
    } else {
      rest[i] = extra_of(thread, site, plan, values);
      if (!rest[i]) return false;
    }
  }
  return true;
}

// ---------------------------------------------------------------- *args and **kwargs

// The operand of * as something that has a length. NULL with an error pending.
static sl_value star_operand(struct sl_thread *thread, const struct sl_site *site, sl_value star) {
  if (sl_is_iterable(star)) return sl_length(star) >= 0 ? star : sl_to_tuple(thread, star);
  sl_fail(thread, "argument after * must be an iterable, not %s", sl_type_name(star));
  sl_error_move(thread, site->star);
  return NULL;
}

// The operand of ** as a dict. NULL with an error pending.
static sl_value star_star_operand(struct sl_thread *thread, const struct sl_site *site,
                                  sl_value mapping) {
  if (sl_is_dict(mapping)) return mapping;
  if (sl_is_mapping(mapping)) {
    sl_value dict = sl_dict(thread, 0);
    return sl_dict_update(thread, dict, mapping) ? dict : NULL;
  }
  sl_fail(thread, "argument after ** must be a dict, not %s", sl_type_name(mapping));
  sl_error_move(thread, site->star_star);
  return NULL;
}

static bool expand_star(struct sl_thread *thread, sl_value star, sl_value *to, size_t count) {
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, star, &iterator)) return false;
  for (size_t i = 0; i < count; i++) to[i] = sl_iterate_next(&iterator);
  sl_iterate_end(&iterator);
  return true;
}

static bool expand_star_star(struct sl_thread *thread, const struct sl_site *site, sl_value dict,
                             sl_value *names, sl_value *values) {
  size_t cursor = 0;
  for (; sl_dict_next(dict, &cursor, names, values); names++, values++) {
    if (sl_is_string(*names)) continue;
    sl_fail(thread, "keywords must be strings, not %s", sl_type_name(*names));
    sl_error_move(thread, site->star_star);
    return false;
  }
  return true;
}

// Copies a call's arguments to the top of the stack, * and ** expanded: positional arguments, names, values.
static bool gather(struct sl_thread *thread, const struct sl_site *site, const sl_value *slots,
                   sl_value *to, struct arguments *arguments) {
  size_t positional = site->positional_count, named = site->named_count;
  const sl_value *operand = slots + positional + named;
  sl_value star = NULL, dict = NULL;
  if (site->star && !(star = star_operand(thread, site, *operand++))) return false;
  if (site->star_star && !(dict = star_star_operand(thread, site, *operand))) return false;
  size_t star_count = star ? (size_t)sl_length(star) : 0, extra = dict ? sl_dict_length(dict) : 0;
  if (star_count > SL_STACK_VALUES || extra > SL_STACK_VALUES)
    return sl_fail_false(thread, "stack overflow");
  if (!raise_top(thread, to + positional + star_count + 2 * (named + extra))) return false;
  sl_value *names = to + positional + star_count, *values = names + named + extra;
  memcpy(to, slots, positional * sizeof *to);
  if (named) memcpy(names, site->names, named * sizeof *names);
  if (named) memcpy(values, slots + positional, named * sizeof *values);
  *arguments = (struct arguments){to, positional + star_count, names, values, named + extra, named};
  return (!star || expand_star(thread, star, to + positional, star_count)) &&
         (!dict || expand_star_star(thread, site, dict, names + named, values + named));
}

// ---------------------------------------------------------------- calls

static enum sl_call_outcome finish(sl_value value, sl_value *result) {
  if (!value) return SL_CALL_FAILED;
  *result = value;
  return SL_CALL_DONE;
}

// Where gathered arguments may go: beyond the frame, and beyond what binding writes.
static sl_value *beyond(const struct sl_thread *thread, sl_value *slots, uint32_t count) {
  return slots + count > thread->top ? slots + count : thread->top;
}

static enum sl_call_outcome call_function(struct sl_thread *thread, struct sl_function *function,
                                          sl_value *slots, struct sl_site *site, uint32_t count) {
  struct sl_code *code = function->code;
  if (!site || site->plain) {
    return sl_bind_positional(thread, function, slots, count) ? SL_CALL_ENTER : SL_CALL_FAILED;
  }
  if (!site->star && !site->star_star) {
    struct plan_target target = {code, code->positional_count, code->parameter_count, function_find,
                                 function_absent};
    const struct sl_call_plan *plan = plan_for(site, &target);
    if (plan) {
      bool bound = raise_top(thread, slots + code->register_count) &&
                   follow_plan(thread, site, plan, slots) &&
                   fill_defaults(thread, function, slots, site->positional_count);
      return bound ? SL_CALL_ENTER : SL_CALL_FAILED;
    }
  }
  struct arguments arguments;
  bool bound =
      gather(thread, site, slots, beyond(thread, slots, code->register_count), &arguments) &&
      bind_function(thread, function, &arguments, slots);
  return bound ? SL_CALL_ENTER : SL_CALL_FAILED;
}

static bool check_types(struct sl_thread *thread, const struct sl_signature *signature,
                        const sl_value *slots) {
  for (uint32_t i = 0; i < signature->parameter_count; i++) {
    const struct sl_signature_parameter *parameter = &signature->parameters[i];
    if (slots[i] && !sl_parameter_accepts(parameter, slots[i])) {
      return sl_parameter_refuse(thread, signature, parameter, slots[i]);
    }
  }
  return true;
}

static bool bind_plan(struct sl_thread *thread, const struct sl_signature *signature,
                      sl_value *slots, const struct sl_site *site,
                      const struct sl_call_plan *plan) {
  return raise_top(thread, slots + signature->parameter_count) &&
         follow_plan(thread, site, plan, slots) && check_types(thread, signature, slots) &&
         fill_native_defaults(thread, signature, slots);
}

// Binds a native's arguments. Errors are the native's once its operands of * and ** are known to be good.
static bool bind_native_site(struct sl_thread *thread, struct sl_builtin *row, sl_value *slots,
                             struct sl_site *site, uint32_t count) {
  const struct sl_signature *signature = sl_signature_of(row);
  uint32_t all = signature->parameter_count;
  struct sl_site plain = {.positional_count = (uint16_t)count, .plain = true};
  if (!site) site = &plain;
  const struct sl_call_plan *plan = NULL;
  if (!site->star && !site->star_star && site->named_count) {
    struct plan_target target = {signature, signature->positional_count, all, native_find,
                                 native_absent};
    plan = plan_for(site, &target);
  }
  struct arguments arguments;
  if (!plan && !gather(thread, site, slots, beyond(thread, slots, all), &arguments)) return false;
  thread->frame->native = sl_builtin_value(row);
  return plan ? bind_plan(thread, signature, slots, site, plan)
              : bind_native(thread, signature, &arguments, slots);
}

// Calls a row whose `self` is not in the window.
static enum sl_call_outcome call_row(struct sl_thread *thread, struct sl_builtin *row,
                                     sl_value self, sl_value *slots, struct sl_site *site,
                                     uint32_t count, sl_value *result) {
  struct sl_call_frame *frame = thread->frame;
  sl_value *top = thread->top;
  bool plain = !site || site->plain;
  bool bound = (plain && sl_bind_direct(thread, sl_signature_of(row), slots, count)) ||
               bind_native_site(thread, row, slots, site, count);
  frame->native = sl_builtin_value(row);
  sl_value value = bound ? row->function(thread, self, slots) : NULL;
  frame->native = NULL;
  thread->top = top;
  return finish(value, result);
}

enum sl_call_outcome sl_call_row(struct sl_thread *thread, struct sl_builtin *row, sl_value *window,
                                 struct sl_site *site, uint32_t count, sl_value *result) {
  return call_row(thread, row, window[0], window + 1, site, count, result);
}

// Keywords of a call of a host's object, as a dict; NULL with an error pending.
static sl_value keyword_dict(struct sl_thread *thread, sl_value callee,
                             const struct arguments *arguments) {
  sl_value dict = sl_dict(thread, arguments->named_count);
  for (size_t i = 0; i < arguments->named_count; i++) {
    if (!sl_dict_set(thread, dict, arguments->names[i], arguments->values[i])) return NULL;
    if (sl_dict_length(dict) == i + 1) continue;
    return sl_fail(thread, "%s() got multiple values for keyword argument '%s'",
                   sl_callable_name(callee), sl_string_bytes(arguments->names[i]));
  }
  return dict;
}

static sl_value call_object(struct sl_thread *thread, sl_value callee, sl_value *slots,
                            const struct sl_site *site) {
  struct arguments arguments;
  if (!gather(thread, site, slots, beyond(thread, slots, 0), &arguments)) return NULL;
  thread->frame->native = callee;
  sl_value keywords = NULL;
  if (arguments.named_count && !(keywords = keyword_dict(thread, callee, &arguments))) return NULL;
  return sl_type_of(callee)->call(thread, callee, (sl_value *)(uintptr_t)arguments.positional,
                                  arguments.positional_count, keywords);
}

// Calls what is neither a Starlark function nor a row.
static enum sl_call_outcome call_other(struct sl_thread *thread, sl_value callee, sl_value *slots,
                                       struct sl_site *site, uint32_t count, sl_value *result) {
  if (!sl_type_of(callee)->call) {
    sl_fail(thread, "'%s' object is not callable", sl_type_name(callee));
    return SL_CALL_FAILED;
  }
  struct sl_site plain = {.positional_count = (uint16_t)count, .plain = true};
  struct sl_call_frame *frame = thread->frame;
  sl_value *top = thread->top;
  sl_value value = call_object(thread, callee, slots, site ? site : &plain);
  frame->native = NULL;
  thread->top = top;
  return finish(value, result);
}

enum sl_call_outcome sl_call_window(struct sl_thread *thread, sl_value *window,
                                    struct sl_site *site, uint32_t count, sl_value *result) {
  sl_value callee = window[0];
  sl_value *slots = window + 1;
  if (sl_has_type(callee, &sl_function_type)) {
    return call_function(thread, (struct sl_function *)(void *)callee, slots, site, count);
  }
  if (sl_has_type(callee, &sl_builtin_type)) {
    return call_row(thread, (struct sl_builtin *)(void *)callee, NULL, slots, site, count, result);
  }
  if (sl_has_type(callee, &sl_bound_method_type)) {
    const struct sl_bound_method *method = (const struct sl_bound_method *)(const void *)callee;
    return call_row(thread, method->row, method->receiver, slots, site, count, result);
  }
  return call_other(thread, callee, slots, site, count, result);
}

// ---------------------------------------------------------------- calls from the host

// A native called by the host or by another native needs a frame to be named in.
static bool push_host_frame(struct sl_thread *thread, sl_value callee) {
  bool named = thread->frame->native || thread->frame == thread->floor;
  if (!named || sl_has_type(callee, &sl_function_type)) return false;
  if (thread->frame + 1 < thread->frame_limit) {
    *++thread->frame = (struct sl_call_frame){.base = thread->top};
    return true;
  }
  return false;
}

static sl_value call_window(struct sl_thread *thread, sl_value *window, struct sl_site *site,
                            uint32_t count) {
  sl_value result = NULL;
  bool pushed = push_host_frame(thread, window[0]);
  enum sl_call_outcome outcome = sl_call_window(thread, window, site, count, &result);
  if (pushed) thread->frame--;
  if (outcome == SL_CALL_FAILED) return NULL;
  if (outcome == SL_CALL_DONE) return result;
  struct sl_function *function = (struct sl_function *)(void *)window[0];
  return sl_frame_push(thread, function, window + 1, NULL) ? sl_interpret(thread) : NULL;
}

sl_value sl_call(struct sl_thread *thread, sl_value callee, const sl_value *arguments,
                 size_t positional_count, const char *const *names, size_t named_count) {
  size_t count = positional_count + named_count;
  if (count > UINT16_MAX || thread->top + count + named_count + 1 > thread->stack_limit) {
    return sl_fail(thread, "stack overflow");
  }
  if (!sl_thread_enter_call(thread)) return NULL;
  sl_value *window = thread->top;
  window[0] = callee;
  if (count) memcpy(window + 1, arguments, count * sizeof *window);
  // Interned names are never collected.
  struct sl_site site = {.positional_count = (uint16_t)positional_count,
                         .named_count = (uint16_t)named_count,
                         .plain = named_count == 0};
  site.misses = MISS_LIMIT;  // a site that is used once needs no plan
  site.names = window + 1 + count;
  thread->top = site.names + named_count;
  for (size_t i = 0; i < named_count; i++)
    site.names[i] = sl_string_intern(names[i], strlen(names[i]));
  sl_value value = call_window(thread, window, &site, (uint32_t)positional_count);
  thread->top = window;
  sl_thread_leave_call(thread);
  return value;
}
