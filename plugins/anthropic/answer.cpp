#include "plugins/anthropic/answer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/anthropic/errors.hpp"
#include "plugins/anthropic/json_object.hpp"

namespace patchbay::plugins::anthropic {
namespace {

constexpr auto kEscaped = sdk::Escaping::kEscaped;
constexpr std::uint32_t kItemsMax = 4096;   // of one answer; more is no answer but an attack
constexpr std::size_t kOpenMax = 64;        // blocks at once
constexpr std::size_t kProofMax = 1 << 22;  // bytes; real ones have thousands

// How many characters the inside of a JSON string stands for.
std::uint64_t characters_in(std::string_view escaped) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const auto byte = static_cast<unsigned char>(escaped[i]);
    if ((byte & 0xC0) == 0x80) continue;  // goes on with a character that is counted
    ++count;
    if (byte != '\\') continue;
    const bool code = i + 1 < escaped.size() && escaped[i + 1] == 'u';
    const bool second_half = code && i + 3 < escaped.size() && (escaped[i + 2] | 0x20) == 'd' &&
                             (escaped[i + 3] | 0x20) >= 'c';
    if (second_half) --count;
    i += code ? 5 : 1;
  }
  return count;
}

struct Stop {
  std::string_view word;
  std::int32_t reason;
};
constexpr std::array kStops{Stop{"end_turn", PBAY_FINISH_STOP},
                            Stop{"stop_sequence", PBAY_FINISH_STOP},
                            Stop{"pause_turn", PBAY_FINISH_STOP},
                            Stop{"max_tokens", PBAY_FINISH_LENGTH},
                            Stop{"model_context_window_exceeded", PBAY_FINISH_LENGTH},
                            Stop{"tool_use", PBAY_FINISH_TOOLS},
                            Stop{"refusal", PBAY_FINISH_CONTENT}};

std::int32_t reason_of(std::string_view word, bool called_tools) {
  const auto found = std::find_if(
      kStops.begin(), kStops.end(), [&](const Stop& stop) { return stop.word == word; });
  const std::int32_t reason = found == kStops.end() ? PBAY_FINISH_OTHER : found->reason;
  return reason == PBAY_FINISH_STOP && called_tools ? PBAY_FINISH_TOOLS : reason;
}

}  // namespace

Answer::Outcome Answer::fail(UpstreamError error) {
  error_ = std::move(error);
  ended_ = true;
  return Outcome::kFailed;
}

Answer::Outcome Answer::event(std::string_view data, sdk::Sink& sink) {
  if (ended_) return Outcome::kDone;
  if (!json_.parse(data) || !json_.root().is_object()) {
    return fail("the upstream sent an event that is not JSON");
  }
  const JsonValue root = json_.root();
  const JsonValue type = root["type"];
  if (type.says("content_block_delta")) {
    Block* block = find_block(root["index"].integer().value_or(-1));
    if (block == nullptr) return fail("the upstream went on with a block that it never began");
    read_delta(*block, root["delta"], sink);
  } else if (type.says("content_block_start")) {
    return begin_block(root, sink);
  } else if (type.says("content_block_stop")) {
    Block* block = find_block(root["index"].integer().value_or(-1));
    if (block != nullptr) close_block(*block, sink);
  } else if (type.says("message_start")) {
    say_meta(root["message"], sink);
    say_usage(root["message"]["usage"], sink);
  } else if (type.says("message_delta")) {
    say_finish(root["delta"], sink);
    say_usage(root["usage"], sink);
  } else if (type.says("message_stop")) {
    return end(sink) == Outcome::kFailed ? Outcome::kFailed : Outcome::kDone;
  } else if (type.says("error")) {
    return fail(classify_event(root["error"]));
  }
  return Outcome::kMore;  // a ping, or what is newer than this
}

