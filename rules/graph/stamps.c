// SPDX-License-Identifier: Apache-2.0
//
// Stamps: what the file system says of the sources of actions. A depset's stamp is made of those in
// it, so each source is looked at once, however often its depsets are shared.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/hash.h"
#include "rules/graph/lower.h"

// Nanoseconds. The times of files are coarse, and those of the next second may be of a file that was
// written since the clock was read.
#define BEFORE 10000000
#define AFTER 1000000000

struct stamps {
  int root;            // descriptor of the execution root
  int64_t now;         // nanoseconds
  struct ids files;    // artifacts
  uint64_t *of_files;  // by id of the artifact
  size_t file_capacity;
  struct order depsets;
  uint64_t *of_depsets;  // by id of the order
  size_t depset_capacity;
};

// A table with room for index `last`.
static uint64_t *grow(uint64_t *table, size_t *capacity, size_t last) {
  if (last < *capacity) return table;
  *capacity = last * 2 + 64;
  table = realloc(table, *capacity * sizeof *table);
  if (!table) abort();
  return table;
}

static int64_t nanoseconds(struct timespec time) {
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t current_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

static bool is_unsettled(const struct stamps *stamps, const struct stat *status) {
  int64_t changed = nanoseconds(status->st_ctim);
  return changed > stamps->now - BEFORE && changed < stamps->now + AFTER;
}

// Once is enough for all files that were written before.
static void wait_a_moment(struct stamps *stamps) {
  nanosleep(&(struct timespec){.tv_nsec = BEFORE}, NULL);
  stamps->now = current_time();
}

// A file that is not there has a stamp, too.
static uint64_t stamp_path(struct stamps *stamps, const char *path) {
  struct stat status;
  int64_t facts[6] = {(int64_t)sl_hash_text_wide(path, strlen(path))};
  if (fstatat(stamps->root, path, &status, 0) == 0) {
    if (is_unsettled(stamps, &status)) {
      // What this run has just unpacked itself, for one, must not make the next run do all again.
      wait_a_moment(stamps);
      if (fstatat(stamps->root, path, &status, 0) != 0 || is_unsettled(stamps, &status))
        return BZ_STAMP_UNSETTLED;
    }
    facts[1] = nanoseconds(status.st_mtim);
    facts[2] = nanoseconds(status.st_ctim);
    facts[3] = (int64_t)status.st_size;
    facts[4] = (int64_t)status.st_ino;
    facts[5] = (int64_t)status.st_dev;
  }
  uint64_t stamp = sl_hash_text_wide((const char *)facts, sizeof facts);
  return stamp > BZ_STAMP_UNSETTLED ? stamp : BZ_STAMP_UNSETTLED + 1;
}

// Adds a part; what has none is 0 and stays so.
static void mix(uint64_t *stamp, uint64_t part) {
  if (part == 0 || *stamp == BZ_STAMP_UNSETTLED) return;
  uint64_t both[2] = {*stamp, part};
  uint64_t mixed = sl_hash_text_wide((const char *)both, sizeof both);
  *stamp = part == BZ_STAMP_UNSETTLED ? part : mixed > BZ_STAMP_UNSETTLED ? mixed : mixed + 2;
}

// Whether a file's content is a source's: itself, or a link made without a process.
static bool is_of_user(const struct bz_artifact *file) {
  if (!file->action) return file->is_source;
  return file->action->kind == BZ_ACTION_SYMLINK && !lower_needs_process(file->action);
}

struct summand {
  struct stamps *stamps;
  uint64_t *stamp;
};

static void add_file(const struct bz_artifact *file, void *data) {
  struct summand *summand = data;
  struct stamps *stamps = summand->stamps;
  bool is_new;
  if (!is_of_user(file)) return;
  uint32_t id = ids_of_pointer(&stamps->files, file, &is_new);
  stamps->of_files = grow(stamps->of_files, &stamps->file_capacity, id);
  if (is_new) stamps->of_files[id] = stamp_path(stamps, file->path);
  mix(summand->stamp, stamps->of_files[id]);
}

static uint64_t stamp_depset(struct stamps *stamps, const struct order_node *node) {
  uint64_t stamp = 0;
  struct order_node inner;
  for (size_t cursor = 0; order_next(node, &cursor, &inner);)
    if (inner.kind == ORDER_DEPSET)
      mix(&stamp, stamps->of_depsets[order_id(&stamps->depsets, inner.item)]);
  struct summand summand = {stamps, &stamp};
  lower_files(node->item, add_file, &summand);
  return stamp;
}

static uint64_t stamp_action(struct stamps *stamps, const struct bz_action *action) {
  uint64_t stamp = 0;
  if (!lower_needs_process(action)) return 0;
  size_t i = order_add(&stamps->depsets, ORDER_DEPSET, action->inputs);
  for (; i < stamps->depsets.count; i++) {
    const struct order_node *node = &stamps->depsets.nodes[i];
    uint32_t id = order_id(&stamps->depsets, node->item);
    uint64_t made = stamp_depset(stamps, node);
    stamps->of_depsets = grow(stamps->of_depsets, &stamps->depset_capacity, id);
    stamps->of_depsets[id] = made;
  }
  mix(&stamp, stamps->of_depsets[order_id(&stamps->depsets, action->inputs)]);
  return stamp ? stamp : BZ_STAMP_UNSETTLED + 1;
}

void bz_lowered_stamps(const struct bz_graph *closure, uint64_t *result) {
  struct stamps stamps = {.root = open(closure->execution_root, O_PATH | O_DIRECTORY | O_CLOEXEC),
                          .now = current_time(),
                          .depsets = {.takes = order_takes_depsets}};
  for (size_t i = 0; i < closure->count; i++)
    result[i] = stamp_action(&stamps, closure->actions[i]);
  if (stamps.root >= 0) close(stamps.root);
  ids_free(&stamps.files);
  order_free(&stamps.depsets);
  free(stamps.of_files);
  free(stamps.of_depsets);
}
