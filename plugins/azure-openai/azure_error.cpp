#include "plugins/azure-openai/azure_error.hpp"

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::azure_openai {
namespace {

constexpr std::string_view kFilterPolicy = "ResponsibleAIPolicyViolation";

bool is_filter_code(JsonValue code) {
  return code.says("content_filter") || code.says("contentFilter") ||
         code.says("content_policy_violation") || code.says(kFilterPolicy);
}

// Chat says `innererror`, images say `inner_error`.
bool is_filtered(JsonValue error) {
  return is_filter_code(error["code"]) || error["innererror"]["code"].says(kFilterPolicy) ||
         error["inner_error"]["code"].says(kFilterPolicy);
}

}  // namespace

void understand_azure(std::string_view body, UpstreamError& error) {
  JsonText json;
  if (!json.parse(body)) return;
  const JsonValue said = json.root()["error"];
  const JsonValue code = said["code"];
  if (is_filtered(said)) {
    error.category = PBAY_ERR_CONTENT;
    error.code = "content_filter";
  } else if (code.says("DeploymentNotFound") || code.says("ModelNotFound")) {
    error.category = PBAY_ERR_MODEL_NOT_FOUND;
    error.code = "model_not_found";
  } else if (code.says("InsufficientQuota") || code.says("QuotaExceeded")) {
    error.category = PBAY_ERR_QUOTA;
    error.code = "insufficient_quota";
  } else if (code.says("NoCapacity")) {
    error.category = PBAY_ERR_OVERLOADED;
  } else {
    return;
  }
  error.flags = flags_of(error.category);
}

std::string with_error_members(std::string_view body, const UpstreamError& error) {
  JsonText json;
  if (!json.parse(body) || !json.root()["error"].is_object()) return std::string(body);
  const JsonValue object = json.root()["error"];
  std::string more;
  // What is null has been said.
  const auto lacks = [&](std::string_view name) {
    return object[name].kind() == JsonKind::kMissing;
  };
  if (lacks("message")) {
    more += "\"message\":";
    append_quoted(more, error.message);
    more += ',';
  }
  if (lacks("type"))
    more.append("\"type\":\"").append(openai_type_of(error.category)).append("\",");
  if (lacks("param")) more += "\"param\":null,";
  if (lacks("code")) more += "\"code\":null,";
  if (object.members().empty() && !more.empty()) more.pop_back();
  std::string mended(body);
  return mended.insert(object.offset() + 1, more);
}

}  // namespace patchbay::plugins::azure_openai
