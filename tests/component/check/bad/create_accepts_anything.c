/* Takes for settings what is none. */
#define FAULT_CREATE              \
  *out = calloc(1, sizeof **out); \
  if (*out != NULL) return PBAY_OK;
#include "skeleton.c"
