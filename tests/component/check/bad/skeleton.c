/* A whole small provider that keeps to the contract, for tests of the tool that says so. It answers
 * a chat: every frame is a piece of text. Each file beside this one includes it after it has
 * defined one of the FAULT_ macros, which stand where a plugin could do something wrong:
 *
 *   FAULT_GLOBALS           declarations
 *   FAULT_ENTRY             in the entry function; may return; knows `hello`
 *   FAULT_INIT, FAULT_DEINIT, FAULT_CREATE, FAULT_DESTROY, FAULT_DESCRIBE
 *   FAULT_GET_EXTENSION     knows `id`; may return a table
 *   FAULT_CALL_CREATE       the request is there as `request`, the call as `call`
 *   FAULT_BUILD             knows `out`, filled in already
 *   FAULT_HEAD, FAULT_FRAME (for each frame, `frame`), FAULT_FRAMES_END, FAULT_END
 *   FAULT_BROKEN_OFF        in on_end() of a connection that broke off
 *   FAULT_REFUSED           what on_frames() answers once an answer of an error was read
 *   FAULT_CALL_DESTROY
 *
 * and constants: TYPE_NAME, PLUGIN_ID, SCHEMA, PLUGIN_FLAGS, FRAMING, MODES, URL, OPS. */
#include <patchbay/abi.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAULT_GLOBALS
#define FAULT_GLOBALS
#endif
#ifndef FAULT_ENTRY
#define FAULT_ENTRY
#endif
#ifndef FAULT_INIT
#define FAULT_INIT
#endif
#ifndef FAULT_DEINIT
#define FAULT_DEINIT
#endif
#ifndef FAULT_CREATE
#define FAULT_CREATE
#endif
#ifndef FAULT_DESCRIBE
#define FAULT_DESCRIBE
#endif
#ifndef FAULT_GET_EXTENSION
#define FAULT_GET_EXTENSION
#endif
#ifndef FAULT_CALL_CREATE
#define FAULT_CALL_CREATE
#endif
#ifndef FAULT_BUILD
#define FAULT_BUILD
#endif
#ifndef FAULT_HEAD
#define FAULT_HEAD
#endif
#ifndef FAULT_FRAME
#define FAULT_FRAME
#endif
#ifndef FAULT_FRAMES_END
#define FAULT_FRAMES_END
#endif
#ifndef FAULT_END
#define FAULT_END
#endif
#ifndef FAULT_BROKEN_OFF
#define FAULT_BROKEN_OFF
#endif
#ifndef FAULT_REFUSED
#define FAULT_REFUSED
#endif
#ifndef FAULT_CALL_DESTROY
#define FAULT_CALL_DESTROY
#endif
#ifndef TYPE_NAME
#define TYPE_NAME TEST_NAME
#endif
#ifndef PLUGIN_ID
#define PLUGIN_ID "test." TEST_NAME
#endif
#ifndef SCHEMA
#define SCHEMA                                                                       \
  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"api_key\":" \
  "{\"type\":\"string\",\"writeOnly\":true}}}"
#endif
#ifndef PLUGIN_FLAGS
#define PLUGIN_FLAGS 0
#endif
#ifndef FRAMING
#define FRAMING PBAY_FRAME_AUTO
#endif
#ifndef MODES
#define MODES PBAY_MODE_BIT(PBAY_MODE_CHAT)
#endif
#ifndef URL
#define URL "http://127.0.0.1/v1/chat"
#endif
#ifndef OPS
#define OPS \
  { PBAY_MODE_CHAT, 0, TEXT("openai.chat/1") }
#endif
#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

static const pbay_host* host;

struct pbay_provider {
  char secret[64];
};
struct pbay_call {
  pbay_provider* provider;
  const pbay_request* request;
  pbay_call_id id;
  int32_t status; /* of the answer; 0 until it has come */
  uint32_t items; /* how many were begun */
  int failed;
  pbay_piece body[1];
};

