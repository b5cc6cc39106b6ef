// Writes the text of an answer as the event stream of thread chat, whose events have names:
//
//   event: delta
//   data: {"text":"Hello"}
//
//   event: done
//   data: {"response_id":"resp_..."}
//
// and event: error with data: {"error":"..."}, with nothing behind it, where it broke off.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/text_encoder.hpp"

namespace patchbay::dialects::thread_chat {

class Encoder final : public TextEncoder {
 public:
  struct Options {
    std::string response_id;  // with or without kResponsePrefix (body.hpp); it is written with it
  };

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  void finish(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view keep_alive() const override { return ": keep-alive\n\n"; }

 private:
  const Options options_;
};

}  // namespace patchbay::dialects::thread_chat
