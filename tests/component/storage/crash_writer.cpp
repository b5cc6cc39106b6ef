// Writes conversations for as long as it lives, and says on standard output what it was told is
// stored: crash_test.cpp kills it in the middle. One line each, written at once:
//
//   m CONVERSATION MESSAGE   a user's message
//   b CONVERSATION MESSAGE   an answer has begun
//   e CONVERSATION MESSAGE   and ended

#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "core/telemetry/log.hpp"
#include "tests/component/storage/databases.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr int kThreads = 8;
constexpr int kTurns = 4;

void say(char what, const Message& m) {
  const std::string line = std::string(1, what) + " " + m.conversation_id + " " + m.id + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(1);
}

void take_turns(Store& store, const Conversation& c) {
  std::string end = c.id;
  for (int turn = 0; turn < kTurns; ++turn) {
    Message question = a_message(c.id, end, Role::kUser, "");
    question.version.content = question.id;
    if (!write(store, [&](Repository& r) { return r.add_message(question); })) return;
    say('m', question);

    Message answer = a_message(c.id, question.version.id, Role::kAssistant, "");
    answer.version.status = VersionStatus::kStreaming;
    if (!write(store, [&](Repository& r) { return r.add_message(answer); })) return;
    say('b', answer);
    VersionUpdate update;
    update.id = answer.version.id;
    update.content = "half of " + answer.id;
    store.write_if_room([update](Repository& r) { return r.update_version(update); }, {});
    update.content = "all of " + answer.id;
    update.status = VersionStatus::kComplete;
    if (!write(store, [&](Repository& r) { return r.update_version(update); })) return;
    say('e', answer);
    end = answer.version.id;
  }
}

int run(const char* url) {
  log::set_level(log::Level::kOff);
  StoreSettings settings;
  settings.url = *parse_database_url(url);
  auto store = SqlStore::open(settings);
  if (!store) return 1;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&store = **store] {
      for (;;) {
        const Conversation c = a_conversation("crash");
        if (write(store, [&](Repository& r) { return r.create_conversation(c); })) {
          take_turns(store, c);
        }
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  return 0;
}

}  // namespace
}  // namespace patchbay::storage::sql

int main(int argc, char** argv) {
  return argc == 2 ? patchbay::storage::sql::run(argv[1]) : 64;
}
