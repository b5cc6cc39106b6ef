/* A whole provider plugin in C: an upstream that takes the client's request and answers in plain
 * text.
 *
 * It does no input or output. The host asks what to send (build_request), shows what came back
 * (on_head, on_frames) and learns what that means: events through the sink, or an error. Nothing is
 * allocated but the provider; what a call needs lives in the memory that the host keeps for it.
 *
 * The order of this file is the order in which the host calls. */
#include <patchbay/abi.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

static const pbay_host* host;

/* One entry of `providers:`. Calls read it on several threads at once and never write. */
struct pbay_provider {
  pbay_str url; /* its bytes follow the struct */
};

/* One request on its way. */
struct pbay_call {
  const pbay_provider* provider;
  const pbay_request* request;
  pbay_kv headers[2];
  pbay_piece body;
  int32_t status;            /* of the upstream's answer */
  uint8_t open_character[4]; /* the bytes of a character whose end has not come yet */
  size_t open_bytes;
};

/* ---- errors -------------------------------------------------------------------------------------
 */

/* Tells why the function that is running is about to fail; call 0 means create(). */
static void explain(pbay_call_id call, int32_t category, pbay_str message, const char* param) {
  pbay_error error;
  memset(&error, 0, sizeof error);
  error.size = sizeof error;
  error.category = category;
  error.retry_after_ms = -1;
  error.message = message;
  error.param.ptr = param;
  error.param.len = strlen(param);
  host->set_error(host, call, &error);
}

/* The host derives the status for the client, retries and fail-over from the category. */
static int32_t category_of(int32_t status) {
  switch (status) {
    case 401:
      return PBAY_ERR_AUTH;
    case 403:
      return PBAY_ERR_FORBIDDEN;
    case 404:
      return PBAY_ERR_NOT_FOUND;
    case 413:
      return PBAY_ERR_TOO_LARGE;
    case 429:
      return PBAY_ERR_RATE_LIMIT;
    case 503:
      return PBAY_ERR_OVERLOADED;
    default:
      return status >= 400 && status < 500 ? PBAY_ERR_BAD_REQUEST : PBAY_ERR_UPSTREAM;
  }
}

/* ---- the provider -------------------------------------------------------------------------------
 */

/* The host checks `config:` with this before create() sees it, and names the line of each mistake.
 * The pattern leaves out quotes and backslashes, so the JSON text of a URL is the URL. */
static const char schema[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"url\"], "
    "\"properties\": "
    "{\"url\": {\"type\": \"string\", \"pattern\": \"^https?://[!#-\\\\[\\\\]-~]+$\", "
    "\"description\": \"where requests are posted to\"}}}";

/* The value in {"url": "..."}, whose quotes are the third and the fourth. */
static pbay_str url_in(pbay_str json) {
  pbay_str url = {NULL, 0};
  int quotes = 0;
  size_t i;
  for (i = 0; i < json.len; ++i) {
    if (json.ptr[i] == '"') {
      if (++quotes == 3) url.ptr = json.ptr + i + 1;
      if (quotes == 4) url.len = (size_t)(json.ptr + i - url.ptr);
    }
  }
  return url;
}

static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  static const pbay_str fragment = TEXT("has a fragment (#), which is never sent: leave it out");
  const pbay_str url = url_in(config->json);
  pbay_provider* provider;
  (void)given;
  if (url.len == 0) return PBAY_E_CONFIG;
  if (memchr(url.ptr, '#', url.len) != NULL) {
    explain(0, PBAY_ERR_BAD_REQUEST, fragment, "/url");
    return PBAY_E_CONFIG;
  }
  provider = malloc(sizeof *provider + url.len);
  if (provider == NULL) return PBAY_E_NO_MEMORY;
  provider->url.ptr = memcpy(provider + 1, url.ptr, url.len);
  provider->url.len = url.len;
  *out = provider;
  return PBAY_OK;
}

static void destroy(pbay_provider* provider) {
  free(provider);
}

static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) {
  static const pbay_op ops[] = {{PBAY_MODE_CHAT, 0, TEXT("openai.chat/1")}};
  (void)provider;
  out->ops = ops;
  out->op_count = sizeof ops / sizeof ops[0];
  return PBAY_OK;
}

/* ---- a call: the request ------------------------------------------------------------------------
 */

static pbay_status call_create(pbay_provider* provider,
                               const pbay_request* request,
                               pbay_call** out) {
  pbay_call* call = host->call_alloc(host, request->id, sizeof *call, _Alignof(pbay_call));
  if (call == NULL) return PBAY_E_NO_MEMORY;
  memset(call, 0, sizeof *call);
  call->provider = provider;
  call->request = request;
  *out = call;
  return PBAY_OK;
}

/* What is filled in must outlive this function, hence the members of the call. */
static pbay_status build_request(pbay_call* call, pbay_http_request* out) {
  static const pbay_str post = TEXT("POST");
  static const pbay_kv json = {TEXT("content-type"), TEXT("application/json")};
  static const pbay_str model = TEXT("x-model");
  call->headers[0] = json;
  call->headers[1].key = model;
  call->headers[1].value = call->request->model;
  call->body.source = PBAY_PIECE_CLIENT_BODY; /* the host has it; nothing is copied */
  out->method = post;
  out->url = call->provider->url;
  out->headers = call->headers;
  out->header_count = 2;
  out->body = &call->body;
  out->body_count = 1;
  out->framing = PBAY_FRAME_BYTES;
  return PBAY_OK;
}

/* ---- a call: the answer -------------------------------------------------------------------------
 */

