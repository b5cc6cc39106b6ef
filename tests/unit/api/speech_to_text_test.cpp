#include "core/api/chat/speech_to_text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

using Parts = std::vector<http::FormPart>;

http::FormPart part(std::string name,
                    std::string filename,
                    std::string type,
                    std::string_view content) {
  return {.name = std::move(name),
          .filename = std::move(filename),
          .content_type = std::move(type),
          .content = content};
}

// "415 file: ...", or "accepted".
std::string refused(Parts sent) {
  const auto read = transcription_parts(std::move(sent));
  const auto* failure = std::get_if<chat::Failure>(&read);
  if (failure == nullptr) return "accepted";
  return std::to_string(chat::status_of(*failure)) + ' ' + failure->message;
}

// The name that the sound goes up under; "" where it is refused.
std::string name_of(const std::string& filename, const std::string& type) {
  const auto read = transcription_parts({part("audio", filename, type, "sound")});
  const auto* parts = std::get_if<Parts>(&read);
  return parts == nullptr ? "" : parts->front().filename;
}

TEST(SpeechToText, SendsTheSoundAndWhatTranscriptionsKnow) {
  const auto read = transcription_parts({part("language", "", "", "de"),
                                         part("session_id", "", "", "s1"),
                                         part("audio", "note.ogg", "audio/ogg", "sound"),
                                         part("response_format", "", "", "srt")});
  const auto& parts = std::get<Parts>(read);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].name, "file");
  EXPECT_EQ(parts[0].filename, "note.ogg");
  EXPECT_EQ(parts[0].content, "sound");
  EXPECT_EQ(parts[1].name, "language");
  EXPECT_EQ(parts[2].name, "response_format");
  EXPECT_EQ(parts[2].content, "json");
}

TEST(SpeechToText, KnowsASoundByItsNameOrItsType) {
  EXPECT_EQ(name_of("a.WEBM", "application/octet-stream"), "a.WEBM");
  EXPECT_EQ(name_of("voice.m4a", ""), "voice.m4a");
  EXPECT_EQ(name_of("blob", "audio/webm;codecs=opus"), "audio.webm");
  EXPECT_EQ(name_of("blob", "Audio/X-WAV"), "audio.wav");
  EXPECT_EQ(name_of("", "audio/mpeg"), "audio.mp3");
  EXPECT_EQ(name_of("recording", "audio/mp4"), "audio.m4a");
  EXPECT_EQ(name_of("recording.bin", "audio/ogg ; codecs=opus"), "audio.ogg");
}

TEST(SpeechToText, RefusesWhatIsNoSound) {
  const std::string expected = ": expected a sound: WebM, WAV, MP3, M4A or OGG";
  EXPECT_EQ(refused({part("file", "a.txt", "text/plain", "x")}), "415 file" + expected);
  EXPECT_EQ(refused({part("audio", "blob", "image/png", "x")}), "415 audio" + expected);
  EXPECT_EQ(refused({part("file", "", "", "x")}), "415 file" + expected);
}

TEST(SpeechToText, NeedsOneSound) {
  EXPECT_EQ(refused({}), "422 file: is missing");
  EXPECT_EQ(refused({part("sound", "a.wav", "audio/wav", "x")}), "422 file: is missing");
  EXPECT_EQ(refused({part("audio", "a.wav", "audio/wav", "")}), "422 audio: is empty");
  EXPECT_EQ(
      refused({part("file", "a.wav", "audio/wav", "x"), part("audio", "b.wav", "audio/wav", "y")}),
      "422 audio: expected one sound, got several");
}

}  // namespace
}  // namespace patchbay::api
