// A provider plugin in C++ on its own standard library, against the C header alone.
//
// Its upstream speaks lines of JSON (README.md has the protocol). The plugin is compiled by clang
// with libc++, linked into it, and runs inside a host built by g++ with libstdc++: only what the C
// header says crosses between the two. Above all no exception does, hence barrier() around every
// function.

#include <array>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include <patchbay/abi.h>

#include "flat_json.hpp"

using example::BadJson;
using example::FlatJson;

namespace {

constexpr pbay_str str(std::string_view text) {
  return {text.data(), text.size()};
}

constexpr std::string_view view(pbay_str text) {
  return {text.ptr, text.len};
}

std::string_view view(pbay_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.ptr), bytes.len};
}

pbay_bytes bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

// One entry of `providers:`. Calls read it on several threads at once and never write.
struct pbay_provider {
  std::string url;
  std::string authorization;  // empty without a key
};

// One request on its way. What build_request() hands over lives in it.
struct pbay_call {
  const pbay_provider& provider;
  const pbay_request& request;

  std::string envelope = {};
  std::array<pbay_piece, 3> body = {};
  std::array<pbay_kv, 2> headers = {};
  int32_t status = 0;  // of the upstream's answer
  bool ended = false;  // its last line has come
};

namespace {

const pbay_host* host = nullptr;

// ---- errors ------------------------------------------------------------------------------------

// Thrown anywhere in here, told to the host at the barrier.
struct Failure : std::runtime_error {
  Failure(int32_t category_, const std::string& message)
      : std::runtime_error(message), category(category_) {}

  int32_t category;
  std::string_view param;          // create(): the setting at fault
  std::string_view upstream_body;  // goes to the client as it is, if the upstream calls it JSON
};

Failure wrong_setting(std::string_view pointer, const std::string& message) {
  Failure failure(PBAY_ERR_BAD_REQUEST, message);
  failure.param = pointer;
  return failure;
}

void explain(pbay_call_id call, const Failure& failure) noexcept {
  pbay_error error{};
  error.size = sizeof error;
  error.category = failure.category;
  error.retry_after_ms = -1;  // the host reads the header itself
  error.message = str(failure.what());
  error.param = str(failure.param);
  error.upstream_body = bytes(failure.upstream_body);
  host->set_error(host, call, &error);
}

// Runs the body of a function of the ABI, and lets nothing but a status out of it.
template <typename Body>
pbay_status barrier(pbay_call_id call, Body body) noexcept {
  try {
    return body();
  } catch (const Failure& failure) {
    explain(call, failure);
    return PBAY_E_FAIL;
  } catch (const BadJson& bad) {
    explain(call,
            {PBAY_ERR_UPSTREAM, std::string("the upstream sent a broken line: ") + bad.what()});
    return PBAY_E_PROTOCOL;
  } catch (const std::bad_alloc&) {
    return PBAY_E_NO_MEMORY;
  } catch (...) {
    return PBAY_E_PANIC;
  }
}

int32_t category_of(int32_t status) {
  switch (status) {
    case 401:
      return PBAY_ERR_AUTH;
    case 404:
      return PBAY_ERR_NOT_FOUND;
    case 429:
      return PBAY_ERR_RATE_LIMIT;
    case 503:
      return PBAY_ERR_OVERLOADED;
    default:
      return status >= 400 && status < 500 ? PBAY_ERR_BAD_REQUEST : PBAY_ERR_UPSTREAM;
  }
}

// ---- the provider ------------------------------------------------------------------------------

// The host checks `config:` with this before create() sees it. The patterns leave out quotes and
// backslashes, so what FlatJson finds needs no unescaping. What is writeOnly is never shown.
constexpr std::string_view kSchema = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["base_url"],
  "properties": {
    "base_url": {"type": "string", "pattern": "^https?://[!#-\\[\\]-~]+$"},
    "api_key": {"type": "string", "pattern": "^[!#-\\[\\]-~]+$", "writeOnly": true}
  }
})";

