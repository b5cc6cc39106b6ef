// Openings on a real database: what a send, an edit, a retry and a branch leave behind.

#include "tests/component/conversations/openings_test.hpp"

namespace patchbay::conversations {
namespace {

using storage::Message;
using storage::Repository;
using storage::VersionStatus;
using Kind = Opening::Kind;

class Openings : public OpeningsTest {
 protected:
  Opening opening(Kind kind, const std::string& text) {
    Opening made;
    made.kind = kind;
    made.owner = "user:ada";
    made.userid = "ada";
    made.dialect = "session";
    made.external_key = "s1";
    made.text.content = text;
    made.instance = store_->instance();
    made.prepare();
    return made;
  }

  // Sends, answers, and gives what was opened.
  Opened say(const std::string& text, const std::string& reply) {
    auto opened = run(opening(Kind::kSend, text));
    EXPECT_TRUE(opened) << opened.error().message;
    answer(*opened, reply);
    return *opened;
  }

  // The path with all that was said on it.
  std::string whole(Opened opened) {
    const auto done = read<bool>(*store_, [&](Repository& r) -> Result<bool> {
      if (auto found = load_history(r, opened); !found) return found.error();
      return true;
    });
    EXPECT_TRUE(done);
    return texts(opened.path);
  }

  Status activate(const std::string& conversation,
                  const std::string& message,
                  std::int64_t number) {
    return write(*store_,
                 [&](Repository& r) { return r.activate_version(conversation, message, number); });
  }
};

TEST_F(Openings, ASendGoesOnWhereTheConversationEnds) {
  const Opened first = say("u1", "a1");
  EXPECT_TRUE(first.created);
  EXPECT_EQ(first.conversation.title, "u1");
  auto second = run(opening(Kind::kSend, "u2"));
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->created);
  EXPECT_EQ(whole(*second), "u1 a1 u2");
}

TEST_F(Openings, WhoComesSecondWhileItIsAnsweredIsTold) {
  ASSERT_TRUE(run(opening(Kind::kSend, "u1")));
  const auto second = run(opening(Kind::kSend, "u2"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(second.error().message, kBusy);
}

TEST_F(Openings, DoneTwiceIsDoneOnce) {
  const Opening what = opening(Kind::kSend, "u1");
  const auto once = run(what);
  const auto again = run(what);
  ASSERT_TRUE(once && again) << again.error().message;
  EXPECT_EQ(again->reply_version, once->reply_version);
  EXPECT_EQ(texts(again->path), "u1");
  EXPECT_EQ(texts(once->conversation.id), "u1 ");
}

TEST_F(Openings, AnEditKeepsTheMessageAndLeavesWhatFollowedToItsOldText) {
  const Opened first = say("u1", "a1");
  auto edited = run(opening(Kind::kEdit, "u1b"));
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_EQ(edited->path.back().id, first.path.back().id);
  EXPECT_NE(edited->reply_id, first.reply_id);
  answer(*edited, "a1b");
  EXPECT_EQ(texts(first.conversation.id), "u1b a1b");
  ASSERT_TRUE(activate(first.conversation.id, first.path.back().id, 1));
  EXPECT_EQ(texts(first.conversation.id), "u1 a1");
}

TEST_F(Openings, TwoRetriesLeaveThreeVersionsOfTheReply) {
  const Opened first = say("u1", "a1");
  for (const char* text : {"a2", "a3"}) {
    auto retried = run(opening(Kind::kRetry, ""));
    ASSERT_TRUE(retried) << retried.error().message;
    EXPECT_EQ(retried->reply_id, first.reply_id);
    answer(*retried, text);
  }
  auto versions = read<storage::Page<storage::Version>>(
      *store_, [&](Repository& r) { return r.versions(first.reply_id, {}); });
  ASSERT_EQ(versions->items.size(), 3U);
  EXPECT_EQ(versions->items[0].content, "a1");
  EXPECT_EQ(texts(first.conversation.id), "u1 a3");
}

TEST_F(Openings, GoingBackBringsWhatFollowedBack) {
  const Opened first = say("u1", "a1");
  say("u2", "a2");
  ASSERT_TRUE(activate(first.conversation.id, first.reply_id, 1));
  auto path =
      read<Path>(*store_, [&](Repository& r) { return r.active_path(first.conversation.id); });
  const std::string second_user = (*path)[2].id;
  auto edited = run(opening(Kind::kEdit, "u2b"));
  ASSERT_TRUE(edited);
  answer(*edited, "a2b");
  say("u3", "a3");
  EXPECT_EQ(texts(first.conversation.id), "u1 a1 u2b a2b u3 a3");
  ASSERT_TRUE(activate(first.conversation.id, second_user, 1));
  EXPECT_EQ(texts(first.conversation.id), "u1 a1 u2 a2");
}

TEST_F(Openings, NothingToEditOrToAnswerIsNotFound) {
  Opening retry = opening(Kind::kRetry, "");
  retry.create = false;
  EXPECT_EQ(run(retry).error().code, ErrorCode::kNotFound);
  Opening edit = opening(Kind::kEdit, "x");
  edit.create = false;
  EXPECT_EQ(run(edit).error().code, ErrorCode::kNotFound);
}

TEST_F(Openings, AMessageThatIsNotAnsweredIsStoredAndCanBeEdited) {
  Opening unanswered = opening(Kind::kSend, "far too long");
  unanswered.answered = false;
  auto stored = run(unanswered);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->reply_id, "");
  EXPECT_EQ(texts(stored->conversation.id), "far too long");
  auto edited = run(opening(Kind::kEdit, "short"));
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->path.back().id, stored->path.back().id);
}

TEST_F(Openings, ABranchGoesOnFromAnyAnswer) {
  const Opened first = say("u1", "a1");
  const Opened second = say("u2", "a2");
  const auto branch = [&](const std::string& after, const std::string& text) {
    Opening made = opening(Kind::kBranch, text);
    made.after = after;
    made.create = false;
    return run(made);
  };
  auto branched = branch(first.reply_version, "u2b");
  ASSERT_TRUE(branched) << branched.error().message;
  EXPECT_EQ(whole(*branched), "u1 a1 u2b");
  answer(*branched, "a2b");
  // The other way is still there, and can be gone on from again and again.
  for (const char* text : {"u3", "u3b"}) {
    auto other = branch(second.reply_version, text);
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_EQ(whole(*other), std::string("u1 a1 u2 a2 ") + text);
    answer(*other, "a3");
  }
  EXPECT_EQ(texts(first.conversation.id), "u1 a1 u2 a2 u3b a3");
}

TEST_F(Openings, NobodyBranchesWhileAnAnswerIsWritten) {
  const Opened first = say("u1", "a1");
  Opening branch = opening(Kind::kBranch, "u2");
  branch.after = first.reply_version;
  ASSERT_TRUE(run(branch));
  Opening other = opening(Kind::kBranch, "u2b");
  other.after = first.reply_version;
  EXPECT_EQ(run(other).error().message, kBusy);
}

TEST_F(Openings, NobodyBranchesFromWhatIsAnothers) {
  const Opened first = say("u1", "a1");
  Opening other = opening(Kind::kBranch, "x");
  other.owner = "user:bob";
  other.after = first.reply_version;
  EXPECT_EQ(run(other).error().code, ErrorCode::kNotFound);
}

// A client that keeps the history tells by it what it means.
class ClientsHistory : public Openings {
 protected:
  Result<Opened> with(const std::vector<std::string>& users, bool edits = false) {
    Opening made = opening(Kind::kSend, users.back());
    for (const std::string& text : users)
      made.user_texts.push_back(hash_of(text));
    made.edits = edits;
    return run(made);
  }
};

TEST_F(ClientsHistory, OneMoreIsANewMessage) {
  say("u1", "a1");
  auto opened = with({"u1", "u2"});
  ASSERT_TRUE(opened);
  EXPECT_EQ(whole(*opened), "u1 a1 u2");
}

TEST_F(ClientsHistory, AsManyWithTheSameTextIsARetry) {
  say("u1", "a1");
  const Opened second = say("u2", "a2");
  auto again = with({"u1", "u2"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->reply_id, second.reply_id);
  EXPECT_EQ(whole(*again), "u1 a1 u2");
}

TEST_F(ClientsHistory, TheSameTextWithAnotherPictureIsAnEdit) {
  say("u1", "a1");
  const Opened second = say("look", "a2");
  Opening made = opening(Kind::kSend, "look");
  made.user_texts = {hash_of("u1"), hash_of("look")};
  made.text.parts = R"([{"type":"text","text":"look"},{"type":"image","url":"https://x/2.png"}])";
  auto edited = run(made);
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->path.back().id, second.path.back().id);
  EXPECT_NE(edited->reply_id, second.reply_id);
}

TEST_F(ClientsHistory, AsManyWithAnotherTextIsAnEdit) {
  say("u1", "a1");
  const Opened second = say("u2", "a2");
  auto edited = with({"u1", "u2b"});
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->path.back().id, second.path.back().id);
  EXPECT_EQ(whole(*edited), "u1 a1 u2b");
}

