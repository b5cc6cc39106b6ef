#include "plugins/shared/openai_choice.hpp"

#include <array>
#include <cstddef>

#include "plugins/shared/base64.hpp"

namespace patchbay::plugins {
namespace {

constexpr std::uint32_t kNoItem = 0xFFFFFFFF;
constexpr std::size_t kToolsMax = 1024;  // of one choice; more is no answer but an attack
constexpr auto kEscaped = sdk::Escaping::kEscaped;

// What a proof of reasoning is called, from the format that the vendor's gateway names.
std::string_view signature_format(JsonValue detail, std::string& scratch) {
  const std::string_view format = detail["format"].text(scratch);
  const bool encrypted = detail["type"].says("reasoning.encrypted");
  if (format.starts_with("anthropic")) {
    return encrypted ? "anthropic.redacted" : "anthropic.signature";
  }
  if (format.starts_with("google")) return "google.thought";
  if (format.starts_with("openai")) return "openai.encrypted";
  return format.empty() ? std::string_view("unknown") : format;
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

std::int32_t finish_reason_of(std::string_view word, bool called_tools) {
  struct Meaning {
    std::string_view word;
    std::int32_t reason;
  };
  static constexpr std::array kMeanings{Meaning{"stop", PBAY_FINISH_STOP},
                                        Meaning{"eos", PBAY_FINISH_STOP},
                                        Meaning{"eos_token", PBAY_FINISH_STOP},
                                        Meaning{"end_turn", PBAY_FINISH_STOP},
                                        Meaning{"stop_sequence", PBAY_FINISH_STOP},
                                        Meaning{"length", PBAY_FINISH_LENGTH},
                                        Meaning{"max_tokens", PBAY_FINISH_LENGTH},
                                        Meaning{"model_length", PBAY_FINISH_LENGTH},
                                        Meaning{"tool_calls", PBAY_FINISH_TOOLS},
                                        Meaning{"tool_use", PBAY_FINISH_TOOLS},
                                        Meaning{"function_call", PBAY_FINISH_TOOLS},
                                        Meaning{"content_filter", PBAY_FINISH_CONTENT},
                                        Meaning{"safety", PBAY_FINISH_CONTENT},
                                        Meaning{"error", PBAY_FINISH_ERROR}};
  std::int32_t reason = word.empty() ? PBAY_FINISH_STOP : PBAY_FINISH_OTHER;
  for (const Meaning& meaning : kMeanings) {
    if (meaning.word == word) reason = meaning.reason;
  }
  return reason == PBAY_FINISH_STOP && called_tools ? PBAY_FINISH_TOOLS : reason;
}

sdk::At OpenAiChoice::open(Block block, sdk::Sink& sink) {
  if (block_ != block) {
    close(sink);
    block_ = block;
    block_item_ = items_++;
  }
  return at(block_item_);
}

void OpenAiChoice::close(sdk::Sink& sink) {
  if (block_ != Block::kNone) sink.item_end(at(block_item_));
  block_ = Block::kNone;
}

bool OpenAiChoice::read(JsonValue delta, bool is_whole, sdk::Sink& sink) {
  ++deltas_;
  JsonValue content, refusal, reasoning, reasoning_content, details, calls, call, audio, images;
  for (const JsonValue value : delta.members()) {
    if (!value) continue;
    const std::string_view name = value.key().escaped();
    if (name == "content") {
      content = value;
    } else if (name == "refusal") {
      refusal = value;
    } else if (name == "reasoning") {
      reasoning = value;
    } else if (name == "reasoning_content") {
      reasoning_content = value;
    } else if (name == "reasoning_details") {
      details = value;
    } else if (name == "tool_calls") {
      calls = value;
    } else if (name == "function_call") {
      call = value;
    } else if (name == "audio") {
      audio = value;
    } else if (name == "images") {
      images = value;
    } else if (name != "role" && !(value.is_array() && value.elements().empty())) {
      sink.extra(
          at(block_item_), PBAY_AT_DELTA, value.key().text(scratch_), value.line(second_scratch_));
    }
  }
  if (finished_) return true;  // a repeated last chunk; nothing may follow a finish
  // Some say the same reasoning under two names at once.
  read_reasoning(
      reasoning_content.escaped().empty() ? reasoning : reasoning_content, details, sink);
  read_content(content, sink);
  if (!refusal.escaped().empty()) {
    const sdk::At place = open(Block::kRefusal, sink);
    sink.refusal(place, refusal.escaped(), kEscaped);
  }
  for (const JsonValue image : images.elements())
    read_image(image, sink);
  const bool sound = !audio || read_audio(audio, sink);
  read_tools(calls, is_whole, sink);
  if (call.is_object() && !calls) read_tool(call, -1, is_whole, sink);
  return sound && tools_.size() <= kToolsMax;
}

void OpenAiChoice::read_text(JsonValue text, sdk::Sink& sink) {
  if (!finished_ && text.is_string()) read_content(text, sink);
}

void OpenAiChoice::read_content(JsonValue content, sdk::Sink& sink) {
  if (!content.escaped().empty()) {
    const sdk::At place = open(Block::kText, sink);
    sink.text(place, content.escaped(), kEscaped);
  }
  for (const JsonValue part : content.elements())
    read_part(part, sink);
}

void OpenAiChoice::read_part(JsonValue part, sdk::Sink& sink) {
  const JsonValue type = part["type"];
  if (type.says("text") || type.says("output_text")) {
    read_content(part["text"].is_string() ? part["text"] : JsonValue(), sink);
  } else if (type.says("thinking")) {
    const JsonValue thinking = part["thinking"];
    read_reasoning(thinking, JsonValue(), sink);
    for (const JsonValue piece : thinking.elements()) {
      read_reasoning(piece["text"], JsonValue(), sink);
    }
  } else if (type.says("refusal")) {
    const sdk::At place = open(Block::kRefusal, sink);
    sink.refusal(place, part["refusal"].escaped(), kEscaped);
  } else if (type.says("image_url")) {
    read_image(part, sink);
  } else {
    host_.log(PBAY_LOG_DEBUG, 0, "a content part of an unknown type was left out");
  }
}

void OpenAiChoice::read_reasoning(JsonValue direct, JsonValue details, sdk::Sink& sink) {
  const bool said = !direct.escaped().empty();
  if (said) {
    const sdk::At place = open(Block::kReasoning, sink);
    sink.reasoning(place, direct.escaped(), kEscaped);
  }
  for (const JsonValue detail : details.elements()) {
    const JsonValue text = detail["text"] ? detail["text"] : detail["summary"];
    if (!said && !text.escaped().empty()) {
      const sdk::At place = open(Block::kReasoning, sink);
      sink.reasoning(place, text.escaped(), kEscaped);
    }
    read_detail_proof(detail, sink);
  }
}

void OpenAiChoice::read_detail_proof(JsonValue detail, sdk::Sink& sink) {
  const JsonValue proof = detail["signature"] ? detail["signature"] : detail["data"];
  if (proof.escaped().empty()) return;
  const std::string_view format = signature_format(detail, scratch_);
  // A thought signature may belong to a tool call; it then has the call's id.
  const JsonValue id = detail["id"];
  const std::uint64_t id_hash = id.is_string() ? hash_of(id.escaped()) : 0;
  for (const Tool& tool : tools_) {
    if (id_hash != 0 && tool.begun && tool.id_hash == id_hash) {
      sink.signature(at(tool.item), format, proof.text(second_scratch_));
      return;
    }
  }
  const sdk::At place = open(Block::kReasoning, sink);
  sink.signature(place, format, proof.text(second_scratch_));
}

void OpenAiChoice::read_tools(JsonValue calls, bool is_whole, sdk::Sink& sink) {
  std::int64_t position = 0;
  for (const JsonValue call : calls.elements()) {
    if (tools_.size() > kToolsMax) return;
    read_tool(call, position++, is_whole, sink);
  }
}

// A piece of a call belongs to the call with its index. It begins a new one where there is none,
// and also where it cannot be a piece: with a name and another id, or with a name beside its
// namesake in the same delta, as those send them who write index 0 everywhere.
void OpenAiChoice::read_tool(JsonValue call,
                             std::int64_t position,
                             bool is_whole,
                             sdk::Sink& sink) {
  JsonValue function = call["function"] ? call["function"] : call["custom"];
  if (!function) function = call;  // the old function_call has the fields in itself
  const std::string_view name = function["name"].text(scratch_);
  const JsonValue id = call["id"];
  const std::uint64_t id_hash = id.escaped().empty() ? 0 : hash_of(id.escaped());
  const std::int64_t index = call["index"].integer().value_or(is_whole ? position : -1);

  Tool* tool = find_tool(index, id_hash, !name.empty());
  if (tool != nullptr && tool->begun && !name.empty()) {
    const bool other_id = id_hash != 0 && id_hash != tool->id_hash;
    if (other_id || tool->delta == deltas_) tool = nullptr;
  }
  if (tool == nullptr) {
    tool = &tools_.emplace_back();
    tool->index = index;
    tool->item = kNoItem;
  }
  tool->delta = deltas_;
  if (!tool->begun && id_hash != 0) {
    tool->id_hash = id_hash;
    tool->id = id.string();
  }
  if (!tool->begun && !name.empty()) begin_tool(*tool, name, sink);
  say_arguments(*tool, function["arguments"] ? function["arguments"] : function["input"], sink);
}

OpenAiChoice::Tool* OpenAiChoice::find_tool(std::int64_t index, std::uint64_t id_hash, bool named) {
  for (auto tool = tools_.rbegin(); tool != tools_.rend(); ++tool) {
    if (index >= 0 ? tool->index == index : id_hash != 0 && tool->id_hash == id_hash) return &*tool;
  }
  // A nameless piece without an index goes on with what came last.
  const bool goes_on = index < 0 && id_hash == 0 && !named && !tools_.empty();
  return goes_on ? &tools_.back() : nullptr;
}

void OpenAiChoice::begin_tool(Tool& tool, std::string_view name, sdk::Sink& sink) {
  close(sink);
  tool.begun = true;
  tool.item = items_++;
  if (tool.id.empty()) tool.id = random_id();
  sink.tool_begin(at(tool.item), tool.id, name);
  if (!tool.early_arguments.empty()) sink.tool_args(at(tool.item), tool.early_arguments, kEscaped);
  tool.early_arguments.clear();
}

void OpenAiChoice::say_arguments(Tool& tool, JsonValue arguments, sdk::Sink& sink) {
  if (!arguments) return;
  if (!tool.begun) {
    if (arguments.is_string()) {
      tool.early_arguments += arguments.escaped();
    } else {
      append_escaped(tool.early_arguments, arguments.raw());
    }
  } else if (!arguments.is_string()) {
    sink.tool_args(at(tool.item), arguments.raw());
  } else if (!arguments.escaped().empty()) {
    sink.tool_args(at(tool.item), arguments.escaped(), kEscaped);
  }
}

void OpenAiChoice::read_image(JsonValue image, sdk::Sink& sink) {
  const JsonValue holder = image["image_url"];
  const std::string_view url = (holder.is_object() ? holder["url"] : holder).text(scratch_);
  if (url.empty()) return;
  close(sink);
  const sdk::At place = at(items_++);
  constexpr std::string_view kMark = ";base64,";
  const std::size_t mark = url.find(kMark);
  if (url.starts_with("data:") && mark != url.npos) {
    const std::string_view mime = url.substr(5, mark - 5);
    sink.image(place, PBAY_DATA_BASE64, url.substr(mark + kMark.size()), mime);
  } else {
    sink.image(place, PBAY_DATA_URL, url);
  }
  sink.item_end(place);
}

// The sound itself is an event; what else stands there (id, transcript, expires_at) has none.
bool OpenAiChoice::read_audio(JsonValue audio, sdk::Sink& sink) {
  second_scratch_.assign(1, '{');
  for (const JsonValue value : audio.members()) {
    if (value.key().says("data")) continue;
    if (second_scratch_.size() > 1) second_scratch_ += ',';
    second_scratch_.append(value.key().raw()).append(":").append(value.line(scratch_));
  }
  second_scratch_ += '}';
  const std::string encoded = audio["data"].string();
  if (second_scratch_.size() <= 2 && encoded.empty()) return true;
  const sdk::At place = open(Block::kAudio, sink);
  if (second_scratch_.size() > 2) sink.extra(place, PBAY_AT_DELTA, "audio", second_scratch_);
  if (encoded.empty()) return true;
  if (!decode_base64(encoded, scratch_)) return false;
  sink.audio(place, scratch_, {});
  return true;
}

void OpenAiChoice::finish(std::string_view reason, std::string_view native, sdk::Sink& sink) {
  if (finished_) return;
  finished_ = true;
  close(sink);
  for (Tool& tool : tools_) {
    if (!tool.begun && !tool.early_arguments.empty()) begin_tool(tool, {}, sink);
  }
  bool called = false;
  for (const Tool& tool : tools_) {
    if (tool.begun) sink.item_end(at(tool.item));
    called = called || tool.begun;
  }
  sink.finish(index_, finish_reason_of(reason, called), native.empty() ? reason : native);
}

std::string OpenAiChoice::random_id() const {
  constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
  std::array<std::byte, 24> bytes{};
  host_.random(bytes);
  std::string id = "call_";
  for (const std::byte byte : bytes)
    id.push_back(kDigits[std::to_integer<unsigned>(byte) & 31]);
  return id;
}

}  // namespace patchbay::plugins
