// SPDX-License-Identifier: Apache-2.0
//
// Scratch: a workspace in a folder of its own for the length of a program, and what it tells its
// user.
#ifndef TESTS_UNIT_SCRATCH_H_
#define TESTS_UNIT_SCRATCH_H_

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/workspace/workspace.h"
#include "tests/unit/check.h"

static char scratch_root[64];
static struct sl_text scratch_events;  // one line each: "WARNING: ..."

static inline void scratch_begin(void) {
  strcpy(scratch_root, "/tmp/starmypy-unit-XXXXXX");
  if (!mkdtemp(scratch_root)) abort();
}

static inline void scratch_end(struct sl_thread *thread) {
  if (!bz_directory_remove(thread, scratch_root)) abort();
  sl_text_free(&scratch_events);
}

static inline const char *scratch_path(const char *path) {
  static char buffers[4][512];
  static int next;
  char *buffer = buffers[next++ % 4];
  snprintf(buffer, sizeof buffers[0], "%s/%s", scratch_root, path);
  return buffer;
}

static inline void scratch_write(struct sl_thread *thread, const char *path, const char *text) {
  if (!bz_file_write(thread, scratch_path(path), text, strlen(text))) abort();
}

static inline void scratch_link(const char *target, const char *path) {
  if (symlink(target, scratch_path(path)) != 0) abort();
}

static inline void scratch_event(void *data, enum bz_event_kind kind, const char *position,
                                 const char *text) {
  static const char *const words[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
  (void)data;
  sl_text_format(&scratch_events, "%s: %s%s%s\n", words[kind], position ? position : "",
                 position ? ": " : "", text);
}

// The folder as a workspace; NULL with an error pending.
static inline struct bz_workspace *scratch_open(struct sl_thread *thread) {
  struct bz_workspace_options options = {.root = scratch_root,
                                         .output_base = scratch_path("base"),
                                         .vendor_dir = scratch_path("vendor"),
                                         .on_event = scratch_event};
  sl_text_reset(&scratch_events);
  return bz_workspace_open(thread, &options);
}

// The pending error without the folder's path, which is cleared; valid until the next call.
static inline const char *scratch_error(struct sl_thread *thread) {
  static struct sl_text text;
  sl_text_reset(&text);
  const char *message = sl_error_pending(thread) ? sl_error_message(thread) : "no error";
  for (const char *hit; (hit = strstr(message, scratch_root)); message = hit + strlen(scratch_root))
    sl_text_format(&text, "%.*s%%", (int)(hit - message), message);
  sl_text_append_string(&text, message);
  sl_error_clear(thread);
  return sl_text_string(&text);
}

#endif  // TESTS_UNIT_SCRATCH_H_
