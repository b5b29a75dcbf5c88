// SPDX-License-Identifier: Apache-2.0
//
// Bind/plan: a call with keywords remembers, for the callees it met, where each of them goes. Invariant: there are
// plans only for calls that bind without an error, whatever the values; the general way words the errors.
#include "runtime/bind.h"

enum {
  PLAN_LIMIT = 32,  // keywords of a call that can have a plan
  PLAN_REQUIRED =
      INT32_MIN,  // of a parameter without argument, beside enum sl_plan_source: there must be one
};

// ---------------------------------------------------------------- keywords passed on

const struct sl_type sl_keywords_type = {.name = "dict"};

static const struct sl_keywords no_keywords = {.type = &sl_keywords_type};

sl_value sl_keywords_none(struct sl_thread *thread, const struct sl_code *code) {
  return code->passes_on ? (sl_value)(uintptr_t)&no_keywords : sl_dict(thread, 0);
}

// ---------------------------------------------------------------- making plans

// What a plan is made from: a function's or a native's parameters.
struct plan_target {
  const void *callee;
  uint32_t positional_count;
  uint32_t parameter_count;
  bool star;
  bool packs;
  // Index of a parameter that a keyword may name, or -1.
  int32_t (*find)(const void *callee, sl_value name);
  // What becomes of a parameter without argument: enum sl_plan_source, or PLAN_REQUIRED.
  int32_t (*absent)(const void *callee, uint32_t parameter);
};

static int32_t function_find(const void *callee, sl_value name) {
  return sl_code_find_parameter(callee, name);
}

static int32_t function_absent(const void *callee, uint32_t parameter) {
  const struct sl_code *code = callee;
  if (parameter >= code->named_count) {
    return code->star && parameter == code->named_count ? SL_PLAN_STAR : SL_PLAN_STAR_STAR;
  }
  int32_t index = code->default_index[parameter];
  return index >= 0 ? SL_PLAN_DEFAULT - index : PLAN_REQUIRED;
}

static int32_t native_find(const void *callee, sl_value name) {
  const struct sl_signature *signature = callee;
  int32_t i = sl_signature_find(signature, name);
  return i >= 0 && signature->parameters[i].kind == SL_SIGNATURE_POSITIONAL_ONLY ? -1 : i;
}

static int32_t native_absent(const void *callee, uint32_t parameter) {
  const struct sl_signature_parameter *described =
      &((const struct sl_signature *)callee)->parameters[parameter];
  if (described->kind == SL_SIGNATURE_STAR) return SL_PLAN_STAR;
  if (described->kind == SL_SIGNATURE_STAR_STAR) return SL_PLAN_STAR_STAR;
  return described->required ? PLAN_REQUIRED : SL_PLAN_ABSENT;
}

static uint32_t passed_count(const struct sl_shape *passed) { return passed ? passed->count : 0; }

// The names of a call's keywords in order of their numbers.
static uint32_t keyword_names(const struct sl_site *site, const struct sl_shape *passed,
                              sl_value *names) {
  if (site->named_count) memcpy(names, site->names, site->named_count * sizeof *names);
  for (uint32_t i = 0; i < passed_count(passed); i++)
    names[site->named_count + i] = passed->names[i];
  return site->named_count + passed_count(passed);
}

// Adds a keyword to those for **kwargs. False: it is there already.
static bool plan_extra(struct sl_call_plan *plan, const sl_value *names, uint32_t i) {
  for (uint32_t j = 0; j < plan->extra_count; j++) {
    if (names[plan->extra[j]] == names[i]) return false;
  }
  plan->extra[plan->extra_count++] = (uint16_t)i;
  return true;
}

// Assigns each keyword its parameter. False: the call does not bind, or not in this simple way.
static bool plan_keywords(const struct plan_target *target, struct sl_call_plan *plan,
                          const sl_value *names, uint32_t count) {
  bool has_extra = false;
  for (uint32_t i = 0; i < plan->count; i++) {
    plan->sources[i] = target->absent(target->callee, plan->first + i);
    has_extra |= plan->sources[i] == SL_PLAN_STAR_STAR;
  }
  for (uint32_t i = 0; i < count; i++) {
    int32_t parameter = target->find(target->callee, names[i]);
    if (parameter < 0) {
      if (!has_extra || !plan_extra(plan, names, i)) return false;
      continue;
    }
    if ((uint32_t)parameter < plan->first) return false;
    int32_t *source = &plan->sources[(uint32_t)parameter - plan->first];
    if (*source >= 0) return false;
    *source = (int32_t)i;
  }
  for (uint32_t i = 0; i < plan->count; i++) {
    if (plan->sources[i] == PLAN_REQUIRED) return false;
  }
  return true;
}

