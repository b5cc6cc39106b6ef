// The lines of a stream must be the same however it is cut.

#include <string>

#include "core/http/ndjson_parser.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using patchbay::http::NdjsonParser;
  const patchbay::fuzz::CutInput input(data, size);
  std::string expected;
  std::string found;
  NdjsonParser whole({.max_line_bytes = 1024});
  NdjsonParser cut({.max_line_bytes = 1024});
  const auto expect = [&](std::string_view line) { expected.append(line).append("\n"); };
  const auto take = [&](std::string_view line) { found.append(line).append("\n"); };
  const bool good = whole.feed(input.text, expect).has_value();
  if (good) (void)whole.finish(expect);
  // Copies that go away show a view that is used too long.
  const bool cut_good = cut.feed(std::string(input.front()), take).has_value() &&
                        cut.feed(std::string(input.back()), take).has_value();
  if (cut_good) (void)cut.finish(take);
  patchbay::fuzz::require(good == cut_good && expected == found);
  return 0;
}
