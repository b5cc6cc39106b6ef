// What an upstream's refusal means: a status, headers and a body of any of the shapes in use become
// one category, one message and one code.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "patchbay/call.hpp"
#include "patchbay/host.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins {

struct UpstreamError {
  std::int32_t category = PBAY_ERR_UPSTREAM;
  std::string message;
  std::string code;
  std::string param;
  std::int64_t retry_after_ms = -1;
  std::uint32_t flags = 0;  // PBAY_ERRF_*

  // For fail(); views into this object and `upstream_body`.
  [[nodiscard]] sdk::Failure failure(std::string_view upstream_body = {}) const;
};

// An answer of status 300 and above. Understands {"error": {...}}, {"error": "..."},
// {"message": ...}, {"detail": ...}, arrays of these, plain text and HTML; `body` may be empty or
// cut short. `now_unix_ms` is what a Retry-After date is counted from.
UpstreamError classify_answer(int status,
                              std::span<const pbay_kv> headers,
                              std::string_view body,
                              std::int64_t now_unix_ms);

// Those of an answer's headers that classify_answer() reads, kept for as long as the call lives:
// the body, which says the rest, comes when they have gone.
std::span<const pbay_kv> keep_error_headers(const sdk::Call& call,
                                            std::span<const pbay_kv> headers);

// An error that came inside a 2xx answer: the value of its `error`, or the object that is the
// error. The status is taken from the error's own code where that is one.
UpstreamError classify_error_value(JsonValue value);

// A fault of the upstream that no one wrote an error for: a broken stream, a wrong content type.
UpstreamError upstream_fault(std::string message);

// The default flags (retry, fail over) of a category.
std::uint32_t flags_of(std::int32_t category);

// What OpenAI calls an error of a category, in its `type`.
std::string_view openai_type_of(std::int32_t category);

// The category that an HTTP status stands for when nothing else is known.
std::int32_t category_of_status(int status);

}  // namespace patchbay::plugins
