#include "plugins/replay/recording.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "patchbay/host.hpp"
#include "plugins/shared/base64.hpp"

namespace patchbay::plugins::replay {
namespace {

using enum OpenAiOperation;

std::string header(JsonValue headers, std::string_view name) {
  for (const JsonValue pair : headers.elements()) {
    std::string found;
    bool is_name = true;
    for (const JsonValue word : pair.elements()) {
      if (is_name && !sdk::same_name(word.string(), name)) break;
      if (!is_name) found = word.string();
      is_name = false;
    }
    if (!found.empty()) return found;
  }
  return {};
}

// The bytes of {"text"} or {"base64"}; empty for null. False for anything else.
bool read_body(JsonValue body, std::string& out) {
  out.clear();
  if (!body) return true;
  if (body["text"].is_string()) {
    out = body["text"].string();
    return true;
  }
  return body["base64"].is_string() && decode_base64(body["base64"].string(), out);
}

std::string path_of_url(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) {
    url.remove_prefix(std::min(url.find('/', scheme + 3), url.size()));
  }
  return std::string(url.substr(0, url.find_first_of("?#")));
}

// By the address it was sent to: only that tells an operation from others about stored answers.
OpenAiOperation operation_of(std::string_view method, std::string_view path) {
  static constexpr std::array kAll{kChat,
                                   kCompletions,
                                   kResponses,
                                   kEmbeddings,
                                   kImages,
                                   kImageEdits,
                                   kImageVariations,
                                   kTranscriptions,
                                   kTranslations,
                                   kSpeech,
                                   kModerations,
                                   kModels};
  for (const OpenAiOperation operation : kAll) {
    if (path.ends_with(path_of(operation)) && method == (operation == kModels ? "GET" : "POST")) {
      return operation;
    }
  }
  return kRaw;
}

bool is_event_stream(std::string_view content_type, std::string_view body) {
  if (!content_type.empty()) return content_type.find("event-stream") != content_type.npos;
  return body.starts_with("data:") || body.starts_with("event:") || body.starts_with(':');
}

std::string model_in(std::string_view body) {
  JsonText json;
  return json.parse(body) ? json.root()["model"].string() : "";
}

void read_request(JsonValue request, Recording& out, const std::string& body) {
  const std::string content_type = header(request["headers"], "content-type");
  const auto fields = read_form(content_type, body);
  out.key = fields ? key_of_form(out.operation, *fields) : key_of_json(out.operation, body);
  if (!out.model.empty()) return;
  if (!fields) out.model = model_in(body);
  for (const FormField& field : fields.value_or(std::vector<FormField>())) {
    if (field.name == "model") out.model = field.content;
  }
}

}  // namespace

ReadFailure read_recording(std::string_view line, Recording& out) {
  out = {};
  JsonText json;
  if (!json.parse(line)) return ReadFailure::kBroken;
  const JsonValue meta = json.root()["meta"];
  const JsonValue request = json.root()["request"];
  const JsonValue response = json.root()["response"];
  if (!meta.is_object() || !request["url"].is_string()) return ReadFailure::kBroken;
  if (!response || meta["complete"].kind() == JsonKind::kFalse) return ReadFailure::kUnanswered;
  if (response["omitted_bytes"] || request["omitted_bytes"]) return ReadFailure::kUnanswered;

  const auto status = response["status"].integer();
  std::string asked;
  if (!status || *status < 200 || *status > 599 || !read_body(request["body"], asked) ||
      !read_body(response["body"], out.body)) {
    return ReadFailure::kBroken;
  }
  out.status = static_cast<int>(*status);
  out.model = meta["model"].string();
  out.operation = operation_of(request["method"].string(), path_of_url(request["url"].string()));
  if (out.operation == kRaw) {
    const std::string provider = meta["provider"].string();
    out.family = (provider.empty() ? "unknown" : provider) + " (" + meta["endpoint"].string() + ")";
  }
  read_request(request, out, asked);

  out.content_type = header(response["headers"], "content-type");
  out.retry_after = header(response["headers"], "retry-after");
  out.retry_after_ms = header(response["headers"], "retry-after-ms");
  out.stream = out.status < 300 && is_event_stream(out.content_type, out.body);
  out.first_byte_ms = std::max<std::int64_t>(0, meta["first_byte_ms"].integer().value_or(0));
  out.took_ms = std::max(out.first_byte_ms, meta["took_ms"].integer().value_or(0));
  return ReadFailure::kNone;
}

}  // namespace patchbay::plugins::replay
