/* Believes that memory never ends. */
#define FAULT_BUILD                                       \
  {                                                       \
    char* note = host->call_alloc(host, call->id, 32, 1); \
    note[0] = 'x';                                        \
  }
#include "skeleton.c"
