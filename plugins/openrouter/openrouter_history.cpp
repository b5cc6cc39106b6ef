#include "plugins/openrouter/openrouter_history.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::openrouter {
namespace {

struct Edit {
  std::size_t begin, end;  // in the body
  std::string_view text;   // of the call's arena
};

struct Format {
  std::string_view ours, theirs;
};
constexpr std::array kFormats{Format{"anthropic.signature", "anthropic-claude-v1"},
                              Format{"anthropic.redacted", "anthropic-claude-v1"},
                              Format{"google.thought", "google-gemini-v1"},
                              Format{"openai.encrypted", "openai-responses-v1"}};

std::string_view their_format(JsonValue ours) {
  for (const Format& format : kFormats) {
    if (ours.says(format.ours)) return format.theirs;
  }
  return {};
}

class History {
 public:
  explicit History(const sdk::Call& call) : call_(call) {}

  void read(JsonValue message) {
    if (!message["role"].says("assistant")) return;
    const JsonValue details = message["reasoning_details"];
    const JsonValue content = message["reasoning_content"];
    for (const JsonValue detail : details.elements())
      translate(detail, content);
    std::string added;
    if (details.elements().empty()) add_signatures(message["tool_calls"], added);
    if (content.is_string() && message["reasoning"].kind() == JsonKind::kMissing) {
      added.append("\"reasoning\":").append(content.raw()).append(",");
    }
    if (!added.empty()) put(message.offset() + 1, message.offset() + 1, added);
  }

  [[nodiscard]] std::vector<Edit>& edits() { return edits_; }

 private:
  void put(std::size_t begin, std::size_t end, std::string_view text) {
    edits_.push_back({begin, end, call_.keep(text)});
  }

  // A proof under our name for its format. Anthropic's belongs to a text, the others are opaque.
  void translate(JsonValue detail, JsonValue content) {
    const std::string_view format = their_format(detail["format"]);
    if (format.empty()) return;
    const JsonValue proof = detail["signature"] ? detail["signature"] : detail["data"];
    const bool signs = detail["format"].says("anthropic.signature");
    std::string text = signs ? R"({"type":"reasoning.text")" : R"({"type":"reasoning.encrypted")";
    const JsonValue said = detail["text"] ? detail["text"] : content;
    if (signs && said.is_string()) text.append(",\"text\":").append(said.raw());
    text.append(signs ? ",\"signature\":" : ",\"data\":").append(proof.raw());
    text.append(",\"format\":\"").append(format).append("\"");
    for (const std::string_view name : {"id", "index"}) {
      if (detail[name]) text.append(",\"").append(name).append("\":").append(detail[name].raw());
    }
    if (proof.is_string()) put(detail.offset(), detail.offset() + detail.raw().size(), text + "}");
  }

  // Thought signatures that came with tool calls, each with its call's id.
  static void add_signatures(JsonValue calls, std::string& added) {
    std::size_t index = 0;
    for (const JsonValue call : calls.elements()) {
      const JsonValue proof = call["extra_content"]["google"]["thought_signature"];
      if (!proof.is_string()) continue;
      added += index == 0 ? R"("reasoning_details":[)" : ",";
      added.append(R"({"type":"reasoning.encrypted","data":)").append(proof.raw());
      added += R"(,"format":"google-gemini-v1")";
      if (call["id"].is_string()) added.append(",\"id\":").append(call["id"].raw());
      added.append(",\"index\":").append(std::to_string(index++)).append("}");
    }
    if (index > 0) added += "],";
  }

  const sdk::Call& call_;
  std::vector<Edit> edits_;
};

// Whether there can be anything to do; most bodies have no such word.
bool may_lack(std::string_view body) {
  return body.find("\"reasoning_content\"") != body.npos ||
         body.find("\"thought_signature\"") != body.npos ||
         body.find("\"reasoning_details\"") != body.npos;
}

}  // namespace

std::span<const pbay_piece> with_reasoning(const sdk::Call& call,
                                           std::span<const pbay_piece> pieces) {
  const std::string_view body = call.body();
  JsonText json;
  if (!may_lack(body) || !json.parse(body)) return pieces;
  History history(call);
  for (const JsonValue message : json.root()["messages"].elements())
    history.read(message);
  std::vector<Edit>& edits = history.edits();
  if (edits.empty()) return pieces;
  std::sort(
      edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });

  const std::span<pbay_piece> mended = call.allocate<pbay_piece>(pieces.size() + 2 * edits.size());
  std::size_t count = 0;
  const auto add = [&](std::string_view text) {
    if (!text.empty()) mended[count++] = sdk::piece(text);
  };
  auto edit = edits.begin();
  for (const pbay_piece& piece : pieces) {
    std::string_view text = sdk::view(piece.bytes);
    const bool ours = std::less<>()(text.data(), body.data()) ||
                      std::less<>()(body.data() + body.size(), text.data() + text.size());
    if (ours || piece.source != PBAY_PIECE_BYTES) {
      mended[count++] = piece;
      continue;
    }
    auto at = static_cast<std::size_t>(text.data() - body.data());
    const std::size_t end = at + text.size();
    for (; edit != edits.end() && edit->begin >= at && edit->end <= end; ++edit) {
      add(body.substr(at, edit->begin - at));
      add(edit->text);
      at = edit->end;
    }
    add(body.substr(at, end - at));
  }
  return mended.first(count);
}

}  // namespace patchbay::plugins::openrouter
