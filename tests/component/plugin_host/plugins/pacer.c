/* A provider that answers at its own pace, on a thread of its own, until somebody opens its gate:
 * "1.0.0:0 1.0.0:1 1.0.0:2 ... end". The words carry the version that says them, so that it can be
 * seen which generation a stream comes from, and whether a piece of it is missing.
 *
 * The gate is a file: <config.gate>/<version>. TEST_PACE_MS is the time between two words.
 * TEST_CRASH_IN_INIT and the like make a version that goes wrong in that one way. */
#include <patchbay/abi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef TEST_PACE_MS
#define TEST_PACE_MS 10
#endif
#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

struct pbay_provider {
  char gate[512];
};

struct pbay_call {
  pbay_call_id id;
  const pbay_request* request; /* good until call_destroy() */
  const pbay_provider* provider;
  unsigned said;
  int cancelled;
  pbay_call* next;
};

static const pbay_host* host;
static const pbay_host_async* async;

static pthread_t thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pbay_call* calls;
static int stopping;

static void wait_ms(long ms) {
  struct timespec time;
  time.tv_sec = ms / 1000;
  time.tv_nsec = ms % 1000 * 1000000;
  nanosleep(&time, NULL);
}

static pbay_status say(const pbay_call* call, const char* text) {
  pbay_ev_text event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_TEXT;
  event.text.ptr = text;
  event.text.len = strlen(text);
  return async->emit(host, call->id, &event.h);
}

static pbay_status finish(const pbay_call* call) {
  pbay_ev_finish event;
  memset(&event, 0, sizeof event);
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_FINISH;
  event.reason = PBAY_FINISH_STOP;
  return async->emit(host, call->id, &event.h);
}

/* Whether the call is over, and completed. */
static int go_on(pbay_call* call) {
  char text[64];
  char gate[600];
#ifdef TEST_NEVER_COMPLETES
  if (call->cancelled) return 0;
#endif
  if (call->cancelled) {
    /* As much as to say: this was about ... */
    host->log(host, PBAY_LOG_INFO, call->id, call->request->model, NULL, 0);
    async->complete(host, call->id, PBAY_E_CANCELLED, NULL);
    return 1;
  }
  snprintf(gate, sizeof gate, "%s/%s", call->provider->gate, TEST_VERSION);
  if (access(gate, F_OK) == 0) {
    if (say(call, "end") < 0 || finish(call) < 0) return 0;
    async->complete(host, call->id, PBAY_OK, NULL);
    return 1;
  }
  snprintf(text, sizeof text, "%s:%u ", TEST_VERSION, call->said);
  if (say(call, text) == PBAY_OK) ++call->said;
  return 0;
}

static void* run(void* unused) {
  (void)unused;
  pthread_mutex_lock(&mutex);
  while (!stopping) {
    pbay_call** at = &calls;
    while (*at != NULL) {
      pbay_call* call = *at;
      pbay_call* next = call->next; /* once it is complete, it is not ours any more */
      if (go_on(call)) {
        *at = next;
      } else {
        at = &call->next;
      }
    }
    pthread_mutex_unlock(&mutex);
    wait_ms(TEST_PACE_MS);
    pthread_mutex_lock(&mutex);
  }
  pthread_mutex_unlock(&mutex);
  return NULL;
}

#if defined(TEST_REFUSES) || defined(TEST_CRASHES_IN_CREATE)
static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  static const pbay_str message = TEXT("not without a licence");
  pbay_error error;
  (void)config;
  (void)out;
#ifdef TEST_CRASHES_IN_CREATE
  abort();
#endif
  memset(&error, 0, sizeof error);
  error.size = sizeof error;
  error.message = message;
  given->set_error(given, 0, &error);
  return PBAY_E_CONFIG;
}
#else
static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  static const char key[] = "\"gate\":\"";
  size_t i;
  size_t n = 0;
  (void)given;
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return PBAY_E_NO_MEMORY;
  for (i = 0; i + sizeof key <= config->json.len; ++i) {
    if (memcmp(config->json.ptr + i, key, sizeof key - 1) == 0) break;
  }
  for (i += sizeof key - 1; i < config->json.len && config->json.ptr[i] != '"'; ++i) {
    if (n + 1 < sizeof(*out)->gate) (*out)->gate[n++] = config->json.ptr[i];
  }
  return PBAY_OK;
}
#endif

static void destroy(pbay_provider* provider) {
#ifdef TEST_HANGS_IN_DESTROY
  while (access(provider->gate, F_OK) == 0)
    wait_ms(1);
#endif
  free(provider);
}

static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) {
  static const pbay_op ops[] = {{PBAY_MODE_CHAT, 0, TEXT("openai.chat/1")}};
  static const pbay_ev_model model = {{sizeof(pbay_ev_model), PBAY_EV_MODEL, 0, 0, 0, 0},
                                      TEXT("pacer-" TEST_VERSION),
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
  out->models = models;
  out->model_count = 1;
  return PBAY_OK;
}

static pbay_status call_create(pbay_provider* provider,
                               const pbay_request* request,
                               pbay_call** out) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return PBAY_E_NO_MEMORY;
  (*out)->id = request->id;
  (*out)->request = request;
  (*out)->provider = provider;
  return PBAY_OK;
}

static void call_destroy(pbay_call* call) {
  free(call);
}

static pbay_status start(pbay_call* call) {
  pthread_mutex_lock(&mutex);
  call->next = calls;
  calls = call;
  pthread_mutex_unlock(&mutex);
  return PBAY_OK;
}

static void cancel(pbay_call* call) {
  pthread_mutex_lock(&mutex);
  call->cancelled = 1;
  pthread_mutex_unlock(&mutex);
}

static const void* get_extension(pbay_provider* provider, const char* id) {
  static const pbay_provider_active table = {sizeof table, 0, start, cancel, NULL};
  (void)provider;
  return strcmp(id, PBAY_EXT_PROVIDER_ACTIVE) == 0 ? &table : NULL;
}

static pbay_status init(const pbay_host* given) {
#ifdef TEST_IS_TIED
  static pthread_key_t key;
  if (pthread_key_create(&key, NULL) != 0) return PBAY_E_FAIL;
#endif
#ifdef TEST_CRASHES_IN_INIT
  abort();
#endif
#ifdef TEST_HANGS_IN_INIT
  while (getppid() > 1)
    wait_ms(10);
#endif
  host = given;
  async = host->get_extension(host, PBAY_EXT_HOST_ASYNC);
  if (async == NULL) return PBAY_E_ABI;
  return pthread_create(&thread, NULL, run, NULL) == 0 ? PBAY_OK : PBAY_E_FAIL;
}

static void deinit(void) {
#ifdef TEST_LEAVES_A_THREAD
  pthread_detach(thread);
#else
  pthread_mutex_lock(&mutex);
  stopping = 1;
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
#endif
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

#ifdef TEST_IS_OF_ANOTHER_ABI
#define MAJOR 2
#else
#define MAJOR PBAY_ABI_MAJOR
#endif

static const pbay_plugin plugin = {PBAY_MAGIC,
                                   sizeof plugin,
                                   MAJOR,
                                   PBAY_ABI_MINOR,
                                   0,
                                   0,
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
