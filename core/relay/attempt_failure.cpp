// The half of an attempt that says why it failed.

#include "core/relay/attempt_failure.hpp"

#include <string>

#include "core/relay/answer_headers.hpp"
#include "core/relay/attempt.hpp"

namespace patchbay::relay {

chat::Failure failure_of(const plugin_host::CallError& error) {
  chat::Failure failure;
  failure.category = error.category;
  failure.status = error.http_status;
  failure.message = error.message;
  failure.code = error.code;
  failure.param = error.param;
  failure.retry_after_ms = error.retry_after_ms;
  failure.upstream_body = error.upstream_body;
  return failure;
}

chat::Failure Attempt::plugin_failure(pbay_status status) const {
  chat::Failure failure = failure_of(call_->error());
  const bool refused = answer_status_ >= 300;
  if (body_unreadable_) failure.upstream_body.clear();
  if (!failure.upstream_body.empty()) failure.upstream_content_type = answer_type_;
  // A provider that does its own work has no answer whose type could be told.
  if (active() && failure.upstream_body.starts_with('{')) {
    failure.upstream_content_type = "application/json";
  }
  if (failure.message.empty()) {
    failure.message = "The provider `" + provider_.instance->name() + "` failed (status " +
                      std::to_string(status) + ")";
    if (refused) {
      failure.category = answer_status_ == 401 ? PBAY_ERR_AUTH : PBAY_ERR_UPSTREAM;
      failure.message += "; its upstream answered " + std::to_string(answer_status_);
    }
  }
  if (failure.status == 0 && answer_status_ >= 400) failure.status = answer_status_;
  if (failure.category == PBAY_ERR_AUTH) {
    // The key is ours: what the vendor says about it (some quote a part) is not for the client.
    failure.message =
        "The upstream of provider `" + provider_.instance->name() + "` refused its credentials";
    failure.upstream_body.clear();
  }
  if (failure.retry_after_ms < 0) failure.retry_after_ms = retry_after_ms(answer_headers_);
  return failure;
}

chat::Failure Attempt::transport_failure(const Error& error) const {
  chat::Failure failure;
  failure.category = error.code == ErrorCode::kTimeout ? PBAY_ERR_TIMEOUT : PBAY_ERR_UPSTREAM;
  failure.unreachable = answer_status_ == 0 && (error.code == ErrorCode::kUnavailable ||
                                                error.code == ErrorCode::kTimeout);
  failure.message =
      "The upstream of provider `" + provider_.instance->name() + "` failed: " + error.message;
  return failure;
}

}  // namespace patchbay::relay
