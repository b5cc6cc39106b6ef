// Messages and versions: every call and every error.

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Messages : public RepositoryTest {};

TEST_P(Messages, GivesBackAMessageAsItWas) {
  const Conversation c = begin();
  Message m = a_message(c.id, c.id, Role::kTool, "Zeile 1\nline 2 ' \" \\ ; -- :x $1 ? 🐜", 2000);
  m.version.parts = R"([{"type":"text","text":"x"}])";
  m.version.model = "model";
  m.version.provider = "main";
  m.version.status = VersionStatus::kError;
  m.version.error = "it broke";
  m.version.usage = {9'007'199'254'740'993, 7, -1};
  m.version.updated_ms = 3000;
  ASSERT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
  const std::vector<Message> found = path(c);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, m.id);
  EXPECT_EQ(found[0].conversation_id, c.id);
  EXPECT_EQ(found[0].parent_id, c.id);
  EXPECT_EQ(found[0].role, Role::kTool);
  EXPECT_EQ(found[0].created_ms, 2000);
  EXPECT_EQ(found[0].versions, 1);
  const Version& v = found[0].version;
  EXPECT_EQ(v.id, m.version.id);
  EXPECT_EQ(v.number, 1);
  EXPECT_EQ(v.content, m.version.content);
  EXPECT_EQ(v.parts, m.version.parts);
  EXPECT_EQ(v.model, "model");
  EXPECT_EQ(v.provider, "main");
  EXPECT_EQ(v.status, VersionStatus::kError);
  EXPECT_EQ(v.error, "it broke");
  EXPECT_EQ(v.usage.input, 9'007'199'254'740'993);
  EXPECT_EQ(v.usage.output, 7);
  EXPECT_EQ(v.usage.cached, -1);
  EXPECT_EQ(v.created_ms, 2000);
  EXPECT_EQ(v.updated_ms, 3000);
  EXPECT_EQ(look(c).updated_ms, 2000);
}

TEST_P(Messages, TakesTheSameMessageTwiceAndNoOtherInItsPlace) {
  const Conversation c = begin();
  const Message m = add(c, c.id, Role::kUser, "one");
  EXPECT_TRUE(put([&](Repository& r) { return r.add_message(m); })) << "the same again";
  const Message other = a_message(c.id, c.id, Role::kUser, "two");
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.add_message(other); })),
            ErrorCode::kConflict);
  EXPECT_THAT(texts(c), ElementsAre("one"));
  EXPECT_EQ(look(c).message_count, 1);
}

TEST_P(Messages, FollowsOnlyWhatIsInTheConversation) {
  const Conversation c = begin();
  const Conversation other = begin();
  const Message m = add(other, other.id, Role::kUser, "theirs");
  for (const std::string& parent : {m.version.id, other.id, make_uuid()}) {
    const Message stray = a_message(c.id, parent, Role::kUser, "stray");
    EXPECT_EQ(code_of(put([&](Repository& r) { return r.add_message(stray); })),
              ErrorCode::kNotFound);
  }
  const std::string nowhere = make_uuid();
  const Message lost = a_message(nowhere, nowhere, Role::kUser, "lost");
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.add_message(lost); })), ErrorCode::kNotFound);
}

TEST_P(Messages, GoesBackToAnOlderVersionWithAllThatFollowedIt) {
  const Conversation c = begin();
  const Message question = add(c, c.id, Role::kUser, "question");
  const Message reply = add(c, question.version.id, Role::kAssistant, "reply 1");
  add(c, reply.version.id, Role::kUser, "more");
  EXPECT_EQ(look(c).message_count, 3);

  // Retried twice: three versions of the reply.
  EXPECT_EQ(retry(reply, a_version("reply 2")), 2);
  const Version third = a_version("reply 3", 7000);
  EXPECT_EQ(retry(reply, third), 3);
  EXPECT_EQ(retry(reply, third), 3) << "the same again";
  EXPECT_THAT(texts(c), ElementsAre("question", "reply 3"));
  EXPECT_EQ(look(c).message_count, 2);
  EXPECT_EQ(look(c).updated_ms, 7000);
  EXPECT_EQ(path(c)[1].versions, 3);
  EXPECT_EQ(path(c)[1].id, reply.id);

  // Edited: nothing is behind the new text.
  EXPECT_EQ(retry(question, a_version("question, edited")), 2);
  EXPECT_THAT(texts(c), ElementsAre("question, edited"));
  EXPECT_EQ(look(c).message_count, 1);

  const auto activate = [&](const Message& m, std::int64_t number) {
    return put([&](Repository& r) { return r.activate_version(c.id, m.id, number); });
  };
  ASSERT_TRUE(activate(question, 1));
  EXPECT_THAT(texts(c), ElementsAre("question", "reply 3"));
  ASSERT_TRUE(activate(reply, 1));
  EXPECT_THAT(texts(c), ElementsAre("question", "reply 1", "more"));
  EXPECT_EQ(look(c).message_count, 3);
  EXPECT_EQ(code_of(activate(reply, 4)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(activate(reply, 0)), ErrorCode::kNotFound);
  const Conversation other = begin();
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.activate_version(other.id, reply.id, 1); })),
            ErrorCode::kNotFound);

  // What is added to a branch that is not shown does not count.
  const auto versions =
      get<Page<Version>>([&](Repository& r) { return r.versions(reply.id, {}); })->items;
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_EQ(versions[0].content, "reply 1");
  EXPECT_EQ(versions[2].number, 3);
  add(c, versions[1].id, Role::kUser, "aside");
  EXPECT_EQ(look(c).message_count, 3);
  const auto aside =
      get<std::vector<Message>>([&](Repository& r) { return r.path_to(c.id, versions[1].id); });
  ASSERT_TRUE(aside);
  ASSERT_EQ(aside->size(), 2U);
  EXPECT_EQ((*aside)[0].version.content, "question");
  EXPECT_EQ((*aside)[1].version.content, "reply 2");
  EXPECT_EQ((*aside)[1].version.number, 2);
}

