/* Exports a second function, which a plugin beside it may meet. */
#include <patchbay/abi.h>

#define FAULT_GLOBALS                         \
  PBAY_EXPORT int patchbay_test_answer(void); \
  int patchbay_test_answer(void) {            \
    return 42;                                \
  }
#include "skeleton.c"
