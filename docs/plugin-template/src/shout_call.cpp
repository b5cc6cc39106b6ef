#include "shout_call.hpp"

#include <string>

#include "shout_provider.hpp"

namespace shout {
namespace {

namespace sdk = patchbay::sdk;

// What a status of the service means; the host decides from it what the client sees, and whether
// another try or another provider may help.
sdk::Failure failure_of(int status, std::string_view body) {
  sdk::Failure failure{.category = PBAY_ERR_UPSTREAM, .message = body};
  if (body.empty()) failure.message = "the service refused the request";
  if (status == 400 || status == 422) failure.category = PBAY_ERR_BAD_REQUEST;
  if (status == 401) failure.category = PBAY_ERR_AUTH;
  if (status == 403) failure.category = PBAY_ERR_FORBIDDEN;
  if (status == 404) failure.category = PBAY_ERR_NOT_FOUND;
  if (status == 429) failure.category = PBAY_ERR_RATE_LIMIT;
  if (status == 503 || status == 529) failure.category = PBAY_ERR_OVERLOADED;
  if (status == 429 || status >= 500) failure.flags = PBAY_ERRF_RETRY_SAME | PBAY_ERRF_FAILOVER;
  return failure;
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
  if (status_ >= 400) return fail(failure_of(status_, sdk::view(frames.front().data)));
  for (const pbay_frame& frame : frames) {
    if (sdk::view(frame.event) == "error") {
      return fail({.category = PBAY_ERR_UPSTREAM, .message = sdk::view(frame.data)});
    }
    sink.text({}, sdk::view(frame.data));
  }
  return sink.status();
}

pbay_status ShoutCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (status_ >= 400) return fail(failure_of(status_, {}));
  if (end.status < 0) return fail_transport(end);
  sink.item_end({});
  return sink.finish(0, PBAY_FINISH_STOP, "");
}

}  // namespace shout
