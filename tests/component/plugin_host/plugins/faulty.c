/* Plugins that are each wrong in one way: TEST_FAULT says in which. The rest of each is right. */
#include <patchbay/abi.h>
#include <string.h>

enum fault {
  wrong_magic,
  newer_host,
  other_major,
  other_version,
  other_id,
  other_modes,
  other_type,
  refuses_host,
  small_descriptor,
  small_table,
  lacks_function,
  init_fails,
  create_fails,
  null_provider,
  describe_fails,
  broken_caps,
  needs_refresh,
  no_entry,
  unresolved
};

#define IS(fault) (TEST_FAULT == (fault))
#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

static const pbay_host* host;
static char object; /* stands for every provider and call */

#ifdef TEST_UNRESOLVED
void patchbay_test_function_that_nobody_has(void);
void (*patchbay_test_needed)(void) = patchbay_test_function_that_nobody_has;
#endif

static pbay_status fail(const char* message) {
  pbay_error error;
  memset(&error, 0, sizeof error);
  error.size = sizeof error;
  error.message.ptr = message;
  error.message.len = strlen(message);
  host->set_error(host, 0, &error);
  return PBAY_E_FAIL;
}

static pbay_status create(const pbay_host* given,
                          const pbay_provider_config* config,
                          pbay_provider** out) {
  (void)given;
  (void)config;
  if (IS(create_fails)) return fail("the moon is in the wrong place");
  if (!IS(null_provider)) *out = (pbay_provider*)(void*)&object;
  return PBAY_OK;
}

static void destroy(pbay_provider* provider) {
  (void)provider;
}

static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) {
  (void)provider;
  if (IS(describe_fails)) return fail("at a loss for words");
  out->op_count = IS(broken_caps) ? 3 : 0; /* with no list at all */
  return PBAY_OK;
}

static const void* get_extension(pbay_provider* provider, const char* id) {
  (void)provider;
  static const pbay_provider_credentials incomplete = {sizeof incomplete, 0, NULL, NULL};
  return IS(needs_refresh) && strcmp(id, PBAY_EXT_PROVIDER_CREDENTIALS) == 0 ? &incomplete : NULL;
}

static pbay_status call_create(pbay_provider* provider,
                               const pbay_request* request,
                               pbay_call** out) {
  (void)provider;
  (void)request;
  *out = (pbay_call*)(void*)&object;
  return PBAY_OK;
}

static pbay_status build_request(pbay_call* call, pbay_http_request* out) {
  (void)call;
  (void)out;
  return PBAY_OK;
}

static pbay_status on_frames(pbay_call* call, const pbay_frame* frames, size_t n, pbay_sink* sink) {
  (void)call;
  (void)frames;
  (void)n;
  (void)sink;
  return PBAY_OK;
}

static pbay_status on_end(pbay_call* call, const pbay_http_end* end, pbay_sink* sink) {
  (void)call;
  (void)end;
  (void)sink;
  return PBAY_OK;
}

static void call_destroy(pbay_call* call) {
  (void)call;
}

static pbay_status init(const pbay_host* given) {
  host = given;
  return IS(init_fails) ? fail("no licence") : PBAY_OK;
}

static void deinit(void) {
  host = NULL;
}

static pbay_provider_vtbl table;
static pbay_provider_type type = {
    sizeof type, 0, TEXT(TEST_NAME), TEXT("{}"), PBAY_MODE_BIT(PBAY_MODE_CHAT), &table};
static const pbay_provider_type* const types[] = {&type};
static pbay_plugin plugin = {PBAY_MAGIC,
                             sizeof plugin,
                             PBAY_ABI_MAJOR,
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

static const pbay_plugin* describe_plugin(void) {
  static const pbay_str somebody = TEXT("test.somebody_else");
  static const pbay_str version = TEXT("9.9.9");
  static const pbay_provider_vtbl whole = {sizeof whole,
                                           0,
                                           create,
                                           destroy,
                                           describe,
                                           get_extension,
                                           call_create,
                                           build_request,
                                           NULL,
                                           on_frames,
                                           on_end,
                                           call_destroy};
  table = whole;
  if (IS(wrong_magic)) plugin.magic = 0x12345678u;
  if (IS(newer_host)) plugin.need_host_minor = 99;
  if (IS(other_major)) plugin.abi_major = 2;
  if (IS(other_version)) plugin.version = version;
  if (IS(other_id)) plugin.id = somebody;
  if (IS(other_modes)) type.modes = PBAY_MODE_BIT(PBAY_MODE_IMAGE);
  if (IS(other_type)) type.type = somebody;
  if (IS(small_descriptor)) plugin.size = offsetof(pbay_plugin, init);
  if (IS(small_table)) table.size = offsetof(pbay_provider_vtbl, on_end);
  if (IS(lacks_function)) table.destroy = NULL;
  return IS(refuses_host) ? NULL : &plugin;
}

#ifdef TEST_NO_ENTRY
PBAY_EXPORT const pbay_plugin* some_other_function(void);
const pbay_plugin* some_other_function(void) {
  return describe_plugin();
}
#else
const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) {
  (void)hello;
  return describe_plugin();
}
#endif