FAULT_GLOBALS

static pbay_status fail(pbay_call_id call, int32_t category, pbay_str message, pbay_str param) {
  pbay_error error;
  memset(&error, 0, sizeof error);
  error.size = sizeof error;
  error.category = category;
  error.retry_after_ms = -1;
  error.message = message;
  error.param = param;
  host->set_error(host, call, &error);
  return PBAY_E_FAIL;
}

static pbay_status say(pbay_sink* sink, uint32_t type, uint32_t item, pbay_bytes text) {
  pbay_ev_text event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = type;
  event.h.item = item;
  event.text.ptr = (const char*)text.ptr;
  event.text.len = text.len;
  return sink->emit(sink, &event.h);
}

static pbay_status end_item(pbay_sink* sink, uint32_t item) {
  pbay_event event;
  memset(&event, 0, sizeof event);
  event.size = sizeof event;
  event.type = PBAY_EV_ITEM_END;
  event.item = item;
  return sink->emit(sink, &event);
}

static pbay_status finish(pbay_sink* sink) {
  pbay_ev_finish event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_FINISH;
  event.reason = PBAY_FINISH_STOP;
  return sink->emit(sink, &event.h);
}

/* Settings are an object; of its members only the key matters here. */
static int looks_like_settings(pbay_str json) {
  return json.len >= 2 && json.ptr[0] == '{' && json.ptr[json.len - 1] == '}';
}

static void keep_key(pbay_provider* provider, pbay_str json) {
  static const char name[] = "\"api_key\":\"";
  size_t at;
  size_t length = 0;
  for (at = 0; at + sizeof name <= json.len; ++at) {
    if (memcmp(json.ptr + at, name, sizeof name - 1) == 0) break;
  }
  if (at + sizeof name > json.len) return;
  at += sizeof name - 1;
  while (at + length < json.len && json.ptr[at + length] != '"' &&
         length + 1 < sizeof provider->secret)
    ++length;
  memcpy(provider->secret, json.ptr + at, length);
}

static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  static const pbay_str message = TEXT("the configuration is no object");
  static const pbay_str nothing = {NULL, 0};
  (void)given;
  FAULT_CREATE
  if (!looks_like_settings(config->json)) return fail(0, PBAY_ERR_BAD_REQUEST, message, nothing);
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return PBAY_E_NO_MEMORY;
  keep_key(*out, config->json);
  return PBAY_OK;
}

static void destroy(pbay_provider* provider) {
  free(provider);
}

static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) {
  static const pbay_op ops[] = {OPS};
  (void)provider;
  out->ops = ops;
  out->op_count = sizeof ops / sizeof ops[0];
  FAULT_DESCRIBE
  return PBAY_OK;
}

static const void* get_extension(pbay_provider* provider, const char* id) {
  (void)provider;
  (void)id;
  FAULT_GET_EXTENSION
  return NULL;
}

static pbay_status call_create(pbay_provider* provider,
                               const pbay_request* request,
                               pbay_call** out) {
  static const pbay_str message = TEXT("only chats are offered");
  static const pbay_str param = TEXT("mode");
  pbay_call* call;
  if (request->mode < 0 || request->mode > 63 || (MODES & PBAY_MODE_BIT(request->mode)) == 0) {
    return fail(request->id, PBAY_ERR_BAD_REQUEST, message, param);
  }
  call = host->call_alloc(host, request->id, sizeof *call, 16);
  if (call == NULL) return PBAY_E_NO_MEMORY;
  memset(call, 0, sizeof *call);
  call->provider = provider;
  call->request = request;
  call->id = request->id;
  FAULT_CALL_CREATE
  *out = call;
  return PBAY_OK;
}

