#include "plugins/replay/replay_call.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "plugins/replay/replay_provider.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::replay {
namespace {

constexpr std::size_t kSoundBytes = 16 * 1024;  // of one piece
constexpr std::string_view kEndMark = "[DONE]";

// What stands in the way of giving the recorded bytes themselves: sound goes in events, and so does
// what is not JSON, since its type goes with it there.
bool can_pass(OpenAiOperation operation, const Recording& recording) {
  if (operation == OpenAiOperation::kSpeech || operation == OpenAiOperation::kModels) return false;
  const std::string_view type = recording.content_type;
  return recording.stream || type.empty() || type.find("json") != type.npos ||
         !has_events(operation);
}

}  // namespace

ReplayCall::ReplayCall(const ReplayProvider& provider, const pbay_request& request)
    : PacedCall(provider.host, request), provider_(provider), operation_(operation_of(request)) {}

RecordingShelf::Query ReplayCall::query() const {
  RecordingShelf::Query query{.operation = operation_,
                              .model = model(),
                              .stream = streaming(),
                              .exact_only = provider_.options().exact_only};
  if (request().part_count == 0) {
    query.key = key_of_json(operation_, body());
    return query;
  }
  std::vector<FormField> fields;
  for (std::size_t i = 0; i < request().part_count; ++i) {
    const pbay_part& part = *request().parts[i];
    fields.push_back(
        {std::string(sdk::view(part.name)), part.filename.len > 0, sdk::view(part.data)});
  }
  query.key = key_of_form(operation_, fields);
  return query;
}

pbay_status ReplayCall::start() {
  const RecordingShelf::Query asked = query();
  recording_ = provider_.shelf().find(asked);
  if (recording_ == nullptr) return find_nothing(asked);
  rest_ = recording_->body;
  const bool as_it_is =
      same_dialect() && recording_->stream == streaming() && can_pass(operation_, *recording_);
  if (!as_it_is && recording_->status < 300) {
    if (!has_events(operation_)) return find_nothing(asked);
    reader_.emplace(host(), operation_, recording_->content_type);
  }
  advance();
  return PBAY_OK;
}

// What people wrote is for the client alone, not for the log, where the message goes as well.
pbay_status ReplayCall::find_nothing(const RecordingShelf::Query& query) {
  const RecordingShelf& shelf = provider_.shelf();
  const std::string message = "No recording of " + std::string(path_of(operation_).substr(1)) +
                              " with `" + std::string(model()) + "` answers this request";
  std::string details = message;
  if (!query.key.shown.empty()) details += " (\"" + query.key.shown + "\")";
  details += ". " + shelf.nearest(query);
  if (!shelf.foreign().empty()) {
    details +=
        (details.ends_with(' ') ? "" : " ") + ("Not read here: " + shelf.foreign_text() + ".");
  }
  std::string body = "{\"error\":{\"message\":";
  append_quoted(body, details);
  body += R"(,"type":"invalid_request_error","param":null,"code":"no_recording"}})";
  return fail({.category = PBAY_ERR_NOT_FOUND,
               .message = message,
               .code = "no_recording",
               .upstream_body = body});
}

ReplayCall::Progress ReplayCall::step() {
  if (!held_.empty()) return send();
  if (ended_) return end();
  if (wait_first()) return Progress::kWaiting;
  waited_ = false;
  if (recording_->status >= 300) return fail_as_recorded();
  ended_ = !read_piece();
  ++pieces_;
  if (reader_ && reader_->ended()) ended_ = true;
  return Progress::kMoved;
}

// Whether the next piece has to wait, and if so, sees to it that it will come.
bool ReplayCall::wait_first() {
  const std::int64_t delay = provider_.delay_ms(*recording_, pieces_ == 0);
  if (waited_ || delay == 0 || (pieces_ > 0 && rest_.empty())) return false;
  wait(timer(), delay);
  return true;
}

// Reads one piece of the recorded body into events. False when there was none left.
bool ReplayCall::read_piece() {
  if (!reader_) return read_raw();
  if (recording_->stream) {
    RecordedEvent event;
    if (!take_event(rest_, event)) return false;
    say(event.data, event.name, PBAY_FRAME_SSE);
    return true;
  }
  if (rest_.empty()) return false;
  const bool is_sound = operation_ == OpenAiOperation::kSpeech;
  const std::string_view piece = rest_.substr(0, is_sound ? kSoundBytes : rest_.size());
  rest_.remove_prefix(piece.size());
  say(piece, {}, is_sound ? PBAY_FRAME_BYTES : PBAY_FRAME_WHOLE);
  return true;
}

bool ReplayCall::read_raw() {
  if (recording_->stream) {
    RecordedEvent event;
    if (!take_event(rest_, event) || event.data == kEndMark) return false;
    held_.sink().raw(event.data);
    return true;
  }
  if (pieces_ > 0) return false;
  held_.sink().raw(std::exchange(rest_, {}), recording_->content_type);
  return true;
}

void ReplayCall::say(std::string_view piece, std::string_view name, pbay_framing framing) {
  pbay_frame frame{};
  frame.data = sdk::bytes(piece);
  frame.event = sdk::str(name);
  reader_->read(frame, framing, held_.sink());
}

ReplayCall::Progress ReplayCall::send() {
  const pbay_status status = sink().emit(held_.front());
  if (status < 0) return not_taken(status);
  held_.pop();
  return Progress::kMoved;
}

ReplayCall::Progress ReplayCall::end() {
  if (reader_ && !reader_->ended()) {
    reader_->end(held_.sink());
    if (!held_.empty()) return Progress::kMoved;
  }
  if (reader_ && !reader_->error().message.empty()) return fail_with(reader_->error(), {});
  return over();
}

ReplayCall::Progress ReplayCall::fail_as_recorded() {
  const std::vector<pbay_kv> headers{
      {sdk::str("retry-after"), sdk::str(recording_->retry_after)},
      {sdk::str("retry-after-ms"), sdk::str(recording_->retry_after_ms)}};
  return fail_with(classify_answer(recording_->status, headers, recording_->body, host().unix_ms()),
                   recording_->body);
}

ReplayCall::Progress ReplayCall::fail_with(const UpstreamError& error, std::string_view body) {
  return over(error.failure(body));
}

}  // namespace patchbay::plugins::replay
