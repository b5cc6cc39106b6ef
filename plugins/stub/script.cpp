#include "plugins/stub/script.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace patchbay::plugins::stub {
namespace {

constexpr std::int64_t kTokensMax = 1'000'000;
constexpr std::int64_t kDelayMsMax = 10 * 60 * 1000;
constexpr std::size_t kToolsMax = 128;
// A picture of one pixel, small enough to stand in the code.
constexpr std::string_view kPixel =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
constexpr std::string_view kGarbage = R"({"choices":[{"index":0,"delta":{"content":"oops)";

// Reads one key after the other and keeps the first complaint.
class Reader {
 public:
  explicit Reader(JsonValue object) : object_(object) {}

  std::string complaint;

  void text(const char* key, std::optional<std::string>& out) {
    const JsonValue value = object_[key];
    if (!value) return;
    if (!value.is_string()) return complain(key, "must be text");
    out = value.string();
  }
  void text(const char* key, std::string& out) {
    std::optional<std::string> read;
    text(key, read);
    if (read) out = std::move(*read);
  }
  void number(const char* key,
              std::int64_t least,
              std::int64_t most,
              std::optional<std::int64_t>& out) {
    const JsonValue value = object_[key];
    if (!value) return;
    const auto number = value.integer();
    if (!number || *number < least || *number > most) {
      return complain(
          key,
          "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    out = *number;
  }
  void number(const char* key, std::int64_t least, std::int64_t most, std::int64_t& out) {
    std::optional<std::int64_t> read;
    number(key, least, most, read);
    if (read) out = *read;
  }
  void complain(std::string_view key, const std::string& what) {
    if (complaint.empty()) complaint = std::string(key) + ": " + what;
  }
  // Complains about keys that nobody reads: a misspelt one would do nothing, silently.
  void only(std::span<const std::string_view> known) {
    for (const JsonValue value : object_.members()) {
      const std::string key = value.key().string();
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      std::string all;
      for (const std::string_view name : known)
        (all += all.empty() ? "" : ", ") += name;
      complain(key, "unknown; the keys are " + all);
    }
  }

 private:
  JsonValue object_;
};

void read_tools(JsonValue list, Reader& reader, std::vector<ScriptedTool>& out) {
  if (!list) return;
  if (!list.is_array()) return reader.complain("tool_calls", "must be a list");
  for (const JsonValue entry : list.elements()) {
    if (!entry["name"].is_string()) {
      return reader.complain("tool_calls", "each must have a name");
    }
    const JsonValue arguments = entry["arguments"];
    ScriptedTool tool{entry["name"].string(), "{}"};
    if (arguments)
      tool.arguments = arguments.is_string() ? arguments.string() : std::string(arguments.raw());
    out.push_back(std::move(tool));
  }
  if (out.size() > kToolsMax) reader.complain("tool_calls", "too many");
}

void read_error(JsonValue value, Reader& reader, std::optional<ScriptedError>& out) {
  if (!value) return;
  if (!value.is_object()) return reader.complain("error", "must be an object");
  Reader fields(value);
  ScriptedError error;
  std::int64_t status = error.status;
  fields.number("status", 400, 599, status);
  error.status = static_cast<int>(status);
  fields.text("message", error.message);
  fields.text("code", error.code);
  fields.text("type", error.type);
  fields.text("param", error.param);
  fields.number("retry_after_ms", 0, kDelayMsMax, error.retry_after_ms);
  fields.number("after_tokens", 0, kTokensMax, error.after_tokens);
  static constexpr std::array<std::string_view, 7> kKeys{
      "status", "message", "code", "type", "param", "retry_after_ms", "after_tokens"};
  fields.only(kKeys);
  if (!fields.complaint.empty()) return reader.complain("error", fields.complaint);
  out = std::move(error);
}

void read_usage(JsonValue value, Reader& reader, std::optional<ScriptedUsage>& out) {
  if (!value) return;
  if (!value.is_object()) return reader.complain("usage", "must be an object");
  constexpr std::int64_t kMost = 1'000'000'000'000;
  Reader fields(value);
  ScriptedUsage usage;
  fields.number("input", 0, kMost, usage.input);
  fields.number("output", 0, kMost, usage.output);
  fields.number("reasoning", 0, kMost, usage.reasoning);
  fields.number("cache_read", 0, kMost, usage.cache_read);
  static constexpr std::array<std::string_view, 4> kKeys{
      "input", "output", "reasoning", "cache_read"};
  fields.only(kKeys);
  if (!fields.complaint.empty()) return reader.complain("usage", fields.complaint);
  out = usage;
}

// A key whose value is text, or true for a text of ours.
void read_text_or_true(JsonValue value,
                       const char* key,
                       std::string_view ours,
                       Reader& reader,
                       std::optional<std::string>& out) {
  if (value.is_true()) {
    out = ours;
  } else if (value.is_string()) {
    out = value.string();
  } else if (value && value.kind() != JsonKind::kFalse) {
    reader.complain(key, "must be true or text");
  }
}

void read_mode(JsonValue mode, Reader& reader, Script& script) {
  if (!mode) return;
  script.echo = mode.says("echo");
  if (!script.echo && !mode.says("reply")) reader.complain("mode", "must be echo or reply");
}

constexpr std::array<std::string_view, 17> kKeys{"reply",
                                                 "mode",
                                                 "tokens",
                                                 "image",
                                                 "refusal",
                                                 "tool_calls",
                                                 "reasoning",
                                                 "first_delay_ms",
                                                 "token_delay_ms",
                                                 "finish",
                                                 "usage",
                                                 "error",
                                                 "break_off_after",
                                                 "malformed",
                                                 "api_key",
                                                 "base_url",
                                                 "models"};
constexpr std::size_t kScriptKeys = kKeys.size() - 3;  // the last three are the configuration's

template <typename T>
void replace(std::optional<T>& old, std::optional<T>& given) {
  if (given) old = std::move(given);
}

}  // namespace

void Script::put_over(Script over) {
  if (over.says_what()) {
    reply = std::move(over.reply);
    echo = over.echo;
    tokens = over.tokens;
    image = std::move(over.image);
    refusal = std::move(over.refusal);
    tools = std::move(over.tools);
  }
  replace(reasoning, over.reasoning);
  replace(first_delay_ms, over.first_delay_ms);
  replace(token_delay_ms, over.token_delay_ms);
  replace(finish, over.finish);
  replace(usage, over.usage);
  replace(error, over.error);
  replace(break_off_after, over.break_off_after);
  replace(malformed, over.malformed);
}

std::string read_script(JsonValue value, bool is_config, Script& out) {
  if (!value.is_object()) return "the script must be a JSON object";
  Reader reader(value);
  reader.text("reply", out.reply);
  read_mode(value["mode"], reader, out);
  reader.number("tokens", 0, kTokensMax, out.tokens);
  read_text_or_true(value["image"], "image", kPixel, reader, out.image);
  reader.text("refusal", out.refusal);
  read_tools(value["tool_calls"], reader, out.tools);
  reader.text("reasoning", out.reasoning);
  reader.number("first_delay_ms", 0, kDelayMsMax, out.first_delay_ms);
  reader.number("token_delay_ms", 0, kDelayMsMax, out.token_delay_ms);
  reader.text("finish", out.finish);
  read_usage(value["usage"], reader, out.usage);
  read_error(value["error"], reader, out.error);
  reader.number("break_off_after", 0, kTokensMax, out.break_off_after);
  read_text_or_true(value["malformed"], "malformed", kGarbage, reader, out.malformed);
  reader.only(std::span(kKeys).first(is_config ? kKeys.size() : kScriptKeys));

  const int texts = int{out.reply.has_value()} + int{out.echo} + int{out.tokens.has_value()} +
                    int{out.image.has_value()} + int{out.refusal.has_value()};
  if (texts > 1) {
    return "reply, mode: echo, tokens, image and refusal exclude each other";
  }
  return reader.complaint;
}

}  // namespace patchbay::plugins::stub
