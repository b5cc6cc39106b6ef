/* Changes the environment of the whole process: a warning, since the function alone says little. */
#define _GNU_SOURCE
#define FAULT_INIT \
  if (given == NULL) setenv("PATCHBAY_TEST", "1", 1);
#include "skeleton.c"
