// SPDX-License-Identifier: Apache-2.0
//
// Worker: which actions a running server can do, and which of them the same one. A worker is named
// by a hash of all that it is started with, so that nothing else is ever asked of it.
#include <inttypes.h>
#include <string.h>

#include "common/hash.h"
#include "rules/graph/lower.h"
#include "runtime/object.h"

// What an action says, in Bazel's words, when our kind of worker can do it.
static const char *const requirements[][2] = {{"supports-workers", "1"},
                                              {"requires-worker-protocol", "json"}};
// Bazel's, too: actions with different mnemonics and the same value share a worker.
static const char key_mnemonic[] = "worker-key-mnemonic";

static bool supports_workers(const struct bz_action *action) {
  if (action->kind != BZ_ACTION_SPAWN || !action->execution_info) return false;
  for (size_t i = 0; i < sizeof requirements / sizeof *requirements; i++) {
    sl_value value = sl_dict_get_string(action->execution_info, requirements[i][0]);
    if (!value || !sl_string_is(value, requirements[i][1])) return false;
  }
  return true;
}

static void add_part(struct sl_text *key, const char *part) {
  sl_text_append_string(key, part);
  sl_text_append_char(key, '\0');
}

const char *lower_worker(const struct bz_graph *graph, struct lower_trees *trees,
                         const struct bz_action *action) {
  if (!supports_workers(action) || lower_has_trees(trees, action)) return NULL;
  struct sl_text key = {0};
  sl_value name, value, mnemonic = sl_dict_get_string(action->execution_info, key_mnemonic);
  add_part(&key, mnemonic ? sl_string_bytes(mnemonic) : action->mnemonic);
  add_part(&key, sl_string_bytes(sl_list_get(action->arguments, 0)));
  add_part(&key, graph->toolchain ? graph->toolchain : "");
  for (size_t cursor = 0;
       action->environment && sl_dict_next(action->environment, &cursor, &name, &value);) {
    add_part(&key, sl_string_bytes(name));
    add_part(&key, sl_string_bytes(value));
  }
  uint64_t hash = sl_hash_text_wide(sl_text_string(&key), key.length);
  sl_text_free(&key);
  return bz_text_format("%016" PRIx64, hash);
}

size_t bz_lowered_workers(const struct bz_graph *graph, struct bz_worker **workers) {
  struct lower_trees trees = lower_trees_begin(graph);
  size_t count = 0;
  *workers = NULL;
  for (size_t i = 0; i < graph->count; i++) {
    const char *name = lower_worker(graph, &trees, graph->actions[i]);
    size_t k = 0;
    while (name && k < count && strcmp((*workers)[k].name, name) != 0) k++;
    if (!name || k < count) continue;
    size_t size = (count + 1) * sizeof **workers;
    *workers = *workers ? sl_reallocate(*workers, size) : sl_allocate(size);
    (*workers)[count++] = (struct bz_worker){name, graph->actions[i]};
  }
  lower_trees_end(&trees);
  return count;
}
