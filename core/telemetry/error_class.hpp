// Why an answer was an error, in the few words that metrics can afford.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace patchbay::telemetry {

enum class ErrorClass : std::uint8_t {
  kInternal,
  kBadRequest,
  kAuth,
  kForbidden,
  kNotFound,
  kModelNotFound,
  kRateLimit,
  kQuota,
  kOverloaded,
  kUpstream,
  kTimeout,
  kContent,
  kContextLength,
  kCancelled,
  kTooLarge,
  kConflict,
  kClientGone,  // the client left before the end
};

inline constexpr std::array<std::string_view, 17> kErrorClassNames{"internal",
                                                                   "bad_request",
                                                                   "auth",
                                                                   "forbidden",
                                                                   "not_found",
                                                                   "model_not_found",
                                                                   "rate_limit",
                                                                   "quota",
                                                                   "overloaded",
                                                                   "upstream",
                                                                   "timeout",
                                                                   "content",
                                                                   "context_length",
                                                                   "cancelled",
                                                                   "too_large",
                                                                   "conflict",
                                                                   "client_gone"};

inline constexpr std::size_t kErrorClasses = kErrorClassNames.size();

constexpr std::size_t index_of(ErrorClass error) {
  return static_cast<std::size_t>(error);
}

static_assert(kErrorClasses == index_of(ErrorClass::kClientGone) + 1);

}  // namespace patchbay::telemetry
