// A text that is a view where it can be and a copy where it must be: what a parser holds of the
// event in hand. Views point into the piece being fed and must be kept before it goes away.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::http {

class CarriedText {
 public:
  [[nodiscard]] std::string_view view() const { return borrowed_ ? view_ : own_; }
  [[nodiscard]] std::size_t size() const { return view().size(); }
  [[nodiscard]] bool empty() const { return view().empty(); }

  // `text` must stay as long as this is neither kept nor changed.
  void borrow(std::string_view text) {
    view_ = text;
    borrowed_ = true;
  }

  void copy(std::string_view text) {
    own_.assign(text);
    borrowed_ = false;
  }

  void append(std::string_view text) {
    keep();
    own_.append(text);
  }

  // Turns a view into a copy.
  void keep() {
    if (borrowed_) copy(view_);
  }

  // The memory stays for the next text, unless there is an unusual lot of it: thousands of idle
  // streams must not each sit on their largest event.
  void clear() {
    borrowed_ = false;
    if (own_.capacity() > kKeptBytes) own_ = std::string();
    own_.clear();
  }

 private:
  static constexpr std::size_t kKeptBytes = 4096;

  std::string own_;
  std::string_view view_;
  bool borrowed_ = false;
};

}  // namespace patchbay::http
