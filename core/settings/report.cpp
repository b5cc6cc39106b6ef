#include "core/settings/report.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace patchbay::settings {
namespace {

constexpr std::size_t kShownBytesMax = 60;

bool is_plain_word(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

// Control characters could rewrite the terminal that the message is read on.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool starts_character = (byte & 0xC0U) != 0x80U;
    if (i >= kShownBytesMax && starts_character) {
      out += "...";
      break;
    }
    if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += '?';
    } else {
      out += text[i];
    }
  }
  return out + '"';
}

}  // namespace

void Report::problem(const Origin& origin, const std::string& path, std::string message) {
  if (!told_.emplace(origin.line, origin.column, path).second) return;
  problems_.push_back({origin, path, std::move(message)});
}

bool Report::told(const Origin& origin, const std::string& path) const {
  return told_.contains({origin.line, origin.column, path});
}

void Report::warning(const Origin& origin, const std::string& path, std::string message) {
  warnings_.push_back(Problem{origin, path, std::move(message)}.text());
}

std::vector<Problem> Report::problems() const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.origin.line, a.origin.column) < std::tie(b.origin.line, b.origin.column);
  });
  return sorted;
}

std::string path_to(const std::string& path, std::string_view key) {
  const std::string last = is_plain_word(key) ? std::string(key) : quoted(key);
  return path.empty() ? last : path + '.' + last;
}

std::string path_to(const std::string& path, std::size_t index) {
  return path + '[' + std::to_string(index) + ']';
}

std::string shown(const ConfigValue& value) {
  switch (value.kind) {
    case ConfigValue::Kind::kNull:
      return "nothing";
    case ConfigValue::Kind::kList:
      return value.items.empty() ? "an empty list" : "a list";
    case ConfigValue::Kind::kMap:
      return "a mapping";
    case ConfigValue::Kind::kScalar:
      break;
  }
  if (!value.secret) return quoted(value.text);
  return value.source.empty() ? "(not shown)" : "(value of " + value.source + ")";
}

bool names_a_secret(std::string_view key) {
  static constexpr std::array<std::string_view, 7> kEndings = {
      "key", "token", "secret", "password", "passphrase", "authorization", "credentials"};
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
    return lower.ends_with(ending);
  });
}

}  // namespace patchbay::settings
