// SPDX-License-Identifier: Apache-2.0
//
// Bind/plan: a call with keywords remembers, for the callee it met last, where each of them goes. Invariant: there are
// plans only for calls that bind without an error, whatever the values; the general way words the errors.
#include "runtime/bind.h"

enum {
  PLAN_LIMIT = 32,  // keywords of a call that can have a plan
  PLAN_REQUIRED =
      -4,  // of a parameter without argument, beside enum sl_plan_source: there must be one
};

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

static int32_t function_find(const void *callee, sl_value name) {
  return sl_code_find_parameter(callee, name);
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
  int32_t i = sl_signature_find(signature, name);
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

static const struct sl_call_plan *plan_for(struct sl_site *site, const struct plan_target *target) {
  if (site->star || site->star_star) return NULL;
  const struct sl_call_plan *known = atomic_load_explicit(&site->plan, memory_order_acquire);
  if (known && known->callee == target->callee) return known;
  if (site->named_count > PLAN_LIMIT || site->positional_count > target->positional_count)
    return NULL;
  if (atomic_fetch_add_explicit(&site->misses, 1, memory_order_relaxed) >= SL_MISS_LIMIT)
    return NULL;
  struct sl_call_plan *plan = sl_allocate(sizeof *plan);
  plan->callee = target->callee;
  plan->count = target->parameter_count - site->positional_count;
  plan->sources = sl_allocate_atomic((plan->count + 1) * sizeof *plan->sources);
  plan->extra = sl_allocate_atomic((site->named_count + 1u) * sizeof *plan->extra);
  if (!plan_keywords(target, site, plan)) return NULL;
  atomic_store_explicit(&site->plan, plan, memory_order_release);
  return plan;
}

const struct sl_call_plan *sl_plan_for_code(struct sl_site *site, const struct sl_code *code) {
  struct plan_target target = {code, code->positional_count, code->parameter_count, function_find,
                               function_absent};
  return plan_for(site, &target);
}

const struct sl_call_plan *sl_plan_for_signature(struct sl_site *site,
                                                 const struct sl_signature *signature) {
  struct plan_target target = {signature, signature->positional_count, signature->parameter_count,
                               native_find, native_absent};
  return plan_for(site, &target);
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

bool sl_plan_follow(struct sl_thread *thread, const struct sl_site *site,
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
