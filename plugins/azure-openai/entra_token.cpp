#include "plugins/azure-openai/entra_token.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "plugins/shared/json_text.hpp"
#include "plugins/shared/redact.hpp"

namespace patchbay::plugins::azure_openai {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLongest = 7 * 24 * 3600;  // seconds; who says more is mistaken

void append_form_value(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
}

std::string form_of(const EntraSettings& settings) {
  std::string form = "grant_type=client_credentials&client_id=";
  append_form_value(form, settings.client_id);
  form += "&client_secret=";
  append_form_value(form, settings.client_secret);
  form += "&scope=";
  append_form_value(form, settings.scope);
  return form;
}

// Seconds, as a number or, from some, as text.
std::int64_t lifetime_of(JsonValue value) {
  std::int64_t seconds = 0;
  if (const auto number = value.integer()) {
    seconds = *number;
  } else {
    const std::string_view text = value.escaped();
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  }
  return std::clamp<std::int64_t>(seconds, 0, kLongest);
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// {"error": "invalid_client", "error_description": "AADSTS7000215: ... Trace ID: ..."}.
std::string words_of(JsonValue answer) {
  std::string words = answer["error"].string();
  std::string more = answer["error_description"].string();
  more.resize(std::min({more.size(), more.find_first_of("\r\n"), more.find(" Trace ID:")}));
  if (!more.empty()) words += (words.empty() ? "" : ": ") + more;
  return words;
}

}  // namespace

EntraToken::EntraToken(const EntraSettings& settings)
    : url_(settings.token_url), form_(form_of(settings)), secret_(settings.client_secret) {}

std::optional<UpstreamError> EntraToken::take(const pbay_http_head& head,
                                              std::string_view body,
                                              std::int64_t now_unix_ms,
                                              std::uint64_t& valid_for_ns) {
  JsonText json;
  const bool is_json = json.parse(body) && json.root().is_object();
  if (head.status != 200) {
    UpstreamError error = classify_answer(
        head.status, {head.headers, head.header_count}, is_json ? "" : body, now_unix_ms);
    if (is_json) error.message = words_of(json.root());
    // Whatever the word is, it is our credential that is refused.
    if (error.category != PBAY_ERR_RATE_LIMIT && head.status < 500) {
      error.category = PBAY_ERR_AUTH;
    }
    redact(error.message, secret_);
    return error;
  }
  const std::string token = is_json ? json.root()["access_token"].string() : std::string();
  if (!is_token(token)) return upstream_fault("the answer holds no token");
  const std::int64_t seconds = lifetime_of(json.root()["expires_in"]);
  if (seconds == 0) return upstream_fault("the answer does not say how long its token is good for");
  valid_for_ns = static_cast<std::uint64_t>(seconds) * kSecond;
  auto fresh = std::make_shared<const std::string>("Bearer " + token);
  const std::lock_guard lock(mutex_);
  authorization_ = std::move(fresh);
  return std::nullopt;
}

std::shared_ptr<const std::string> EntraToken::authorization() const {
  const std::lock_guard lock(mutex_);
  return authorization_;
}

}  // namespace patchbay::plugins::azure_openai
