// SPDX-License-Identifier: Apache-2.0
//
// Key: the digest of an action, and of a configuration. Every part goes in with its length before it, so that two different
// actions never run into the same bytes. Bazel's own digests cannot be reproduced; what is kept is their property: equal
// keys mean equal results on equal inputs.

#include <sha2.h>
#include <string.h>

#include "rules/analysis/state.h"

static void add_bytes(SHA2_CTX *digest, const char *bytes, size_t length) {
  uint64_t size = length;
  SHA256Update(digest, (const uint8_t *)&size, sizeof size);
  SHA256Update(digest, (const uint8_t *)bytes, length);
}

static void add_text(SHA2_CTX *digest, const char *text) {
  add_bytes(digest, text ? text : "", text ? strlen(text) : 0);
}

static void add_string(SHA2_CTX *digest, sl_value string) {
  add_bytes(digest, sl_string_bytes(string), sl_string_length(string));
}

static void add_number(SHA2_CTX *digest, uint64_t number) {
  SHA256Update(digest, (const uint8_t *)&number, sizeof number);
}

static void add_dict(SHA2_CTX *digest, sl_value dict) {
  add_number(digest, dict ? sl_dict_length(dict) : 0);
  size_t cursor = 0;
  sl_value key, value;
  while (dict && sl_dict_next(dict, &cursor, &key, &value)) {
    add_string(digest, key);
    if (bz_is_artifact(value)) {
      add_text(digest, bz_artifact_of(value)->path);
    } else {
      add_string(digest, value);
    }
  }
}

static void finish(SHA2_CTX *digest, char out[65]) {
  static const char digits[] = "0123456789abcdef";
  uint8_t bytes[SHA256_DIGEST_LENGTH];
  SHA256Final(bytes, digest);
  for (size_t i = 0; i < sizeof bytes; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  out[64] = '\0';
}

static bool add_arguments(struct sl_thread *thread, SHA2_CTX *digest,
                          const struct bz_action *action) {
  sl_value arguments = bz_action_arguments(thread, action);
  if (!arguments) return false;
  add_number(digest, sl_list_length(arguments));
  for (size_t i = 0; i < sl_list_length(arguments); i++)
    add_string(digest, sl_list_get(arguments, i));
  return true;
}

static bool add_content(struct sl_thread *thread, SHA2_CTX *digest,
                        const struct bz_action *action) {
  if (action->kind == BZ_ACTION_EXPAND_TEMPLATE) {
    add_dict(digest, action->content);
    return true;
  }
  struct sl_text text = {0};
  bool good = bz_action_content(thread, action, &text);
  add_bytes(digest, sl_text_string(&text), text.length);
  sl_text_free(&text);
  return good;
}

// Input and output paths are not part of a key in Bazel; the arguments name what matters.
bool bz_action_key(struct sl_thread *thread, const struct bz_action *action, char out[65]) {
  SHA2_CTX digest;
  SHA256Init(&digest);
  add_number(&digest, action->kind);
  add_text(&digest, action->mnemonic);
  add_number(&digest, action->is_executable);
  add_text(&digest, action->source ? action->source->path : NULL);
  add_text(&digest, action->link_target);
  add_text(&digest, action->unused_inputs_list ? action->unused_inputs_list->path : NULL);
  add_dict(&digest, action->environment);
  add_dict(&digest, action->execution_info);
  add_dict(&digest, action->runfiles);
  if (!add_arguments(thread, &digest, action) || !add_content(thread, &digest, action))
    return false;
  finish(&digest, out);
  return true;
}

const char *bz_key_of_options(const char *const *options, size_t count) {
  char *text = sl_allocate_atomic(65);
  SHA2_CTX digest;
  SHA256Init(&digest);
  for (size_t i = 0; i < count; i++) add_text(&digest, options[i]);
  finish(&digest, text);
  return text;
}
