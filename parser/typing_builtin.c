// SPDX-License-Identifier: Apache-2.0
//
// Builtins: what the functions and methods of the language take and return. They are written as their users would write
// them, and read by the parser, once for each file that asks. Invariant: nothing is narrower than what the builtin
// accepts, and nothing narrower than what it returns.
#include <string.h>

#include "common/hash.h"
#include "parser/typing.h"

// A parameter whose name begins with "_" can only be given by position. Methods are named TYPE_METHOD; of a list or set
// of T, or of a dict of K and V, these are their first type parameters. Only here are there names Never, and Callable,
// which is Any.
static const char *const functions[] = {
    "def abs[T](_x: T) -> T",
    "def all(_elements: Collection) -> bool",
    "def any(_elements: Collection) -> bool",
    "def bool(_x: object = False) -> bool",
    "def dict(_pairs: Collection = [], **kwargs) -> dict",
    "def dir(_x: object) -> list[str]",
    "def enumerate[T](list: Collection[T], start: int = 0) -> list[tuple[int, T]]",
    "def fail(*args, msg = None, attr = None, sep = ' ', **kwargs) -> Never",
    "def float(_x: str | bool | int | float = 0) -> float",
    "def getattr(_x, _name: str, _default = None) -> Any",
    "def hasattr(_x, _name: str) -> bool",
    "def hash(_value) -> int",
    "def int(_x: str | bool | int | float, base: int = 10) -> int",
    "def len(_x: Collection | str) -> int",
    "def list[T](_x: Collection[T] = []) -> list[T]",
    "def max(*args, key: Callable = None) -> Any",
    "def min(*args, key: Callable = None) -> Any",
    "def print(*args, sep: str = ' ', **kwargs) -> None",
    "def range(_start_or_stop: int, _stop_or_none: int | None = None, _step: int = 1) -> "
    "Sequence[int]",
    "def repr(_x: object) -> str",
    "def reversed[T](_sequence: Collection[T]) -> list[T]",
    "def set[T](_elements: Collection[T] = []) -> set[T]",
    "def sorted[T](_iterable: Collection[T], key: Callable = None, *, reverse: bool = False) -> "
    "list[T]",
    "def str(_x: object) -> str",
    "def tuple[T](_x: Collection[T] = ()) -> tuple[T, ...]",
    "def type(_x: object) -> str",
    "def zip(*args: Collection) -> list[tuple[Any, ...]]",
    "def str_capitalize() -> str",
    "def str_count(_sub: str, _start: int | None = 0, _end: int | None = None) -> int",
    "def str_elems() -> list[str]",
    "def str_endswith(_sub: str | tuple[str, ...], _start: int | None = 0, _end: int | None = "
    "None) -> bool",
    "def str_find(_sub: str, _start: int | None = 0, _end: int | None = None) -> int",
    "def str_format(*args, **kwargs) -> str",
    "def str_index(_sub: str, _start: int | None = 0, _end: int | None = None) -> int",
    "def str_isalnum() -> bool",
    "def str_isalpha() -> bool",
    "def str_isdigit() -> bool",
    "def str_islower() -> bool",
    "def str_isspace() -> bool",
    "def str_istitle() -> bool",
    "def str_isupper() -> bool",
    "def str_join(_elements: Collection[str]) -> str",
    "def str_lower() -> str",
    "def str_lstrip(_chars: str | None = None) -> str",
    "def str_partition(_sep: str) -> tuple[str, str, str]",
    "def str_removeprefix(_prefix: str) -> str",
    "def str_removesuffix(_suffix: str) -> str",
    "def str_replace(_old: str, _new: str, _count: int = -1) -> str",
    "def str_rfind(_sub: str, _start: int | None = 0, _end: int | None = None) -> int",
    "def str_rindex(_sub: str, _start: int | None = 0, _end: int | None = None) -> int",
    "def str_rpartition(_sep: str) -> tuple[str, str, str]",
    "def str_rsplit(_sep: str, _maxsplit: int | None = None) -> list[str]",
    "def str_rstrip(_chars: str | None = None) -> str",
    "def str_split(_sep: str, _maxsplit: int | None = None) -> list[str]",
    "def str_splitlines(_keepends: bool = False) -> list[str]",
    "def str_startswith(_sub: str | tuple[str, ...], _start: int | None = 0, _end: int | None = "
    "None) -> bool",
    "def str_strip(_chars: str | None = None) -> str",
    "def str_title() -> str",
    "def str_upper() -> str",
    "def list_append[T](_item: T) -> None",
    "def list_clear[T]() -> None",
    "def list_extend[T](_items: Collection[T]) -> None",
    "def list_index[T](_x, start: int | None = None, end: int | None = None) -> int",
    "def list_insert[T](index: int, _item: T) -> None",
    "def list_pop[T](_i: int | None = -1) -> T",
    "def list_remove[T](_x) -> None",
    "def dict_clear[K, V]() -> None",
    "def dict_get[K, V, D](_key, _default: D = None) -> V | D",
    "def dict_items[K, V]() -> list[tuple[K, V]]",
    "def dict_keys[K, V]() -> list[K]",
    "def dict_pop[K, V, D](_key, _default: D = None) -> V | D",
    "def dict_popitem[K, V]() -> tuple[K, V]",
    "def dict_setdefault[K, V, D](_key: K, _default: D = None) -> V | D",
    "def dict_update[K, V](_pairs: Collection = [], **kwargs: V) -> None",
    "def dict_values[K, V]() -> list[V]",
    "def set_add[T](_element: T) -> None",
    "def set_clear[T]() -> None",
    "def set_difference[T](*others: Collection) -> set[T]",
    "def set_difference_update[T](*others: Collection) -> None",
    "def set_discard[T](_element) -> None",
    "def set_intersection[T](*others: Collection) -> set[T]",
    "def set_intersection_update[T](*others: Collection) -> None",
    "def set_isdisjoint[T](_other: Collection) -> bool",
    "def set_issubset[T](_other: Collection) -> bool",
    "def set_issuperset[T](_other: Collection) -> bool",
    "def set_pop[T]() -> T",
    "def set_remove[T](_element) -> None",
    "def set_symmetric_difference[T, U](_other: Collection[U]) -> set[T | U]",
    "def set_symmetric_difference_update[T](_other: Collection[T]) -> None",
    "def set_union[T, U](*others: Collection[U]) -> set[T | U]",
    "def set_update[T](*others: Collection[T]) -> None",
};