pbay_status create(const pbay_host*,
                   const pbay_provider_config* config,
                   pbay_provider** out) noexcept {
  return barrier(0, [&]() -> pbay_status {
    const FlatJson settings(view(config->json));
    std::string_view base = settings.text("base_url").value();
    if (base.find_first_of("?#") != base.npos) {
      throw wrong_setting("/base_url", "has a query or a fragment, and a path is put behind it");
    }
    while (base.back() == '/')
      base.remove_suffix(1);
    auto provider = std::make_unique<pbay_provider>();
    provider->url = std::string(base) + "/generate";
    if (const auto key = settings.text("api_key")) {
      provider->authorization = "Bearer " + std::string(*key);
    }
    *out = provider.release();
    return PBAY_OK;
  });
}

void destroy(pbay_provider* provider) noexcept {
  delete provider;
}

pbay_status describe(pbay_provider*, pbay_provider_caps* out) noexcept {
  static constexpr pbay_op kOps[] = {{PBAY_MODE_CHAT, 0, str("openai.chat/1")}};
  out->ops = kOps;
  out->op_count = std::size(kOps);
  return PBAY_OK;
}

// ---- a call: the request -----------------------------------------------------------------------

pbay_status call_create(pbay_provider* provider,
                        const pbay_request* request,
                        pbay_call** out) noexcept {
  return barrier(request->id, [&]() -> pbay_status {
    *out = new pbay_call{*provider, *request};
    return PBAY_OK;
  });
}

// {"model": "...", "request": <the client's body>}, of which the host has the largest part already.
pbay_status build_request(pbay_call* call, pbay_http_request* out) noexcept {
  return barrier(call->request.id, [&]() -> pbay_status {
    const std::string& authorization = call->provider.authorization;
    call->envelope = "{\"model\":" + example::quoted(view(call->request.model)) + ",\"request\":";
    call->body = {{{bytes(call->envelope), PBAY_PIECE_BYTES},
                   {{}, PBAY_PIECE_CLIENT_BODY},
                   {bytes("}"), PBAY_PIECE_BYTES}}};
    call->headers = {{{str("content-type"), str("application/json")},
                      {str("authorization"), str(authorization)}}};
    out->method = str("POST");
    out->url = str(call->provider.url);
    out->headers = call->headers.data();
    out->header_count = authorization.empty() ? 1 : 2;
    out->body = call->body.data();
    out->body_count = call->body.size();
    out->framing = PBAY_FRAME_NDJSON;
    return PBAY_OK;
  });
}

// ---- a call: the answer ------------------------------------------------------------------------

template <typename Event>
Event event_of(uint32_t type) {
  Event event{};
  event.h.size = sizeof event;
  event.h.type = type;
  return event;
}

pbay_status emit_text(pbay_sink* sink, std::string_view escaped) {
  auto event = event_of<pbay_ev_text>(PBAY_EV_TEXT);
  event.h.flags = PBAY_EVF_ESCAPED;  // goes into the client's JSON as it stands in the upstream's
  event.text = str(escaped);
  return sink->emit(sink, &event.h);
}

// The item ends, then the choice; what it cost may come at any time.
pbay_status emit_end(pbay_sink* sink, std::string_view reason, const FlatJson& line) {
  pbay_event item{};
  item.size = sizeof item;
  item.type = PBAY_EV_ITEM_END;
  if (const pbay_status status = sink->emit(sink, &item); status < 0) return status;
  auto finish = event_of<pbay_ev_finish>(PBAY_EV_FINISH);
  finish.reason = reason == "stop"     ? PBAY_FINISH_STOP
                  : reason == "length" ? PBAY_FINISH_LENGTH
                                       : PBAY_FINISH_OTHER;
  finish.native = str(reason);
  if (const pbay_status status = sink->emit(sink, &finish.h); status < 0) return status;
  pbay_ev_usage usage = PBAY_USAGE_INIT;
  usage.input = line.number("input").value_or(-1);
  usage.output = line.number("output").value_or(-1);
  return sink->emit(sink, &usage.h);
}

