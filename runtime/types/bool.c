// SPDX-License-Identifier: Apache-2.0
//
// Bool: False and True, which are immediate. A bool is no number: True != 1.
#include "runtime/value.h"

static bool bool_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_append_string(out, x == SL_TRUE ? "True" : "False");
  return true;
}

static bool bool_truth(sl_value x) { return x == SL_TRUE; }

static bool bool_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  (void)thread;
  *hash = sl_hash_word((uintptr_t)x);
  return true;
}

static bool bool_compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  (void)thread;
  *order = (x == SL_TRUE) - (y == SL_TRUE);
  return true;
}

const struct sl_type sl_bool_type = {
    .name = "bool",
    .repr = bool_repr,
    .truth = bool_truth,
    .hash = bool_hash,
    .compare = bool_compare,
};
