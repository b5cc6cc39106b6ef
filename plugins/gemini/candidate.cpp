#include "plugins/gemini/candidate.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "plugins/gemini/one_line.hpp"
#include "plugins/shared/base64.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr auto kEscaped = sdk::Escaping::kEscaped;
constexpr unsigned kCallsMax = 1024;  // more is no answer but an attack

struct Meaning {
  std::string_view word;
  std::int32_t reason;
};
constexpr std::array kMeanings{Meaning{"STOP", PBAY_FINISH_STOP},
                               Meaning{"MAX_TOKENS", PBAY_FINISH_LENGTH},
                               Meaning{"SAFETY", PBAY_FINISH_CONTENT},
                               Meaning{"RECITATION", PBAY_FINISH_CONTENT},
                               Meaning{"BLOCKLIST", PBAY_FINISH_CONTENT},
                               Meaning{"PROHIBITED_CONTENT", PBAY_FINISH_CONTENT},
                               Meaning{"SPII", PBAY_FINISH_CONTENT},
                               Meaning{"IMAGE_SAFETY", PBAY_FINISH_CONTENT},
                               Meaning{"IMAGE_PROHIBITED_CONTENT", PBAY_FINISH_CONTENT},
                               Meaning{"IMAGE_RECITATION", PBAY_FINISH_CONTENT},
                               Meaning{"MALFORMED_FUNCTION_CALL", PBAY_FINISH_ERROR},
                               Meaning{"UNEXPECTED_TOOL_CALL", PBAY_FINISH_ERROR},
                               Meaning{"TOO_MANY_TOOL_CALLS", PBAY_FINISH_ERROR},
                               Meaning{"MISSING_THOUGHT_SIGNATURE", PBAY_FINISH_ERROR},
                               Meaning{"MALFORMED_RESPONSE", PBAY_FINISH_ERROR}};

// Parts that the vendor fills for tools which it runs itself.
struct OwnPart {
  std::string_view vendor;
  std::string_view event;
};
constexpr std::array kOwnParts{OwnPart{"executableCode", "executable_code"},
                               OwnPart{"codeExecutionResult", "code_execution_result"},
                               OwnPart{"functionResponse", "function_response"},
                               OwnPart{"toolCall", "tool_call"},
                               OwnPart{"toolResponse", "tool_response"}};

