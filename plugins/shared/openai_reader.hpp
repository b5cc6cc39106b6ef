// The reader of an OpenAI-shaped answer, whichever operation it answers: it chooses among
// OpenAiAnswer, OpenAiImages, OpenAiEmbeddings, OpenAiTranscript, OpenAiSpeech and OpenAiModels.
//
//   OpenAiReader reader(host(), operation, content_type);
//   for (const pbay_frame& frame : frames) {
//     switch (reader.read(frame, framing, sink)) { ... }
//   }
//   reader.end(sink);

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/shared/openai_answer.hpp"
#include "plugins/shared/openai_embeddings.hpp"
#include "plugins/shared/openai_images.hpp"
#include "plugins/shared/openai_models.hpp"
#include "plugins/shared/openai_operation.hpp"
#include "plugins/shared/openai_reading.hpp"
#include "plugins/shared/openai_transcript.hpp"

namespace patchbay::plugins {

// Sound as it comes: every piece of the body is an AUDIO event.
class OpenAiSpeech : public OpenAiReading {
 public:
  explicit OpenAiSpeech(std::string_view content_type) : content_type_(content_type) {}

  ReadOutcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);
  ReadOutcome whole(std::string_view body, sdk::Sink& sink);
  ReadOutcome end(sdk::Sink& sink);

 private:
  const std::string content_type_;
  bool said_ = false;
};

class OpenAiReader {
 public:
  // REQUIRES: has_events(operation).
  OpenAiReader(const sdk::Host& host, OpenAiOperation operation, std::string_view content_type);

  // The next frame, cut by `framing` as the head of the answer said.
  ReadOutcome read(const pbay_frame& frame, pbay_framing framing, sdk::Sink& sink);
  ReadOutcome end(sdk::Sink& sink);

  [[nodiscard]] bool ended() const;
  [[nodiscard]] const UpstreamError& error() const;

 private:
  using Any = std::variant<OpenAiAnswer,
                           OpenAiImages,
                           OpenAiEmbeddings,
                           OpenAiTranscript,
                           OpenAiSpeech,
                           OpenAiModels>;
  static Any make(const sdk::Host& host, OpenAiOperation operation, std::string_view content_type);

  Any any_;
};

// Whether answers of this operation can be said in events; of the others only the bytes can pass.
bool has_events(OpenAiOperation operation);

// How the host is to cut the answer for the reader.
pbay_framing framing_of(OpenAiOperation operation);

}  // namespace patchbay::plugins
