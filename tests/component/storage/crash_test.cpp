// A process that is killed in the middle of its writing: nothing that it was told is stored may be
// missing, nothing may be there twice, and no answer may look as if somebody still wrote it.
//
// PATCHBAY_KILLS says how often (5): scripts/test is to be quick.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/storage/sql/statement.hpp"
#include "tests/component/storage/databases.hpp"

namespace patchbay::storage::sql {
namespace {

struct Said {
  std::map<std::string, std::set<std::string>> questions;  // by conversation
  std::map<std::string, std::set<std::string>> begun;
  std::map<std::string, std::set<std::string>> ended;
  std::size_t lines = 0;

  void take(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    std::string conversation;
    std::string message;
    words >> what >> conversation >> message;
    auto& set = what == "m" ? questions : what == "b" ? begun : ended;
    set[conversation].insert(message);
    ++lines;
  }
};

// Runs the writer until it has said so many lines, kills it, and takes down all that it said.
void run_and_kill(const std::string& url, std::size_t lines, Said& said) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(pipe[1], STDOUT_FILENO);
    ::execl(PATCHBAY_CRASH_WRITER, PATCHBAY_CRASH_WRITER, url.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe[1]);
  std::string text;
  char piece[4096];
  std::size_t seen = 0;
  bool killed = false;
  for (ssize_t n = 0; (n = ::read(pipe[0], piece, sizeof(piece))) > 0;) {
    text.append(piece, static_cast<std::size_t>(n));
    seen += static_cast<std::size_t>(std::count(piece, piece + n, '\n'));
    if (seen < lines || killed) continue;
    ::kill(pid, SIGKILL);
    killed = true;
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ASSERT_TRUE(killed && WIFSIGNALED(status)) << "it ended by itself: " << status;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);)
    said.take(line);
}

class Crash : public OverBoth {
 protected:
  std::int64_t count(const std::string& what) {
    const auto engine = make_engine(settings().url);
    Connection connection(*engine, Engine::Use::kWrite);
    EXPECT_TRUE(connection.open());
    const auto found = connection.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
      std::int64_t n = 0;
      Statement select(connection, "select count(*) from " + what);
      select.into(n).next();
      return n;
    });
    return found ? *found : -1;
  }

  // Everything that was said of one conversation is in it, once.
  static void check(Store& store, const std::string& id, const Said& said) {
    const auto path =
        read<std::vector<Message>>(store, [&](Repository& r) { return r.active_path(id); });
    ASSERT_TRUE(path);
    std::map<std::string, std::vector<Message>> by_id;
    for (const Message& message : *path)
      by_id[message.id].push_back(message);
    for (const auto& [set, kind] : {std::pair(&said.questions, 'm'),
                                    std::pair(&said.begun, 'b'),
                                    std::pair(&said.ended, 'e')}) {
      const auto messages = set->find(id);
      if (messages == set->end()) continue;
      for (const std::string& message : messages->second) {
        ASSERT_EQ(by_id[message].size(), 1U) << kind << " " << message;
        const Version& version = by_id[message][0].version;
        if (kind == 'm') {
          EXPECT_EQ(version.content, message);
        }
        if (kind == 'e') {
          EXPECT_EQ(version.status, VersionStatus::kComplete);
          EXPECT_EQ(version.content, "all of " + message);
        }
        if (kind == 'b') {
          EXPECT_NE(version.status, VersionStatus::kStreaming);
        }
      }
    }
  }
};

TEST_P(Crash, LosesNothingThatWasSaidToBeStoredAndDoublesNothing) {
  const char* wish = std::getenv("PATCHBAY_KILLS");
  const int kills = wish == nullptr ? 5 : std::atoi(wish);
  ASSERT_GT(kills, 0);
  const std::string url = settings().url.engine == DatabaseUrl::Engine::kSqlite
                              ? "sqlite:" + settings().url.location
                              : settings().url.location;
  Said said;
  for (int i = 0; i < kills; ++i) {
    run_and_kill(url, 20 + static_cast<std::size_t>(i * 37 % 400), said);
    if (HasFatalFailure()) return;
  }
  auto store = open();
  EXPECT_EQ(count("versions where status = 'streaming'"), 0);
  EXPECT_EQ(count("versions v where exists (select 1 from versions w where w.id <> v.id and "
                  "w.content = v.content and v.content <> '')"),
            0)
      << "something is there twice";
  EXPECT_EQ(count("instances"), 1) << "the dead are forgotten";
  std::set<std::string> conversations;
  for (const auto* set : {&said.questions, &said.begun, &said.ended}) {
    for (const auto& [id, messages] : *set)
      conversations.insert(id);
  }
  for (const std::string& id : conversations)
    check(*store, id, said);
  std::cout << kills << " kills, " << said.lines << " things said to be stored, "
            << count("versions where status = 'interrupted'") << " answers interrupted\n";
  store->close();
}

INSTANTIATE_TEST_SUITE_P(Storage, Crash, testing::Values(kSqlite, kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
