#include "tests/bench/request_load.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <deque>
#include <optional>
#include <random>
#include <string_view>

#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "tests/bench/sockets.hpp"

namespace patchbay::bench {
namespace {

constexpr std::uint64_t kTimer = ~std::uint64_t{0};
constexpr double kNanoseconds = 1e9;

// A machine that is busy with other things may give a proxy no time at all in a short window.
constexpr std::uint64_t kRequestsMin = 100;
constexpr std::int64_t kPatienceNs = 30'000'000'000;

// The whole size of the answer in `input`, 0 while that is not known, npos if it makes no sense.
std::size_t answer_size(std::string_view input) {
  const std::size_t head_end = input.find("\r\n\r\n");
  if (head_end == input.npos) return 0;
  const std::string_view head = input.substr(0, head_end);
  for (const std::string_view name : {"Content-Length: ", "content-length: "}) {
    const std::size_t at = head.find(name);
    if (at == head.npos) continue;
    std::size_t length = 0;
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return head_end + 4 + length;
  }
  return input.npos;
}

class Runner {
 public:
  explicit Runner(const RequestLoad& load)
      : load_(load), clients_(load.connections), gap_(std::max(load.per_second, 1.0)) {}

  RequestFigures run() {
    begun_ns_ = now_ns();
    counts_from_ns_ = begun_ns_ + static_cast<std::int64_t>(load_.warm_up_seconds * kNanoseconds);
    const std::int64_t ends =
        counts_from_ns_ + static_cast<std::int64_t>(load_.seconds * kNanoseconds);
    for (std::size_t i = 0; i < clients_.size(); ++i)
      connect(i);
    if (paced()) start_timer();

    std::array<epoll_event, 256> events;
    std::optional<Cost> before;
    std::int64_t now = begun_ns_;
    std::int64_t counted_from = now;
    while (now < ends || (figures_.requests < kRequestsMin && now < ends + kPatienceNs)) {
      const int ready = epoll_.wait(events.data(), events.size(), 5);
      now = now_ns();
      if (!before && now >= counts_from_ns_) {
        before = cost_of(load_.watched);
        counted_from = now_ns();
        figures_.times_ns.clear();
        figures_.requests = figures_.errors = 0;
      }
      for (int i = 0; i < ready; ++i)
        on_event(events[static_cast<std::size_t>(i)]);
    }
    if (before) figures_.cost = cost_of(load_.watched) - *before;
    figures_.seconds = static_cast<double>(now_ns() - counted_from) / kNanoseconds;
    std::sort(figures_.times_ns.begin(), figures_.times_ns.end());
    for (const Client& client : clients_)
      ::close(client.fd);
    if (timer_ >= 0) ::close(timer_);
    return std::move(figures_);
  }

 private:
  struct Client {
    int fd = -1;
    bool busy = false;
    bool ready = false;
    std::int64_t began_ns = 0;
    std::string input;
    std::size_t expected = 0;  // bytes of the answer; 0: not known yet
  };

  [[nodiscard]] bool paced() const { return load_.per_second > 0; }

  void connect(std::size_t index) {
    Client& client = clients_[index];
    client = Client{};
    client.fd = connect_to(load_.port);
    epoll_.add(client.fd, EPOLLOUT, index);
  }

  void on_event(const epoll_event& event) {
    if (event.data.u64 == kTimer) return on_timer();
    const auto index = static_cast<std::size_t>(event.data.u64);
    Client& client = clients_[index];
    if (!client.ready) {
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) return fail(index);
      client.ready = true;
      epoll_.change(client.fd, EPOLLIN, index);
      return next(index);
    }
    read(index);
  }

  // The connection is free: for a request that waits, or for one at once.
  void next(std::size_t index) {
    if (!paced()) return ask(index, now_ns());
    if (waiting_.empty()) {
      idle_.push_back(index);
      return;
    }
    const std::int64_t began = waiting_.front();
    waiting_.pop_front();
    ask(index, began);
  }

  void ask(std::size_t index, std::int64_t began_ns) {
    Client& client = clients_[index];
    client.busy = true;
    client.began_ns = began_ns;
    client.input.clear();
    client.expected = 0;
    const ssize_t sent =
        ::send(client.fd, load_.request.data(), load_.request.size(), MSG_NOSIGNAL);
    // A request is far smaller than an empty socket's room.
    if (sent != static_cast<ssize_t>(load_.request.size())) fail(index);
  }

  void read(std::size_t index) {
    static std::array<char, 64 * 1024> buffer;
    Client& client = clients_[index];
    const ssize_t got = ::recv(client.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0 || !client.busy) return fail(index);
    client.input.append(buffer.data(), static_cast<std::size_t>(got));
    if (client.expected == 0) client.expected = answer_size(client.input);
    if (client.expected == std::string::npos) return fail(index);
    if (client.expected == 0 || client.input.size() < client.expected) return;
    if (client.input.compare(0, 12, "HTTP/1.1 200") != 0) ++figures_.errors;
    ++figures_.requests;
    figures_.times_ns.push_back(now_ns() - client.began_ns);
    client.busy = false;
    next(index);
  }

  void fail(std::size_t index) {
    ++figures_.errors;
    ::close(clients_[index].fd);
    std::erase(idle_, index);
    connect(index);
  }

  void start_timer() {
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer_ < 0) die("timerfd_create");
    epoll_.add(timer_, EPOLLIN, kTimer);
    next_ns_ = now_ns();
    set_timer();
  }

  void set_timer() {
    itimerspec spec{};
    spec.it_value.tv_sec = next_ns_ / 1'000'000'000;
    spec.it_value.tv_nsec = next_ns_ % 1'000'000'000;
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr);
  }

  void on_timer() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(timer_, &count, sizeof(count));
    do {
      waiting_.push_back(next_ns_);
      if (!idle_.empty()) {
        const std::size_t index = idle_.back();
        idle_.pop_back();
        next(index);
      }
      next_ns_ += static_cast<std::int64_t>(gap_(random_) * kNanoseconds);
    } while (next_ns_ <= now_ns());
    set_timer();
  }

  const RequestLoad& load_;
  Epoll epoll_;
  std::vector<Client> clients_;
  RequestFigures figures_;
  std::int64_t begun_ns_ = 0;
  std::int64_t counts_from_ns_ = 0;

  // Of paced load: the same random moments in every run.
  std::mt19937_64 random_{42};  // NOLINT: repeatable on purpose
  std::exponential_distribution<double> gap_;
  int timer_ = -1;
  std::int64_t next_ns_ = 0;
  std::deque<std::int64_t> waiting_;  // moments of requests that found no free connection
  std::vector<std::size_t> idle_;
};

}  // namespace

RequestFigures run(const RequestLoad& load) {
  return Runner(load).run();
}

}  // namespace patchbay::bench
