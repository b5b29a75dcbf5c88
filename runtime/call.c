// SPDX-License-Identifier: Apache-2.0
//
// Call: the calls that the interpreter does not make by itself: those with keywords, *args, **kwargs or defaults, of
// natives, and from the host. Invariant: values on their way from arguments to parameters are below the thread's `top`
// or on the host's stack, so that the collector sees them.
#include "runtime/call.h"

// ---------------------------------------------------------------- *args and **kwargs

enum { SPREAD_LIMIT = 64 };  // elements of a sequence that are passed on without further ado

// The operand of * as something that has a length. NULL with an error pending.
static sl_value star_operand(struct sl_thread *thread, const struct sl_site *site, sl_value star) {
  if (sl_is_iterable(star)) return sl_length(star) >= 0 ? star : sl_to_tuple(thread, star);
  sl_fail(thread, "argument after * must be an iterable, not %s", sl_type_name(star));
  sl_error_move(thread, site->star);
  return NULL;
}

// The operand of ** as a dict or sl_keywords. NULL with an error pending.
static sl_value star_star_operand(struct sl_thread *thread, const struct sl_site *site,
                                  sl_value mapping) {
  if (sl_is_dict(mapping) || sl_keywords_of(mapping)) return mapping;
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

static size_t star_star_count(sl_value operand) {
  const struct sl_keywords *keywords = sl_keywords_of(operand);
  if (!keywords) return sl_dict_length(operand);
  return keywords->shape ? keywords->shape->count : 0;
}

static bool expand_star_star(struct sl_thread *thread, const struct sl_site *site, sl_value operand,
                             sl_value *names, sl_value *values) {
  const struct sl_keywords *keywords = sl_keywords_of(operand);
  if (keywords) {
    size_t size = star_star_count(operand) * sizeof *names;
    if (size) memcpy(names, keywords->shape->names, size);
    if (size) memcpy(values, keywords->values, size);
    return true;
  }
  size_t cursor = 0;
  for (; sl_dict_next(operand, &cursor, names, values); names++, values++) {
    if (sl_is_string(*names)) continue;
    sl_fail(thread, "keywords must be strings, not %s", sl_type_name(*names));
    sl_error_move(thread, site->star_star);
    return false;
  }
  return true;
}

// Whether the limits allow for operands of so many values, of which a tuple and a dict may be made. False with an error pending.
static bool admit_operands(struct sl_thread *thread, size_t star_count, size_t extra) {
  enum { ENTRY_SIZE = sizeof(struct sl_dict_entry) + 2 * sizeof(uint32_t) };
  if (star_count > SL_STACK_VALUES || extra > SL_STACK_VALUES)
    return sl_fail_false(thread, "stack overflow");
  return sl_heap_admit(thread, star_count * sizeof(sl_value)) &&
         sl_heap_admit(thread, extra * ENTRY_SIZE) &&
         sl_thread_take_bytes(thread, (star_count + extra) * sizeof(sl_value));
}

// Copies a call's arguments to the top of the stack, * and ** expanded: positional arguments, names, values.
static bool gather(struct sl_thread *thread, const struct sl_site *site, const sl_value *slots,
                   sl_value *to, struct sl_arguments *arguments) {
  size_t positional = site->positional_count, named = site->named_count;
  const sl_value *operand = slots + positional + named;
  sl_value star = NULL, rest = NULL;
  if (site->star && !(star = star_operand(thread, site, *operand++))) return false;
  if (site->star_star && !(rest = star_star_operand(thread, site, *operand))) return false;
  size_t star_count = star ? (size_t)sl_length(star) : 0, extra = rest ? star_star_count(rest) : 0;
  if (!admit_operands(thread, star_count, extra)) return false;
  if (!sl_stack_raise(thread, to + positional + star_count + 2 * (named + extra))) return false;
  sl_value *names = to + positional + star_count, *values = names + named + extra;
  memcpy(to, slots, positional * sizeof *to);
  if (named) memcpy(names, site->names, named * sizeof *names);
  if (named) memcpy(values, slots + positional, named * sizeof *values);
  *arguments =
      (struct sl_arguments){to, positional + star_count, names, values, named + extra, named};
  return (!star || expand_star(thread, star, to + positional, star_count)) &&
         (!rest || expand_star_star(thread, site, rest, names + named, values + named));
}

// f(a, *sequence): puts the elements where positional arguments go, so that it is a plain call of *count. False: it is
// another call, or there is something to be said about it.
static bool spread(struct sl_thread *thread, sl_value *slots, const struct sl_site *site,
                   uint32_t *count) {
  sl_value *items;
  size_t star_count;
  sl_value *rest = slots + site->positional_count;
  if (site->star_star || site->named_count || !sl_sequence_items(*rest, &items, &star_count) ||
      star_count > SPREAD_LIMIT || rest + star_count > thread->stack_limit)
    return false;
  if (rest + star_count > thread->top) thread->top = rest + star_count;
  for (size_t i = 0; i < star_count; i++) rest[i] = items[i];
  *count = site->positional_count + (uint32_t)star_count;
  return true;
}

// f(a, **dict) of a function that takes neither *args nor **kwargs: finds each parameter's value. False: it is another call,
// or there is something to be said about it; the operand is in its place.
static bool bind_dict(struct sl_thread *thread, const struct sl_function *function, sl_value *slots,
                      const struct sl_site *site) {
  const struct sl_code *code = function->code;
  uint32_t given = site->positional_count;
  sl_value dict = slots[given], name, value, *end = slots + code->register_count;
  if (site->star || site->named_count || !sl_is_dict(dict) || code->star || code->star_star ||
      given > code->positional_count || end > thread->stack_limit)
    return false;
  if (end > thread->top) thread->top = end;
  for (uint32_t i = given; i < code->named_count; i++) slots[i] = NULL;
  uint32_t found = given;
  for (size_t cursor = 0; sl_dict_next(dict, &cursor, &name, &value); found++) {
    int32_t place = sl_is_string(name) ? sl_code_find_parameter(code, name) : -1;
    if (place < (int32_t)given) break;
    slots[place] = value;
  }
  if (found == given + sl_dict_length(dict) && sl_fill_defaults(function, slots, given))
    return true;
  slots[given] = dict;
  return false;
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

// Binds the arguments of a call that is not plain.
static bool bind_site(struct sl_thread *thread, struct sl_function *function, sl_value *slots,
                      struct sl_site *site) {
  const struct sl_code *code = function->code;
  const struct sl_call_plan *plan = sl_plan_for_code(site, code, slots);
  if (plan) {
    if (!sl_stack_raise(thread, slots + code->register_count)) return false;
    sl_plan_follow(thread, site, plan, function->defaults, slots);
    return true;
  }
  if (site->star_star && bind_dict(thread, function, slots, site)) return true;
  struct sl_arguments arguments;
  return gather(thread, site, slots, beyond(thread, slots, code->register_count), &arguments) &&
         sl_bind_function(thread, function, &arguments, slots);
}

// Binds a native's arguments. Errors are the native's once its operands of * and ** are known to be good.
static bool bind_native_site(struct sl_thread *thread, struct sl_builtin *row, sl_value *slots,
                             struct sl_site *site) {
  const struct sl_signature *signature = sl_signature_of(row);
  sl_value *end = slots + signature->parameter_count;
  const struct sl_call_plan *plan = sl_plan_for_signature(site, signature, slots);
  struct sl_arguments arguments;
  if (!plan &&
      !gather(thread, site, slots, beyond(thread, slots, signature->parameter_count), &arguments))
    return false;
  thread->frame->native = sl_builtin_value(row);
  if (!plan) return sl_bind_native(thread, signature, &arguments, slots);
  if (!sl_stack_raise(thread, end)) return false;
  sl_plan_follow(thread, site, plan, NULL, slots);
  return sl_bind_native_planned(thread, signature, slots);
}

// Binds a native's arguments. `site` may be NULL: `count` positional ones.
static bool bind_row(struct sl_thread *thread, struct sl_builtin *row, sl_value *slots,
                     struct sl_site *site, uint32_t count) {
  const struct sl_signature *signature = sl_signature_of(row);
  if ((!site || site->plain) && (sl_bind_direct(thread, signature, slots, count) ||
                                 sl_bind_native_positional(thread, signature, slots, count)))
    return true;
  if (site) return bind_native_site(thread, row, slots, site);
  struct sl_site positional = {.positional_count = (uint16_t)count, .plain = true};
  positional.misses = SL_MISS_LIMIT;  // a site that is used once needs no plan
  return bind_native_site(thread, row, slots, &positional);
}

// Calls a row whose `self` is not in the window.
static enum sl_call_outcome call_row(struct sl_thread *thread, struct sl_builtin *row,
                                     sl_value self, sl_value *slots, struct sl_site *site,
                                     uint32_t count, sl_value *result) {
  struct sl_call_frame *frame = thread->frame;
  sl_value *top = thread->top;
  if (site && site->star && spread(thread, slots, site, &count)) site = NULL;
  bool bound = bind_row(thread, row, slots, site, count);
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
                             const struct sl_arguments *arguments) {
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
  struct sl_arguments arguments;
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
    struct sl_function *function = (struct sl_function *)(void *)callee;
    bool plain = !site || site->plain || (site->star && spread(thread, slots, site, &count));
    bool bound = plain ? sl_bind_positional(thread, function, slots, count)
                       : bind_site(thread, function, slots, site);
    return bound ? SL_CALL_ENTER : SL_CALL_FAILED;
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
static bool push_host_frame(struct sl_thread *thread) {
  bool named = thread->frame->native || thread->frame == thread->floor;
  if (!named || thread->frame + 1 >= thread->frame_limit) return false;
  *++thread->frame = (struct sl_call_frame){.base = thread->top};
  return true;
}

// Binds positional arguments without looking at anything but types, as can be done for most calls that natives make: key= is
// called for each element. False: it takes more than that; nothing is pending.
static bool bind_row_at_once(struct sl_thread *thread, struct sl_builtin *row, sl_value *slots,
                             uint32_t count) {
  const struct sl_signature *signature = sl_signature_of(row);
  sl_value *end = slots + signature->parameter_count;
  if (end > thread->top && end <= thread->stack_limit) thread->top = end;
  return sl_bind_direct(thread, signature, slots, count);
}

// Calls anything but a Starlark function.
static inline sl_value call_native(struct sl_thread *thread, sl_value *window, struct sl_site *site,
                                   uint32_t count) {
  sl_value self = NULL, result = NULL;
  struct sl_builtin *row = (struct sl_builtin *)(void *)window[0];
  if (sl_has_type(window[0], &sl_bound_method_type)) {
    const struct sl_bound_method *method = (const struct sl_bound_method *)(void *)window[0];
    row = method->row;
    self = method->receiver;
  }
  bool pushed = push_host_frame(thread);
  if (!site && sl_has_type(sl_builtin_value(row), &sl_builtin_type) &&
      bind_row_at_once(thread, row, window + 1, count)) {
    struct sl_call_frame *frame = thread->frame;
    frame->native = sl_builtin_value(row);
    result = row->function(thread, self, window + 1);
    frame->native = NULL;
  } else if (sl_call_window(thread, window, site, count, &result) != SL_CALL_DONE) {
    result = NULL;
  }
  if (pushed) thread->frame--;
  return result;
}

// In line twice: without a site little of it is left.
__attribute__((always_inline)) static inline sl_value call_window(struct sl_thread *thread,
                                                                  sl_value *window,
                                                                  struct sl_site *site,
                                                                  uint32_t count) {
  sl_value result;
  if (!sl_has_type(window[0], &sl_function_type)) return call_native(thread, window, site, count);
  struct sl_function *function = (struct sl_function *)(void *)window[0];
  bool bound = (!site && sl_bind_defaults(thread, function, window + 1, count)) ||
               sl_call_window(thread, window, site, count, &result) == SL_CALL_ENTER;
  return bound && sl_frame_push(thread, function, window + 1, NULL) ? sl_interpret(thread) : NULL;
}

// Calls with keywords, whose names are put behind the values.
static sl_value call_named(struct sl_thread *thread, sl_value *window, size_t positional_count,
                           const char *const *names, size_t named_count) {
  struct sl_site site = {.positional_count = (uint16_t)positional_count,
                         .named_count = (uint16_t)named_count};
  site.misses = SL_MISS_LIMIT;  // a site that is used once needs no plan
  site.names = thread->top;
  thread->top += named_count;
  // Interned names are never collected.
  for (size_t i = 0; i < named_count; i++)
    site.names[i] = sl_string_intern(names[i], strlen(names[i]));
  return call_window(thread, window, &site, (uint32_t)positional_count);
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
  sl_copy_values(window + 1, arguments, count);
  thread->top = window + 1 + count;
  sl_value value = named_count ? call_named(thread, window, positional_count, names, named_count)
                               : call_window(thread, window, NULL, (uint32_t)positional_count);
  thread->top = window;
  return sl_thread_leave_call(thread) ? value : NULL;
}
