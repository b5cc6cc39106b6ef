#include "tests/component/anthropic/anthropic_recordings.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "core/json/write.hpp"

namespace patchbay::testing {
namespace {

using json::Value;

const Value* find(const Value* value, std::string_view name) {
  const Value* found = value == nullptr ? nullptr : value->find(name);
  return found == nullptr || found->is(json::Kind::kNull) ? nullptr : found;
}

std::string text(const Value* value, std::string_view name) {
  const Value* found = find(value, name);
  return found == nullptr ? "" : std::string(found->as_string().value_or(""));
}

std::int64_t number(const Value* value, std::string_view name, std::int64_t otherwise) {
  const Value* found = find(value, name);
  return found == nullptr ? otherwise : found->as_int64().value_or(otherwise);
}

std::string unzipped(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("gzip -dc '" + path + "'").c_str(), "r"),
                                                   pclose);
  if (!pipe) throw std::runtime_error("cannot run gzip");
  std::string out;
  std::array<char, 65536> buffer;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
    out.append(buffer.data(), n);
  if (out.empty()) throw std::runtime_error("nothing in " + path);
  return out;
}

Value parsed(std::string_view body) {
  auto value = json::parse(body);
  if (!value) throw std::runtime_error("a recording is not JSON: " + value.error().message);
  return std::move(*value);
}

void write(const Value& value, std::string& out) {
  switch (value.kind()) {
    case json::Kind::kObject: {
      out += '{';
      for (const json::Member& member : value.members()) {
        if (out.back() != '{') out += ',';
        json::append_string(out, member.name);
        out += ':';
        write(member.value, out);
      }
      out += '}';
      return;
    }
    case json::Kind::kArray: {
      out += '[';
      for (const Value& item : value.items()) {
        if (out.back() != '[') out += ',';
        write(item, out);
      }
      out += ']';
      return;
    }
    case json::Kind::kString:
      return json::append_string(out, *value.as_string());
    case json::Kind::kNumber:
      out += *value.as_number();
      return;
    default:
      out += value.is(json::Kind::kNull) ? "null" : value.is(json::Kind::kTrue) ? "true" : "false";
  }
}

// One block of an answer, put together.
struct Block {
  std::string type, id, name, text, thinking, signature, data, input;
};

struct Message {
  std::vector<Block> blocks;
  std::string stop;
  std::int64_t input = -1, output = -1, read = 0, written = 0;
};

Block block_of(const Value& content) {
  Block block{text(&content, "type"),
              text(&content, "id"),
              text(&content, "name"),
              text(&content, "text"),
              text(&content, "thinking"),
              text(&content, "signature"),
              text(&content, "data"),
              ""};
  const Value* input = find(&content, "input");
  if (input != nullptr && !input->members().empty()) write(*input, block.input);
  return block;
}

void read_usage(const Value* usage, Message& message) {
  message.input = number(usage, "input_tokens", message.input);
  message.output = number(usage, "output_tokens", message.output);
  message.read = number(usage, "cache_read_input_tokens", message.read);
  message.written = number(usage, "cache_creation_input_tokens", message.written);
}

void read_event(const Value& event, Message& message) {
  const std::string type = text(&event, "type");
  if (type == "message_start") read_usage(find(find(&event, "message"), "usage"), message);
  if (type == "content_block_start") {
    message.blocks.push_back(block_of(*find(&event, "content_block")));
  }
  if (type == "content_block_delta") {
    const Value* delta = find(&event, "delta");
    Block& block = message.blocks.at(static_cast<std::size_t>(number(&event, "index", -1)));
    block.text += text(delta, "text");
    block.thinking += text(delta, "thinking");
    block.signature += text(delta, "signature");
    block.input += text(delta, "partial_json");
  }
  if (type == "message_delta") {
    message.stop = text(find(&event, "delta"), "stop_reason");
    read_usage(find(&event, "usage"), message);
  }
}

