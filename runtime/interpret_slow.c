// SPDX-License-Identifier: Apache-2.0
//
// Interpret/slow: what instructions do when the commonest case does not hold. Invariant: each function is complete in
// itself, so that the loop may leave any case to it.
#include "common/spell.h"
#include "runtime/interpret.h"

// Puts a value into the register that an instruction names; NULL: it failed.
static bool put(struct sl_thread *thread, const struct sl_instruction *pc, sl_value value) {
  if (!value) return false;
  thread->frame->base[pc->a] = value;
  return true;
}

bool sl_slow_unbound(struct sl_thread *thread, const char *scope, sl_value name) {
  return sl_fail_false(thread, "%s variable '%s' is referenced before assignment.", scope,
                       sl_string_bytes(name));
}

bool sl_slow_unbound_global(struct sl_thread *thread, const struct sl_code *code,
                            const struct sl_instruction *pc) {
  return sl_slow_unbound(thread, "global", code->program->global_names[pc->c]);
}

// ---------------------------------------------------------------- operators

bool sl_slow_binary(struct sl_thread *thread, const struct sl_instruction *pc, enum sl_operator op,
                    sl_value x, sl_value y) {
  if (op == SL_OP_PLUS && sl_is_string(x) && sl_is_string(y))
    return put(thread, pc, sl_string_concatenate(thread, x, y));
  if (op == SL_OP_PERCENT && sl_is_string(x) && !sl_is_tuple(y))
    return put(thread, pc, sl_format_percent(thread, x, &y, 1));
  double a, b;
  if (sl_small_doubles(x, y, &a, &b)) {
    sl_value result = sl_float_binary(thread, op, a, b);
    if (SL_LIKELY(result != NULL) || sl_error_pending(thread)) return put(thread, pc, result);
  } else if (sl_is_int(x) && sl_is_int(y)) {
    return put(thread, pc, sl_int_binary(thread, op, x, y));
  }
  return put(thread, pc, sl_binary(thread, op, x, y));
}

bool sl_slow_unary(struct sl_thread *thread, const struct sl_instruction *pc, enum sl_operator op,
                   sl_value x) {
  return put(thread, pc, sl_unary(thread, op, x));
}

int sl_slow_contains(struct sl_thread *thread, sl_value x, sl_value item) {
  const struct sl_type *type = sl_type_of(x);
  if (SL_LIKELY(type->contains != NULL)) return type->contains(thread, x, item);
  sl_value found = sl_binary(thread, SL_OP_IN, item, x);
  return found ? found == SL_TRUE : -1;
}

bool sl_slow_format(struct sl_thread *thread, const struct sl_instruction *pc,
                    const sl_value *operands) {
  return put(thread, pc, sl_format_percent(thread, operands[0], operands + 1, (uint32_t)pc->c));
}

bool sl_slow_in_place(struct sl_thread *thread, const struct sl_instruction *pc,
                      enum sl_operator op, sl_value x, sl_value y) {
  if (op == SL_OP_PLUS && sl_is_list(x) && sl_is_list(y))
    return sl_list_extend(thread, x, y) && put(thread, pc, x);
  if (op == SL_OP_PIPE && sl_is_dict(x) && sl_is_mapping(y))
    return sl_dict_update(thread, x, y) && put(thread, pc, x);
  // set op= set changes the left one.
  if (op != SL_OP_PLUS && sl_is_set(x) && sl_is_set(y))
    return sl_set_change(thread, op, x, y) && put(thread, pc, x);
  return sl_slow_binary(thread, pc, op, x, y);
}

// ---------------------------------------------------------------- parts

bool sl_slow_index(struct sl_thread *thread, const struct sl_instruction *pc, sl_value x,
                   sl_value key) {
  return put(thread, pc, sl_index(thread, x, key));
}

bool sl_slow_slice(struct sl_thread *thread, const struct sl_instruction *pc,
                   const sl_value *operands) {
  uint32_t given = (uint32_t)pc->c;
  return put(thread, pc,
             sl_slice(thread, operands[0], given & 1 ? operands[1] : NULL,
                      given & 2 ? operands[2] : NULL, given & 4 ? operands[3] : NULL));
}

// Remembers what a look-up at a site has found.
static void fill_cache(struct sl_site *site, struct sl_attribute_cache found) {
  if (atomic_fetch_add_explicit(&site->misses, 1, memory_order_relaxed) >= SL_MISS_LIMIT) return;
  struct sl_attribute_cache *cache = sl_allocate(sizeof *cache);
  *cache = found;
  atomic_store_explicit(&site->attribute, cache, memory_order_release);
}

// The same for a method.
static void remember_method(const struct sl_thread *thread, struct sl_site *site,
                            const struct sl_type *type, struct sl_builtin *row) {
  const struct sl_signature *signature = sl_signature_of(row);
  const sl_value *arguments = thread->frame->base + site->window + 1;
  struct sl_attribute_cache found = {.type = type, .row = row};
  found.annotated = sl_annotated_arguments(signature, site->positional_count);
  found.direct = site->plain && sl_binds_directly(signature, site->positional_count) &&
                 arguments + signature->parameter_count <= thread->top;
  fill_cache(site, found);
}

