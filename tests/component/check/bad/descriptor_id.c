/* Its id is no id. */
#define PLUGIN_ID "My Plugin"
#include "skeleton.c"