// What is known by a name.
struct builtin {
  const char *name;
  sl_static type;
  struct builtin *next;
};

enum { BUCKETS = 64 };

struct sl_static_builtins {
  struct sl_file *file;
  struct builtin *buckets[BUCKETS];
};

// ---------------------------------------------------------------- reading

static struct builtin **find(struct sl_static_builtins *builtins, const char *name) {
  struct builtin **at = &builtins->buckets[sl_hash_text(name, strlen(name)) % BUCKETS];
  while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
  return at;
}

static void add(struct sl_typing *typing, struct sl_static_builtins *builtins,
                const struct sl_node *def) {
  struct sl_static_scope scope = {.parameters = def->function->type_parameters};
  typing->scope = &scope;
  struct sl_static_callable *callable = sl_typing_signature(typing, def->function);
  callable->builtin = true;
  for (uint32_t i = 0; i < callable->parameter_count; i++) {
    struct sl_static_parameter *parameter = &callable->parameters[i];
    parameter->positional_only = parameter->name[0] == '_';
    if (parameter->positional_only) parameter->name++;
  }
  struct builtin *builtin = sl_arena_allocate(typing->types.arena, sizeof *builtin);
  *builtin = (struct builtin){def->function->name->bytes,
                              sl_static_function(&typing->types, callable), NULL};
  *find(builtins, builtin->name) = builtin;
}

