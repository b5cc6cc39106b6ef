#include "core/plugin_host/credential_source.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>

#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/guarded.hpp"
#include "core/plugin_host/provider_instance.hpp"
#include "core/plugin_host/running.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

using std::chrono::nanoseconds;

// A credential that is said to be good for longer is asked for again after so long.
constexpr nanoseconds kLongest = std::chrono::hours(24 * 365);

bool filled(pbay_str text) {
  return text.ptr != nullptr && text.len != 0;
}

// Copies what the plugin filled in; nothing if it cannot be sent.
std::optional<CredentialSource::Request> copy_request(const pbay_http_request& http) {
  if (!filled(http.method) || !filled(http.url)) return std::nullopt;
  if (http.headers == nullptr && http.header_count != 0) return std::nullopt;
  if (http.body == nullptr && http.body_count != 0) return std::nullopt;
  CredentialSource::Request request;
  request.method = text_of(http.method);
  request.url = text_of(http.url);
  for (std::size_t i = 0; i < http.header_count; ++i) {
    request.headers.emplace_back(text_of(http.headers[i].key), text_of(http.headers[i].value));
  }
  for (std::size_t i = 0; i < http.body_count; ++i) {
    const pbay_piece& piece = http.body[i];
    // There is no client whose body could be meant.
    if (piece.source != PBAY_PIECE_BYTES) return std::nullopt;
    if (piece.bytes.len == 0) continue;
    if (piece.bytes.ptr == nullptr) return std::nullopt;
    request.body.append(reinterpret_cast<const char*>(piece.bytes.ptr), piece.bytes.len);
  }
  return request;
}

class PluginCredentials final : public CredentialSource {
 public:
  PluginCredentials(ProviderInstance& instance,
                    const pbay_provider_credentials& table,
                    std::weak_ptr<ControlThread> control)
      : instance_(instance), table_(table), control_(std::move(control)) {}

  void build_request(Built done) override {
    run([this, done = std::move(done)] {
      CallError failure;
      std::optional<Request> request = build(failure);
      done(std::move(request), std::move(failure));
    });
  }

  void on_response(Response response, Taken done) override {
    run([this, response = std::move(response), done = std::move(done)] {
      CallError failure;
      const std::optional<nanoseconds> valid_for = take(response, failure);
      done(valid_for, std::move(failure));
    });
  }

 private:
  void run(std::function<void()> work) {
    const std::shared_ptr<ControlThread> control = control_.lock();
    if (control == nullptr) return;
    control->expect();
    control->run(std::move(work));
  }

  static void say_status(CallError& failure, const char* function, pbay_status status) {
    if (!failure.message.empty()) return;
    failure.message =
        "credentials." + std::string(function) + "() failed with status " + std::to_string(status);
  }

  std::optional<Request> build(CallError& failure) {
    const std::lock_guard lock(instance_.control());
    const Running scope({.call = nullptr, .control_error = &failure, .sink = nullptr});
    pbay_http_request http{};
    http.size = sizeof http;
    const pbay_status status = guarded(instance_.host(),
                                       "credentials.build_request",
                                       pbay_status{PBAY_E_PANIC},
                                       table_.build_request,
                                       instance_.provider(),
                                       &http);
    if (status < 0) {
      say_status(failure, "build_request", status);
      return std::nullopt;
    }
    std::optional<Request> request = copy_request(http);
    if (!request) {
      instance_.host().misbehaved("credentials.build_request() gave what cannot be sent");
      failure.message = "the plugin gave a request for its credential that cannot be sent";
    }
    return request;
  }

  std::optional<nanoseconds> take(const Response& response, CallError& failure) {
    std::vector<pbay_kv> headers;
    for (const auto& [name, value] : response.headers)
      headers.push_back({view_of(name), view_of(value)});
    pbay_http_head head{};
    head.size = sizeof head;
    head.status = response.status;
    head.framing = PBAY_FRAME_WHOLE;
    head.headers = headers.data();
    head.header_count = headers.size();
    const pbay_bytes body{reinterpret_cast<const std::uint8_t*>(response.body.data()),
                          response.body.size()};
    const std::lock_guard lock(instance_.control());
    const Running scope({.call = nullptr, .control_error = &failure, .sink = nullptr});
    std::uint64_t valid_for_ns = 0;
    const pbay_status status = guarded(instance_.host(),
                                       "credentials.on_response",
                                       pbay_status{PBAY_E_PANIC},
                                       table_.on_response,
                                       instance_.provider(),
                                       static_cast<const pbay_http_head*>(&head),
                                       body,
                                       &valid_for_ns);
    if (status < 0) {
      say_status(failure, "on_response", status);
      return std::nullopt;
    }
    constexpr auto kMost = static_cast<std::uint64_t>(kLongest.count());
    return nanoseconds(static_cast<std::int64_t>(std::min(valid_for_ns, kMost)));
  }

  ProviderInstance& instance_;
  const pbay_provider_credentials& table_;
  const std::weak_ptr<ControlThread> control_;
};

}  // namespace

std::unique_ptr<CredentialSource> credential_source(ProviderInstance& instance,
                                                    const pbay_provider_credentials& table,
                                                    std::weak_ptr<ControlThread> control) {
  return std::make_unique<PluginCredentials>(instance, table, std::move(control));
}

}  // namespace patchbay::plugin_host