Message message_of(const OpenAiFixture& answer) {
  Message message;
  const Framed framed = frames_of(answer.status, answer.headers, answer.response);
  if (framed.framing != PBAY_FRAME_WHOLE) {
    for (const Frame& frame : framed.frames)
      read_event(parsed(frame.data), message);
    return message;
  }
  const Value whole = parsed(framed.frames.front().data);
  for (const Value& content : find(&whole, "content")->items())
    message.blocks.push_back(block_of(content));
  message.stop = text(&whole, "stop_reason");
  read_usage(find(&whole, "usage"), message);
  return message;
}

std::string finish_of(const Message& message) {
  if (message.stop == "max_tokens") return "length";
  if (message.stop == "tool_use") return "tools";
  return message.stop == "refusal" ? "content" : "stop";
}

std::string as_json(const Block& block) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", block.type);
  if (block.type == "thinking") {
    writer.member("thinking", block.thinking).member("signature", block.signature);
  } else if (block.type == "redacted_thinking") {
    writer.member("data", block.data);
  } else {
    writer.member("id", block.id).member("name", block.name);
    std::string input;
    write(parsed(block.input.empty() ? "{}" : block.input), input);
    writer.key("input").raw(input);
  }
  writer.end_object();
  return out;
}

bool must_return(const Block& block) {
  return block.type == "thinking" || block.type == "redacted_thinking" || block.type == "tool_use";
}

template <typename Each>
void each_recording(const std::string& folder, const std::string& name, const Each& each) {
  std::istringstream lines(unzipped(folder + "/" + name + ".jsonl.gz"));
  std::string line;
  while (std::getline(lines, line)) {
    const Value recorded = parsed(line);
    each(recorded, find(&recorded, "meta"));
  }
}

}  // namespace

std::vector<RecordedMessage> read_messages(const std::string& folder) {
  std::vector<RecordedMessage> found;
  each_recording(folder, "anthropic", [&](const Value& recorded, const Value* meta) {
    if (text(meta, "endpoint") != "messages" || number(meta, "status", 0) != 200) return;
    const bool streamed = find(meta, "stream")->as_bool().value_or(false);
    RecordedMessage& message = found.emplace_back();
    message.id = text(meta, "id");
    message.model = text(meta, "model");
    message.answer.status = 200;
    message.answer.headers = {
        {"content-type", streamed ? "text/event-stream; charset=utf-8" : "application/json"}};
    message.answer.request = R"({"model":"m","messages":[{"role":"user","content":"x"}])" +
                             std::string(streamed ? ",\"stream\":true}" : "}");
    message.answer.response = text(find(find(&recorded, "response"), "body"), "text");
  });
  return found;
}

std::vector<RecordedRequest> read_chat_requests(const std::string& folder,
                                                const std::string& name) {
  std::vector<RecordedRequest> found;
  each_recording(folder, name, [&](const Value& recorded, const Value* meta) {
    if (text(meta, "endpoint") != "chat/completions") return;
    const std::string body = text(find(find(&recorded, "request"), "body"), "text");
    const auto asked = json::parse(body);
    // Without messages it is something else: the update of a stored completion.
    if (!asked || asked->find("messages") == nullptr) return;
    found.push_back({text(meta, "id"), body});
  });
  return found;
}

Reading read_message(const OpenAiFixture& answer) {
  const Message message = message_of(answer);
  Reading reading;
  ReadChoice& choice = reading.choices[0];
  for (const Block& block : message.blocks) {
    choice.text += block.type == "text" ? block.text : "";
    choice.reasoning += block.thinking;
    if (block.type == "tool_use") choice.tools.push_back({block.id, block.name, block.input});
  }
  choice.finish = finish_of(message);
  choice.native_finish = message.stop;
  reading.input = message.input + message.read + message.written;
  reading.output = message.output;
  return reading;
}

std::vector<std::string> blocks_to_return(const OpenAiFixture& answer) {
  std::vector<std::string> blocks;
  for (const Block& block : message_of(answer).blocks) {
    if (must_return(block)) blocks.push_back(as_json(block));
  }
  return blocks;
}

std::vector<std::string> returned_blocks(const Value& message) {
  std::vector<std::string> blocks;
  for (const Value& content : find(&message, "content")->items()) {
    const Block block = block_of(content);
    if (must_return(block)) blocks.push_back(as_json(block));
  }
  return blocks;
}

}  // namespace patchbay::testing
