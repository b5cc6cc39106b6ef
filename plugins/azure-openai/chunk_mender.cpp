#include "plugins/azure-openai/chunk_mender.hpp"

#include <algorithm>
#include <array>

#include "plugins/shared/splice.hpp"

namespace patchbay::plugins::azure_openai {
namespace {

constexpr std::size_t kHeldMax = 16;  // members; there is one

bool is_empty_list(JsonValue value) {
  return value.is_array() && value.elements().empty();
}

bool is_empty_text(JsonValue value) {
  return value.is_string() && value.escaped().empty();
}

bool is_envelope(std::string_view name) {
  return name == "id" || name == "object" || name == "created" || name == "model" ||
         name == "choices" || name == "usage";
}

// What can be seen of a chunk without reading it. No text of JSON holds its own end, so that a name
// between two quotation marks is found where it stands and, at worst, as a value.
struct Glance {
  bool faultless = false;  // nothing that is mended here can be in it
  bool finishes = false;
};

Glance glance(std::string_view data) {
  Glance seen;
  if (!data.starts_with('{') || !data.ends_with('}')) return seen;
  constexpr std::string_view kFinish = "finish_reason\"";
  for (std::size_t i = 0; i + 1 < data.size(); ++i) {
    if (data[i] == '\n' || data[i] == '\r') return seen;
    if (data[i] != '"') continue;
    const std::string_view rest = data.substr(i + 1);
    if (rest.front() == '"' || (rest.front() == 'e' && rest.starts_with("error\""))) return seen;
    if (rest.front() != 'f' || !rest.starts_with(kFinish)) continue;
    const std::size_t value = rest.find_first_not_of(" \t:", kFinish.size());
    seen.finishes = seen.finishes || (value != rest.npos && rest[value] == '"');
  }
  seen.faultless = true;
  return seen;
}

}  // namespace

ReadOutcome ChunkMender::chunk(std::string_view data, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  data = trimmed(data);
  if (data.empty()) return ReadOutcome::kMore;
  if (data == "[DONE]") return finish(sink);
  if (remembers_) {
    if (const Glance seen = glance(data); seen.faultless) {
      finished_ = finished_ || seen.finishes;
      sink.raw(data);
      return ReadOutcome::kMore;
    }
  }
  if (!parse(data)) return ReadOutcome::kFailed;
  // Several data lines in one event: a client's event has one.
  if (data.find_first_of("\r\n") != data.npos) {
    data = json_.root().line(line_);
    if (!parse(data)) return ReadOutcome::kFailed;
  }
  const JsonValue root = json_.root();
  const JsonValue choices = root["choices"];
  if (!begun_ && is_empty_list(choices) && !root["usage"].is_object()) {
    hold(root);
    return ReadOutcome::kMore;
  }
  for (const JsonValue choice : choices.elements()) {
    finished_ = finished_ || choice["finish_reason"].is_string();
  }
  say(data, root, sink);
  return ReadOutcome::kMore;
}

ReadOutcome ChunkMender::end(sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  if (!finished_) {
    return fail(upstream_fault("the upstream ended its stream before the answer was complete"));
  }
  return finish(sink);
}

// A stream of nothing but filter results still says them.
ReadOutcome ChunkMender::finish(sdk::Sink& sink) {
  if (!begun_ && !held_.empty()) {
    begin_with_held({});
    mended_.append("\"object\":").append(object_).append(",\"choices\":[]}");
    sink.raw(mended_);
  }
  return done();
}

void ChunkMender::hold(JsonValue root) {
  for (const JsonValue member : root.members()) {
    if (!member || is_envelope(member.key().escaped())) continue;
    const std::string_view name = member.key().raw();
    const auto same = [&](const Member& held) { return held.name == name; };
    const auto found = std::find_if(held_.begin(), held_.end(), same);
    if (found != held_.end()) {
      found->json = member.raw();
    } else if (held_.size() < kHeldMax) {
      held_.push_back({std::string(name), std::string(member.raw())});
    }
  }
}

// The first whole envelope stands for the stream: its values are the same in every chunk.
void ChunkMender::remember(JsonValue root) {
  if (remembers_ || root["object"].escaped().empty()) return;
  remembers_ = true;
  id_ = root["id"].raw();
  model_ = root["model"].raw();
  created_ = root["created"].raw();
}

// The beginning of a chunk that says what was held back, but for what it says itself.
void ChunkMender::begin_with_held(JsonValue root) {
  mended_ = "{";
  for (const Member& held : held_) {
    const std::string_view name = std::string_view(held.name).substr(1, held.name.size() - 2);
    if (root[name].kind() != JsonKind::kMissing) continue;
    mended_.append(held.name).append(":").append(held.json).append(",");
  }
  held_.clear();
}

void ChunkMender::say(std::string_view data, JsonValue root, sdk::Sink& sink) {
  begun_ = true;
  const bool hollow = is_empty_text(root["object"]);
  if (!hollow) remember(root);
  if (!hollow && held_.empty()) {
    sink.raw(data);
    return;
  }
  Splice splice(data);
  const auto put = [&](JsonValue value, std::string_view instead) {
    if (!instead.empty()) splice.replace({value.offset(), value.raw().size()}, instead);
  };
  if (hollow) {
    put(root["object"], object_);
    if (is_empty_text(root["id"])) put(root["id"], id_);
    if (is_empty_text(root["model"])) put(root["model"], model_);
    if (root["created"].integer() == 0) put(root["created"], created_);
  }
  std::array<std::string_view, Splice::kPiecesMax> pieces;
  const std::size_t count = splice.pieces(pieces);
  begin_with_held(root);
  if (root.members().empty() && mended_.ends_with(',')) mended_.pop_back();
  pieces[0].remove_prefix(1);  // its opening brace
  for (std::size_t i = 0; i < count; ++i)
    mended_ += pieces[i];
  sink.raw(mended_);
}

}  // namespace patchbay::plugins::azure_openai
