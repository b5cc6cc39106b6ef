// What the encoders of dialects that show text and nothing else have in common: reasoning and tool
// calls are left out, images are Markdown, and only the first choice of an answer is shown. A
// dialect says what stands around a piece of text, and how an answer ends.

#pragma once

#include <string>
#include <string_view>

#include "core/dialects/translating_encoder.hpp"

namespace patchbay::dialects {

class TextEncoder : public TranslatingEncoder {
 public:
  pbay_status on_event(const pbay_event& event, std::string& out) final;

 protected:
  // What stands before and behind the text, which is written as the inside of a JSON string. Both
  // must outlive the encoder.
  struct Around {
    std::string_view before;
    std::string_view behind;
  };

  explicit TextEncoder(Around around) : around_(around) {}

 private:
  void write_text(const pbay_ev_text& event, std::string& out);
  void write_image(const pbay_ev_image& event, std::string& out);

  const Around around_;
  bool has_text_ = false;
};

}  // namespace patchbay::dialects