// The keywords of an operand of **. False: there can be no plan.
static bool find_passed(sl_value operand, const struct sl_shape **passed) {
  const struct sl_keywords *keywords = sl_keywords_of(operand);
  *passed = keywords ? keywords->shape : NULL;
  if (keywords) return true;
  sl_value names[PLAN_LIMIT], key, value;
  uint32_t count = 0;
  if (sl_dict_length(operand) > PLAN_LIMIT) return false;
  for (size_t cursor = 0; sl_dict_next(operand, &cursor, &key, &value);) {
    if (!sl_is_string(key)) return false;
    names[count++] = sl_string_intern(sl_string_bytes(key), sl_string_length(key));
  }
  if (count) *passed = sl_shape_of(names, count);
  return true;
}

static const struct sl_call_plan *plan_new(struct sl_site *site, sl_value operand,
                                           const struct plan_target *target) {
  sl_value names[PLAN_LIMIT], extra[PLAN_LIMIT];
  const struct sl_shape *passed = NULL;
  if (site->positional_count > target->positional_count && !target->star) return NULL;
  if (atomic_load_explicit(&site->misses, memory_order_relaxed) >= SL_MISS_LIMIT) return NULL;
  atomic_fetch_add_explicit(&site->misses, 1, memory_order_relaxed);
  if ((operand && !find_passed(operand, &passed)) ||
      site->named_count + passed_count(passed) > PLAN_LIMIT)
    return NULL;
  uint32_t count = keyword_names(site, passed, names);
  struct sl_call_plan *plan = sl_allocate(sizeof *plan);
  plan->callee = target->callee;
  plan->passed = passed;
  plan->packs = target->packs;
  plan->star = target->star;
  plan->first = site->positional_count < target->positional_count ? site->positional_count
                                                                  : target->positional_count;
  plan->count = target->parameter_count - plan->first;
  plan->sources = sl_allocate_atomic((plan->count + 1) * sizeof *plan->sources);
  plan->extra = sl_allocate_atomic((count + 1) * sizeof *plan->extra);
  if (!plan_keywords(target, plan, names, count)) return NULL;
  for (uint32_t i = 0; i < plan->extra_count; i++) extra[i] = names[plan->extra[i]];
  if (plan->extra_count) plan->extra_names = sl_shape_of(extra, plan->extra_count);
  plan->next = atomic_load_explicit(&site->plan, memory_order_acquire);
  // Of two threads that add one at a time, one's is lost and made again.
  atomic_store_explicit(&site->plan, plan, memory_order_release);
  return plan;
}

// A call's operand of **; NULL: there is none.
static inline sl_value operand_of(const struct sl_site *site, const sl_value *slots) {
  return site->star_star ? slots[site->positional_count + site->named_count] : NULL;
}

// Whether an operand of ** has these keywords, in this order.
static bool has_names(sl_value operand, const struct sl_shape *names) {
  const struct sl_keywords *keywords = sl_keywords_of(operand);
  if (keywords) return keywords->shape == names;
  if (sl_dict_length(operand) != passed_count(names)) return false;
  sl_value key, value;
  size_t cursor = 0;
  for (uint32_t i = 0; sl_dict_next(operand, &cursor, &key, &value); i++) {
    if (key == names->names[i]) continue;
    if (!sl_is_string(key) ||
        !sl_string_equal((const struct sl_string *)(const void *)key,
                         (const struct sl_string *)(const void *)names->names[i]))
      return false;
  }
  return true;
}

static inline const struct sl_call_plan *plan_known(const struct sl_site *site, sl_value operand,
                                                    const void *callee) {
  const struct sl_call_plan *plan = atomic_load_explicit(&site->plan, memory_order_acquire);
  while (plan && (plan->callee != callee || (operand && !has_names(operand, plan->passed))))
    plan = plan->next;
  return plan;
}

