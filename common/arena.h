// SPDX-License-Identifier: Apache-2.0
//
// Arena: memory that is handed out in order and released all at once. Nothing in it is freed singly.
// Blocks come from malloc, so an arena holds no Starlark value: the collector does not look into it.
#ifndef COMMON_ARENA_H_
#define COMMON_ARENA_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sl_arena_block;

// An empty arena is all zeros: `struct sl_arena arena = {0};`.
struct sl_arena {
  struct sl_arena_block *blocks;  // newest first
  char *next;                     // first free byte of the newest block
  char *limit;                    // end of the newest block
  size_t used;                    // bytes handed out so far
};

// Returns `size` zeroed bytes, aligned to 8. Never NULL: exhausted memory ends the process with a message,
// as no caller of an arena could go on.
void *sl_arena_allocate(struct sl_arena *arena, size_t size);

// Copies `length` bytes and adds a NUL.
char *sl_arena_copy(struct sl_arena *arena, const char *bytes, size_t length);

// Formats into the arena, as asprintf.
char *sl_arena_format(struct sl_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Releases everything; the arena is empty and usable again.
void sl_arena_clear(struct sl_arena *arena);

#ifdef __cplusplus
}
#endif

#endif  // COMMON_ARENA_H_
