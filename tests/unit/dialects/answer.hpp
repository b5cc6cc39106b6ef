// Drives one encoder with events and gives what it wrote.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/chat/encoder.hpp"
#include "tests/support/event_builder.hpp"

namespace patchbay::test {

using Lines = std::vector<std::string>;

inline Lines split(std::string_view text, std::string_view separator) {
  Lines pieces;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + separator.size());
  }
  return pieces;
}

inline pbay_ev_text escaped(std::uint32_t type, std::string_view words, std::uint32_t item = 0) {
  auto made = text(type, words, 0, item);
  made.h.flags = PBAY_EVF_ESCAPED;
  return made;
}

inline pbay_ev_image image(std::int32_t kind,
                           std::string_view data,
                           std::string_view mime = {},
                           std::string_view revised_prompt = {}) {
  auto made = event<pbay_ev_image>(PBAY_EV_IMAGE);
  made.kind = kind;
  made.partial = -1;
  made.data = chat::as_bytes(data);
  made.mime = chat::as_str(mime);
  made.revised_prompt = chat::as_str(revised_prompt);
  return made;
}

template <typename Encoder>
class Answer {
 public:
  explicit Answer(typename Encoder::Options options = {.message_id = "m1"})
      : encoder_(std::move(options)) {}

  template <typename Event>
  Answer& add(const Event& event) {
    EXPECT_EQ(status_of(event), PBAY_OK);
    return *this;
  }

  template <typename Event>
  pbay_status status_of(const Event& event) {
    return encoder_.on_event(reinterpret_cast<const pbay_event&>(event), out_);
  }

  std::string finish() {
    encoder_.finish(out_);
    return out_;
  }

  std::string fail(std::string message) {
    chat::Failure failure;
    failure.message = std::move(message);
    encoder_.fail(failure, out_);
    return out_;
  }

  Encoder& encoder() { return encoder_; }
  std::string& out() { return out_; }

 private:
  Encoder encoder_;
  std::string out_;
};

}  // namespace patchbay::test
