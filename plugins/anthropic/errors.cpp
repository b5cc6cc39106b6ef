#include "plugins/anthropic/errors.hpp"

#include <array>

namespace patchbay::plugins::anthropic {
namespace {

struct Meaning {
  std::string_view type;
  std::int32_t category;
};
constexpr std::array kMeanings{Meaning{"invalid_request_error", PBAY_ERR_BAD_REQUEST},
                               Meaning{"authentication_error", PBAY_ERR_AUTH},
                               Meaning{"billing_error", PBAY_ERR_QUOTA},
                               Meaning{"permission_error", PBAY_ERR_FORBIDDEN},
                               Meaning{"not_found_error", PBAY_ERR_NOT_FOUND},
                               Meaning{"request_too_large", PBAY_ERR_TOO_LARGE},
                               Meaning{"rate_limit_error", PBAY_ERR_RATE_LIMIT},
                               Meaning{"timeout_error", PBAY_ERR_TIMEOUT},
                               Meaning{"api_error", PBAY_ERR_UPSTREAM},
                               Meaning{"overloaded_error", PBAY_ERR_OVERLOADED}};

bool has(std::string_view text, std::string_view words) {
  return text.find(words) != text.npos;
}

void set(UpstreamError& error, std::int32_t category, std::string_view code = {}) {
  const bool named = error.category == category;
  error.category = category;
  error.flags = named ? error.flags : flags_of(category);
  if (!code.empty()) error.code = code;
}

// The vendor's types say no more than the category does, for which the host has a code of the
// client's dialect.
void drop_type(UpstreamError& error) {
  for (const Meaning& meaning : kMeanings) {
    if (error.code == meaning.type) error.code.clear();
  }
}

// Some things have no type of their own, only their words.
void mind_words(UpstreamError& error) {
  const std::string_view said = error.message;
  if (has(said, "prompt is too long") || has(said, "exceed context limit")) {
    set(error, PBAY_ERR_CONTEXT_LEN, "context_length_exceeded");
  } else if (has(said, "credit balance is too low")) {
    set(error, PBAY_ERR_QUOTA, "insufficient_quota");
  } else if (error.category == PBAY_ERR_NOT_FOUND && said.starts_with("model:")) {
    set(error, PBAY_ERR_MODEL_NOT_FOUND, "model_not_found");
  } else if (has(said, "blocked by content filtering policy")) {
    set(error, PBAY_ERR_CONTENT, "content_filter");
  }
}

}  // namespace

UpstreamError classify_refusal(int status,
                               std::span<const pbay_kv> headers,
                               std::string_view body,
                               std::int64_t now_unix_ms) {
  UpstreamError error = classify_answer(status, headers, body, now_unix_ms);
  if (error.code == "billing_error") set(error, PBAY_ERR_QUOTA, "insufficient_quota");
  drop_type(error);
  mind_words(error);
  return error;
}

UpstreamError classify_event(JsonValue value) {
  UpstreamError error = classify_error_value(value);
  for (const Meaning& meaning : kMeanings) {
    if (value["type"].says(meaning.type)) set(error, meaning.category);
  }
  drop_type(error);
  mind_words(error);
  return error;
}

}  // namespace patchbay::plugins::anthropic
