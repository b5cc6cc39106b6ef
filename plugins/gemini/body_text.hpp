// A request body under construction: own text, and long pieces of the client's body that are
// referred to instead of copied, so that an upload in base64 is held once.
//
//   BodyText body;
//   body.add("{\"inlineData\":{\"data\":\"").splice(base64).add("\"}}");
//   out.body(body.pieces());

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/abi.h"

namespace patchbay::plugins::gemini {

class BodyText {
 public:
  // Appends a copy.
  BodyText& add(std::string_view text) {
    own_ += text;
    return *this;
  }
  // Appends text that outlives this object and its pieces; copied where that is cheaper.
  BodyText& splice(std::string_view text);
  // Appends text as a JSON string, with its quotes.
  BodyText& quote(std::string_view text);
  // Appends all of `other`.
  BodyText& append(const BodyText& other);

  // Takes the last byte, a '}' of our own, off again, so that one more member can be added.
  void reopen() { own_.pop_back(); }

  void clear();
  [[nodiscard]] bool empty() const { return own_.empty() && cuts_.empty(); }
  // The whole text, for the log and for tests.
  [[nodiscard]] std::string str() const;
  // The text in pieces; they hold until this object changes.
  [[nodiscard]] std::span<const pbay_piece> pieces();

 private:
  struct Cut {
    std::size_t at;  // in own_
    std::string_view text;
  };

  std::string own_;
  std::vector<Cut> cuts_;  // by `at`
  std::vector<pbay_piece> pieces_;
};

}  // namespace patchbay::plugins::gemini
