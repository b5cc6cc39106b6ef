#include "tests/component/plugins/recording_reader.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include "core/json/value.hpp"

namespace patchbay::testing {
namespace {

const json::Value* find(const json::Value* value, std::string_view name) {
  const json::Value* found = value == nullptr ? nullptr : value->find(name);
  return found == nullptr || found->is(json::Kind::kNull) ? nullptr : found;
}

std::string text(const json::Value* value) {
  return value == nullptr ? "" : std::string(value->as_string().value_or(""));
}

std::string text(const json::Value* value, std::string_view name) {
  return text(find(value, name));
}

std::int64_t number(const json::Value* value, std::string_view name, std::int64_t otherwise) {
  const json::Value* found = find(value, name);
  return found == nullptr ? otherwise : found->as_int64().value_or(otherwise);
}

const std::vector<json::Value>& items(const json::Value* value, std::string_view name) {
  static const std::vector<json::Value> kNone;
  const json::Value* found = find(value, name);
  return found == nullptr ? kNone : found->items();
}

std::string unzipped(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("gzip -dc '" + path + "'").c_str(), "r"),
                                                   pclose);
  if (!pipe) throw std::runtime_error("cannot run gzip");
  std::string out;
  std::array<char, 65536> buffer;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    out.append(buffer.data(), n);
  }
  if (out.empty()) throw std::runtime_error("nothing in " + path);
  return out;
}

json::Value parsed(std::string_view body) {
  auto value = json::parse(body);
  if (!value) throw std::runtime_error("a recording is not JSON: " + value.error().message);
  return std::move(*value);
}

void read_tool(const json::Value& call, std::int64_t position, ReadChoice& choice) {
  const auto index = static_cast<std::size_t>(number(&call, "index", position));
  if (choice.tools.size() <= index) choice.tools.resize(index + 1);
  CalledTool& tool = choice.tools[index];
  const json::Value* function = find(&call, "function");
  if (tool.id.empty()) tool.id = text(&call, "id");
  if (tool.name.empty()) tool.name = text(function, "name");
  tool.arguments += text(function, "arguments");
}

void read_message(const json::Value* message, ReadChoice& choice) {
  if (message == nullptr) return;
  choice.text += text(message, "content");
  choice.refusal += text(message, "refusal");
  std::string thought = text(message, "reasoning_content");
  if (thought.empty()) thought = text(message, "reasoning");
  for (const json::Value& part : items(message, "content")) {
    if (text(&part, "type") == "text") choice.text += text(&part, "text");
    for (const json::Value& piece : items(&part, "thinking"))
      thought += text(&piece, "text");
  }
  if (thought.empty()) {
    for (const json::Value& detail : items(message, "reasoning_details")) {
      thought += text(&detail, "text") + text(&detail, "summary");
    }
  }
  choice.reasoning += thought;
  std::int64_t position = 0;
  for (const json::Value& call : items(message, "tool_calls")) {
    read_tool(call, position++, choice);
  }
}

void read_usage(const json::Value* usage, Reading& reading) {
  if (usage == nullptr) return;
  reading.input = number(usage, "prompt_tokens", -1);
  reading.output = number(usage, "completion_tokens", -1);
  // Where the total says that reasoning was counted beside the completion, it belongs to it.
  const std::int64_t reasoning =
      number(find(usage, "completion_tokens_details"), "reasoning_tokens", 0);
  if (reasoning > 0 &&
      number(usage, "total_tokens", -1) == reading.input + reading.output + reasoning) {
    reading.output += reasoning;
  }
}

void read_object(const json::Value& object, const char* message, Reading& reading) {
  for (const json::Value& value : items(&object, "choices")) {
    ReadChoice& choice = reading.choices[number(&value, "index", 0)];
    read_message(find(&value, message), choice);
    if (!choice.finish.empty() || find(&value, "finish_reason") == nullptr) continue;
    choice.finish = text(&value, "finish_reason");
    choice.native_finish = text(&value, "native_finish_reason");
    if (choice.native_finish.empty()) choice.native_finish = choice.finish;
  }
  read_usage(find(&object, "usage"), reading);
  if (find(&object, "usage") == nullptr)
    read_usage(find(find(&object, "x_groq"), "usage"), reading);
}

std::string unquoted(const std::string& quoted) {
  const json::Value value = parsed(quoted);
  return text(&value);
}

// The names that events have for the reasons found in recordings.
std::string canonical_finish(const ReadChoice& choice) {
  const std::string& word = choice.finish;
  if (word == "tool_calls" || word == "function_call") return "tools";
  if (word == "content_filter") return "content";
  if (word == "stop" || word == "eos" || word.empty())
    return choice.tools.empty() ? "stop" : "tools";
  return word == "length" ? "length" : "other";
}

}  // namespace

