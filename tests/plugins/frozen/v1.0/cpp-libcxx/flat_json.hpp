// Reads JSON objects without nesting, such as {"text": "Hel", "n": 3}, and copies nothing.
//
//   const FlatJson line(text);                        // throws BadJson
//   if (auto text = line.text("text")) say(*text);    // the inside of the string, still escaped
//
// What the views point into must outlive the object.

#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct BadJson : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class FlatJson {
 public:
  explicit FlatJson(std::string_view text);

  // The inside of a string: valid JSON, valid UTF-8, escapes as they were. Nothing if the member is
  // not there; throws BadJson if it is something else. So does number().
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;

 private:
  struct Member {
    std::string_view name;
    std::string_view value;
    bool is_text;
  };
  [[nodiscard]] const Member* find(std::string_view name) const;

  std::vector<Member> members_;
};

// The text as a JSON string, quotes inclusive.
std::string quoted(std::string_view text);

}  // namespace example
