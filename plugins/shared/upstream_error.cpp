#include "plugins/shared/upstream_error.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "plugins/shared/retry_after.hpp"

namespace patchbay::plugins {
namespace {

constexpr std::size_t kMessageBytesMax = 2000;  // what of an upstream's text is worth showing

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// Cuts before a UTF-8 sequence, never inside one.
std::string_view shortened(std::string_view text) {
  if (text.size() <= kMessageBytesMax) return text;
  std::size_t end = kMessageBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end);
}

// What an error body says, before anything is concluded from it.
struct Said {
  std::string message;
  std::string code;
  std::string type;
  std::string param;
};

std::string text_or_number(JsonValue value) {
  return value.kind() == JsonKind::kNumber ? std::string(value.raw()) : value.string();
}

// {"message": ..., "code": ..., "type": ..., "param": ...}, a string, {"detail": ...}, or a list of
// complaints about fields, [{"loc": [...], "msg": ...}].
void read_error(JsonValue error, Said& said) {
  if (error.is_string()) {
    said.message = error.string();
    return;
  }
  if (error.is_array()) {
    for (const JsonValue entry : error.elements()) {
      if (said.message.empty()) read_error(entry["error"] ? entry["error"] : entry, said);
    }
    return;
  }
  if (!error.is_object()) return;
  for (const char* name : {"message", "msg", "detail", "error", "error_description"}) {
    if (!said.message.empty()) break;
    const JsonValue value = error[name];
    if (value) read_error(value, said);
  }
  if (said.code.empty()) said.code = text_or_number(error["code"]);
  if (said.type.empty()) said.type = error["type"].string();
  if (said.type.empty()) said.type = error["status"].string();
  if (said.param.empty()) said.param = error["param"].string();
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != text.npos;
  });
}

// Where the vendor's words are more exact than its status. PBAY_ERR_INTERNAL stands for "they say
// nothing more".
std::int32_t category_of_words(int status, const Said& said) {
  const std::string names = lower(said.code) + " " + lower(said.type);
  const std::string message = lower(said.message);
  if (has_any(names, {"context_length_exceeded", "too_many_prompt_tokens"}) ||
      (status < 500 && has_any(message,
                               {"context length",
                                "context window",
                                "prompt too long",
                                "prompt is too long",
                                "length of all messages is too long"}))) {
    return PBAY_ERR_CONTEXT_LEN;
  }
  if (has_any(names, {"content_filter", "content_policy", "responsibleaipolicy", "moderation"})) {
    return PBAY_ERR_CONTENT;
  }
  if (has_any(names, {"insufficient_quota", "billing_hard_limit", "quota_exceeded"}) ||
      has_any(message, {"exceeded your current quota"})) {
    return PBAY_ERR_QUOTA;
  }
  if (has_any(names, {"model_not_found"}) ||
      ((status == 400 || status == 404) && has_any(message, {"model"}) &&
       has_any(message, {"does not exist", "not found", "decommissioned"}))) {
    return PBAY_ERR_MODEL_NOT_FOUND;
  }
  if (has_any(names, {"invalid_api_key", "authentication_error"}) ||
      has_any(message, {"incorrect api key", "invalid api key"})) {
    return PBAY_ERR_AUTH;
  }
  if (has_any(names, {"rate_limit"})) return PBAY_ERR_RATE_LIMIT;
  if (has_any(names, {"overloaded"})) return PBAY_ERR_OVERLOADED;
  return PBAY_ERR_INTERNAL;
}

