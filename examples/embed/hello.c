// SPDX-License-Identifier: Apache-2.0
//
// The smallest host: runs a program that is in memory and reads one of its globals.
#include <stdio.h>
#include <string.h>

#include "runtime/starlark.h"

int main(void) {
  const char *text = "def greet(name):\n    return 'hello, ' + name\n\ngreeting = greet('world')\n";
  sl_initialize(NULL);
  struct sl_thread *thread = sl_thread_new();
  struct sl_module *module =
      sl_execute_text(thread, "hello.star", text, strlen(text), sl_universe());
  if (module) {
    puts(sl_string_bytes(sl_module_get(module, "greeting")));
  } else {
    fputs(sl_error_text(thread), stderr);
  }
  sl_thread_free(thread);
  return module ? 0 : 1;
}
