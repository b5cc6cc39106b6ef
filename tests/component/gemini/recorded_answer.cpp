#include "tests/component/gemini/recorded_answer.hpp"

#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "core/json/value.hpp"
#include "tests/component/gemini/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

// A value in one form whatever white space it was written with.
std::string compact(const json::Value& value) {
  if (value.is(json::Kind::kObject)) {
    std::string out = "{";
    for (const json::Member& one : value.members()) {
      out += (out.size() > 1 ? "," : "") + one.name + ":" + compact(one.value);
    }
    return out + "}";
  }
  if (value.is(json::Kind::kArray)) {
    std::string out = "[";
    for (const json::Value& one : value.items())
      out += (out.size() > 1 ? "," : "") + compact(one);
    return out + "]";
  }
  if (value.as_string()) return "'" + std::string(*value.as_string()) + "'";
  if (value.as_number()) return std::string(*value.as_number());
  return value.is(json::Kind::kTrue) ? "true" : value.is(json::Kind::kFalse) ? "false" : "null";
}

std::string compact_text(const std::string& text) {
  const auto parsed = json::parse(text);
  if (!parsed) throw std::runtime_error("arguments that are no JSON: " + text);
  return compact(*parsed);
}

std::int64_t count_of(const json::Value& usage, std::string_view name) {
  const json::Value* found = member(usage, name);
  return found == nullptr ? 0 : found->as_int64().value_or(0);
}

bool is_true(const json::Value* value) {
  return value != nullptr && value->as_bool().value_or(false);
}

// Whether the vendor gave the result of that call itself, in the same piece.
bool has_result(const std::string& name, const json::Value& parts) {
  for (const json::Value& part : parts.items()) {
    const json::Value* response = member(part, "functionResponse");
    if (response != nullptr && text_of(*response, "name") == name) return true;
  }
  return false;
}

void read_part(const json::Value& part, const json::Value& parts, HeldChoice& choice) {
  const std::string signature = text_of(part, "thoughtSignature");
  if (const json::Value* call = member(part, "functionCall")) {
    const std::string name = text_of(*call, "name");
    if (has_result(name, parts)) {
      ++choice.extras;
      return;
    }
    const json::Value* args = member(*call, "args");
    choice.calls.push_back(
        {text_of(*call, "id"), name, args == nullptr ? "{}" : compact(*args), signature});
    return;
  }
  if (!signature.empty()) choice.signatures.push_back(signature);
  if (member(part, "functionResponse") != nullptr) ++choice.extras;
  if (const json::Value* data = member(part, "inlineData")) {
    choice.images.push_back(text_of(*data, "mimeType") + " " + text_of(*data, "data"));
  }
  (is_true(member(part, "thought")) ? choice.reasoning : choice.text) += text_of(part, "text");
}

void read_piece(const json::Value& piece, HeldAnswer& answer) {
  if (answer.id.empty()) answer.id = text_of(piece, "responseId");
  if (answer.model.empty()) answer.model = text_of(piece, "modelVersion");
  if (const json::Value* usage = member(piece, "usageMetadata")) {
    const std::int64_t thoughts = count_of(*usage, "thoughtsTokenCount");
    answer.input =
        member(*usage, "promptTokenCount") == nullptr
            ? -1
            : count_of(*usage, "promptTokenCount") + count_of(*usage, "toolUsePromptTokenCount");
    answer.output = count_of(*usage, "candidatesTokenCount") + thoughts;
    answer.reasoning = member(*usage, "thoughtsTokenCount") == nullptr ? -1 : thoughts;
  }
  const json::Value* candidates = member(piece, "candidates");
  if (candidates == nullptr) return;
  for (const json::Value& candidate : candidates->items()) {
    HeldChoice& choice = answer.choices[count_of(candidate, "index")];
    const std::string reason = text_of(candidate, "finishReason");
    if (!reason.empty()) choice.native = reason;
    const json::Value* content = member(candidate, "content");
    const json::Value* parts = content == nullptr ? nullptr : member(*content, "parts");
    if (parts == nullptr) continue;
    for (const json::Value& part : parts->items())
      read_part(part, *parts, choice);
  }
}

std::string canonical(const HeldChoice& choice) {
  static const std::set<std::string> kContent{
      "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"};
  if (choice.native == "STOP") return choice.calls.empty() ? "stop" : "tools";
  if (choice.native == "MAX_TOKENS") return "length";
  return kContent.contains(choice.native) ? "content" : "other";
}

std::string unquoted(const std::string& quoted) {
  const auto value = json::parse(quoted);
  if (!value) throw std::runtime_error("not a JSON text: " + quoted);
  return std::string(value->as_string().value_or(""));
}

