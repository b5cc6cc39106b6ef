#include "core/plugin_host/call_error.hpp"

#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr std::size_t kMaxText = 64 * 1024;
constexpr std::size_t kMaxBody = 256 * 1024;

ErrorCode code_of(std::int32_t category) {
  switch (category) {
    case PBAY_ERR_BAD_REQUEST:
    case PBAY_ERR_CONTENT:
    case PBAY_ERR_CONTEXT_LEN:
      return ErrorCode::kInvalid;
    case PBAY_ERR_NOT_FOUND:
    case PBAY_ERR_MODEL_NOT_FOUND:
      return ErrorCode::kNotFound;
    case PBAY_ERR_TOO_LARGE:
      return ErrorCode::kTooLarge;
    case PBAY_ERR_CONFLICT:
      return ErrorCode::kConflict;
    case PBAY_ERR_TIMEOUT:
      return ErrorCode::kTimeout;
    case PBAY_ERR_CANCELLED:
      return ErrorCode::kCancelled;
    case PBAY_ERR_RATE_LIMIT:
    case PBAY_ERR_QUOTA:
    case PBAY_ERR_OVERLOADED:
    case PBAY_ERR_UPSTREAM:
    case PBAY_ERR_AUTH:
    case PBAY_ERR_FORBIDDEN:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

CallError copy_error(const pbay_error& error) {
  CallError copy;
  const auto text = [](std::string_view view, std::size_t limit) {
    return std::string(view.substr(0, limit));
  };
  if (PBAY_HAS(&error, flags)) copy.flags = error.flags;
  if (PBAY_HAS(&error, category)) copy.category = error.category;
  if (PBAY_HAS(&error, http_status)) copy.http_status = error.http_status;
  if (PBAY_HAS(&error, retry_after_ms)) copy.retry_after_ms = error.retry_after_ms;
  if (PBAY_HAS(&error, message)) copy.message = text(text_of(error.message), kMaxText);
  if (PBAY_HAS(&error, code)) copy.code = text(text_of(error.code), kMaxText);
  if (PBAY_HAS(&error, param)) copy.param = text(text_of(error.param), kMaxText);
  if (PBAY_HAS(&error, upstream_body)) {
    copy.upstream_body = text(text_of(error.upstream_body), kMaxBody);
  }
  return copy;
}

Error to_error(const CallError& error) {
  return make_error(code_of(error.category),
                    error.message.empty() ? "the provider failed" : error.message,
                    error.code);
}

}  // namespace patchbay::plugin_host
