/* Is content only with a host of its own minor version. */
#define FAULT_INIT \
  if (given->abi_minor != PBAY_ABI_MINOR) return PBAY_E_ABI;
#include "skeleton.c"
