// What is left of answers whose process has died, and what is kept of those whose process lives.

#include "core/storage/sql/instances.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/storage/sql/statement.hpp"
#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr std::chrono::seconds kPatience{30};

Process ended_process() {
  Process process = Process::own();
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
  process.pid = pid;
  return process;
}

class InstancesTest : public RepositoryTest {
 protected:
  // Enters a process that this one is not.
  void enter(const std::string& id, const Process& process) {
    const auto engine = make_engine(settings().url);
    Connection connection(*engine, Engine::Use::kWrite);
    ASSERT_TRUE(connection.open());
    ASSERT_TRUE(connection.guarded<std::monostate>([&]() -> Status {
      Statement insert(connection,
                       "insert into instances (id, host, pid, pid_started, seen_ms, batch) values "
                       "(:id, :host, :pid, :started, 0, 0)");
      insert.use(id).use(process.host).use(process.pid).use(process.pid_started).run();
      return ok();
    }));
  }
  void show(const std::string& id, std::int64_t seen_ms) {
    const auto engine = make_engine(settings().url);
    Connection connection(*engine, Engine::Use::kWrite);
    ASSERT_TRUE(connection.open());
    ASSERT_TRUE(connection.guarded<std::monostate>([&]() -> Status {
      Statement update(connection, "update instances set seen_ms = :seen where id = :id");
      update.use(seen_ms).use(id).run();
      return ok();
    }));
  }
  Conversation being_answered(const std::string& instance) {
    const Conversation c = begin();
    Message m = a_message(c.id, c.id, Role::kAssistant, "so far");
    m.version.status = VersionStatus::kStreaming;
    m.version.instance = instance;
    EXPECT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
    return c;
  }
  VersionStatus status(const Conversation& c) { return path(c).at(0).version.status; }
  bool becomes_interrupted(const Conversation& c) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (status(c) != VersionStatus::kInterrupted) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
};

TEST_P(InstancesTest, InterruptsAtTheStartWhatADeadProcessOfThisMachineWrote) {
  enter("dead", ended_process());
  const Conversation c = being_answered("dead");
  const Conversation alive = being_answered({});
  StoreSettings slow = settings();
  slow.heartbeat = std::chrono::hours(1);
  auto next = open(slow);
  EXPECT_EQ(status(c), VersionStatus::kInterrupted);
  EXPECT_EQ(path(c)[0].version.content, "so far");
  EXPECT_EQ(status(alive), VersionStatus::kStreaming) << "its process is this very one";
  next->close();
  EXPECT_EQ(list("ann", {.q = "far", .cursor = {}, .limit = 9}).items.size(), 1U);
}

TEST_P(InstancesTest, TellsAProcessFromALaterOneOfTheSameNumber) {
  Process reused = Process::own();
  reused.pid_started -= 1;
  enter("reused", reused);
  const Conversation c = being_answered("reused");
  auto next = open();
  EXPECT_EQ(status(c), VersionStatus::kInterrupted);
  next->close();
}

TEST_P(InstancesTest, InterruptsWhatASilentMachineWroteAndNothingOfOneThatShowsItself) {
  Process elsewhere = Process::own();
  elsewhere.host = "elsewhere";
  enter("silent", elsewhere);
  enter("alive", elsewhere);
  const Conversation silent = being_answered("silent");
  const Conversation alive = being_answered("alive");
  StoreSettings quick = settings();
  quick.heartbeat = std::chrono::milliseconds(20);
  quick.silence = std::chrono::milliseconds(3000);
  std::atomic<bool> enough = false;
  std::thread sign([&] {
    for (std::int64_t seen = 1; !enough; ++seen) {
      show("alive", seen);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  auto next = open(quick);
  EXPECT_EQ(status(silent), VersionStatus::kStreaming) << "it may come back";
  EXPECT_TRUE(becomes_interrupted(silent));
  EXPECT_EQ(status(alive), VersionStatus::kStreaming);
  enough = true;
  sign.join();
  next->close();
}

TEST_P(InstancesTest, InterruptsWhatNobodyIsKnownToWrite) {
  const Conversation c = being_answered("nobody");
  auto next = open();
  EXPECT_EQ(status(c), VersionStatus::kInterrupted);
  next->close();
}

TEST_P(InstancesTest, LeavesNothingUnfinishedWhenItIsClosed) {
  auto other = open();
  const Conversation c = being_answered(other->instance());
  EXPECT_EQ(status(c), VersionStatus::kStreaming);
  other->close();
  EXPECT_EQ(status(c), VersionStatus::kInterrupted);
}

TEST_P(InstancesTest, NeverFinishesAnInterruptedAnswerTwice) {
  const Conversation c = being_answered("nobody");
  auto next = open();
  VersionUpdate update;
  update.id = path(c)[0].version.id;
  update.content = "all of it";
  update.status = VersionStatus::kComplete;
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.update_version(update); })),
            ErrorCode::kConflict);
  next->close();
}

INSTANTIATE_TEST_SUITE_P(Storage,
                         InstancesTest,
                         testing::Values(kSqlite, kPostgresql),
                         name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
