/* Needs a library that is no part of the system: libz, by a function of it. */
#define FAULT_GLOBALS const char* zlibVersion(void);
#define FAULT_INIT (void)zlibVersion();
#include "skeleton.c"
