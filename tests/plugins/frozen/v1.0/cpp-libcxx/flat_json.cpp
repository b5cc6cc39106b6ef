#include "flat_json.hpp"

#include <algorithm>
#include <charconv>

namespace example {
namespace {

constexpr std::string_view kHex = "0123456789abcdefABCDEF";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() {
    skip_space();
    return at_ == text_.size();
  }

  bool take(char wanted) {
    skip_space();
    if (peek() != static_cast<unsigned char>(wanted)) return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted)) throw BadJson(std::string("expected '") + wanted + "'");
  }

  // The inside of a string whose first quote has been taken.
  std::string_view inside() {
    const std::size_t begin = at_;
    while (peek() != '"')
      character();
    return text_.substr(begin, at_++ - begin);
  }

  // A number, or true, false, null: whatever ends where the member does.
  std::string_view word() {
    skip_space();
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",} \t\r\n", at_), text_.size());
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty() || word.find_first_of("{[\"") != word.npos) throw BadJson("expected a value");
    return word;
  }

 private:
  // The next byte; 0 at the end, where nothing may be.
  [[nodiscard]] unsigned char peek() const {
    return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : 0;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  void character() {
    const unsigned char first = peek();
    ++at_;
    if (first < 0x20) throw BadJson("a string without an end, or with a control character");
    if (first == '\\') return escape();
    if (first >= 0x80) beyond_ascii(first);
  }

  void escape() {
    const unsigned char kind = peek();
    ++at_;
    if (kind == 'u') {
      for (int i = 0; i < 4; ++i, ++at_) {
        if (peek() == 0 || kHex.find(static_cast<char>(peek())) == kHex.npos) {
          throw BadJson("a broken \\u escape");
        }
      }
    } else if (kind == 0 || std::string_view("\"\\/bfnrt").find(static_cast<char>(kind)) ==
                                std::string_view::npos) {
      throw BadJson("an unknown escape");
    }
  }

  // The rest of a character of two to four bytes. What follows the first byte decides whether the
  // character is written too long, is half of a pair, or lies beyond the last one.
  void beyond_ascii(unsigned char first) {
    const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    const int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0xC2 || first > 0xF4 || peek() < lowest || peek() > highest) {
      throw BadJson("not UTF-8");
    }
    ++at_;
    for (int i = 1; i < more; ++i, ++at_) {
      if ((peek() & 0xC0) != 0x80) throw BadJson("not UTF-8");
    }
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

FlatJson::FlatJson(std::string_view text) {
  Reader reader(text);
  reader.expect('{');
  if (!reader.take('}')) {
    do {
      reader.expect('"');
      const std::string_view name = reader.inside();
      reader.expect(':');
      const bool is_text = reader.take('"');
      members_.push_back({name, is_text ? reader.inside() : reader.word(), is_text});
    } while (reader.take(','));
    reader.expect('}');
  }
  if (!reader.at_end()) throw BadJson("something follows the object");
}

const FlatJson::Member* FlatJson::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

std::optional<std::string_view> FlatJson::text(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_text) throw BadJson("\"" + std::string(name) + "\" is no text");
  return member->value;
}

std::optional<std::int64_t> FlatJson::number(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* end = member->value.data() + member->value.size();
  const auto [stop, error] = std::from_chars(member->value.data(), end, number);
  if (member->is_text || error != std::errc{} || stop != end) {
    throw BadJson("\"" + std::string(name) + "\" is no whole number");
  }
  return number;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace example
