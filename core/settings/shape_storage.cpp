// `storage:`, where conversations are kept and for how long.

#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "core/base/database_url.hpp"
#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3'600'000;
constexpr double kDaysMax = 36'500;
constexpr std::int64_t kBytesMin = 1024LL * 1024;
constexpr std::int64_t kBytesMax = std::int64_t{1} << 50;

bool is_never(const ConfigValue& value) {
  return value.kind == ConfigValue::Kind::kScalar && (value.text == "never" || value.text == "0");
}

// As other durations, and in days.
std::optional<std::int64_t> parse_days_ms(const std::string& text) {
  if (!text.ends_with('d')) return parse_duration_ms(text);
  double days = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [rest, error] = std::from_chars(text.data(), end, days, std::chars_format::fixed);
  if (error != std::errc() || rest != end || !(days >= 0 && days <= kDaysMax)) return std::nullopt;
  return static_cast<std::int64_t>(days * static_cast<double>(kDayMs));
}

void read_retention(Fields& fields, std::int64_t& retention_ms) {
  const ConfigValue* value = fields.take("retention");
  if (value == nullptr) return;
  if (is_never(*value)) {
    retention_ms = 0;
    return;
  }
  const std::optional<std::int64_t> ms =
      value->kind == ConfigValue::Kind::kScalar ? parse_days_ms(value->text) : std::nullopt;
  if (ms && *ms >= 1) {
    retention_ms = *ms;
  } else {
    fields.problem(*value, "retention", "expected never or a time such as 365d, 30d or 12h");
  }
}

}  // namespace

void read_storage(const ConfigValue* value, Storage& storage, Report& report) {
  Fields fields(value, "storage", report);
  fields.boolean("enabled", storage.enabled);
  std::string url;
  if (const ConfigValue* written = fields.text("url", url)) {
    if (const auto parsed = parse_database_url(url)) {
      storage.url = url;
      storage.url_origin = written->origin;
    } else {
      // Not quoted, wherever it comes from: it is written with its password.
      ConfigValue hidden = *written;
      hidden.secret = true;
      fields.problem(hidden, "url", parsed.error().message);
    }
  }
  read_retention(fields, storage.retention_ms);
  if (const auto* map = value; map != nullptr && map->kind == ConfigValue::Kind::kMap &&
                               map->find("retention_bytes") != nullptr &&
                               is_never(*map->find("retention_bytes"))) {
    fields.take("retention_bytes");
    storage.retention_bytes = 0;
  } else {
    fields.bytes("retention_bytes", kBytesMin, kBytesMax, storage.retention_bytes);
  }
  fields.finish();
}

}  // namespace patchbay::settings
