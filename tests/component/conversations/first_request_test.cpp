// Openings with what a client brings along, on a real database.

#include <gtest/gtest.h>

#include "core/conversations/pictures.hpp"
#include "tests/component/conversations/openings_test.hpp"

namespace patchbay::conversations {
namespace {

using storage::Message;
using storage::Repository;
using storage::Role;
using storage::VersionStatus;
using Kind = Opening::Kind;

struct Said {
  Role role;
  std::string text;
};

const std::vector<Said> kTwoTurns = {
    {Role::kUser, "u1"}, {Role::kAssistant, "a1"}, {Role::kUser, "u2"}, {Role::kAssistant, "a2"}};

class FirstRequest : public OpeningsTest {
 protected:
  // As a client sends it that keeps its history.
  Opening opening(const std::vector<Said>& before, const std::string& text) {
    Opening made;
    made.owner = "user:ada";
    made.dialect = "chat";
    made.external_key = "mine";
    made.text.content = text;
    made.instance = store_->instance();
    Earlier earlier;
    for (const Said& each : before) {
      earlier.push_back({each.role, {each.text}, each.text + "-message", each.text + "-version"});
      if (each.role == Role::kUser) made.user_texts.push_back(hash_of(each.text));
    }
    made.user_texts.push_back(hash_of(text));
    made.earlier = std::make_shared<const Earlier>(std::move(earlier));
    made.prepare();
    return made;
  }

  Opened ran(const Opening& what) {
    auto opened = run(what);
    EXPECT_TRUE(opened) << opened.error().message;
    answer(*opened, "answer");
    return *opened;
  }

