// What every fuzzer starts with: the input as text, and a place to cut it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace patchbay::fuzz {

// The first byte says where the rest is cut in two, so that the fuzzer explores cuts as well.
struct CutInput {
  CutInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return;
    text = {reinterpret_cast<const char*>(data) + 1, size - 1};
    cut = data[0] * (text.size() + 1) / 256;  // anywhere in a text of any length
  }
  [[nodiscard]] std::string_view front() const { return text.substr(0, cut); }
  [[nodiscard]] std::string_view back() const { return text.substr(cut); }

  std::string_view text;
  std::size_t cut = 0;
};

// A property that does not hold ends the run, as a crash would, and says which it was.
inline void require(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::cerr << file << ':' << line << ": this does not hold\n";
  std::abort();
}

}  // namespace patchbay::fuzz