TEST_F(ClientsHistory, FewerGoesBackInTheConversation) {
  say("u1", "a1");
  say("u2", "a2");
  say("u3", "a3");
  auto edited = with({"u1", "u2b"});
  ASSERT_TRUE(edited);
  EXPECT_EQ(whole(*edited), "u1 a1 u2b");
}

TEST_F(ClientsHistory, AWindowOfTheLastMessagesOverwritesNothing) {
  const Opened first = say("u1", "a1");
  say("u2", "a2");
  say("u3", "a3");
  auto opened = with({"u2", "u3", "u4"});
  ASSERT_TRUE(opened);
  answer(*opened, "a4");
  EXPECT_EQ(texts(first.conversation.id), "u1 a1 u2 a2 u3 a3 u4 a4");
}

TEST_F(ClientsHistory, AMessageAloneGoesOnWithWhatIsStored) {
  say("u1", "a1");
  auto opened = with({"u2"});
  ASSERT_TRUE(opened);
  EXPECT_EQ(whole(*opened), "u1 a1 u2");
}

TEST_F(ClientsHistory, AMessageAloneThatReplacesTheFirstIsAnEdit) {
  const Opened first = say("u1", "a1");
  say("u2", "a2");
  auto edited = with({"u1b"}, true);
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->path.back().id, first.path.back().id);
}

TEST_F(ClientsHistory, TheOnlyMessageOnceMoreIsARetry) {
  const Opened first = say("u1", "a1");
  auto again = with({"u1"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->reply_id, first.reply_id);
}

}  // namespace
}  // namespace patchbay::conversations
