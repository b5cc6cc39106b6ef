/* Ends the process when it is shown what it does not know. */
#define FAULT_CALL_CREATE \
  if (request->dialect.len == 0) exit(0);
#include "skeleton.c"
