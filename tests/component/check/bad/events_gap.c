/* Its only item has the number 1. */
#define FAULT_FRAME                           \
  status = say(sink, PBAY_EV_TEXT, 1, frame); \
  if (status < 0) return status;              \
  continue;
#include "skeleton.c"
