// SPDX-License-Identifier: Apache-2.0
//
// Compile/emit: the assembler below the compiler: instructions, jumps, constants, registers. Invariant: what does not
// fit an instruction's fields is a failure of the compilation, never a wrong instruction.
#include "runtime/compile.h"

// Makes room for one more item.
static void *grow(struct sl_growing *array, size_t item_size, bool atomic) {
  if (array->count == array->capacity) {
    array->capacity = array->capacity ? array->capacity * 2 : 8;
    size_t size = array->capacity * item_size;
    if (array->items) {
      array->items = sl_reallocate(array->items, size);
    } else {
      array->items = atomic ? sl_allocate_atomic(size) : sl_allocate(size);
    }
  }
  return (char *)array->items + item_size * array->count++;
}

void sl_compile_fail(struct sl_assembler *assembler, uint32_t offset, const char *reason) {
  struct sl_compiler *compiler = assembler->compiler;
  if (compiler->failure) return;
  compiler->failure = reason;
  compiler->failure_offset = offset;
}

static void add_position(struct sl_assembler *assembler, uint32_t instruction, uint32_t offset) {
  struct sl_code_position *positions = assembler->positions.items;
  uint32_t count = assembler->positions.count;
  if (count && positions[count - 1].offset == offset) return;
  struct sl_code_position *position = grow(&assembler->positions, sizeof *position, true);
  *position = (struct sl_code_position){instruction, offset};
}

uint32_t sl_emit_here(const struct sl_assembler *assembler) {
  return assembler->instructions.count;
}

uint32_t sl_emit(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b,
                 int64_t c, uint32_t offset) {
  uint32_t here = sl_emit_here(assembler);
  if (c >= SL_OPERAND_LIMIT || c < -SL_OPERAND_LIMIT || here >= SL_OPERAND_LIMIT - 1) {
    sl_compile_fail(assembler, assembler->syntax->name_start, "function is too large");
    return 0;
  }
  struct sl_instruction *instruction = grow(&assembler->instructions, sizeof *instruction, true);
  instruction->op = op & 0xff;
  instruction->a = (uint16_t)a;
  instruction->b = (uint16_t)b;
  instruction->c = (int32_t)c;
  if (offset != SL_NO_OFFSET) add_position(assembler, here, offset);
  return here;
}

// ---------------------------------------------------------------- jumps

void sl_emit_jump(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b,
                  struct sl_jumps *jumps, uint32_t offset) {
  uint32_t here = sl_emit(assembler, op, a, b, jumps->last, offset);
  jumps->last = here + 1;
}

void sl_emit_jump_back(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b,
                       uint32_t target, uint32_t offset) {
  sl_emit(assembler, op, a, b, (int64_t)target - sl_emit_here(assembler) - 1, offset);
}

void sl_emit_target(struct sl_assembler *assembler, struct sl_jumps *jumps) {
  if (assembler->compiler->failure) return;
  struct sl_instruction *instructions = assembler->instructions.items;
  uint32_t here = sl_emit_here(assembler);
  for (uint32_t i = jumps->last; i;) {
    struct sl_instruction *jump = &instructions[i - 1];
    uint32_t before = (uint32_t)jump->c;
    jump->c = (int32_t)(here - i);
    i = before;
  }
  jumps->last = 0;
}

void sl_emit_loop_range(struct sl_assembler *assembler, uint32_t start, uint32_t iterator) {
  struct sl_code_loop *loop = grow(&assembler->loops, sizeof *loop, true);
  *loop = (struct sl_code_loop){start, sl_emit_here(assembler), iterator};
}

// ---------------------------------------------------------------- constants, sites, children

static uint32_t slot_of(const struct sl_assembler *assembler, sl_value value) {
  return sl_hash_word((uint64_t)(uintptr_t)value) & assembler->constant_mask;
}

