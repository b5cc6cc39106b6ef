// Databases that are not there, go away, and come back.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds kPatience{60};

template <typename Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

Status create(Store& store, const Conversation& c) {
  return write(store, [&](Repository& r) { return r.create_conversation(c); });
}

bool is_there(Store& store, const Conversation& c) {
  return read<Conversation>(store, [&](Repository& r) { return r.conversation("ann", c.id); })
      .has_value();
}

StoreSettings impatient(StoreSettings settings) {
  settings.heartbeat = std::chrono::milliseconds(50);
  settings.patience = std::chrono::milliseconds(200);
  settings.retry_max = std::chrono::milliseconds(100);
  return settings;
}

// Names end in an engine's, so that they run with the others of it.
using Sqlite = testing::TestWithParam<const char*>;

TEST_P(Sqlite, IsWaitedForWhereItsFolderIsNotThereYet) {
  TemporaryFolder folder;
  const auto later = folder.path() / "later";
  StoreSettings settings = impatient({});
  settings.url = *parse_database_url("sqlite:" + (later / "x.db").string());
  auto store = SqlStore::open(settings);
  ASSERT_TRUE(store) << "not being reachable is no reason not to start";
  EXPECT_FALSE((*store)->available());
  const Conversation c = a_conversation("ann");
  EXPECT_EQ(code_of(create(**store, c)), ErrorCode::kUnavailable);
  EXPECT_FALSE(is_there(**store, c));
  std::filesystem::create_directory(later);
  ASSERT_TRUE(comes_true([&] { return (*store)->available(); }));
  EXPECT_TRUE(create(**store, c));
  EXPECT_TRUE(is_there(**store, c));
  (*store)->close();
}

TEST_P(Sqlite, IsNobodyElsesOnTheMachine) {
  TemporaryFolder folder;
  StoreSettings settings;
  settings.url = *parse_database_url("sqlite:" + (folder.path() / "x.db").string());
  auto store = SqlStore::open(settings);
  ASSERT_TRUE(store);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    using std::filesystem::perms;
    EXPECT_EQ(entry.status().permissions(), perms::owner_read | perms::owner_write) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 2) << "the database and what is not in it yet";
  (*store)->close();
}

TEST_P(Sqlite, RefusesAFileThatIsNoDatabase) {
  TemporaryFolder folder;
  const auto file = folder.path() / "x.db";
  std::ofstream(file) << std::string(10'000, 'x');
  StoreSettings settings;
  settings.url = *parse_database_url("sqlite:" + file.string());
  auto store = SqlStore::open(settings);
  ASSERT_TRUE(store);
  EXPECT_FALSE((*store)->available());
  (*store)->close();
}

INSTANTIATE_TEST_SUITE_P(Storage, Sqlite, testing::Values(kSqlite), name_of_engine);

class Postgresql : public OverBoth {};

TEST_P(Postgresql, LosesNothingThatItSaidWasStoredWhileItGoesAndComesBack) {
  auto store = open(impatient(settings()));
  std::mutex mutex;
  std::vector<Conversation> stored;
  std::atomic<bool> enough = false;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!enough) {
        const Conversation c = a_conversation("ann");
        const Status status = create(*store, c);
        if (!status) {
          EXPECT_EQ(status.error().code, ErrorCode::kUnavailable) << status.error().message;
          ++refused;
          std::this_thread::yield();
          continue;
        }
        const std::lock_guard lock(mutex);
        stored.push_back(c);
      }
    });
  }
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return stored.size();
  };
  for (const bool gently : {true, false}) {
    const std::size_t before = count();
    EXPECT_TRUE(comes_true([&] { return count() > before + 100; }));
    const int refused_before = refused;
    if (gently) {
      postgres().stop();
    } else {
      postgres().kill();
    }
    EXPECT_TRUE(comes_true([&] { return !store->available() && refused > refused_before; }));
    postgres().start();
    EXPECT_TRUE(comes_true([&] { return store->available(); })) << "and nobody asked";
    const std::size_t after = count();
    EXPECT_TRUE(comes_true([&] { return count() > after + 100; }));
  }
  enough = true;
  for (std::thread& thread : threads)
    thread.join();
  for (const Conversation& c : stored)
    EXPECT_TRUE(is_there(*store, c));
  store->close();
}

TEST_P(Postgresql, IsNoticedToBeGoneAndBackWhenNobodyWrites) {
  auto store = open(impatient(settings()));
  const Conversation c = a_conversation("ann");
  ASSERT_TRUE(create(*store, c));
  postgres().stop();
  EXPECT_TRUE(comes_true([&] { return !store->available(); }));
  EXPECT_FALSE(is_there(*store, c));
  postgres().start();
  EXPECT_TRUE(comes_true([&] { return store->available(); }));
  EXPECT_TRUE(is_there(*store, c)) << "readers find a new connection";
  store->close();
}

TEST_P(Postgresql, IsNotFoundDeadByOneThatWasAwayAsLong) {
  StoreSettings quick = impatient(settings());
  quick.silence = std::chrono::seconds(60);
  auto one = open(quick);
  auto other = open(quick);
  const Conversation c = a_conversation("ann");
  Message m = a_message(c.id, c.id, Role::kAssistant, "so far");
  m.version.status = VersionStatus::kStreaming;
  ASSERT_TRUE(create(*one, c));
  ASSERT_TRUE(write(*one, [&](Repository& r) { return r.add_message(m); }));
  postgres().stop();
  EXPECT_TRUE(comes_true([&] { return !one->available() && !other->available(); }));
  postgres().start();
  EXPECT_TRUE(comes_true([&] { return one->available() && other->available(); }));
  const auto path =
      read<std::vector<Message>>(*other, [&](Repository& r) { return r.active_path(c.id); });
  ASSERT_TRUE(path);
  EXPECT_EQ(path->at(0).version.status, VersionStatus::kStreaming);
  one->close();
  other->close();
}

TEST_P(Postgresql, ShowsNoPasswordWhenItIsTheWrongOne) {
  std::string url = settings().url.location;
  const std::string right = "p%20w%40%3A%2F%3F%23%25";
  url.replace(url.find(right), right.size(), "wrong%40secret");
  const auto parsed = parse_database_url(url);
  ASSERT_TRUE(parsed);
  EXPECT_THAT(parsed->shown, Not(HasSubstr("secret")));
  const auto states = migration_states(*parsed);
  ASSERT_FALSE(states);
  EXPECT_EQ(states.error().code, ErrorCode::kUnavailable);
  const std::string all = states.error().message + states.error().detail;
  EXPECT_THAT(all, HasSubstr("authentication failed")) << "whoever runs it should know why";
  EXPECT_THAT(all, Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(Storage, Postgresql, testing::Values(kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
