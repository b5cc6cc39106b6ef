#include "tests/bench/stream_load.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/process_cost.hpp"
#include "tests/bench/sockets.hpp"

namespace patchbay::bench {
namespace {

constexpr std::uint64_t kStandardInput = ~std::uint64_t{0};
constexpr int kStalledReceiveBytes = 4096;
constexpr double kNanoseconds = 1e9;
constexpr std::int64_t kPatienceNs = 30'000'000'000;

// An event ends with an empty line; chunked coding never makes two line feeds meet.
std::uint64_t count_events(std::string_view bytes, bool& after_line) {
  std::uint64_t count = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    if (after_line && *at == '\n') ++count;
    const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    after_line = false;
    if (found == nullptr) break;
    at = static_cast<const char*>(found) + 1;
    after_line = true;
  }
  return count;
}

class Runner {
 public:
  explicit Runner(const StreamLoad& load) : load_(load), streams_(load.connections) {}

  int run() {
    epoll_.add(STDIN_FILENO, EPOLLIN, kStandardInput);
    open_more();
    std::array<epoll_event, 512> events;
    while (!over_) {
      const int ready = epoll_.wait(events.data(), events.size(), window_end_ns_ > 0 ? 2 : 1000);
      for (int i = 0; i < ready; ++i)
        on_event(events[static_cast<std::size_t>(i)]);
      if (window_end_ns_ > 0 && window_is_over()) end_window();
    }
    for (const Stream& stream : streams_) {
      if (stream.fd >= 0) ::close(stream.fd);
    }
    return 0;
  }

 private:
  struct Stream {
    int fd = -1;
    bool asked = false;
    bool answered = false;
    bool after_line = false;
  };

  void open_more() {
    while (opened_ < streams_.size() && opened_ - answered_ < load_.opening_max) {
      Stream& stream = streams_[opened_];
      stream.fd = connect_to(load_.port, load_.stalled ? kStalledReceiveBytes : 0);
      epoll_.add(stream.fd, EPOLLOUT, opened_);
      ++opened_;
    }
  }

  void on_event(const epoll_event& event) {
    if (event.data.u64 == kStandardInput) return on_command();
    const auto index = static_cast<std::size_t>(event.data.u64);
    Stream& stream = streams_[index];
    if (stream.fd < 0) return;
    if (stream.asked) return read(stream);
    if (::send(stream.fd, load_.request.data(), load_.request.size(), MSG_NOSIGNAL) < 0) {
      return lose(stream);
    }
    stream.asked = true;
    const std::uint32_t input = EPOLLIN;
    epoll_.change(stream.fd, load_.stalled ? 0U : input, index);
    if (load_.stalled) answer(stream);
  }

  void answer(Stream& stream) {
    stream.answered = true;
    if (++answered_ == streams_.size()) std::printf("{\"steady\": %zu}\n", answered_ - lost_);
    open_more();
  }

  void read(Stream& stream) {
    static std::array<char, 256 * 1024> buffer;
    if (load_.stalled) return lose(stream);  // nothing is watched but the end of the connection
    const ssize_t got = ::recv(stream.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return lose(stream);
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (!stream.answered) {
      if (!bytes.starts_with("HTTP/1.1 200")) {
        std::fprintf(stderr, "refused: %.*s\n", static_cast<int>(got), buffer.data());
        return lose(stream);
      }
      answer(stream);
    }
    events_ += count_events(bytes, stream.after_line);
    bytes_ += bytes.size();
    ++reads_;
  }

  void lose(Stream& stream) {
    ::close(stream.fd);
    stream.fd = -1;
    ++lost_;
    if (!stream.answered) answer(stream);
  }

  void on_command() {
    std::array<char, 256> text{};
    const ssize_t got = ::read(STDIN_FILENO, text.data(), text.size() - 1);
    if (got <= 0 || std::strncmp(text.data(), "measure ", 8) != 0) {
      over_ = true;
      return;
    }
    events_ = reads_ = bytes_ = 0;
    before_ = cost_of(load_.watched);
    window_begin_ns_ = now_ns();
    window_end_ns_ = window_begin_ns_ + static_cast<std::int64_t>(
                                            std::strtod(text.data() + 8, nullptr) * kNanoseconds);
  }

  // A machine that is busy with other things may bring nothing at all in a short window.
  [[nodiscard]] bool window_is_over() const {
    const std::int64_t late_ns = now_ns() - window_end_ns_;
    return late_ns >= 0 && (events_ > 0 || late_ns >= kPatienceNs);
  }

  void end_window() {
    const Cost cost = cost_of(load_.watched) - before_;
    const double seconds = static_cast<double>(now_ns() - window_begin_ns_) / kNanoseconds;
    std::printf(
        "{\"events\": %llu, \"reads\": %llu, \"bytes\": %llu, \"lost\": %zu, \"seconds\": %.4f, "
        "\"cpu_ns\": %lld, \"waiting_ns\": %lld}\n",
        static_cast<unsigned long long>(events_),
        static_cast<unsigned long long>(reads_),
        static_cast<unsigned long long>(bytes_),
        lost_,
        seconds,
        static_cast<long long>(cost.cpu_ns),
        static_cast<long long>(cost.waiting_ns));
    window_end_ns_ = 0;
  }

  const StreamLoad& load_;
  Epoll epoll_;
  std::vector<Stream> streams_;
  std::size_t opened_ = 0;
  std::size_t answered_ = 0;
  std::size_t lost_ = 0;
  bool over_ = false;

  // Of the window under way, if window_end_ns_ is set.
  std::uint64_t events_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t bytes_ = 0;
  Cost before_;
  std::int64_t window_begin_ns_ = 0;
  std::int64_t window_end_ns_ = 0;
};

}  // namespace

int run(const StreamLoad& load) {
  return Runner(load).run();
}

}  // namespace patchbay::bench
