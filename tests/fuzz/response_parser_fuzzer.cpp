// An upstream's answer must be read the same however it is cut.

#include <string>
#include <vector>

#include "core/upstream/response_parser.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::upstream::ResponseHead;
using patchbay::upstream::ResponseParser;

struct Outcome {
  ResponseHead head;
  std::string body;
  bool good = false;
};

Outcome read(std::initializer_list<std::string_view> pieces) {
  Outcome outcome;
  ResponseParser parser(1024);
  parser.begin(false, outcome.head);
  std::string rest;
  for (const std::string_view piece : pieces) {
    if (parser.complete() || !parser.fault().empty()) break;
    std::vector<char> buffer(rest.begin(), rest.end());
    buffer.insert(buffer.end(), piece.begin(), piece.end());
    parser.forget_body();
    const std::size_t used = parser.feed(buffer.data(), buffer.size());
    patchbay::fuzz::require(used <= buffer.size());
    outcome.body += parser.body();
    rest.assign(buffer.begin() + static_cast<std::ptrdiff_t>(used), buffer.end());
  }
  parser.end_of_input();
  outcome.good = parser.complete() && parser.fault().empty();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const patchbay::fuzz::CutInput input(data, size);
  const Outcome whole = read({input.text});
  const Outcome cut = read({input.front(), input.back()});
  patchbay::fuzz::require(whole.good == cut.good);
  if (!whole.good) return 0;
  patchbay::fuzz::require(whole.head.status == cut.head.status && whole.body == cut.body);
  patchbay::fuzz::require(whole.head.headers.size() == cut.head.headers.size());
  return 0;
}
