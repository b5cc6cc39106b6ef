/* Keeps its worker busy with a large request; by its own time, for others may have the processor.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <time.h>

static uint64_t own_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#define FAULT_BUILD                        \
  if (call->request->body.len > 100000) {  \
    const uint64_t begin = own_ns();       \
    while (own_ns() - begin < 80000000u) { \
    }                                      \
  }
#include "skeleton.c"
