/* Answers with a status that means nothing. */
#define FAULT_HEAD \
  if (head->status == 204) return 17;
#include "skeleton.c"
