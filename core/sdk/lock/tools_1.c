/* The layout of patchbay.provider.tools/1, beside that of v1.0: of x86-64 and every other machine whose
 * pointers have eight bytes. */
#include <assert.h>
#include <stddef.h>

#include "patchbay/tools.h"

static_assert(PBAY_MODE_TOOL == 10, "PBAY_MODE_TOOL");
static_assert(sizeof(PBAY_EXT_PROVIDER_TOOLS) == sizeof("patchbay.provider.tools/1"), "the id");
static_assert(sizeof(PBAY_DIALECT_TOOL) == sizeof("patchbay.tool/1"), "the dialect");
static_assert(sizeof(void *) != 8 || sizeof(pbay_tool) >= 56, "pbay_tool");
static_assert(sizeof(void *) != 8 || offsetof(pbay_tool, name) == 8, "pbay_tool.name");
static_assert(sizeof(void *) != 8 || offsetof(pbay_tool, description) == 24, "pbay_tool.description");
static_assert(sizeof(void *) != 8 || offsetof(pbay_tool, parameters) == 40, "pbay_tool.parameters");
static_assert(sizeof(void *) != 8 || offsetof(pbay_provider_tools, list) == 8, "pbay_provider_tools.list");
