// A text that must not be shown: it prints as "***" and is reached only by saying so.

#pragma once

#include <string>
#include <utility>

namespace patchbay {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] static const char* shown() { return "***"; }

 private:
  std::string text_;
};

}  // namespace patchbay
