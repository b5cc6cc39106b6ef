/* A provider that does what its frames tell it: each frame is one command, "name" or
 * "name:argument". The model of a request steers the functions that see no frames. */
#include <patchbay/abi.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

static const pbay_host* host;
static pbay_sink* kept_sink; /* kept against the rules, on purpose */

struct pbay_provider {
  int unused;
};
struct pbay_call {
  const pbay_request* request;
  pbay_piece body[3];
};

static int is(pbay_str text, const char* word) {
  return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

/* Whether the command has that name; its argument then. */
static int command(pbay_bytes frame, const char* name, pbay_str* argument) {
  const size_t length = strlen(name);
  if (frame.len < length || memcmp(frame.ptr, name, length) != 0) return 0;
  if (frame.len > length && frame.ptr[length] != ':') return 0;
  argument->ptr = frame.len > length ? (const char*)frame.ptr + length + 1 : "";
  argument->len = frame.len > length ? frame.len - length - 1 : 0;
  return 1;
}

static pbay_status say(pbay_sink* sink, pbay_str text) {
  pbay_ev_text event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_TEXT;
  event.text = text;
  return sink->emit(sink, &event.h);
}

static pbay_status fail(pbay_call_id call, pbay_str message, const char* param) {
  pbay_error error;
  memset(&error, 0, sizeof error);
  error.size = sizeof error;
  error.category = PBAY_ERR_RATE_LIMIT;
  error.flags = PBAY_ERRF_RETRY_SAME;
  error.retry_after_ms = 1500;
  error.message = message;
  error.param.ptr = param;
  error.param.len = strlen(param);
  host->set_error(host, call, &error);
  return PBAY_E_FAIL;
}

static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  static const pbay_str message = TEXT("the account does not exist");
  pbay_str json = config->json;
  size_t i;
  (void)given;
  for (i = 0; i + 9 <= json.len; ++i) {
    if (memcmp(json.ptr + i, "\"account\"", 9) == 0) return fail(0, message, "/account/name");
  }
  *out = malloc(sizeof **out);
  return *out == NULL ? PBAY_E_NO_MEMORY : PBAY_OK;
}

static void destroy(pbay_provider* provider) {
  free(provider);
}

static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) {
  static const pbay_op ops[] = {{PBAY_MODE_CHAT, 0, TEXT("openai.chat/1")}};
  static const pbay_str headers = TEXT("X-Title  openai-beta");
  static const pbay_ev_model model = {{sizeof(pbay_ev_model), PBAY_EV_MODEL, 0, 0, 0, 0},
                                      TEXT("echo-1"),
                                      TEXT("tests"),
                                      0,
                                      0,
                                      0,
                                      1700000000,
                                      {NULL, 0}};
  static const pbay_ev_model* const models[] = {&model};
  (void)provider;
  out->ops = ops;
  out->op_count = 1;
  out->client_headers = headers;
  out->models = models;
  out->model_count = 1;
  return PBAY_OK;
}

static pbay_status call_create(pbay_provider* provider,
                               const pbay_request* request,
                               pbay_call** out) {
  static const pbay_str message = TEXT("no more calls today");
  (void)provider;
  if (is(request->model, "refuse-call")) return fail(request->id, message, "model");
  *out = host->call_alloc(host, request->id, sizeof **out, 16);
  if (*out == NULL) return PBAY_E_NO_MEMORY;
  (*out)->request = request;
  return PBAY_OK;
}

static pbay_status build_request(pbay_call* call, pbay_http_request* out) {
  static const pbay_str method = TEXT("POST");
  static const pbay_str url = TEXT("http://127.0.0.1/v1/echo");
  static const pbay_str refused = TEXT("http://127.0.0.1/refused");
  const pbay_request* request = call->request;
  const pbay_span span = request->model_value;
  out->method = method;
  out->url = url;
  out->framing = PBAY_FRAME_NDJSON;
  if (is(request->model, "no-url")) out->url.len = 0;
  if (is(request->model, "use-kept-sink")) {
    if (say(kept_sink, method) < 0) out->url = refused;
  }
  call->body[0].bytes.ptr = request->body.ptr;
  call->body[0].bytes.len = span.offset;
  call->body[0].source = PBAY_PIECE_BYTES;
  call->body[1].bytes.ptr = (const uint8_t*)"\"up\"";
  call->body[1].bytes.len = 4;
  call->body[1].source = is(request->model, "no-such-part") ? 3 : PBAY_PIECE_BYTES;
  call->body[2].bytes.ptr = request->body.ptr + span.offset + span.len;
  call->body[2].bytes.len = request->body.len - span.offset - span.len;
  call->body[2].source = PBAY_PIECE_BYTES;
  out->body = call->body;
  out->body_count = 3;
  return PBAY_OK;
}

static pbay_status on_head(pbay_call* call, const pbay_http_head* head, pbay_sink* sink) {
  (void)head;
  (void)sink;
  return is(call->request->model, "pass") ? PBAY_S_PASSTHROUGH : PBAY_OK;
}

static pbay_status emit_wrong(pbay_sink* sink, uint32_t size, uint32_t type, uint32_t flags) {
  pbay_ev_text event;
  memset(&event, 0, sizeof event);
  event.h.size = size;
  event.h.type = type;
  event.h.flags = flags;
  event.text.len = type == PBAY_EV_TEXT ? 5 : 0; /* of nothing */
  return sink->emit(sink, &event.h);
}

