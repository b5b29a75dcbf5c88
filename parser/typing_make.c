// SPDX-License-Identifier: Apache-2.0
//
// Types: made, put together and shown. Invariant: of equal types there is one, and none is deeper or wider than the
// limits, so that whoever walks one may recurse.
#include <string.h>

#include "common/hash.h"
#include "parser/typing.h"

enum {
  MOST_DEPTH = 64,       // deeper is Any
  MOST_MEMBERS = 64,     // of a union; more are Any
  LONGEST_SHOWN = 2000,  // bytes; a type may be a small graph and yet a large tree
};

const struct sl_static_type sl_static_any = {.kind = SL_STATIC_ANY};
const struct sl_static_type sl_static_object = {.kind = SL_STATIC_OBJECT};
const struct sl_static_type sl_static_never = {.kind = SL_STATIC_NEVER};
const struct sl_static_type sl_static_none = {.kind = SL_STATIC_NONE};
const struct sl_static_type sl_static_bool = {.kind = SL_STATIC_BOOL};
const struct sl_static_type sl_static_int = {.kind = SL_STATIC_INT};
const struct sl_static_type sl_static_float = {.kind = SL_STATIC_FLOAT};
const struct sl_static_type sl_static_str = {.kind = SL_STATIC_STR};

// ---------------------------------------------------------------- making

static struct sl_static_type **find_bucket(struct sl_static_types *types, sl_static type) {
  uint32_t hash = sl_hash_text((const char *)type->items, type->count * sizeof *type->items);
  return &types->buckets[(hash * 31 + type->kind * 2u + type->fresh) % SL_STATIC_BUCKETS];
}

static sl_static intern(struct sl_static_types *types, struct sl_static_type type) {
  struct sl_static_type **bucket = find_bucket(types, &type);
  for (struct sl_static_type *known = *bucket; known; known = known->next) {
    if (known->kind == type.kind && known->fresh == type.fresh && known->count == type.count &&
        (!type.count || !memcmp(known->items, type.items, type.count * sizeof *type.items))) {
      return known;
    }
  }
  struct sl_static_type *made = sl_arena_allocate(types->arena, sizeof *made);
  *made = type;
  made->next = *bucket;
  if (type.count) {
    made->items = sl_arena_allocate(types->arena, type.count * sizeof *type.items);
    memcpy(made->items, type.items, type.count * sizeof *type.items);
  }
  return *bucket = made;
}

sl_static sl_static_make(struct sl_static_types *types, enum sl_static_kind kind, bool fresh,
                         sl_static const *items, uint32_t count) {
  struct sl_static_type type = {
      .kind = (uint8_t)kind,
      .fresh = fresh,
      .count = count,
      .items = (sl_static *)items,
  };
  for (uint32_t i = 0; i < count; i++) {
    if (items[i]->depth >= type.depth) type.depth = (uint8_t)(items[i]->depth + 1);
    if (items[i]->open) type.open = true;
  }
  return type.depth > MOST_DEPTH ? &sl_static_any : intern(types, type);
}

sl_static sl_static_of(struct sl_static_types *types, enum sl_static_kind kind, sl_static item) {
  return sl_static_make(types, kind, false, &item, 1);
}

sl_static sl_static_list(struct sl_static_types *types, sl_static element) {
  return sl_static_make(types, SL_STATIC_LIST, true, &element, 1);
}

sl_static sl_static_dict(struct sl_static_types *types, sl_static key, sl_static value) {
  sl_static const items[] = {key, value};
  return sl_static_make(types, SL_STATIC_DICT, true, items, 2);
}

sl_static sl_static_tuple(struct sl_static_types *types, sl_static const *items, uint32_t count) {
  if (count <= SL_STATIC_ELEMENTS)
    return sl_static_make(types, SL_STATIC_TUPLE, false, items, count);
  return sl_static_of(types, SL_STATIC_TUPLE_OF, sl_static_union(types, items, count));
}

sl_static sl_static_variable(struct sl_static_types *types, uint32_t index) {
  struct sl_static_type *type = sl_arena_allocate(types->arena, sizeof *type);
  *type = (struct sl_static_type){.kind = SL_STATIC_VARIABLE, .open = true, .count = index};
  return type;
}

