/* Opens a file with every call and never closes it. */
#define FAULT_GLOBALS \
  int dup(int);       \
  static int opened;
#define FAULT_CALL_CREATE \
  if (++opened == 2500) (void)dup(1);
#include "skeleton.c"
