#include "core/upstream/exchange_error.hpp"

#include <utility>

#include "core/upstream/duration_text.hpp"

namespace patchbay::upstream {

Error silence_error(const Endpoint& endpoint, const Timeouts& timeouts, bool started) {
  return make_error(ErrorCode::kTimeout,
                    started ? "timed out: " + endpoint.name + " sent nothing for " +
                                  duration_text(timeouts.idle) + " in the middle of its answer"
                            : "timed out waiting for the first byte of an answer from " +
                                  endpoint.name + " after " + duration_text(timeouts.first_byte));
}

Error total_time_error(const Endpoint& endpoint, const Timeouts& timeouts) {
  return make_error(
      ErrorCode::kTimeout,
      "timed out: " + endpoint.name + " did not finish within " + duration_text(timeouts.total));
}

Error answer_error(const Endpoint& endpoint, const ResponseParser& parser) {
  const char* const what =
      parser.cut_short() ? " cut its answer short: " : " did not answer in HTTP/1.1: ";
  return make_error(ErrorCode::kProtocol, endpoint.name + what + parser.fault());
}

Error lost_error(const Endpoint& endpoint, bool has_head, bool broke, std::string detail) {
  if (has_head) {
    return make_error(ErrorCode::kProtocol,
                      "the connection to " + endpoint.name + " broke in the middle of its answer",
                      std::move(detail));
  }
  if (broke) {
    return make_error(ErrorCode::kUnavailable,
                      "the connection to " + endpoint.name + " was reset before its answer",
                      std::move(detail));
  }
  return make_error(ErrorCode::kUnavailable,
                    endpoint.name + " closed the connection without an answer");
}

telemetry::UpstreamError kind_of(const Error& error, bool connected, const ResponseParser& parser) {
  using telemetry::UpstreamError;
  switch (error.code) {
    case ErrorCode::kTimeout:
      return UpstreamError::kTimeout;
    case ErrorCode::kInvalid:
      return UpstreamError::kRefused;
    case ErrorCode::kUnavailable:
      return connected ? UpstreamError::kCut : UpstreamError::kConnect;
    default:
      const bool faulty = !parser.fault().empty() && !parser.cut_short();
      return faulty ? UpstreamError::kProtocol : UpstreamError::kCut;
  }
}

}  // namespace patchbay::upstream
