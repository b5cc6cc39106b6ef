// Takes lines from any thread and writes them to a descriptor from a thread of its own, many at
// once: a system call and a switch of threads for every request would cost more than the rest of
// its line.
//
// Bounded: a reader that does not keep up loses the newest lines, and is told how many as soon as
// it reads on. It never holds up a thread that has something to say, nor the end of the process.
//
// Thread-safe.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace patchbay::log {

class LogWriter {
 public:
  struct Options {
    int fd = 1;  // stays open, and is not closed here
    std::size_t waiting_bytes_max = 4 * 1024 * 1024;
  };

  explicit LogWriter(Options options);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // `line` has no line end. An urgent one is written at once, others within a few milliseconds.
  void write(std::string_view line, bool urgent);

  // Writes what waits, for as long as the reader takes it but at most for a second, and ends the
  // thread. Lines after it are dropped. Idempotent.
  void shut_down();

 private:
  void run();
  void write_out(std::string_view text);
  bool wait_writable();
  void count_as_dropped(std::string_view lines);

  const Options options_;
  const bool never_blocks_;  // a file: no reader to wait for
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;        // guarded by mutex_, as are the next four
  std::uint64_t dropped_ = 0;  // since the reader was told last
  bool urgent_ = false;
  bool stopping_ = false;
  bool reader_is_gone_ = false;
  std::mutex joining_;
  std::thread thread_;  // guarded by joining_
};

}  // namespace patchbay::log
