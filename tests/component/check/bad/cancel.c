/* Cannot be destroyed once the connection to the upstream has broken off. */
#define FAULT_BROKEN_OFF call->failed = 7;
#define FAULT_CALL_DESTROY \
  if (call->failed == 7) abort();
#include "skeleton.c"
