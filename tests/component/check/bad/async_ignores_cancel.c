/* Does not end a call that was cancelled. */
#define FAULT_CANCEL return;
#include "active_skeleton.c"
