#include "core/telemetry/log_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace patchbay::log {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGather{20};             // for more lines to come along with the first
constexpr std::size_t kBatchBytes = 64 * 1024;  // enough to go at once
constexpr milliseconds kPatience{1'000};        // with the reader, at the end
constexpr milliseconds kLook{100};              // between two looks whether the end has come

bool is_file(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

LogWriter::LogWriter(Options options)
    : options_(options), never_blocks_(is_file(options.fd)), thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  shut_down();
}

void LogWriter::write(std::string_view line, bool urgent) {
  bool wake = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || reader_is_gone_) return;
    if (waiting_.size() + line.size() > options_.waiting_bytes_max) {
      ++dropped_;
      return;
    }
    const std::size_t before = waiting_.size();
    waiting_ += line;
    waiting_ += '\n';
    urgent_ = urgent_ || urgent;
    wake = before == 0 || urgent || (before < kBatchBytes && waiting_.size() >= kBatchBytes);
  }
  if (wake) changed_.notify_one();
}

void LogWriter::run() {
  std::string batch;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    changed_.wait_for(
        lock, kGather, [this] { return stopping_ || urgent_ || waiting_.size() >= kBatchBytes; });
    if (waiting_.empty() && dropped_ == 0) return;  // nothing left, so it is the end
    batch.clear();
    batch.swap(waiting_);
    urgent_ = false;
    lock.unlock();
    write_out(batch);
    lock.lock();
    if (dropped_ > 0 && !reader_is_gone_) {
      waiting_ += R"({"level":"warn","event":"log_lines_dropped","lines":)" +
                  std::to_string(dropped_) + "}\n";
      dropped_ = 0;
    }
    if (reader_is_gone_) {
      waiting_.clear();
      dropped_ = 0;
    }
  }
}

// In pieces that a pipe takes whole once it says that it takes something, so that this thread never
// hangs in a write.
void LogWriter::write_out(std::string_view text) {
  while (!text.empty()) {
    if (!never_blocks_ && !wait_writable()) return;
    const std::size_t size =
        never_blocks_ ? text.size() : std::min<std::size_t>(text.size(), PIPE_BUF);
    const ssize_t written = ::write(options_.fd, text.data(), size);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      if (never_blocks_) return count_as_dropped(text);  // a full disk may have room again later
      const std::lock_guard<std::mutex> lock(mutex_);
      reader_is_gone_ = true;
      return;
    }
  }
}

void LogWriter::count_as_dropped(std::string_view lines) {
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

// False when the end has come and the reader still takes nothing.
bool LogWriter::wait_writable() {
  milliseconds waited_at_the_end{0};
  for (;;) {
    pollfd out{options_.fd, POLLOUT, 0};
    const int ready = ::poll(&out, 1, static_cast<int>(kLook.count()));
    if (ready != 0) return true;  // what is wrong with it, write() will say
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) continue;
    waited_at_the_end += kLook;
    if (waited_at_the_end < kPatience) continue;
    reader_is_gone_ = true;
    return false;
  }
}

void LogWriter::shut_down() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  const std::lock_guard<std::mutex> lock(joining_);
  if (thread_.joinable()) thread_.join();
}

}  // namespace patchbay::log
