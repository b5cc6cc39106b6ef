/* Claims to have every extension that it is asked for but the ones that it would have to serve. */
#include <patchbay/tools.h>
#define FAULT_GET_EXTENSION                             \
  if (strcmp(id, PBAY_EXT_PROVIDER_ACTIVE) != 0 &&      \
      strcmp(id, PBAY_EXT_PROVIDER_CREDENTIALS) != 0 && \
      strcmp(id, PBAY_EXT_PROVIDER_TOOLS) != 0) {       \
    return id;                                          \
  }
#include "skeleton.c"
