// Searching one's own messages, whatever is typed.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/storage/sql/sql_repository.hpp"
#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Search : public RepositoryTest {
 protected:
  Conversation about(const std::string& owner, const std::string& text) {
    const Conversation c = begin(owner);
    add(c, c.id, Role::kUser, text);
    return c;
  }
  std::vector<std::string> found(const std::string& owner, const std::string& q) {
    return ids(list(owner, {.q = q, .cursor = {}, .limit = 50}));
  }
};

TEST_P(Search, FindsConversationsThatHaveEveryWord) {
  const Conversation fox = about("ann", "The quick brown fox, jumps!");
  const Conversation dog = about("ann", "the lazy dog");
  const Conversation bobs = about("bob", "the fox of bob");
  EXPECT_THAT(found("ann", "fox"), ElementsAre(fox.id));
  EXPECT_THAT(found("ann", "FOX the"), ElementsAre(fox.id));
  EXPECT_THAT(found("ann", "the"), UnorderedElementsAre(fox.id, dog.id));
  EXPECT_THAT(found("ann", "fox dog"), IsEmpty());
  EXPECT_THAT(found("ann", "bob"), IsEmpty()) << "somebody else's";
  EXPECT_THAT(found("bob", "fox"), ElementsAre(bobs.id));
  EXPECT_THAT(found("ann", "   "), UnorderedElementsAre(fox.id, dog.id)) << "no word: all";
}

TEST_P(Search, LooksForEachWordInAllMessages) {
  const Conversation c = about("ann", "apples");
  const Message reply = a_message(c.id, path(c)[0].version.id, Role::kAssistant, "and pears");
  ASSERT_TRUE(put([&](Repository& r) { return r.add_message(reply); }));
  retry(reply, a_version("or plums"));
  EXPECT_THAT(found("ann", "apples pears plums"), ElementsAre(c.id)) << "older versions too";
}

TEST_P(Search, FindsAnAnswerOnceItIsFinished) {
  const Conversation c = begin();
  Message m = a_message(c.id, c.id, Role::kAssistant, "beginning");
  m.version.status = VersionStatus::kStreaming;
  ASSERT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
  EXPECT_THAT(found("ann", "beginning"), IsEmpty());
  VersionUpdate update;
  update.id = m.version.id;
  update.content = "the ending";
  update.status = VersionStatus::kComplete;
  ASSERT_TRUE(put([&](Repository& r) { return r.update_version(update); }));
  EXPECT_THAT(found("ann", "ending"), ElementsAre(c.id));
  EXPECT_THAT(found("ann", "beginning"), IsEmpty());
}

TEST_P(Search, FindsWordsOfOtherScripts) {
  const Conversation c = about("ann", "größe 価格 цена e-mail:ann@example.com foo_bar 3.14");
  for (const char* q : {"größe",
                        "価格",
                        "цена",
                        "mail",
                        "ann@example.com",
                        "foo_bar",
                        "foo",
                        "3.14",
                        "e-mail:ann@example.com"}) {
    EXPECT_THAT(found("ann", q), ElementsAre(c.id)) << q;
  }
}

TEST_P(Search, TakesEverythingThatIsTypedForWords) {
  const Conversation c = about("ann", "plain words here and not near");
  for (const char* q : {"\"",
                        "\"\"",
                        "'",
                        "''",
                        "*",
                        "plain*",
                        "^plain",
                        "plain AND",
                        "AND",
                        "OR",
                        "NOT",
                        "NEAR",
                        "NEAR(",
                        "NEAR(a b, 5)",
                        "content:plain",
                        "content : plain",
                        "-plain",
                        "+plain",
                        "(plain",
                        "plain)",
                        "{plain}",
                        "plain & words",
                        "plain | words",
                        "!plain",
                        "plain <-> words",
                        ":*",
                        "plain:*",
                        "a:b:c",
                        "\\",
                        "\\'",
                        "plain\\",
                        "%",
                        "_",
                        "[",
                        "]]",
                        ";",
                        "--",
                        "/*",
                        "$1",
                        "?1",
                        ":word0",
                        "'; drop table versions; --",
                        "\" OR \"1\"=\"1",
                        "—",
                        "。",
                        "🐜",
                        "\xc2\xa0",
                        "\t\n",
                        "a\x01"
                        "b",
                        "\x7f",
                        "<script>",
                        "&amp;",
                        "a b c d e f g h i j k l m n o p q r s t"}) {
    const auto page = get<ConversationPage>(
        [&](Repository& r) { return r.conversations("ann", {.q = q, .cursor = {}, .limit = 50}); });
    EXPECT_TRUE(page) << q << ": " << page.error().message << page.error().detail;
  }
  const std::string long_word(100'000, 'x');
  EXPECT_THAT(found("ann", long_word), IsEmpty());
  EXPECT_THAT(found("ann", "plain* \"words"), ElementsAre(c.id));
  EXPECT_THAT(found("ann", "\"!\""), IsEmpty()) << "something was asked for, and it is no word";
}

TEST_P(Search, StoresAndFindsWhatIsLongAndStrange) {
  std::string text;
  for (int i = 0; i < 200'000; ++i)
    text += std::to_string(i) + " ";
  text += std::string(5000, 'y');
  const Conversation c = about("ann", "first " + text);
  EXPECT_THAT(found("ann", "first"), ElementsAre(c.id));
  EXPECT_EQ(path(c)[0].version.content, "first " + text);
}

TEST_P(Search, PagesThroughWhatItFinds) {
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(about("ann", "needle").id);
  std::vector<std::string> seen;
  ConversationQuery query{.q = "needle", .cursor = {}, .limit = 2};
  do {
    const ConversationPage page = list("ann", query);
    for (const std::string& id : ids(page))
      seen.push_back(id);
    query.cursor = page.next;
  } while (!query.cursor.empty());
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(all));
}

INSTANTIATE_TEST_SUITE_P(Storage, Search, testing::Values(kSqlite, kPostgresql), name_of_engine);

TEST(SearchWords, AreWhatStandsBetweenBlanksAndPunctuation) {
  EXPECT_THAT(search_words("a, b-c  'd' größe", 9), ElementsAre("a", "b", "c", "d", "größe"));
  EXPECT_THAT(search_words("a b c", 2), ElementsAre("a", "b"));
  EXPECT_THAT(search_words("!? ", 2), IsEmpty());
}

}  // namespace
}  // namespace patchbay::storage::sql
