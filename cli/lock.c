// SPDX-License-Identifier: Apache-2.0
//
// Lock: flock() on a file in the output base. The kernel releases it with the process, so a killed run leaves nothing locked.
#include "cli/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void read_holder(int descriptor, char *holder, size_t size) {
  ssize_t got = pread(descriptor, holder, size - 1, 0);
  holder[got > 0 ? got : 0] = '\0';
  holder[strcspn(holder, "\n")] = '\0';
}

bool lock_take(const char *output_base, void (*waiting)(const char *holder, void *data), void *data, struct sl_text *message) {
  struct sl_text path = {0};
  sl_text_format(&path, "%s/lock", output_base);
  // Not closed on purpose: the lock lives as long as the process.
  int descriptor = open(sl_text_string(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) sl_text_format(message, "cannot open %s: %s", sl_text_string(&path), strerror(errno));
  sl_text_free(&path);
  if (descriptor < 0) return false;
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    char holder[64];
    read_holder(descriptor, holder, sizeof holder);
    waiting(holder, data);
    while (flock(descriptor, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      sl_text_format(message, "cannot lock the output base: %s", strerror(errno));
      close(descriptor);
      return false;
    }
  }
  char own[64];
  int length = snprintf(own, sizeof own, "%ld\n", (long)getpid());
  // Only for the message of others: a full disk does not matter.
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, own, (size_t)length, 0) != length) errno = 0;
  return true;
}