// A field of a struct, remembered; NULL: no struct, or no such field.
static sl_value find_field(struct sl_site *site, sl_value x) {
  if (!sl_is_struct(x)) return NULL;
  const struct sl_record *record = (const struct sl_record *)(const void *)x;
  int32_t index =
      sl_shape_find(record->shape, sl_string_bytes(site->name), sl_string_length(site->name));
  if (index < 0) return NULL;
  struct sl_attribute_cache found = {
      .type = x->type, .shape = record->shape, .index = (uint32_t)index};
  fill_cache(site, found);
  return record->fields[index];
}

bool sl_slow_attribute(struct sl_thread *thread, const struct sl_instruction *pc,
                       struct sl_site *site, sl_value x) {
  sl_value found = find_field(site, x);
  int answer = found ? 1 : sl_attribute_named(thread, x, site->name, &found);
  if (answer == 0) found = sl_attribute(thread, x, sl_string_bytes(site->name));
  return put(thread, pc, found);
}

bool sl_slow_set_attribute(struct sl_thread *thread, sl_value x, sl_value name, sl_value value) {
  const struct sl_type *type = sl_type_of(x);
  if (type->set_attribute) return type->set_attribute(thread, x, sl_string_bytes(name), value);
  if (type->attribute)
    return sl_fail_false(thread, "%s value does not support field assignment", type->name);
  return sl_fail_false(thread, "cannot set .%s field of %s value", sl_string_bytes(name),
                       type->name);
}

bool sl_slow_list_more(struct sl_thread *thread, sl_value list, const sl_value *items,
                       uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (!sl_list_push(thread, list, items[i])) return false;
  }
  return true;
}

bool sl_slow_dict_insert(struct sl_thread *thread, sl_value dict, const sl_value *entry) {
  size_t before = sl_dict_length(dict);
  if (!sl_dict_set(thread, dict, entry[0], entry[1])) return false;
  if (sl_dict_length(dict) > before) return true;
  struct sl_text key = {0};
  if (sl_repr(thread, entry[0], &key)) {
    sl_fail(thread, "dictionary expression has duplicate key: %s", sl_text_string(&key));
  }
  sl_text_free(&key);
  return false;
}

bool sl_slow_unpack(struct sl_thread *thread, sl_value sequence, sl_value *items, uint32_t count) {
  int64_t length = sl_is_string(sequence) || !sl_is_iterable(sequence) ? -1 : sl_length(sequence);
  if (length < 0) {
    return sl_fail_false(thread, "got '%s' in sequence assignment (want %u-element sequence)",
                         sl_type_name(sequence), count);
  }
  if (length != count) {
    return sl_fail_false(thread, "too %s values to unpack (got %lld, want %u)",
                         length < count ? "few" : "many", (long long)length, count);
  }
  struct sl_iterator iterator;
  if (!sl_iterate_begin(thread, sequence, &iterator)) return false;
  for (uint32_t i = 0; i < count; i++) items[i] = sl_iterate_next(&iterator);
  sl_iterate_end(&iterator);
  return true;
}

sl_value sl_slow_function(const struct sl_call_frame *frame, struct sl_code *code,
                          const sl_value *defaults) {
  struct sl_function *function = sl_function_new(code, frame->function->module);
  for (uint32_t i = 0; i < code->capture_count; i++) {
    uint32_t index = code->captures[i].index;
    function->cells[i] = code->captures[i].from_free ? frame->function->cells[index]
                                                     : (struct sl_cell *)(void *)frame->base[index];
  }
  if (code->default_count) {
    function->defaults = sl_allocate(code->default_count * sizeof *defaults);
    memcpy(function->defaults, defaults, code->default_count * sizeof *defaults);
  }
  return (sl_value)(void *)function;
}

// ---------------------------------------------------------------- comprehensions

// How many items to make room for: not so many that the limits would have to be asked.
static size_t expected_items(const sl_value *loop, bool all) {
  enum { FEW = 8, MANY = 256 };
  // What is left of a counter is a bare count; an iterator begins with what it iterates over.
  int64_t count = sl_is_small_int(loop[0]) ? (int64_t)(uintptr_t)loop[1] : sl_length(loop[0]);
  int64_t most = all ? MANY : FEW;
  return count < 0 ? 0 : (size_t)(count < most ? count : most);
}

sl_value sl_slow_list_for(struct sl_thread *thread, const sl_value *loop, bool all) {
  return sl_list_for(thread, expected_items(loop, all));
}

sl_value sl_slow_dict_for(struct sl_thread *thread, const sl_value *loop, bool all) {
  return sl_dict(thread, expected_items(loop, all));
}

// ---------------------------------------------------------------- builtins with instructions of their own

