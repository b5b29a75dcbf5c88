// SPDX-License-Identifier: Apache-2.0
//
// Disassemble: shows a program's instructions. For people who learn or debug; nothing reads it. Invariant: an
// operand is shown as what it names: a register, a constant, a global, a site, a place to jump to.
#include "runtime/code.h"

static const char *const names[] = {
#define NAME(name) #name,
    SL_OPCODES(NAME)
#undef NAME
};

// What the operands a and b are, and c.
enum shape {
  A,         // a register
  AB,        // two
  ABC,       // three
  K,         // a constant
  AK,        // a register and a constant
  ABK,       // two registers and a constant
  AB_COUNT,  // two registers and a count
  JUMP,      // a jump
  A_JUMP,    // a register, and a jump
  AB_JUMP,   // two registers, and a jump
  AK_JUMP,   // a register, a constant in b, and a jump
  A_SITE,    // a register, another one in b, and a site
  A_GLOBAL,  // a register and a global
  A_CHILD,   // a register, another one in b, and a function
  A_LOAD,    // a register and a load statement
};

static enum shape shape_of(enum sl_opcode op) {
  switch (op) {
    case SL_OPCODE_GLOBAL:
    case SL_OPCODE_SET_GLOBAL:
      return A_GLOBAL;
    case SL_OPCODE_FUNCTION:
      return A_CHILD;
    case SL_OPCODE_LOAD:
      return A_LOAD;
    case SL_OPCODE_ATTRIBUTE:
    case SL_OPCODE_CALL_SITE:
    case SL_OPCODE_CALL_BUILTIN:
    case SL_OPCODE_DICT_OF_NAMES:
    case SL_OPCODE_CHECK_METHOD:
    case SL_OPCODE_CALL_METHOD:
    case SL_OPCODE_APPEND:
    case SL_OPCODE_POP:
    case SL_OPCODE_ITEMS:
      return A_SITE;
    case SL_OPCODE_JUMP:
    case SL_OPCODE_LOOP:
      return JUMP;
    case SL_OPCODE_JUMP_IF:
    case SL_OPCODE_JUMP_IF_NOT:
      return A_JUMP;
    case SL_OPCODE_ITERATE:
    case SL_OPCODE_LIST_FOR_ALL:
    case SL_OPCODE_LIST_FOR_SOME:
    case SL_OPCODE_DICT_FOR_ALL:
    case SL_OPCODE_DICT_FOR_SOME:
    case SL_OPCODE_NEXT:
    case SL_OPCODE_RANGE:
    case SL_OPCODE_NEXT_IN_RANGE:
      return AB_JUMP;
    case SL_OPCODE_JOIN:
    case SL_OPCODE_FORMAT:
    case SL_OPCODE_LIST:
    case SL_OPCODE_LIST_MORE:
    case SL_OPCODE_TUPLE:
    case SL_OPCODE_DICT:
    case SL_OPCODE_UNPACK:
    case SL_OPCODE_SLICE:
      return AB_COUNT;
    case SL_OPCODE_EMPTY_CELL:
    case SL_OPCODE_CELL:
    case SL_OPCODE_CHECK_KEY:
    case SL_OPCODE_END:
    case SL_OPCODE_RETURN:
    case SL_OPCODE_RESULT:
      return A;
    case SL_OPCODE_MOVE:
    case SL_OPCODE_SET_CELL:
    case SL_OPCODE_NEGATE:
    case SL_OPCODE_PLUS:
    case SL_OPCODE_INVERT:
    case SL_OPCODE_NOT:
    case SL_OPCODE_LIST_PUSH:
    case SL_OPCODE_TUPLE_OF_LIST:
    case SL_OPCODE_DICT_INSERT:
    case SL_OPCODE_DICT_PUT:
      return AB;
    case SL_OPCODE_RETURN_CONSTANT:
      return K;
    case SL_OPCODE_CONSTANT:
    case SL_OPCODE_CHECK_LOCAL:
    case SL_OPCODE_CHECK_TYPE:
      return AK;
    case SL_OPCODE_GET_CELL:
    case SL_OPCODE_FREE:
    case SL_OPCODE_SET_ATTRIBUTE:
    case SL_OPCODE_LENGTH:
    case SL_OPCODE_LOAD_SYMBOL:
      return ABK;
    default:
      break;
  }
  const char *name = names[op];
  size_t length = strlen(name);
  bool constant = length > 2 && strcmp(name + length - 2, "_K") == 0;
  if (strncmp(name, "JUMP_", 5) == 0) return constant ? AK_JUMP : AB_JUMP;
  return constant ? ABK : ABC;
}

