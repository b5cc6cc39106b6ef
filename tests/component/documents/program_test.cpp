#include "core/documents/program.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace patchbay::documents {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::chrono::minutes kPatience{2};

// What a shell makes of `script`, in which $1 is the path of the document.
std::vector<std::string> shell(const std::string& script) {
  return {"/bin/sh", "-c", script, "sh", "{file}"};
}

Result<std::string> run(const std::string& script,
                        std::string_view document = {},
                        const ProgramBounds& bounds = {}) {
  const Interruption never;
  return run_program(shell(script), document, bounds, never);
}

std::string said(const std::string& script, const ProgramBounds& bounds = {}) {
  const auto output = run(script, {}, bounds);
  EXPECT_FALSE(output) << *output;
  return output ? std::string() : output.error().message;
}

ErrorCode code(const std::string& script, const ProgramBounds& bounds) {
  const auto output = run(script, {}, bounds);
  return output ? ErrorCode::kInternal : output.error().code;
}

// A pipe that processes hold open for as long as they live, whoever their parents are.
class Lifeline {
 public:
  Lifeline() {
    path_ = std::filesystem::temp_directory_path() / ("lifeline-" + std::to_string(::getpid()));
    std::filesystem::remove(path_);
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  ~Lifeline() {
    ::close(reader_);
    std::filesystem::remove(path_);
  }
  [[nodiscard]] std::string path() const { return path_; }

  // One line, from whoever has taken it up.
  std::string line() const {
    std::string text;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (char c = 0; std::chrono::steady_clock::now() < deadline;) {
      if (::read(reader_, &c, 1) != 1) {
        std::this_thread::yield();
      } else if (c == '\n') {
        return text;
      } else {
        text += c;
      }
    }
    return "nobody";
  }

  // Waits until nobody holds it.
  [[nodiscard]] bool let_go() const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    char c = 0;
    while (std::chrono::steady_clock::now() < deadline) {
      if (::read(reader_, &c, 1) == 0) return true;
      std::this_thread::yield();
    }
    return false;
  }

 private:
  std::filesystem::path path_;
  int reader_ = -1;
};

TEST(Program, WritesTheTextOfTheDocument) {
  EXPECT_EQ(*run("cat \"$1\"; echo behind; echo noise >&2", "In the document. "),
            "In the document. behind\n");
  EXPECT_EQ(*run("tail -c 3 \"$1\"; head -c 3 \"$1\"", "abcdef"), "defabc")
      << "it can be sought in";
  EXPECT_EQ(*run("true", "x"), "");
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(*run("cat \"$1\"", large), large);
}

TEST(Program, IsGivenItsWordsAsTheyAre) {
  const Interruption never;
  EXPECT_EQ(*run_program({"/bin/echo", "--in={file}", "$HOME `id`; \"'"}, "x", {}, never),
            "--in=/proc/self/fd/3 $HOME `id`; \"'\n");
}

TEST(Program, SeesNothingOfOurs) {
  ASSERT_EQ(::setenv("A_SECRET_OF_THE_SERVER", "x", 1), 0);
  const int leak = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a library might
  const std::string seen =
      *run("env; echo; for fd in /proc/self/fd/*; do echo \"${fd##*/}\"; done; pwd");
  ::close(leak);
  EXPECT_THAT(seen,
              AllOf(HasSubstr("LANG=C.UTF-8\n"), HasSubstr("PATH="), Not(HasSubstr("SECRET"))));
  // The shell has one of its own, to look into the folder.
  const std::string open = seen.substr(seen.find("\n\n") + 2);
  EXPECT_THAT(open, StartsWith("0\n1\n2\n3\n"));
  EXPECT_THAT(open, EndsWith("/\n"));
  EXPECT_LE(std::count(open.begin(), open.end(), '\n'), 6);
  EXPECT_EQ(*run("cat"), "") << "its input is empty";
}

TEST(Program, CannotChangeTheDocument) {
  EXPECT_EQ(*run("echo more 2>/dev/null >>\"$1\"; cat \"$1\"", "x"), "x");
}

TEST(Program, IsBoundedByTheSystem) {
  ProgramBounds bounds;
  bounds.time = std::chrono::seconds(7);
  bounds.memory_bytes = 256 * 1024 * 1024;
  bounds.output_bytes = 1024 * 1024;
  EXPECT_EQ(*run("ulimit -t; ulimit -v; ulimit -f; ulimit -c; ulimit -n", {}, bounds),
            "8\n262144\n2048\n0\n64\n");
  EXPECT_THAT(*run("cat /proc/self/status"), HasSubstr("NoNewPrivs:\t1\n"));
}

