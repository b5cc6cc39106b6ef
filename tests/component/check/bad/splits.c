/* Takes a piece of a stream of bytes for a whole message. */
#define FRAMING PBAY_FRAME_BYTES
#define FAULT_FRAME                                          \
  if (call->items == 1) {                                    \
    static const pbay_bytes mark = {(const uint8_t*)"|", 1}; \
    status = say(sink, PBAY_EV_TEXT, 0, mark);               \
    if (status < 0) return status;                           \
  }
#include "skeleton.c"
