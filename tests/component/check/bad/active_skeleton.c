/* A whole small provider that does its own work and keeps to the contract; see skeleton.c. It says
 * six words and is done. The faults of it:
 *
 *   FAULT_COMPLETE   before it completes a call
 *   FAULT_COMPLETED  after that
 *   FAULT_BLOCKED    when an event was not taken
 *   FAULT_CANCEL     in cancel() */
#include <patchbay/abi.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAULT_COMPLETE
#define FAULT_COMPLETE
#endif
#ifndef FAULT_COMPLETED
#define FAULT_COMPLETED
#endif
#ifndef FAULT_BLOCKED
#define FAULT_BLOCKED
#endif
#ifndef FAULT_CANCEL
#define FAULT_CANCEL
#endif
#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

enum { WORDS = 6 };

static const pbay_host* host;
static const pbay_host_async* async;

struct pbay_provider {
  int unused;
};
struct pbay_call {
  pbay_call_id id;
  int step; /* events that were taken */
  int over;
};

static pbay_status emit_text(pbay_call* call) {
  pbay_ev_text event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_TEXT;
  event.text.ptr = "word ";
  event.text.len = 5;
  return async->emit(host, call->id, &event.h);
}

static pbay_status emit_item_end(pbay_call* call) {
  pbay_event event;
  memset(&event, 0, sizeof event);
  event.size = sizeof event;
  event.type = PBAY_EV_ITEM_END;
  return async->emit(host, call->id, &event);
}

static pbay_status emit_finish(pbay_call* call) {
  pbay_ev_finish event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_FINISH;
  event.reason = PBAY_FINISH_STOP;
  return async->emit(host, call->id, &event.h);
}

static void end(pbay_call* call, pbay_status status) {
  const pbay_call_id id = call->id;
  if (call->over) return;
  call->over = 1;
  FAULT_COMPLETE
  async->complete(host, id, status, NULL); /* the call may be gone from here on */
  FAULT_COMPLETED
}

static void go_on(pbay_call* call) {
  while (!call->over) {
    const pbay_status status = call->step < WORDS    ? emit_text(call)
                               : call->step == WORDS ? emit_item_end(call)
                                                     : emit_finish(call);
    if (status == PBAY_E_WOULD_BLOCK) {
      FAULT_BLOCKED
      return;
    }
    if (status < 0) {
      end(call, status);
      return;
    }
    if (++call->step >= WORDS + 2) end(call, PBAY_OK);
  }
}

static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  (void)config;
  async = given->get_extension(given, PBAY_EXT_HOST_ASYNC);
  if (async == NULL) return PBAY_E_UNSUPPORTED;
  *out = malloc(sizeof **out);
  return *out == NULL ? PBAY_E_NO_MEMORY : PBAY_OK;
}

static void destroy(pbay_provider* provider) {
  free(provider);
}

static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) {
  static const pbay_op ops[] = {{PBAY_MODE_CHAT, 0, TEXT("openai.chat/1")}};
  (void)provider;
  out->ops = ops;
  out->op_count = 1;
  return PBAY_OK;
}

static pbay_status call_create(pbay_provider* provider,
                               const pbay_request* request,
                               pbay_call** out) {
  (void)provider;
  *out = host->call_alloc(host, request->id, sizeof **out, 16);
  if (*out == NULL) return PBAY_E_NO_MEMORY;
  memset(*out, 0, sizeof **out);
  (*out)->id = request->id;
  return PBAY_OK;
}

static pbay_status start(pbay_call* call) {
  go_on(call);
  return PBAY_OK;
}

static void cancel(pbay_call* call) {
  FAULT_CANCEL
  end(call, PBAY_E_CANCELLED);
}

static void call_destroy(pbay_call* call) {
  (void)call;
}

static const pbay_provider_active active = {sizeof active, 0, start, cancel, go_on};

static const void* get_extension(pbay_provider* provider, const char* id) {
  (void)provider;
  return strcmp(id, PBAY_EXT_PROVIDER_ACTIVE) == 0 ? &active : NULL;
}

static const pbay_provider_vtbl table = {sizeof table,
                                         0,
                                         create,
                                         destroy,
                                         describe,
                                         get_extension,
                                         call_create,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
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

static void deinit(void) {}

static const pbay_plugin plugin = {PBAY_MAGIC,
                                   sizeof plugin,
                                   PBAY_ABI_MAJOR,
                                   PBAY_ABI_MINOR,
                                   0,
                                   0,
                                   TEXT("test." TEST_NAME),
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
  return hello->abi_major == PBAY_ABI_MAJOR ? &plugin : NULL;
}