static inline bool may_have_plan(const struct sl_site *site, sl_value operand) {
  return !site->star && (!operand || sl_keywords_of(operand) || sl_is_dict(operand));
}

const struct sl_call_plan *sl_plan_for_code(struct sl_site *site, const struct sl_code *code,
                                            const sl_value *slots) {
  sl_value operand = operand_of(site, slots);
  if (!may_have_plan(site, operand)) return NULL;
  const struct sl_call_plan *known = plan_known(site, operand, code);
  if (SL_LIKELY(known != NULL)) return known;
  struct plan_target target = {.callee = code,
                               .positional_count = code->positional_count,
                               .parameter_count = code->parameter_count,
                               .star = code->star,
                               .packs = code->passes_on,
                               .find = function_find,
                               .absent = function_absent};
  return plan_new(site, operand, &target);
}

const struct sl_call_plan *sl_plan_for_signature(struct sl_site *site,
                                                 const struct sl_signature *signature,
                                                 const sl_value *slots) {
  sl_value operand = operand_of(site, slots);
  if (!may_have_plan(site, operand)) return NULL;
  const struct sl_call_plan *known = plan_known(site, operand, signature);
  if (SL_LIKELY(known != NULL)) return known;
  struct plan_target target = {.callee = signature,
                               .positional_count = signature->positional_count,
                               .parameter_count = signature->parameter_count,
                               .star = signature->star,
                               .find = native_find,
                               .absent = native_absent};
  return plan_new(site, operand, &target);
}

// ---------------------------------------------------------------- following them

static sl_value extra_of(struct sl_thread *thread, const struct sl_call_plan *plan,
                         const sl_value *values) {
  sl_value extra[PLAN_LIMIT];
  uint32_t count = plan->extra_count;
  if (plan->packs && count) {
    struct sl_keywords *keywords = sl_allocate(sizeof *keywords + count * sizeof *values);
    keywords->type = &sl_keywords_type;
    keywords->shape = plan->extra_names;
    for (uint32_t i = 0; i < count; i++) keywords->values[i] = values[plan->extra[i]];
    return (sl_value)(void *)keywords;
  }
  if (count == 0) return plan->packs ? (sl_value)(uintptr_t)&no_keywords : sl_dict(thread, 0);
  for (uint32_t i = 0; i < count; i++) extra[i] = values[plan->extra[i]];
  return sl_dict_of_names(thread, plan->extra_names->names, extra, plan->extra_names->count);
}

// The values of a call's keywords in order of their numbers.
static void keyword_values(const struct sl_site *site, const struct sl_call_plan *plan,
                           const sl_value *from, sl_value *values) {
  sl_copy_values(values, from, site->named_count);
  if (!plan->passed) return;
  sl_value operand = from[site->named_count];
  const struct sl_keywords *keywords = sl_keywords_of(operand);
  values += site->named_count;
  if (keywords) {
    sl_copy_values(values, keywords->values, plan->passed->count);
    return;
  }
  sl_value name;
  for (size_t cursor = 0; sl_dict_next(operand, &cursor, &name, values);) values++;
}

void sl_plan_follow(struct sl_thread *thread, const struct sl_site *site,
                    const struct sl_call_plan *plan, const sl_value *defaults, sl_value *slots) {
  sl_value values[PLAN_LIMIT];
  sl_value *rest = slots + plan->first;
  keyword_values(site, plan, slots + site->positional_count, values);
  sl_value surplus = plan->star ? sl_tuple(rest, site->positional_count - plan->first) : NULL;
  for (uint32_t i = 0; i < plan->count; i++) {
    int32_t source = plan->sources[i];
    if (SL_LIKELY(source >= 0)) {
      rest[i] = values[source];
    } else if (source <= SL_PLAN_DEFAULT) {
      rest[i] = defaults[SL_PLAN_DEFAULT - source];
    } else if (source == SL_PLAN_ABSENT) {
      rest[i] = NULL;
    } else if (source == SL_PLAN_STAR) {
      rest[i] = surplus;
    } else {
      rest[i] = extra_of(thread, plan, values);
    }
  }
}
