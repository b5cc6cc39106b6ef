#include "plugins/replay/request_key.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/shared/openai_choice.hpp"
#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::replay {
namespace {

using enum OpenAiOperation;

constexpr std::size_t kShownBytesMax = 80;

// How an answer is sent, and by whom it is given, is not what was asked.
bool is_delivery(std::string_view member) {
  return member == "model" || member == "stream" || member == "stream_options";
}

std::uint64_t known_hash(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  return hash != 0 ? hash : 1;
}

// The value in one spelling: members in order of their names, no white space, escapes only where
// they must be.
void append_canonical(JsonValue value, bool is_outermost, std::string& out) {
  if (value.is_string()) {
    append_quoted(out, value.string());
  } else if (value.is_array()) {
    out += '[';
    for (const JsonValue element : value.elements()) {
      append_canonical(element, false, out);
      out += ',';
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<std::pair<std::string, JsonValue>> members;
    for (const JsonValue member : value.members()) {
      std::string name = member.key().string();
      if (!is_outermost || !is_delivery(name)) members.emplace_back(std::move(name), member);
    }
    std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
      return a.first < b.first;
    });
    out += '{';
    for (const auto& [name, member] : members) {
      append_quoted(out, name);
      out += ':';
      append_canonical(member, false, out);
      out += ',';
    }
    out += '}';
  } else {
    out += value.raw();
  }
}

std::string canonical(JsonValue value, bool is_outermost = false) {
  std::string out;
  append_canonical(value, is_outermost, out);
  return out;
}

std::string text_of(JsonValue content) {
  if (content.is_string()) return content.string();
  std::string text;
  for (const JsonValue part : content.elements()) {
    if (!part["text"].is_string()) continue;
    if (!text.empty()) text += '\n';
    text += part["text"].string();
  }
  return text;
}

std::string last_user_text(JsonValue messages) {
  std::string text;
  for (const JsonValue message : messages.elements()) {
    if (message["role"].says("user")) text = text_of(message["content"]);
  }
  return text;
}

// The member that says what the request is about.
const char* subject_member(OpenAiOperation operation) {
  switch (operation) {
    case kChat:
      return "messages";
    case kResponses:
    case kEmbeddings:
    case kSpeech:
    case kModerations:
      return "input";
    default:
      return "prompt";
  }
}

std::string shortened(std::string_view text) {
  std::string out(trimmed(text));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  if (out.size() <= kShownBytesMax) return out;
  std::size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
    --end;  // not within a character
  return out.substr(0, end) + "...";
}

void say(std::string_view text, RequestKey& key) {
  if (trimmed(text).empty()) return;
  key.last = known_hash(trimmed(text));
  key.shown = shortened(text);
}

}  // namespace

RequestKey key_of_json(OpenAiOperation operation, std::string_view body) {
  RequestKey key;
  JsonText json;
  if (operation == kModels || !json.parse(body) || !json.root().is_object()) {
    key.exact = known_hash(operation == kModels ? std::string_view() : body);
    return key;
  }
  key.exact = known_hash(canonical(json.root(), true));
  const JsonValue subject = json.root()[subject_member(operation)];
  if (!subject) return key;
  key.subject = known_hash(canonical(subject));
  const bool has_messages = operation == kChat || operation == kResponses;
  say(has_messages && subject.is_array() ? last_user_text(subject) : text_of(subject), key);
  return key;
}

RequestKey key_of_form(OpenAiOperation, const std::vector<FormField>& fields) {
  RequestKey key;
  std::vector<std::string> all;
  std::vector<std::string> subject;
  for (const FormField& field : fields) {
    if (is_delivery(field.name)) continue;
    all.push_back(field.name + '=' + std::to_string(hash_of(field.content)));
    if (field.is_file || field.name == "prompt") subject.push_back(all.back());
    if (!field.is_file && field.name == "prompt") say(field.content, key);
  }
  const auto hash_all = [](std::vector<std::string>& lines) {
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines)
      text += line + '\n';
    return known_hash(text);
  };
  key.exact = hash_all(all);
  if (!subject.empty()) key.subject = hash_all(subject);
  return key;
}

}  // namespace patchbay::plugins::replay