static pbay_status build_request(pbay_call* call, pbay_http_request* out) {
  static const pbay_str method = TEXT("POST");
  static const pbay_str url = TEXT(URL);
  static const pbay_kv headers[] = {{TEXT("content-type"), TEXT("application/json")}};
  out->method = method;
  out->url = url;
  out->framing = FRAMING;
  out->headers = headers;
  out->header_count = 1;
  call->body[0].source = PBAY_PIECE_CLIENT_BODY;
  out->body = call->body;
  out->body_count = 1;
  FAULT_BUILD
  return PBAY_OK;
}

static pbay_status on_head(pbay_call* call, const pbay_http_head* head, pbay_sink* sink) {
  (void)sink;
  call->status = head->status;
  FAULT_HEAD
  return PBAY_OK;
}

static int32_t category_of(int32_t status) {
  switch (status) {
    case 401:
      return PBAY_ERR_AUTH;
    case 403:
      return PBAY_ERR_FORBIDDEN;
    case 404:
      return PBAY_ERR_NOT_FOUND;
    case 429:
      return PBAY_ERR_RATE_LIMIT;
    default:
      return status >= 500 ? PBAY_ERR_UPSTREAM : PBAY_ERR_BAD_REQUEST;
  }
}

static pbay_status refuse(pbay_call* call) {
  static const pbay_str message = TEXT("the upstream refused the request");
  static const pbay_str nothing = {NULL, 0};
  call->failed = 1;
  return fail(call->id, category_of(call->status), message, nothing);
}

static pbay_status on_frames(pbay_call* call, const pbay_frame* frames, size_t n, pbay_sink* sink) {
  size_t i;
  if (call->status >= 400) {
    FAULT_REFUSED
    return refuse(call);
  }
  for (i = 0; i < n; ++i) {
    const pbay_bytes frame = frames[i].data;
    pbay_status status;
    if (frame.len == 6 && memcmp(frame.ptr, "[DONE]", 6) == 0) return PBAY_S_STOP;
    FAULT_FRAME
    status = say(sink, PBAY_EV_TEXT, 0, frame);
    if (status < 0) return status;
    call->items = 1;
  }
  FAULT_FRAMES_END
  return PBAY_OK;
}

static pbay_status on_end(pbay_call* call, const pbay_http_end* end, pbay_sink* sink) {
  pbay_status status;
  if (call->status >= 400) return refuse(call);
  if (end->status < 0) {
    FAULT_BROKEN_OFF
    return end->status;
  }
  FAULT_END
  if (call->items > 0) {
    status = end_item(sink, 0);
    if (status < 0) return status;
  }
  return finish(sink);
}

static void call_destroy(pbay_call* call) {
  (void)call;
  FAULT_CALL_DESTROY
}

static const pbay_provider_vtbl table = {sizeof table,
                                         0,
                                         create,
                                         destroy,
                                         describe,
                                         get_extension,
                                         call_create,
                                         build_request,
                                         on_head,
                                         on_frames,
                                         on_end,
                                         call_destroy};
static const pbay_provider_type type = {
    sizeof type, 0, TEXT(TYPE_NAME), TEXT(SCHEMA), MODES, &table};
static const pbay_provider_type* const types[] = {&type};

static pbay_status init(const pbay_host* given) {
  host = given;
  FAULT_INIT
  return PBAY_OK;
}

static void deinit(void) {
  FAULT_DEINIT
}

static const pbay_plugin plugin = {PBAY_MAGIC,
                                   sizeof plugin,
                                   PBAY_ABI_MAJOR,
                                   PBAY_ABI_MINOR,
                                   0,
                                   PLUGIN_FLAGS,
                                   TEXT(PLUGIN_ID),
                                   TEXT("1.0.0"),
                                   TEXT("tests"),
                                   TEXT("Apache-2.0"),
                                   TEXT(""),
                                   types,
                                   1,
                                   init,
                                   deinit,
                                   NULL};

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) {
  FAULT_ENTRY
  return hello->abi_major == PBAY_ABI_MAJOR ? &plugin : NULL;
}
