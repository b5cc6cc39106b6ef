// Reads a provider's configuration from C++ without a JSON library: the members of one flat object.
//
//   sdk::Config config(setup.json());
//   std::string url = config.text("base_url").value_or("https://shout.example");
//   std::int64_t most = config.integer("max_tokens").value_or(1024);
//   bool loud = config.flag("loud").value_or(true);
//
// The host has checked the text against the provider's schema and filled the defaults in, so what
// is read here is valid JSON. A member that is not there, or is of another kind, is nothing.
// Objects and lists are given as JSON text by raw(), for whoever brings a parser. Looking a member
// up walks the object once: meant for create(), not for calls.

#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::sdk {

class Config {
 public:
  // A view: the text must outlive this.
  explicit Config(std::string_view json) : json_(json) {}

  // The member's value as it stands in the text; empty where there is none.
  [[nodiscard]] std::string_view raw(std::string_view name) const {
    std::size_t at = skip_space(0);
    if (at >= json_.size() || json_[at] != '{') return {};
    std::string_view found;
    for (at = skip_space(at + 1); at < json_.size() && json_[at] == '"'; at = skip_space(at + 1)) {
      const std::size_t key_end = skip_value(at);
      const std::string key = unescaped(json_.substr(at + 1, key_end - at - 2));
      at = skip_space(key_end);
      if (at >= json_.size() || json_[at] != ':') return {};
      const std::size_t begin = skip_space(at + 1);
      const std::size_t end = skip_value(begin);
      if (key == name) found = json_.substr(begin, end - begin);
      at = skip_space(end);
      if (at >= json_.size() || json_[at] != ',') break;
    }
    return found;
  }

  // A string; what it says, its escapes resolved.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
    const std::string_view value = raw(name);
    if (value.size() < 2 || value.front() != '"') return std::nullopt;
    return unescaped(value.substr(1, value.size() - 2));
  }

  // A whole number that fits.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const {
    return number_as<std::int64_t>(name);
  }
  [[nodiscard]] std::optional<double> number(std::string_view name) const {
    return number_as<double>(name);
  }

  [[nodiscard]] std::optional<bool> flag(std::string_view name) const {
    const std::string_view value = raw(name);
    if (value == "true") return true;
    if (value == "false") return false;
    return std::nullopt;
  }

 private:
  template <typename Number>
  [[nodiscard]] std::optional<Number> number_as(std::string_view name) const {
    const std::string_view value = raw(name);
    Number number{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return number;
  }

  [[nodiscard]] std::size_t skip_space(std::size_t at) const {
    while (at < json_.size() &&
           (json_[at] == ' ' || json_[at] == '\n' || json_[at] == '\t' || json_[at] == '\r'))
      ++at;
    return at;
  }

  // Just behind the value that begins at `at`.
  [[nodiscard]] std::size_t skip_value(std::size_t at) const {
    std::size_t depth = 0;
    while (at < json_.size()) {
      const char c = json_[at];
      if (c == '"') {
        for (++at; at < json_.size() && json_[at] != '"'; ++at)
          if (json_[at] == '\\') ++at;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (depth > 0 && (c == '}' || c == ']')) {
        --depth;
      } else if (depth == 0) {  // a number or a word
        while (at < json_.size() && std::string_view(",}] \n\t\r").find(json_[at]) == npos)
          ++at;
        return at;
      }
      ++at;
      if (depth == 0) return at < json_.size() ? at : json_.size();
    }
    return json_.size();
  }

  static std::string unescaped(std::string_view inside) {
    std::string out;
    for (std::size_t at = 0; at < inside.size(); ++at) {
      if (inside[at] != '\\' || at + 1 == inside.size()) {
        out += inside[at];
        continue;
      }
      switch (const char c = inside[++at]) {
        case 'b':
          out += '\b';
          break;
        case 'f':
          out += '\f';
          break;
        case 'n':
          out += '\n';
          break;
        case 'r':
          out += '\r';
          break;
        case 't':
          out += '\t';
          break;
        case 'u': {
          std::uint32_t point = unit(inside, at + 1);
          at += 4;
          const bool high = point >= 0xD800 && point < 0xDC00;
          if (high && inside.substr(at + 1, 2) == "\\u") {
            point = 0x10000 + ((point - 0xD800) << 10) + (unit(inside, at + 3) - 0xDC00);
            at += 6;
          }
          append_utf8(out, point);
          break;
        }
        default:
          out += c;
      }
    }
    return out;
  }

  static std::uint32_t unit(std::string_view text, std::size_t at) {
    std::uint32_t value = 0;
    if (at + 4 <= text.size()) std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
    return value;
  }

  static void append_utf8(std::string& out, std::uint32_t point) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (point < 0x80) {
      byte(point);
    } else if (point < 0x800) {
      byte(0xC0 | point >> 6);
      byte(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      byte(0xE0 | point >> 12);
      byte(0x80 | (point >> 6 & 0x3F));
      byte(0x80 | (point & 0x3F));
    } else {
      byte(0xF0 | (point >> 18 & 0x07));
      byte(0x80 | (point >> 12 & 0x3F));
      byte(0x80 | (point >> 6 & 0x3F));
      byte(0x80 | (point & 0x3F));
    }
  }

  static constexpr std::size_t npos = std::string_view::npos;
  std::string_view json_;
};

}  // namespace patchbay::sdk
