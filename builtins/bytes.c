// SPDX-License-Identifier: Apache-2.0
//
// Bytes: the methods of byte strings, which only the dialect of the language specification has.
#include "builtins/builtins.h"

static sl_value bytes_elems(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)arguments;
  size_t length = sl_string_length(self);
  if (!sl_heap_admit(thread, 2 * length * sizeof(sl_value))) return NULL;
  const char *bytes = sl_string_bytes(self);
  sl_value *items = sl_allocate((length + 1) * sizeof *items);
  for (size_t i = 0; i < length; i++) items[i] = sl_int((unsigned char)bytes[i]);
  return sl_list_frozen(items, length);
}

struct sl_builtin sl_bytes_methods[] = {
    SL_BUILTIN("elems()", bytes_elems, "A list of the elements: ints from 0 to 255."),
    SL_BUILTIN_END,
};
