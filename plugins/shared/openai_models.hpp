// Reads lists of models as OpenAI-shaped upstreams give them, {"data": [...]} or a bare list, and
// says each as a MODEL event.
//
// What a model can do is what the vendor says of it (architecture.output_modalities), otherwise
// what its name says. Fields without a place in the event travel on in extra_json.

#pragma once

#include <cstdint>

#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins {

class OpenAiModels : public OpenAiReading {
 public:
  ReadOutcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);
  ReadOutcome whole(std::string_view body, sdk::Sink& sink);
  ReadOutcome end(sdk::Sink& sink);

 private:
  void say_model(JsonValue model, sdk::Sink& sink);

  bool read_ = false;
  std::string extra_;
};

// PBAY_MODE_BIT()s by the names that are in use: `dall-e-3` makes images, `whisper-1` hears, and
// what says nothing chats.
std::uint64_t modes_of_model(std::string_view id);

// The bit of "chat", "image", "embedding", "transcribe", "speech", "moderation"; 0 for other words.
std::uint64_t mode_bit_of(std::string_view name);

}  // namespace patchbay::plugins
