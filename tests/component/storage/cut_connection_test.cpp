// A connection that is cut at the worst moment: while a transaction is being committed. Whether it
// was is not to be guessed. Deleting shows it: done again, it would find nothing.

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(port);
  return address;
}

// Stands between the store and a server, and cuts the next connection that commits. Frozen, it
// keeps every connection and carries nothing.
class Scissors {
 public:
  enum class Cut { kNothing, kBeforeTheCommit, kAfterTheCommit };

  explicit Scissors(std::uint16_t server) : server_(server) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~Scissors() {
    freeze(false);
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  Scissors(const Scissors&) = delete;
  Scissors& operator=(const Scissors&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void cut(Cut next) { next_ = next; }
  void freeze(bool frozen) {
    const std::lock_guard lock(mutex_);
    frozen_ = frozen;
    thawed_.notify_all();
  }
  [[nodiscard]] bool done() const { return next_ == Cut::kNothing; }

 private:
  void accept_all() {
    std::vector<std::thread> pairs;
    for (int client = 0; (client = ::accept(listener_, nullptr, nullptr)) >= 0;)
      pairs.emplace_back([this, client] { carry(client); });
    for (std::thread& pair : pairs)
      pair.join();
  }

  void carry(int client) {
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(server_);
    if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
      std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
      while (::poll(ends.data(), ends.size(), -1) > 0 && wait_for_thaw() && pass(ends[0], server) &&
             pass(ends[1], client)) {
      }
    }
    ::close(client);
    ::close(server);
  }

  bool wait_for_thaw() {
    std::unique_lock lock(mutex_);
    thawed_.wait(lock, [&] { return !frozen_; });
    return true;
  }

  // False when one end is closed, or is to be.
  bool pass(const pollfd& from, int to) {
    if (from.revents == 0) return true;
    std::array<char, 16384> bytes{};
    const ssize_t size = ::recv(from.fd, bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    const std::string text(bytes.data(), static_cast<std::size_t>(size));
    const bool commit = text.find("commit") != text.npos;
    if (commit && next_ == Cut::kBeforeTheCommit) {
      next_ = Cut::kNothing;
      return false;
    }
    if (::send(to, text.data(), text.size(), MSG_NOSIGNAL) != size) return false;
    if (!commit || next_ != Cut::kAfterTheCommit) return true;
    // What the server says to it is heard by nobody but us.
    const bool answered = ::recv(to, bytes.data(), bytes.size(), 0) > 0;
    next_ = Cut::kNothing;
    return !answered;
  }

  const std::uint16_t server_;
  const int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
  std::atomic<Cut> next_ = Cut::kNothing;
  std::mutex mutex_;
  std::condition_variable thawed_;
  bool frozen_ = false;  // guarded by mutex_
  std::thread thread_;
};

class CutConnection : public RepositoryTest {};

// Where the server is, as the settings say.
std::uint16_t port_in(const StoreSettings& settings) {
  const std::string& url = settings.url.location;
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.find("127.0.0.1:") + 10)));
}

StoreSettings over(const Scissors& scissors, StoreSettings settings) {
  std::string url = settings.url.location;
  const std::size_t port = url.find("127.0.0.1:") + 10;
  url.replace(port, url.find('/', port) - port, std::to_string(scissors.port()));
  settings.url = *parse_database_url(url);
  return settings;
}

TEST_P(CutConnection, IsFoundOutAboutInsteadOfGuessed) {
  Scissors scissors(port_in(settings()));
  StoreSettings through = over(scissors, settings());
  through.heartbeat = std::chrono::hours(1);  // nothing else commits
  through.retention_every = std::chrono::hours(1);
  auto store = open(through);
  for (const auto cut : {Scissors::Cut::kBeforeTheCommit, Scissors::Cut::kAfterTheCommit}) {
    const Conversation c = begin();
    scissors.cut(cut);
    const Status deleted =
        write(*store, [&](Repository& r) { return r.delete_conversation("ann", c.id); });
    EXPECT_TRUE(scissors.done());
    EXPECT_TRUE(deleted) << deleted.error().message;
    EXPECT_EQ(
        code_of(get<Conversation>([&](Repository& r) { return r.conversation("ann", c.id); })),
        ErrorCode::kNotFound);
  }
  store->close();
}

TEST_P(CutConnection, IsGivenUpWhereNothingComesAnyMore) {
  Scissors scissors(port_in(settings()));
  StoreSettings through = over(scissors, settings());
  through.hang = std::chrono::milliseconds(500);
  through.patience = std::chrono::milliseconds(100);
  through.heartbeat = std::chrono::hours(1);
  auto store = open(through);
  const Conversation c = a_conversation("ann");
  const auto create = [&](Repository& r) { return r.create_conversation(c); };
  const auto look = [&](Repository& r) { return r.conversation("ann", c.id); };
  EXPECT_EQ(code_of(read<Conversation>(*store, look)), ErrorCode::kNotFound);
  scissors.freeze(true);
  EXPECT_EQ(code_of(read<Conversation>(*store, look)), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(write(*store, create)), ErrorCode::kUnavailable);
  EXPECT_FALSE(store->available());
  scissors.freeze(false);
  while (!store->available())
    std::this_thread::yield();
  EXPECT_TRUE(write(*store, create));
  EXPECT_TRUE(read<Conversation>(*store, look));
  store->close();
}

INSTANTIATE_TEST_SUITE_P(Storage, CutConnection, testing::Values(kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
