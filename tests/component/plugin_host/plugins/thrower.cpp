// A provider that throws out of the functions of the ABI, as one compiled before C++17 can.
#include <cstddef>
#include <stdexcept>

#include <patchbay/abi.h>

namespace {

char object;  // stands for every provider and call

constexpr pbay_str text(const char* literal, std::size_t length) {
  return pbay_str{literal, length};
}

pbay_status create(const pbay_host*, const pbay_provider_config* config, pbay_provider** out) {
  if (config->json.len > 2) throw std::runtime_error("thrown by create");
  *out = reinterpret_cast<pbay_provider*>(&object);
  return PBAY_OK;
}
void destroy(pbay_provider*) {}
pbay_status describe(pbay_provider*, pbay_provider_caps*) {
  return PBAY_OK;
}
pbay_status call_create(pbay_provider*, const pbay_request*, pbay_call** out) {
  *out = reinterpret_cast<pbay_call*>(&object);
  return PBAY_OK;
}
pbay_status build_request(pbay_call*, pbay_http_request*) {
  throw 42;
}
pbay_status on_frames(pbay_call*, const pbay_frame*, std::size_t, pbay_sink*) {
  throw std::runtime_error("thrown by on_frames");
}
pbay_status on_end(pbay_call*, const pbay_http_end*, pbay_sink*) {
  return PBAY_OK;
}
void call_destroy(pbay_call*) {
  throw std::runtime_error("thrown by call_destroy");
}
pbay_status init(const pbay_host*) {
  return PBAY_OK;
}
void deinit() {}

const pbay_provider_vtbl table = {sizeof(pbay_provider_vtbl),
                                  0,
                                  create,
                                  destroy,
                                  describe,
                                  nullptr,
                                  call_create,
                                  build_request,
                                  nullptr,
                                  on_frames,
                                  on_end,
                                  call_destroy};
const pbay_provider_type type = {
    sizeof(pbay_provider_type), 0, text("thrower", 7), text("{}", 2), 1U << PBAY_MODE_CHAT, &table};
const pbay_provider_type* const types[] = {&type};
const pbay_plugin plugin = {PBAY_MAGIC,
                            sizeof(pbay_plugin),
                            PBAY_ABI_MAJOR,
                            PBAY_ABI_MINOR,
                            0,
                            0,
                            text("test.thrower", 12),
                            text(TEST_VERSION, sizeof(TEST_VERSION) - 1),
                            text("tests", 5),
                            text("Apache-2.0", 10),
                            text("", 0),
                            types,
                            1,
                            init,
                            deinit,
                            nullptr};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello*) {
  return &plugin;
}
