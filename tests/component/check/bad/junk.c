/* Falls over a frame that is not as usual. */
#define FAULT_FRAME \
  if (frame.len > 40 && frame.ptr[0] == '{' && frame.ptr[frame.len - 1] != '}') abort();
#include "skeleton.c"
