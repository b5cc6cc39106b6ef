// The log: one JSON object a line on standard output.
//
//   log::info("listening").text("url", url).number("workers", 2);
//   {"ts":"2026-01-31T12:00:00.123Z","level":"info","event":"listening","url":"...","workers":2}
//
// A line is written when its Line is destroyed, at the end of the statement. Below the level that
// is set a line costs one comparison. Never give it a key, a prompt or an answer.
//
// Thread-safe. A reader that is slow or gone never blocks or kills the server: a thread of its own
// writes (log_writer.hpp), and what a slow reader has no room for is counted and dropped. Warnings
// and errors are written at once, other lines within milliseconds.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::log {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError, kOff };

// Lines below `level` are dropped. The default is kInfo.
void set_level(Level level);
[[nodiscard]] bool enabled(Level level);

// Writes what is queued and ends the writer thread; lines after it are dropped.
void shut_down();

class Line {
 public:
  Line(Level level, std::string_view event);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& text(std::string_view key, std::string_view value);
  Line& number(std::string_view key, std::int64_t value);
  Line& boolean(std::string_view key, bool value);

 private:
  const bool enabled_;
  const Level level_;
  std::string json_;
};

inline Line debug(std::string_view event) {
  return {Level::kDebug, event};
}
inline Line info(std::string_view event) {
  return {Level::kInfo, event};
}
inline Line warn(std::string_view event) {
  return {Level::kWarn, event};
}
inline Line error(std::string_view event) {
  return {Level::kError, event};
}

}  // namespace patchbay::log
