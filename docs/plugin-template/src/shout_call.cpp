#include "shout_call.hpp"

#include <string>

#include "shout_provider.hpp"

namespace shout {
namespace {

namespace sdk = patchbay::sdk;

// What a status of the service means; the host decides from it what the client sees, and whether
// another try or another provider may help.
sdk::Failure failure_of(int status, std::string_view words) {
  sdk::Failure failure{.category = PBAY_ERR_UPSTREAM, .message = words};
  if (words.empty()) failure.message = "the service refused the request";
  if (status == 400 || status == 422) failure.category = PBAY_ERR_BAD_REQUEST;
  if (status == 401) failure.category = PBAY_ERR_AUTH;
  if (status == 403) failure.category = PBAY_ERR_FORBIDDEN;
  if (status == 404) failure.category = PBAY_ERR_NOT_FOUND;
  if (status == 413) failure.category = PBAY_ERR_TOO_LARGE;
  if (status == 429) failure.category = PBAY_ERR_RATE_LIMIT;
  if (status == 503 || status == 529) failure.category = PBAY_ERR_OVERLOADED;
  if (status == 429 || status >= 500) failure.flags = PBAY_ERRF_RETRY_SAME | PBAY_ERRF_FAILOVER;
  return failure;
}

// The client reads these words, and a service may repeat the key in them.
std::string without(std::string_view words, std::string_view secret) {
  std::string shown(words);
  if (secret.empty()) return shown;
  for (std::size_t at = shown.find(secret); at != shown.npos; at = shown.find(secret, at)) {
    shown.replace(at, secret.size(), "***");
    at += 3;
  }
  return shown;
}

}  // namespace

ShoutCall::ShoutCall(const ShoutProvider& provider, const pbay_request& request)
    : sdk::Call(provider.host, request), provider_(provider) {}

pbay_status ShoutCall::build_request(sdk::HttpRequest& out) {
  out.post(provider_.url(), PBAY_FRAME_SSE);
  out.headers(provider_.headers());
  out.body(allocate(sdk::piece(body())));  // the client's own bytes, not copied
  return PBAY_OK;
}

pbay_status ShoutCall::on_head(const pbay_http_head& head, sdk::Sink& sink) {
  status_ = head.status;
  if (status_ >= 300 && status_ < 400) {
    return fail({.category = PBAY_ERR_UPSTREAM, .message = "the service redirects; see base_url"});
  }
  if (status_ >= 400) return PBAY_OK;  // what it means stands in the body
  return sink.meta({.model = model()});
}

pbay_status ShoutCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (status_ >= 400) {
    const std::string words = without(sdk::view(frames.front().data), provider_.api_key());
    return fail(failure_of(status_, words));
  }
  for (const pbay_frame& frame : frames) {
    if (sdk::view(frame.event) == "error") {
      const std::string words = without(sdk::view(frame.data), provider_.api_key());
      return fail({.category = PBAY_ERR_UPSTREAM, .message = words});
    }
    sink.text({}, sdk::view(frame.data));
    has_text_ = true;
  }
  return sink.status();
}

pbay_status ShoutCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (status_ >= 400) return fail(failure_of(status_, {}));
  if (end.status < 0) return fail_transport(end);
  if (has_text_) sink.item_end({});
  return sink.finish(0, PBAY_FINISH_STOP, "");
}

}  // namespace shout