static struct sl_static_builtins *builtins_of(struct sl_typing *typing) {
  if (typing->builtins) return typing->builtins;
  struct sl_static_builtins *builtins = sl_arena_allocate(typing->types.arena, sizeof *builtins);
  struct sl_text text = {0};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    sl_text_format(&text, "%s: pass\n", functions[i]);
  }
  *builtins = (struct sl_static_builtins){
      .file = sl_file_parse("builtins", sl_text_string(&text), text.length, &sl_dialect_bzl)};
  sl_text_free(&text);
  typing->builtins = builtins;
  // While they are read, they are the file.
  struct sl_file *file = typing->file;
  const struct sl_static_scope *scope = typing->scope;
  typing->file = builtins->file;
  const struct sl_node_list *statements = &builtins->file->top_level->body->list;
  for (uint32_t i = 0; i < statements->count; i++) add(typing, builtins, statements->items[i]);
  typing->file = file;
  typing->scope = scope;
  return builtins;
}

bool sl_static_in_builtins(const struct sl_typing *typing) {
  return typing->builtins && typing->file == typing->builtins->file;
}

void sl_static_free_builtins(struct sl_typing *typing) {
  if (typing->builtins) sl_file_free(typing->builtins->file);
}

// ---------------------------------------------------------------- looking up

sl_static sl_static_builtin(struct sl_typing *typing, const struct sl_name *name) {
  if (!strcmp(name->bytes, "None")) return &sl_static_none;
  if (!strcmp(name->bytes, "True") || !strcmp(name->bytes, "False")) return &sl_static_bool;
  // A name with "_" is that of a method here, and of something else in a host.
  if (strchr(name->bytes, '_')) return &sl_static_any;
  const struct builtin *builtin = *find(builtins_of(typing), name->bytes);
  return builtin ? builtin->type : &sl_static_any;
}

bool sl_static_is_universal(struct sl_typing *typing, const struct sl_name *name) {
  return sl_static_builtin(typing, name)->kind != SL_STATIC_ANY;
}

// What the first type parameters of a method stand for follows from the object.
static sl_static bind(struct sl_typing *typing, sl_static object,
                      const struct sl_static_callable *method) {
  struct sl_static_callable *bound = sl_arena_allocate(typing->types.arena, sizeof *bound);
  *bound = *method;
  uint32_t left = method->variable_count - object->count;
  sl_static values[4];
  for (uint32_t i = 0; i < method->variable_count; i++) {
    values[i] = i < object->count ? object->items[i]
                                  : sl_static_variable(&typing->types, i - object->count);
  }
  bound->variable_count = left;
  bound->parameters =
      sl_arena_allocate(typing->types.arena, method->parameter_count * sizeof *bound->parameters);
  for (uint32_t i = 0; i < method->parameter_count; i++) {
    bound->parameters[i] = method->parameters[i];
    bound->parameters[i].type = sl_static_fill(&typing->types, method->parameters[i].type, values);
  }
  if (method->star) bound->star = sl_static_fill(&typing->types, method->star, values);
  if (method->extra) bound->extra = sl_static_fill(&typing->types, method->extra, values);
  bound->result = sl_static_fill(&typing->types, method->result, values);
  return sl_static_function(&typing->types, bound);
}

// What has the methods of a type. Of those of a Mapping, these.
static const char *owner(sl_static type, const char *name) {
  static const char *const mapping[] = {"get", "items", "keys", "values", NULL};
  switch (type->kind) {
    case SL_STATIC_STR:
      return "str";
    case SL_STATIC_LIST:
      return "list";
    case SL_STATIC_SET:
      return "set";
    case SL_STATIC_DICT:
      return "dict";
    case SL_STATIC_MAPPING:
      for (size_t i = 0; mapping[i]; i++) {
        if (!strcmp(mapping[i], name)) return "dict";
      }
      return NULL;
    default:
      return NULL;
  }
}

sl_static sl_static_attribute(struct sl_typing *typing, sl_static type,
                              const struct sl_name *name) {
  if (type->kind == SL_STATIC_ANY || type->kind == SL_STATIC_NEVER) return type;
  const char *prefix = owner(type, name->bytes);
  if (!prefix) return NULL;
  struct sl_text text = {0};
  sl_text_format(&text, "%s_%s", prefix, name->bytes);
  const struct builtin *method = *find(builtins_of(typing), sl_text_string(&text));
  sl_text_free(&text);
  if (!method || !type->count) return method ? method->type : NULL;
  return bind(typing, type, method->type->callable);
}
