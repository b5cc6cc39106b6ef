/* Finishes its answer twice. */
#define FAULT_END                  \
  if (call->items == 0) {          \
    status = finish(sink);         \
    if (status < 0) return status; \
  }
#include "skeleton.c"