Answer::Outcome Answer::whole(std::string_view body, sdk::Sink& sink) {
  if (!json_.parse(body) || !json_.root().is_object()) {
    return fail("the upstream's answer is not JSON");
  }
  const JsonValue root = json_.root();
  if (root["type"].says("error")) return fail(classify_event(root["error"]));
  if (!root["content"].is_array()) return fail("the upstream's answer is not a message");
  say_meta(root, sink);
  std::int64_t index = 0;
  for (const JsonValue content : root["content"].elements()) {
    if (!open_block(index, content, sink)) return fail("the upstream's answer has too many blocks");
    close_block(*find_block(index++), sink);
  }
  say_finish(root, sink);
  say_usage(root["usage"], sink);
  return Outcome::kMore;
}

Answer::Outcome Answer::end(sdk::Sink& sink) {
  if (ended_) return error_.message.empty() ? Outcome::kDone : Outcome::kFailed;
  if (!finished_) return fail("the upstream's answer broke off in the middle");
  for (Block& block : blocks_) {
    if (block.open) close_block(block, sink);
  }
  ended_ = true;
  return Outcome::kDone;
}

Answer::Block* Answer::find_block(std::int64_t index) {
  for (Block& block : blocks_) {
    if (block.open && block.index == index) return &block;
  }
  return nullptr;
}

sdk::At Answer::at(Block& block) {
  if (block.item == kNoItem) block.item = items_++;
  return {.choice = 0, .item = block.item};
}

Answer::Outcome Answer::begin_block(JsonValue root, sdk::Sink& sink) {
  const std::int64_t index = root["index"].integer().value_or(-1);
  if (Block* unfinished = find_block(index)) close_block(*unfinished, sink);
  if (!open_block(index, root["content_block"], sink)) {
    return fail("the upstream's answer has too many blocks");
  }
  return Outcome::kMore;
}

// False where there are too many.
bool Answer::open_block(std::int64_t index, JsonValue content, sdk::Sink& sink) {
  const auto unused =
      std::find_if(blocks_.begin(), blocks_.end(), [](const Block& block) { return !block.open; });
  say_meta({}, sink);  // nothing stands before it, even where the upstream left it out
  if (items_ >= kItemsMax || (unused == blocks_.end() && blocks_.size() >= kOpenMax)) return false;
  Block& block = unused == blocks_.end() ? blocks_.emplace_back() : *unused;
  block.index = index;
  block.open = true;
  block.has_args = false;
  block.item = kNoItem;
  block.begin = characters_;
  block.kind = finished_ ? Kind::kOther : kind_of(content["type"]);  // nothing follows a finish
  switch (block.kind) {
    case Kind::kText:
      say_text(block, content["text"].escaped(), sink);
      for (const JsonValue citation : content["citations"].elements())
        read_citation(block, citation);
      break;
    case Kind::kThinking:
      say_thinking(block, content["thinking"].escaped(), sink);
      block.proof = content["signature"].text(scratch_);
      break;
    case Kind::kRedacted:
      block.proof = content["data"].text(scratch_);
      break;
    case Kind::kTool:
      ++tools_;
      sink.tool_begin(
          at(block), content["id"].text(scratch_), content["name"].text(second_scratch_));
      block.input = content["input"].members().empty() ? "" : content["input"].raw();
      break;
    case Kind::kOther:
      break;
  }
  return true;
}

Answer::Kind Answer::kind_of(JsonValue type) {
  if (type.says("text")) return Kind::kText;
  if (type.says("thinking")) return Kind::kThinking;
  if (type.says("redacted_thinking")) return Kind::kRedacted;
  return type.says("tool_use") ? Kind::kTool : Kind::kOther;
}

void Answer::read_delta(Block& block, JsonValue delta, sdk::Sink& sink) {
  if (block.kind == Kind::kText) {
    say_text(block, delta["text"].escaped(), sink);
    if (delta["citation"].is_object()) read_citation(block, delta["citation"]);
  } else if (block.kind == Kind::kThinking) {
    say_thinking(block, delta["thinking"].escaped(), sink);
    if (block.proof.size() < kProofMax) block.proof += delta["signature"].text(scratch_);
  } else if (block.kind == Kind::kTool) {
    const std::string_view piece = delta["partial_json"].escaped();
    if (piece.empty()) return;  // the first piece always is
    block.has_args = true;
    sink.tool_args(at(block), piece, kEscaped);
  }
}

