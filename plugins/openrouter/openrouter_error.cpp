#include "plugins/openrouter/openrouter_error.hpp"

#include <array>
#include <utility>

#include "plugins/shared/openai_reading.hpp"
#include "plugins/shared/splice.hpp"

namespace patchbay::plugins::openrouter {
namespace {

constexpr std::size_t kRawBytesMax = 64 * 1024;

// Where the provider's own words are more exact than the gateway's status. A used-up account is
// not among them: it would be the gateway's at the provider, and not ours.
bool is_exact(std::int32_t category) {
  return category == PBAY_ERR_CONTEXT_LEN || category == PBAY_ERR_CONTENT ||
         category == PBAY_ERR_RATE_LIMIT || category == PBAY_ERR_MODEL_NOT_FOUND ||
         category == PBAY_ERR_OVERLOADED;
}

void become(std::int32_t category, UpstreamError& error) {
  error.category = category;
  error.flags = flags_of(category);
}

}  // namespace

UpstreamError with_metadata(UpstreamError error, JsonValue json) {
  const JsonValue metadata = json["metadata"];
  if (!metadata.is_object()) return error;
  if (metadata["reasons"].is_array() || metadata["flagged_input"]) {
    become(PBAY_ERR_CONTENT, error);
  }
  const JsonValue raw = metadata["raw"];
  const std::string said = raw.is_string() ? raw.string() : std::string(raw.raw());
  if (!raw || trimmed(said).empty() || said.size() > kRawBytesMax) return error;

  // The status is not the provider's, so its words alone may decide.
  const UpstreamError inner = classify_answer(500, {}, said, 0);
  if (is_exact(inner.category)) become(inner.category, error);
  if (inner.category == PBAY_ERR_CONTEXT_LEN || inner.category == PBAY_ERR_CONTENT) {
    error.code = inner.code;
  }
  const std::string provider = metadata["provider_name"].string();
  if (error.message.find(inner.message) != error.message.npos) return error;
  if (!provider.empty()) error.message += " (" + provider + ")";
  error.message += ": " + inner.message;
  return error;
}

std::optional<UpstreamError> error_in(JsonValue answer) {
  JsonValue error = answer["error"];
  bool failed = false;
  for (const JsonValue choice : answer["choices"].elements()) {
    if (!error) error = choice["error"];
    failed = failed || choice["finish_reason"].says("error");
  }
  if (error) return with_metadata(classify_error_value(error), error);
  if (!failed) return std::nullopt;
  return upstream_fault("the upstream failed in the middle of its answer");
}

std::string as_openai_error(std::string_view body, const UpstreamError& error) {
  JsonText json;
  if (!json.parse(body) || !json.root()["error"].is_object()) return std::string(body);
  const JsonValue object = json.root()["error"];
  const JsonValue code = object["code"];
  Splice splice(body);
  std::string text;
  if (code.kind() == JsonKind::kNumber) {
    append_quoted(text, code.raw());
    splice.replace({code.offset(), code.raw().size()}, text);
  }
  std::string missing;
  if (object["type"].kind() == JsonKind::kMissing) {
    missing += R"("type":")" + std::string(openai_type_of(error.category)) + R"(",)";
  }
  for (const std::string_view name : {"param", "code"}) {
    if (object[name].kind() == JsonKind::kMissing) missing.append("\"").append(name) += "\":null,";
  }
  if (object.members().empty() && !missing.empty()) missing.pop_back();
  splice.replace({object.offset() + 1, 0}, missing);

  std::array<std::string_view, Splice::kPiecesMax> pieces;
  const std::size_t count = splice.pieces(pieces);
  std::string mended;
  for (std::size_t i = 0; i < count; ++i)
    mended += pieces[i];
  return mended;
}

}  // namespace patchbay::plugins::openrouter
