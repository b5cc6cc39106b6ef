#include "tests/churn/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace patchbay::churn {
namespace {

constexpr std::size_t kReceiveBytes = 64 * 1024;

// Each address has some 28,000 ports, and a port rests for a minute after use.
constexpr std::size_t kSources = 60;

// What a proxy may answer when its upstream broke off.
constexpr int kBadGateway = 502;

}  // namespace

Client::Client(ClientHome& home, Id id, Plan plan)
    : home_(home), id_(id), plan_(std::move(plan)), moved_(Clock::now()) {}

void Client::open() {
  ++home_.tally().connections;
  const auto source = static_cast<std::uint8_t>(home_.dice().between(1, kSources));
  socket_ = Socket::connect_from(source, home_.port());
  if (socket_.fd() < 0) {
    strange(std::string("no socket: ") + std::strerror(errno));
    return over();
  }
  home_.loop().watch(id_, socket_.fd(), EPOLLIN | EPOLLOUT);
  home_.loop().at(id_, moved_ + home_.patience(), kPatience);
  if (plan_.drop_time) home_.loop().at(id_, moved_ + *plan_.drop_time, kDrop);
  for (const Ask& ask : plan_.asks) {
    out_ += ask.bytes;
    if (!plan_.pipelined) break;
  }
}

void Client::on_time(int kind) {
  if (over_) return;
  switch (kind) {
    case kDrop:
      return drop();
    case kPause:
      paused_ = false;
      return show_interest();
    default:
      break;
  }
  if (Clock::now() - moved_ < home_.patience()) {
    return home_.loop().at(id_, moved_ + home_.patience(), kPatience);
  }
  ++home_.tally().hung;
  home_.complain("hung: answer " + std::to_string(current_) + " of " +
                 std::to_string(plan_.asks.size()) + ", sent " + std::to_string(sent_) + " of " +
                 std::to_string(out_.size()) + ", read " + std::to_string(read_));
  over();
}

void Client::on_ready(std::uint32_t events) {
  if (over_) return;
  if (connecting_ && !connected()) return;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  if (!over_ && (events & EPOLLOUT) != 0) send();
}

bool Client::connected() {
  if (const int error = socket_.error(); error != 0) {
    strange(std::string("could not connect: ") + std::strerror(error));
    over();
    return false;
  }
  connecting_ = false;
  return true;
}

void Client::send() {
  std::size_t most = out_.size() - sent_;
  if (plan_.in_pieces && most > 1) most = home_.dice().between(1, std::min<std::size_t>(most, 400));
  if (plan_.drop_after_sent) most = std::min(most, *plan_.drop_after_sent - sent_);
  if (most > 0) {
    const ssize_t sent = ::send(socket_.fd(), out_.data() + sent_, most, MSG_NOSIGNAL);
    if (sent > 0) {
      sent_ += static_cast<std::size_t>(sent);
      moved_ = Clock::now();
    }
  }
  if (plan_.drop_after_sent && sent_ >= *plan_.drop_after_sent) return drop();
  const bool all_asked = plan_.pipelined || current_ + 1 >= plan_.asks.size();
  if (sent_ == out_.size() && all_asked && plan_.half_close && !half_closed_) {
    socket_.half_close();
    half_closed_ = true;
  }
  if (plan_.in_pieces && home_.dice().percent(20)) return pause();
  show_interest();
}

