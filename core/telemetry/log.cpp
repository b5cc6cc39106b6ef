#include "core/telemetry/log.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <mutex>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/base/clock.hpp"
#include "core/json/write.hpp"

namespace patchbay::log {
namespace {

constexpr std::size_t kQueueLines = 8192;

std::atomic<Level> g_level{Level::kInfo};

// The writer and its queue, made at the first line.
class Writer {
 public:
  static Writer& instance() {
    static Writer writer;
    return writer;
  }

  void write(std::string_view line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (logger_) logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

  void shut_down() {
    const std::lock_guard<std::mutex> lock(mutex_);
    pool_.reset();  // joins the thread once the queue is empty
    logger_.reset();
  }

 private:
  Writer() {
    pool_ = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
    logger_ =
        std::make_shared<spdlog::async_logger>("patchbay",
                                               std::make_shared<spdlog::sinks::stdout_sink_mt>(),
                                               pool_,
                                               spdlog::async_overflow_policy::overrun_oldest);
    logger_->set_pattern("%v");
    logger_->flush_on(spdlog::level::info);
  }

  std::mutex mutex_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 6> kNames{
      "trace", "debug", "info", "warn", "error", "off"};
  return kNames[static_cast<std::size_t>(level)];
}

void append_timestamp(std::string& out) {
  const std::int64_t now = unix_ms();
  const auto seconds = static_cast<std::time_t>(now / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
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
  Writer::instance().shut_down();
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
  Writer::instance().write(json_);
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