sl_static sl_static_function(struct sl_static_types *types,
                             const struct sl_static_callable *callable) {
  struct sl_static_type *type = sl_arena_allocate(types->arena, sizeof *type);
  *type = (struct sl_static_type){.kind = SL_STATIC_CALLABLE, .callable = callable};
  return type;
}

// ---------------------------------------------------------------- unions

sl_static const *sl_static_members(sl_static const *type, uint32_t *count) {
  bool many = (*type)->kind == SL_STATIC_UNION;
  *count = many ? (*type)->count : 1;
  return many ? (*type)->items : type;
}

struct members {
  sl_static items[MOST_MEMBERS];
  uint32_t count;
  bool too_many;
};

static void add_member(struct members *members, sl_static type) {
  if (type->kind == SL_STATIC_NEVER) return;
  for (uint32_t i = 0; i < members->count; i++) {
    if (members->items[i] == type) return;
  }
  if (members->count == MOST_MEMBERS) {
    members->too_many = true;
  } else {
    members->items[members->count++] = type;
  }
}

static sl_static finish(struct sl_static_types *types, const struct members *members) {
  for (uint32_t i = 0; i < members->count; i++) {
    if (members->items[i]->kind == SL_STATIC_OBJECT) return &sl_static_object;
  }
  if (members->too_many) return &sl_static_any;
  if (!members->count) return &sl_static_never;
  if (members->count == 1) return members->items[0];
  return sl_static_make(types, SL_STATIC_UNION, false, members->items, members->count);
}

sl_static sl_static_union(struct sl_static_types *types, sl_static const *items, uint32_t count) {
  struct members members = {.count = 0};
  for (uint32_t i = 0; i < count; i++) {
    uint32_t inner_count;
    sl_static const *inner = sl_static_members(&items[i], &inner_count);
    for (uint32_t j = 0; j < inner_count; j++) add_member(&members, inner[j]);
  }
  return finish(types, &members);
}

sl_static sl_static_either(struct sl_static_types *types, sl_static a, sl_static b) {
  sl_static const items[] = {a, b};
  return sl_static_union(types, items, 2);
}

sl_static sl_static_filter(struct sl_static_types *types, sl_static type,
                           bool (*keep)(sl_static member, const void *data), const void *data) {
  struct members members = {.count = 0};
  uint32_t count;
  sl_static const *items = sl_static_members(&type, &count);
  for (uint32_t i = 0; i < count; i++) {
    if (keep(items[i], data)) add_member(&members, items[i]);
  }
  return finish(types, &members);
}

// ---------------------------------------------------------------- changing

typedef sl_static map(struct sl_static_types *types, sl_static item, const void *data);

// The type with other items, and no longer fresh.
static sl_static rebuild(struct sl_static_types *types, sl_static type, map *change,
                         const void *data) {
  sl_static items[SL_STATIC_ELEMENTS];
  for (uint32_t i = 0; i < type->count; i++) items[i] = change(types, type->items[i], data);
  if (type->kind == SL_STATIC_UNION) return sl_static_union(types, items, type->count);
  return sl_static_make(types, type->kind, false, items, type->count);
}

static sl_static fill(struct sl_static_types *types, sl_static type, const void *data) {
  sl_static const *values = data;
  if (!type->open) return type;
  if (type->kind == SL_STATIC_VARIABLE) return values[type->count];
  return rebuild(types, type, fill, data);
}

sl_static sl_static_fill(struct sl_static_types *types, sl_static type, sl_static const *values) {
  return fill(types, type, values);
}

static bool is_mutable(sl_static type) {
  return type->kind == SL_STATIC_LIST || type->kind == SL_STATIC_SET ||
         type->kind == SL_STATIC_DICT;
}

static sl_static settle(struct sl_static_types *types, sl_static type, const void *data) {
  (void)data;
  return sl_static_settle(types, type);
}

static sl_static settle_content(struct sl_static_types *types, sl_static type, const void *data) {
  (void)data;
  switch (type->kind) {
    case SL_STATIC_NEVER:
    case SL_STATIC_NONE:
    case SL_STATIC_UNION:
      return &sl_static_any;
    default:
      return sl_static_settle(types, type);
  }
}

sl_static sl_static_settle(struct sl_static_types *types, sl_static type) {
  if (!type->depth) return type;
  return rebuild(types, type, is_mutable(type) ? settle_content : settle, NULL);
}

