/* Keeps its worker waiting for a large request. */
#define _GNU_SOURCE
#include <time.h>
#define FAULT_BUILD                            \
  if (call->request->body.len > 100000) {      \
    const struct timespec nap = {0, 80000000}; \
    nanosleep(&nap, NULL);                     \
  }
#include "skeleton.c"
