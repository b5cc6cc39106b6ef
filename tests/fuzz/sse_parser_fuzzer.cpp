// The events of a stream must be the same however it is cut, and their end where the boundary
// finder says it is.

#include <string>

#include "core/http/sse_boundary.hpp"
#include "core/http/sse_parser.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::http::SseEvent;
using patchbay::http::SseParser;

void note(std::string& out, const SseEvent& event) {
  out.append(event.type).append("|").append(event.data).append("|").append(event.id).append("\n");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const patchbay::fuzz::CutInput input(data, size);
  constexpr std::size_t kMax = 1024;
  SseParser whole({.max_event_bytes = kMax});
  std::string expected;
  const bool good =
      whole.feed(input.text, [&](const SseEvent& event) { note(expected, event); }).has_value();
  if (good) (void)whole.finish([&](const SseEvent& event) { note(expected, event); });

  SseParser cut({.max_event_bytes = kMax});
  std::string found;
  const auto take = [&](const SseEvent& event) { note(found, event); };
  // Copies that go away show a view that is used too long.
  const bool cut_good = cut.feed(std::string(input.front()), take).has_value() &&
                        cut.feed(std::string(input.back()), take).has_value();
  if (cut_good) (void)cut.finish(take);
  patchbay::fuzz::require(good == cut_good && expected == found);

  patchbay::http::SseBoundary boundary;
  patchbay::fuzz::require(boundary.feed(input.front()) <= input.front().size());
  patchbay::fuzz::require(boundary.feed(input.back()) <= input.back().size());
  return 0;
}
