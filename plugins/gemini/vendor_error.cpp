#include "plugins/gemini/vendor_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr double kLongestWaitSeconds = 86'400;

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != text.npos;
  });
}

struct StatusName {
  std::string_view name;
  std::int32_t category;
};
constexpr std::array kStatusNames{StatusName{"INVALID_ARGUMENT", PBAY_ERR_BAD_REQUEST},
                                  StatusName{"FAILED_PRECONDITION", PBAY_ERR_BAD_REQUEST},
                                  StatusName{"OUT_OF_RANGE", PBAY_ERR_BAD_REQUEST},
                                  StatusName{"UNAUTHENTICATED", PBAY_ERR_AUTH},
                                  StatusName{"PERMISSION_DENIED", PBAY_ERR_FORBIDDEN},
                                  StatusName{"NOT_FOUND", PBAY_ERR_NOT_FOUND},
                                  StatusName{"ALREADY_EXISTS", PBAY_ERR_CONFLICT},
                                  StatusName{"ABORTED", PBAY_ERR_CONFLICT},
                                  StatusName{"RESOURCE_EXHAUSTED", PBAY_ERR_RATE_LIMIT},
                                  StatusName{"UNAVAILABLE", PBAY_ERR_OVERLOADED},
                                  StatusName{"DEADLINE_EXCEEDED", PBAY_ERR_TIMEOUT},
                                  StatusName{"INTERNAL", PBAY_ERR_UPSTREAM},
                                  StatusName{"UNKNOWN", PBAY_ERR_UPSTREAM},
                                  StatusName{"CANCELLED", PBAY_ERR_UPSTREAM},
                                  StatusName{"UNIMPLEMENTED", PBAY_ERR_UPSTREAM},
                                  StatusName{"DATA_LOSS", PBAY_ERR_UPSTREAM}};

// What the details of an error say.
struct Details {
  std::string reason;  // of the ErrorInfo: "API_KEY_INVALID"
  std::string field;   // of the first violation
  std::int64_t retry_after_ms = -1;
  bool daily_quota = false;
};

Details read_details(JsonValue list) {
  Details details;
  for (const JsonValue detail : list.elements()) {
    if (detail["reason"].is_string()) details.reason = detail["reason"].string();
    if (detail["retryDelay"].is_string()) {
      details.retry_after_ms = duration_ms(detail["retryDelay"].string());
    }
    for (const JsonValue violation : detail["fieldViolations"].elements()) {
      if (details.field.empty()) details.field = violation["field"].string();
    }
    for (const JsonValue violation : detail["violations"].elements()) {
      const std::string quota = violation["quotaId"].string();
      details.daily_quota = details.daily_quota || has_any(quota, {"PerDay"});
    }
  }
  return details;
}

// Where the words are more exact than the status.
std::int32_t category_of(std::int32_t by_status,
                         const Details& details,
                         const std::string& message) {
  if (has_any(details.reason, {"API_KEY", "CONSUMER_", "SERVICE_DISABLED", "ACCESS_TOKEN"}) ||
      has_any(message, {"API key not valid", "API key expired", "API Key not found"})) {
    return PBAY_ERR_AUTH;
  }
  if (by_status == PBAY_ERR_RATE_LIMIT) {
    return details.daily_quota ? PBAY_ERR_QUOTA : PBAY_ERR_RATE_LIMIT;
  }
  if (has_any(message, {"exceeds the maximum number of tokens", "token limit exceeded"})) {
    return PBAY_ERR_CONTEXT_LEN;
  }
  if (has_any(message, {"payload size exceeds"})) return PBAY_ERR_TOO_LARGE;
  if (has_any(message, {"location is not supported"})) return PBAY_ERR_FORBIDDEN;
  if (by_status == PBAY_ERR_NOT_FOUND && has_any(message, {"models/", "odel"})) {
    return PBAY_ERR_MODEL_NOT_FOUND;
  }
  return by_status;
}

JsonValue error_in(JsonValue root) {
  for (const JsonValue one : root.elements()) {
    if (root.is_array() && one["error"].is_object()) return one["error"];
  }
  return root["error"];
}

// Puts what the vendor says over what the shape alone says.
void refine(JsonValue error, UpstreamError& out) {
  if (!error.is_object()) return;
  const std::string status = error["status"].string();
  const std::string message = error["message"].string();
  const std::int64_t code = error["code"].integer().value_or(0);
  std::int32_t by_status = out.category;
  if (code >= 400 && code < 600) by_status = category_of_status(static_cast<int>(code));
  for (const StatusName& known : kStatusNames) {
    if (known.name == status) by_status = known.category;
  }
  const Details details = read_details(error["details"]);
  out.category = category_of(by_status, details, message);
  out.flags = flags_of(out.category);
  if (has_any(message, {"location is not supported"})) out.flags |= PBAY_ERRF_FAILOVER;
  // A word of ours for these stands in the answer; the vendor's name would hide it.
  const bool named = out.category == PBAY_ERR_CONTEXT_LEN ||
                     out.category == PBAY_ERR_MODEL_NOT_FOUND || out.category == PBAY_ERR_AUTH ||
                     out.category == PBAY_ERR_RATE_LIMIT || out.category == PBAY_ERR_QUOTA ||
                     out.category == PBAY_ERR_OVERLOADED;
  if (named || !status.empty()) out.code = named ? std::string() : status;
  if (!details.field.empty()) out.param = details.field;
  if (details.retry_after_ms >= 0) out.retry_after_ms = details.retry_after_ms;
}

}  // namespace

std::int64_t duration_ms(std::string_view text) {
  if (!text.ends_with('s')) return -1;
  text.remove_suffix(1);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !(seconds >= 0)) return -1;
  return static_cast<std::int64_t>(std::min(seconds, kLongestWaitSeconds) * 1000);
}

UpstreamError classify_vendor_answer(int status,
                                     std::span<const pbay_kv> headers,
                                     std::string_view body,
                                     std::int64_t now_unix_ms) {
  UpstreamError error = classify_answer(status, headers, body, now_unix_ms);
  JsonText json;
  if (json.parse(trimmed(body))) {
    refine(error_in(json.root()), error);
  }
  return error;
}

UpstreamError classify_vendor_value(JsonValue value) {
  UpstreamError error = classify_error_value(value);
  refine(value, error);
  return error;
}

}  // namespace patchbay::plugins::gemini