// Sets up the counter of range(stop) or range(start, stop). False: it is a matter for range itself.
static bool count_by_one(sl_value *counter, uint32_t count) {
  int32_t start = 0, stop;
  if (count - 1 > 1 || !sl_int_to_int32(counter[count], &stop)) return false;
  if (count == 2 && (!sl_int_to_int32(counter[1], &start) || start < 0)) return false;
  counter[0] = sl_small_int_value(start);
  counter[1] = (sl_value)(uintptr_t)(stop > start ? stop - start : 0);
  counter[2] = sl_small_int_value(1);
  return true;
}

bool sl_slow_range(struct sl_thread *thread, sl_value *counter, uint32_t count) {
  if (SL_LIKELY(count_by_one(counter, count))) return true;
  sl_value builtin = sl_environment_get(sl_universe(), "range");
  sl_value range = sl_call(thread, builtin, counter + 1, count, NULL, 0);
  if (!range) return false;
  int64_t start, stop, step, length;
  sl_range_parts(range, &start, &stop, &step, &length);
  counter[0] = sl_small_int_value(start);
  counter[1] = (sl_value)(uintptr_t)length;
  counter[2] = sl_small_int_value(step);
  return true;
}

bool sl_slow_items(struct sl_thread *thread, const struct sl_instruction *pc, sl_value dict) {
  return put(thread, pc, sl_dict_pairs(thread, dict));
}

bool sl_slow_length(struct sl_thread *thread, const struct sl_instruction *pc, sl_value builtin,
                    sl_value x) {
  return put(thread, pc, sl_call(thread, builtin, &x, 1, NULL, 0));
}

// ---------------------------------------------------------------- methods

bool sl_slow_method(struct sl_thread *thread, struct sl_site *site, sl_value *window,
                    struct sl_builtin **row) {
  const char *name = sl_string_bytes(site->name);
  const struct sl_type *type = sl_type_of(window[0]);
  *row = sl_type_method(type, site->name);
  if (*row) {
    remember_method(thread, site, type, *row);
    return true;
  }
  sl_value callee = find_field(site, window[0]);
  if (!callee) callee = sl_attribute(thread, window[0], name);
  if (!callee) {
    sl_error_move(thread, site->dot);
    return false;
  }
  window[0] = callee;
  return true;
}

bool sl_slow_check_method(struct sl_thread *thread, struct sl_site *site, sl_value x) {
  const char *name = sl_string_bytes(site->name);
  const struct sl_type *type = sl_type_of(x);
  struct sl_builtin *row = sl_type_method(type, site->name);
  if (row) remember_method(thread, site, type, row);
  return row || find_field(site, x) || sl_attribute(thread, x, name);
}

// ---------------------------------------------------------------- files

bool sl_slow_load(struct sl_thread *thread, const struct sl_instruction *pc,
                  struct sl_module *from) {
  const char *name = sl_string_bytes(from->program->loads[pc->c].module);
  if (!thread->load)
    return sl_fail_false(thread, "load statements may not be executed in this thread");
  struct sl_module *module = thread->load(thread, from, name);
  if (module) return put(thread, pc, (sl_value)(void *)module);
  return sl_error_pending(thread) ? false : sl_fail_false(thread, "module '%s' not found", name);
}

static bool refuse_symbol(struct sl_thread *thread, const struct sl_instruction *pc,
                          const struct sl_module *module, const char *name) {
  const struct sl_program *program = module->program;
  struct sl_spell spell;
  sl_spell_begin(&spell, name, strlen(name));
  for (uint32_t i = 0; i < program->global_count; i++) {
    sl_value known = program->global_names[i];
    if (program->global_exported[i] && module->globals[i]) {
      sl_spell_offer(&spell, sl_string_bytes(known), sl_string_length(known));
    }
  }
  // The message names the file as the load statement does: its instruction is the last one before this.
  while (pc->op != SL_OPCODE_LOAD) pc--;
  const char *file = sl_string_bytes(thread->frame->function->code->program->loads[pc->c].module);
  if (!spell.best)
    return sl_fail_false(thread, "file '%s' does not contain symbol '%s'", file, name);
  return sl_fail_false(thread, "file '%s' does not contain symbol '%s' (did you mean '%s'?)", file,
                       name, spell.best);
}

bool sl_slow_load_symbol(struct sl_thread *thread, const struct sl_instruction *pc,
                         const struct sl_module *module, sl_value name) {
  sl_value value = sl_module_find(module, name);
  return value ? put(thread, pc, value) : refuse_symbol(thread, pc, module, sl_string_bytes(name));
}

// ---------------------------------------------------------------- unwinding

sl_value *sl_slow_unwind(struct sl_thread *thread) {
  struct sl_call_frame *frame = thread->frame;
  const struct sl_code *code = frame->function->code;
  uint32_t instruction = (uint32_t)(frame->pc - code->instructions);
  for (uint32_t i = 0; i < code->loop_count; i++) {
    const struct sl_code_loop *loop = &code->loops[i];
    if (instruction < loop->start || instruction >= loop->end) continue;
    sl_iterate_end((struct sl_iterator *)(void *)&frame->base[loop->iterator]);
  }
  sl_value *result = frame->result;
  sl_frame_pop(thread);
  return result;
}
