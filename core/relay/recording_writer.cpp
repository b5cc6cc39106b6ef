#include "core/relay/recording_writer.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::relay {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{2};         // at the end
constexpr std::chrono::seconds kWarnAgainAfter{10};  // of what goes on being wrong

// Closes itself.
class File {
 public:
  explicit File(const fs::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // All of it or nothing, whoever else appends. Returns an errno, or 0.
  [[nodiscard]] int append(std::string_view line) const {
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0) return errno;
    struct stat before {};
    if (::fstat(fd_, &before) != 0) return errno;
    while (!line.empty()) {
      const ssize_t written = ::write(fd_, line.data(), line.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int why = errno;
        // What is left of a line would spoil the next one; where even that fails, a reader skips
        // it.
        return ::ftruncate(fd_, before.st_size) == 0 ? why : errno;
      }
      line.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
  }

 private:
  const int fd_;
};

fs::path file_of(const RecordingTarget& target, std::int64_t unix_ms) {
  const std::time_t second = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&second, &utc);
  std::array<char, 16> day{};
  const std::size_t size = std::strftime(day.data(), day.size(), "%Y-%m-%d", &utc);
  return target.folder / (target.provider + "-" + std::string(day.data(), size) + ".jsonl");
}

int append_to_file(const RecordingTarget& target, const RecordedExchange& exchange) {
  std::error_code error;
  if (fs::create_directories(target.folder, error)) {
    fs::permissions(target.folder, fs::perms::owner_all, error);
  }
  if (error) return error.value();
  return File(file_of(target, exchange.began_unix_ms))
      .append(recording_line(exchange, target.secrets) + '\n');
}

}  // namespace

struct RecordingWriter::State {
  struct Waiting {
    std::shared_ptr<const RecordingTarget> target;
    RecordedExchange exchange;
  };

  explicit State(std::size_t waiting_bytes_max) : bytes_max(waiting_bytes_max) {}

  const std::size_t bytes_max;
  std::mutex mutex;  // guards all of the following
  std::condition_variable changed;
  std::deque<Waiting> waiting;
  std::size_t bytes = 0;      // of `waiting` and of what is being written
  std::uint64_t dropped = 0;  // since it was told last
  bool stopping = false;
  bool ended = false;  // the thread has nothing left to do
  std::thread thread;
  Time warn_again{};  // the thread's own

  void run();
  void warn(const RecordingTarget& target, int why, std::uint64_t lost);
};

void RecordingWriter::State::warn(const RecordingTarget& target, int why, std::uint64_t lost) {
  if (Clock::now() < warn_again) return;
  warn_again = Clock::now() + kWarnAgainAfter;
  log::warn("recording_failed")
      .text("provider", target.provider)
      .text("folder", target.folder.string())
      .text("error",
            why == 0 ? "more came than could be written" : std::system_category().message(why))
      .number("lost", static_cast<std::int64_t>(lost));
}

void RecordingWriter::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return stopping || !waiting.empty(); });
    if (waiting.empty()) break;
    const Waiting next = std::move(waiting.front());
    waiting.pop_front();
    const std::uint64_t lost = std::exchange(dropped, 0);
    const bool may_warn = !stopping;  // the log may have ended before this
    const std::size_t size = next.exchange.bytes();
    lock.unlock();
    const int why = append_to_file(*next.target, next.exchange);
    if (may_warn && (why != 0 || lost > 0)) warn(*next.target, why, lost + (why != 0 ? 1 : 0));
    lock.lock();
    bytes -= size;
  }
  ended = true;
  changed.notify_all();
}

const std::shared_ptr<RecordingWriter>& RecordingWriter::of_process() {
  static const auto writer = std::make_shared<RecordingWriter>();
  return writer;
}

RecordingWriter::RecordingWriter(std::size_t waiting_bytes_max)
    : state_(std::make_shared<State>(waiting_bytes_max)) {}

RecordingWriter::~RecordingWriter() {
  shut_down();
}

void RecordingWriter::write(std::shared_ptr<const RecordingTarget> target,
                            RecordedExchange exchange) {
  const std::lock_guard lock(state_->mutex);
  const std::size_t size = exchange.bytes();
  if (state_->stopping) return;
  if (state_->bytes + size > state_->bytes_max) {
    ++state_->dropped;
    return;
  }
  state_->bytes += size;
  state_->waiting.push_back({std::move(target), std::move(exchange)});
  if (!state_->thread.joinable()) state_->thread = std::thread([state = state_] { state->run(); });
  state_->changed.notify_all();
}

void RecordingWriter::shut_down() {
  std::thread ending;
  {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
    ending = std::move(state_->thread);
    if (!ending.joinable()) return;
    state_->changed.wait_for(lock, kPatience, [this] { return state_->ended; });
    if (!state_->ended) return ending.detach();
  }
  ending.join();
}

}  // namespace patchbay::relay
