// SPDX-License-Identifier: Apache-2.0
//
// Pages: gives the collector huge pages, where the system has some on request. Small ones cost more than the memory itself:
// a fault for each to begin with, and a miss of the processor's table of pages at every step of a walk over a large heap.
// Invariant: a program with a small heap never gets one, since the first touch of a huge page clears all of it.
//
// The collector has no hook for this, but it is linked into the program: the linker's --wrap sends its calls here.
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

// What is mapped in small pages before the first huge one, and the smallest piece worth one.
enum { SMALL_HEAP = 2 << 20, PIECE = 1 << 20, HUGE_PAGE = 2 << 20 };

void *__real_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);

// Memory that begins with a huge page. Of the places for it the highest: the system maps downwards, and the collector
// makes one block of neighbours.
static void *map_huge(size_t size, int protection, int flags) {
  char *memory = __real_mmap(NULL, size + HUGE_PAGE, protection, flags, -1, 0);
  if (memory == MAP_FAILED) return memory;
  size_t before = HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE, after = HUGE_PAGE - before;
  munmap(memory, before);
  if (after) munmap(memory + before + size, after);
  madvise(memory + before, size, MADV_HUGEPAGE);
  return memory + before;
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  static _Atomic size_t mapped;
  bool piece = (flags & (MAP_ANONYMOUS | MAP_FIXED)) == MAP_ANONYMOUS && size >= PIECE;
  if (piece && atomic_fetch_add(&mapped, size) >= SMALL_HEAP)
    return map_huge(size, protection, flags);
  return __real_mmap(address, size, protection, flags, file, offset);
}
