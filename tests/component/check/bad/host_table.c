/* Reads a member of the host's table that v1.0 has not, without asking for its size. */
#define FAULT_INIT                                                       \
  {                                                                      \
    static volatile uintptr_t next;                                      \
    next = ((const uintptr_t*)given)[sizeof *given / sizeof(uintptr_t)]; \
    (void)next;                                                          \
  }
#include "skeleton.c"
