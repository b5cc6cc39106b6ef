/* Is linked with a run path, an executable stack and lazy binding: see CMakeLists.txt. */
#include "skeleton.c"
