// Exchanges in files: one a provider and day, readable for their owner alone, whole lines whatever
// happens.

#include "core/relay/recording_writer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/component/recorder/recording_folder.hpp"

namespace patchbay::relay {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kADay = 1'700'000'000'000;  // 2023-11-14

RecordedExchange exchange(const std::string& id, std::int64_t unix_ms = kADay) {
  RecordedExchange made;
  made.id = id;
  made.began_unix_ms = unix_ms;
  made.method = "POST";
  made.url = "https://h/v1/chat/completions";
  made.status = 200;
  made.complete = true;
  return made;
}

std::shared_ptr<const RecordingTarget> target(const fs::path& folder) {
  return std::make_shared<const RecordingTarget>(RecordingTarget{folder, "main", {}});
}

TEST(RecordingWriter, MakesTheFolderAndAFileForEachDay) {
  const RecordingFolder folder;
  const fs::path inside = folder.path() / "a" / "b";
  RecordingWriter writer;
  writer.write(target(inside), exchange("1"));
  writer.write(target(inside), exchange("2", kADay + 24 * 3600 * 1000));
  writer.shut_down();
  EXPECT_TRUE(fs::exists(inside / "main-2023-11-14.jsonl"));
  EXPECT_TRUE(fs::exists(inside / "main-2023-11-15.jsonl"));
  EXPECT_EQ(folder.lines().size(), 2u);
}

TEST(RecordingWriter, LetsNobodyElseRead) {
  const RecordingFolder folder;
  const fs::path inside = folder.path() / "kept";
  RecordingWriter writer;
  writer.write(target(inside), exchange("1"));
  writer.shut_down();
  EXPECT_EQ(fs::status(inside).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(inside / "main-2023-11-14.jsonl").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(RecordingWriter, AppendsToWhatIsThere) {
  const RecordingFolder folder;
  for (const char* id : {"1", "2"}) {
    RecordingWriter writer;
    writer.write(target(folder.path()), exchange(id));
  }
  const auto lines = folder.lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(text_at(lines[0], {"meta", "id"}), "1");
  EXPECT_EQ(text_at(lines[1], {"meta", "id"}), "2");
}

TEST(RecordingWriter, TakesFromManyThreads) {
  const RecordingFolder folder;
  RecordingWriter writer;
  const auto into = target(folder.path());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n)
        writer.write(into, exchange(std::to_string(i) + "." + std::to_string(n)));
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  writer.shut_down();
  EXPECT_EQ(folder.lines().size(), 200u);
}

TEST(RecordingWriter, DoesWithoutAFolderItCannotWriteTo) {
  const RecordingFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";
  RecordingWriter writer;
  writer.write(target(folder.path() / "file" / "sub"), exchange("lost"));
  writer.write(target(folder.path() / "good"), exchange("kept"));
  writer.shut_down();
  EXPECT_TRUE(fs::exists(folder.path() / "good" / "main-2023-11-14.jsonl"));
}

TEST(RecordingWriter, FollowsNoLink) {
  const RecordingFolder folder;
  std::ofstream(folder.path() / "victim") << "";
  fs::create_symlink(folder.path() / "victim", folder.path() / "main-2023-11-14.jsonl");
  RecordingWriter writer;
  writer.write(target(folder.path()), exchange("1"));
  writer.shut_down();
  EXPECT_EQ(fs::file_size(folder.path() / "victim"), 0u);
}

// A limit on the size of files stands in for a disk that is full.
TEST(RecordingWriter, LeavesNoHalfLineOnAFullDisk) {
  const RecordingFolder folder;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  RecordingWriter writer;
  writer.write(target(folder.path()), exchange("fits"));
  RecordedExchange large = exchange("too large");
  large.response_body.append(std::string(100'000, 'x'));
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{64 * 1024, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  writer.write(target(folder.path()), std::move(large));
  writer.write(target(folder.path()), exchange("fits too"));
  writer.shut_down();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  const auto lines = folder.lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(text_at(lines[1], {"meta", "id"}), "fits too");
}

// A pipe that nobody reads stands in for a disk that hangs.
TEST(RecordingWriter, DropsWhatFindsNoRoom) {
  const RecordingFolder folder;
  const fs::path pipe = folder.path() / "main-2023-11-14.jsonl";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int end = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(end, 0);
  RecordingWriter writer(64 * 1024);
  RecordedExchange large = exchange("x");
  large.response_body.append(std::string(16 * 1024, 'x'));
  for (int i = 0; i < 100; ++i)
    writer.write(target(folder.path()), large);

  std::atomic<bool> ended = false;
  std::thread ending([&] {
    writer.shut_down();
    ended = true;
  });
  long lines = 0;
  std::array<char, 4096> text{};
  pollfd readable{end, POLLIN, 0};
  while (!ended || ::poll(&readable, 1, 0) > 0) {
    if (::poll(&readable, 1, 10) <= 0) continue;
    const ssize_t size = ::read(end, text.data(), text.size());
    lines += std::count(text.begin(), text.begin() + size, '\n');
  }
  ending.join();
  ::close(end);
  EXPECT_GT(lines, 0);
  EXPECT_LT(lines, 20) << "the pipe holds four, and what may wait is four";
}

TEST(RecordingWriter, TakesNothingAfterItsEnd) {
  const RecordingFolder folder;
  RecordingWriter writer;
  writer.shut_down();
  writer.write(target(folder.path()), exchange("late"));
  writer.shut_down();
  EXPECT_TRUE(folder.files().empty());
}

}  // namespace
}  // namespace patchbay::relay
