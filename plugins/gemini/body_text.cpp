#include "plugins/gemini/body_text.hpp"

#include "patchbay/host.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::size_t kWorthACut = 4096;  // a shorter piece is copied faster than it is listed

}  // namespace

BodyText& BodyText::splice(std::string_view text) {
  if (text.size() < kWorthACut) return add(text);
  cuts_.push_back({own_.size(), text});
  return *this;
}

BodyText& BodyText::quote(std::string_view text) {
  append_quoted(own_, text);
  return *this;
}

BodyText& BodyText::append(const BodyText& other) {
  const std::size_t before = own_.size();
  own_ += other.own_;
  for (const Cut& cut : other.cuts_)
    cuts_.push_back({before + cut.at, cut.text});
  return *this;
}

void BodyText::clear() {
  own_.clear();
  cuts_.clear();
  pieces_.clear();
}

std::string BodyText::str() const {
  std::string text;
  std::size_t done = 0;
  for (const Cut& cut : cuts_) {
    text.append(own_, done, cut.at - done).append(cut.text);
    done = cut.at;
  }
  return text.append(own_, done);
}

std::span<const pbay_piece> BodyText::pieces() {
  pieces_.clear();
  const std::string_view own = own_;
  std::size_t done = 0;
  for (const Cut& cut : cuts_) {
    if (cut.at > done) pieces_.push_back(sdk::piece(own.substr(done, cut.at - done)));
    pieces_.push_back(sdk::piece(cut.text));
    done = cut.at;
  }
  if (own.size() > done) pieces_.push_back(sdk::piece(own.substr(done)));
  return pieces_;
}

}  // namespace patchbay::plugins::gemini
