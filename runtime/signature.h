// SPDX-License-Identifier: Apache-2.0
//
// Signature: what a native's row says about its parameters, read once. Private to runtime/. Invariant: immutable when
// published in the row; parameters stand in the order of the signature's text, which is that of the native's arguments.
#ifndef RUNTIME_SIGNATURE_H_
#define RUNTIME_SIGNATURE_H_

#include <stdatomic.h>

#include "runtime/value.h"

enum sl_signature_kind {
  SL_SIGNATURE_POSITIONAL_ONLY,
  SL_SIGNATURE_ORDINARY,
  SL_SIGNATURE_KEYWORD_ONLY,
  SL_SIGNATURE_STAR,
  SL_SIGNATURE_STAR_STAR,
};

// One of the types that an annotation allows.
struct sl_annotation {
  sl_value name;                    // as messages say it
  bool (*accepts)(sl_value value);  // NULL: values whose type has this name
};

struct sl_signature_parameter {
  sl_value name;  // interned
  enum sl_signature_kind kind;
  bool required;                     // neither a default value nor `= unbound`
  bool any;                          // not annotated
  bool small_int;                    // ints are accepted: they need no look-up
  const struct sl_type *type;        // a type that is accepted: the common case
  const struct sl_type *other_type;  // another one; NULL: none
  struct sl_annotation *annotations;
  uint32_t annotation_count;
};

struct sl_signature {
  sl_value name;
  uint32_t parameter_count;   // all
  uint32_t positional_count;  // the first ones, which may be given by position
  uint32_t required_count;    // of these, the first ones that must be given
  // Positional arguments can be bound without looking at anything but types if there are `direct_least` to `direct_least +
  // direct_more` of them. Else `direct_least` is beyond all numbers.
  uint32_t direct_least;
  uint32_t direct_more;
  uint32_t annotated;  // bit i: the type of parameter i matters; of those that are bound directly
  bool star;
  bool star_star;
  sl_value *defaults;  // of the parameters, in a row to be copied; NULL: none
  struct sl_signature_parameter parameters[];
};

// Reads the row's signature, or returns what was read before.
const struct sl_signature *sl_signature_read(struct sl_builtin *row);

static inline const struct sl_signature *sl_signature_of(struct sl_builtin *row) {
  const struct sl_signature *signature = __atomic_load_n(&row->parsed, __ATOMIC_ACQUIRE);
  return SL_LIKELY(signature != NULL) ? signature : sl_signature_read(row);
}

bool sl_parameter_accepts_slowly(const struct sl_signature_parameter *parameter, sl_value value);

// Whether a value is of an annotated parameter's common types. False: it may be of another one that is accepted.
static inline bool sl_parameter_expects(const struct sl_signature_parameter *parameter,
                                        sl_value value) {
  if (sl_is_object(value))
    return value->type == parameter->type || value->type == parameter->other_type;
  return sl_is_small_int(value) && parameter->small_int;
}

static inline bool sl_parameter_accepts(const struct sl_signature_parameter *parameter,
                                        sl_value value) {
  return parameter->any || sl_parameter_expects(parameter, value) ||
         sl_parameter_accepts_slowly(parameter, value);
}

// "in call to f(), parameter 'x' got value of type 'int', want 'string'"
bool sl_parameter_refuse(struct sl_thread *thread, const struct sl_signature *signature,
                         const struct sl_signature_parameter *parameter,
                         sl_value value) SL_MUST_CHECK;

#endif  // RUNTIME_SIGNATURE_H_
