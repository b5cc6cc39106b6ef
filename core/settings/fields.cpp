#include "core/settings/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

#include "core/base/suggestion.hpp"

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

constexpr double kDayMs = 24.0 * 60 * 60 * 1000;

constexpr double kBytesMax = 1e15;

struct ByteUnit {
  std::string_view name;
  std::int64_t bytes;
  bool binary;  // fit to show a size in
};

constexpr std::array<ByteUnit, 8> kByteUnits = {{{"GiB", 1 << 30, true},
                                                 {"MiB", 1 << 20, true},
                                                 {"KiB", 1 << 10, true},
                                                 {"", 1, true},
                                                 {"B", 1, false},
                                                 {"KB", 1'000, false},
                                                 {"MB", 1'000'000, false},
                                                 {"GB", 1'000'000'000, false}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::int64_t> parse_duration_ms(const std::string& text) {
  struct Unit {
    std::string_view name;
    double ms;
  };
  static constexpr std::array<Unit, 5> kUnits = {
      {{"", 1000.0}, {"ms", 1.0}, {"s", 1000.0}, {"m", 60'000.0}, {"h", 3'600'000.0}}};
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name = trimmed({rest, static_cast<std::size_t>(end - rest)});
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    const double ms = number * unit.ms;
    if (!(ms >= 0 && ms <= kDayMs)) return std::nullopt;  // also refuses NaN
    return static_cast<std::int64_t>(ms);
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_bytes(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name = trimmed({rest, static_cast<std::size_t>(end - rest)});
  for (const ByteUnit& unit : kByteUnits) {
    if (unit.name != name) continue;
    const double bytes = number * static_cast<double>(unit.bytes);
    if (!(bytes >= 0 && bytes <= kBytesMax)) return std::nullopt;  // also refuses NaN
    return static_cast<std::int64_t>(bytes);
  }
  return std::nullopt;
}

std::string bytes_text(std::int64_t bytes) {
  for (const ByteUnit& unit : kByteUnits) {
    if (unit.binary && bytes != 0 && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes) + std::string(unit.name);
    }
  }
  return std::to_string(bytes);
}

Fields::Fields(const ConfigValue* value, std::string path, Report& report)
    : path_(std::move(path)), report_(report) {
  if (value == nullptr) return;
  origin_ = value->origin;
  if (value->kind == Kind::kMap) {
    map_ = value;
  } else if (value->kind != Kind::kNull) {
    report_.problem(origin_, path_, "expected a mapping (name: value), got " + shown(*value));
  }
  readable_ = !report_.told(origin_, path_);
}

const ConfigValue* Fields::take(const std::string& key) {
  known_.push_back(key);
  return map_ == nullptr ? nullptr : map_->find(key);
}

bool Fields::has(const std::string& key) const {
  return map_ != nullptr && map_->find(key) != nullptr;
}

void Fields::problem(const ConfigValue& value,
                     const std::string& key,
                     const std::string& expected) {
  report_.problem(value.origin, path(key), expected + ", got " + shown(value));
}

const ConfigValue* Fields::text(const std::string& key, std::string& out) {
  const ConfigValue* value = take(key);
  if (value == nullptr) return nullptr;
  if (value->kind != Kind::kScalar) {
    problem(*value, key, "expected a text");
    return nullptr;
  }
  out = value->text;
  return value;
}

const ConfigValue* Fields::boolean(const std::string& key, bool& out) {
  const ConfigValue* value = take(key);
  if (value == nullptr) return nullptr;
  const bool yes = value->text == "true" || value->text == "True" || value->text == "TRUE";
  const bool no = value->text == "false" || value->text == "False" || value->text == "FALSE";
  if (value->kind != Kind::kScalar || (!yes && !no)) {
    problem(*value, key, "expected true or false");
    return nullptr;
  }
  out = yes;
  return value;
}

const ConfigValue* Fields::duration_ms(const std::string& key, std::int64_t& out) {
  const ConfigValue* value = take(key);
  if (value == nullptr) return nullptr;
  const std::optional<std::int64_t> ms =
      value->kind == Kind::kScalar ? parse_duration_ms(value->text) : std::nullopt;
  if (!ms || *ms < 1) {
    problem(*value,
            key,
            "expected a duration from 1ms to 24h, such as 300ms, 5s, 10m or a number of seconds");
    return nullptr;
  }
  out = *ms;
  return value;
}

const ConfigValue* Fields::number(const std::string& key,
                                  std::int64_t min,
                                  std::int64_t max,
                                  std::int64_t& out) {
  const ConfigValue* value = take(key);
  if (value == nullptr) return nullptr;
  std::int64_t read = 0;
  const char* end = value->text.data() + value->text.size();
  const auto [rest, error] = std::from_chars(value->text.data(), end, read);
  if (value->kind != Kind::kScalar || error != std::errc() || rest != end || read < min ||
      read > max) {
    problem(*value,
            key,
            "expected a number from " + std::to_string(min) + " to " + std::to_string(max));
    return nullptr;
  }
  out = read;
  return value;
}

const ConfigValue* Fields::bytes(const std::string& key,
                                 std::int64_t min,
                                 std::int64_t max,
                                 std::int64_t& out) {
  const ConfigValue* value = take(key);
  if (value == nullptr) return nullptr;
  const std::optional<std::int64_t> read =
      value->kind == Kind::kScalar ? parse_bytes(value->text) : std::nullopt;
  if (!read || *read < min || *read > max) {
    problem(*value,
            key,
            "expected a size from " + bytes_text(min) + " to " + bytes_text(max) +
                ", such as 64KiB, 32MiB or a number of bytes");
    return nullptr;
  }
  out = *read;
  return value;
}

std::vector<std::string_view> items_of(std::string_view text) {
  text = trimmed(text);
  bool array = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (array) {
    const std::string_view inside = trimmed(text.substr(1, text.size() - 2));
    array = inside.empty() || (inside.size() >= 2 && inside.front() == '"' && inside.back() == '"');
    if (array) text = inside;
  }
  std::vector<std::string_view> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view item = trimmed(text.substr(0, comma));
    if (array && item.size() >= 2 && item.front() == '"' && item.back() == '"') {
      item = item.substr(1, item.size() - 2);
    }
    if (!item.empty()) items.push_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

std::vector<std::pair<std::string, const ConfigValue*>> Fields::texts(const std::string& key) {
  std::vector<std::pair<std::string, const ConfigValue*>> out;
  const ConfigValue* value = take(key);
  if (value == nullptr) return out;
  if (value->kind == Kind::kScalar) {
    for (const std::string_view item : items_of(value->text))
      out.emplace_back(item, value);
    return out;
  }
  if (value->kind != Kind::kList) {
    problem(*value, key, "expected a list, such as [one, two]");
    return out;
  }
  for (std::size_t i = 0; i < value->items.size(); ++i) {
    const ConfigValue& item = value->items[i];
    if (item.kind == Kind::kScalar) {
      out.emplace_back(item.text, &item);
    } else {
      report_.problem(item.origin, path_to(path(key), i), "expected a text, got " + shown(item));
    }
  }
  return out;
}

void Fields::require(const std::string& key, const std::string& message) {
  if (readable_ && !has(key)) report_.problem(origin_, path(key), message);
}

void Fields::finish(const std::string& advice) {
  if (map_ == nullptr) return;
  for (const ConfigValue::Member& member : map_->members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    std::string hint = did_you_mean(member.key, known_);
    if (hint.empty()) {
      hint = "; " + (path_.empty() ? std::string("the file") : path_) + " has";
      for (std::size_t i = 0; i < known_.size(); ++i)
        hint += (i == 0 ? " " : ", ") + known_[i];
      hint += advice;
    }
    report_.problem(member.key_origin, path(member.key), "unknown setting" + hint);
  }
}

}  // namespace patchbay::settings
