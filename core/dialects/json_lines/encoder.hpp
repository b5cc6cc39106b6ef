// Writes the text of an answer as one JSON object a line, for clients that want no more than that:
//
//   {"content":"Hello"}
//   {"done":true,"message_id":"..."}
//
// and at the end {"error":"..."} where it broke off, {"stopped":true} where its user had enough.
// Session chat speaks it, and POST /chat where it is asked for.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/text_encoder.hpp"

namespace patchbay::dialects::json_lines {

class Encoder final : public TextEncoder {
 public:
  struct Options {
    std::string message_id = {};  // "": a new one
  };

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "application/x-ndjson"; }
  void finish(std::string& out) override;
  void stopped(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  // White space in front of the next line's object. An empty line would be no JSON to those who
  // parse every line.
  [[nodiscard]] std::string_view keep_alive() const override { return " "; }

 private:
  const Options options_;
};

}  // namespace patchbay::dialects::json_lines
