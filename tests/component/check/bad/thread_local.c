/* Keeps the state of a call with the thread that made it. */
#define FAULT_GLOBALS static __thread int begun;
#define FAULT_HEAD begun = 1;
#define FAULT_END                \
  if (call->items > 0 && !begun) \
    return fail(call->id, PBAY_ERR_UPSTREAM, (pbay_str)TEXT("lost"), (pbay_str)TEXT(""));
#include "skeleton.c"
