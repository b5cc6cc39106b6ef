/* patchbay/tools.h - an extension of the provider plugin ABI, major 1: a provider that offers tools, which
 * the host shows to models and calls for them. Pure C, as abi.h, whose rules and tags hold here too. Not
 * part of abi.h, which is frozen: a plugin that has no tools never sees this. */
#ifndef PBAY_TOOLS_H
#define PBAY_TOOLS_H
#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A pbay_mode: a call of a tool. Its op is of the dialect below. pbay_request.model is the tool's name,
 * body its arguments: a JSON object as a model wrote it, which need not be what the schema asks for. The
 * TEXT of the answer is the result, JSON or any other text; when the call fails, the model is told the
 * error's message. Of client_headers there are "userid" and "x-conversation-id", both of the host's own
 * making. No answer is streamed, and none is larger than the host allows (256 KiB). */
enum { PBAY_MODE_TOOL = 10 };
#define PBAY_DIALECT_TOOL "patchbay.tool/1"

/* Of a provider: the tools it offers. */
#define PBAY_EXT_PROVIDER_TOOLS "patchbay.provider.tools/1"
typedef struct pbay_tool {             /* (provider) */
    uint32_t size, reserved;
    pbay_str name;                     /* 1 to 64 letters, digits, "_" and "-" */
    pbay_str description;              /* for models: what it does, and when to use it */
    pbay_str parameters;               /* JSON Schema of the arguments, an object; empty: there are none */
} pbay_tool;
typedef struct pbay_provider_tools {   /* (provider) */
    uint32_t size, reserved;
    /* [control] after describe(); 128 tools at most, the same each time, and they live on (provider) */
    PBAY_FN(pbay_status, list, pbay_provider *provider, const pbay_tool *const **out, size_t *count);
} pbay_provider_tools;

#ifdef __cplusplus
}
#endif
#endif
