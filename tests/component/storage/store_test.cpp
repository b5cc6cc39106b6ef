// The Store: when jobs are told what, who sinks with whom, and what happens when it is too much.

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

// A job that holds the writer up until it is let go, so that others gather behind it.
class Obstacle {
 public:
  explicit Obstacle(Store& store) {
    store.write(
        [this](Repository&) {
          reached_.set_value();
          go_.get_future().wait();
          return ok();
        },
        [this](const Status&) { passed_.set_value(); },
        {});
    reached_.get_future().wait();
  }
  ~Obstacle() { remove(); }
  Obstacle(const Obstacle&) = delete;
  Obstacle& operator=(const Obstacle&) = delete;

  void remove() {
    if (removed_) return;
    removed_ = true;
    go_.set_value();
    passed_.get_future().wait();
  }

 private:
  std::promise<void> reached_;
  std::promise<void> go_;
  std::promise<void> passed_;
  bool removed_ = false;
};

class StoreTest : public RepositoryTest {
 protected:
  // Leaves a job, whose end is told to the future.
  static std::future<Status> leave(Store& store, Store::Job job, std::size_t bytes = 0) {
    auto told = std::make_shared<std::promise<Status>>();
    store.write(
        std::move(job), [told](Status status) { told->set_value(std::move(status)); }, {bytes});
    return told->get_future();
  }
  static Store::Job creating(const Conversation& c) {
    return [c](Repository& r) { return r.create_conversation(c); };
  }
};

TEST_P(StoreTest, HasCommittedWhatItSaysItHas) {
  const Conversation c = begin();
  auto other = open();
  EXPECT_TRUE(
      read<Conversation>(*other, [&](Repository& r) { return r.conversation("ann", c.id); }));
  other->close();
}

TEST_P(StoreTest, LetsAPoisonedJobSinkAlone) {
  const Conversation there = begin();
  const Message taken = add(there, there.id, Role::kUser, "x");
  std::vector<Conversation> good;
  std::vector<std::future<Status>> good_ends;
  std::vector<std::future<Status>> bad_ends;
  const Conversation half = a_conversation("ann");
  {
    Obstacle obstacle(*store_);
    for (int i = 0; i < 20; ++i) {
      good.push_back(a_conversation("ann"));
      good_ends.push_back(leave(*store_, creating(good.back())));
      if (i == 5) {  // has written something when it changes its mind
        bad_ends.push_back(leave(*store_, [half](Repository& r) -> Status {
          if (const Status made = r.create_conversation(half); !made) return made;
          return make_error(ErrorCode::kConflict, "no");
        }));
      }
      if (i == 10) {  // the database will not have it: the id of the version is taken
        Message m = a_message(good.back().id, good.back().id, Role::kUser, "y");
        m.version.id = taken.version.id;
        bad_ends.push_back(leave(*store_, [m](Repository& r) { return r.add_message(m); }));
      }
      if (i == 12) {  // the same, from a job that does not look
        Message m = a_message(good.back().id, good.back().id, Role::kUser, "y");
        m.version.id = taken.version.id;
        bad_ends.push_back(leave(*store_, [m](Repository& r) {
          const Status ignored = r.add_message(m);
          return ok();
        }));
      }
    }
  }
  for (std::future<Status>& end : good_ends)
    EXPECT_TRUE(end.get());
  EXPECT_EQ(code_of(bad_ends[0].get()), ErrorCode::kConflict);
  EXPECT_EQ(code_of(bad_ends[1].get()), ErrorCode::kInternal);
  EXPECT_EQ(code_of(bad_ends[2].get()), ErrorCode::kInternal);
  for (const Conversation& c : good)
    EXPECT_EQ(look(c).id, c.id);
  EXPECT_EQ(
      code_of(get<Conversation>([&](Repository& r) { return r.conversation("ann", half.id); })),
      ErrorCode::kNotFound);
  EXPECT_TRUE(path(good[10]).empty());
  EXPECT_EQ(look(good[12]).message_count, 0);
}

TEST_P(StoreTest, SaysInItsErrorsNothingOfWhatIsStored) {
  const Conversation c = begin();
  const Message m = add(c, c.id, Role::kUser, "x");
  Message again = a_message(c.id, m.version.id, Role::kUser, "my-secret-text");
  again.version.id = m.version.id;
  const Status status = put([&](Repository& r) { return r.add_message(again); });
  ASSERT_FALSE(status);
  const std::string all = status.error().message + status.error().detail;
  EXPECT_EQ(all.find("my-secret-text"), all.npos) << all;
  EXPECT_EQ(all.find(m.version.id), all.npos) << all;
}

