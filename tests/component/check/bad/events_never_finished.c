/* Ends an answer well without ever finishing it. */
#define FAULT_END \
  if (call->items == 0) return PBAY_OK;
#include "skeleton.c"
