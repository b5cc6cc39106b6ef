// A provider of a tool that does its own work: each call has a thread, and on it a connection to
// a service on this machine. The service gets the call as a line of JSON; whatever comes back is
// the result, piece by piece, until the service hangs up.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <patchbay/config.hpp>
#include <patchbay/tools.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef TEST_NAME
#define TEST_NAME "courier"
#define TEST_VERSION "1.0.0"
#endif

namespace {

namespace sdk = patchbay::sdk;

// The descriptor of a connection that others may end while one waits on it.
class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool dial(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(port);
    if (socket_ < 0) return false;
    return ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  // From any thread; whoever waits is woken.
  void hang_up() {
    ended_ = true;
    ::shutdown(socket_, SHUT_RDWR);
  }
  [[nodiscard]] bool was_ended() const { return ended_; }

  bool send(std::string_view text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  [[nodiscard]] bool wait(int patience_ms) const {
    pollfd wanted{socket_, POLLIN, 0};
    return ::poll(&wanted, 1, patience_ms) == 1;
  }
  std::string_view receive() {
    const ssize_t size = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    return {buffer_.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::atomic<bool> ended_ = false;
  std::array<char, 16384> buffer_{};
};

class Courier {
 public:
  static constexpr std::string_view kType = TEST_NAME;
  static constexpr std::string_view kSchema =
      R"({"type":"object","additionalProperties":false,"required":["port"],"properties":{)"
      R"("port":{"type":"integer"},"patience_ms":{"type":"integer"}},"examples":[{"port":9}]})";
  static constexpr std::string_view kClientHeaders = "userid";
  static constexpr std::array kOps{sdk::kToolOp};

  class Call : public sdk::ActiveCall {
   public:
    Call(Courier& courier, const pbay_request& request)
        : sdk::ActiveCall(courier.host, request), courier_(courier) {}

    pbay_status start() {
      if (!courier_.may_work()) return fail({.message = "all couriers are out"});
      courier_.work([this] { carry(); });
      return PBAY_OK;
    }
    void cancel() { line_.hang_up(); }

   private:
    // On a thread of its own. With complete() the call may go.
    void carry() {
      if (!line_.dial(courier_.port_)) return end("the service cannot be reached");
      const std::string user(client_header("userid"));
      if (!line_.send("{\"user\":\"" + user + "\",\"arguments\":" + std::string(body()) + "}\n")) {
        return end("the service hung up");
      }
      std::size_t said = 0;
      for (;;) {
        if (!line_.wait(courier_.patience_ms_)) return end("nobody answered in time");
        const std::string_view piece = line_.receive();
        if (piece.empty()) break;
        said += piece.size();
        if (!say(piece)) break;
      }
      end(said == 0 ? "the service hung up" : "");
    }

    // False where nobody listens any more.
    bool say(std::string_view piece) {
      constexpr std::uint64_t kSecond = 1'000'000'000;
      pbay_status status = sink().text({}, piece);
      while (status == PBAY_E_WOULD_BLOCK) {
        if (async()->wait_writable(host().raw(), id(), kSecond) == PBAY_E_CANCELLED) return false;
        status = sink().text({}, piece);
      }
      return status == PBAY_OK;
    }

    void end(std::string_view failure) {
      if (line_.was_ended()) {
        complete({.category = PBAY_ERR_CANCELLED, .message = "cancelled"}, PBAY_E_CANCELLED);
      } else if (!failure.empty()) {
        complete({.category = PBAY_ERR_UPSTREAM, .message = failure});
      } else {
        complete();
      }
    }

    Courier& courier_;
    Line line_;
  };

  static std::unique_ptr<Courier> create(const sdk::Setup& setup) {
    const sdk::Config config(setup.json());
    auto made = std::make_unique<Courier>(setup.host());
    made->port_ = static_cast<std::uint16_t>(config.integer("port").value_or(0));
    made->patience_ms_ = static_cast<int>(config.integer("patience_ms").value_or(-1));
    return made;
  }
  explicit Courier(const sdk::Host& given) : host(given) {
    tools_.add("deliver",
               "Delivers a parcel.",
               R"({"type":"object","properties":{"to":{"type":"string"}},"required":["to"]})");
  }
  ~Courier() {
    for (std::thread& thread : threads_)
      thread.join();
  }
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  [[nodiscard]] const sdk::ToolList& tools() const { return tools_; }

  const sdk::Host host;

 private:
  static constexpr std::size_t kThreadsMax = 64;  // in all its life, which is a test's

  bool may_work() {
    const std::lock_guard lock(mutex_);
    return threads_.size() < kThreadsMax;
  }
  template <typename Work>
  void work(Work what) {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back(what);
  }

  std::uint16_t port_ = 0;
  int patience_ms_ = -1;  // between two pieces; without end
  sdk::ToolList tools_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::thread> threads_;
};

constexpr sdk::PluginInfo kInfo{.id = "test." TEST_NAME, .version = TEST_VERSION};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return sdk::plugin<kInfo, sdk::WithTools<Courier>>(*hello);
}
