/* Offers a tool by a name that no model could call. */
#define TOOL_NAME "get weather"
#include "offered_tool.c"
#include "skeleton.c"
