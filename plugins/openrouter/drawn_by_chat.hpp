// Pictures from models that draw while they talk: a request of the images API is written as a chat
// with `modalities: ["image", "text"]`, and the answer's pictures are said as an images answer.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "patchbay/call.hpp"
#include "patchbay/sink.hpp"
#include "plugins/shared/openai_answer.hpp"

namespace patchbay::plugins::openrouter {

// The chat that asks for the picture of an images request (`call.body()`, an
// openai.images.generations/1 body). `routing`: the `provider` object, or empty. What a chat cannot
// say (n, quality, style) is left out; the size becomes an aspect ratio.
std::span<const pbay_piece> drawing_chat(const sdk::Call& call, std::string_view routing);

// Reads the whole answer of such a chat. Of its events the pictures stay, numbered anew, with META,
// USAGE and FINISH; an answer without a picture fails with what the model said instead.
class DrawnByChat {
 public:
  explicit DrawnByChat(const sdk::Host& host) : answer_(host) {}

  // The body, and its end.
  ReadOutcome whole(std::string_view body, sdk::Sink& sink);

  [[nodiscard]] const UpstreamError& error() const { return error_; }

 private:
  static pbay_status take(pbay_sink* sink, const pbay_event* event) noexcept;
  pbay_status take(const pbay_event& event);

  OpenAiAnswer answer_;
  sdk::Sink* out_ = nullptr;
  std::uint32_t images_ = 0;
  std::string said_;  // instead of drawing
  UpstreamError error_;
};

}  // namespace patchbay::plugins::openrouter
