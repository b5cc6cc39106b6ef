#include "plugins/shared/openai_embeddings.hpp"

namespace patchbay::plugins {
namespace {

constexpr std::int64_t kInputsMax = 1 << 20;
constexpr std::size_t kFloatBytes = 4;

std::size_t bytes_in_base64(std::string_view text) {
  while (text.ends_with('='))
    text.remove_suffix(1);
  return text.size() * 3 / 4;
}

}  // namespace

ReadOutcome OpenAiEmbeddings::chunk(std::string_view data, std::string_view, sdk::Sink& sink) {
  return trimmed(data) == "[DONE]" ? end(sink) : whole(data, sink);
}

bool OpenAiEmbeddings::say_vector(JsonValue entry, std::int64_t position, sdk::Sink& sink) {
  const std::int64_t index = entry["index"].integer().value_or(position);
  const JsonValue vector = entry["embedding"];
  if (index < 0 || index >= kInputsMax) return false;
  const auto input = static_cast<std::uint32_t>(index);
  if (vector.is_string()) {
    const std::string_view base64 = vector.text(scratch_);
    const auto dims = static_cast<std::uint32_t>(bytes_in_base64(base64) / kFloatBytes);
    sink.embedding(input, PBAY_VEC_BASE64, dims, base64);
    return true;
  }
  if (!vector.is_array()) return false;
  std::uint32_t dims = 0;
  for (const JsonValue number : vector.elements()) {
    if (number.kind() != JsonKind::kNumber) return false;
    ++dims;
  }
  sink.embedding(input, PBAY_VEC_JSON, dims, vector.line(scratch_));
  return true;
}

ReadOutcome OpenAiEmbeddings::whole(std::string_view body, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  if (!parse(body)) return ReadOutcome::kFailed;
  const JsonValue root = json_.root();
  if (!root["data"].is_array()) {
    return fail(upstream_fault("the upstream sent an answer without embeddings"));
  }
  const std::string model = root["model"].string();
  sink.meta({.model = model});
  std::int64_t position = 0;
  for (const JsonValue entry : root["data"].elements()) {
    if (!say_vector(entry, position++, sink)) {
      return fail(upstream_fault("the upstream sent an embedding that is none"));
    }
  }
  say_others(root, {"object", "data", "model", "usage"}, {}, PBAY_AT_ANSWER, sink);
  say_usage(root["usage"], sink);
  read_ = true;
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiEmbeddings::end(sdk::Sink&) {
  if (ended()) return ReadOutcome::kDone;
  if (!read_) return fail(upstream_fault("the upstream sent an answer without embeddings"));
  return done();
}

}  // namespace patchbay::plugins
