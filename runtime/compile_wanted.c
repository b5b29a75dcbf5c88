// SPDX-License-Identifier: Apache-2.0
//
// Compile/wanted: the instructions that look at values of annotated parameters, defaults and results. Invariant: none, and
// nothing else, unless the dialect wants values to be checked.
#include "runtime/compile.h"
#include "runtime/wanted.h"

// What is looked at, by the words for what does not fit.
enum what { PARAMETER, DEFAULT, RESULT };

static void tell(struct sl_text *before, struct sl_text *after, enum what what,
                 const struct sl_function_syntax *function, const char *parameter,
                 const struct sl_text *shown) {
  const char *name = function->name->bytes;
  switch (what) {
    case PARAMETER:
      sl_text_format(before, "in call to %s(), parameter '%s' got value of type '", name,
                     parameter);
      sl_text_format(after, "', want '%s'", sl_text_string(shown));
      break;
    case DEFAULT:
      sl_text_format(before, "%s(): parameter '%s' has default value of type '", name, parameter);
      sl_text_format(after, "', declares '%s'", sl_text_string(shown));
      break;
    case RESULT:
      sl_text_format(before, "%s(): returns value of type '", name);
      sl_text_format(after, "', declares '%s'", sl_text_string(shown));
      break;
  }
}

// Emits a look at a register, if the function's annotations say anything of what is in it.
static void look(struct sl_assembler *assembler, enum what what,
                 const struct sl_function_syntax *function, const struct sl_parameter *parameter,
                 uint32_t place, uint32_t offset) {
  struct sl_text code = {0}, shown = {0}, before = {0}, after = {0};
  int index = parameter ? (int)parameter->identifier->mark : SL_RESULT;
  if (function->name && sl_function_wants(function, index, &code, &shown)) {
    const char *name = parameter ? parameter->identifier->identifier.name->bytes : NULL;
    tell(&before, &after, what, function, name, &shown);
    uint32_t wanted = sl_emit_constant(assembler, sl_wanted_new(&before, &after, &code));
    sl_emit(assembler, SL_OPCODE_CHECK_TYPE, place, 0, wanted, offset);
    // A dict that is looked at has to be there.
    if (what == PARAMETER && parameter->kind == SL_PARAMETER_STAR_STAR) {
      assembler->code->passes_on = false;
    }
  }
  sl_text_free(&code);
  sl_text_free(&shown);
  sl_text_free(&before);
  sl_text_free(&after);
}

static bool wants(const struct sl_assembler *assembler) {
  return assembler->compiler->file->dialect->dynamic_checking;
}

void sl_compile_wanted_parameters(struct sl_assembler *assembler) {
  const struct sl_function_syntax *function = assembler->syntax;
  for (uint32_t i = 0; wants(assembler) && i < function->parameter_count; i++) {
    const struct sl_parameter *parameter = &function->parameters[i];
    look(assembler, PARAMETER, function, parameter, parameter->identifier->mark,
         function->name_start);
  }
}

void sl_compile_wanted_default(struct sl_assembler *assembler,
                               const struct sl_function_syntax *function,
                               const struct sl_parameter *parameter, uint32_t place) {
  if (!wants(assembler)) return;
  look(assembler, DEFAULT, function, parameter, place, parameter->default_value->start);
}

bool sl_compile_wants_result(const struct sl_assembler *assembler) {
  return wants(assembler) && assembler->syntax->name && assembler->syntax->result_type;
}

void sl_compile_wanted_result(struct sl_assembler *assembler, uint32_t place, uint32_t offset) {
  if (wants(assembler)) look(assembler, RESULT, assembler->syntax, NULL, place, offset);
}
