// Any bytes have a count within its bounds, the same each time, and it says when it is a guess.

#include "core/tokens/counter.hpp"
#include "core/tokens/merge.hpp"
#include "core/tokens/valid_text.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tokens = patchbay::tokens;
  using patchbay::fuzz::require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool valid = tokens::is_valid_text(text);
  const std::string mended = tokens::mended_text(text);
  require(tokens::is_valid_text(mended));
  require(!valid || mended == text);
  for (const auto encoding : {tokens::Encoding::kO200k, tokens::Encoding::kCl100k}) {
    const tokens::Count counted = tokens::count(encoding, text);
    require((counted.tokens == 0) == text.empty());
    require(counted.tokens <= static_cast<std::int64_t>(mended.size()));
    if (!valid)
      require(counted.estimated && tokens::count(encoding, mended).tokens == counted.tokens);
    if (valid && size < tokens::kMaxPieceBytes) require(!counted.estimated);
  }
  return 0;
}