TEST_P(StoreTest, RefusesAtOnceWhatItHasNoRoomFor) {
  StoreSettings small = settings();
  small.queue = {10, 100'000};
  auto store = open(small);
  std::vector<std::future<Status>> ends;
  std::atomic<int> extras = 0;
  const auto extra = [&](Repository&) {
    ++extras;
    return ok();
  };
  {
    Obstacle obstacle(*store);
    for (int i = 0; i < 7; ++i)
      ends.push_back(leave(*store, creating(a_conversation("ann"))));
    store->write_if_room(extra, {});  // the eighth of ten
    store->write_if_room(extra, {});  // is left out
    for (int i = 0; i < 2; ++i)
      ends.push_back(leave(*store, creating(a_conversation("ann"))));
    auto refused = leave(*store, creating(a_conversation("ann")));
    ASSERT_EQ(refused.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(code_of(refused.get()), ErrorCode::kUnavailable);
    EXPECT_TRUE(store->available());
  }
  for (std::future<Status>& end : ends)
    EXPECT_TRUE(end.get());
  EXPECT_EQ(extras, 1);
  {
    Obstacle obstacle(*store);
    auto large = leave(*store, creating(a_conversation("ann")), 90'000);
    auto refused = leave(*store, creating(a_conversation("ann")), 20'000);
    EXPECT_EQ(code_of(refused.get()), ErrorCode::kUnavailable) << "too many bytes";
    obstacle.remove();
    EXPECT_TRUE(large.get());
  }
  store->close();
}

TEST_P(StoreTest, WritesWhatWaitsWhenItIsClosed) {
  std::vector<Conversation> all;
  std::vector<std::future<Status>> ends;
  for (int i = 0; i < 600; ++i) {
    all.push_back(a_conversation("ann"));
    ends.push_back(leave(*store_, creating(all.back())));
  }
  store_->close();
  for (std::future<Status>& end : ends)
    EXPECT_TRUE(end.get());
  EXPECT_EQ(code_of(write(*store_, creating(a_conversation("ann")))), ErrorCode::kUnavailable);
  const auto late =
      read<Conversation>(*store_, [&](Repository& r) { return r.conversation("ann", all[0].id); });
  EXPECT_EQ(code_of(late), ErrorCode::kUnavailable);
  store_ = open();
  for (const Conversation& c : all)
    EXPECT_EQ(look(c).id, c.id);
}

TEST_P(StoreTest, LetsNobodyWriteWhoOnlyReads) {
  const Conversation c = a_conversation("ann");
  const auto status = read<bool>(*store_, [&](Repository& r) -> Result<bool> {
    const Status made = r.create_conversation(c);
    if (!made) return made.error();
    return true;
  });
  EXPECT_FALSE(status);
  EXPECT_EQ(code_of(get<Conversation>([&](Repository& r) { return r.conversation("ann", c.id); })),
            ErrorCode::kNotFound);
}

TEST_P(StoreTest, ReadsOneStateFromTheFirstStatementToTheLast) {
  const Conversation c = begin();
  std::promise<void> looked;
  std::promise<void> added;
  auto counts = std::async(std::launch::async, [&] {
    return *get<std::pair<std::size_t, std::size_t>>(
        [&](Repository& r) -> Result<std::pair<std::size_t, std::size_t>> {
          const std::size_t before =
              r.active_path(c.id).has_value() ? (*r.active_path(c.id)).size() : 99;
          looked.set_value();
          added.get_future().wait();
          const auto after = r.active_path(c.id);
          if (!after) return after.error();
          return std::pair(before, after->size());
        });
  });
  looked.get_future().wait();
  add(c, c.id, Role::kUser, "x");
  added.set_value();
  EXPECT_EQ(counts.get(), std::pair(std::size_t{0}, std::size_t{0}));
  EXPECT_EQ(path(c).size(), 1U);
}

TEST_P(StoreTest, ServesManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const Conversation c = a_conversation("owner" + std::to_string(t));
      if (!write(*store_, creating(c))) ++wrong;
      std::string parent = c.id;
      for (int i = 0; i < 25; ++i) {
        const Message m = a_message(c.id, parent, Role::kUser, std::to_string(i));
        if (!write(*store_, [&](Repository& r) { return r.add_message(m); })) ++wrong;
        parent = m.version.id;
        const auto now =
            read<std::vector<Message>>(*store_, [&](Repository& r) { return r.active_path(c.id); });
        if (!now || now->size() != static_cast<std::size_t>(i + 1)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Storage, StoreTest, testing::Values(kSqlite, kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
