/* Never comes back from a frame that is not as usual. */
#define FAULT_GLOBALS static volatile int forever = 1;
#define FAULT_FRAME                                                               \
  if (frame.len > 40 && frame.ptr[0] == '{' && frame.ptr[frame.len - 1] != '}') { \
    while (forever) {                                                             \
    }                                                                             \
  }
#include "skeleton.c"
