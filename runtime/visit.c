// SPDX-License-Identifier: Apache-2.0
//
// Visit: what a thread knows while it writes, compares or hashes values with parts, so that neither
// cycles nor shared parts cost more than they must. Invariant: what is remembered is collected memory
// of the thread, and of a comparison or hash gone with the outermost one.
#include "runtime/thread.h"

// ---------------------------------------------------------------- writing

// An open-addressed set of the values in the midst of which we are. They leave in the reverse order,
// so that nothing in the set was put further along for the sake of what is taken out.
enum { WRITING_SLOTS = 1 << 13 };
_Static_assert(SL_VALUE_DEPTH_LIMIT * 2 < WRITING_SLOTS, "the set is never full");

static sl_value *writing_slot(struct sl_visits *visits, sl_value value) {
  size_t i = sl_hash_word((uintptr_t)value) % WRITING_SLOTS;
  while (visits->writing[i] && visits->writing[i] != value) i = (i + 1) % WRITING_SLOTS;
  return &visits->writing[i];
}

int sl_visit_write(struct sl_thread *thread, sl_value value) {
  struct sl_visits *visits = &thread->visits;
  if (!visits->writing) visits->writing = sl_allocate(WRITING_SLOTS * sizeof *visits->writing);
  sl_value *slot = writing_slot(visits, value);
  if (*slot) return 1;
  if (!sl_thread_enter(thread)) return -1;
  *slot = value;
  return 0;
}

void sl_visit_written(struct sl_thread *thread, sl_value value) {
  *writing_slot(&thread->visits, value) = NULL;
  sl_thread_leave(thread);
}

// ---------------------------------------------------------------- comparing and hashing

// Pairs that were found equal, or values whose hash is known, by their addresses: a table without
// probing, so that what it forgets is only computed again. It is made once there were many visits:
// most comparisons end before.
enum { PATIENCE = 1 << 10, FIRST_KNOWN = 1 << 12, MOST_KNOWN = 1 << 20 };

static struct sl_known *known_slot(struct sl_known *known, size_t mask, sl_value x, sl_value y) {
  uint64_t word = (uint64_t)(uintptr_t)x * 0x9e3779b97f4a7c15u ^ (uintptr_t)y;
  return &known[sl_hash_word(word) & mask];
}

static struct sl_known *find_known(const struct sl_visits *visits, sl_value x, sl_value y) {
  if (SL_LIKELY(!visits->known)) return NULL;
  struct sl_known *slot = known_slot(visits->known, visits->known_mask, x, y);
  return slot->x == x && slot->y == y ? slot : NULL;
}

static void grow_known(struct sl_visits *visits) {
  size_t slots = visits->known ? (visits->known_mask + 1) * 2 : FIRST_KNOWN;
  struct sl_known *larger = sl_allocate(slots * sizeof *larger);
  for (size_t i = 0; visits->known && i <= visits->known_mask; i++) {
    const struct sl_known *known = &visits->known[i];
    if (known->x) *known_slot(larger, slots - 1, known->x, known->y) = *known;
  }
  visits->known = larger;
  visits->known_mask = slots - 1;
}

static void remember(struct sl_visits *visits, struct sl_known known) {
  if (!visits->known ||
      (visits->known_count > visits->known_mask / 2 && visits->known_mask < MOST_KNOWN - 1)) {
    grow_known(visits);
  }
  struct sl_known *slot = known_slot(visits->known, visits->known_mask, known.x, known.y);
  visits->known_count += !slot->x;
  *slot = known;
}

static bool enter(struct sl_thread *thread) {
  if (!sl_thread_enter(thread)) return false;
  thread->visits.nesting++;
  thread->visits.count++;
  return true;
}

// With the outermost visit everything is forgotten: values may change until the next one.
static void leave(struct sl_thread *thread) {
  struct sl_visits *visits = &thread->visits;
  sl_thread_leave(thread);
  if (--visits->nesting > 0) return;
  visits->count = 0;
  visits->known = NULL;
  visits->known_count = 0;
}

static bool is_worth_remembering(const struct sl_visits *visits) {
  return SL_UNLIKELY(visits->count > PATIENCE) && visits->nesting > 1;
}

int sl_visit_pair(struct sl_thread *thread, sl_value x, sl_value y, size_t part_count) {
  if (find_known(&thread->visits, x, y)) return 1;
  return sl_thread_take_steps(thread, part_count) && enter(thread) ? 0 : -1;
}

int sl_visit_compared(struct sl_thread *thread, sl_value x, sl_value y, int equal) {
  if (equal == 1 && is_worth_remembering(&thread->visits))
    remember(&thread->visits, (struct sl_known){x, y, 0});
  leave(thread);
  return equal;
}

int sl_visit_hash(struct sl_thread *thread, sl_value x, uint32_t *hash) {
  const struct sl_known *known = find_known(&thread->visits, x, NULL);
  if (!known) return enter(thread) ? 0 : -1;
  *hash = known->hash;
  return 1;
}

void sl_visit_hashed(struct sl_thread *thread, sl_value x, const uint32_t *hash) {
  if (hash && is_worth_remembering(&thread->visits))
    remember(&thread->visits, (struct sl_known){x, NULL, *hash});
  leave(thread);
}
