/* Calls a function that nobody has, so it cannot be loaded. */
#define FAULT_GLOBALS int patchbay_test_nowhere(void);
#define FAULT_INIT (void)patchbay_test_nowhere();
#include "skeleton.c"