// Whether a result of that call stands beside it: then the vendor has run the tool, and nobody
// waits for an answer.
bool was_run(JsonValue call, JsonValue parts) {
  for (const JsonValue part : parts.elements()) {
    const JsonValue response = part["functionResponse"];
    if (response["name"].is_string() && response["name"].raw() == call["name"].raw() &&
        (!response["id"] || response["id"].raw() == call["id"].raw())) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::int32_t finish_reason_of(std::string_view word, bool called_tools) {
  std::int32_t reason = PBAY_FINISH_OTHER;
  for (const Meaning& meaning : kMeanings) {
    if (meaning.word == word) reason = meaning.reason;
  }
  return reason == PBAY_FINISH_STOP && called_tools ? PBAY_FINISH_TOOLS : reason;
}

sdk::At Candidate::open(Block block, sdk::Sink& sink) {
  if (block_ != block) {
    close(sink);
    block_ = block;
    block_item_ = items_++;
  }
  return at(block_item_);
}

void Candidate::close(sdk::Sink& sink) {
  if (block_ != Block::kNone) sink.item_end(at(block_item_));
  block_ = Block::kNone;
}

bool Candidate::read(JsonValue parts, sdk::Sink& sink) {
  for (const JsonValue part : parts.elements()) {
    if (!read_part(part, parts, sink)) return false;
  }
  return true;
}

bool Candidate::read_part(JsonValue part, JsonValue parts, sdk::Sink& sink) {
  JsonValue text, call, data, file, signature;
  bool is_thought = false;
  bool is_other = false;
  for (const JsonValue value : part.members()) {
    if (!value) continue;
    const std::string_view name = value.key().escaped();
    if (name == "text") {
      text = value;
    } else if (name == "thought") {
      is_thought = value.is_true();
    } else if (name == "thoughtSignature" || name == "thought_signature") {
      signature = value;
    } else if (name == "functionCall") {
      call = value;
    } else if (name == "inlineData") {
      data = value;
    } else if (name == "fileData") {
      file = value;
    } else {
      for (const OwnPart& own : kOwnParts) {
        if (own.vendor != name) continue;
        is_other = true;
        say_other(own.event, value, sink);
      }
    }
  }
  if (call.is_object() && was_run(call, parts)) {
    say_other("function_call", call, sink);
  } else if (call.is_object()) {
    if (!call["name"].is_string() || calls_ == kCallsMax) return false;
    read_call(call, signature, sink);
    return true;
  }
  if (data.is_object()) return read_data(data, is_thought, signature, sink);
  if (file.is_object()) {
    const std::string_view type = file["mimeType"].text(second_scratch_);
    if (type.starts_with("image/") && !file["fileUri"].escaped().empty()) {
      read_image(PBAY_DATA_URL, file["fileUri"], type, signature, sink);
    } else {
      say_other("file_data", file, sink);
    }
    return true;
  }
  if (text.is_string() || (signature && !is_other)) read_text(text, is_thought, signature, sink);
  return true;
}

void Candidate::read_text(JsonValue text, bool is_thought, JsonValue signature, sdk::Sink& sink) {
  const std::string_view said = text.escaped();
  if (!said.empty()) {
    const sdk::At place = open(is_thought ? Block::kReasoning : Block::kText, sink);
    if (is_thought) {
      sink.reasoning(place, said, kEscaped);
    } else {
      sink.text(place, said, kEscaped);
    }
  }
  if (signature.escaped().empty()) return;
  // One that comes in a part without words belongs to what was said before it.
  const bool joins = said.empty() && (block_ == Block::kText || block_ == Block::kReasoning);
  const Block block = joins                        ? block_
                      : said.empty() || is_thought ? Block::kReasoning
                                                   : Block::kText;
  say_signature(open(block, sink), signature, sink);
}

void Candidate::read_call(JsonValue call, JsonValue signature, sdk::Sink& sink) {
  close(sink);
  ++calls_;
  const sdk::At place = at(items_++);
  const JsonValue id = call["id"];
  const std::string_view name = call["name"].text(scratch_);
  if (id.escaped().empty()) {
    sink.tool_begin(place, random_id(), name);
  } else {
    sink.tool_begin(place, id.text(second_scratch_), name);
  }
  const JsonValue arguments = call["args"];
  sink.tool_args(place, arguments.is_object() ? one_line(arguments, scratch_) : "{}");
  say_signature(place, signature, sink);
  sink.item_end(place);
}

bool Candidate::read_data(JsonValue data, bool is_thought, JsonValue signature, sdk::Sink& sink) {
  const std::string_view type = data["mimeType"].text(second_scratch_);
  if (type.starts_with("audio/")) return read_audio(data["data"], type, sink);
  if (!type.starts_with("image/")) {
    say_other("inline_data", data, sink);
  } else if (data["data"].escaped().empty()) {
    return true;            // a picture without a picture
  } else if (is_thought) {  // a draft on the way to the picture
    close(sink);
    const sdk::At place = at(items_++);
    sink.preview(place, previews_++, PBAY_DATA_BASE64, data["data"].text(scratch_), type);
    sink.item_end(place);
  } else {
    read_image(PBAY_DATA_BASE64, data["data"], type, signature, sink);
  }
  return true;
}

void Candidate::read_image(std::int32_t kind,
                           JsonValue data,
                           std::string_view type,
                           JsonValue signature,
                           sdk::Sink& sink) {
  close(sink);
  const sdk::At place = at(items_++);
  sink.image(place, kind, data.text(scratch_), type);
  say_signature(place, signature, sink);
  sink.item_end(place);
}

bool Candidate::read_audio(JsonValue data, std::string_view type, sdk::Sink& sink) {
  std::string encoded;
  if (!decode_base64(data.text(encoded), scratch_)) return false;
  if (!scratch_.empty()) sink.audio(open(Block::kAudio, sink), scratch_, type);
  return true;
}

void Candidate::say_other(std::string_view name, JsonValue value, sdk::Sink& sink) {
  sink.extra(at(block_item_), PBAY_AT_DELTA, name, one_line(value, scratch_));
}

void Candidate::say_signature(sdk::At place, JsonValue signature, sdk::Sink& sink) {
  if (signature.escaped().empty()) return;
  sink.signature(place, "google.thought", signature.text(scratch_));
}

void Candidate::set_reason(JsonValue reason) {
  if (reason.is_string() && !reason.escaped().empty()) reason_ = reason.text(scratch_);
}

bool Candidate::ended_badly(JsonValue reason) {
  return reason.is_string() && !reason.says("STOP") && !reason.says("MAX_TOKENS");
}

void Candidate::finish(sdk::Sink& sink) {
  if (std::exchange(finished_, true)) return;
  close(sink);
  sink.finish(index_, finish_reason_of(reason_, calls_ > 0), reason_);
}

std::string Candidate::random_id() const {
  constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
  std::array<std::byte, 24> bytes{};
  host_.random(bytes);
  std::string id = "call_";
  for (const std::byte byte : bytes)
    id.push_back(kDigits[std::to_integer<unsigned>(byte) & 31]);
  return id;
}

}  // namespace patchbay::plugins::gemini