static bool append_constant(struct sl_thread *thread, const struct sl_code *code, uint32_t i,
                            struct sl_text *out) {
  sl_text_append_string(out, " ");
  return sl_repr(thread, code->constants[i], out);
}

static void append_site(const struct sl_site *site, struct sl_text *out) {
  if (site->name) sl_text_format(out, " .%s", sl_string_bytes(site->name));
  if (site->builtin) sl_text_format(out, " %s", sl_builtin_name(site->builtin));
  if (site->plain || site->positional_count + site->named_count > 0)
    sl_text_format(out, " (%u", site->positional_count);
  else
    return;
  for (uint32_t i = 0; i < site->named_count; i++)
    sl_text_format(out, ", %s =", sl_string_bytes(site->names[i]));
  sl_text_format(out, "%s%s) -> r%u", site->star ? ", *" : "", site->star_star ? ", **" : "",
                 site->result);
}

static bool append_operands(struct sl_thread *thread, const struct sl_code *code, uint32_t i,
                            struct sl_text *out) {
  const struct sl_instruction *at = &code->instructions[i];
  uint32_t c = (uint32_t)at->c;
  enum shape shape = shape_of((enum sl_opcode)at->op);
  if (shape != K && shape != JUMP) sl_text_format(out, " r%u", at->a);
  if (shape == AB || shape == ABC || shape == ABK || shape == AB_COUNT || shape == AB_JUMP ||
      shape == A_SITE || shape == A_CHILD)
    sl_text_format(out, " r%u", at->b);
  switch (shape) {
    case A:
    case AB:
      return true;
    case ABC:
      sl_text_format(out, " r%u", c);
      return true;
    case K:
    case AK:
    case ABK:
      return append_constant(thread, code, c, out);
    case AB_COUNT:
      sl_text_format(out, " x%u", c);
      return true;
    case AK_JUMP:
      if (!append_constant(thread, code, at->b, out)) return false;
      break;
    case JUMP:
    case A_JUMP:
    case AB_JUMP:
      break;
    case A_SITE:
      append_site(&code->sites[c], out);
      return true;
    case A_GLOBAL:
      sl_text_format(out, " %s", sl_string_bytes(code->program->global_names[c]));
      return true;
    case A_CHILD:
      sl_text_format(out, " %s", sl_string_bytes(code->children[c]->name));
      return true;
    case A_LOAD:
      sl_text_append_char(out, ' ');
      return sl_repr(thread, code->program->loads[c].module, out);
  }
  sl_text_format(out, " -> %d", (int)i + 1 + at->c);
  return true;
}

static bool dump_code(struct sl_thread *thread, const struct sl_code *code, struct sl_text *out) {
  struct sl_position place = sl_program_position(code->program, code->definition);
  sl_text_format(out, "%s %u:%u, %u parameters, %u registers\n", sl_string_bytes(code->name),
                 place.line, place.column, code->parameter_count, code->register_count);
  uint32_t children = 0;
  for (uint32_t i = 0; i < code->instruction_count; i++) {
    const struct sl_instruction *at = &code->instructions[i];
    struct sl_position position = sl_program_position(code->program, sl_code_offset(code, at));
    sl_text_format(out, "%5u  %3u:%-3u %s", i, position.line, position.column, names[at->op]);
    if (!append_operands(thread, code, i, out)) return false;
    sl_text_append_char(out, '\n');
    children += at->op == SL_OPCODE_FUNCTION;
  }
  for (uint32_t i = 0; i < children; i++) {
    sl_text_append_char(out, '\n');
    if (!dump_code(thread, code->children[i], out)) return false;
  }
  return true;
}

bool sl_program_dump(struct sl_thread *thread, const struct sl_program *program,
                     struct sl_text *out) {
  return dump_code(thread, program->code, out);
}
