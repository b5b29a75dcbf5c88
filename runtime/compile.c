// SPDX-License-Identifier: Apache-2.0
//
// Compile: a resolved tree becomes code, one struct sl_code per function. Invariant: parameters are the first
// registers, in the order in which calls bind them; captured variables live in cells from the first instruction on.
#include "runtime/compile.h"

// ---------------------------------------------------------------- signatures

// The parameters' names, kinds and defaults, by the registers they are bound to.
static void describe_parameters(struct sl_assembler *assembler) {
  const struct sl_function_syntax *syntax = assembler->syntax;
  struct sl_code *code = assembler->code;
  code->parameter_count = (uint16_t)syntax->parameter_count;
  code->parameter_names = sl_allocate((syntax->parameter_count + 1) * sizeof(sl_value));
  code->default_index = sl_allocate_atomic((syntax->parameter_count + 1) * sizeof(int16_t));
  for (uint32_t i = 0; i < syntax->parameter_count; i++) {
    const struct sl_parameter *parameter = &syntax->parameters[i];
    uint32_t place = parameter->identifier->mark;
    code->parameter_names[place] =
        sl_compile_name(assembler->compiler, parameter->identifier->identifier.name);
    code->default_index[place] = parameter->default_value ? (int16_t)code->default_count++ : -1;
    code->positional_count += parameter->kind == SL_PARAMETER_POSITIONAL;
    code->named_count +=
        parameter->kind == SL_PARAMETER_POSITIONAL || parameter->kind == SL_PARAMETER_KEYWORD_ONLY;
    code->star |= parameter->kind == SL_PARAMETER_STAR;
    code->star_star |= parameter->kind == SL_PARAMETER_STAR_STAR;
  }
  code->simple = code->positional_count == code->parameter_count;
  // Reading it in any other way will deny it.
  code->passes_on = code->star_star && !syntax->locals[syntax->parameter_count - 1].captured;
}

static void describe_captures(struct sl_assembler *assembler) {
  const struct sl_function_syntax *syntax = assembler->syntax;
  struct sl_code *code = assembler->code;
  code->capture_count = syntax->free_count;
  code->captures = sl_allocate_atomic((syntax->free_count + 1) * sizeof *code->captures);
  for (uint32_t i = 0; i < syntax->free_count; i++) {
    const struct sl_free_variable *variable = &syntax->free_variables[i];
    code->captures[i] = (struct sl_code_capture){variable->from_free, variable->index};
  }
}

// ---------------------------------------------------------------- bodies

// Captured variables get their cells; a captured parameter's argument moves into its cell.
static void make_cells(struct sl_assembler *assembler) {
  const struct sl_function_syntax *syntax = assembler->syntax;
  for (uint32_t i = 0; i < syntax->local_count; i++) {
    if (!syntax->locals[i].captured) continue;
    bool parameter = i < syntax->parameter_count;
    sl_emit(assembler, parameter ? SL_OPCODE_CELL : SL_OPCODE_EMPTY_CELL, i, 0, 0, SL_NO_OFFSET);
  }
}

static struct sl_code *compile_code(struct sl_compiler *compiler,
                                    const struct sl_function_syntax *syntax, sl_value name) {
  struct sl_code *code = sl_allocate(sizeof *code);
  code->program = compiler->program;
  code->name = name;
  code->definition = syntax->name_start;
  code->slot = (uint16_t)(sl_hash_word((uint64_t)(uintptr_t)code) % SL_ACTIVE_SLOTS);
  const struct sl_dialect *dialect = compiler->file->dialect;
  code->recursive = dialect->recursion;
  code->unicode = dialect->unicode;
  code->utf16_order = dialect->utf16_order;
  struct sl_assembler assembler = {.compiler = compiler, .syntax = syntax, .code = code};
  assembler.top_level = syntax == compiler->file->top_level;
  if (syntax->parameter_count > INT16_MAX)
    sl_compile_fail(&assembler, syntax->name_start, "too many parameters");
  sl_reserve(&assembler, syntax->local_count + 1);
  assembler.next--;
  if (compiler->failure) return code;
  describe_parameters(&assembler);
  describe_captures(&assembler);
  sl_compile_wanted_parameters(&assembler);
  make_cells(&assembler);
  sl_compile_body(&assembler);
  if (assembler.first_unbound < assembler.end_unbound) {
    sl_emit_first(&assembler, SL_OPCODE_CLEAR, assembler.first_unbound,
                  assembler.end_unbound - assembler.first_unbound);
  }
  sl_emit_finish(&assembler);
  return code;
}

void sl_compile_function(struct sl_assembler *assembler, const struct sl_function_syntax *syntax,
                         uint32_t target) {
  struct sl_compiler *compiler = assembler->compiler;
  uint32_t next = assembler->next;
  for (uint32_t i = 0; i < syntax->parameter_count; i++) {
    const struct sl_node *value = syntax->parameters[i].default_value;
    if (!value) continue;
    uint32_t place = sl_reserve(assembler, 1);
    sl_compile_expression(assembler, value, place);
    sl_compile_wanted_default(assembler, syntax, &syntax->parameters[i], place);
  }
  sl_value name =
      syntax->name ? sl_compile_name(compiler, syntax->name) : sl_string_intern("lambda", 6);
  uint32_t child = sl_emit_child(assembler, compile_code(compiler, syntax, name));
  sl_emit(assembler, SL_OPCODE_FUNCTION, target, next, child, SL_NO_OFFSET);
  assembler->next = next;
}

// ---------------------------------------------------------------- files

static sl_value *values_of_predeclared(const struct sl_file *file,
                                       const struct sl_environment *environment) {
  sl_value *values = sl_allocate((file->predeclared_count + 1) * sizeof(sl_value));
  for (uint32_t i = 0; i < file->predeclared_count; i++) {
    values[i] = sl_environment_get(environment, file->predeclared[i]->bytes);
  }
  return values;
}

// Names that the host has resolved but does not provide are a mistake of the host's.
static bool check_predeclared(struct sl_compiler *compiler) {
  for (uint32_t i = 0; i < compiler->file->predeclared_count; i++) {
    if (compiler->predeclared[i]) continue;
    return sl_fail_false(compiler->thread, "name '%s' is not defined",
                         compiler->file->predeclared[i]->bytes);
  }
  return true;
}

struct sl_code *sl_compile(struct sl_thread *thread, const struct sl_file *file,
                           const struct sl_program *program,
                           const struct sl_environment *environment) {
  struct sl_compiler compiler = {.thread = thread, .file = file, .program = program};
  compiler.predeclared = values_of_predeclared(file, environment);
  compiler.names = sl_allocate((file->name_count + 1) * sizeof(sl_value));
  compiler.range = sl_environment_get(sl_universe(), "range");
  compiler.length = sl_environment_get(sl_universe(), "len");
  if (!check_predeclared(&compiler)) return NULL;
  struct sl_code *code =
      compile_code(&compiler, file->top_level, sl_string_intern("<toplevel>", 10));
  if (!compiler.failure) return code;
  struct sl_position position = sl_program_position(program, compiler.failure_offset);
  sl_fail(thread, "%s:%u:%u: %s", file->path, position.line, position.column, compiler.failure);
  return NULL;
}

uint32_t sl_code_offset(const struct sl_code *code, const struct sl_instruction *instruction) {
  if (!instruction) return code->definition;
  uint32_t index = (uint32_t)(instruction - code->instructions);
  uint32_t low = 0, high = code->position_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (code->positions[middle].instruction <= index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low ? code->positions[low - 1].offset : code->definition;
}
