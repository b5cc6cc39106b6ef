// Messages and versions that are read a page at a time.

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Pages : public RepositoryTest {
 protected:
  Result<Page<Message>> page(const Conversation& c, const PageRequest& which) {
    return get<Page<Message>>([&](Repository& r) { return r.messages(c.id, which); });
  }

  // What each page says, one after the other.
  std::vector<std::vector<std::string>> pages(const Conversation& c, std::int64_t limit) {
    std::vector<std::vector<std::string>> all;
    PageRequest which{.cursor = {}, .limit = limit};
    do {
      const auto read = page(c, which);
      EXPECT_TRUE(read) << read.error().message << read.error().detail;
      if (!read || all.size() > 20) return all;
      std::vector<std::string>& said = all.emplace_back();
      for (const Message& message : read->items)
        said.push_back(message.version.content);
      which.cursor = read->next;
    } while (!which.cursor.empty());
    return all;
  }

  std::vector<Message> talk(const Conversation& c, int messages) {
    std::vector<Message> said;
    for (int i = 1; i <= messages; ++i) {
      said.push_back(add(c,
                         said.empty() ? c.id : said.back().version.id,
                         i % 2 == 1 ? Role::kUser : Role::kAssistant,
                         std::to_string(i)));
    }
    return said;
  }
};

TEST_P(Pages, OfMessagesFollowOneAnother) {
  const Conversation c = begin();
  EXPECT_THAT(pages(c, 2), ElementsAre(IsEmpty()));
  talk(c, 5);
  EXPECT_THAT(pages(c, 2),
              ElementsAre(ElementsAre("1", "2"), ElementsAre("3", "4"), ElementsAre("5")));
  EXPECT_THAT(pages(c, 5), ElementsAre(ElementsAre("1", "2", "3", "4", "5")));
  EXPECT_THAT(pages(c, 0), ElementsAre(ElementsAre("1", "2", "3", "4", "5")));
  EXPECT_THAT(pages(begin(), 1), ElementsAre(IsEmpty())) << "another conversation";
}

TEST_P(Pages, OfMessagesAreWhole) {
  const Conversation c = begin();
  Message m = a_message(c.id, c.id, Role::kUser, "look");
  m.version.parts = R"([{"type":"image","url":"https://x.example/1.png"}])";
  ASSERT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
  const auto read = page(c, {.cursor = {}, .limit = 1});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->items.at(0).id, m.id);
  EXPECT_EQ(read->items.at(0).version.parts, m.version.parts);
}

TEST_P(Pages, GoOnWhereTheyWereWhenSomethingNewComes) {
  const Conversation c = begin();
  const auto said = talk(c, 3);
  const auto first = page(c, {.cursor = {}, .limit = 2});
  ASSERT_TRUE(first);
  add(c, said.back().version.id, Role::kAssistant, "4");
  const auto second = page(c, {.cursor = first->next, .limit = 0});
  ASSERT_TRUE(second);
  ASSERT_EQ(second->items.size(), 2U);
  EXPECT_EQ(second->items[0].version.content, "3");
  EXPECT_EQ(second->next, "");
}

TEST_P(Pages, BehindAMessageThatIsNoLongerShownAreNone) {
  const Conversation c = begin();
  const auto said = talk(c, 4);
  const auto first = page(c, {.cursor = {}, .limit = 2});
  ASSERT_TRUE(first);
  retry(said[0], a_version("1, edited"));
  EXPECT_EQ(code_of(page(c, {.cursor = first->next, .limit = 2})), ErrorCode::kInvalid);
  ASSERT_TRUE(put([&](Repository& r) { return r.activate_version(c.id, said[0].id, 1); }));
  EXPECT_TRUE(page(c, {.cursor = first->next, .limit = 2}));
}

TEST_P(Pages, BeginAtNoCursorThatIsNotOneOfOurs) {
  const Conversation c = begin();
  const auto said = talk(c, 2);
  const std::string id = said[0].id;
  const std::string other = talk(begin(), 1).front().id;
  for (const std::string& cursor : {std::string("x"),
                                    id,
                                    "-" + id,
                                    "0-" + id,
                                    "-1-" + id,
                                    "2-" + id,
                                    "1-" + other,
                                    std::string("1-x"),
                                    "1-" + id + " ",
                                    "99999999999-" + id,
                                    "99999999999999999999-" + id,
                                    "2000000000-" + id}) {
    EXPECT_EQ(code_of(page(c, {.cursor = cursor, .limit = 1})), ErrorCode::kInvalid) << cursor;
  }
  EXPECT_TRUE(page(c, {.cursor = "1-" + id, .limit = 1}));
}

TEST_P(Pages, OneMessageIsFoundWhereItIsShown) {
  const Conversation c = begin();
  const auto found = [&](const Conversation& in, const std::string& id) {
    const auto message =
        get<std::optional<Message>>([&](Repository& r) { return r.message_on_path(in.id, id); });
    EXPECT_TRUE(message);
    return message && *message ? (*message)->version.number : 0;
  };
  const auto last = [&](const Conversation& of) {
    const auto message =
        get<std::optional<Message>>([&](Repository& r) { return r.last_message(of.id); });
    EXPECT_TRUE(message);
    return message && *message ? (*message)->id : "";
  };
  EXPECT_EQ(last(c), "");
  const auto said = talk(c, 4);
  EXPECT_EQ(last(c), said[3].id);
  EXPECT_EQ(found(c, said[2].id), 1);
  retry(said[1], a_version("2, again"));
  EXPECT_EQ(found(c, said[1].id), 2);
  EXPECT_EQ(found(c, said[2].id), 0) << "what followed the old version is not shown";
  EXPECT_EQ(last(c), said[1].id);
  EXPECT_EQ(found(begin(), said[0].id), 0) << "another conversation";
  ASSERT_TRUE(put([&](Repository& r) { return r.activate_version(c.id, said[1].id, 1); }));
  EXPECT_EQ(last(c), said[3].id);
  ASSERT_TRUE(put([&](Repository& r) { return r.remove_message(said[3].id); }));
  EXPECT_EQ(last(c), said[2].id);
}

TEST_P(Pages, OfVersionsFollowOneAnother) {
  const Conversation c = begin();
  const Message m = add(c, c.id, Role::kUser, "1");
  for (const char* text : {"2", "3", "4", "5"})
    retry(m, a_version(text));
  const auto versions = [&](const PageRequest& which) {
    return get<Page<Version>>([&](Repository& r) { return r.versions(m.id, which); });
  };
  std::vector<std::string> said;
  PageRequest which{.cursor = {}, .limit = 2};
  int count = 0;
  do {
    const auto read = versions(which);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_LE(read->items.size(), 2U);
    for (const Version& version : read->items)
      said.push_back(version.content);
    which.cursor = read->next;
  } while (!which.cursor.empty() && ++count < 9);
  EXPECT_THAT(said, ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(count, 2);
  EXPECT_EQ(versions({})->items.size(), 5U);
  for (const char* cursor : {"x", "0", "-1", "1x", "1 ", "99999999999999999999"})
    EXPECT_EQ(code_of(versions({.cursor = cursor, .limit = 1})), ErrorCode::kInvalid) << cursor;
}

INSTANTIATE_TEST_SUITE_P(Storage, Pages, testing::Values(kSqlite, kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
