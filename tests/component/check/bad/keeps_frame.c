/* Keeps a view of a frame and looks at it when the answer has ended. */
#define FAULT_GLOBALS static volatile uint8_t seen;
#define FAULT_FRAME call->body[0].bytes = frame;
#define FAULT_END \
  if (call->body[0].bytes.len > 0) seen = call->body[0].bytes.ptr[0];
#include "skeleton.c"
