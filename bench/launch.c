// SPDX-License-Identifier: Apache-2.0
//
// Launch: `launch DESCRIPTOR COMMAND ...` runs a command and writes to the descriptor what it took: seconds of CPU, KiB at
// its peak, wait status. A process inherits the peak of the one that starts it: that is this small program's, and not
// that of a driver in Python.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int descriptor = atoi(argv[1]);
  pid_t child = fork();
  if (child == 0) {
    close(descriptor);
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) return 1;
  dprintf(descriptor, "%.6f %ld %d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
          usage.ru_maxrss, status);
  return 0;
}
