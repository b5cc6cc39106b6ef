// What the scan accepts, the document reader accepts as well, and a found value is JSON by itself.

#include <array>
#include <string>

#include "core/json/scan.hpp"
#include "core/json/value.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace json = patchbay::json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::array<json::Wanted, 3> wanted{
      {{.path = "model"}, {.path = "stream"}, {.path = "stream_options.include_usage"}}};
  if (!json::scan(text, wanted)) return 0;
  patchbay::fuzz::require(json::validate(text).has_value());
  for (const json::Wanted& member : wanted) {
    if (!member.found) continue;
    const std::string_view raw = json::raw_of(text, member);
    patchbay::fuzz::require(json::validate(raw).has_value());
    patchbay::fuzz::require(json::splice(text, member.span, raw) == text);
    std::string scratch;
    if (member.kind == json::Kind::kString) (void)json::string_of(text, member, scratch);
  }
  (void)json::parse(text);
  return 0;
}
