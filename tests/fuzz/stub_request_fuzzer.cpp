// A chat request to the stub, with a script in it or without: an answer that is bounded, or a
// complaint.

#include <string>

#include "plugins/stub/plan.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using patchbay::fuzz::require;
  namespace stub = patchbay::plugins::stub;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  stub::ChatRequest request;
  if (!stub::read_chat_request(body, request).empty()) return 0;
  require(request.choices >= 1 && request.message_count >= 0);
  patchbay::plugins::JsonText arguments;
  if (request.tool_is_forced) {
    // Of a request of some bytes it takes some more, and no power of them.
    constexpr std::size_t kArgumentsMax = 64 * 1024;
    require(request.forced_tool.arguments.size() <= kArgumentsMax);
    require(arguments.parse(request.forced_tool.arguments));
  }
  stub::Plan plan;
  stub::Script script;
  script.put_over(request.script);
  if (script.tokens.value_or(0) > 10'000) return 0;  // allowed, and only slow
  plan.lay_out(std::move(script), request);
  for (const stub::Piece& piece : plan.pieces()) {
    require(piece.item <= plan.pieces().size());
    require(!piece.text.empty() || !piece.is_token());
  }
  return 0;
}
