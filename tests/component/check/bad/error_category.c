/* Calls every refusal its own fault. */
#define FAULT_REFUSED                                           \
  {                                                             \
    static const pbay_str words = TEXT("something went wrong"); \
    return fail(call->id, PBAY_ERR_INTERNAL, words, words);     \
  }
#include "skeleton.c"
