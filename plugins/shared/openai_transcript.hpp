// Reads transcripts of OpenAI-shaped upstreams: TEXT, a SEGMENT for each timed piece, what else
// stands in the answer (language, duration, words), usage, and a finish.
//
//   JSON     {"text", "language", "duration", "segments": [{"start", "end", "text"}], "usage"}
//   stream   transcript.text.delta, transcript.text.segment, transcript.text.done
//   other    plain text, SubRip, WebVTT: said as the text that it is

#pragma once

#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins {

class OpenAiTranscript : public OpenAiReading {
 public:
  // `is_json`: a whole answer is JSON, not the transcript itself.
  explicit OpenAiTranscript(bool is_json) : is_json_(is_json) {}

  ReadOutcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);
  ReadOutcome whole(std::string_view body, sdk::Sink& sink);
  ReadOutcome end(sdk::Sink& sink);

 private:
  void say_text(JsonValue text, sdk::Sink& sink);
  void say_segment(JsonValue segment, sdk::Sink& sink);

  const bool is_json_;
  bool said_ = false;   // some text
  bool whole_ = false;  // the text is complete
};

}  // namespace patchbay::plugins
