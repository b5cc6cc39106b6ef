// What the encoders of dialects that no upstream speaks have in common: every answer is written
// from events, so there is nothing to look into and nothing to show an alias in.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/chat/encoder.hpp"
#include "core/dialects/line_text.hpp"

namespace patchbay::dialects {

class TranslatingEncoder : public chat::Encoder {
 public:
  [[nodiscard]] bool streaming() const override { return true; }
  [[nodiscard]] std::string_view vendor_header_prefix() const override { return {}; }
  void show_model(std::string_view json, std::string& out) const override { out += json; }
  [[nodiscard]] chat::Usage usage() const override {
    return {sum(before_.input, usage_.input),
            sum(before_.output, usage_.output),
            sum(before_.cached, usage_.cached)};
  }
  void next_step(std::string&) override { count_step(); }
  void read_usage(std::string_view) override {}

 protected:
  void take_usage(const pbay_ev_usage& event) {
    usage_ = {event.input, event.output, event.cache_read};
  }

  // What follows is another request's.
  void count_step() {
    before_ = usage();
    usage_ = {};
  }

  // What of an event's text can be written now; valid until the next call.
  std::string_view text_of(const pbay_ev_text& event) {
    return pairs_.whole(event.h, {event.text.ptr, event.text.len});
  }

 private:
  static std::int64_t sum(std::int64_t a, std::int64_t b) {
    if (a < 0) return b;
    return b < 0 ? a : a + b;
  }

  chat::Usage before_;  // of the steps before this one
  chat::Usage usage_;
  PairJoiner pairs_;
};

// What becomes of an event that has no place in a dialect.
inline pbay_status without_place(const pbay_event& event) {
  // Bytes of the client's own dialect: this one is nobody's but ours.
  if (event.type == PBAY_EV_RAW) return PBAY_E_PROTOCOL;
  const bool known = event.type <= PBAY_EV_SCORE;
  return !known && (event.flags & PBAY_EVF_MUST_UNDERSTAND) != 0 ? PBAY_E_UNSUPPORTED : PBAY_OK;
}

}  // namespace patchbay::dialects
