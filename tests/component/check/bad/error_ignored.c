/* Takes a refusal of the upstream for an answer. */
#define FAULT_HEAD call->status = 200;
#include "skeleton.c"
