// Writes transcripts and translations of speech in the forms that OpenAI's audio endpoints know:
// an object, an object with timed segments, plain text, subtitles (SRT, WebVTT), or a stream.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dialects/openai_operation/operation_encoder.hpp"

namespace patchbay::dialects::openai_audio {

inline constexpr const char* kTranscriptions = "openai.audio.transcriptions/1";
inline constexpr const char* kTranslations = "openai.audio.translations/1";

enum class TranscriptForm { kJson, kVerboseJson, kText, kSrt, kVtt };

// "json", "verbose_json", "text", "srt", "vtt"; "" is kJson. Nothing for any other word.
std::optional<TranscriptForm> transcript_form_of(std::string_view response_format);

class TranscriptEncoder final : public openai_operation::OperationEncoder {
 public:
  TranscriptEncoder(Options options, TranscriptForm form, bool translation)
      : OperationEncoder(std::move(options)), form_(form), translation_(translation) {}

  [[nodiscard]] std::string_view content_type() const override;
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;

 private:
  struct Segment {
    std::string text;
    std::int64_t start_us;
    std::int64_t end_us;
  };

  void finish_subtitles(std::string& out) const;
  void finish_verbose(std::string& out) const;
  [[nodiscard]] std::string text() const;

  const TranscriptForm form_;
  const bool translation_;
  std::string escaped_;  // the text so far, as the inside of a JSON string
  std::vector<Segment> segments_;
  std::string language_ = "null";  // JSON, where the provider told them
  std::string duration_;
  std::string usage_json_;
};

}  // namespace patchbay::dialects::openai_audio
