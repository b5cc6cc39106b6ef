// A chat request becomes a request of the Messages API, or is refused with a sentence; what comes
// out is JSON, and the same each time.

#include <array>
#include <string>

#include "core/json/scan.hpp"
#include "plugins/anthropic/request.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// The first byte chooses the model.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using patchbay::fuzz::require;
  namespace json = patchbay::json;
  namespace anthropic = patchbay::plugins::anthropic;
  constexpr std::array<std::string_view, 6> kModels{"claude-3-haiku",
                                                    "claude-sonnet-4-5",
                                                    "claude-opus-4-6",
                                                    "claude-sonnet-5",
                                                    "claude-sonnet-5-5",
                                                    "another"};
  if (size == 0) return 0;
  const std::string_view model = kModels[data[0] % kModels.size()];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (!json::validate(body)) return 0;  // the host lets nothing else through
  const auto made = anthropic::translate_request(body, model, {.stream = true});
  require(made.refusal.has_value() == made.body.empty());
  if (made.refusal) {
    require(!made.refusal->message.empty());
    return 0;
  }
  require(json::validate(made.body).has_value());
  const auto again = anthropic::translate_request(body, model, {.stream = true});
  require(again.body == made.body);
  return 0;
}
