// SPDX-License-Identifier: Apache-2.0
//
// Struct: immutable records; providers' instances are structs with a constructor. Fields are sorted
// by name. Invariant: two structs have the same field names exactly if they have the same shape,
// since shapes are interned for the whole process.
#include <stdlib.h>

#include "runtime/os.h"
#include "runtime/reach.h"
#include "runtime/value.h"

static struct sl_record *as_record(sl_value value) { return (struct sl_record *)(void *)value; }

static const struct sl_string *as_string(sl_value value) {
  return (const struct sl_string *)(const void *)value;
}

// ---------------------------------------------------------------- shapes

// Open-addressed, at most half full; read and changed under SL_LOCK_SHAPES.
struct shape_table {
  size_t mask;
  size_t count;
  struct sl_shape *slots[];
};

static struct shape_table *shapes;

// Names are interned, so that their addresses tell them apart.
static uint32_t hash_names(const sl_value *names, size_t count) {
  uint32_t hash = (uint32_t)count;
  for (size_t i = 0; i < count; i++) {
    hash = sl_hash_word((uintptr_t)names[i] ^ ((uint64_t)hash << 32));
  }
  return hash;
}

static struct sl_shape **shape_slot(struct shape_table *table, uint32_t hash, const sl_value *names,
                                    size_t count) {
  size_t i = hash & table->mask;
  for (;; i = (i + 1) & table->mask) {
    const struct sl_shape *shape = table->slots[i];
    if (!shape) break;
    if (shape->hash == hash && shape->count == count &&
        memcmp(shape->names, names, count * sizeof *names) == 0)
      break;
  }
  return &table->slots[i];
}

static void make_room(void) {
  if (shapes && shapes->count * 2 < shapes->mask) return;
  size_t slot_count = shapes ? (shapes->mask + 1) * 2 : 256;
  struct shape_table *larger = sl_allocate(sizeof *larger + slot_count * sizeof *larger->slots);
  larger->mask = slot_count - 1;
  larger->count = shapes ? shapes->count : 0;
  for (size_t i = 0; shapes && i <= shapes->mask; i++) {
    struct sl_shape *shape = shapes->slots[i];
    if (shape) *shape_slot(larger, shape->hash, shape->names, shape->count) = shape;
  }
  shapes = larger;
}

const struct sl_shape *sl_shape_of(const sl_value *names, size_t count) {
  uint32_t hash = hash_names(names, count);
  sl_lock(SL_LOCK_SHAPES);
  make_room();
  struct sl_shape **slot = shape_slot(shapes, hash, names, count);
  if (!*slot) {
    struct sl_shape *shape = sl_allocate(sizeof *shape + count * sizeof *names);
    shape->count = (uint32_t)count;
    shape->hash = hash;
    memcpy(shape->names, names, count * sizeof *names);
    *slot = shape;
    shapes->count++;
  }
  const struct sl_shape *shape = *slot;
  sl_unlock(SL_LOCK_SHAPES);
  return shape;
}

static int compare_name(const struct sl_string *name, const char *bytes, size_t length) {
  size_t shorter = name->length < length ? name->length : length;
  int order = memcmp(name->bytes, bytes, shorter);
  return order ? order : (name->length > length) - (name->length < length);
}

int32_t sl_shape_find(const struct sl_shape *shape, const char *name, size_t length) {
  int32_t low = 0, high = (int32_t)shape->count;
  while (low < high) {
    int32_t middle = (low + high) / 2;
    int order = compare_name(as_string(shape->names[middle]), name, length);
    if (order == 0) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

// ---------------------------------------------------------------- making

struct field {
  sl_value name;
  sl_value value;
};

static int compare_fields(const void *a, const void *b) {
  const struct sl_string *name = as_string(((const struct field *)b)->name);
  return compare_name(as_string(((const struct field *)a)->name), name->bytes, name->length);
}

// Sorts the fields, which lie in collected memory or on a stack.
static sl_value record_new(sl_value constructor, struct field *fields, size_t count) {
  enum { LOCAL = 32 };
  sl_value local[LOCAL];
  sl_value *names = count <= LOCAL ? local : sl_allocate(count * sizeof *names);
  qsort(fields, count, sizeof *fields, compare_fields);
  for (size_t i = 0; i < count; i++) names[i] = fields[i].name;
  struct sl_record *record = sl_allocate(sizeof *record + count * sizeof *record->fields);
  record->type = &sl_struct_type;
  record->shape = sl_shape_of(names, count);
  record->constructor = constructor;
  for (size_t i = 0; i < count; i++) record->fields[i] = fields[i].value;
  return (sl_value)(void *)record;
}

sl_value sl_struct(sl_value constructor, const char *const *names, const sl_value *values,
                   size_t count) {
  struct field *fields = sl_allocate((count + 1) * sizeof *fields);
  for (size_t i = 0; i < count; i++) {
    fields[i] = (struct field){sl_string_intern(names[i], strlen(names[i])), values[i]};
  }
  return record_new(constructor, fields, count);
}

sl_value sl_struct_from_dict(sl_value constructor, sl_value dict) {
  struct field *fields = sl_allocate((sl_dict_length(dict) + 1) * sizeof *fields);
  size_t cursor = 0, count = 0;
  sl_value key, value;
  while (sl_dict_next(dict, &cursor, &key, &value)) {
    fields[count++] =
        (struct field){sl_string_intern(as_string(key)->bytes, as_string(key)->length), value};
  }
  return record_new(constructor, fields, count);
}

// ---------------------------------------------------------------- slots

static bool struct_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  const struct sl_record *record = as_record(x);
  sl_text_append_string(out, "struct(");
  for (uint32_t i = 0; i < record->shape->count; i++) {
    const struct sl_string *name = as_string(record->shape->names[i]);
    if (i > 0) sl_text_append(out, ", ", 2);
    sl_text_append(out, name->bytes, name->length);
    sl_text_append(out, " = ", 3);
    if (!sl_repr(thread, record->fields[i], out)) return false;
  }
  sl_text_append_char(out, ')');
  return true;
}

static bool hash_record(struct sl_thread *thread, sl_value x, uint32_t *hash);

static bool hash_field(struct sl_thread *thread, sl_value field, uint32_t *hash) {
  // Of a struct that is immutable through and through, structs within need not be asked again.
  if (sl_is_struct(field)) return hash_record(thread, field, hash);
  // A frozen list may be part of a struct that is a key, though no key itself: any number that
  // equal ones share will do.
  if (sl_is_object(field) && (field->type->flags & SL_TYPE_MUTABLE)) {
    *hash = (uint32_t)sl_length(field);
    return true;
  }
  return sl_hash(thread, field, hash);
}

static bool hash_fields(struct sl_thread *thread, const struct sl_record *record, uint32_t *hash) {
  uint32_t sum = sl_hash_word(record->shape->hash ^ (uintptr_t)record->constructor);
  for (uint32_t i = 0; i < record->shape->count; i++) {
    uint32_t part;
    if (!hash_field(thread, record->fields[i], &part)) return false;
    sum = sl_hash_word(((uint64_t)sum << 32) ^ part);
  }
  *hash = sum;
  return true;
}

static bool hash_record(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  int known = sl_visit_hash(thread, x, hash);
  if (known != 0) return known > 0;
  bool done = hash_fields(thread, as_record(x), hash);
  sl_visit_hashed(thread, x, done ? hash : NULL);
  return done;
}

static bool struct_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  if (!sl_is_immutable(x)) return sl_fail_false(thread, "unhashable type: 'struct'");
  return hash_record(thread, x, hash);
}

