/* Offers a tool, and serves no calls of tools. */
#define TOOL_NAME "get_weather"
#include "offered_tool.c"
#include "skeleton.c"
