// How long a message waits until it is committed, while messages come at a steady rate that does
// not wait for them (an open loop). Prints one JSON object a round; tests/bench/storage.py reads
// them.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/base/uuid.hpp"
#include "core/storage/sql/sql_store.hpp"
#include "core/telemetry/log.hpp"

namespace {

using patchbay::Status;
using patchbay::storage::Conversation;
using patchbay::storage::Message;
using patchbay::storage::Repository;
using patchbay::storage::sql::SqlStore;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kConversations = 200;
constexpr std::size_t kMessageBytes = 1024;

struct Plan {
  std::string url;
  std::int64_t rate = 2000;
  double seconds = 5;
};

struct Round {
  std::vector<std::int64_t> waits_us;  // from when it was due to the word that it is committed
  std::atomic<std::int64_t> refused = 0;
};

double percentile(const std::vector<std::int64_t>& sorted, double part) {
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) / 1000.0;
}

std::vector<std::string> begin_conversations(SqlStore& store) {
  std::vector<std::string> ids;
  std::atomic<std::size_t> done = 0;
  for (std::size_t i = 0; i < kConversations; ++i) {
    Conversation c;
    c.id = patchbay::make_uuid();
    c.owner = "bench";
    c.dialect = "chat";
    c.created_ms = 1;
    ids.push_back(c.id);
    store.write([c](Repository& r) { return r.create_conversation(c); },
                [&done](const Status&) { ++done; },
                {});
  }
  while (done < kConversations)
    std::this_thread::yield();
  return ids;
}

void run(const Plan& plan, SqlStore& store, Round& round) {
  const std::vector<std::string> conversations = begin_conversations(store);
  std::vector<std::string> ends = conversations;
  const auto messages = static_cast<std::size_t>(static_cast<double>(plan.rate) * plan.seconds);
  round.waits_us.resize(messages);
  std::atomic<std::size_t> answered = 0;
  const std::string text(kMessageBytes, 'x');
  const auto start = Clock::now();
  for (std::size_t i = 0; i < messages; ++i) {
    const auto due =
        start + std::chrono::microseconds(static_cast<std::int64_t>(i) * 1'000'000 / plan.rate);
    std::this_thread::sleep_until(due);
    Message m;
    m.id = patchbay::make_uuid();
    m.conversation_id = conversations[i % kConversations];
    m.parent_id = ends[i % kConversations];
    m.created_ms = static_cast<std::int64_t>(i);
    m.version.id = patchbay::make_uuid();
    m.version.content = text;
    ends[i % kConversations] = m.version.id;
    store.write(
        [m = std::move(m)](Repository& r) { return r.add_message(m); },
        [&round, &answered, due, i](const Status& status) {
          round.waits_us[i] =
              std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - due).count();
          if (!status) ++round.refused;
          ++answered;
        },
        {kMessageBytes});
  }
  while (answered < messages)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  CLI::App app;
  app.add_option("--url", plan.url)->required();
  app.add_option("--rate", plan.rate);
  app.add_option("--seconds", plan.seconds);
  CLI11_PARSE(app, argc, argv);
  const auto url = patchbay::parse_database_url(plan.url);
  if (!url) {
    std::cerr << url.error().message << '\n';
    return 64;
  }
  patchbay::log::set_level(patchbay::log::Level::kError);
  patchbay::storage::sql::StoreSettings settings;
  settings.url = *url;
  auto store = SqlStore::open(settings);
  if (!store || !(*store)->available()) {
    std::cerr << "the database cannot be used\n";
    return 1;
  }
  Round round;
  run(plan, **store, round);
  (*store)->close();
  std::sort(round.waits_us.begin(), round.waits_us.end());
  std::cout << "{\"messages\":" << round.waits_us.size() << ",\"refused\":" << round.refused
            << ",\"p50_ms\":" << percentile(round.waits_us, 0.5)
            << ",\"p99_ms\":" << percentile(round.waits_us, 0.99)
            << ",\"max_ms\":" << percentile(round.waits_us, 1) << "}\n";
  return 0;
}
