// The encoder that the relay sees when an answer is stored: it writes through the dialect's own one
// and remembers what was said. The end is held back: a client must not be told that an answer is
// complete before it is kept.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/chat/encoder.hpp"
#include "core/conversations/answer_record.hpp"
#include "core/storage/records.hpp"

namespace patchbay::api {

class TurnEncoder final : public chat::Encoder {
 public:
  // A file from now on, and its URLs: the one that is stored, and the one its owner can open.
  struct Kept {
    std::string id;
    std::string stored_url;
    std::string shown_url;
  };

  struct Shared {
    chat::Encoder& dialect;
    conversations::AnswerRecord& record;
    std::optional<chat::Failure>& failure;  // why the answer broke off
    // Keeps an image whose bytes came.
    std::function<Kept(storage::StoredFile)> keep;
    bool shows_bytes = false;  // the client is shown the bytes all the same
  };

  // All of it must outlive the encoder.
  explicit TurnEncoder(Shared shared) : shared_(std::move(shared)) {}

  [[nodiscard]] std::string_view content_type() const override;
  [[nodiscard]] bool streaming() const override { return true; }
  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void tool_result(std::string_view call_id, std::string_view json, std::string& out) override;
  void finish(std::string&) override {}
  void fail(const chat::Failure& failure, std::string&) override { shared_.failure = failure; }
  [[nodiscard]] std::string_view vendor_header_prefix() const override;
  [[nodiscard]] std::string_view keep_alive() const override;
  void show_model(std::string_view json, std::string& out) const override;
  [[nodiscard]] chat::Usage usage() const override { return shared_.dialect.usage(); }
  void read_usage(std::string_view json) override { shared_.dialect.read_usage(json); }

 private:
  pbay_status on_image(const pbay_ev_image& image, std::string& out);

  const Shared shared_;
};

}  // namespace patchbay::api
