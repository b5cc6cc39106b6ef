// Writes the text of an answer as the event stream of a conversation:
//
//   data: {"content":"Hello"}
//   data: {"done":true}
//
// and data: {"error":"..."}, with nothing behind it, where it broke off.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/text_encoder.hpp"

namespace patchbay::dialects::conversation_api {

class Encoder final : public TextEncoder {
 public:
  struct Options {};

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  void finish(std::string& out) override;
  // May be the first thing that is written: an EventSource cannot read the body of an error status.
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view keep_alive() const override { return ": keep-alive\n\n"; }
};

}  // namespace patchbay::dialects::conversation_api