// The value of ` name="..."` in a line of a transcript, up to the next field or the end.
std::string field(const std::string& line, const std::string& name, const std::string& next) {
  const std::size_t begin = line.find(" " + name + "=") + name.size() + 2;
  const std::size_t end = next.empty() ? line.npos : line.find(" " + next + "=", begin);
  return unquoted(line.substr(begin, end == line.npos ? end : end - begin));
}

class EventReader {
 public:
  void line(const std::string& line) {
    std::istringstream words(line);
    std::string type;
    words >> type;
    if (type == "META") {
      answer.id = field(line, "id", "model");
      answer.model = field(line, "model", "fingerprint");
    } else if (type == "USAGE") {
      answer.input = count(line, "input");
      answer.output = count(line, "output");
      answer.reasoning = count(line, "reasoning");
    } else if (type == "EXTRA") {
      const bool part = line.find(" function_call=") != line.npos ||
                        line.find(" function_response=") != line.npos;
      if (part) ++answer.choices[0].extras;
    } else {
      of_choice(type, line, words);
    }
  }
  HeldAnswer answer;

 private:
  static std::int64_t count(const std::string& line, const std::string& name) {
    const std::size_t at = line.find(" " + name + "=");
    return at == line.npos ? -1 : std::stoll(line.substr(at + name.size() + 2));
  }

  void of_choice(const std::string& type, const std::string& line, std::istringstream& words) {
    std::int64_t index = 0;
    std::int64_t item = 0;
    char dot = 0;
    if (!(words >> index)) return;
    HeldChoice& choice = answer.choices[index];
    if (type == "FINISH") {
      words >> choice.finish;
      choice.native = unquoted(line.substr(line.find('"')));
      return;
    }
    words >> dot >> item;
    const auto call = calls_.find({index, item});
    if (type == "TOOL_BEGIN") {
      calls_[{index, item}] = choice.calls.size();
      const std::string id = field(line, "id", "name");
      choice.calls.push_back({id.starts_with("call_") ? "" : id, field(line, "name", ""), "", ""});
    } else if (type == "TOOL_ARGS") {
      choice.calls.at(call->second).arguments = compact_text(unquoted(line.substr(line.find('"'))));
    } else if (type == "SIGNATURE") {
      const std::string data = field(line, "data", "");
      if (call == calls_.end()) {
        choice.signatures.push_back(data);
      } else {
        choice.calls.at(call->second).signature = data;
      }
    } else if (type == "IMAGE") {
      const std::size_t mime = line.find(" mime=") + 6;
      const std::size_t data = line.find("\" \"", mime) + 2;
      choice.images.push_back(unquoted(line.substr(mime, data - mime - 1)) + " " +
                              unquoted(line.substr(data)));
    } else if (type == "TEXT") {
      choice.text += unquoted(line.substr(line.find('"')));
    } else if (type == "REASONING") {
      choice.reasoning += unquoted(line.substr(line.find('"')));
    }
  }

  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> calls_;
};

}  // namespace

HeldAnswer held_by_answer(const std::vector<std::string>& pieces) {
  HeldAnswer answer;
  for (const std::string& text : pieces) {
    const auto piece = json::parse(text);
    if (!piece) throw std::runtime_error("a recording is not JSON: " + piece.error().message);
    if (piece->is(json::Kind::kArray)) {
      for (const json::Value& one : piece->items())
        read_piece(one, answer);
    } else {
      read_piece(*piece, answer);
    }
  }
  for (auto& [index, choice] : answer.choices)
    choice.finish = canonical(choice);
  return answer;
}

HeldAnswer held_by_events(const std::string& transcript) {
  EventReader reader;
  std::istringstream lines(transcript);
  std::string line;
  while (std::getline(lines, line))
    reader.line(line);
  return std::move(reader.answer);
}

void PrintTo(const HeldAnswer& answer, std::ostream* out) {
  *out << answer.id << " " << answer.model << " usage " << answer.input << "/" << answer.output
       << "/" << answer.reasoning << "\n";
  for (const auto& [index, choice] : answer.choices) {
    *out << index << " finish " << choice.finish << " (" << choice.native << ") extras "
         << choice.extras << "\n  text " << choice.text << "\n  reasoning " << choice.reasoning
         << "\n";
    for (const HeldCall& call : choice.calls) {
      *out << "  call " << call.id << " " << call.name << " " << call.arguments << " "
           << call.signature << "\n";
    }
    for (const std::string& signature : choice.signatures)
      *out << "  signature " << signature << "\n";
    for (const std::string& image : choice.images)
      *out << "  image " << image.substr(0, 40) << "\n";
  }
}

}  // namespace patchbay::testing
