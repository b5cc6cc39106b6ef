// Writes spoken audio: the bytes as they come, or as events with base64 where the client asked for
// those.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/openai_operation/operation_encoder.hpp"

namespace patchbay::dialects::openai_audio {

inline constexpr const char* kSpeech = "openai.audio.speech/1";

class SpeechEncoder final : public openai_operation::OperationEncoder {
 public:
  // `options.stream`: as events.
  explicit SpeechEncoder(Options options) : OperationEncoder(std::move(options)) {}

  // Of the first piece of sound; before that it is not known.
  [[nodiscard]] std::string_view content_type() const override;
  [[nodiscard]] bool streaming() const override { return true; }
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;

 private:
  std::string content_type_ = "application/octet-stream";
  bool begun_ = false;
};

}  // namespace patchbay::dialects::openai_audio
