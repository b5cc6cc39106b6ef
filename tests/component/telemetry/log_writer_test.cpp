#include "core/telemetry/log_writer.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace patchbay::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

  // The next line, waiting for it; empty at the end.
  std::string line() {
    for (;;) {
      const std::size_t end = read_.find('\n');
      if (end != std::string::npos) {
        std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        return line;
      }
      std::array<char, 4096> piece{};
      const ssize_t got = ::read(ends_[0], piece.data(), piece.size());
      if (got <= 0) return {};
      read_.append(piece.data(), static_cast<std::size_t>(got));
    }
  }

  std::vector<std::string> rest() {
    std::vector<std::string> lines;
    for (std::string next = line(); !next.empty(); next = line())
      lines.push_back(next);
    return lines;
  }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
  std::string read_;
};

TEST(LogWriter, WritesLinesInTheirOrderWithoutBeingAskedTo) {
  Pipe pipe;
  LogWriter writer({.fd = pipe.writer()});
  writer.write("one", false);
  writer.write("two", false);
  EXPECT_EQ(pipe.line(), "one");
  EXPECT_EQ(pipe.line(), "two");
  writer.write("three", true);
  EXPECT_EQ(pipe.line(), "three");
}

TEST(LogWriter, LosesNothingAtTheEnd) {
  Pipe pipe;
  {
    LogWriter writer({.fd = pipe.writer()});
    writer.write("one", false);
    writer.write("two", false);
    writer.shut_down();
    writer.write("too late", true);
  }
  pipe.close_writer();
  EXPECT_THAT(pipe.rest(), ElementsAre("one", "two"));
}

TEST(LogWriter, KeepsTheLinesOfManyThreadsWhole) {
  constexpr int kThreads = 4;
  constexpr int kLines = 2'000;
  Pipe pipe;
  std::vector<std::string> seen;
  std::thread reader([&] { seen = pipe.rest(); });
  {
    LogWriter writer({.fd = pipe.writer()});
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&writer, t] {
        for (int i = 0; i < kLines; ++i)
          writer.write(std::string(1, static_cast<char>('a' + t)) + std::to_string(i),
                       i % 100 == 0);
      });
    }
    for (std::thread& thread : threads)
      thread.join();
  }
  pipe.close_writer();
  reader.join();
  for (int t = 0; t < kThreads; ++t) {
    std::vector<std::string> of_thread;
    std::copy_if(seen.begin(), seen.end(), std::back_inserter(of_thread), [&](const auto& line) {
      return line[0] == static_cast<char>('a' + t);
    });
    ASSERT_EQ(of_thread.size(), std::size_t{kLines});
    for (int i = 0; i < kLines; ++i)
      ASSERT_EQ(of_thread[static_cast<std::size_t>(i)].substr(1), std::to_string(i));
  }
}

TEST(LogWriter, TellsAReaderThatWasTooSlowWhatItMissed) {
  Pipe pipe;
  LogWriter writer({.fd = pipe.writer(), .waiting_bytes_max = 256 * 1024});
  const std::string line(1'000, 'x');
  for (int i = 0; i < 2'000; ++i)
    writer.write(line, true);  // more than the pipe and the bound hold; must not block
  std::size_t whole = 0;
  std::string next = pipe.line();
  for (; next == line; next = pipe.line())
    ++whole;
  ASSERT_THAT(next, HasSubstr("log_lines_dropped"));
  const auto dropped = static_cast<std::size_t>(std::stoul(next.substr(next.rfind(':') + 1)));
  EXPECT_GT(dropped, 0U);
  writer.write("after", true);
  for (next = pipe.line(); next != "after"; next = pipe.line())
    ASSERT_TRUE(next == line || next.find("log_lines_dropped") != std::string::npos) << next;
}

TEST(LogWriter, EndsAlthoughNobodyReads) {
  Pipe pipe;
  LogWriter writer({.fd = pipe.writer()});
  for (int i = 0; i < 1'000; ++i)
    writer.write(std::string(1'000, 'x'), true);
  writer.shut_down();  // or the test hangs
}

TEST(LogWriter, OutlivesItsReader) {
  Pipe pipe;
  LogWriter writer({.fd = pipe.writer()});
  pipe.close_reader();
  writer.write("to nobody", true);
  writer.write("to nobody", true);
  writer.shut_down();
}

TEST(LogWriter, WritesToAFile) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    LogWriter writer({.fd = ::fileno(file)});
    writer.write("one", false);
    writer.write("two", false);
  }
  std::rewind(file);
  std::array<char, 32> text{};
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), 8U);
  EXPECT_THAT(text.data(), StartsWith("one\ntwo\n"));
  std::fclose(file);
}

}  // namespace
}  // namespace patchbay::log
