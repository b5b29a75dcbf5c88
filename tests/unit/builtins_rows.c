// SPDX-License-Identifier: Apache-2.0
//
// Every row of builtins/ keeps its promises: its signature can be read and begins with its name, its documentation
// is one sentence or more on one line, and a table is in order of its names.
#include <stdio.h>
#include <string.h>

#include "builtins/builtins.h"
#include "runtime/object.h"
#include "runtime/program.h"

static int failures;

static void expect(bool holds, const char *signature, const char *what) {
  if (holds) return;
  printf("%s: %s\n", signature, what);
  failures++;
}

static void check_row(struct sl_builtin *row) {
  const char *name = sl_builtin_name(row);
  size_t length = strlen(name);
  expect(strncmp(row->signature, name, length) == 0 && row->signature[length] == '(',
         row->signature, "the signature does not begin with the name");
  expect(row->function != NULL, row->signature, "no function");
  size_t end = strlen(row->doc);
  expect(end > 0 && row->doc[end - 1] == '.', row->signature, "the doc is no sentence");
  expect(!strchr(row->doc, '\n'), row->signature, "the doc is more than one line");
}

static void check_table(struct sl_builtin *rows) {
  for (struct sl_builtin *row = rows; row->signature; row++) {
    check_row(row);
    if (row == rows) continue;
    expect(strcmp(sl_builtin_name(row - 1), sl_builtin_name(row)) < 0, row->signature,
           "out of order");
  }
}

// A row that is a value of the universe under its name.
static void check_universe(struct sl_builtin *rows) {
  for (struct sl_builtin *row = rows; row->signature; row++) {
    expect(sl_environment_get(sl_universe(), sl_builtin_name(row)) == sl_builtin_value(row),
           row->signature, "not in the universe");
  }
}

int main(void) {
  sl_initialize(NULL);
  for (size_t i = 0; sl_universe_tables[i]; i++) {
    check_table(sl_universe_tables[i]);
    check_universe(sl_universe_tables[i]);
  }
  struct sl_builtin *const methods[] = {sl_string_methods, sl_bytes_methods, sl_list_methods,
                                        sl_dict_methods,   sl_set_methods,   sl_json_methods};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) check_table(methods[i]);
  expect(sl_universe() == sl_universe(), "sl_universe()", "made twice");
  expect(sl_environment_get(sl_universe(), "nope") == NULL, "nope", "in the universe");
  return failures > 0;
}
