// Conversations and files: every call and every error.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Conversations : public RepositoryTest {};

TEST_P(Conversations, GivesBackAConversationAsItWas) {
  Conversation c = a_conversation("ann", 9'007'199'254'740'993);  // more than 32 bits, or a double
  c.external_key = "Session 1";
  c.userid = "Ann \"the\" ant's 🐜";
  c.title = std::string(100'000, 'x');
  c.default_model = "model:1";
  c.pinned = true;
  ASSERT_TRUE(put([&](Repository& r) { return r.create_conversation(c); }));
  const Conversation found = look(c);
  EXPECT_EQ(found.id, c.id);
  EXPECT_EQ(found.owner, "ann");
  EXPECT_EQ(found.dialect, "chat");
  EXPECT_EQ(found.external_key, "Session 1");
  EXPECT_EQ(found.userid, c.userid);
  EXPECT_EQ(found.title, c.title);
  EXPECT_EQ(found.default_model, "model:1");
  EXPECT_TRUE(found.pinned);
  EXPECT_EQ(found.created_ms, 9'007'199'254'740'993);
  EXPECT_EQ(found.updated_ms, 9'007'199'254'740'993);
  EXPECT_EQ(found.message_count, 0);
}

TEST_P(Conversations, KeepsNamesOfClientsApartByOwnerAndDialect) {
  Conversation first = a_conversation("ann");
  first.external_key = "s1";
  ASSERT_TRUE(put([&](Repository& r) { return r.create_conversation(first); }));
  EXPECT_TRUE(put([&](Repository& r) { return r.create_conversation(first); })) << "the same again";

  Conversation second = a_conversation("ann");
  second.external_key = "s1";
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.create_conversation(second); })),
            ErrorCode::kConflict);
  second.dialect = "prompt";
  EXPECT_TRUE(put([&](Repository& r) { return r.create_conversation(second); }));
  Conversation third = a_conversation("bob");
  third.external_key = "s1";
  EXPECT_TRUE(put([&](Repository& r) { return r.create_conversation(third); }));

  const auto by_key =
      [&](const std::string& owner, const std::string& dialect, const std::string& key) {
        return get<Conversation>(
            [=](Repository& r) { return r.conversation_by_key(owner, dialect, key); });
      };
  EXPECT_EQ(by_key("ann", "chat", "s1")->id, first.id);
  EXPECT_EQ(by_key("ann", "prompt", "s1")->id, second.id);
  EXPECT_EQ(by_key("bob", "chat", "s1")->id, third.id);
  EXPECT_EQ(code_of(by_key("bob", "prompt", "s1")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(by_key("ann", "chat", "")), ErrorCode::kNotFound) << "nameless ones have none";
}

TEST_P(Conversations, LetsManyConversationsHaveNoName) {
  begin();
  begin();
  EXPECT_EQ(list("ann", {}).items.size(), 2U);
}

TEST_P(Conversations, RefusesAnIdThatSomebodyElseHas) {
  Conversation c = begin("ann");
  c.owner = "bob";
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.create_conversation(c); })),
            ErrorCode::kConflict);
}

TEST_P(Conversations, HidesWhatIsAnotherOwners) {
  const Conversation c = begin("ann");
  const Message m = add(c, c.id, Role::kUser, "secret");
  const auto changed = write_for<Conversation>(*store_, [&](Repository& r) {
    return r.change_conversation(
        "bob", c.id, {.title = "mine", .default_model = {}, .pinned = {}}, 5000);
  });
  EXPECT_EQ(code_of(changed), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(get<Conversation>([&](Repository& r) { return r.conversation("bob", c.id); })),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(get<Conversation>(
                [&](Repository& r) { return r.conversation_of_version("bob", m.version.id); })),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.delete_conversation("bob", c.id); })),
            ErrorCode::kNotFound);
  EXPECT_EQ(look(c).title, "A title");
  EXPECT_EQ(get<Conversation>([&](Repository& r) {
              return r.conversation_of_version("ann", m.version.id);
            })->id,
            c.id);
}

TEST_P(Conversations, ChangesOnlyWhatIsSetAndAlwaysShowsIt) {
  const Conversation c = begin("ann", 1000);
  const auto change = [&](const ConversationChange& what, std::int64_t now_ms) {
    return *write_for<Conversation>(
        *store_, [&](Repository& r) { return r.change_conversation("ann", c.id, what, now_ms); });
  };
  Conversation now = change({.title = {}, .default_model = "m2", .pinned = {}}, 2000);
  EXPECT_EQ(now.default_model, "m2");
  EXPECT_EQ(now.title, "A title");
  EXPECT_EQ(now.updated_ms, 2000);
  now = change({.title = "New", .default_model = {}, .pinned = true}, 500);
  EXPECT_EQ(now.title, "New");
  EXPECT_EQ(now.default_model, "m2");
  EXPECT_TRUE(now.pinned);
  EXPECT_EQ(now.updated_ms, 2001) << "a clock that went back";
}

