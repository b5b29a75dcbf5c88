// SPDX-License-Identifier: Apache-2.0
//
// Lock: flock() on a file in the output base. The kernel releases it with the process and all that
// it started, so a killed run leaves nothing locked, and nothing running that is not locked out.
#include "cli/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void read_holder(int descriptor, char *holder, size_t size) {
  ssize_t got = pread(descriptor, holder, size - 1, 0);
  holder[got > 0 ? got : 0] = '\0';
  holder[strcspn(holder, "\n")] = '\0';
}

// Waits for the lock. False: errno tells why.
static bool wait_for(struct context *context, int descriptor) {
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
  char holder[64];
  read_holder(descriptor, holder, sizeof holder);
  context_tell(context, BZ_INFO,
               "Another command (pid=%s) is running. Waiting for it to complete...", holder);
  while (flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) return false;
  return true;
}

bool lock_take(struct context *context) {
  const char *output_base = bz_workspace_output_base(context->session->workspace);
  if (!bz_directory_make(context->thread, output_base)) {
    context_tell_error(context);
    return false;
  }
  char *path = bz_path_join(output_base, "lock");
  // Not closed on purpose, nor on exec: the lock lives as long as the process and its children.
  int descriptor = open(path, O_RDWR | O_CREAT, 0666);
  bool done = descriptor >= 0 && wait_for(context, descriptor);
  if (!done) context_tell(context, BZ_ERROR, "cannot lock %s: %s", path, strerror(errno));
  free(path);
  if (!done) return false;
  char own[64];
  int length = snprintf(own, sizeof own, "%ld\n", (long)getpid());
  // Only for the message of others: a full disk does not matter.
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, own, (size_t)length, 0) != length)
    errno = 0;
  return true;
}
