/* Wants the answer passed through where the client could not read it. */
#define FAULT_HEAD \
  if (head->status == 204) return PBAY_S_PASSTHROUGH;
#include "skeleton.c"
