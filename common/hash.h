// SPDX-License-Identifier: Apache-2.0
//
// Hash: the one place that knows uthash. For tables with few entries, named by the host, looked up by text: repositories,
// directories, packages. Tables whose speed matters (dict, labels) have open addressing of their own.
#ifndef COMMON_HASH_H_
#define COMMON_HASH_H_

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

// FNV-1a over bytes, for names that must not collide.
static inline uint64_t sl_hash_text_wide(const char *bytes, size_t length) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
  return hash;
}

// The same with a final mix: good low bits, so that masks work.
static inline uint32_t sl_hash_text(const char *bytes, size_t length) {
  uint64_t hash = sl_hash_text_wide(bytes, length);
  return (uint32_t)(hash ^ (hash >> 32));
}

#endif  // COMMON_HASH_H_
