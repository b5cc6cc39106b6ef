/* Refuses hosts that are newer than itself. */
#define FAULT_ENTRY \
  if (hello->abi_minor > PBAY_ABI_MINOR) return NULL;
#include "skeleton.c"
