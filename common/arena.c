// SPDX-License-Identifier: Apache-2.0
//
// Arena: a chain of blocks from malloc, filled from the front. Invariant: the bytes from `next` to
// `limit` are zero, since blocks come from calloc and nothing is ever given back.
#include "common/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Blocks double from the first size to the last, so that a small file costs little and a large one
// few calls. Large ones are in huge pages where the system has them: the first touch of a small page
// costs more than what is written to it.
enum { FIRST_BLOCK = 8 << 10, LAST_BLOCK = 16 << 20, HUGE_BLOCK = 4 << 20, ALIGNMENT = 8 };

struct sl_arena_block {
  struct sl_arena_block *previous;
  size_t size;  // of the bytes that follow this header
};

static _Noreturn void exhausted(void) {
  fputs("out of memory\n", stderr);
  abort();
}

// Refusals are of no consequence.
static void use_huge_pages(void *memory, size_t size) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = ((uintptr_t)memory + page - 1) & ~(page - 1);
  uintptr_t end = ((uintptr_t)memory + size) & ~(page - 1);
  madvise((void *)start, end - start, MADV_HUGEPAGE);
}

// Puts a block in front that has room for `size` bytes.
static void add_block(struct sl_arena *arena, size_t size) {
  size_t wanted = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
  if (wanted > LAST_BLOCK) wanted = LAST_BLOCK;
  if (wanted < size) wanted = size;
  struct sl_arena_block *block =
      wanted > SIZE_MAX - sizeof *block ? NULL : calloc(1, sizeof *block + wanted);
  if (!block) exhausted();
  if (wanted >= HUGE_BLOCK) use_huge_pages(block, wanted);
  block->previous = arena->blocks;
  block->size = wanted;
  arena->blocks = block;
  arena->next = (char *)(block + 1);
  arena->limit = arena->next + wanted;
}

void *sl_arena_allocate(struct sl_arena *arena, size_t size) {
  if (size > SIZE_MAX - ALIGNMENT) exhausted();
  size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  // An empty arena has no address to return, not even for nothing.
  if (!arena->blocks || size > (size_t)(arena->limit - arena->next)) add_block(arena, size);
  void *memory = arena->next;
  arena->next += size;
  arena->used += size;
  return memory;
}

char *sl_arena_copy(struct sl_arena *arena, const char *bytes, size_t length) {
  if (length == SIZE_MAX) exhausted();
  char *copy = sl_arena_allocate(arena, length + 1);
  if (length) memcpy(copy, bytes, length);
  return copy;
}

char *sl_arena_format(struct sl_arena *arena, const char *format, ...) {
  va_list arguments;
  va_list again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) exhausted();
  char *copy = sl_arena_allocate(arena, (size_t)length + 1);
  vsnprintf(copy, (size_t)length + 1, format, again);
  va_end(again);
  return copy;
}

void sl_arena_clear(struct sl_arena *arena) {
  struct sl_arena_block *block = arena->blocks;
  while (block) {
    struct sl_arena_block *previous = block->previous;
    free(block);
    block = previous;
  }
  *arena = (struct sl_arena){0};
}