void Client::receive() {
  static std::array<char, kReceiveBytes> buffer;
  const std::size_t most = plan_.sip > 0 ? std::min(plan_.sip, buffer.size()) : buffer.size();
  const ssize_t got = ::recv(socket_.fd(), buffer.data(), most, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end_of_answers(got == 0 ? 0 : errno);
  moved_ = Clock::now();
  read_ += static_cast<std::size_t>(got);
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  read_answers();
  if (over_) return;
  if (plan_.drop_after_read && read_ >= *plan_.drop_after_read) return drop();
  if (plan_.sip > 0) pause();
}

void Client::read_answers() {
  while (!over_ && !in_.empty()) {
    if (current_ == plan_.asks.size()) return wrong("bytes that nobody asked for");
    switch (reader_.feed(in_)) {
      case AnswerReader::State::kMore:
        return;
      case AnswerReader::State::kFault:
        return wrong("an answer that is no HTTP");
      case AnswerReader::State::kComplete:
        on_answer();
        break;
    }
  }
}

void Client::on_answer() {
  const Ask& ask = plan_.asks[current_];
  if (ask.malformed) {
    if (reader_.status() != 400) strange("a malformed request was taken");
    check_words(false);
    ++home_.tally().refused;
  } else if (reader_.header("x-request-id") != ask.token) {
    wrong("the answer to another request: " + reader_.header("x-request-id"));
  } else if (reader_.status() == 200) {
    const bool stream = reader_.header("content-type").starts_with("text/event-stream");
    // A comment, or word of an upstream that broke off a moment later, may follow the mark.
    const bool whole = !stream || reader_.body().find("data: [DONE]\n\n") != std::string::npos;
    if (stream != ask.stream) wrong("a stream for a whole answer, or the other way round");
    check_words(whole);
    if (!whole) judge_failure(ask);
  } else {
    judge_failure(ask);
  }
  if (over_) return;
  reader_.next();
  ++current_;
  if (current_ == plan_.asks.size()) return on_all_answered();
  if (plan_.pipelined) return;
  out_ = plan_.asks[current_].bytes;
  sent_ = 0;
  show_interest();
}

// Every word must be this request's own, and all before it must have come.
void Client::check_words(bool whole) {
  const Ask& ask = plan_.asks[current_];
  const std::string& body = reader_.body();
  std::size_t index = 0;
  for (std::size_t at = body.find(kWordBegin); at != std::string::npos;
       at = body.find(kWordBegin, at + 1)) {
    const std::string due = word_of(ask.token, index);
    const std::string_view there = std::string_view(body).substr(at, due.size());
    if (there == due) {
      ++index;
    } else if (!std::string_view(due).starts_with(
                   there)) {  // an answer that broke off ends anywhere
      return wrong("got \"" + std::string(there) + "\" where \"" + due + "\" was due");
    }
  }
  if (ask.malformed && index > 0) return wrong("a refusal with an answer in it");
  if (!whole) return;
  if (index != ask.words) {
    return wrong("got " + std::to_string(index) + " words of " + std::to_string(ask.words));
  }
  ++home_.tally().verified;
  if (ask.stream) ++home_.tally().streams;
}

void Client::judge_failure(const Ask& ask) {
  const bool told = reader_.body().find("\"error\":") != std::string::npos &&
                    (reader_.status() == 200 || reader_.status() == kBadGateway);
  if (ask.upstream_may_fail && told) {
    ++home_.tally().failed;
  } else {
    const std::string& body = reader_.body();
    strange("answered " + std::to_string(reader_.status()) + " with " +
            std::to_string(body.size()) + " bytes that end with " +
            body.substr(body.size() - std::min<std::size_t>(body.size(), 300)));
  }
}

void Client::on_all_answered() {
  if (!in_.empty()) return wrong("bytes behind the last answer");
  // After these the server ends the connection, and may say nothing more before that.
  if (half_closed_ || plan_.asks.back().malformed) return;
  if (plan_.reset) {
    socket_.reset();
  }
  over();
}

void Client::end_of_answers(int error) {
  if (current_ < plan_.asks.size()) {
    const Ask& ask = plan_.asks[current_];
    if (reader_.has_head()) check_words(false);
    // An answer under way can only be cut, and the head of one may be lost where further requests
    // had been sent: the system then tells of the end by a reset.
    const bool may_be_cut = ask.upstream_may_fail && !ask.stream && ask.words == kManyWords;
    if (may_be_cut) {
      ++home_.tally().cut;
    } else {
      strange("the connection ended " + std::to_string(plan_.asks.size() - current_) +
              " answers early: " + (error == 0 ? "closed" : std::strerror(error)) + ", answer " +
              std::to_string(current_) + (ask.stream ? ", streamed" : ", whole") +
              (ask.upstream_may_fail ? ", from upstream" : ", from the stub") +
              (plan_.pipelined ? ", pipelined" : "") + (half_closed_ ? ", half-closed" : "") +
              ", " + std::to_string(ask.words) + " words, status " +
              std::to_string(reader_.status()) + ", sent " + std::to_string(sent_) + " of " +
              std::to_string(out_.size()));
    }
  }
  if (!over_) over();
}

void Client::pause() {
  paused_ = true;
  show_interest();
  home_.loop().at(
      id_, Clock::now() + std::chrono::microseconds(home_.dice().between(0, 2000)), kPause);
}

void Client::show_interest() {
  std::uint32_t events = 0;
  if (!paused_) events = sent_ < out_.size() ? EPOLLIN | EPOLLOUT : EPOLLIN;
  home_.loop().rewatch(id_, socket_.fd(), events);
}

void Client::drop() {
  ++home_.tally().dropped;
  // What has come of the answer under way must be ours as well.
  if (current_ < plan_.asks.size() && reader_.has_head()) check_words(false);
  if (over_) return;
  if (plan_.reset) socket_.reset();
  over();
}

void Client::over() {
  over_ = true;
  socket_.close();
  home_.on_over(id_);
}

void Client::wrong(std::string_view what) {
  ++home_.tally().wrong;
  home_.complain("wrong: " + std::string(what));
  if (!over_) over();
}

void Client::strange(std::string_view what) {
  ++home_.tally().strange;
  home_.complain("strange: " + std::string(what));
}

}  // namespace patchbay::churn