TEST_P(Messages, KnowsNoPathToWhatIsElsewhere) {
  const Conversation c = begin();
  const Message m = add(c, c.id, Role::kUser, "x");
  const Conversation other = begin();
  for (const auto& [conversation, version] :
       {std::pair{other.id, m.version.id}, std::pair{c.id, make_uuid()}, std::pair{c.id, c.id}}) {
    const auto found =
        get<std::vector<Message>>([conversation = conversation, version = version](Repository& r) {
          return r.path_to(conversation, version);
        });
    EXPECT_EQ(code_of(found), ErrorCode::kNotFound);
  }
  EXPECT_EQ(
      code_of(write_for<std::int64_t>(
          *store_, [&](Repository& r) { return r.add_version(make_uuid(), a_version("x")); })),
      ErrorCode::kNotFound);
}

TEST_P(Messages, UpdatesAVersionUntilItIsFinished) {
  const Conversation c = begin();
  Message m = a_message(c.id, c.id, Role::kAssistant, "");
  m.version.status = VersionStatus::kStreaming;
  ASSERT_TRUE(put([&](Repository& r) { return r.add_message(m); }));
  EXPECT_EQ(path(c)[0].version.instance, store_->instance());
  VersionUpdate update;
  update.id = m.version.id;
  update.content = "so far";
  update.updated_ms = 2000;
  const auto send = [&] { return put([&](Repository& r) { return r.update_version(update); }); };
  ASSERT_TRUE(send());
  EXPECT_EQ(path(c)[0].version.content, "so far");
  EXPECT_EQ(path(c)[0].version.status, VersionStatus::kStreaming);
  update.content = "all of it";
  update.parts = "[1]";
  update.model = "m";
  update.provider = "p";
  update.status = VersionStatus::kStopped;
  update.error = "e";
  update.usage = {1, 2, 3};
  update.updated_ms = 3000;
  ASSERT_TRUE(send());
  EXPECT_TRUE(send()) << "the same again";
  const Version now = path(c)[0].version;
  EXPECT_EQ(now.content, "all of it");
  EXPECT_EQ(now.parts, "[1]");
  EXPECT_EQ(now.model, "m");
  EXPECT_EQ(now.provider, "p");
  EXPECT_EQ(now.status, VersionStatus::kStopped);
  EXPECT_EQ(now.error, "e");
  EXPECT_EQ(now.usage.output, 2);
  EXPECT_EQ(now.updated_ms, 3000);
  EXPECT_EQ(look(c).updated_ms, 3000);
  update.content = "something else";
  EXPECT_EQ(code_of(send()), ErrorCode::kConflict);
  EXPECT_EQ(path(c)[0].version.content, "all of it");
  update.id = make_uuid();
  EXPECT_EQ(code_of(send()), ErrorCode::kNotFound);
}

TEST_P(Messages, TakesOutAMessageThatNothingFollows) {
  const Conversation c = begin();
  const Message question = add(c, c.id, Role::kUser, "question");
  const Message reply = add(c, question.version.id, Role::kAssistant, "");
  const auto take_out = [&](const Message& m) {
    return put([&](Repository& r) { return r.remove_message(m.id); });
  };
  EXPECT_EQ(code_of(take_out(question)), ErrorCode::kConflict);
  ASSERT_TRUE(take_out(reply));
  EXPECT_THAT(texts(c), ElementsAre("question"));
  EXPECT_EQ(look(c).message_count, 1);
  EXPECT_EQ(code_of(take_out(reply)), ErrorCode::kNotFound);
  add(c, question.version.id, Role::kAssistant, "another");
  EXPECT_EQ(look(c).message_count, 2);
}

TEST_P(Messages, RefusesTextThatADatabaseWouldCutShort) {
  const Conversation c = begin();
  for (const std::string& text : {std::string("a\0b", 3),
                                  std::string("\xff"),
                                  std::string("\xc3"),
                                  std::string("\xed\xa0\x80")}) {
    const Message m = a_message(c.id, c.id, Role::kUser, text);
    EXPECT_EQ(code_of(put([&](Repository& r) { return r.add_message(m); })), ErrorCode::kInvalid);
    const auto page =
        get<Page<Conversation>>([&](Repository& r) { return r.conversations("ann" + text, {}); });
    EXPECT_EQ(code_of(page), ErrorCode::kInvalid);
  }
  EXPECT_THAT(path(c), IsEmpty());
  EXPECT_EQ(look(c).message_count, 0) << "a call that fails has written nothing";
}

TEST_P(Messages, LetsOneOfManyBeTheNext) {
  const Conversation c = begin();
  auto second_store = open();  // another process, as far as the database can tell
  std::vector<Message> rivals;
  for (int i = 0; i < 20; ++i)
    rivals.push_back(a_message(c.id, c.id, Role::kUser, std::to_string(i)));
  std::atomic<int> won = 0;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = static_cast<std::size_t>(t); i < rivals.size(); i += 4) {
        Store& store = i % 2 == 0 ? *store_ : *second_store;
        const Status status = write(store, [&](Repository& r) { return r.add_message(rivals[i]); });
        if (status) ++won;
        if (!status && status.error().code == ErrorCode::kConflict) ++conflicts;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(conflicts, 19);
  EXPECT_EQ(path(c).size(), 1U);
  EXPECT_EQ(look(c).message_count, 1);
  second_store->close();
}

INSTANTIATE_TEST_SUITE_P(Storage, Messages, testing::Values(kSqlite, kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
