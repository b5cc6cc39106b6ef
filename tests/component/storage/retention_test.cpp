// Conversations that have been kept for long enough.

#include "core/storage/sql/retention.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/clock.hpp"
#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::int64_t kDayMs = 24LL * 3'600'000;
constexpr std::chrono::seconds kPatience{30};

class Retention : public RepositoryTest {
 protected:
  Conversation last_changed(std::int64_t ago_ms, std::size_t bytes, bool pinned = false) {
    Conversation c = a_conversation("ann", unix_ms() - ago_ms);
    c.pinned = pinned;
    EXPECT_TRUE(put([&](Repository& r) { return r.create_conversation(c); }));
    Message m = a_message(c.id, c.id, Role::kUser, std::string(bytes, 'x'), c.created_ms);
    EXPECT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
    return c;
  }
  std::vector<std::string> left() {
    return ids(list("ann", {.q = {}, .cursor = {}, .limit = 500}));
  }
  // As often as there is something to delete, 3 at most at a time.
  void apply(const RetentionRules& rules) {
    const auto engine = make_engine(settings().url);
    Connection connection(*engine, Engine::Use::kWrite);
    ASSERT_TRUE(connection.open());
    for (std::int64_t deleted = 1; deleted > 0;) {
      ASSERT_TRUE(connection.begin());
      const auto count = delete_expired(connection, rules, 3);
      ASSERT_TRUE(count) << count.error().detail;
      deleted = *count;
      EXPECT_LE(deleted, 3);
      ASSERT_TRUE(connection.commit());
    }
  }
};

TEST_P(Retention, DeletesWhatIsTooOldInSmallBatches) {
  for (int i = 0; i < 50; ++i)
    last_changed(3 * kDayMs, 10, i % 7 == 0);
  const Conversation young = last_changed(kDayMs, 10);
  StoreSettings keeping = settings();
  keeping.retention = {.age_ms = 2 * kDayMs, .bytes = 0};
  keeping.retention_every = std::chrono::milliseconds(5);
  auto store = open(keeping);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (left().size() > 1 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  store->close();
  EXPECT_THAT(left(), UnorderedElementsAre(young.id));
  EXPECT_THAT(list("ann", {.q = "xxxxxxxxxx", .cursor = {}, .limit = 9}).items.size(),
              testing::Eq(1U));
}

TEST_P(Retention, DeletesTheLongestUnchangedOnesFirstAndPinnedOnesLast) {
  const Conversation pinned_old = last_changed(9 * kDayMs, 1000, true);
  const Conversation oldest = last_changed(8 * kDayMs, 1000);
  const Conversation older = last_changed(7 * kDayMs, 1000);
  const Conversation young = last_changed(kDayMs, 1000);
  apply({.age_ms = 0, .bytes = 2500});
  EXPECT_THAT(left(), UnorderedElementsAre(pinned_old.id, young.id));
  apply({.age_ms = 0, .bytes = 1500});
  EXPECT_THAT(left(), UnorderedElementsAre(pinned_old.id));
  apply({.age_ms = 0, .bytes = 500});
  EXPECT_THAT(left(), IsEmpty());
}

TEST_P(Retention, KnowsWhatEverythingTakes) {
  const Conversation c = last_changed(9 * kDayMs, 1000);
  const Conversation rest = last_changed(kDayMs, 10);
  const Message reply =
      a_message(c.id, path(c)[0].version.id, Role::kAssistant, std::string(1000, 'y'), 1000);
  ASSERT_TRUE(put([&](Repository& r) { return r.add_message(reply); }));
  retry(reply, a_version(std::string(1000, 'z')));
  apply({.age_ms = 0, .bytes = 3010});  // exactly the bound
  EXPECT_EQ(left().size(), 2U);
  ASSERT_TRUE(put([&](Repository& r) { return r.remove_message(reply.id); }));
  apply({.age_ms = 0, .bytes = 1010});
  EXPECT_EQ(left().size(), 2U);
  StoredFile file{make_uuid(), "ann", c.id, "image/png", "x", std::string(600, 'b'), 1000};
  ASSERT_TRUE(put([&](Repository& r) { return r.add_file(file); }));
  apply({.age_ms = 0, .bytes = 1500});
  EXPECT_THAT(left(), UnorderedElementsAre(rest.id));
}

TEST_P(Retention, KeepsEverythingWithoutRules) {
  last_changed(9999 * kDayMs, 10);
  apply({.age_ms = 0, .bytes = 0});
  EXPECT_EQ(left().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Storage, Retention, testing::Values(kSqlite, kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