void Answer::say_text(Block& block, std::string_view escaped, sdk::Sink& sink) {
  if (escaped.empty()) return;
  characters_ += characters_in(escaped);
  sink.text(at(block), escaped, kEscaped);
}

void Answer::say_thinking(Block& block, std::string_view escaped, sdk::Sink& sink) {
  if (!escaped.empty()) sink.reasoning(at(block), escaped, kEscaped);
}

// A page of the web is what other dialects can say; a place in a document is passed on as it is.
void Answer::read_citation(Block& block, JsonValue citation) {
  if (!citation["url"].is_string()) {
    next_element(citations_);
    citations_ += citation.line(scratch_);
    return;
  }
  next_element(block.annotations);
  JsonObject annotation(block.annotations);
  annotation.text("type", "url_citation");
  annotation.key("url_citation");
  JsonObject page(block.annotations);
  page.raw("url", citation["url"].raw());
  page.raw("title", citation["title"].is_string() ? citation["title"].raw() : "\"\"");
  if (citation["cited_text"].is_string()) page.raw("content", citation["cited_text"].raw());
  page.number("start_index", static_cast<std::int64_t>(block.begin));
  // Where the text ends is not known yet.
  block.annotations += ",\"end_index\":?}}";
}

void Answer::end_annotations(Block& block) {
  if (block.annotations.empty()) return;
  constexpr std::string_view kOpenEnd = "\"end_index\":?";
  const std::string end = std::to_string(characters_);
  for (std::size_t place = block.annotations.find(kOpenEnd); place != std::string::npos;
       place = block.annotations.find(kOpenEnd, place)) {
    block.annotations.replace(place + kOpenEnd.size() - 1, 1, end);
  }
  next_element(annotations_);
  annotations_ += block.annotations;
  block.annotations.clear();
}

void Answer::say_collected(std::string_view key, std::string& list, sdk::Sink& sink) {
  if (list.empty()) return;
  const std::uint32_t last = items_ == 0 ? 0 : items_ - 1;
  sink.extra({.choice = 0, .item = last}, PBAY_AT_DELTA, key, "[" + list + "]");
  list.clear();
}

void Answer::close_block(Block& block, sdk::Sink& sink) {
  block.open = false;
  if (block.kind == Kind::kOther || finished_) return;
  if (block.kind == Kind::kTool && !block.has_args && !block.input.empty()) {
    sink.tool_args(at(block), block.input);
  }
  if (!block.proof.empty()) {
    const bool redacted = block.kind == Kind::kRedacted;
    sink.signature(at(block), redacted ? "anthropic.redacted" : "anthropic.signature", block.proof);
  }
  end_annotations(block);
  if (block.item != kNoItem) sink.item_end(at(block));
  block.proof.clear();
  block.input.clear();
}

void Answer::say_meta(JsonValue message, sdk::Sink& sink) {
  if (std::exchange(meta_said_, true)) return;
  sink.meta({.id = message["id"].text(scratch_), .model = message["model"].text(second_scratch_)});
}

void Answer::say_usage(JsonValue usage, sdk::Sink& sink) {
  if (!usage.is_object()) return;
  say_meta({}, sink);
  usage_.take(usage);
  if (!usage_.known()) return;
  pbay_ev_usage event = usage_.event();
  event.native_json = sdk::bytes(usage.line(scratch_));
  sink.usage(event);
}

// `holder` has stop_reason, and stop_details where the model refused.
void Answer::say_finish(JsonValue holder, sdk::Sink& sink) {
  const std::string_view word = holder["stop_reason"].text(scratch_);
  if (word.empty() || finished_) return;
  say_meta({}, sink);
  for (Block& block : blocks_) {
    if (block.open) close_block(block, sink);
  }
  finished_ = true;
  say_collected("annotations", annotations_, sink);
  say_collected("citations", citations_, sink);
  const JsonValue details = holder["stop_details"];
  if (details.is_object()) {
    sink.extra({}, PBAY_AT_CHOICE, "refusal_details", details.line(second_scratch_));
  }
  sink.finish(0, reason_of(word, tools_ > 0), word);
}

}  // namespace patchbay::plugins::anthropic
