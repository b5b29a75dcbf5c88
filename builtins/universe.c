// SPDX-License-Identifier: Apache-2.0
//
// Universe: the names that every Starlark program knows. Invariant: each environment is made once per process,
// at first use, and never changes.
#include <stdatomic.h>

#include "builtins/builtins.h"
#include "runtime/program.h"

static struct sl_environment *make(bool sets, bool bytes) {
  struct sl_environment *environment = sl_environment_new(NULL);
  sl_environment_set(environment, "None", SL_NONE);
  sl_environment_set(environment, "False", SL_FALSE);
  sl_environment_set(environment, "True", SL_TRUE);
  sl_environment_set(environment, "json", sl_json_module());
  for (size_t i = 0; sl_universe_tables[i]; i++) {
    if (!sets && sl_universe_tables[i] == sl_set_functions) continue;
    sl_environment_set_builtins(environment, sl_universe_tables[i]);
  }
  if (bytes) sl_environment_set_builtins(environment, sl_bytes_functions);
  return environment;
}

static const struct sl_environment *get(bool sets, bool bytes) {
  static struct sl_environment *_Atomic universes[4];
  struct sl_environment *_Atomic *universe = &universes[2 * sets + bytes];
  struct sl_environment *made = atomic_load_explicit(universe, memory_order_acquire);
  if (made) return made;
  // Two threads may both get here: the one that comes second uses what the first has made.
  struct sl_environment *ours = make(sets, bytes);
  if (atomic_compare_exchange_strong(universe, &made, ours)) return ours;
  return made;
}

const struct sl_environment *sl_universe(void) { return get(true, false); }

const struct sl_environment *sl_universe_of(const struct sl_dialect *dialect) {
  return get(dialect->sets, dialect->bytes);
}

struct sl_builtin *const sl_universe_tables[] = {
    sl_object_functions,
    sl_number_functions,
    sl_sequence_functions,
    sl_order_functions,
    sl_dict_functions,
    sl_set_functions,
    NULL,
};
