/* Cannot be destroyed between the head of an answer and its first frame. */
#define FAULT_HEAD call->failed = 7;
#define FAULT_FRAME call->failed = 0;
#define FAULT_FRAMES_END call->failed = 0;
#define FAULT_REFUSED call->failed = 0;
#define FAULT_END call->failed = 0;
#define FAULT_CALL_DESTROY \
  if (call->failed == 7 && call->status < 300) abort();
#include "skeleton.c"