static int fields_equal(struct sl_thread *thread, const struct sl_record *a,
                        const struct sl_record *b) {
  for (uint32_t i = 0; i < a->shape->count; i++) {
    int equal = sl_equal(thread, a->fields[i], b->fields[i]);
    if (equal != 1) return equal;
  }
  return 1;
}

static int struct_equal(struct sl_thread *thread, sl_value x, sl_value y) {
  const struct sl_record *a = as_record(x), *b = as_record(y);
  if (a->shape != b->shape || a->constructor != b->constructor) return 0;
  int known = sl_visit_pair(thread, x, y, a->shape->count);
  return known != 0 ? known : sl_visit_compared(thread, x, y, fields_equal(thread, a, b));
}

static sl_value struct_attribute(struct sl_thread *thread, sl_value x, const char *name,
                                 size_t length) {
  (void)thread;
  int32_t i = sl_shape_find(as_record(x)->shape, name, length);
  return i < 0 ? NULL : as_record(x)->fields[i];
}

static void struct_attribute_names(sl_value x,
                                   void (*offer)(void *data, const char *name, size_t length),
                                   void *data) {
  const struct sl_shape *shape = as_record(x)->shape;
  for (uint32_t i = 0; i < shape->count; i++) {
    offer(data, as_string(shape->names[i])->bytes, as_string(shape->names[i])->length);
  }
}

// As Bazel's StructImpl words it; a provider's instance is called by the provider's name.
static void struct_no_attribute(sl_value x, const char *name, struct sl_text *message) {
  sl_value constructor = as_record(x)->constructor;
  const struct sl_type *type = constructor ? sl_type_of(constructor) : NULL;
  const char *called = type && type->callable_name ? type->callable_name(constructor) : "struct";
  sl_text_format(message, "'%s' value has no field or method '%s'\nAvailable attributes: ", called,
                 name);
  const struct sl_shape *shape = as_record(x)->shape;
  for (uint32_t i = 0; i < shape->count; i++) {
    if (i > 0) sl_text_append(message, ", ", 2);
    sl_text_append(message, as_string(shape->names[i])->bytes, as_string(shape->names[i])->length);
  }
}

static void struct_freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  for (uint32_t i = 0; i < as_record(x)->shape->count; i++) visit(data, as_record(x)->fields[i]);
}

// ---------------------------------------------------------------- externals

sl_value sl_struct_constructor(sl_value record) { return as_record(record)->constructor; }

sl_value sl_struct_get(sl_value record, const char *name) {
  int32_t i = sl_shape_find(as_record(record)->shape, name, strlen(name));
  return i < 0 ? NULL : as_record(record)->fields[i];
}

size_t sl_struct_count(sl_value record) { return as_record(record)->shape->count; }

void sl_struct_field(sl_value record, size_t i, const char **name, sl_value *value) {
  *name = as_string(as_record(record)->shape->names[i])->bytes;
  *value = as_record(record)->fields[i];
}

const struct sl_type sl_struct_type = {
    .name = "struct",
    .flags = SL_TYPE_HAS_MUTABLE_PARTS,
    .repr = struct_repr,
    .hash = struct_hash,
    .equal = struct_equal,
    .immutable = sl_parts_are_immutable,
    .attribute = struct_attribute,
    .attribute_names = struct_attribute_names,
    .no_attribute = struct_no_attribute,
    .freeze = struct_freeze,
};
