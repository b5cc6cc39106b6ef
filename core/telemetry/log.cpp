#include "core/telemetry/log.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>

#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/json/write.hpp"
#include "core/telemetry/log_writer.hpp"

namespace patchbay::log {
namespace {

std::atomic<Level> g_level{Level::kInfo};

// Made at the first line.
LogWriter& writer() {
  static LogWriter writer({.fd = STDOUT_FILENO});
  return writer;
}

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 6> kNames{
      "trace", "debug", "info", "warn", "error", "off"};
  return kNames[static_cast<std::size_t>(level)];
}

// The text of the second is the same for every line within it.
void append_timestamp(std::string& out) {
  thread_local std::time_t second = -1;
  thread_local std::array<char, 24> text{};
  thread_local std::size_t size = 0;
  const std::int64_t now = unix_ms();
  if (const auto seconds = static_cast<std::time_t>(now / 1000); seconds != second) {
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
    second = seconds;
  }
  out.append(text.data(), size);
  const auto ms = static_cast<int>(now % 1000);
  out.push_back(static_cast<char>('0' + ms / 100));
  out.push_back(static_cast<char>('0' + ms / 10 % 10));
  out.push_back(static_cast<char>('0' + ms % 10));
  out.push_back('Z');
}

}  // namespace

void set_level(Level level) {
  g_level.store(level, std::memory_order_relaxed);
}

bool enabled(Level level) {
  return level >= g_level.load(std::memory_order_relaxed) && level != Level::kOff;
}

void shut_down() {
  writer().shut_down();
}

Line::Line(Level level, std::string_view event) : enabled_(enabled(level)), level_(level) {
  if (!enabled_) return;
  json_.reserve(256);
  json_ += R"({"ts":")";
  append_timestamp(json_);
  json_ += R"(","level":")";
  json_ += name_of(level_);
  json_ += '"';
  text("event", event);
}

Line::~Line() {
  if (!enabled_) return;
  json_ += '}';
  writer().write(json_, level_ >= Level::kWarn);
}

Line& Line::text(std::string_view key, std::string_view value) {
  if (!enabled_) return *this;
  json_ += ',';
  json::append_string(json_, key);
  json_ += ':';
  json::append_string(json_, value);
  return *this;
}

Line& Line::number(std::string_view key, std::int64_t value) {
  if (!enabled_) return *this;
  json_ += ',';
  json::append_string(json_, key);
  json_ += ':';
  json_ += std::to_string(value);
  return *this;
}

Line& Line::boolean(std::string_view key, bool value) {
  if (!enabled_) return *this;
  json_ += ',';
  json::append_string(json_, key);
  json_ += value ? ":true" : ":false";
  return *this;
}

}  // namespace patchbay::log