std::vector<Recording> read_all_recordings(const std::string& folder, const std::string& name) {
  std::vector<Recording> found;
  std::istringstream lines(unzipped(folder + "/" + name + ".jsonl.gz"));
  std::string line;
  while (std::getline(lines, line)) {
    const json::Value recorded = parsed(line);
    const json::Value* meta = find(&recorded, "meta");
    const json::Value* body = find(find(&recorded, "response"), "body");
    const json::Value* stream = find(meta, "stream");
    const bool streamed = stream != nullptr && stream->as_bool().value_or(false);
    Recording& recording = found.emplace_back();
    recording.id = text(meta, "id");
    recording.endpoint = text(meta, "endpoint");
    recording.request = text(find(find(&recorded, "request"), "body"), "text");
    // Some recorders left the content type out; the host would have had it.
    recording.answer.headers = {
        {"content-type", streamed ? "text/event-stream" : "application/json"}};
    recording.answer.request = streamed ? R"({"model":"m","stream":true})" : R"({"model":"m"})";
    recording.answer.status = static_cast<int>(number(meta, "status", 0));
    recording.answer.response = text(body, "text");
    if (recording.answer.response.empty()) recording.answer.response = text(body, "base64");
  }
  return found;
}

std::vector<Recording> read_recordings(const std::string& folder, const std::string& name) {
  std::vector<Recording> found = read_all_recordings(folder, name);
  std::erase_if(found, [](const Recording& recording) {
    return recording.endpoint != "chat/completions" || recording.answer.status != 200;
  });
  return found;
}

Reading read_answer(const OpenAiFixture& answer) {
  Reading reading;
  const Framed framed = frames_of(answer.status, answer.headers, answer.response);
  const bool whole = framed.framing == PBAY_FRAME_WHOLE;
  for (const Frame& frame : framed.frames) {
    if (frame.data == "[DONE]") break;
    read_object(parsed(frame.data), whole ? "message" : "delta", reading);
  }
  for (auto& [index, choice] : reading.choices)
    choice.finish = canonical_finish(choice);
  return reading;
}

Reading read_events(const std::string& transcript) {
  Reading reading;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> tool_of;
  std::istringstream lines(transcript);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string type;
    words >> type;
    std::int64_t choice_index = 0;
    std::int64_t item = 0;
    char dot = 0;
    if (type == "USAGE") {
      const auto count = [&line](const std::string& name) {
        const std::size_t at = line.find(" " + name + "=");
        return at == line.npos ? -1 : std::stoll(line.substr(at + name.size() + 2));
      };
      reading.input = count("input");
      reading.output = count("output");
    }
    if (type != "TEXT" && type != "REASONING" && type != "REFUSAL" && type != "TOOL_BEGIN" &&
        type != "TOOL_ARGS" && type != "FINISH") {
      continue;
    }
    words >> choice_index;
    ReadChoice& choice = reading.choices[choice_index];
    if (type == "FINISH") {
      words >> choice.finish;
      choice.native_finish = unquoted(line.substr(line.find('"')));
      continue;
    }
    words >> dot >> item;
    if (type == "TOOL_BEGIN") {
      const std::size_t id = line.find("id=") + 3;
      const std::size_t name = line.find(" name=", id);
      tool_of[{choice_index, item}] = choice.tools.size();
      choice.tools.push_back(
          {unquoted(line.substr(id, name - id)), unquoted(line.substr(name + 6)), ""});
      continue;
    }
    const std::string said = unquoted(line.substr(line.find('"')));
    if (type == "TEXT") choice.text += said;
    if (type == "REASONING") choice.reasoning += said;
    if (type == "REFUSAL") choice.refusal += said;
    if (type == "TOOL_ARGS") choice.tools.at(tool_of.at({choice_index, item})).arguments += said;
  }
  return reading;
}

void PrintTo(const Reading& reading, std::ostream* out) {
  *out << "usage " << reading.input << "/" << reading.output << "\n";
  for (const auto& [index, choice] : reading.choices) {
    *out << index << " finish " << choice.finish << " (" << choice.native_finish << ")\n  text "
         << choice.text << "\n  reasoning " << choice.reasoning << "\n  refusal " << choice.refusal
         << "\n";
    for (const CalledTool& tool : choice.tools) {
      *out << "  tool " << tool.id << " " << tool.name << " " << tool.arguments << "\n";
    }
  }
}

}  // namespace patchbay::testing