// Some vendors write the HTTP status where others write a word.
int status_in(std::string_view code) {
  if (code.size() != 3 || code[0] < '3' || code[0] > '5') return 0;
  if (code[1] < '0' || code[1] > '9' || code[2] < '0' || code[2] > '9') return 0;
  return (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
}

UpstreamError conclude(int status, Said said) {
  UpstreamError error;
  error.category = category_of_words(status, said);
  if (error.category == PBAY_ERR_INTERNAL) error.category = category_of_status(status);
  error.flags = flags_of(error.category);
  error.message = shortened(said.message);
  // A number that only repeats the status tells a program nothing.
  error.code = said.code.empty() || status_in(said.code) != 0 ? said.type : said.code;
  error.param = std::move(said.param);
  return error;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The message for a body that is no JSON: its title where it is a page, the text itself otherwise.
std::string plain_message(int status, std::string_view body) {
  const std::string answered = "the upstream answered " + std::to_string(status);
  const std::string_view text = trimmed(body);
  if (text.empty()) return answered + " without a body";
  if (text.front() != '<') return std::string(shortened(text));
  const std::string page = lower(text);
  const std::size_t begin = page.find("<title>");
  const std::size_t end = page.find("</title>");
  if (begin == page.npos || end == page.npos || end < begin) return answered + " with a web page";
  const std::string_view title = trimmed(text.substr(begin + 7, end - begin - 7));
  return answered + " with a web page: " + std::string(shortened(title));
}

}  // namespace

sdk::Failure UpstreamError::failure(std::string_view upstream_body) const {
  return {.category = category,
          .message = message,
          .code = code,
          .param = param,
          .retry_after_ms = retry_after_ms,
          .flags = flags,
          .upstream_body = upstream_body};
}

std::int32_t category_of_status(int status) {
  switch (status) {
    case 401:
      return PBAY_ERR_AUTH;
    case 402:
      return PBAY_ERR_QUOTA;
    case 403:
      return PBAY_ERR_FORBIDDEN;
    case 404:
      return PBAY_ERR_NOT_FOUND;
    case 408:
    case 504:
    case 524:  // a proxy in front of the vendor gave up waiting
      return PBAY_ERR_TIMEOUT;
    case 409:
      return PBAY_ERR_CONFLICT;
    case 413:
      return PBAY_ERR_TOO_LARGE;
    case 429:
      return PBAY_ERR_RATE_LIMIT;
    case 503:
    case 529:
      return PBAY_ERR_OVERLOADED;
    default:
      return status >= 400 && status < 500 ? PBAY_ERR_BAD_REQUEST : PBAY_ERR_UPSTREAM;
  }
}

std::uint32_t flags_of(std::int32_t category) {
  switch (category) {
    case PBAY_ERR_RATE_LIMIT:
    case PBAY_ERR_OVERLOADED:
    case PBAY_ERR_UPSTREAM:
    case PBAY_ERR_TIMEOUT:
      return PBAY_ERRF_RETRY_SAME | PBAY_ERRF_FAILOVER;
    case PBAY_ERR_AUTH:
    case PBAY_ERR_QUOTA:
    case PBAY_ERR_CONTENT:
    case PBAY_ERR_CONTEXT_LEN:
    case PBAY_ERR_MODEL_NOT_FOUND:
      return PBAY_ERRF_FAILOVER;
    default:
      return 0;
  }
}

UpstreamError classify_answer(int status,
                              std::span<const pbay_kv> headers,
                              std::string_view body,
                              std::int64_t now_unix_ms) {
  Said said;
  JsonText json;
  if (json.parse(trimmed(body))) {
    const JsonValue root = json.root();
    read_error(root["error"] ? root["error"] : root, said);
  }
  if (said.message.empty()) said.message = plain_message(status, body);

  UpstreamError error = conclude(status, std::move(said));
  error.retry_after_ms = retry_after_ms(headers, now_unix_ms);
  // The vendor's own word on whether another try makes sense.
  const std::string_view should_retry = sdk::find_header(headers, "x-should-retry");
  if (should_retry == "true") error.flags |= PBAY_ERRF_RETRY_SAME;
  if (should_retry == "false") error.flags &= ~static_cast<std::uint32_t>(PBAY_ERRF_RETRY_SAME);
  return error;
}

UpstreamError classify_error_value(JsonValue value) {
  Said said;
  read_error(value, said);
  if (said.message.empty()) said.message = "the upstream failed in the middle of its answer";
  int status = status_in(said.code);
  if (status == 0) status = status_in(value["status"].raw());
  if (status == 0) status = said.type == "invalid_request_error" ? 400 : 500;
  return conclude(status, std::move(said));
}

UpstreamError upstream_fault(std::string message) {
  UpstreamError error;
  error.message = std::move(message);
  error.flags = flags_of(error.category);
  return error;
}

std::string_view openai_type_of(std::int32_t category) {
  switch (category) {
    case PBAY_ERR_RATE_LIMIT:
      return "rate_limit_exceeded";
    case PBAY_ERR_QUOTA:
      return "insufficient_quota";
    case PBAY_ERR_FORBIDDEN:
      return "permission_error";
    case PBAY_ERR_OVERLOADED:
    case PBAY_ERR_UPSTREAM:
    case PBAY_ERR_TIMEOUT:
    case PBAY_ERR_INTERNAL:
      return "server_error";
    default:
      return "invalid_request_error";
  }
}

std::span<const pbay_kv> keep_error_headers(const sdk::Call& call,
                                            std::span<const pbay_kv> headers) {
  constexpr std::array<std::string_view, 3> kRead{
      "retry-after-ms", "retry-after", "x-should-retry"};
  const std::span<pbay_kv> kept = call.allocate<pbay_kv>(kRead.size());
  for (std::size_t i = 0; i < kRead.size(); ++i) {
    kept[i] = {sdk::str(kRead[i]), sdk::str(call.keep(sdk::find_header(headers, kRead[i])))};
  }
  return kept;
}

}  // namespace patchbay::plugins
