/* Makes the moment long in which LMDB opens: between reading the number of the newest commit and writing it down. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  static void *(*real)(void *, size_t, int, int, int, off_t);
  char link[64], path[4096];
  if (real == NULL) real = dlsym(RTLD_NEXT, "mmap64");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t end = file < 0 ? -1 : readlink(link, path, sizeof path);
  if (end > 9 && memcmp(path + end - 9, "/data.mdb", 9) == 0) usleep(50000);
  return real(address, length, protection, flags, file, offset);
}
