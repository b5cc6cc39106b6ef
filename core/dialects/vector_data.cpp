#include "core/dialects/vector_data.hpp"

#include <bit>
#include <charconv>
#include <string_view>

#include "core/base/base64.hpp"
#include "core/chat/event.hpp"

namespace patchbay::dialects {
namespace {

static_assert(std::endian::native == std::endian::little, "the wire's floats are little-endian");

// The floats of a JSON list of numbers; nothing if it is none.
std::optional<std::string> floats_of(std::string_view list) {
  constexpr std::string_view kBetween = " \t\r\n,[]";
  std::string floats;
  const char* const end = list.data() + list.size();
  for (const char* at = list.data(); at != end;) {
    if (kBetween.find(*at) != kBetween.npos) {
      ++at;
      continue;
    }
    float number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) number = 0;  // closer to nought than a float goes
    floats.append(reinterpret_cast<const char*>(&number), sizeof number);
    at = next;
  }
  return floats;
}

}  // namespace

std::optional<std::string> float_bytes(const pbay_ev_embedding& event) {
  const std::string_view data = chat::view(event.data);
  std::optional<std::string> floats;
  switch (event.kind) {
    case PBAY_VEC_F32:
      floats = std::string(data);
      break;
    case PBAY_VEC_JSON:
      floats = floats_of(data);
      break;
    case PBAY_VEC_BASE64:
      floats.emplace();
      if (!append_unbase64(*floats, data)) return std::nullopt;
      break;
    default:
      return std::nullopt;
  }
  if (floats && floats->size() % sizeof(float) != 0) return std::nullopt;
  return floats;
}

}  // namespace patchbay::dialects
