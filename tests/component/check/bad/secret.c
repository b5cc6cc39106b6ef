/* Passes on what the upstream said, the key in it included. */
#define FAULT_REFUSED                                                 \
  {                                                                   \
    static const pbay_str nothing = {NULL, 0};                        \
    pbay_str words = {"refused", 7};                                  \
    if (frames[0].data.len > 0) {                                     \
      words.ptr = (const char*)frames[0].data.ptr;                    \
      words.len = frames[0].data.len;                                 \
    }                                                                 \
    return fail(call->id, category_of(call->status), words, nothing); \
  }
#include "skeleton.c"
