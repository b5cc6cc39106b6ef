#include "core/tokens/valid_text.hpp"

#include <cstdint>
#include <cstring>

namespace patchbay::tokens {
namespace {

struct Character {
  std::size_t size = 1;  // as far as the bytes can belong to one character
  bool valid = false;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte is where overlong forms, surrogates and what is too large are told apart.
  const unsigned least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size()) return {i, false};
    const bool fits = i == 1 ? byte(i) >= least && byte(i) <= most : (byte(i) & 0xc0U) == 0x80;
    if (!fits) return {i, false};
  }
  return {size, true};
}

std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080U) != 0) break;
    at += 8;
  }
  return at;
}

}  // namespace

bool is_valid_text(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    const Character character = first_character(text);
    if (!character.valid) return false;
    text.remove_prefix(character.size);
  }
}

std::string mended_text(std::string_view text) {
  std::string mended;
  mended.reserve(text.size() + 16);
  while (!text.empty()) {
    const Character character = first_character(text);
    mended += character.valid ? text.substr(0, character.size) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(character.size);
  }
  return mended;
}

}  // namespace patchbay::tokens
