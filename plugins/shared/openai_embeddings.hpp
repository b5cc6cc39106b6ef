// Reads embeddings answers of OpenAI-shaped upstreams: META with the model, a vector for each
// input (as JSON numbers or as base64, whichever came), usage.

#pragma once

#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins {

class OpenAiEmbeddings : public OpenAiReading {
 public:
  ReadOutcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);
  ReadOutcome whole(std::string_view body, sdk::Sink& sink);
  ReadOutcome end(sdk::Sink& sink);

 private:
  [[nodiscard]] bool say_vector(JsonValue entry, std::int64_t position, sdk::Sink& sink);

  bool read_ = false;
};

}  // namespace patchbay::plugins
