/* Sets a flag that has no name. */
#define PLUGIN_FLAGS 0x80
#include "skeleton.c"