TEST_P(Conversations, ListsPinnedOnesFirstAndThenTheLatestInPages) {
  std::vector<Conversation> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(begin("ann", 1000 + i / 2));  // some at the same time
  begin("bob");
  ASSERT_TRUE(write_for<Conversation>(*store_, [&](Repository& r) {
    return r.change_conversation(
        "ann", all[0].id, {.title = {}, .default_model = {}, .pinned = true}, 1000);
  }));
  std::vector<std::string> seen;
  ConversationQuery query{.q = {}, .cursor = {}, .limit = 2};
  std::vector<std::size_t> sizes;
  do {
    const Page<Conversation> page = list("ann", query);
    sizes.push_back(page.items.size());
    for (const std::string& id : ids(page))
      seen.push_back(id);
    query.cursor = page.next;
  } while (!query.cursor.empty());
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
  EXPECT_THAT(seen, ElementsAre(all[0].id, all[4].id, all[3].id, all[2].id, all[1].id));
}

TEST_P(Conversations, RefusesACursorThatIsNotItsOwn) {
  begin();
  for (const char* cursor : {"x",
                             "0",
                             "0-",
                             "0-1",
                             "0-1-",
                             "2-1-a",
                             "0-99999999999999999999-a",
                             "' or 1=1 --",
                             "0--",
                             "1-x-y",
                             "0-1-x",
                             "0-1-'; drop table files; --"}) {
    const auto page = get<Page<Conversation>>([&](Repository& r) {
      return r.conversations("ann", {.q = {}, .cursor = cursor, .limit = 2});
    });
    EXPECT_EQ(code_of(page), ErrorCode::kInvalid) << cursor;
  }
  // One of somebody else's shows nothing of theirs, and is no mistake that could be told.
  const std::string foreign = "0-1-" + make_uuid();
  const auto page = get<Page<Conversation>>([&](Repository& r) {
    return r.conversations("ann", {.q = {}, .cursor = foreign, .limit = 2});
  });
  EXPECT_TRUE(page);
}

TEST_P(Conversations, DeletesAConversationWithAllThatIsInIt) {
  const Conversation c = begin();
  const Message m = add(c, c.id, Role::kUser, "findme");
  StoredFile file{make_uuid(), "ann", c.id, "image/png", "x.png", "bytes", 1000};
  ASSERT_TRUE(put([&](Repository& r) { return r.add_file(file); }));
  ASSERT_TRUE(put([&](Repository& r) { return r.delete_conversation("ann", c.id); }));
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.delete_conversation("ann", c.id); })),
            ErrorCode::kNotFound);
  EXPECT_THAT(path(c), IsEmpty());
  EXPECT_THAT(get<Page<Version>>([&](Repository& r) { return r.versions(m.id, {}); })->items,
              IsEmpty());
  EXPECT_EQ(code_of(get<StoredFile>([&](Repository& r) { return r.file("ann", file.id); })),
            ErrorCode::kNotFound);
  EXPECT_THAT(list("ann", {.q = "findme", .cursor = {}, .limit = 9}).items, IsEmpty());
}

TEST_P(Conversations, GivesFilesToTheirOwnerOnlyAndByteForByte) {
  const Conversation c = begin();
  std::string bytes(300'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 7);
  const StoredFile file{make_uuid(), "ann", c.id, "image/png", "a \"b\".png", bytes, 4000};
  ASSERT_TRUE(put([&](Repository& r) { return r.add_file(file); }));
  EXPECT_TRUE(put([&](Repository& r) { return r.add_file(file); })) << "the same again";
  const auto found = get<StoredFile>([&](Repository& r) { return r.file("ann", file.id); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bytes, bytes);
  EXPECT_EQ(found->media_type, "image/png");
  EXPECT_EQ(found->name, file.name);
  EXPECT_EQ(found->conversation_id, c.id);
  EXPECT_EQ(found->created_ms, 4000);
  EXPECT_EQ(code_of(get<StoredFile>([&](Repository& r) { return r.file("bob", file.id); })),
            ErrorCode::kNotFound);
  StoredFile theirs = file;
  theirs.id = make_uuid();
  theirs.owner = "bob";
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.add_file(theirs); })), ErrorCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Storage,
                         Conversations,
                         testing::Values(kSqlite, kPostgresql),
                         name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