pbay_status take_line(pbay_call* call, std::string_view text, pbay_sink* sink) {
  if (text.empty()) return PBAY_OK;
  const FlatJson line(text);
  if (const auto error = line.text("error")) {
    throw Failure(PBAY_ERR_UPSTREAM, "the upstream gave up: " + std::string(*error));
  }
  if (const auto piece = line.text("text")) {
    if (const pbay_status status = emit_text(sink, *piece); status < 0) return status;
  }
  if (const auto reason = line.text("end")) {
    call->ended = true;
    const pbay_status status = emit_end(sink, *reason, line);
    return status < 0 ? status : PBAY_S_STOP;
  }
  return PBAY_OK;
}

pbay_status on_head(pbay_call* call, const pbay_http_head* head, pbay_sink*) noexcept {
  call->status = head->status;
  return PBAY_OK;
}

pbay_status on_frames(pbay_call* call,
                      const pbay_frame* frames,
                      size_t n,
                      pbay_sink* sink) noexcept {
  return barrier(call->request.id, [&]() -> pbay_status {
    if (call->status < 200 || call->status >= 300) {
      Failure refused(category_of(call->status),
                      "the upstream answered " + std::to_string(call->status));
      refused.upstream_body = view(frames[0].data);
      throw refused;
    }
    for (size_t i = 0; i < n; ++i) {
      const pbay_status status = take_line(call, view(frames[i].data), sink);
      if (status != PBAY_OK) return status;
    }
    return PBAY_OK;
  });
}

pbay_status on_end(pbay_call* call, const pbay_http_end* end, pbay_sink*) noexcept {
  return barrier(call->request.id, [&]() -> pbay_status {
    if (call->ended) return PBAY_OK;  // how the connection ended no longer matters
    if (end->status < 0) return end->status;
    throw Failure(PBAY_ERR_UPSTREAM, "the upstream stopped before its last line");
  });
}

void call_destroy(pbay_call* call) noexcept {
  delete call;
}

// ---- what the host finds -----------------------------------------------------------------------

constexpr pbay_provider_vtbl kTable = {
    .size = sizeof kTable,
    .reserved = 0,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .get_extension = nullptr,
    .call_create = call_create,
    .build_request = build_request,
    .on_head = on_head,
    .on_frames = on_frames,
    .on_end = on_end,
    .call_destroy = call_destroy,
};
constexpr pbay_provider_type kType = {
    .size = sizeof kType,
    .flags = 0,
    .type = str("cpp-libcxx"),
    .config_schema = str(kSchema),
    .modes = PBAY_MODE_BIT(PBAY_MODE_CHAT),
    .vtbl = &kTable,
};
constexpr const pbay_provider_type* kTypes[] = {&kType};

pbay_status init(const pbay_host* given) noexcept {
  host = given;
  return PBAY_OK;
}

void deinit() noexcept {
  host = nullptr;
}

constexpr pbay_plugin kPlugin = {
    .magic = PBAY_MAGIC,
    .size = sizeof kPlugin,
    .abi_major = PBAY_ABI_MAJOR,
    .abi_minor = PBAY_ABI_MINOR,
    .need_host_minor = 0,
    .flags = PBAY_PLUGIN_NEVER_UNLOAD,  // libc++ keeps a key of every thread that has thrown
    .id = str("org.example.cpp-libcxx"),
    .version = str("1.0.0"),
    .vendor = str("Example"),
    .license = str("Apache-2.0"),
    .url = str(""),
    .types = kTypes,
    .type_count = std::size(kTypes),
    .init = init,
    .deinit = deinit,
    .get_extension = nullptr,
};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return hello->abi_major == PBAY_ABI_MAJOR ? &kPlugin : nullptr;
}
