/* Clears more than the caps it was given. */
#define FAULT_DESCRIBE memset((char*)out + sizeof *out, 0, 16);
#include "skeleton.c"
