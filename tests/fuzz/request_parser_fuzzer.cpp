// A request must be read the same however it is cut, and never twice.

#include <string>

#include "core/server/request_parser.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::server::Limits;
using patchbay::server::Request;
using patchbay::server::RequestParser;

struct Outcome {
  RequestParser::State state = RequestParser::State::kHead;
  Request request;
  std::size_t consumed = 0;
};

// As a connection does it: what was not consumed is presented again with the next piece behind it.
Outcome read(std::initializer_list<std::string_view> pieces) {
  static const Limits limits{.head_bytes_max = 1024, .headers_max = 16, .body_bytes_max = 1024};
  RequestParser parser(limits);
  Outcome outcome;
  std::string input;
  for (const std::string_view piece : pieces) {
    input += piece;
    const auto step = parser.feed(input, outcome.request);
    patchbay::fuzz::require(step.consumed <= input.size());
    outcome.consumed += step.consumed;
    outcome.state = step.state;
    input.erase(0, step.consumed);
    if (step.state == RequestParser::State::kComplete || step.state == RequestParser::State::kFault)
      break;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const patchbay::fuzz::CutInput input(data, size);
  const Outcome whole = read({input.text});
  const Outcome cut = read({input.front(), input.back()});
  // A fault may be seen earlier with fewer bytes at hand, but good and bad never change places.
  const bool complete = whole.state == RequestParser::State::kComplete;
  patchbay::fuzz::require(complete == (cut.state == RequestParser::State::kComplete));
  if (!complete) return 0;
  patchbay::fuzz::require(whole.consumed == cut.consumed);
  patchbay::fuzz::require(whole.request.method == cut.request.method);
  patchbay::fuzz::require(whole.request.target == cut.request.target);
  patchbay::fuzz::require(whole.request.body() == cut.request.body());
  patchbay::fuzz::require(whole.request.headers.size() == cut.request.headers.size());
  return 0;
}