static sl_static any(struct sl_static_types *types, sl_static type, const void *data) {
  (void)types, (void)type, (void)data;
  return &sl_static_any;
}

static sl_static widen(struct sl_static_types *types, sl_static type, const void *data) {
  (void)data;
  return sl_static_widen(types, type);
}

sl_static sl_static_widen(struct sl_static_types *types, sl_static type) {
  if (type->kind == SL_STATIC_UNION) return rebuild(types, type, widen, NULL);
  return is_mutable(type) ? rebuild(types, type, any, NULL) : type;
}

sl_static sl_static_element(struct sl_static_types *types, sl_static type) {
  switch (type->kind) {
    case SL_STATIC_ANY:
    case SL_STATIC_NEVER:
      return type;
    case SL_STATIC_TUPLE:
      return sl_static_union(types, type->items, type->count);
    case SL_STATIC_LIST:
    case SL_STATIC_SET:
    case SL_STATIC_DICT:
    case SL_STATIC_TUPLE_OF:
    case SL_STATIC_COLLECTION:
    case SL_STATIC_SEQUENCE:
    case SL_STATIC_MAPPING:
      return type->items[0];
    default:
      return NULL;
  }
}

// ---------------------------------------------------------------- showing

static const char *const names[] = {
    [SL_STATIC_ANY] = "Any",
    [SL_STATIC_OBJECT] = "object",
    [SL_STATIC_NEVER] = "Never",
    [SL_STATIC_NONE] = "None",
    [SL_STATIC_BOOL] = "bool",
    [SL_STATIC_INT] = "int",
    [SL_STATIC_FLOAT] = "float",
    [SL_STATIC_STR] = "str",
    [SL_STATIC_UNION] = "",
    [SL_STATIC_LIST] = "list",
    [SL_STATIC_SET] = "set",
    [SL_STATIC_DICT] = "dict",
    [SL_STATIC_TUPLE] = "tuple",
    [SL_STATIC_TUPLE_OF] = "tuple",
    [SL_STATIC_COLLECTION] = "Collection",
    [SL_STATIC_SEQUENCE] = "Sequence",
    [SL_STATIC_MAPPING] = "Mapping",
    [SL_STATIC_CALLABLE] = "Callable",
    [SL_STATIC_VARIABLE] = "Any",
};

static void show(struct sl_text *out, sl_static type);

static void show_items(struct sl_text *out, sl_static const *items, uint32_t count,
                       const char *between) {
  for (uint32_t i = 0; i < count; i++) {
    if (i) sl_text_append_string(out, between);
    show(out, items[i]);
    if (out->length > LONGEST_SHOWN) return;
  }
}

static void show_callable(struct sl_text *out, const struct sl_static_callable *callable) {
  sl_text_append_string(out, "Callable[[");
  for (uint32_t i = 0; i < callable->named_count; i++) {
    if (i) sl_text_append_string(out, ", ");
    show(out, callable->parameters[i].type);
  }
  sl_text_append_string(out, "], ");
  show(out, callable->result);
  sl_text_append_char(out, ']');
}

static void show(struct sl_text *out, sl_static type) {
  if (out->length > LONGEST_SHOWN) {
    sl_text_append_string(out, "...");
  } else if (type->kind == SL_STATIC_UNION) {
    show_items(out, type->items, type->count, "|");
  } else if (type->kind == SL_STATIC_CALLABLE) {
    show_callable(out, type->callable);
  } else if (!type->depth && type->kind != SL_STATIC_TUPLE) {
    sl_text_append_string(out, names[type->kind]);
  } else {
    sl_text_format(out, "%s[", names[type->kind]);
    show_items(out, type->items, type->count, ", ");
    if (!type->count) sl_text_append_string(out, "()");
    if (type->kind == SL_STATIC_TUPLE_OF) sl_text_append_string(out, ", ...");
    sl_text_append_char(out, ']');
  }
}

void sl_static_write(struct sl_text *out, sl_static type) { show(out, type); }

const char *sl_static_show(struct sl_static_types *types, sl_static type) {
  struct sl_text text = {0};
  show(&text, type);
  const char *shown = sl_arena_copy(types->arena, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return shown;
}
