// What the encoders of OpenAI's endpoints beside chat have in common: how an answer that passes
// untouched is looked into, what usage was told, and answers that a plugin writes itself.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/chat/encoder.hpp"

namespace patchbay::dialects::openai_operation {

// Also an encoder of its own: of the operations whose answers only their own vendor can write
// (responses, moderations), so that all there can be is pieces in this very dialect.
class OperationEncoder : public chat::Encoder {
 public:
  struct Options {
    std::string model = {};   // what the answer calls the model unless the upstream tells
    bool keep_model = false;  // it is an alias: shown whatever the upstream says
    bool stream = false;      // the client wants events
  };

  explicit OperationEncoder(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::string_view content_type() const override;
  [[nodiscard]] bool streaming() const override { return options_.stream; }
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;
  void fail(const chat::Failure& failure, std::string& out) override;
  [[nodiscard]] std::string_view vendor_header_prefix() const override { return "openai-"; }
  [[nodiscard]] std::string_view keep_alive() const override;
  void show_model(std::string_view json, std::string& out) const override;
  [[nodiscard]] chat::Usage usage() const override { return usage_; }
  void read_usage(std::string_view json) override;

 protected:
  // Of all that is held until the answer is complete. False when it became too much.
  [[nodiscard]] bool hold(std::size_t bytes);
  [[nodiscard]] const Options& options() const { return options_; }
  // True once a plugin wrote pieces of this dialect itself.
  [[nodiscard]] bool raw() const { return raw_; }
  // The model that the answer shows.
  [[nodiscard]] const std::string& model() const { return options_.model; }

  // Writes one event of a stream: its name, if it has one, and its data.
  static void append_event(std::string& out, std::string_view name, std::string_view data);

 private:
  Options options_;
  chat::Usage usage_;
  std::size_t held_ = 0;
  std::string whole_;  // what a plugin wrote itself, of an answer in one piece
  bool raw_ = false;
};

}  // namespace patchbay::dialects::openai_operation
