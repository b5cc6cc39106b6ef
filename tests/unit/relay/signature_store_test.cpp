#include "core/relay/signature_store.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::relay {
namespace {

using std::chrono::minutes;

chat::KeptReasoning message(std::vector<std::string> ids, std::string details = "[1]") {
  chat::KeptReasoning made;
  made.provider = "claude";
  made.details = std::move(details);
  for (std::string& id : ids)
    made.calls.push_back({std::move(id), "f", ""});
  return made;
}

TEST(SignatureStore, FindsAMessageByEachOfItsCalls) {
  SignatureStore store;
  EXPECT_TRUE(store.empty());
  const Time now{};
  store.keep(message({"a", "b"}, "[2]"), now);
  EXPECT_FALSE(store.empty());
  ASSERT_NE(store.find("a", now), nullptr);
  EXPECT_EQ(store.find("a", now)->details, "[2]");
  EXPECT_EQ(store.find("a", now), store.find("b", now));
  EXPECT_EQ(store.find("c", now), nullptr);
}

TEST(SignatureStore, ForgetsAfterItsTime) {
  SignatureStore store({.kept_for = minutes(60)});
  const Time now{};
  store.keep(message({"a"}), now);
  EXPECT_NE(store.find("a", now + minutes(59)), nullptr);
  EXPECT_EQ(store.find("a", now + minutes(60)), nullptr);
  store.keep(message({"b"}), now + minutes(60));
  EXPECT_EQ(store.bytes(), message({"b"}).bytes()) << "what is too old costs nothing any more";
}

TEST(SignatureStore, ForgetsTheOldestWhereThereIsNoRoom) {
  const std::size_t one = message({"a"}).bytes();
  SignatureStore store({.bytes_max = 2 * one});
  const Time now{};
  store.keep(message({"a"}), now);
  store.keep(message({"b"}), now);
  store.keep(message({"c"}), now);
  EXPECT_EQ(store.find("a", now), nullptr);
  EXPECT_NE(store.find("b", now), nullptr);
  EXPECT_NE(store.find("c", now), nullptr);
  EXPECT_EQ(store.bytes(), 2 * one);
  store.keep(message({"d"}, std::string(2 * one, ' ')), now);
  EXPECT_EQ(store.find("d", now), nullptr) << "larger than all that may be kept";
  EXPECT_NE(store.find("c", now), nullptr);
}

TEST(SignatureStore, TellsNothingOfAnIdThatTwoMessagesHave) {
  const std::size_t one = message({"same"}).bytes();
  SignatureStore store({.bytes_max = 2 * one});
  const Time now{};
  store.keep(message({"same"}, "[1]"), now);
  store.keep(message({"same"}, "[2]"), now);
  EXPECT_EQ(store.find("same", now), nullptr);
  // The first is forgotten, but which of the two a history means was never known.
  store.keep(message({"else"}), now);
  EXPECT_EQ(store.find("same", now), nullptr);
  store.keep(message({"more"}), now);
  store.keep(message({"same"}, "[3]"), now);
  ASSERT_NE(store.find("same", now), nullptr) << "both are gone, so it is new again";
  EXPECT_EQ(store.find("same", now)->details, "[3]");
}

TEST(SignatureStore, KeepsNothingWithoutCalls) {
  SignatureStore store;
  store.keep(message({}), Time{});
  EXPECT_TRUE(store.empty());
}

TEST(SignatureStore, ServesManyThreads) {
  SignatureStore store({.bytes_max = 64 * 1024});
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&store, worker] {
      for (int i = 0; i < 500; ++i) {
        const std::string id = std::to_string(worker) + "-" + std::to_string(i);
        store.keep(message({id}), Clock::now());
        const auto kept = store.find(id, Clock::now());
        EXPECT_TRUE(kept == nullptr || kept->calls.front().id == id);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_LE(store.bytes(), 64u * 1024);
}

}  // namespace
}  // namespace patchbay::relay