static pbay_status on_head(pbay_call* call, const pbay_http_head* head, pbay_sink* sink) {
  (void)sink;
  call->status = head->status;
  return PBAY_OK;
}

static pbay_status emit_text(pbay_sink* sink, const uint8_t* bytes, size_t n) {
  pbay_ev_text event;
  if (n == 0) return PBAY_OK;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_TEXT;
  event.text.ptr = (const char*)bytes;
  event.text.len = n;
  return sink->emit(sink, &event.h);
}

/* How many of the bytes are whole UTF-8 characters: all of them but for a last one that goes on. */
static size_t whole_characters(const uint8_t* bytes, size_t n) {
  size_t back;
  for (back = 1; back <= 3 && back <= n; ++back) {
    const uint8_t byte = bytes[n - back];
    const size_t length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1;
    if (byte >= 0x80 && byte < 0xC0) continue; /* in the middle of a character */
    return length > back ? n - back : n;
  }
  return n;
}

/* The network cuts where it likes, but a text event is UTF-8: a character that is cut waits for the
 * next piece. What is no UTF-8 at all the host replaces. */
static pbay_status say(pbay_call* call, pbay_bytes piece, pbay_sink* sink) {
  pbay_status status = PBAY_OK;
  size_t whole;
  while (call->open_bytes > 0 && piece.len > 0) {
    const int goes_on = (*piece.ptr & 0xC0) == 0x80;
    if (goes_on) {
      call->open_character[call->open_bytes++] = *piece.ptr++;
      --piece.len;
    }
    if (!goes_on || whole_characters(call->open_character, call->open_bytes) == call->open_bytes) {
      status = emit_text(sink, call->open_character, call->open_bytes);
      call->open_bytes = 0;
    }
  }
  if (status < 0 || piece.len == 0) return status;
  whole = whole_characters(piece.ptr, piece.len);
  call->open_bytes = piece.len - whole;
  memcpy(call->open_character, piece.ptr + whole, call->open_bytes);
  return emit_text(sink, piece.ptr, whole);
}

/* An answer that is no success comes as one frame, whatever the framing: here, in words. */
static pbay_status refused(pbay_call* call, pbay_bytes body) {
  static const pbay_str nothing = TEXT("the upstream refused, without a word");
  const size_t at_most = body.len < 1000 ? body.len : 1000;
  pbay_str message = nothing;
  if (body.len > 0) {
    message.ptr = (const char*)body.ptr;
    message.len = whole_characters(body.ptr, at_most);
  }
  explain(call->request->id, category_of(call->status), message, "");
  return PBAY_E_FAIL;
}

static pbay_status on_frames(pbay_call* call, const pbay_frame* frames, size_t n, pbay_sink* sink) {
  size_t i;
  if (call->status < 200 || call->status >= 300) return refused(call, frames[0].data);
  for (i = 0; i < n; ++i) {
    const pbay_status status = say(call, frames[i].data, sink);
    if (status < 0) return status; /* nobody listens any more */
  }
  return PBAY_OK;
}

static pbay_status on_end(pbay_call* call, const pbay_http_end* end, pbay_sink* sink) {
  static const pbay_str cut = TEXT("the upstream's text ends in the middle of a character");
  pbay_event item_end;
  pbay_ev_finish finish;
  pbay_status status;
  if (end->status < 0) return end->status; /* the connection broke: the host has the words for it */
  if (call->open_bytes > 0) {
    explain(call->request->id, PBAY_ERR_UPSTREAM, cut, "");
    return PBAY_E_PROTOCOL;
  }
  memset(&item_end, 0, sizeof item_end);
  item_end.size = sizeof item_end;
  item_end.type = PBAY_EV_ITEM_END;
  status = sink->emit(sink, &item_end);
  if (status < 0) return status;
  memset(&finish, 0, sizeof finish);
  finish.h.size = sizeof finish;
  finish.h.type = PBAY_EV_FINISH;
  finish.reason = PBAY_FINISH_STOP;
  return sink->emit(sink, &finish.h);
}

/* The host frees the call's memory itself. */
static void call_destroy(pbay_call* call) {
  (void)call;
}

/* ---- what the host finds ------------------------------------------------------------------------
 */

static const pbay_provider_vtbl table = {
    .size = sizeof table,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .call_create = call_create,
    .build_request = build_request,
    .on_head = on_head,
    .on_frames = on_frames,
    .on_end = on_end,
    .call_destroy = call_destroy,
};
static const pbay_provider_type type = {
    .size = sizeof type,
    .type = TEXT("c-hello"),
    .config_schema = TEXT(schema),
    .modes = PBAY_MODE_BIT(PBAY_MODE_CHAT),
    .vtbl = &table,
};
static const pbay_provider_type* const types[] = {&type};

static pbay_status init(const pbay_host* given) {
  host = given;
  return PBAY_OK;
}

static void deinit(void) {
  host = NULL;
}

static const pbay_plugin plugin = {
    .magic = PBAY_MAGIC,
    .size = sizeof plugin,
    .abi_major = PBAY_ABI_MAJOR,
    .abi_minor = PBAY_ABI_MINOR,
    .id = TEXT("org.example.c-hello"),
    .version = TEXT("1.0.0"),
    .vendor = TEXT("Example"),
    .license = TEXT("Apache-2.0"),
    .types = types,
    .type_count = 1,
    .init = init,
    .deinit = deinit,
};

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) {
  return hello->abi_major == PBAY_ABI_MAJOR ? &plugin : NULL;
}
