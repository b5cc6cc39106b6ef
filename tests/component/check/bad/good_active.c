/* No fault at all: every check passes, or does not apply. */
#include "active_skeleton.c"
