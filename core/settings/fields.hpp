// Reads the settings of one mapping by name and type, and reports what is wrong with them.
//
//   Fields server(value, "server", report);
//   server.boolean("enabled", settings.enabled);   // unchanged when the key is absent or wrong
//   server.finish();                               // whatever was not asked for is unknown
//
// A section that is left empty (`server:`) counts as left out.
// Not thread-safe: lives within one reading, and the value and the report outlive it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/settings/report.hpp"

namespace patchbay::settings {

// The items of a list in one text, as variables hold lists: with commas between them, and perhaps
// written as a JSON array of texts, ["one", "two"], which is how some programs take theirs. Views
// into `text`; empty ones are left out.
std::vector<std::string_view> items_of(std::string_view text);

class Fields {
 public:
  // Reports a value that is not a mapping; every setting then counts as absent. `value` may be
  // null: a section that is not in the file.
  Fields(const ConfigValue* value, std::string path, Report& report);

  // The value of `key`, null when absent. Remembers that the key is a known one.
  const ConfigValue* take(const std::string& key);

  // Each leaves `out` alone and returns null when the key is absent or, after reporting, wrong.
  const ConfigValue* text(const std::string& key, std::string& out);
  const ConfigValue* boolean(const std::string& key, bool& out);
  const ConfigValue* duration_ms(const std::string& key, std::int64_t& out);
  const ConfigValue* number(const std::string& key,
                            std::int64_t min,
                            std::int64_t max,
                            std::int64_t& out);
  const ConfigValue* bytes(const std::string& key,
                           std::int64_t min,
                           std::int64_t max,
                           std::int64_t& out);

  // A list of texts, or one text that holds them as variables do: items_of().
  // Returns each text with the value it stands in.
  std::vector<std::pair<std::string, const ConfigValue*>> texts(const std::string& key);

  // Reports a key that must be there and is not, unless the section has a problem as a whole.
  void require(const std::string& key, const std::string& message);

  // Reports every key that was never asked for. `advice` ends the message of one that resembles
  // no known key.
  void finish(const std::string& advice = {});

  [[nodiscard]] std::string path(const std::string& key) const { return path_to(path_, key); }
  // Whether the section is a mapping, or left empty: whether what it lacks can be said.
  [[nodiscard]] bool readable() const { return readable_; }
  [[nodiscard]] bool has(const std::string& key) const;
  void problem(const ConfigValue& value, const std::string& key, const std::string& expected);

 private:
  const ConfigValue* map_ = nullptr;
  bool readable_ = true;
  Origin origin_;
  std::string path_;
  Report& report_;
  std::vector<std::string> known_;
};

// "5s", "300ms", "10m", "1.5h", or a number of seconds; in milliseconds, rounded down.
// Nothing when it is none of these, negative, or over a day.
std::optional<std::int64_t> parse_duration_ms(const std::string& text);

// "64KiB", "32MiB", "1.5 MB", or a number of bytes. Nothing when it is none of these or negative.
std::optional<std::int64_t> parse_bytes(const std::string& text);

// The way parse_bytes() reads it, in the largest unit that leaves no fraction: "32MiB".
std::string bytes_text(std::int64_t bytes);

}  // namespace patchbay::settings
