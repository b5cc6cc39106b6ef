/* Keeps the sink of on_head() and uses it in on_end(). */
#define FAULT_HEAD call->body[0].bytes.ptr = (const uint8_t*)sink;
#define FAULT_END                                                       \
  if (call->items > 0) {                                                \
    return end_item((pbay_sink*)(uintptr_t)call->body[0].bytes.ptr, 0); \
  }
#include "skeleton.c"
