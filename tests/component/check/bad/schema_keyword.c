/* Uses a keyword that the host does not check. */
#define SCHEMA "{\"type\":\"object\",\"minProperties\":0}"
#include "skeleton.c"
