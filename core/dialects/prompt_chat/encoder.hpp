// Writes the text of an answer as the event stream of prompt chat:
//
//   data: {"content":"Hello"}
//   data: [DONE]
//
// and data: {"error":"..."} before that end where it broke off.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/text_encoder.hpp"

namespace patchbay::dialects::prompt_chat {

class Encoder final : public TextEncoder {
 public:
  struct Options {
    std::string provider = {};  // as errors name it
  };

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  void finish(std::string& out) override;
  // May be the first thing that is written: front ends look for failures in the stream alone.
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view keep_alive() const override { return ": keep-alive\n\n"; }

 private:
  const Options options_;
};

}  // namespace patchbay::dialects::prompt_chat
