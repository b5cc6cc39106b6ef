/* Makes no provider whatever it is given. */
#define FAULT_CREATE \
  if (config != NULL) return fail(0, PBAY_ERR_BAD_REQUEST, message, nothing);
#include "skeleton.c"
