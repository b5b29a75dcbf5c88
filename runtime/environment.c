// SPDX-License-Identifier: Apache-2.0
//
// Environment: predeclared names and their values. Invariant: names are interned; an environment is only changed before
// its first use by a program.
#include "runtime/value.h"

struct sl_environment {
  const struct sl_environment *below;
  sl_value *names;  // in order of definition
  sl_value *values;
  uint32_t *index;  // open addressing: position + 1; atomic memory
  uint32_t count;
  uint32_t capacity;
  uint32_t index_mask;
};

enum { FIRST_CAPACITY = 16 };

struct sl_environment *sl_environment_new(const struct sl_environment *below) {
  // Hosts keep environments in static variables and anywhere else.
  struct sl_environment *environment = sl_allocate_root(sizeof *environment);
  environment->below = below;
  return environment;
}

// The index slot of a name: its own, or the free one where it would go.
static uint32_t slot_of(const struct sl_environment *environment, const char *name, size_t length) {
  uint32_t slot = sl_hash_bytes(name, length) & environment->index_mask;
  for (; environment->index[slot]; slot = (slot + 1) & environment->index_mask) {
    sl_value known = environment->names[environment->index[slot] - 1];
    if (sl_string_length(known) == length && memcmp(sl_string_bytes(known), name, length) == 0)
      break;
  }
  return slot;
}

static sl_value *find(const struct sl_environment *environment, const char *name, size_t length) {
  if (!environment->index) return NULL;
  uint32_t position = environment->index[slot_of(environment, name, length)];
  return position ? &environment->values[position - 1] : NULL;
}

static void grow(struct sl_environment *environment) {
  uint32_t capacity = environment->capacity ? environment->capacity * 2 : FIRST_CAPACITY;
  sl_value *names = sl_allocate(capacity * sizeof *names),
           *values = sl_allocate(capacity * sizeof *values);
  if (environment->count) {
    memcpy(names, environment->names, environment->count * sizeof *names);
    memcpy(values, environment->values, environment->count * sizeof *values);
  }
  environment->names = names;
  environment->values = values;
  environment->capacity = capacity;
  environment->index_mask = 2 * capacity - 1;
  environment->index = sl_allocate_atomic(2 * capacity * sizeof *environment->index);
  for (uint32_t i = 0; i < environment->count; i++) {
    environment
        ->index[slot_of(environment, sl_string_bytes(names[i]), sl_string_length(names[i]))] =
        i + 1;
  }
}

void sl_environment_set(struct sl_environment *environment, const char *name, sl_value value) {
  size_t length = strlen(name);
  sl_value *known = find(environment, name, length);
  if (known) {
    *known = value;
    return;
  }
  if (environment->count == environment->capacity) grow(environment);
  uint32_t slot = slot_of(environment, name, length);
  environment->names[environment->count] = sl_string_intern(name, length);
  environment->values[environment->count] = value;
  environment->index[slot] = ++environment->count;
}

void sl_environment_set_builtins(struct sl_environment *environment, struct sl_builtin *rows) {
  for (; rows->signature; rows++) {
    sl_environment_set(environment, sl_builtin_name(rows), sl_builtin_value(rows));
  }
}

sl_value sl_environment_get(const struct sl_environment *environment, const char *name) {
  size_t length = strlen(name);
  for (; environment; environment = environment->below) {
    const sl_value *found = find(environment, name, length);
    if (found) return *found;
  }
  return NULL;
}

void sl_environment_each(const struct sl_environment *environment,
                         void (*offer)(void *data, const char *name, size_t length), void *data) {
  for (; environment; environment = environment->below) {
    for (uint32_t i = 0; i < environment->count; i++) {
      offer(data, sl_string_bytes(environment->names[i]), sl_string_length(environment->names[i]));
    }
  }
}