static void spin(void) {
  const uint64_t begin = host->now_ns(host);
  while (host->now_ns(host) - begin < 20000000u) {
  }
}

/* Allocates that many KiB and writes to every byte. */
static pbay_status allocate(pbay_call* call, pbay_sink* sink, pbay_str kib) {
  static const pbay_str done = TEXT("allocated");
  static const pbay_str full = TEXT("full");
  size_t n = 0;
  size_t i;
  void* memory;
  for (i = 0; i < kib.len; ++i)
    n = n * 10 + (size_t)(kib.ptr[i] - '0');
  memory = host->call_alloc(host, call->request->id, n * 1024, 64);
  if (memory == NULL) return say(sink, full);
  memset(memory, 7, n * 1024);
  return ((uintptr_t)memory & 63u) != 0 ? PBAY_E_FAIL : say(sink, done);
}

static pbay_status obey(pbay_call* call, pbay_bytes frame, pbay_sink* sink) {
  static const pbay_str version = TEXT(TEST_VERSION);
  pbay_str argument;
  if (command(frame, "say", &argument)) return say(sink, argument);
  if (command(frame, "version", &argument)) return say(sink, version);
  if (command(frame, "keep-sink", &argument)) return kept_sink = sink, PBAY_OK;
  if (command(frame, "fail", &argument)) return fail(call->request->id, argument, "");
  if (command(frame, "alloc", &argument)) return allocate(call, sink, argument);
  if (command(frame, "spin", &argument)) return spin(), PBAY_OK;
  if (command(frame, "stop", &argument)) return PBAY_S_STOP;
  if (command(frame, "odd-status", &argument)) return 7;
  if (command(frame, "unknown", &argument)) return emit_wrong(sink, sizeof(pbay_ev_text), 99, 0);
  if (command(frame, "must", &argument)) {
    emit_wrong(sink, sizeof(pbay_ev_text), 99, PBAY_EVF_MUST_UNDERSTAND);
    return PBAY_OK;
  }
  if (command(frame, "short", &argument)) {
    return emit_wrong(sink, sizeof(pbay_event), PBAY_EV_TEXT, 0);
  }
  if (command(frame, "nowhere", &argument)) {
    return emit_wrong(sink, sizeof(pbay_ev_text), PBAY_EV_TEXT, 0);
  }
  if (command(frame, "raw", &argument)) {
    pbay_ev_raw event;
    memset(&event, 0, sizeof event);
    event.h.size = sizeof event;
    event.h.type = PBAY_EV_RAW;
    event.data.ptr = (const uint8_t*)argument.ptr;
    event.data.len = argument.len;
    return sink->emit(sink, &event.h);
  }
  if (command(frame, "log", &argument)) {
    const pbay_kv field = {TEXT("attempt"), TEXT("3")};
    host->log(host, PBAY_LOG_WARN, call->request->id, argument, &field, 1);
    host->log(host, PBAY_LOG_DEBUG, call->request->id, argument, &field, 1);
    return PBAY_OK;
  }
  return PBAY_E_INVALID;
}

static pbay_status on_frames(pbay_call* call, const pbay_frame* frames, size_t n, pbay_sink* sink) {
  size_t i;
  for (i = 0; i < n; ++i) {
    const pbay_status status = obey(call, frames[i].data, sink);
    if (status != PBAY_OK) return status;
  }
  return PBAY_OK;
}

static pbay_status on_end(pbay_call* call, const pbay_http_end* end, pbay_sink* sink) {
  (void)sink;
  return is(call->request->model, "again") ? PBAY_S_NEXT_REQUEST : end->status;
}

static void call_destroy(pbay_call* call) {
  static const pbay_str message = TEXT("call destroyed");
  host->log(host, PBAY_LOG_INFO, call->request->id, message, NULL, 0);
}

static const pbay_provider_vtbl table = {sizeof table,
                                         0,
                                         create,
                                         destroy,
                                         describe,
                                         NULL,
                                         call_create,
                                         build_request,
                                         on_head,
                                         on_frames,
                                         on_end,
                                         call_destroy};
static const pbay_provider_type type = {sizeof type,
                                        0,
                                        TEXT(TEST_NAME),
                                        TEXT("{\"type\":\"object\"}"),
                                        PBAY_MODE_BIT(PBAY_MODE_CHAT),
                                        &table};
static const pbay_provider_type* const types[] = {&type};

static pbay_status init(const pbay_host* given) {
  host = given;
  return PBAY_OK;
}

static void deinit(void) {
  static const pbay_str message = TEXT("deinit " TEST_VERSION);
  host->log(host, PBAY_LOG_INFO, 0, message, NULL, 0);
}

#ifdef TEST_NEVER_UNLOAD
#define FLAGS PBAY_PLUGIN_NEVER_UNLOAD
#else
#define FLAGS 0
#endif

static const pbay_plugin plugin = {PBAY_MAGIC,
                                   sizeof plugin,
                                   PBAY_ABI_MAJOR,
                                   PBAY_ABI_MINOR,
                                   0,
                                   FLAGS,
                                   TEXT("test." TEST_NAME),
                                   TEXT(TEST_VERSION),
                                   TEXT("tests"),
                                   TEXT("Apache-2.0"),
                                   TEXT(""),
                                   types,
                                   1,
                                   init,
                                   deinit,
                                   NULL};

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) {
  return hello->abi_major == PBAY_ABI_MAJOR ? &plugin : NULL;
}
