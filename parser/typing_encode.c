// SPDX-License-Identifier: Apache-2.0
//
// Types as text, for the runtime, which looks at values and knows nothing of the tree. Invariant: the text is short; a type
// that would make it long accepts more, if need be anything.
#include "parser/typing.h"

enum { LONGEST = 4000 };

static const char letters[] = {
    [SL_STATIC_ANY] = 'A',      [SL_STATIC_OBJECT] = 'A',   [SL_STATIC_NEVER] = 'z',
    [SL_STATIC_NONE] = 'n',     [SL_STATIC_BOOL] = 'b',     [SL_STATIC_INT] = 'i',
    [SL_STATIC_FLOAT] = 'f',    [SL_STATIC_STR] = 's',      [SL_STATIC_UNION] = 'U',
    [SL_STATIC_LIST] = 'l',     [SL_STATIC_SET] = 'S',      [SL_STATIC_DICT] = 'd',
    [SL_STATIC_TUPLE] = 'T',    [SL_STATIC_TUPLE_OF] = 't', [SL_STATIC_COLLECTION] = 'C',
    [SL_STATIC_SEQUENCE] = 'q', [SL_STATIC_MAPPING] = 'm',  [SL_STATIC_CALLABLE] = 'A',
    [SL_STATIC_VARIABLE] = 'A',
};

static void encode(struct sl_text *out, sl_static type) {
  bool counted = type->kind == SL_STATIC_TUPLE || type->kind == SL_STATIC_UNION;
  if (out->length > LONGEST) {
    sl_text_append_char(out, 'A');
    return;
  }
  sl_text_append_char(out, letters[type->kind]);
  if (!counted && !type->depth) return;
  if (counted) sl_text_format(out, "%u.", type->count);
  for (uint32_t i = 0; i < type->count; i++) encode(out, type->items[i]);
}

bool sl_function_wants(const struct sl_function_syntax *function, int parameter,
                       struct sl_text *code, struct sl_text *shown) {
  const struct sl_static_frame *frame = function->types;
  if (!frame || !frame->callable) return false;
  const struct sl_static_callable *callable = frame->callable;
  sl_static type = parameter < 0 ? callable->result : callable->parameters[parameter].type;
  if (type->kind == SL_STATIC_ANY || type->kind == SL_STATIC_OBJECT) return false;
  // In the function *args is a tuple, and **kwargs a dict.
  if (parameter >= 0) type = frame->variables[parameter].declared;
  encode(code, type);
  sl_static_write(shown, type);
  return true;
}
