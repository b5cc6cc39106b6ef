/* Looks at the prompt after the head of the answer has come, when the host has dropped it. */
#define FAULT_GLOBALS static volatile uint8_t seen;
#define FAULT_END \
  if (call->request->body.len > 0) seen = call->request->body.ptr[0];
#include "skeleton.c"
