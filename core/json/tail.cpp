#include "core/json/tail.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace patchbay::json {
namespace {

// How many members of that name are looked at, from the last one backward.
constexpr std::size_t kCandidates = 4;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char* skip_spaces(const char* at, const char* end) {
  while (at != end && is_space(*at))
    ++at;
  return at;
}

// Behind the string that begins at `at`.
const char* skip_string(const char* at, const char* end) {
  for (++at; at != end && *at != '"'; ++at) {
    if (*at == '\\' && at + 1 != end) ++at;
  }
  return at == end ? end : at + 1;
}

// Behind the brackets that close what is `depth` levels open at `at`; null if they never come.
const char* skip_levels(const char* at, const char* end, std::size_t depth) {
  while (at != end && depth > 0) {
    if (*at == '"') {
      at = skip_string(at, end);
      continue;
    }
    if (*at == '{' || *at == '[') ++depth;
    if (*at == '}' || *at == ']') --depth;
    ++at;
  }
  return depth == 0 ? at : nullptr;
}

// Whether a colon and the beginning of an object follow; texts may be the same word.
bool is_key_of_object(const char* at, const char* end) {
  at = skip_spaces(at, end);
  if (at == end || *at != ':') return false;
  at = skip_spaces(at + 1, end);
  return at != end && *at == '{';
}

// The object behind the key that ends at `at`, if the key is a member of the outermost object: then
// one level is open behind the value, and with its end the text is over. REQUIRES:
// is_key_of_object().
std::string_view outer_object(const char* at, const char* end) {
  const char* const value = skip_spaces(skip_spaces(at, end) + 1, end);
  at = skip_levels(value + 1, end, 1);
  if (at == nullptr) return {};
  const char* const closed = skip_levels(at, end, 1);
  if (closed == nullptr || skip_spaces(closed, end) != end) return {};
  return {value, static_cast<std::size_t>(at - value)};
}

}  // namespace

std::string_view last_object_named(std::string_view text, std::string_view name) {
  const std::string key = '"' + std::string(name) + '"';
  const char* const end = text.data() + text.size();
  std::array<const char*, kCandidates>
      candidates{};  // behind the key; the latest of them, in a ring
  std::size_t count = 0;
  const char* at = text.data();
  while (const void* found =
             ::memmem(at, static_cast<std::size_t>(end - at), key.data(), key.size())) {
    const char* const place = static_cast<const char*>(found);
    at = place + key.size();
    // Inside a string these bytes could only stand behind a backslash.
    if (place != text.data() && place[-1] == '\\') continue;
    if (is_key_of_object(at, end)) candidates[count++ % kCandidates] = at;
  }
  for (std::size_t tried = 0; tried < std::min(count, kCandidates); ++tried) {
    const std::string_view value = outer_object(candidates[(count - 1 - tried) % kCandidates], end);
    if (!value.empty()) return value;
  }
  return {};
}

}  // namespace patchbay::json
