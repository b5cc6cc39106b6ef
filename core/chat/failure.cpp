#include "core/chat/failure.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace patchbay::chat {
namespace {

using telemetry::ErrorClass;

struct Row {
  std::int32_t category;
  ErrorClass error_class;
  int status;
  std::string_view type;
  std::string_view code;
};

constexpr Row kInternal{
    PBAY_ERR_INTERNAL, ErrorClass::kInternal, 500, "server_error", "internal_error"};

constexpr std::array kTable{
    kInternal,
    Row{PBAY_ERR_BAD_REQUEST, ErrorClass::kBadRequest, 400, "invalid_request_error", ""},
    Row{PBAY_ERR_AUTH, ErrorClass::kAuth, 502, "server_error", "upstream_auth"},
    Row{PBAY_ERR_FORBIDDEN, ErrorClass::kForbidden, 403, "permission_error", "forbidden"},
    Row{PBAY_ERR_NOT_FOUND, ErrorClass::kNotFound, 404, "invalid_request_error", "not_found"},
    Row{PBAY_ERR_MODEL_NOT_FOUND,
        ErrorClass::kModelNotFound,
        404,
        "invalid_request_error",
        "model_not_found"},
    Row{PBAY_ERR_RATE_LIMIT,
        ErrorClass::kRateLimit,
        429,
        "rate_limit_exceeded",
        "rate_limit_exceeded"},
    Row{PBAY_ERR_QUOTA, ErrorClass::kQuota, 429, "insufficient_quota", "insufficient_quota"},
    Row{PBAY_ERR_OVERLOADED, ErrorClass::kOverloaded, 503, "server_error", "overloaded"},
    Row{PBAY_ERR_UPSTREAM, ErrorClass::kUpstream, 502, "server_error", "upstream_error"},
    Row{PBAY_ERR_TIMEOUT, ErrorClass::kTimeout, 504, "server_error", "timeout"},
    Row{PBAY_ERR_CONTENT, ErrorClass::kContent, 400, "invalid_request_error", "content_filter"},
    Row{PBAY_ERR_CONTEXT_LEN,
        ErrorClass::kContextLength,
        400,
        "invalid_request_error",
        "context_length_exceeded"},
    Row{PBAY_ERR_CANCELLED, ErrorClass::kCancelled, 499, "server_error", "cancelled"},
    Row{PBAY_ERR_TOO_LARGE,
        ErrorClass::kTooLarge,
        413,
        "invalid_request_error",
        "request_too_large"},
    Row{PBAY_ERR_CONFLICT, ErrorClass::kConflict, 409, "invalid_request_error", "conflict"},
};

const Row& row_of(std::int32_t category) {
  for (const Row& row : kTable) {
    if (row.category == category) return row;
  }
  return kInternal;  // a category of a later minor version
}

// What a status says where the category says only who is to blame.
std::optional<ErrorClass> class_of_status(int status) {
  switch (status) {
    case 403:
      return ErrorClass::kForbidden;
    case 404:
      return ErrorClass::kNotFound;
    case 408:
    case 504:
      return ErrorClass::kTimeout;
    case 409:
      return ErrorClass::kConflict;
    case 413:
    case 431:
      return ErrorClass::kTooLarge;
    case 429:
      return ErrorClass::kRateLimit;
    case 503:
      return ErrorClass::kOverloaded;
    default:
      return std::nullopt;
  }
}

constexpr std::int64_t kRetryAfterMinMs = 1'000;
constexpr std::int64_t kRetryAfterMaxMs = 60'000;

}  // namespace

int status_of(const Failure& failure) {
  if (failure.category == PBAY_ERR_AUTH) return row_of(PBAY_ERR_AUTH).status;
  if (failure.status >= 400 && failure.status <= 599) return failure.status;
  return row_of(failure.category).status;
}

std::string_view type_of(const Failure& failure) {
  return row_of(failure.category).type;
}

std::string_view code_of(const Failure& failure) {
  if (!failure.code.empty() && failure.category != PBAY_ERR_AUTH) return failure.code;
  return row_of(failure.category).code;
}

telemetry::ErrorClass class_of(const Failure& failure) {
  const Row& row = row_of(failure.category);
  const bool vague =
      row.error_class == ErrorClass::kBadRequest || row.error_class == ErrorClass::kInternal;
  return vague ? class_of_status(failure.status).value_or(row.error_class) : row.error_class;
}

Failure bad_request(std::string message, std::string param, std::string code) {
  Failure failure;
  failure.category = PBAY_ERR_BAD_REQUEST;
  failure.message = std::move(message);
  failure.param = std::move(param);
  failure.code = std::move(code);
  return failure;
}

std::int64_t clamped_retry_after_ms(const Failure& failure) {
  if (failure.retry_after_ms < 0) return -1;
  return std::clamp(failure.retry_after_ms, kRetryAfterMinMs, kRetryAfterMaxMs);
}

}  // namespace patchbay::chat
