// How tables come about, and which databases are left alone.

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/storage/databases.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::HasSubstr;

class Migrations : public OverBoth {
 protected:
  std::string engine() const { return sqlite() ? kSqlite : kPostgresql; }
  static Migration migration(std::int64_t number, const char* name, std::string_view sql) {
    return {number, name, sql, "hash of " + std::string(sql)};
  }
  StoreSettings with(std::vector<Migration> migrations) {
    StoreSettings out = settings();
    out.migrations = std::move(migrations);
    return out;
  }
};

TEST_P(Migrations, AreAppliedOnceAndRecorded) {
  const auto before = migration_states(settings().url);
  ASSERT_TRUE(before) << before.error().message << before.error().detail;
  ASSERT_EQ(before->size(), built_in_migrations(engine()).size());
  EXPECT_EQ(before->front().applied_ms, 0);
  EXPECT_EQ(before->front().migration.sha256.size(), 64U);
  open()->close();
  const auto after = migration_states(settings().url);
  ASSERT_TRUE(after);
  EXPECT_GT(after->front().applied_ms, 0);
  const auto again = migrate(settings().url);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->empty());
}

TEST_P(Migrations, HaveTheSameNumbersForBothDatabases) {
  const auto one = built_in_migrations(kSqlite);
  const auto other = built_in_migrations(kPostgresql);
  ASSERT_EQ(one.size(), other.size());
  ASSERT_FALSE(one.empty());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].number, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(one[i].number, other[i].number);
    EXPECT_EQ(one[i].name, other[i].name);
  }
}

TEST_P(Migrations, RefuseADatabaseThatWasMadeByAnEditedOne) {
  open()->close();
  std::vector<Migration> edited = built_in_migrations(engine());
  edited[0].sha256 = std::string(64, '0');
  const auto store = SqlStore::open(with(edited));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(store.error().message, HasSubstr(edited[0].name));
  EXPECT_THAT(store.error().message, HasSubstr("edited"));
}

TEST_P(Migrations, RefuseADatabaseOfANewerProgram) {
  std::vector<Migration> newer = built_in_migrations(engine());
  newer.push_back(migration(9999, "9999_tomorrow", "create table tomorrow (id bigint)"));
  auto store = SqlStore::open(with(newer));
  ASSERT_TRUE(store);
  (*store)->close();
  const auto today = SqlStore::open(settings());
  ASSERT_FALSE(today);
  EXPECT_EQ(today.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(today.error().message, HasSubstr("newer"));
  EXPECT_THAT(today.error().message, HasSubstr("9999_tomorrow"));
}

TEST_P(Migrations, ChangeNothingWhenOneFails) {
  std::vector<Migration> broken = built_in_migrations(engine());
  broken.push_back(migration(
      9999, "9999_broken", "create table half (id bigint); create table half (id bigint)"));
  const auto store = SqlStore::open(with(broken));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(store.error().message, HasSubstr("9999_broken"));
  const auto states = migration_states(settings().url);
  ASSERT_TRUE(states);
  EXPECT_EQ(states->front().applied_ms, 0);
  open()->close();
}

TEST_P(Migrations, AreDoneByOneOfThoseThatStartAtOnce) {
  const StoreSettings same = settings();
  std::vector<std::shared_ptr<SqlStore>> stores(6);
  std::vector<std::thread> threads;
  for (auto& store : stores) {
    threads.emplace_back([&] {
      auto opened = SqlStore::open(same);
      if (opened) store = *opened;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const auto& store : stores) {
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->available());
    const Conversation c = a_conversation("ann");
    EXPECT_TRUE(write(*store, [&](Repository& r) { return r.create_conversation(c); }));
  }
  for (const auto& store : stores)
    store->close();
}

INSTANTIATE_TEST_SUITE_P(Storage,
                         Migrations,
                         testing::Values(kSqlite, kPostgresql),
                         name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
