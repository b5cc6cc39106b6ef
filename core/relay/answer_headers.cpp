#include "core/relay/answer_headers.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "core/chat/failure.hpp"
#include "core/http/date.hpp"

namespace patchbay::relay {
namespace {

using http::equals_ignoring_case;
using http::starts_with_ignoring_case;

bool is_rate_limit(std::string_view name) {
  while (!starts_with_ignoring_case(name, "ratelimit-")) {
    const std::size_t dash = name.find('-');
    if (dash == std::string_view::npos) return false;
    name.remove_prefix(dash + 1);
  }
  return true;
}

bool names_request(std::string_view name) {
  return equals_ignoring_case(name, "x-request-id") || equals_ignoring_case(name, "request-id") ||
         equals_ignoring_case(name, "apim-request-id");
}

}  // namespace

bool is_encoded(const http::HeaderList& upstream) {
  const auto coding = upstream.find("content-encoding");
  return coding && !coding->empty() && !equals_ignoring_case(*coding, "identity");
}

std::int64_t retry_after_ms(const http::HeaderList& upstream) {
  if (const auto ms = upstream.find("retry-after-ms")) {
    double value = 0;
    const auto [end, error] = std::from_chars(ms->data(), ms->data() + ms->size(), value);
    if (error == std::errc() && end == ms->data() + ms->size() && value >= 0 && value < 1e12) {
      return static_cast<std::int64_t>(value);
    }
  }
  if (const auto text = upstream.find("retry-after")) {
    if (const auto seconds = http::parse_retry_after(*text)) {
      return std::min<std::int64_t>(*seconds, 1'000'000'000) * 1000;
    }
  }
  return -1;
}

void add_retry_after(http::HeaderList& headers, std::int64_t wait_ms) {
  headers.set("retry-after", std::to_string((wait_ms + 999) / 1000));
  headers.set("retry-after-ms", std::to_string(wait_ms));
}

http::HeaderList client_headers(const http::HeaderList& upstream, std::string_view vendor_prefix) {
  http::HeaderList out;
  for (const auto& [name, value] : upstream) {
    const bool vendors = !vendor_prefix.empty() && starts_with_ignoring_case(name, vendor_prefix);
    if (vendors || is_rate_limit(name)) {
      out.add(name, value);
    } else if (names_request(name) && !out.find("x-upstream-request-id")) {
      out.add("x-upstream-request-id", value);
    }
  }
  chat::Failure wait;
  wait.retry_after_ms = retry_after_ms(upstream);
  if (wait.retry_after_ms >= 0) add_retry_after(out, chat::clamped_retry_after_ms(wait));
  return out;
}

}  // namespace patchbay::relay
