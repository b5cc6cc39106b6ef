// Searching one's own messages, whatever is typed.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "core/storage/sql/migrating.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/statement.hpp"
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
    const auto page = get<Page<Conversation>>(
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
    const Page<Conversation> page = list("ann", query);
    for (const std::string& id : ids(page))
      seen.push_back(id);
    query.cursor = page.next;
  } while (!query.cursor.empty());
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(all));
}

// How much the database goes through for a search: steps of SQLite's machine, or rows that
// PostgreSQL's index gives.
class SearchCost : public Search {
 protected:
  std::int64_t cost(const std::string& owner, const std::string& word) {
    const auto engine = make_engine(settings().url);
    Connection connection(*engine, Engine::Use::kRead);
    EXPECT_TRUE(connection.open());
    const auto found = connection.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
      return sqlite() ? steps(connection, owner, word) : rows(connection, owner, word);
    });
    EXPECT_TRUE(found) << found.error().message << found.error().detail;
    return found ? *found : 0;
  }

 private:
  static std::string query(const Connection& connection) {
    return "select count(*) from conversations c where c.owner = :of and " +
           connection.engine().search_condition("word");
  }
  static std::int64_t steps(Connection& connection,
                            const std::string& owner,
                            const std::string& word) {
    std::int64_t taken = 0;
    sqlite_api::sqlite3_progress_handler(
        static_cast<soci::sqlite3_session_backend*>(connection.session().get_backend())->conn_,
        1,
        [](void* count) {
          ++*static_cast<std::int64_t*>(count);
          return 0;
        },
        &taken);
    const Engine& engine = connection.engine();
    std::int64_t conversations = 0;
    Statement select(connection, query(connection));
    select.use(owner).use(engine.search_owner(owner)).use(engine.search_word(word));
    select.into(conversations).next();
    EXPECT_GE(conversations, 1);
    return taken;
  }
  static std::int64_t rows(Connection& connection,
                           const std::string& owner,
                           const std::string& word) {
    EXPECT_TRUE(connection.run_script("set enable_seqscan = off; set enable_indexscan = off"));
    const Engine& engine = connection.engine();
    std::int64_t given = -1;
    std::string line;
    std::string plan;
    Statement explain(connection,
                      "explain (analyze, costs off, timing off, summary off) " + query(connection));
    explain.use(owner).use(engine.search_owner(owner)).use(engine.search_word(word)).into(line);
    while (explain.next()) {
      plan += line + "\n";
      const std::string mark = "versions_by_words (actual rows=";
      const std::size_t at = line.find(mark);
      if (at != line.npos) given = std::stoll(line.substr(at + mark.size()));
    }
    EXPECT_GE(given, 0) << plan;
    return given;
  }
};

TEST_P(SearchCost, DoesNotGrowWithWhatOthersSaid) {
  about("ann", "one needle");
  about("bob", "another needle");
  const std::int64_t before = cost("ann", "needle");
  const Conversation c = begin("bob");
  ASSERT_TRUE(put([&](Repository& r) -> Status {
    std::string parent = c.id;
    for (int i = 0; i < 300; ++i) {
      const Message m = a_message(c.id, parent, Role::kUser, "needle");
      if (auto added = r.add_message(m); !added) return added;
      parent = m.version.id;
    }
    return ok();
  }));
  EXPECT_LE(cost("ann", "needle"), before + 20);
  EXPECT_GT(cost("bob", "needle"), before + 20) << "what is measured does measure it";
}

TEST_P(SearchCost, IsBroughtToAnEndWhereItIsTooHigh) {
  const auto engine = make_engine(settings().url);
  Connection connection(*engine, Engine::Use::kRead);
  ASSERT_TRUE(connection.open());
  ASSERT_TRUE(connection.begin());
  const auto endless = connection.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
    std::int64_t number = 0;
    Statement select(connection,
                     "with recursive n(i) as (select 1 union all select i + 1 - i / 2 from n) "
                     "select count(*) from n");
    select.into(number).next();
    return number;
  });
  EXPECT_EQ(code_of(endless), ErrorCode::kTimeout);
  connection.roll_back();
  ASSERT_TRUE(connection.is_open()) << "and the connection goes on";
  EXPECT_TRUE(connection.begin());
}

TEST_P(Search, KeepsOwnersApartWhateverTheyAreCalled) {
  const std::vector<std::string> owners = {"key:team",
                                           "key:team/ada",
                                           "user:ada",
                                           "basic:ada",
                                           "user:\" OR content : \"x",
                                           "user:'",
                                           "é"};
  for (const std::string& owner : owners) {
    const Conversation c = about(owner, "needle");
    EXPECT_THAT(found(owner, "needle"), ElementsAre(c.id)) << owner;
  }
  EXPECT_THAT(found("user", "needle"), IsEmpty());
  EXPECT_THAT(found("key:team", "ada"), IsEmpty()) << "an owner's name is no word of a message";
}

TEST_P(Search, FindsWhatWasStoredBeforeOwnersWereInTheIndex) {
  store_->close();
  start_anew();
  const StoreSettings fresh = settings();
  const auto engine = make_engine(fresh.url);
  {
    Connection connection(*engine, Engine::Use::kWrite);
    ASSERT_TRUE(connection.open());
    ASSERT_TRUE(migrate(connection, {built_in_migrations(engine->name()).front()}));
    ASSERT_TRUE(connection.run_script(
        "insert into conversations values ('c', 'ann', 'chat', '', 'u', 't', '', 0, 1, 1, 1, 'v', "
        "6);"
        "insert into messages values ('m', 'c', 'c', 'user', 1, 1, 'v');"
        "insert into versions (id, message_id, conversation_id, number, content, parts, model, "
        "provider, status, error, input_tokens, output_tokens, cached_tokens, instance, "
        "created_ms, "
        "updated_ms) values ('v', 'm', 'c', 1, 'needle', '', '', '', 'complete', '', 0, 0, 0, '', "
        "1, "
        "1)"));
  }
  store_ = open(fresh);
  EXPECT_THAT(found("ann", "needle"), ElementsAre("c"));
  EXPECT_THAT(found("bob", "needle"), IsEmpty());
  ASSERT_TRUE(put([](Repository& r) { return r.delete_conversation("ann", "c"); }));
  EXPECT_THAT(found("ann", "needle"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Storage,
                         SearchCost,
                         testing::Values(kSqlite, kPostgresql),
                         name_of_engine);
INSTANTIATE_TEST_SUITE_P(Storage, Search, testing::Values(kSqlite, kPostgresql), name_of_engine);

TEST(SearchWords, AreWhatStandsBetweenBlanksAndPunctuation) {
  EXPECT_THAT(search_words("a, b-c  'd' größe", 9), ElementsAre("a", "b", "c", "d", "größe"));
  EXPECT_THAT(search_words("a b c", 2), ElementsAre("a", "b"));
  EXPECT_THAT(search_words("!? ", 2), IsEmpty());
}

}  // namespace
}  // namespace patchbay::storage::sql
