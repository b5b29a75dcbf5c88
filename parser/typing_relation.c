// SPDX-License-Identifier: Apache-2.0
//
// Relations of types: which may be used for which, which can be ordered; as net.starlark.java.syntax.StarlarkType has
// them. Invariant: every question is answered in bounded time; one that takes too long is answered with yes, since
// an error that is none is worse than one that is missed.
#include "parser/typing.h"

enum { MOST_STEPS = 100000 };

struct question {
  uint32_t steps;
};

static bool fits(struct question *question, sl_static to, sl_static from);

// Whether each may be used for the other: what changes its elements, and is not fresh, needs as much.
static bool agree(struct question *question, sl_static a, sl_static b) {
  if (a == b) return true;
  return fits(question, a, b) && fits(question, b, a);
}

static bool each_fits(struct question *question, sl_static to, sl_static from) {
  for (uint32_t i = 0; i < from->count; i++) {
    if (!fits(question, to, from->items[i])) return false;
  }
  return true;
}

static bool pairs_fit(struct question *question, sl_static to, sl_static from) {
  if (to->count != from->count) return false;
  for (uint32_t i = 0; i < to->count; i++) {
    if (!fits(question, to->items[i], from->items[i])) return false;
  }
  return true;
}

// Of two lists, two sets or two dicts.
static bool contents_fit(struct question *question, sl_static to, sl_static from) {
  if (from->fresh) return pairs_fit(question, to, from);
  for (uint32_t i = 0; i < to->count; i++) {
    if (!agree(question, to->items[i], from->items[i])) return false;
  }
  return true;
}

static bool is_sequence(sl_static type) {
  return type->kind == SL_STATIC_LIST || type->kind == SL_STATIC_TUPLE_OF ||
         type->kind == SL_STATIC_SEQUENCE;
}

static bool is_collection(sl_static type) {
  return is_sequence(type) || type->kind == SL_STATIC_SET || type->kind == SL_STATIC_DICT ||
         type->kind == SL_STATIC_COLLECTION || type->kind == SL_STATIC_MAPPING;
}

// Neither is a union, and they are not the same.
static bool single_fits(struct question *question, sl_static to, sl_static from) {
  switch (to->kind) {
    case SL_STATIC_LIST:
    case SL_STATIC_SET:
    case SL_STATIC_DICT:
      return from->kind == to->kind && contents_fit(question, to, from);
    case SL_STATIC_TUPLE:
      return from->kind == SL_STATIC_TUPLE && pairs_fit(question, to, from);
    case SL_STATIC_TUPLE_OF:
      if (from->kind == SL_STATIC_TUPLE_OF) return pairs_fit(question, to, from);
      return from->kind == SL_STATIC_TUPLE && each_fits(question, to->items[0], from);
    case SL_STATIC_SEQUENCE:
    case SL_STATIC_COLLECTION:
      if (from->kind == SL_STATIC_TUPLE) return each_fits(question, to->items[0], from);
      return (to->kind == SL_STATIC_SEQUENCE ? is_sequence(from) : is_collection(from)) &&
             fits(question, to->items[0], from->items[0]);
    case SL_STATIC_MAPPING:
      if (from->kind != SL_STATIC_DICT && from->kind != SL_STATIC_MAPPING) return false;
      if (from->fresh) return pairs_fit(question, to, from);
      return agree(question, to->items[0], from->items[0]) &&
             fits(question, to->items[1], from->items[1]);
    default:
      return false;
  }
}

static bool any_takes(struct question *question, sl_static to, sl_static from) {
  for (uint32_t i = 0; i < to->count; i++) {
    if (fits(question, to->items[i], from)) return true;
  }
  return false;
}

static bool fits(struct question *question, sl_static to, sl_static from) {
  if (to == from || to->kind == SL_STATIC_ANY || from->kind == SL_STATIC_ANY) return true;
  if (to->kind == SL_STATIC_OBJECT || from->kind == SL_STATIC_NEVER) return true;
  if (to->kind == SL_STATIC_VARIABLE || from->kind == SL_STATIC_VARIABLE) return true;
  if (question->steps++ > MOST_STEPS) return true;
  if (from->kind == SL_STATIC_UNION) return each_fits(question, to, from);
  if (to->kind == SL_STATIC_UNION) return any_takes(question, to, from);
  return single_fits(question, to, from);
}

bool sl_static_fits(sl_static to, sl_static from) {
  struct question question = {0};
  return fits(&question, to, from);
}

// ---------------------------------------------------------------- order

static bool ordered(struct question *question, sl_static a, sl_static b);

static bool each_ordered(struct question *question, sl_static members, sl_static other) {
  for (uint32_t i = 0; i < members->count; i++) {
    if (!ordered(question, members->items[i], other)) return false;
  }
  return true;
}

// Of two tuples: their elements, as far as both go. The length of one, or of both, may not be known.
static bool tuples_ordered(struct question *question, sl_static a, sl_static b) {
  if (a->kind == SL_STATIC_TUPLE_OF && b->kind == SL_STATIC_TUPLE_OF) {
    return ordered(question, a->items[0], b->items[0]);
  }
  if (a->kind == SL_STATIC_TUPLE_OF) return each_ordered(question, b, a->items[0]);
  if (b->kind == SL_STATIC_TUPLE_OF) return each_ordered(question, a, b->items[0]);
  for (uint32_t i = 0; i < a->count && i < b->count; i++) {
    if (!ordered(question, a->items[i], b->items[i])) return false;
  }
  return true;
}

static bool is_tuple(sl_static type) {
  return type->kind == SL_STATIC_TUPLE || type->kind == SL_STATIC_TUPLE_OF;
}

static bool is_number(sl_static type) {
  return type->kind == SL_STATIC_INT || type->kind == SL_STATIC_FLOAT;
}

// Values of this type can be ordered at all.
static bool has_order(sl_static type) {
  return is_number(type) || is_tuple(type) || type->kind == SL_STATIC_BOOL ||
         type->kind == SL_STATIC_STR || type->kind == SL_STATIC_LIST ||
         type->kind == SL_STATIC_ANY || type->kind == SL_STATIC_VARIABLE;
}

static bool ordered(struct question *question, sl_static a, sl_static b) {
  if (question->steps++ > MOST_STEPS) return true;
  if (a->kind == SL_STATIC_NEVER || b->kind == SL_STATIC_NEVER) return true;
  if (a->kind == SL_STATIC_UNION) return each_ordered(question, a, b);
  if (b->kind == SL_STATIC_UNION) return each_ordered(question, b, a);
  if (!has_order(a) || !has_order(b)) return false;
  if (a->kind == SL_STATIC_ANY || b->kind == SL_STATIC_ANY) return true;
  if (is_number(a)) return is_number(b);
  if (is_tuple(a) && is_tuple(b)) return tuples_ordered(question, a, b);
  if (a->kind == SL_STATIC_LIST && b->kind == SL_STATIC_LIST) {
    return ordered(question, a->items[0], b->items[0]);
  }
  return a->kind == b->kind && !is_tuple(a);
}

bool sl_static_ordered(sl_static a, sl_static b) {
  struct question question = {0};
  return ordered(&question, a, b);
}
