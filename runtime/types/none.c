// SPDX-License-Identifier: Apache-2.0
//
// None: the type of one value, SL_NONE, which is immediate.
#include "runtime/value.h"

static bool none_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread, (void)x;
  sl_text_append_string(out, "None");
  return true;
}

static bool none_truth(sl_value x) {
  (void)x;
  return false;
}

static bool none_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  (void)thread;
  *hash = sl_hash_word((uintptr_t)x);
  return true;
}

const struct sl_type sl_none_type = {
    .name = "NoneType",
    .repr = none_repr,
    .truth = none_truth,
    .hash = none_hash,
};
