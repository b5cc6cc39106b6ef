#include "core/plugin_host/setting_text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "core/plugin_host/config_json.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr std::size_t kShownBytes = 60;

bool is_plain_word(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// One part of a JSON pointer without its escapes: "a~1b" is the key "a/b".
std::string pointer_part(std::string_view part) {
  std::string key;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool escaped = part[i] == '~' && i + 1 < part.size();
    if (escaped && (part[i + 1] == '0' || part[i + 1] == '1')) {
      key += part[++i] == '0' ? '~' : '/';
    } else {
      key += part[i];
    }
  }
  return key;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string path_to(const std::string& path, std::string_view key) {
  std::string part(key);
  if (!is_plain_word(key)) part = '"' + part + '"';
  return path.empty() ? part : path + "." + part;
}

std::string path_to(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

std::string shown(const ConfigValue& value, bool secret) {
  switch (value.kind) {
    case ConfigValue::Kind::kNull:
      return "nothing";
    case ConfigValue::Kind::kList:
      return "a list";
    case ConfigValue::Kind::kMap:
      return "a mapping";
    case ConfigValue::Kind::kScalar:
      break;
  }
  if (secret || value.secret) {
    return value.source.empty() ? "(secret)" : "(value of " + value.source + ")";
  }
  if (value.text.size() <= kShownBytes) return '"' + value.text + '"';
  std::size_t end = kShownBytes;
  while (end > 0 && continues_character(value.text[end]))
    --end;
  return '"' + value.text.substr(0, end) + "...\"";
}

std::string type_words(unsigned types) {
  struct Named {
    unsigned type;
    std::string_view words;
  };
  // A number is the wider promise, so a whole one need not be said beside it.
  if ((types & kNumberType) != 0) types &= ~static_cast<unsigned>(kIntegerType);
  std::string text;
  for (const Named& named : {Named{kStringType, "a text"},
                             Named{kIntegerType, "a whole number"},
                             Named{kNumberType, "a number"},
                             Named{kBooleanType, "true or false"},
                             Named{kArrayType, "a list"},
                             Named{kObjectType, "a mapping (name: value)"},
                             Named{kNullType, "nothing"}}) {
    if ((types & named.type) == 0) continue;
    if (!text.empty()) text += " or ";
    text += named.words;
  }
  return text;
}

std::string counted(std::int64_t number, std::string_view noun) {
  std::string text = std::to_string(number) + " ";
  if (number == 1) return text.append(noun);
  if (!noun.ends_with('y')) return text.append(noun).append("s");
  return text.append(noun.substr(0, noun.size() - 1)).append("ies");
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

bool is_http_url(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    const bool printable = std::all_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > ' '; });
    const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    const std::string_view host = authority.substr(authority.rfind('@') + 1);
    return printable && !host.empty() && host.front() != ':';
  }
  return false;
}

const ConfigValue& find_setting(const ConfigValue& config,
                                std::string_view pointer,
                                std::string& path) {
  const ConfigValue* at = &config;
  using Kind = ConfigValue::Kind;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string key = pointer_part(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (at->kind == Kind::kMap) {
      const ConfigValue* member = at->find(key);
      if (member == nullptr) break;
      path = path_to(path, key);
      at = member;
    } else {
      std::size_t index = 0;
      const auto [rest, error] = std::from_chars(key.data(), key.data() + key.size(), index);
      if (error != std::errc() || rest != key.data() + key.size() || index >= at->items.size()) {
        break;
      }
      path = path_to(path, index);
      at = &at->items[index];
    }
  }
  return *at;
}

}  // namespace patchbay::plugin_host