  Result<bool> beginning(const Opening& what) {
    return read<bool>(*store_, [&](Repository& r) { return is_beginning(r, what); });
  }
};

TEST_F(FirstRequest, WhatWasSaidBeforeStandsBeforeTheNewMessage) {
  const Opened opened = ran(opening(kTwoTurns, "u3"));
  const std::string id = opened.conversation.id;
  EXPECT_EQ(opened.conversation.title, "u1");
  const Path path = path_of(id);
  EXPECT_EQ(texts(id), "u1 a1 u2 a2 u3 answer");
  for (const Message& message : path)
    EXPECT_EQ(message.version.status, VersionStatus::kComplete);
  EXPECT_EQ(path[1].role, Role::kAssistant);
  EXPECT_EQ(path[1].version.model, "");
  const auto counted = read<storage::Conversation>(
      *store_, [&](Repository& r) { return r.conversation("user:ada", id); });
  EXPECT_EQ(counted->message_count, 6);
  // The path that the answer is asked with.
  ASSERT_EQ(opened.path.size(), 5U);
  EXPECT_EQ(opened.path.back().version.content, "u3");
}

TEST_F(FirstRequest, TheNextOneIsANewMessage) {
  const std::string id = ran(opening(kTwoTurns, "u3")).conversation.id;
  auto longer = kTwoTurns;
  longer.insert(longer.end(), {{Role::kUser, "u3"}, {Role::kAssistant, "answer"}});
  ran(opening(longer, "u4"));
  EXPECT_EQ(texts(id), "u1 a1 u2 a2 u3 answer u4 answer");
  Opening lone = opening({}, "u5");
  ran(lone);
  EXPECT_EQ(texts(id), "u1 a1 u2 a2 u3 answer u4 answer u5 answer");
}

TEST_F(FirstRequest, WhatItBroughtCanBeAskedAgainAndEdited) {
  const Opened first = ran(opening(kTwoTurns, "u3"));
  const std::string id = first.conversation.id;
  const std::vector<Said> turn(kTwoTurns.begin(), kTwoTurns.begin() + 2);
  const Opened retried = ran(opening(turn, "u2"));
  EXPECT_EQ(retried.reply_id, "a2-message");
  EXPECT_EQ(texts(id), "u1 a1 u2 answer");
  const Opened edited = ran(opening(turn, "other"));
  EXPECT_EQ(edited.path.back().id, "u2-message");
  EXPECT_EQ(texts(id), "u1 a1 other answer");
}

TEST_F(FirstRequest, DoneTwiceIsDoneOnce) {
  const Opening what = opening(kTwoTurns, "u3");
  const auto once = run(what);
  const auto again = run(what);
  ASSERT_TRUE(once && again) << again.error().message;
  EXPECT_EQ(again->reply_version, once->reply_version);
  EXPECT_EQ(again->path.size(), once->path.size());
  EXPECT_EQ(texts(once->conversation.id), "u1 a1 u2 a2 u3 ");
}

TEST_F(FirstRequest, AMessageThatNobodyAnswersIsStoredOnceTooWhenDoneTwice) {
  Opening what = opening(kTwoTurns, "u3");
  what.answered = false;
  const auto once = run(what);
  const auto again = run(what);
  ASSERT_TRUE(once && again) << again.error().message;
  EXPECT_EQ(again->reply_id, "");
  EXPECT_EQ(again->path.back().version.content, "u3");
  EXPECT_EQ(texts(once->conversation.id), "u1 a1 u2 a2 u3");
}

TEST_F(FirstRequest, AnEmptyConversationBeginsWithItToo) {
  storage::Conversation empty;
  empty.id = "00000000-0000-7000-8000-000000000001";
  empty.owner = "user:ada";
  ASSERT_TRUE(write(*store_, [&](Repository& r) { return r.create_conversation(empty); }));
  Opening what = opening(kTwoTurns, "u3");
  what.conversation_id = empty.id;
  what.create = false;
  EXPECT_TRUE(*beginning(what));
  EXPECT_EQ(ran(what).conversation.title, "u1");
  EXPECT_EQ(texts(empty.id), "u1 a1 u2 a2 u3 answer");
  EXPECT_FALSE(*beginning(what));
}

TEST_F(FirstRequest, AConversationThatHasMessagesTakesTheNewOneAlone) {
  const std::string id = ran(opening({}, "first")).conversation.id;
  ran(opening(kTwoTurns, "u3"));
  EXPECT_EQ(texts(id), "first answer u3 answer");
}

TEST_F(FirstRequest, WhetherItIsOneTheNameTells) {
  Opening what = opening(kTwoTurns, "u3");
  EXPECT_TRUE(*beginning(what));
  ran(what);
  EXPECT_FALSE(*beginning(what));
  what.owner = "user:bob";
  EXPECT_TRUE(*beginning(what));
  what.external_key = "";
  EXPECT_TRUE(*beginning(what)) << "without a name each is the first";
  what.conversation_id = "00000000-0000-7000-8000-000000000009";
  what.create = false;
  EXPECT_FALSE(*beginning(what)) << "one that is not there does not begin";
}

TEST_F(FirstRequest, AnAnswerToWhatItBroughtIsAnotherVersionOfItsLastReply) {
  Opening what = opening(kTwoTurns, "u2");
  what.kind = Kind::kAnswer;
  const Opened opened = ran(what);
  EXPECT_EQ(opened.reply_id, "a2-message");
  EXPECT_EQ(texts(opened.conversation.id), "u1 a1 u2 answer");
  EXPECT_EQ(path_of(opened.conversation.id).back().versions, 2);
}

TEST_F(FirstRequest, WithoutAMessageOfTheUserNothingIsStored) {
  Opening what = opening({{Role::kAssistant, "Hello"}}, "");
  what.kind = Kind::kAnswer;
  EXPECT_EQ(run(what).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(*beginning(what));
}

TEST_F(FirstRequest, AllThatIsWrittenCounts) {
  const Opening what = opening(kTwoTurns, "u3");
  EXPECT_EQ(bytes_of(what), 10U);
}

TEST_F(FirstRequest, PicturesAreFilesOfTheConversation) {
  Opening what = opening({}, "u2");
  Earlier earlier{{Role::kUser, {"look", R"([{"type":"image","file":"#0"}])"}, "m", "v"}};
  earlier[0].said.pictures =
      std::make_shared<const Pictures>(Pictures{Picture{"image/png", "AAAA", "", ""}});
  what.earlier = *read<std::shared_ptr<const Earlier>>(
      *store_, [&](Repository& r) { return with_digests(r, what.owner, earlier); });
  EXPECT_GT(bytes_of(what), bytes_of(what.text) + 4);
  const std::string parts = path_of(ran(what).conversation.id).front().version.parts;
  const std::string file = parts.substr(parts.find("\"file\":\"") + 8, 36);
  const auto stored =
      read<storage::StoredFile>(*store_, [&](Repository& r) { return r.file("user:ada", file); });
  ASSERT_TRUE(stored) << parts;
  EXPECT_EQ(stored->bytes, std::string(3, '\0'));
}

}  // namespace
}  // namespace patchbay::conversations
