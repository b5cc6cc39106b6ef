/* A provider that lists one tool, TOOL_NAME, and serves no calls of it. */
#include <patchbay/tools.h>
#define FAULT_GLOBALS                                                         \
  static const pbay_tool kTool = {                                            \
      sizeof(pbay_tool), 0, TEXT(TOOL_NAME), TEXT("Tells it"), {NULL, 0}};    \
  static const pbay_tool* const kTools[] = {&kTool};                          \
  static pbay_status list_tools(                                              \
      pbay_provider* provider, const pbay_tool* const** out, size_t* count) { \
    (void)provider;                                                           \
    *out = kTools;                                                            \
    *count = 1;                                                               \
    return PBAY_OK;                                                           \
  }                                                                           \
  static const pbay_provider_tools kTable = {sizeof(pbay_provider_tools), 0, list_tools};
#define FAULT_GET_EXTENSION \
  if (strcmp(id, PBAY_EXT_PROVIDER_TOOLS) == 0) return &kTable;
