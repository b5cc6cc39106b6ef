#include "core/server/connection.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "core/http/status.hpp"

namespace patchbay::server {

using reactor::Interest;

Connection::Connection(ConnectionHome& home, int fd, std::string peer)
    : home_(home),
      fd_(fd),
      watch_(home.worker(), [this](reactor::Ready ready) { on_ready(ready); }),
      timer_(home.worker(), [this] { on_time(); }),
      turn_end_(home.worker(), [this] { on_turn_end(); }),
      parser_(home.limits()) {
  request_.peer = std::move(peer);
}

Connection::~Connection() {
  responder_.reset();
  watch_.stop();
  ::close(fd_);
}

bool Connection::open() {
  if (!watch_.start(fd_, Interest::kRead)) return false;
  wait_for(Waiting::kHead);
  return true;
}

void Connection::on_ready(reactor::Ready ready) {
  if (ready.hangup) return gone();
  if (ready.writable) flush();
  if (ready.readable && phase_ != Phase::kClosed) read_some();
}

void Connection::read_some() {
  const auto [buffer, capacity] = home_.receive_buffer();
  const ssize_t received = ::recv(fd_, buffer, capacity, MSG_DONTWAIT);
  if (received < 0) {
    if (errno != EAGAIN && errno != EINTR) gone();
    return;
  }
  if (received == 0) return peer_finished();
  if (phase_ == Phase::kLingering) return;  // read and thrown away

  const std::string_view fresh(buffer, static_cast<std::size_t>(received));
  if (input_.empty()) {
    const std::size_t used = consume(fresh);
    input_.assign(fresh.substr(used));
  } else {
    input_.append(fresh);
    const std::size_t used = consume(input_);
    input_.erase(0, used);
  }
  update_interest();
}

// Reads as far as one request; what follows waits until it is answered.
std::size_t Connection::consume(std::string_view bytes) {
  if (phase_ != Phase::kReading || bytes.empty()) return 0;
  const auto step = parser_.feed(bytes, request_);
  switch (step.state) {
    case RequestParser::State::kHead:
      if (waiting_ != Waiting::kHead && step.consumed < bytes.size()) wait_for(Waiting::kHead);
      return step.consumed;
    case RequestParser::State::kBody:
      wait_for(Waiting::kBody);
      if (parser_.take_wants_continue()) {
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
        turn_end_.schedule();
      }
      return step.consumed;
    case RequestParser::State::kComplete:
      take_request();
      return step.consumed;
    case RequestParser::State::kFault:
      reject(step.status, step.message);
      break;
  }
  return bytes.size();
}

void Connection::take_request() {
  phase_ = Phase::kAnswering;
  wait_for(Waiting::kNothing);
  begun_ = answered_ = aborted_ = chunked_ = false;
  sent_ = 0;
  head_only_ = request_.method == "HEAD";
  keep_alive_ = request_.keep_alive && !home_.draining();
  home_.handler().handle(*this);
}

void Connection::reject(int status, std::string_view message) {
  phase_ = Phase::kAnswering;
  wait_for(Waiting::kNothing);
  begun_ = answered_ = aborted_ = chunked_ = head_only_ = false;
  sent_ = 0;
  keep_alive_ = false;  // where the next request would begin is anybody's guess
  const Rejection rejection = home_.handler().reject(status, message, request_);
  respond(status, rejection.headers, rejection.body);
}

// The client will send no more. In the middle of an answer that may mean that it has left, or only
// that it has nothing to add: the bytes of an interim answer reach the one that waits harmlessly
// and make the system of the one that left say so, at once.
void Connection::peer_finished() {
  peer_done_ = true;
  if (phase_ != Phase::kAnswering) return close();
  keep_alive_ = false;
  update_interest();
  if (!begun_ && !request_.http_1_0) {
    output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    turn_end_.schedule();
  }
  if (responder_) responder_->on_half_close();
}

void Connection::attach(std::unique_ptr<Responder> responder) {
  responder_ = std::move(responder);
}

void Connection::write_head(int status, const http::HeaderList& headers) {
  begun_ = true;
  output_.append(request_.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ");
  output_.append(std::to_string(status));
  output_.append(" ");
  output_.append(http::reason_phrase(status));
  output_.append("\r\n");
  for (const auto& [name, value] : headers) {
    output_.append(name);
    output_.append(": ");
    output_.append(value);
    output_.append("\r\n");
  }
  output_.append(home_.date_line());
  if (!keep_alive_) {
    output_.append("Connection: close\r\n");
  } else if (request_.http_1_0) {
    output_.append("Connection: keep-alive\r\n");
  }
}

void Connection::respond(int status, const http::HeaderList& headers, std::string_view body) {
  if (answered_) return;
  const std::size_t before = output_.pending();
  write_head(status, headers);
  const bool bodiless = status == 204 || status == 304;
  if (!bodiless) {
    output_.append("Content-Length: ");
    output_.append(std::to_string(body.size()));
    output_.append("\r\n");
  }
  output_.append("\r\n");
  if (!head_only_ && !bodiless) output_.append(body);
  sent_ += output_.pending() - before;
  finish_answer();
}

void Connection::begin(int status,
                       const http::HeaderList& headers,
                       std::optional<std::uint64_t> content_length) {
  if (answered_ || begun_) return;
  const std::size_t before = output_.pending();
  if (!content_length && request_.http_1_0) keep_alive_ = false;  // the body ends by closing
  write_head(status, headers);
  if (content_length) {
    output_.append("Content-Length: ");
    output_.append(std::to_string(*content_length));
    output_.append("\r\n");
  } else if (!request_.http_1_0) {
    chunked_ = true;
    output_.append("Transfer-Encoding: chunked\r\n");
  }
  output_.append("\r\n");
  sent_ += output_.pending() - before;
  turn_end_.schedule();
}

void Connection::write(std::string_view bytes) {
  if (answered_ || bytes.empty() || head_only_) return;
  const std::size_t before = output_.pending();
  if (chunked_) {
    output_.append_chunk(bytes);
  } else {
    output_.append(bytes);
  }
  sent_ += output_.pending() - before;
  turn_end_.schedule();
}

void Connection::end() {
  if (answered_) return;
  if (chunked_ && !head_only_) output_.append("0\r\n\r\n");
  finish_answer();
}

void Connection::abort() {
  if (answered_) return;
  aborted_ = true;
  keep_alive_ = false;
  finish_answer();
}

bool Connection::writable() {
  if (output_.pending() < home_.limits().output_high_bytes) return true;
  paused_source_ = true;  // on_drain() is owed from now on
  return false;
}

void Connection::finish_answer() {
  answered_ = true;
  turn_end_.schedule();
}

void Connection::on_turn_end() {
  if (phase_ == Phase::kClosed) return;
  flush();
  while (phase_ == Phase::kAnswering && answered_) {
    responder_.reset();
    if (aborted_) return close();
    if (!keep_alive_ || home_.draining()) {
      if (output_.pending() == 0) linger();
      return;  // otherwise flush() lingers once all is sent
    }
    next_request();
    flush();
  }
}

void Connection::next_request() {
  phase_ = Phase::kReading;
  answered_ = false;
  parser_.reset();
  request_.padded_body.clear();
  if (request_.padded_body.capacity() > 64 * 1024) request_.padded_body.shrink_to_fit();
  wait_for(Waiting::kIdle);
  if (!input_.empty()) {
    const std::string pipelined = std::move(input_);
    input_.clear();
    const std::size_t used = consume(pipelined);
    input_.assign(pipelined, used);
  }
  update_interest();
}

void Connection::flush() {
  if (phase_ == Phase::kClosed || output_.pending() == 0) return;
  const Output::Result result = output_.send_to(fd_);
  if (result == Output::Result::kFailed) return gone();
  blocked_ = result == Output::Result::kBlocked;
  if (blocked_) {
    if (waiting_ != Waiting::kStall) wait_for(Waiting::kStall);
  } else if (waiting_ == Waiting::kStall) {
    wait_for(Waiting::kNothing);
  }
  if (paused_source_ && output_.pending() < home_.limits().output_high_bytes / 2) {
    paused_source_ = false;
    if (responder_) responder_->on_drain();
  }
  if (!blocked_ && phase_ == Phase::kAnswering && answered_ && !keep_alive_ && !aborted_) {
    return linger();
  }
  update_interest();
}

// Our last words are sent; closing at once could make the system take them back (a reset, when the
// client has sent something that nobody read), so the client gets a moment to read and close.
void Connection::linger() {
  responder_.reset();
  if (peer_done_) return close();
  phase_ = Phase::kLingering;
  ::shutdown(fd_, SHUT_WR);
  input_.clear();
  wait_for(Waiting::kLinger);
  update_interest();
}

void Connection::gone() {
  if (phase_ == Phase::kClosed) return;
  if (responder_ && !answered_) responder_->on_gone();
  close();
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  responder_.reset();
  timer_.cancel();
  turn_end_.cancel();
  watch_.stop();
  home_.retire(*this);
}

void Connection::drain() {
  if (phase_ == Phase::kReading && input_.empty()) return close();
  keep_alive_ = keep_alive_ && begun_;  // a head already sent may have promised otherwise
}

void Connection::cut() {
  if (phase_ == Phase::kClosed) return;
  if (responder_ && !answered_) responder_->on_shutdown();
  flush();
  close();
}

void Connection::on_time() {
  switch (std::exchange(waiting_, Waiting::kNothing)) {
    case Waiting::kHead:
      if (input_.empty()) return close();  // connected and never said a word
      return reject(408, "The request's head took too long to arrive");
    case Waiting::kBody:
      return reject(408, "The request's body took too long to arrive");
    case Waiting::kStall:
      return gone();
    case Waiting::kIdle:
    case Waiting::kLinger:
      return close();
    case Waiting::kNothing:
      return;
  }
}

void Connection::wait_for(Waiting what) {
  waiting_ = what;
  const Limits& limits = home_.limits();
  switch (what) {
    case Waiting::kNothing:
      return timer_.cancel();
    case Waiting::kHead:
      return timer_.arm(limits.head_timeout);
    case Waiting::kBody:
      return timer_.arm(limits.body_timeout);
    case Waiting::kIdle:
      return timer_.arm(limits.idle_timeout);
    case Waiting::kStall:
      return timer_.arm(limits.stall_timeout);
    case Waiting::kLinger:
      return timer_.arm(limits.linger_timeout);
  }
}

void Connection::update_interest() {
  if (phase_ == Phase::kClosed) return;
  const bool read = !peer_done_ && (phase_ != Phase::kAnswering ||
                                    input_.size() < home_.limits().pipelined_bytes_max);
  if (blocked_) {
    watch_.set(read ? Interest::kReadWrite : Interest::kWrite);
  } else {
    watch_.set(read ? Interest::kRead : Interest::kNone);
  }
}

}  // namespace patchbay::server