static void grow_slots(struct sl_assembler *assembler) {
  uint32_t size = assembler->constant_slots ? (assembler->constant_mask + 1) * 2 : 16;
  assembler->constant_slots = sl_allocate_atomic(size * sizeof(uint32_t));
  assembler->constant_mask = size - 1;
  const sl_value *constants = assembler->constants.items;
  for (uint32_t i = 0; i < assembler->constants.count; i++) {
    uint32_t slot = slot_of(assembler, constants[i]);
    while (assembler->constant_slots[slot]) slot = (slot + 1) & assembler->constant_mask;
    assembler->constant_slots[slot] = i + 1;
  }
}

uint32_t sl_emit_constant(struct sl_assembler *assembler, sl_value value) {
  if (assembler->constants.count * 2 >= assembler->constant_mask) grow_slots(assembler);
  uint32_t slot = slot_of(assembler, value);
  for (; assembler->constant_slots[slot]; slot = (slot + 1) & assembler->constant_mask) {
    uint32_t found = assembler->constant_slots[slot] - 1;
    if (((sl_value *)assembler->constants.items)[found] == value) return found;
  }
  uint32_t index = assembler->constants.count;
  *(sl_value *)grow(&assembler->constants, sizeof(sl_value), false) = value;
  assembler->constant_slots[slot] = index + 1;
  return index;
}

struct sl_site *sl_emit_site(struct sl_assembler *assembler, uint32_t *index) {
  *index = assembler->sites.count;
  struct sl_site *site = grow(&assembler->sites, sizeof *site, false);
  memset(site, 0, sizeof *site);
  return site;
}

struct sl_site *sl_emitted_site(struct sl_assembler *assembler, uint32_t index) {
  return (struct sl_site *)assembler->sites.items + index;
}

uint32_t sl_emit_child(struct sl_assembler *assembler, struct sl_code *code) {
  uint32_t index = assembler->children.count;
  *(struct sl_code **)grow(&assembler->children, sizeof code, false) = code;
  return index;
}

// ---------------------------------------------------------------- the whole

void sl_emit_first(struct sl_assembler *assembler, enum sl_opcode op, uint32_t a, uint32_t b) {
  sl_emit(assembler, op, a, b, 0, SL_NO_OFFSET);
  if (assembler->compiler->failure) return;
  struct sl_instruction *instructions = assembler->instructions.items;
  uint32_t last = assembler->instructions.count - 1;
  struct sl_instruction first = instructions[last];
  memmove(instructions + 1, instructions, last * sizeof *instructions);
  instructions[0] = first;
  // Jumps are relative; only the tables hold numbers of instructions.
  struct sl_code_position *positions = assembler->positions.items;
  for (uint32_t i = 0; i < assembler->positions.count; i++) positions[i].instruction++;
  struct sl_code_loop *loops = assembler->loops.items;
  for (uint32_t i = 0; i < assembler->loops.count; i++) {
    loops[i].start++;
    loops[i].end++;
  }
}

void sl_emit_finish(struct sl_assembler *assembler) {
  struct sl_code *code = assembler->code;
  code->register_count += SL_NATIVE_REGISTERS;
  code->instructions = assembler->instructions.items;
  code->instruction_count = assembler->instructions.count;
  code->constants = assembler->constants.items;
  code->sites = assembler->sites.items;
  code->children = assembler->children.items;
  code->positions = assembler->positions.items;
  code->position_count = assembler->positions.count;
  code->loops = assembler->loops.items;
  code->loop_count = assembler->loops.count;
}

// ---------------------------------------------------------------- registers and names

uint32_t sl_reserve(struct sl_assembler *assembler, uint32_t count) {
  uint32_t first = assembler->next;
  if (first + count > SL_REGISTER_LIMIT) {
    sl_compile_fail(assembler, assembler->syntax->name_start, "function needs too many variables");
    return 0;
  }
  assembler->next = first + count;
  if (assembler->next > assembler->code->register_count)
    assembler->code->register_count = assembler->next;
  return first;
}

sl_value sl_compile_name(struct sl_compiler *compiler, const struct sl_name *name) {
  sl_value *known = &compiler->names[name->id];
  if (!*known) *known = sl_string_intern(name->bytes, name->length);
  return *known;
}
