/* Its manifest calls it by another name: see CMakeLists.txt. */
#define PLUGIN_ID "test.somebody.else"
#include "skeleton.c"