TEST(Program, SaysWhyItFailed) {
  EXPECT_EQ(said("echo; echo \"[$1]\" >&2; echo \"$1 is broken\" >&2; echo more >&2; exit 3"),
            "sh: the file is broken");
  EXPECT_EQ(said("exit 3"), "sh: it ended with the code 3 and said nothing");
  EXPECT_EQ(said("kill -SEGV $$"), "sh: it crashed (signal 11)");
  EXPECT_EQ(said("printf 'a\\tb\\377\\r\\n' >&2; exit 1"), "sh: a b?");
  const std::string long_one = said("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1");
  EXPECT_EQ(long_one, "sh: " + std::string(200, 'x'));
}

TEST(Program, IsMissing) {
  const Interruption never;
  const auto output = run_program({"/no/such/program", "{file}"}, "x", {}, never);
  ASSERT_FALSE(output);
  EXPECT_THAT(output.error().message, AllOf(StartsWith("program: "), HasSubstr("No such file")));
}

TEST(Program, EndsWhenItWritesTooMuch) {
  ProgramBounds bounds;
  bounds.output_bytes = 1'000'000;
  EXPECT_EQ(said("exec yes", bounds), "sh: it wrote more than 1000000 bytes");
  EXPECT_EQ(code("exec yes", bounds), ErrorCode::kTooLarge);
  EXPECT_EQ(run("head -c 1000000 /dev/zero", {}, bounds)->size(), 1'000'000U);
}

TEST(Program, EndsWhenItsTimeIsUpWhateverItDoes) {
  ProgramBounds bounds;
  bounds.time = std::chrono::milliseconds(300);
  EXPECT_EQ(said("sleep 1000", bounds), "sh: it took longer than 1 s");
  EXPECT_EQ(code("trap '' TERM INT HUP; while :; do :; done", bounds), ErrorCode::kTimeout);
  EXPECT_EQ(code("exec yes >&2", bounds), ErrorCode::kTimeout) << "errors without end";
}

TEST(Program, TakesThoseItHasStartedAlong) {
  const Lifeline lifeline;
  ProgramBounds bounds;
  bounds.time = std::chrono::milliseconds(500);
  const std::string hold = "exec 9>" + lifeline.path() + "; ";
  EXPECT_EQ(code(hold + "(trap '' TERM; sleep 1000) & sleep 1000", bounds), ErrorCode::kTimeout);
  EXPECT_TRUE(lifeline.let_go());
  // One that is left behind has the pipes open, and keeps nobody waiting.
  EXPECT_EQ(*run(hold + "sleep 1000 & echo done"), "done\n");
  EXPECT_TRUE(lifeline.let_go());
}

TEST(Program, EndsWhenNobodyWantsItAnyMore) {
  const Lifeline lifeline;
  Interruption interruption;
  std::thread impatient([&] {
    EXPECT_EQ(lifeline.line(), "running");
    interruption.set();
  });
  const auto script = "exec 9>" + lifeline.path() + "; echo running >&9; sleep 1000";
  const auto output = run_program(shell(script), {}, {.time = kPatience}, interruption);
  impatient.join();
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(lifeline.let_go());
  const auto late = run_program(shell("sleep 1000"), {}, {.time = kPatience}, interruption);
  EXPECT_EQ(late.error().code, ErrorCode::kCancelled);
}

TEST(Program, LeavesNoDescriptorAndNoZombie) {
  const auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  const auto before = open_files();
  ProgramBounds bounds;
  bounds.time = std::chrono::milliseconds(200);
  for (const std::string script : {"true", "exit 1", "sleep 1000"})
    (void)run(script, "x", bounds);
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

TEST(Program, DiesWithTheServer) {
  const Lifeline lifeline;
  const pid_t server = ::fork();
  if (server == 0) {
    (void)run(
        "exec 9>" + lifeline.path() + "; echo $$ >&9; exec sleep 1000", {}, {.time = kPatience});
    ::_exit(0);
  }
  EXPECT_NE(lifeline.line(), "nobody");
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  EXPECT_TRUE(lifeline.let_go());
}

}  // namespace
}  // namespace patchbay::documents
