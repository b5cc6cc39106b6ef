/* Does not care whether anybody listens. */
#define FAULT_FRAME                        \
  (void)say(sink, PBAY_EV_TEXT, 0, frame); \
  call->items = 1;                         \
  continue;
#include "skeleton.c"
