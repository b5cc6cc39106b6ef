#include "tests/churn/echo_upstream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace patchbay::churn {
namespace {

constexpr std::string_view kStrayAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 45\r\n\r\n"
    R"({"choices":[{"message":{"content":"tok-0"}}]})";

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = text.substr(begin + before.size());
  return rest.substr(0, rest.find(after));
}

std::string chunk(std::string_view data) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + std::string(data) + "\r\n";
}

std::string event(std::string_view model, std::string_view text) {
  return R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":")" +
         std::string(model) + R"(","choices":[{"index":0,"delta":{"content":")" +
         std::string(text) + "\"},\"finish_reason\":null}]}\n\n";
}

std::string stream_of(std::string_view model, std::string_view words) {
  std::string out;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size() - 1) + 1;
    out += chunk(event(model, words.substr(0, end)));
    words.remove_prefix(end);
  }
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
         "chunked\r\n\r\n" +
         out + chunk("data: [DONE]\n\n") + "0\r\n\r\n";
}

std::string whole_of(std::string_view model, std::string_view words, bool chunked) {
  const std::string body = R"({"id":"c","object":"chat.completion","created":1,"model":")" +
                           std::string(model) +
                           R"(","choices":[{"index":0,"message":{"role":"assistant","content":")" +
                           std::string(words) + R"("},"finish_reason":"stop"}]})";
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  if (chunked) return head + "Transfer-Encoding: chunked\r\n\r\n" + chunk(body) + "0\r\n\r\n";
  return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

// One connection of the proxy's.
class EchoUpstream::Link final : public Guest {
 public:
  Link(EchoUpstream& home, Id id, int fd) : home_(home), id_(id), socket_(fd) {
    home_.loop_.watch(id_, fd, EPOLLIN);
  }

 private:
  enum class After { kKeep, kClose, kReset };
  enum Kind { kGoOn, kCloseIdle };

  void on_ready(std::uint32_t events) override {
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !receive()) return;
    if ((events & EPOLLOUT) != 0) send();
  }

  void on_time(int kind) override {
    if (kind == kCloseIdle) {
      if (out_.empty() && in_.empty()) over();
      return;
    }
    paused_ = false;
    send();
  }

  bool receive() {
    static std::array<char, 64 * 1024> buffer;
    const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
      if (!out_.empty() || !in_.empty()) ++home_.tally_.left;
      over();
      return false;
    }
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    if (!out_.empty()) return true;
    return take_request();
  }

  bool take_request() {
    const std::size_t head = in_.find("\r\n\r\n");
    if (head == std::string::npos) return true;
    const std::string_view length = between(in_, "Content-Length: ", "\r\n");
    std::size_t body = 0;
    std::from_chars(length.data(), length.data() + length.size(), body);
    if (in_.size() < head + 4 + body) return true;
    ++home_.tally_.requests;
    const std::string request = in_.substr(head + 4, body);
    in_.erase(0, head + 4 + body);
    return answer(request);
  }

  // False when the connection is over.
  bool answer(std::string_view request) {
    const std::string_view model = between(request, R"("model":")", "\"");
    const std::string_view words = between(request, R"("content":")", "\"");
    const bool stream = request.find(R"("stream":true)") != std::string_view::npos;
    Dice& dice = home_.dice_;
    out_ = stream ? stream_of(model, words) : whole_of(model, words, dice.percent(50));
    sent_ = 0;
    in_pieces_ = dice.percent(30);
    after_ = After::kKeep;
    const std::size_t fate = dice.between(0, 99);
    if (fate < 4) {
      ++home_.tally_.broken;
      if (fate < 2) socket_.reset();
      over();
      return false;
    }
    if (fate < 12) {
      out_.resize(dice.between(1, out_.size() - 1));
      after_ = fate < 8 ? After::kReset : After::kClose;
      ++home_.tally_.broken;
    } else if (fate < 17) {
      after_ = After::kClose;
    } else if (fate < 19 && !stream && out_.size() < 8 * 1024) {
      in_pieces_ = false;  // it has to be there together with the answer
      out_ += kStrayAnswer;
    }
    send();
    return false;
  }

  void send() {
    if (out_.empty() || paused_) return;
    std::size_t most = out_.size() - sent_;
    if (in_pieces_ && most > 1) most = home_.dice_.between(1, std::min<std::size_t>(most, 3000));
    const ssize_t sent = ::send(socket_.fd(), out_.data() + sent_, most, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      ++home_.tally_.left;
      return over();
    }
    if (sent > 0) sent_ += static_cast<std::size_t>(sent);
    if (sent_ == out_.size()) return finish();
    paused_ = in_pieces_ && home_.dice_.percent(20);
    home_.loop_.rewatch(id_, socket_.fd(), paused_ ? EPOLLIN : EPOLLIN | EPOLLOUT);
    if (paused_) later(kGoOn, 2000);
  }

  void finish() {
    out_.clear();
    if (after_ == After::kReset) socket_.reset();
    if (after_ != After::kKeep) return over();
    ++home_.tally_.answered;
    home_.loop_.rewatch(id_, socket_.fd(), EPOLLIN);
    if (home_.dice_.percent(5)) later(kCloseIdle, 5000);
    if (!in_.empty()) take_request();
  }

  void later(Kind kind, std::size_t most_us) {
    const std::chrono::microseconds wait(home_.dice_.between(0, most_us));
    home_.loop_.at(id_, Clock::now() + wait, kind);
  }

  void over() {
    socket_.close();
    home_.loop_.remove(id_);
  }

  EchoUpstream& home_;
  const Id id_;
  Socket socket_;
  std::string in_;
  std::string out_;
  std::size_t sent_ = 0;
  bool in_pieces_ = false;
  bool paused_ = false;
  After after_ = After::kKeep;
};

class EchoUpstream::Listener final : public Guest {
 public:
  explicit Listener(EchoUpstream& home) : home_(home) {}

 private:
  void on_ready(std::uint32_t) override {
    while (true) {
      const int fd =
          ::accept4(home_.listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      ++home_.tally_.connections;
      const Id id = home_.loop_.next_id();
      home_.loop_.add(id, std::make_unique<Link>(home_, id, fd));
    }
  }
  void on_time(int) override {}

  EchoUpstream& home_;
};

class EchoUpstream::Stop final : public Guest {
 public:
  explicit Stop(EchoUpstream& home) : home_(home) {}

 private:
  void on_ready(std::uint32_t) override { home_.stopped_ = true; }
  void on_time(int) override {}

  EchoUpstream& home_;
};

EchoUpstream::EchoUpstream(std::uint64_t seed)
    : listener_(Socket::listen_anywhere()), dice_(seed) {}

void EchoUpstream::run(int stop_fd) {
  const Id listener = loop_.next_id();
  loop_.add(listener, std::make_unique<Listener>(*this));
  loop_.watch(listener, listener_.fd(), EPOLLIN);
  const Id stop = loop_.next_id();
  loop_.add(stop, std::make_unique<Stop>(*this));
  loop_.watch(stop, stop_fd, EPOLLIN);
  while (!stopped_)
    loop_.turn();
}

}  // namespace patchbay::churn
