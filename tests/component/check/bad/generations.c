/* Cannot stand a second copy of itself in the process. */
#define _GNU_SOURCE
#define FAULT_INIT                                                    \
  if (getenv("PATCHBAY_TEST_GENERATION") != NULL) return PBAY_E_FAIL; \
  setenv("PATCHBAY_TEST_GENERATION", "1", 1);
#define FAULT_DEINIT unsetenv("PATCHBAY_TEST_GENERATION");
#include "skeleton.c"
