#include "core/conversations/answer_record.hpp"

#include <algorithm>
#include <iterator>

#include "core/chat/event.hpp"
#include "core/conversations/storable_text.hpp"
#include "core/json/view.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

using chat::event_as;
using chat::view;

std::string unescaped(const std::string& inside) {
  return storable(json::View('"' + inside + '"').string());
}

}  // namespace

void AnswerRecord::take(const pbay_event& event) {
  if (event.choice != 0) return;
  switch (event.type) {
    case PBAY_EV_META:
      if (const auto* meta = event_as<pbay_ev_meta>(event)) {
        if (meta->model.len > 0) model_ = storable(view(meta->model));
      }
      return;
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL:
      return add_text(Kind::kText, event);
    case PBAY_EV_REASONING:
      return add_text(Kind::kReasoning, event);
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) {
        Block& block = blocks_.emplace_back();
        block.kind = Kind::kTool;
        block.item = event.item;
        block.id = view(tool->id);
        block.name = view(tool->name);
        bytes_ += block.name.size() + 1;
      }
      return;
    case PBAY_EV_TOOL_ARGS:
      return add_arguments(event);
    case PBAY_EV_IMAGE:
      if (const auto* image = event_as<pbay_ev_image>(event)) add_image(*image);
      return;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) {
        usage_ = {usage->input, usage->output, usage->cache_read};
      }
      return;
    default:
      return;
  }
}

// Text of the same kind goes on in the block before, whatever item the provider says it belongs to.
AnswerRecord::Block& AnswerRecord::block_for(Kind kind, std::uint32_t item) {
  if (blocks_.empty() || blocks_.back().kind != kind) {
    blocks_.emplace_back();
    blocks_.back().kind = kind;
  }
  blocks_.back().item = item;
  return blocks_.back();
}

void AnswerRecord::add_text(Kind kind, const pbay_event& event) {
  const auto* text = event_as<pbay_ev_text>(event);
  if (text == nullptr || text->text.len == 0) return;
  Block& block = block_for(kind, event.item);
  if ((event.flags & PBAY_EVF_ESCAPED) != 0) {
    block.escaped += view(text->text);
  } else {
    json::append_escaped(block.escaped, view(text->text));
  }
  bytes_ += text->text.len;
}

void AnswerRecord::add_arguments(const pbay_event& event) {
  const auto* text = event_as<pbay_ev_text>(event);
  if (text == nullptr) return;
  const auto call = std::find_if(
      blocks_.begin() + static_cast<std::ptrdiff_t>(step_), blocks_.end(), [&](const Block& block) {
        return block.kind == Kind::kTool && block.item == event.item;
      });
  if (call == blocks_.end()) return;
  if ((event.flags & PBAY_EVF_ESCAPED) != 0) {
    call->escaped += view(text->text);
  } else {
    json::append_escaped(call->escaped, view(text->text));
  }
  bytes_ += text->text.len;
}

// Bytes of an image are kept as a file of their own; here there is the way to them.
void AnswerRecord::add_image(const pbay_ev_image& image) {
  if (image.partial >= 0 || image.kind != PBAY_DATA_URL) return;
  Block& block = blocks_.emplace_back();
  block.kind = Kind::kImage;
  block.url = view(image.data);
  block.name = view(image.mime);
  block.annotation = view(image.revised_prompt);
  bytes_ += block.url.size() + block.annotation.size();
}

void AnswerRecord::drop_image(std::string_view url) {
  for (auto block = blocks_.begin(); block != blocks_.end();) {
    const bool gone = block->kind == Kind::kImage && block->url == url;
    const bool before = block - blocks_.begin() < static_cast<std::ptrdiff_t>(step_);
    if (gone && before) --step_;
    block = gone ? blocks_.erase(block) : std::next(block);
  }
}

void AnswerRecord::take_kept(const pbay_ev_image& image, std::string_view file) {
  const std::size_t before = blocks_.size();
  take(image.h);
  if (blocks_.size() > before) blocks_.back().file = file;
}

void AnswerRecord::tool_result(std::string_view call_id, std::string_view json) {
  Block& block = blocks_.emplace_back();
  block.kind = Kind::kToolResult;
  block.id = call_id;
  block.json = json;
  bytes_ += json.size();
}

std::vector<ToolCall> AnswerRecord::open_calls() const {
  std::vector<ToolCall> calls;
  for (const Block& block : blocks_) {
    if (block.kind == Kind::kTool) {
      calls.push_back({block.id, block.name, unescaped(block.escaped)});
    } else if (block.kind == Kind::kToolResult) {
      std::erase_if(calls, [&](const ToolCall& call) { return call.id == block.id; });
    }
  }
  return calls;
}

std::string AnswerRecord::text() const {
  std::string text;
  for (const Block& block : blocks_) {
    if (block.kind == Kind::kText) text += unescaped(block.escaped);
    if (block.kind == Kind::kImage) {
      if (!text.empty()) text += "\n\n";
      text += "![Generated Image](" + storable(block.url) + ')';
      if (!block.annotation.empty()) {
        text += "\n\n*Revised prompt: " + storable(block.annotation) + '*';
      }
    }
  }
  return text;
}

std::string AnswerRecord::part(const Block& block) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  switch (block.kind) {
    case Kind::kText:
      writer.member("type", "text").member("text", unescaped(block.escaped));
      break;
    case Kind::kReasoning:
      writer.member("type", "reasoning").member("text", unescaped(block.escaped));
      break;
    case Kind::kTool:
      writer.member("type", "tool_call").member("id", storable(block.id));
      writer.member("name", storable(block.name)).member("arguments", unescaped(block.escaped));
      break;
    case Kind::kToolResult:
      writer.member("type", "tool_result").member("id", storable(block.id));
      writer.key("result").raw(block.json);
      break;
    case Kind::kImage:
      writer.member("type", "image").member("url", storable(block.url));
      if (!block.file.empty()) writer.member("file", block.file);
      if (!block.name.empty()) writer.member("media_type", storable(block.name));
      if (!block.annotation.empty()) writer.member("revised_prompt", storable(block.annotation));
      break;
  }
  writer.end_object();
  return out;
}

std::string AnswerRecord::parts() const {
  const bool only_text = std::all_of(
      blocks_.begin(), blocks_.end(), [](const Block& block) { return block.kind == Kind::kText; });
  if (only_text) return {};
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const Block& block : blocks_)
    writer.raw(part(block));
  writer.end_array();
  return out;
}

}  // namespace patchbay::conversations
