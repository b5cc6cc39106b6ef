// Writes the text of an answer as one JSON object a line, for clients that want no more than that:
//
//   {"content":"Hello"}
//   {"done":true,"message_id":"..."}
//
// and {"error":"..."} where it broke off. Images are Markdown. Reasoning and tool calls are left
// out. Only the first choice of an answer is shown.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/translating_encoder.hpp"

namespace patchbay::dialects::json_lines {

class Encoder final : public TranslatingEncoder {
 public:
  struct Options {
    std::string message_id = {};  // "": a new one
  };

  explicit Encoder(Options options);

  [[nodiscard]] std::string_view content_type() const override { return "application/x-ndjson"; }
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  // White space in front of the next line's object. An empty line would be no JSON to those who
  // parse every line.
  [[nodiscard]] std::string_view keep_alive() const override { return " "; }

 private:
  void write_text(const pbay_ev_text& event, std::string& out);

  const Options options_;
  bool has_text_ = false;
};

}  // namespace patchbay::dialects::json_lines
