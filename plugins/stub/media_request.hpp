// What the stub looks at in requests that are not chats.
//
// Each reader returns what is wrong with the request, for a 400, or an empty text.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/stub/chat_request.hpp"
#include "plugins/stub/request_fields.hpp"

namespace patchbay::plugins::stub {

enum class ImageTask { kGeneration, kEdit, kVariation };

struct ImageRequest {
  std::string prompt;
  std::uint64_t uploaded = 0;  // tells uploads apart; 0 without one
  std::uint32_t width = 1024;
  std::uint32_t height = 1024;
  std::int64_t count = 1;     // `n`
  std::int64_t previews = 0;  // of each image, of a stream
  bool as_url = false;
};

struct EmbeddingRequest {
  std::vector<std::string> inputs;  // texts, or tokens as they stand in the request
  std::int64_t dimensions = 1536;
  std::int64_t words = 0;  // of all inputs
};

struct SpeechRequest {
  std::string input;
  bool is_pcm = false;  // the samples alone, without a head
};

struct TranscriptionRequest {
  std::string file_name;
  std::string content_type;
  std::uint64_t bytes = 0;
  std::int64_t duration_us = 0;
  std::string language = "en";
  std::int64_t prompt_words = 0;
  bool translated = false;
};

struct ModerationRequest {
  std::vector<std::string> inputs;
};

// Of `prompt`, a text, tokens or a list of them, each `n` times; the choices are in `out`.
std::string read_completion_request(const RequestFields& fields, ChatRequest& out);
std::string read_image_request(const RequestFields& fields,
                               ImageTask task,
                               bool streaming,
                               ImageRequest& out);
std::string read_embedding_request(const RequestFields& fields, EmbeddingRequest& out);
std::string read_speech_request(const RequestFields& fields, SpeechRequest& out);
std::string read_transcription_request(const RequestFields& fields, TranscriptionRequest& out);
std::string read_moderation_request(const RequestFields& fields, ModerationRequest& out);

// The script of a request: its field `stub`, and over it what its text says. `text_field` names the
// field that holds what people write.
std::string read_request_script(const RequestFields& fields, const char* text_field, Script& out);

}  // namespace patchbay::plugins::stub
