#include "core/dialects/tool_calls.hpp"

#include <span>
#include <utility>

#include "core/base/uuid.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/line_text.hpp"
#include "core/json/scan.hpp"
#include "core/json/unescape.hpp"

namespace patchbay::dialects {
namespace {

using chat::view;

// Beyond these a plugin is out of its mind, and memory is not its to spend. Real answers have a
// dozen calls and some kilobytes of arguments.
constexpr std::size_t kCallsMax = 1024;
constexpr std::size_t kHeldBytesMax = 64 * 1024 * 1024;

}  // namespace

const ToolCalls::Call* ToolCalls::begin(const pbay_ev_tool& event) {
  if (calls_.size() >= kCallsMax) return nullptr;
  Call call;
  call.item = event.h.item;
  append_line_string(call.id,
                     event.id.len > 0 ? std::string(view(event.id)) : "call_" + make_uuid());
  append_line_string(call.name, view(event.name));
  return &calls_.emplace_back(std::move(call));
}

ToolCalls::Call* ToolCalls::find(std::uint32_t item) {
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    if (call->open && call->item == item) return &*call;
  }
  return nullptr;
}

bool ToolCalls::add(Call& call, const pbay_ev_text& event) {
  held_bytes_ += event.text.len;
  if (held_bytes_ > kHeldBytesMax) return false;
  append_line_text(call.arguments, event.h, view(event.text));
  return true;
}

std::string ToolCalls::end(Call& call) {
  call.open = false;
  const std::string escaped = std::exchange(call.arguments, {});
  if (escaped.empty()) return "{}";
  // All at once: half of a surrogate pair may have ended one piece and begun the next.
  std::string json;
  json::append_unescaped(json, escaped);
  if (!json::scan(json, std::span<json::Wanted>())) return {};
  std::string line;
  append_line_json(line, json);
  return line;
}

}  // namespace patchbay::dialects
