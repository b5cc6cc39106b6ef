// An upstream's refusal, whatever it looks like, becomes an error that can be shown.

#include <array>
#include <string>

#include "core/dialects/openai_chat/error_body.hpp"
#include "core/http/date.hpp"
#include "core/json/scan.hpp"
#include "core/relay/answer_headers.hpp"
#include "patchbay/host.hpp"
#include "plugins/shared/upstream_error.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace sdk = patchbay::sdk;

constexpr std::int64_t kNowMs = 1'700'000'000'000;
constexpr std::int64_t kDayMs = 86'400'000;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void check_headers(std::string_view after, std::string_view after_ms) {
  patchbay::http::HeaderList headers;
  headers.add("Retry-After", after);
  headers.add("retry-after-ms", after_ms);
  headers.add("x-ratelimit-remaining", after);
  headers.add("set-cookie", after);
  require(patchbay::relay::retry_after_ms(headers) >= -1);
  require(!patchbay::relay::client_headers(headers, "vendor-").find("set-cookie"));
  if (const auto date = patchbay::http::parse_date(after, kNowMs / 1000)) {
    require(patchbay::http::parse_date(patchbay::http::format_date(*date), kNowMs / 1000) == date);
  }
}

}  // namespace

// The first byte makes the status, the next lines are Retry-After and retry-after-ms, the rest is
// the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int status = 300 + data[0];
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view after = take_line(body);
  const std::string_view after_ms = take_line(body);
  check_headers(after, after_ms);

  const std::array<pbay_kv, 2> headers{{{sdk::str("retry-after"), sdk::str(after)},
                                        {sdk::str("retry-after-ms"), sdk::str(after_ms)}}};
  const auto error = patchbay::plugins::classify_answer(status, headers, body, kNowMs);
  require(!error.message.empty());
  require(error.category >= 0 && error.category <= PBAY_ERR_MODEL_NOT_FOUND);
  require(error.retry_after_ms >= -1 && error.retry_after_ms <= kDayMs);
  patchbay::chat::Failure failure{.category = error.category, .message = error.message};
  failure.code = error.code;
  failure.param = error.param;
  const int shown = patchbay::chat::status_of(failure);
  require(shown >= 400 && shown <= 599);
  require(
      patchbay::json::validate(patchbay::dialects::openai_chat::error_body(failure)).has_value());
  return 0;
}
