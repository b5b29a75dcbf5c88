// SPDX-License-Identifier: Apache-2.0
//
// Ids: numbers for pointers or texts, 1, 2, 3 ... in order of first use.
#ifndef RULES_GRAPH_IDS_H_
#define RULES_GRAPH_IDS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ids_entry;

// An empty table is all zeros. Freed by ids_free.
struct ids {
  struct ids_entry *entries;
  uint32_t mask;
  uint32_t count;
};

// The id of a pointer; *is_new tells whether it was given now.
uint32_t ids_of_pointer(struct ids *ids, const void *pointer, bool *is_new);
// The same for a text; it must stay where it is as long as the table lives.
uint32_t ids_of_text(struct ids *ids, const char *bytes, size_t length, bool *is_new);
void ids_free(struct ids *ids);

#endif  // RULES_GRAPH_IDS_H_
