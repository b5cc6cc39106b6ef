/* Reads only the first of the frames that come together. */
#define FAULT_FRAME \
  if (i > 0) break;
#include "skeleton.c"
