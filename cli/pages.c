// SPDX-License-Identifier: Apache-2.0
//
// Pages: gives the collector huge pages, where the system has some on request. Walks over a large heap miss the
// processor's table of pages at every step, which costs more than the memory itself. Invariant: a program with a small
// heap never gets one, since the first touch of a huge page clears all of it.
//
// The collector has no hook for this, but it is linked into the program: the linker's --wrap sends its calls here.
#include <stdatomic.h>
#include <sys/mman.h>

// What is mapped in small pages before the first huge one, and the smallest piece worth one.
enum { SMALL_HEAP = 12 << 20, PIECE = 1 << 20 };

void *__real_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  static _Atomic size_t mapped;
  void *memory = __real_mmap(address, size, protection, flags, file, offset);
  if (memory == MAP_FAILED || !(flags & MAP_ANONYMOUS) || size < PIECE) return memory;
  if (atomic_fetch_add(&mapped, size) + size > SMALL_HEAP) madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}
