#include "plugins/shared/openai_reader.hpp"

namespace patchbay::plugins {

using enum OpenAiOperation;

ReadOutcome OpenAiSpeech::chunk(std::string_view data, std::string_view event, sdk::Sink& sink) {
  // Sound that comes in events is not asked for; what may come so is an error.
  if (!parse(data, event)) return ReadOutcome::kFailed;
  return end(sink);
}

ReadOutcome OpenAiSpeech::whole(std::string_view body, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  said_ = said_ || !body.empty();
  if (!body.empty()) sink.audio({}, body, content_type_);
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiSpeech::end(sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  if (!said_) return fail(upstream_fault("the upstream sent an answer without sound"));
  sink.item_end({});
  sink.finish(0, PBAY_FINISH_STOP, {});
  return done();
}

OpenAiReader::Any OpenAiReader::make(const sdk::Host& host,
                                     OpenAiOperation operation,
                                     std::string_view content_type) {
  switch (operation) {
    case kImages:
    case kImageEdits:
    case kImageVariations:
      return Any(std::in_place_type<OpenAiImages>);
    case kEmbeddings:
      return Any(std::in_place_type<OpenAiEmbeddings>);
    case kTranscriptions:
    case kTranslations:
      return Any(std::in_place_type<OpenAiTranscript>,
                 content_type.find("json") != content_type.npos || content_type.empty());
    case kSpeech:
      return Any(std::in_place_type<OpenAiSpeech>, content_type);
    case kModels:
      return Any(std::in_place_type<OpenAiModels>);
    case kCompletions:
      return Any(std::in_place_type<OpenAiAnswer>, host, OpenAiAnswer::Form::kCompletions);
    default:
      return Any(std::in_place_type<OpenAiAnswer>, host);
  }
}

OpenAiReader::OpenAiReader(const sdk::Host& host,
                           OpenAiOperation operation,
                           std::string_view content_type)
    : any_(make(host, operation, content_type)) {}

ReadOutcome OpenAiReader::read(const pbay_frame& frame, pbay_framing framing, sdk::Sink& sink) {
  const std::string_view data = sdk::view(frame.data);
  return std::visit(
      [&](auto& reader) {
        return framing == PBAY_FRAME_SSE ? reader.chunk(data, sdk::view(frame.event), sink)
                                         : reader.whole(data, sink);
      },
      any_);
}

ReadOutcome OpenAiReader::end(sdk::Sink& sink) {
  return std::visit([&](auto& reader) { return reader.end(sink); }, any_);
}

bool OpenAiReader::ended() const {
  return std::visit([](const auto& reader) { return reader.ended(); }, any_);
}

const UpstreamError& OpenAiReader::error() const {
  return std::visit([](const auto& reader) -> const UpstreamError& { return reader.error(); },
                    any_);
}

bool has_events(OpenAiOperation operation) {
  return operation != kResponses && operation != kModerations && operation != kRaw;
}

pbay_framing framing_of(OpenAiOperation operation) {
  return operation == kSpeech ? PBAY_FRAME_BYTES : PBAY_FRAME_AUTO;
}

}  // namespace patchbay::plugins
