/* Takes an event that found no room for one that was taken. */
#define FAULT_BLOCKED ++call->step;
#include "active_skeleton.c"
